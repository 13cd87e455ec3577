"""The mock's accounts: contacts by address, id and userId agree, whatever is done to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.strategies import emails
from mock_promoter.account import DEFAULT_LIST, Account
from mock_promoter.choices import Choices
from mock_promoter.documents import account_from
from mock_promoter.kept import MOST_KEPT, Kept
from mock_promoter.snapshots import state

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_DONE = st.lists(
    st.tuples(
        st.sampled_from(("upsert", "know", "remove")),
        st.sampled_from(("a@b.co", "A@b.co", "c@d.co", "e@f.co")),
        st.sampled_from("uvw"),
    ),
    max_size=30,
)


def do(account: Account, what: str, email: str, user: str) -> None:
    """Do one thing to the contact of an address, where there is one."""
    contact = account.by_email(email)
    if what == "upsert":
        account.upsert({"email": email, "attributes": {user: email}}, NOW)
    elif contact is not None and what == "know":
        account.know(contact, user)
    elif contact is not None:
        account.remove(contact)


@given(_DONE, st.sampled_from(("ignored", "kept")))
def test_all_ways_lead_to_the_same_contacts(done: list[tuple[str, str, str]], case: Any) -> None:
    """By address, id and userId one finds the contacts that there are, each by its own, also after a restart."""
    account = Account(choices=Choices(email_case=case))
    for step in done:
        do(account, *step)
    for one in (account, account_from(state(account), "again")):
        contacts = list(one.contacts.values())
        assert all(one.by_email(contact.email) is contact is one.by_id(contact.id) for contact in contacts)
        owned = {contact.user_id: contact for contact in contacts if contact.user_id is not None}
        assert len(owned) == sum(contact.user_id is not None for contact in contacts)
        assert {user: one.by_user(user) for user in "uvw"} == {user: owned.get(user) for user in "uvw"}
        assert len({contact.id for contact in contacts}) == len(contacts)
    assert state(account_from(state(account), "again")) == state(account)


@given(_DONE)
def test_ids_are_never_given_again(done: list[tuple[str, str, str]]) -> None:
    """A new contact has an id that none had before, whoever was removed."""
    account = Account()
    seen: set[int] = set()
    for step in done:
        before = set(map(id, account.contacts.values()))
        do(account, *step)
        new = {contact.id for contact in account.contacts.values() if id(contact) not in before}
        assert not new & seen or step[0] != "upsert"
        seen |= new
    assert account.next_id("contact") == len(seen) + 1


@pytest.mark.fidelity("F-26")
@given(emails)
def test_who_is_the_same(email: str) -> None:
    """An address is itself; where letter case does not count, so is each way to write it; where it does, none else."""
    ignored, kept = Account(), Account(choices=Choices(email_case="kept"))
    assert ignored.identity(email) == ignored.identity(email.upper()) == ignored.identity(ignored.identity(email))
    assert kept.identity(email) == email
    assert ignored.upsert({"email": email}, NOW)[0].email == email
    assert ignored.upsert({"email": email.swapcase()}, NOW) == (ignored.by_email(email), False)


@pytest.mark.fidelity("F-25")
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers() | st.text(max_size=3)), max_size=5))
def test_attributes_are_merged(updates: list[dict[str, Any]]) -> None:
    """Of each name the last value stays; a name that is not given stays as it is."""
    account = Account()
    wanted: dict[str, Any] = {}
    for attributes in updates:
        contact, _ = account.upsert({"email": "a@b.co", "attributes": attributes}, NOW)
        wanted |= attributes
        assert contact.attributes == wanted
    first, new = account.upsert({"email": "a@b.co", "first_name": "Kate"}, NOW)
    assert (new, first.attributes) == (not updates, wanted)
    assert account.upsert({"email": "a@b.co", "last_name": "Bell"}, NOW)[0].first_name == "Kate"


def test_the_default_list_is_made_once() -> None:
    """It keeps its id, and lists that are made later have others."""
    account = Account()
    account.lists.clear()
    account.ids["list"] = 0
    assert [account.default_list(), account.default_list()] == [DEFAULT_LIST] * 2
    assert (list(account.lists), account.next_id("list")) == ([DEFAULT_LIST], DEFAULT_LIST + 1)


def test_remembered_answers_are_bounded() -> None:
    """The oldest makes room."""
    account = Account()
    for number in range(MOST_KEPT + 1):
        account.keep("/", str(number), number)
    assert (len(account.replays), ("/", "0") in account.replays) == (MOST_KEPT, False)


@given(st.lists(st.integers(1, 5), max_size=20), st.integers(1, 4))
def test_the_newest_are_kept(sizes: list[int], most: int) -> None:
    """Of all that was added the newest are there, in order both ways; the rest is counted."""
    kept: Kept[int] = Kept(most)
    for number, _ in enumerate(sizes):
        assert kept.add(number, number) == number
    there = list(range(len(sizes)))[-most:]
    assert (list(kept), list(reversed(kept)), len(kept)) == (there, there[::-1], len(there))
    assert kept.dropped == len(sizes) - len(there)
    assert [kept.get(number) for number in range(len(sizes))] == [
        one if one in there else None for one in range(len(sizes))
    ]
