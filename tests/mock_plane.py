"""What tests of the mock's control plane need: a client that holds answers to their schemas, and journal entries."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import httpx
import jsonschema_rs
import orjson
import pytest

from mock_promoter.auth import TEST_KEY
from mock_promoter.control.command import Command
from mock_promoter.control.commands import COMMANDS
from mock_promoter.journal import Entry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FROZEN = {"mode": "frozen", "at": "2026-01-01T12:00:00Z"}


def entry(number: int = 1, **changes: Any) -> Entry:
    """Return a request as the journal has it; ``body`` is a JSON value, or bytes as they came."""
    values: dict[str, Any] = {
        "id": number,
        "correlation_id": f"mock-{number}",
        "account": "default",
        "at": NOON,
        "method": "POST",
        "path": "/api/v2/survey/",
        "query": "",
        "headers": {},
    }
    if "body" in changes and not isinstance(changes["body"], bytes):
        changes["body"] = orjson.dumps(changes["body"])
    return Entry(**values | changes)


@contextmanager
def program(*args: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server on a free port; yield its address, which it prints first, and the process."""
    command = [sys.executable, "-P", "-m", "mock_promoter", "serve", "--port", "0", *args]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.terminate()
            assert process.wait(30) == 0


def sleep_with(monkeypatch: pytest.MonkeyPatch, module: str, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Let a module sleep in another way; a server that runs in another thread sleeps on as it does."""
    monkeypatch.setattr(f"mock_promoter.{module}.asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))


def command(method: str, path: str) -> Command:
    """Return the command that serves a path."""
    for one in sorted(COMMANDS, key=lambda one: "{" in one.path):
        if one.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one.path), path):
            return one
    raise LookupError(f"{method} {path}")


@cache
def _judge(method: str, path: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(dict(command(method, path).answer))


class Plane:
    """A client of the control plane, and of the API with one key."""

    def __init__(self, url: str, key: str = TEST_KEY, **headers: str) -> None:
        self.url, self.key = url, key
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        # Nobody is to be trusted here, and to load whom one could trust takes time.
        self._client = httpx.Client(base_url=url, headers=named, timeout=20, verify=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._client.close()

    def send(self, method: str, path: str, body: Any = None, /, **options: Any) -> httpx.Response:
        """Send a control call; ``content``, ``params`` and ``headers`` are httpx's."""
        return self._client.request(method, f"/__mock__{path}", json=body, **options)

    def call(self, method: str, path: str, body: Any = None, /, **query: Any) -> Any:
        """Make a control call that succeeds, and answers as its schema says."""
        answer = self.send(method, path, body, params=query)
        known = command(method, path)
        assert answer.status_code == known.status, answer.text
        value = answer.json()
        _judge(method, known.path).validate(value)
        return value

    def refusal(
        self, method: str, path: str, body: Any = None, /, **query: Any
    ) -> tuple[int, str, list[tuple[str, str]]]:
        """Make a control call that is refused; return status, code, and path and rule of each error."""
        answer = self.send(method, path, body, params=query)
        value = answer.json()
        assert value["message"]
        return answer.status_code, value["code"], [(one["path"], one["rule"]) for one in value.get("errors", [])]

    def api(self, method: str, path: str, body: Any = None, /, **options: Any) -> httpx.Response:
        """Call Promoter's API."""
        headers = {"authorization": f"Token {self.key}", **options.pop("headers", {})}
        return self._client.request(method, path, json=body, headers=headers, **options)

    def survey(self, email: str = "kate@mac.com", **options: Any) -> httpx.Response:
        """Survey somebody by the API."""
        return self.api("POST", "/api/v2/survey/", {"campaign_id": 1, "contact": {"email": email}}, **options)

    def journal(self, **query: Any) -> list[Any]:
        """Return the journal."""
        found: list[Any] = self.call("GET", "/requests", **query)["requests"]
        return found

    def everything(self) -> tuple[Any, ...]:
        """Return all that a call could change."""
        paths = ("/snapshot", "/accounts", "/faults", "/requests", "/expectations", "/deliveries")
        return tuple(self.call("GET", path) for path in paths)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Hold what happens inside to changing nothing."""
        before = self.everything()
        yield
        assert self.everything() == before
