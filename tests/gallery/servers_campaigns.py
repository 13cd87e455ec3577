"""Servers that make templates and campaigns, or count for them, as they should not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gallery.servers import Ask, Next, Reply, Wrong
from gallery.servers_wrong import CAMPAIGNS, POST_SURVEY, TEMPLATES, asking, broken, instead, reply, telling
from mock_promoter.account import Account

Row = dict[str, Any]

_POST_CAMPAIGN, _POST_TEMPLATE = f"POST {CAMPAIGNS}", f"POST {TEMPLATES}"
_EMPTY: Row = {"count": 0, "next": None, "previous": None, "results": []}
#: The campaign that each account begins with.
_FIRST = 1


@broken("VND-170")
def _forgets_the_words_of_templates() -> Wrong:
    def change(ask: Ask) -> Ask:
        written = ask.call == _POST_TEMPLATE and isinstance(ask.json, dict) and ask.json.get("intro_message")
        return ask.with_json(intro_message="Hello!") if written else ask

    return asking(change)


@broken("VND-170")
def _answers_templates_by_their_id_only() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        return (
            given.with_json({"id": given.json["id"]}) if ask.call == _POST_TEMPLATE and given.status == 201 else given
        )

    return telling(change)


@broken("VND-170")
def _lists_no_templates() -> Wrong:
    return instead(lambda ask: reply(200, _EMPTY) if ask.call == f"GET {TEMPLATES}" else None)


@broken("VND-172")
def _shouts_names_of_campaigns() -> Wrong:
    def change(ask: Ask) -> Ask:
        name = ask.json.get("name") if ask.call == _POST_CAMPAIGN and isinstance(ask.json, dict) else None
        return ask.with_json(name=name.upper()) if name else ask

    return asking(change)


@broken("VND-172")
def _lists_no_new_campaigns() -> Wrong:
    return _rows(lambda row, _: [row] if row["id"] == _FIRST else [])


@broken("VND-172")
def _surveys_nobody_through_new_campaigns() -> Wrong:
    def answer(ask: Ask) -> Reply | None:
        given = ask.json.get("campaign_id") if ask.call == POST_SURVEY and isinstance(ask.json, dict) else None
        words = 'Invalid pk "{}" - object does not exist.'
        new = given is not None and given != _FIRST
        return reply(400, {"campaign_id": [words.format(given)]}) if new else None

    return instead(answer)


@broken("VND-026")
def _makes_templates_without_a_logo() -> Wrong:
    def change(ask: Ask) -> Ask:
        return ask.with_json(logo="iVBORw0KGgo=") if _lacks(ask, _POST_TEMPLATE, "logo") else ask

    return asking(change)


@broken("VND-026")
def _makes_campaigns_without_a_template() -> Wrong:
    def change(ask: Ask) -> Ask:
        return ask.with_json(email=1) if _lacks(ask, _POST_CAMPAIGN, "email") else ask

    return asking(change)


@broken("VND-026")
def _makes_campaigns_without_a_name() -> Wrong:
    def change(ask: Ask) -> Ask:
        blank = ask.call == _POST_CAMPAIGN and isinstance(ask.json, dict) and ask.json.get("name") == ""
        return ask.with_json(name="A campaign") if blank else ask

    return asking(change)


# Counts.


@broken("VND-174")
def _counts_whoever_was_surveyed() -> Wrong:
    return _rows(lambda row, _: [{**row, "eligible_count": row["all_count"]}])


@broken("VND-174")
def _counts_as_when_it_was_made() -> Wrong:
    first: dict[Any, Any] = {}
    return _rows(lambda row, _: [first.setdefault((row["id"], row["name"]), row)])


@broken("VND-174")
def _counts_contacts_of_other_lists() -> Wrong:
    return _rows(lambda row, account: [{**row, "all_count": len(account.contacts)}])


@broken("VND-174")
def _counts_who_has_unsubscribed() -> Wrong:
    def counted(row: Row, account: Account) -> list[Row]:
        gone = sum(contact.unsubscribed for contact in account.members(account.campaigns[row["id"]].list_id))
        return [{**row, "eligible_count": row["eligible_count"] + gone}]

    return _rows(counted)


def _rows(change: Callable[[Row, Account], list[Row]]) -> Wrong:
    """Return what shows other rows in the list of campaigns, each by what the account holds."""

    async def wrong(ask: Ask, go: Next) -> Reply:
        given = await go(ask)
        account = ask.server.caller(ask.headers.get("authorization", ""))
        if account is None or ask.call != f"GET {CAMPAIGNS}" or given.status != 200:
            return given
        shown = [row for one in given.json["results"] for row in change(one, account)]
        return given.with_json({**given.json, "results": shown})

    return wrong


def _lacks(ask: Ask, call: str, field: str) -> bool:
    """Return whether a write gives other fields, but not this one."""
    return ask.call == call and isinstance(ask.json, dict) and bool(ask.json) and field not in ask.json
