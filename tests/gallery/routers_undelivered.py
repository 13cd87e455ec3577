"""Routers that do not even deliver what is plain: nothing that builds on it can be seen."""

from __future__ import annotations

from event_router.api import Contact, Event, Outcome, Reason, Skipped, Transformed
from gallery.toy_router import Life

_UNWANTED = Skipped(Reason("toy.unwanted", "The toy does not want it."))


def is_order(event: Event) -> bool:
    """Return whether an event is one."""
    return event.get("event") == "Order Completed"


class DeliversNothing(Life):
    """Takes everything, and sends nothing."""

    def decide(self, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Want nothing."""
        return _UNWANTED


class DropsTracks(Life):
    """Sends identifies and orders."""

    def decide(self, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Want no others."""
        unwanted = event["type"] == "track" and not is_order(event)
        return _UNWANTED if unwanted else super().decide(event, contact)


class DropsOrdersOfStrangers(Life):
    """Sends orders of those whom somebody has identified."""

    def decide(self, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Want no others."""
        return _UNWANTED if is_order(event) and contact is None else super().decide(event, contact)
