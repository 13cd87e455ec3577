"""The journal: every request that arrived, with its answer and without the keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import orjson

from mock_promoter.answers import Answer
from mock_promoter.state import iso

#: Requests that are kept; of older ones only the count.
MOST_KEPT = 10_000

# A shorter key is masked in the Authorization header only: elsewhere it would hide parts of common words.
_SHORTEST_KEY = 8


class Journal:
    """Requests in the order they arrived."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=most)
        self._count = 0

    def add(
        self, at: datetime, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, answer: Answer
    ) -> None:
        """Record a request with its answer."""
        self._count += 1
        self._entries.append(
            {
                "id": self._count,
                "at": iso(at),
                "method": method,
                "path": path,
                "query": query,
                "headers": _masked(headers),
                "body": decoded(body),
                "status": answer.status,
                "response": decoded(answer.body) if isinstance(answer.body, bytes) else answer.body,
            }
        )

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._count = 0

    def as_json(self, keys: Collection[str]) -> bytes:
        """Return ``{"requests": […], "dropped": 0}``, oldest first, with the keys masked wherever they stand."""
        whole = orjson.dumps({"requests": list(self._entries), "dropped": self._count - len(self._entries)})
        for key in (key for key in keys if len(key) >= _SHORTEST_KEY):
            whole = whole.replace(orjson.dumps(key)[1:-1], b"***")
        return whole


def decoded(body: bytes) -> Any:
    """Return a body as JSON value, as text where it is none, ``None`` where it is empty."""
    try:
        return orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")


def _masked(headers: Mapping[str, str]) -> dict[str, str]:
    shown = dict(headers)
    if "authorization" in shown:
        shown["authorization"] = f"{shown['authorization'].partition(' ')[0]} ***"
    return shown
