"""What a transform hook returns: requests that can be made, or a refusal that can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import pytest

from contract_tests.contract import requirement
from contract_tests.destination.base import DestinationBase, for_all_events, requesting, transforming
from contract_tests.destination.events import Case
from contract_tests.destination.subject import REFUSALS, Raised, Subject, requests_of
from event_router.api import Dropped, Reason, Request, Transformed

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_URL: Final = re.compile(r"[!-\"$-~]+")
_CODE: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")


class Results(DestinationBase):
    """Whole requests, and reasons for people and programs."""

    @requirement("DST-030")
    def test_transforms_raise_nothing(self, destination: Subject) -> None:
        """Whatever is in an event that meets its contract."""

        def returns(case: Case) -> None:
            result = destination.transform(case)
            error = result.error if isinstance(result, Raised) else None
            destination.expect(error is None, f"{case.route.hook} raises nothing", result)

        for_all_events(destination, returns)

    @requirement("DST-031")
    def test_results_are_results(self, destination: Subject) -> None:
        """Transformed with requests, or one of the four refusals."""
        transforming(destination)

        def known(case: Case) -> None:
            result = destination.transform(case)
            what = f"{case.route.hook} returns Transformed or a refusal, whole"
            destination.expect(isinstance(result, Raised) or is_whole(result), what, result)

        for_all_events(destination, known)

    @requirement("DST-032")
    def test_refusals_have_reasons(self, destination: Subject) -> None:
        """A dotted code, and a sentence."""
        transforming(destination)

        def told(case: Case) -> None:
            result = destination.transform(case)
            if isinstance(result, REFUSALS):
                expect_reason(destination, result.reason)

        for_all_events(destination, told)

    @requirement("DST-033")
    def test_urls_are_whole(self, destination: Subject) -> None:
        """Each request's URL can be used as it is."""
        requesting(destination)

        def whole(case: Case) -> None:
            for request in requests_of(destination.transform(case)):
                expect_url(destination, request)

        for_all_events(destination, whole)
        for request in checked(destination):
            expect_url(destination, request)

    @requirement("DST-034")
    def test_methods_are_known(self, destination: Subject) -> None:
        """Each request's method is one that every server knows."""
        requesting(destination)

        def known(case: Case) -> None:
            for request in requests_of(destination.transform(case)):
                wanted = f"the method of {request.kind} is one of {', '.join(_METHODS)}"
                destination.expect(request.method in _METHODS, wanted, request.method)

        for_all_events(destination, known)

    @requirement("DST-035")
    def test_bodies_are_json(self, destination: Subject) -> None:
        """Each request's body can be written as JSON, and comes back the same."""
        requesting(destination)

        def written(case: Case) -> None:
            for request in requests_of(destination.transform(case)):
                wrong = _no_json(request.body)
                destination.expect(not wrong, f"the body of {request.kind} is a JSON value", wrong)

        for_all_events(destination, written)

    @requirement("DST-036")
    def test_headers_are_headers(self, destination: Subject) -> None:
        """Each header arrives as it is, and brings no other one with it."""
        requesting(destination)

        def plain(case: Case) -> None:
            for request in requests_of(destination.transform(case)):
                expect_headers(destination, request)

        for_all_events(destination, plain)
        for request in checked(destination):
            expect_headers(destination, request)

    @requirement("DST-037")
    def test_replays_are_answered(self, destination: Subject) -> None:
        """An event that becomes something becomes something when it is replayed, too."""
        transforming(destination)

        def answered(case: Case) -> None:
            if is_whole(destination.transform(case)):
                result = destination.transform(replace(case, replay=True))
                destination.expect(is_whole(result), f"{case.route.hook} returns a result for a replayed event", result)

        for_all_events(destination, answered)

    @requirement("DST-038")
    def test_events_become_requests(self, destination: Subject) -> None:
        """For each transform hook there is an event that becomes a request, with or without a known contact."""
        transforming(destination)
        wanted = "each transform hook makes a request of some event that meets its contract"
        came = f"none was made by {', '.join(destination.silent)}, with the settings {', '.join(destination.settings)}"
        destination.expect(not destination.silent, wanted, came)
        unknown = {case.route.hook for case in destination.plain} - {*destination.requesting}
        if unknown:
            pytest.skip(f"DST-030 and DST-031 first: no request is to be seen from {', '.join(sorted(unknown))}")


def checked(destination: Subject) -> Iterator[Request]:
    """Yield the connection check's request, where there is one."""
    if "connection_check" in destination.hooks:
        request = destination.call("connection_check", settings=destination.loaded)
        yield from [request] if isinstance(request, Request) else []


def expect_reason(destination: Subject, reason: Any) -> None:
    """Return where a reason says something to programs and to people."""
    destination.expect(isinstance(reason, Reason), "there is a Reason", reason)
    code, message = reason.code, reason.message
    destination.expect(
        isinstance(code, str) and _CODE.fullmatch(code), "the reason's code is dotted, of lower case", code
    )
    destination.expect(
        isinstance(message, str) and len(message.split()) > 1, "the reason's message is a sentence", message
    )


def expect_url(destination: Subject, request: Request) -> None:
    """Return where a request's URL is whole."""
    url = request.url
    destination.expect(_is_address(url), f"the URL of {request.kind} is whole, and has no credentials", url)


def expect_headers(destination: Subject, request: Request) -> None:
    """Return where a request's headers are headers."""
    destination.expect(
        isinstance(request.headers, Mapping), f"{request.kind} has a mapping of headers", request.headers
    )
    for name, value in request.headers.items():
        what = f"the header {name!r} of {request.kind}"
        destination.expect(isinstance(name, str) and _TOKEN.fullmatch(name), f"{what} has a token for a name", name)
        plain = isinstance(value, str) and value.isascii() and (value.isprintable() or not value)
        destination.expect(plain, f"{what} is printable ASCII text", value)


def split(url: Any) -> SplitResult | None:
    """Return the parts of a URL; ``None`` where it is none."""
    try:
        parts = urlsplit(url)
        return parts if isinstance(url, str) and parts.port != 0 and parts.hostname else None
    except (ValueError, TypeError, AttributeError):
        return None


def _is_address(url: Any) -> bool:
    parts = split(url)
    if parts is None or not _URL.fullmatch(url):
        return False
    return parts.scheme in {"http", "https"} and "@" not in parts.netloc


def is_whole(result: Any) -> bool:
    """Return whether a result is one that a host can use, as far as its type goes."""
    if isinstance(result, Transformed):
        requests, dropped = result.requests, result.dropped
        sent = isinstance(requests, tuple) and all(isinstance(one, Request) and _is_kind(one) for one in requests)
        return sent and isinstance(dropped, tuple) and all(isinstance(one, Dropped) for one in dropped)
    return isinstance(result, REFUSALS)


def _is_kind(request: Request) -> bool:
    return isinstance(request.kind, str) and bool(request.kind)


def _no_json(body: Any) -> str:
    """Return why a body is no JSON value; nothing where it is one."""
    try:
        text = json.dumps(body, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"
    # json writes tuples, and names that are numbers; other writers do not.
    return "" if json.loads(text) == body else "what comes back is not the same"
