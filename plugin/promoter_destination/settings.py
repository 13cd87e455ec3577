"""The destination's settings, worked out once so that no event pays for it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from event_router.api import Authorization, Contact, Context, Event, Secret, event_key

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings ready for use; ``schemas/settings.json`` describes what they are made of.

    Attributes:
        raw_events: Mode ``segment``: every event goes as it is to ``segment_url``.
        contacts_url: ``POST`` makes or updates a contact.
        remove_url: ``POST`` removes one.
        survey_url: ``POST`` surveys one.
        check_url: ``GET`` needs the key and changes nothing.
        segment_url: Where custom events go.
        token: For the API ([DOC] ``Authorization: Token <key>``).
        basic: For ``segment_url`` ([DOC] segment-docs partners/direct-destination: the key as user, no password).
        contact_lists: Lists that receive identified contacts.
        campaign_id: The campaign of track events that ``surveys`` does not name.
        surveys: Campaign by event, keys as ``event_key`` makes them.
        survey_events: The events ``campaign_id`` is for, likewise; empty for all.
        survey_max_age: Older events are not surveyed.
        include: The only traits and properties that become attributes; ``None`` for all.
        exclude: Traits and properties that never do.
        filters: Whether there is anything in ``include`` or ``exclude``.
    """

    raw_events: bool
    contacts_url: str
    remove_url: str
    survey_url: str
    check_url: str
    segment_url: str
    token: Authorization
    basic: Authorization
    contact_lists: list[int]
    campaign_id: int | None
    surveys: Mapping[str, int]
    survey_events: frozenset[str]
    survey_max_age: timedelta | None
    include: frozenset[str] | None
    exclude: frozenset[str]
    filters: bool

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> Settings:
        """Return settings from values that meet the schema, defaults filled in."""
        key, rules = values["api_key"].reveal(), values["attributes"]
        api = f"{values['base_url'].rstrip('/')}/api/"
        return cls(
            raw_events=values["mode"] == "segment",
            contacts_url=f"{api}contacts/",
            remove_url=f"{api}contacts/remove/",
            survey_url=f"{api}v2/survey/",
            check_url=f"{api}campaigns/?page=1",
            segment_url=values["segment_url"],
            token=Authorization("Token", Secret(key)),
            basic=Authorization("Basic", Secret(b64encode(f"{key}:".encode()).decode())),
            contact_lists=list(values["contact_lists"]),
            campaign_id=values.get("campaign_id"),
            surveys={event_key(event): campaign for event, campaign in values["surveys"].items()},
            survey_events=frozenset(map(event_key, values["survey_events"])),
            survey_max_age=_age(values.get("survey_max_age")),
            include=frozenset(rules["include"]) if "include" in rules else None,
            exclude=frozenset(rules.get("exclude", ())),
            filters="include" in rules or bool(rules.get("exclude")),
        )


def _age(value: int | str | None) -> timedelta | None:
    """Return an age, given in seconds or as ``36h``.

    >>> _age("36h")
    datetime.timedelta(days=1, seconds=43200)
    """
    if value is None:
        return None
    seconds = value if isinstance(value, int) else int(value[:-1]) * _SECONDS[value[-1]]
    return timedelta(seconds=min(seconds, timedelta.max.total_seconds() // 1000))


def idempotency_headers(event: Event, context: Context, contact: Contact | None = None) -> dict[str, str]:
    """Return the headers that let a server notice the same write twice.

    Promoter is not known to heed them; then the 24-hour rule and upsert by e-mail protect.

    Args:
        event: The event.
        context: Names the destination.
        contact: For an identify, the contact that it is to overwrite. Its time is part of the key: an identify that went
            out, but was not remembered, is sent again, and must count once more where an older one came in between.
    """
    message_id: str = event["messageId"]
    if not (message_id.isascii() and message_id.isprintable()) or len(message_id) > _LONGEST_ID:
        message_id = _digest(message_id)
    key = f"{context.destination}:{message_id}"
    if contact is not None and contact.time is not None and contact.time != event.get("timestamp"):
        key = f"{key}:{contact.time}"
    return {"idempotency-key": key}


def _digest(text: str) -> str:
    # Ids that no header can carry are rare: hashlib is not worth its import before the first of them.
    from hashlib import blake2b

    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
