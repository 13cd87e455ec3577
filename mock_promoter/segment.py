"""The Segment endpoint: one raw event a call, stored.

What Promoter answered is not known ([INFERRED]): 200 with an empty object, Segment's own error form otherwise.
"""

from __future__ import annotations

from datetime import datetime

from mock_promoter.answers import Answer, Call
from mock_promoter.state import Account, iso
from mock_promoter.validation import validate


def take_event(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/segment/``: store a custom event; 501 for a type that Promoter has no use for.

    [DOC] segment-docs partners/direct-destination: 200 done, 400 bad message, 501 type not supported.
    """
    if not isinstance(call.body, dict):
        return Answer(400, {"message": "The body is no event."})
    kind = call.body.get("type", call.body.get("action"))
    if isinstance(kind, str) and kind in {"page", "screen", "group", "alias"}:
        return Answer(501, {"message": f"Promoter does not support {kind}."})
    _, errors = validate("segment_event", call.body)
    if errors:
        return Answer(400, {"message": "The event is not valid.", "errors": errors})
    account.events.append({"at": iso(now), "event": call.body})
    return Answer(200, {})
