"""``event-router config check``: every problem at once, and what is unwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from event_router.cli import main

GOOD = """
[sources.web]
write_key = { env = "WEB_KEY" }
[destinations.promoter]
plugin = "promoter"
api_key = { env = "PROMOTER_API_KEY" }
[destinations.promoter.delivery]
attempts = 3
"""


def check(folder: Path, text: str, **environ: str) -> tuple[int, list[str]]:
    """Return the exit code and the lines for a configuration."""
    path = folder / "router.toml"
    path.write_text(text)
    env = {"PROMOTER_API_KEY": "key-of-promoter", "WEB_KEY": "key-of-web", "MISSING": None, "GONE": None} | environ
    done = CliRunner(env=env).invoke(main, ["config", "check", "--config", str(path)])
    assert "key-of" not in done.output
    return done.exit_code, done.output.replace(str(path), "router.toml").splitlines()


def test_good(tmp_path: Path) -> None:
    """What is good has one line."""
    said = "router.toml can be used. Destinations: promoter. Sources: web."
    assert check(tmp_path, GOOD) == (0, [said])


def test_every_problem_of_the_file(tmp_path: Path) -> None:
    """Each broken rule has its code, its path, and advice."""
    text = '[engine]\nreplicas = 2\n[doors]\nmax_event_byte = 5\n[destinations.a]\n[sources.b]\nwrite_key = ""\n'
    code, lines = check(tmp_path, text)
    assert code == 1
    assert sorted(line.split(" is ")[0] for line in lines[:-1]) == [
        "[config.anyOf] router.toml: $.sources.b.write_key",
        "[config.enum] router.toml: $.engine.replicas",
        "[config.required] router.toml: $.destinations.a.plugin",
        "[config.unknown] router.toml: $.doors.max_event_byte",
    ]
    assert lines[-1] == "router.toml cannot be used: 4 problems."


def test_every_problem_of_destinations_and_sources(tmp_path: Path) -> None:
    """Settings, plugins, and each secret that is not there; a missing secret hides no other problem."""
    text = """
[sources.web]
write_key = { env = "MISSING" }
webhook_secret = { file = "gone.txt" }
[destinations.a]
plugin = "promoter"
api_key = { env = "GONE" }
mode = "rset"
campaign = 1
[destinations.b]
plugin = "nonsense"
"""
    code, lines = check(tmp_path, text)
    assert code == 1
    found = {line.split("]")[0][1:] + "|" + line.split("] ", 1)[1].split("]")[0] for line in lines[:-1]}
    assert found == {
        "settings.enum|[destinations.a",
        "settings.unknown|[destinations.a",
        "config.secret_missing|[destinations.a",
        "config.no_plugin|[destinations.b",
        "config.secret_missing|[sources.web",
    }
    assert lines[-1] == "router.toml cannot be used: 6 problems."


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("[", 1, "[config.not_toml] router.toml is not TOML"),
        ('[destinations."a b"]\nplugin = "promoter"\n', 1, "[config.bad_name]"),
        ("", 1, "[config.no_destinations]"),
    ],
)
def test_other_problems(tmp_path: Path, text: str, code: int, said: str) -> None:
    """What is no TOML, a name that cannot be one, and nowhere to send to."""
    found, lines = check(tmp_path, text)
    assert found == code
    assert lines[0].startswith(said)
    assert lines[1] == "router.toml cannot be used: 1 problem."


def test_no_file(tmp_path: Path) -> None:
    """A file that cannot be read is another matter."""
    done = CliRunner().invoke(main, ["config", "check", "--config", str(tmp_path / "no.toml")])
    assert (done.exit_code, "config.not_readable" in done.output) == (2, True)


def test_warnings(tmp_path: Path) -> None:
    """What works but is unwise is said, and is no failure."""
    text = """
[doors]
max_event_bytes = 9000
max_batch_bytes = 8000
[sources.a]
write_key = "in-the-file"
[sources.b]
write_key = { env = "WEB_KEY" }
[destinations.promoter]
plugin = "promoter"
api_key = "also-in-the-file"
"""
    code, lines = check(tmp_path, text, WEB_KEY="in-the-file")
    assert code == 0
    assert [line.split(" ", 2)[:2] for line in lines[:-1]] == [
        ["warning", "[config.secret_as_text]"],
        ["warning", "[config.secret_as_text]"],
        ["warning", "[config.same_key]"],
        ["warning", "[config.unwise_limits]"],
    ]
    assert "in-the-file" not in " ".join(lines)


def test_no_sources(tmp_path: Path) -> None:
    """Without sources only this machine may send, which is worth a word."""
    code, lines = check(tmp_path, GOOD.partition("[destinations")[1] + GOOD.partition("[destinations")[2])
    assert code == 0
    assert lines[0].startswith("warning [config.no_sources]")
