"""Everything one server holds, without the network."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mock_plane import entry

from mock_promoter.auth import TEST_KEY
from mock_promoter.documents import DocumentError
from mock_promoter.server import Server

CONTACT: dict[str, Any] = {"contacts": [{"email": "kate@mac.com"}]}
BAD: dict[str, Any] = {"campaigns": [{"name": "x", "list": 9}]}


def contacts(server: Server) -> dict[str, int]:
    """Return how many contacts each account has."""
    return {account.name: len(account.contacts) for account in server.accounts.values()}


def test_accounts_of_the_first_keys() -> None:
    """Each key has an account, the first is the default one; a key that is given twice has one."""
    assert list(Server().accounts) == [TEST_KEY]
    server = Server(("a", "b", "a"))
    assert [(key, account.name) for key, account in server.accounts.items()] == [("a", "default"), ("b", "account-2")]
    assert server.default.name == "default"
    assert server.caller("Token b") is server.named("account-2")
    assert server.caller("Token c") is None
    assert server.named("c") is None


def test_new_accounts() -> None:
    """A name leads to the same key on every server; a name that was given once is never made up again."""
    server, other = Server(), Server()
    key, account = server.add_account(name="x")
    assert (other.add_account(name="x")[0], account.name) == (key, "x")
    assert key != server.add_account(name="y")[0]
    assert server.add_account("given", "account-2")[0] == "given"
    assert server.add_account()[1].name == "account-3"
    server.remove_account("account-3")
    assert server.add_account()[1].name == "account-4"


def test_what_an_account_leaves_behind() -> None:
    """Nothing: its requests, faults and expectations go with it; those of others stay."""
    server = Server()
    server.add_account(name="x")
    for number, name in ((1, "x"), (2, "default")):
        server.journal.add(entry(number, account=name))
        server.faults.add({"account": name}, {"kind": "reset"})
    server.seed(CONTACT, "x")
    server.remove_account("x")
    assert [one.id for one in server.journal] == [2]
    assert [fault.id for fault in server.faults] == [2]
    server.add_account(name="x")
    server.reset(("state",))
    assert contacts(server) == {"default": 0, "x": 0}


def test_a_seed_at_the_start() -> None:
    """The server begins with it, and resets to it."""
    server = Server(seed={"accounts": {"default": CONTACT}})
    assert contacts(server) == {"default": 1}
    server.restore({})
    assert contacts(server) == {"default": 0}
    server.reset(("state",))
    assert contacts(server) == {"default": 1}


def test_documents_are_placed_whole_or_not_at_all() -> None:
    """A bad account leaves the good one before it as it was, and so the seed."""
    server = Server(("a", "b"))
    document = {"accounts": {"default": CONTACT, "account-2": BAD}}
    for place in (server.seed, server.restore):
        with pytest.raises(DocumentError) as caught:
            place(document)
        assert caught.value.path == "$.accounts.account-2.campaigns[0].list"
    with pytest.raises(DocumentError) as caught:
        server.seed(BAD)
    assert caught.value.path == "$.campaigns[0].list"
    server.reset(("state",))
    assert contacts(server) == {"default": 0, "account-2": 0}


@pytest.mark.parametrize("name", [None, "default"])
def test_documents_of_unknown_accounts(name: str | None) -> None:
    """They are refused by the name that there is not, or that is not meant."""
    server = Server(("a", "b"))
    with pytest.raises(LookupError, match="nobody" if name is None else "account-2"):
        server.restore({"accounts": {"default": {}, "nobody" if name is None else "account-2": CONTACT}}, name)
    assert contacts(server) == {"default": 0, "account-2": 0}


def test_reset_of_parts() -> None:
    """The clock by itself is put back into the account that is there; state without clock keeps the time."""
    server = Server()
    server.restore({**CONTACT, "clock": {"at": "2026-01-01"}})
    server.reset(("state",))
    assert (server.default.clock.mode, contacts(server)) == ("frozen", {"default": 0})
    server.restore({**CONTACT, "clock": {"at": "2026-01-01"}})
    server.reset(("clock",))
    assert (server.default.clock.mode, contacts(server)) == ("real", {"default": 1})


def test_reset_of_one_account() -> None:
    """The other's state, faults and requests stay; faults go on counting."""
    server = Server(("a", "b"))
    server.restore({"accounts": {"default": CONTACT, "account-2": CONTACT}})
    for number, name in ((1, "default"), (2, "account-2")):
        server.journal.add(entry(number, account=name))
        server.faults.add({"account": name}, {"kind": "reset"})
    server.reset(("state", "journal", "faults", "clock"), "account-2")
    assert contacts(server) == {"default": 1, "account-2": 0}
    assert ([one.id for one in server.journal], [fault.id for fault in server.faults]) == ([1], [1])
    assert server.faults.add({}, {"kind": "reset"}).id == 3


@pytest.mark.anyio
async def test_the_end() -> None:
    """Whoever waits for a change or for the end is let go, and nobody waits afterwards."""
    server = Server()
    waiting = [asyncio.ensure_future(changes.wait()) for changes in (server.changes, server.closing)]
    await asyncio.sleep(0)
    await server.close()
    await asyncio.wait_for(asyncio.gather(*waiting, server.changes.wait(), server.closing.wait()), 10)
    assert server.changes.revision == 0


def test_a_key_that_is_taken_is_not_given_again() -> None:
    """Whoever was given the key that a name would lead to keeps it."""
    server = Server()
    key, _ = Server().add_account(name="x")
    server.add_account(key, "first")
    other, account = server.add_account(name="x")
    assert (other != key, account.name) == (True, "x")
    assert server.caller(f"Token {key}") is server.named("first")
