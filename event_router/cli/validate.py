"""``event-router validate``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from event_router.cli.common import configured, open_input, options
from event_router.lines import CHUNK, split
from event_router.outcomes import Problem, Rejected
from event_router.rehearsal import rehearse
from event_router.wire import printable, redactor


@click.command("validate")
@click.argument("file")
@options
def command(file: str, to: str | None, config_path: Path | None) -> None:
    """Check the events in FILE against the contracts of a destination, and say what is wrong with each that fails.

    Exit codes: 0 all events are valid, 1 some are not, 2 it could not start.
    """
    _, destination = configured(config_path, to, sends=False)
    redact = redactor(destination.secrets())
    count = wrong = 0
    with open_input(file) as stream:
        lines = split(iter(lambda: stream.read(CHUNK), b""))
        for here in rehearse(destination, lines, datetime.now(UTC)):
            count += 1
            if isinstance(here.result, Rejected):
                wrong += 1
                problems: tuple[Problem, ...] = here.result.problems
                said = [(problem.code, problem.message) for problem in problems]
                for code, message in said or [(here.result.reason.code, here.result.reason.message)]:
                    click.echo(printable(redact(f"line {here.line}: [{code}] {message}")))
    click.echo(f"{count:,} lines, {wrong:,} not valid.")
    raise SystemExit(1 if wrong else 0)
