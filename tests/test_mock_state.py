"""The mock's state: seeds and snapshots, the clock, the limit, and what is bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import promoter_schemas
from contract_tests.strategies import emails
from mock_promoter.account import Account
from mock_promoter.clock import Clock, iso
from mock_promoter.documents import DocumentError, account_from, time_from
from mock_promoter.kept import MOST_KEPT as MOST
from mock_promoter.kept import Kept
from mock_promoter.model import Contact
from mock_promoter.rate_limit import RateLimit
from mock_promoter.snapshots import snapshot, state

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2900, 1, 1), timezones=st.just(UTC)).map(iso)  # noqa: DTZ001 - Hypothesis wants them so.
SCALARS = st.text(max_size=5) | st.integers(-9, 9) | st.booleans()


@st.composite
def states(draw: st.DrawFn) -> dict[str, Any]:
    """Return a state document as a person might write it."""
    addresses = draw(st.lists(emails, min_size=1, max_size=4, unique_by=str.lower))
    contact = st.fixed_dictionaries(
        {},
        optional={
            "first_name": st.text(max_size=5),
            "attributes": st.dictionaries(st.text(max_size=4), SCALARS, max_size=3),
            "unsubscribed": st.booleans(),
            "user_id": st.text(min_size=1, max_size=3),
            "created": TIMES,
            "surveyed": st.dictionaries(st.sampled_from(("email", "sms", "web")), TIMES),
            "lists": st.lists(st.sampled_from((1, 2)), unique=True),
        },
    )
    survey = {"campaign": st.sampled_from((1, 2)), "contact": st.sampled_from(addresses)}
    feedback = {"survey": st.fixed_dictionaries(survey), "score": st.integers(0, 10)}
    return {
        "clock": {"mode": "frozen", "at": draw(TIMES)},
        "rate_limit": {"limit": draw(st.none() | st.integers(0, 9)), "window_seconds": draw(st.floats(0.5, 100))},
        "lists": [{"name": "Default"}, {"id": 2, "name": "Beta"}],
        "campaigns": [{"name": "One"}, {"name": "Two", "list": 2, "event": "Bought", "channel": "sms"}],
        "templates": [{"name": "T", "subject": "s"}],
        "contacts": [{"email": email, **draw(contact)} for email in addresses],
        "surveys": [
            draw(st.fixed_dictionaries(survey, optional={"at": TIMES})) for _ in range(draw(st.integers(0, 3)))
        ],
        "feedback": draw(
            st.lists(st.fixed_dictionaries(feedback, optional={"comment": st.text(max_size=5)}), max_size=3)
        ),
        "custom_events": draw(st.lists(st.just({"event": {"type": "track"}}), max_size=2)),
        "webhooks": [{"url": "http://127.0.0.1/"}],
    }


@given(states())
def test_a_snapshot_is_the_whole_state(document: dict[str, Any]) -> None:
    """A seed makes an account, whose snapshot makes the same account again; both are as the schema wants them."""
    schema = promoter_schemas.load("mock/state")
    assert jsonschema_rs.is_valid(schema, document)
    first = state(account_from(document, "a"))
    assert jsonschema_rs.is_valid(schema, first)
    assert state(account_from(first, "a")) == first
    assert [one["email"] for one in first["contacts"]] == [one["email"] for one in document["contacts"]]


def test_what_is_gone_is_written_out() -> None:
    """A removed contact and a dropped survey are kept in the snapshot for the sake of what refers to them."""
    seed = {
        "contacts": [{"email": "a@b.co"}],
        "feedback": [{"survey": {"campaign": 1, "contact": "a@b.co"}, "score": 1}],
    }
    account = account_from(seed, "a")
    contact = account.by_email("A@b.co")
    assert contact is not None
    account.remove(contact)
    account.surveys = Kept()
    kept = state(account)
    assert kept["feedback"][0]["survey"]["contact"]["email"] == "a@b.co"
    again = account_from(kept, "a")
    assert again.feedback[1].survey.contact.email == "a@b.co"
    assert again.by_email("a@b.co") is None
    assert state(again)["contacts"] == []
    assert snapshot([again])["accounts"].keys() == {"a"}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"campaigns": [{"name": "x", "list": 9}]}, "$.campaigns[0].list"),
        ({"contacts": [{"email": "a@b.co", "lists": [1, 9]}]}, "$.contacts[0].lists"),
        ({"surveys": [{"campaign": 9, "contact": "a@b.co"}]}, "$.surveys[0].campaign"),
        ({"surveys": [{"campaign": 1, "contact": "a@b.co"}]}, "$.surveys[0].contact"),
        ({"feedback": [{"survey": 9, "score": 1}]}, "$.feedback[0].survey"),
        ({"feedback": [{"survey": {"campaign": 9, "contact": "a@b.co"}, "score": 1}]}, "$.feedback[0].survey.campaign"),
    ],
)
def test_ids_that_lead_nowhere(document: dict[str, Any], path: str) -> None:
    """They are named by their place."""
    with pytest.raises(DocumentError) as caught:
        account_from(document, "a")
    assert caught.value.path == path


def test_ids_are_never_given_again() -> None:
    """A seed's own ids are kept, the next one is beyond them, and a snapshot remembers the last."""
    account = account_from(
        {"contacts": [{"id": 7, "email": "a@b.co"}, {"email": "c@d.co"}], "ids": {"contact": 20}}, "a"
    )
    assert [one.id for one in account.contacts.values()] == [7, 8]
    assert account.next_id("contact") == 21
    assert account_from(state(account), "a").next_id("contact") == 22


def test_an_account_without_lists_has_no_default_list() -> None:
    """Who names other lists has those only, and a contact without a list is in none."""
    account = account_from({"lists": [{"id": 5, "name": "x"}], "campaigns": [], "contacts": [{"email": "a@b.co"}]}, "a")
    assert list(account.lists) == [5]
    assert account.contacts["a@b.co"].lists == {}


def test_an_older_owner_of_a_user_id_does_not_take_it_along() -> None:
    """Who has a userId now keeps it when who had it before is removed."""
    account = Account()
    old, new = (account.add(Contact(number, f"{number}@b.co", NOW)) for number in (1, 2))
    account.know(old, "u")
    account.know(new, "u")
    account.remove(old)
    assert account.by_user("u") is new
    account.know(new, "v")
    assert (account.by_user("u"), account.by_user("v")) == (None, new)


@pytest.mark.parametrize("text", ["2026-02-31", "2026-02-31T00:00:00Z", "2026-01-01T00:00:00+23:59:99"])
def test_days_that_there_are_not(text: str) -> None:
    """They are refused by name, not a crash."""
    with pytest.raises(DocumentError, match="2026"):
        time_from(text)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2900, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_times_are_written_as_they_are_read(time: datetime) -> None:
    """A time survives being written, and without an offset it is UTC."""
    text = iso(time)
    assert text is not None
    assert time_from(text) == time_from(text.removesuffix("Z")) == time
    assert iso(None) is None


def test_the_clock() -> None:
    """It runs, runs ahead, or stands; to advance it keeps it running or standing; too far is refused unchanged."""
    real = NOW
    clock = Clock(real=lambda: real)
    assert (clock.mode, clock.now()) == ("real", NOW)
    clock.advance(timedelta(days=1))
    assert (clock.mode, clock.now()) == ("offset", NOW + timedelta(days=1))
    with pytest.raises(OverflowError):
        clock.advance(timedelta(days=9_999_999))
    assert clock.now() == NOW + timedelta(days=1)
    clock.at = NOW
    clock.advance(timedelta(hours=1))
    assert (clock.mode, clock.now()) == ("frozen", NOW + timedelta(hours=1))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=40), st.integers(0, 5), st.integers(1, 20))
def test_the_limit_holds_in_every_window(gaps: list[int], most: int, seconds: int) -> None:
    """No window lets more in; whoever is refused is early until the very second that the answer names."""
    limit, now, admitted = RateLimit(), NOW, []
    window = timedelta(seconds=seconds)
    limit.set(most, window)
    for gap in gaps:
        now += timedelta(seconds=gap)
        refused = limit.take(now)
        if refused is None:
            admitted.append(now)
        else:
            wait = int(refused.headers["retry-after"])
            assert 1 <= wait <= seconds
            assert limit.is_early(now + timedelta(seconds=wait - 1))
            assert not limit.is_early(now + timedelta(seconds=wait))
    for start in admitted:
        assert sum(start <= one < start + window for one in admitted) <= most


def test_what_is_kept_is_bounded() -> None:
    """The newest stay, of the rest the count; so do remembered answers."""
    kept: Kept[str] = Kept(2)
    for number in range(5):
        kept.add(number, str(number))
    assert (list(kept), list(reversed(kept)), len(kept), kept.dropped) == (["3", "4"], ["4", "3"], 2, 3)
    assert (kept.get(1), kept.get(4)) == (None, "4")
    account = Account()
    for number in range(MOST + 1):
        account.keep("/", str(number), None)
    assert len(account.replays) == MOST
    assert ("/", "0") not in account.replays
