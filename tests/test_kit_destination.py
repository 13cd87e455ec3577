"""The destination tests hold for what is ours: the plugin in both modes, the second destination, the example of the docs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import promoter_destination
import pytest
from gallery import plugins_tiny
from kit_runs import failed, judged, ran
from ledger import installed
from support import KEY, identify, order, track

from contract_tests.destination import DestinationContract
from contract_tests.report import Report
from event_router.api import Secret

EXAMPLES = "--contract-examples=5"
ROOT = Path(__file__).parent.parent


def example() -> ModuleType:
    """Return the plugin that docs/plugins.md shows, as a module."""
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "plugins.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    module = ModuleType("example_of_the_docs")
    exec(compile(found[1], "docs/plugins.md", "exec"), vars(module))
    return module


class TestPromoter(DestinationContract):
    """Our plugin, with settings that are made of its schema."""

    plugin = promoter_destination.plugin


class TestPromoterWithSurveys(DestinationContract):
    """Our plugin, with all that can be set for surveys and attributes."""

    plugin = promoter_destination.plugin
    supports = ("identify", "track", "order", "delete", "load_settings", "connection_check", "interpret_response")
    settings: ClassVar[Mapping[str, Any]] = {
        "api_key": Secret(KEY),
        "base_url": "http://127.0.0.1:8080/promoter",
        "campaign_id": 1,
        "contact_lists": [1, 2],
        "surveys": {"Order Completed": 2, "Friend Invited": 3},
        "survey_events": ["Article Shared"],
        "survey_max_age": "7d",
        "attributes": {"exclude": ["biography"]},
    }
    sample_events = (identify(), track(), order(), track(event="Another Event"), {"type": "page"})


class TestPromoterAsSegment(DestinationContract):
    """Our plugin as Segment's own integration was."""

    plugin = promoter_destination.plugin
    settings: ClassVar[Mapping[str, Any]] = {"api_key": Secret(KEY), "mode": "segment"}


class TestExample(DestinationContract):
    """The plugin of the documentation."""

    plugin = example()


class TestTiny(DestinationContract):
    """A plugin that takes no events at all, which is not forbidden."""

    plugin = plugins_tiny


def test_ours_keeps_the_contract_by_the_door(pytester: pytest.Pytester) -> None:
    """Every requirement is met, but that nothing is declared for it."""
    found = judged(pytester, "--destination=promoter", EXAMPLES)
    assert {name for name, result in found.items() if result != "met"} == {"DST-006"}


def test_ours_keeps_the_contract_with_settings_of_a_file(pytester: pytest.Pytester) -> None:
    """Settings come from a file, and capabilities from an option."""
    pytester.makefile(".json", settings='{"api_key": "s3cret-of-the-file", "campaign_id": 7}')
    supports = "identify,track,order,delete,load_settings,connection_check,interpret_response"
    options = ("--destination-settings=@settings.json", f"--supports={supports}")
    found = judged(pytester, "--destination=promoter", EXAMPLES, *options)
    assert {name for name, result in found.items() if result != "met"} == set()


def test_the_second_destination_keeps_the_contract(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The ledger, installed as pip would, is found by its entry point, and fails nothing."""
    monkeypatch.syspath_prepend(installed(tmp_path / "site"))
    found = judged(pytester, "--destination=ledger", EXAMPLES)
    assert failed(found) == set()
    unsupported = {name for name, result in found.items() if result == "unsupported"}
    assert unsupported == {"DST-006", "DST-015", "DST-060", "DST-063"}


def test_a_name_beside_the_entry_points_is_noticed(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """DST-009 fails for a plugin that calls itself something else."""
    (tmp_path / "alias-1.dist-info").mkdir()
    points = "[event_router]\nblackboard = gallery.plugins:good\n"
    (tmp_path / "alias-1.dist-info" / "entry_points.txt").write_text(points)
    (tmp_path / "alias-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: alias\nVersion: 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert failed(judged(pytester, "--destination=blackboard", EXAMPLES)) == {"DST-009"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--destination=nosuch",), "*[[]contract_tests.no_destination[]]*nosuch*promoter*"),
        (("--destination=nosuch.module:plugin",), "*[[]contract_tests.destination_unloadable[]]*ModuleNotFoundError*"),
        (("--destination=gallery.plugins:nosuch",), "*[[]contract_tests.destination_unloadable[]]*AttributeError*"),
        (("--destination=promoter", "--destination-settings={"), "*[[]contract_tests.bad_settings[]]*JSONDecodeError*"),
        (("--destination=promoter", "--destination-settings=[1]"), "*[[]contract_tests.bad_settings[]]*JSON object*"),
        (("--destination=promoter", "--destination-settings=@none.json"), "*[[]contract_tests.bad_settings[]]*@none*"),
        (("--destination=promoter", '--destination-settings={"api_key": 5}'), "*bad_settings*$.api_key breaks type*"),
    ],
)
def test_without_a_subject_nothing_runs(options: tuple[str, ...], said: str, pytester: pytest.Pytester) -> None:
    """What is wrong with the options is said once, with a stable code and what to do."""
    run = pytester.runpytest_inprocess("--pyargs", "contract_tests", *options)
    assert run.ret == pytest.ExitCode.INTERRUPTED
    run.stdout.fnmatch_lines([said])
    assert "passed" not in str(run.stdout)


def test_what_is_declared_hides_nothing(pytester: pytest.Pytester) -> None:
    """A hook that is there is tested, whatever is declared."""
    report = _run(pytester, "plugin, supports = good, ('identify', 'track', 'load_settings')")
    rows = {row.id: row.result for row in report.subjects[0].rows}
    assert {rows[name] for name in ("DST-006", "DST-015", "DST-062", "DST-063")} == {"met"}


def test_opting_out_is_seen(pytester: pytest.Pytester) -> None:
    """A requirement that is opted out with a reason is not broken, and not met either."""
    report = _run(pytester, "plugin, opt_out = NoSentence, {'DST-032': 'The board is silent.'}")
    assert {row.id for row in report.subjects[0].rows if row.result == "opted out"} == {"DST-032"}


def _run(pytester: pytest.Pytester, body: str) -> Report:
    source = f"""
        from contract_tests.destination import DestinationContract
        from gallery.plugins_good import good
        from gallery.plugins_results import NoSentence

        class TestMine(DestinationContract):
            {body}
    """
    return ran(pytester, source, EXAMPLES)[1]
