"""What browsers ask for before a page may send events to another origin."""

from __future__ import annotations

import re
from collections.abc import Sequence

from event_router.doors.answers import Answer, Headers, Pairs

# Named one by one, since * stands for every header but Authorization, which analytics.js sends.
_HEADERS = b"authorization, content-type, content-encoding, x-retry-count"
_NAMES = re.compile(rb"[A-Za-z0-9_\-, ]{1,500}")
_DAY = b"86400"


def allowed(origins: Sequence[str], headers: Headers) -> Pairs:
    """Return the headers that let a page of a permitted origin read an answer; none for others, or no page."""
    origin = headers.get(b"origin")
    if origin is None:
        return ()
    exposed = (b"access-control-expose-headers", b"Retry-After")
    if "*" in origins:
        return (b"access-control-allow-origin", b"*"), exposed
    vary = (b"vary", b"Origin")
    if origin.decode("latin-1") in origins:
        return (b"access-control-allow-origin", origin), vary, exposed
    return (vary,)


def preflight(headers: Headers) -> Answer:
    """Return the answer to OPTIONS; ``allowed`` adds whether the origin may."""
    asked = headers.get(b"access-control-request-headers", b"")
    names = asked if _NAMES.fullmatch(asked) else _HEADERS
    return Answer(
        200,
        b"",
        (
            (b"allow", b"OPTIONS, POST"),
            (b"access-control-allow-methods", b"POST"),
            (b"access-control-allow-headers", names),
            (b"access-control-max-age", _DAY),
        ),
    )
