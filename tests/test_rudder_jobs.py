"""Jobs: one event read and decided."""

from __future__ import annotations

from typing import Any

import pytest
from rudder_cases import NOW, destination, element, promoter_plugin, small_plugin
from support import identify, track

from event_router.api import Context
from event_router.event import canonicalise
from event_router.hooks import Transformed
from event_router.outcomes import Parked, Reason, Rejected
from event_router.plugins import Plugin
from event_router.rudder.configs import Configs
from event_router.rudder.jobs import Job

CONTEXT = Context("dest-1", NOW)
EMAIL = {"context": {"traits": {"email": "ted@x.co"}}}


def job(message: Any, of: Plugin | None = None) -> Job:
    """Return an event's job."""
    given = element(message, destination({}) if of else None)
    return Job(given, Configs(of or promoter_plugin()).get(given.destination))


def test_what_waits() -> None:
    """An identify waits for what is remembered, a track only where its contact does not ride along."""
    for event, waits in ((identify(), True), (track(), True), (track(**EMAIL), False), ({"type": "page"}, False)):
        one = job(event)
        one.begin(CONTEXT)
        assert one.waits is waits


@pytest.mark.parametrize(
    ("event", "asked"),
    [
        (track(), 0),
        (track(traits={"plan": "A"}), 0),
        (track(traits={"email": ""}), 0),
        (track(**EMAIL), 1),
        (identify(), 0),
        ({"type": "track", "event": "x", "anonymousId": "a"}, 1),
    ],
)
def test_what_is_decided_at_once(event: dict[str, Any], asked: int) -> None:
    """A plugin that could do without a contact is not asked before its contact is looked for."""
    calls: list[str] = []

    def count(event: Any) -> Any:
        calls.append(event["type"])
        return Transformed(())

    of = small_plugin(transform_track=count, transform_identify=count)
    one = job(event, of)
    one.begin(CONTEXT)
    assert len(calls) == asked
    assert one.waits is (asked == 0)


def test_whom_nothing_remembered_helps() -> None:
    """An event of nobody waits for nothing, though its plugin would have it wait."""

    def transform_track(event: Any) -> Any:
        return Parked(Reason("small.waits", "It waits."))

    one = job({"type": "track", "event": "x", "anonymousId": "a"}, small_plugin(transform_track=transform_track))
    one.begin(CONTEXT)
    assert isinstance(one.result, Parked)
    assert not one.waits


ROW, OWN = "2026-01-01T00:00:00.000Z", track()["timestamp"]


@pytest.mark.parametrize(
    ("changes", "time"),
    [
        ({"channel": "sources", "properties": {"timestamp": ROW}}, ROW),
        ({"channel": "sources", "properties": {}, "traits": {"timestamp": ROW}}, ROW),
        ({"channel": "sources", "properties": {"timestamp": ""}, "traits": ["timestamp"]}, OWN),
        ({"channel": "server", "properties": {"timestamp": ROW}}, OWN),
        ({"properties": {"timestamp": ROW}}, OWN),
    ],
)
def test_time_of_a_warehouse(changes: dict[str, Any], time: str) -> None:
    """The time of a row counts for what a warehouse sends, and for nothing else."""
    one = job(track(**changes))
    one.begin(CONTEXT)
    assert one.event["timestamp"] == time


def test_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong stays with the event, and its reason says nothing of what the event holds."""

    def fail(*_: Any) -> Any:
        raise RuntimeError("secret-trait")

    one = job(track(**EMAIL))
    with monkeypatch.context() as patched:
        patched.setattr("event_router.rudder.jobs.canonicalise", fail)
        one.begin(CONTEXT)
    other = job(identify())
    other.begin(CONTEXT)
    with monkeypatch.context() as patched:
        patched.setattr("event_router.rudder.jobs.decide", fail)
        other.decide(None, CONTEXT)
    for failed in (one, other):
        assert isinstance(failed.result, Rejected)
        assert failed.result.reason.code == "rudder.failed"
        assert "secret-trait" not in failed.result.reason.message
    other.decide(None, CONTEXT)
    assert isinstance(other.result, Transformed)


def test_large() -> None:
    """What takes long is marked as that."""
    assert job(identify(traits={"email": "ted@x.co", "note": "x" * 300_000})).large
    assert not job(identify()).large


def test_canonical_event() -> None:
    """Its event is the canonical one."""
    one = job(identify())
    one.begin(CONTEXT)
    assert one.event == canonicalise(identify())[0]  # type: ignore[index]
