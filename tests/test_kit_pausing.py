"""The garbage collector is paused, and left as it was."""

from __future__ import annotations

import gc

from contract_tests.pausing import without_collecting


def test_the_garbage_collector_is_left_as_it_was() -> None:
    """It does not run in the block, and afterwards only where it did before."""
    was = gc.isenabled()
    try:
        for before in (False, True):
            (gc.enable if before else gc.disable)()
            with without_collecting():
                assert not gc.isenabled()
            assert gc.isenabled() == before
    finally:
        (gc.enable if was else gc.disable)()
