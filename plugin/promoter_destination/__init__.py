"""The Promoter.io destination: Segment events as Promoter calls.

Pure functions behind ``event_router``'s hooks: no I/O, no clock, no environment. ``plugin`` is what the entry point names.
"""

from __future__ import annotations

from promoter_destination import plugin

__all__ = ["plugin"]
