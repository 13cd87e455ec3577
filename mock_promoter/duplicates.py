"""Keys that a JSON object has twice: parsers take the last, people should know."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any


def duplicate_keys(body: bytes) -> list[str]:
    """Return the names that some object of a JSON text has more than once, sorted; none for what is no JSON.

    >>> duplicate_keys(b'{"a": 1, "b": {"a": 2}, "a": 3}')
    ['a']
    """
    found: set[str] = set()

    def pairs(items: list[tuple[str, Any]]) -> None:
        found.update(name for name, times in Counter(name for name, _ in items).items() if times > 1)

    try:
        json.loads(body, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return []
    return sorted(found)
