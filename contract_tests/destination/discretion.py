"""What is a person's own stays out of what is kept and read for other reasons: reasons, reports and logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from contract_tests.contract import requirement
from contract_tests.destination.answers import ANSWERS
from contract_tests.destination.base import DestinationBase, only_where, transforming
from contract_tests.destination.events import Case, with_values
from contract_tests.destination.leaks import overheard, visible
from contract_tests.destination.subject import Subject
from event_router.api import Transformed

_ADDRESS: Final = {"street": "17 Privatissima Lane", "postalCode": "PR17-4ME"}
_OWN: Final[Mapping[str, Any]] = {
    "email": "privatissima@contract.example",
    "phone": "+31205550107788",
    "firstName": "Privatissima",
    "lastName": "Ownwright",
    "name": "Privatissima Ownwright",
    "address": _ADDRESS,
}
#: What a plugin may have to refuse, and to find words for.
_WRONG: Final[Mapping[str, Any]] = {**_OWN, "email": "privatissima at contract.example", "phone": "not 5550107788"}
#: What nobody else may read, in lower case.
_LOOKED_FOR: Final = (
    *("privatissima", "ownwright", "5550107788", "pr17-4me"),
    # Of the person of the ordinary events.
    *("kate@contract.example", "katharina", "austenfield"),
)


class Discretion(DestinationBase):
    """Reasons and logs without anything personal."""

    @requirement("DST-064")
    def test_reasons_and_logs_tell_of_nobody(self, destination: Subject) -> None:
        """What a transform hook says of an event has no value of it that is a person's own."""
        transforming(destination)
        for case in (*destination.plain, *_personal(destination)):
            _expect_discretion(destination, lambda: destination.transform(case), case.route.hook)  # noqa: B023

    @requirement("DST-064")
    def test_outcomes_tell_of_nobody(self, destination: Subject) -> None:
        """What is made of an answer may quote it, but not the request."""
        only_where("interpret_response" in destination.hooks, "it has no interpret_response hook")
        for request in destination.requests():
            for response in ANSWERS:
                _expect_discretion(
                    destination,
                    lambda: destination.interpret(request, response),  # noqa: B023
                    f"interpret_response, of {response.status},",
                )


def _personal(destination: Subject) -> Iterator[Case]:
    """Yield an event of each route with what is a person's own: as it should be, and such as may have to be refused."""
    first = {case.route.label: case for case in reversed(destination.plain)}
    for case in first.values():
        for values in (_OWN, _WRONG):
            found = with_values(case, values)
            yield from [found] if found else []


def _expect_discretion(destination: Subject, call: Callable[[], Any], hook: str) -> None:
    with overheard() as heard:
        result = call()
    said = result.dropped if isinstance(result, Transformed) else getattr(result, "reason", None)
    for text, where in ((visible(said), "says of it"), ("\n".join(heard), "prints, logs or warns of")):
        found = [own for own in _LOOKED_FOR if own in text.lower()]
        destination.expect(not found, f"nothing that is a person's own is in what {hook} {where}", ", ".join(found))
