"""A call of the control plane as data: what it takes, what it does, what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_promoter.account import Account
from mock_promoter.server import Server

Schema = Mapping[str, Any]


class Refusal(Exception):  # noqa: N818 - nothing is in error but the call.
    """A call that is not done.

    ::

        * Refusal
          . 400 control.bad_json       the body is no JSON, or no YAML where it says so
          . 401 control.token          the token is missing or wrong
          . 403 control.cross_origin   a page of elsewhere called
          . 404 control.not_found      there is no such contact, survey, request, …
          . 404 control.unknown_account
          . 404 control.no_route
          . 405 control.method
          . 409 control.unmet          what was verified or waited for did not come
          . 413 control.too_large
          . 422 control.invalid        the data is wrong; ``errors`` says where

    Attributes:
        status: HTTP status.
        code: Stable.
        errors: ``path``, ``rule`` and ``message`` of each thing that is wrong.
        more: Further members of the answer.
    """

    def __init__(
        self, status: int, code: str, message: str, errors: tuple[Mapping[str, str], ...] = (), **more: Any
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.errors, self.more = status, f"control.{code}", errors, more

    def as_json(self) -> dict[str, Any]:
        """Return the answer's body."""
        shown = {"code": self.code, "message": str(self), **self.more}
        return {**shown, "errors": list(self.errors)} if self.errors else shown


def not_found(what: str) -> Refusal:
    """Return the refusal for something that there is not."""
    return Refusal(404, "not_found", f"There is no {what}.")


def invalid(path: str, rule: str, message: str) -> Refusal:
    """Return the refusal for one thing that is wrong."""
    return Refusal(422, "invalid", message, ({"path": path, "rule": rule, "message": message},))


@dataclass(frozen=True, slots=True)
class Ask:
    """A call of the control plane, checked.

    Attributes:
        account: The one named by ``?account=``, else the default account.
        scope: The name in ``?account=``; ``None`` where the call speaks of the whole server.
        query: Parameters as their schemas want them, defaults filled in.
        body: The JSON value, valid by its schema.
        ids: What stands in the path, in its order.
        origin: ``http://127.0.0.1:8080``.
    """

    server: Server
    account: Account
    scope: str | None
    query: Mapping[str, Any]
    body: Any
    ids: tuple[str, ...]
    origin: str

    @property
    def number(self) -> int:
        """The id in the path; 0, which nothing has, where it is no number."""
        text = self.ids[0]
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@dataclass(frozen=True, slots=True)
class Command:
    """A method of a path below ``/__mock__``.

    Attributes:
        run: Does it; returns the answer's JSON value. Raises ``Refusal``.
        body: Schema of the body; ``None`` where it takes none.
        query: Schemas of the parameters, beside ``account``.
        answer: Schema of the answer.
        status: Of the answer where all went well.
        statuses: Further ones that it may answer with.
        shows_keys: Whether the answer may hold an API key, which is masked everywhere else.
        is_write: Whether it changes anything that is not told of yet; GET never does.
    """

    method: str
    path: str
    summary: str
    run: Callable[[Ask], Any | Awaitable[Any]]
    body: Schema | None = None
    query: Mapping[str, Schema] = field(default_factory=dict)
    answer: Schema = field(default_factory=lambda: {"type": "object"})
    status: int = 200
    statuses: tuple[int, ...] = ()
    shows_keys: bool = False
    is_write: bool = True
