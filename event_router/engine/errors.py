"""What can go wrong with the engine, for people and for programs."""

from __future__ import annotations


class EngineError(Exception):
    """The engine cannot do what it was asked for.

    Attributes:
        code: ``engine.*``, dotted and stable.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def message(self) -> str:
        """Return what happened, where, why, and what to do next; it holds no secret."""
        return str(self)


class UnavailableError(EngineError):
    """The engine takes nothing now; the same may work later.

    Attributes:
        retry_after: Seconds after which it is worth to try again.
    """

    def __init__(self, code: str, message: str, *, retry_after: int) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class EngineFull(UnavailableError):  # noqa: N818
    """There is no room for more until something is delivered or deleted."""


class EngineDown(UnavailableError):  # noqa: N818
    """The server cannot be reached, or does not answer in time."""
