"""A Promoter.io to test against: the API as documents and clients describe it, with a control plane and a web page.

Knows the published schemas; knows nothing of routers and plugins. Importing it imports nothing heavy, since pytest does
so for everybody who has it installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mock_promoter.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Import the application when it is asked for."""
    if name == "create_app":
        from mock_promoter.app import create_app

        return create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
