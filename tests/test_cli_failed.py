"""``event-router failed``: listing, showing, giving once more, and throwing away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from operators import Place, letter, place
from support import identify, track

from event_router.cli.letters import row
from event_router.doors.store import Unavailable
from event_router.engine import reading
from event_router.engine.dead_letters import Buried, DeadLetters
from event_router.engine.intake import Intake
from event_router.engine.stored import StoredEvent, decode_event
from event_router.outcomes import Dropped

EMAIL = "ted@mosbiusdesigns.com"
ERRORS = (
    {"code": "contract.pattern", "path": "$.traits.email", "rule": "pattern", "found": EMAIL, "message": f"{EMAIL}!"},
    {"code": "contract.type", "path": "$.traits.plan", "rule": "type", "found": "1", "message": "plan!"},
)


@pytest.fixture
def here(nats: str, tmp_path: Path) -> Iterator[Place]:
    """Return a router's engine with three dead letters: of two destinations, and of what was no event."""
    with place(nats, tmp_path) as found:
        found.bury(
            letter(identify(), reason=f"Promoter says: {EMAIL} is nobody."),
            letter(identify(), "other", code="contract.pattern", errors=ERRORS, answer=None),
            letter({"value": 5}, "-", code="event.not_an_object"),
        )
        yield found


def listed(here: Place, *args: str) -> list[dict[str, Any]]:
    """Return what ``list --json`` says."""
    done = here.call("failed", "list", "--json", *args)
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = orjson.loads(done.output)
    return found


def test_list(here: Place) -> None:
    """The oldest first; ids, codes and places of what is wrong, but no trait."""
    rows = listed(here)
    assert [(one["id"], one["destination"], one["type"]) for one in rows] == [
        ("1", "promoter", "identify"),
        ("2", "other", "identify"),
        ("r1", "-", None),
    ]
    assert rows[0]["reason"] == "Promoter says: … is nobody."
    assert rows[1]["reason"] == "$.traits.email breaks the rule pattern, and 1 more."
    assert (rows[0]["message_id"], rows[0]["user_id"], rows[0]["attempts"]) == ("m-1", "12345", 5)
    shown = here.call("failed", "list").output
    assert [line.split()[0] for line in shown.splitlines()] == ["id", "1", "2", "r1"]
    assert "contract.pattern" in shown
    assert EMAIL not in shown + str(rows)


def test_list_some(here: Place) -> None:
    """A destination, a reason and a number choose; a destination may have left the configuration."""
    here.bury(letter(track(), "gone"))
    assert [one["id"] for one in listed(here, "--to", "other")] == ["2"]
    assert [one["id"] for one in listed(here, "--to", "-")] == ["r1"]
    assert [one["id"] for one in listed(here, "--to", "gone")] == ["3"]
    assert [one["id"] for one in listed(here, "--code", "promoter.unavailable", "--limit", "1")] == ["1"]
    assert "There are no dead letters." in here.call("failed", "list", "--to", "*").output


def test_show(here: Place) -> None:
    """Everything: the event with its traits, the broken rules, the last answer."""
    value = orjson.loads(here.call("failed", "show", "1", "--json").output)
    assert value["event"] == identify()
    assert value["answer"] == {"status": 503, "body": "busy"}
    assert value["reason"] == f"Promoter says: {EMAIL} is nobody."
    assert value["source"] == "web"
    lines = here.call("failed", "show", "2").output.splitlines()
    assert f"error             {EMAIL}!" in lines
    assert f'    "email": "{EMAIL}",' in lines
    assert "answer            503 busy" in here.call("failed", "show", "1").output.splitlines()
    done = here.call("failed", "show", "99")
    assert (done.exit_code, "99: there is no dead letter of this id" in done.output) == (1, True)


def test_retry(here: Place) -> None:
    """An event goes to its destination once more, and its letter goes; an id that is not there is told."""
    done = here.call("failed", "retry", "1", "1", "99")
    assert done.exit_code == 1
    assert "99: there is no dead letter" in done.output
    assert "1 given once more, 1 not." in done.output
    assert [decode_event(data).again for _, _, data in here.again("promoter")] == ["retried"]
    assert [one["id"] for one in listed(here)] == ["2", "r1"]
    assert here.call("failed", "retry", "2").output == "1 given once more.\n"


def test_retry_all(here: Place) -> None:
    """All, or all of a destination or a reason; not those of a destination that is not configured."""
    here.bury(letter(track(), "gone"), letter(track()))
    done = here.call("failed", "retry", "--all", "--code", "promoter.unavailable")
    assert done.exit_code == 1
    assert "3: [config.no_destination]" in done.output
    assert "2 given once more, 1 not." in done.output
    assert here.call("failed", "retry", "--all", "--to", "promoter").output == "0 given once more.\n"


def test_what_fails_again_meanwhile_is_not_given_again(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that is buried anew while all are retried stays for the next time."""
    here.bury(letter(track()))
    real, given = DeadLetters.retry, []

    async def retry(self: DeadLetters, buried: Buried) -> None:
        given.append(buried.id)
        await real(self, buried)
        await self.bury(buried.letter)

    monkeypatch.setattr(DeadLetters, "retry", retry)
    monkeypatch.setattr(reading, "_MOST_SUBJECTS", 1)
    assert here.call("failed", "retry", "--all", "--to", "promoter").exit_code == 0
    assert given == ["1", "3"]
    assert [one["id"] for one in listed(here, "--to", "promoter")] == ["4", "5"]


def test_retry_what_was_no_event(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is accepted as new event, if it is one by now; otherwise it stays, with the reason."""
    long = track(properties={"text": "x" * 40_000})
    here.bury(letter(long, "-", code="event.too_large"))
    done = here.call("failed", "retry", "--all", "--to", "-")
    assert done.exit_code == 1
    assert "r1: [event.type_missing]" in done.output
    assert "r2: [event.too_large]" in done.output
    here.path.write_text(here.path.read_text() + "[doors]\nmax_event_bytes = 50000\n")

    async def refuse(*args: object) -> None:
        raise Unavailable("engine.full", "No room.", 30)

    with monkeypatch.context() as patched:
        patched.setattr(Intake, "accept", refuse)
        assert "r2: [engine.full] No room." in here.call("failed", "retry", "r2").output
    assert here.call("failed", "retry", "r2").exit_code == 0
    assert orjson.loads(here.call("status", "--json").output)["accepted"] == 1
    assert [one["id"] for one in listed(here)] == ["1", "2", "r1"]


def test_what_was_cut_is_not_retried(here: Place) -> None:
    """It might pass for an event, without most of what it said."""
    here.bury(letter(track(), "-", code="event.too_large", cut=True))
    done = here.call("failed", "retry", "r2")
    assert (done.exit_code, "r2: [event.cut]" in done.output) == (1, True)
    assert "cut               True" in here.call("failed", "show", "r2").output
    assert here.call("failed", "discard", "r2", "--yes").output == "1 discarded.\n"
    assert [one["id"] for one in listed(here)] == ["1", "2", "r1"]


def test_discard(here: Place) -> None:
    """Nothing goes without --yes; what goes is gone."""
    done = here.call("failed", "discard", "--all")
    assert (done.exit_code, "--yes" in done.output) == (2, True)
    assert len(listed(here)) == 3
    done = here.call("failed", "discard", "1", "99", "--yes")
    assert (done.exit_code, "1 discarded, 1 not." in done.output) == (1, True)
    assert here.call("failed", "discard", "--all", "--yes").output == "2 discarded.\n"
    assert listed(here) == []


@pytest.mark.parametrize(
    "args", [(), ("1", "--all"), ("1", "--to", "promoter"), ("1", "--code", "x"), ("0",), ("-1",), ("r",), ("1" * 19,)]
)
def test_which_ones_must_be_said(here: Place, args: tuple[str, ...]) -> None:
    """Ids or --all, not both; filters go with --all."""
    assert here.call("failed", "retry", *args).exit_code == 2
    assert len(listed(here)) == 3


WORDS = st.text("abcdefg", min_size=3, max_size=8)
VALUES = st.recursive(
    WORDS | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
)


@given(VALUES, WORDS)
def test_a_row_tells_no_trait(traits: Any, word: str) -> None:
    """Whatever the destination repeats of the event, a row does not, wherever the event had it."""
    for event in ({"traits": [traits, word]}, {"properties": word}, {"context": {"traits": {"a": word}}}):
        told = row(Buried("1", "", letter(event, reason=f"It says {word}.")))["reason"]
        assert word not in told
        assert told.startswith("It says")


def test_what_was_dropped_is_shown(here: Place) -> None:
    """Fields that canonicalising dropped are named; ids that are no text are no ids."""
    stored = StoredEvent({"messageId": 5, "type": "x" * 60}, "web", (Dropped("$.traits.a", "null"),))
    here.bury(letter({}, "-", stored=stored))
    assert "dropped           ['$.traits.a']" in here.call("failed", "show", "r2").output
    assert listed(here, "--to", "-")[1]["message_id"] is None
    assert f"{'x' * 39}…" in here.call("failed", "list").output
