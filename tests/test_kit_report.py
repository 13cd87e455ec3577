"""The report as JSON: as its schema says, the same for the same subject, and read again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from kit_runs import ran

from contract_tests.report import Report, ReportError, read, report_of, schema, written
from contract_tests.requirements import version
from contract_tests.results import RESULTS, Seen

SEEN = [
    Seen("mine", "test_a", ("DST-010",), "met"),
    Seen("mine", "test_b", ("DST-011",), "broken", "expected: …\ncame: …"),
    Seen("yours", "test_a", ("EVT-010",), "unsupported", "needs delete: it has none"),
]


def test_schema() -> None:
    """The schema is one, knows every result, and describes what is written, with whole things only."""
    Draft202012Validator.check_schema(schema())
    assert set(schema()["$defs"]["result"]["enum"]) == set(RESULTS)
    plain = json.loads(written(report_of(SEEN)))
    Draft202012Validator(schema()).validate(plain)
    for name in plain:
        assert list(Draft202012Validator(schema()).iter_errors({key: plain[key] for key in plain if key != name})), name


def test_contents() -> None:
    """Versions, verdicts, counts, and each test with its reason; no time, no machine."""
    plain = json.loads(written(report_of(SEEN)))
    assert plain["contract"] == version()
    assert set(plain["versions"]) == {"python", "promoter-destination", "pytest", "hypothesis"}
    assert (plain["holds"], [one["holds"] for one in plain["subjects"]]) == (False, [False, False])
    mine = plain["subjects"][0]
    assert mine["counts"]["MUST"]["met"] == 1
    assert mine["counts"]["MUST"]["broken"] == 1
    rows = {one["id"]: one for one in mine["requirements"]}
    assert rows["DST-011"]["tests"] == [{"test": "test_b", "result": "broken", "reason": "expected: …\ncame: …"}]
    assert rows["DST-010"]["statement"].endswith(".")


def test_it_is_read_again() -> None:
    """All of it."""
    report = report_of(SEEN)
    assert read(written(report)) == report
    assert "…" in written(report)
    assert written(report).endswith("}\n")


def test_holds() -> None:
    """A report holds where every subject does, and there is one."""
    whole = json.loads(written(report_of(SEEN)))
    for subject in whole["subjects"]:
        subject["requirements"] = [dict(subject["requirements"][0], result="met")]
    assert read(json.dumps(whole)).holds
    assert not report_of(SEEN).holds
    assert not Report("1.0", {}, ()).holds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "This is no JSON"),
        ("{}", "'contract' is a required property"),
        ('{"a": 1}', "no report of contract tests: "),
    ],
)
def test_other_texts_are_refused(text: str, says: str) -> None:
    """With a code and a sentence."""
    with pytest.raises(ReportError, match=says) as caught:
        read(text)
    assert str(caught.value).startswith("[contract_tests.no_report] ")


def test_a_wrong_place_is_named() -> None:
    """Where in the report it is."""
    plain: Any = json.loads(written(report_of(SEEN)))
    plain["subjects"][0]["requirements"][0]["result"] = "fine"
    with pytest.raises(ReportError, match=r"\$\.subjects\[0\]\.requirements\[0\]\.result: 'fine' is not one of"):
        read(json.dumps(plain))


REAL = """
    import pytest
    from contract_tests.contract import Contract, requirement
    from contract_tests.findings import expect

    class TestMine(Contract):
        family = "DST"
        opt_out = {"DST-013": "because", "DST-014": "because"}

        @requirement("DST-010")
        def test_met(self):
            pass

        @requirement("DST-011")
        def test_broken(self):
            expect(False, "it is so", "it is not")

        @requirement("DST-012", needs="delete")
        def test_unsupported(self):
            pass

        @requirement("DST-013")
        def test_opted_out(self):
            raise ValueError("x")

        @requirement("DST-014")
        def test_outdated(self):
            pass

        @requirement("DST-015")
        def test_skipped(self):
            pytest.skip("no time")

        @requirement("DST-058")
        def test_should(self):
            expect(False, "it is so", "it is not")

        def lacking(self, capability):
            return "it has none"
    """


def test_a_real_report_has_every_result(pytester: pytest.Pytester) -> None:
    """And meets the schema, as every report that is read; the next run writes the same."""
    _, report = ran(pytester, REAL)
    assert {row.result for row in report.subjects[0].rows} == set(RESULTS)
    first = pytester.path.joinpath("report.json").read_text("utf-8")
    assert ran(pytester, REAL)[1] == report
    assert pytester.path.joinpath("report.json").read_text("utf-8") == first


def test_what_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout on the path makes a report as well."""
    monkeypatch.setattr("contract_tests.report._TOLD", ("no-such-distribution",))
    assert report_of(()).versions["no-such-distribution"] == "unknown"
