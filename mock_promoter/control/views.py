"""What the control plane shows of what a server holds."""

from __future__ import annotations

import shlex
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import orjson

from mock_promoter.account import Account
from mock_promoter.clock import Clock, iso
from mock_promoter.duplicates import duplicate_keys
from mock_promoter.journal import Entry, decoded, without_key
from mock_promoter.matching import Difference
from mock_promoter.metrics import campaign_nps
from mock_promoter.model import Campaign, Contact, CustomEvent, Survey
from mock_promoter.shown import campaign_json, contact_json
from mock_promoter.validation import strict_errors
from mock_promoter.vendor import operation_of


def entry_json(entry: Entry) -> dict[str, Any]:
    """Return a journal entry; what is wrong with its body is found out here, where somebody asks."""
    operation = operation_of(entry)
    body = decoded(entry.body)
    return {
        "id": entry.id,
        "correlation_id": entry.correlation_id,
        "account": entry.account,
        "at": iso(entry.at),
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "headers": _masked(entry.headers),
        "body": body,
        "state": entry.state,
        "status": entry.status,
        "response_headers": dict(entry.response_headers or {}),
        "response": decoded(entry.response),
        "operation": operation[0] if operation else None,
        "schema_errors": _schema_errors(entry, operation, body),
        "notes": [*entry.notes, *_duplicates(entry)],
        "fault": {"id": entry.fault[0], "kind": entry.fault[1]} if entry.fault else None,
        "early": entry.early,
        "cut": entry.cut,
    }


def _schema_errors(entry: Entry, operation: tuple[str, str | None] | None, body: Any) -> list[dict[str, str]]:
    if operation is None or operation[1] is None or entry.cut:
        return []  # Of a body that is cut nobody can tell.
    return list(strict_errors(operation[1], body))


def _duplicates(entry: Entry) -> list[str]:
    names = duplicate_keys(entry.body)
    return [f"duplicate keys in the body, of which the last counts: {', '.join(names)}"] if names else []


def _masked(headers: Mapping[str, str]) -> dict[str, str]:
    shown = dict(headers)
    if "authorization" in shown:
        shown["authorization"] = without_key(shown["authorization"])
    return shown


def curl(entry: Entry, origin: str) -> str:
    """Return a command that sends a request again; the key comes from the environment."""
    path = quote(entry.path) + (f"?{entry.query}" if entry.query else "")
    method = ["--head"] if entry.method == "HEAD" else ["-X", entry.method]
    parts = ["curl", "--globoff", *method, shlex.quote(f"{origin}{path}"), *_credentials(entry)]
    for name in ("content-type", "accept", "idempotency-key"):
        if name in entry.headers:
            parts += ["-H", shlex.quote(f"{name}: {entry.headers[name]}")]
    if entry.body:
        # Without a type curl would name its own.
        parts += [] if "content-type" in entry.headers else ["-H", "content-type:"]
        parts += ["--data-raw", shlex.quote(entry.body.decode("utf-8", "replace"))]
    return " ".join(parts)


def _credentials(entry: Entry) -> list[str]:
    scheme = entry.headers.get("authorization", "").partition(" ")[0].lower()
    if not scheme:
        return []
    return ["-u", '"$PROMOTER_API_KEY:"'] if scheme == "basic" else ["-H", '"Authorization: Token $PROMOTER_API_KEY"']


def contains(view: Mapping[str, Any], text: str) -> bool:
    """Whether the JSON of something shown has a text in it, in any letter case."""
    return orjson.dumps(text.lower())[1:-1].decode() in orjson.dumps(view).decode().lower()


def differences_json(missing: Iterable[Difference]) -> list[dict[str, Any]]:
    """Return differences."""
    return [one.as_json() for one in missing]


def near_json(near: tuple[Entry, list[Difference]]) -> dict[str, Any]:
    """Return a request with what it lacks."""
    return {"request": entry_json(near[0]), "differences": differences_json(near[1])}


def contact_view(contact: Contact) -> dict[str, Any]:
    """Return a contact with what the API does not show."""
    more = {name: getattr(contact, name) for name in ("unsubscribed", "inactive", "user_id")}
    surveyed = {channel: iso(at) for channel, at in contact.surveyed.items()}
    return {**contact_json(contact), **more, "lists": list(contact.lists), "surveyed": surveyed}


def survey_view(survey: Survey) -> dict[str, Any]:
    """Return a survey with the answer it got."""
    contact, feedback = survey.contact, survey.feedback
    names = ("id", "email", "first_name", "last_name", "unsubscribed")
    given = {name: getattr(feedback, name) for name in ("id", "score", "score_type", "comment")} if feedback else None
    return {
        "id": survey.id,
        "at": iso(survey.at),
        "campaign": {"id": survey.campaign.id, "name": survey.campaign.name},
        "contact": {name: getattr(contact, name) for name in names},
        "channel": survey.campaign.channel,
        "attributes": survey.attributes,
        "feedback": given,
    }


def event_view(event: CustomEvent) -> dict[str, Any]:
    """Return a custom event with what it led to."""
    return {"id": event.id, "at": iso(event.at), "event": event.event, "effect": event.effect}


def campaign_view(account: Account, campaign: Campaign) -> dict[str, Any]:
    """Return a campaign with its score."""
    more = {name: getattr(campaign, name) for name in ("event", "channel", "status")}
    return {**campaign_json(account, campaign), **more, "nps": campaign_nps(account, campaign)}


def clock_view(clock: Clock) -> dict[str, Any]:
    """Return what time it is."""
    return {"mode": clock.mode, "now": iso(clock.now()), "offset_seconds": clock.offset.total_seconds()}


def masked(data: bytes, keys: Iterable[str]) -> bytes:
    """Return JSON without API keys, wherever they stand.

    Short ones are masked in the Authorization header only: elsewhere that would hide parts of common words.
    """
    for key in keys:
        if len(key) >= 8:
            data = data.replace(orjson.dumps(key)[1:-1], b"***").replace(b64encode(f"{key}:".encode()), b"***")
    return data
