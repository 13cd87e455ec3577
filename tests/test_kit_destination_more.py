"""What the destination tests see at a second look: parts of secrets, addresses under any name, slots, names by which hooks are called."""

from __future__ import annotations

import logging
import warnings
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gallery.plugins_good import Good, good
from gallery.plugins_overlooked import Talkative, _Tally

from contract_tests.destination import contracts, discretion
from contract_tests.destination.events import Case, plain
from contract_tests.destination.hooks import hooks_of
from contract_tests.destination.hostile import ELSEWHERE, Tempting, tempting
from contract_tests.destination.leaks import beginning, hidden, leaks, overheard
from contract_tests.destination.loading import SubjectError, load
from contract_tests.destination.origins import listed, origin
from contract_tests.destination.outcomes import Answered, expect_patience
from contract_tests.destination.routes import Route
from contract_tests.destination.snapshots import snapshot
from contract_tests.destination.subject import Subject, subject_of
from contract_tests.findings import BrokenRequirement
from event_router.api import Delivered, Reason, Request, Response, Retry, hookimpl

SECRET = "s3cret-of-Mine"
REASON = Reason("board.late", "The board is late.")
REQUEST = Request("notice", "PUT", "http://a.example:1/b?c")


def case(kind: str, schema: dict[str, Any] | None = None) -> Case:
    """Return a plain case of a kind of event."""
    route = Route(kind, f"transform_{kind}", schema or {})
    return Case(route, plain(route))


@pytest.mark.parametrize("text", [SECRET.upper(), beginning(SECRET), beginning(SECRET).lower().encode().hex()])
def test_parts_of_secrets_are_found_and_hidden(text: str) -> None:
    """In any letter case, and the first half too."""
    looked_for = [SECRET, beginning(SECRET)]
    assert leaks(f"a {text} b", looked_for)
    assert not leaks(hidden(f"a {text} b", [SECRET]), looked_for)
    assert beginning("a-secret-of-twenty-ch") == "a-secret-o"


def test_warnings_and_exceptions_are_heard() -> None:
    """Whatever filters there are, and with the text of the exception that is logged."""
    with overheard() as heard:
        warnings.warn("first", UserWarning, stacklevel=1)
        try:
            int(SECRET)
        except ValueError:
            logging.getLogger("a").exception("second")
    assert heard[1] == "first"
    assert heard[0].startswith("second\nTraceback")
    assert leaks(heard[0], [SECRET])


def test_tempting_objects_have_an_address_under_every_name() -> None:
    """What they have of their own stays."""
    found = Tempting({"plan": "Enterprise"})
    assert ("nosuch" in found, found["nosuch"], found.get("plan"), found.get("nosuch")) == (
        *(True, ELSEWHERE),
        *("Enterprise", ELSEWHERE),
    )
    assert found.get("address", {})["city"] == ELSEWHERE
    assert dict(found) == {"plan": "Enterprise"}
    assert [event.get("integrations") for event in tempting(case("delete"), ("Board",))] == [None, {"Board": {}}]
    assert len([*tempting(case("identify"), ())]) == 3


def test_requests_go_somewhere() -> None:
    """To a scheme, a host and a port, or nowhere."""
    assert origin(REQUEST) == "http://a.example:1"
    assert origin(REQUEST._replace(url="b")) == "nowhere"
    assert (listed({"b", "a"}), listed(())) == ("a, b", "nobody")


def test_slots_and_queues_are_seen() -> None:
    """What is in them counts; what a path has worked out does not."""
    tally, path = _Tally(subject_of(good, {}).loaded), Path("/a/b")
    before, paths = snapshot(tally), snapshot(path)
    tally.last.append("a")
    assert snapshot(tally) != before
    assert snapshot(deque([1])) == ("deque", [1])
    assert hash(path)
    assert snapshot(path) == paths

    class One:
        __slots__ = "name"

    one: Any = One()
    assert snapshot(one) == ("One", {"name": None})
    one.name = 1
    assert snapshot(one) == ("One", {"name": 1})


def test_hooks_that_want_names_get_them() -> None:
    """So that nothing but the requirement that is for it fails."""

    class Named:
        @hookimpl
        def load_settings(self, *, settings: Any, more: int = 1) -> Any:
            return settings, more

    hook = hooks_of(Named())["load_settings"]
    assert hook.named == ("settings",)
    assert hook(settings=5) == (5, 1)


@pytest.mark.parametrize(
    ("name", "rule", "met"),
    [
        ("token", {}, True),
        ("apiKey", {}, True),
        ("key", {}, True),
        ("board", {}, False),
        ("token_type", {}, False),
        ("token", {"enum": ["a", "b"]}, False),
        ("token", {"format": "email"}, False),
        ("passwordPolicy", {}, False),
        ("token_2", {}, True),
    ],
)
def test_credentials_are_known_by_name(name: str, rule: dict[str, Any], met: bool) -> None:
    """But what is only about one is none."""
    assert contracts._is_credential(name, rule) is met


def test_addresses_move_requests_or_do_not() -> None:
    """What is refused moves nothing."""
    assert contracts._moved(subject_of(good, {}), "url") >= {ELSEWHERE}
    talkative = subject_of(Talkative, {})
    assert contracts._moved(talkative, "thank_you_url") == set()
    assert contracts._moved(talkative, "refused_url") == set()


@pytest.mark.parametrize(
    ("after", "asked", "met"),
    [
        *((30.0, 30, True), (29.9, 30, False), (None, 0, True), (None, 1, False)),
        *((300, 3600, True), (299, 3600, False), (7200, 3600, True), ("soon", 30, True)),
    ],
)
def test_waits_are_long_enough(after: Any, asked: float, met: bool) -> None:
    """As long as asked for, up to five minutes."""
    one = Answered(REQUEST, Response(429, {}, b""), Retry(REASON, after))
    if met:
        expect_patience(_subject(), one, asked)
    else:
        with pytest.raises(BrokenRequirement, match="waits for"):
            expect_patience(_subject(), one, asked)
    expect_patience(_subject(), one._replace(outcome=Delivered()), asked)


def _subject() -> Subject:
    return subject_of(good, {})


def test_a_class_is_no_plugin() -> None:
    """Its hooks would lack themselves: that is said before anything is called."""
    with pytest.raises(SubjectError, match=r"destination_unloadable.*is a class.*plugin = Good\(\)"):
        load("gallery.plugins_good:Good")


def test_personal_events_fit_their_contracts() -> None:
    """Where the contract allows no such values, there are none."""

    class Closed(Good):
        def info(self, **changes: Any) -> Any:
            own = super().info()
            closed = {"properties": {part: {"maxProperties": 0} for part in ("traits", "properties")}}
            return super().info(contracts=tuple(replace(one, schema=closed) for one in own.contracts))

    assert [*discretion._personal(subject_of(Closed(), {}))] == []
    assert len([*discretion._personal(_subject())]) == 6
