"""Who is tested, by the options and by fixtures; what is found out of it; what a failure tells."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from door import served
from gallery.toy_router import ToyRouter
from kit_runs import WITHOUT, came, judged, ran
from starlette.responses import PlainTextResponse
from support import KEY
from toy_routers import WRITE_KEY, toy

from contract_tests.control import Control
from contract_tests.requirements import requirements
from contract_tests.router.first import PLAIN
from mock_promoter.serving import serve

_RESTART = {"RTR-360", "RTR-600", "RTR-610", "RTR-620", "RTR-820", "RTR-830"}
_ALONE = {"RTR-010", "RTR-020", "RTR-025", "RTR-030", "RTR-040", "RTR-800"}
_ALL = {name for name in requirements() if name.startswith("RTR")}


@pytest.fixture
def router(tmp_path: Path, mock: str) -> Iterator[ToyRouter]:
    """Return a toy router that runs."""
    with toy(tmp_path, mock) as router:
        yield router


@pytest.fixture
def plain() -> Iterator[str]:
    """Return the address of a server that is no mock."""
    with served(PlainTextResponse("no", 404)) as url:
        yield url


def options(router: str, promoter: str, *more: str) -> tuple[str, ...]:
    """Return the options of the door without code."""
    keys = (f"--promoter-key={KEY}", f"--router-write-key={WRITE_KEY}", "--contract-patience=10")
    return (f"--router-url={router}", f"--promoter-url={promoter}", *keys, *more)


def test_a_router_that_runs_already(pytester: pytest.Pytester, router: ToyRouter, mock: str) -> None:
    """It is held to everything but what needs it to be started again."""
    found = judged(pytester, *options(router.url, mock))
    assert found == {name: "unsupported" if name in _RESTART else "met" for name in _ALL}


def test_a_promoter_without_a_control_plane(pytester: pytest.Pytester, router: ToyRouter, plain: str) -> None:
    """Only what the router itself answers can be seen then, by who says that this is meant."""
    found = judged(pytester, *options(router.url, plain, "--supports="))
    assert found == {name: "met" if name in _ALONE else "unsupported" for name in _ALL}


def unready(pytester: pytest.Pytester, *args: str) -> str:
    """Run the door without code where nothing can be tested; return what is told, once, and without a report."""
    run = pytester.runpytest_inprocess("--pyargs", "contract_tests", "--contract-report=none.json", *WITHOUT, *args)
    assert run.parseoutcomes()["errors"] == 1
    assert set(run.parseoutcomes()) <= {"errors", "skipped", "deselected"}
    assert not (pytester.path / "none.json").exists()
    return run.stdout.str().partition("there is no report")[2].splitlines()[1]


def test_a_promoter_that_tells_nothing(pytester: pytest.Pytester, router: ToyRouter, plain: str) -> None:
    """Without a control plane, or a token for it, or anybody there, nothing is said to be met."""
    found = unready(pytester, *options(router.url, plain))
    assert found.startswith(f"[contract_tests.no_control] {plain} has no control plane at /__mock__/")
    assert "--supports ''" in found
    found = unready(pytester, *options(router.url, "http://127.0.0.1:9"))
    assert found.startswith("[contract_tests.no_server] http://127.0.0.1:9 does not answer (ConnectError)")
    with serve(control_token="s3cret") as url:
        assert unready(pytester, *options(router.url, url)).startswith("[contract_tests.no_token] The control plane of")


def test_a_router_that_is_not_there(pytester: pytest.Pytester, mock: str) -> None:
    """Whoever names the wrong address is told so once, before anything is tested."""
    found = unready(pytester, *options("http://127.0.0.1:9", mock, "--contract-patience=0.1"))
    assert found.startswith("[contract_tests.no_router] Nothing answers at http://127.0.0.1:9 within 0.1 s.")


def test_a_router_that_delivers_nothing(pytester: pytest.Pytester, plain: str, mock: str, tmp_path: Path) -> None:
    """What can be seen without a delivery is tested, and what is about it; of all others it is said what comes first."""
    with toy(tmp_path, "http://127.0.0.1:9") as router:
        _, report = ran(
            pytester,
            "from contract_tests.router import RouterContract\n\nclass TestMine(RouterContract):\n    pass",
            *options(router.url, mock, "--contract-patience=0.5"),
        )
    found = came(report, "TestMine")
    assert {name for name, result in found.items() if result == "met"} == _ALONE
    assert {name for name, result in found.items() if result == "broken"} == PLAIN
    assert {name for name, result in found.items() if result == "unsupported"} == _RESTART
    reasons = {row.reason for row in report.subjects[0].rows if row.result == "not shown"}
    assert reasons == {"RTR-100 first: an identify of a plain person is not sent"}


def test_what_is_declared_counts(pytester: pytest.Pytester, router: ToyRouter, mock: str) -> None:
    """Of ``--supports`` what routers can have; what is not among it is not tested."""
    found = judged(
        pytester, *options(router.url, mock, "--supports=restart,delete", "-k", "refused or makes_the_contact")
    )
    assert found["RTR-100"] == "unsupported"


def test_deletions_are_left_out_by_what_is_declared(pytester: pytest.Pytester, router: ToyRouter, mock: str) -> None:
    """Who declares all but ``deletion`` is not held to it; else it is taken for granted."""
    found = judged(pytester, *options(router.url, mock, "--supports=control", "-k", "deletion or delete or stored"))
    assert {name: found[name] for name in ("RTR-120", "RTR-500", "RTR-510")} == {
        "RTR-120": "met",
        "RTR-500": "unsupported",
        "RTR-510": "unsupported",
    }


@pytest.mark.parametrize(("declared", "result"), [("", "unsupported"), ("identify,track", "met")])
def test_nothing_is_not_the_same_as_others(
    pytester: pytest.Pytester, router: ToyRouter, mock: str, declared: str, result: str
) -> None:
    """An empty ``--supports`` declares nothing; names of other families only leave this one to find out."""
    found = judged(pytester, *options(router.url, mock, f"--supports={declared}", "-k", "makes_the_contact"))
    assert found["RTR-100"] == result


def test_a_class_declares_what_it_supports(pytester: pytest.Pytester, router: ToyRouter, mock: str) -> None:
    """And goes before the option."""
    source = """
    from contract_tests.router import RouterContract

    class TestMine(RouterContract):
        supports = ()
    """
    _, report = ran(pytester, source, *options(router.url, mock, "--supports=control", "-k", "makes_the_contact"))
    assert came(report, "TestMine") == {"RTR-100": "unsupported"}


def test_a_failure_tells_what_was_sent(pytester: pytest.Pytester, router: ToyRouter, mock: str) -> None:
    """To the router and to Promoter, without a key."""
    with Control(mock) as control:
        control.fail({"kind": "status", "status": 400}, path="/api/contacts/")
    _, report = ran(
        pytester,
        "from contract_tests.router import RouterContract\n\nclass TestMine(RouterContract):\n    pass",
        *options(router.url, mock, "--contract-patience=0.5", "-k", "makes_the_contact"),
    )
    (test,) = next(row for row in report.subjects[0].rows if row.id == "RTR-100").tests
    assert "came: 1 requests: POST /api/contacts/ → 400" in test.reason
    assert "to the router: POST /v1/batch" in test.reason
    assert ". POST /api/contacts/" in test.reason
    assert "do: " in test.reason
    assert KEY not in test.reason
    assert WRITE_KEY not in test.reason


@pytest.mark.parametrize(
    ("named", "code"),
    [("router", "contract_tests.no_promoter"), ("promoter_url", "contract_tests.no_router")],
)
def test_what_is_not_said_is_asked_for(pytester: pytest.Pytester, mock: str, named: str, code: str) -> None:
    """The router and its Promoter have to be named, one way or the other."""
    source = f"""
    import pytest
    from contract_tests.router import RouterContract, RunningRouter

    class TestMine(RouterContract):
        @pytest.fixture
        def {named}(self):
            return {{"router": RunningRouter("{mock}"), "promoter_url": "{mock}"}}["{named}"]
    """
    pytester.makepyfile(test_mine=dedent(source))
    run = pytester.runpytest_inprocess("-k", "makes_the_contact or refusals_are_refused", *WITHOUT)
    run.assert_outcomes(errors=1, skipped=4)
    run.stdout.fnmatch_lines([f"[[]{code}] *"])


def test_a_program_that_does_not_start_is_started_once(pytester: pytest.Pytester, mock: str, tmp_path: Path) -> None:
    """It is told why, and no test waits for it again."""
    (tmp_path / "fails.py").write_text("import sys; open(sys.argv[1], 'a').write('+'); sys.exit('I will not.')")
    command = f"--router-command={sys.executable} {tmp_path / 'fails.py'} {tmp_path / 'starts'}"
    found = unready(pytester, *options("http://127.0.0.1:1", mock, command, "-k", "refused or explained"))
    assert found.startswith(f"[contract_tests.no_router] {sys.executable} {tmp_path / 'fails.py'}")
    assert found.endswith("Its last words: I will not.")
    assert (tmp_path / "starts").read_text() == "+"
