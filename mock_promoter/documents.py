"""State documents: a seed that people write, or a snapshot that ``snapshots`` wrote, as account.

A document is held to schemas/mock/state.json first; what is left to find out here is whether its ids and addresses
lead somewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mock_promoter.account import DEFAULT_LIST, Account
from mock_promoter.choices import Choices
from mock_promoter.clock import Clock
from mock_promoter.model import Campaign, Contact, ContactList, CustomEvent, Feedback, Survey, Template, Webhook
from mock_promoter.rate_limit import RateLimit

Document = Mapping[str, Any]

#: What webhooks can be told of ([DOC] help.promoter.io/en/articles/537925-webhooks, classic accounts).
EVENTS = (
    "feedback.added_or_changed",
    "feedback.tags_added_or_changed",
    "feedback.status_changed",
    "feedback.removed",
    "metric.score_changed",
    "contact.unsubscribed",
    "tag.merged",
    "tag.removed",
    "tag.renamed",
)


#: Dates of accounts stay within what every client's parser takes, and what can be read again.
FIRST_YEAR, LAST_YEAR = 1970, 2999


class DocumentError(ValueError):
    """A document names something that there is not.

    Attributes:
        path: Where, such as ``$.campaigns[0].list``.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


def account_from(document: Document, name: str) -> Account:
    """Return the account that a document describes. Raises ``DocumentError``."""
    account = Account(
        name, choices_from(document.get("settings", {})), clock_from(document.get("clock", {}), "$.clock")
    )
    set_limit(account.limit, document.get("rate_limit", {}))
    _add_lists(account, document)
    _add_campaigns(account, document)
    for path, one in _each(document, "contacts"):
        contact = _contact(account, one, path)
        _new(account.by_id(contact.id), path, f"contact {contact.id}")
        _new(account.by_email(contact.email), path, f"contact {contact.email}")
        account.add(contact)
    for path, one in _each(document, "surveys"):
        survey = _survey(account, one, path)
        _new(account.surveys.get(survey.id), path, f"survey {survey.id}")
        account.surveys.add(survey.id, survey)
    for path, one in _each(document, "feedback"):
        feedback = _feedback(account, one, path)
        _new(account.feedback.get(feedback.id), path, f"feedback {feedback.id}")
        account.feedback[feedback.id] = feedback
    _add_events(account, document)
    account.ids.update({kind: max(0, last - account.ids[kind]) for kind, last in document.get("ids", {}).items()})
    return account


def choices_from(settings: Document, base: Choices | None = None) -> Choices:
    """Return the switches with some of them set."""
    if "webhook_waits" in settings:
        settings = {**settings, "webhook_waits": tuple(settings["webhook_waits"])}
    return replace(base or Choices(), **settings)


def clock_from(document: Document, path: str = "$") -> Clock:
    """Return a clock in the mode that a document names; frozen without ``at`` stands at the present time.

    Raises:
        DocumentError: It shows a time that documents cannot have.
    """
    clock = Clock(offset=timedelta(seconds=document.get("offset_seconds", 0)))
    if document.get("mode", "frozen" if "at" in document else "real") == "frozen":
        clock.at = _time(document, "at", path) or clock.now()
    _within(clock.now(), f"{path}.offset_seconds")
    return clock


def set_limit(limit: RateLimit, document: Document) -> None:
    """Set a rate limit as a document says."""
    window = timedelta(seconds=document.get("window_seconds") or 60)
    limit.set(document.get("limit"), max(timedelta(microseconds=1), window))


def time_from(text: str, path: str = "$") -> datetime:
    """Return a time in ISO 8601; without an offset it is UTC. Raises ``DocumentError`` for a day that there is not."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise DocumentError(path, f"There is no time {text}: {error}.") from error
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    _within(time, path)
    return time


def _within(time: datetime, path: str) -> None:
    """Raise ``DocumentError`` for a time that could be written, but not read again."""
    if not FIRST_YEAR <= time.astimezone(UTC).year <= LAST_YEAR:
        raise DocumentError(path, f"{time} is not within the years {FIRST_YEAR} to {LAST_YEAR}.")


def _add_lists(account: Account, document: Document) -> None:
    if "lists" in document:
        account.lists.clear()
        account.ids["list"] = 0
    for path, one in _each(document, "lists"):
        list_id = _id(account, "list", one)
        _new(account.lists.get(list_id), path, f"list {list_id}")
        account.lists[list_id] = ContactList(list_id, one["name"])


def _add_campaigns(account: Account, document: Document) -> None:
    for path, one in _each(document, "templates"):
        template_id = _id(account, "template", one)
        _new(account.templates.get(template_id), path, f"template {template_id}")
        account.templates[template_id] = Template(template_id, {key: one[key] for key in one if key != "id"})
    if "campaigns" in document:
        account.campaigns.clear()
        account.ids["campaign"] = 0
    else:
        account.default_list()  # The one of the campaign that is there by default.
    for path, one in _each(document, "campaigns"):
        list_id = _known(account.lists, one.get("list", DEFAULT_LIST), f"{path}.list", "list")
        campaign = Campaign(_id(account, "campaign", one), one["name"], list_id, one.get("template"))
        if campaign.template_id is not None:
            _known(account.templates, campaign.template_id, f"{path}.template", "template")
        _new(account.campaigns.get(campaign.id), path, f"campaign {campaign.id}")
        for key in ("event", "channel", "status", "drip_duration"):
            setattr(campaign, key, one.get(key, getattr(campaign, key)))
        campaign.launched, campaign.last_surveyed = _time(one, "launched", path), _time(one, "last_surveyed", path)
        account.campaigns[campaign.id] = campaign


def _contact(account: Account, one: Document, path: str) -> Contact:
    lists = [
        _known(account.lists, list_id, f"{path}.lists", "list") for list_id in one.get("lists", _default_list(account))
    ]
    contact = Contact(_id(account, "contact", one), one["email"], _time(one, "created", path) or account.clock.now())
    for key in ("first_name", "last_name", "attributes", "unsubscribed", "inactive", "user_id"):
        setattr(contact, key, one.get(key, getattr(contact, key)))
    contact.attributes = dict(contact.attributes)
    contact.lists, contact.updated = dict.fromkeys(lists), _time(one, "updated", path)
    contact.surveyed = {
        channel: time_from(at, f"{path}.surveyed.{channel}") for channel, at in one.get("surveyed", {}).items()
    }
    return contact


def _default_list(account: Account) -> list[int]:
    return [DEFAULT_LIST] if DEFAULT_LIST in account.lists else []


def _survey(account: Account, one: Document, path: str) -> Survey:
    campaign = account.campaigns[_known(account.campaigns, one["campaign"], f"{path}.campaign", "campaign")]
    contact = _person(account, one["contact"], f"{path}.contact")
    at = _time(one, "at", path) or account.clock.now()
    return Survey(_id(account, "survey", one), at, campaign, contact, dict(one.get("attributes", {})))


def _person(account: Account, contact: str | Document, path: str) -> Contact:
    """Return the contact of an address, or one that is written out since it is no longer kept."""
    if not isinstance(contact, str):
        return _contact(account, contact, path)
    found = account.by_email(contact)
    if found is None:
        raise DocumentError(path, f"There is no contact {contact}. List it under contacts.")
    return found


def _feedback(account: Account, one: Document, path: str) -> Feedback:
    survey = one["survey"]
    if isinstance(survey, int):
        kept = account.surveys.get(survey)
        if kept is None:
            raise DocumentError(f"{path}.survey", f"There is no survey {survey}. List it under surveys.")
        _new(kept.feedback, f"{path}.survey", f"answer to survey {survey}")
    else:
        kept = _survey(account, survey, f"{path}.survey")
        _new(account.surveys.get(kept.id), f"{path}.survey", f"survey {kept.id}")
        if len(account.surveys) < account.surveys.most:  # Else it is one that was dropped, and must not make others go.
            account.surveys.add(kept.id, kept)
    posted = _time(one, "posted", path) or account.clock.now()
    feedback = Feedback(_id(account, "feedback", one), kept, one["score"], one.get("comment"), posted)
    feedback.status = one.get("status", feedback.status)
    feedback.score_modified, feedback.comment_updated = (
        _time(one, "score_modified", path),
        _time(one, "comment_updated", path),
    )
    kept.feedback = feedback
    return feedback


def _add_events(account: Account, document: Document) -> None:
    for path, one in _each(document, "custom_events"):
        at = _time(one, "at", path) or account.clock.now()
        event = CustomEvent(_id(account, "event", one), at, one["event"], one.get("effect", "seeded"))
        _new(account.events.get(event.id), path, f"custom event {event.id}")
        account.events.add(event.id, event)
    for path, one in _each(document, "webhooks"):
        webhook_id = _id(account, "webhook", one)
        _new(account.webhooks.get(webhook_id), path, f"webhook {webhook_id}")
        if "campaign" in one:
            _known(account.campaigns, one["campaign"], f"{path}.campaign", "campaign")
        events = tuple(one.get("events", EVENTS))
        account.webhooks[webhook_id] = Webhook(webhook_id, one["url"], events, one.get("campaign"))


def _each(document: Document, name: str) -> Iterator[tuple[str, Document]]:
    items: Iterable[Document] = document.get(name, ())
    return ((f"$.{name}[{at}]", one) for at, one in enumerate(items))


def _id(account: Account, kind: str, one: Document) -> int:
    """Return the id that a document gives, else the next."""
    given: int | None = one.get("id")
    if given is None:
        return account.next_id(kind)
    account.ids[kind] = max(account.ids[kind], given)
    return given


def _known(there: Mapping[int, object], key: int, path: str, kind: str) -> int:
    if key not in there:
        raise DocumentError(path, f"There is no {kind} {key}. List it under {kind}s.")
    return key


def _new(there: object, path: str, what: str) -> None:
    """Raise ``DocumentError`` for what is there already."""
    if there is not None:
        raise DocumentError(path, f"There is another {what}.")


def _time(one: Document, name: str, path: str) -> datetime | None:
    text = one.get(name)
    return time_from(text, f"{path}.{name}") if text is not None else None
