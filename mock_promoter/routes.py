"""The vendor's API as a table: every path, what serves it, what it takes and what it answers.

The server goes by it, and so does the OpenAPI document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from mock_promoter import campaigns, contacts, feedback, lists, metrics, segment, surveys
from mock_promoter.account import Account
from mock_promoter.answers import Answer, Call

Handler = Callable[[Account, Call, datetime], Answer]

_PAGED = ("page",)
_FEEDBACK = ("page", *feedback.FILTERS)


class Operation(NamedTuple):
    """One method of one path.

    Attributes:
        handler: Answers it.
        summary: What it does.
        body: Name of its body's schema below ``promoter/``; ``None`` where it takes none.
        result: Name of what it answers with, in ``promoter/answers``; ``page:…`` for a page of them.
        query: Parameters that are known; others are ignored.
    """

    handler: Handler
    summary: str
    body: str | None
    result: str
    query: tuple[str, ...] = ()


class Route(NamedTuple):
    """A path and its operations by method."""

    path: str
    operations: Mapping[str, Operation]
    auth: Literal["token", "basic"] = "token"

    @property
    def allowed(self) -> str:
        """The methods, as the Allow header has them ([ORACLE])."""
        heads = ("HEAD", "OPTIONS") if "GET" in self.operations else ("OPTIONS",)
        return ", ".join((*self.operations, *heads))


ROUTES = (
    Route(
        "/api/contacts/",
        {
            "GET": Operation(
                contacts.list_contacts,
                "List contacts.",
                None,
                "page:contact",
                ("page", "email", "contact_list__id"),
            ),
            "POST": Operation(contacts.upsert_contact, "Make or update a contact by its e-mail.", "contact", "contact"),
        },
    ),
    Route(
        "/api/contacts/remove/",
        {"POST": Operation(contacts.remove_contact, "Remove a contact.", "contact_remove", "page:contact")},
    ),
    Route(
        "/api/contacts/survey/",
        {"POST": Operation(surveys.survey_v1, "Survey a contact, v1.", "survey_v1", "survey_v1")},
    ),
    Route("/api/contacts/{id}/", {"GET": Operation(contacts.get_contact, "Get a contact.", None, "contact")}),
    Route(
        "/api/lists/",
        {
            "GET": Operation(lists.list_lists, "List contact lists.", None, "page:list", _PAGED),
            "POST": Operation(lists.make_list, "Make a contact list.", "contact_list", "list"),
        },
    ),
    Route(
        "/api/lists/remove/",
        {
            "POST": Operation(
                lists.remove_everywhere, "Take a contact from all lists.", "contact_remove", "page:contact"
            )
        },
    ),
    Route(
        "/api/lists/{id}/remove/",
        {"POST": Operation(lists.remove_member, "Take a contact from a list.", "contact_remove", "contact")},
    ),
    Route(
        "/api/lists/{id}/contacts/",
        {"GET": Operation(lists.list_members, "List the ids of a list's contacts.", None, "page:id", _PAGED)},
    ),
    Route(
        "/api/lists/{id}/contacts/{contact_id}/",
        {"DELETE": Operation(lists.drop_member, "Take a contact from a list by its id.", None, "result")},
    ),
    Route(
        "/api/campaigns/",
        {
            "GET": Operation(campaigns.list_campaigns, "List campaigns.", None, "page:campaign", _PAGED),
            "POST": Operation(campaigns.make_campaign, "Make a campaign.", "campaign", "campaign"),
        },
    ),
    Route(
        "/api/campaigns/{id}/send-surveys/",
        {"POST": Operation(campaigns.send_surveys, "Survey a campaign's contacts.", "send_surveys", "sent")},
    ),
    Route(
        "/api/email/",
        {
            "GET": Operation(campaigns.list_templates, "List e-mail templates.", None, "page:template", _PAGED),
            "POST": Operation(campaigns.make_template, "Make an e-mail template.", "email_template", "template"),
        },
    ),
    Route(
        "/api/metrics/",
        {"GET": Operation(metrics.list_metrics, "Net promoter scores by campaign.", None, "page:metric", _PAGED)},
    ),
    Route(
        "/api/feedback/",
        {"GET": Operation(feedback.list_v1, "List feedback, v1.", None, "page:feedback_v1", _FEEDBACK)},
    ),
    Route("/api/feedback/{id}/", {"GET": Operation(feedback.get_v1, "Get feedback, v1.", None, "feedback_v1")}),
    Route(
        "/api/v2/survey/",
        {"POST": Operation(surveys.survey_v2, "Make or update a contact and survey it.", "survey", "survey")},
    ),
    Route(
        "/api/v2/feedback/",
        {"GET": Operation(feedback.list_v2, "List feedback, v2.", None, "page:feedback_v2", _FEEDBACK)},
    ),
    Route(
        "/api/v2/feedback/{id}/",
        {"PUT": Operation(feedback.set_status, "Open or close feedback.", "feedback_status", "feedback_v2")},
    ),
    Route(
        "/api/segment/",
        {"POST": Operation(segment.take_event, "Take a Segment event.", "segment_event", "taken")},
        "basic",
    ),
)

_EXACT = {route.path: route for route in ROUTES if "{" not in route.path}
_WITH_IDS = [(re.compile(re.sub(r"\{\w+\}", "([^/.]+)", route.path)), route) for route in ROUTES if "{" in route.path]


def slashed(path: str) -> str:
    """Return a path with the slash that all paths of the API end in."""
    return path if path.endswith("/") else f"{path}/"


def find(path: str) -> tuple[Route, tuple[str, ...]] | None:
    """Return the route of a path with its slash, and the ids in it; ``None`` where there is none."""
    exact = _EXACT.get(path)
    if exact is not None:
        return exact, ()
    for pattern, route in _WITH_IDS:
        if match := pattern.fullmatch(path):
            return route, match.groups()
    return None


def nearest(method: str, path: str) -> tuple[str, str]:
    """Return the method and path of the operation that a request for nothing was most likely meant for."""
    return _nearest(method, path[:200])


# Takes 2 ms, and whoever asks for what is not there asks again.
@lru_cache(maxsize=1024)
def _nearest(method: str, path: str) -> tuple[str, str]:
    def likeness(candidate: tuple[str, str]) -> tuple[float, bool]:
        return SequenceMatcher(None, candidate[1], path).ratio(), candidate[0] == method

    return max(((known, route.path) for route in ROUTES for known in route.operations), key=likeness)


def not_emulated(method: str, path: str) -> str:
    """Return what the journal says of a path that nothing serves."""
    if path.startswith("/api/v2/"):
        more = "Reply, forward, tags and common replies of v2 are not emulated: their paths are unknown. "
    else:
        more = ""
    return f"Not emulated: no such path of Promoter's is known. {more}Nearest: {' '.join(nearest(method, path))}"


def page_of(result: str) -> tuple[str, bool]:
    """Return the name in ``promoter/answers``, and whether a page of such rows is meant."""
    kind, _, row = result.rpartition(":")
    return row, kind == "page"


def operation_json(route: Route) -> dict[str, Any]:
    """Return what OPTIONS says of a route ([ORACLE] the framework's metadata, without its serializer's fields)."""
    named = [part for part in route.path.split("/") if part and not part.startswith("{")]
    return {
        "name": named[-1].replace("-", " ").title(),
        "description": "",
        "renders": ["application/json"],
        "parses": ["application/json"],
    }
