"""An event in all dialects at once, and in each of them alone: for telling what only goes wrong together."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from contract_tests.strategies.dialects import DIALECTS
from contract_tests.strategies.ordering import Draw


@st.composite
def dialects_apart(draw: st.DrawFn, event: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[dict[str, Any], ...]]:
    """Return the event in all dialects at once, and in each of them alone, in the same words."""
    together, alone = copy.deepcopy(dict(event)), []
    for speak in DIALECTS.values():
        words: list[Any] = []
        speak(_kept(draw, words), together)
        words.reverse()
        one = copy.deepcopy(dict(event))
        speak(_again(words), one)
        alone.append(one)
    return together, tuple(alone)


def _kept(draw: Draw, words: list[Any]) -> Draw:
    def drawing(strategy: st.SearchStrategy[Any]) -> Any:
        words.append(draw(strategy))
        return words[-1]

    return drawing


def _again(words: list[Any]) -> Draw:
    return lambda _: words.pop()
