"""Calls on what people would see and do: contacts, the inbox and its answers, feedback, custom events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from mock_promoter.answering import answer_survey, remove_feedback
from mock_promoter.contacts import unsubscribe
from mock_promoter.control.command import Ask, Command, invalid, not_found
from mock_promoter.control.shapes import COUNT, ID, NOTHING, SEARCH, TEXT, body, rows, shape
from mock_promoter.control.views import campaign_view, contact_view, contains, event_view, survey_view
from mock_promoter.metrics import nps
from mock_promoter.model import Contact, Feedback, Survey
from mock_promoter.shown import feedback_v2

T = TypeVar("T")

_CONTACT = shape(id=ID, email=TEXT, attributes={"type": "object"}, unsubscribed={"type": "boolean"})
_FEEDBACK = shape(id=ID, score=COUNT, score_type=TEXT)


def found(items: Iterable[T], view: Callable[[T], dict[str, Any]], query: Mapping[str, Any]) -> tuple[list[Any], int]:
    """Return the rows that a list call asks for, and how many there are in all."""
    text, kept = query.get("q", ""), list(items)
    if not text:
        return [view(item) for item in kept[: query["limit"]]], len(kept)
    rows_found = [row for row in map(view, kept) if contains(row, text)]
    return rows_found[: query["limit"]], len(rows_found)


def _contacts(ask: Ask) -> Any:
    contacts, count = found(reversed(ask.account.contacts.values()), contact_view, ask.query)
    return {"contacts": contacts, "count": count}


def _change_contact(ask: Ask) -> Any:
    contact = ask.account.by_id(ask.number)
    if contact is None:
        raise not_found(f"contact {ask.ids[0]}")
    if ask.body.get("unsubscribed") is False and contact.unsubscribed:
        raise invalid("$.unsubscribed", "permanent", "Nobody who unsubscribed can be subscribed again. Reset instead.")
    contact.inactive = ask.body.get("inactive", contact.inactive)
    if ask.body.get("unsubscribed"):
        _unsubscribe(ask, contact)
    return contact_view(contact)


def _unsubscribe(ask: Ask, contact: Contact) -> None:
    if not contact.unsubscribed:
        unsubscribe(ask.account, contact, ask.account.clock.now())
        ask.server.tell_webhooks(ask.account)


def _surveys(ask: Ask) -> Any:
    surveys, count = found(reversed(ask.account.surveys), survey_view, ask.query)
    return {"surveys": surveys, "count": count, "dropped": ask.account.surveys.dropped}


def _survey(ask: Ask) -> Survey:
    survey = ask.account.surveys.get(ask.number)
    if survey is None:
        raise not_found(f"survey {ask.ids[0]}")
    return survey


def _answer(ask: Ask) -> Any:
    survey, now = _survey(ask), ask.account.clock.now()
    feedback = answer_survey(ask.account, survey, ask.body["score"], ask.body.get("comment"), ask.origin, now)
    ask.server.tell_webhooks(ask.account)
    return feedback_v2(feedback, ask.origin)


def _unsubscribe_by_survey(ask: Ask) -> Any:
    contact = _survey(ask).contact
    _unsubscribe(ask, contact)
    return contact_view(contact)


def _feedback(ask: Ask) -> Any:
    def view(feedback: Feedback) -> dict[str, Any]:
        return feedback_v2(feedback, ask.origin)

    feedback, count = found(reversed(ask.account.feedback.values()), view, ask.query)
    return {"feedback": feedback, "count": count}


def _remove_feedback(ask: Ask) -> Any:
    feedback = ask.account.feedback.get(ask.number)
    if feedback is None:
        raise not_found(f"feedback {ask.ids[0]}")
    remove_feedback(ask.account, feedback, ask.origin)
    ask.server.tell_webhooks(ask.account)
    return {}


def _campaigns(ask: Ask) -> Any:
    campaigns = [campaign_view(ask.account, campaign) for campaign in ask.account.campaigns.values()]
    return {"campaigns": campaigns, "organization_nps": nps(ask.account.feedback.values())}


def _events(ask: Ask) -> Any:
    events, count = found(reversed(ask.account.events), event_view, ask.query)
    return {"custom_events": events, "count": count, "dropped": ask.account.events.dropped}


_SCORE = {"type": "integer", "minimum": 0, "maximum": 10}
_COMMENT = {"type": ["string", "null"], "maxLength": 100_000}

COMMANDS = (
    Command(
        "GET",
        "/contacts",
        "Contacts, the newest first.",
        _contacts,
        query=SEARCH,
        answer=rows("contacts", _CONTACT, count=COUNT),
    ),
    Command(
        "PATCH",
        "/contacts/{id}",
        "Unsubscribe a contact for good, or make it inactive for a while.",
        _change_contact,
        body=body(unsubscribed={"type": "boolean"}, inactive={"type": "boolean"}),
        answer=_CONTACT,
        statuses=(404,),
    ),
    Command(
        "GET",
        "/surveys",
        "The inbox: surveys, the newest first.",
        _surveys,
        query=SEARCH,
        answer=rows("surveys", shape(id=ID, at=TEXT, channel=TEXT), count=COUNT, dropped=COUNT),
    ),
    Command(
        "POST",
        "/surveys/{id}/answer",
        "Answer a survey as its contact would, or change the answer.",
        _answer,
        body=body(("score",), score=_SCORE, comment=_COMMENT),
        answer=_FEEDBACK,
        statuses=(404,),
    ),
    Command(
        "POST",
        "/surveys/{id}/unsubscribe",
        "Unsubscribe as the link in a survey does.",
        _unsubscribe_by_survey,
        body=body(),
        answer=_CONTACT,
        statuses=(404,),
    ),
    Command(
        "GET",
        "/feedback",
        "Feedback, the newest first.",
        _feedback,
        query=SEARCH,
        answer=rows("feedback", _FEEDBACK, count=COUNT),
    ),
    Command("DELETE", "/feedback/{id}", "Remove feedback.", _remove_feedback, answer=NOTHING, statuses=(404,)),
    Command(
        "GET",
        "/campaigns",
        "Campaigns with their scores.",
        _campaigns,
        answer=rows("campaigns", shape(id=ID, name=TEXT, nps=TEXT), organization_nps=TEXT),
    ),
    Command(
        "GET",
        "/custom-events",
        "Events at the Segment endpoint, the newest first, and what each led to.",
        _events,
        query=SEARCH,
        answer=rows(
            "custom_events", shape(id=ID, at=TEXT, event={"type": "object"}, effect=TEXT), count=COUNT, dropped=COUNT
        ),
    ),
)
