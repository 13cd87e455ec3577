"""The router as a program in a folder: configured, killed, started again, and its engine looked into from outside."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any
from unittest.mock import patch

from engines import limits
from support import KEY

from event_router.config import read_config
from event_router.engine import layout
from event_router.engine.access import Access
from event_router.engine.engine import Engine, open_engine
from event_router.engine.folder import known
from event_router.engine.server import running

#: How much larger than in CI the proofs are.
SCALE = float(os.environ.get("PROOF_SCALE", "1"))
#: Seconds that the engine waits for a worker that died: enough for CI; a larger proof takes the time that it takes.
ACK_WAIT = 5.0 if SCALE <= 1 else layout.ACK_WAIT
#: Seconds in which everything has to come to its end.
PATIENCE = 90.0 * max(1.0, SCALE)
#: Between two looks.
PAUSE = 0.05
PROMOTER = "promoter"
MIB = 1024**2
_IMPATIENT = Path(__file__).parent / "impatient"
_BYTES = ("event_bytes", "outcome_bytes", "parked_bytes", "dead_letter_bytes", "contact_bytes")

_CONFIG = """
[engine]
namespace = "{namespace}"
{engine}
[delivery]
attempts = 1000
longest_backoff = 1
{delivery}
[destinations.promoter]
plugin = "promoter"
api_key = {{ env = "PROMOTER_API_KEY" }}
campaign_id = 1
base_url = "{mock}"
segment_url = "{mock}/api/segment/"
"""


def config(mock: str, *, delivery: str = "", more: str = "", size: int = 64 * MIB, **engine: float) -> str:
    """Return a configuration with Promoter as destination, and streams that no other test has.

    Args:
        mock: Where Promoter answers.
        delivery: Lines for ``[delivery]``.
        more: Other tables.
        size: Bytes of each stream.
        engine: Of ``[engine]``.
    """
    values = dict.fromkeys(_BYTES, size) | engine
    lines = "\n".join(f"{name} = {value}" for name, value in values.items())
    return _CONFIG.format(mock=mock, namespace=limits().namespace, engine=lines, delivery=delivery) + more


class Router:
    """The router's program in a folder: started, killed, stopped, started again.

    Args:
        here: Its folder, with ``router.toml``.
        args: More options.
        path: Of plugins that are installed for it.
        name: Tells routers in one folder apart.
        ack_wait: Seconds that the engine waits for a worker that died.

    Attributes:
        url: Where its doors are, or were.
    """

    def __init__(
        self, here: Path, *args: str, path: str = "", name: str = "router", ack_wait: float = ACK_WAIT
    ) -> None:
        own = () if "--nats" in args else ("--data", str(here / "data"))
        self.config = here / "router.toml"
        self.data = here / "data"
        self.url = ""
        self._ack_wait = ack_wait
        self._args = ("--config", str(self.config), "--port", "0", *own, *args)
        paths = os.pathsep.join(filter(None, [str(_IMPATIENT), path, os.environ.get("PYTHONPATH")]))
        more = {"PROMOTER_API_KEY": KEY, "PYTHONPATH": paths, "PROOF_ACK_WAIT": str(ack_wait)}
        self._environ = {**os.environ, **more}
        self._log = here / f"{name}.log"
        self._process: subprocess.Popen[str] | None = None

    @property
    def log(self) -> str:
        """Return what it has logged."""
        return self._log.read_text()

    @property
    def pid(self) -> int:
        """Return its process."""
        return self._running().pid

    async def start(self, *more: str, surely: bool = True) -> None:
        """Start it, with more options for this time; return when it is ready or, if that is not sure, has ended before."""
        process = self._spawn(*more)
        assert process.stdout is not None
        self.url = (await asyncio.to_thread(process.stdout.readline)).strip()
        assert self.url or not surely, self.log

    def _spawn(self, *more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "event_router", "run", *self._args, *more]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                command, env=self._environ, stdout=subprocess.PIPE, stderr=log, text=True, stdin=subprocess.DEVNULL
            )
        return self._process

    def kill(self, *, server: bool = False) -> None:
        """End it without a warning, its nats-server as well if need be; else that ends by itself."""
        found = known(self.data) if server else None
        self._running().kill()
        if found is not None:
            with suppress(ProcessLookupError):
                os.kill(found.pid, signal.SIGKILL)
        self._ended()

    async def stop(self) -> int:
        """Ask it to end; return its status once its nats-server has ended, too."""
        self._running().send_signal(signal.SIGTERM)
        status = await self.ended()
        await self.alone()
        return status

    @property
    def lives(self) -> bool:
        """Return whether it runs."""
        return self._running().poll() is None

    async def ended(self) -> int:
        """Wait until it ends by itself; return its status."""
        process = self._running()
        deadline = monotonic() + PATIENCE
        while process.poll() is None:
            assert monotonic() < deadline, self.log
            await asyncio.sleep(PAUSE)
        self._ended()
        return process.returncode

    async def alone(self) -> None:
        """Wait until the nats-server of a router that ended has ended, too."""
        deadline = monotonic() + PATIENCE
        while self._served():
            assert monotonic() < deadline, self.data
            await asyncio.sleep(PAUSE)

    def _served(self) -> bool:
        path = self.data / "server.lock"
        if not path.exists():
            return False
        with path.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _running(self) -> subprocess.Popen[str]:
        assert self._process is not None
        return self._process

    def _ended(self) -> None:
        process = self._running()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()

    async def leave(self) -> None:
        """Leave no process behind."""
        if self._process is not None:
            self.kill()
        await self.alone()

    @asynccontextmanager
    async def look(self, nats: str | None = None, replicas: int = 1) -> AsyncIterator[Engine]:
        """Open its engine for the block: that of the cluster, or of its own nats-server, which has to run."""
        url = nats or running(self.data)
        assert url is not None, self.log
        found = read_config(self.config)
        settings = replace(found.engine, replicas=replicas)
        async with AsyncExitStack() as stack:
            # Whoever opens an engine brings its consumers to what they should be.
            with patch.object(layout, "ACK_WAIT", self._ack_wait):
                opening = open_engine(Access(url), settings, tuple(found.destinations), name="proof")
                engine = await stack.enter_async_context(opening)
            yield engine


@asynccontextmanager
async def router(here: Path, text: str, *args: str, **options: Any) -> AsyncIterator[Router]:
    """Run a router with a configuration for the block; whatever happens in it, no process is left behind.

    Args:
        here: Its folder.
        text: The configuration.
        args: More options of the program.
        options: Of ``Router``.
    """
    (here / "router.toml").write_text(text)
    one = Router(here, *args, **options)
    try:
        await one.start()
        yield one
    finally:
        await one.leave()
