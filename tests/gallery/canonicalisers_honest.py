"""Canonicalisers that do things in their own way, and are right; and some that do nothing at all."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from event_router import event, spelling
from event_router.outcomes import Dropped
from gallery.canonicalising import Event, good


def adds_members(raw: Any) -> Any:
    """Say which version of the canonical event it is, and where it came in."""
    found = good(raw)
    return found and {**found, "canonicalVersion": 1, "channel": found.get("channel", "server")}


def does_what_the_spec_says(raw: Any) -> Any:
    """Do what Segment's spec says, and nothing for those who do not follow it: fill nothing in, correct no value."""
    with patch.object(event, "canonical_order", _renamed), patch.object(event, "_set_person", lambda *_: None):
        return good(raw)


def _renamed(properties: Event, dropped: list[Dropped]) -> Event:
    order = spelling.rename(properties, spelling.order, "$.properties", dropped)
    if isinstance(products := order.get("products"), list):
        order["products"] = [
            spelling.rename(item, spelling.product, "$", dropped) if isinstance(item, dict) else item
            for item in products
        ]
    return order


def always_raises(raw: Any) -> Any:
    """Raise at whatever comes."""
    raise RuntimeError(str(raw)[:80])


def raises_at_orders(raw: Any) -> Any:
    """Raise where something is bought."""
    if isinstance(raw, dict) and raw.get("event") == "Order Completed":
        raise RuntimeError(str(raw)[:80])
    return good(raw)


def writes_text(raw: Any) -> Any:
    """Return JSON as text."""
    return str(raw)
