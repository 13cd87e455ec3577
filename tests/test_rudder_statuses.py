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
# What rudder-server is told: the codes in processor mode, in router mode and of a delivery, then the tags.
SAID = {
    statuses.OK: (200, 200, 200),
    statuses.FILTERED: (298, 298, 298, "transformation", "filtered"),
    statuses.BAD_EVENT: (400, 400, 400, "dataValidation", "instrumentation"),
    statuses.BAD_CONFIG: (400, 400, 400, "dataValidation", "configuration"),
    statuses.WAITS: (400, 500, 500, "dataValidation", "retryable"),
    statuses.FAULT: (500, 500, 500, "transformation"),
    statuses.REFUSED: (500, 500, 400, "network", "aborted"),
    statuses.UNAUTHORIZED: (500, 500, 400, "network", "aborted", "unauthorized"),
    statuses.MISCONFIGURED: (500, 500, 500, "network", "configuration"),
    statuses.RETRY: (500, 500, 500, "network", "retryable"),
    statuses.THROTTLED: (500, 500, 429, "network", "throttled"),
}


def test_codes() -> None:
    """No code is one that rudder-server takes for a success, unless it is one; no code loses what may be tried again."""
    for status in TABLE:
        assert {status.processor, status.router, status.delivery} - {None} <= ALLOWED
        assert (status.category is None) is (status is statuses.OK)


def test_table() -> None:
    """The documentation's table has every row."""
    assert list(TABLE) == list(SAID)


@pytest.mark.parametrize(("status", "said"), SAID.items())
def test_rows(status: Status, said: tuple[Any, ...]) -> None:
    """Each row says what it is to say, by RudderStack's own names of features and tags."""
    processor, router, delivery, *told = said
    codes = [status.code(name) for name in ("processor", "router", "batch", "dataDelivery", "userDeletion")]
    assert codes == [processor, router, router, delivery, delivery]
    names = ("errorCategory", "errorType", "meta")
    tags = stat_tags(status, "userDeletion", "promoter", {}) or {}
    assert {name: tags[name] for name in names if name in tags} == dict(zip(names, told, strict=False))


def test_features() -> None:
    """They go by RudderStack's names."""
    named = (PROCESSOR, ROUTER, BATCH, DELIVERY, DELETION)
    assert named == ("processor", "router", "batch", "dataDelivery", "userDeletion")


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
        (Misconfigured(WHY), answer(403), statuses.UNAUTHORIZED),
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
