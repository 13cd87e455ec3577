"""All servers that are wrong in one way: ``BROKEN`` and ``CHOSEN`` name the requirements that catch each.

Where a model of the whole server cannot but see it too, VND-150 is named as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gallery import (
    servers_campaigns,
    servers_contacts,
    servers_filters,
    servers_honest,
    servers_refusing,
    servers_repeats,
    servers_sending,
    servers_surveys,
    servers_tenants,
    servers_throttles,
)
from gallery.servers_wrong import BROKEN

__all__ = [
    "BROKEN",
    "CHOSEN",
    "servers_campaigns",
    "servers_contacts",
    "servers_filters",
    "servers_honest",
    "servers_refusing",
    "servers_repeats",
    "servers_sending",
    "servers_surveys",
    "servers_tenants",
    "servers_throttles",
]

#: Switches of the mock → the requirements that a server with them does not meet.
CHOSEN: tuple[tuple[Mapping[str, Any], set[str]], ...] = (
    ({"created_status": 200, "delete_status": 204, "unknown_removal": "empty", "refused_survey_upserts": True}, set()),
    ({"email_case": "kept", "redirect_slash": False, "removal": "unsubscribe", "feedback_order": "oldest"}, set()),
    ({"v1_feedback_campaign": "id", "metrics_key": "campaign"}, set()),
    ({"hard_throttle_hours": 0}, {"VND-080"}),
    ({"hard_throttle_hours": 1}, {"VND-084"}),
    ({"hard_throttle_hours": 1000}, {"VND-084", "VND-088"}),
    ({"page_size": 50}, {"VND-094"}),
    ({"page_size": 500}, {"VND-094"}),
    ({"blank_attributes": "stored"}, {"VND-065"}),
    ({"v1_attributes": "refused"}, {"VND-066"}),
    ({"idempotency": False}, set()),
)
