"""/features: what we serve, alone or together with another transformer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_server.fake_transformer import FEATURES
from rudder_values import JSON
from support import plugin

from event_router.api import Transformed
from event_router.plugins import Plugin, load_object, load_plugins
from event_router.rudder.features import SOURCES, features, merged

FLAGS = (*SOURCES, "supportTransformerProxyV1", "supportDestTransformCompactedPayloadV1")

_names = st.sampled_from(["PROMOTER", "SMALL", "BRAZE", "AM"])
_sane = st.fixed_dictionaries(
    {},
    optional={
        "routerTransform": st.dictionaries(_names, st.booleans()),
        "regulations": st.lists(_names),
        "somethingNew": JSON,
        **{flag: st.booleans() for flag in FLAGS},
    },
)
_odd = st.fixed_dictionaries({}, optional={"routerTransform": JSON, "regulations": JSON, **dict.fromkeys(FLAGS, JSON)})
_upstream = _sane | _odd | JSON


def _deleting(event: Any) -> Transformed:
    return Transformed(())


KEEPER: Plugin = load_object("keeper", plugin())
SMALL: Plugin = load_object("small", plugin(transform_delete=_deleting))
OURS = features([KEEPER, SMALL])


def test_promoter() -> None:
    """The installed plugin gets the sufficient body of protocol §1."""
    assert features([load_plugins({"promoter"}).plugins["promoter"]]) == FEATURES


def test_only_plugins_with_the_hook_delete() -> None:
    """Router mode is for all of them; where nobody deletes the list is left out, which says no less than an empty one."""
    assert OURS["routerTransform"] == {"KEEPER": True, "SMALL": True}
    assert OURS["regulations"] == ["SMALL"]
    assert "regulations" not in features([KEEPER])
    assert "regulations" not in merged(features([KEEPER]), {"regulations": []})


def test_together() -> None:
    """Types are united, what concerns every request needs both, and what else upstream says stays."""
    upstream = {
        "routerTransform": {"BRAZE": True, "SMALL": False},
        "regulations": ["AM", "SMALL"],
        "supportSourceTransformV1": True,
        "upgradedToSourceTransformV2": False,
        "supportTransformerProxyV1": True,
        "somethingNew": {"a": 1},
    }
    assert merged(OURS, upstream) == {
        "routerTransform": {"BRAZE": True, "KEEPER": True, "SMALL": True},
        "regulations": ["AM", "SMALL"],
        "supportSourceTransformV1": True,
        "upgradedToSourceTransformV2": False,
        "supportTransformerProxyV1": True,
        "supportDestTransformCompactedPayloadV1": False,
        "somethingNew": {"a": 1},
    }


@pytest.mark.parametrize("flag", ["supportTransformerProxyV1", "supportDestTransformCompactedPayloadV1"])
@pytest.mark.parametrize(("we", "they"), [(True, True), (True, False), (False, True), (True, "yes"), (True, None)])
def test_what_both_must_be_able_to(flag: str, we: bool, they: Any) -> None:
    """What rudder-server asks of all types alike it may ask only where both of us can."""
    assert merged(OURS | {flag: we}, {flag: they})[flag] is (we is they is True)


@given(_upstream)
def test_whatever_upstream_says(upstream: Any) -> None:
    """Our types are there, the server does not end itself, and merging once more changes nothing."""
    whole = merged(OURS, upstream)
    assert OURS["routerTransform"].items() <= whole["routerTransform"].items()
    assert set(OURS["regulations"]) <= set(whole["regulations"])
    assert len(whole["regulations"]) == len(set(whole["regulations"]))
    assert any(whole.get(flag) is True for flag in SOURCES)
    assert merged(OURS, whole) == whole


@given(_sane, _sane)
def test_what_upstream_learns_takes_nothing_away(upstream: dict[str, Any], more: dict[str, Any]) -> None:
    """Whatever is on stays on when upstream can more."""
    learned = {
        "routerTransform": upstream.get("routerTransform", {})
        | {name: True for name, can in more.get("routerTransform", {}).items() if can},
        "regulations": [*upstream.get("regulations", []), *more.get("regulations", [])],
        **{flag: upstream.get(flag) is True or more.get(flag) is True for flag in FLAGS},
    }
    before, after = merged(OURS, upstream), merged(OURS, learned)
    assert _on(before["routerTransform"]) <= _on(after["routerTransform"])
    assert set(before["regulations"]) <= set(after["regulations"])
    # Which of the two says that sources work is upstream's business, as long as one does.
    assert _on(before) - set(SOURCES) <= _on(after)


def _on(flags: dict[str, Any]) -> set[str]:
    return {name for name, value in flags.items() if value is True and name != "somethingNew"}


@given(_upstream)
def test_nothing_is_changed_in_place(upstream: Any) -> None:
    """Neither ours nor upstream's."""
    before = repr((OURS, upstream))
    merged(OURS, upstream)
    assert repr((OURS, upstream)) == before
