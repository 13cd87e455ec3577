"""Badges: self-contained, readable for everybody, and in shields.io's form."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from contract_tests.badge import badge, endpoint, svg
from contract_tests.report import Report
from contract_tests.results import Row, Subject
from contract_tests.table import verdict


def report(*results: str, name: str = "mine", families: tuple[str, ...] = ("DST",)) -> Report:
    """Return a report in which every family has the same results."""
    rows = tuple(Row("DST-010", "MUST", "It is so.", result, ()) for result in results)
    return Report("1.0", {}, tuple(Subject(name, family, rows) for family in families))


@pytest.mark.parametrize(
    ("results", "message", "colour"),
    [
        (("met", "met", "unsupported"), "DST 2/2", "2e7d32"),
        (("met", "opted out"), "DST 1/2", "8a6100"),
        (("met", "unsupported", "unsupported"), "DST 1/1", "8a6100"),
        (("met", "broken"), "DST 1/2", "b71c1c"),
    ],
)
def test_endpoint(results: tuple[str, ...], message: str, colour: str) -> None:
    """How many MUSTs of those that apply are met: green, amber with an opt-out or where most is unsupported, red where it does not hold."""
    assert json.loads(endpoint(report(*results))) == {
        "schemaVersion": 1,
        "label": "contract 1.0",
        "message": message,
        "color": colour,
        "isError": "broken" in results,
    }
    assert f'fill="#{colour}"' in svg(report(*results))


def test_several_subjects_and_none() -> None:
    """Each has its numbers; where nobody was tested, it says so in red."""
    assert json.loads(endpoint(report("met", families=("DST", "EVT"))))["message"] == "DST 1/1 · EVT 1/1"
    nobody = json.loads(endpoint(Report("1.0", {}, ())))
    assert (nobody["message"], nobody["color"]) == ("nobody tested", "b71c1c")
    assert "<title>nobody tested</title>" in svg(Report("1.0", {}, ()))


def test_svg() -> None:
    """It is XML with a title for those who do not see it, loads nothing, and its parts are side by side."""
    given = report("met", name='<b>"&', families=("DST", "EVT"))
    root = ET.fromstring(svg(given))
    space = "{http://www.w3.org/2000/svg}"
    title = "; ".join(verdict(subject, "1.0") for subject in given.subjects)
    assert (root.get("role"), root.get("aria-label"), root.findtext(f"{space}title")) == ("img", title, title)
    assert "href" not in svg(given)
    assert "url(" not in svg(given)
    assert "id=" not in svg(given)
    whole, half = root.find(f"{space}rect"), root.find(f"{space}path")
    assert whole is not None
    assert half is not None
    left, right = root.iter(f"{space}text")
    assert whole.get("width") == root.get("width")
    assert int(left.get("x", 0)) + int(left.get("textLength", 0)) == int(half.get("d", "").split(" ")[0][1:]) - 7
    assert int(right.get("x", 0)) + int(right.get("textLength", 0)) == int(root.get("width", 0)) - 7
    assert [text.text for text in root.iter(f"{space}text")] == ["contract 1.0", "DST 1/1 · EVT 1/1"]


def test_the_name_decides() -> None:
    """JSON for shields.io where the file is called so."""
    assert badge(report("met"), "badge.json") == endpoint(report("met"))
    assert badge(report("met"), "badge.svg") == svg(report("met"))
