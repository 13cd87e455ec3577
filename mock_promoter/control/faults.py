"""Calls on faults."""

from __future__ import annotations

from typing import Any

from mock_promoter.control.command import Ask, Command, invalid, not_found
from mock_promoter.control.shapes import COUNT, ID, MATCH, NOTHING, body, published, rows, shape
from mock_promoter.faults import Fault

_FAULT = shape(
    id=ID,
    match={"type": "object"},
    effect={"type": "object"},
    times={"type": ["integer", "null"]},
    left={"type": ["integer", "null"]},
    probability={"type": ["number", "null"]},
    seed=COUNT,
    used=COUNT,
    account={"type": ["string", "null"]},
)
# They say where an answer ends, and so does the server.
_FRAMING = frozenset({"content-length", "transfer-encoding"})


def _faults(ask: Ask) -> Any:
    return {"faults": [fault.as_json() for fault in ask.server.faults if _is_meant(ask, fault)]}


def _is_meant(ask: Ask, fault: Fault) -> bool:
    return ask.scope in (None, fault.account)


def _add(ask: Ask) -> Any:
    match, effect = dict(ask.body.get("match", {})), ask.body["effect"]
    if ask.scope is not None and match.setdefault("account", ask.scope) != ask.scope:
        raise invalid("$.match.account", "const", f"This call speaks of the account {ask.scope}.")
    for name in effect.get("headers", {}):
        if name.lower() in _FRAMING:
            raise invalid(f"$.effect.headers.{name}", "not", "The server itself says where an answer ends.")
    more = {name: ask.body[name] for name in ("times", "probability", "seed") if name in ask.body}
    return ask.server.faults.add(match, effect, **more).as_json()


def _remove(ask: Ask) -> Any:
    fault = ask.server.faults.get(ask.number)
    if fault is None or not _is_meant(ask, fault):
        raise not_found(f"fault {ask.ids[0]}")
    ask.server.faults.remove(fault)
    return {}


def _clear(ask: Ask) -> Any:
    ask.server.faults.clear(ask.scope)
    return {}


COMMANDS = (
    Command("GET", "/faults", "Faults, in the order in which they strike.", _faults, answer=rows("faults", _FAULT)),
    Command(
        "POST",
        "/faults",
        "Add a fault.",
        _add,
        body=body(
            ("effect",),
            match={**MATCH, "properties": {k: v for k, v in MATCH["properties"].items() if k != "status"}},
            effect=published("effect"),
            times={"type": "integer", "minimum": 1, "maximum": 1_000_000},
            probability={"type": "number", "minimum": 0, "maximum": 1},
            seed={"type": "integer", "minimum": 0, "maximum": 2**53},
        ),
        answer=_FAULT,
        status=201,
    ),
    Command("DELETE", "/faults", "Take all faults away, or those of an account.", _clear, answer=NOTHING),
    Command("DELETE", "/faults/{id}", "Take a fault away.", _remove, answer=NOTHING, statuses=(404,)),
)
