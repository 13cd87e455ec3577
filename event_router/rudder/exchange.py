"""One request of a plugin, sent once: what its answer means, and what rudder-server is told of it."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, NamedTuple

from event_router.destination import Destination
from event_router.dispatch import interpret
from event_router.messages import Authorization, Request, Response
from event_router.outcomes import Outcome
from event_router.rudder.statuses import Status, delivered
from event_router.wire import redactor

if TYPE_CHECKING:  # It brings httpx along.
    from event_router.delivery import Sender


class Exchanged(NamedTuple):
    """How a request ended.

    Attributes:
        outcome: What the plugin makes of the answer, or why there is none.
        status: The same for rudder-server.
        answered: Whether the destination said anything.
    """

    outcome: Outcome
    status: Status
    answered: bool = False


async def exchange(destination: Destination, request: Request, sender: Sender) -> Exchanged:
    """Send a request once. Never raises ``Exception``."""
    answer = await sender(request)
    if not isinstance(answer, Response):
        return Exchanged(answer, delivered(answer, None))
    # The request may have been made with a key that is no longer the destination's.
    outcome = interpret(destination, request, _hidden(answer, credentials(request.authorization)))
    return Exchanged(outcome, delivered(outcome, answer), answered=True)


def credentials(authorization: Authorization | None) -> tuple[str, ...]:
    """Return what must not be shown of an ``Authorization`` header: Basic credentials also as what they encode.

    >>> credentials(Authorization("Basic", Secret("cHJvbW90ZXItdGVzdC1rZXk6")))
    ('cHJvbW90ZXItdGVzdC1rZXk6', 'promoter-test-key')
    """
    if authorization is None:
        return ()
    given = authorization.credentials.reveal()
    encoded = authorization.scheme.casefold() == "basic"
    return (given, *_decoded(given)) if encoded else (given,)


def _decoded(given: str) -> tuple[str, ...]:
    try:
        text = b64decode(given, validate=True).decode()
    except ValueError:
        return ()
    return tuple(part for part in text.split(":", 1) if part)


def _hidden(response: Response, secrets: tuple[str, ...]) -> Response:
    """Hide secrets that a server echoes, before a plugin cuts a text in the middle of one."""
    redact = redactor(secrets)
    headers = {name: redact(value) for name, value in response.headers.items()}
    return Response(response.status, headers, redact(response.body.decode("latin-1")).encode("latin-1"))
