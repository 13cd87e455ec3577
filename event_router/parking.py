"""Events that wait for their contact, by person, in the order they came."""

from __future__ import annotations

from typing import Generic, TypeVar

Job = TypeVar("Job")


class Parking(Generic[Job]):
    """Waiting jobs by userId; takes so many and no more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._jobs: dict[str, list[Job]] = {}

    def add(self, user_id: str, job: Job) -> bool:
        """Let a job wait; return whether there was room."""
        if self._count >= self._most:
            return False
        self._count += 1
        self._jobs.setdefault(user_id, []).append(job)
        return True

    def release(self, user_id: str) -> list[Job]:
        """Return a person's jobs, which wait no more."""
        jobs = self._jobs.pop(user_id, [])
        self._count -= len(jobs)
        return jobs

    def all(self) -> list[Job]:
        """Return every job that waits."""
        return [job for jobs in self._jobs.values() for job in jobs]
