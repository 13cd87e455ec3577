"""Parking: in order, by person, bounded."""

from __future__ import annotations

from event_router.parking import Parking


def test_parking() -> None:
    """Jobs come out in the order they went in, and a full place takes no more."""
    parking: Parking[int] = Parking(2)
    assert parking.add("a", 1)
    assert parking.add("a", 2)
    assert not parking.add("b", 3)
    assert parking.all() == [1, 2]
    assert parking.release("a") == [1, 2]
    assert parking.release("a") == []
    assert parking.add("b", 3)
