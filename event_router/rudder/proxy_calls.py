"""The body of a proxy call: the jobs it is for, byte for byte, and what they want delivered ([S] protocol §4.2)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from event_router.messages import Request
from event_router.outcomes import Rejected
from event_router.rudder.proxy_requests import request_of
from event_router.rudder.raw import elements, members
from event_router.rudder.spans import is_json


class ProxyCall(NamedTuple):
    """A proxy call.

    Attributes:
        jobs: Each job's metadata as it came: a JSON object.
        names: ``destinationId`` and ``workspaceId``, as far as they are known.
        config: The destination's Config, raw.
        request: What is to be sent, or why it cannot be.
    """

    jobs: tuple[bytes, ...]
    names: Mapping[str, str]
    config: bytes
    request: Request | Rejected

    def destination(self) -> bytes:
        """Return the destination as ``Configs`` reads it."""
        return orjson.dumps({"ID": self.names.get("destinationId"), "Config": orjson.Fragment(self.config)})


def read(body: bytes) -> ProxyCall:
    """Return a proxy call. Raises ``BadBodyError`` where nobody could be answered.

    Whatever else is amiss is said to its jobs: ``null``, absent parts and wrong types never raise.
    """
    parts = members(body)
    jobs = _once(_entries(parts.get("metadata", b"null")))
    config = parts.get("destinationConfig", b"null")
    return ProxyCall(jobs, _names(jobs), config if is_json(config) else b"null", request_of(parts))


def _entries(metadata: bytes) -> list[bytes]:
    """Return the jobs' metadata: v1 sends a list, v0 one object. What is no object names no job."""
    if metadata[:1] == b"{":
        given = [metadata]
    elif metadata[:1] == b"[":
        given = elements(metadata)
    else:
        given = []
    # Broken metadata, echoed, would make the whole answer unreadable ([GO]).
    return [entry for entry in given if entry[:1] == b"{" and is_json(entry)]


def _once(entries: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return each job once: of two answers the last would count ([S])."""
    found: dict[Any, bytes] = {}
    for at, entry in enumerate(entries):
        job = _parsed(entry).get("jobId")
        found.setdefault(job if isinstance(job, int | str) else (at,), entry)
    return tuple(found.values())


def _names(jobs: tuple[bytes, ...]) -> dict[str, str]:
    known = _parsed(jobs[0]) if jobs else {}
    found = {name: known.get(name) for name in ("destinationId", "workspaceId")}
    return {name: value for name, value in found.items() if isinstance(value, str) and value}


def _parsed(entry: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = orjson.loads(entry)
    except orjson.JSONDecodeError:  # Half a surrogate pair: rare, and still to be echoed.
        return {}
    return found


def alone(metadata: bytes) -> bytes:
    """Return a job's metadata with ``dontBatch``: the way to say that it is to be tried again by itself ([S+T]).

    >>> alone(b'{"jobId": 9007199254740993, "dontBatch": false}')
    b'{"jobId":9007199254740993,"dontBatch":true}'
    """
    parts = {**members(metadata), "dontBatch": b"true"}
    return b"{%b}" % b",".join(json.dumps(name).encode() + b":" + value for name, value in parts.items())
