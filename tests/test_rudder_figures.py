"""Figures: text that Prometheus reads, with as many labels as there are words for, whatever comes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from event_router.rudder.figures import BUCKETS, Figures

PREFIX = "event_router_transformer"


def read(figures: Figures) -> dict[tuple[str, ...], float]:
    """Return what Prometheus reads: names without our prefix and labels, in the order of their names, with values."""
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(figures.text().decode()):
        assert family.documentation
        for sample in family.samples:
            assert sample.name.startswith(PREFIX)
            key = (sample.name[len(PREFIX) + 1 :], *(sample.labels[label] for label in sorted(sample.labels)))
            assert key not in found
            found[key] = sample.value
    return found


def test_requests() -> None:
    """By kind of path and status, with the time that they took; a bound is within its bucket."""
    figures = Figures(["promoter"])
    figures.answered("router", 200, 0.001)
    figures.answered("router", 200, 0.0011)
    figures.answered("router", 503, 3600.0)
    figures.answered("health", 200, 0.0)
    found = read(figures)
    assert found["requests_total", "router", "200"] == 2
    assert found["requests_total", "router", "503"] == 1
    assert found["requests_total", "health", "200"] == 1
    assert found["request_seconds_bucket", "0.001", "router"] == 1
    assert found["request_seconds_bucket", "0.0025", "router"] == 2
    assert found["request_seconds_bucket", "60.0", "router"] == 2
    assert found["request_seconds_bucket", "+Inf", "router"] == found["request_seconds_count", "router"] == 3
    assert found["request_seconds_sum", "router"] == pytest.approx(3600.0021)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_buckets(times: list[float]) -> None:
    """Each counts all that were no slower than its bound."""
    figures = Figures([])
    for seconds in times:
        figures.answered("router", 200, seconds)
    found = read(figures)
    for bound in BUCKETS:
        assert found["request_seconds_bucket", str(bound), "router"] == sum(seconds <= bound for seconds in times)


def test_events() -> None:
    """By type, feature, status code and reason; nothing is lost from one request to the next."""
    figures = Figures(["Promoter"])
    endings = Counter([(200, ""), (200, ""), (400, "contract.required")])
    figures.events("PROMOTER", "router", endings)
    figures.events("promoter", "router", endings)
    figures.events("promoter", "processor", {(298, "event.unsupported"): 5})
    found = read(figures)
    assert {key[1:]: value for key, value in found.items() if key[0] == "events_total"} == {
        ("", "promoter", "router", "200"): 4,
        ("contract.required", "promoter", "router", "400"): 2,
        ("event.unsupported", "promoter", "processor", "298"): 5,
    }


def test_deliveries() -> None:
    """By type and status code."""
    figures = Figures(["promoter"])
    for status in (200, 200, 429):
        figures.delivered("PROMOTER", status, "")
    found = read(figures)
    assert found["deliveries_total", "", "promoter", "200"] == 2
    assert found["deliveries_total", "", "promoter", "429"] == 1


def test_in_flight() -> None:
    """As it is when somebody asks."""
    now = [1, 2]
    figures = Figures([], lambda: (now[0], now[1]))
    assert read(figures)["requests_in_flight",] == 1
    now[:] = [3, 4]
    found = read(figures)
    assert (found["requests_in_flight",], found["bytes_in_flight",]) == (3, 4)


def test_labels_are_bounded() -> None:
    """Types that are not served, statuses that are none, and codes by the thousand are one each; their number stays right."""
    figures = Figures(["promoter"])
    for number in range(2000):
        figures.delivered(f"type-{number}", 200, "")
        figures.answered("elsewhere", 1000 + number, 0.1)
        figures.events("promoter", "router", {(400, f"plugin.code_{number}"): 1})
    figures.events("promoter", "router", {(500, "plugin.code_0"): 1})
    found = read(figures)
    assert found["deliveries_total", "", "other", "200"] == 2000
    assert found["requests_total", "elsewhere", "0"] == 2000
    events = {key: value for key, value in found.items() if key[0] == "events_total"}
    assert len(events) == 502
    assert sum(events.values()) == 2001
    assert events["events_total", "other", "promoter", "router", "400"] == 1500
    assert events["events_total", "plugin.code_0", "promoter", "router", "500"] == 1


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_text_is_a_label(text: str) -> None:
    """Quotes, line ends and backslashes do not break the format."""
    figures = Figures([])
    figures.events("x", "router", {(400, text): 7})
    assert read(figures)["events_total", text, "other", "router", "400"] == 7


def test_nothing_of_prometheus_is_imported_before_it_asks() -> None:
    """Its client takes time and memory that most processes never need."""
    program = (
        "import sys; from event_router.rudder.figures import Figures; figures = Figures(['x']);"
        "figures.answered('router', 200, 1.0); figures.events('x', 'router', {(200, ''): 1});"
        "assert 'prometheus_client' not in sys.modules; figures.text(); assert 'prometheus_client' in sys.modules"
    )
    subprocess.run([sys.executable, "-P", "-c", program], check=True)
