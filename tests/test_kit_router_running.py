"""Routers as programs: started, killed, asked to end, and what is said where they do not start."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from test_kit_router_door import free_port

from contract_tests.contract import ContractError
from contract_tests.router.running import RouterProgram, RunningRouter, answers

_SECRET = "s3cret-of-mine"
_SERVER = """
import http.server, os, signal, sys
print("secret", os.environ["PROMOTER_API_KEY"], flush=True)
open("starts", "a").write("+")
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "dead" in sys.argv:
    sys.exit(f"I will not, {6 * 7} times.")
if "mute" in sys.argv:
    signal.pause()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler).serve_forever()
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., RouterProgram]]:
    """Return a function that makes a program of a small server, with so much patience."""
    made: list[RouterProgram] = []

    def make(*args: str, patience: float = 20) -> RouterProgram:
        port = free_port()
        command = shlex.join([sys.executable, "-c", _SERVER, str(port), *args])
        environ = {"PROMOTER_API_KEY": _SECRET}
        made.append(RouterProgram(command, f"http://127.0.0.1:{port}/", tmp_path, environ, patience, (_SECRET,)))
        return made[-1]

    yield make
    for one in made:
        one.kill()


def test_it_is_killed_and_started_again(program: Callable[..., RouterProgram], tmp_path: Path) -> None:
    """In the same folder; it answers whenever ``start`` has returned, and never after ``kill``."""
    router = program()
    router.start()
    assert answers(router.url)
    assert not router.url.endswith("/")
    router.kill()
    assert not answers(router.url)
    router.start()
    router.start()
    assert answers(router.url)
    assert (tmp_path / "starts").read_text() == "++"
    assert router.log().count(_SECRET) == 2


def test_it_ends_when_asked_to(program: Callable[..., RouterProgram]) -> None:
    """It ends by itself; one that does not run has ended already."""
    router = program()
    assert router.log() == ""
    assert router.stop()
    router.start()
    assert router.stop()
    assert not answers(router.url)


def test_who_does_not_end_is_killed(program: Callable[..., RouterProgram]) -> None:
    """And it is said that it did not end by itself."""
    router = program("deaf", patience=3)
    router.start()
    assert not router.stop()
    assert not answers(router.url)


def test_whoever_it_started_ends_with_it(program: Callable[..., RouterProgram], tmp_path: Path) -> None:
    """A shell between the kit and the router changes nothing."""
    port = free_port()
    server = shlex.join([sys.executable, "-c", _SERVER, str(port)])
    router = RouterProgram(
        shlex.join(["sh", "-c", f"{server}; true"]),
        f"http://127.0.0.1:{port}",
        tmp_path,
        {"PROMOTER_API_KEY": _SECRET},
        20,
    )
    router.start()
    router.kill()
    assert not answers(router.url)


@pytest.mark.parametrize("how", ["dead", "mute"])
def test_what_does_not_start_says_why(program: Callable[..., RouterProgram], how: str) -> None:
    """Its last words are shown, without what is secret in them; nothing of it is left."""
    router = program(how, patience=1.5)
    with pytest.raises(ContractError) as found:
        router.start()
    assert found.value.code == "contract_tests.no_router"
    assert ("I will not, 42 times." in str(found.value)) == (how == "dead")
    assert _SECRET not in str(found.value)
    assert router.stop()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("PORT=8704 node x", "PORT=8704 node x (FileNotFoundError: "),
        (f"./{_SECRET}", "./*** (FileNotFoundError: "),
        ("'", "' (ValueError: No closing quotation)"),
        (" ", "'' (it has no words)"),
    ],
)
def test_what_is_no_program(tmp_path: Path, command: str, says: str) -> None:
    """It is said how a command is run, and how it may be written."""
    with pytest.raises(ContractError) as found:
        RouterProgram(command, "http://127.0.0.1:1", tmp_path, {}, 5, (_SECRET,)).start()
    assert _SECRET not in str(found.value)
    assert str(found.value).startswith(f"[contract_tests.no_router] --router-command cannot be run: {says}")
    assert str(found.value).endswith("by env, such as: env PORT=8080 node /home/me/router.mjs")


def test_a_place_that_is_taken(mock: str, tmp_path: Path) -> None:
    """Whoever answers there already would be taken for the router."""
    router = RouterProgram(f"touch {tmp_path / 'started'}", mock, tmp_path, {}, 5)
    with pytest.raises(ContractError, match=r"already.*--dist loadfile"):
        router.start()
    assert not (tmp_path / "started").exists()


def test_a_router_of_others_stays_as_it_is() -> None:
    """What runs already is neither started nor ended, and its output is not known."""
    router = RunningRouter("http://127.0.0.1:1/")
    assert router.url == "http://127.0.0.1:1"
    for call in (router.start, router.kill, router.stop, router.log):
        with pytest.raises(NotImplementedError, match="--router-command"):
            call()


def test_its_folder_is_in_its_environment(program: Callable[..., RouterProgram], tmp_path: Path) -> None:
    """As ROUTER_DATA, beside what else is given and what is there."""
    code = "import os; open('seen', 'w').write('{ROUTER_DATA} {MINE} {PATH}'.format(**os.environ))"
    command = shlex.join([sys.executable, "-c", code])
    router = RouterProgram(command, "http://127.0.0.1:1", tmp_path, {"MINE": "5"}, 5)
    with pytest.raises(ContractError):
        router.start()
    assert (tmp_path / "seen").read_text() == f"{tmp_path} 5 {os.environ['PATH']}"


def test_any_answer_is_one(mock: str) -> None:
    """A 404 is; nothing at all is none."""
    assert httpx.get(f"{mock}/").status_code == 404
    assert answers(mock)
    assert not answers("http://[x")
