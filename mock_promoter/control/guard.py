"""Who may call the control plane: no page of elsewhere, and, where there is a token, whoever has it."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from mock_promoter.control.command import Refusal

#: Answered to anybody: a health check has no token. So are the page's own files, which ask for it.
OPEN = ("/__mock__/health", "/__mock__/ready")

_READS = frozenset({"GET", "HEAD"})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def check(method: str, path: str, headers: Headers, token: str | None) -> None:
    """Raise ``Refusal`` for a call that may not be made."""
    if method not in _READS and not is_own(headers, by_any_name=token is not None):
        raise Refusal(403, "cross_origin", "Only pages of this server may change it.")
    if token is None or path in OPEN:
        return
    scheme, _, given = headers.get("authorization", "").partition(" ")
    # Headers come as latin-1, whatever a token is in.
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode("latin-1"), token.encode()):
        raise Refusal(401, "token", "Send the control token: Authorization: Bearer TOKEN.")


def is_own(headers: Headers, *, by_any_name: bool = False) -> bool:
    """Whether a write comes from no page at all, or from a page of this server.

    A page whose name was pointed at this machine has the same origin as the server it calls, so a page counts as ours
    only where the server is called by a loopback name or by the address it has; by any name where a token, which such
    a page cannot know, is asked for besides.
    """
    if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        called = urlsplit(origin)
        name = called.hostname or ""
    except ValueError:
        return False
    is_address = name in _LOCAL or name.replace(".", "").isdecimal() or ":" in name
    return (is_address or by_any_name) and called.netloc.lower() == headers.get("host", "").lower()
