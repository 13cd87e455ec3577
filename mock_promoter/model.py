"""What Promoter keeps: contacts, lists, campaigns, templates, surveys, feedback, custom events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Channel = Literal["email", "sms", "web"]
ScoreType = Literal["promoter", "passive", "detractor"]


@dataclass(slots=True, eq=False)
class Contact:
    """A contact; its e-mail is its identity.

    ``lists`` are the ids of its lists in the order it joined them; ``surveyed`` has the last survey of each channel.
    ``user_id`` is Promoter's "Segment Contact ID" ([DOC] help.promoter.io/docs/segment).
    """

    id: int
    email: str
    created: datetime
    first_name: str = ""
    last_name: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    lists: dict[int, None] = field(default_factory=dict)
    updated: datetime | None = None
    unsubscribed: bool = False
    inactive: bool = False
    user_id: str | None = None
    surveyed: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class ContactList:
    """A list of contacts; who is in it, the contacts know."""

    id: int
    name: str


@dataclass(slots=True)
class Campaign:
    """A campaign, with the list that its contacts are in; ``event`` is the Segment event that triggers it."""

    id: int
    name: str
    list_id: int
    template_id: int | None = None
    event: str | None = None
    channel: Channel = "email"
    status: Literal["ACTIVE", "COMPLETE"] = "ACTIVE"
    drip_duration: int = 7
    launched: datetime | None = None
    last_surveyed: datetime | None = None


@dataclass(slots=True)
class Template:
    """An e-mail template, as it was posted."""

    id: int
    fields: dict[str, str]


@dataclass(slots=True, eq=False)
class Survey:
    """A survey in a contact's inbox, with what was known when it was sent."""

    id: int
    at: datetime
    campaign: Campaign
    contact: Contact
    attributes: dict[str, Any]
    feedback: Feedback | None = None


@dataclass(slots=True, eq=False)
class Feedback:
    """An answer to a survey; kept for good, whatever becomes of its contact ([DOC])."""

    id: int
    survey: Survey
    score: int
    comment: str | None
    posted: datetime
    status: Literal["OPEN", "CLOSED"] = "OPEN"
    score_modified: datetime | None = None
    comment_updated: datetime | None = None

    @property
    def score_type(self) -> ScoreType:
        """The band of the score ([DOC] 0 to 6, 7 and 8, 9 and 10)."""
        return "promoter" if self.score >= 9 else "passive" if self.score >= 7 else "detractor"


@dataclass(slots=True)
class CustomEvent:
    """A raw event at the Segment endpoint, and what it led to."""

    id: int
    at: datetime
    event: dict[str, Any]
    effect: str


@dataclass(slots=True)
class Webhook:
    """Who wants to be told of what; ``None`` stands for every campaign."""

    id: int
    url: str
    events: tuple[str, ...]
    campaign: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened and that webhooks tell of.

    Attributes:
        event: Such as ``feedback.added_or_changed``.
        campaign: The campaign it concerns; ``None`` where it concerns none.
        data: A JSON object.
    """

    event: str
    campaign: int | None
    data: dict[str, Any]
