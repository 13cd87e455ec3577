"""Events in canonical form, as contracts and plugins see them.

>>> from hypothesis import given
>>> from contract_tests.strategies import canonical_events
>>> @given(canonical_events("identify"))
... def test_an_identify(event):
...     assert event["traits"]["email"]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from contract_tests.strategies.ordering import orders
from contract_tests.strategies.values import emails, ids, names, own_values, times

_COMMON = ("identify", "track", "order", "delete")


@st.composite
def canonical_events(draw: st.DrawFn, kind: str | None = None) -> dict[str, Any]:
    """Return a good event in canonical form.

    Args:
        draw: Hypothesis gives it.
        kind: ``identify``, ``track``, ``order`` (a track, too), ``delete``, ``page``, ``screen``, ``group`` or ``alias``;
            one of the first four unless given.
    """
    kind = kind or draw(st.sampled_from(_COMMON))
    event: dict[str, Any] = {
        "type": "track" if kind == "order" else kind,
        "messageId": draw(ids),
        "userId": draw(ids),
        "timestamp": draw(times),
    }
    return event | _MORE[kind](draw)


def _identify(draw: st.DrawFn) -> dict[str, Any]:
    traits = draw(st.fixed_dictionaries({"email": emails}, optional={"firstName": names, "lastName": names}))
    return {"traits": traits | draw(own_values)}


def _order(draw: st.DrawFn) -> dict[str, Any]:
    return {"event": "Order Completed", "properties": draw(orders())}


def _track(draw: st.DrawFn) -> dict[str, Any]:
    return {"event": draw(names), "properties": draw(own_values)}


def _view(draw: st.DrawFn) -> dict[str, Any]:
    return {"name": draw(names), "properties": draw(own_values)}


def _group(draw: st.DrawFn) -> dict[str, Any]:
    return {"groupId": draw(ids), "traits": draw(own_values) | {"name": draw(names)}}


_MORE: dict[str, Callable[[st.DrawFn], dict[str, Any]]] = {
    "identify": _identify,
    "track": _track,
    "order": _order,
    "delete": lambda _: {},
    "page": _view,
    "screen": _view,
    "group": _group,
    "alias": lambda draw: {"previousId": draw(ids)},
}
