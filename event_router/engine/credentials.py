"""A ``.creds`` file: the JWT and the seed by which a server knows a user, read anew for each connection."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from event_router.engine.errors import EngineError

_PARTS = re.compile(
    r"-BEGIN NATS USER JWT-+\s+(?P<jwt>[\w.=-]+)\s.*-BEGIN USER NKEY SEED-+\s+(?P<seed>\w+)\s", re.DOTALL
)


class Callbacks(NamedTuple):
    """What nats-py asks at each connection. Both raise ``EngineError`` where the file is no good any more.

    Attributes:
        user_jwt_cb: Return the JWT.
        signature_cb: Return the signature of a server's challenge.
    """

    user_jwt_cb: Callable[[], bytes]
    signature_cb: Callable[[str], bytes]


def callbacks(path: Path) -> Callbacks:
    """Return the callbacks for a file. Raises ``EngineError`` of ``engine.bad_credentials``.

    nats-py reads such files too, but it never returns from one without a JWT, and never connects again after one
    whose seed is broken.
    """

    def jwt() -> bytes:
        return _read(path)["jwt"].encode()

    def sign(nonce: str) -> bytes:
        return base64.b64encode(_key(path).sign(nonce.encode()))

    sign("")
    return Callbacks(jwt, sign)


def _read(path: Path) -> re.Match[str]:
    try:
        found = _PARTS.search(path.read_text("utf-8") + "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, "cannot be read") from error
    if found is None:
        raise _bad(path, "does not hold the JWT and the seed of a user")
    return found


def _key(path: Path) -> Any:
    seed = _read(path)["seed"]
    try:
        nkeys = import_module("nkeys")
    except ImportError as error:
        raise _bad(path, "needs a package that is not installed: `pip install nkeys`") from error
    try:
        return nkeys.from_seed(bytearray(seed.encode()))
    except (nkeys.NkeysError, ValueError):
        raise _bad(path, "holds a seed that is none") from None  # The error would show it.


def _bad(path: Path, why: str) -> EngineError:
    return EngineError(
        "engine.bad_credentials",
        f"The credentials file {path} {why}. Get it anew, for example from `nsc generate creds`.",
    )
