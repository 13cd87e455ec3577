"""The processor: at most 100 events a request, and failures that are final (§2, §0.6)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

import httpx

from rudder_server.answers import PROCESSED
from rudder_server.clock import Clock
from rudder_server.filters import FILTERED
from rudder_server.gateway import Event
from rudder_server.go_json import Undecodable, decode
from rudder_server.panics import Panic
from rudder_server.payloads import Item, processor_body, processor_metadata
from rudder_server.transformer import Transformer
from rudder_server.workspace import Destination

_BATCH = 100
_TRIES = 31


@dataclass(frozen=True, slots=True)
class Failure:
    """An event that the processor let go of for good: nothing stores it (§0.6)."""

    event: Mapping[str, Any]
    destination: str
    code: int
    error: str


@dataclass(frozen=True, slots=True)
class Loss:
    """An event that was lost without a word (§0.11, §2)."""

    event: Mapping[str, Any] | None
    destination: str
    why: str


@dataclass(slots=True)
class _Chunk:
    """Events that go in one request, and how often that was tried."""

    destination: Destination
    events: list[Event]
    due: float
    tries: int = 0
    refusals: int = 0


#: Takes what an event became: the echoed metadata, the output and the event that it came from.
Forward: TypeAlias = Callable[[Mapping[str, Any], Any, Event | None], None]


class Processor:
    """The processor.

    Attributes:
        failed: What failed for good.
        filtered: What was filtered, which is no failure.
        losses: What was lost without a word.
        breaches: What a correct transformer never does, yet rudder-server does not notice.
    """

    def __init__(self, transformer: Transformer, clock: Clock, forward: Forward) -> None:
        self.failed: list[Failure] = []
        self.filtered: list[Failure] = []
        self.losses: list[Loss] = []
        self.breaches: list[str] = []
        self._transformer = transformer
        self._clock = clock
        self._forward = forward
        self._chunks: deque[_Chunk] = deque()

    def take(self, pairs: Iterable[tuple[Destination, Event]]) -> None:
        """Take events that are to be transformed here, in their order."""
        for _, group in groupby(sorted(pairs, key=_place), key=_place):
            found = list(group)
            for start in range(0, len(found), _BATCH):
                events = [event for _, event in found[start : start + _BATCH]]
                self._chunks.append(_Chunk(found[0][0], events, self._clock.now))

    def refuse(self, event: Event, destination: Destination, code: int, why: str) -> None:
        """Record an event that goes no further."""
        self._fail(event, destination.id, code, why)

    def due(self) -> float | None:
        """Return when there is something to do next."""
        return self._chunks[0].due if self._chunks else None

    def step(self, *, compacted: bool) -> None:
        """Send one request, and do what its answer asks for."""
        chunk = self._chunks[0]
        answer = self._ask(chunk, compacted=compacted)
        if answer is None:
            self._again(chunk, "no answer")
        elif answer.status_code == 503 and answer.headers.get("X-Rudder-Should-Retry") == "true":
            self._later(chunk)
        elif answer.status_code in (408, 429) or answer.status_code >= 500:
            self._again(chunk, str(answer.status_code))
        else:
            self._chunks.popleft()
            self._read(chunk, answer)

    def _ask(self, chunk: _Chunk, *, compacted: bool) -> httpx.Response | None:
        destination = chunk.destination
        items = [Item(e.message, processor_metadata(e, destination), destination) for e in chunk.events]
        path = f"/v0/destinations/{destination.path}"
        try:
            return self._transformer.transform(path, processor_body(items, compacted=compacted), compacted=compacted)
        except httpx.TransportError:
            return None

    def _later(self, chunk: _Chunk) -> None:
        """Wait 1 s to 30 s, for ever: none of the tries is used up (§1, Transient overload)."""
        chunk.refusals += 1
        chunk.due = self._clock.now + min(2 ** (chunk.refusals - 1), 30)

    def _again(self, chunk: _Chunk, why: str) -> None:
        """Wait 0.5 s, doubled each time, 30 s at most; the 31st failure ends rudder-server (§2)."""
        chunk.tries += 1
        if chunk.tries >= _TRIES:
            raise Panic(f"The transformer failed {_TRIES} times, at last with {why} (§2).")
        chunk.due = self._clock.now + min(0.5 * 2 ** (chunk.tries - 1), 30.0)

    def _read(self, chunk: _Chunk, answer: httpx.Response) -> None:
        if answer.status_code != 200:
            for event in chunk.events:
                self._fail(event, chunk.destination.id, answer.status_code, answer.text)
            return
        try:
            outputs = decode(answer.content, PROCESSED)
        except Undecodable as error:
            raise Panic(f"An answer that is not to be decoded: {error} (§2)") from error
        self._take_outputs(chunk, outputs)

    def _take_outputs(self, chunk: _Chunk, outputs: list[Mapping[str, Any]]) -> None:
        """Forward, filter or fail each output, in the answer's order; an event without one is dropped (§2)."""
        events = {event.id: event for event in chunk.events}
        ids = [output["metadata"]["jobId"] for output in outputs]
        self._check(ids, events)
        for number, output in zip(ids, outputs, strict=True):
            self._take_output(output, events.get(number), chunk.destination.id)
        dropped = [event for number, event in events.items() if number not in ids]
        self.losses += [Loss(event.raw, chunk.destination.id, "no output (§2)") for event in dropped]

    def _take_output(self, output: Mapping[str, Any], event: Event | None, destination: str) -> None:
        """An output's status: exactly 200 is forwarded, 298 is filtered, all others failed for good (§2)."""
        code = output["statusCode"]
        if code == 200:
            self._forward(output["metadata"], output["output"], event)
        else:
            self._fail(event, destination, code, output["error"])

    def _fail(self, event: Event | None, destination: str, code: int, error: str) -> None:
        raw = {} if event is None else event.raw
        (self.filtered if code == FILTERED else self.failed).append(Failure(raw, destination, code, error))

    def _check(self, ids: list[int], events: Mapping[int, Event]) -> None:
        if unknown := set(ids) - set(events):
            self.breaches.append(f"outputs for the unknown jobIds {sorted(unknown)} (§0.10)")
        if ids != sorted(ids):
            self.breaches.append("outputs in another order than the inputs (§2)")


def _place(pair: tuple[Destination, Event]) -> tuple[str, str]:
    """Return what events go apart by: source and destination."""
    destination, event = pair
    return event.source.id, destination.id
