"""``event-router send``."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, closing, contextmanager
from dataclasses import replace
from os import SEEK_END
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import click

from event_router.chunks import chunks
from event_router.cli.common import Stop, configured, open_input
from event_router.cli.engine import Where, engine_options, reached
from event_router.config import Config
from event_router.destination import Destination
from event_router.engine.access import Access
from event_router.engine.server import running
from event_router.lines import Line, LineSplitter
from event_router.results import Result
from event_router.resume import Done, ResultsError, resume
from event_router.retry import PATIENCE_OF_SEND, Policy
from event_router.sending import Run, send
from event_router.summary import Summary, table
from event_router.wire import redactor

#: As shells count: 128 and the number of SIGINT.
INTERRUPTED = 130


@click.command("send")
@click.argument("file")
@click.option("--to", help="The destination's name in the configuration. Needed where there are several.")
@engine_options
@click.option(
    "--results",
    "results_path",
    type=click.Path(path_type=Path),
    help="Write one outcome for each event here, and send only what it does not hold yet.",
)
def command(file: str, to: str | None, where: Where, results_path: Path | None) -> None:
    """Send the events in FILE (one JSON object on each line; - is standard input) to a destination.

    Interrupted or killed, it goes on where it was when it is called again with the same --results. With --data or --nats
    the events go through that router's engine; without, through one of their own, kept beside --results.

    Exit codes: 0 nothing was refused and nothing failed, 1 something was, 2 it could not start, 130 interrupted.
    """
    config, destination = configured(where.config_path, to, sends=True)
    redact = redactor(destination.secrets())
    with open_input(file) as stream, _results(results_path, destination.name, redact) as (write, done):
        summary = Summary()

        def report(result: Result) -> None:
            write(result)
            summary.add(result)

        quiet = not sys.stderr.isatty()
        with click.progressbar(length=_size(stream), label="Sending", file=sys.stderr, hidden=quiet) as bar:
            lines = _lines(stream, bar.update)
            run = _run(config, destination, where, results_path, done)
            with _engine(where, results_path, config, run.ended.set) as access:
                passed, interrupted = asyncio.run(_send(run, access, lines, report))
    click.echo(redact(table(summary, passed)))
    raise SystemExit(INTERRUPTED if interrupted else 0 if summary.clean else 1)


@contextmanager
def _engine(where: Where, results_path: Path | None, config: Config, ended: Callable[[], None]) -> Iterator[Access]:
    """Yield the engine that the options name; else one of our own, which lives as long as the results."""

    def on_exit(_: int) -> None:
        ended()

    if where.nats or where.data:
        with reached(where, config, join=True, on_exit=on_exit) as access:
            yield access
    elif results_path is not None and (results_path.is_file() or not results_path.exists()):
        with reached(replace(where, data=beside(results_path)), config, join=False, on_exit=on_exit) as access:
            yield access
    else:
        with (
            TemporaryDirectory(prefix="event-router-") as folder,
            reached(replace(where, data=Path(folder)), config, join=False, on_exit=on_exit) as access,
        ):
            yield access


def beside(results_path: Path) -> Path:
    """Return where the engine of a results file is kept."""
    return results_path.with_name(f"{results_path.name}.engine")


def _run(config: Config, destination: Destination, where: Where, results_path: Path | None, done: Done) -> Run:
    joined = bool(where.nats or where.data)
    policy: Policy = config.policy(destination.name, None if joined else PATIENCE_OF_SEND)
    name = str(results_path.absolute()) if results_path else None
    # A joined engine has to serve all destinations; one of our own knows none but this.
    destinations = tuple(config.destinations) if joined else (destination.name,)
    return Run(destination, policy, config.engine, destinations, done, name, own=not _made(where))


def _made(where: Where) -> bool:
    """Return whether the engine belongs to a router that runs, and is as that router made it."""
    return bool(where.nats) or (where.data is not None and running(where.data) is not None)


@contextmanager
def _results(
    path: Path | None, name: str, redact: Callable[[str], str]
) -> Iterator[tuple[Callable[[Result], None], Done]]:
    if path is None:
        yield (lambda _: None), Done()
        return
    if not path.exists():
        shutil.rmtree(beside(path), ignore_errors=True)  # Of results that somebody threw away.
    try:
        file, done = resume(path, name, redact)
    except ResultsError as error:
        raise Stop("results.not_usable", str(error)) from error
    with closing(file):
        yield file.write, done


def _size(stream: BinaryIO) -> int:
    """Return the bytes of a file; 0 where that is not known."""
    if not stream.seekable():
        return 0
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    return size


async def _send(
    run: Run, access: Access, lines: AsyncGenerator[Line, None], report: Callable[[Result], None]
) -> tuple[int, bool]:
    """Send everything; return how many events were settled before, and whether somebody interrupted."""
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    async with aclosing(lines):
        try:
            passed = await send(run, access, lines, report, interrupted)
        except OSError as error:
            raise Stop("results.not_written", f"The run broke off: {error}.") from error
    return passed, interrupted.is_set()


async def _lines(stream: BinaryIO, progress: Callable[[int], None]) -> AsyncGenerator[Line, None]:
    splitter = LineSplitter()
    async with aclosing(chunks(stream)) as read:
        async for chunk in read:
            for line in splitter.feed(chunk):
                yield line
            progress(len(chunk))
    for line in splitter.finish():
        yield line
