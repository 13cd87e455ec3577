"""Why a mutant may survive: explanations, found by what the mutant changes, since its number changes with every edit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mutation.mutants import Mutant, one_line

_KEYS = frozenset({"in", "was", "now", "like", "why"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why mutants of one kind are left.

    Attributes:
        place: The function's whole name.
        was: The line that is changed.
        now: What it is changed to; empty where ``like`` says it.
        like: A regular expression that is found in what it is changed to.
        why: Why no test notices, or why none should.
    """

    place: str
    was: str
    now: str
    like: str
    why: str

    def fits(self, mutant: Mutant) -> bool:
        """Return whether a mutant is one of that kind."""
        same = (self.place, self.was) == (mutant.place, mutant.was)
        return same and (re.search(self.like, mutant.now) is not None if self.like else self.now == mutant.now)

    def __str__(self) -> str:
        return f"{self.place}\n  was: {self.was}\n  now: {self.now or f'like {self.like}'}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of the mutants that no test notices.

    Attributes:
        explained: Those that an explanation fits.
        unexplained: The others.
        stale: Explanations that fit no mutant.
    """

    explained: tuple[Mutant, ...]
    unexplained: tuple[Mutant, ...]
    stale: tuple[Explanation, ...]

    @property
    def good(self) -> bool:
        """Return whether everything is explained, and nothing in vain."""
        return not self.unexplained and not self.stale


def explanations(text: str) -> Iterator[Explanation]:
    """Yield the explanations of a file such as survivors.toml, one for each change. Raises ``ValueError`` for a bad one."""
    for entry in tomllib.loads(text).get("left", []):
        if (
            not entry.keys() <= _KEYS
            or not {"in", "was", "why"} <= entry.keys()
            or ("now" in entry) == ("like" in entry)
        ):
            raise ValueError(f"survivors.toml: an entry has in, was, why, and either now or like: {entry}")
        yield from _each(entry)


def _each(entry: dict[str, Any]) -> Iterator[Explanation]:
    now = entry.get("now", "")
    for one in now if isinstance(now, list) else [now]:
        was, changed = one_line([entry["was"]]), one_line([one])
        yield Explanation(entry["in"], was, changed, entry.get("like", ""), entry["why"])


def judge(mutants: Sequence[Mutant], known: Sequence[Explanation]) -> Judgement:
    """Return which mutants are explained. One that only timed out keeps its explanation: another machine may be faster."""
    left = [mutant for mutant in mutants if not mutant.noticed]
    explained = tuple(mutant for mutant in left if any(one.fits(mutant) for one in known))
    stale = tuple(one for one in known if not any(one.fits(mutant) for mutant in mutants))
    return Judgement(explained, tuple(mutant for mutant in left if mutant not in explained), stale)
