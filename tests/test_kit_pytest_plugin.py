"""The pytest plugin: options, what it costs unused, what it leaves alone, and pytest-xdist."""

from __future__ import annotations

import subprocess
import sys
from fnmatch import fnmatch
from importlib.metadata import entry_points
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import settings
from kit_runs import WITHOUT, came, ran

from contract_tests import complaints, pytest_plugin
from contract_tests.options import OPTIONS, TARGETS
from contract_tests.report import read
from contract_tests.requirements import FAMILIES, version

KIT = Path(pytest_plugin.__file__).parent
DOOR = ("--pyargs", "contract_tests", *WITHOUT)


def test_it_is_found() -> None:
    """Pytest finds it by its entry point; each family has a target, and each target is an option."""
    assert [point.value for point in entry_points(group="pytest11", name="promoter-contract")] == [
        "contract_tests.pytest_plugin"
    ]
    assert list(TARGETS) == list(FAMILIES)
    assert {option for option, _ in TARGETS.values()} < set(OPTIONS)


OTHERS = """
import sys
import pytest

HEAVY = {"hypothesis", "httpx", "jsonschema", "contract_tests.requirements", "contract_tests.reporting"}

@pytest.mark.requirement("REQ-1")
def test_marked():
    pass

@pytest.mark.requirement(number=1)
def test_fails():
    raise ValueError("of my own")

@pytest.mark.xfail
def test_expected():
    raise ValueError("x")

def test_last():
    assert "contract_tests.pytest_plugin" in sys.modules
    print("imported:", HEAVY & set(sys.modules))
"""


def _alone(pytester: pytest.Pytester, *args: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as a program of its own that loads those plugins only that it is told to."""
    args = (sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", "-p", "contract_tests.pytest_plugin", *args)
    env = {"PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(args, cwd=pytester.path, env=env, capture_output=True, text=True, check=False)


def test_unused_it_costs_nothing(pytester: pytest.Pytester) -> None:
    """A run without contracts imports none of what they need, though it has a marker of the same name."""
    pytester.makepyfile(test_mine=OTHERS)
    done = _alone(pytester, "-s", "-q")
    assert "imported: set()" in done.stdout, done.stdout
    assert "1 failed, 2 passed, 1 xfailed" in done.stdout
    assert 'raise ValueError("of my own")' in done.stdout
    assert "= contract =" not in done.stdout


def test_tests_of_others_stay_as_they_are(pytester: pytest.Pytester) -> None:
    """Where contracts are imported, a test without a requirement of ours still looks as pytest makes it."""
    pytester.makepyfile(test_mine=f"import contract_tests.contract\n{OTHERS}")
    run = pytester.runpytest_inprocess(*WITHOUT)
    run.assert_outcomes(passed=2, failed=1, xfailed=1)
    run.stdout.fnmatch_lines(["E * ValueError: of my own"])
    run.stdout.no_fnmatch_line("*= contract =*")
    assert run.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([*DOOR], "ERROR: [[]contract_tests.no_target] Say what to test: --destination, --canonicaliser, *"),
        ([str(KIT), *WITHOUT], "ERROR: [[]contract_tests.no_target] *"),
        ([str(KIT / "test_vendor.py"), *WITHOUT], "ERROR: [[]contract_tests.no_target] *"),
        (["--pyargs", "contract_tests.test_vendor", *WITHOUT], "ERROR: [[]contract_tests.no_target] *"),
        ([*DOOR, "--router-url=http://a"], "ERROR: [[]contract_tests.no_promoter] Say with --promoter-url *"),
        (
            [*DOOR, "--destination=a", "--opt-out=DST-010"],
            "ERROR: [[]contract_tests.no_reason] --opt-out opts out of DST-010 *",
        ),
        (
            [*DOOR, "--destination=a", "--opt-out=DST-999=x"],
            "ERROR: [[]contract_tests.unknown_id] --opt-out opts out of DST-999*",
        ),
        (
            [*DOOR, "--canonicaliser=nowhere_at_all:canonicalise"],
            "ERROR: [[]contract_tests.no_canonicaliser] nowhere_at_all:canonicalise cannot be loaded *",
        ),
        (
            ["--contract-report=nowhere/report.json"],
            "ERROR: [[]contract_tests.no_folder] There is no folder to write *",
        ),
    ],
)
def test_wrong_options(pytester: pytest.Pytester, args: list[str], says: str) -> None:
    """Each is an error in a sentence, before anything runs."""
    run = pytester.runpytest_inprocess(*args)
    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines([says])
    run.stderr.no_fnmatch_line("*Traceback*")


def test_what_the_door_needs(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is not installed, the command that installs it is told; pytest alone is fine."""
    monkeypatch.setattr(complaints, "find_spec", lambda name: None if name in {"httpx", "hypothesis"} else name)
    run = pytester.runpytest_inprocess(*DOOR, "--destination=promoter")
    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(
        ["*contract_tests.not_installed] *hypothesis and httpx: pip install 'promoter-*[[]contract-tests]'."]
    )
    assert pytester.runpytest_inprocess(*WITHOUT).ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            ["--router-command=x", "--promoter-url=http://a"],
            "no_router] --router-command starts a router; say with --router",
        ),
        (
            ["--promoter-url=127.0.0.1:80"],
            "no_server] --promoter-url 127.0.0.1:80 is no address: give one like http://",
        ),
        (["--router-url=http://a:word@b:x"], "no_router] --router-url b:x is no address"),
        (["--router-url=http:///v1"], "no_router] --router-url http:///v1 is no address"),
    ],
)
def test_options_that_make_no_sense(pytester: pytest.Pytester, options: list[str], says: str) -> None:
    """They are refused before anything is tested, in a sentence."""
    run = pytester.runpytest_inprocess(*DOOR, *options)
    assert run.ret == pytest.ExitCode.USAGE_ERROR
    assert f"[contract_tests.{says}" in run.stderr.str()


def test_the_kit_among_other_tests_is_left_out(pytestconfig: pytest.Config) -> None:
    """A run over a whole tree that has the kit in it, and names nobody, collects none of the kit's tests, and all others."""
    assert pytest_plugin.pytest_ignore_collect(KIT / "test_vendor.py", pytestconfig)
    assert pytest_plugin.pytest_ignore_collect(KIT / "contract.py", pytestconfig) is None
    assert pytest_plugin.pytest_ignore_collect(KIT.parent / "test_vendor.py", pytestconfig) is None


@pytest.mark.parametrize(
    ("args", "modules"),
    [
        (["--destination=promoter"], {"test_destination.py"}),
        (["--promoter-url=http://127.0.0.1:9", "--destination=promoter"], {"test_destination.py", "test_vendor.py"}),
        (["--promoter-url=http://127.0.0.1:9", "--router-url=http://127.0.0.1:9"], {"test_router.py"}),
        (["--canonicaliser=event_router.event:canonicalise"], {"test_events.py"}),
    ],
)
def test_families_without_a_target_are_left_out(pytester: pytest.Pytester, args: list[str], modules: set[str]) -> None:
    """A router's Promoter is what it is tested with, and not tested itself."""
    items, _ = pytester.inline_genitems(*DOOR, *args)
    assert {item.path.name for item in items} == modules


def test_the_header_says_who_is_held_to_what(pytester: pytest.Pytester) -> None:
    """With the version of the contract, and without what an address logs in with."""
    run = pytester.runpytest_inprocess(
        "--collect-only", "--destination=promoter", "--promoter-url=http://a:word@b", *WITHOUT
    )
    run.stdout.fnmatch_lines([f"contract {version()}: destination promoter, promoter-url http://[*][*][*]@b"])
    pytester.runpytest_inprocess("--collect-only", *WITHOUT).stdout.no_fnmatch_line("contract *")


def test_without_tracebacks_it_says_why_it_cannot_begin(pytester: pytest.Pytester) -> None:
    """Pytest would not; with tracebacks it does, and once is enough."""
    says = "[[]contract_tests.destination_unloadable] Destination nothing:here: *"
    for style in ("no", "short"):
        run = pytester.runpytest_inprocess(*DOOR, "--destination=nothing:here", f"--tb={style}")
        run.assert_outcomes(errors=1)
        assert len([line for line in run.stdout.lines if fnmatch(line, says)]) == 1


EXAMPLES = """
    from hypothesis import HealthCheck, given, settings, strategies as st
    from contract_tests.contract import Contract, requirement

    seen = []

    class TestMine(Contract):
        family = "DST"

        @requirement("DST-010")
        @settings(deadline=None)
        @given(st.integers())
        def test_one(self, number):
            seen.append(number)

        @requirement("DST-011")
        def test_two(self):
            assert len(seen) <= 3
    """


def test_examples(pytester: pytest.Pytester) -> None:
    """The option says how many; settings are otherwise those of the project, and afterwards as before."""
    before = settings.default
    _, report = ran(pytester, EXAMPLES, "--contract-examples=3")
    assert came(report, "TestMine") == {"DST-010": "met", "DST-011": "met"}
    assert settings.default == before
    _, report = ran(pytester, EXAMPLES)
    assert came(report, "TestMine") == {"DST-010": "met", "DST-011": "broken"}


SPREAD = """
    import pytest
    from hypothesis import HealthCheck, given, settings, strategies as st
    from contract_tests.contract import Contract, requirement
    from contract_tests.findings import expect

    class Topic(Contract):
        family = "DST"

        @requirement("DST-010")
        @pytest.mark.parametrize("case", range(6))
        def test_some(self, case):
            expect(case != 4, "it is so", f"case {case}")

        @requirement("DST-011", needs="delete")
        def test_delete(self):
            pass

        @requirement("DST-012")
        def test_met(self):
            pass

        @requirement("DST-013")
        @settings(database=None, suppress_health_check=list(HealthCheck))
        @given(number=st.integers(1, 1))
        def test_values(self, number):
            expect(number == 2, "it is so", "it is not")

        @requirement("DST-058")
        def test_should(self):
            expect(False, "it is so", "it is not")

        def lacking(self, capability):
            return "it has none"

    class TestOne(Topic):
        opt_out = {"DST-010": "because", "DST-012": "because"}

    class TestTwo(Topic):
        pass
    """


def test_a_worker_keeps_nothing(pytester: pytest.Pytester) -> None:
    """One of pytest-xdist's hands its reports on; its controller keeps them."""
    config = pytester.parseconfig(*WITHOUT)
    vars(config)["workerinput"] = {}
    pytest_plugin.pytest_configure(config)
    assert config.pluginmanager.get_plugin("contract-tests-keeper") is None


def test_with_xdist_the_report_is_the_same(pytester: pytest.Pytester) -> None:
    """Spread over two processes, the same JSON, byte by byte, and the same exit status and text."""
    pytester.makepyfile(test_mine=dedent(SPREAD))
    alone = _alone(pytester, "--contract-report=alone.json", "-q")
    spread = _alone(pytester, "--contract-report=spread.json", "-q", "-p", "xdist.plugin", "-n2")
    assert alone.returncode == spread.returncode == pytest.ExitCode.TESTS_FAILED
    texts = [pytester.path.joinpath(name).read_text("utf-8") for name in ("alone.json", "spread.json")]
    assert texts[0] == texts[1]
    assert came(read(texts[0]), "TestOne")["DST-012"] == "outdated"
    found = pytest.LineMatcher(spread.stdout.splitlines())
    found.fnmatch_lines(["DST-013 MUST: *", "expected: it is so", "came: it is not", "with: number=1*"])
    found = pytest.LineMatcher(spread.stdout.splitlines())
    found.fnmatch_lines(["DST-010 MUST: *", "expected: it is so", "came: case 4", "test: *::TestTwo::test_some[[]4]"])
    found.fnmatch_lines(["TestTwo does NOT meet DST of contract *", "  DST-010 broken: *"])
