"""What ``/features`` says: what rudder-server may ask of this transformer, and of another one behind it ([S] protocol §1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from event_router.plugins import Plugin

#: rudder-server ends itself unless one of these is true ([S] protocol §0.3).
SOURCES = ("upgradedToSourceTransformV2", "supportSourceTransformV1")
#: True of the whole only where it is true of every part.
_OF_ALL = ("supportTransformerProxyV1", "supportDestTransformCompactedPayloadV1")


def features(plugins: Iterable[Plugin]) -> dict[str, Any]:
    """Return what is served for some plugins: router mode for each, deletions where there is a hook for them."""
    types = {plugin.name.upper(): "transform_delete" in plugin.hooks for plugin in plugins}
    said: dict[str, Any] = {"routerTransform": dict.fromkeys(types, True)}
    # Without the key rudder-server has a list of its own, as it has for an empty one: neither says "nobody", and an
    # absent one does not pretend to.
    if deleting := [name for name, deletes in types.items() if deletes]:
        said["regulations"] = deleting
    return said | dict.fromkeys((*SOURCES, *_OF_ALL), True)


def merged(ours: dict[str, Any], upstream: Any) -> dict[str, Any]:
    """Return what both can do together, for whom we pass other types on to.

    Merging once more with the result changes nothing, and whatever upstream learns in addition takes nothing away.

    Args:
        ours: What ``features`` returned.
        upstream: What the other transformer says, whatever that is; what it knows besides is kept.
    """
    theirs = upstream if isinstance(upstream, dict) else {}
    routers, regulations = theirs.get("routerTransform"), theirs.get("regulations")
    whole = {**theirs, "routerTransform": (routers if isinstance(routers, dict) else {}) | ours["routerTransform"]}
    whole["regulations"] = _united(regulations, ours.get("regulations"))
    for name in _OF_ALL:
        whole[name] = ours[name] is True and theirs.get(name) is True
    if not any(theirs.get(name) is True for name in SOURCES):
        whole[SOURCES[0]] = True
    if not whole["regulations"]:
        del whole["regulations"]
    return whole


def _united(*lists: Any) -> list[str]:
    """Return the texts of some lists, each once, in their order."""
    return list(dict.fromkeys(name for one in lists if isinstance(one, list) for name in one if isinstance(name, str)))
