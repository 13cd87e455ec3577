"""Servers that do not keep their customers apart."""

from __future__ import annotations

from urllib.parse import parse_qsl

from gallery.servers import Ask, Next, Reply, Wrong
from gallery.servers_wrong import CONTACTS, POST_CONTACT, POST_SURVEY, REMOVAL, before, broken, known
from mock_promoter.account import Account


def _others(ask: Ask, account: Account) -> list[Account]:
    return [one for one in ask.server.accounts.values() if one is not account]


@broken("VND-018")
def _finds_contacts_of_other_customers() -> Wrong:
    async def wrong(ask: Ask, go: Next) -> Reply:
        given = await go(ask)
        asked = ask.call == f"GET {CONTACTS}" and "email" in dict(parse_qsl(ask.query))
        if asked and given.status == 200 and given.json["count"] == 0:
            for key in [*ask.server.accounts]:
                other = await go(ask.with_header("authorization", f"Token {key}"))
                if other.json["count"]:
                    return other
        return given

    return wrong


@broken("VND-018")
def _shows_contacts_of_other_customers_by_id() -> Wrong:
    async def wrong(ask: Ask, go: Next) -> Reply:
        given = await go(ask)
        if given.status == 404 and ask.path.startswith(CONTACTS) and ask.method == "GET":
            for key in [*ask.server.accounts]:
                other = await go(ask.with_header("authorization", f"Token {key}"))
                if other.status == 200:
                    return other
        return given

    return wrong


@broken("VND-018")
def _surveys_nobody_whom_another_has_surveyed() -> Wrong:
    async def wrong(ask: Ask, go: Next) -> Reply:
        account = ask.server.caller(ask.headers.get("authorization", ""))
        if account is not None and ask.call == POST_SURVEY:
            found = [known(ask, other) for other in _others(ask, account)]
            mine = known(ask, account)
            if mine is None and any(one is not None and one.surveyed for one in found):
                return (await go(ask.with_json(contact={"email": "no"}))).with_json(
                    {"non_field_errors": ["Contact is not eligible for survey."]}, 400
                )
        return await go(ask)

    return wrong


@broken("VND-018")
def _removes_contacts_of_all_customers() -> Wrong:
    def do(ask: Ask, account: Account) -> None:
        for other in _others(ask, account) if ask.path == REMOVAL else ():
            contact = known(ask, other)
            if contact is not None:
                other.remove(contact)

    return before(do)


@broken("VND-018")
def _updates_contacts_of_all_customers() -> Wrong:
    def do(ask: Ask, account: Account) -> None:
        for other in _others(ask, account) if ask.call == POST_CONTACT else ():
            contact = known(ask, other)
            if contact is not None and isinstance(ask.json.get("first_name"), str):
                contact.first_name = ask.json["first_name"]

    return before(do)


@broken("VND-018")
def _knows_repeats_of_all_customers() -> Wrong:
    done: dict[tuple[str, str], Reply] = {}

    async def wrong(ask: Ask, go: Next) -> Reply:
        key = ask.headers.get("idempotency-key")
        if key is None:
            return await go(ask)
        given = done.get((ask.path, key)) or await go(ask)
        if given.status < 300:
            done[ask.path, key] = given
        return given

    return wrong
