"""Command lines that documents and files show, judged without being run."""

from __future__ import annotations

from collections.abc import Sequence

import click

from event_router.cli import main


def judge(arguments: Sequence[str]) -> click.Context:
    """Return what click makes of arguments, without doing anything. Raises where it refuses them."""
    command: click.Command = main
    parent = click.Context(main)
    while isinstance(command, click.Group):
        found = command.get_command(parent, arguments[0])
        assert found, arguments
        command, arguments = found, arguments[1:]
    return command.make_context("event-router", list(arguments), parent)
