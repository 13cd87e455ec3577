"""Waiting: an older identify does not overtake a newer one that is tried again, since the destination may have that one."""

from __future__ import annotations

from typing import cast

import pytest
from engines import engine
from support import answer, track
from worker_plugin import EARLIER, LATER, say
from workers import hands

from event_router.api import Delivered, Event, Reason, Retry
from event_router.engine.stored import StoredEvent
from event_router.worker import waiting
from event_router.worker.jobs import Job
from event_router.worker.pulling import Held
from event_router.worker.settling import Settling
from event_router.worker.waiting import Waiting

pytestmark = pytest.mark.anyio

_AGAIN = Retry(Reason("small.503", "It said 503."))


class Known:
    """What is known of events, by hand: of none an outcome, and all are stored."""

    def __init__(self) -> None:
        self.stored = True
        self.found: object = None

    async def is_stored(self, job: Job) -> bool:
        """Return what was set."""
        return self.stored

    async def find(self, job: Job) -> object:
        """Return what was set."""
        return self.found


def _job(event: Event, sequence: int, person: str = "somebody") -> Job:
    return Job(Held("reply", "subject", b"", sequence, 1, 0.0), StoredEvent(event, "-"), person)


def _waiting(known: Known) -> Waiting:
    return Waiting(cast(Settling, known))


NEWER, OLDER = _job(say("newer", LATER), 1), _job(say("older", EARLIER), 2)


async def test_an_older_one_waits_until_the_newer_one_is_delivered(nats: str) -> None:
    """Nothing is sent for it meanwhile, and nothing after."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(503)) as some:
        await some.deal(say("newer", LATER))
        await some.deal(say("older", EARLIER))
        while len(await some.kept("outcomes")) < 2:
            await some.handle(await some.take(1))
        assert [body["messageId"] for body in some.bodies] == ["newer", "newer"]
        assert some.seen.short == [
            ("newer", "delivered", "delivered"),
            ("newer", "retrying", "small.503"),
            ("older", "skipped", "event.stale"),
        ]
        assert await some.left() == []
        await some.idle()


async def test_only_an_older_identify_waits() -> None:
    """Not one that is as new, not other types, and not another person's."""
    some = _waiting(Known())
    assert not await some.has_to(OLDER)
    some.note(NEWER, _AGAIN)
    assert await some.has_to(OLDER)
    assert await some.has_to(_job(say("timeless", None), 3))
    assert not await some.has_to(NEWER)
    assert not await some.has_to(_job(track(timestamp=EARLIER), 4))
    assert not await some.has_to(_job(say("older", EARLIER), 5, "somebody else"))


async def test_it_waits_for_the_newest_and_for_identifies_only() -> None:
    """An older one that is tried again as well, and a track, change nothing of that."""
    some = _waiting(Known())
    some.note(_job(track(timestamp=LATER), 6), _AGAIN)
    assert not await some.has_to(OLDER)
    some.note(NEWER, _AGAIN)
    some.note(OLDER, _AGAIN)
    some.note(OLDER, Delivered())
    assert await some.has_to(OLDER)


async def test_it_waits_no_more_once_the_newer_one_has_its_outcome() -> None:
    """Whatever that is."""
    some = _waiting(Known())
    some.note(NEWER, _AGAIN)
    some.note(NEWER, _AGAIN)
    assert await some.has_to(OLDER)
    some.note(NEWER, Delivered())
    assert not await some.has_to(OLDER)


@pytest.mark.parametrize(("stored", "found"), [(True, object()), (False, None)])
async def test_another_worker_may_have_dealt_with_the_newer_one(stored: bool, found: object) -> None:
    """Or a deletion erased it: nobody waits for what does not come back."""
    known = Known()
    some = _waiting(known)
    some.note(NEWER, _AGAIN)
    known.stored, known.found = stored, found
    assert not await some.has_to(OLDER)
    known.stored, known.found = True, None
    assert not await some.has_to(OLDER)


async def test_few_are_kept_in_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of long ago are forgotten first."""
    monkeypatch.setattr(waiting, "_MOST", 1)
    some = _waiting(Known())
    some.note(NEWER, _AGAIN)
    some.note(_job(say("other", LATER), 7, "somebody else"), _AGAIN)
    assert not await some.has_to(OLDER)
    assert await some.has_to(_job(say("older", EARLIER), 8, "somebody else"))
