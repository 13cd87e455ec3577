"""Which jobs are to be tried now: in the order of their numbers for each key (§5, Per-user ordering)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from rudder_server.jobs import Job

Key = tuple[str, str, str]


def pick(jobs: Iterable[Job], now: float, *, batch: int, ordered: bool, careful: Collection[Key]) -> list[Job]:
    """Return jobs of one destination, as many as go in one batch, all transformed in the same place; one must be due."""
    found = sorted(eligible(jobs, now, ordered=ordered, careful=careful), key=lambda job: job.id)
    mine = (job for job in found if job.destination == found[0].destination)
    _, run = next(groupby(mine, key=lambda job: job.transform_at))
    return list(run)[:batch]


def next_due(jobs: Iterable[Job], *, ordered: bool) -> float | None:
    """Return when the next job is due; one that waits behind another of its key is not."""
    moments = (job.due for key in _by_key(jobs) for job in (key[:1] if ordered else key))
    return min(moments, default=None)


def eligible(jobs: Iterable[Job], now: float, *, ordered: bool, careful: Collection[Key]) -> Iterator[Job]:
    """Yield what is due: of a key that is blocked, or careful after an abort, its first job only."""
    for key in _by_key(jobs):
        alone = ordered and (key[0].state == "failed" or key[0].key in careful)
        yield from (job for job in (key[:1] if alone else key) if job.due <= now)


def _by_key(jobs: Iterable[Job]) -> list[list[Job]]:
    keys: dict[Key, list[Job]] = {}
    for job in jobs:
        if job.open:
            keys.setdefault(job.key, []).append(job)
    return list(keys.values())
