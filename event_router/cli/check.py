"""``event-router check``."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from event_router.cli.common import Stop, configured, options
from event_router.delivery import http_client, http_sender
from event_router.destination import Destination
from event_router.dispatch import interpret
from event_router.messages import Request, Response
from event_router.outcomes import Delivered, Outcome
from event_router.retry import Policy
from event_router.wire import redactor


@click.command("check")
@options
def command(to: str | None, config_path: Path | None) -> None:
    """Prove that a destination can be reached and takes our credentials. Changes nothing there.

    Exit codes: 0 it does, 1 it does not, 2 it could not be asked.
    """
    config, destination = configured(config_path, to, sends=True)
    hook = destination.plugin.hooks.get("connection_check")
    if hook is None:
        raise Stop("check.unsupported", f"Plugin {destination.plugin.name} has no connection_check hook.")
    outcome = asyncio.run(_ask(destination, hook(destination.settings), config.policy(destination.name)))
    works = isinstance(outcome, Delivered)
    said = "reached, and the credentials work." if works else f"[{outcome.reason.code}] {outcome.reason.message}"
    click.echo(redactor(destination.secrets())(f"{destination.name}: {said}"))
    raise SystemExit(0 if works else 1)


async def _ask(destination: Destination, request: Request, policy: Policy) -> Outcome:
    async with http_client(1) as client:
        answer = await http_sender(client, policy.timeout)(request)
    return interpret(destination, request, answer) if isinstance(answer, Response) else answer
