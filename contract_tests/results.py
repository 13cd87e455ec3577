"""What became of requirements, gathered from the tests of them: rows that people and programs read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from contract_tests.requirements import FAMILIES, in_force

#: What can become of a requirement; where its tests differ, what comes first here counts.
RESULTS = ("broken", "not met", "not shown", "opted out", "outdated", "met", "unsupported", "not run")
#: Results that leave every requirement open: tests that fail, and opt-outs of what holds.
WRONG = frozenset({"broken", "outdated"})
#: Results that leave a MUST open: nobody has shown that it holds.
UNKNOWN = frozenset({"not shown", "not run"})
#: Results of tests that were not even tried.
_UNTRIED = frozenset({"not shown", "unsupported"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one test.

    Attributes:
        subject: Who was tested.
        test: The test, as pytest names it.
        ids: The requirements that it is for.
        result: One of ``RESULTS``.
        reason: Why, where it is not ``met``.
        unready: What has to be mended before the subject can be tested; empty where it was.
    """

    subject: str
    test: str
    ids: tuple[str, ...]
    result: str
    reason: str = ""
    unready: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values, as it goes from pytest-xdist's workers to their controller."""
        return {**asdict(self), "ids": list(self.ids)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Seen:
        """Return it from JSON values."""
        return cls(**{**plain, "ids": tuple(plain["ids"])})


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement, and what became of it.

    Attributes:
        id: Such as ``DST-010``.
        level: ``MUST`` or ``SHOULD``.
        statement: What has to be so.
        result: One of ``RESULTS``.
        tests: Its tests.
    """

    id: str
    level: str
    statement: str
    result: str
    tests: tuple[Seen, ...]

    @property
    def open(self) -> bool:
        """Return whether nobody may call the contract held while it is so."""
        return self.result in WRONG or (self.level == "MUST" and self.result in UNKNOWN)

    @property
    def reason(self) -> str:
        """Return why the result is what it is, in the words of the first test that came to it."""
        return next((test.reason for test in self.tests if test.result == self.result), "")

    @property
    def left_out(self) -> str:
        """Return why the subject was not held to a part of what it meets; empty where it was held to all of it."""
        left = (test.reason for test in self.tests if test.result == "unsupported")
        return next(left, "") if self.result == "met" else ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who was tested, against one family.

    Attributes:
        name: Such as the plugin's name.
        family: The three letters of the ids.
        rows: All requirements of that family.
    """

    name: str
    family: str
    rows: tuple[Row, ...]

    @property
    def holds(self) -> bool:
        """Return whether something is met, and nothing is open."""
        return self.count("met") > 0 and not any(row.open for row in self.rows)

    @property
    def mostly_unsupported(self) -> bool:
        """Return whether most requirements are not for the subject, of which little is known then."""
        return 2 * self.count("unsupported") > len(self.rows)

    def count(self, *results: str, level: str = "") -> int:
        """Return how many requirements, or those of a level, came to some results."""
        return sum(row.result in results for row in self.rows if level in {"", row.level})

    def applying(self, level: str) -> int:
        """Return how many requirements of a level are for what the subject supports."""
        return sum(row.level == level and row.result != "unsupported" for row in self.rows)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return how many requirements of each level came to each result."""
        return {
            level: dict(Counter(row.result for row in self.rows if row.level == level)) for level in ("MUST", "SHOULD")
        }


def unready(found: Sequence[Seen]) -> tuple[str, ...]:
    """Return what is to be mended before subjects can be tested, each once; a subject that was tested needs nothing."""
    tried = {_whose(seen) for seen in found if not seen.unready and seen.result not in _UNTRIED}
    return tuple(dict.fromkeys(seen.unready for seen in found if seen.unready and _whose(seen) not in tried))


def gather(found: Iterable[Seen]) -> tuple[Subject, ...]:
    """Return all subjects with the rows of their families, in an order that pytest-xdist does not change."""
    tested: dict[tuple[str, str], list[Seen]] = {}
    for seen in sorted(found, key=lambda seen: seen.test):
        for family in dict.fromkeys(name[:3] for name in seen.ids):
            tested.setdefault((family, seen.subject), []).append(seen)
    order = sorted(tested, key=lambda key: (list(FAMILIES).index(key[0]), key[1]))
    return tuple(Subject(name, family, tuple(_rows(family, tested[family, name]))) for family, name in order)


def _whose(seen: Seen) -> tuple[str, str]:
    return seen.subject, seen.ids[0][:3]


def _rows(family: str, tests: Sequence[Seen]) -> Iterator[Row]:
    for one in in_force():
        if one.family == family:
            own = tuple(test for test in tests if one.id in test.ids)
            result = min((test.result for test in own), key=RESULTS.index, default="not run")
            yield Row(one.id, one.level, one.statement, result, own)
