"""Snapshots: an account as state document, whole, so that ``documents`` makes the same account of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import orjson

from mock_promoter.account import Account
from mock_promoter.clock import Clock, iso
from mock_promoter.documents import Document
from mock_promoter.model import Campaign, Contact, Feedback, Survey


def snapshot(accounts: Iterable[Account]) -> dict[str, Any]:
    """Return the state of accounts by name; keys, journal, faults and deliveries are no part of it."""
    return {"version": 1, "accounts": {account.name: state(account) for account in accounts}}


def state(account: Account) -> dict[str, Any]:
    """Return the state of one account."""
    window = account.limit.window.total_seconds()
    return {
        "settings": asdict(account.choices),
        "clock": clock_json(account.clock),
        "rate_limit": {"limit": account.limit.limit, "window_seconds": window},
        "lists": [asdict(one) for one in account.lists.values()],
        "templates": [{"id": one.id, **one.fields} for one in account.templates.values()],
        "campaigns": [_campaign(one) for one in account.campaigns.values()],
        "contacts": [_contact(one) for one in account.contacts.values()],
        "surveys": [_survey(account, one) for one in account.surveys],
        "feedback": [_feedback(account, one) for one in account.feedback.values()],
        "custom_events": [
            {"id": one.id, "at": iso(one.at), "event": one.event, "effect": one.effect} for one in account.events
        ],
        "webhooks": [_present(asdict(one)) for one in account.webhooks.values()],
        "ids": dict(account.ids),
    }


def clock_json(clock: Clock) -> dict[str, Any]:
    """Return a clock's mode, and the place or shift that it has in that mode."""
    if clock.at is not None:
        return {"mode": "frozen", "at": iso(clock.at)}
    return {"mode": clock.mode, "offset_seconds": clock.offset.total_seconds()}


def _campaign(one: Campaign) -> dict[str, Any]:
    shown = {key: getattr(one, key) for key in ("id", "name", "event", "channel", "status", "drip_duration")}
    shown |= {"list": one.list_id, "template": one.template_id}
    return _present(shown | {"launched": iso(one.launched), "last_surveyed": iso(one.last_surveyed)})


def _contact(one: Contact) -> dict[str, Any]:
    names = ("id", "email", "first_name", "last_name", "attributes", "unsubscribed", "inactive", "user_id")
    shown = {key: getattr(one, key) for key in names}
    shown |= {"lists": list(one.lists), "created": iso(one.created), "updated": iso(one.updated)}
    return _present(shown | {"surveyed": {channel: iso(at) for channel, at in one.surveyed.items()}})


def _survey(account: Account, one: Survey) -> dict[str, Any]:
    kept = account.by_id(one.contact.id) is one.contact
    contact = one.contact.email if kept else _contact(one.contact)
    shown = {"id": one.id, "at": iso(one.at), "campaign": one.campaign.id, "contact": contact}
    return {**shown, "attributes": one.attributes}


def _feedback(account: Account, one: Feedback) -> dict[str, Any]:
    survey = one.survey.id if account.surveys.get(one.survey.id) is one.survey else _survey(account, one.survey)
    shown = {"id": one.id, "survey": survey, "score": one.score, "comment": one.comment, "status": one.status}
    times = {name: iso(getattr(one, name)) for name in ("posted", "score_modified", "comment_updated")}
    return _present(shown | times)


def _present(values: dict[str, Any]) -> dict[str, Any]:
    """Return what is not ``None``: in a document, what is absent is at its default."""
    return {key: value for key, value in values.items() if value is not None}


def write(path: Path, document: Document) -> None:
    """Write a document to a file, whole or not at all, readable by its owner only."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    Path(file.name).replace(path)
