"""How a test of the contract says what is wrong: what was expected, what came, the journal, and what to do.

>>> from contract_tests.findings import expect
>>> expect(1 + 1 == 3, "1 + 1 makes 3", 2)
Traceback (most recent call last):
    ...
contract_tests.findings.BrokenRequirement: expected: 1 + 1 makes 3
came: 2
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from traceback import FrameSummary, extract_tb
from typing import Any

from contract_tests.contract import ContractError
from contract_tests.requirements import Requirement

#: Characters of a value that a message shows; bytes of a hostile event would fill a screen.
LONGEST = 1_000
#: Requests of a journal that a message shows: the last ones.
MOST_REQUESTS = 12
#: Characters of one request in a journal that a message shows.
LONGEST_REQUEST = 300
#: Places in the code that a message shows: the innermost ones.
MOST_PLACES = 3

_HERE = Path(__file__).parent
_BETWEEN = frozenset({"_pytest", "hypothesis", "pluggy"})
# Hypothesis has changed its words: a falsifying example is a failing test case now.
_EXAMPLE = re.compile(r"(?:Failing|Falsifying) (?:explicit )?(?:test case|example): \w+\(\n(.*)\n\)", re.DOTALL)
_ITSELF = re.compile(r"^\s*self=.*\n?", re.MULTILINE)
_UNREADY = "Until it is mended nothing can be tested, so that this says nothing of who is tested."
_REPRODUCE = re.compile(r"\s*You can reproduce this ")


class BrokenRequirement(AssertionError):  # noqa: N818  # As people say it, in the last line of a failure.
    """A requirement is not met.

    Attributes:
        expected: What has to be so, in words.
        came: What was found instead, in words.
    """

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(f"expected: {expected}\ncame: {came}")
        self.expected, self.came = expected, came


def expect(met: object, expected: str, came: Any) -> None:
    """Return where something is so. Raises ``BrokenRequirement`` with both sides in words where it is not.

    Args:
        met: Whether it is so.
        expected: What has to be so, in words.
        came: What was found: text as it is, other values as ``repr``, shortened.
    """
    if not met:
        raise BrokenRequirement(expected, shown(came))


def shown(value: Any) -> str:
    """Return a value for people: text as it is, other values as ``repr``, cut where they are long."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def told(
    found: Sequence[Requirement], error: BaseException, journal: Sequence[str], where: str, phase: str = "call"
) -> str:
    """Return what a failed test tells people.

    Args:
        found: The requirements that the test is for.
        error: What it raised; Hypothesis' notes say with which values.
        journal: What was sent and answered, a line each, the newest last; empty where nothing was.
        where: The test, as pytest names it.
        phase: Where in the test it was raised: ``setup``, ``call`` or ``teardown``.
    """
    error = _first(error)
    if phase == "setup" and isinstance(error, ContractError):
        ids = ", ".join(one.id for one in found)
        unready = (("", f"{ids} could not be tested."), ("came", str(error)), ("why", _UNREADY), ("test", where))
        return "\n".join(_part(label, text) for label, text in unready)
    expected, came = _sides(error, phase)
    left = len(journal) - MOST_REQUESTS
    requests = [f"… {left} before"] if left > 0 else []
    requests += [textwrap.shorten(line, LONGEST_REQUEST, placeholder=" …") for line in journal[-MOST_REQUESTS:]]
    parts = [
        *((f"{one.id} {one.level}", one.statement) for one in found),
        ("expected", expected),
        ("came", came),
        ("at", "\n".join(_places(error))),
        ("with", "\n".join(filter(None, map(_example, getattr(error, "__notes__", ()))))),
        ("journal", "".join(f"\n{line}" for line in requests)),
        *(("why", one.why) for one in found),
        *(("do", one.advice) for one in found),
        ("test", where),
    ]
    return "\n".join(_part(label, text) for label, text in parts if text)


def gist(found: Sequence[Requirement], error: BaseException, phase: str = "call") -> str:
    """Return what a failed test tells people, in a line: the ids, what was expected, and what came."""
    expected, came = _sides(_first(error), phase)
    return " ".join(f"{', '.join(one.id for one in found)}: expected: {expected}; came: {came}".split())


def _part(label: str, text: str) -> str:
    """Return a label and its text, whose further lines are set in, so that the labels stand out."""
    first, *rest = text.split("\n")
    return "\n".join([f"{label}: {first}".rstrip() if label else first, *(f"    {line}" for line in rest)])


def _first(error: BaseException) -> BaseException:
    """Return the one of Hypothesis' several failures that says most to people."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    each = [_first(one) for one in error.exceptions]
    return next((one for one in each if isinstance(one, BrokenRequirement)), each[0])


def _sides(error: BaseException, phase: str) -> tuple[str, str]:
    if isinstance(error, BrokenRequirement):
        return error.expected, error.came
    ends = {"setup": "the test can begin", "teardown": "the test can clean up"}
    return ends.get(phase, "the test comes to its end"), f"{type(error).__name__}: {shown(str(error))}"


def _places(error: BaseException) -> list[str]:
    """Return where it was raised, the innermost place last: below the kit's own code, where it came from there."""
    found = isinstance(error, BrokenRequirement)
    own = error.__cause__ or error.__context__ if found else error
    frames = extract_tb(own.__traceback__) if own else []
    last = max((number for number, frame in enumerate(frames) if _between(frame)), default=-1)
    # What the kit raises on purpose says all; what it raises otherwise is a mistake in it.
    meant = found or type(error).__module__.partition(".")[0] == _HERE.name
    below = frames[last + 1 :] or ([] if meant else frames)
    return [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in below[-MOST_PLACES:]]


def _between(frame: FrameSummary) -> bool:
    path = Path(frame.filename)
    return _HERE in path.parents or bool(_BETWEEN & set(path.parts))


def _example(note: str) -> str:
    """Return what Hypothesis notes, without what is of no use to those who did not write the test."""
    found = _EXAMPLE.fullmatch(note)
    text = textwrap.dedent(_ITSELF.sub("", found[1])) if found else note
    return "" if _REPRODUCE.match(note) else shown(text.rstrip(","))
