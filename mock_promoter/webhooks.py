"""Webhooks: what happened, posted to whoever subscribed; tried again with growing waits, and logged."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from mock_promoter.account import Account
from mock_promoter.changes import Changes
from mock_promoter.clock import iso
from mock_promoter.kept import Kept
from mock_promoter.model import Notice, Webhook

#: Seconds that a receiver has to answer.
TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: when, and either the receiver's status or what went wrong."""

    at: str | None
    status: int | None = None
    error: str | None = None


@dataclass(slots=True)
class Delivery:
    """A notice on its way to one receiver.

    ``payload`` is our own guess at the vendor's form, which is not known ([INFERRED] django-rest-hooks), and says so.
    """

    id: int
    account: Account
    webhook: Webhook
    event: str
    payload: dict[str, Any]
    state: Literal["pending", "delivered", "failed"] = "pending"
    attempts: list[Attempt] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as the control plane shows it."""
        attempts = [{"at": one.at, "status": one.status, "error": one.error} for one in self.attempts]
        named = {"id": self.id, "account": self.account.name, "webhook": self.webhook.id, "event": self.event}
        return {**named, "url": self.webhook.url, "payload": self.payload, "state": self.state, "attempts": attempts}


def payload(webhook: Webhook, notice: Notice) -> dict[str, Any]:
    """Return what is posted; ``mock`` marks the form as ours."""
    hook = {"id": webhook.id, "event": notice.event, "target": webhook.url}
    return {"hook": hook, "data": notice.data, "mock": "mock-promoter: the vendor's form of this payload is not known"}


def wants(webhook: Webhook, notice: Notice) -> bool:
    """Whether a webhook is subscribed to a notice; one of a campaign is told of that campaign only."""
    if notice.event not in webhook.events:
        return False
    return webhook.campaign is None or notice.campaign is None or webhook.campaign == notice.campaign


class Deliveries:
    """The deliveries of all accounts, the newest, and the tasks that carry them out; ``changes`` is told of each attempt."""

    def __init__(self, changes: Changes) -> None:
        self._log: Kept[Delivery] = Kept()
        self._last = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.changes = changes

    def add(self, account: Account, notice: Notice) -> None:
        """Start to deliver a notice to all who want it."""
        for webhook in account.webhooks.values():
            if wants(webhook, notice):
                self.start(account, webhook, notice)

    def start(self, account: Account, webhook: Webhook, notice: Notice) -> Delivery:
        """Start to deliver a notice to one receiver; needs a running loop."""
        self._last += 1
        one = Delivery(self._last, account, webhook, notice.event, payload(webhook, notice))
        self._carry_out(self._log.add(one.id, one))
        return one

    def again(self, delivery: Delivery) -> None:
        """Deliver once more what is not on its way."""
        if delivery.state != "pending":
            delivery.state = "pending"
            self._carry_out(delivery)

    def get(self, delivery_id: int) -> Delivery | None:
        """Return a delivery."""
        return self._log.get(delivery_id)

    def of(self, account: str) -> Iterator[Delivery]:
        """Yield an account's deliveries, the newest first."""
        return (one for one in reversed(self._log) if one.account.name == account)

    def is_busy(self, account: str) -> bool:
        """Whether something of an account is still on its way."""
        return any(one.state == "pending" for one in self.of(account))

    def forget(self, account: str) -> None:
        """Drop an account's deliveries; what is on its way ends with its present attempt."""
        kept, self._log = self._log, Kept()
        for one in kept:
            if one.account.name != account:
                self._log.add(one.id, one)
            elif one.state == "pending":
                one.state = "failed"
        self.changes.tell()

    def _carry_out(self, delivery: Delivery) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        for wait in (0.0, *delivery.account.choices.webhook_waits):
            await asyncio.sleep(wait)
            if delivery.state != "pending":
                return
            attempt = await self._post(delivery)
            delivery.attempts.append(attempt)
            if attempt.status is not None and attempt.status < 300:
                delivery.state = "delivered"
                break
            self.changes.tell()
        else:
            delivery.state = "failed"
        self.changes.tell()

    async def _post(self, delivery: Delivery) -> Attempt:
        import httpx  # Costs 60 ms, which most servers never need.

        at = iso(delivery.account.clock.now())
        # A client of its own: an application in process may meet many event loops, and nobody to close a shared one.
        client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=_tls())
        try:
            async with client, client.stream("POST", delivery.webhook.url, json=delivery.payload) as answer:
                return Attempt(at, answer.status_code)
        except Exception as error:  # noqa: BLE001 - a port of 99999 is an OverflowError, a host may be a UnicodeError.
            return Attempt(at, error=f"{type(error).__name__}: {error}")

    async def close(self) -> None:
        """Stop whatever is on its way."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@cache
def _tls() -> ssl.SSLContext:
    """Return what says whom to trust; costs 20 ms to make."""
    return ssl.create_default_context()
