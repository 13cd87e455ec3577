"""Rounds: the same requests to several transformers in turns, and the best that each of them shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from time import perf_counter
from typing import NamedTuple

import uvloop
from programs import Program
from rudder_bodies import Form, request
from wire_client import drive

CONNECTIONS = 4
_PEOPLE = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """What is asked: in which form, how many events at once, over connections that are kept or new, and events in a round."""

    form: Form
    batch: int
    keep: bool
    events: int

    @property
    def name(self) -> str:
        """What the row is called."""
        return f"{self.form.name}_{self.batch}" + ("" if self.keep else "_new")


class Figures(NamedTuple):
    """What one round shows, or the best of several.

    Attributes:
        rate: Events per second.
        cpu: Seconds of CPU for 100,000 events.
        p50: Milliseconds in which half of the requests are answered.
        p99: And 99 of 100.
        busy: The part of the time that the server was at work; far below 1, the client or the machine held it up.
    """

    rate: float
    cpu: float
    p50: float
    p99: float
    busy: float


#: Ours and the empty handler's, by the name of the row.
Found = dict[str, list[Figures]]


def measured(server: Program, requests: Sequence[bytes], row: Row) -> Figures:
    """Return what one round shows."""
    cpu, start = server.cpu(), perf_counter()
    took = sorted(uvloop.run(drive(server.port, requests, CONNECTIONS, keep=row.keep)))
    seconds, cpu = perf_counter() - start, server.cpu() - cpu
    events = len(requests) * row.batch
    p50, p99 = (took[int(len(took) * part)] * 1e3 for part in (0.5, 0.99))
    return Figures(events / seconds, cpu / events * 1e5, p50, p99, cpu / seconds)


def best(rounds: Sequence[Figures]) -> Figures:
    """Return the best of each figure."""
    rates, cpus, p50s, p99s, busy = zip(*rounds, strict=True)
    return Figures(max(rates), min(cpus), min(p50s), min(p99s), max(busy))


def compare(servers: Sequence[Program], row: Row, events: int, rounds: int) -> list[Figures]:
    """Return the best figures of each server, which are asked in turns."""
    starts = range(0, _PEOPLE, row.batch)
    bodies = [request(row.form, range(start, start + row.batch), keep=row.keep) for start in starts]
    requests = list(islice(cycle(bodies), events // row.batch))
    found = [[measured(server, requests, row) for server in servers] for _ in range(rounds)]
    return [best(figures) for figures in zip(*found, strict=True)]
