"""The bodies of transform calls, plain and compacted; what Go has no value for goes as null (§2, §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from rudder_server.clock import text_of
from rudder_server.gateway import Event
from rudder_server.jobs import Job
from rudder_server.workspace import Destination

#: What stands for the connection where the file has none (§2).
_CONNECTION = {"sourceId": "", "destinationId": "", "enabled": False, "config": None, "processorEnabled": False}


class Item(NamedTuple):
    """One event with what the transformer is to echo, and where it goes."""

    message: Any
    metadata: Mapping[str, Any]
    destination: Destination


def processor_body(items: Iterable[Item], *, compacted: bool) -> Any:
    """Return the body for /v0/destinations/{type} (§2)."""
    if compacted:
        return _compacted(list(items))
    return [{**_whole(item), "libraries": None, "credentials": None} for item in items]


def router_body(items: Iterable[Item], kind: str, *, compacted: bool) -> Any:
    """Return the body for /routerTransform (§3)."""
    if compacted:
        return {**_compacted(list(items)), "destType": kind}
    return {"input": [_whole(item) for item in items], "destType": kind}


def _whole(item: Item) -> dict[str, Any]:
    return {
        "message": item.message,
        "metadata": item.metadata,
        "destination": item.destination.wire,
        "connection": _CONNECTION,
    }


def _compacted(items: list[Item]) -> dict[str, Any]:
    return {
        "input": [{"message": item.message, "metadata": item.metadata} for item in items],
        "destinations": {item.destination.id: item.destination.wire for item in items},
        "connections": {f"{item.metadata['sourceId']}:{item.destination.id}": _CONNECTION for item in items},
    }


def processor_metadata(event: Event, destination: Destination) -> dict[str, Any]:
    """Return what goes with an event to the processor's transformation; empty values are left out (§2)."""
    message, source = event.message, event.source
    found = {
        "workspaceId": source.workspace,
        "rudderId": event.user,
        "receivedAt": event.received,
        "messageId": message["messageId"],
        "eventName": message.get("event"),
        "eventType": message.get("type"),
        "sourceId": source.id,
        "originalSourceId": source.id,
        "sourceDefinitionId": source.definition,
        "sourceName": source.name,
        "sourceType": source.kind,
        "sourceJobRunId": run_of(message),
        "recordId": message.get("recordId"),
        "destinationId": destination.id,
        "destinationName": destination.wire["Name"],
        "destinationType": destination.name,
        "destinationDefinitionId": destination.wire["DestinationDefinition"]["ID"],
    }
    return {"jobId": event.id} | {name: value for name, value in found.items() if value}


def router_metadata(job: Job, now: float) -> dict[str, Any]:
    """Return what goes with a job to the router's transformation (§3)."""
    return {
        "userId": job.user,
        "jobId": job.id,
        "sourceId": job.source,
        "sourceCategory": "",
        "destinationId": job.destination,
        "attemptNum": job.attempts,
        "receivedAt": job.received,
        "createdAt": text_of(job.created),
        "firstAttemptedAt": job.first_attempted,
        "transformAt": job.transform_at,
        "workspaceId": job.workspace,
        "secret": None,
        "workerAssignedTime": text_of(now),
        "dontBatch": job.dont_batch,
        "traceparent": "",
    }


def run_of(message: Mapping[str, Any]) -> str:
    """Return the run of reverse ETL that an event belongs to (§2)."""
    context = message.get("context")
    sources = context.get("sources") if isinstance(context, dict) else None
    run = sources.get("job_run_id") if isinstance(sources, dict) else None
    return run if isinstance(run, str) else ""
