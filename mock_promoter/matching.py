"""Which requests are meant: a match names what a request must have, the differences say what one lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from mock_promoter.journal import Entry, decoded, without_key

#: ``{"method", "path", "query", "headers", "body", "status", "account"}``, each optional; see schemas/mock/match.json.
Match = Mapping[str, Any]

_MISSING = object()
# What tells requests apart at first sight weighs more than a field of the body.
_WEIGHTS = {"method": 3, "path": 4, "account": 2}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a request is not as a match wants it.

    Attributes:
        at: Such as ``body.contact.email``.
        expected: What the match wants.
        found: What the request has; absent from the JSON form where it has nothing.
    """

    at: str
    expected: Any
    found: Any = _MISSING

    def as_json(self) -> dict[str, Any]:
        """Return it with a sentence for people; without the key that a request carries."""
        if self.found is _MISSING:
            message = f"{self.at} is missing, expected {_json(self.expected)}"
            return {"at": self.at, "expected": self.expected, "message": message}
        found = without_key(self.found) if self.at == "headers.authorization" else self.found
        message = f"{self.at} is {_json(found)}, expected {_json(self.expected)}"
        return {"at": self.at, "expected": self.expected, "found": found, "message": message}


def matches(match: Match, entry: Entry) -> bool:
    """Whether a request has all that a match wants."""
    return next(differences(match, entry), None) is None


def differences(match: Match, entry: Entry) -> Iterator[Difference]:
    """Yield what a request has not as a match wants it; the cheap things first."""
    for name in ("account", "method", "status"):
        found = getattr(entry, name)
        if name in match and match[name] != found:
            yield Difference(name, match[name], found)
    if "path" in match and not _fits(match["path"], entry.path):
        yield Difference("path", match["path"], entry.path)
    if "query" in match:
        yield from _texts("query", match["query"], dict(parse_qsl(entry.query, keep_blank_values=True)))
    if "headers" in match:
        wanted = {name.lower(): value for name, value in match["headers"].items()}
        yield from _texts("headers", wanted, entry.headers)
    if "body" in match:
        yield from _values("body", match["body"], decoded(entry.body))


def near_misses(match: Match, entries: Iterable[Entry], most: int = 3) -> list[tuple[Entry, list[Difference]]]:
    """Return the requests that come nearest to a match without meeting it, the nearest first."""
    found = [(entry, list(differences(match, entry))) for entry in entries]
    missed = [(entry, missing) for entry, missing in found if missing]
    return sorted(missed, key=lambda one: (distance(one[1]), -one[0].id))[:most]


def distance(missing: Sequence[Difference]) -> int:
    """Return how far a request is from a match."""
    return sum(_WEIGHTS.get(one.at, 1) for one in missing)


def _texts(at: str, wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Difference]:
    for name, value in wanted.items():
        if name not in found:
            yield Difference(f"{at}.{name}", value)
        elif not _fits(value, found[name]):
            yield Difference(f"{at}.{name}", value, found[name])


def _values(at: str, wanted: Any, found: Any) -> Iterator[Difference]:
    """Yield where a JSON value is not as wanted; an object may have more members than are asked for."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            if name in found:
                yield from _values(f"{at}.{name}", value, found[name])
            else:
                yield Difference(f"{at}.{name}", value)
    elif not _same(wanted, found):
        yield Difference(at, wanted, found)


def _same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal, all through: Python takes True for 1, JSON does not."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[name]) for name, value in one.items())
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _fits(pattern: str, text: str) -> bool:
    """Whether a text is as a pattern says, in which * stands for any text."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    *middle, last = rest
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return False
    for part in middle:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _json(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 200 else f"{text[:200]}…"
