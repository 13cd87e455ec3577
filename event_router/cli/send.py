"""``event-router send``."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, closing, contextmanager
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

import click

from event_router.chunks import chunks
from event_router.cli.common import Stop, configured, open_input, options
from event_router.config import Config
from event_router.delivery import http_client, http_sender
from event_router.destination import Destination
from event_router.lines import Line, LineSplitter
from event_router.results import Result
from event_router.resume import Done, ResultsError, resume
from event_router.sending import Sending
from event_router.summary import Summary, table
from event_router.wire import redactor

#: As shells count: 128 and the number of SIGINT.
INTERRUPTED = 130


@click.command("send")
@click.argument("file")
@options
@click.option(
    "--results",
    "results_path",
    type=click.Path(path_type=Path),
    help="Write one outcome for each event here, and send only what it does not hold yet.",
)
def command(file: str, to: str | None, config_path: Path | None, results_path: Path | None) -> None:
    """Send the events in FILE (one JSON object on each line; - is standard input) to a destination.

    Interrupted or killed, it goes on where it was when it is called again with the same --results.

    Exit codes: 0 nothing was refused and nothing failed, 1 something was, 2 it could not start, 130 interrupted.
    """
    config, destination = configured(config_path, to, sends=True)
    redact = redactor(destination.secrets())
    with open_input(file) as stream, _results(results_path, destination.name, redact) as (write, done):
        summary = Summary()

        def report(result: Result) -> None:
            write(result)
            summary.add(result)

        try:
            quiet = not sys.stderr.isatty()
            with click.progressbar(length=_size(stream), label="Sending", file=sys.stderr, hidden=quiet) as bar:
                lines = _lines(stream, bar.update)
                passed, interrupted = asyncio.run(_send(config, destination, lines, report, done))
        except* OSError as errors:
            raise Stop("results.not_written", f"The run broke off: {errors.exceptions[0]}.") from errors
    click.echo(redact(table(summary, passed)))
    raise SystemExit(INTERRUPTED if interrupted else 0 if summary.clean else 1)


@contextmanager
def _results(
    path: Path | None, name: str, redact: Callable[[str], str]
) -> Iterator[tuple[Callable[[Result], None], Done]]:
    if path is None:
        yield (lambda _: None), Done()
        return
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
    config: Config,
    destination: Destination,
    lines: AsyncGenerator[Line, None],
    report: Callable[[Result], None],
    done: Done,
) -> tuple[int, bool]:
    """Send everything; return how many events were settled before, and whether somebody interrupted."""
    policy, interrupted = config.policy, asyncio.Event()
    async with http_client(policy.concurrency) as client:
        sending = Sending(destination, http_sender(client, policy.timeout), policy, report, done=done)

        def interrupt() -> None:
            interrupted.set()
            sending.interrupt()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, interrupt)
        async with aclosing(lines):
            await sending.run(lines)
    return sending.passed, interrupted.is_set()


async def _lines(stream: BinaryIO, progress: Callable[[int], None]) -> AsyncGenerator[Line, None]:
    splitter = LineSplitter()
    async with aclosing(chunks(stream)) as read:
        async for chunk in read:
            for line in splitter.feed(chunk):
                yield line
            progress(len(chunk))
    for line in splitter.finish():
        yield line
