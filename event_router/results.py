"""Results: what became of one event at one destination, as a value and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from event_router.outcomes import (
    Delivered,
    Dropped,
    Event,
    Outcome,
    Parked,
    Problem,
    Reason,
    Rejected,
    Retry,
    Skipped,
)

#: The names that outcomes have in results.
OUTCOMES = ("delivered", "skipped", "rejected", "parked", "failed")

_MOST_DROPPED = 50
#: What makes a recorded outcome one again, by its name; a failure is no outcome of its own.
OUTCOME_OF: Mapping[str, Callable[[Reason], Outcome]] = {
    "delivered": Delivered,
    "skipped": Skipped,
    "rejected": Rejected,
    "failed": Retry,
}
_NAMES: dict[type, str] = {Delivered: "delivered", Skipped: "skipped", Rejected: "rejected", Parked: "parked"}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event at one destination.

    Attributes:
        line: Where it stands in the file.
        destination: The destination's name in the configuration.
        outcome: One of ``OUTCOMES``.
        code: Of the reason; ``docs/reasons.md`` lists them all.
        reason: For people.
        message_id: ``None`` where the line is no event.
        user_id: Likewise.
        type: Likewise.
        attempts: Requests made; 0 where the destination never saw it.
        requests_settled: Of an event that becomes several requests, those that a later run need not make again.
        dropped: Fields that did not reach the destination.
        errors: Broken rules, where a contract was missed.
    """

    line: int
    destination: str
    outcome: str
    code: str
    reason: str
    message_id: str | None = None
    user_id: str | None = None
    type: str | None = None
    attempts: int = 0
    requests_settled: int = 0
    dropped: tuple[Dropped, ...] = ()
    errors: tuple[Problem, ...] = ()

    @property
    def final(self) -> bool:
        """Whether a later run leaves the event alone. What no destination saw is judged again, and so is what is none."""
        if self.message_id is None:
            return False
        return self.outcome in {"delivered", "skipped"} or (self.outcome == "rejected" and self.attempts > 0)


def result_of(
    line: int,
    destination: str,
    event: Event | None,
    outcome: Outcome,
    attempts: int = 0,
    dropped: tuple[Dropped, ...] = (),
    requests_settled: int = 0,
) -> Result:
    """Return the result of an event, or of a line that is none."""
    event = event or {}
    return Result(
        line=line,
        destination=destination,
        outcome=_NAMES.get(type(outcome), "failed"),
        code=outcome.reason.code,
        reason=outcome.reason.message,
        message_id=event.get("messageId"),
        user_id=event.get("userId"),
        type=event.get("type"),
        attempts=attempts,
        requests_settled=requests_settled,
        dropped=dropped,
        errors=outcome.problems if isinstance(outcome, Rejected) else (),
    )


def as_json(result: Result) -> dict[str, Any]:
    """Return a result as JSON value; of very many dropped fields the first."""
    value: dict[str, Any] = {name: getattr(result, name) for name in Result.__slots__}
    value["dropped"] = [{"path": item.path, "why": item.why} for item in result.dropped[:_MOST_DROPPED]]
    if len(result.dropped) > _MOST_DROPPED:
        value["dropped_count"] = len(result.dropped)
    value["errors"] = _problems(result.errors)
    return value


def from_json(value: Mapping[str, Any]) -> Result:
    """Return the result that ``as_json`` made a value of."""
    fields = {name: value[name] for name in Result.__slots__}
    fields["dropped"] = tuple(Dropped(**item) for item in fields["dropped"])
    fields["errors"] = tuple(Problem(**item) for item in fields["errors"])
    return Result(**fields)


def told(outcome: Outcome) -> dict[str, Any]:
    """Return what an outcome says of itself, as JSON value."""
    problems = outcome.problems if isinstance(outcome, Rejected) else ()
    return {
        "outcome": _NAMES.get(type(outcome), "failed"),
        "code": outcome.reason.code,
        "reason": outcome.reason.message,
        "errors": _problems(problems),
    }


def _problems(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    return [{name: getattr(problem, name) for name in Problem.__slots__} for problem in problems]
