"""rudder-server as far as a transformer and a destination can tell: the gateway, the processor, the router."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from types import TracebackType
from typing import Any, Literal, Self

from rudder_server.clock import Clock
from rudder_server.delivery import Delivery
from rudder_server.features import Features
from rudder_server.filters import refusal, takes_part
from rudder_server.gateway import Event, accept
from rudder_server.jobs import Job
from rudder_server.panics import Refused
from rudder_server.payloads import run_of
from rudder_server.processor import Failure, Loss, Processor
from rudder_server.proxy import Proxy
from rudder_server.router import Router, RouterSettings
from rudder_server.routing import Routing
from rudder_server.transformer import Transformer
from rudder_server.workspace import Destination, Dynamic, Source, read

_POLL = 10.0
_HANDLED = 299


class RudderServer:
    """A stand-in for rudder-server.

    Args:
        url: The transformer's address, without a trailing slash.
        workspace: What workspaceConfig.json holds.
        transform_at: ``Processor.<TYPE>.transformAt``; the definitions decide without it (§3).
        proxy: ``Router.<TYPE>.transformerProxy`` (§4.2).
        compacted: Send compacted payloads, if the transformer can read them.
        batch: ``Router.<TYPE>.noOfJobsToBatchInAWorker`` (§6).
        order: ``Router.<TYPE>.guaranteeUserEventOrder`` (§5).
        now: Where virtual time starts.

    Attributes:
        clock: Virtual time.
        calls: The paths that were asked for.
    """

    def __init__(
        self,
        url: str,
        workspace: Mapping[str, Any],
        *,
        transform_at: Literal["processor", "router", "none"] | None = None,
        proxy: bool = False,
        compacted: bool = True,
        batch: int = 20,
        order: bool = True,
        now: datetime | None = None,
    ) -> None:
        self.clock = Clock(now)
        self._transformer = Transformer(url)
        self.calls = self._transformer.calls
        self._delivery = Delivery()
        self._transform_at = transform_at
        self._compacted = compacted
        self._dynamic: Dynamic = {}
        self._sources: tuple[Source, ...] = ()
        self._destinations: dict[str, Destination] = {}
        self._features = Features(self._transformer)
        self._processor = Processor(self._transformer, self.clock, self._forward)
        self._routing = Routing(self._transformer, self.clock)
        self._proxy = Proxy(self._transformer)
        self._router = Router(
            RouterSettings(proxy, batch, order),
            self.clock,
            self._routing,
            self._delivery,
            self._proxy,
            lambda name: self._destinations.get(name),
        )
        self._waiting: list[Event] = []
        self._numbers, self._job_numbers = count(1), count(1)
        self._listens = False
        self.configure(workspace)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all sockets."""
        self._transformer.close()
        self._delivery.close()

    def configure(self, workspace: Mapping[str, Any]) -> None:
        """Take another workspaceConfig.json; jobs that are open get its settings (§0.7, §6)."""
        self._sources = read(workspace, self._dynamic)
        self._destinations = {d.id: d for source in self._sources for d in source.destinations}

    def start(self, patience: float = 10.0) -> None:
        """Wait for /features, for so many real seconds, then ask again 10 s later, which may ``Panic`` (§0.3)."""
        self._features.wait(patience)
        self._listens = True
        self.clock.wait(_POLL)
        self._features.poll()

    def ingest(self, event: Mapping[str, Any], *, write_key: str | None = None, anonymous_id: str = "") -> None:
        """Take an event at the gateway; without a key for the first source. ``anonymous_id`` is the header's."""
        if not self._listens:
            raise Refused("The gateway listens only after the first answer of /features (§1).")
        sources = [source for source in self._sources if write_key in (None, source.key)]
        if not sources:
            raise Refused("No enabled source has this write key (§6).")
        self._waiting.append(accept(next(self._numbers), sources[0], event, self.clock.now, anonymous_id))

    def run(self, until: timedelta | None = None) -> None:
        """Work until nothing is due, or for so much virtual time; what is retried forever needs such an end."""
        end = None if until is None else self.clock.now + until.total_seconds()
        self._features.poll()
        self._process()
        while (due := self._due()) is not None and (end is None or due <= end):
            self.clock.reach(due)
            self._step()
        if end is not None:
            self.clock.reach(end)

    @property
    def jobs(self) -> list[Job]:
        """All jobs of the router."""
        return self._router.jobs

    @property
    def failed_at_processor(self) -> list[Failure]:
        """What failed at the processor, for good (§0.6)."""
        return self._processor.failed

    @property
    def filtered_at_processor(self) -> list[Failure]:
        """What was filtered at the processor."""
        return self._processor.filtered

    @property
    def lost(self) -> list[Loss]:
        """What is gone without a word: dropped by the processor, or "succeeded" unsent (§0.11)."""
        unsent = [job for job in self.jobs if job.state == "succeeded" and not job.sent and job.code != _HANDLED]
        return self._processor.losses + [Loss(job.event, job.destination, "succeeded unsent (§0.11)") for job in unsent]

    @property
    def breaches(self) -> list[str]:
        """What a correct transformer does not do, though rudder-server does not end for it."""
        parts = self._processor, self._routing, self._router, self._proxy, self._delivery
        return [breach for part in parts for breach in part.breaches]

    def _due(self) -> float | None:
        return min((due for due in (self._processor.due(), self._router.due()) if due is not None), default=None)

    def _step(self) -> None:
        compacted = self._compacted and self._features.compaction
        due = self._processor.due()
        if due is not None and due <= self.clock.now:
            self._processor.step(compacted=compacted)
        else:
            self._router.step(compacted=compacted, proxy=self._features.proxy)

    def _process(self) -> None:
        """Hand events on: to the processor's transformation, or raw to the router (§0.7, §3)."""
        events, self._waiting = self._waiting, []
        pairs = [(destination, event) for event in events for destination in self._takers(event)]
        modes = {destination.id: self._mode(destination) for destination, _ in pairs}
        self._processor.take(pair for pair in pairs if modes[pair[0].id] == "processor")
        for destination, event in pairs:
            if modes[destination.id] != "processor":
                self._keep(destination.id, event, event.user, modes[destination.id], event.message)

    def _takers(self, event: Event) -> Iterator[Destination]:
        """Yield the destinations that an event goes to; record those that refuse it (§5, Before the transformer)."""
        for destination in event.source.destinations:
            if not takes_part(event.message, destination):
                continue
            refused = refusal(event.message, destination)
            if refused is None:
                yield destination
            else:
                self._processor.refuse(event, destination, *refused)

    def _mode(self, destination: Destination) -> str:
        """Return where to transform: at the router only if the transformer says so, else silently not (§3)."""
        mode = self._transform_at or destination.transform_at
        return "processor" if mode == "router" and not self._features.router(destination.name) else mode

    def _forward(self, metadata: Mapping[str, Any], output: Any, event: Event | None) -> None:
        """Make a job of an output; where it goes and its key are the echo's (§0.10, §2)."""
        self._keep(metadata["destinationId"], event, metadata["rudderId"], "processor", output)

    def _keep(self, destination: str, event: Event | None, user: str, mode: str, payload: Any) -> None:
        now = self.clock.now
        job = Job(next(self._job_numbers), destination, user, mode, payload, created=now, due=now)
        if event is not None:
            job.source, job.workspace = event.source.id, event.source.workspace
            job.event, job.received, job.run = event.raw, event.received, bool(run_of(event.message))
        self._router.jobs.append(job)
