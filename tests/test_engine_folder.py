"""The data folder: one router at a time, and files that only we can read."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from event_router.engine.errors import EngineError
from event_router.engine.folder import Running, append, claimed, known, published, usable, write

FOUND = Running("nats://u:p@127.0.0.1:1", 123, "N1")


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return path.stat().st_mode & 0o777


def test_a_new_folder_is_ours_only(tmp_path: Path) -> None:
    """Folder and files can be read by nobody else, whatever the umask."""
    data = tmp_path / "a" / "data"
    with claimed(data):
        write(data / "text", "secret")
        append(data / "log").close()
        assert {path.name: mode(path) for path in data.iterdir()} == dict.fromkeys(
            ("lock", "server.lock", "text", "log"), 0o600
        )
        assert mode(data) == 0o700


def test_a_second_router(tmp_path: Path) -> None:
    """It fails at once, and says which process is in its way; later on the folder is free."""
    with claimed(tmp_path), pytest.raises(EngineError, match=f"process {os.getpid()}") as caught, claimed(tmp_path):
        pass
    assert caught.value.code == "engine.data_in_use"
    with claimed(tmp_path):
        pass


def test_a_second_router_before_the_first_says_who_it_is(tmp_path: Path) -> None:
    """A lock without a process in it holds as well."""
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EngineError, match="process unknown"), claimed(tmp_path):
            pass


def test_the_server_of_a_killed_router(tmp_path: Path) -> None:
    """It is waited for, but not for ever; the error says which process to end."""
    with claimed(tmp_path) as lock:
        inherited = os.dup(lock.fileno())
    for who in ("unknown", "123"):
        with pytest.raises(EngineError, match=f"nats-server \\(process {who}\\)") as caught, claimed(tmp_path, 0.05):
            pass
        write(tmp_path / "engine.json", '{"url": "", "pid": 123, "server_id": ""}')
    assert caught.value.code == "engine.data_in_use"
    os.close(inherited)
    with claimed(tmp_path, 0):
        pass


def test_a_shorter_process_number(tmp_path: Path) -> None:
    """Nothing of the last router's number is left behind ours."""
    (tmp_path / "lock").write_text("9" * 30)
    with claimed(tmp_path):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_what_cannot_be_used(tmp_path: Path) -> None:
    """A file in the place of the folder is named in the error."""
    (tmp_path / "file").write_text("")
    expected = f"{tmp_path}/file cannot be used: File exists"
    with pytest.raises(EngineError, match=expected) as caught, claimed(tmp_path / "file"):
        pass
    assert caught.value.code == "engine.data_not_usable"


def test_an_error_without_a_file(tmp_path: Path) -> None:
    """Where the system names no file, the folder is named."""
    with pytest.raises(EngineError, match=f"^{tmp_path} cannot be used: No space left"), usable(tmp_path):
        raise OSError(28, "No space left on device")


def test_published(tmp_path: Path) -> None:
    """Others learn for the block where the server is, and only who may read our files."""
    assert known(tmp_path) is None
    with published(tmp_path, FOUND):
        assert known(tmp_path) == FOUND
        assert mode(tmp_path / "engine.json") == 0o600
    assert known(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"url": "x"}', "null"])
def test_a_file_that_says_nothing(tmp_path: Path, text: str) -> None:
    """What another version wrote, or half of it, is the same as nothing."""
    (tmp_path / "engine.json").write_text(text)
    assert known(tmp_path) is None


def test_write_replaces(tmp_path: Path) -> None:
    """A file is replaced as a whole, also after a write that did not end."""
    (tmp_path / "x.new").write_text("half")
    (tmp_path / "x").write_text("old")
    (tmp_path / "x").chmod(0o644)
    write(tmp_path / "x", "new")
    assert (tmp_path / "x").read_text() == "new"
    assert mode(tmp_path / "x") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
