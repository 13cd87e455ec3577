"""The contract tests hold for what is ours: the plugin, and the mock on a real port."""

from __future__ import annotations

from types import MappingProxyType

import promoter_destination
import pytest
from support import KEY, identify, plugin

import promoter_schemas
from contract_tests.destination import DestinationContract
from contract_tests.vendor import VendorContract
from event_router.api import Secret
from event_router.settings import validate_settings


class TestPromoterDestination(DestinationContract):
    """Our plugin."""

    plugin = promoter_destination.plugin
    settings = validate_settings(promoter_schemas.load("settings"), {"api_key": KEY, "campaign_id": 1})


class TestSegmentMode(TestPromoterDestination):
    """Our plugin as Segment's own integration was."""

    settings = validate_settings(promoter_schemas.load("settings"), {"api_key": KEY, "mode": "segment"})


class TestSmallPlugin(DestinationContract):
    """A plugin of another kind, which lacks most hooks."""

    plugin = plugin()


class TestMock(VendorContract):
    """Our mock."""

    @pytest.fixture
    def promoter_url(self, mock: str) -> str:
        """Return where it answers."""
        return mock

    @pytest.fixture
    def promoter_key(self) -> str:
        """Return the key it knows."""
        return KEY


class _Leaky(DestinationContract):
    plugin = plugin(transform_identify=lambda event, settings: settings["api_key"].reveal())
    settings = MappingProxyType({"api_key": Secret("s3cret-key")})


def test_the_contract_tests_can_fail() -> None:
    """A plugin that leaks its key and returns nonsense is caught at both."""
    for name in ("test_secrets_stay_secret", "test_results_are_results"):
        with pytest.raises(AssertionError):
            getattr(_Leaky(), name)()
    assert _Leaky().transformed(identify(), None) == "s3cret-key"
