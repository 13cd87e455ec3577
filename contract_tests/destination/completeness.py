"""Nothing vanishes: what does not reach the destination is named."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from contract_tests.contract import requirement
from contract_tests.destination.base import DestinationBase, only_where, requesting
from contract_tests.destination.events import PARTS, UNKNOWN
from contract_tests.destination.results import is_whole
from contract_tests.destination.subject import Subject, dropped_of, requests_of
from event_router.api import Request, Transformed

#: Shorter values may stand anywhere by chance.
_SHORTEST: Final = 6
#: What may be base64; shorter runs of letters are words.
_CODED: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}")


class Completeness(DestinationBase):
    """Every value that is sent to a plugin is sent on, or reported."""

    @requirement("DST-040")
    def test_nothing_vanishes(self, destination: Subject) -> None:
        """Each trait and property is in a request, or in ``dropped``."""
        cases = [case for case in destination.plain if case.route.kind in PARTS]
        only_where(cases, "it takes no events with traits or properties")
        requesting(destination)
        for case in cases:
            result = destination.transform(case)
            if not (isinstance(result, Transformed) and is_whole(result)):
                continue
            part = PARTS[case.route.kind]
            lost, nameless = _missing(case.event.get(part), f"$.{part}", result)
            wanted = f"{case.route.hook} sends every value of {part}, or names it in dropped"
            destination.expect(not lost, wanted, f"neither sent nor in dropped: {', '.join(lost)}")
            wanted = f"{case.route.hook} sends the values of {part} with their names"
            destination.expect(not nameless, wanted, f"sent without their names: {', '.join(nameless)}")


def _missing(values: Any, path: str, result: Transformed) -> tuple[list[str], list[str]]:
    """Return the paths of what is not sent, and of what is sent without its name, as far as they are not dropped."""
    sent, dropped = "\n".join(map(_text, requests_of(result))).casefold(), dropped_of(result)
    leaves = [(path, value) for path, value in _leaves(values, path) if not _named(path, dropped)]
    lost = [path for path, value in leaves if not any(form in sent for form in _forms(value))]
    names = {path: path.rpartition(".")[2] for path, _ in leaves}
    return lost, [path for path, name in names.items() if name in UNKNOWN and name not in sent and path not in lost]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str | float]]:
    """Yield the values that can be looked for, with their paths."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _leaves(item, f"{path}[{place}]")
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and len(str(value)) >= _SHORTEST:
        yield path, value


def _forms(value: str | float) -> Iterator[str]:
    """Yield how a value may be written, in lower case: as it is, an amount in cents, a text as its SHA-256."""
    text = str(value).casefold()
    yield text
    if isinstance(value, str):
        digest = sha256(value.strip().lower().encode("utf-8", "replace"))
        yield digest.hexdigest()
        yield b64encode(digest.digest()).decode().rstrip("=").casefold()
    elif isinstance(value, float):
        yield text.replace(".", "")


def _named(path: str, dropped: tuple[str, ...]) -> bool:
    """Return whether a path is named, or something that it is part of."""
    return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in dropped)


def _text(request: Request) -> str:
    """Return all that a server reads of a request, as it was before it was written down."""
    values = "\n".join(str(value) for _, value in _leaves(request.body, "$"))
    written = json.dumps(request.body, ensure_ascii=False, default=repr)
    url = str(request.url)
    seen = "\n".join((values, written, unquote_plus(url), str(request.headers)))
    return "\n".join((seen, *_decoded(f"{values}\n{unquote(url)}")))


def _decoded(text: str) -> Iterator[str]:
    """Yield what may be base64 in a text as it was before."""
    for found in _CODED.findall(text):
        coded = found[:-1] if len(found) % 4 == 1 else found
        raw = urlsafe_b64decode(f"{coded}{'=' * (-len(coded) % 4)}".replace("+", "-").replace("/", "_"))
        yield raw.decode("utf-8", "replace")
