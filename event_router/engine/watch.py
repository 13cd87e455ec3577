"""What is heard of one connection, told once: in the log, and to who wants to know whether there is one."""

from __future__ import annotations

import logging
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Watch:
    """The callbacks of one client.

    Args:
        shown: The servers' addresses for people.
        refusal: Tells why an error makes it useless to try the first connection again, if it does.
        is_closed: Whether we ended the connection ourselves.
        on_state: Called with whether there is a connection, each time that changes.

    Attributes:
        last: The last error.
    """

    def __init__(
        self,
        shown: str,
        refusal: Callable[[Exception], Exception | None],
        is_closed: Callable[[], bool],
        on_state: Callable[[bool], None] | None,
    ) -> None:
        self.last: Exception | None = None
        self._shown = shown
        self._refusal = refusal
        self._is_closed = is_closed
        self._on_state = on_state
        self._connected: bool | None = None
        # nats-py reports an error at each attempt; a server that is away for an hour is no news after the first.
        self._told: set[str] = set()

    async def error(self, error: Exception) -> None:
        """Log an error, once until there is a connection again; raise where it is the end of the first connection."""
        self.last = error
        if self._connected is not None:
            self._warn(words(error))
        elif refusal := self._refusal(error):
            raise refusal from error

    async def connected(self) -> None:
        """Report that there is a connection."""
        self._told.clear()
        _log.info("Connected to %s.", self._shown)
        self._set(connected=True)

    async def disconnected(self) -> None:
        """Report that there is none."""
        if not self._is_closed():
            _log.warning("The connection to %s is lost. Connecting again.", self._shown)
        if self._connected:
            self._set(connected=False)

    def _warn(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            _log.warning("The connection to %s has a problem: %s.", self._shown, text)

    def _set(self, *, connected: bool) -> None:
        self._connected = connected
        if self._on_state is not None:
            self._on_state(connected)


def words(error: BaseException) -> str:
    """Return an error in words, on one line.

    >>> words(Exception("nats: 'Authorization Violation'"))
    'Authorization Violation'
    >>> words(TimeoutError())
    'TimeoutError'
    """
    return " ".join(str(error).removeprefix("nats: ").strip("'").split()) or type(error).__name__
