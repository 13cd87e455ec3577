"""Persons and messages as subjects know them: keyed hashes, from which nobody reads an id."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import blake2b

from event_router.outcomes import Event

_PERSON_BYTES = 15
_MESSAGE_BYTES = 12


class People:
    """Hashes with one router's key.

    >>> People(b"key").message("m-1") == People(b"key").message("m-1") != People(b"other").message("m-1")
    True
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def person(self, event: Event) -> str:
        """Return whose event it is: by userId, else by anonymousId, else by the event itself."""
        if user_id := event.get("userId"):
            return self.user(user_id)
        if anonymous_id := event.get("anonymousId"):
            return self._hash(f"anonymous {anonymous_id}", _PERSON_BYTES)
        return self._hash(f"message {event['messageId']}", _PERSON_BYTES)

    def user(self, user_id: str) -> str:
        """Return the hash of a userId."""
        return self._hash(f"user {user_id}", _PERSON_BYTES)

    def message(self, message_id: str) -> str:
        """Return the hash of a messageId."""
        return self._hash(message_id, _MESSAGE_BYTES)

    def _hash(self, text: str, size: int) -> str:
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size, key=self._key).digest()
        return urlsafe_b64encode(digest).decode()
