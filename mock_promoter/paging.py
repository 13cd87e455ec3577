"""Pages, as Django REST framework makes them ([CLIENT] 100 rows; [ORACLE] the rest)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from mock_promoter.answers import Answer, Call, detail

T = TypeVar("T")

EMPTY: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}


def whole_number(text: str) -> int | None:
    """Return a number in decimal digits; ``None`` for what is none, or longer than any id."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def page(call: Call, rows: Sequence[T], shown: Callable[[T], Any], size: int) -> Answer:
    """Return the page that a call asks for, its rows as JSON; links keep the other parameters."""
    last = max(1, -(-len(rows) // size))
    asked = call.query.get("page", "1")
    number = last if asked == "last" else whole_number(asked) or 0
    if not 1 <= number <= last:
        return detail(404, "Invalid page.")
    body = {
        "count": len(rows),
        "next": _link(call, number + 1) if number < last else None,
        "previous": _link(call, number - 1) if number > 1 else None,
        "results": [shown(row) for row in rows[(number - 1) * size : number * size]],
    }
    return Answer(200, body)


def _link(call: Call, number: int) -> str:
    query = {name: value for name, value in call.query.items() if name != "page"} | (
        {"page": str(number)} if number > 1 else {}
    )
    return f"{call.origin}{call.path}" + (f"?{urlencode(query)}" if query else "")
