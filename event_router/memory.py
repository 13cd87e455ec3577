"""What is remembered of a contact, and contacts remembered in this process, for a rehearsal.

What an identify delivered is what a later track needs. The newest event time wins, whatever order events come in.
"""

from __future__ import annotations

from event_router.hooks import Contact
from event_router.outcomes import Event


def remembered(known: Contact | None, event: Event, traits: tuple[str, ...]) -> Contact:
    """Return what is known of a person after an identify was delivered.

    >>> remembered(None, {"userId": "1", "traits": {"email": "t@x.co", "plan": "A"}}, ("email",)).traits
    {'email': 't@x.co'}
    """
    time, said = event.get("timestamp"), event["traits"]
    news = {}
    # A plain loop: in Python 3.11 a comprehension is a function of its own, which costs more than these look-ups.
    for name in traits:
        if (value := said.get(name)) is not None:
            news[name] = value
    if known is None:
        return Contact(event["userId"], news, time)
    if time is not None and known.time is not None and time < known.time:
        return Contact(known.user_id, {**news, **known.traits}, known.time)
    return Contact(known.user_id, {**known.traits, **news}, time or known.time)


class Contacts:
    """Contacts by userId, for one destination."""

    def __init__(self, traits: tuple[str, ...]) -> None:
        self._traits = traits
        self._contacts: dict[str, Contact] = {}

    def get(self, event: Event) -> Contact | None:
        """Return the contact of the event's person."""
        return self._contacts.get(event.get("userId", ""))

    def remember(self, event: Event) -> None:
        """Remember the contact of a delivered identify."""
        user_id = event.get("userId")
        if user_id and isinstance(event.get("traits"), dict):
            self._contacts[user_id] = remembered(self._contacts.get(user_id), event, self._traits)

    def forget(self, event: Event) -> None:
        """Forget the contact of the event's person."""
        self._contacts.pop(event.get("userId", ""), None)
