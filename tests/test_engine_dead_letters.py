"""Dead letters: kept, listed, retried, thrown away, erased."""

from __future__ import annotations

from typing import Any

import pytest
from engines import engine, events
from support import identify, track

from event_router.engine.dead_letters import Buried, DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.layout import INTAKE
from event_router.engine.stored import RETRIED, Answered, DeadLetter, StoredEvent

pytestmark = pytest.mark.anyio


def letter(destination: str = "promoter", event: dict[str, Any] | None = None, **changes: Any) -> DeadLetter:
    """Return a dead letter."""
    stored = StoredEvent(track() if event is None else event, "web", run="r", since=1.0, settled=1)
    values: dict[str, Any] = {"outcome": "failed", "code": "delivery.timeout", "reason": "Too late.", "at": 5.0}
    values |= {"attempts": 12, "answer": Answered(503, "busy"), "errors": ({"code": "contract.required"},)}
    return DeadLetter(destination=destination, stored=stored, **values | changes)


async def listed(opened: Engine, **options: Any) -> list[Buried]:
    """Return the dead letters."""
    return [one async for one in DeadLetters(opened).list(**options)]


async def test_a_letter_says_all_that_is_needed_to_see_why(nats: str) -> None:
    """As it was buried."""
    async with engine(nats) as opened:
        await DeadLetters(opened).bury(letter())
        (buried,) = await listed(opened)
        assert buried.letter == letter()
        assert await DeadLetters(opened).find(buried.id) == buried


async def test_an_event_has_one_letter_at_each_destination(nats: str) -> None:
    """The last that was said of it."""
    async with engine(nats, ("a", "b")) as opened:
        letters = DeadLetters(opened)
        for destination, attempts in (("a", 1), ("a", 2), ("b", 3)):
            await letters.bury(letter(destination, attempts=attempts))
        assert [one.letter.attempts for one in await listed(opened)] == [2, 3]
        assert [one.letter.attempts for one in await listed(opened, destination="b")] == [3]
        assert [one.id for one in await listed(opened)] == ["2", "3"]


async def test_what_was_no_event_is_apart(nats: str) -> None:
    """Other streams count for themselves, so its ids are marked; it comes last, and each finds its own."""
    async with engine(nats) as opened:
        letters = DeadLetters(opened)
        await letters.bury(letter(INTAKE, {"n": 1}))
        await letters.bury(letter())
        await letters.bury(letter(INTAKE, {"n": 2}))
        found = await listed(opened)
        assert [one.id for one in found] == ["1", "r1", "r2"]
        assert [one.id for one in await listed(opened, destination=INTAKE)] == ["r1", "r2"]
        for one in found:
            assert await letters.find(one.id) == one
        assert (await opened.reader.count(opened.layout.stream("dead"), ">")) == 1
        await letters.discard(found[1])
        assert [one.id for one in await listed(opened)] == ["1", "r2"]


async def test_what_is_buried_while_they_are_listed_is_not_listed(nats: str) -> None:
    """Else whoever retries all of them would retry for ever what fails for ever."""
    async with engine(nats) as opened:
        letters = DeadLetters(opened)
        await letters.bury(letter())
        seen = []
        async for one in letters.list():
            seen.append(one.id)
            await letters.bury(letter(event=track(messageId=f"new-{len(seen)}")))
        assert seen == ["1"]


async def test_what_is_not_there_is_not_found(nats: str) -> None:
    """A number before, between, or after those there are."""
    async with engine(nats) as opened:
        letters = DeadLetters(opened)
        assert await letters.find("1") is None
        for _ in range(2):
            await letters.bury(letter())
        for name in ("1", "3", "r1"):
            assert await letters.find(name) is None


async def test_a_retry_gives_the_event_once_more_and_takes_the_letter(nats: str) -> None:
    """Its time begins anew, nobody waits for its result any more, and what was settled of it stays settled."""
    async with engine(nats, ("a", "b")) as opened:
        letters = DeadLetters(opened)
        await letters.bury(letter("a"))
        (buried,) = await listed(opened)
        await letters.retry(buried)
        await letters.retry(buried)
        (again,) = await events(opened)
        assert again._replace(since=None) == StoredEvent(track(), "web", again=RETRIED, settled=1)
        assert again.since
        assert again.since > 1e9
        assert await listed(opened) == []
        person = opened.people.user("12345")
        assert await opened.reader.count(opened.layout.stream("events"), opened.layout.again("a", person)) == 1


async def test_a_letter_may_be_thrown_away(nats: str) -> None:
    """And once more; the event stays where it is."""
    async with engine(nats) as opened:
        letters = DeadLetters(opened)
        await letters.bury(letter())
        (buried,) = await listed(opened)
        await letters.discard(buried)
        await letters.discard(buried)
        assert await listed(opened) == []


async def test_an_item_that_is_no_event_is_kept_by_its_content(nats: str) -> None:
    """The same one once, other ones beside it, whatever they are."""
    items: list[Any] = [{"value": None}, {"value": 1}, {"userId": ["1"]}, {"userId": ""}, {"messageId": 7}]
    async with engine(nats) as opened:
        letters = DeadLetters(opened)
        for item in [*items, *items]:
            await letters.bury(letter(INTAKE, item, outcome="rejected"))
        assert [one.letter.stored.event for one in await listed(opened)] == items


@pytest.mark.parametrize("ids", [{"userId": "12345"}, {"user_id": 12345}, {"userId": 12345, "user_id": "x"}])
async def test_an_item_that_is_no_event_goes_with_its_person(nats: str, ids: dict[str, Any]) -> None:
    """As far as it says whose it is."""
    async with engine(nats) as opened:
        letters = DeadLetters(opened)
        await letters.bury(letter(INTAKE, {"type": "idntify", "traits": {"email": "t@x.co"}} | ids))
        await letters.bury(letter(INTAKE, {"type": "idntify", "anonymousId": "12345"}))
        await letters.erase(INTAKE, opened.people.user("12345"))
        assert [one.letter.stored.event.get("anonymousId") for one in await listed(opened)] == ["12345"]


async def test_whose_it_is_may_be_known_to_others_only(nats: str) -> None:
    """What is stored and cannot be read has its person in its subject; it is retried and erased by that."""
    async with engine(nats) as opened:
        letters = DeadLetters(opened)
        for message in ("m-1", "m-2"):
            await letters.bury(letter(event={"messageId": message, "type": "unknown"}), person="P")
        first, _ = await listed(opened)
        await letters.retry(first)
        assert await opened.reader.count(opened.layout.stream("events"), opened.layout.again("promoter", "P")) == 1
        await letters.erase("promoter", "P")
        assert await listed(opened) == []


async def test_erasing_a_person_leaves_the_others(nats: str) -> None:
    """At this destination."""
    async with engine(nats, ("a", "b")) as opened:
        letters = DeadLetters(opened)
        for destination in ("a", "b"):
            for user in ("1", "2"):
                await letters.bury(letter(destination, identify(userId=user)))
        await letters.erase("a", opened.people.user("1"))
        left = [(one.letter.destination, one.letter.stored.event["userId"]) for one in await listed(opened)]
        assert left == [("a", "2"), ("b", "1"), ("b", "2")]
