"""What a worker tells of its work: to logs, to metrics, and to whoever waits for results."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Settled(NamedTuple):
    """An event that has its outcome. It holds no trait.

    Attributes:
        destination: Where.
        outcome: ``delivered``, ``skipped``, ``rejected``, ``parked``, ``retrying`` or ``failed``.
        code: Of the reason.
        type: Of the event.
        message_id: Which event.
        attempts: Requests made.
        seconds: Since it was accepted.
    """

    destination: str
    outcome: str
    code: str
    type: str
    message_id: str
    attempts: int
    seconds: float


class Observer(Protocol):
    """Hears of every outcome."""

    def settled(self, settled: Settled) -> None:
        """Take note. Must not raise, and must be fast: it is called for every event."""
        ...


class Silent:
    """Takes no note."""

    def settled(self, settled: Settled) -> None:
        """Do nothing."""
