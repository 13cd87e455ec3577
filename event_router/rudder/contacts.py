"""Contacts that later events need: what is asked of whoever remembers them, and a memory for replicas without state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from event_router.hooks import Contact

#: Contacts that a process without state remembers: some 20 MB.
MOST = 30_000


class Key(NamedTuple):
    """A person as a destination knows it: the destination's scope, and the userId."""

    scope: str
    user_id: str


class Contacts(Protocol):
    """Remembers contacts. Every method raises ``Unavailable`` where it cannot."""

    async def load(self, wanted: Collection[Key]) -> Mapping[Key, Contact]:
        """Return those of some contacts that are known."""
        ...

    async def save(self, changed: Mapping[Key, Contact], accounts: Mapping[str, str]) -> None:
        """Remember contacts; the newest event time wins.

        Args:
            changed: What is new.
            accounts: The account of each scope, so that a deletion finds them.
        """
        ...

    async def of_account(self, account: str, user_id: str) -> Contact | None:
        """Return a person as any destination with an account knows it."""
        ...

    async def forget(self, account: str, user_id: str) -> None:
        """Forget a person at every destination with an account."""
        ...


class MemoryContacts:
    """Contacts in this process alone: gone with it, and those that were written first go first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._contacts: dict[Key, Contact] = {}
        self._scopes: dict[str, set[str]] = {}

    async def load(self, wanted: Collection[Key]) -> Mapping[Key, Contact]:
        """Return those of some contacts that are known."""
        return {key: contact for key in wanted if (contact := self._contacts.get(key))}

    async def save(self, changed: Mapping[Key, Contact], accounts: Mapping[str, str]) -> None:
        """Remember contacts."""
        for key, contact in changed.items():
            self._contacts[key] = _newest(self._contacts.pop(key, None), contact)
        for scope, account in accounts.items():
            self._scopes.setdefault(account, set()).add(scope)
        while len(self._contacts) > self._most:
            del self._contacts[next(iter(self._contacts))]

    async def of_account(self, account: str, user_id: str) -> Contact | None:
        """Return a person as any destination with an account knows it."""
        found = (self._contacts.get(Key(scope, user_id)) for scope in self._scopes.get(account, ()))
        return next(filter(None, found), None)

    async def forget(self, account: str, user_id: str) -> None:
        """Forget a person at every destination with an account."""
        for scope in self._scopes.get(account, ()):
            self._contacts.pop(Key(scope, user_id), None)


def _newest(known: Contact | None, contact: Contact) -> Contact:
    """Return what is known after a contact comes that may be older: what was known since it was loaded counts."""
    if known is None or known.time is None or (contact.time or "") >= known.time:
        return contact
    return known._replace(traits={**contact.traits, **known.traits})
