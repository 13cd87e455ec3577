"""A router's door, as an SDK speaks to it: Segment's tracking API, again and again until it says 200."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from contract_tests.findings import expect
from contract_tests.masking import masked
from contract_tests.router.pauses import found_within
from contract_tests.router.people import Event
from contract_tests.wire import basic, client

#: Where SDKs send what they have gathered.
BATCH = "/v1/batch"
_LONGEST = 200


class Door:
    """Sends to a router's tracking API, and keeps what was said.

    Args:
        url: Where the router answers.
        write_key: What the source identifies itself with.
        patience: Seconds within which a good batch has to be answered 200.
        secrets: What ``lines`` does not show.
    """

    def __init__(self, url: str, write_key: str, patience: float, secrets: Sequence[str] = ()) -> None:
        self.write_key = write_key
        self.lines: list[str] = []
        self._patience, self._secrets = patience, (*secrets, write_key)
        self._client = client(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._client.close()

    def ask(
        self, path: str, body: Any = None, *, method: str = "POST", headers: Mapping[str, str] | None = None
    ) -> httpx.Response | None:
        """Send once; return the answer, ``None`` where there was none.

        Args:
            path: With its query.
            body: Bytes as they are; any other value as JSON.
            method: The HTTP method.
            headers: Besides the write key's; a name in small letters goes before it.
        """
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        named = {"authorization": basic(self.write_key), "content-type": "application/json", **(headers or {})}
        try:
            answer = self._client.request(method, path, content=content, headers=named)
        except httpx.TransportError as error:
            return self._note(method, path, content, type(error).__name__, None)
        return self._note(method, path, content, f"{answer.status_code} {answer.text}", answer)

    def accept(self, *events: Event) -> None:
        """Send a batch until it is taken. Raises ``BrokenRequirement`` where it never is."""
        answer = found_within(self._patience, lambda: self._taken(events))
        expect(answer, f"a good batch is answered 200 within {self._patience:g} s", self.lines[-1])

    def _taken(self, events: Sequence[Event]) -> bool:
        answer = self.ask(BATCH, {"batch": events})
        return answer is not None and answer.status_code == 200

    def _note(
        self, method: str, path: str, content: bytes | None, said: str, answer: httpx.Response | None
    ) -> httpx.Response | None:
        sent = _short((content or b"").decode("utf-8", "replace"))
        self.lines.append(masked(f"to the router: {method} {path} {sent} → {_short(said)}", self._secrets))
        return answer


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
