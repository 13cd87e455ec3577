"""The requirements: CONTRACT.md parses whole, says what it has to, and every requirement has its tests."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping

import pytest

import contract_tests
from contract_tests import requirements as module
from contract_tests.contract import MARK, Contract, ids_of
from contract_tests.requirements import (
    FAMILIES,
    Requirement,
    document,
    in_force,
    parse,
    requirements,
    version,
    version_of,
)

SECTION = """\
### DST-010 MUST

A hook leaves its event
as it was.

*Why:* It is shared.
*If it fails:* Build new dicts.
*This* is how.

* And so on.
*Since:* 1.0
"""
ALL = ("--destination=promoter", "--canonicaliser=event_router.event:canonicalise", "--promoter-url=http://127.0.0.1:9")
ROUTER = ("--router-url=http://127.0.0.1:9", "--promoter-url=http://127.0.0.1:9")


def test_parts() -> None:
    """A section's parts are read, each as one line."""
    assert list(parse(f"# Title\n\nText.\n\n## DST: a family\n\n{SECTION}\n## EVT: another\n")) == [
        Requirement(
            "DST-010",
            "MUST",
            "A hook leaves its event as it was.",
            "It is shared.",
            "Build new dicts. *This* is how. * And so on.",
            "1.0",
        )
    ]
    assert next(parse(SECTION)).family == "DST"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (SECTION.replace("DST-010 MUST", "DST-10 MUST"), "'DST-10 MUST' is no heading"),
        (SECTION.replace("DST-010 MUST", "DST-010 must"), "'DST-010 must' is no heading"),
        (SECTION.replace("DST-010 MUST", "XYZ-010 MUST"), "'XYZ-010 MUST' is no heading"),
        (SECTION.replace("DST-010 MUST", "DST-010 MUST "), "'DST-010 MUST ' is no heading"),
        (SECTION.replace("*Why:* It is shared.\n", ""), "DST-010 lacks Why"),
        (SECTION.replace("*Why:* It is shared.\n", "*Why:*\n"), "DST-010 lacks Why"),
        (SECTION.replace("A hook leaves its event\nas it was.", ""), "DST-010 lacks statement"),
        (SECTION.replace("*Since:* 1.0\n", "").replace("*If it fails:*", "*Else:*"), "lacks If it fails, Since"),
        (SECTION + SECTION, "DST-010 is given twice"),
    ],
)
def test_nothing_is_skipped(text: str, wrong: str) -> None:
    """A section that is not as it has to be is refused, and named."""
    with pytest.raises(ValueError, match=wrong):
        list(parse(text))


def test_version() -> None:
    """The version is two numbers on a line of its own."""
    assert version_of("# The contract\n\nVersion: 1.10\n") == "1.10"
    with pytest.raises(ValueError, match="lacks a line such as Version"):
        version_of("Version: one")


def test_retired_requirements_keep_their_ids_and_hold_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read, and not in force."""
    both = {one.id: one for one in parse(SECTION + SECTION.replace("DST-010 MUST", "DST-011 RETIRED"))}
    monkeypatch.setattr(module, "requirements", lambda: both)
    assert [one.id for one in in_force()] == ["DST-010"]


def test_the_document_parses_whole() -> None:
    """Each family has its section, with requirements of its own only, in the order of their numbers."""
    for family, text in re.findall(r"^## ([A-Z]{3}): (?:.*)\n((?:.|\n)*?)(?=^## |\Z)", document(), re.MULTILINE):
        ids = [one.id for one in parse(text)]
        assert ids, f"{family} has no requirement"
        assert ids == sorted(ids)
        assert {name[:3] for name in ids} == {family}
    headings = re.findall(r"^#+ (.*)$", document(), re.MULTILINE)
    families = [f"{family}: {about}" for family, about in FAMILIES.items()]
    assert headings[0] == "The contract"
    assert [heading for heading in headings[1:] if ":" in heading] == families
    assert len(headings) == 1 + len(families) + len(requirements())


@pytest.mark.parametrize("one", in_force(), ids=lambda one: one.id)
def test_style(one: Requirement) -> None:
    """Sentences, the level in the heading only, and a version that there has been."""
    assert re.match(r"[`A-Z0-9]", one.statement), f"{one.id}: {one.statement!r} does not begin as a sentence"
    for text in (one.statement, one.why, one.advice):
        assert text.endswith((".", ".`", ".)")), f"{one.id}: {text!r} does not end as a sentence"
        assert not re.search(r"\b(MUST|SHOULD|SHALL|RETIRED)\b", text), f"{one.id} says its level again"
    assert len(one.statement) <= 300
    assert re.fullmatch(r"\d+\.\d+", one.since)
    assert _numbers(one.since) <= _numbers(version())


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def test_every_requirement_has_a_test_and_every_test_a_requirement(pytester: pytest.Pytester) -> None:
    """Each requirement in force has a test, and each test is of such ones; the doors leave no test of a class out."""
    items = [item for args in (ALL, ROUTER) for item in _collected(pytester, *args)]
    without = {item.nodeid for item in items if not ids_of(item.iter_markers(MARK))}
    assert not without, "tests without a requirement"
    held = {name for item in items for name in ids_of(item.iter_markers(MARK))}
    expected = {one.id for one in in_force()}
    assert held == expected, f"without a test: {sorted(expected - held)}; not in force: {sorted(held - expected)}"
    collected = {item.function.__qualname__ for item in items}
    assert not set(_tests()) - collected, "tests that no door leads to"
    assert not {item.nodeid for item in items if not item.function.__doc__}, "tests that do not say what they show"


def _collected(pytester: pytest.Pytester, *args: str) -> list[pytest.Function]:
    items, _ = pytester.inline_genitems("--pyargs", "contract_tests", "-p", "no:cacheprovider", *args)
    found = [item for item in items if isinstance(item, pytest.Function)]
    assert len(found) == len(items)
    return found


def _tests() -> Mapping[str, object]:
    """Return every test of every class in the kit, by its qualified name."""
    names = [name for _, name, _ in pkgutil.walk_packages(contract_tests.__path__, "contract_tests.")]
    for name in names:
        if not name.endswith("__main__"):
            importlib.import_module(name)
    found: dict[str, object] = {}
    open_: list[type] = [Contract]
    while open_:
        one = open_.pop()
        open_ += one.__subclasses__()
        if one.__module__.startswith("contract_tests."):
            found |= {value.__qualname__: value for name, value in vars(one).items() if name.startswith("test")}
    return found
