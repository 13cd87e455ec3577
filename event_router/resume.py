"""The results file: each result as soon as it is known, and what a later run learns from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import blake2b
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from event_router.lines import CHUNK, split
from event_router.outcomes import DUPLICATE
from event_router.results import Result, as_json
from event_router.wire import redacted

_FIELDS: dict[str, Any] = {
    "line": int,
    "message_id": str | None,
    "outcome": str,
    "code": str,
    "destination": str,
    "attempts": int,
    "requests_settled": int,
}
_MISSING = object()


class ResultsError(Exception):
    """The results file cannot be used; its text says why."""


@dataclass(slots=True)
class Done:
    """The events that earlier runs settled, as hashes of 8 bytes: memory stays small for millions."""

    settled: set[int] = field(default_factory=set)
    placed: set[int] = field(default_factory=set)
    begun: dict[int, int] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Note a final result."""
        key = _hash(result.message_id or "")
        # A duplicate says nothing of the event it repeats, which may still wait or have failed.
        if result.code != DUPLICATE.reason.code:
            self.settled.add(key)
        self.placed.add(_hash(f"{result.line} {result.message_id}"))

    def add_begun(self, result: Result) -> None:
        """Note what is settled already of an event that is not."""
        if result.requests_settled:
            self.begun[_hash(f"{result.line} {result.message_id}")] = result.requests_settled

    def begin_at(self, line: int, message_id: str) -> int:
        """Return how many requests of an event need not be made again."""
        return self.begun.get(_hash(f"{line} {message_id}"), 0) if self.begun else 0

    def has(self, message_id: str) -> bool:
        """Return whether an event is settled."""
        return _hash(message_id) in self.settled

    def at(self, line: int, message_id: str) -> bool:
        """Return whether just this line has its final result."""
        return _hash(f"{line} {message_id}") in self.placed


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


class ResultsFile:
    """Appends results to a file, each as soon as it is known: what is written survives a killed process."""

    def __init__(self, file: BinaryIO, redact: Callable[[str], str]) -> None:
        self._file = file
        self._redact = redact

    def write(self, result: Result) -> None:
        """Append one result. Raises ``OSError``."""
        self._file.write(orjson.dumps(redacted(as_json(result), self._redact)) + b"\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def resume(path: Path, destination: str, redact: Callable[[str], str]) -> tuple[ResultsFile, Done]:
    """Open a results file, new or of earlier runs; return it with what those settled.

    Unsettled lines are taken out, and so is a last line that a killed run left unfinished: each event keeps one line.
    Raises ``ResultsError`` for a file that holds something else, which is left as it is.
    """
    done = Done()
    fresh = path.with_name(f"{path.name}.new")
    try:
        if path.is_file():
            with path.open("rb") as old, fresh.open("wb") as new:
                _lock(path, old)
                for line in _settled(path, old, destination, done):
                    new.write(line + b"\n")
            fresh.replace(path)
        file = path.open("ab", buffering=0)
        _lock(path, file)
        return ResultsFile(file, redact), done
    except OSError as error:
        raise ResultsError(f"{path} cannot be used for results: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)


def _lock(path: Path, file: BinaryIO) -> None:
    """Keep others from the file as long as it is open: two runs at once would send everything twice."""
    try:
        flock(file.fileno(), LOCK_EX | LOCK_NB)
    except BlockingIOError:
        file.close()
        raise ResultsError(f"{path} is in use by another run. Wait for it, or choose another file.") from None


def _settled(path: Path, file: BinaryIO, destination: str, done: Done) -> Iterator[bytes]:
    torn: int | None = None
    for line in split(iter(lambda: file.read(CHUNK), b"")):
        if torn is not None:
            raise _foreign(path, torn)
        value = _loaded(line.data)
        if value is None:
            torn = line.number
            continue
        result = Result(**{name: value[name] for name in _FIELDS}, reason="")
        if result.destination == destination:
            (done.add if result.final else done.add_begun)(result)
        if result.destination != destination or result.final:
            yield line.data or b""
    # A killed run may leave half a line, but only at the end, and without a line end.
    if torn is not None and (file.seek(-1, SEEK_END), file.read(1))[1] == b"\n":
        raise _foreign(path, torn)


def _foreign(path: Path, number: int) -> ResultsError:
    return ResultsError(f"{path}, line {number}: this is no result. Choose another file; this one is left as it is.")


def _loaded(data: bytes | None) -> dict[str, Any] | None:
    try:
        value = orjson.loads(data or b"")
    except orjson.JSONDecodeError:
        return None
    known = isinstance(value, dict) and all(
        isinstance(value.get(name, _MISSING), kind) for name, kind in _FIELDS.items()
    )
    return value if known else None
