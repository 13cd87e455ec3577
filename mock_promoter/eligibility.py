"""Who may be surveyed now, and if not, why ([DOC] help.promoter.io)."""

from __future__ import annotations

from datetime import datetime, timedelta

from mock_promoter.choices import Choices
from mock_promoter.model import Contact


def hindrance(contact: Contact, channel: str, choices: Choices, now: datetime) -> str | None:
    """Return why a contact may not be surveyed now; ``None`` where it may.

    The answer over HTTP is the same for all reasons ([INFERRED]); the journal tells them apart.
    """
    if contact.unsubscribed:
        return "the contact is unsubscribed, for good"
    if contact.inactive:
        return "the contact is inactive"
    hours, last = choices.hard_throttle_hours, max(contact.surveyed.values(), default=None)
    if hours and last is not None and now - last < timedelta(hours=hours):
        return f"the contact was surveyed within {hours} hours (articles/5702435)"
    days, on_channel = choices.survey_throttle_days, contact.surveyed.get(channel)
    if days is not None and on_channel is not None and now - on_channel < timedelta(days=days):
        return f"the contact was surveyed by {channel} within {days} days (the account's survey throttle)"
    return None
