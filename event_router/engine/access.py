"""Where the servers are and how to be let in, as people write it, judged before anything connects."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from event_router.engine.credentials import callbacks
from event_router.engine.errors import EngineError

_SCHEMES = frozenset({"nats", "tls"})
# A comma within a password is no separator, so that no part of one is taken for a host.
_SEPARATOR = re.compile(r"\s*,\s*(?=[a-z]+://|[^@]*$)")


@dataclass(frozen=True, slots=True)
class Access:
    """Where the servers are, and how to be let in.

    Attributes:
        url: ``nats://[user:password@]host:port``, or several with commas between them. ``tls://`` insists on TLS.
        credentials: A ``.creds`` file with JWT and seed.
        tls_ca: Certificates to trust instead of the machine's; insists on TLS.
        tls_cert: Our own certificate, for servers that ask for one; insists on TLS.
        tls_key: Its key, where that is in another file.
    """

    url: str = field(repr=False)
    credentials: Path | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def shown(self) -> str:
        """Return the URL for people: without credentials."""
        return redact_url(self.url)

    @property
    def insists_on_tls(self) -> bool:
        """Return whether nothing may be sent in the clear."""
        return bool(self.tls_ca or self.tls_cert) or any(_split(one).scheme == "tls" for one in _each(self.url))


def redact_url(url: str) -> str:
    """Return one URL, or several with commas between them, without user, password, or token.

    >>> redact_url("nats://user:password@nats-1:4222,nats://nats-2:4222")
    'nats://nats-1:4222,nats://nats-2:4222'
    """
    return ",".join(_without_user(one) for one in _each(url))


def options(access: Access) -> dict[str, Any]:
    """Return what nats-py needs to connect.

    Raises:
        EngineError: ``engine.bad_url``, ``engine.bad_credentials``, or ``engine.bad_tls``.
    """
    parts = [_server(access, one) for one in _each(access.url)]
    # nats-py would send user and password as they stand in the URL, percent signs and all.
    return (
        {"servers": [_without_user(part.geturl()) for part in parts]}
        | _user(parts)
        | _credentials(access)
        | _tls(access)
    )


def _each(url: str) -> list[str]:
    return [one if "://" in one else f"nats://{one}" for one in _SEPARATOR.split(url.strip())]


def _without_user(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _split(url: str) -> SplitResult:
    """Return the parts of a URL, or none at all where it is no URL."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # Raises where it is none.
    except ValueError:
        return urlsplit("")
    return parts


def _server(access: Access, url: str) -> SplitResult:
    parts = _split(url)
    if parts.scheme in _SCHEMES and parts.hostname:
        return parts
    raise EngineError(
        "engine.bad_url",
        f"{_without_user(url)} in {access.shown} is no address of a nats-server. "
        "Write nats://host:4222 or tls://host:4222, with %-codes for special characters in user and password.",
    )


def _user(parts: list[SplitResult]) -> dict[str, str]:
    found = next((part for part in parts if part.username), None)
    if found is None or found.username is None:
        return {}
    if found.password is None:
        return {"token": unquote(found.username)}
    return {"user": unquote(found.username), "password": unquote(found.password)}


def _credentials(access: Access) -> dict[str, Any]:
    return callbacks(access.credentials)._asdict() if access.credentials else {}


def _tls(access: Access) -> dict[str, Any]:
    if not (access.tls_ca or access.tls_cert):
        return {}
    try:
        context = ssl.create_default_context(cafile=access.tls_ca)
        if access.tls_cert:
            context.load_cert_chain(access.tls_cert, access.tls_key)
    except OSError as error:  # ssl.SSLError is one.
        files = ", ".join(str(path) for path in (access.tls_ca, access.tls_cert, access.tls_key) if path)
        why = getattr(error, "reason", None) or error.strerror
        raise EngineError(
            "engine.bad_tls", f"The TLS files cannot be used ({files}): {why}. They are PEM files that we may read."
        ) from error
    return {"tls": context}
