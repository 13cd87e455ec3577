"""A router job, and what becomes of it with each status (§5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from rudder_server.clock import seconds, text_of

State: TypeAlias = Literal["waiting", "failed", "succeeded", "filtered", "aborted"]

DRAINED = 410
UNREADABLE = 599
_RETENTION = 720 * 3600
_WINDOW, _RETL_WINDOW, _TRIES = 180 * 60, 60, 3
_STORED = 10 * 1024


@dataclass(slots=True)
class Job:
    """One event on its way to one destination.

    Attributes:
        id: Its number, which is its place in the order.
        destination: The destination's id.
        user: The key by which it is ordered.
        transform_at: ``router``, ``processor`` or ``none``, stamped when it was made (§3).
        payload: The raw event, or what the processor's transformation made of it.
        created: When the job was made, in seconds.
        source: The source's id.
        workspace: The workspace's id.
        event: The event as the client sent it; ``None`` where an echo told of none.
        received: When the gateway got it.
        run: It belongs to a run of reverse ETL, which is given up sooner.
        state: What became of it so far: ``waiting`` before the first attempt, ``failed`` between attempts.
        code: The last status.
        codes: Every status.
        attempts: How often it was tried, as the transformer's echo has it (§0.10).
        error_response: The last answer's text.
        first_attempted: When it was tried first, as the echo has it.
        dont_batch: The proxy said that it is to be retried alone.
        due: When it is tried next, in seconds.
        sent: How many requests left for it.
    """

    id: int
    destination: str
    user: str
    transform_at: str
    payload: Any
    created: float
    source: str = ""
    workspace: str = ""
    event: Mapping[str, Any] | None = None
    received: str = ""
    run: bool = False
    state: State = "waiting"
    code: int = 0
    codes: list[int] = field(default_factory=list)
    attempts: int = 0
    error_response: str = ""
    first_attempted: str = ""
    dont_batch: bool = False
    due: float = 0.0
    sent: int = 0

    @property
    def open(self) -> bool:
        """Whether it is not done."""
        return self.state in ("waiting", "failed")

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is ordered by (§5)."""
        return self.workspace, self.destination, self.user


def ends(code: int) -> bool:
    """Return whether a status ends a job: 2xx, 3xx, 4xx, but for 408 and 429 (§5)."""
    return 200 <= code < 500 and code not in (408, 429)


def backoff(attempts: int) -> float:
    """Return how long to wait after so many attempts: 10 s doubled each time, 300 s at most (§5)."""
    return float(min(10 * 2 ** min(attempts - 1, 10), 300))


def limit_reached(job: Job, now: float) -> bool:
    """Return whether a job has been tried for long and often enough: only 5xx but 599 end that way (§0.13, §5)."""
    if job.code < 500 or job.code == UNREADABLE or job.attempts < _TRIES:
        return False
    began = seconds(job.first_attempted)
    return began is not None and now - began > (_RETL_WINDOW if job.run else _WINDOW)


def drain(job: Job, now: float, *, present: bool) -> str:
    """Return why a job is aborted unsent when it is picked up; nothing where it is not (§5, 410)."""
    if not present:
        return "destination missing or disabled"
    if now - job.created > _RETENTION:
        return "job expired"
    return "retry limit reached" if limit_reached(job, now) else ""


def settle(job: Job, code: int, body: str, now: float) -> None:
    """Record a status, attempts and the first of them counted already, and say when the job is tried again (§5)."""
    job.code = code
    job.codes.append(code)
    job.error_response = body.encode()[:_STORED].decode("utf-8", "ignore")
    job.attempts += 1
    job.first_attempted = job.first_attempted or text_of(now)
    if ends(code):
        job.state = _final(code)
        return
    job.state = "failed"
    job.due = now if limit_reached(job, now) else now + backoff(job.attempts)


def abort(job: Job, reason: str) -> None:
    """End a job without an attempt (§5, 410)."""
    job.state, job.code, job.error_response = "aborted", DRAINED, reason
    job.codes.append(DRAINED)


def _final(code: int) -> State:
    if code == 298:
        return "filtered"
    return "succeeded" if code < 300 else "aborted"
