"""Deletions: each job is answered, whatever happens to it or to its neighbours."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_cases import NOW, small_plugin
from rudder_deletions import DONE, EMAIL, entry, job, said, small, told
from support import KEY, Script, answer

from event_router.api import Contact, Context, Request, Response, Transformed
from event_router.doors.store import Unavailable
from event_router.rudder.contacts import MemoryContacts

pytestmark = pytest.mark.anyio

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=4,
)


class Busy(MemoryContacts):
    """Contacts that cannot be asked now."""

    async def of_account(self, account: str, user_id: str) -> Contact | None:
        """Fail."""
        raise Unavailable("engine.down", "The engine is down.", 1)


class Keeping(MemoryContacts):
    """Contacts that cannot be forgotten now."""

    async def forget(self, account: str, user_id: str) -> None:
        """Fail."""
        raise Unavailable("engine.down", "The engine is down.", 1)


@pytest.mark.parametrize("config", [None, [], {}, {"apiKey": "two words"}])
async def test_a_bad_config(config: Any) -> None:
    """Given up with the reason; nothing is sent and no key is shown."""
    script = Script()
    found = await entry({"email": EMAIL}, script=script, config=config)
    assert found["statusCode"] == 400
    assert found["error"].startswith("[rudder.config]")
    assert "two words" not in found["error"]
    assert script.requests == []


async def test_a_plugin_that_deletes_nobody() -> None:
    """405: the worker gives up at once, for no repetition would help."""
    found = await small(small_plugin())
    assert (found["statusCode"], found["error"][:20]) == (405, "[rudder.no_deletion]")


async def test_the_circumstances() -> None:
    """A plugin that deletes is told whose deletion it is, and when."""
    seen: list[Context] = []

    def transform_delete(context: Context) -> Transformed:
        seen.append(context)
        return Transformed((Request("remove", "DELETE", "http://x/contact", None),))

    assert await small(small_plugin(transform_delete=transform_delete)) == DONE
    assert seen == [Context("small", NOW)]


async def test_a_type_that_nobody_serves() -> None:
    """Tried again: its plugin may be missing on this replica only."""
    found = await entry({"email": EMAIL}, destType="elsewhere")
    assert (found["statusCode"], found["error"][:21]) == (500, "[rudder.unknown_type]")


@pytest.mark.parametrize("where", ["config", "traits"])
async def test_a_job_that_is_nested_too_deep(where: str) -> None:
    """It is its own trouble: its neighbours are deleted."""
    deep = json.loads("[" * 300 + "]" * 300)
    bad = job({"email": EMAIL}, config={"apiKey": deep}) if where == "config" else job({"userId": "1", "email": deep})
    first, poisoned, last = said(await told([job({"email": EMAIL}), bad, job({"email": EMAIL})], Script()))
    assert first == last == DONE
    assert poisoned["statusCode"] == 400


async def test_a_job_on_which_we_fail() -> None:
    """Tried again, with what kind of error it was and nothing of its text; its neighbours are deleted."""

    def failing(request: Request) -> Response:
        raise ValueError(f"{KEY} of {EMAIL}")

    done = await told([job({"email": EMAIL})] * 3, Script(answer(200), failing, answer(200)))
    first, failed, last = said(done)
    assert first == last == DONE
    assert failed == {
        "statusCode": 500,
        "error": "[rudder.failed] The transformer failed on this job (ValueError). Report it to its authors.",
    }


async def test_how_people_ended() -> None:
    """Each is counted by type, status code and reason, those included that were not tried; for figures."""
    done = await told(
        [
            job({"email": EMAIL}, None, {"email": "lily@x.co"}),
            job({"email": EMAIL}, {"email": "lily@x.co"}, {"email": "barney@x.co"}),
            job({"email": EMAIL}, {"email": EMAIL}, destType="Elsewhere"),
            None,
        ],
        Script(answer(200), answer(404), answer(401, {})),
    )
    assert dict(done.endings) == {
        ("promoter", 200, ""): 2,
        ("promoter", 400, "rudder.bad_deletion"): 1,
        ("promoter", 400, "promoter.unauthorized"): 3,
        ("elsewhere", 500, "rudder.unknown_type"): 2,
        ("", 400, "rudder.bad_deletion"): 1,
    }


async def test_contacts_that_cannot_be_asked() -> None:
    """Tried again, with the reason; nothing is sent."""
    script = Script()
    found = await entry({"userId": "12345"}, script=script, contacts=Busy())
    assert found == {"statusCode": 500, "error": "[engine.down] The engine is down."}
    assert script.requests == []


async def test_contacts_that_cannot_be_forgotten() -> None:
    """Tried again, so that they are in the end."""
    found = await entry({"email": EMAIL}, contacts=Keeping())
    assert found == {"statusCode": 500, "error": "[engine.down] The engine is down."}


async def test_jobs_are_answered_one_by_one() -> None:
    """In their order, malformed ones where they stand; the HTTP status is the first's."""
    done = await told([job({"email": EMAIL}), None, job()], Script())
    assert done.answer.status == 200
    assert [found["statusCode"] for found in said(done)] == [200, 400, 400]
    assert (await told([5, job({"email": EMAIL})], Script())).answer.status == 400


@given(st.lists(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(job(), JSON)), min_size=1, max_size=3))
def test_whatever_comes(jobs: list[Any]) -> None:
    """One entry for each job, a whole number and text in each."""
    found = said(asyncio.run(told([job({"email": EMAIL}), *jobs, job({"email": EMAIL})], Script())))
    assert len(found) == len(jobs) + 2
    assert (found[0], found[-1]) == (DONE, DONE)
    assert all(one == DONE or isinstance(one["error"], str) for one in found)
