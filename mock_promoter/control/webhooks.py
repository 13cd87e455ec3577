"""Calls on webhooks and their deliveries."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from mock_promoter.control.command import Ask, Command, invalid, not_found
from mock_promoter.control.shapes import ID, NOTHING, TEXT, body, rows, shape
from mock_promoter.documents import EVENTS
from mock_promoter.model import Notice, Webhook

_WEBHOOK = shape(
    id=ID, url=TEXT, events={"type": "array", "items": {"enum": list(EVENTS)}}, campaign={"type": ["integer", "null"]}
)
_DELIVERY = shape(
    id=ID,
    webhook=ID,
    event=TEXT,
    url=TEXT,
    payload={"type": "object"},
    state={"enum": ["pending", "delivered", "failed"]},
    attempts={"type": "array"},
)


def _webhooks(ask: Ask) -> Any:
    return {"webhooks": [asdict(webhook) for webhook in ask.account.webhooks.values()]}


def _add(ask: Ask) -> Any:
    campaign = ask.body.get("campaign")
    if campaign is not None and campaign not in ask.account.campaigns:
        raise invalid("$.campaign", "known", f"There is no campaign {campaign}.")
    webhook_id = ask.account.next_id("webhook")
    webhook = Webhook(webhook_id, ask.body["url"], tuple(ask.body.get("events", EVENTS)), campaign)
    ask.account.webhooks[webhook_id] = webhook
    return asdict(webhook)


def _webhook(ask: Ask) -> Webhook:
    webhook = ask.account.webhooks.get(ask.number)
    if webhook is None:
        raise not_found(f"webhook {ask.ids[0]}")
    return webhook


def _remove(ask: Ask) -> Any:
    del ask.account.webhooks[_webhook(ask).id]
    return {}


async def _test(ask: Ask) -> Any:
    webhook = _webhook(ask)
    notice = Notice(webhook.events[0] if webhook.events else EVENTS[0], None, {"test": True})
    return ask.server.deliveries.start(ask.account, webhook, notice).as_json()


async def _deliveries(ask: Ask) -> Any:
    deliveries = ask.server.deliveries
    with suppress(TimeoutError):
        async with asyncio.timeout(ask.query.get("wait", 0)):
            while deliveries.is_busy(ask.account.name) and not deliveries.changes.closed:
                await deliveries.changes.wait()
    return {"deliveries": [one.as_json() for one in deliveries.of(ask.account.name)]}


async def _again(ask: Ask) -> Any:
    delivery = ask.server.deliveries.get(ask.number)
    if delivery is None or delivery.account.name != ask.account.name:
        raise not_found(f"delivery {ask.ids[0]}")
    ask.server.deliveries.again(delivery)
    return delivery.as_json()


_WAIT = {"type": "number", "minimum": 0, "maximum": 600, "description": "Seconds to wait until none is on its way."}

COMMANDS = (
    Command("GET", "/webhooks", "Who is told of what.", _webhooks, answer=rows("webhooks", _WEBHOOK)),
    Command(
        "POST",
        "/webhooks",
        "Tell a receiver of what happens; of everything where events is absent.",
        _add,
        body=body(
            ("url",),
            url={"type": "string", "pattern": "^https?://[!-~]+$", "maxLength": 2000},
            events={"type": "array", "items": {"enum": list(EVENTS)}, "minItems": 1},
            campaign=ID,
        ),
        answer=_WEBHOOK,
        status=201,
    ),
    Command("DELETE", "/webhooks/{id}", "Tell a receiver no more.", _remove, answer=NOTHING, statuses=(404,)),
    Command(
        "POST",
        "/webhooks/{id}/test",
        "Send a test notice; its delivery.",
        _test,
        body=body(),
        answer=_DELIVERY,
        statuses=(404,),
    ),
    Command(
        "GET",
        "/deliveries",
        "Deliveries, the newest first, with each attempt.",
        _deliveries,
        query={"wait": _WAIT},
        answer=rows("deliveries", _DELIVERY),
    ),
    Command(
        "POST",
        "/deliveries/{id}/redeliver",
        "Deliver once more.",
        _again,
        body=body(),
        answer=_DELIVERY,
        statuses=(404,),
    ),
)
