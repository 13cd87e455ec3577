"""Connecting to nats-servers: once with a quick and plain failure, then again for as long as it takes."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

from nats import errors
from nats.aio.client import Client, Server
from nats.js.errors import APIError

from event_router.engine.access import Access, options, redact_url
from event_router.engine.binary import OLDEST, parse_version
from event_router.engine.errors import EngineDown, EngineError
from event_router.engine.watch import Watch, words

__all__ = ["Access", "check_server", "connect", "redact_url"]

#: Seconds for the first connection.
FIRST = 5.0
#: Seconds for JetStream to answer.
ANSWER = 5.0
#: Some events together have to fit into one message.
LEAST_PAYLOAD = 1024 * 1024

_FIRST_WAIT = 0.25
_LONGEST_WAIT = 1.0
#: Two pings without an answer: what is not there any more is noticed within half a minute.
_PING = 10

# JSClusterNotAvailErr in nats-server's errors.json.
_NO_LEADER = 10008
_REFUSALS = ("authorization", "authentication")
_FAILURES = {
    "engine.no_tls": "offers no TLS, which was asked for; nothing was sent. Configure TLS there, or leave it out here.",
    "engine.bad_tls": "and we do not agree on TLS{why}. See that its certificate is for that name and signed by whom we "
    "trust, and that it takes ours.",
    "engine.refused_credentials": "does not let us in{why}. Correct the credentials.",
    "engine.unreachable": "cannot be reached{why}. See that it runs, and that nothing on the way blocks it.",
}


class _Client(Client):
    """nats-py's client, but it gives up nothing: neither the connection nor, where TLS was asked for, the secrets."""

    insists_on_tls = False

    def _connect_command(self) -> bytes:
        # nats-py takes what the server offers, and would send the password in the clear to one without TLS.
        if self.insists_on_tls and not self._server_info.get("tls_required"):
            raise errors.SecureConnWantedError
        try:
            command: bytes = super()._connect_command()
        except EngineError as error:
            raise errors.Error(error.message) from error  # nats-py tries again after errors of its own only.
        return command

    async def _process_err(self, err_msg: str) -> None:
        # nats-py closes for good, for example when a JWT has expired, though the file may hold a new one.
        if "permissions violation" in err_msg.lower():
            await super()._process_err(err_msg)
        else:
            error = errors.Error(f"nats: {err_msg}")
            await self._error_cb(error)
            await self._process_op_err(error)

    async def _connect_to_server(self, s: Any) -> None:
        # nats-py leaves the last one open where the server refused us.
        self.drop()
        await super()._connect_to_server(s)

    def drop(self) -> None:
        """Close what there is of a connection that did not come about; waiting for it might never end with TLS."""
        if self._transport:
            self._transport.close()  # type: ignore[no-untyped-call]


async def connect(
    access: Access, *, name: str, on_state: Callable[[bool], None] | None = None, no_echo: bool = False
) -> Client:
    """Return a client that is connected, and that connects again whenever it has to.

    Args:
        access: Where to.
        name: What the servers call us in their monitoring.
        on_state: Called with whether we are connected, each time that changes.
        no_echo: Do not receive what we publish.

    Raises:
        EngineError: ``engine.bad_url``, ``engine.bad_tls``, or ``engine.bad_credentials`` at once;
            ``engine.refused_credentials``, ``engine.no_tls``, or ``engine.unreachable`` within five seconds.
    """
    chosen = options(access) | {"name": name, "no_echo": no_echo}
    client = _Client()
    client.insists_on_tls = access.insists_on_tls
    watch = Watch(access.shown, partial(_refusal, access), lambda: client.is_closed, on_state)
    try:
        async with asyncio.timeout(FIRST):
            await client.connect(**chosen, **_lasting(watch))
    except TimeoutError:
        raise _failure(access, "engine.unreachable", watch.last) from None
    finally:
        if not client.is_connected:
            client.drop()
    await watch.connected()
    return client


async def check_server(client: Client) -> None:
    """Check that a server can do what the engine needs.

    Raises:
        EngineError: ``engine.old_server``, ``engine.small_payload``, ``engine.no_jetstream``, or, as ``EngineDown``,
            ``engine.no_leader``.
    """
    found = parse_version(repr(client.connected_server_version))
    wanted = ".".join(map(str, OLDEST))
    if found is None or found < OLDEST:
        shown = ".".join(map(str, found or ())) or "unknown"
        raise EngineError(
            "engine.old_server", f"The nats-server has version {shown}; {wanted} or newer is needed. Upgrade it."
        )
    if client.max_payload < LEAST_PAYLOAD:
        raise EngineError(
            "engine.small_payload",
            f"The nats-server takes messages of {client.max_payload:,} bytes; {LEAST_PAYLOAD:,} are needed. "
            "Raise max_payload in its configuration.",
        )
    await _check_jetstream(client)


async def _check_jetstream(client: Client) -> None:
    try:
        await client.jetstream(timeout=ANSWER).account_info()
    except (errors.Error, APIError) as error:
        raise _without_jetstream(error) from error


def _without_jetstream(error: Exception) -> EngineError:
    if isinstance(error, errors.TimeoutError) or getattr(error, "err_code", None) == _NO_LEADER:
        return EngineDown(
            "engine.no_leader",
            "JetStream does not answer; most likely its cluster has no leader. See that most of the servers run.",
            retry_after=5,
        )
    why = getattr(error, "description", None) or "nothing answers for it"
    return EngineError(
        "engine.no_jetstream",
        f"The nats-server has no JetStream for us ({why}). Start it with `-js`, or enable JetStream for the account.",
    )


def _lasting(watch: Watch) -> dict[str, Any]:
    """Return the options of a connection that is never given up."""
    return {
        "error_cb": watch.error,
        "disconnected_cb": watch.disconnected,
        "reconnected_cb": watch.connected,
        "closed_cb": watch.disconnected,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": _FIRST_WAIT,
        "reconnect_to_server_handler": _next_server,
        "ping_interval": _PING,
    }


def _next_server(servers: list[Server], _info: dict[str, Any]) -> tuple[Server, float]:
    """Return the server that failed least, and how many seconds to wait before it is tried."""
    chosen = min(servers, key=lambda server: server.reconnects)
    return chosen, _wait(chosen.reconnects) * random.uniform(0.5, 1.0)  # noqa: S311


def _wait(failures: int) -> float:
    """Return the most seconds to wait after some failures; a little after none, so that not all come at once."""
    return min(_FIRST_WAIT * 2.0 ** min(failures - 2, 8), _LONGEST_WAIT)


def _refusal(access: Access, error: Exception) -> EngineError | None:
    """Return why it is useless to try the first connection again, if it is."""
    if isinstance(error, errors.SecureConnWantedError):
        return _failure(access, "engine.no_tls", None)
    if isinstance(error, ssl.SSLError):
        return _failure(access, "engine.bad_tls", error)
    if any(word in str(error).lower() for word in _REFUSALS):
        return _failure(access, "engine.refused_credentials", error)
    return None


def _failure(access: Access, code: str, error: Exception | None) -> EngineError:
    why = f" ({words(error)})" if error else ""
    return EngineError(code, f"{access.shown} {_FAILURES[code].format(why=why)}")
