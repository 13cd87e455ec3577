"""The command ``event-router``. Commands are imported when they are called, so that ``--help`` is instant."""

from __future__ import annotations

from importlib import import_module

import click

from event_router import __version__

_COMMANDS = {
    "check": "Prove that a destination's credentials work.",
    "config": "Find what is wrong with the configuration, and what is unwise.",
    "demo": "Send captured events to a mock Promoter.io, and show what became of them.",
    "drain": "Close the doors, and wait until every accepted event has its outcome.",
    "explain": "Show what each event would become, without sending anything.",
    "failed": "List the events that were given up; show them, retry them, discard them.",
    "plugins": "List the destination plugins that are installed.",
    "replay": "Give accepted events to their destinations once more.",
    "run": "Run the router: doors, workers, and a nats-server of its own.",
    "send": "Send events to a destination.",
    "status": "Show how things stand: outcomes, and what waits.",
    "transformer": "Speak RudderStack's transformer protocol to a rudder-server.",
    "validate": "Check events against a destination's contracts.",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"event_router.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="event-router")
def main() -> None:
    """Route Segment events to destinations."""
