"""Write ``events.ndjson`` from the requests in ``contract_tests/cases``: one event a line, in the order one would tell it.

Run it from anywhere: ``python examples/build_events.py``. The result is committed; a test holds it to the captures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract_tests.cases import cases

_ROOT = Path(__file__).parent.parent
_SOURCES = ("segment-analytics-python", "segment-analytics-node", "rudder-sdk-python", "direct")
#: The delete ends the person's story, whoever else speaks of them.
_LAST = "direct-delete"


def events() -> Iterator[dict[str, Any]]:
    """Yield the events of all captures."""
    bodies = {case.name: case.given["body"] for case in cases("request") if case.name.startswith(_SOURCES)}
    for name in sorted(bodies, key=_order):
        body = bodies[name]
        for event in body.get("batch", [body]):
            yield event if "sentAt" in event or "batch" not in body else {**event, "sentAt": body["sentAt"]}


def _order(name: str) -> tuple[bool, int, str]:
    return name == _LAST, next(at for at, source in enumerate(_SOURCES) if name.startswith(source)), name


def main() -> None:
    """Write the file."""
    lines = [json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events()]
    (_ROOT / "examples" / "events.ndjson").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
