"""The whole path of one event in process against its floor, side by side.

Path: bytes → parse → canonical event → contract → hook → bytes of the request. Floor: parse the event, dump the request.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from events import IDENTIFY, ORDER, TRACK
from measure import fastest, report

from event_router.api import Contact, Context, Transformed
from event_router.destination import Destination, configure
from event_router.dispatch import decide, encode
from event_router.intake import parse
from event_router.outcomes import Rejected
from event_router.plugins import load_plugins

_EVENTS = {"identify": IDENTIFY, "track": TRACK, "order_of_five": ORDER}
_CONTACT = Contact("12345", {"email": "ted@mosbiusdesigns.com", "firstName": "Ted", "lastName": "Mosby"})
_CONTEXT = Context("promoter", datetime.now(UTC))


def path(destination: Destination, data: bytes) -> Callable[[], bytes]:
    """Return the whole path of one event, up to the bytes that go over the wire."""

    def run() -> bytes:
        read = parse(data)
        assert not isinstance(read, Rejected)
        _, result = decide(destination, read[0], _CONTACT, _CONTEXT)
        assert result.__class__ is Transformed
        body = encode(result.requests[0])
        assert not isinstance(body, Rejected)
        return body

    return run


def floor(data: bytes, body: Any) -> Callable[[], bytes]:
    """Return what nobody can do without."""

    def run() -> bytes:
        orjson.loads(data)
        return orjson.dumps(body)

    return run


def main() -> None:
    """Measure and print."""
    destination = configure("promoter", load_plugins().plugins["promoter"], {"api_key": "k", "campaign_id": 1})
    candidates: dict[str, Callable[[], object]] = {}
    for name, event in _EVENTS.items():
        data = orjson.dumps(event)
        candidates[name] = path(destination, data)
        candidates[f"{name}_floor"] = floor(data, orjson.loads(path(destination, data)()))
    found = fastest(candidates)
    ratios = {name: found[name] / found[f"{name}_floor"] for name in _EVENTS}
    for name, ratio in ratios.items():
        print(f"{name:15} {found[name]:6.2f} µs   floor {found[f'{name}_floor']:5.2f} µs   {ratio:.2f}×")
    report("transform", ratios, found)


if __name__ == "__main__":
    main()
