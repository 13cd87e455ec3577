"""Logs: one JSON object on each line, with codes and ids, never with secrets or traits."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import orjson

from event_router.engine.errors import EngineError
from event_router.worker.observing import Settled

_FIELDS = frozenset({"destination", "outcome", "code", "message_id", "attempts", "url"})


class JsonFormatter(logging.Formatter):
    """Makes a log record one line of JSON: time, level, logger, message, and the fields that we know to be harmless."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        value = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        value |= {name: item for name, item in vars(record).items() if name in _FIELDS}
        if record.exc_info and record.exc_info[1]:
            value["error"] = said(record.exc_info[1])
        return orjson.dumps(value, default=str).decode()


def said(error: BaseException) -> str:
    """Return an exception as its type and place: its text may repeat what a customer sent."""
    if isinstance(error, EngineError):
        return f"[{error.code}] {error}"
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"


def set_up(level: str, stream: TextIO | None = None) -> None:
    """Send all logs of this process to standard error, as JSON."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "asyncio", "nats", "uvicorn"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))


class OutcomeLog:
    """Logs every outcome: a line for each event and destination."""

    def __init__(self) -> None:
        self._log = logging.getLogger("event_router.outcomes")
        self._on = self._log.isEnabledFor(logging.INFO)

    def settled(self, settled: Settled) -> None:
        """Log it."""
        if self._on:
            self._log.info("%s", settled.outcome, extra=_extra(settled))


def _extra(settled: Settled) -> dict[str, object]:
    names = ("destination", "outcome", "code", "message_id", "attempts")
    return {name: getattr(settled, name) for name in names}
