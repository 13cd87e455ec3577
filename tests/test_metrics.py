"""Metrics: text that Prometheus reads, with the figures of this process and of the engine."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from event_router.engine.status import DestinationStatus, Status
from event_router.engine.upkeep import Room
from event_router.metrics import Metrics
from event_router.worker.observing import Settled

DESTINATION = DestinationStatus(
    "small", "down", "It is down.", 5.0, lag=1, working=2, retrying=3, parked=4, dead=5, oldest_waiting=6.0, rate=7.0
)
STATUS = Status(0.0, 10, 1, draining=False, destinations=(DESTINATION,), rooms=(Room("events", 25, 100),))


def figures(text: bytes) -> dict[tuple[str, ...], float]:
    """Return what Prometheus reads: names and labels, in the order of their names, with values."""
    found = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found[sample.name, *(sample.labels[label] for label in sorted(sample.labels))] = sample.value
    return found


def settled(outcome: str, seconds: float) -> Settled:
    """Return an outcome."""
    return Settled("small", outcome, f"small.{outcome}", "identify", "ted@x.co", 1, seconds)


def test_what_this_process_did() -> None:
    """Events by source, outcomes by destination and reason, and how long it took to deliver."""
    metrics = Metrics()
    metrics.accepted("web", 3)
    metrics.duplicates("web", 2)
    metrics.refused("app", 1)
    for one in (settled("delivered", 0.02), settled("delivered", 30.0), settled("rejected", 9999.0)):
        metrics.settled(one)
    text = metrics.text(None)
    found = figures(text)
    assert found["event_router_accepted_total", "web"] == 3
    assert found["event_router_duplicates_total", "web"] == 2
    assert found["event_router_refused_total", "app"] == 1
    assert found["event_router_outcomes_total", "small.delivered", "small", "delivered"] == 2
    assert found["event_router_outcomes_total", "small.rejected", "small", "rejected"] == 1
    assert found["event_router_settled_seconds_count", "small"] == 2
    assert found["event_router_settled_seconds_bucket", "small", "0.025"] == 1
    assert b"ted@x.co" not in text


def test_how_things_stand() -> None:
    """What status shows, as gauges; of the states one is 1."""
    found = figures(Metrics().text(STATUS))
    names = ("lag", "working", "retrying", "parked", "dead", "oldest_waiting_seconds", "rate")
    assert [found[f"event_router_{name}", "small"] for name in names] == [1, 2, 3, 4, 5, 6, 7]
    states = {key[2]: value for key, value in found.items() if key[0] == "event_router_state"}
    assert states == {"open": 0, "throttled": 0, "down": 1, "misconfigured": 0}
    assert found["event_router_used_ratio", "events"] == 0.25


def test_nothing_waits() -> None:
    """Where no event waits the oldest has no age."""
    none = Status(0.0, 0, 0, draining=False, destinations=(DestinationStatus("small"),), rooms=())
    assert figures(Metrics().text(none))["event_router_oldest_waiting_seconds", "small"] == 0


def test_old_figures_are_not_shown_for_new_ones() -> None:
    """Where the engine does not answer, its figures are missing rather than those of an hour ago."""
    metrics = Metrics()
    metrics.accepted("web", 1)
    metrics.text(STATUS)
    found = figures(metrics.text(None))
    assert ("event_router_lag", "small") not in found
    assert ("event_router_used_ratio", "events") not in found
    assert found["event_router_accepted_total", "web"] == 1
