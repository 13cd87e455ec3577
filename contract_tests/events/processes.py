"""Two Pythons of their own come to the same: what is hashed by chance, or made up at the start, differs between them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from contract_tests.contract import UNSUPPORTED, requirement
from contract_tests.events import child
from contract_tests.events.laws import RAW
from contract_tests.events.plain import KINDS, MESSAGE, unnamed
from contract_tests.events.subject import EventTests
from contract_tests.findings import expect

_SEEDS = ("1", "2")
#: Seconds that a Python may take to come up and to canonicalise some hundred events.
_PATIENCE = 60
_SNAKE = "message_id"


class Came(NamedTuple):
    """What became of an event.

    Attributes:
        event: The canonical event, as JSON; empty where there is none.
        id: Its messageId, as JSON.
    """

    event: str
    id: str


def named(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event with an id of ours."""
    return {**raw, "messageId": MESSAGE}


def nameless(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event without an id, in whichever spelling."""
    return {name: value for name, value in unnamed(raw).items() if name != _SNAKE}


_EVENTS = (*KINDS, *(raw for raw in RAW if isinstance(raw, dict)))
_GIVEN = [*map(named, _EVENTS), *map(nameless, _EVENTS)]


class ProcessTests(EventTests):
    """What an event becomes in another process."""

    @pytest.fixture(scope="class")
    def elsewhere(
        self, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> tuple[Sequence[Came], Sequence[Came]]:
        """Canonicalise all events in two Pythons."""
        name = request.config.getoption("--canonicaliser")
        if not name or request.cls.canonicalise is not EventTests.canonicalise:
            pytest.skip(f"{UNSUPPORTED}other processes load what --canonicaliser names, not the method of a class")
        one, other = in_other_pythons(name, tmp_path_factory.mktemp("canonical"))
        return one, other

    @requirement("EVT-030")
    def test_other_processes_come_to_the_same(self, elsewhere: tuple[Sequence[Came], Sequence[Came]]) -> None:
        """An event with an id becomes the same in two Pythons, whatever they hash by."""
        for raw, one, other in zip(_GIVEN, *elsewhere, strict=True):
            if "messageId" in raw:
                expect(
                    one.event == other.event, f"{raw!r} becomes the same in another process: {one.event}", other.event
                )

    @requirement("EVT-240")
    def test_other_processes_make_the_same_ids(self, elsewhere: tuple[Sequence[Came], Sequence[Came]]) -> None:
        """An event without an id gets the same in two Pythons, whatever they hash by."""
        for raw, one, other in zip(_GIVEN, *elsewhere, strict=True):
            if "messageId" not in raw:
                expect(one.id == other.id, f"{raw!r} gets the same messageId in another process: {one.id}", other.id)


def in_other_pythons(name: str, place: Path, seeds: Sequence[str] = _SEEDS) -> list[list[Came]]:
    """Return what the ``module:function`` makes of all events in a Python for each seed; skip the test where it cannot run."""
    given = place / "given.json"
    given.write_text(json.dumps(_GIVEN), "utf-8")
    files = [place / f"seed-{seed}.json" for seed in seeds]
    running = [_started(name, given, file, seed) for seed, file in zip(seeds, files, strict=True)]
    for error in [_error(process) for process in running]:
        if error:
            pytest.skip(f"{name} does not run in a Python of its own: {error}")
    return [[Came(*answer) for answer in json.loads(file.read_text("utf-8"))] for file in files]


def _started(name: str, given: Path, answered: Path, seed: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path),
    }
    # -P: beside the script stand modules of the kit, which are not those that others import by their names.
    command = [sys.executable, "-P", str(child.__file__), name, str(given), str(answered)]
    return subprocess.Popen(  # noqa: S603  # Our script, in this very Python.
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _error(process: subprocess.Popen[str]) -> str:
    """Return what a Python says that did not come to its end; it does not run any longer."""
    try:
        told = process.communicate(timeout=_PATIENCE)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"it takes more than {_PATIENCE} s"
    return (told.strip().splitlines() or [f"exit code {process.returncode}"])[-1] if process.returncode else ""
