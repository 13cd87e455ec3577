"""Plugins that introduce themselves wrongly, or whose hooks are written wrongly."""

from __future__ import annotations

from typing import Any

from event_router.api import DestinationInfo, Reason, Skipped, hookimpl
from gallery.breaking import breaks
from gallery.plugins_good import Good


@breaks("DST-001")
class Nameless(Good):
    """Has a name that no configuration can have."""

    def info(self, **changes: Any) -> DestinationInfo:
        """Return a display name for the name."""
        return super().info(name="Notice Board")


@breaks("DST-001")
class TextForTuple(Good):
    """Forgets the comma that makes a tuple."""

    def info(self, **changes: Any) -> DestinationInfo:
        """Return a text for the keys."""
        return super().info(integrations="Board")


@breaks("DST-002")
class FromTheFuture(Good):
    """Wants hooks that no host has yet."""

    def info(self, **changes: Any) -> DestinationInfo:
        """Return a version that there is not."""
        return super().info(hookspec_version=99)


@breaks("DST-003")
class Unmarked(Good):
    """Has a hook that nobody will ever call."""

    def transform_page(self, event: Any) -> Any:
        """Lack the marker."""


@breaks("DST-003")
class Misspelt(Good):
    """Marks a hook that no host has."""

    @hookimpl
    def transform_pages(self, event: Any) -> Any:
        """Have a name too long."""


@breaks("DST-003")
class Wrapper(Good):
    """Wraps what other plugins do."""

    @hookimpl(wrapper=True)
    def transform_page(self, event: Any) -> Any:
        """Hand on what comes."""
        return (yield)


@breaks("DST-004")
class WantsMore(Good):
    """Wants what no host has."""

    @hookimpl
    def transform_identify(self, event: Any, settings: Any, context: Any, session: Any) -> Any:  # type: ignore[override]
        """Take a session."""
        return super().transform_identify(event, settings, context)


@breaks("DST-005")
class Defaults(Good):
    """Would like to have a contact."""

    @hookimpl
    def transform_delete(self, event: Any, settings: Any, context: Any, contact: Any = None) -> Any:
        """Have a default value."""
        return super().transform_delete(event, settings, context)


@breaks("DST-006", supports=("identify", "track", "delete", "page", "load_settings", "connection_check"))
class PromisesPages(Good):
    """Is said to take pages."""


@breaks("DST-006", supports=("identify", "track", "delete", "refunds", "load_settings", "connection_check"))
class PromisesRefunds(Good):
    """Is said to do what no plugin can."""


@breaks("DST-008")
class Deaf(Good):
    """Reads no answers."""

    interpret_response = None  # type: ignore[assignment]


@breaks("DST-030")
class Hopeless(Good):
    """Raises for everything: a requirement of its own, and nothing against the others."""

    def sent(self, *args: Any, **body: Any) -> Any:
        """Give up."""
        raise NotImplementedError


@breaks("DST-038")
class Idle(Good):
    """Does nothing, and says so: nobody could tell what it would do."""

    def sent(self, *args: Any, **body: Any) -> Any:
        """Skip it."""
        return Skipped(Reason("board.idle", "This board takes no notices."))
