"""The destination tests see something: requests are made, in every process, and where nothing is made that is said."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from types import ModuleType
from typing import Any

import promoter_destination.plugin
import pytest
from gallery import plugins_tiny
from gallery.plugins_good import SETTINGS, Board, Good, good
from gallery.plugins_hooks import Hopeless, Idle
from gallery.plugins_impure import HashedKey

from contract_tests.destination import completeness, processes
from contract_tests.destination.base import alive, requesting, transforming
from contract_tests.destination.loading import SubjectError
from contract_tests.destination.results import Results
from contract_tests.destination.subject import subject_of
from event_router.api import Event, Request, Secret, Transformed


class _Optional(Good):
    """Has options with which it does less, or nothing."""

    def info(self, **changes: Any) -> Any:
        """Return a schema with them."""
        rules = {**SETTINGS["properties"], "quiet": {"type": "boolean"}, "never": {"const": 1}, "name": {"const": 1}}
        return super().info(settings_schema={**SETTINGS, "properties": rules})

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Refuse one of them."""
        if "never" in settings and "quiet" in settings:
            raise ValueError("There is no never.")
        return super().load(settings)


class _NoDeletes(Good):
    """Raises for deletes."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Raise."""
        if event["type"] == "delete":
            raise NotImplementedError
        return super().sent(event, *args, **body)


def test_our_plugin_surveys_with_made_settings() -> None:
    """Of the settings that can be made, those are taken with which every hook makes requests."""
    found = subject_of(promoter_destination.plugin, {})
    assert (found.settings["campaign_id"], "survey_max_age" in found.settings) == (1, False)
    assert found.silent == ()
    assert set(found.requesting) == {name for name in found.hooks if name.startswith("transform_")}


def test_settings_that_are_refused_are_left() -> None:
    """One less is tried, until the plugin takes them."""
    found = subject_of(_Optional(), {})
    assert "quiet" not in found.settings or "never" not in found.settings
    assert "name" in found.settings


def test_plugins_that_send_nothing_are_noticed() -> None:
    """Tests of requests do not call themselves passed; and given settings are taken as they are."""
    for given in ({}, {"url": "http://a.example", "token": Secret("s3cret-token")}):
        found = subject_of(Idle, given)
        assert set(found.silent) == {"transform_identify", "transform_track", "transform_delete"}
        assert found.requesting == ()
        transforming(found)
        with pytest.raises(pytest.skip.Exception, match="DST-031 and DST-038 first"):
            requesting(found)


def test_plugins_that_only_raise_are_noticed() -> None:
    """No test calls itself passed by them, but that of raising."""
    found = subject_of(Hopeless, {})
    assert (found.dead, found.silent) == (True, ())
    with pytest.raises(pytest.skip.Exception, match="DST-030 first"):
        transforming(found)
    alive(subject_of(plugins_tiny, {}))
    alive(subject_of(good, {}))


def test_hooks_that_only_raise_show_no_request() -> None:
    """DST-038 is not met where nobody has seen a request, though it is not broken either."""
    with pytest.raises(pytest.skip.Exception, match=r"DST-030 and DST-031 first.*transform_delete"):
        Results.test_events_become_requests(Results(), subject_of(_NoDeletes(), {}))


def test_plugins_are_found_in_their_modules() -> None:
    """A module, or an object in one; what is in none that can be imported is nowhere."""
    assert processes.place_of(subject_of(good, {})) == ("gallery.plugins_good", "good")
    assert processes.place_of(subject_of(plugins_tiny, {})) == ("gallery.plugins_tiny", "")
    assert processes.place_of(subject_of(Good(), {})) is None
    assert processes.place_of(subject_of(ModuleType("nowhere"), {})) is None
    assert processes.differing(subject_of(Good(), {})) is None


def test_other_processes_get_settings_and_events() -> None:
    """What becomes of them there is what becomes of them here."""
    one = subject_of(good, {"url": "http://a.example", "token": Secret("s3cret-token")})
    found = processes.results_of(one, 1)
    assert found is not None
    assert len(found) == len(one.plain)
    assert "'http://a.example/people/contract-user-1/identify'" in str(found[0])
    assert "s3cret" not in str(found)
    assert list(processes.differing(one) or [0]) == []
    number, first, second = next(iter(processes.differing(subject_of(HashedKey, {})) or ()))
    assert (number, first == second) == (0, False)


def test_what_cannot_be_told_to_another_process_is_not() -> None:
    """Events that are no JSON, and a plugin that cannot be imported there, show nothing."""
    own = {"type": "identify", "userId": "u", "messageId": "m", "traits": {"at": {1}}}
    assert processes.results_of(subject_of(good, {}, [own]), 1) is None


def test_processes_that_fail_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the other Python ends with an error, nobody can tell."""
    monkeypatch.setattr(processes, "place_of", lambda _: ("no_such_module_anywhere", ""))
    assert processes.results_of(subject_of(good, {}), 1) is None


def test_settings_are_no_arguments_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody on a machine can read those."""
    seen: list[Any] = []

    def run(args: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        seen.append((args, options["input"]))
        return subprocess.CompletedProcess(args, 0, "\n[]", "")

    monkeypatch.setattr(subprocess, "run", run)
    one = subject_of(good, {"url": "http://a.example", "token": Secret("s3cret-token")})
    assert processes.results_of(one, 1) == []
    ((args, given),) = seen
    assert args[0] == sys.executable
    assert ("s3cret-token" in " ".join(args), "s3cret-token" in given) == (False, True)


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ("Rotterdam", "ROTTERDAM"),
        (" Kate@A.example", sha256(b"kate@a.example").hexdigest()),
        ("Kate@A.example", b64encode(sha256(b"kate@a.example").digest()).decode()),
        (1927.53, 1927.53),
        (1927.53, 192753),
        ("Rotterdam", b64encode(b'{"seats":"Rotterdam"}').decode().rstrip("=")),
        ("Rotterdam", b64encode(b'{"seats":"Rotterdam"}').decode() + "A"),
    ],
)
def test_values_are_found_as_they_may_be_written(value: Any, body: Any) -> None:
    """In any letter case, hashed, in cents, in base64."""
    result = Transformed((Request("a", "POST", "http://a.example", {"seats": body}),))
    assert completeness._missing({"seats": value}, "$.traits", result) == ([], [])


def test_values_and_names_that_are_lost_are_named() -> None:
    """By their paths; what a specification knows may have another name."""
    result = Transformed((Request("a", "POST", "http://a.example", ["Katharina", 918273645, True]),))
    given = {"firstName": "Katharina", "seats": 918273645, "share": 0.918273, "known": True, "count": 7654321}
    assert completeness._missing(given, "$.traits", result) == (
        ["$.traits.share", "$.traits.count"],
        ["$.traits.seats"],
    )


def test_other_settings_that_are_refused_leave_none() -> None:
    """Where no settings are taken at all, the last refusal is told."""

    class Never(Good):
        def load(self, settings: Mapping[str, Any]) -> Board:
            raise ValueError("No.")

    with pytest.raises(SubjectError, match="no_settings"):
        subject_of(Never(), {})
