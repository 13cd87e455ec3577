"""RudderStack's paths ([S] protocol §1): what is asked for, and for which type of destination."""

from __future__ import annotations

import re
from typing import NamedTuple

from event_router.rudder.statuses import BATCH, PROCESSOR, ROUTER

#: Kinds of path besides the features of which each has one of its own.
PROXY_V0, PROXY_V1, DELETION = "proxy v0", "proxy", "deletion"
#: What else of a transformer may be asked for; ours has none of it, an upstream has.
ELSEWHERE = "elsewhere"
UNKNOWN = "unknown"

_FIXED = {"/routerTransform": ROUTER, "/batch": BATCH, "/deleteUsers": DELETION}
_PREFIX = "/destinations/"
_ELSEWHERE = ("/customTransform", "/v0/", "/v1/", "/v2/", "/transformation/", "/features/", "/extractLibs")


class Route(NamedTuple):
    """What a path asks for.

    Attributes:
        kind: One of the constants here, or ``PROCESSOR``, ``ROUTER`` or ``BATCH``; bounded, so it may label figures.
        type: The type of destination in the path, in small letters; ``None`` where the body names it.
    """

    kind: str
    type: str | None = None


def type_key(text: str) -> str:
    """Return what a type of destination is looked up by, however it is written.

    >>> type_key(" PROMOTER ")
    'promoter'
    """
    return text.strip().casefold()


def route(path: str) -> Route:
    """Return what a path asks for; any casing of a type will do, and so will double slashes.

    ``DEST_TRANSFORM_URL`` with a slash at its end gives them, and a 404 would lose events for good.

    >>> route("/v0/destinations/PROMOTER"), route("/v1/destinations/promoter/proxy").kind
    (Route(kind='processor', type='promoter'), 'proxy')
    """
    if "//" in path:
        path = re.sub("/+", "/", path)
    if path in _FIXED:
        return Route(_FIXED[path])
    version, name = path[:3], path[3 + len(_PREFIX) :]
    if path[3 : 3 + len(_PREFIX)] == _PREFIX and version in ("/v0", "/v1") and name:
        kind, _, rest = name.partition("/")
        known = type_key(kind)
        if rest == "proxy":
            return Route(PROXY_V0 if version == "/v0" else PROXY_V1, known)
        if not rest and version == "/v0":
            return Route(PROCESSOR, known)
    return Route(ELSEWHERE if path.startswith(_ELSEWHERE) else UNKNOWN)
