"""Jobs: one event read and decided."""

from __future__ import annotations

from typing import Any

import pytest
from rudder_cases import NOW, element, promoter_plugin
from support import identify, track

from event_router.api import Context
from event_router.event import canonicalise
from event_router.hooks import Transformed
from event_router.outcomes import Rejected
from event_router.rudder.configs import Configs
from event_router.rudder.jobs import Job

CONTEXT = Context("dest-1", NOW)
EMAIL = {"context": {"traits": {"email": "ted@x.co"}}}


def job(message: Any) -> Job:
    """Return an event's job."""
    given = element(message)
    return Job(given, Configs(promoter_plugin()).get(given.destination))


def test_what_waits() -> None:
    """An identify waits for what is remembered, a track only where its contact does not ride along."""
    for event, waits in ((identify(), True), (track(), True), (track(**EMAIL), False), ({"type": "page"}, False)):
        one = job(event)
        one.begin(CONTEXT)
        assert one.waits is waits


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
