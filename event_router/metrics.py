"""Figures for Prometheus: counters of this process, and how things stand with the engine as all see it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from event_router.engine.status import Status
from event_router.worker.observing import Settled

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300, 3600, 86_400)
_STATES = ("open", "throttled", "down", "misconfigured")


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._accepted = Counter("event_router_accepted", "Events stored.", ["source"], registry=registry)
        self._duplicates = Counter(
            "event_router_duplicates", "Events that were stored already.", ["source"], registry=registry
        )
        self._refused = Counter(
            "event_router_refused", "Items of batches that were no events.", ["source"], registry=registry
        )
        self._outcomes = Counter(
            "event_router_outcomes", "Outcomes.", ["destination", "outcome", "code"], registry=registry
        )
        self._counters: dict[tuple[str, str, str], Counter] = {}
        self._seconds = Histogram(
            "event_router_settled_seconds",
            "Seconds from acceptance to delivery.",
            ["destination"],
            buckets=_SECONDS,
            registry=registry,
        )
        names = ("lag", "working", "retrying", "parked", "dead", "oldest_waiting_seconds", "rate")
        self._gauges = {
            name: Gauge(f"event_router_{name}", f"See event-router status: {name}.", ["destination"], registry=registry)
            for name in names
        }
        self._state = Gauge("event_router_state", "1 for the state.", ["destination", "state"], registry=registry)
        self._room = Gauge("event_router_used_ratio", "How full a stream is.", ["stream"], registry=registry)

    def accepted(self, source: str, number: int) -> None:
        """Count stored events."""
        self._accepted.labels(source).inc(number)

    def duplicates(self, source: str, number: int) -> None:
        """Count events that came once more."""
        self._duplicates.labels(source).inc(number)

    def refused(self, source: str, number: int) -> None:
        """Count items of batches that were no events."""
        self._refused.labels(source).inc(number)

    def settled(self, settled: Settled) -> None:
        """Count an outcome."""
        key = (settled.destination, settled.outcome, settled.code)
        counter = self._counters.get(key)
        if counter is None:  # Looking a label up costs more than counting.
            counter = self._counters[key] = self._outcomes.labels(*key)
        counter.inc()
        if settled.outcome == "delivered":
            self._seconds.labels(settled.destination).observe(settled.seconds)

    def text(self, status: Status | None) -> bytes:
        """Return all figures as Prometheus reads them; without those of the engine where it does not answer."""
        for gauge in (*self._gauges.values(), self._state, self._room):
            gauge.clear()  # An old figure is worse than none.
        for one in status.destinations if status else ():
            for name in ("lag", "working", "retrying", "parked", "dead", "rate"):
                self._gauges[name].labels(one.name).set(getattr(one, name))
            self._gauges["oldest_waiting_seconds"].labels(one.name).set(one.oldest_waiting or 0)
            for state in _STATES:
                self._state.labels(one.name, state).set(one.state == state)
        for room in status.rooms if status else ():
            self._room.labels(room.name).set(room.used / room.most)
        return generate_latest(self._registry)
