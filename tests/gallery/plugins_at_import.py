"""A plugin that does something when it is imported."""

from __future__ import annotations

import os
from pathlib import Path

from gallery.breaking import breaks
from gallery.plugins_good import Good

Path(os.devnull).write_text("imported", "utf-8")


@breaks("DST-007")
class Eager(Good):
    """Writes down that it is there."""
