"""What nobody can do without: a Starlette handler that parses JSON and answers nothing, on the server that the mock uses."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mock_promoter.serving import listen, url_of


async def handler(request: Request) -> JSONResponse:
    """Parse and answer."""
    await request.json()
    return JSONResponse({})


def main() -> None:
    """Serve; print the address first."""
    app = Starlette(routes=[Route("/api/v2/survey/", handler, methods=["POST"])])
    with listen("127.0.0.1", 0) as listening:
        print(url_of(listening), flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False)).run([listening])


if __name__ == "__main__":
    main()
