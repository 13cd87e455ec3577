"""Amounts as shops write them."""

from __future__ import annotations

from hypothesis import strategies as st

from contract_tests.contract import requirement
from contract_tests.events.subject import PLAIN, EventTests
from contract_tests.findings import expect
from contract_tests.trying import for_all

_FORMS = st.sampled_from(("{}", "${}", "€ {}", "{} EUR", "GBP {}"))
_NUMBERS = st.sampled_from(("{}.{:02}", "{:,}.{:02}"))


@st.composite
def _amounts(draw: st.DrawFn) -> tuple[str, float]:
    """Return an amount as text and as number."""
    cents = draw(st.integers(0, 10**9))
    return draw(_FORMS).format(draw(_NUMBERS).format(*divmod(cents, 100))), cents / 100


class OrderTests(EventTests):
    """The amounts of an order."""

    @requirement("EVT-530")
    def test_amounts_are_numbers(self) -> None:
        """Whole and hundredth parts with a currency before or after them, with or without commas between thousands."""
        for_all(lambda case: self._read(*case), _amounts())

    def _read(self, text: str, amount: float) -> None:
        properties = {"order_id": "o-1", "currency": "USD", "revenue": 1, "tax": text, "products": []}
        event = self.event_of({**PLAIN, "type": "track", "event": "Order Completed", "properties": properties})
        if event is not None:
            came = event.get("properties", {}).get("tax")
            expect(isinstance(came, int | float) and came == amount, f"{text!r} is {amount}", came)
