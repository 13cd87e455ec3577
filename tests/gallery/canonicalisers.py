"""All canonicalisers that are broken in one way each, and one that is not."""

from __future__ import annotations

from gallery import (
    canonicalisers_apart,
    canonicalisers_laws,
    canonicalisers_orders,
    canonicalisers_values,
)
from gallery.canonicalising import BROKEN, good

__all__ = [
    "BROKEN",
    "canonicalisers_apart",
    "canonicalisers_laws",
    "canonicalisers_orders",
    "canonicalisers_values",
    "good",
]
