"""Plain events in canonical form: what tests build theirs on, and what everybody has to take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What an event is given where its id is not what a test is about.
MESSAGE = "m-1"
#: A simple event in canonical form.
PLAIN: Mapping[str, Any] = {
    "type": "identify",
    "messageId": MESSAGE,
    "userId": "12345",
    "timestamp": "2026-11-23T15:01:41.904Z",
    "traits": {"email": "ted@mosbiusdesigns.com"},
}


def identify(**traits: Any) -> dict[str, Any]:
    """Return an identify with some more traits."""
    return {**PLAIN, "traits": {**PLAIN["traits"], **traits}}


def order(**properties: Any) -> dict[str, Any]:
    """Return an order with these properties."""
    return {**PLAIN, "type": "track", "event": "Order Completed", "traits": {}, "properties": properties}


def unnamed(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event without its id."""
    return {name: value for name, value in event.items() if name != "messageId"}


_PRODUCT = {"product_id": "p-1", "price": 19, "quantity": 1}
#: One of each kind.
KINDS: tuple[Mapping[str, Any], ...] = (
    PLAIN,
    {**PLAIN, "type": "track", "event": "Signed Up", "properties": {"plan": "gold"}},
    order(order_id="o-1", total=19, revenue=19, currency="USD", products=[_PRODUCT]),
    {**PLAIN, "type": "page", "name": "Home", "properties": {"url": "https://mosbiusdesigns.com/"}},
    {**PLAIN, "type": "screen", "name": "Home", "properties": {"variation": "blue"}},
    {**PLAIN, "type": "group", "groupId": "g-1", "traits": {"name": "Mosbius Designs"}},
    {**PLAIN, "type": "alias", "previousId": "a-1"},
    {**PLAIN, "type": "delete"},
)
