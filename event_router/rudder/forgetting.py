"""The people of one deletion: forgotten by the destination, then by us.

Somebody who is gone already is deleted, so a job that did not get through is simply made again from its start. Somebody of
whom we know too little to ask for it is not: so we forget nobody of a job that is to be made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from event_router.destination import Destination
from event_router.dispatch import decide
from event_router.hooks import Context, Transformed
from event_router.outcomes import Delivered, Event, Misconfigured, Rejected, Retry, Skipped
from event_router.rudder.contacts import Contacts
from event_router.rudder.delete_answers import AGAIN, DONE, Ended, ended
from event_router.rudder.delete_requests import Deletion, event_of
from event_router.rudder.exchange import Exchanged, exchange
from event_router.rudder.statuses import BAD_EVENT, OK, transformed

if TYPE_CHECKING:  # It brings httpx along.
    from event_router.delivery import Sender


@dataclass(frozen=True, slots=True)
class Place:
    """Where people are forgotten, and what it takes.

    Attributes:
        destination: Ready for events.
        account: The account that its secrets open, as a hash.
        contacts: What is remembered of people.
        sender: Sends requests.
        context: The circumstances.
    """

    destination: Destination
    account: str
    contacts: Contacts
    sender: Sender
    context: Context


async def forget(place: Place, deletion: Deletion) -> list[Ended]:
    """Have the destination forget everybody, then forget them ourselves. Raises ``Unavailable``."""
    remember = place.destination.plugin.info.remember
    events = [event_of(deletion, user, remember) for user in deletion.users]
    people = [ended(one.outcome, one.status) for one in await _removed(place, events)]
    if all(person.code != AGAIN for person in people):
        for event, person in zip(events, people, strict=True):
            if isinstance(event, dict) and person.code == DONE:
                await place.contacts.forget(place.account, event["userId"])
    return people


async def _removed(place: Place, events: Sequence[Event | Rejected]) -> list[Exchanged]:
    """Have the destination forget one person after the other, as long as that makes sense."""
    removed: list[Exchanged] = []
    for event in events:
        removed.append(Exchanged(event, BAD_EVENT) if isinstance(event, Rejected) else await _person(place, event))
        if _concerns_all(removed[-1]):
            break
    return removed + removed[-1:] * (len(events) - len(removed))


async def _person(place: Place, event: Event) -> Exchanged:
    """Have the destination forget a person."""
    contact = await place.contacts.of_account(place.account, event["userId"])
    result = decide(place.destination, event, contact, place.context)[1]
    if isinstance(result, Transformed):
        return await _sent(place, result)
    # Nobody was asked to forget anybody, so this is no success ([RUN]: after four tries a person looks).
    return Exchanged(result, BAD_EVENT if isinstance(result, Skipped) else transformed(result))


async def _sent(place: Place, result: Transformed) -> Exchanged:
    """Send requests in order, until one fails."""
    for request in result.requests:
        sent = await exchange(place.destination, request, place.sender)
        if not isinstance(sent.outcome, Delivered | Skipped):
            return sent
    return Exchanged(Delivered(), OK)


def _concerns_all(one: Exchanged) -> bool:
    """Return whether the others would fare the same: the destination takes nothing, or cannot be reached."""
    if isinstance(one.outcome, Retry):
        return one.outcome.throttled or not one.answered
    return isinstance(one.outcome, Misconfigured)
