"""Pages of 100, as Django REST framework makes them ([CLIENT] page size; [ORACLE] the rest)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from mock_promoter.answers import Answer, Call, detail

SIZE = 100


def page(call: Call, rows: Sequence[Any]) -> Answer:
    """Return the page of rows that a call asks for; links keep the other parameters."""
    last = max(1, -(-len(rows) // SIZE))
    asked = call.query.get("page", "1")
    number = last if asked == "last" else int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0
    if not 1 <= number <= last:
        return detail(404, "Invalid page.")
    body = {
        "count": len(rows),
        "next": _link(call, number + 1) if number < last else None,
        "previous": _link(call, number - 1) if number > 1 else None,
        "results": rows[(number - 1) * SIZE : number * SIZE],
    }
    return Answer(200, body)


def _link(call: Call, number: int) -> str:
    query = {name: value for name, value in call.query.items() if name != "page"} | (
        {"page": str(number)} if number > 1 else {}
    )
    return f"{call.origin}{call.path}" + (f"?{urlencode(query)}" if query else "")


EMPTY: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}
