"""The journal: every request from the moment it arrives, completed with its answer; bounded in number and in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

from mock_promoter.kept import MOST_KEPT

#: Bytes that are kept in all, and of a single body or answer.
MOST_BYTES = 64 * 1024 * 1024
LONGEST_KEPT = 64 * 1024


@dataclass(slots=True)
class Entry:
    """A request, and what became of it.

    Attributes:
        correlation_id: The caller's ``X-Request-Id``, else one of ours; the answer carries it.
        account: Name of the account whose key it carries; ``None`` where it carries none that is known.
        state: ``open`` until it is answered; ``lost`` where a fault kept the answer from the caller.
        notes: What the vendor's words do not tell.
        fault: Id and kind of the fault that struck.
        early: Whether the caller was told to wait longer than it did.
        cut: Whether a body is not kept whole.
    """

    id: int
    correlation_id: str
    account: str | None
    at: datetime
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    state: Literal["open", "answered", "lost"] = "open"
    status: int | None = None
    response_headers: Mapping[str, str] | None = None
    response: bytes = b""
    notes: tuple[str, ...] = ()
    fault: tuple[int, str] | None = None
    early: bool = False
    cut: bool = False


class Journal:
    """Entries by id in the order they arrived, the newest; of older ones the count."""

    def __init__(self, most: int = MOST_KEPT, most_bytes: int = MOST_BYTES) -> None:
        self._entries: OrderedDict[int, Entry] = OrderedDict()
        self._most, self._most_bytes = most, most_bytes
        self._bytes = self._last = 0
        self.dropped = 0

    def next_id(self) -> int:
        """Return the id of the entry that comes next."""
        return self._last + 1

    def add(self, entry: Entry) -> None:
        """Record a request on its arrival."""
        self._last = entry.id
        self._entries[entry.id] = entry
        self._grow(entry, _size(entry))

    def keep_body(self, entry: Entry, body: bytes) -> None:
        """Complete a request with its body."""
        entry.body = _shortened(entry, body)
        self._grow(entry, len(entry.body))

    def complete(self, entry: Entry, status: int, headers: Mapping[str, str], response: bytes) -> None:
        """Complete a request with its answer."""
        entry.status, entry.response_headers, entry.response = status, headers, _shortened(entry, response)
        self._grow(entry, _length(headers) + len(entry.response))

    def clear(self, account: str | None = None) -> None:
        """Forget one account's requests, or everything: then ids start again."""
        kept = () if account is None else [one for one in self if one.account != account]
        self._entries = OrderedDict((one.id, one) for one in kept)
        self._bytes = sum(map(_size, kept))
        if account is None:
            self._last = self.dropped = 0

    def get(self, entry_id: int) -> Entry | None:
        """Return an entry; ``None`` where it never was or is dropped."""
        return self._entries.get(entry_id)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def _grow(self, entry: Entry, by: int) -> None:
        """Count what an entry holds more than before, unless it was dropped while its request was open."""
        if self._entries.get(entry.id) is entry:
            self._bytes += by
        while len(self._entries) > 1 and (len(self._entries) > self._most or self._bytes > self._most_bytes):
            _, gone = self._entries.popitem(last=False)
            self._bytes -= _size(gone)
            self.dropped += 1


def _size(entry: Entry) -> int:
    heads = _length(entry.headers) + _length(entry.response_headers or {})
    return len(entry.path) + len(entry.query) + heads + len(entry.body) + len(entry.response)


def _length(headers: Mapping[str, str]) -> int:
    return sum(map(len, headers.values()))


def _shortened(entry: Entry, data: bytes) -> bytes:
    if len(data) > LONGEST_KEPT:
        entry.cut, data = True, data[:LONGEST_KEPT]
    return data


def without_key(authorization: str) -> str:
    """Return an Authorization header as it may be shown: its scheme at most."""
    scheme, space, _ = authorization.partition(" ")
    return f"{scheme} ***" if space else "***"


def decoded(body: bytes) -> Any:
    """Return a body as JSON value, as text where it is none, ``None`` where it is empty."""
    if not body:
        return None
    try:
        value = orjson.loads(body)
        # What nests too deeply to be written is shown as text; the journal itself adds some levels.
        orjson.dumps([[[[[[[[value]]]]]]]])
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return body.decode("utf-8", "replace")
    return value
