"""Observers: what they hear, and that nobody has to listen."""

from __future__ import annotations

from event_router.worker.observing import Observer, Settled, Silent


def test_nobody_has_to_listen() -> None:
    """Where nobody wants to know, it is told to nobody."""
    observer: Observer = Silent()
    observer.settled(Settled("small", "delivered", "delivered", "identify", "m-1", 1, 0.1))


def test_no_trait_is_told() -> None:
    """There is no field for anything a customer said of a person."""
    assert set(Settled._fields).isdisjoint({"event", "traits", "user_id", "properties", "email"})
