"""Identifies alone, about 1 KB each, with no more around them than an element has to have.

It is the unit in which the figures of issue 5 were taken. What rudder-server really sends has more metadata and a longer
destination: ``rudder_bodies``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from rudder_bodies import DESTINATION, PLAIN, Form, message

_KEPT = ("ID", "Config", "Enabled", "WorkspaceID", "RevisionID")
_DESTINATION: dict[str, Any] = {name: DESTINATION[name] for name in _KEPT} | {
    "DestinationDefinition": {"Name": DESTINATION["DestinationDefinition"]["Name"]}
}
_METADATA = {"destinationId": DESTINATION["ID"], "workspaceId": DESTINATION["WorkspaceID"]}


def identify(number: int) -> dict[str, Any]:
    """Return the identify of a person."""
    # Every third event of the mix is one.
    return message(3 * number)


def identifies(numbers: Sequence[int]) -> bytes:
    """Return a processor's request for the identifies of some people."""
    return orjson.dumps([_element(number) for number in numbers])


def _element(number: int) -> dict[str, Any]:
    event = identify(number)
    metadata = _METADATA | {"jobId": number + 1, "messageId": event["messageId"]}
    return {"message": event, "metadata": metadata, "destination": _DESTINATION}


IDENTIFY = Form("identify", PLAIN.path, identifies)
