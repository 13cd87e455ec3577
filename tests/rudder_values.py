"""Any JSON, as Hypothesis draws it: as a value, and as a text in which spelling and large numbers are what they are.

Shared, so that each test says only what is its own about its values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

#: Whole characters only: half of a surrogate pair is a test's own matter, and one of the texts.
TEXT = st.text(max_size=12)
_LEAST = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | TEXT


def nested(
    scalars: st.SearchStrategy[Any], names: st.SearchStrategy[str] = TEXT, *, leaves: int = 8
) -> st.SearchStrategy[Any]:
    """Return some values, and lists and objects that hold them, one in the other."""
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=leaves,
    )


#: Integers are of any size.
JSON = nested(_LEAST | st.integers(), leaves=12)
#: Integers are such as a float64 holds, so that they come back as they were from a parser that knows no other numbers.
PORTABLE_JSON = nested(_LEAST | st.integers(-(2**53), 2**53))

SPACES = st.sampled_from(["", " ", "\n\t"])
_TEXTS = st.sampled_from(
    ['""', '"é 🦉"', r'"\ud800"', r'"\u00e9"', r'"\u0000"', '"</script>"', '"\x7f\u2028"']
) | st.builds(lambda text, plain: json.dumps(text, ensure_ascii=plain), TEXT, st.booleans())
_NUMBERS = st.sampled_from(
    [
        "0",
        "-0",
        "-1",
        "1.0",
        "1.10",
        "-0.0",
        "1e5",
        "1E-7",
        "3.141592653589793238462643",
        "9007199254740993",
        "9223372036854775807",
        "18446744073709551616",
        "12345678901234567890123456789",
    ]
)
_DEEP = st.builds(lambda depth: "[" * depth + "]" * depth, st.sampled_from([50, 400]))


def array_text(items: Sequence[str], space: str = "") -> str:
    """Return an array of raw items as text."""
    return f"[{space}{f',{space}'.join(items)}{space}]"


def object_text(members: Mapping[str, str], space: str = "") -> str:
    """Return an object of raw members as text."""
    written = [f"{json.dumps(name)}:{space}{value}" for name, value in members.items()]
    return f"{{{space}{f',{space}'.join(written)}{space}}}"


#: Huge and odd numbers, half of a surrogate pair and deep lists among them; Go's parser takes them all.
JSON_TEXTS: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(["null", "true", "false"]) | _NUMBERS | _TEXTS | _DEEP,
    lambda inner: (
        st.builds(array_text, st.lists(inner, max_size=3), SPACES)
        | st.builds(object_text, st.dictionaries(st.sampled_from("xyzé"), inner, max_size=3), SPACES)
    ),
    max_leaves=6,
)
#: What nobody can read.
BROKEN_TEXTS = st.sampled_from(
    ["NaN", '{"a":Infinity}', '{"a" 1}', '{"a":01}', r'{"a":"\x"}', '{"a":"\x01"}', '{"a":1,}', '{"a":1 "b":2}', "+1"]
)
