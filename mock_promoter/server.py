"""Everything one server holds: accounts by API key, the journal, faults, expectations; and how it goes back to its seed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from hashlib import sha256

from mock_promoter.account import Account
from mock_promoter.auth import TEST_KEY, claimed_key
from mock_promoter.changes import Changes
from mock_promoter.documents import Document, DocumentError, account_from
from mock_promoter.expectations import Expectations
from mock_promoter.faults import Faults
from mock_promoter.journal import Journal
from mock_promoter.webhooks import Deliveries

DEFAULT = "default"


class Server:
    """A mock Promoter.io without the network.

    Attributes:
        accounts: By API key; the first is the default account.
        closing: Closed when the server stops, as ``changes`` is, so that nothing that hangs keeps it.
    """

    def __init__(self, api_keys: Sequence[str] = (TEST_KEY,), seed: Document | None = None) -> None:
        self.journal, self.faults, self.expectations = Journal(), Faults(), Expectations()
        self.changes, self.closing = Changes(), Changes()
        self.deliveries = Deliveries(self.changes)
        self.accounts: dict[str, Account] = {}
        self._seeds: dict[str, Document] = {}
        self._last = 1
        for number, key in enumerate(dict.fromkeys(api_keys), 1):
            self.add_account(key, DEFAULT if number == 1 else None)
        if seed is not None:
            self.seed(seed)

    @property
    def default(self) -> Account:
        """The first account."""
        return next(iter(self.accounts.values()))

    def caller(self, authorization: str) -> Account | None:
        """Return the account whose key a request carries."""
        return self.accounts.get(claimed_key(authorization))

    def named(self, name: str) -> Account | None:
        """Return an account by its name."""
        return next((account for account in self.accounts.values() if account.name == name), None)

    def add_account(self, key: str | None = None, name: str | None = None) -> tuple[str, Account]:
        """Make an account; return its key, which is new where none is given, and always the same for a name."""
        name = name or self._free_name()
        key = key or self._key_of(name)
        account = self.accounts[key] = account_from({}, name)
        return key, account

    def _key_of(self, name: str) -> str:
        """Return a key that looks like Promoter's, and that no other account was given."""
        key = sha256(f"mock-promoter {name}".encode()).hexdigest()[:40]
        return key if key not in self.accounts else self._key_of(f"{name} again")

    def _free_name(self) -> str:
        """Return a name that no account has, nor had."""
        taken = {account.name for account in self.accounts.values()}
        while True:
            self._last += 1
            if (name := f"account-{self._last}") not in taken:
                return name

    def remove_account(self, name: str) -> None:
        """Forget an account with all that is its own."""
        self.accounts = {key: account for key, account in self.accounts.items() if account.name != name}
        self._seeds.pop(name, None)
        self.journal.clear(name)
        self.expectations.clear(name)
        self.faults.clear(name)
        self.deliveries.forget(name)

    def seed(self, document: Document, name: str | None = None) -> None:
        """Put accounts into a state that ``reset`` will return to. Raises as ``restore`` does."""
        self.restore(document, name)
        self._seeds |= self._states(document, name)

    def restore(self, document: Document, name: str | None = None) -> None:
        """Put accounts into a state, all or none of them; ``reset`` still returns to the seed.

        Raises:
            LookupError: The document names an account that there is not, or another than ``name``.
            DocumentError: It names something else that there is not.
        """
        states = self._states(document, name)
        for account in [self._account(state, one, document) for one, state in states.items()]:
            self._put(account)

    def reset(self, what: Sequence[str], name: str | None = None) -> None:
        """Go back to the seed: ``state``, ``journal``, ``faults``, ``clock``; of one account or of all."""
        if "state" in what or "clock" in what:
            for account in [one for one in self.accounts.values() if name in (None, one.name)]:
                self._reset_account(account, what)
        if "journal" in what:
            self.journal.clear(name)
            self.expectations.clear(name)
        if "faults" in what and name is None:
            self.faults = Faults()
        elif "faults" in what:
            self.faults.clear(name)

    def _reset_account(self, account: Account, what: Sequence[str]) -> None:
        fresh = account_from(self._seeds.get(account.name, {}), account.name)
        if "clock" not in what:
            fresh.clock = account.clock
        if "state" in what:
            self._put(fresh)
            self.deliveries.forget(account.name)
        else:
            account.clock = fresh.clock

    def _put(self, account: Account) -> None:
        key = next(key for key, there in self.accounts.items() if there.name == account.name)
        self.accounts[key] = account

    def _states(self, document: Document, name: str | None) -> dict[str, Document]:
        """Return the state of each account that a document speaks of."""
        states: dict[str, Document] = document.get("accounts", {name or DEFAULT: document})
        for one in states:
            if self.named(one) is None or name not in (None, one):
                raise LookupError(one)
        return states

    def _account(self, state: Document, name: str, document: Document) -> Account:
        try:
            return account_from(state, name)
        except DocumentError as error:
            if state is document:
                raise
            raise DocumentError(f"$.accounts.{name}{error.path[1:]}", str(error)) from error

    def tell_webhooks(self, account: Account) -> None:
        """Hand what happened in an account to those who subscribed to it."""
        notices, account.notices = account.notices, []
        for notice in notices:
            self.deliveries.add(account, notice)

    async def close(self) -> None:
        """Let go of whatever hangs."""
        self.closing.close()
        self.changes.close()
        await self.deliveries.close()
        await asyncio.sleep(0)
