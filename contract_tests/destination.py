"""What every destination plugin promises, as tests to inherit.

    class TestMine(DestinationContract):
        plugin = my_package.plugin
        settings = {"api_key": Secret("s3cret-of-mine")}

Settings are as the plugin's hooks get them before ``load_settings``: validated, secrets as ``Secret``.
"""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract_tests.strategies import canonical_events
from event_router.api import (
    HOOKSPEC_VERSION,
    Contact,
    Context,
    Delivered,
    DestinationInfo,
    Misconfigured,
    Parked,
    Rejected,
    Request,
    Response,
    Retry,
    Secret,
    Skipped,
    Transformed,
)

# The tests of one class run for many plugins.
_shared = settings(suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow], deadline=None)
_contacts = st.none() | st.just(Contact("u-1", {"email": "kate@mac.com"}))
_answers = st.builds(
    Response,
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(("retry-after", "content-type", "location", "date")), st.text(max_size=12)),
    st.binary(max_size=40) | st.sampled_from((b"{}", b"<html>", b'{"detail": "x"}')),
)


class DestinationContract:
    """Pure, deterministic, discreet, and never at a loss for an answer."""

    plugin: Any
    settings: Mapping[str, Any] = MappingProxyType({})

    def call(self, hook: str, **values: Any) -> Any:
        """Call a hook with the parameters it takes; ``None`` where the plugin lacks it."""
        function = getattr(self.plugin, hook, None)
        if function is None:
            return None
        return function(**{name: values[name] for name in inspect.signature(function).parameters})

    def transformed(self, event: dict[str, Any], contact: Contact | None) -> Any:
        """Return what the plugin makes of a canonical event."""
        kind = "order_completed" if event.get("event") == "Order Completed" else event["type"]
        context = Context("contract-test", datetime(2026, 1, 1, tzinfo=UTC))
        loaded = self.call("load_settings", settings=self.settings) or self.settings
        return self.call(f"transform_{kind}", event=event, settings=loaded, contact=contact, context=context)

    def test_it_says_who_it_is(self) -> None:
        """destination_info has a name, contracts of known kinds, and this specification's version."""
        info = self.call("destination_info")
        assert isinstance(info, DestinationInfo)
        assert info.name
        assert info.hookspec_version == HOOKSPEC_VERSION
        assert len({(contract.kind, contract.event) for contract in info.contracts}) == len(info.contracts)

    @_shared
    @given(canonical_events(), _contacts)
    def test_transforms_are_pure(self, event: dict[str, Any], contact: Contact | None) -> None:
        """The same event gives the same result, and stays as it was."""
        before = copy.deepcopy(event)
        one, two = self.transformed(event, contact), self.transformed(event, contact)
        assert repr(one) == repr(two), "a transform hook must depend on its arguments only"
        assert event == before, "a transform hook must not change its event"

    @_shared
    @given(canonical_events(), _contacts)
    def test_results_are_results(self, event: dict[str, Any], contact: Contact | None) -> None:
        """Requests with whole addresses and JSON bodies, or a refusal with a code."""
        result = self.transformed(event, contact)
        if isinstance(result, Transformed):
            for request in result.requests:
                assert request.url.startswith(("http://", "https://")), request.url
                json.dumps(request.body, allow_nan=False)
        elif result is not None:
            assert isinstance(result, Skipped | Rejected | Parked | Misconfigured), f"{result!r} is no result"
            assert "." in result.reason.code
            assert result.reason.message

    @_shared
    @given(canonical_events(), _contacts)
    def test_secrets_stay_secret(self, event: dict[str, Any], contact: Contact | None) -> None:
        """No secret shows in what a transform returns, however it is printed."""
        shown = repr(self.transformed(event, contact))
        for value in self.settings.values():
            if isinstance(value, Secret):
                assert value.reveal() not in shown, "a secret shows in a request: put it into authorization"

    @_shared
    @given(_answers, st.sampled_from(("contact", "survey", "event")))
    def test_every_answer_means_something(self, answer: Response, kind: str) -> None:
        """interpret_response never raises, and returns one of the six outcomes."""
        request = Request(kind, "POST", "http://127.0.0.1/", {"campaign_id": 1})
        outcome = self.call("interpret_response", request=request, response=answer)
        assert isinstance(outcome, Delivered | Skipped | Rejected | Retry | Parked | Misconfigured), f"{outcome!r}"
