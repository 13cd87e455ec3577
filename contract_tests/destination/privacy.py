"""Secrets stay secret, requests go where the settings say, and who asks to be forgotten is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contract_tests.contract import requirement
from contract_tests.destination.answers import ANSWERS
from contract_tests.destination.base import DestinationBase, for_all_events, only_where, transforming
from contract_tests.destination.events import Case
from contract_tests.destination.hostile import luring, tempting
from contract_tests.destination.leaks import beginning, leaks, overheard, visible
from contract_tests.destination.origins import listed, ordinary, origins
from contract_tests.destination.settings import variants
from contract_tests.destination.snapshots import copied
from contract_tests.destination.subject import NOW, Raised, Subject, requests_of
from contract_tests.disguises import SHORTEST
from contract_tests.findings import expect
from contract_tests.masking import revealed
from event_router.api import Context, Request, Secret, Transformed


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

    @requirement("DST-060")
    def test_secrets_do_not_show_when_settings_are_loaded(self, destination: Subject) -> None:
        """Neither in logs nor in what load_settings says of settings that it refuses."""
        only_where("load_settings" in destination.hooks, "it has no load_settings hook")
        _with_secrets(destination)

        def refusal() -> Any:
            result = destination.call("load_settings", settings=copied(given))
            return result if isinstance(result, Raised) else None

        own = {name: value for name, value in destination.settings.items() if isinstance(value, Secret)}
        for settings in (destination.settings, *variants(destination.schema)):
            for given in (settings, {**settings, **own}):
                _expect_silence(refusal, _lookable(given), "load_settings")

    @requirement("DST-061")
    def test_events_choose_no_server(self, destination: Subject) -> None:
        """Requests for events full of addresses go where those for ordinary events go."""
        transforming(destination)
        known = ordinary(destination)

        def expect_there(result: Any) -> None:
            elsewhere = origins(result) - known
            destination.expect(not elsewhere, f"requests go to {listed(known)}", f"one goes to {listed(elsewhere)}")

        def there(case: Case) -> None:
            expect_there(destination.transform(case))

        first = {case.route.label: case for case in reversed(destination.plain)}
        lures = [lure for case in first.values() for lure in luring(case, destination.info.integrations)]
        for_all_events(destination, there, lures)
        for case in first.values():
            context = Context("contract-test", NOW, case.replay)
            for event in tempting(case, destination.info.integrations):
                given = {"event": event, "contact": case.contact, "context": context}
                expect_there(destination.call(case.route.hook, settings=destination.loaded, **given))

    @requirement("DST-062", needs="delete")
    def test_deletes_are_forgotten(self, destination: Subject) -> None:
        """A delete that makes requests makes the host forget."""
        only_where(destination.info.remember, "it has no traits remembered")
        for case in destination.plain:
            result = destination.transform(case) if case.route.kind == "delete" else None
            if isinstance(result, Transformed) and requests_of(result):
                destination.expect(result.forget is True, "a delete's result has forget=True", result)

    @requirement("DST-062")
    def test_nobody_else_is_forgotten(self, destination: Subject) -> None:
        """No other event makes the host forget."""
        transforming(destination)
        only_where(destination.info.remember, "it has no traits remembered")
        for case in destination.plain:
            result = destination.transform(case)
            met = case.route.kind == "delete" or not isinstance(result, Transformed) or not result.forget
            destination.expect(met, f"the result of {case.route.hook} has no forget=True", result)

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
        secrets = _lookable(one.settings)
        if secrets:
            return one, secrets
    pytest.skip(f"its secrets have fewer than {SHORTEST} characters, too few to look for: give it other settings")


def _lookable(settings: Mapping[str, Any]) -> list[str]:
    """Return the secrets that can be looked for, and their beginnings, which tell nearly as much."""
    whole = [secret for secret in revealed(settings) if len(secret) >= SHORTEST]
    return [part for secret in whole for part in (secret, beginning(secret))]


def _expect_silence(call: Callable[[], Any], secrets: list[str], hook: str) -> None:
    with overheard() as heard:
        result = call()
    what = f"no secret of the settings is in what {hook}"
    expect(
        not leaks(visible(result), secrets),
        f"{what} {'raises' if isinstance(result, Raised) else 'returns'}",
        _place(result, secrets),
    )
    expect(not leaks("\n".join(heard), secrets), f"{what} prints, logs or warns of", "there is one")


def _place(result: Any, secrets: list[str]) -> str:
    """Return where a secret is, but not the secret."""
    for request in requests_of(result) if isinstance(result, Transformed) else (result,):
        for name in ("url", "headers", "body", "method", "kind") if isinstance(request, Request) else ():
            if leaks(visible(getattr(request, name)), secrets):
                return f"there is one in the {name} of the request {request.kind!r}"
    return f"there is one in {type(result.error if isinstance(result, Raised) else result).__name__}"
