"""A bounded collection: the newest are kept, of the rest only the count."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

#: Of each kind: surveys, custom events, webhook deliveries, remembered answers.
MOST_KEPT = 10_000


class Kept(Generic[T]):
    """Items by id, oldest first; what exceeds ``most`` makes room and is counted in ``dropped``."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self.dropped = 0
        # A plain dict would look for its first key through the holes of all that were dropped.
        self._items: OrderedDict[int, T] = OrderedDict()

    def add(self, key: int, item: T) -> T:
        """Keep an item; return it."""
        if len(self._items) >= self.most:
            self._items.popitem(last=False)
            self.dropped += 1
        self._items[key] = item
        return item

    def get(self, key: int) -> T | None:
        """Return an item; ``None`` where it never was or is dropped."""
        return self._items.get(key)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def __reversed__(self) -> Iterator[T]:
        return reversed(self._items.values())

    def __len__(self) -> int:
        return len(self._items)
