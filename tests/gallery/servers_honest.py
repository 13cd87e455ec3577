"""Servers that look wrong, and are not: each does more, or less, than the mock, and meets every requirement."""

from __future__ import annotations

import re
import time

from gallery.servers import Ask, Next, Reply, Wrong
from gallery.servers_wrong import CAMPAIGNS, LISTS, SURVEY, TEMPLATES, broken, done, telling


@broken()
def _answers_more_than_it_has_to() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        if done(ask, given, SURVEY):
            return given.with_json({**given.json, "channel": "email"})
        if given.status == 200 and re.fullmatch(rf"{LISTS}\d+/contacts/", ask.path):
            shown = [{**row, "email": "k@example.com"} for row in given.json["results"]]
            return given.with_json({**given.json, "results": shown})
        if ask.call == f"POST {TEMPLATES}" and given.status == 201:
            logo = "https://example.com/logo.png"
            return given.with_json({**given.json, "logo": logo, "created_date": "2026-03-01T09:00:00Z"})
        return given

    return telling(change)


@broken()
def _makes_no_campaigns() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        elsewhere = ask.path == CAMPAIGNS and ask.method in {"POST", "DELETE"}
        refused = given.with_json({"detail": f'Method "{ask.method}" not allowed.'}, 405)
        return refused.with_headers(allow="GET, HEAD, OPTIONS") if elsewhere and given.status != 401 else given

    return telling(change)


@broken()
def _shows_the_newest_first() -> Wrong:
    def change(ask: Ask, given: Reply) -> Reply:
        shown = given.json.get("results") if ask.call in {f"GET {CAMPAIGNS}", f"GET {TEMPLATES}"} else None
        return given.with_json({**given.json, "results": shown[::-1]}) if shown else given

    return telling(change)


def limits(most: int, seconds: int) -> Wrong:
    """Return a server that answers so many requests in so many seconds of real time; not in the gallery, as it takes long."""
    asked: list[float] = []

    async def wrong(ask: Ask, go: Next) -> Reply:
        now = time.monotonic()
        asked[:] = [at for at in asked if at > now - seconds]
        if len(asked) < most:
            asked.append(now)
            return await go(ask)
        words = f"Request was throttled. Expected available in {seconds}.0 seconds."
        return (
            (await go(ask._replace(method="GET", path="/api/no-such-path/")))
            .with_json({"detail": words}, 429)
            .with_headers(retry_after=str(seconds))
        )

    return wrong
