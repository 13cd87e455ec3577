"""What the control plane answers with, as types; the OpenAPI document at ``/__mock__/openapi.json`` has it all."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class Clock(TypedDict):
    """What time it is; ``now`` in ISO 8601."""

    mode: Literal["real", "frozen", "offset"]
    now: str
    offset_seconds: float


class RateLimit(TypedDict):
    """So many requests in so many seconds."""

    limit: int | None
    window_seconds: float | None


class Contact(TypedDict):
    """A contact with what the API does not show."""

    id: int
    email: str
    first_name: str
    last_name: str
    created_date: str
    attributes: dict[str, Any]
    unsubscribed: bool
    inactive: bool
    user_id: str | None
    lists: list[int]
    surveyed: dict[str, str]


class Survey(TypedDict):
    """A survey in the inbox; ``feedback`` once it is answered."""

    id: int
    at: str
    campaign: dict[str, Any]
    contact: dict[str, Any]
    channel: Literal["email", "sms", "web"]
    attributes: dict[str, Any]
    feedback: dict[str, Any] | None


class Feedback(TypedDict):
    """Feedback as v2 of the API shows it; the members that tests ask for most."""

    id: int
    score: int
    score_type: Literal["promoter", "passive", "detractor"]
    comment: str | None
    status: Literal["OPEN", "CLOSED"]
    contact: dict[str, Any]
    campaign: dict[str, Any]
    survey: dict[str, Any]


class CustomEvent(TypedDict):
    """A raw event, and what it led to."""

    id: int
    at: str
    event: dict[str, Any]
    effect: str


class Request(TypedDict):
    """A request in the journal; ``status`` is ``None`` until it is answered."""

    id: int
    correlation_id: str
    account: str | None
    at: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any
    state: Literal["open", "answered", "lost"]
    status: int | None
    response_headers: dict[str, str]
    response: Any
    operation: str | None
    schema_errors: list[dict[str, str]]
    notes: list[str]
    fault: dict[str, Any] | None
    early: bool
    cut: bool


class Fault(TypedDict):
    """A fault, with how often it struck."""

    id: int
    match: dict[str, Any]
    effect: dict[str, Any]
    times: int | None
    left: int | None
    probability: float | None
    seed: int
    used: int


class Webhook(TypedDict):
    """Who is told of what."""

    id: int
    url: str
    events: list[str]
    campaign: int | None


class Delivery(TypedDict):
    """A delivery, with each attempt: ``at`` and either ``status`` or ``error``."""

    id: int
    account: str
    webhook: int
    event: str
    url: str
    payload: dict[str, Any]
    state: Literal["pending", "delivered", "failed"]
    attempts: list[dict[str, Any]]
