"""Servers that are wrong about limits, repeats, races, and whole histories."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

from gallery.servers import Ask, Next, Reply, Wrong
from gallery.servers_wrong import POST_CONTACT, POST_SURVEY, asking, before, broken, known, telling
from mock_promoter.account import Account
from mock_promoter.model import Contact


@broken("VND-120", "VND-150")
def _limits_nobody() -> Wrong:
    return before(lambda _, account: setattr(account.limit, "limit", None))


@broken("VND-120")
def _lets_nobody_back_in_time() -> Wrong:
    words = "Request was throttled. Expected available in 1.0 second."
    return telling(
        lambda _, given: (
            given.with_json({"detail": words}).with_headers(retry_after="1") if given.status == 429 else given
        )
    )


@broken("VND-122")
def _words_its_429_itself() -> Wrong:
    return telling(lambda _, given: given.with_json({"detail": "Slow down."}) if given.status == 429 else given)


@broken("VND-124")
def _does_not_say_when_to_come_back() -> Wrong:
    return telling(lambda _, given: given.with_headers(retry_after=None) if given.status == 429 else given)


@broken("VND-124")
def _says_it_in_fractions() -> Wrong:
    return telling(lambda _, given: given.with_headers(retry_after="90.0") if given.status == 429 else given)


@broken("VND-126", "VND-150")
def _does_what_it_refuses() -> Wrong:
    async def wrong(ask: Ask, go: Next) -> Reply:
        given = await go(ask)
        account = ask.server.caller(ask.headers.get("authorization", ""))
        if given.status == 429 and account is not None and ask.call == POST_CONTACT:
            account.upsert(ask.json, account.clock.now())
        return given

    return wrong


# Repeats and races.


@broken("VND-130", "VND-150")
def _heeds_keys_of_contacts_only() -> Wrong:
    def change(ask: Ask) -> Ask:
        headers = {name: value for name, value in ask.headers.items() if name != "idempotency-key"}
        return ask if ask.call == POST_CONTACT else ask._replace(headers=headers)

    return asking(change)


@broken("VND-132", "VND-150")
def _knows_repeats_by_their_body() -> Wrong:
    done: dict[tuple[str, bytes], Reply] = {}

    async def wrong(ask: Ask, go: Next) -> Reply:
        if "idempotency-key" not in ask.headers:
            return await go(ask)
        same = (ask.path + ask.headers["authorization"], ask.body)
        given = done.get(same) or await go(ask)
        if given.status < 300:
            done[same] = given
        return given

    return wrong


@broken("VND-134")
def _keeps_refusals() -> Wrong:
    refused: dict[str, Reply] = {}

    async def wrong(ask: Ask, go: Next) -> Reply:
        key = ask.headers.get("idempotency-key", "")
        given = refused.get(key) or await go(ask)
        if key and given.status == 400:
            refused[key] = given
        return given

    return wrong


class _Crowd:
    """Many writes at once: each looks first, and writes when another one has looked as well."""

    def __init__(self) -> None:
        self._looked = Counter[str]()

    async def met(self, ask: Ask) -> Contact | None:
        """Return whom a write found when it looked; what is not one of many has nobody to wait for."""
        account = ask.server.caller(ask.headers.get("authorization", ""))
        found = known(ask, account) if account is not None else None
        if found is None and re.search(rb'"n\d+"', ask.body):
            same = f"{ask.headers['authorization']} {ask.path}"
            self._looked[same] += 1
            for _ in range(5_000):
                if self._looked[same] > 1:
                    break
                await asyncio.sleep(0.001)
        return found


@broken("VND-140")
def _makes_contacts_in_a_race() -> Wrong:
    crowd = _Crowd()

    async def wrong(ask: Ask, go: Next) -> Reply:
        found = await crowd.met(ask) if ask.call == POST_CONTACT else None
        given = await go(ask)
        second = ask.call == POST_CONTACT and found is None and given.status == 200
        return given.with_json({**given.json, "id": given.json["id"] + 100_000}) if second else given

    return wrong


@broken("VND-142")
def _surveys_in_a_race() -> Wrong:
    crowd = _Crowd()

    async def wrong(ask: Ask, go: Next) -> Reply:
        if ask.call == POST_SURVEY and await crowd.met(ask) is None:
            account = ask.server.caller(ask.headers.get("authorization", ""))
            contact = known(ask, account) if account is not None else None
            if contact is not None:
                contact.surveyed.clear()
        return await go(ask)

    return wrong


@broken("VND-150")
def _takes_from_lists_who_is_updated() -> Wrong:
    def do(ask: Ask, account: Account) -> None:
        contact = known(ask, account) if ask.call == POST_CONTACT else None
        if contact is not None and not ask.json.get("contact_list"):
            contact.lists.clear()

    return before(do)
