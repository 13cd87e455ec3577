"""Plans of faults for a Promoter-compatible server with the mock's control plane: what goes wrong, and where it ends.

>>> from hypothesis import given
>>> from contract_tests.strategies import fault_plans
>>> @given(fault_plans())
... def test_nothing_is_lost(plan):
...     for fault in plan:
...         client.post("/__mock__/faults", json=fault)
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

#: Kinds of effects that end by themselves; ``timeout`` is not among them, since it takes as long as one's patience.
KINDS = ("status", "html", "latency", "reset", "empty_reply", "truncated_json", "garbage", "answer_lost")

_TROUBLE: tuple[dict[str, Any], ...] = (
    *({"status": status} for status in (408, 425, 429, 500, 502, 503, 504)),
    *({"status": status, "headers": {"Retry-After": after}} for status in (429, 503) for after in ("0", "1")),
)
_PATHS = ("/api/contacts/", "/api/v2/survey/", "/api/contacts/remove/", "/api/segment/", "/api/*", "*")


@st.composite
def fault_plans(draw: st.DrawFn, most: int = 4, times: int = 3, slowest: float = 0.05) -> list[dict[str, Any]]:
    """Return faults to add one after the other: each strikes some requests, a few times, and then no more.

    Args:
        draw: Hypothesis gives it.
        most: How many faults there are at most.
        times: How often each strikes at most.
        slowest: The most seconds that an answer is late.
    """
    fault = st.fixed_dictionaries(
        {"effect": _effects(slowest), "times": st.integers(1, times)}, optional={"match": _matches()}
    )
    return draw(st.lists(fault, max_size=most))


@st.composite
def _effects(draw: st.DrawFn, slowest: float) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    if kind == "status":
        return {"kind": kind, **copy.deepcopy(draw(st.sampled_from(_TROUBLE)))}
    if kind == "latency":
        return {"kind": kind, "seconds": draw(st.floats(0, slowest)), "dribble": draw(st.booleans())}
    return {"kind": kind}


@st.composite
def _matches(draw: st.DrawFn) -> dict[str, Any]:
    return draw(
        st.fixed_dictionaries(
            {}, optional={"path": st.sampled_from(_PATHS), "method": st.sampled_from(("GET", "POST", "DELETE"))}
        )
    )
