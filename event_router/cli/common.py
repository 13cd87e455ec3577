"""What the commands share: options, the configuration, the input, and how a command ends that cannot start."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import click

from event_router.config import Config, ConfigError, destination, read_config
from event_router.destination import Destination
from event_router.plugins import load_plugins

DEFAULT_CONFIG = Path("router.toml")

Function = TypeVar("Function", bound=Callable[..., Any])


class Stop(click.ClickException):
    """The command cannot start: a stable code, and a line for each thing that is wrong. Exit code 2."""

    exit_code = 2

    def __init__(self, code: str, *messages: str) -> None:
        super().__init__("\n".join(messages))
        self.code = code

    def format_message(self) -> str:
        """Return the code and what is wrong."""
        return f"[{self.code}] {self.message}"


def options(function: Function) -> Function:
    """Add ``--to`` and ``--config``."""
    to = click.option("--to", help="The destination's name in the configuration. Needed where there are several.")
    config = click.option(
        "--config", "config_path", type=click.Path(path_type=Path), help="TOML file. [default: router.toml]"
    )
    return to(config(function))


def configured(config_path: Path | None, to: str | None, *, sends: bool) -> tuple[Config, Destination]:
    """Return the configuration and the destination that a command is for.

    A command that sends nothing needs no secrets, and no file where just one plugin is installed.
    """
    try:
        config = _config(config_path, sends=sends)
        return config, destination(config, to or _only(config), os.environ, placeholders=not sends)
    except ConfigError as error:
        raise Stop(error.code, *error.messages) from error


def _config(path: Path | None, *, sends: bool) -> Config:
    if path or sends or DEFAULT_CONFIG.exists():
        return read_config(path or DEFAULT_CONFIG)
    return Config({name: {"plugin": name} for name in load_plugins().plugins})


def _only(config: Config) -> str:
    if len(config.destinations) == 1:
        return next(iter(config.destinations))
    names = ", ".join(config.destinations) or "none"
    raise ConfigError("config.which_destination", f"Say which destination with --to. There are: {names}.")


@contextmanager
def open_input(file: str) -> Iterator[BinaryIO]:
    """Open a file's bytes; ``-`` is standard input.

    Unbuffered: a thread that waits for a silent pipe must hold no lock that closing the stream would wait for.
    """
    if file == "-":
        yield getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
        return
    try:
        stream = Path(file).open("rb", buffering=0)  # noqa: SIM115  # Closed below; only opening may fail so.
    except OSError as error:
        raise Stop("input.not_readable", f"{file} cannot be read: {error.strerror}.") from error
    with stream:
        try:
            yield cast("BinaryIO", stream)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Stop("input.not_readable", f"{file} cannot be read to its end: {error.strerror}.") from error
