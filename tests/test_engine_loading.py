"""Many small questions as few large ones."""

from __future__ import annotations

import asyncio
from asyncio import gather

import pytest

from event_router.engine.loading import Loader

pytestmark = pytest.mark.anyio


class Source:
    """Answers when it is allowed to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.began = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def load(self, keys: list[str]) -> dict[str, str]:
        """Return the keys in capitals, but not ``x``; raise for ``bad``."""
        self.asked.append(keys)
        self.began.set()
        await self.open.wait()
        if "bad" in keys:
            raise RuntimeError("bad")
        return {key: key.upper() for key in keys if key != "x"}


async def test_questions_of_one_moment_are_one() -> None:
    """Whoever asks for the same gets the same answer."""
    source = Source()
    loader = Loader(source.load)
    assert await gather(*(loader.load(key) for key in "aba")) == ["A", "B", "A"]
    assert source.asked == [["a", "b"]]


async def test_what_is_asked_meanwhile_goes_with_the_next_question() -> None:
    """Even the same key: the answer on its way may be older than the question."""
    source = Source()
    loader = Loader(source.load)
    source.open.clear()
    first = asyncio.create_task(loader.load("a"))
    await source.began.wait()
    more = [asyncio.create_task(loader.load(key)) for key in "ab"]
    source.open.set()
    assert await gather(first, *more) == ["A", "A", "B"]
    assert source.asked == [["a"], ["a", "b"]]


async def test_a_question_has_so_many_keys_at_most() -> None:
    """The server answers no larger ones."""
    source = Source()
    loader = Loader(source.load, most=2)
    assert await gather(*(loader.load(key) for key in "abcde")) == list("ABCDE")
    assert source.asked == [["a", "b"], ["c", "d"], ["e"]]


async def test_a_failure_reaches_all_who_asked_and_nobody_else() -> None:
    """A value that is not there is a failure as well, since whoever waits would wait for ever."""
    source = Source()
    loader = Loader(source.load, most=1)
    found = await gather(*(loader.load(key) for key in ("bad", "x", "a")), return_exceptions=True)
    assert [type(one) for one in found] == [RuntimeError, KeyError, str]
    assert await loader.load("b") == "B"


async def test_one_who_waits_no_more_takes_nothing_from_the_others() -> None:
    """The answer goes to those who still wait."""
    source = Source()
    loader = Loader(source.load)
    source.open.clear()
    one, other = (asyncio.create_task(loader.load("a")) for _ in range(2))
    await source.began.wait()
    one.cancel()
    source.open.set()
    assert await other == "A"


async def test_a_failure_that_nobody_waits_for_makes_no_noise() -> None:
    """It would be a warning of asyncio."""
    source = Source()
    loader = Loader(source.load, most=1)
    source.open.clear()
    bad = asyncio.create_task(loader.load("bad"))
    await source.began.wait()
    bad.cancel()
    source.open.set()
    assert await loader.load("a") == "A"
