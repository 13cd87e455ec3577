"""The cases of answers: each a test of the requirement that it is an example of."""

from __future__ import annotations

import json

import pytest

from contract_tests.cases import Case, cases
from contract_tests.contract import requirement
from contract_tests.destination.base import DestinationBase
from contract_tests.destination.outcomes import OUTCOMES, expect_patience, interpreted
from contract_tests.destination.subject import Subject
from event_router.api import Response

_CASES = [pytest.param(case, id=case.id, marks=requirement(case.requirement)) for case in cases("answer")]


class Examples(DestinationBase):
    """Answers, and what they mean."""

    @pytest.mark.parametrize("case", _CASES)
    def test_answer(self, destination: Subject, case: Case) -> None:
        """An answer has one of the outcomes that the case says, and waits as long as it asks for."""
        wanted = " or ".join(case.expected["outcomes"])
        for one in interpreted(destination, [_response(case)]):
            if "after" in case.expected:
                expect_patience(destination, one, case.expected["after"])
            elif isinstance(one.outcome, OUTCOMES):  # DST-050 and DST-051 are for what is no outcome at all.
                met = type(one.outcome).__name__ in case.expected["outcomes"]
                destination.expect(met, f"{case.title}: {one.what} is {wanted}", one.outcome)


def _response(case: Case) -> Response:
    given = case.given
    body = json.dumps(given["body"]) if "body" in given else given.get("body_text", "")
    return Response(given["status"], {name.lower(): value for name, value in given["headers"]}, body.encode())
