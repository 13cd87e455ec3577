"""Where requests go: the scheme, host and port of their URLs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contract_tests.destination.results import checked, split
from contract_tests.destination.subject import Subject, requests_of
from event_router.api import Request


def origin(request: Request) -> str:
    """Return where a request goes."""
    parts = split(request.url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port}" if parts else "nowhere"


def origins(result: Any) -> set[str]:
    """Return where the requests of a result go."""
    return {origin(request) for request in requests_of(result)}


def ordinary(destination: Subject) -> set[str]:
    """Return where a plugin's requests go for ordinary events, and for its connection check."""
    made = {one for case in destination.plain for one in origins(destination.transform(case))}
    return made | {origin(request) for request in checked(destination)}


def listed(found: Iterable[str]) -> str:
    """Return them for people."""
    return ", ".join(sorted(found)) or "nobody"
