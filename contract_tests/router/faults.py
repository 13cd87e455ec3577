"""Letting Promoter fail for some requests, and only while a test needs it."""

from __future__ import annotations

from typing import Any

from contract_tests.control import Control
from contract_tests.router.witness import Match

#: The effect of what is done, and whose answer is lost.
LOST = {"kind": "answer_lost"}


def status(code: int, body: Any = None, **headers: str) -> dict[str, Any]:
    """Return the effect of an answer with a status, such as ``status(429, Retry_After="1")``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    more = {"body": body} if body is not None else {}
    return {"kind": "status", "status": code, **more, **({"headers": named} if named else {})}


class Faults:
    """Adds faults, and takes away again those that it added."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._ids: list[int] = []

    def strike(self, effect: dict[str, Any], match: Match, times: int | None = None) -> None:
        """Let requests that match fail, so many times or until it is lifted."""
        self._ids.append(self._control.fail(effect, times, **match))

    def lift(self) -> None:
        """Take all of them away."""
        while self._ids:
            self._control.lift(self._ids.pop())
