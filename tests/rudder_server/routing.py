"""One call of /routerTransform, up to what is to become of each job (§3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from rudder_server.answers import ROUTED
from rudder_server.clock import Clock
from rudder_server.go_json import Undecodable, decode
from rudder_server.jobs import Job
from rudder_server.panics import Panic
from rudder_server.payloads import Item, router_body, router_metadata
from rudder_server.transformer import Transformer
from rudder_server.workspace import Destination

_RETRIES, _PAUSE = 30, 0.1
_PATH = "/routerTransform"


class Output(NamedTuple):
    """One output: one or more requests for one or more jobs, or a status without any.

    Attributes:
        message: What is to be sent: a request, or several.
        echoes: The metadata of its jobs, as the transformer echoed it.
        config: The config of the echoed destination.
        code: Its status; 0 is the same as 200.
        error: Why it is not to be sent.
    """

    message: Any
    echoes: Sequence[Mapping[str, Any]]
    config: Mapping[str, Any] | None
    code: int = 0
    error: str = ""

    @property
    def first(self) -> int:
        """The lowest number of its jobs."""
        return min(int(echo["jobId"]) for echo in self.echoes)


class Routing:
    """The router's transformer client.

    Attributes:
        breaches: Why whole answers were thrown away, which rudder-server does without a line in its log (§3).
    """

    def __init__(self, transformer: Transformer, clock: Clock) -> None:
        self.breaches: list[str] = []
        self._transformer = transformer
        self._clock = clock

    def transform(self, jobs: Sequence[Job], destination: Destination, *, compacted: bool) -> list[Output]:
        """Return the outputs for jobs, sorted by their lowest number (§3)."""
        echoes = [router_metadata(job, self._clock.now) for job in jobs]
        items = [Item(job.payload, echo, destination) for job, echo in zip(jobs, echoes, strict=True)]
        answer = self._ask(router_body(items, destination.path, compacted=compacted), compacted=compacted)
        if answer.status_code != 200:
            # 404 ends the jobs, anything else is tried again (§0.12).
            return _failed(echoes, 404 if answer.status_code == 404 else 500, answer.text)
        outputs = self._read(answer.content, [job.id for job in jobs])
        return _failed(echoes, 500, "broken answer") if outputs is None else outputs

    def _ask(self, body: Any, *, compacted: bool) -> httpx.Response:
        """Ask; 30 retries at 100 ms without a connection end rudder-server (§3)."""
        for _ in range(_RETRIES + 1):
            try:
                return self._transformer.transform(_PATH, body, compacted=compacted)
            except httpx.TransportError:
                self._clock.wait(_PAUSE)
        raise Panic(f"{_PATH}: no connection in {_RETRIES} retries (§3)")

    def _read(self, body: bytes, ids: Sequence[int]) -> list[Output] | None:
        """Return a valid answer's outputs; ``None`` where the whole answer is to be thrown away (§0.9, §3)."""
        try:
            given = decode(body, ROUTED)["output"]
        except Undecodable as error:
            self._broken(f"not to be decoded: {error}")
            return None
        told = [echo["jobId"] for output in given for echo in output["metadata"]]
        if sorted(told) != sorted(ids) or not all(output["metadata"] for output in given):
            self._broken(f"outputs for the jobs {told}, or for none; asked for {list(ids)}")
            return None
        return sorted(map(_output, given), key=lambda output: output.first)

    def _broken(self, why: str) -> None:
        self.breaches.append(f"{_PATH}: {why} (§3)")


def _output(given: Mapping[str, Any]) -> Output:
    config = given["destination"]["Config"]
    return Output(given["batchedRequest"], given["metadata"], config, given["statusCode"], given["error"])


def _failed(echoes: Sequence[Mapping[str, Any]], code: int, why: str) -> list[Output]:
    return [Output(None, [echo], None, code, why) for echo in echoes]
