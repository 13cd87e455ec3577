"""Tests that cannot begin for a mistake of how they were set up: it is told once for all of a class, and is no verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from contract_tests.contract import ContractError
from contract_tests.results import Seen, unready

#: Why no test of a class can begin: the code.
_UNREADY = pytest.StashKey[str]()


def hold_back(item: pytest.Item) -> None:
    """Skip a test where one of its class could not begin for what concerns them all."""
    node = item.getparent(pytest.Class)
    code = node.stash.get(_UNREADY, "") if node is not None else ""
    if code:
        pytest.skip(f"{code} first: until it is mended nothing can be tested")


def noted(item: pytest.Item, call: pytest.CallInfo[None]) -> str:
    """Return what keeps a test from its begin, and note it for all of its class; empty where it began."""
    node = item.getparent(pytest.Class)
    error = call.excinfo.value if call.excinfo is not None else None
    if call.when != "setup" or not isinstance(error, ContractError) or node is None:
        return ""
    node.stash[_UNREADY] = error.code
    return str(error)


def missing(found: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """Return why there is no report of a session: what is to be mended before somebody can be tested."""
    return unready([Seen.of(one) for one in found])
