"""An event router: Segment events in, destinations' requests out, through plugins found by entry point.

Plugin authors read ``event_router.api``; everything else here is the host's own.
"""

from __future__ import annotations

__version__ = "0.1.0"
