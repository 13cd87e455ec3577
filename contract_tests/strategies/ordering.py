"""Orders: the properties of ``Order Completed`` in canonical form, and as shops write them in v1 and v2.

>>> from hypothesis import given
>>> from contract_tests.strategies import ecommerce_orders
>>> @given(ecommerce_orders("v1"))
... def test_an_order(properties):
...     assert "order_id" not in properties
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from hypothesis import strategies as st

from contract_tests.strategies.values import amounts, ids, names

#: Draws an example of a strategy.
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Version: TypeAlias = Literal["v1", "v2"]

_V1_ORDER = {"order_id": "orderId"}
_V1_PRODUCT = {"product_id": "id"}
#: The versions of Segment's ecommerce spec.
versions: st.SearchStrategy[Version] = st.sampled_from(("v1", "v2"))
_CURRENCIES = st.sampled_from(("USD", "EUR"))
_MONEY = ("total", "revenue", "tax", "price")
# Longer fractions and exponents are no amounts that a shop writes.
_PLAIN = re.compile(r"\d{1,9}(\.\d{1,9})?")


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """Return the properties of an ``Order Completed`` in v2's spelling."""
    product = st.fixed_dictionaries(
        {"product_id": ids, "price": amounts, "quantity": st.integers(1, 9)}, optional={"name": names, "sku": ids}
    )
    return draw(
        st.fixed_dictionaries(
            {"order_id": ids, "products": st.lists(product, max_size=5)},
            optional={"total": amounts, "revenue": amounts, "tax": amounts, "currency": _CURRENCIES},
        )
    )


@st.composite
def ecommerce_orders(draw: st.DrawFn, version: Version | None = None) -> dict[str, Any]:
    """Return the properties of an order as a shop writes them: v1's or v2's names, amounts as numbers or text.

    Args:
        draw: Hypothesis gives it.
        version: Of Segment's ecommerce spec; either of them unless given.
    """
    spoken = draw(versions if version is None else st.just(version))
    return spoken_order(draw, draw(orders()), spoken, as_text=draw(st.booleans()))


def spoken_order(draw: Draw, order: Mapping[str, Any], version: Version, *, as_text: bool) -> dict[str, Any]:
    """Return the same order under a version's names, amounts as text where that is wanted and they can be."""
    old = version == "v1"
    top, below = (_V1_ORDER, _V1_PRODUCT) if old else ({}, {})
    spoken = {top.get(name, name): value for name, value in order.items()}
    spoken["products"] = [{below.get(name, name): value for name, value in item.items()} for item in order["products"]]
    if as_text:
        written = st.sampled_from(("{}", "${}", "{} EUR"))
        for values in (spoken, *spoken["products"]):
            values.update({name: _text(draw(written), values[name]) for name in _MONEY if name in values})
    return spoken


def _text(form: str, amount: float) -> Any:
    text = str(amount)
    return form.format(text) if _PLAIN.fullmatch(text) else amount
