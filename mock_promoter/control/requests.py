"""Calls on the journal: list, count, find, wait, verify; what nothing serves; sending a request again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.types import Message

from mock_promoter.control.command import Ask, Command, Refusal, Schema, invalid, not_found
from mock_promoter.control.shapes import COUNT, ENTRY, ID, MATCH, MET, NEAR, SEARCH, TEXT, body, rows, shape
from mock_promoter.control.views import contains, curl, differences_json, entry_json, near_json
from mock_promoter.expectations import Kind, Verdict, verify, verify_sequence
from mock_promoter.journal import Entry
from mock_promoter.matching import Match, matches, near_misses
from mock_promoter.routes import Route, find, nearest, not_emulated, slashed
from mock_promoter.vendor import Vendor

# Requests in the answer to a call that waits.
_MOST_SHOWN = 1000


def entries(ask: Ask) -> list[Entry]:
    """Return the requests that a call speaks of, oldest first."""
    return [entry for entry in ask.server.journal if ask.scope is None or entry.account == ask.scope]


def _requests(ask: Ask) -> Any:
    match = {name: ask.query[name] for name in ("method", "path", "status") if name in ask.query}
    before, text = ask.query.get("before"), ask.query.get("q", "")
    found = [entry for entry in entries(ask) if (before is None or entry.id < before) and matches(match, entry)]
    if text:
        found = [entry for entry in found if contains(entry_json(entry), text)]
    kept = found[-ask.query["limit"] :] if "limit" in ask.query else found
    return {"requests": list(map(entry_json, kept)), "count": len(found), "dropped": ask.server.journal.dropped}


def _entry(ask: Ask) -> Entry:
    entry = ask.server.journal.get(ask.number)
    if entry is None or ask.scope not in (None, entry.account):
        raise not_found(f"request {ask.ids[0]}, or no longer")
    return entry


def _request(ask: Ask) -> Any:
    entry = _entry(ask)
    near = ask.server.expectations.nearest(entry)
    shown = None
    if near is not None:
        one, missing = near
        shown = {"id": one.id, "kind": one.kind, "match": one.match, "differences": differences_json(missing)}
    return {**entry_json(entry), "curl": curl(entry, ask.origin), "nearest_expectation": shown}


async def _send_again(ask: Ask) -> Any:
    entry = _entry(ask)
    if entry.cut:
        raise invalid("$", "cut", f"Request {entry.id} is too long: the journal does not keep it whole.")
    new_id = ask.server.journal.next_id()
    headers = [(name, value) for name, value in entry.headers.items() if name != "x-request-id"]
    scope = {
        "type": "http",
        "method": entry.method,
        "path": entry.path,
        "query_string": entry.query.encode("latin-1"),
        "scheme": ask.origin.partition(":")[0],
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
    }
    with suppress(OSError):  # A fault struck: the new entry tells.
        await Vendor(ask.server)(scope, _Replay(entry.body).receive, _nowhere)
    sent = ask.server.journal.get(new_id)
    if sent is None:
        raise not_found(f"request {new_id} any longer: the journal was cleared meanwhile")
    return entry_json(sent)


@dataclass(frozen=True, slots=True)
class _Replay:
    body: bytes

    async def receive(self) -> Message:
        return {"type": "http.request", "body": self.body}


async def _nowhere(_: Message) -> None:
    pass


def _matching(ask: Ask, match: Match) -> list[Entry]:
    return [entry for entry in entries(ask) if matches(match, entry)]


def _count(ask: Ask) -> Any:
    return {"count": len(_matching(ask, ask.body.get("match", {})))}


def _find(ask: Ask) -> Any:
    return {"requests": list(map(entry_json, _matching(ask, ask.body.get("match", {}))))}


def _unmatched(ask: Ask) -> Any:
    found = [entry for entry in entries(ask) if not _is_served(entry)]
    # To find what was meant takes milliseconds each.
    return {"requests": list(map(_with_route, found[-ask.query["limit"] :])), "count": len(found)}


def _route(entry: Entry) -> Route | None:
    found = find(slashed(entry.path))
    return found[0] if found else None


def _is_served(entry: Entry) -> bool:
    route = _route(entry)
    return route is not None and entry.method in route.allowed.split(", ")


def _with_route(entry: Entry) -> Mapping[str, Any]:
    """Return a request that nothing serves, with what was most likely meant, and why nothing does."""
    route = _route(entry)
    why = f"{route.path} takes {route.allowed} only." if route else not_emulated(entry.method, entry.path)
    method, path = nearest(entry.method, entry.path)
    return {**entry_json(entry), "nearest_route": {"method": method, "path": path}, "why": why}


def _near_misses(ask: Ask) -> Any:
    return {"near_misses": list(map(near_json, near_misses(ask.body.get("match", {}), entries(ask))))}


async def _wait(ask: Ask) -> Any:
    match, wanted = ask.body.get("match", {}), ask.body.get("count", 1)
    with suppress(TimeoutError):
        async with asyncio.timeout(ask.body.get("timeout_seconds", 10)):
            while not ask.server.changes.closed and len(_matching(ask, match)) < wanted:
                await ask.server.changes.wait()
    verdict = verify(match, {"at_least": wanted}, entries(ask))
    found = [entry for number in verdict.found[:_MOST_SHOWN] if (entry := ask.server.journal.get(number))]
    shown: dict[str, Any] = {"count": len(verdict.found), "requests": list(map(entry_json, found))}
    if not verdict.met:
        shown["near_misses"] = list(map(near_json, near_misses(match, entries(ask))))
    return _judged(ask, "wait", match, verdict, shown)


def _verify(ask: Ask) -> Any:
    match = ask.body.get("match", {})
    verdict = verify(match, ask.body.get("times", {}), entries(ask))
    shown = {"count": len(verdict.found), "nearest": _nearest(verdict)}
    return _judged(ask, "verify", match, verdict, shown)


def _verify_sequence(ask: Ask) -> Any:
    verdict = verify_sequence(ask.body["sequence"], entries(ask))
    shown = {"found": verdict.found, "missing": verdict.missing, "nearest": _nearest(verdict)}
    return _judged(ask, "verify-sequence", ask.body["sequence"], verdict, shown)


def _nearest(verdict: Verdict) -> Any:
    return near_json(verdict.nearest) if verdict.nearest else None


def _judged(ask: Ask, kind: Kind, match: Any, verdict: Verdict, shown: dict[str, Any]) -> Any:
    """Remember an expectation; return how it stands, and refuse where it is not met."""
    ask.server.expectations.add(kind, match, verdict, ask.scope)
    ask.server.changes.tell()
    shown = {"met": verdict.met, "expected": verdict.expected, **shown}
    if not verdict.met:
        raise Refusal(409, "unmet", verdict.message, **shown)
    return {**shown, "message": verdict.message}


def _expectations(ask: Ask) -> Any:
    names = ("id", "kind", "match", "met", "message")
    shown = [one for one in ask.server.expectations if ask.scope in (None, one.account)]
    return {"expectations": [{name: getattr(one, name) for name in names} for one in shown]}


_MATCHED = body(match=MATCH)
_TIMES = {
    **body(exactly=COUNT, at_least=COUNT, at_most=COUNT),
    "if": {"required": ["exactly"]},
    "then": {"properties": {"at_least": False, "at_most": False}},
}
_SECONDS = {"type": "number", "minimum": 0, "maximum": 600, "default": 10}
_LIST: dict[str, Schema] = {
    "method": {"type": "string"},
    "path": {"type": "string", "description": "* stands for any text."},
    "status": {"type": "integer"},
    "q": {"type": "string", "description": "Only requests that contain this text, in any letter case."},
    "before": {"type": "integer", "description": "Only requests with a lower id."},
    "limit": {"type": "integer", "minimum": 1, "maximum": 10_000, "description": "The newest so many; all without it."},
}

COMMANDS = (
    Command(
        "GET",
        "/requests",
        "The journal, oldest first.",
        _requests,
        query=_LIST,
        answer=rows("requests", ENTRY, count=COUNT, dropped=COUNT),
    ),
    Command(
        "POST", "/requests/count", "Count requests.", _count, body=_MATCHED, answer=shape(count=COUNT), is_write=False
    ),
    Command(
        "POST", "/requests/find", "Find requests.", _find, body=_MATCHED, answer=rows("requests", ENTRY), is_write=False
    ),
    Command(
        "GET",
        "/requests/unmatched",
        "Requests for what nothing serves, and what was most likely meant.",
        _unmatched,
        query={"limit": {**SEARCH["limit"], "description": "The newest so many."}},
        answer=rows("requests", ENTRY, count=COUNT),
    ),
    Command(
        "POST",
        "/requests/near-misses",
        "Requests that nearly match, and what they lack.",
        _near_misses,
        body=_MATCHED,
        answer=rows("near_misses", NEAR),
        is_write=False,
    ),
    Command(
        "POST",
        "/requests/wait",
        "Answer once so many requests have come; 409 where they have not within the time.",
        _wait,
        body=body(match=MATCH, count={"type": "integer", "minimum": 1, "maximum": 1_000_000}, timeout_seconds=_SECONDS),
        answer=shape(met=MET, expected=TEXT, count=COUNT, requests={"type": "array", "items": ENTRY}, message=TEXT),
        statuses=(409,),
        is_write=False,
    ),
    Command(
        "GET",
        "/requests/{id}",
        "A request, as curl too, and how far it is from what was expected.",
        _request,
        answer=ENTRY,
        statuses=(404,),
    ),
    Command(
        "POST",
        "/requests/{id}/send-again",
        "Send a request again; its new entry.",
        _send_again,
        body=body(),
        answer=ENTRY,
        statuses=(404,),
    ),
    Command(
        "POST",
        "/verify",
        "Verify that so many requests came; at least one where times is absent. 409 where they did not.",
        _verify,
        body=body(match=MATCH, times=_TIMES),
        answer=shape(met=MET, expected=TEXT, count=COUNT, nearest={"type": "null"}, message=TEXT),
        statuses=(409,),
        is_write=False,
    ),
    Command(
        "POST",
        "/verify-sequence",
        "Verify that requests came in an order; others may lie between. 409 where they did not.",
        _verify_sequence,
        body=body(("sequence",), sequence={"type": "array", "items": MATCH, "minItems": 1, "maxItems": 100}),
        answer=shape(
            met=MET,
            expected=TEXT,
            found={"type": "array", "items": ID},
            missing={"type": "null"},
            nearest={"type": "null"},
            message=TEXT,
        ),
        statuses=(409,),
        is_write=False,
    ),
    Command(
        "GET",
        "/expectations",
        "What was verified and waited for, the latest first.",
        _expectations,
        answer=rows("expectations", shape(id=ID, kind=TEXT, met=MET, message=TEXT)),
    ),
)
