"""Figures of this process for Prometheus: counted in plain dictionaries, and put into its words when it asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from event_router.rudder.routes import type_key

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

OTHER = "other"
#: Upper bounds of the histogram's buckets, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
# Codes are stable and few; this is for plugins that make theirs from data.
_MOST_CODES = 500
_PREFIX = "event_router_transformer"

#: How events ended: status code, and the reason's code (empty where all is well), with their number.
Endings: TypeAlias = Mapping[tuple[int, str], int]
#: Requests and bytes in flight.
InFlight: TypeAlias = Callable[[], tuple[int, int]]


class _Times:
    """A histogram of one kind of request."""

    __slots__ = ("counts", "sum")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.sum += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Return upper bounds, and how many were within each."""
        bounds = [*map(str, BUCKETS), "+Inf"]
        return list(zip(bounds, map(float, accumulate(self.counts)), strict=True))


class Figures:
    """The figures of one process. Labels are few, whatever is sent."""

    def __init__(self, types: Collection[str], in_flight: InFlight = lambda: (0, 0)) -> None:
        """Take the types that are served, in any casing, and what says how much is in flight."""
        self._types = frozenset(type_key(name) for name in types)
        self._in_flight = in_flight
        self._requests: dict[tuple[str, int], int] = {}
        self._times: dict[str, _Times] = {}
        self._events: dict[tuple[str, str, int, str], int] = {}
        self._deliveries: dict[tuple[str, int, str], int] = {}
        self._codes: set[str] = set()

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered.

        Args:
            route: The kind of path, never the path itself: one of a few words.
            status: HTTP status.
            seconds: From its start to its answer.
        """
        # What is no status, which only another transformer could answer, counts as 0.
        key = route, status if 100 <= status < 600 else 0
        self._requests[key] = self._requests.get(key, 0) + 1
        times = self._times.get(route)
        if times is None:
            times = self._times[route] = _Times()
        times.add(seconds)

    def events(self, dest_type: str, feature: str, endings: Endings) -> None:
        """Count events of one request by how they ended: a ``Counter`` of status code and reason's code."""
        name = self._type(dest_type)
        for (status, code), number in endings.items():
            key = name, feature, status, code
            before = self._events.get(key)
            if before is None:
                key = name, feature, status, self._code(code)
                before = self._events.get(key, 0)
            self._events[key] = before + number

    def delivered(self, dest_type: str, status: int, code: str) -> None:
        """Count a delivery by the status code that it is answered with, and the reason's code, empty where all is well."""
        key = self._type(dest_type), status, self._code(code)
        self._deliveries[key] = self._deliveries.get(key, 0) + 1

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        # Imported when somebody asks: many never do.
        from prometheus_client import generate_latest

        return generate_latest(self)

    def collect(self) -> Iterator[Metric]:
        """Yield all figures: what Prometheus's client asks of a collector."""
        yield _counter("requests", "Requests answered.", ("route", "status"), self._requests.items())
        yield _histogram("request_seconds", "Seconds to the answer of a request.", self._times)
        yield _counter(
            "events",
            "Events by how they ended: status code, and the reason's code.",
            ("dest_type", "feature", "status", "code"),
            self._events.items(),
        )
        labels = ("dest_type", "status", "code")
        yield _counter("deliveries", "Deliveries by how they ended.", labels, self._deliveries.items())
        requests, held = self._in_flight()
        yield _gauge("requests_in_flight", "Requests being handled.", requests)
        yield _gauge("bytes_in_flight", "Bytes of the bodies being handled.", held)

    def _type(self, dest_type: str) -> str:
        name = type_key(dest_type)
        return name if name in self._types else OTHER

    def _code(self, code: str) -> str:
        """Return a code that was not seen before, as long as there are not too many."""
        if code and code not in self._codes:
            if len(self._codes) >= _MOST_CODES:
                return OTHER
            self._codes.add(code)
        return code


def _counter(
    name: str, told: str, labels: Sequence[str], counted: Iterable[tuple[tuple[str | int, ...], int]]
) -> CounterMetricFamily:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(f"{_PREFIX}_{name}", told, labels=labels)
    for key, number in counted:
        family.add_metric(list(map(str, key)), number)
    return family


def _histogram(name: str, told: str, times: Mapping[str, _Times]) -> HistogramMetricFamily:
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(f"{_PREFIX}_{name}", told, labels=("route",))
    for route, one in times.items():
        family.add_metric([route], one.buckets(), one.sum)
    return family


def _gauge(name: str, told: str, value: int) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(f"{_PREFIX}_{name}", told, value)
