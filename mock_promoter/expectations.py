"""What a test expects of the requests: so many of a kind, or a sequence; and what came instead."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from mock_promoter.journal import Entry
from mock_promoter.matching import Difference, Match, differences, distance, matches, near_misses

Kind = Literal["verify", "verify-sequence", "wait"]

#: Expectations that are kept, to be compared with requests in the page.
MOST_EXPECTATIONS = 100
# Characters of a match in a message.
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an expectation is met.

    Attributes:
        met: Whether it is.
        expected: What was expected; for people.
        message: The same, and what came, and what is nearest.
        found: Ids of the requests that count.
        nearest: The request that comes nearest where it is not met, with what it lacks.
        missing: Which of a sequence did not come, from 0.
    """

    met: bool
    expected: str
    message: str
    found: tuple[int, ...]
    nearest: tuple[Entry, list[Difference]] | None = None
    missing: int | None = None


def verify(match: Match, times: Mapping[str, int], entries: Sequence[Entry]) -> Verdict:
    """Judge whether so many requests match; without ``times``, at least one."""
    found = tuple(entry.id for entry in entries if matches(match, entry))
    low, high, words = _bounds(times)
    expected = f"{words} matching {_json(match)}"
    if low <= len(found) <= high:
        return Verdict(True, expected, f"expected {expected}: {len(found)} came", found)
    nearest = next(iter(near_misses(match, entries, 1)), None) if len(found) < low else None
    message = f"expected {expected}, but {len(found)} came{_told(nearest)}"
    return Verdict(False, expected, message, found, nearest)


def _bounds(times: Mapping[str, int]) -> tuple[int, float, str]:
    if "exactly" in times:
        return times["exactly"], times["exactly"], _requests("exactly", times["exactly"])
    low, high = times.get("at_least", 0 if "at_most" in times else 1), times.get("at_most", float("inf"))
    parts = [_requests("at least", low)] if "at_least" in times or "at_most" not in times else []
    return low, high, " and ".join(parts + ([_requests("at most", int(high))] if "at_most" in times else []))


def _requests(words: str, number: int) -> str:
    return f"{words} {number} request{'' if number == 1 else 's'}"


def verify_sequence(sequence: Sequence[Match], entries: Sequence[Entry]) -> Verdict:
    """Judge whether requests came in an order; others may lie between them."""
    found: list[int] = []
    expected = f"{_requests('', len(sequence)).strip()} in order"
    rest = iter(entries)
    for at, match in enumerate(sequence):
        came = next((entry for entry in rest if matches(match, entry)), None)
        if came is None:
            after = [entry for entry in entries if entry.id > (found[-1] if found else 0)]
            nearest = next(iter(near_misses(match, after, 1)), None)
            where = f" after request {found[-1]}" if found else ""
            message = f"expected {_json(match)} as number {at + 1} of {len(sequence)}{where}, but none came"
            return Verdict(False, expected, message + _told(nearest), tuple(found), nearest, at)
        found.append(came.id)
    return Verdict(True, expected, f"expected {expected}: all came", tuple(found))


def _told(nearest: tuple[Entry, list[Difference]] | None) -> str:
    if nearest is None:
        return ""
    entry, missing = nearest
    lacks = "; ".join(one.as_json()["message"] for one in missing)
    return f". Nearest is request {entry.id}, {entry.method} {entry.path}: {lacks}"


def _json(match: Match) -> str:
    text = orjson.dumps(match).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something that was asked of the journal, of one account's or of all, and how it stood then."""

    id: int
    account: str | None
    kind: Kind
    match: Any
    met: bool
    message: str


class Expectations:
    """The last expectations."""

    def __init__(self) -> None:
        self._kept: deque[Expectation] = deque(maxlen=MOST_EXPECTATIONS)
        self._count = 0

    def add(self, kind: Kind, match: Any, verdict: Verdict, account: str | None = None) -> None:
        """Remember one."""
        self._count += 1
        self._kept.appendleft(Expectation(self._count, account, kind, match, verdict.met, verdict.message))

    def clear(self, account: str | None = None) -> None:
        """Forget those that were asked of one account, or everything: then ids start again."""
        kept = [] if account is None else [one for one in self._kept if one.account != account]
        self._kept = deque(kept, MOST_EXPECTATIONS)
        if account is None:
            self._count = 0

    def __iter__(self) -> Iterator[Expectation]:
        return iter(self._kept)

    def nearest(self, entry: Entry) -> tuple[Expectation, list[Difference]] | None:
        """Return the unmet expectation that a request comes nearest to, with what it lacks."""
        open_ones = [one for one in self._kept if not one.met and one.account in (None, entry.account)]
        found = [(one, list(differences(match, entry))) for one in open_ones for match in _each(one)]
        return min(found, key=lambda pair: distance(pair[1]), default=None)


def _each(expectation: Expectation) -> Sequence[Match]:
    return expectation.match if expectation.kind == "verify-sequence" else [expectation.match]
