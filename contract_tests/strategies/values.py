"""What events are made of: JSON values, names, ids, e-mail addresses, amounts, times."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

#: Values of JSON without parts.
json_scalars: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
#: Any JSON value of moderate size.
json_values: st.SearchStrategy[Any] = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)

_LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
#: Good e-mail addresses.
emails: st.SearchStrategy[str] = st.builds(
    "{}@{}.{}".format,
    st.from_regex(r"[a-zA-Z0-9._+-]{1,12}", fullmatch=True),
    _LABEL,
    st.sampled_from(("com", "io", "museum")),
)
#: Ids as text without blanks, some of them in digits.
ids: st.SearchStrategy[str] = st.text(
    st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=16
) | st.integers(0, 10**9).map(str)
#: Names of people, products and events, of letters of any script.
names: st.SearchStrategy[str] = st.text(st.characters(categories=["L"]), min_size=1, max_size=10)
#: Amounts that are not negative.
amounts: st.SearchStrategy[int | float] = st.integers(0, 10_000) | st.floats(0, 10_000, allow_nan=False)
#: Names of traits and properties that are none of Segment's.
own_names: st.SearchStrategy[str] = st.from_regex(r"x[a-z]{1,8}", fullmatch=True)
#: Traits and properties of one's own.
own_values: st.SearchStrategy[dict[str, Any]] = st.dictionaries(own_names, json_values, max_size=5)


def _canonical(time: datetime) -> str:
    return f"{time.isoformat(timespec='milliseconds')}Z"


#: Times in canonical form.
times: st.SearchStrategy[str] = st.datetimes().map(_canonical)
