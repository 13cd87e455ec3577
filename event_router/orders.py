"""The properties of ``Order Completed``, v1 or v2, in v2's names and types."""

from __future__ import annotations

import re
from typing import Any

from event_router import spelling
from event_router.outcomes import Dropped

_AMOUNTS = frozenset({"subtotal", "total", "revenue", "shipping", "tax", "discount", "price", "quantity", "position"})
_TEXTS = frozenset(spelling.ORDER + spelling.PRODUCT) - _AMOUNTS - {"products"}
_CURRENCY = r"(?:[A-Z]{0,3}[$€£¥₹₩₽₺]|[A-Z]{3}|kr|zł)?"
_DIGITS = r"([+-]?\d[\d,]{0,30}(?:\.\d{1,12})?|[+-]?\.\d{1,12})"
_MONEY = re.compile(rf"{_CURRENCY}\s?{_DIGITS}\s?{_CURRENCY}")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d\d?")


def canonical_order(properties: dict[str, Any], dropped: list[Dropped]) -> dict[str, Any]:
    """Return an order's properties in v2's spelling; what cannot be kept is added to ``dropped``.

    Amounts such as ``"$19.99"`` become numbers, ids text; ``revenue`` falls back to ``total``, ``currency`` to USD and a
    product's ``quantity`` to 1 ([LEGACY] facade's track, the semantics that classic destinations had).
    """
    if _is_settled(properties, spelling.order):
        order = properties.copy()
    else:
        order = spelling.rename(properties, spelling.order, "$.properties", dropped)
        _types(order)
    if "revenue" not in order and "total" in order:
        order["revenue"] = order["total"]
    currency = order.get("currency")
    order["currency"] = (
        currency.strip().upper() if isinstance(currency, str) else "USD" if currency is None else currency
    )
    if isinstance(products := order.get("products"), list):
        order["products"] = _products(products, dropped)
    return order


def _products(items: list[Any], dropped: list[Dropped]) -> list[Any]:
    # A plain loop: in Python 3.11 a comprehension is a function of its own, which costs as much as a small product.
    products = []
    for at, item in enumerate(items):
        if item is not None:
            products.append(_product(item, at, dropped))
    if len(products) < len(items):
        dropped.extend(Dropped(_path(at), "null") for at, item in enumerate(items) if item is None)
    return products


def _product(item: Any, at: int, dropped: list[Dropped]) -> Any:
    if not isinstance(item, dict):
        return item
    if _is_settled(item, spelling.product):
        product = item.copy()
    else:
        product = spelling.rename(item, spelling.product, _path(at), dropped)
        _types(product)
    if "quantity" not in product:
        product["quantity"] = 1
    return product


def _path(at: int) -> str:
    return f"$.properties.products[{at}]"


def _is_settled(values: dict[str, Any], speller: spelling.Speller) -> bool:
    """Return whether names and types are v2's already, as with what most shops send: then a copy serves.

    A text may not stand where an amount belongs, nor anything else where a text does; no name may be a spelling of another.
    """
    settled = speller.settled
    for name, value in values.items():
        if value.__class__ is str:
            if name not in _TEXTS and (name in _AMOUNTS or name not in settled):
                return False
        elif value is None or (name not in _AMOUNTS and (name in _TEXTS or name not in settled)):
            return False
    return True


def _types(values: dict[str, Any]) -> None:
    """Bring amounts to numbers and ids to text, in a dict of our own; remove what is null."""
    nulls = []
    for name, value in values.items():
        kind = value.__class__
        if kind is str:
            if name in _AMOUNTS:
                values[name] = amount(value)
        elif kind is int:
            if name in _TEXTS:
                values[name] = str(value)
        elif value is None:
            nulls.append(name)
    for name in nulls:
        del values[name]


def amount(text: str) -> int | float | str:
    """Return an amount written as text as a number, or the text itself where it is none.

    >>> amount("$19.99"), amount("1,234.50 EUR"), amount("19,99"), amount("free")
    (19.99, 1234.5, 19.99, 'free')
    """
    match = _MONEY.fullmatch(text.strip()) if len(text) <= 64 else None
    if match is None:
        return text
    digits = match[1]
    digits = digits.replace(",", ".") if _DECIMAL_COMMA.fullmatch(digits) else digits.replace(",", "")
    return float(digits) if "." in digits else int(digits)
