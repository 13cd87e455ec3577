"""Many small questions as few large ones: what is asked for while an answer is on its way goes with the next question."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Loader(Generic[Value]):
    """Loads values by key.

    Args:
        load: Returns the values of some keys, every one of them.
        most: Keys in one question at most.
    """

    def __init__(self, load: Callable[[list[str]], Awaitable[dict[str, Value]]], most: int = 200) -> None:
        self._load = load
        self._most = most
        # A future for each who waits: one that is cancelled takes nothing from the others.
        self._wanted: dict[str, list[asyncio.Future[Value]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def load(self, key: str) -> Value:
        """Return the value of a key. Raises what loading raises."""
        future: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._wanted.setdefault(key, []).append(future)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._wanted:
            keys = list(self._wanted)[: self._most]
            waiting = [(key, future) for key in keys for future in self._wanted.pop(key)]
            try:
                values = await self._load(keys)
                found = [(future, values[key]) for key, future in waiting]
            except Exception as error:  # noqa: BLE001  # Whoever waits gets it, whatever it is.
                for _, future in waiting:
                    if not future.done():
                        future.set_exception(error)
                continue
            for future, value in found:
                if not future.done():
                    future.set_result(value)
