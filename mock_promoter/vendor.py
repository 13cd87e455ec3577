"""The vendor's API over ASGI: read a request, journal it, let a fault strike or the API answer, send the answer.

A bare ASGI application: Starlette's routing would cost as much as all the rest of a survey call.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope, Send

from mock_promoter.account import Account
from mock_promoter.answers import Answer, Call
from mock_promoter.api import LONGEST_BODY, answer
from mock_promoter.faults import Fault
from mock_promoter.journal import Entry
from mock_promoter.routes import find, slashed
from mock_promoter.server import Server
from mock_promoter.wire import BEFORE, LOSING, Sent, instead, lose, respond, respond_late, truncated


class Vendor:
    """Everything but the control plane."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        entry, caller = self._arrive(scope)
        body = await _read(receive)
        if body is None:
            entry.state, entry.notes = "lost", (*entry.notes, "the caller hung up before its body had come")
            return self._server.changes.tell()
        self._server.journal.keep_body(entry, body)
        fault = self._server.faults.take(entry)
        if fault is not None:
            await self._strike(fault, entry, caller, scope, body, receive, send)
        else:
            sent = self._complete(entry, self._answer(entry, caller, scope, body))
            self._end(caller)
            await respond(sent, send)
        return None

    def _arrive(self, scope: Scope) -> tuple[Entry, Account]:
        """Journal a request on its arrival; return it and whose switches hold for it."""
        server = self._server
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        account = server.caller(headers.get("authorization", ""))
        caller = account or server.default
        now = caller.clock.now()
        number = server.journal.next_id()
        entry = Entry(
            number,
            headers.get("x-request-id") or f"mock-{number}",
            account.name if account else None,
            now,
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            headers,
        )
        if account is not None and account.limit.is_early(now):
            entry.early = True
            entry.notes = ("came back before Retry-After had passed",)
        server.journal.add(entry)
        return entry, caller

    def _answer(self, entry: Entry, caller: Account, scope: Scope, body: bytes) -> Answer:
        origin = f"{scope['scheme']}://{entry.headers.get('host', 'testserver')}"
        query = dict(parse_qsl(entry.query, keep_blank_values=True)) if entry.query else {}
        call = Call(entry.method, entry.path, origin, query, entry.headers)
        return answer(self._server.accounts, caller, call, body, entry.at, entry.query)

    def _complete(self, entry: Entry, given: Answer) -> Sent:
        """Complete the journal's entry with the answer; return the answer as it goes over the wire."""
        html = isinstance(given.body, bytes)
        body = given.body if html else orjson.dumps(given.body)
        kind = "text/html; charset=utf-8" if html else "application/json"
        # [ORACLE] the framework takes the type from an answer that is empty by its status.
        named = {} if given.status == 204 else {"content-type": kind}
        headers = {**named, "x-request-id": entry.correlation_id, **given.headers}
        entry.state, entry.notes = "answered", entry.notes + given.notes
        self._server.journal.complete(entry, given.status, headers, body)
        return Sent(given.status, headers, body)

    def _end(self, caller: Account) -> None:
        if caller.notices:
            self._server.tell_webhooks(caller)
        self._server.changes.tell()

    async def _strike(
        self, fault: Fault, entry: Entry, caller: Account, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> None:
        """Answer as a fault wants it."""
        kind = fault.effect["kind"]
        entry.fault = (fault.id, kind)
        sent = None
        if kind in {"status", "html"}:
            given = instead(fault.effect)
            self._wait_for(given, entry, caller)
            sent = self._complete(entry, given)
        elif kind not in BEFORE:
            sent = self._complete(entry, self._answer(entry, caller, scope, body))
        if kind in LOSING:
            entry.state = "lost"
        self._end(caller)
        await self._send(fault, sent, scope, receive, send)

    async def _send(self, fault: Fault, sent: Sent | None, scope: Scope, receive: Receive, send: Send) -> None:
        kind = fault.effect["kind"]
        if sent is None or kind in LOSING:
            await lose(kind, scope, receive, self._server.closing.wait)
        elif kind == "latency":
            await respond_late(sent, fault, send, self._server.closing.wait)
        else:
            await respond(truncated(sent) if kind == "truncated_json" else sent, send)

    def _wait_for(self, given: Answer, entry: Entry, caller: Account) -> None:
        """Expect the caller to keep to a Retry-After that a fault gives."""
        seconds = {name.lower(): value for name, value in given.headers.items()}.get("retry-after", "")
        if entry.account is not None and seconds.isascii() and seconds.isdecimal() and len(seconds) < 10:
            caller.limit.hold(entry.at, int(seconds))


async def _read(receive: Receive) -> bytes | None:
    """Return the body, of one that is too long only as much as shows it; ``None`` where the caller hung up."""
    read, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        read += message.get("body", b"")[: LONGEST_BODY + 1 - len(read)]
        more = message.get("more_body", False)
    return read


def operation_of(entry: Entry) -> tuple[str, str | None] | None:
    """Return the operation that an entry asked for, and the name of its body's schema; ``None`` for no route."""
    found = find(slashed(entry.path))
    operation = found[0].operations.get(entry.method) if found else None
    return (f"{entry.method} {found[0].path}", operation.body) if found and operation else None
