"""How the router is, for load balancers, Kubernetes and Prometheus."""

from __future__ import annotations

from door import Doors, refusal

from event_router.api import Reason


def test_alive() -> None:
    """It answers, so it is; HEAD is enough for a load balancer."""
    response = Doors().ask("/livez", method="GET", key=None)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert Doors().ask("/livez/", method="HEAD", key=None).status_code == 200


def test_ready() -> None:
    """Or why not, with a code."""
    doors = Doors()
    assert doors.ask("/readyz", method="GET", key=None).json() == {"status": "ok"}
    doors.health.reason = Reason("engine.away", "NATS cannot be reached.")
    assert refusal(doors.ask("/readyz", method="GET", key=None)) == (503, "engine.away")


def test_metrics() -> None:
    """Prometheus text, with the type that Prometheus knows."""
    response = Doors().ask("/metrics", method="GET", key=None)
    assert response.text == "router_events_total 1\n"
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_a_failure_of_any_door_is_its_own() -> None:
    """No text of it reaches the sender."""
    doors = Doors()
    doors.health.ready = None  # type: ignore[assignment,method-assign]
    response = doors.ask("/readyz", method="GET")
    assert refusal(response) == (500, "door.failed")
    assert "NoneType" not in response.text
