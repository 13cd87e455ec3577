"""Properties, tried with what is given and with what Hypothesis makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

_Value = TypeVar("_Value")


def for_all(check: Callable[[_Value], None], strategy: st.SearchStrategy[_Value], fixed: Iterable[_Value] = ()) -> None:
    """Try a property: with the values that are given, then with others. Raises what ``check`` raises.

    Args:
        check: Raises where it does not hold. Its parameter is called ``case``.
        strategy: Makes the others, as many as the profile says.
        fixed: Values that are always tried. Hypothesis could do that, too, at twenty times the cost.
    """
    for value in fixed:
        try:
            check(value)
        except Exception as error:
            error.add_note(repr(value))
            raise
    _settings()(given(case=strategy)(check))()


def _settings() -> settings:
    # Made anew each time: the profile, which says how many examples there are, may be another by now.
    return settings(
        database=None,
        deadline=None,
        # Hypothesis' explanations take longer than all tests together.
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
