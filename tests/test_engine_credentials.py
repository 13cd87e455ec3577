"""A ``.creds`` file: a real server lets its user in, and what is wrong with one is said without showing it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from nats_servers import Handle, server

from event_router.engine.connection import Access, check_server, connect
from event_router.engine.credentials import callbacks
from event_router.engine.errors import EngineError

nkeys: Any = import_module("nkeys")  # It has no types.

_KINDS = {"operator": nkeys.PREFIX_BYTE_OPERATOR, "account": nkeys.PREFIX_BYTE_ACCOUNT, "user": nkeys.PREFIX_BYTE_USER}


def key(kind: str) -> Any:
    """Return a new key pair."""
    return nkeys.from_seed(bytearray(nkeys.encode_seed(os.urandom(32), _KINDS[kind])))


def encoded(data: bytes) -> str:
    """Return bytes as JWTs have them."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(kind: str, subject: Any, issuer: Any, **nats: Any) -> str:
    """Return a claim that an issuer signs."""
    claim = {"iss": issuer.public_key.decode(), "sub": subject.public_key.decode(), "name": kind, "iat": 1_700_000_000}
    claim["nats"] = {"type": kind, "version": 2, **nats}
    claim["jti"] = base64.b32encode(hashlib.sha256(json.dumps(claim).encode()).digest()).rstrip(b"=").decode()
    head = encoded(b'{"typ":"JWT","alg":"ed25519-nkey"}')
    text = f"{head}.{encoded(json.dumps(claim).encode())}"
    return f"{text}.{encoded(issuer.sign(text.encode()))}"


def creds(token: str, seed: str) -> str:
    """Return a file as nsc writes it."""
    return (
        f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n*** IMPORTANT ***\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )


@pytest.fixture(scope="module")
def account() -> Any:
    """Return the key of the account that all users are of."""
    return key("account")


@pytest.fixture(scope="module")
def strict(account: Any) -> Iterator[Handle]:
    """Run a server that lets in by JWT only."""
    operator, system = key("operator"), key("account")
    limits = dict.fromkeys(("subs", "data", "payload", "imports", "exports", "conn", "leaf"), -1)
    storage = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), -1)
    tokens = {
        system: jwt("account", system, operator, limits=limits),
        account: jwt("account", account, operator, limits=limits | storage),
    }
    config = {
        "operator": jwt("operator", operator, operator),
        "system_account": system.public_key.decode(),
        "resolver": "MEMORY",
        "resolver_preload": {known.public_key.decode(): token for known, token in tokens.items()},
    }
    with server(config) as handle:
        yield handle


@pytest.fixture
def file(tmp_path: Path, account: Any) -> Path:
    """Return the credentials of a user whom the server knows."""
    user = key("user")
    path = tmp_path / "user.creds"
    path.write_text(creds(jwt("user", user, account, subs=-1, data=-1, payload=-1), user.seed.decode()))
    return path


@pytest.mark.anyio
async def test_a_user(strict: Handle, file: Path) -> None:
    """The server lets the user in, with JetStream."""
    client = await connect(Access(strict.url, credentials=file), name="test")
    await check_server(client)
    await client.close()


@pytest.mark.anyio
async def test_a_user_of_somebody_else(strict: Handle, tmp_path: Path) -> None:
    """A user whom another account has signed is refused at once."""
    user, path = key("user"), tmp_path / "user.creds"
    path.write_text(creds(jwt("user", user, key("account")), user.seed.decode()))
    with pytest.raises(EngineError, match="Authorization Violation") as caught:
        await connect(Access(strict.url, credentials=path), name="test")
    assert caught.value.code == "engine.refused_credentials"


def test_the_file_is_read_anew(file: Path) -> None:
    """A file that is replaced counts from the next connection on."""
    found = callbacks(file)
    first = found.user_jwt_cb()
    user = key("user")
    file.write_text(creds("new.jwt", user.seed.decode()))
    assert first != found.user_jwt_cb() == b"new.jwt"
    assert user.verify(b"nonce", base64.b64decode(found.signature_cb("nonce")))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "does not hold"),
        (b"\xff", "cannot be read"),
        (creds("a.b.c", "").encode(), "does not hold"),
        (creds("a.b.c", "SUSECRET").encode(), "holds a seed that is none"),
        (creds("a.b.c", "SU" + "SECRET23" * 7).encode(), "holds a seed that is none"),
    ],
)
def test_bad_files(tmp_path: Path, text: bytes, why: str) -> None:
    """What is wrong is said with the file's name and without its content."""
    path = tmp_path / "user.creds"
    path.write_bytes(text)
    with pytest.raises(EngineError, match=f"{path} {why}") as caught:
        callbacks(path)
    assert caught.value.code == "engine.bad_credentials"
    assert "SECRET" not in repr(caught.value)


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(EngineError, match=r"none\.creds cannot be read"):
        callbacks(tmp_path / "none.creds")


def test_without_the_package(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nkeys is not installed, the error says how to install it."""
    monkeypatch.setitem(sys.modules, "nkeys", None)
    with pytest.raises(EngineError, match="pip install nkeys"):
        callbacks(file)
