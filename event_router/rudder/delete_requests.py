"""The body of ``/deleteUsers``: jobs, each with the people whom one destination is to forget ([RUN] protocol §7.6)."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

import orjson

from event_router.event import canonicalise, not_json
from event_router.outcomes import Event, Reason, Rejected
from event_router.rudder.raw import BadBodyError, elements, members
from event_router.rudder.routes import type_key


class Deletion(NamedTuple):
    """One job.

    Attributes:
        type: The destination's type, in small letters.
        job: The job's id; empty where it has none.
        config: The destination's Config, raw.
        users: What is known of each person.
    """

    type: str
    job: str
    config: bytes
    users: list[Any]

    def destination(self) -> bytes:
        """Return the destination as ``Configs`` reads it; a deletion names none, so it has no id."""
        return b'{"Config":%b}' % self.config


#: A job, or why it is none.
Entry: TypeAlias = Deletion | Rejected


def read(body: bytes) -> list[Entry]:
    """Return the jobs in their order, each read by itself. Raises ``BadBodyError`` where there is none to answer."""
    given = elements(body)
    if not given:
        raise BadBodyError("It is an empty list.")
    return [_entry(raw) for raw in given]


def _entry(raw: bytes) -> Entry:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return bad_deletion(f"The job is no JSON ({error}).")
    if not isinstance(found, dict) or not isinstance(found.get("destType"), str):
        return bad_deletion("The job is no object with a destType.")
    users = found.get("userAttributes")
    if not isinstance(users, list) or not users:
        return bad_deletion("The job's userAttributes name nobody; they are a list with an object for each person.")
    job = found.get("jobId")
    known = str(job) if isinstance(job, int | str) else ""
    return Deletion(type_key(found["destType"]), known, members(raw).get("config", b"null"), users)


def event_of(deletion: Deletion, user: Any, remember: tuple[str, ...]) -> Event | Rejected:
    """Return the canonical delete of a person; the same for the same job, so that it counts once however often it is tried.

    A person without ``userId`` goes by the e-mail, as in Segment's own layer ([LEGACY] facade). Of the traits only what
    the destination needs to know people by goes along.
    """
    known = user if isinstance(user, dict) else {}
    email, user_id = known.get("email"), known.get("userId")
    if user_id in (None, "") and isinstance(email, str):
        user_id = email.strip()
    if user_id in (None, ""):
        return bad_deletion("Somebody among the job's userAttributes has neither userId nor email.")
    traits = {name: known[name] for name in ("email", *remember) if known.get(name) is not None}
    try:
        whom = orjson.dumps([deletion.type, deletion.job, user_id, traits], option=orjson.OPT_SORT_KEYS)
    except TypeError as error:  # Something is nested deeper than can be sent.
        return not_json(error)
    message_id = f"delete-{blake2b(whom, digest_size=16).hexdigest()}"
    found = canonicalise({"type": "delete", "messageId": message_id, "userId": user_id, "traits": traits})
    return found if isinstance(found, Rejected) else found[0]


def bad_deletion(message: str) -> Rejected:
    """Refuse a job, or a person of one."""
    return Rejected(Reason("rudder.bad_deletion", message))
