"""One line of NDJSON as canonical event, or the outcome of what is none."""

from __future__ import annotations

import orjson

from event_router.event import Canonical, canonicalise
from event_router.lines import LONGEST_LINE, Line
from event_router.outcomes import Reason, Rejected, Skipped

_BOM = b"\xef\xbb\xbf"
_EMPTY = Skipped(Reason("event.empty_line", "The line is empty."))


def read_line(line: Line) -> Canonical | Rejected | Skipped:
    """Return the event on a line. Never raises."""
    if line.data is None:
        message = f"The line has {line.size:,} bytes; an event has at most {LONGEST_LINE:,}. Split it, or leave it out."
        return Rejected(Reason("event.too_large", message))
    data = line.data.removeprefix(_BOM) if line.number == 1 else line.data
    if not data or data.isspace():
        return _EMPTY
    return parse(data)


def parse(data: bytes) -> Canonical | Rejected:
    """Return the event that some bytes are. Never raises."""
    try:
        raw = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        message = (
            f"The line is not JSON: {error.msg} (column {error.colno}). Send one JSON object on each line, in UTF-8."
        )
        return Rejected(Reason("event.bad_json", message))
    return canonicalise(raw)
