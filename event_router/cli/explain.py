"""``event-router explain``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from event_router.cli.common import configured, open_input, options
from event_router.hooks import Transformed
from event_router.lines import CHUNK, split
from event_router.rehearsal import Rehearsed, as_json, rehearse
from event_router.wire import curl, printable, redacted, redactor


@click.command("explain")
@click.argument("file")
@options
@click.option("--json", "json_", is_flag=True, help="One JSON object for each event, instead of curl lines.")
def command(file: str, to: str | None, config_path: Path | None, json_: bool) -> None:
    """Show what each event in FILE would become: the contract it meets or misses, and the requests.

    Nothing is sent and no key is needed. Events are explained as if everything before them had been delivered.
    """
    _, destination = configured(config_path, to, sends=False)
    redact = redactor(destination.secrets())
    with open_input(file) as stream:
        lines = split(iter(lambda: stream.read(CHUNK), b""))
        for here in rehearse(destination, lines, datetime.now(UTC)):
            if json_:
                click.echo(orjson.dumps(redacted(as_json(here), redact)))
            else:
                click.echo("\n".join(printable(redact(line)) for line in _text(here)))


def _text(here: Rehearsed) -> Iterator[str]:
    event = here.event or {}
    name = " ".join(filter(None, (event.get("type"), str(event.get("event", "")))))
    contract = f", contract {here.contract}" if here.contract else ""
    if isinstance(here.result, Transformed):
        yield f"line {here.line}: {name}{contract} met"
        yield from (f"  {curl(request)}" for request in here.result.requests)
    else:
        outcome = type(here.result).__name__.lower()
        yield f"line {here.line}: {name or 'no event'}{contract}: {outcome} [{here.result.reason.code}] {here.result.reason.message}"
    dropped = here.dropped + (here.result.dropped if isinstance(here.result, Transformed) else ())
    yield from (f"  not sent: {item.path} ({item.why})" for item in dropped)
