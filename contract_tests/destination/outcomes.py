"""What a plugin makes of answers: six outcomes, and no event lost over a bad one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from contract_tests.contract import requirement
from contract_tests.destination.answers import ANSWERS, BODIES, WAITS, answer, answers
from contract_tests.destination.base import DestinationBase, only_where
from contract_tests.destination.results import expect_reason
from contract_tests.destination.subject import Raised, Subject
from contract_tests.trying import for_all
from event_router.api import (
    Delivered,
    Misconfigured,
    Parked,
    Rejected,
    Request,
    Response,
    Retry,
    Skipped,
)

#: The six.
OUTCOMES: Final = (Delivered, Skipped, Rejected, Retry, Parked, Misconfigured)
#: What a server says of a request that it will never take.
_REFUSALS: Final = (400, 413, 422)
#: Statuses that have requirements of their own.
_TOLD: Final = frozenset({401, 408, 429, 500, 502, 503, 504})
_SECONDS: Final = (0, 1, 30, 300, 3600)
#: Seconds of a wait that are waited whatever a plugin thinks of it.
_PATIENCE: Final = 300


class Answered(NamedTuple):
    """An answer, and what it means to the plugin.

    Attributes:
        request: What was sent.
        response: What came back.
        outcome: What ``interpret_response`` made of it.
    """

    request: Request
    response: Response
    outcome: Any

    @property
    def what(self) -> str:
        """Return for people what was answered."""
        wait = self.response.headers.get("retry-after")
        more = f" with Retry-After {wait[:40]!r}" if wait is not None else ""
        return f"an answer of {self.response.status} to {self.request.kind}{more}"


class Outcomes(DestinationBase):
    """interpret_response, with any answer to any of the plugin's requests."""

    @requirement("DST-050")
    def test_answers_raise_nothing(self, destination: Subject) -> None:
        """Any status, any headers, any body."""

        def returns(one: Answered) -> None:
            destination.expect(not isinstance(one.outcome, Raised), f"{one.what} raises nothing", one.outcome)

        _for_all_answers(destination, returns)

    @requirement("DST-051")
    def test_answers_are_outcomes(self, destination: Subject) -> None:
        """One of the six."""

        def known(one: Answered) -> None:
            met = isinstance(one.outcome, (*OUTCOMES, Raised))
            destination.expect(met, f"{one.what} is one of the six outcomes", one.outcome)

        _for_all_answers(destination, known)

    @requirement("DST-032")
    def test_outcomes_have_reasons(self, destination: Subject) -> None:
        """A code, and a sentence, whatever the destination says."""

        def told(one: Answered) -> None:
            # The reason of Delivered is the host's own.
            if isinstance(one.outcome, OUTCOMES) and not isinstance(one.outcome, Delivered):
                expect_reason(destination, one.outcome.reason)

        _for_all_answers(destination, told)

    @requirement("DST-052")
    def test_throttled_is_retry(self, destination: Subject) -> None:
        """429, with and without Retry-After, whatever the body."""
        given = [answer(429, body) for body in BODIES.values()]
        given += [answer(429, retry_after=text) for text in ("30", *WAITS)]
        _expect_all(destination, Retry, given)

    @requirement("DST-053")
    def test_waits_are_finite(self, destination: Subject) -> None:
        """``after`` is a time that can be waited for, whatever the header says."""

        def finite(one: Answered) -> None:
            after = one.outcome.after if isinstance(one.outcome, Retry) else None
            met = after is None or (isinstance(after, int | float) and math.isfinite(after) and after >= 0)
            destination.expect(met, f"{one.what} waits for a finite time from 0, or None", after)

        _for_all_answers(destination, finite)

    @requirement("DST-054")
    def test_waits_are_what_was_asked_for(self, destination: Subject) -> None:
        """Seconds in Retry-After of a 429."""
        given = [answer(429, retry_after=str(seconds)) for seconds in _SECONDS]
        for one in interpreted(destination, given):
            asked = float(one.response.headers["retry-after"])
            expect_patience(destination, one, asked)

    @requirement("DST-055")
    def test_trouble_is_retry(self, destination: Subject) -> None:
        """408 and what servers in trouble say, whatever the body."""
        statuses = (408, 500, 502, 503, 504)
        _expect_all(destination, Retry, [answer(status, body) for status in statuses for body in BODIES.values()])

    @requirement("DST-056")
    def test_unauthorized_is_misconfigured(self, destination: Subject) -> None:
        """401, whatever the body."""
        _expect_all(destination, Misconfigured, [answer(401, body) for body in BODIES.values()])

    @requirement("DST-057")
    def test_only_success_is_delivered(self, destination: Subject) -> None:
        """All statuses from 300 on, for which nothing else is required."""
        given = [answer(status) for status in range(300, 600) if status not in _TOLD]
        for one in interpreted(destination, given):
            met = not isinstance(one.outcome, Delivered)
            destination.expect(met, f"{one.what} is not Delivered", one.outcome)

    @requirement("DST-059")
    def test_refusals_are_not_tried_again(self, destination: Subject) -> None:
        """400, 413 and 422 with a JSON object: what is wrong with an event stays wrong."""
        for one in interpreted(destination, [answer(status) for status in _REFUSALS]):
            met = not isinstance(one.outcome, Retry)
            destination.expect(met, f"{one.what} is not Retry", one.outcome)

    @requirement("DST-058")
    def test_success_is_delivered(self, destination: Subject) -> None:
        """200 and 201 with a JSON object."""
        _expect_all(destination, Delivered, [answer(200), answer(201)])


def expect_patience(destination: Subject, one: Answered, asked: float) -> None:
    """Return where an answer is not followed by another request before that was asked for."""
    least = min(asked, _PATIENCE)
    after = one.outcome.after if isinstance(one.outcome, Retry) else None
    # DST-052 is for what is no Retry, DST-053 for what is no number.
    met = not isinstance(one.outcome, Retry) or (not least if after is None else _is_least(after, least))
    destination.expect(met, f"{one.what} waits for {least:g} s or more", one.outcome)


def _is_least(after: Any, least: float) -> bool:
    return not isinstance(after, int | float) or after >= least


def _expect_all(destination: Subject, outcome: type, given: Iterable[Response]) -> None:
    for one in interpreted(destination, given):
        # DST-050 and DST-051 are for what is no outcome at all.
        met = isinstance(one.outcome, outcome) or not isinstance(one.outcome, OUTCOMES)
        destination.expect(met, f"{one.what} is {outcome.__name__}", one.outcome)


def interpreted(destination: Subject, given: Iterable[Response]) -> Iterator[Answered]:
    """Yield each answer to each of the plugin's requests, with what it means."""
    requests = _requests(destination)
    for response in given:
        for request in requests:
            yield Answered(request, response, destination.interpret(request, response))


def _for_all_answers(destination: Subject, check: Callable[[Answered], None]) -> None:
    """Try a property with any answer to any of the plugin's requests."""
    requests = _requests(destination)

    def with_answer(case: tuple[Request, Response]) -> None:
        check(Answered(*case, destination.interpret(*case)))

    pairs = [(request, response) for request in requests for response in ANSWERS]
    for_all(with_answer, st.tuples(st.sampled_from(requests), answers()), pairs)


def _requests(destination: Subject) -> list[Request]:
    """Return what may be answered; skip where nobody reads answers."""
    only_where("interpret_response" in destination.hooks, "it has no interpret_response hook")
    return [*destination.requests()]
