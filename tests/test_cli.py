"""The command line: each command as users call it, exit codes and all."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner, Result
from support import KEY, identify, info, order, plugin, small, track

from event_router import plugins
from event_router.cli import _COMMANDS, main
from event_router.cli import check as check_command
from event_router.cli import demo as demo_command
from event_router.cli import plugins as plugins_command
from event_router.cli.common import open_input
from event_router.config import Config
from event_router.plugins import Catalogue, Failure, load_object

DELETE = {"type": "delete", "messageId": "d", "userId": "12345"}
EVENTS = [identify(), track(), order(), {"type": "page", "messageId": "p"}, track(messageId="z", userId="nobody")]


def call(*args: object, stdin: bytes | None = None) -> Result:
    """Run a command."""
    return CliRunner(env={"PROMOTER_API_KEY": KEY}).invoke(main, [str(arg) for arg in args], input=stdin)


@pytest.fixture
def here(tmp_path: Path, mock: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with events and a configuration for the mock, and work there."""
    monkeypatch.chdir(tmp_path)
    write_events(tmp_path, *EVENTS)
    (tmp_path / "router.toml").write_text(
        '[destinations.promoter]\nplugin = "promoter"\napi_key = { env = "PROMOTER_API_KEY" }\ncampaign_id = 1\n'
        f'base_url = "{mock}"\nsegment_url = "{mock}/api/segment/"\n'
    )
    return tmp_path


def write_events(folder: Path, *events: Any) -> None:
    """Write an events file."""
    (folder / "events.ndjson").write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))


def outcomes(path: Path) -> list[tuple[int, str]]:
    """Return the outcomes in a results file, by line."""
    return sorted((value["line"], value["outcome"]) for value in map(orjson.loads, path.read_bytes().splitlines()))


def journal(mock: str) -> list[Any]:
    """Return what arrived at the mock."""
    found: list[Any] = httpx.get(f"{mock}/__mock__/requests").json()["requests"]
    return found


def test_help_names_every_command() -> None:
    """--help lists all commands; each explains itself."""
    shown = call("--help").output
    for name in _COMMANDS:
        assert name in shown
        assert call(name, "--help").exit_code == 0
    assert "event-router, version" in call("--version").output
    assert call("nonsense").exit_code == 2


def test_send(here: Path, mock: str) -> None:
    """Events arrive, each has its outcome, the table says how many; parked events are no failure."""
    done = call("send", "events.ndjson", "--to", "promoter", "--results", "out.ndjson")
    assert done.exit_code == 0, done.output
    assert outcomes(here / "out.ndjson") == [
        (1, "delivered"),
        (2, "delivered"),
        (3, "delivered"),
        (4, "skipped"),
        (5, "parked"),
    ]
    assert len(journal(mock)) == 3
    assert "promoter.contact_unknown" in done.output
    again = call("send", "events.ndjson", "--results", "out.ndjson")
    assert "4 events were settled by an earlier run" in again.output
    assert len(journal(mock)) == 3


def test_send_into_the_engine_of_a_router(here: Path, mock: str) -> None:
    """--data names a router's engine, which remembers; a cluster that is not there is told at once."""
    first = call("send", "events.ndjson", "--data", "engine")
    assert first.exit_code == 0, first.output
    assert "event.duplicate" in call("send", "events.ndjson", "--data", "engine").output
    assert len(journal(mock)) == 3
    away = call("send", "events.ndjson", "--nats", "nats://127.0.0.1:1")
    assert (away.exit_code, "engine.unreachable" in away.output) == (2, True)


def test_results_that_were_thrown_away_are_sent_anew(here: Path, mock: str) -> None:
    """The engine beside them goes with them."""
    for _ in range(2):
        assert call("send", "events.ndjson", "--results", "out.ndjson").exit_code == 0
        (here / "out.ndjson").unlink()
    assert len(journal(mock)) == 6


def test_send_from_standard_input(here: Path) -> None:
    """- reads events from a pipe; refused ones give another exit code."""
    done = call("send", "-", stdin=b'{"type": "identify", "userId": 1, "traits": {}}\n')
    assert done.exit_code == 1
    assert "contract.required" in done.output


def test_send_from_a_pipe(here: Path, mock: str) -> None:
    """A real pipe has no size, and its last line may lack its end."""
    args = [sys.executable, "-P", "-m", "event_router", "send", "-"]
    env = {**os.environ, "PROMOTER_API_KEY": KEY}
    done = subprocess.run(args, input=orjson.dumps(identify()), capture_output=True, env=env, check=True)
    assert b"delivered" in done.stdout
    assert done.stderr == b""
    assert len(journal(mock)) == 1


def test_a_progress_bar_on_a_terminal(here: Path) -> None:
    """Where standard error is a terminal there is a bar, elsewhere none."""
    terminal, into = pty.openpty()
    args = [sys.executable, "-P", "-m", "event_router", "send", "events.ndjson"]
    env = {**os.environ, "PROMOTER_API_KEY": KEY}
    with os.fdopen(terminal, "rb", buffering=0) as shown, os.fdopen(into, "wb", buffering=0) as errors:
        done = subprocess.run(args, stdout=subprocess.PIPE, stderr=errors, env=env, check=True)
        assert b"Sending" in shown.read(4096)
    assert b"Sending" not in done.stdout


def test_the_journal_is_what_explain_foretold(here: Path, mock: str) -> None:
    """Method, path, body and idempotency key of every request, for the committed examples."""
    examples = Path(__file__).parent.parent / "examples" / "events.ndjson"
    explained = call("explain", examples, "--json")
    call("send", examples)
    foretold = [
        (one["method"], one["url"].removeprefix(mock), one["headers"]["idempotency-key"], one["body"])
        for line in explained.output.splitlines()
        for one in orjson.loads(line)["requests"]
    ]
    arrived = [(one["method"], one["path"], one["headers"]["idempotency-key"], one["body"]) for one in journal(mock)]
    assert len(arrived) > 20
    assert sorted(map(orjson.dumps, arrived)) == sorted(map(orjson.dumps, foretold))


def test_explain_as_curl(here: Path) -> None:
    """Each event's contract and requests, or why there are none; the key is hidden."""
    write_events(here, *EVENTS, identify(messageId="n", traits={"email": "no"}), DELETE)
    with (here / "events.ndjson").open("ab") as file:
        file.write(b"nonsense")
    shown = call("explain", "events.ndjson").output
    assert "line 1: identify, contract identify met" in shown
    assert "-H 'authorization: Token ***'" in shown
    assert "line 6: identify, contract identify: rejected [contract.pattern] $.traits.email" in shown
    assert "line 8: no event: rejected [event.bad_json]" in shown
    assert KEY not in shown


def test_explain_names_what_is_dropped(here: Path) -> None:
    """Fields that do not reach Promoter are listed."""
    write_events(here, identify(traits={"email": "a@b.co", "tags": []}))
    assert "  not sent: $.traits.tags (empty)" in call("explain", "events.ndjson").output


def test_explain_needs_no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where just one plugin is installed it is the one; no key is asked for."""
    monkeypatch.chdir(tmp_path)
    write_events(tmp_path, identify())
    assert call("explain", "events.ndjson", "--json").exit_code == 0


def test_validate(here: Path) -> None:
    """Every broken rule is a line; the exit code says whether there are any."""
    assert call("validate", "events.ndjson").output == "5 lines, 0 not valid.\n"
    write_events(here, {"type": "identify", "messageId": "m", "traits": {}}, 5)
    done = call("validate", "events.ndjson")
    assert done.exit_code == 1
    assert [line[:30] for line in done.output.splitlines()] == [
        "line 1: [contract.required] $.",
        "line 1: [contract.required] $.",
        "line 2: [event.not_an_object] ",
        "2 lines, 2 not valid.",
    ]


def test_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name, distribution, status and hooks; a plugin that does not load gives another exit code."""
    assert "transform_order_completed" in call("plugins").output
    listed = orjson.loads(call("plugins", "--json").output)
    assert (listed[0]["name"], listed[0]["status"]) == ("promoter", "ready")
    broken = Catalogue({}, (Failure("bad", "d 1", "plugin.import_failed", "broken"),))
    monkeypatch.setattr(plugins_command, "load_plugins", lambda: broken)
    done = call("plugins")
    assert done.exit_code == 1
    assert "[plugin.import_failed] broken" in done.output


def test_check(here: Path) -> None:
    """Good credentials are proved; wrong ones, and a server that is not there, are told; the key is not."""
    assert "the credentials work" in call("check").output
    text = (here / "router.toml").read_text()
    (here / "router.toml").write_text(text.replace('{ env = "PROMOTER_API_KEY" }', '"wr0ng-key"'))
    wrong = call("check")
    assert wrong.exit_code == 1
    assert "promoter.unauthorized" in wrong.output
    assert "wr0ng-key" not in wrong.output
    (here / "router.toml").write_text(text.replace("http://127.0.0.1:", "http://127.0.0.1:1/"))
    assert "delivery.unreachable" in call("check").output


def test_check_needs_the_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin without connection_check cannot be checked."""
    monkeypatch.setattr(check_command, "configured", lambda *args, **kwargs: (Config(), small()))
    done = call("check")
    assert (done.exit_code, "check.unsupported" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("send", "no.ndjson"), "input.not_readable"),
        (("send", "events.ndjson", "--config", "no.toml"), "config.not_readable"),
        (("send", "events.ndjson", "--to", "promotor"), "Did you mean promoter?"),
        (("send", "events.ndjson", "--results", "events.ndjson"), "results.not_usable"),
    ],
)
def test_what_stops_a_command_before_it_starts(here: Path, mock: str, args: tuple[str, ...], said: str) -> None:
    """Wrong files and settings end with code 2 before the first request."""
    done = call(*args)
    assert done.exit_code == 2
    assert said in done.output
    assert not journal(mock)


def test_files_that_cannot_be_read_to_their_end(here: Path) -> None:
    """A failing disk ends the command with a word; a reader of ours that has gone is another matter."""
    done = call("explain", "/proc/self/mem")
    assert (done.exit_code, "input.not_readable" in done.output) == (2, True)
    with pytest.raises(BrokenPipeError), open_input("events.ndjson"):
        raise BrokenPipeError


def test_nothing_plays_with_the_terminal(here: Path) -> None:
    """An event's name with escapes and line breaks stays on its line."""
    write_events(here, track(event="A\x1b[2J\nline 99: fake"))
    assert "\nline 99" not in call("explain", "events.ndjson").output


def test_several_destinations_need_a_choice(here: Path) -> None:
    """Without --to there must be just one."""
    with (here / "router.toml").open("a") as file:
        file.write('[destinations.other]\nplugin = "promoter"\n')
    assert "There are: promoter, other." in call("send", "events.ndjson").output


def test_results_that_cannot_be_written(here: Path) -> None:
    """A full disk ends the run with a word, not a traceback."""
    done = call("send", "events.ndjson", "--results", "/dev/full")
    assert done.exit_code == 2
    assert "results.not" in done.output


def test_demo() -> None:
    """The whole loop, and the proof that Promoter got what explain foretells."""
    done = call("demo")
    assert done.exit_code == 0, done.output
    assert "Proved: the 24 requests that arrived are just the 24 that explain foretells." in done.output
    assert "POST /api/v2/survey/" in done.output


def test_demo_tells_when_something_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof can fail."""
    monkeypatch.setattr(demo_command, "_foretold", lambda *args: iter(()))
    done = call("demo")
    assert done.exit_code == 1
    assert "not what explain foretells" in done.output


def test_demo_without_the_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where mock-promoter does not start, the demo says what to install."""
    monkeypatch.setattr(sys, "executable", "/bin/true")
    done = call("demo")
    assert (done.exit_code, "promoter-destination[mock]" in done.output) == (2, True)


def test_python_m() -> None:
    """``python -m`` calls the same commands."""
    for module in ("event_router", "mock_promoter"):
        shown = subprocess.run(
            [sys.executable, "-P", "-m", module, "--help"], capture_output=True, text=True, check=True
        )
        assert "Commands" in shown.stdout


def test_plugins_of_others_are_listed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any entry point in the group counts, not only ours."""
    other = load_object("other", plugin(destination_info=lambda: info(name="other")))
    assert other.info.name == "other"
    monkeypatch.setattr(plugins, "entry_points", lambda group: [EntryPoint("gone", "no_such_module", group)])
    assert call("plugins").exit_code == 1
