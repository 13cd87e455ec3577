"""A small client of the control plane that a mock Promoter has at ``/__mock__/``: accounts, clock, limits, faults, journal.

What it answers is plain JSON. Requirements that need time to pass, a limit or an account of their own are tested with it;
a server without it is tested all the same, but for those.

    with Control("http://127.0.0.1:8080") as server:
        account = server.new_account()
        account.advance(hours=24)
        account.wait(method="POST", path="/api/v2/survey/", body={"contact": {"email": "kate@mac.com"}})
        lines = account.journal()
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any, Self, TypeAlias

import httpx

from contract_tests.masking import masked
from contract_tests.unready import TOKEN, no_server, no_token
from contract_tests.wire import PATIENCE, client, object_of

Row: TypeAlias = Mapping[str, Any]

#: Characters of an answer that a line of the journal shows.
LONGEST = 300


class ControlError(Exception):
    """A call of the control plane was refused.

    Attributes:
        code: As the control plane says it, such as ``control.unmet`` where something did not come in time.
    """

    def __init__(self, what: str, status: int, answer: Mapping[str, Any]) -> None:
        self.code = str(answer.get("code", f"http.{status}"))
        super().__init__(f"[{self.code}] {what}: {answer.get('message', f'HTTP {status}')}")


class Control:
    """The control plane of a server, or one account of it.

    A match is given by name: ``account``, ``method``, ``path`` (* stands for any text), ``query``, ``headers``,
    ``body`` (an object matches one that holds at least these members) and ``status``.

    Attributes:
        url: Where the server answers, without a slash at the end.
        account: The name of the account; ``None`` for the whole server, and for its default account.
        api_key: The account's key, where it was made here.

    ``token`` is the control plane's, in place of the environment's; ``http`` a client to use, which stays open.
    """

    def __init__(
        self,
        url: str,
        account: str | None = None,
        api_key: str = "",
        token: str | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self.url, self.account, self.api_key = url.rstrip("/"), account, api_key
        self._token = token if token is not None else os.environ.get(TOKEN, "")
        self._http, self._is_own = http or client(self.url), http is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection, unless it is somebody else's."""
        if self._is_own:
            self._http.close()

    def lacking(self) -> str | None:
        """Return why there is no control plane; ``None`` where there is one.

        Raises:
            ContractError: Nobody answers, or the control plane wants a token that it was not given.
        """
        try:
            answer = self._send("GET", "/accounts")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise no_server(self.url, error) from None
        found = object_of(answer)
        if found.get("code") == "control.token":
            raise no_token(self.url)
        return None if "accounts" in found else f"{self.url} has no control plane at /__mock__/"

    def call(self, method: str, path: str, body: Any = None, wait: float = 0, /, **query: Any) -> Any:
        """Make a call; return the JSON value that it answers.

        Raises:
            ControlError: It was refused.
            httpx.HTTPError: The server cannot be reached.
        """
        params = {"account": self.account, **query} if self.account is not None else query
        answer = self._send(method, path, json=body, params=params, timeout=PATIENCE + wait)
        if answer.is_success:
            return answer.json()
        raise ControlError(f"{method} /__mock__{path}", answer.status_code, object_of(answer))

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        return self._http.request(method, f"{self.url}/__mock__{path}", headers=headers, **options)

    # State.

    def new_account(self) -> Control:
        """Make an account with a key of its own; return a client of it, over the same connection if that was given."""
        made = self.call("POST", "/accounts", {})
        return Control(self.url, made["name"], made["api_key"], self._token, None if self._is_own else self._http)

    def remove_account(self) -> None:
        """Forget the account with all that is its own."""
        self.call("DELETE", f"/accounts/{self.account}")

    def reset(self, *what: str) -> None:
        """Go back to the seed: ``state``, ``journal``, ``faults``, ``clock``; all of them where none is named."""
        self.call("POST", "/reset", {"what": list(what)} if what else {})

    def settings(self, **switches: Any) -> Row:
        """Set some switches; return all."""
        found: Row = self.call("PATCH", "/settings", switches) if switches else self.call("GET", "/settings")
        return found

    def snapshot(self) -> Row:
        """Return all that the account holds, as a seed would have it."""
        accounts: Mapping[str, Row] = self.call("GET", "/snapshot")["accounts"]
        return accounts[self.account] if self.account is not None else next(iter(accounts.values()))

    def restore(self, state: Row) -> None:
        """Put the account into a state, such as a snapshot; ``reset`` still goes back to the seed."""
        self.call("PUT", "/snapshot", state)

    # Time and limits.

    def now(self) -> str:
        """Return what time it is, in ISO 8601."""
        return str(self.call("GET", "/clock")["now"])

    def freeze(self, at: str | None = None) -> None:
        """Stop the clock at a time in ISO 8601; at the present time where none is given."""
        self.call("PUT", "/clock", {"mode": "frozen"} | ({"at": at} if at else {}))

    def advance(self, **steps: float) -> None:
        """Let ``seconds``, ``minutes``, ``hours`` or ``days`` pass."""
        self.call("POST", "/clock/advance", steps)

    def limit(self, limit: int | None, window_seconds: float = 60) -> None:
        """Limit requests to so many in a window; ``None`` lifts the limit."""
        self.call("PUT", "/rate-limit", {"limit": limit, "window_seconds": window_seconds})

    # Faults.

    def fail(self, effect: Row, times: int | None = None, /, **match: Any) -> int:
        """Let requests that match fail, such as by ``{"kind": "status", "status": 503}``; return the fault's id."""
        more = {} if times is None else {"times": times}
        return int(self.call("POST", "/faults", {"match": match, "effect": dict(effect), **more})["id"])

    def lift(self, fault: int | None = None) -> None:
        """Take a fault away; all of them where none is named."""
        self.call("DELETE", "/faults" if fault is None else f"/faults/{fault}")

    # People.

    def contacts(self, q: str = "") -> list[Row]:
        """Return contacts, the newest first; ``q`` is text that they contain."""
        return self._rows("contacts", "/contacts", q)

    def surveys(self, q: str = "") -> list[Row]:
        """Return the surveys that were sent, the newest first."""
        return self._rows("surveys", "/surveys", q)

    def custom_events(self, q: str = "") -> list[Row]:
        """Return the events at the Segment endpoint, the newest first: ``event``, and its ``effect`` in words."""
        return self._rows("custom_events", "/custom-events", q)

    def answer(self, survey: int, score: int, comment: str | None = None) -> None:
        """Answer a survey by its id as its contact would, from 0 to 10; again to change the answer."""
        self.call("POST", f"/surveys/{survey}/answer", {"score": score, "comment": comment})

    def unsubscribe(self, contact: int) -> None:
        """Unsubscribe a contact by its id, for good."""
        self.call("PATCH", f"/contacts/{contact}", {"unsubscribed": True})

    def _rows(self, name: str, path: str, q: str) -> list[Row]:
        found: list[Row] = self.call("GET", path, q=q, limit=10_000)[name]
        return found

    # The journal.

    def requests(self, **match: Any) -> list[Row]:
        """Return the requests that match, oldest first."""
        found: list[Row] = self.call("POST", "/requests/find", {"match": match})["requests"]
        return found

    def wait(self, count: int = 1, timeout: float = 10, **match: Any) -> list[Row]:
        """Return once so many requests match. Raises ``ControlError`` where they do not within so many seconds."""
        body = {"match": match, "count": count, "timeout_seconds": timeout}
        found: list[Row] = self.call("POST", "/requests/wait", body, timeout)["requests"]
        return found

    def journal(self, **match: Any) -> list[str]:
        """Return what was sent and answered, a line each, oldest first; keys are masked."""
        return [excerpt(one, (self.api_key,)) for one in self.requests(**match)]


def excerpt(entry: Row, secrets: Collection[str] = ()) -> str:
    """Return a request and its answer as a line, such as ``3. POST /api/v2/survey/ → 200 {…}``.

    Args:
        entry: ``id``, ``method``, ``path``, ``query``, ``body``, ``status`` and ``response``, as a journal has them.
        secrets: What is masked wherever it stands.
    """
    path = f"{entry['path']}?{entry['query']}" if entry.get("query") else entry["path"]
    sent = f" {_short(entry['body'])}" if entry.get("body") is not None else ""
    answered = entry["status"] if entry["status"] is not None else "no answer"
    fault = f" (fault {entry['fault']['kind']})" if entry.get("fault") else ""
    line = f"{entry['id']}. {entry['method']} {path}{sent} → {answered}{fault} {_short(entry['response'])}"
    return masked(line.rstrip(), secrets)


def _short(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
