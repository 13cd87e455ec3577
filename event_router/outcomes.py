"""What can become of one event at one destination: six outcomes, grouped by what the host must do.

* Outcome
  + Delivered      done
  + Skipped        nothing to do; final
  + Rejected       this event can never work; final
  + Retry          try again, after a while
  + Parked         waits for something, such as the contact
  + Misconfigured  stop this destination, keep its events
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code for programs, a sentence or two for people.

    Attributes:
        code: Dotted and stable, such as ``promoter.not_eligible``; ``docs/reasons.md`` lists them all.
        message: What happened, where, why, and what to do next. Holds no secret.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule of a contract or of a settings schema.

    Attributes:
        code: ``contract.<rule>`` or ``settings.<rule>``.
        path: JSON path of the value, such as ``$.traits.email``.
        rule: The JSON Schema keyword that was broken.
        found: What stood there, shortened; ``None`` where nothing did.
        message: One line for people, advice included.
    """

    code: str
    path: str
    rule: str
    found: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A field that does not reach the destination, and why.

    Attributes:
        path: JSON path in the canonical event, such as ``$.traits.tags``.
        why: A few words: ``null``, ``empty``, ``a list of objects``, …
    """

    path: str
    why: str


ACCEPTED = Reason("delivered", "The destination accepted it.")


@dataclass(frozen=True, slots=True)
class Delivered:
    """The destination has it."""

    reason: Reason = ACCEPTED


@dataclass(frozen=True, slots=True)
class Skipped:
    """There was nothing to do, and there never will be."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Rejected:
    """This event can never work as it is.

    Attributes:
        reason: The first problem, or what the destination said.
        problems: Every broken rule, where a contract was missed.
    """

    reason: Reason
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """It may work later.

    Attributes:
        reason: What went wrong this time.
        after: Seconds that the destination asked us to wait; ``None`` where it did not.
        throttled: The destination asked *everyone* to wait, not only this event.
    """

    reason: Reason
    after: float | None = None
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Parked:
    """It waits for something else to happen first."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """No event can work until somebody changes the settings."""

    reason: Reason


Outcome: TypeAlias = Delivered | Skipped | Rejected | Retry | Parked | Misconfigured
Refusal: TypeAlias = Skipped | Rejected | Parked | Misconfigured

DUPLICATE = Skipped(Reason("event.duplicate", "An event with the same messageId has been dealt with already."))

#: An event in its one canonical shape: JSON values, Segment's names. ``schemas/events`` describes the parts.
Event: TypeAlias = dict[str, Any]
