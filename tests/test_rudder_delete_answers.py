"""What the regulation worker is told: a list, and statuses that it knows."""

from __future__ import annotations

import orjson
import pytest
from support import KEY

from event_router.api import Delivered, Reason, Rejected
from event_router.rudder.delete_answers import Ended, Ending, answer, ended, refused, together
from event_router.rudder.statuses import FILTERED, OK, TABLE, THROTTLED, UNAUTHORIZED, Status

SAID = Rejected(Reason("small.said", "So."))


def people(*codes: int, message: str = "So.") -> list[Ended]:
    """Return people whose deletions ended with some status codes."""
    return [Ended(code, Reason("small.said", f"{message} {code}")) for code in codes]


def test_an_answer() -> None:
    """One entry for each job; the HTTP status is the first's; the header that every 200 has."""
    given = answer([Ending(200), Ending(400, "[a.b] Why.")])
    assert (given.status, given.headers) == (200, ((b"content-type", b"application/json"), (b"apiversion", b"2")))
    assert orjson.loads(given.body) == [
        {"statusCode": 200, "status": "successful"},
        {"statusCode": 400, "error": "[a.b] Why."},
    ]
    assert answer([Ending(500, "x"), Ending(200)]).status == 500


def test_no_job() -> None:
    """A list even then: the worker reads nothing else."""
    given = refused("It is an empty list.")
    assert given.status == 400
    (entry,) = orjson.loads(given.body)
    assert entry["statusCode"] == 400
    assert entry["error"].startswith("[rudder.bad_deletion] ")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ((200,), 200),
        ((200, 200), 200),
        ((200, 400, 200), 400),
        ((400, 500), 500),
        ((500, 400), 500),
        ((405,), 405),
    ],
)
def test_the_worst_counts(given: tuple[int, ...], code: int) -> None:
    """What may be mended by trying again is tried again."""
    assert together(people(*given), ()).code == code


@pytest.mark.parametrize("status", TABLE)
def test_every_status(status: Status) -> None:
    """The worker knows 200, a failure for good and one to try again; 404 and 405 would give up in its own way."""
    assert ended(SAID, status).code in {200, 400, 500}


def test_a_person() -> None:
    """Nothing to do is done, a throttle is tried again, a wrong key is not; the reason is the outcome's."""
    assert ended(Delivered(), OK) == Ended(200, Delivered().reason)
    assert [ended(SAID, status) for status in (FILTERED, THROTTLED, UNAUTHORIZED)] == [
        Ended(code, SAID.reason) for code in (200, 500, 400)
    ]


def test_why() -> None:
    """The first of the worst says why, and how many are left; no secret."""
    found = together(people(200, 400, 500, 500, message=f"Not with {KEY}."), (KEY,))
    assert found == Ending(500, "[small.said] 3 of 4 people are not deleted. Not with ***. 500")
    assert together(people(400), ()).text == "[small.said] So. 400"
    assert together(people(200), ()) == Ending(200)
    first, second = (Ended(500, Reason("small.said", why)) for why in ("After.", "Before."))
    assert together([first, second], ()).text == "[small.said] 2 of 2 people are not deleted. After."
