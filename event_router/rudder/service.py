"""What the transformer does for a type of destination that a plugin serves: a method for each kind of request."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple, TypeAlias

from event_router.outcomes import Refusal
from event_router.plugins import Plugin
from event_router.rudder.configs import Configs
from event_router.rudder.contacts import Contacts
from event_router.rudder.elements import Element
from event_router.rudder.jobs import Job
from event_router.rudder.outputs import encoded, passed_on, processor_elements, router_output, was_transformed
from event_router.rudder.statuses import BATCH, PROCESSOR, ROUTER, transformed
from event_router.rudder.transforming import transform
from event_router.rudder.turns import EACH, parts

_SENT = (200, "")


def _now() -> datetime:
    return datetime.now(UTC)


#: A status code, and the reason's code; empty where all is well.
Ending: TypeAlias = tuple[int, str]


class Answered(NamedTuple):
    """An answer to a request with events.

    Attributes:
        body: As rudder-server reads it.
        endings: How many events ended how.
    """

    body: bytes
    endings: Mapping[Ending, int]


class Served:
    """A type of destination.

    Args:
        plugin: What serves it.
        contacts: What is remembered for it.
        now: The clock, aware.
    """

    def __init__(self, plugin: Plugin, contacts: Contacts, now: Callable[[], datetime] = _now) -> None:
        #: As rudder-server writes it in definitions.
        self.type = plugin.name.upper()
        self.plugin = plugin
        #: Its destinations.
        self.configs = Configs(plugin)
        self._contacts = contacts
        self._now = now

    async def processor(self, elements: Sequence[Element]) -> Answered:
        """Return the answer of ``/v0/destinations/{type}``, in the order of the events. Raises ``Unavailable``."""
        written, endings = await self._written(elements, PROCESSOR)
        return Answered(b"[%b]" % b",".join(written), endings)

    async def router(self, elements: Sequence[Element]) -> Answered:
        """Return the answer of ``/routerTransform``. Raises ``Unavailable``."""
        written, endings = await self._written(elements, ROUTER)
        return Answered(b'{"output":[%b]}' % b",".join(written), endings)

    async def batch(self, elements: Sequence[Element]) -> Answered:
        """Return the answer of ``/batch``: each event by itself, since contacts and surveys are sent one at a time.

        What processor mode has transformed already goes on as it is. Raises ``Unavailable``.
        """
        ready = [passed_on(element) if was_transformed(element) else None for element in elements]
        others = [element for element, output in zip(elements, ready, strict=True) if output is None]
        written, endings = await self._written(others, BATCH)
        left = iter(written)
        return Answered(b"[%b]" % b",".join([output or next(left) for output in ready]), endings)

    async def _written(self, elements: Sequence[Element], feature: str) -> tuple[list[bytes], Mapping[Ending, int]]:
        """Return what is said of each event, and how they ended."""
        written: list[bytes] = []
        endings: list[Ending] = []
        write = processor_elements if feature == PROCESSOR else partial(router_output, feature=feature)
        jobs = await transform(elements, self.configs.get, self._contacts, self._now())
        for number, turn in enumerate(parts(jobs, _size)):
            if number:
                await asyncio.sleep(0)
            for job in turn:
                requests = await asyncio.to_thread(encoded, job) if job.large else encoded(job)
                written.append(write(job, requests, self.type))
                endings.append(_SENT if isinstance(requests, list) else _ending(requests, feature))
        return written, Counter(endings)


def _size(job: Job) -> int:
    return len(job.element.message) + EACH


def _ending(refusal: Refusal, feature: str) -> Ending:
    return transformed(refusal).code(feature), str(refusal.reason.code)


def by_type(plugins: Iterable[Plugin], contacts: Contacts) -> Mapping[str, Served]:
    """Return what serves each type, by its name in small letters."""
    return {plugin.name.casefold(): Served(plugin, contacts) for plugin in plugins}
