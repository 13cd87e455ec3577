"""``python -m event_router``."""

from __future__ import annotations

from event_router.cli import main

if __name__ == "__main__":
    main(prog_name="event-router")
