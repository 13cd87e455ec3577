"""Mutants as mutmut tells of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_RESULT = re.compile(r"^ +(?P<name>\S+__mutmut_\d+): (?P<status>.+)$", re.MULTILINE)
_OF_A_CLASS = "ǁ"
_NOTICED = frozenset({"killed", "timeout"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one function, and what the tests made of it.

    Attributes:
        name: mutmut's name, such as ``promoter_destination.settings.x__age__mutmut_16``.
        status: ``killed``, ``timeout``, ``survived``, ``no tests``, …
        was: The lines that it changes, as one line.
        now: What they are changed to, likewise.
    """

    name: str
    status: str
    was: str = ""
    now: str = ""

    @property
    def module(self) -> str:
        """Return the module's name."""
        return self.name.rpartition(".")[0]

    @property
    def place(self) -> str:
        """Return the function's whole name, such as ``promoter_destination.settings.Settings.load``."""
        mangled = self.name.rpartition(".")[2].rpartition("__mutmut_")[0].removeprefix("x")
        own = mangled[1:].replace(_OF_A_CLASS, ".") if mangled.startswith(_OF_A_CLASS) else mangled.removeprefix("_")
        return f"{self.module}.{own}"

    @property
    def noticed(self) -> bool:
        """Return whether a test failed, or did not come to an end."""
        return self.status in _NOTICED

    def __str__(self) -> str:
        return f"{self.place}: {self.status} ({self.name})\n  was: {self.was}\n  now: {self.now}"


def results(text: str) -> Iterator[Mutant]:
    """Yield the mutants of what ``mutmut results --all true`` prints."""
    return (Mutant(found["name"], found["status"]) for found in _RESULT.finditer(text))


def change(diff: str) -> tuple[str, str]:
    """Return what ``mutmut show`` prints of a mutant as two lines: what it changes, and to what."""
    lines = diff.partition("\n@@")[2].splitlines()[1:]
    was, now = ([line[1:] for line in lines if line.startswith(sign)] for sign in "-+")
    return one_line(was), one_line(now)


def one_line(lines: list[str]) -> str:
    """Return lines of source as one, so that neither indentation nor the formatter's breaks count."""
    return " ".join(" ".join(lines).split())
