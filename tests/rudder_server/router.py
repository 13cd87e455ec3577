"""The router: jobs, in the order of their keys, until each is done (§3, §4, §5).

Not played: the threshold of 200 jobs in flight, above which a key's order is off for 20 minutes (§5 b), and throttling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rudder_server.clock import Clock
from rudder_server.delivery import Delivery, read
from rudder_server.go_json import Undecodable
from rudder_server.jobs import UNREADABLE, Job, abort, drain, ends, settle
from rudder_server.picking import Key, next_due, pick
from rudder_server.proxy import Proxy, Verdict
from rudder_server.routing import Output, Routing
from rudder_server.workspace import Destination

_HELD = "an earlier event of this user in the batch failed"
#: What rudder-server takes from the echo, not from its own memory (§0.10).
_FROM_ECHO = {
    "userId": "user",
    "workspaceId": "workspace",
    "transformAt": "transform_at",
    "attemptNum": "attempts",
    "firstAttemptedAt": "first_attempted",
    "dontBatch": "dont_batch",
}

#: The destination of an id; ``None`` where it is missing or disabled.
Lookup: TypeAlias = Callable[[str], Destination | None]
Verdicts: TypeAlias = dict[int, Verdict]


@dataclass(frozen=True, slots=True)
class RouterSettings:
    """How the router works.

    Attributes:
        proxy: Requests are delivered through the transformer (§4.2).
        batch: Jobs in one call of /routerTransform (§1).
        order: Events of a key go in order (§5).
    """

    proxy: bool = False
    batch: int = 20
    order: bool = True


class Router:
    """The router.

    Attributes:
        jobs: All its jobs.
        breaches: Changed echoes, which rudder-server takes as they are (§0.10).
    """

    def __init__(
        self,
        settings: RouterSettings,
        clock: Clock,
        routing: Routing,
        delivery: Delivery,
        proxy: Proxy,
        lookup: Lookup,
    ) -> None:
        self.jobs: list[Job] = []
        self.breaches: list[str] = []
        self._settings = settings
        self._clock = clock
        self._routing = routing
        self._delivery = delivery
        self._proxy = proxy
        self._lookup = lookup
        self._careful: set[Key] = set()

    def due(self) -> float | None:
        """Return when there is something to do next."""
        return next_due(self.jobs, ordered=self._settings.order)

    def step(self, *, compacted: bool, proxy: str) -> None:
        """Try one batch; ``proxy`` is the proxy's version."""
        settings = self._settings
        picked = pick(self.jobs, self._clock.now, batch=settings.batch, ordered=settings.order, careful=self._careful)
        jobs = [job for job in picked if not self._drained(job)]
        destination = self._lookup(jobs[0].destination) if jobs else None
        if destination is None:
            return
        if jobs[0].transform_at == "router":
            self._send_all(self._routing.transform(jobs, destination, compacted=compacted), jobs, destination, proxy)
        else:
            self._send_all([_ready(job, destination) for job in jobs], jobs, destination, proxy)

    def _drained(self, job: Job) -> bool:
        """Return whether a job was ended as it was picked up (§5, 410)."""
        reason = drain(job, self._clock.now, present=self._lookup(job.destination) is not None)
        if reason:
            abort(job, reason)
            self._mind(job)
        return bool(reason)

    def _send_all(self, outputs: Sequence[Output], jobs: Sequence[Job], destination: Destination, version: str) -> None:
        """Send a batch's outputs; what follows a failure of its key is held back, and waits (§5)."""
        known = {job.id: job for job in jobs}
        blocked: set[str] = set()
        verdicts: Verdicts = {}
        echoes: dict[int, Mapping[str, Any]] = {}
        for output in outputs:
            users = {echo["userId"] for echo in output.echoes}
            held = self._settings.order and bool(users & blocked)
            told = _each(output, 500, _HELD) if held else self._send(output, destination, version)
            verdicts |= told
            echoes |= {echo["jobId"]: echo for echo in output.echoes}
            blocked |= {echo["userId"] for echo in output.echoes if not ends(told[echo["jobId"]].code)}
        self._settle_all(known, verdicts, echoes, destination)

    def _send(self, output: Output, destination: Destination, version: str) -> Verdicts:
        """Send an output where its status says so: 200, or none (§3)."""
        if output.code not in (0, 200):
            return _each(output, output.code, output.error)
        try:
            requests = _requests(output)
        except Undecodable as error:
            return _each(output, UNREADABLE, str(error))
        if self._settings.proxy:
            return self._send_by_proxy(output, requests, destination, version)
        return self._send_directly(output, requests)

    def _send_directly(self, output: Output, requests: Sequence[Mapping[str, Any]]) -> Verdicts:
        """Send requests in their order, up to the first that fails (§4.1)."""
        left, bodies, code = 0, [], 0
        for request in requests:
            code, body, gone = self._delivery.send(request)
            left += gone
            if not 200 <= code < 300:
                bodies = [body]
                break
            bodies.append(body)
        return {echo["jobId"]: Verdict(code, " ".join(bodies), sent=left) for echo in output.echoes}

    def _send_by_proxy(
        self, output: Output, requests: Sequence[Mapping[str, Any]], destination: Destination, version: str
    ) -> Verdicts:
        """Have requests delivered: one to be retried ends the turn, else the last one's status counts (§4.2)."""
        verdicts = _each(output, 0, "")
        for place, request in enumerate(requests):
            verdicts = self._proxy.send(version, destination.path, request, output.echoes, output.config)
            if place < len(requests) - 1 and not all(ends(verdict.code) for verdict in verdicts.values()):
                return {number: verdict._replace(code=500) for number, verdict in verdicts.items()}
        return verdicts

    def _settle_all(
        self,
        known: Mapping[int, Job],
        verdicts: Verdicts,
        echoes: Mapping[int, Mapping[str, Any]],
        destination: Destination,
    ) -> None:
        """Record what came of each job; of a key only the first failure is an attempt, the others wait (§5)."""
        failing: set[str] = set()
        for number in sorted(verdicts):
            job, verdict, echo = known[number], verdicts[number], echoes[number]
            job.sent += verdict.sent
            if not ends(verdict.code) and self._settings.order:
                if echo["userId"] in failing:
                    continue
                failing.add(echo["userId"])
            self._settle(job, verdict, echo, destination)

    def _settle(self, job: Job, verdict: Verdict, echo: Mapping[str, Any], destination: Destination) -> None:
        self._check(job, echo)
        job.attempts, job.first_attempted = echo["attemptNum"], echo["firstAttemptedAt"]
        keeps = destination.definition.get("saveDestinationResponse") is True or not 200 <= verdict.code < 300
        settle(job, _warned(verdict.code, destination), verdict.body if keeps else "", self._clock.now)
        job.dont_batch = verdict.dont_batch
        self._mind(job)

    def _mind(self, job: Job) -> None:
        """After an abort that follows retries, a key runs one at a time until the next success (§5)."""
        if job.state == "aborted" and len(job.codes) > 1:
            self._careful.add(job.key)
        elif job.state in ("succeeded", "filtered"):
            self._careful.discard(job.key)

    def _check(self, job: Job, echo: Mapping[str, Any]) -> None:
        changed = [name for name, own in _FROM_ECHO.items() if echo[name] != getattr(job, own)]
        if changed:
            self.breaches.append(f"job {job.id}: the echo has another {', '.join(changed)} (§0.10)")


def _ready(job: Job, destination: Destination) -> Output:
    """Return what the processor's transformation left for a job (§2)."""
    echo = {
        "jobId": job.id,
        "userId": job.user,
        "attemptNum": job.attempts,
        "sourceId": job.source,
        "destinationId": job.destination,
        "workspaceId": job.workspace,
        "transformAt": job.transform_at,
        "firstAttemptedAt": job.first_attempted,
        "secret": None,
        "dontBatch": job.dont_batch,
    }
    return Output(job.payload, [echo], destination.wire["Config"])


def _requests(output: Output) -> list[Mapping[str, Any]]:
    """Return an output's requests: an array of them is legal in router mode only (§3)."""
    several = isinstance(output.message, list) and output.echoes[0]["transformAt"] == "router"
    return [read(item) for item in (output.message if several else [output.message])]


def _each(output: Output, code: int, body: str) -> Verdicts:
    return {echo["jobId"]: Verdict(code, body) for echo in output.echoes}


def _warned(code: int, destination: Destination) -> int:
    """Return a status: 296 is kept only where the definition knows of warnings (§5)."""
    return 200 if code == 296 and destination.definition.get("supportsDeliveredWithWarnings") is not True else code
