"""Secrets where they should not be: as they are, or in the encodings that hide them from no one."""

from __future__ import annotations

import logging
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import lru_cache
from io import StringIO
from typing import Any
from urllib.parse import quote, unquote

from contract_tests.masking import MASK, masked
from event_router.api import Request

#: Shorter secrets are not looked for: they may stand anywhere by chance.
SHORTEST = 8


@lru_cache(maxsize=64)
def forms(secret: str) -> tuple[str, ...]:
    """Return how a secret can look: as it is, quoted for URLs, in hexadecimal, in base64 at each of its three offsets."""
    raw = secret.encode()
    coded = [
        encode(b"x" * skip + raw).decode()[(0, 2, 3)[skip] :]
        for encode in (b64encode, urlsafe_b64encode)
        for skip in range(3)
    ]
    # The last characters depend on what follows.
    return tuple(dict.fromkeys((secret, quote(secret, safe=""), raw.hex(), *(text.rstrip("=")[:-2] for text in coded))))


def leaks(text: str, secrets: Iterable[str]) -> bool:
    """Return whether one of these secrets is in a text, in any form."""
    return any(form in text for secret in secrets if len(secret) >= SHORTEST for form in forms(secret))


def hidden(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these secrets, in any form."""
    known = [*secrets]
    for secret in known:
        for form in forms(secret) if len(secret) >= SHORTEST else ():
            text = text.replace(form, MASK)
    return masked(text, known)


def visible(value: Any) -> str:
    """Return all that can be seen of a result, a request or an outcome, which is all but what is a ``Secret``."""
    text = repr(value)
    return f"{text}\n{unquote(text)}"


def whole(request: Request) -> str:
    """Return all of a request, its authorization included."""
    return f"{visible(request)}\n{request.authorization.reveal() if request.authorization else ''}"


class _Records(logging.Handler):
    """Keeps what is logged, as text."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.texts.append(record.getMessage())


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Yield a list that has, after the block, what was printed and logged in it."""
    heard: list[str] = []
    records, printed, root = _Records(), StringIO(), logging.getLogger()
    level = root.level
    root.addHandler(records)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            yield heard
    finally:
        root.removeHandler(records)
        root.setLevel(level)
        heard += [*records.texts, printed.getvalue()]
