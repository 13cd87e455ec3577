"""Brings JetStream to what ``layout`` declares: makes what lacks, changes what differs, leaves alone what is right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from event_router.engine.errors import EngineError
from event_router.engine.layout import Config, Layout
from event_router.engine.publishing import refusal
from event_router.engine.reading import Reader

# [DOC] nats-server server/errors.json: 10014 consumer not found, 10058 stream name already in use with a different
# configuration, 10059 stream not found, 10004 10008 10009 the cluster has no leader now, 10005 no suitable peers (a cluster
# that forms still), 10049 the store could not be made (seen on a busy disk; the next try works).
NOT_FOUND = frozenset({10014, 10059})
_MADE_MEANWHILE = 10058
_PASSING = frozenset({10004, 10008, 10009})
_SOON = frozenset({10005, 10049})
_TRIES, _PAUSE = 10, 1.0
#: What of a consumer cannot be changed once it is there: where it starts.
_FIXED = "deliver_policy"


async def migrate(reader: Reader, layout: Layout, destinations: tuple[str, ...]) -> None:
    """Bring streams, buckets and consumers to what they should be. Any number of routers may do so at once."""
    for config in layout.streams():
        await _stream(reader, config)
    for config in layout.consumers(destinations):
        await _consumer(reader, layout.stream("events"), config)


async def check_made(reader: Reader, layout: Layout) -> None:
    """Raise ``EngineError`` where no router has made its streams yet."""
    for config in layout.streams():
        if await _found(reader, f"STREAM.INFO.{config['name']}") is None:
            why = f"There is no stream {config['name']}: no router has run here yet under the namespace {layout.settings.namespace}."
            raise EngineError("engine.not_there", f"{why} Start one, or say which with [engine] namespace.")


async def _stream(reader: Reader, config: Config) -> None:
    name = config["name"]
    found = await _found(reader, f"STREAM.INFO.{name}")
    if found is None:
        if await _ask(reader, f"STREAM.CREATE.{name}", config, name) == _MADE_MEANWHILE:
            await _stream(reader, config)
        return
    # Never fewer: a command that was called without --replicas must not take copies away.
    wanted = {**config, "num_replicas": max(config["num_replicas"], found["num_replicas"])}
    if not _is(found, wanted):
        await _ask(reader, f"STREAM.UPDATE.{name}", {**found, **wanted}, name)


async def _consumer(reader: Reader, stream: str, config: Config) -> None:
    name = config["durable_name"]
    found = await _found(reader, f"CONSUMER.INFO.{stream}.{name}")
    if found is not None:
        config = {**config, _FIXED: found[_FIXED]}
        if _is(found, config):
            return
    wanted = {**(found or {}), **config}
    await _ask(reader, f"CONSUMER.CREATE.{stream}.{name}", {"stream_name": stream, "config": wanted}, name)


async def _found(reader: Reader, subject: str) -> dict[str, Any] | None:
    answer = await reader.ask_softly(subject)
    if error := answer.get("error"):
        if error.get("err_code") in NOT_FOUND:
            return None
        raise refusal(error)
    return answer["config"]  # type: ignore[no-any-return]


async def _ask(reader: Reader, subject: str, body: Mapping[str, Any], name: str) -> int:
    """Make something; return 0, or the code of the one error that needs no advice."""
    error: dict[str, Any] = {}
    for _ in range(_TRIES):
        error = (await reader.ask_softly(subject, body)).get("error", {})
        if error.get("err_code") not in _SOON:
            break
        await asyncio.sleep(_PAUSE)
    code: int = error.get("err_code", 0)
    if not error or code == _MADE_MEANWHILE:
        return code
    if code in _PASSING:
        raise refusal(error)
    why = f"{name} cannot be made as [engine] asks for: {error.get('description')} ({code})."
    raise EngineError("engine.not_made", f"{why} Check replicas, the limits in bytes, and what the account may do.")


def _is(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(found.get(key, _absent(value)) == value for key, value in wanted.items())


def _absent(value: Any) -> Any:
    """Return what a value is taken for that the server leaves out: its zero."""
    return type(value)()
