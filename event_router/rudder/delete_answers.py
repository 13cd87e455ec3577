"""What rudder-server's regulation worker is told of the jobs that it sent to ``/deleteUsers`` ([RUN] protocol §7.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from event_router.doors.answers import Answer
from event_router.outcomes import Outcome, Reason
from event_router.rudder.answers import JSON
from event_router.rudder.outputs import error_text
from event_router.rudder.statuses import DELETION, FILTERED, RETRY, THROTTLED, Status

#: Whoever is meant is deleted.
DONE = 200
#: To be tried again.
AGAIN = RETRY.code(DELETION)
# The regulation worker knows neither ([RUN]): nothing to do is done, and too much at once is no other failure.
_SAID = {FILTERED.code(DELETION): DONE, THROTTLED.code(DELETION): AGAIN}


class Ended(NamedTuple):
    """How the deletion of a person ended: a status code, and why."""

    code: int
    reason: Reason


class Ending(NamedTuple):
    """How a job ends: a status code, and why where it is not 200."""

    code: int
    text: str = ""


def ended(outcome: Outcome, status: Status) -> Ended:
    """Return how a person's deletion ended, in status codes that the regulation worker knows."""
    code = status.code(DELETION)
    return Ended(_SAID.get(code, code), outcome.reason)


def refused(why: str) -> Answer:
    """Return the answer to a body that holds no job: a list even so, since the worker reads nothing else ([RUN])."""
    reason = Reason("rudder.bad_deletion", f"The body is no list of jobs: {why}")
    return answer([Ending(400, error_text(reason, ()))])


def answer(endings: Sequence[Ending]) -> Answer:
    """Return how the jobs end; the HTTP status is that of the first ([RUN])."""
    body = orjson.dumps([_said(ending) for ending in endings])
    return Answer(endings[0].code, body, JSON)


def _said(ending: Ending) -> dict[str, Any]:
    if ending.code == DONE:
        return {"statusCode": DONE, "status": "successful"}
    return {"statusCode": ending.code, "error": ending.text}


def together(people: Sequence[Ended], secrets: tuple[str, ...]) -> Ending:
    """Return how a job ends: as its worst, and what may be mended by trying again is worse than what is not."""
    worst = max(people, key=lambda one: one.code)
    if worst.code == DONE:
        return Ending(DONE)
    missing = sum(one.code != DONE for one in people)
    counted = f"{missing} of {len(people)} people are not deleted. " if len(people) > 1 else ""
    return Ending(worst.code, error_text(Reason(worst.reason.code, counted + worst.reason.message), secrets))
