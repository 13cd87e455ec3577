"""Orders: v1 and v2 spellings, amounts as numbers, ids as text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.strategies import hostile_json
from event_router import spelling
from event_router.orders import _is_settled, _types, amount, canonical_order
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


def test_amounts_and_texts() -> None:
    """Every amount of an order and of a product becomes a number, every id and name a text; the revenue is its own."""
    amounts = ("subtotal", "total", "revenue", "shipping", "tax", "discount")
    order, _ = canonical({name: f"${at}.5" for at, name in enumerate(amounts, 1)} | {"orderId": 5, "coupon": 6})
    assert {name: order[name] for name in amounts} == {name: at + 0.5 for at, name in enumerate(amounts, 1)}
    assert (order["order_id"], order["coupon"]) == ("5", "6")
    bought, _ = canonical({"products": [{"price": "7", "quantity": "2", "position": "3", "sku": 8}]})
    assert bought["products"] == [{"price": 7, "quantity": 2, "position": 3, "sku": "8"}]


def test_second_spellings_are_reported() -> None:
    """What does not fit into the canonical order is named by where it stands."""
    _, dropped = canonical({"order_id": "o", "orderId": "p", "products": [{"sku": "s", "SKU": "t"}]})
    assert [item.path for item in dropped] == ["$.properties.orderId", "$.properties.products[0].SKU"]


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


_SPELLERS = (spelling.order, spelling.product)
_NAMES = st.sampled_from((*spelling.ORDER, *spelling.PRODUCT, "id", "orderId", "Price", "SKU", "gift", "giftWrap"))
_VALUES: st.SearchStrategy[Any] = st.sampled_from(("x", "$5", "", 5, 1.5, True, None, [], {}))


@given(st.dictionaries(_NAMES, _VALUES), st.sampled_from(_SPELLERS))
def test_settled_values_are_those_that_would_stay(values: dict[str, Any], speller: spelling.Speller) -> None:
    """What serves as a copy comes out of all the rules the same."""
    dropped: list[Dropped] = []
    ruled = spelling.rename(values, speller, "$", dropped)
    _types(ruled)
    if _is_settled(values, speller):
        assert (list(ruled.items()), dropped) == (list(values.items()), [])


def test_what_most_shops_send_is_settled() -> None:
    """What is quick is what is common: v2's names with their types, others once they are known."""
    assert _is_settled({"order_id": "o", "total": 19.5, "currency": "USD", "products": [{}]}, spelling.order)
    assert _is_settled({"product_id": "p", "name": "Monopoly", "price": 19, "quantity": 1}, spelling.product)
    known = spelling.Speller(("gift", "note"))
    assert _is_settled({"gift": True, "note": "x"}, known)
    assert not any(_is_settled(values, known) for values in ({"other": True}, {"other": "x"}, {"gift": None}))


@given(st.dictionaries(st.sampled_from(("orderId", "total", "products", "Currency", "x")), hostile_json))
def test_never_raises(properties: dict[str, Any]) -> None:
    """Any JSON object comes out as one."""
    assert isinstance(canonical(properties)[0], dict)
