"""The bodies of ``/deleteUsers``: each job and each person read by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.api import Rejected
from event_router.rudder.delete_requests import Deletion, event_of, read
from event_router.rudder.raw import BadBodyError

JOB = {"jobId": "5", "destType": "promoter", "config": {"apiKey": "k"}, "userAttributes": [{"userId": "u1"}]}
#: Nested deeper than orjson writes, though it reads it.
DEEP = json.loads("[" * 300 + "]" * 300)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def body(*jobs: Any) -> bytes:
    """Return a body."""
    return json.dumps(jobs).encode()


def event(user: Any, **changes: Any) -> dict[str, Any]:
    """Return a person's canonical delete, which there must be."""
    found = event_of(Deletion("promoter", "5", b"{}", [])._replace(**changes), user, ("email", "firstName"))
    assert isinstance(found, dict), found
    return found


def test_jobs() -> None:
    """In their order, the type in small letters, the id as text."""
    first, second = read(body(JOB, JOB | {"jobId": 2**60, "destType": " PROMOTER "}))
    assert first == Deletion("promoter", "5", b'{"apiKey": "k"}', [{"userId": "u1"}])
    assert isinstance(second, Deletion)
    assert (second.type, second.job) == ("promoter", str(2**60))


def test_the_destination() -> None:
    """Its Config stays the bytes it is, large numbers and all; without one it has none."""
    config = b'{ "apiKey":"k", "n":9007199254740993123 }'
    (found,) = read(b'[{"destType":"promoter","userAttributes":[{}],"config":%b}]' % config)
    assert isinstance(found, Deletion)
    assert found.destination() == b'{"Config":%b}' % config
    (bare,) = read(b'[{"destType":"promoter","userAttributes":[{}]}]')
    assert isinstance(bare, Deletion)
    assert bare.destination() == b'{"Config":null}'


@pytest.mark.parametrize("number", [None, {}, 1.5, json.loads("[" * 900 + "]" * 900)])
def test_without_an_id(number: Any) -> None:
    """A job without id, or with something else for it, is a job."""
    (found,) = read(body(JOB | {"jobId": number}))
    assert isinstance(found, Deletion)
    assert found.job == ""


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (None, "destType"),
        ([], "destType"),
        ({}, "destType"),
        (JOB | {"destType": 5}, "destType"),
        (JOB | {"userAttributes": None}, "userAttributes"),
        (JOB | {"userAttributes": {}}, "userAttributes"),
        (JOB | {"userAttributes": []}, "userAttributes"),
    ],
)
def test_what_is_no_job(job: Any, said: str) -> None:
    """It is refused where it stands; its neighbours are read."""
    good, bad, other = read(body(JOB, job, JOB))
    assert good == other != bad
    assert isinstance(bad, Rejected)
    assert bad.reason.code == "rudder.bad_deletion"
    assert said in bad.reason.message


def test_a_job_that_is_no_json() -> None:
    """It is refused where it stands."""
    good, bad = read(body(JOB, 5).replace(b"5]", b"NaN]"))
    assert isinstance(good, Deletion)
    assert isinstance(bad, Rejected)


@pytest.mark.parametrize("given", [b"", b"nonsense", b"{}", b"null", b"[]", b"[{", b"[" * 100_000])
def test_bodies_without_jobs(given: bytes) -> None:
    """There is no job to answer."""
    with pytest.raises(BadBodyError):
        read(given)


def test_a_person() -> None:
    """A canonical delete with what the destination knows people by, and nothing more of them."""
    found = event(
        {"userId": "u1", "email": "ted@mosbiusdesigns.com", "phone": "5", "firstName": "Ted", "lastName": "M"}
    )
    assert found["type"] == "delete"
    assert found["userId"] == "u1"
    assert found["traits"] == {"email": "ted@mosbiusdesigns.com", "firstName": "Ted"}


def test_an_email_goes_along() -> None:
    """A destination that remembers nothing still gets the e-mail that the job gives, and nothing else."""
    found = event_of(Deletion("small", "5", b"{}", []), {"userId": "u1", "email": "t@x.co", "firstName": "Ted"}, ())
    assert isinstance(found, dict)
    assert found["traits"] == {"email": "t@x.co"}


@pytest.mark.parametrize("user_id", [None, ""])
def test_a_person_without_an_id(user_id: Any) -> None:
    """The e-mail stands for it."""
    assert event({"userId": user_id, "email": " ted@mosbiusdesigns.com "})["userId"] == "ted@mosbiusdesigns.com"


def test_a_whole_number_as_id() -> None:
    """It is the text that it would be in an event."""
    assert event({"userId": 7})["userId"] == "7"


@pytest.mark.parametrize(
    ("user", "code"),
    [
        (None, "rudder.bad_deletion"),
        ("u1", "rudder.bad_deletion"),
        ({}, "rudder.bad_deletion"),
        ({"userId": "", "email": " "}, "rudder.bad_deletion"),
        ({"email": 5}, "rudder.bad_deletion"),
        ({"userId": True}, "event.bad_id"),
        ({"userId": 1.5}, "event.bad_id"),
        ({"userId": "u1", "email": DEEP}, "event.not_json"),
    ],
)
def test_nobody(user: Any, code: str) -> None:
    """Without an id or an e-mail nobody is meant."""
    found = event_of(Deletion("promoter", "5", b"{}", []), user, ("email",))
    assert isinstance(found, Rejected)
    assert found.reason.code == code


def test_message_ids() -> None:
    """The same for the same person of the same job, so that repetitions count once; else another. No e-mail is in it."""
    ted, same = {"userId": "u1", "email": "t@x.co"}, {"email": "t@x.co", "userId": "u1"}
    known = event(ted)["messageId"]
    assert event(same)["messageId"] == known
    others = [event({"userId": "u2"}), event(ted, job="6"), event(ted, type="ledger")]
    assert len({known, *(other["messageId"] for other in others)}) == 4
    assert known.startswith("delete-")
    assert set(event(ted)) == {"type", "messageId", "userId", "traits"}
    assert "t@x.co" not in known


@given(st.lists(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(JOB, JSON)), min_size=1, max_size=4))
def test_whatever_comes(jobs: list[Any]) -> None:
    """One entry for each, and an event or a reason for each person."""
    entries = read(body(*jobs))
    assert len(entries) == len(jobs)
    for entry in entries:
        if isinstance(entry, Deletion):
            assert all(isinstance(event_of(entry, user, ("email",)), dict | Rejected) for user in entry.users)
