"""Accounts, switches, seeds, snapshots, the clock, the rate limit: each account's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from mock_plane import FROZEN, Plane

from mock_promoter.control.state import PARTS

SEED: dict[str, Any] = {
    "clock": FROZEN,
    "rate_limit": {"limit": 50, "window_seconds": 1},
    "settings": {"page_size": 7},
    "contacts": [{"email": "seeded@mac.com", "attributes": {"plan": "gold"}}],
    "feedback": [{"survey": {"campaign": 1, "contact": "seeded@mac.com"}, "score": 9}],
}


@pytest.fixture
def plane(mock: str) -> Iterator[Plane]:
    """Return a client of a mock that holds nothing yet."""
    with Plane(mock) as plane:
        yield plane


@pytest.fixture
def two(plane: Plane) -> Iterator[tuple[Plane, Plane]]:
    """Return clients of two accounts, "one" and "two", neither of them the default account."""
    with ExitStack() as stack:
        planes = []
        for name in ("one", "two"):
            made = plane.call("POST", "/accounts", {"name": name})
            stack.callback(plane.call, "DELETE", f"/accounts/{name}")
            planes.append(stack.enter_context(Plane(plane.url, made["api_key"])))
        yield planes[0], planes[1]


def names(plane: Plane) -> list[str]:
    """Return the names of all accounts."""
    return [one["name"] for one in plane.call("GET", "/accounts")["accounts"]]


def test_accounts(plane: Plane) -> None:
    """Made with a name and key of one's own, or with given ones; gone when they are removed."""
    first = plane.call("POST", "/accounts")
    assert first["name"] == names(plane)[-1]
    assert len(first["api_key"]) == 40
    named = plane.call("POST", "/accounts", {"name": "mine", "api_key": "k"})
    assert named == {"name": "mine", "api_key": "k"}
    with Plane(plane.url, "k") as mine:
        assert mine.survey().status_code == 200
        assert plane.call("DELETE", "/accounts/mine") == {}
        assert mine.survey().status_code == 401
    assert plane.call("DELETE", f"/accounts/{first['name']}") == {}
    assert "mine" not in names(plane)
    again = plane.call("POST", "/accounts")
    assert again["name"] != first["name"]
    plane.call("DELETE", f"/accounts/{again['name']}")


def test_the_default_account_stays(plane: Plane) -> None:
    """Calls without an account speak of it."""
    with plane.unchanged():
        assert plane.refusal("DELETE", "/accounts/default") == (422, "control.invalid", [("$", "default")])


def test_a_name_that_is_given_again(plane: Plane) -> None:
    """An account of the same name starts with nothing of the old one's: no journal, faults, deliveries, seed."""
    for _ in range(2):
        plane.call("POST", "/accounts", {"name": "again", "api_key": "key-of-again"})
        assert plane.call("GET", "/requests", account="again")["requests"] == []
        assert plane.call("GET", "/faults", account="again")["faults"] == []
        assert plane.call("GET", "/expectations", account="again")["expectations"] == []
        assert plane.call("GET", "/deliveries", account="again")["deliveries"] == []
        plane.call("POST", "/reset", account="again")
        assert plane.call("GET", "/contacts", account="again")["count"] == 0
        with Plane(plane.url, "key-of-again") as again:
            again.survey()
        plane.call("PUT", "/seed", SEED, account="again")
        plane.call("POST", "/faults", {"effect": {"kind": "reset"}}, account="again")
        plane.call("POST", "/verify", {}, account="again")
        hook = plane.call("POST", "/webhooks", {"url": "http://127.0.0.1:9"}, account="again")
        plane.call("POST", f"/webhooks/{hook['id']}/test", account="again")
        plane.call("DELETE", "/accounts/again")


def test_accounts_never_see_each_other(plane: Plane, two: tuple[Plane, Plane]) -> None:
    """Contacts, surveys, clock, limits, switches, faults, the journal: what one has, the other has not."""
    one, other = two
    one.survey("one@mac.com")
    plane.call("PUT", "/clock", FROZEN, account="one")
    plane.call("PUT", "/rate-limit", {"limit": 1}, account="one")
    plane.call("PATCH", "/settings", {"page_size": 3}, account="one")
    plane.call("POST", "/webhooks", {"url": "http://127.0.0.1:9"}, account="one")
    plane.call("POST", "/faults", {"effect": {"kind": "status", "status": 500}, "times": 1}, account="one")
    plane.call("POST", "/verify", {}, account="one")
    assert one.survey().status_code == 500
    for name, kept in (("two", 0), ("one", 1)):
        counts = {
            "contacts": plane.call("GET", "/contacts", account=name)["count"],
            "surveys": plane.call("GET", "/surveys", account=name)["count"],
            "webhooks": len(plane.call("GET", "/webhooks", account=name)["webhooks"]),
            "faults": len(plane.call("GET", "/faults", account=name)["faults"]),
            "expectations": len(plane.call("GET", "/expectations", account=name)["expectations"]),
            "frozen": plane.call("GET", "/clock", account=name)["mode"] == "frozen",
            "limited": plane.call("GET", "/rate-limit", account=name)["limit"] is not None,
            "set": plane.call("GET", "/settings", account=name)["page_size"] == 3,
        }
        assert counts == dict.fromkeys(counts, kept)
        assert len(plane.call("GET", "/requests", account=name)["requests"]) == 2 * kept
    assert [other.survey().status_code, other.survey("x@mac.com").status_code] == [200, 200]
    assert plane.call("GET", "/contacts")["count"] == 0
    assert [one["account"] for one in plane.journal()] == ["one", "one", "two", "two"]


def test_a_scoped_call_leaves_the_other_account_alone(plane: Plane, two: tuple[Plane, Plane]) -> None:
    """Requests, faults and contacts of another account cannot even be named."""
    one, _ = two
    one.survey()
    fault = plane.call("POST", "/faults", {"effect": {"kind": "reset"}}, account="one")
    for method, path in (
        ("GET", "/requests/1"),
        ("POST", "/requests/1/send-again"),
        ("DELETE", f"/faults/{fault['id']}"),
        ("PATCH", "/contacts/1"),
        ("POST", "/surveys/1/unsubscribe"),
    ):
        with plane.unchanged():
            assert plane.refusal(method, path, account="two")[:2] == (404, "control.not_found")
    plane.call("DELETE", "/faults", account="two")
    plane.call("POST", "/reset", account="two")
    assert len(plane.call("GET", "/faults", account="one")["faults"]) == 1
    assert (len(plane.journal()), plane.call("GET", "/contacts", account="one")["count"]) == (1, 1)
    wrong = {"effect": {"kind": "reset"}, "match": {"account": "one"}}
    assert plane.refusal("POST", "/faults", wrong, account="two")[2] == [("$.match.account", "const")]
    assert plane.call("POST", "/faults", wrong, account="one")["account"] == "one"
    plane.call("DELETE", "/faults", account="one")


def test_a_document_of_other_accounts_than_the_call_s(plane: Plane, two: tuple[Plane, Plane]) -> None:
    """With ``account`` a document of several is refused, whole; without it, each gets its own."""
    document = {"accounts": {"one": SEED, "two": {}}}
    for path in ("/seed", "/snapshot"):
        with plane.unchanged():
            assert plane.refusal("PUT", path, document, account="one")[2] == [("$.accounts", "known")]
    plane.call("PUT", "/snapshot", document)
    assert [plane.call("GET", "/contacts", account=name)["count"] for name in ("one", "two")] == [1, 0]
    mine = plane.call("GET", "/snapshot", account="one")
    assert list(mine["accounts"]) == ["one"]
    assert plane.call("PUT", "/snapshot", mine, account="one") == {}


def test_a_bad_document_changes_nothing(plane: Plane, two: tuple[Plane, Plane]) -> None:
    """Neither the accounts before the bad one, nor what reset returns to."""
    plane.call("PUT", "/seed", {"accounts": {"one": SEED}})
    bad = {"campaigns": [{"name": "x", "list": 9}]}
    times = {"contacts": [{"email": "a@b.co", "created": "2026-02-31"}]}
    for path in ("/seed", "/snapshot"):
        with plane.unchanged():
            found = plane.refusal("PUT", path, {"accounts": {"one": {}, "two": bad}})
            assert found == (422, "control.invalid", [("$.accounts.two.campaigns[0].list", "known")])
            assert plane.refusal("PUT", path, times)[:2] == (422, "control.invalid")
    plane.call("POST", "/reset")
    assert plane.call("GET", "/contacts", account="one")["count"] == 1


def test_snapshots(plane: Plane) -> None:
    """What is put back is what was there, whatever happened in between; the same again makes the same snapshot."""
    plane.call("PUT", "/seed", SEED)
    plane.survey()
    kept = plane.call("GET", "/snapshot")
    plane.survey("other@mac.com")
    plane.call("DELETE", "/feedback/1")
    plane.call("PUT", "/clock", {"mode": "real"})
    assert plane.call("PUT", "/snapshot", kept) == {}
    assert plane.call("GET", "/snapshot") == kept
    assert plane.survey("other@mac.com").status_code == 200
    plane.call("POST", "/reset", {"what": ["state"]})
    assert [one["email"] for one in plane.call("GET", "/contacts")["contacts"]] == ["seeded@mac.com"]


@pytest.mark.parametrize("what", [*([part] for part in PARTS), list(PARTS), None, []])
def test_reset(plane: Plane, what: list[str] | None) -> None:
    """Each part goes back to the seed by itself, all of them by default; the rest stays."""
    plane.call("PUT", "/seed", SEED)
    plane.survey()
    plane.call("PUT", "/rate-limit", {"limit": 9})
    plane.call("PATCH", "/settings", {"page_size": 9})
    plane.call("POST", "/clock/advance", {"days": 1})
    plane.call("POST", "/faults", {"effect": {"kind": "reset"}})
    plane.refusal("POST", "/verify", {"match": {"method": "PUT"}})
    hook = plane.call("POST", "/webhooks", {"url": "http://127.0.0.1:9"})
    plane.call("POST", f"/webhooks/{hook['id']}/test")
    assert plane.call("POST", "/reset", {} if what is None else {"what": what}) == {}
    went = {
        "state": [one["email"] for one in plane.call("GET", "/contacts")["contacts"]] == ["seeded@mac.com"],
        "journal": plane.journal() == [],
        "faults": plane.call("GET", "/faults")["faults"] == [],
        "clock": plane.call("GET", "/clock")["now"] == "2026-01-01T12:00:00Z",
    }
    assert went == {part: part in (PARTS if what is None else what) for part in PARTS}
    state = {
        plane.call("GET", "/rate-limit")["limit"] == 50,
        plane.call("GET", "/settings")["page_size"] == 7,
        plane.call("GET", "/webhooks")["webhooks"] == [],
        plane.call("GET", "/deliveries")["deliveries"] == [],
        plane.call("GET", "/surveys")["count"] == 1,
    }
    assert state == {went["state"]}
    assert (plane.call("GET", "/expectations")["expectations"] == []) == went["journal"]


def test_a_reset_without_a_seed(plane: Plane) -> None:
    """An account goes back to how it was made; ids start again."""
    for _ in range(2):
        plane.survey()
        plane.call("POST", "/faults", {"effect": {"kind": "reset"}})
        (survey,) = plane.call("GET", "/surveys")["surveys"]
        (fault,) = plane.call("GET", "/faults")["faults"]
        assert (survey["id"], survey["contact"]["id"], fault["id"], plane.journal()[0]["id"]) == (1, 1, 1, 1)
        plane.call("POST", "/reset")
        assert plane.call("GET", "/campaigns")["campaigns"][0]["name"] == "Segment"


def test_settings(plane: Plane) -> None:
    """Some are set, all are shown; what can no longer be changed says so."""
    before = plane.call("GET", "/settings")
    assert (before["page_size"], before["webhook_waits"]) == (100, [1.0, 5.0, 30.0])
    changed = plane.call("PATCH", "/settings", {"page_size": 2, "webhook_waits": [], "email_case": "kept"})
    assert changed == before | {"page_size": 2, "webhook_waits": [], "email_case": "kept"}
    assert plane.call("GET", "/settings") == changed
    plane.survey()
    assert plane.refusal("PATCH", "/settings", {"email_case": "ignored"})[2] == [("$.email_case", "empty")]
    assert plane.call("PATCH", "/settings", {"email_case": "kept", "page_size": 3})["page_size"] == 3


def test_the_clock(plane: Plane) -> None:
    """Real, frozen, shifted; it goes on by as much as it is told, on from where it is."""
    assert plane.call("GET", "/clock")["mode"] == "real"
    assert plane.call("PUT", "/clock", {"mode": "frozen"})["mode"] == "frozen"
    assert plane.call("PUT", "/clock", FROZEN) == {"mode": "frozen", "now": "2026-01-01T12:00:00Z", "offset_seconds": 0}
    moved = plane.call("POST", "/clock/advance", {"days": 1, "hours": 2, "minutes": 3, "seconds": 4.5})
    assert moved["now"] == "2026-01-02T14:03:04.500000Z"
    assert plane.call("POST", "/clock/advance", {"seconds": -4.5})["now"] == "2026-01-02T14:03:00Z"
    assert plane.call("PUT", "/clock", {"mode": "offset", "offset_seconds": 60})["offset_seconds"] == 60
    assert plane.call("POST", "/clock/advance", {"minutes": 1})["offset_seconds"] == 120
    assert plane.call("PUT", "/clock", {"mode": "real"})["offset_seconds"] == 0
    assert plane.call("POST", "/clock/advance", {"hours": 1})["mode"] == "offset"
    plane.call("PUT", "/clock", {"at": "2026-01-01"})
    plane.survey()
    assert plane.journal()[0]["at"] == "2026-01-01T00:00:00Z"


def test_the_rate_limit(plane: Plane) -> None:
    """Set, shown, lifted."""
    none = {"limit": None, "window_seconds": None}
    assert plane.call("GET", "/rate-limit") == none
    plane.call("PUT", "/clock", FROZEN)
    assert plane.call("PUT", "/rate-limit", {"limit": 1}) == {"limit": 1, "window_seconds": 60.0}
    assert plane.call("PUT", "/rate-limit", {"limit": 1, "window_seconds": 2}) == {"limit": 1, "window_seconds": 2.0}
    assert [plane.survey(email).status_code for email in ("a@b.co", "c@d.co")] == [200, 429]
    assert plane.call("DELETE", "/rate-limit") == none
    assert plane.survey("c@d.co").status_code == 200
    plane.call("PUT", "/rate-limit", {"limit": 1})
    assert plane.call("PUT", "/rate-limit", {"limit": None}) == none
