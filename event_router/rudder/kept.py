"""Contacts kept in JetStream: what one replica learns, every other knows, and a restart forgets nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from event_router.doors.store import Unavailable
from event_router.engine.contacts import Contacts as Scope
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineError
from event_router.hooks import Contact
from event_router.outcomes import Event
from event_router.rudder.contacts import Key

Value = TypeVar("Value")

# Apart from the contacts of a router's own destinations, whatever those are called.
_PREFIX = "rudder-"
_RETRY_AFTER = 2


class KeptContacts:
    """Contacts in the engine's bucket.

    Args:
        engine: Keeps them.
        traits: What is remembered of a person.
    """

    def __init__(self, engine: Engine, traits: Collection[str]) -> None:
        self._engine = engine
        self._traits = tuple(sorted(traits))
        self._scopes: dict[str, asyncio.Task[Scope]] = {}
        self._told: set[tuple[str, str]] = set()

    async def load(self, wanted: Collection[Key]) -> Mapping[Key, Contact]:
        """Return those of some contacts that are known; all of them in a few questions. Raises ``Unavailable``."""
        async with _available():
            found = await _all(self._get(key) for key in wanted)
        return {key: contact for key, contact in zip(wanted, found, strict=True) if contact}

    async def save(self, changed: Mapping[Key, Contact], accounts: Mapping[str, str]) -> None:
        """Remember contacts; the newest event time wins, whichever replica writes. Raises ``Unavailable``."""
        async with _available():
            await _all(self._tell(account, scope) for scope, account in accounts.items())
            await _all(self._remember(key, contact) for key, contact in changed.items())

    async def of_account(self, account: str, user_id: str) -> Contact | None:
        """Return a person as any destination with an account knows it. Raises ``Unavailable``."""
        async with _available():
            found = await _all(self._get(Key(scope, user_id)) for scope in await self._known(account))
        return next(filter(None, found), None)

    async def forget(self, account: str, user_id: str) -> None:
        """Forget a person at every destination with an account. Raises ``Unavailable``."""
        async with _available():
            for scope in await self._known(account):
                await (await self._scope(scope)).forget(self._engine.people.user(user_id))

    async def _get(self, key: Key) -> Contact | None:
        contacts = await self._scope(key.scope)
        return await contacts.get(self._engine.people.user(key.user_id), {"userId": key.user_id})

    async def _remember(self, key: Key, contact: Contact) -> None:
        contacts = await self._scope(key.scope)
        event: Event = {"userId": key.user_id, "traits": dict(contact.traits), "timestamp": contact.time}
        await contacts.remember(self._engine.people.user(key.user_id), event)

    async def _scope(self, scope: str) -> Scope:
        """Return a destination's contacts; whoever comes first opens them for all."""
        task = self._scopes.get(scope)
        if task is None or (task.done() and task.exception()):
            task = self._scopes[scope] = asyncio.create_task(self._opened(scope))
        return await asyncio.shield(task)

    async def _opened(self, scope: str) -> Scope:
        engine = self._engine
        contacts = Scope(engine.layout, engine.publisher, engine.reader, f"{_PREFIX}{scope}", self._traits)
        await contacts.listen(engine.client)
        return contacts

    async def _known(self, account: str) -> list[str]:
        return list(await self._engine.state.get(_key(account)) or ())

    async def _tell(self, account: str, scope: str) -> None:
        """Keep which destinations an account has, for its deletions."""
        if (account, scope) in self._told:
            return

        def added(known: list[str] | None) -> list[str] | None:
            return None if scope in (known or ()) else [*(known or ()), scope]

        await self._engine.state.change(_key(account), added)
        self._told.add((account, scope))


def _key(account: str) -> str:
    return f"rudder.{account}"


async def _all(work: Iterable[Awaitable[Value]]) -> list[Value]:
    return list(await asyncio.gather(*work))


@asynccontextmanager
async def _available() -> AsyncIterator[None]:
    try:
        yield
    except EngineError as error:
        raise Unavailable(error.code, error.message, _RETRY_AFTER) from error
