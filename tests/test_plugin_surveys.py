"""track and Order Completed: whom which campaign asks, and what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from support import order, promoter, track

import promoter_schemas
from contract_tests.strategies import canonical_events
from event_router.api import Contact, Context, Transformed
from event_router.dispatch import decide

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CONTACT = Contact("12345", {"email": "ted@mosbiusdesigns.com", "firstName": "Ted", "lastName": 5})


def result(event: Any, contact: Contact | None = CONTACT, *, replay: bool = False, **settings: Any) -> Any:
    """Return what an event becomes: (kind, campaign) of each request, or the code."""
    decided = decide(promoter(**settings), event, contact, Context("promoter", NOW, replay))[1]
    if not isinstance(decided, Transformed):
        return decided.reason.code
    return [(request.kind, request.body.get("campaign_id")) for request in decided.requests]


def test_track_surveys_the_remembered_contact() -> None:
    """Campaign, contact and properties with their types."""
    decided = decide(promoter(), track(), CONTACT, Context("promoter", NOW))[1]
    assert isinstance(decided, Transformed)
    assert decided.requests[0].url == "https://app.promoter.io/api/v2/survey/"
    assert decided.requests[0].body == {
        "campaign_id": 1,
        "contact": {"email": "ted@mosbiusdesigns.com", "first_name": "Ted"},
        "attributes": {"event": "Friend Invited", "totalInvites": 50},
    }


@given(canonical_events("track"))
def test_every_survey_request_meets_the_schema(event: Any) -> None:
    """Whatever the properties, Promoter's own contract is kept."""
    decided = decide(promoter(), event, CONTACT, Context("promoter", NOW))[1]
    assert isinstance(decided, Transformed)
    jsonschema.validate(decided.requests[0].body, promoter_schemas.load("promoter/survey"))


@given(canonical_events("order"))
def test_every_order_request_meets_the_schema(event: Any) -> None:
    """An order is stored whole: the event's own fields and no more."""
    decided = decide(promoter(), event, CONTACT, Context("promoter", NOW))[1]
    assert isinstance(decided, Transformed)
    jsonschema.validate(decided.requests[0].body, promoter_schemas.load("promoter/segment_event"))
    assert decided.requests[0].body["properties"] == event["properties"]


def test_which_campaign() -> None:
    """Surveys goes before campaign_id, survey_events restricts it, without either nobody is asked."""
    assert result(track()) == [("survey", 1)]
    assert result(track(), surveys={"friend_invited": 7}) == [("survey", 7)]
    assert result(track(event="Other"), surveys={"friend_invited": 7}) == [("survey", 1)]
    assert result(track(), survey_events=["Friend Invited"]) == [("survey", 1)]
    assert result(track(event="Other"), survey_events=["Friend Invited"]) == "promoter.no_campaign"


def test_who_is_asked() -> None:
    """The remembered contact, else the person that context.traits names, else the event waits."""
    assert result(track(), None) == "promoter.contact_unknown"
    assert result(track(traits={"email": "a@b.co"}), None) == [("survey", 1)]
    assert result(track(traits={"email": "no"}), None) == "promoter.contact_unknown"
    assert result(track(), Contact("12345", {})) == "promoter.contact_unknown"


def test_when_nobody_is_asked() -> None:
    """Old events and replays survey nobody."""
    assert result(track(), survey_max_age="1h") == "promoter.too_old"
    assert result(track(), survey_max_age=60) == "promoter.too_old"
    assert result(track(), survey_max_age="36h") == [("survey", 1)]
    assert result(track(timestamp="2026-11-23T23:00:00.000Z"), survey_max_age="1h") == [("survey", 1)]
    assert result(track(timestamp="2026-11-23T22:59:59.999Z"), survey_max_age="1h") == "promoter.too_old"
    assert result(track(), replay=True) == "promoter.replay"


@pytest.mark.parametrize(
    ("given", "age"),
    [
        (90, timedelta(seconds=90)),
        ("90s", timedelta(seconds=90)),
        ("2m", timedelta(minutes=2)),
        ("36h", timedelta(hours=36)),
        ("7d", timedelta(days=7)),
        (None, None),
    ],
)
def test_ages(given: int | str | None, age: timedelta | None) -> None:
    """Seconds, or a number with its unit; without a limit no event is too old."""
    limits = {} if given is None else {"survey_max_age": given}
    assert promoter(**limits).settings.survey_max_age == age


def test_an_age_without_end() -> None:
    """A limit beyond what a time can be subtracted by is one all the same, and no event is too old for it."""
    assert result(track(timestamp="0001-01-01T00:00:00.000Z"), survey_max_age=10**15) == [("survey", 1)]


def test_orders_are_stored_and_surveyed_only_by_name() -> None:
    """campaign_id alone surveys no orders; a stored order that is too old for a survey is stored all the same."""
    named = {"order completed": 2}
    assert result(order()) == [("event", None)]
    assert result(order(), surveys=named) == [("event", None), ("survey", 2)]
    assert result(order(), surveys=named, survey_max_age="1h") == [("event", None)]
    assert result(order(), None, surveys=named) == "promoter.contact_unknown"
    assert result(order(), None) == [("event", None)]


def test_segment_mode_hands_tracks_on() -> None:
    """Tracks and orders go as raw events."""
    assert result(track(), None, mode="segment") == [("event", None)]
    assert result(order(), None, mode="segment") == [("event", None)]


def test_no_properties() -> None:
    """An event without properties surveys too."""
    event = track()
    del event["properties"]
    assert result(event) == [("survey", 1)]
