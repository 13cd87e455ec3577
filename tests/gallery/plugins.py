"""All plugins of the gallery, and what each of them breaks."""

from __future__ import annotations

from gallery import (
    plugins_answers,
    plugins_at_import,
    plugins_contracts,
    plugins_hooks,
    plugins_impure,
    plugins_indiscreet,
    plugins_overlooked,
    plugins_results,
)
from gallery.breaking import BROKEN
from gallery.plugins_good import good

__all__ = [
    "BROKEN",
    "good",
    "plugins_answers",
    "plugins_at_import",
    "plugins_contracts",
    "plugins_hooks",
    "plugins_impure",
    "plugins_indiscreet",
    "plugins_overlooked",
    "plugins_results",
]
