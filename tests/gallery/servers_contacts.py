"""Servers that do not keep contacts, pages and lists as they should."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

from gallery.servers import Ask, Next, Reply, Wrong
from gallery.servers_wrong import (
    CONTACTS,
    LISTS,
    POST_CONTACT,
    REMOVAL,
    asking,
    before,
    broken,
    instead,
    known,
    reply,
    telling,
)
from mock_promoter.account import Account


@broken("VND-050")
def _gives_a_new_id_at_each_post() -> Wrong:
    posts: list[Ask] = []

    def change(ask: Ask, given: Reply) -> Reply:
        posts.append(ask)
        again = ask.call == POST_CONTACT and given.status == 200
        return given.with_json({**given.json, "id": 100_000 + len(posts)}) if again else given

    return telling(change)


@broken("VND-052", "VND-150")
def _replaces_attributes() -> Wrong:
    def do(ask: Ask, account: Account) -> None:
        contact = known(ask, account) if ask.call == POST_CONTACT else None
        if contact is not None:
            contact.attributes.clear()

    return before(do)


@broken("VND-054", "VND-150")
def _forgets_names_that_are_not_given() -> Wrong:
    def do(ask: Ask, account: Account) -> None:
        contact = known(ask, account) if ask.call == POST_CONTACT else None
        if contact is not None:
            contact.first_name = contact.last_name = ""

    return before(do)


@broken("VND-056")
def _finds_by_part_of_an_email() -> Wrong:
    async def wrong(ask: Ask, go: Next) -> Reply:
        part = dict(parse_qsl(ask.query)).get("email") if ask.call == f"GET {CONTACTS}" else None
        if part is None:
            return await go(ask)
        given = await go(ask._replace(query=""))
        found = [row for row in given.json.get("results", []) if part in row["email"]]
        return given.with_json({"count": len(found), "next": None, "previous": None, "results": found})

    return wrong


@broken("VND-058")
def _leaves_attributes_out() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        one = re.fullmatch(rf"{CONTACTS}\d+/", ask.path) and given.status == 200
        return given.with_json({**given.json, "attributes": {}}) if one else given

    return telling(change)


@broken("VND-060", "VND-150")
def _removes_nobody() -> Wrong:
    empty: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}
    return instead(lambda ask: reply(200, empty) if ask.path == REMOVAL and ask.json.get("email") else None)


@broken("VND-062")
def _folds_names_of_attributes() -> Wrong:
    def change(ask: Ask) -> Ask:
        given = ask.json.get("attributes") if ask.call == POST_CONTACT and isinstance(ask.json, dict) else None
        return ask.with_json(attributes={name.lower(): one for name, one in given.items()}) if given else ask

    return asking(change)


@broken("VND-064")
def _refuses_attributes_that_are_objects() -> Wrong:
    def answer(ask: Ask) -> Reply | None:
        given = ask.json.get("attributes") if ask.call == POST_CONTACT and isinstance(ask.json, dict) else None
        bad = any(isinstance(one, dict | list) for one in (given or {}).values())
        return reply(400, {"attributes": ["Not a valid string."]}) if bad else None

    return instead(answer)


# Pages and lists.


@broken("VND-090")
def _has_empty_pages_beyond_the_end() -> Wrong:
    empty: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}
    return telling(lambda ask, given: reply(200, empty) if "page=" in ask.query and given.status == 404 else given)


@broken("VND-092")
def _loses_filters_in_links() -> Wrong:
    def change(_: Ask, given: Reply) -> Reply:
        return given._replace(body=given.body.replace(b"contact_list__id=2&", b"").replace(b"contact_list__id=2", b""))

    return telling(change)


@broken("VND-100")
def _shouts_names_of_lists() -> Wrong:
    def change(ask: Ask) -> Ask:
        return ask.with_json(name=ask.json["name"].upper()) if ask.call == f"POST {LISTS}" else ask

    return asking(change)


@broken("VND-102")
def _shows_contacts_without_ids_in_lists() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        members = re.fullmatch(rf"{LISTS}\d+/contacts/", ask.path) and given.status == 200
        shown = [{"email": "k@example.com"} for _ in given.json["results"]] if members else []
        return given.with_json({**given.json, "results": shown}) if members else given

    return telling(change)


@broken("VND-104")
def _ignores_the_filter_by_list() -> Wrong:
    def change(ask: Ask) -> Ask:
        kept = [(name, value) for name, value in parse_qsl(ask.query) if name != "contact_list__id"]
        return ask._replace(query=urlencode(kept))

    return asking(change)


@broken("VND-106")
def _deletes_nobody_from_lists() -> Wrong:
    return instead(
        lambda ask: (
            reply(200, {"result": True}) if ask.method == "DELETE" and re.match(rf"{LISTS}.*/$", ask.path) else None
        )
    )


@broken("VND-106", "VND-150")
def _takes_from_all_lists() -> Wrong:
    def do(ask: Ask, account: Account) -> None:
        contact = known(ask, account) if re.fullmatch(rf"{LISTS}\d+/remove/", ask.path) else None
        if contact is not None:
            contact.lists = {listed: None for listed in contact.lists if ask.path == f"{LISTS}{listed}/remove/"}

    return before(do)


@broken("VND-108")
def _redirects_delete() -> Wrong:
    def answer(ask: Ask) -> Reply | None:
        bare = ask.method == "DELETE" and not ask.path.endswith("/")
        return Reply(301, {"location": f"{ask.path}/"}, b"") if bare else None

    return instead(answer)
