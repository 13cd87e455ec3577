"""The numbered requirements, read from ``CONTRACT.md``, which is the one place where they stand.

>>> from contract_tests.requirements import requirements
>>> requirements()["DST-010"].level
'MUST'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias

Level: TypeAlias = Literal["MUST", "SHOULD", "RETIRED"]

#: What each family of requirements is about.
FAMILIES: Final = {
    "DST": "a destination plugin",
    "EVT": "canonical events and SDK dialects",
    "VND": "a Promoter-compatible server",
    "RTR": "an event router",
}

_VERSION = re.compile(r"^Version: (\d+\.\d+)$", re.MULTILINE)
_SECTION = re.compile(r"^### (?P<title>[^\n]*)\n(?P<text>.*?)(?=^#{1,3} |\Z)", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r"(?P<id>[A-Z]{3}-\d{3}) (?P<level>MUST|SHOULD|RETIRED)")
_PARTS = re.compile(r"^\*(Why|If it fails|Since):\*\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise.

    Attributes:
        id: Such as ``DST-010``; never given to another requirement.
        level: ``MUST``, ``SHOULD``, or ``RETIRED``: it holds nobody any more, and keeps its id.
        statement: What has to be so.
        why: What goes wrong where it is not.
        advice: What to do when a test of it fails.
        since: The version of the contract that brought it.
    """

    id: str
    level: Level
    statement: str
    why: str
    advice: str
    since: str

    @property
    def family(self) -> str:
        """Return the three letters that its id begins with."""
        return self.id[:3]


def document() -> str:
    """Return the text of ``CONTRACT.md``."""
    return (files("contract_tests") / "CONTRACT.md").read_text("utf-8")


@cache
def requirements() -> Mapping[str, Requirement]:
    """Return all requirements by id, in the order of the document."""
    return {one.id: one for one in parse(document())}


def in_force() -> tuple[Requirement, ...]:
    """Return the requirements that hold somebody, in the order of the document."""
    return tuple(one for one in requirements().values() if one.level != "RETIRED")


@cache
def version() -> str:
    """Return the version of the contract, such as ``1.0``."""
    return version_of(document())


def version_of(text: str) -> str:
    """Return the version that a document says it is. Raises ``ValueError`` where it says none."""
    found = _VERSION.search(text)
    if found is None:
        raise ValueError("CONTRACT.md lacks a line such as Version: 1.0.")
    return found.group(1)


def parse(text: str) -> Iterator[Requirement]:
    """Yield the requirements of a document in the form of ``CONTRACT.md``.

    Raises ``ValueError`` where a heading is none of a requirement, a part is missing, or an id is given twice.
    """
    known: set[str] = set()
    for section in _SECTION.finditer(text):
        one = _requirement(section["title"], section["text"])
        if one.id in known:
            raise ValueError(f"CONTRACT.md: {one.id} is given twice.")
        known.add(one.id)
        yield one


def _requirement(title: str, text: str) -> Requirement:
    named = _TITLE.fullmatch(title)
    if named is None or named["id"][:3] not in FAMILIES:
        raise ValueError(f"CONTRACT.md: {title!r} is no heading such as DST-010 MUST.")
    statement, *rest = _PARTS.split(text)
    parts = {"statement": statement, **dict(zip(rest[::2], rest[1::2], strict=True))}
    missing = [part for part in ("statement", "Why", "If it fails", "Since") if not parts.get(part, "").strip()]
    if missing:
        raise ValueError(f"CONTRACT.md: {named['id']} lacks {', '.join(missing)}.")
    level: Level = named["level"]  # type: ignore[assignment]
    return Requirement(
        named["id"], level, *(_line(parts[part]) for part in ("statement", "Why", "If it fails", "Since"))
    )


def _line(text: str) -> str:
    return " ".join(text.split())
