"""Servers whose campaigns survey whom they should not, or leave out whom they should survey."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from gallery.servers import Ask, Next, Reply, Wrong
from gallery.servers_wrong import CAMPAIGNS, asking, before, broken, telling
from mock_promoter.account import Account
from mock_promoter.model import Campaign, Contact

_SENT = "Success, surveys sent."


@broken("VND-176", "VND-178", "VND-150")
def _says_that_it_sends_and_does_not() -> Wrong:
    async def wrong(ask: Ask, go: Next) -> Reply:
        account = ask.server.caller(ask.headers.get("authorization", ""))
        idle = [one for one in account.contacts.values() if not one.inactive] if account and _sends(ask) else []
        for contact in idle:
            contact.inactive = True
        given = await go(ask)
        for contact in idle:
            contact.inactive = False
        return given

    return wrong


@broken("VND-176", "VND-150")
def _sends_to_everybody_in_the_account() -> Wrong:
    def do(campaign: Campaign, account: Account, _: datetime) -> None:
        for contact in account.contacts.values():
            contact.lists[campaign.list_id] = None

    return _sending(do)


@broken("VND-176")
def _sends_to_the_first_two_only() -> Wrong:
    def do(contacts: Iterable[Contact], _: datetime) -> None:
        for contact in [*contacts][2:]:
            contact.inactive = True

    return _sending_to(do, all_contacts=True)


@broken("VND-176")
def _sends_again_within_a_day() -> Wrong:
    def do(contacts: Iterable[Contact], now: datetime) -> None:
        for contact in contacts:
            contact.surveyed = {name: min(at, now - timedelta(days=1)) for name, at in contact.surveyed.items()}

    return _sending_to(do, all_contacts=True)


@broken("VND-176")
def _sends_to_who_has_unsubscribed() -> Wrong:
    def do(contacts: Iterable[Contact], _: datetime) -> None:
        for contact in contacts:
            contact.unsubscribed = False

    return _sending_to(do, all_contacts=True)


@broken("VND-178")
def _sends_to_all_whatever_is_asked() -> Wrong:
    return asking(lambda ask: ask.with_json(all_contacts=True) if _sends(ask) else ask)


@broken("VND-178")
def _takes_false_for_true() -> Wrong:
    def change(ask: Ask) -> Ask:
        return ask.with_json(all_contacts=True) if _sends(ask) and "all_contacts" in ask.json else ask

    return asking(change)


@broken("VND-178")
def _sends_to_nobody_who_is_updated() -> Wrong:
    def do(contacts: Iterable[Contact], _: datetime) -> None:
        for contact in contacts:
            contact.updated = None

    return _sending_to(do, all_contacts=False)


@broken("VND-178")
def _sends_to_nobody_who_is_added() -> Wrong:
    def do(contacts: Iterable[Contact], _: datetime) -> None:
        for contact in contacts:
            contact.inactive = not contact.surveyed

    return _sending_to(do, all_contacts=False)


@broken("VND-179")
def _says_so_in_plain_text() -> Wrong:
    plain = Reply(200, {"content-type": "text/plain"}, _SENT.encode())
    return telling(lambda ask, given: plain if _sends(ask) and given.status == 200 else given)


def _sends(ask: Ask) -> bool:
    """Return whether a campaign is told to send."""
    return ask.method == "POST" and ask.path.startswith(CAMPAIGNS) and ask.path.endswith("/send-surveys/")


def _sending(do: Callable[[Campaign, Account, datetime], object]) -> Wrong:
    """Return what does something to a campaign and its account before it sends."""

    def first(ask: Ask, account: Account) -> None:
        if _sends(ask):
            do(account.campaigns[int(ask.path.split("/")[-3])], account, account.clock.now())

    return before(first)


def _sending_to(do: Callable[[Iterable[Contact], datetime], object], *, all_contacts: bool) -> Wrong:
    """Return what does something to the contacts of a campaign before it sends to all of them, or to some."""

    def first(ask: Ask, account: Account) -> None:
        if _sends(ask) and bool(ask.json.get("all_contacts")) == all_contacts:
            campaign = account.campaigns[int(ask.path.split("/")[-3])]
            do(list(account.members(campaign.list_id)), account.clock.now())

    return before(first)
