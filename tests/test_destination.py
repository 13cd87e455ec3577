"""Destinations: a plugin with settings, everything resolved before the first event."""

from __future__ import annotations

from typing import Any

import pytest
from support import info, order, plugin, promoter, small, track

from event_router.api import Contract
from event_router.destination import configure
from event_router.plugins import load_object
from event_router.settings import SettingsError


def test_the_most_specific_route_wins() -> None:
    """Orders have a contract and a hook of their own; other track events share one."""
    destination = promoter()
    assert destination.route(order()).contract.name == "Order Completed"  # type: ignore[union-attr]
    assert destination.route(track()).contract.name == "track"  # type: ignore[union-attr]
    assert destination.route(track(event=5)).contract.name == "track"  # type: ignore[union-attr]
    assert destination.route({"type": "page"}) == (None, None)


def test_orders_without_a_hook_of_their_own_are_tracks() -> None:
    """A plugin that knows only transform_track gets orders there; a named contract still counts."""

    def transform_track(event: Any) -> None: ...

    assert small(transform_track=transform_track).route(order()).transform is not None
    contracts = (Contract("Signed Up", "track", {}, event="Signed Up"),)
    named = configure("small", load_object("small", plugin(destination_info=lambda: info(contracts=contracts))), {})
    assert named.route(track(event="signed_up")).contract.name == "Signed Up"  # type: ignore[union-attr]


def test_an_order_hook_without_contract_gets_the_tracks() -> None:
    """Where orders have no contract of their own, the one of track events holds for them."""
    contracts = (Contract("track", "track", {}),)
    loaded = load_object(
        "small",
        plugin(destination_info=lambda: info(contracts=contracts), transform_order_completed=lambda event: event),
    )
    route = configure("small", loaded, {}).route(order())
    assert route.contract is not None
    assert route.contract.name == "track"


def test_options_are_worked_out_once() -> None:
    """The same options object gives the same settings object; wrong ones are refused."""
    destination = promoter()
    settings, unused = destination.with_options({"campaign": 33, "colour": "red"})
    assert (settings.campaign_id, unused) == (33, ("colour",))
    assert destination.with_options({"campaignId": "33"})[0] is settings
    with pytest.raises(SettingsError):
        destination.with_options({"campaign": []})


def test_long_options_are_not_kept() -> None:
    """Events may say what they like, at any length: no memory fills with it."""
    destination = promoter()
    options = {"lists": list(range(1, 1000))}
    assert destination.with_options(options)[0] == destination.with_options(options)[0]
    assert destination.with_options(options)[0] is not destination.with_options(options)[0]


def test_contracts_are_compiled_once() -> None:
    """Many destinations of one plugin share what is worked out for the plugin."""
    assert promoter().routes is not promoter().routes  # Two loaded plugins are two.
    loaded = load_object("small", plugin())
    assert configure("one", loaded, {}).routes is configure("two", loaded, {}).routes


def test_secrets_are_known() -> None:
    """Whoever must keep secrets out of texts can ask for them; settings without any have none."""
    assert promoter().secrets() == ("promoter-test-key",)
    assert small().secrets() == ()
    assert small().settings == {"url": "http://x"}
