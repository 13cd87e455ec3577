"""A toy router that works, in this process, for tests of what asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gallery.toy_router import ToyRouter
from support import KEY

from contract_tests.control import Control
from contract_tests.router.sending import Door
from contract_tests.router.witness import Witness

WRITE_KEY = "a-write-key"
PATIENCE = 10.0


@contextmanager
def toy(folder: Path, promoter: str) -> Iterator[ToyRouter]:
    """Run a toy router for the block."""
    router = ToyRouter(folder, promoter, KEY, WRITE_KEY)
    router.start()
    try:
        yield router
    finally:
        router.kill()


@contextmanager
def asking(router: ToyRouter, promoter: str) -> Iterator[tuple[Door, Witness]]:
    """Return what the contract tests ask a router and its Promoter with."""
    with Door(router.url, WRITE_KEY, PATIENCE, (KEY,)) as door, Control(promoter) as control:
        yield door, Witness(control, PATIENCE)
