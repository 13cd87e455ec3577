"""Deletions as the regulation worker asks for them, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

import orjson
from rudder_cases import CONFIG, NOW, served, small_plugin
from support import Script, promoter

from event_router.api import Contact, Delivered, Outcome, Refusal, Transformed
from event_router.plugins import Plugin
from event_router.rudder.configs import account
from event_router.rudder.contacts import Key, MemoryContacts
from event_router.rudder.delete_requests import read
from event_router.rudder.deletions import Deleted, delete_users
from event_router.rudder.service import Served

TED = Key("dest-1", "12345")
EMAIL = "ted@mosbiusdesigns.com"
DONE = {"statusCode": 200, "status": "successful"}

_PROMOTER = served()
_ACCOUNT = account(promoter())


async def remembered() -> MemoryContacts:
    """Return contacts among which is Ted."""
    contacts = MemoryContacts()
    await contacts.save({TED: Contact(TED.user_id, {"email": EMAIL})}, {TED.scope: _ACCOUNT})
    return contacts


def job(*users: Any, **changes: Any) -> dict[str, Any]:
    """Return a job."""
    return {"jobId": "5", "destType": "promoter", "config": CONFIG, "userAttributes": list(users)} | changes


async def told(
    jobs: Collection[Any], script: Any, contacts: MemoryContacts | None = None, serving: Served = _PROMOTER
) -> Deleted:
    """Return what becomes of jobs while the destination answers from a script."""
    entries = read(json.dumps(jobs).encode())
    return await delete_users({serving.plugin.name: serving}, entries, contacts or MemoryContacts(), script, NOW)


async def entry(*users: Any, script: Any = None, contacts: Any = None, **changes: Any) -> dict[str, Any]:
    """Return what one job of Promoter's is told."""
    done = await told([job(*users, **changes)], script or Script(), contacts)
    (found,) = said(done)
    assert done.answer.status == found["statusCode"]
    return found


def said(done: Deleted) -> list[dict[str, Any]]:
    """Return what the jobs are told."""
    found: list[dict[str, Any]] = orjson.loads(done.answer.body)
    return found


def deleting(result: Callable[[], Transformed | Refusal] | Transformed, outcome: Outcome | None = None) -> Plugin:
    """Return a plugin with a result for each deletion and an outcome for each answer."""

    def transform_delete() -> Transformed | Refusal:
        return result() if callable(result) else result

    def interpret_response() -> Outcome:
        return outcome or Delivered()

    return small_plugin(transform_delete=transform_delete, interpret_response=interpret_response)


async def small(plugin: Plugin, *users: Any, script: Any = None) -> dict[str, Any]:
    """Return what one job of a small plugin's is told."""
    given = job(*(users or ({"userId": "u"},)), destType="SMALL", config={})
    (found,) = said(await told([given], script or Script(), serving=served(plugin)))
    return found
