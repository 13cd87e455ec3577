"""People whom nobody has heard of before, and the events that SDKs would send of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import uuid4

Event: TypeAlias = dict[str, Any]


def fresh() -> str:
    """Return an id that nobody has used."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody new.

    Attributes:
        id: The ``userId``; it is part of the e-mail, so that whatever is sent of the person can be found by it.
    """

    id: str = field(default_factory=fresh)

    @property
    def email(self) -> str:
        """Return the person's address."""
        return f"{self.id}@example.com"

    def event(self, kind: str, *, ago: float = 0, **more: Any) -> Event:
        """Return an event of the person that happened so many seconds ago."""
        time = datetime.now(UTC) - timedelta(seconds=ago)
        stamp = time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"type": kind, "messageId": fresh(), "userId": self.id, "timestamp": stamp, **more}

    def identify(self, name: str = "Kate", *, ago: float = 0, **more: Any) -> Event:
        """Return an identify with e-mail, first name, and a trait."""
        traits = {"email": self.email, "firstName": name, "plan": "gold"}
        return self.event("identify", ago=ago, **{"traits": traits, **more})

    def track(self, **more: Any) -> Event:
        """Return a track; unless ``properties`` are given, one tells it by its ``messageId``."""
        event = self.event("track", event="Friend Invited", **more)
        return {"properties": {"message": event["messageId"]}, **event}

    def order(self, **more: Any) -> Event:
        """Return an ``Order Completed``."""
        products = [{"product_id": "p-1", "price": 19, "quantity": 1}]
        event = self.event("track", event="Order Completed", **more)
        properties = {"order_id": event["messageId"], "total": 19, "currency": "USD", "products": products}
        return {"properties": properties, **event}

    def delete(self) -> Event:
        """Return the request to forget the person."""
        return self.event("delete")
