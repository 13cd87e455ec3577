"""Properties tell with what they fail, and are tried as often as the profile says."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from contract_tests.trying import for_all


def test_fixed_values_come_first() -> None:
    """The value that it was tried with is a note of the error."""

    def check(case: int) -> None:
        assert case < 5

    with pytest.raises(AssertionError) as raised:
        for_all(check, st.just(1), (3, 7))
    assert raised.value.__notes__ == ["7"]


def test_hypothesis_makes_the_others() -> None:
    """As many as the profile says, and it makes what fails as small as it can."""
    seen: list[int] = []

    def kept(case: int) -> None:
        seen.append(case)

    for_all(kept, st.integers(0, 10**6), (-1,))
    assert seen[0] == -1
    assert len(set(seen)) > settings().max_examples // 2

    def small(case: int) -> None:
        assert case < 100, case

    with pytest.raises(AssertionError, match="100"):
        for_all(small, st.integers(0, 10**6))
