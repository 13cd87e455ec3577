"""Secrets stay secret, requests go where the settings say, and who asks to be forgotten is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract_tests.contract import requirement
from contract_tests.destination.answers import ANSWERS
from contract_tests.destination.base import DestinationBase, for_all_events, only_where, transforming
from contract_tests.destination.events import Case
from contract_tests.destination.hostile import luring
from contract_tests.destination.leaks import SHORTEST, leaks, overheard, visible
from contract_tests.destination.results import checked, split
from contract_tests.destination.subject import Raised, Subject, requests_of
from contract_tests.findings import expect
from contract_tests.masking import revealed
from event_router.api import Request, Transformed


class Privacy(DestinationBase):
    """What nobody else may see, and where nothing may go."""

    @requirement("DST-060")
    def test_secrets_do_not_show_in_results(self, destination: Subject) -> None:
        """Neither in requests nor in refusals nor in exceptions, in no encoding."""
        one, secrets = _with_secrets(destination)

        def silent(case: Case) -> None:
            _expect_silence(lambda: one.transform(case), secrets, case.route.hook)

        for_all_events(one, silent)
        if "connection_check" in one.hooks:
            _expect_silence(lambda: one.call("connection_check", settings=one.loaded), secrets, "connection_check")

    @requirement("DST-060")
    def test_secrets_do_not_show_in_outcomes(self, destination: Subject) -> None:
        """Not in what an answer means, though the request has them."""
        one, secrets = _with_secrets(destination)
        only_where("interpret_response" in one.hooks, "it has no interpret_response hook")
        for request in one.requests():
            for response in ANSWERS:
                _expect_silence(lambda: one.interpret(request, response), secrets, "interpret_response")  # noqa: B023

    @requirement("DST-061")
    def test_events_choose_no_server(self, destination: Subject) -> None:
        """Requests for events full of addresses go where those for ordinary events go."""
        transforming(destination)
        known = {origin for case in destination.plain for origin in _origins(destination.transform(case))}
        known |= {_origin(request) for request in checked(destination)}

        def there(case: Case) -> None:
            elsewhere = _origins(destination.transform(case)) - known
            destination.expect(not elsewhere, f"requests go to {_listed(known)}", f"one goes to {_listed(elsewhere)}")

        first = {case.route.label: case for case in reversed(destination.plain)}
        lures = [lure for case in first.values() for lure in luring(case, destination.info.integrations)]
        for_all_events(destination, there, lures)

    @requirement("DST-062", needs="delete")
    def test_deletes_are_forgotten(self, destination: Subject) -> None:
        """A delete that makes requests makes the host forget."""
        only_where(destination.info.remember, "it has no traits remembered")
        for case in destination.plain:
            result = destination.transform(case) if case.route.kind == "delete" else None
            if isinstance(result, Transformed) and requests_of(result):
                destination.expect(result.forget is True, "a delete's result has forget=True", result)

    @requirement("DST-063", needs="connection_check")
    def test_the_connection_check_changes_nothing(self, destination: Subject) -> None:
        """It is a GET or HEAD without a body."""
        request = destination.call("connection_check", settings=destination.loaded)
        destination.expect(isinstance(request, Request), "connection_check returns a Request", request)
        destination.expect(request.method in {"GET", "HEAD"}, "the request's method is GET or HEAD", request.method)
        destination.expect(request.body is None, "the request has no body", request.body)


def _with_secrets(destination: Subject) -> tuple[Subject, list[str]]:
    """Return the plugin with secrets that can be looked for; skip where it has none."""
    only_where([*revealed(destination.settings)], "no setting of it is a secret")
    for one in (destination.other(), destination):
        secrets = [secret for secret in revealed(one.settings) if len(secret) >= SHORTEST]
        if secrets:
            return one, secrets
    pytest.skip(f"its secrets have fewer than {SHORTEST} characters, too few to look for: give it other settings")


def _expect_silence(call: Callable[[], Any], secrets: list[str], hook: str) -> None:
    with overheard() as heard:
        result = call()
    what = f"no secret of the settings is in what {hook}"
    expect(
        not leaks(visible(result), secrets),
        f"{what} {'raises' if isinstance(result, Raised) else 'returns'}",
        _place(result, secrets),
    )
    expect(not leaks("\n".join(heard), secrets), f"{what} prints or logs", "there is one")


def _place(result: Any, secrets: list[str]) -> str:
    """Return where a secret is, but not the secret."""
    for request in requests_of(result) if isinstance(result, Transformed) else (result,):
        for name in ("url", "headers", "body", "method", "kind") if isinstance(request, Request) else ():
            if leaks(visible(getattr(request, name)), secrets):
                return f"there is one in the {name} of the request {request.kind!r}"
    return f"there is one in {type(result.error if isinstance(result, Raised) else result).__name__}"


def _origins(result: Any) -> set[str]:
    return {_origin(request) for request in requests_of(result)}


def _origin(request: Request) -> str:
    parts = split(request.url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port}" if parts else "nowhere"


def _listed(origins: set[str]) -> str:
    return ", ".join(sorted(origins)) or "nobody"
