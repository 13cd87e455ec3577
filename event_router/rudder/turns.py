"""Much work in turns, so that nobody waits long for a request that is large: others have theirs between two parts of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

#: Bytes that are worked on before others get their turn: some milliseconds.
TURN = 512 * 1024
#: What an event costs besides what its bytes do, as so many more of them.
EACH = 1024


def parts(items: Sequence[Item], size: Callable[[Item], int], most: int = TURN) -> Iterator[Sequence[Item]]:
    """Yield the items in parts, each of so many bytes and the one item that goes beyond.

    >>> [list(part) for part in parts("abcde", lambda item: 2, most=3)]
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    start = total = 0
    for at, item in enumerate(items, 1):
        total += size(item)
        if total > most:
            yield items[start:at]
            start, total = at, 0
    if start < len(items):
        yield items[start:]
