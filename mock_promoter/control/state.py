"""Calls on the server's state: accounts, switches, seeds, snapshots, the clock, the rate limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import promoter_schemas
from mock_promoter.control.command import Ask, Command, invalid, not_found
from mock_promoter.control.shapes import NOTHING, TEXT, body, definition, rows, shape
from mock_promoter.control.views import clock_view
from mock_promoter.documents import FIRST_YEAR, LAST_YEAR, DocumentError, choices_from, clock_from, set_limit
from mock_promoter.snapshots import snapshot

PARTS = ("state", "journal", "faults", "clock")

_CLOCK = shape(mode={"enum": ["real", "frozen", "offset"]}, now=TEXT, offset_seconds={"type": "number"})
_LIMIT = shape(limit={"type": ["integer", "null"]}, window_seconds={"type": ["number", "null"]})
_STEP = {"type": "number", "minimum": -100_000, "maximum": 100_000_000}


def _health(_: Ask) -> Any:
    return {"status": "ok"}


def _ready(_: Ask) -> Any:
    return {"status": "ready", "version": version("promoter-destination")}


def _accounts(ask: Ask) -> Any:
    accounts = ask.server.accounts.values()
    return {"accounts": [{"name": one.name, "default": one is ask.server.default} for one in accounts]}


def _add_account(ask: Ask) -> Any:
    name, key = ask.body.get("name"), ask.body.get("api_key")
    if name is not None and ask.server.named(name) is not None:
        raise invalid("$.name", "unique", f"There is an account {name} already.")
    if key in ask.server.accounts:
        raise invalid("$.api_key", "unique", "There is an account with this key already.")
    key, account = ask.server.add_account(key, name)
    return {"name": account.name, "api_key": key}


def _remove_account(ask: Ask) -> Any:
    account = ask.server.named(ask.ids[0])
    if account is None:
        raise not_found(f"account {ask.ids[0]}")
    if account is ask.server.default:
        raise invalid("$", "default", "The default account stays. Reset it instead.")
    ask.server.remove_account(account.name)
    return {}


def _reset(ask: Ask) -> Any:
    ask.server.reset(ask.body.get("what", PARTS), ask.scope)
    return {}


def _settings(ask: Ask) -> Any:
    return asdict(ask.account.choices)


def _change_settings(ask: Ask) -> Any:
    kept = ask.account.choices
    if ask.body.get("email_case", kept.email_case) != kept.email_case and ask.account.contacts:
        raise invalid("$.email_case", "empty", "Contacts are known by their e-mail: set this while there are none.")
    ask.account.choices = choices_from(ask.body, kept)
    return _settings(ask)


def _seed(ask: Ask) -> Any:
    _placed(ask.server.seed, ask)
    return {}


def _restore(ask: Ask) -> Any:
    _placed(ask.server.restore, ask)
    return {}


def _placed(place: Any, ask: Ask) -> None:
    try:
        place(ask.body, ask.scope)
    except DocumentError as error:
        raise invalid(error.path, "known", str(error)) from error
    except LookupError as error:
        words = "Make it first." if ask.scope is None else f"This call speaks of the account {ask.scope}."
        raise invalid("$.accounts", "known", f"There is no account {error.args[0]} here. {words}") from error


def _snapshot(ask: Ask) -> Any:
    return snapshot(ask.server.accounts.values() if ask.scope is None else [ask.account])


def _clock(ask: Ask) -> Any:
    return clock_view(ask.account.clock)


def _set_clock(ask: Ask) -> Any:
    try:
        ask.account.clock = clock_from(ask.body)
    except DocumentError as error:
        raise invalid(error.path, "known", str(error)) from error
    return _clock(ask)


def _advance(ask: Ask) -> Any:
    clock = ask.account.clock
    try:
        by = timedelta(**ask.body)
        in_bounds = FIRST_YEAR <= (clock.now() + by).year <= LAST_YEAR
    except OverflowError:
        in_bounds = False
    if not in_bounds:
        raise invalid("$", "maximum", f"The clock goes from {FIRST_YEAR} to {LAST_YEAR}.")
    clock.advance(by)
    return _clock(ask)


def _limit(ask: Ask) -> Any:
    limit = ask.account.limit
    return {"limit": limit.limit, "window_seconds": limit.window.total_seconds() if limit.limit is not None else None}


def _set_limit(ask: Ask) -> Any:
    set_limit(ask.account.limit, ask.body)
    return _limit(ask)


def _remove_limit(ask: Ask) -> Any:
    set_limit(ask.account.limit, {})
    return _limit(ask)


def _names(parts: Iterable[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"enum": list(parts)}}


#: Schema of seeds and snapshots.
STATE = promoter_schemas.load("mock/state")
_NAME = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$"}
_KEY = {"type": "string", "pattern": "^[!-9;-~]{1,200}$"}

COMMANDS = (
    Command("GET", "/health", "Whether it lives.", _health, answer=shape(status={"const": "ok"})),
    Command(
        "GET", "/ready", "Whether it takes requests.", _ready, answer=shape(status={"const": "ready"}, version=TEXT)
    ),
    Command(
        "GET",
        "/accounts",
        "List accounts, without their keys.",
        _accounts,
        answer=rows("accounts", shape(name=TEXT, default={"type": "boolean"})),
    ),
    Command(
        "POST",
        "/accounts",
        "Make an account; its key is made of the name where none is given.",
        _add_account,
        body=body(name=_NAME, api_key=_KEY),
        answer=shape(name=TEXT, api_key=TEXT),
        status=201,
        shows_keys=True,
    ),
    Command("DELETE", "/accounts/{name}", "Forget an account.", _remove_account, answer=NOTHING, statuses=(404, 422)),
    Command(
        "POST",
        "/reset",
        "Go back to the seed: one account, or everything.",
        _reset,
        body=body(what=_names(PARTS)),
        answer=NOTHING,
    ),
    Command("GET", "/settings", "The switches.", _settings, answer=definition("settings")),
    Command(
        "PATCH",
        "/settings",
        "Set some switches.",
        _change_settings,
        body=definition("settings"),
        answer=definition("settings"),
    ),
    Command("PUT", "/seed", "Put accounts into a state that reset returns to.", _seed, body=STATE, answer=NOTHING),
    Command("GET", "/snapshot", "The state, whole.", _snapshot, answer=STATE),
    Command("PUT", "/snapshot", "Put accounts into a state.", _restore, body=STATE, answer=NOTHING),
    Command("GET", "/clock", "What time it is.", _clock, answer=_CLOCK),
    Command("PUT", "/clock", "Set the clock.", _set_clock, body=definition("clock"), answer=_CLOCK),
    Command(
        "POST",
        "/clock/advance",
        "Let time pass.",
        _advance,
        body=body(seconds=_STEP, minutes=_STEP, hours=_STEP, days=_STEP),
        answer=_CLOCK,
    ),
    Command("GET", "/rate-limit", "The limit on requests.", _limit, answer=_LIMIT),
    Command("PUT", "/rate-limit", "Limit requests.", _set_limit, body=definition("rate_limit"), answer=_LIMIT),
    Command("DELETE", "/rate-limit", "Lift the limit.", _remove_limit, answer=_LIMIT),
)
