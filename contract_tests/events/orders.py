"""Amounts as shops write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from contract_tests.contract import requirement
from contract_tests.events.plain import order
from contract_tests.events.subject import EventTests
from contract_tests.findings import expect
from contract_tests.trying import for_all

_FORMS = st.sampled_from(("{}", "${}", "€ {}", "{} EUR", "GBP {}"))
_NUMBERS = st.sampled_from(("{}.{:02}", "{:,}.{:02}"))
_MILLION = ("$1,234,567.50", 1_234_567.5)


@st.composite
def _amounts(draw: st.DrawFn) -> tuple[str, float]:
    """Return an amount as text and as number."""
    cents = draw(st.integers(0, 10**9))
    return draw(_FORMS).format(draw(_NUMBERS).format(*divmod(cents, 100))), cents / 100


class OrderTests(EventTests):
    """The amounts of an order: whole and hundredth parts, with or without a currency, and commas between thousands."""

    @requirement("EVT-530")
    def test_amounts_are_numbers(self) -> None:
        """Text that is an amount becomes a number."""
        for_all(lambda case: self._is_number(*case), _amounts())

    @requirement("EVT-540")
    def test_numbers_are_the_amounts(self) -> None:
        """Where text becomes a number it is the one that is written there."""
        for_all(lambda case: self._is_right(*case), _amounts(), [_MILLION])

    def _is_number(self, text: str, amount: float) -> None:
        event = self._with_tax(text)
        if event is not None:
            tax = _tax(event)
            expect(isinstance(tax, int | float), f"{text!r} becomes a number, {amount}", tax)

    def _is_right(self, text: str, amount: float) -> None:
        event = self._with_tax(text)
        tax = None if event is None else _tax(event)
        if isinstance(tax, int | float):
            expect(tax == amount, f"{text!r} is {amount}, where it becomes a number", tax)

    def _with_tax(self, text: str) -> Mapping[str, Any] | None:
        return self.event_of(order(order_id="o-1", currency="USD", revenue=1, tax=text, products=[]))


def _tax(event: Mapping[str, Any]) -> Any:
    properties = event.get("properties")
    return properties.get("tax") if isinstance(properties, Mapping) else None
