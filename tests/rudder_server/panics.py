"""What ends rudder-server, and what it refuses. Paragraphs (§) here and beside are those of the protocol's description."""

from __future__ import annotations


class Panic(Exception):  # noqa: N818  # The field's term.
    """rudder-server would log this and exit, to start again and exit again (§0.2, §0.3, §2, §3)."""


class Refused(Exception):  # noqa: N818  # It is the sender that erred.
    """The gateway takes no such event, or does not listen yet (§1, §6)."""


class Unsupported(ValueError):  # noqa: N818  # Nothing went wrong.
    """The workspace asks for more than a minimal self-hosted rudder-server does (§6)."""
