"""The page: static files, and a policy that lets them talk to this server only."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_FOLDER = Path(__file__).parent.parent / "page"
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


async def page_file(request: Request) -> Response:
    """``GET /__mock__/ui`` and the files beside it."""
    file = _files().get(request.path_params.get("name", "index.html"))
    if file is None:
        raise HTTPException(404)
    return Response(file.read_bytes(), headers=_HEADERS, media_type=_KINDS[file.suffix])


def _files() -> dict[str, Path]:
    return {path.name: path for path in _FOLDER.iterdir() if path.suffix in _KINDS}
