"""Hypothesis strategies for events: every SDK's dialect of one meaning, orders, and what nobody should ever send.

>>> from contract_tests.strategies import identifies, hostile_events
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

__all__ = ["canonical_events", "dialects", "emails", "hostile_events", "hostile_json", "json_values", "orders"]

_HOSTILE_KEYS = (
    "__proto__",
    "constructor",
    "__class__",
    "toString",
    "",
    " ",
    "$ref",
    "a.b",
    "email",
    "user_id",
    "\x00",
    "ｅmail",
)

json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
_LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
emails = st.builds(
    "{}@{}.{}".format,
    st.from_regex(r"[a-zA-Z0-9._+-]{1,12}", fullmatch=True),
    _LABEL,
    st.sampled_from(("com", "io", "museum")),
)
_IDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=16)
_NAMES = st.text(st.characters(categories=["L"]), min_size=1, max_size=10)
_AMOUNTS = st.integers(0, 10_000) | st.floats(0, 10_000, allow_nan=False)
_TRAIT_NAMES = st.from_regex(r"x[a-z]{1,8}", fullmatch=True)


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """Return the properties of an ``Order Completed`` in v2's spelling."""
    product = st.fixed_dictionaries(
        {"product_id": _IDS, "price": _AMOUNTS, "quantity": st.integers(1, 9)}, optional={"name": _NAMES, "sku": _IDS}
    )
    return draw(
        st.fixed_dictionaries(
            {"order_id": _IDS, "products": st.lists(product, max_size=5)},
            optional={
                "total": _AMOUNTS,
                "revenue": _AMOUNTS,
                "tax": _AMOUNTS,
                "currency": st.sampled_from(("USD", "EUR")),
            },
        )
    )


@st.composite
def canonical_events(draw: st.DrawFn, kind: str | None = None) -> dict[str, Any]:
    """Return a good event in canonical shape: ``identify``, ``track``, ``order`` or ``delete``."""
    kind = kind or draw(st.sampled_from(("identify", "track", "order", "delete")))
    event: dict[str, Any] = {
        "type": "track" if kind == "order" else kind,
        "messageId": draw(_IDS),
        "userId": draw(_IDS),
        "timestamp": draw(st.datetimes().map(lambda time: time.isoformat(timespec="milliseconds") + "Z")),
    }
    if kind == "identify":
        named = {"email": emails}
        event["traits"] = draw(st.fixed_dictionaries(named, optional={"firstName": _NAMES, "lastName": _NAMES}))
        event["traits"] |= draw(st.dictionaries(_TRAIT_NAMES, json_values, max_size=5))
    elif kind == "order":
        event |= {"event": "Order Completed", "properties": draw(orders())}
    elif kind == "track":
        event |= {"event": draw(_NAMES), "properties": draw(st.dictionaries(_TRAIT_NAMES, json_values, max_size=5))}
    return event


@st.composite
def dialects(draw: st.DrawFn, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same event as some SDK or customer would write it."""
    spoken = copy.deepcopy(dict(event))
    traits = spoken.get("traits")
    if traits is not None:
        for plain, others in (("firstName", ("first_name", "FirstName", "First Name")), ("email", ("Email", "EMAIL"))):
            if plain in traits and draw(st.booleans()):
                traits[draw(st.sampled_from(others))] = traits.pop(plain)
        if draw(st.booleans()):  # rudder-sdk-python
            spoken["context"] = {"traits": spoken.pop("traits")}
    if spoken.get("event") == "Order Completed":
        spoken["event"] = draw(
            st.sampled_from(("Order Completed", "order_completed", "Completed Order", "ORDER COMPLETED"))
        )
    if draw(st.booleans()):  # rudder-sdk-node
        spoken["originalTimestamp"] = spoken.pop("timestamp")
    if draw(st.booleans()):
        spoken["type"] = spoken["type"].title()
    if draw(st.booleans()):
        spoken["action"] = spoken.pop("type")
    spoken |= draw(
        st.sampled_from(
            ({}, {"anonymousId": None}, {"integrations": {}}, {"integrations": {"All": True}}, {"writeKey": "w"})
        )
    )
    return spoken


_HUGE = st.sampled_from(
    (
        [1] * 20_000,
        "x" * 300_000,
        2**200,
        -(2**63) - 1,
        float("nan"),
        float("inf"),
        "\ud800",
        "\x00\x1b[31m",
        "<script>alert(1)</script>",
    )
)


def _deep(depth: int) -> Any:
    value: Any = "bottom"
    for _ in range(depth):
        value = {"a": value}
    return value


hostile_json = json_values | _HUGE | st.sampled_from((5, 11, 60, 200)).map(_deep)


@st.composite
def hostile_events(draw: st.DrawFn) -> Any:
    """Return what no SDK sends: wrong types, huge values, lone surrogates, names that are traps."""
    values = st.dictionaries(st.sampled_from(_HOSTILE_KEYS) | st.text(max_size=8), hostile_json, max_size=5)
    kinds = st.sampled_from(("identify", "track", "delete", "page", "group", "alias", "", "Identify ", None, 5))
    known = {
        "type": kinds | hostile_json,
        "userId": _IDS | hostile_json,
        "messageId": _IDS | hostile_json,
        "event": st.sampled_from(("Order Completed", "x", "")) | hostile_json,
        "timestamp": st.sampled_from(("2026-11-23T15:01:41.904Z", "soon", 1e300, -5)) | hostile_json,
        "traits": values | hostile_json,
        "properties": values | hostile_json,
        "context": values | hostile_json,
        "integrations": values | hostile_json,
    }
    return draw(st.fixed_dictionaries({}, optional=known) | hostile_json)
