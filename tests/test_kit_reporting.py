"""What becomes of tests that hold requirements, as pytest reports it and as the kit does."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from kit_runs import WITHOUT, came, ran

from contract_tests.requirements import requirements

MINE = """
    import pytest
    import hypothesis
    from hypothesis import strategies as st
    from contract_tests.contract import Contract, requirement
    from contract_tests.findings import expect
    from contract_tests.reporting import JOURNAL
    from event_router.api import Secret

    class Topic(Contract):
        family = "DST"

    """


def failing(body: str) -> str:
    """Return a contract class with some tests."""
    return MINE + body


WHOLE = failing('''
    def transform(event):
        return event["traits"]["email"]

    class TestMine(Topic):
        subject = "mine"
        settings = {"token": Secret("s3cret-token")}

        @pytest.fixture
        def promoter_key(self):
            return "s3cret-key"

        @pytest.fixture(autouse=True)
        def _journal(self, request, promoter_key):
            request.node.stash[JOURNAL] = lambda: [f"1. POST /api/contacts/ {promoter_key} → 200 {{}}"]

        @requirement("DST-010")
        @hypothesis.settings(database=None)
        @hypothesis.given(event=st.fixed_dictionaries({"traits": st.just({})}))
        def test_it(self, event):
            """One sentence."""
            try:
                transform(event)
            except KeyError as error:
                expect(False, "the event, of which s3cret-token is no part, stays", error)
    ''')


@pytest.mark.parametrize("style", ["auto", "long", "short", "native"])
def test_the_whole_text(pytester: pytest.Pytester, style: str) -> None:
    """Expected, came, place, example, journal, why, what to do; without secrets; however tracebacks are wanted."""
    run, report = ran(pytester, WHOLE, f"--tb={style}")
    one = requirements()["DST-010"]
    text = [
        f"DST-010 MUST: {one.statement}",
        "expected: the event, of which *** is no part, stays",
        "came: KeyError('email')",
        f"at: {pytester.path / 'test_mine.py'}:* in test_it",
        f"    {pytester.path / 'test_mine.py'}:* in transform",
        "with: event=*",  # With which value is shown where schemathesis was not imported: test_kit_main.
        "journal:",
        "    1. POST /api/contacts/ [*][*][*] → 200 {}",
        f"why: {one.why}",
        f"do: {one.advice.replace('[', '[[]')}",
        "test: test_mine.py::TestMine::test_it",
    ]
    run.stdout.fnmatch_lines(["*_ TestMine.test_it _*", *text], consecutive=True)
    run.stdout.fnmatch_lines(["FAILED test_mine.py::TestMine::test_it - DST-010: expected: the event*"])
    run.stdout.no_fnmatch_line("*s3cret*")
    row = next(row for row in report.subjects[0].rows if row.id == "DST-010")
    assert len(row.reason.splitlines()) == len(text)
    assert "s3cret" not in pytester.path.joinpath("report.json").read_text("utf-8")


def test_a_line_for_those_who_want_one(pytester: pytest.Pytester) -> None:
    """--tb=line and JUnit's XML have the failure in a line."""
    run, _ = ran(pytester, WHOLE, "--tb=line", "--junitxml=junit.xml")
    line = "DST-010: expected: the event, of which *** is no part, stays; came: KeyError('email')"
    run.stdout.fnmatch_lines([f"test_mine.py::TestMine::test_it: {line.replace('*', '[*]')}"])
    failure = ET.parse(pytester.path / "junit.xml").find(".//failure")
    assert failure is not None
    assert failure.get("message") == line
    assert (failure.text or "").startswith("DST-010 MUST: ")


def test_a_write_key_of_ones_own_is_a_secret(pytester: pytest.Pytester) -> None:
    """The option's is in no text; its default, which is none, hides nothing."""
    body = """
    class TestMine(Topic):
        @requirement("RTR-100")
        def test_it(self):
            expect(False, "see docs/contract-tests.md", "write-k3y came")
    """
    run, _ = ran(pytester, failing(body))
    run.stdout.fnmatch_lines(["expected: see docs/contract-tests.md", "came: write-k3y came"], consecutive=True)
    run, _ = ran(pytester, failing(body), "--router-write-key=write-k3y")
    run.stdout.fnmatch_lines(["came: [*][*][*] came"])


RESULTS = failing("""
    class TestMine(Topic):
        @requirement("DST-010")
        def test_met(self):
            pass

        @requirement("DST-011", "DST-058")
        def test_of_a_must_and_a_should(self):
            expect(False, "it is so", "it is not")

        @requirement("DST-058")
        def test_should(self):
            expect(False, "it is so", "it is not")

        @requirement("DST-012")
        def test_skipped(self):
            pytest.skip("no time")

        @requirement("DST-013")
        @pytest.mark.xfail(reason="I know")
        def test_expected_to_fail_by_its_author(self):
            raise ValueError("x")

        @requirement("DST-014")
        @pytest.mark.xfail(reason="I thought")
        def test_expected_to_fail_and_does_not(self):
            pass

        @pytest.fixture
        def nowhere(self):
            raise OSError("no such host")

        @pytest.fixture
        def endless(self):
            yield
            raise OSError("no end")

        @requirement("DST-015")
        def test_setup(self, nowhere):
            pass

        @requirement("DST-020")
        def test_teardown(self, endless):
            pass

        def test_of_nothing(self):
            pass

    @pytest.mark.skip(reason="not today")
    class TestSkipped(Topic):
        @requirement("DST-010")
        def test_met(self):
            pass

    @requirement("DST-010")
    def test_alone():
        pass
    """)


def test_results(pytester: pytest.Pytester) -> None:
    """What was skipped or expected to fail without a word to the kit is not shown; fixtures that fail break."""
    run, report = ran(pytester, RESULTS)
    assert came(report, "TestMine") == {
        "DST-010": "met",
        "DST-011": "broken",
        "DST-058": "broken",
        "DST-012": "not shown",
        "DST-013": "not shown",
        "DST-014": "met",
        "DST-015": "broken",
        "DST-020": "broken",
    }
    reasons = {row.id: row.reason for row in report.subjects[1].rows}
    assert report.subjects[1].name == "TestSkipped"
    assert reasons["DST-010"] == "not today"
    assert came(report, "TestSkipped") == {"DST-010": "not shown"}
    assert came(report, "test_mine.py") == {"DST-010": "met"}
    mine = {row.id: row.reason for row in report.subjects[0].rows}
    assert (mine["DST-012"], mine["DST-013"]) == ("no time", "expected to fail: I know")
    assert "expected: the test can begin\ncame: OSError: no such host" in mine["DST-015"]
    assert "expected: the test can clean up\ncame: OSError: no end" in mine["DST-020"]
    run.assert_outcomes(passed=4, failed=1, errors=2, skipped=2, xfailed=2, xpassed=1)


SHOULD = failing("""
    class TestMine(Topic):
        @requirement("DST-058")
        def test_should(self):
            expect(False, "it is so", "it is not")
    """)


def test_tests_are_found_by_ids(pytester: pytest.Pytester) -> None:
    """-k takes the id that a report names."""
    _, report = ran(pytester, RESULTS, "-k", "DST-015 or dst-010")
    assert came(report, "TestMine") == {"DST-010": "met", "DST-015": "broken"}


def test_should(pytester: pytest.Pytester) -> None:
    """A SHOULD that is not so is told and fails nothing, unless it is to."""
    run, report = ran(pytester, SHOULD, "-rx")
    run.assert_outcomes(xfailed=1)
    assert run.ret == 0
    run.stdout.fnmatch_lines([f"XFAIL *::test_should - DST-058 SHOULD: {requirements()['DST-058'].statement[:20]}*"])
    assert came(report, "TestMine") == {"DST-058": "not met"}
    assert "expected: it is so" in next(row.reason for row in report.subjects[0].rows if row.id == "DST-058")
    run, report = ran(pytester, SHOULD, "--strict-should")
    run.assert_outcomes(failed=1)
    assert came(report, "TestMine") == {"DST-058": "broken"}


OPTED = failing("""
    class TestMine(Topic):
        opt_out = {"DST-010": "agreed with legal"}

        @requirement("DST-010")
        @pytest.mark.parametrize("case", [1, 2])
        def test_one(self, case):
            expect(case != CASE, "it is so", "it is not")

        @requirement("DST-011")
        def test_two(self):
            expect(False, "it is so", "it is not")

        @requirement("DST-012")
        def test_three(self):
            pass
    """)


def test_opt_outs(pytester: pytest.Pytester) -> None:
    """By the class or an option: a test of it fails, the others need not, and the reason is told."""
    source = OPTED.replace("CASE", "1")
    run, report = ran(pytester, source, "-rx", "--opt-out=DST-011=no time", "-o", "xfail_strict=true")
    run.assert_outcomes(passed=1, xfailed=2, xpassed=1)
    assert run.ret == 0
    assert came(report, "TestMine") == {"DST-010": "opted out", "DST-011": "opted out", "DST-012": "met"}
    run.stdout.fnmatch_lines(["  DST-010 opted out: agreed with legal", "  DST-011 opted out: no time"])
    run.stdout.fnmatch_lines(["XFAIL *::test_one[[]1] - DST-010 opted out: agreed with legal"])


def test_an_outdated_opt_out_fails(pytester: pytest.Pytester) -> None:
    """Where all tests of what is opted out pass, the session fails and says what to do."""
    run, report = ran(pytester, OPTED.replace("CASE", "3"), "--opt-out=DST-011=no time")
    run.assert_outcomes(passed=1, xfailed=1, xpassed=2)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert came(report, "TestMine")["DST-010"] == "outdated"
    run.stdout.fnmatch_lines(
        [
            "  DST-010 outdated: opted out (agreed with legal), and yet its tests pass: remove the opt-out",
        ]
    )


def test_a_journal_that_cannot_be_had(pytester: pytest.Pytester) -> None:
    """The failure is told all the same."""
    body = """
    class TestMine(Topic):
        @pytest.fixture(autouse=True)
        def _journal(self, request):
            request.node.stash[JOURNAL] = lambda: 1 / 0

        @requirement("DST-010")
        def test_one(self):
            expect(False, "it is so", "it is not")
    """
    run, _ = ran(pytester, failing(body))
    run.stdout.fnmatch_lines(
        ["came: it is not", "journal:", "    (there is no journal: ZeroDivisionError: division by zero)"]
    )


def test_a_session_that_was_stopped_is_not_a_failed_one(pytester: pytest.Pytester) -> None:
    """An outdated opt-out changes no other exit status."""
    source = OPTED.replace("CASE", "3").replace(
        "def test_three(self):\n            pass", "def test_three(self):\n            pytest.exit('enough')"
    )
    run, _ = ran(pytester, source, "--opt-out=DST-011=no time")
    assert run.ret == pytest.ExitCode.INTERRUPTED


UNREADY = failing("""
    from contract_tests.contract import ContractError

    class TestMine(Topic):
        subject = "mine"
        opt_out = {"DST-058": "because"}

        @pytest.fixture(autouse=True)
        def _first(self, request):
            if "good" not in request.node.name:
                raise ContractError("contract_tests.no_server", "There is no server, s3cret-key.")

        @requirement("DST-010")
        def test_good(self):
            pass

        @requirement("DST-059")
        def test_should(self):
            pass

        @requirement("DST-058")
        def test_opted_out(self):
            pass

        @requirement("DST-011")
        def test_must(self):
            pass

    class TestOther(TestMine):
        subject = "other"
    """)


@pytest.mark.parametrize("first", ["should", "opted_out", "must"])
def test_what_cannot_begin_is_no_verdict(pytester: pytest.Pytester, first: str) -> None:
    """It is told once, whatever it was that could not begin; there is no report, and the session fails."""
    pytester.makepyfile(test_mine=UNREADY.replace("TestOther", "Other"))
    options = ("--contract-report=report.json", "--promoter-key=s3cret-key", f"-k={first} or must", *WITHOUT)
    run = pytester.runpytest_inprocess(*options, "--tb=no", "--no-summary")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    run.stdout.fnmatch_lines(
        ["*contract: there is no report*", "[[]contract_tests.no_server] There is no server, [*][*][*]."]
    )
    assert run.stdout.str().count("There is no server") == 1
    assert not (pytester.path / "report.json").exists()


def test_what_cannot_begin_is_told_in_words(pytester: pytest.Pytester) -> None:
    """Without the requirement's own reason and advice; each class is told of its own."""
    pytester.makepyfile(test_mine=UNREADY)
    run = pytester.runpytest_inprocess("-k", "must or should", *WITHOUT)
    run.assert_outcomes(errors=2, skipped=2)
    run.stdout.fnmatch_lines(
        [
            "DST-059 could not be tested.",
            "came: [[]contract_tests.no_server] There is no server*",
            "why: Until it is mended nothing can be tested*",
            "test: test_mine.py::TestMine::test_should",
        ]
    )
    run.stdout.no_fnmatch_line("do: *")


def test_what_could_begin_once_is_tested(pytester: pytest.Pytester) -> None:
    """Where a test has come to a result before, there is a report, in which others are not shown."""
    run, report = ran(pytester, UNREADY.replace("TestOther", "Other"), "-k", "good or should or must")
    run.assert_outcomes(passed=1, errors=1, skipped=1)
    assert came(report, "mine") == {"DST-010": "met", "DST-059": "broken", "DST-011": "not shown"}
    (row,) = [one for one in report.subjects[0].rows if one.id == "DST-011"]
    assert row.reason == "contract_tests.no_server first: until it is mended nothing can be tested"


def test_functions_stand_alone(pytester: pytest.Pytester) -> None:
    """A test that is in no class keeps no other from its begin."""
    source = (
        MINE
        + """
    from contract_tests.contract import ContractError

    @pytest.fixture
    def raising():
        raise ContractError("contract_tests.no_server", "There is none.")

    @requirement("DST-010")
    def test_one(raising):
        pass

    @requirement("DST-011")
    def test_other():
        pass
    """
    )
    run, report = ran(pytester, source)
    run.assert_outcomes(passed=1, errors=1)
    assert came(report, "test_mine.py") == {"DST-010": "broken", "DST-011": "met"}


def test_tests_of_the_kit_have_names_without_its_place(pytester: pytest.Pytester, mock: str) -> None:
    """A report is the same wherever the kit is installed."""
    file = pytester.path / "report.json"
    pytester.runpytest_inprocess(
        "--pyargs", "contract_tests", f"--promoter-url={mock}", f"--contract-report={file}", "-k", "VND-076", *WITHOUT
    )
    assert '"test": "contract_tests/test_vendor.py::' in file.read_text("utf-8")
