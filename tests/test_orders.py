"""Orders: v1 and v2 spellings, amounts as numbers, ids as text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.strategies import hostile_json
from event_router.orders import amount, canonical_order
from event_router.outcomes import Dropped


def canonical(properties: dict[str, Any]) -> tuple[dict[str, Any], list[Dropped]]:
    """Return an order and what was dropped of it."""
    dropped: list[Dropped] = []
    return canonical_order(properties, dropped), dropped


def test_v1_becomes_v2() -> None:
    """Old names, amounts as text, numeric ids and missing defaults come out as v2 has them."""
    order, dropped = canonical(
        {
            "orderId": 5,
            "total": "$19.99",
            "currency": " eur ",
            "products": [{"id": 7, "price": "1,234.50"}, None, "x"],
            "tax": None,
        }
    )
    assert order == {
        "order_id": "5",
        "total": 19.99,
        "revenue": 19.99,
        "currency": "EUR",
        "products": [{"product_id": "7", "price": 1234.5, "quantity": 1}, "x"],
    }
    assert dropped == [Dropped("$.properties.products[1]", "null")]


def test_odd_values_stay_for_the_contract() -> None:
    """What has a wrong type is left for the contract to refuse."""
    order, _ = canonical({"order_id": "o", "currency": [], "products": 7})
    assert (order["currency"], order["products"]) == ([], 7)
    assert canonical({})[0] == {"currency": "USD"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$19.99", 19.99),
        ("1,234.50 EUR", 1234.5),
        ("19,99", 19.99),
        ("5", 5),
        ("-3", -3),
        (".5", 0.5),
        ("free", "free"),
        ("10K", "10K"),
        ("10%", "10%"),
        ("(5.00)", "(5.00)"),
        ("US$ 5", 5),
        ("9" * 80, "9" * 80),
        ("1,234", 1234),
    ],
)
def test_amounts(text: str, expected: float | str) -> None:
    """Amounts written by people become numbers, the rest stays."""
    assert amount(text) == expected


@given(st.dictionaries(st.sampled_from(("orderId", "total", "products", "Currency", "x")), hostile_json))
def test_never_raises(properties: dict[str, Any]) -> None:
    """Any JSON object comes out as one."""
    assert isinstance(canonical(properties)[0], dict)
