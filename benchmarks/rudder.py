"""``event-router transformer`` against an empty handler that parses the same bodies and answers as much, side by side.

Both are programs of their own on uvicorn, uvloop and httptools. They get the request bodies of rudder-server in turns,
over a few connections, each of which asks again as soon as it is answered. The best round of each counts.
"""

from __future__ import annotations

import argparse
import http.client
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import orjson
from measure import report
from programs import Program, running, start_to_ready
from rudder_bodies import COMPACTED, PLAIN, ROUTER, Form
from rudder_identifies import IDENTIFY
from rudder_report import HEAD, absolute, line, orientation, ratios
from rudder_rounds import CONNECTIONS, Found, Row, compare

_OURS = ("-m", "event_router", "transformer", "--host", "127.0.0.1", "--port", "0", "--stateless")
_EMPTY = str(Path(__file__).parent / "empty_transformer.py")
_KEPT = {1: 6000, 20: 40_000, 200: 60_000}
#: Fewer, since each new connection leaves a port of the machine waiting for a minute.
_NEW = {1: 2000, 20: 20_000, 200: 40_000}
_FORMS = (PLAIN, IDENTIFY, COMPACTED, ROUTER)
ROWS = (
    *(Row(form, batch, True, events) for form in _FORMS for batch, events in _KEPT.items()),
    *(Row(form, batch, False, events) for form in (PLAIN, ROUTER) for batch, events in _NEW.items()),
)


def ask(server: Program, form: Form, count: int) -> list[dict[str, Any]]:
    """Return the elements of an answer, after a look whether all of them are what rudder-server sends on."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", form.path, form.body(range(count)), dict(form.headers))
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert (response.status, response.headers["apiVersion"]) == (200, "2"), (response.status, body[:500])
    parsed = orjson.loads(body)
    elements: list[dict[str, Any]] = parsed["output"] if form is ROUTER else parsed
    wrong = [element for element in elements if element["statusCode"] != 200]
    assert len(elements) == count, f"{len(elements)} elements for {count} events"
    assert not wrong, wrong[0]
    return elements


def output_size(ours: Sequence[str]) -> int:
    """Return the bytes of an average output, once every form is seen to work."""
    with running(*ours) as one:
        answers = [ask(one, form, 200) for form in _FORMS]
    return round(fmean(len(orjson.dumps(element["output"])) for element in answers[0]))


def table(servers: Sequence[Program], asked: argparse.Namespace) -> Found:
    """Measure row by row, and print each; return the figures of both servers by the row's name."""
    found = {}
    for row in (row for row in ROWS if row.name.startswith(asked.only)):
        events, rounds = (400, 1) if asked.smoke else (row.events, asked.rounds)
        found[row.name] = compare(servers, row, events, rounds)
        print(line(row.name, *found[row.name]), flush=True)
    return found


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="see that it runs: one round of a few requests")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="rows whose name starts so")
    parser.add_argument(
        "--calibrate", action="store_true", help="the empty handler against itself: what ratios are worth"
    )
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    asked = arguments()
    ours = (_EMPTY, "700") if asked.calibrate else _OURS
    empty = (_EMPTY, str(output_size(ours)))
    print(f"{CONNECTIONS} connections; an output has {empty[1]} bytes\n{HEAD}")
    with running(*ours) as first, running(*empty) as second:
        found = table((first, second), asked)
        now, peak = ([one.memory(name) for one in (first, second)] for name in ("VmRSS", "VmHWM"))
    ready = [start_to_ready(*program) for program in (ours, empty)]
    print(f"memory after that {now[0]:.0f} MB (empty {now[1]:.0f}), at its peak {peak[0]:.0f} MB (empty {peak[1]:.0f})")
    print(f"start to ready {ready[0]:.0f} ms (empty {ready[1]:.0f})\n{orientation(found)}")
    report("rudder", ratios(found), absolute(found) | {"mb": now[0], "mb_peak": peak[0], "ready_ms": ready[0]})


if __name__ == "__main__":
    main()
