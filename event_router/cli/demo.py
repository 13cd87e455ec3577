"""``event-router demo``: the whole loop on this machine, in seconds, nothing to set up."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import orjson

from event_router.cli.common import Stop
from event_router.config import Config, destination
from event_router.delivery import http_client
from event_router.destination import Destination
from event_router.engine.access import Access
from event_router.engine.server import own_server
from event_router.engine.settings import EngineSettings
from event_router.hooks import Transformed
from event_router.lines import Line, split
from event_router.rehearsal import rehearse
from event_router.results import Result
from event_router.retry import Policy
from event_router.sending import Run, send
from event_router.summary import Summary, columns, table
from event_router.wire import headers_shown

_PACKAGE = Path(__file__).parent.parent
# A wheel carries the events; a checkout keeps them in /examples.
_EVENTS = next(
    path
    for path in (_PACKAGE / "data" / "events.ndjson", _PACKAGE.parent / "examples" / "events.ndjson")
    if path.exists()
)
_POLICY = Policy()
_SECONDS = 30


@click.command("demo")
def command() -> None:
    """Send captured events of real SDKs to a mock Promoter.io, and show what became of them.

    Starts mock-promoter and an engine (a nats-server of its own) on free ports, stops them at the end, and proves that
    Promoter got just what explain foretells.
    """
    lines = list(split([_EVENTS.read_bytes()]))
    with _mock() as url:
        settings = {"plugin": "promoter", "api_key": "promoter-test-key", "base_url": url, "campaign_id": 1}
        settings["segment_url"] = f"{url}/api/segment/"
        promoter = destination(Config({"promoter": settings}), "promoter", {})
        click.echo(
            f"{_EVENTS.name}: {len(lines)} events of real SDKs  →  plugin {promoter.plugin.distribution}  →  {url}\n"
        )
        _prove(promoter, lines, *asyncio.run(_loop(promoter, lines, url)))


def _prove(promoter: Destination, lines: list[Line], results: list[Result], arrived: list[Any], held: Any) -> None:
    """Show what became of the events, and hold it to what ``explain`` foretells."""
    _show(results, Counter((f"{item['method']} {item['path']}", str(item["status"])) for item in arrived), held)
    expected = [_key(*said) for said in _foretold(promoter, lines)]
    got = [_key(item["method"], item["path"], item["headers"].get("idempotency-key"), item["body"]) for item in arrived]
    if sorted(expected) != sorted(got):
        raise click.ClickException("What arrived is not what explain foretells. Please report it.")
    click.echo(f"\nProved: the {len(got)} requests that arrived are just the {len(expected)} that explain foretells.")


@contextmanager
def _mock() -> Iterator[str]:
    """Run mock-promoter as a program of its own; yield its address."""
    # -P: the installed mock, whatever lies in the folder where the demo is run.
    program = [sys.executable, "-P", "-m", "mock_promoter", "serve", "--port", "0"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            url = process.stdout.readline().strip() if process.stdout else ""
            if not url:
                raise Stop("demo.no_mock", "mock-promoter does not start. Install promoter-destination[mock].")
            yield url
        finally:
            process.terminate()
            process.wait(_SECONDS)


async def _loop(promoter: Destination, lines: list[Line], url: str) -> tuple[list[Result], list[Any], Any]:
    """Send the events; return the results, the mock's journal and what it holds."""
    results: list[Result] = []
    with TemporaryDirectory(prefix="event-router-demo-") as folder, own_server(Path(folder)) as address:
        # One at a time, so that the table reads like the file.
        run = Run(promoter, _POLICY, EngineSettings(), (promoter.name,), ahead=1)
        await send(run, Access(address), _each(lines), results.append, asyncio.Event())
    async with http_client(1) as client:
        arrived = orjson.loads((await client.get(f"{url}/__mock__/requests")).content)["requests"]
        kept = ("contacts", "surveys", "custom-events")
        held = {name: orjson.loads((await client.get(f"{url}/__mock__/{name}")).content) for name in kept}
    return results, arrived, held


async def _each(lines: list[Line]) -> AsyncGenerator[Line, None]:
    for line in lines:
        yield line


def _show(results: list[Result], asked: Counter[tuple[str, str]], held: Any) -> None:
    summary = Summary()
    rows = [("line", "type", "user", "outcome", "reason")]
    for result in sorted(results, key=lambda result: result.line):
        summary.add(result)
        rows.append((str(result.line), result.type or "", result.user_id or "", result.outcome, result.code))
    click.echo("\n".join(columns(rows)))
    click.echo(f"\n{table(summary)}\n\nPromoter was asked:")
    click.echo("\n".join(columns([(f"  {times}×", *request) for request, times in asked.items()])))
    click.echo("\nPromoter now holds (the last event asked for the contact to be removed):")
    click.echo(f"  contacts       {held['contacts']['count']}")
    click.echo(
        "".join(
            f"  surveys        {item['contact']['email']}, campaign {item['campaign']['id']}, {item['attributes']}\n"
            for item in held["surveys"]["surveys"]
        ),
        nl=False,
    )
    click.echo(f"  custom events  {held['custom-events']['count']} orders")


def _foretold(promoter: Destination, lines: list[Line]) -> Iterator[tuple[str, str, str | None, Any]]:
    for here in rehearse(promoter, lines, datetime.now(UTC)):
        for request in here.result.requests if isinstance(here.result, Transformed) else ():
            path = "/" + request.url.split("/", 3)[3]
            yield request.method, path, headers_shown(request).get("idempotency-key"), request.body


def _key(*parts: Any) -> bytes:
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
