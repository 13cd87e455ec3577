"""Reports for people, in lines."""

from __future__ import annotations

import pytest

from contract_tests.report import Report
from contract_tests.requirements import Requirement
from contract_tests.results import Row, Seen, Subject
from contract_tests.table import listing, markdown, summary, table, verdict


def row(name: str, level: str, result: str, reason: str = "") -> Row:
    """Return a requirement that came to a result."""
    return Row(name, level, f"{name} is <so> | so.", result, (Seen("mine", "test_a", (name,), result, reason),))


GOOD = Subject(
    "good", "DST", (row("DST-010", "MUST", "met"), row("DST-011", "MUST", "unsupported", "needs delete: none"))
)
BAD = Subject(
    "bad",
    "EVT",
    (
        row("EVT-010", "MUST", "met"),
        row("EVT-011", "MUST", "broken", "EVT-011 MUST: …\nexpected: …"),
        row("EVT-012", "SHOULD", "not met", "EVT-012 SHOULD: …"),
        row("EVT-013", "MUST", "opted out", "because\nof that"),
        row("EVT-014", "MUST", "not run"),
        row("EVT-015", "SHOULD", "not run"),
        row("EVT-016", "MUST", "not shown"),
    ),
)
REPORT = Report("1.0", {}, (GOOD, BAD))


def test_verdict() -> None:
    """Whether it holds, and in numbers why; what is unsupported is not counted."""
    assert verdict(GOOD, "1.0") == "good meets DST of contract 1.0: 1 of 1 MUST; 1 unsupported"
    assert verdict(BAD, "1.2") == (
        "bad does NOT meet EVT of contract 1.2: 1 of 5 MUST, 0 of 2 SHOULD; "
        "1 opted out, 1 not met, 1 broken, 1 not shown, 2 not run"
    )
    partly = Subject("some", "EVT", (BAD.rows[0], BAD.rows[4]))
    assert verdict(partly, "1.0") == "some was not held to all of EVT of contract 1.0: 1 of 2 MUST; 1 not run"
    assert verdict(Subject("all", "DST", GOOD.rows[:1]), "1.0") == "all meets DST of contract 1.0: 1 of 1 MUST"


def test_most_that_is_unsupported() -> None:
    """Who was held to less than a half does not simply meet the contract."""
    few = Subject("few", "DST", (*GOOD.rows, row("DST-012", "MUST", "unsupported", "needs delete: none")))
    assert verdict(few, "1.0") == (
        "few was not held to most, and meets what it supports of DST of contract 1.0: 1 of 1 MUST; 2 unsupported"
    )


def test_what_is_met_in_part() -> None:
    """Why the rest was not tested is told beside the requirement."""
    tests = (
        Seen("mine", "test_a", ("DST-010",), "met"),
        Seen("mine", "test_b", ("DST-010",), "unsupported", "needs restart: it runs already"),
    )
    partly = Report("1.0", {}, (Subject("mine", "DST", (Row("DST-010", "MUST", "It is so.", "met", tests),)),))
    assert list(summary(partly))[1:] == ["  DST-010 met: in part: needs restart: it runs already"]
    assert next(line for line in table(partly, 100) if "met  " in line).endswith(
        "It is so. (in part: needs restart: it runs already)"
    )


def test_summary() -> None:
    """A line for whatever is not simply met, with its reason; failures, which are told elsewhere, with the statement."""
    assert list(summary(REPORT)) == [
        verdict(GOOD, "1.0"),
        "  DST-011 unsupported: needs delete: none",
        verdict(BAD, "1.0"),
        "  EVT-011 broken: EVT-011 is <so> | so.",
        "  EVT-012 not met: EVT-012 is <so> | so.",
        "  EVT-013 opted out: because",
        "  EVT-016 not shown: EVT-016 is <so> | so.",
        "  not run: EVT-014, EVT-015",
    ]


def test_table() -> None:
    """Every requirement, then the failures in full, then the verdicts."""
    assert list(table(REPORT, 100)) == [
        "DST: good",
        "DST-010 MUST   met         DST-010 is <so> | so.",
        "DST-011 MUST   unsupported DST-011 is <so> | so. (needs delete: none)",
        "",
        "EVT: bad",
        "EVT-010 MUST   met         EVT-010 is <so> | so.",
        "EVT-011 MUST   broken      EVT-011 is <so> | so.",
        "EVT-012 SHOULD not met     EVT-012 is <so> | so.",
        "EVT-013 MUST   opted out   EVT-013 is <so> | so. (because)",
        "EVT-014 MUST   not run     EVT-014 is <so> | so.",
        "EVT-015 SHOULD not run     EVT-015 is <so> | so.",
        "EVT-016 MUST   not shown   EVT-016 is <so> | so.",
        "",
        "bad · broken",
        "  EVT-011 MUST: …",
        "  expected: …",
        "",
        "bad · not met",
        "  EVT-012 SHOULD: …",
        "",
        verdict(GOOD, "1.0"),
        verdict(BAD, "1.0"),
    ]


@pytest.mark.parametrize("width", [10, 67])
def test_narrow_terminals(width: int) -> None:
    """Statements go on below themselves; none is squeezed to a word a line."""
    lines = list(table(Report("1.0", {}, (GOOD,)), width))
    assert lines[2:4] == [
        "DST-011 MUST   unsupported DST-011 is <so> | so. (needs delete:",
        "                           none)",
    ]


def test_markdown() -> None:
    """A heading and a table for each subject; nothing in it is taken for Markdown's or HTML's own."""
    assert list(markdown(Report("1.0", {}, (GOOD,)))) == [
        "### good meets DST of contract 1.0: 1 of 1 MUST; 1 unsupported",
        "",
        "| id | level | result | requirement |",
        "|---|---|---|---|",
        "| DST-010 | MUST | met | DST-010 is &lt;so> \\| so. |",
        "| DST-011 | MUST | unsupported | DST-011 is &lt;so> \\| so. (needs delete: none) |",
        "",
    ]


def test_failures_in_markdown() -> None:
    """What they tell stands below the table, in a block that nothing in it ends."""
    told = Subject(
        "bad", "EVT", (row("EVT-011", "MUST", "broken", "do: write ```x``` | <y>"), row("EVT-010", "MUST", "met"))
    )
    lines = list(markdown(Report("1.0", {}, (told,))))
    assert lines[-6:] == ["#### EVT-011 broken", "", "````text", "do: write ```x``` | <y>", "````", ""]


def test_listing() -> None:
    """A requirement with its level and its statement."""
    one = Requirement("DST-010", "MUST", "A hook leaves what it is given as it was, in all its depth.", "", "", "1.0")
    assert list(listing([one], 60)) == [
        "DST-010 MUST   A hook leaves what it is given as it was, in",
        "               all its depth.",
    ]
