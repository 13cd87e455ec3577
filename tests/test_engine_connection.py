"""Connecting: quick and plain failures first, then connections that come back, whatever the server did."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Server
from nats_fake import fake
from nats_servers import await_leader, cluster, free_ports, server, urls

from event_router.engine import connection
from event_router.engine.connection import Access, check_server, connect
from event_router.engine.errors import EngineDown, EngineError

LOGIN = {"authorization": {"user": "me", "password": "p@ss/word"}}


class States:
    """Whether there is a connection, to wait for."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bool] = asyncio.Queue()

    def __call__(self, connected: bool) -> None:
        """Hear of a change."""
        self.queue.put_nowait(connected)

    async def next(self) -> bool:
        """Return the next change."""
        return await asyncio.wait_for(self.queue.get(), 20)


async def refused(access: Access) -> EngineError:
    """Return why there is no connection."""
    with pytest.raises(EngineError) as caught:
        await asyncio.wait_for(connect(access, name="test"), 20)
    return caught.value


@pytest.mark.anyio
async def test_a_server_that_is_started_again() -> None:
    """The client is the same after a kill, and who wants to know hears of both changes."""
    states = States()
    with server() as handle:
        client = await connect(Access(handle.url), name="test", on_state=states)
        assert await states.next()
        handle.kill()
        assert not await states.next()
        handle.restart()
        assert await states.next()
        await client.flush()
        await client.close()
        assert not await states.next()


@pytest.mark.anyio
async def test_a_cluster() -> None:
    """A client goes on with another server where its own is killed; JetStream is there again as well."""
    states = States()
    with cluster() as handles:
        client = await connect(Access(urls(handles)), name="test", on_state=states)
        assert await states.next()
        assert client.connected_url
        (mine,) = (handle for handle in handles if handle.url.endswith(f":{client.connected_url.port}"))
        mine.kill()
        assert [await states.next(), await states.next()] == [False, True]
        mine.restart()
        await_leader(handles)
        await check_server(client)
        await client.close()


@pytest.mark.anyio
async def test_user_and_password() -> None:
    """Special characters are written as %-codes; the server sees the client's name."""
    with server(LOGIN) as handle:
        url = handle.url.replace("//", "//me:p%40ss%2Fword@")
        client = await connect(Access(url), name="router-1", no_echo=True)
        await check_server(client)
        _, seen = handle.monitoring("/connz")
        assert [each["name"] for each in seen["connections"]] == ["router-1"]
        await client.close()


@pytest.mark.anyio
@pytest.mark.parametrize("login", ["", "me:guess@", "guess@"])
async def test_wrong_credentials(login: str, caplog: pytest.LogCaptureFixture) -> None:
    """They are refused at once, and shown nowhere."""
    with server(LOGIN) as handle:
        error = await refused(Access(handle.url.replace("//", f"//{login}")))
    assert error.code == "engine.refused_credentials"
    assert error.message.startswith(f"{handle.url} does not let us in (Authorization Violation)")
    assert "guess" not in repr(error) + caplog.text


@pytest.mark.anyio
async def test_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few seconds of trying, the error says where and why, without credentials."""
    monkeypatch.setattr(connection, "FIRST", 0.1)
    port = free_ports(1)[0]
    error = await refused(Access(f"nats://me:secret@127.0.0.1:{port}"))
    assert error.code == "engine.unreachable"
    assert error.message.startswith(f"nats://127.0.0.1:{port} cannot be reached (")
    assert "secret" not in repr(error)


@pytest.mark.anyio
async def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes the connection and is silent is not waited for either."""
    monkeypatch.setattr(connection, "FIRST", 0.05)
    async with fake(silent=True) as served:
        error = await refused(Access(served.url))
    assert error.message == f"{served.url} cannot be reached. See that it runs, and that nothing on the way blocks it."


@pytest.mark.anyio
async def test_a_server_that_comes_later() -> None:
    """It may start a little after us."""
    with server() as handle:
        handle.kill()
        connecting = asyncio.create_task(connect(Access(handle.url), name="test"))
        await asyncio.sleep(0)
        await asyncio.to_thread(handle.restart)
        client = await asyncio.wait_for(connecting, 20)
        await client.close()


@pytest.mark.anyio
async def test_giving_up_ourselves() -> None:
    """Whoever waits for the first connection may stop to."""
    async with fake(tls_required=True) as served:
        connecting = asyncio.create_task(connect(Access(served.url), name="test"))
        await asyncio.sleep(0)
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting


@pytest.fixture(scope="module")
def pems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate for 127.0.0.1, one for a client, who signed them, and who did not."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca"))
    trustme.CA().cert_pem.write_to_path(str(folder / "other"))
    for name, who in (("server", "127.0.0.1"), ("client", "router")):
        issued = authority.issue_cert(who)
        issued.cert_chain_pems[0].write_to_path(str(folder / name))
        issued.private_key_pem.write_to_path(str(folder / f"{name}.key"))
    return folder


def tls(pems: Path, **options: Any) -> dict[str, Any]:
    """Return a server's configuration."""
    return {
        "tls": {"cert_file": f"{pems}/server", "key_file": f"{pems}/server.key", "ca_file": f"{pems}/ca", **options}
    }


@pytest.mark.anyio
async def test_tls(pems: Path) -> None:
    """Servers are reached over TLS, also with a certificate of our own; others are told no more than that it failed."""
    with server(tls(pems, verify=True)) as handle:
        url, ca = handle.url.replace("nats", "tls"), pems / "ca"
        good = Access(url, tls_ca=ca, tls_cert=pems / "client", tls_key=pems / "client.key")
        client = await connect(good, name="test")
        await check_server(client)
        await client.close()
        for bad in (Access(url, tls_ca=ca), Access(url), Access(url, tls_ca=pems / "other")):
            error = await refused(bad)
            assert error.code == "engine.bad_tls"
            assert error.message.startswith(f"{url} and we do not agree on TLS (")


@pytest.mark.anyio
async def test_no_password_without_tls(pems: Path) -> None:
    """A server that offers no TLS where we insist on it, or one between us and it, does not get the password."""
    async with fake() as served:
        url = served.url.replace("//", "//me:secret@")
        for access in (Access(url.replace("nats", "tls")), Access(url, tls_ca=pems / "ca")):
            error = await refused(access)
            assert error.code == "engine.no_tls"
        assert served.heard == b""


@pytest.mark.anyio
@pytest.mark.parametrize("said", ["User Authentication Expired", "Stale Connection"])
async def test_errors_that_would_be_the_end(said: str, caplog: pytest.LogCaptureFixture) -> None:
    """The client connects again after an error at which nats-py gives up, and says which."""
    states = States()
    async with fake() as served:
        client = await connect(Access(served.url), name="test", on_state=states)
        served.say(f"-ERR '{said}'\r\n".encode())
        assert [await states.next() for _ in range(3)] == [True, False, True]
        assert served.connected == 2
        await client.close()
    assert said.lower() in caplog.text.lower()


@pytest.mark.anyio
async def test_permissions(caplog: pytest.LogCaptureFixture) -> None:
    """A subject that is not for us is no reason to connect again, but one for a warning."""
    user = {"user": "u", "password": "p", "permissions": {"publish": "mine"}}
    with server({"authorization": {"users": [user]}}) as handle:
        client = await connect(Access(handle.url.replace("//", "//u:p@")), name="test")
        await client.publish("yours")
        await client.flush()
        await client.flush()
        assert client.is_connected
        assert client.stats["reconnects"] == 0
        await client.close()
    assert "permissions violation" in caplog.text.lower()


@pytest.mark.anyio
async def test_a_credentials_file_that_goes_bad(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The client tries on until the file is good again."""
    states, asked = States(), list[int]()

    def jwt() -> bytes:
        asked.append(1)
        if len(asked) in {2, 3}:
            raise EngineError("engine.bad_credentials", "The file is bad.")
        return b"jwt"

    callbacks = {"user_jwt_cb": jwt, "signature_cb": lambda nonce: b"signed"}
    monkeypatch.setattr(connection, "options", lambda access: {"servers": [access.url], **callbacks})
    async with fake(auth_required=True, nonce="n") as served:
        client = await connect(Access(served.url), name="test", on_state=states)
        served.say(b"-ERR 'User Authentication Expired'\r\n")
        assert [await states.next() for _ in range(3)] == [True, False, True]
        await client.close()
    assert len(asked) == 4
    assert caplog.text.count("The file is bad") == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("info", "code", "found"),
    [
        ({"version": "2.9.25"}, "engine.old_server", "has version 2.9.25; 2.12 or newer"),
        ({"version": "beta"}, "engine.old_server", "has version unknown"),
        ({"max_payload": 1024}, "engine.small_payload", "of 1,024 bytes; 1,048,576"),
        ({}, "engine.no_leader", "no leader"),
    ],
)
async def test_servers_that_do_not_do(
    info: dict[str, Any], code: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the engine needs and a server has not is said before anything is stored."""
    monkeypatch.setattr(connection, "ANSWER", 0.05)
    async with fake(**info) as served:
        client = await connect(Access(served.url), name="test")
        with pytest.raises(EngineError, match=found) as caught:
            await check_server(client)
        await client.close()
    assert caught.value.code == code


@pytest.mark.anyio
async def test_no_leader_can_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster without a leader may have one soon, so it is worth to try again."""
    monkeypatch.setattr(connection, "ANSWER", 0.05)
    async with fake() as served:
        client = await connect(Access(served.url), name="test")
        with pytest.raises(EngineDown) as caught:
            await check_server(client)
        assert caught.value.retry_after == 5
        await client.close()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"jetstream": False}, "nothing answers for it"),
        ({"accounts": {"A": {"users": [{"user": "u", "password": "p"}]}}}, "JetStream not enabled for account"),
    ],
)
async def test_no_jetstream(config: dict[str, Any], why: str) -> None:
    """A server without it, and an account without it, are told apart."""
    with server(config) as handle:
        client = await connect(Access(handle.url.replace("//", "//u:p@")), name="test")
        with pytest.raises(EngineError, match=why) as caught:
            await check_server(client)
        assert caught.value.code == "engine.no_jetstream"
        await client.close()


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_the_next_server(failures: list[int]) -> None:
    """The one that failed least is tried, after a wait that grows with its failures to a second, and is never none."""
    servers = [Server(urlsplit(f"nats://h-{i}"), count) for i, count in enumerate(failures)]  # type: ignore[arg-type]
    chosen, wait = connection._next_server(servers, {})
    assert chosen.reconnects == min(failures)
    assert 0 < wait <= connection._wait(chosen.reconnects) <= connection._wait(chosen.reconnects + 1) <= 1


def test_waits() -> None:
    """They double from a sixteenth of a second."""
    assert [connection._wait(failures) for failures in range(6)] == [0.0625, 0.125, 0.25, 0.5, 1, 1]
