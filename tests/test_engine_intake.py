"""The engine as the doors see it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from engines import engine, events, everything
from support import identify, track

from event_router.api import Dropped, Problem, Reason, Rejected
from event_router.doors.store import Accepted, Refused, Unavailable
from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.intake import DRAINING, Intake
from event_router.engine.layout import INTAKE
from event_router.engine.status import status
from event_router.engine.stored import SENT, StoredEvent
from event_router.engine.upkeep import rooms, shortage

pytestmark = pytest.mark.anyio


def intake_of(opened: Engine, counted: list[str] | None = None, **options: Any) -> Intake:
    """Return the engine as the doors see it; what is counted goes into the list."""
    counts = [] if counted is None else counted
    return Intake(opened, lambda source, number: counts.extend([source] * number), lambda: 7.0, **options)


async def test_the_same_event_is_stored_once(nats: str) -> None:
    """A client that heard no answer sends its batch again; what is new in it is taken, and only that is counted."""
    async with engine(nats) as opened:
        counted: list[str] = []
        repeated: list[str] = []
        intake = intake_of(opened, counted, repeated=lambda source, number: repeated.extend([source] * number))
        dropped = (Dropped("$.traits.tags", "empty"),)
        first, second = Accepted(identify(), dropped, "web"), Accepted(track(), (), "app")
        await intake.accept([first])
        await intake.accept([first, second, first])
        assert await events(opened) == [StoredEvent(identify(), "web", dropped), StoredEvent(track(), "app")]
        assert counted == ["web", "app"]
        assert repeated == ["web", "web"]


async def test_equal_ids_of_different_people_are_different_events(nats: str) -> None:
    """A sender may number each person's events anew."""
    async with engine(nats) as opened:
        given = [Accepted(track(messageId="1", userId=user), (), "web") for user in ("a", "b", "a")]
        await intake_of(opened).accept(given)
        assert [stored.event["userId"] for stored in await events(opened)] == ["a", "b"]


async def test_an_event_for_one_destination_goes_to_that_one(nats: str) -> None:
    """Once to each that it is sent to."""
    async with engine(nats, ("a", "b.c")) as opened:
        one, other = Accepted(track(), (), "-", "a"), Accepted(track(), (), "-", "b.c")
        await intake_of(opened).accept([one, one, other])
        assert await events(opened) == [StoredEvent(track(), "-", again=SENT)] * 2
        person = opened.people.user("12345")
        assert await opened.reader.count(opened.layout.stream("events"), opened.layout.again("b.c", person)) == 1


async def test_no_subject_holds_an_id(nats: str) -> None:
    """They are seen in many more places than what is stored."""
    async with engine(nats) as opened:
        await intake_of(opened).accept([Accepted(track(userId="secret-id", messageId="m"), (), "web")])
        subjects = [line.split(b" ")[0] for line in (await everything(opened)).split(b"\n")]
        assert not any(b"secret-id" in subject for subject in subjects)


async def test_what_is_no_event_becomes_a_dead_letter(nats: str) -> None:
    """With what was wrong with it; its neighbours are taken."""
    problem = Problem("contract.type", "$.type", "enum", "'x'", "Use a known type.")
    outcome = Rejected(Reason("event.type_unknown", "Unknown."), (problem,))
    async with engine(nats) as opened:
        refused = [Refused({"type": "x"}, outcome, "web"), Refused(5, outcome, "web")]
        await intake_of(opened).accept([Accepted(track(), (), "web")], refused)
        letters = [buried.letter async for buried in DeadLetters(opened).list(INTAKE)]
        assert [one.stored for one in letters] == [StoredEvent({"type": "x"}, "web"), StoredEvent({"value": 5}, "web")]
        assert (letters[0].outcome, letters[0].code, letters[0].at) == ("rejected", "event.type_unknown", 7.0)
        assert letters[0].errors[0]["path"] == "$.type"
        assert len(await events(opened)) == 1


async def test_closed_doors_say_why(nats: str) -> None:
    """And nothing is stored."""
    async with engine(nats) as opened:
        intake = intake_of(opened)
        intake.closed = DRAINING
        with pytest.raises(Unavailable) as raised:
            await intake.accept([Accepted(track(), (), "web")])
        assert (raised.value.code, raised.value.message) == (DRAINING.code, DRAINING.message)
        assert raised.value.retry_after > 0
        assert await events(opened) == []


async def test_a_full_engine_takes_nothing_and_keeps_what_it_took(nats: str) -> None:
    """Whoever sends is told when to try again."""
    async with engine(nats, event_bytes=1024**2) as opened:
        counted: list[str] = []
        intake = intake_of(opened, counted)
        given = [Accepted(track(messageId=str(at), more="x" * 30_000), (), "web") for at in range(60)]
        await intake.accept(given[:10])
        with pytest.raises(Unavailable) as raised:
            await intake.accept(given[10:])
        assert raised.value.code == "engine.full"
        assert raised.value.retry_after > 0
        assert [one.event["messageId"] for one in await events(opened)][:10] == [str(at) for at in range(10)]
        assert len(counted) == 10


async def test_what_no_message_can_carry_is_kept_cut(nats: str) -> None:
    """Its neighbours are stored, and whoever sent it does not send it for ever."""
    async with engine(nats) as opened:
        most = opened.client.max_payload
        long = {"userId": "12345", "properties": {"text": "x" * most}, "note": "x" * most, "n": 7}
        outcome = Rejected(Reason("event.too_large", "Too long."))
        refused = [Refused(long, outcome, "web"), Refused("x" * most, outcome, "web")]
        accepted = [Accepted(one, (), "web") for one in (track(), track(messageId="long", **long))]
        counted: list[str] = []
        seen: list[str] = []
        intake = intake_of(opened, counted, refused=lambda source, number: seen.append(source))
        await intake.accept(accepted, refused)
        assert await events(opened) == [StoredEvent(track(), "web")]
        assert (counted, seen) == (["web"], ["web"] * 3)
        letters = [buried.letter async for buried in DeadLetters(opened).list(INTAKE)]
        assert [one.stored.event for one in letters] == [
            {"userId": "12345", "n": 7},
            {"value": None},
            {"type": "track", "event": "Friend Invited", "messageId": "long", "userId": "12345", "n": 7}
            | {name: value for name, value in track().items() if name == "timestamp"},
        ]
        assert {(one.code, one.cut) for one in letters} == {("event.too_large", True)}
        assert "max_payload" in letters[2].reason
        await DeadLetters(opened).erase(INTAKE, opened.people.user("12345"))
        assert len([one async for one in DeadLetters(opened).list(INTAKE)]) == 1


async def test_junk_closes_no_door(nats: str, caplog: pytest.LogCaptureFixture) -> None:
    """Where there is no more room for it, it is counted and its reason is logged; events are taken as before."""
    async with engine(nats, refused_bytes=1024**2) as opened:
        seen: list[str] = []
        intake = intake_of(opened, refused=lambda source, number: seen.append(source))
        junk = [{"type": "junk", "n": number, "secret": "s" * 100_000} for number in range(20)]
        refused = [Refused(one, Rejected(Reason("event.type_unknown", "Unknown.")), "web") for one in junk]
        with caplog.at_level(logging.WARNING):
            await intake.accept([Accepted(track(), (), "web")], refused)
        assert "event.type_unknown (20)" in caplog.text
        assert "ssss" not in caplog.text
        assert len(seen) == 20
        assert shortage(await rooms(opened), None, 0) is None
        await intake.accept([Accepted(track(messageId="next"), (), "web")])
        assert len(await events(opened)) == 2
        assert 0 < (await status(opened)).refused < 20
