"""Keys by which a server notices that it is sent the same event once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from contract_tests.contract import requirement
from contract_tests.destination.base import DestinationBase, only_where, transforming
from contract_tests.destination.events import Case, fitted
from contract_tests.destination.subject import NOW, Subject, requests_of
from event_router.api import Request

_HEADER = "idempotency-key"
_READING = frozenset({"GET", "HEAD"})


class Idempotency(DestinationBase):
    """One key for one event at one destination."""

    @requirement("DST-070")
    def test_keys_are_of_event_and_destination(self, destination: Subject) -> None:
        """The same later and in a replay; another for another event, another request, and at another destination."""
        transforming(destination)
        keyed = [(case, keys) for case in destination.plain if (keys := _keys(destination.transform(case)))]
        only_where(keyed, "none of its requests has an idempotency-key header")
        for case, keys in keyed:
            each = _places(destination.transform(case))
            met = len({*each}) == len(each)
            destination.expect(met, "requests of an event to one address have keys of their own", each)
            for when, again in _repeats(destination, case):
                met = not again or again == keys
                destination.expect(met, f"the key of an event is the same {when}", f"{keys}, then {again}")
            elsewhere = _keys(destination.transform(case, destination="contract-test-2"))
            shared = keys & elsewhere
            destination.expect(not shared, "the key of an event is another at another destination", shared)
            for changed in _next(case):
                shared = keys & _keys(destination.transform(changed))
                destination.expect(not shared, "the key of another messageId is another", shared)

    @requirement("DST-071")
    def test_writes_have_keys(self, destination: Subject) -> None:
        """Each request that is not GET or HEAD has one."""
        transforming(destination)
        for case in destination.plain:
            for request in requests_of(destination.transform(case)):
                met = request.method in _READING or _key(request)
                destination.expect(met, f"the request {request.kind} has an {_HEADER} header", request.headers)


def _next(case: Case) -> Iterator[Case]:
    """Yield the same event as another one: with another messageId."""
    event = fitted(case.route, {**case.event, "messageId": f"{case.event.get('messageId')}-next"})
    if event is not None and event.get("messageId") != case.event.get("messageId"):
        yield replace(case, event=event)


def _repeats(destination: Subject, case: Case) -> Iterator[tuple[str, set[str]]]:
    """Yield the keys of an event that comes again, and when."""
    yield "a day later", _keys(destination.transform(case, now=NOW + timedelta(hours=30)))
    yield "in a replay", _keys(destination.transform(replace(case, replay=True)))


def _keys(result: object) -> set[str]:
    return {key for _, key in _places(result)}


def _places(result: object) -> list[tuple[str, str]]:
    """Return the keys of a result's requests with the address that each goes to: servers know a key by both."""
    return [(str(request.url).partition("?")[0], key) for request in requests_of(result) if (key := _key(request))]


def _key(request: Request) -> str | None:
    headers = request.headers if isinstance(request.headers, Mapping) else {}
    return next((value for name, value in headers.items() if str(name).lower() == _HEADER), None)
