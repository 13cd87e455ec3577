"""A script for another Python: what a canonicaliser makes of events, written to a file.

It is started by its path, and imports nothing of the kit: that would take longer than all it does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any


def answers(name: str, raws: list[Any]) -> list[tuple[str, str]]:
    """Return for each event what the ``module:function`` makes of it, and that one's id; empty where it makes nothing."""
    module, _, function = name.partition(":")
    canonicalise = getattr(import_module(module), function)
    return [_answer(canonicalise, raw) for raw in raws]


def main(name: str, given: str, answered: str) -> None:
    """Read events from a file of JSON, and write what becomes of them to another."""
    raws = json.loads(Path(given).read_text("utf-8"))
    Path(answered).write_text(json.dumps(answers(name, raws)), "utf-8")


def _answer(canonicalise: Any, raw: Any) -> tuple[str, str]:
    try:
        returned = canonicalise(raw)
        event = returned[0] if isinstance(returned, tuple) else returned
        return (_text(event), _text(event.get("messageId"))) if isinstance(event, Mapping) else ("", "")
    except Exception:  # noqa: BLE001  # Whatever it raises: EVT-020 is about that.
        return "", ""


def _text(value: Any) -> str:
    """Return JSON with sorted names: an order of names that is a set's differs, and means nothing."""
    return json.dumps(value, sort_keys=True, default=lambda other: dict(other) if isinstance(other, Mapping) else "?")


if __name__ == "__main__":
    main(*sys.argv[1:])
