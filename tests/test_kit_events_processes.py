"""What a canonicaliser makes of events in other processes is compared; where it cannot be tried, that is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gallery.canonicalisers_apart import hashes_by_chance
from kit_runs import came, judged, ran

from contract_tests.events import child, processes
from contract_tests.events.plain import PLAIN, unnamed
from contract_tests.events.processes import in_other_pythons, named, nameless

_OURS = "event_router.event:canonicalise"
_APART = ("-k", "other_processes")


def test_what_is_the_same_everywhere(pytester: pytest.Pytester) -> None:
    """Our canonical events do not depend on the process."""
    found = judged(pytester, f"--canonicaliser={_OURS}", *_APART)
    assert {name: result for name, result in found.items() if result != "not run"} == dict.fromkeys(
        ("EVT-030", "EVT-240"), "met"
    )


def test_a_method_is_not_tried_elsewhere(pytester: pytest.Pytester) -> None:
    """A class' method is of this process: there is a reason, and it is nothing against the class."""
    source = """
        from contract_tests.events import EventContract
        from event_router.event import canonicalise

        class TestMine(EventContract):
            def canonicalise(self, raw):
                return canonicalise(raw)
    """
    _, report = ran(pytester, source, *_APART, f"--canonicaliser={_OURS}")
    assert came(report, "TestMine") == {"EVT-030": "unsupported", "EVT-240": "unsupported"}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("raise LookupError('Not here.')", "LookupError: Not here."),
        ("import os; os._exit(3)", "exit code 3"),
        ("import threading; threading.Event().wait()", "it takes more than 0.2 s"),
    ],
)
def test_what_does_not_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, told: str) -> None:
    """The test is skipped with the last line of what the Python says, its exit code, or how long it took."""
    (tmp_path / "stubborn.py").write_text(source, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    if "0.2" in told:
        monkeypatch.setattr(processes, "_PATIENCE", 0.2)
    with pytest.raises(pytest.skip.Exception, match="stubborn:f does not run in a Python of its own: ") as skipped:
        in_other_pythons("stubborn:f", tmp_path, seeds=("1",))
    assert str(skipped.value).endswith(told)


def test_the_script_reads_and_writes_files(tmp_path: Path) -> None:
    """JSON in, JSON out: the event with its names sorted, and its id."""
    given, answered = tmp_path / "given", tmp_path / "answered"
    given.write_text(json.dumps([dict(PLAIN), 5]), "utf-8")
    child.main(_OURS, str(given), str(answered))
    assert json.loads(answered.read_text("utf-8")) == [[json.dumps(PLAIN, sort_keys=True), '"m-1"'], ["", ""]]


def test_whatever_is_raised_is_no_event() -> None:
    """Errors are for other requirements; and what is returned alone is an event, too."""
    assert child.answers("json:loads", [dict(PLAIN)]) == [("", "")]
    made = child.answers(f"{hashes_by_chance.__module__}:hashes_by_chance", [unnamed(PLAIN)])
    assert made[0][1].startswith('"hash-')


def test_ids_are_given_and_taken() -> None:
    """In whichever spelling."""
    assert named({"messageId": "x"}) == {"messageId": "m-1"}
    assert nameless({"messageId": "x", "message_id": "y", "type": "page"}) == {"type": "page"}
