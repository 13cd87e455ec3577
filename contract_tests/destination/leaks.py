"""Secrets where they should not be: as they are, or in the encodings that hide them from no one."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any
from urllib.parse import unquote

from contract_tests.disguises import SHORTEST, forms
from contract_tests.masking import MASK, masked
from event_router.api import Request


def leaks(text: str, secrets: Iterable[str]) -> bool:
    """Return whether one of these secrets is in a text, in any form and in any letter case."""
    lower = text.lower()
    return any(form.lower() in lower for secret in secrets if len(secret) >= SHORTEST for form in forms(secret))


def beginning(secret: str) -> str:
    """Return as much of a secret as nobody may show either: its first half, but no less than can be looked for."""
    return secret[: max(SHORTEST, len(secret) // 2)]


def hidden(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these secrets, in any form."""
    known = [*secrets]
    for secret in known:
        for form in (*forms(secret), *forms(beginning(secret))) if len(secret) >= SHORTEST else ():
            text = re.sub(re.escape(form), MASK, text, flags=re.IGNORECASE)
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
        self.texts.append(self.format(record))


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Yield a list that has, after the block, what was printed, logged and warned of in it."""
    heard: list[str] = []
    warned: list[warnings.WarningMessage] = []
    records, printed, root = _Records(), StringIO(), logging.getLogger()
    level = root.level
    root.addHandler(records)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(printed), redirect_stderr(printed), warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield heard
    finally:
        root.removeHandler(records)
        root.setLevel(level)
        heard += [*records.texts, *(str(one.message) for one in warned), printed.getvalue()]
