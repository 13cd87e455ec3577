"""What nobody should ever send: wrong types, huge values, lone surrogates, names that are traps.

>>> from hypothesis import given
>>> from contract_tests.strategies import hostile_events
>>> @given(hostile_events())
... def test_nothing_breaks(raw):
...     canonicalise(raw)
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from contract_tests.strategies.values import ids, json_values

#: Names that are something else than data in one language or another, and names that collide with Segment's own.
HOSTILE_NAMES = (
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
_HUGE: st.SearchStrategy[Any] = st.sampled_from(
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


#: JSON values, those that JSON cannot carry, and those that are too large or too deep.
hostile_json: st.SearchStrategy[Any] = json_values | _HUGE | st.sampled_from((5, 11, 60, 200)).map(_deep)


@st.composite
def hostile_events(draw: st.DrawFn) -> Any:
    """Return what no SDK sends: an event whose parts are hostile, or no event at all."""
    values = st.dictionaries(st.sampled_from(HOSTILE_NAMES) | st.text(max_size=8), hostile_json, max_size=5)
    kinds = st.sampled_from(("identify", "track", "delete", "page", "group", "alias", "", "Identify ", None, 5))
    known = {
        "type": kinds | hostile_json,
        "userId": ids | hostile_json,
        "messageId": ids | hostile_json,
        "event": st.sampled_from(("Order Completed", "x", "")) | hostile_json,
        "timestamp": st.sampled_from(("2026-11-23T15:01:41.904Z", "soon", 1e300, -5)) | hostile_json,
        "traits": values | hostile_json,
        "properties": values | hostile_json,
        "context": values | hostile_json,
        "integrations": values | hostile_json,
    }
    return draw(st.fixed_dictionaries({}, optional=known) | hostile_json)
