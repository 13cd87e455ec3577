"""What is in flight, bounded: more than that is answered at once, and sent again by rudder-server, instead of suffered."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from event_router.doors.answers import Answer
from event_router.rudder.answers import try_again

_TOLD = {
    "requests": "More requests are being handled than this process takes at once.",
    "memory": "The bodies being handled take as much memory as this process allows them.",
}


class Overloaded(Exception):  # noqa: N818  # A thing that happens, no error.
    """There is no room for a request now.

    Attributes:
        reason: What there is no room for, as one word: ``requests`` or ``memory``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Admission:
    """The room of one process.

    Attributes:
        requests: In flight now.
        bytes: Of their bodies, as far as they are here.
    """

    def __init__(self, most_requests: int = 2000, most_bytes: int = 128 * 1024**2) -> None:
        self.most_requests = most_requests
        self.most_bytes = most_bytes
        self.requests = 0
        self.bytes = 0
        self._large: Held | None = None

    def request(self) -> Held:
        """Return the room that one request takes, while it is entered."""
        return Held(self)

    def enter(self) -> None:
        """Take room for a request. Raises ``Overloaded``."""
        if self.requests >= self.most_requests:
            raise Overloaded("requests")
        self.requests += 1

    def leave(self, held: Held) -> None:
        """Give back the room of a request."""
        self.requests -= 1
        self.bytes -= held.bytes
        if self._large is held:
            self._large = None

    def take(self, held: Held, number: int) -> None:
        """Take room for more bytes of a request's body. Raises ``Overloaded``.

        One body that takes more than half of the room may go on where there is no more, outside it and beside the others: all
        the room might not be enough for it, and it would be sent for ever.
        """
        if held is not self._large and self._shared() + number > self.most_bytes:
            if self._large is not None or 2 * (held.bytes + number) <= self.most_bytes:
                raise Overloaded("memory")
            self._large = held
        held.bytes += number
        self.bytes += number

    def _shared(self) -> int:
        return self.bytes if self._large is None else self.bytes - self._large.bytes


class Held:
    """The room of one request: a context, at whose end it is given back.

    Attributes:
        bytes: What its body takes of the room.
    """

    __slots__ = ("_admission", "bytes")

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self.bytes = 0

    def __enter__(self) -> Self:
        """Take room for the request itself. Raises ``Overloaded``."""
        self._admission.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admission.leave(self)

    def take(self, number: int) -> None:
        """Take room for more bytes of its body. Raises ``Overloaded``."""
        self._admission.take(self, number)


def overloaded(reason: str) -> Answer:
    """Return the answer to a request for which there is no room: rudder-server sends it again."""
    return try_again(reason, f"[rudder.overloaded] {_TOLD[reason]} Nothing is lost: send it again in a while.")
