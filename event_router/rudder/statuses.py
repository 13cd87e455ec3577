"""What an outcome is to rudder-server: the one table of status codes and statTags.

rudder-server goes by the code alone ([S] protocol §5): 200 and 298 are final, other 4xx are given up, 408 and 429 are tried
without end, 5xx until they are too old. ``docs/rudderstack.md`` shows this table; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from event_router.hooks import Transformed
from event_router.messages import Response
from event_router.outcomes import Delivered, Misconfigured, Outcome, Parked, Refusal, Rejected, Retry, Skipped

#: Features, as statTags name them.
PROCESSOR, ROUTER, BATCH, DELIVERY, DELETION = "processor", "router", "batch", "dataDelivery", "userDeletion"

_UNAUTHORIZED = frozenset({401, 403})


class Status(NamedTuple):
    """How something ends for rudder-server.

    Attributes:
        situation: What ended so, in words.
        processor: Status code in processor mode, where a failure is final; ``None`` where it does not occur.
        router: In router mode.
        delivery: As answer of the proxy, and of a deletion.
        category: ``errorCategory`` of the statTags; ``None`` for none at all.
        type: Their ``errorType``; ``None`` for none.
        meta: Their ``meta``; ``None`` for none.
    """

    situation: str
    processor: int | None
    router: int | None
    delivery: int | None
    category: str | None = None
    type: str | None = None
    meta: str | None = None

    def code(self, feature: str) -> int:
        """Return the status code for a feature."""
        found = {PROCESSOR: self.processor, DELIVERY: self.delivery, DELETION: self.delivery}.get(feature, self.router)
        return 500 if found is None else found


OK = Status("there is something to send, or it was delivered", 200, 200, 200)
FILTERED = Status("there is nothing to do", 298, 298, 298, "transformation", "filtered")
BAD_EVENT = Status("the event can never work", 400, 400, 400, "dataValidation", "instrumentation")
BAD_CONFIG = Status("the destination's Config is wrong", 400, 400, 400, "dataValidation", "configuration")
WAITS = Status("the contact is not known yet", 400, 500, 500, "dataValidation", "retryable")
FAULT = Status("a fault of the plugin's or of ours", 500, 500, 500, "transformation")
REFUSED = Status("the destination refused it", None, None, 400, "network", "aborted")
UNAUTHORIZED = Status("the destination did not accept the key", None, None, 400, "network", "aborted", "unauthorized")
MISCONFIGURED = Status("the destination is not what Config says", None, None, 500, "network", "configuration")
RETRY = Status("the destination failed, or was not reached", None, None, 500, "network", "retryable")
THROTTLED = Status("the destination answered 429", None, None, 429, "network", "throttled")

#: All of it, for the documentation.
TABLE = (
    OK, FILTERED, BAD_EVENT, BAD_CONFIG, WAITS, FAULT, REFUSED, UNAUTHORIZED, MISCONFIGURED, RETRY, THROTTLED,
)  # fmt: skip


def transformed(result: Transformed | Refusal) -> Status:
    """Return what a decision without any request sent is."""
    if isinstance(result, Transformed):
        return OK
    if isinstance(result, Skipped):
        return FILTERED
    if isinstance(result, Parked):
        return WAITS
    if isinstance(result, Misconfigured):
        return BAD_CONFIG
    return FAULT if is_fault(result) else BAD_EVENT


def is_fault(result: Rejected) -> bool:
    """Return whether not the event is to blame but a program."""
    code = str(result.reason.code)
    return code.startswith("plugin.") or code == "rudder.failed"


def delivered(outcome: Outcome, answer: Response | None) -> Status:
    """Return what an outcome of a request is, given the destination's answer, if there was one."""
    if isinstance(outcome, Delivered):
        return OK
    if isinstance(outcome, Skipped | Parked):
        return transformed(outcome)
    if isinstance(outcome, Misconfigured):
        return UNAUTHORIZED if answer and answer.status in _UNAUTHORIZED else MISCONFIGURED
    if isinstance(outcome, Retry):
        return THROTTLED if answer and answer.status == 429 else RETRY
    return REFUSED


def stat_tags(status: Status, feature: str, dest_type: str, names: Mapping[str, str]) -> dict[str, str] | None:
    """Return the statTags of a status, all of them text; ``None`` where all is well.

    Args:
        status: Which.
        feature: ``processor``, ``router``, ``batch``, ``dataDelivery`` or ``userDeletion``.
        dest_type: The destination's type.
        names: ``destinationId`` and ``workspaceId``, as far as they are known.
    """
    if status.category is None:
        return None
    said = {"errorCategory": status.category, "errorType": status.type, "meta": status.meta}
    place = {"destType": dest_type.upper(), "module": "destination", "implementation": "native", "feature": feature}
    return {name: text for name, text in said.items() if text} | place | dict(names)
