"""Logs: one JSON object a line, of use to a program, and without anything a customer or an operator must keep secret."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from event_router.engine.errors import EngineError
from event_router.logs import JsonFormatter, OutcomeLog, said, set_up
from event_router.worker.observing import Settled

SETTLED = Settled("small", "delivered", "delivered", "identify", "m-1", 2, 0.5)


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return what was logged."""
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_for_each_outcome() -> None:
    """It has the messageId and the outcome, and nothing of the event."""
    stream = io.StringIO()
    set_up("info", stream)
    OutcomeLog().settled(SETTLED)
    (line,) = written(stream)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "event_router.outcomes",
        "message": "delivered",
        "destination": "small",
        "outcome": "delivered",
        "code": "delivered",
        "message_id": "m-1",
        "attempts": 2,
    }


def test_outcomes_are_not_logged_where_nobody_asked() -> None:
    """At the level of warnings nothing is even made."""
    stream = io.StringIO()
    set_up("warning", stream)
    OutcomeLog().settled(SETTLED)
    logging.getLogger("event_router").warning("This %s.", "is", extra={"email": "ted@x.co", "url": "http://x"})
    (line,) = written(stream)
    assert line["message"] == "This is."
    assert "ted@x.co" not in stream.getvalue()
    assert line["url"] == "http://x"


@pytest.mark.parametrize(("level", "heard"), [("debug", 1), ("info", 1), ("error", 0)])
def test_other_programs_parts_are_quiet(level: str, heard: int) -> None:
    """What libraries say is heard as warnings, and never below the level asked for."""
    stream = io.StringIO()
    set_up(level, stream)
    for name in ("httpx", "nats", "asyncio", "uvicorn"):
        logging.getLogger(name).info("POST http://x?token=s")
    logging.getLogger("nats").warning("slow")
    assert [line["message"] for line in written(stream)] == ["slow"] * heard


def test_standard_error_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output belongs to the command."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    set_up("info")
    logging.getLogger("event_router").info("Ready.")
    assert [line["message"] for line in written(stream)] == ["Ready."]


def raised(error: Exception) -> Exception:
    """Return an exception that was raised."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_an_exception_is_its_type_and_place() -> None:
    """Its text may repeat what a customer sent."""
    error = raised(ValueError("ted@x.co is no number"))
    assert said(error).startswith("ValueError at test_logs.py:")
    assert "ted" not in said(error)
    with pytest.raises(orjson.JSONDecodeError) as caught:
        orjson.loads(b"ted@x.co")
    assert said(caught.value).startswith("JSONDecodeError at test_logs.py:")
    assert said(KeyError("ted@x.co")) == "KeyError"


def test_an_engine_error_speaks_for_itself() -> None:
    """Its text is ours, and holds nothing of an event."""
    assert said(raised(EngineError("engine.full", "No room."))) == "[engine.full] No room."


def test_a_traceback_is_shown_likewise() -> None:
    """Where a library logs an exception, its text stays out of the log too."""
    error = raised(RuntimeError("ted@x.co"))
    record = logging.LogRecord("x", logging.ERROR, "", 1, "Failed.", None, (RuntimeError, error, error.__traceback__))
    line = orjson.loads(JsonFormatter().format(record))
    assert line["error"].startswith("RuntimeError at test_logs.py:")
    assert "ted" not in str(line)


def test_no_exception_after_all() -> None:
    """``exc_info`` without an exception is none."""
    record = logging.LogRecord("x", logging.ERROR, "", 1, "Failed.", None, (None, None, None))
    assert "error" not in orjson.loads(JsonFormatter().format(record))
