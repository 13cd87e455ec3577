"""How a server is made wrong: what changes requests, answers, or what the mock holds; and which requirements catch it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from gallery.servers import Ask, Next, Reply, Wrong
from mock_promoter.account import Account
from mock_promoter.model import Contact

CONTACTS, REMOVAL, SURVEY, SURVEY_V1 = (
    "/api/contacts/",
    "/api/contacts/remove/",
    "/api/v2/survey/",
    "/api/contacts/survey/",
)
LISTS, CAMPAIGNS, METRICS, SEGMENT = "/api/lists/", "/api/campaigns/", "/api/metrics/", "/api/segment/"
FEEDBACK, FEEDBACK_V1, TEMPLATES = "/api/v2/feedback/", "/api/feedback/", "/api/email/"
POST_CONTACT, POST_SURVEY = f"POST {CONTACTS}", f"POST {SURVEY}"

BROKEN: dict[str, tuple[Callable[[], Wrong], set[str]]] = {}


def broken(*ids: str) -> Callable[[Callable[[], Wrong]], Callable[[], Wrong]]:
    """Name the requirements that something wrong breaks."""

    def named(make: Callable[[], Wrong]) -> Callable[[], Wrong]:
        BROKEN[make.__name__.removeprefix("_")] = (make, set(ids))
        return make

    return named


def asking(change: Callable[[Ask], Ask]) -> Wrong:
    """Return what changes requests before the mock has them."""

    async def wrong(ask: Ask, go: Next) -> Reply:
        return await go(change(ask))

    return wrong


def telling(change: Callable[[Ask, Reply], Reply]) -> Wrong:
    """Return what changes the mock's answers."""

    async def wrong(ask: Ask, go: Next) -> Reply:
        return change(ask, await go(ask))

    return wrong


def instead(answer: Callable[[Ask], Reply | None]) -> Wrong:
    """Return what answers some requests in place of the mock."""

    async def wrong(ask: Ask, go: Next) -> Reply:
        return answer(ask) or await go(ask)

    return wrong


def before(do: Callable[[Ask, Account], object]) -> Wrong:
    """Return what does something to the caller's account before the mock answers; not where it only answers again."""

    async def wrong(ask: Ask, go: Next) -> Reply:
        account = ask.server.caller(ask.headers.get("authorization", ""))
        if account is not None and (ask.path, ask.headers.get("idempotency-key")) not in account.replays:
            do(ask, account)
        return await go(ask)

    return wrong


def reply(status: int, value: Any, **headers: str) -> Reply:
    """Return an answer."""
    return Reply(status, {"content-type": "application/json"}, orjson.dumps(value)).with_headers(**headers)


def known(ask: Ask, account: Account) -> Contact | None:
    """Return the contact that a body names, in v1 or v2."""
    body = ask.json if isinstance(ask.json, dict) else {}
    email = body.get("email") or (body.get("contact") or {}).get("email")
    return account.by_email(email) if isinstance(email, str) else None


def done(ask: Ask, given: Reply, path: str) -> bool:
    """Return whether a write at a path was done."""
    return given.status == 200 and ask.call == f"POST {path}"
