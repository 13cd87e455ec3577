"""Statuses: what an outcome is to rudder-server."""

from __future__ import annotations

from typing import Any

import pytest
from support import answer

from event_router.api import Delivered, Misconfigured, Outcome, Parked, Reason, Refusal, Rejected, Retry, Skipped
from event_router.hooks import Transformed
from event_router.messages import Response
from event_router.rudder import statuses
from event_router.rudder.statuses import (
    BATCH,
    DELETION,
    DELIVERY,
    PROCESSOR,
    ROUTER,
    TABLE,
    Status,
    delivered,
    stat_tags,
    transformed,
)

WHY = Reason("some.code", "Some words.")
ALLOWED = {200, 298, 400, 429, 500}


def test_codes() -> None:
    """No code is one that rudder-server takes for a success, unless it is one; no code loses what may be tried again."""
    for status in TABLE:
        assert {status.processor, status.router, status.delivery} - {None} <= ALLOWED
        assert (status.category is None) is (status is statuses.OK)


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Transformed(()), statuses.OK),
        (Skipped(WHY), statuses.FILTERED),
        (Parked(WHY), statuses.WAITS),
        (Misconfigured(WHY), statuses.BAD_CONFIG),
        (Rejected(WHY), statuses.BAD_EVENT),
        (Rejected(Reason("plugin.raised", "")), statuses.FAULT),
        (Rejected(Reason("rudder.failed", "")), statuses.FAULT),
        (Rejected(Reason("rudder.filled_in", "")), statuses.BAD_EVENT),
    ],
)
def test_transformed(result: Transformed | Refusal, status: Status) -> None:
    """Every result of a decision has its row."""
    assert transformed(result) is status


@pytest.mark.parametrize(
    ("outcome", "response", "status"),
    [
        (Delivered(), answer(), statuses.OK),
        (Skipped(WHY), answer(400), statuses.FILTERED),
        (Parked(WHY), answer(404), statuses.WAITS),
        (Rejected(WHY), answer(400), statuses.REFUSED),
        (Misconfigured(WHY), answer(401), statuses.UNAUTHORIZED),
        (Misconfigured(WHY), answer(404), statuses.MISCONFIGURED),
        (Misconfigured(WHY), None, statuses.MISCONFIGURED),
        (Retry(WHY), answer(429), statuses.THROTTLED),
        (Retry(WHY, 3.0, throttled=True), answer(503), statuses.RETRY),
        (Retry(WHY), None, statuses.RETRY),
    ],
)
def test_delivered(outcome: Outcome, response: Response | None, status: Status) -> None:
    """Every outcome of a request has its row; 429 is said only where the destination said it."""
    assert delivered(outcome, response) is status


@pytest.mark.parametrize(
    ("feature", "code"), [(PROCESSOR, 400), (ROUTER, 500), (BATCH, 500), (DELIVERY, 500), (DELETION, 500)]
)
def test_code_by_feature(feature: str, code: int) -> None:
    """An unknown contact is waited for where anything can wait; in processor mode nothing can."""
    assert statuses.WAITS.code(feature) == code


def test_code_that_is_none() -> None:
    """What cannot occur is tried again rather than lost, should it occur."""
    assert statuses.REFUSED.code(ROUTER) == 500


@pytest.mark.parametrize("status", [status for status in TABLE if status.category])
def test_stat_tags(status: Status) -> None:
    """They are all text, and none is empty."""
    tags: Any = stat_tags(status, ROUTER, "promoter", {"destinationId": "d"})
    assert all(isinstance(text, str) and text for text in tags.values())
    assert {
        "destType": "PROMOTER",
        "feature": "router",
        "destinationId": "d",
        "module": "destination",
    }.items() <= tags.items()


def test_no_stat_tags() -> None:
    """Where all is well there are none."""
    assert stat_tags(statuses.OK, ROUTER, "promoter", {}) is None
