"""A Promoter.io to test against: the API as documents and clients describe it, on Starlette, with a journal.

Knows the published schemas; knows nothing of routers and plugins.
"""

from __future__ import annotations

from mock_promoter.app import create_app

__all__ = ["create_app"]
