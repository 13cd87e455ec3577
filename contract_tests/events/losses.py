"""What is left out of a canonical event is reported."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.contract import requirement
from contract_tests.events.plain import PLAIN, identify, order
from contract_tests.events.subject import EventTests
from contract_tests.findings import expect

#: What is lost → an event that loses it, and what the report has to name.
LOSSES: dict[str, tuple[dict[str, Any], str]] = {
    "a time": ({**PLAIN, "timestamp": "soon"}, "timestamp"),
    "another time": ({**PLAIN, "timestamp": None, "sentAt": "soon"}, "sentAt"),
    "a second spelling": (identify(Email="other@x.example"), "Email"),
    "a blank name": (identify(firstName=" "), "firstName"),
    "a second spelling in an order": (order(order_id="o-1", orderId="o-2"), "orderId"),
    "a second spelling in a product": (order(order_id="o-1", products=[{"sku": "a", "SKU": "b"}]), "SKU"),
    "a product": (order(order_id="o-1", products=[{"sku": "a"}, None]), "products[1]"),
}


class LossTests(EventTests):
    """The report beside an event."""

    @requirement("EVT-630", needs="report")
    @pytest.mark.parametrize("what", LOSSES)
    def test_it_is_reported(self, what: str) -> None:
        """The report names the place of what is not in the canonical event."""
        raw, place = LOSSES[what]
        asked = self.asked(raw)
        if asked is not None and asked.event is not None:
            lost = [str(item) for item in asked.lost or ()]
            expect(any(place in item for item in lost), f"what is left out of {raw!r} is reported: {place}", lost)

    @requirement("EVT-630", needs="report")
    def test_nothing_else_is_reported(self) -> None:
        """Of an event in canonical form nothing is reported."""
        asked = self.asked(PLAIN)
        if asked is not None and asked.event is not None:
            expect(not asked.lost, f"nothing is left out of {PLAIN!r}", asked.lost)
