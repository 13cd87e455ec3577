"""Nothing vanishes: what does not reach the destination is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote_plus

from contract_tests.contract import requirement
from contract_tests.destination.base import DestinationBase, only_where
from contract_tests.destination.events import PARTS
from contract_tests.destination.results import is_whole
from contract_tests.destination.subject import Subject, dropped_of, requests_of
from event_router.api import Request, Transformed

#: Shorter values may stand anywhere by chance.
_SHORTEST: Final = 6


class Completeness(DestinationBase):
    """Every value that is sent to a plugin is sent on, or reported."""

    @requirement("DST-040")
    def test_nothing_vanishes(self, destination: Subject) -> None:
        """Each trait and property is in a request, or in ``dropped``."""
        cases = [case for case in destination.plain if case.route.kind in PARTS]
        only_where(cases, "it takes no events with traits or properties")
        for case in cases:
            result = destination.transform(case)
            if not (isinstance(result, Transformed) and is_whole(result)):
                continue
            part = PARTS[case.route.kind]
            sent, dropped = "\n".join(map(_text, requests_of(result))), dropped_of(result)
            leaves = _leaves(case.event.get(part), f"$.{part}")
            lost = [path for path, text in leaves if text not in sent and not _named(path, dropped)]
            wanted = f"{case.route.hook} sends every value of {part}, or names it in dropped"
            destination.expect(not lost, wanted, f"neither sent nor in dropped: {', '.join(lost)}")


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the values that can be looked for, as text, with their paths."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _leaves(item, f"{path}[{place}]")
    elif isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) >= _SHORTEST:
        yield path, str(value)


def _named(path: str, dropped: tuple[str, ...]) -> bool:
    """Return whether a path is named, or something that it is part of."""
    return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in dropped)


def _text(request: Request) -> str:
    """Return all that a server reads of a request, as it was before it was written down."""
    values = "\n".join(text for _, text in _leaves(request.body, "$"))
    written = json.dumps(request.body, ensure_ascii=False, default=repr)
    return "\n".join((values, written, unquote_plus(str(request.url)), str(request.headers)))
