"""A client of the control plane, for tests and scripts.

>>> from mock_promoter.client import Control
>>> promoter = Control("http://127.0.0.1:8080")             # doctest: +SKIP
>>> promoter.fail({"kind": "status", "status": 503}, times=2)  # doctest: +SKIP
>>> promoter.verify(method="POST", path="/api/v2/survey/")     # doctest: +SKIP

Exceptions::

    * ControlError            a call was refused; ``code`` is stable
      + UnmetError (AssertionError) what was verified or waited for did not come
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from mock_promoter.auth import TEST_KEY
from mock_promoter.client_rows import (
    Clock,
    Contact,
    CustomEvent,
    Delivery,
    Fault,
    Feedback,
    RateLimit,
    Request,
    Survey,
    Webhook,
)

#: Seconds beyond what a call itself may wait.
_PATIENCE = 10.0


class ControlError(Exception):
    """A call of the control plane was refused.

    Attributes:
        code: Such as ``control.invalid``; see docs/mock.md.
        errors: ``path``, ``rule`` and ``message`` of each thing that is wrong.
    """

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        self.status, self.code = status, str(answer.get("code", f"http.{status}"))
        self.errors: list[Mapping[str, str]] = answer.get("errors", [])
        super().__init__(f"{self.code}: {answer.get('message', 'the answer is none of a mock-promoter')}")


class UnmetError(ControlError, AssertionError):
    """What was verified or waited for did not come; the message names the nearest request and what it lacks."""


class Control:
    """The control plane of a server, or one account of it.

    A match is given by name: ``account``, ``method``, ``path`` (* stands for any text), ``query``, ``headers``,
    ``body`` (an object matches one that holds at least these members) and ``status``.

    Attributes:
        url: Where the server answers, without a slash at the end: Promoter's ``base_url``.
        api_key: The account's key; unless it is given, the one that a server knows by default.
    """

    def __init__(
        self,
        url: str,
        *,
        account: str | None = None,
        api_key: str = TEST_KEY,
        token: str | None = None,
        verify: str | bool = True,
    ) -> None:
        self.url, self.account, self.api_key = url.rstrip("/"), account, api_key
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=f"{self.url}/__mock__", headers=headers, verify=verify, timeout=_PATIENCE)

    @property
    def segment_url(self) -> str:
        """Where the server takes Segment events."""
        return f"{self.url}/api/segment/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def call(self, method: str, path: str, body: Any = None, wait: float = 0, /, **query: Any) -> Any:
        """Make any call of the control plane; return the answer's JSON value.

        Raises:
            ControlError: It was refused; ``UnmetError`` where something did not come.
            httpx.TransportError: The server cannot be reached.
        """
        given = self._scope() | {name: value for name, value in query.items() if value is not None}
        return self._sent(method, path, json=body, params=given, timeout=_PATIENCE + wait)

    def _scope(self) -> dict[str, Any]:
        return {} if self.account is None else {"account": self.account}

    def _sent(self, method: str, path: str, **request: Any) -> Any:
        answer = self._client.request(method, path, **request)
        kind = answer.headers.get("content-type", "")
        value: Any = answer.json() if kind.startswith("application/json") else {}
        if answer.is_success:
            return value
        raise (UnmetError if answer.status_code == 409 else ControlError)(answer.status_code, value)

    # State.

    def ready(self) -> None:
        """Return where the server answers; else raise ``httpx.TransportError``."""
        self.call("GET", "/ready")

    def new_account(self, name: str | None = None, api_key: str | None = None) -> Control:
        """Make an account, with a key of its own where none is given; return a client of it."""
        given = {key: value for key, value in {"name": name, "api_key": api_key}.items() if value is not None}
        made = self.call("POST", "/accounts", given)
        other = Control(self.url, account=made["name"], api_key=made["api_key"])
        other._client.headers.update(self._client.headers)
        return other

    def remove_account(self) -> None:
        """Forget the account that this is a client of."""
        self.call("DELETE", f"/accounts/{self.account}")

    def reset(self, *what: str) -> None:
        """Go back to the seed: ``"state"``, ``"journal"``, ``"faults"``, ``"clock"``; all of them where none is named."""
        self.call("POST", "/reset", {"what": list(what)} if what else {})

    def seed(self, document: Mapping[str, Any] | Path | bytes) -> None:
        """Put the account into a state that ``reset`` returns to: a value, a file in YAML or JSON, or its text.

        See schemas/mock/state.json.
        """
        text = document.read_bytes() if isinstance(document, Path) else document
        # JSON is YAML too, as far as seeds go.
        content = text if isinstance(text, bytes) else orjson.dumps(text)
        kind = "application/yaml" if isinstance(text, bytes) else "application/json"
        self._sent("PUT", "/seed", content=content, headers={"content-type": kind}, params=self._scope())

    def snapshot(self) -> dict[str, Any]:
        """Return the state, whole."""
        found: dict[str, Any] = self.call("GET", "/snapshot")
        return found

    def restore(self, document: Mapping[str, Any]) -> None:
        """Put the account into a state, such as a snapshot."""
        self.call("PUT", "/snapshot", document)

    def settings(self, **switches: Any) -> dict[str, Any]:
        """Set some switches; return all."""
        found: dict[str, Any] = self.call("PATCH", "/settings", switches) if switches else self.call("GET", "/settings")
        return found

    # Time and limits.

    def clock(self) -> Clock:
        """Return what time it is."""
        found: Clock = self.call("GET", "/clock")
        return found

    def freeze(self, at: str | None = None) -> Clock:
        """Stop the clock at a time in ISO 8601; at the present time where none is given."""
        found: Clock = self.call("PUT", "/clock", {"mode": "frozen"} | ({"at": at} if at else {}))
        return found

    def advance(self, **steps: float) -> Clock:
        """Let ``seconds``, ``minutes``, ``hours`` or ``days`` pass."""
        found: Clock = self.call("POST", "/clock/advance", steps)
        return found

    def limit(self, limit: int | None, window_seconds: float = 60) -> RateLimit:
        """Limit requests to so many in a window; ``None`` lifts the limit."""
        found: RateLimit = self.call("PUT", "/rate-limit", {"limit": limit, "window_seconds": window_seconds})
        return found

    # Faults.

    def fail(
        self,
        effect: Mapping[str, Any],
        *,
        times: int | None = None,
        probability: float | None = None,
        seed: int = 0,
        **match: Any,
    ) -> Fault:
        """Let requests fail: ``{"kind": "status", "status": 503}``; see schemas/mock/effect.json for the kinds."""
        more = {"times": times, "probability": probability, "seed": seed}
        given = {name: value for name, value in more.items() if value is not None}
        found: Fault = self.call("POST", "/faults", {"match": match, "effect": effect, **given})
        return found

    def heal(self) -> None:
        """Take all faults away."""
        self.call("DELETE", "/faults")

    # People.

    def contacts(self, q: str | None = None) -> list[Contact]:
        """Return contacts, the newest first; ``q`` is text that they contain."""
        found: list[Contact] = self.call("GET", "/contacts", q=q, limit=10_000)["contacts"]
        return found

    def surveys(self, q: str | None = None) -> list[Survey]:
        """Return the inbox, the newest first."""
        found: list[Survey] = self.call("GET", "/surveys", q=q, limit=10_000)["surveys"]
        return found

    def answer(self, survey: int, score: int, comment: str | None = None) -> Feedback:
        """Answer a survey as its contact would, from 0 to 10; again to change the answer."""
        found: Feedback = self.call("POST", f"/surveys/{survey}/answer", {"score": score, "comment": comment})
        return found

    def unsubscribe(self, survey: int) -> Contact:
        """Unsubscribe as the link in a survey does."""
        found: Contact = self.call("POST", f"/surveys/{survey}/unsubscribe")
        return found

    def custom_events(self, q: str | None = None) -> list[CustomEvent]:
        """Return the events at the Segment endpoint, the newest first."""
        found: list[CustomEvent] = self.call("GET", "/custom-events", q=q, limit=10_000)["custom_events"]
        return found

    # Requests.

    def requests(self, **match: Any) -> list[Request]:
        """Return the requests that match, oldest first."""
        found: list[Request] = self.call("POST", "/requests/find", {"match": match})["requests"]
        return found

    def wait(self, count: int = 1, timeout: float = 10, **match: Any) -> list[Request]:
        """Return once so many requests match. Raises ``UnmetError`` where they do not within so many seconds."""
        body = {"match": match, "count": count, "timeout_seconds": timeout}
        found: list[Request] = self.call("POST", "/requests/wait", body, timeout)["requests"]
        return found

    def verify(self, times: int | Mapping[str, int] | None = None, **match: Any) -> None:
        """Raise ``UnmetError`` unless so many requests match: a number, ``{"at_least", "at_most"}``, or at least one."""
        bounds = {"exactly": times} if isinstance(times, int) else times
        self.call("POST", "/verify", {"match": match} | ({"times": bounds} if bounds is not None else {}))

    def verify_sequence(self, *sequence: Mapping[str, Any]) -> None:
        """Raise ``UnmetError`` unless requests came in this order; others may lie between them."""
        self.call("POST", "/verify-sequence", {"sequence": list(sequence)})

    # Webhooks.

    def webhook(self, url: str, events: Sequence[str] | None = None, campaign: int | None = None) -> Webhook:
        """Tell a receiver of what happens."""
        more = {"events": events, "campaign": campaign}
        given = {name: value for name, value in more.items() if value is not None}
        found: Webhook = self.call("POST", "/webhooks", {"url": url, **given})
        return found

    def deliveries(self, wait: float = 0) -> list[Delivery]:
        """Return deliveries, the newest first, once none is on its way or so many seconds have passed."""
        found: list[Delivery] = self.call("GET", "/deliveries", None, wait, **({"wait": wait} if wait else {}))[
            "deliveries"
        ]
        return found
