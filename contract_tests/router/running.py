"""A router that runs: somewhere already, or as a program that is killed and started again."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from contract_tests.contract import ContractError
from contract_tests.masking import masked
from contract_tests.router.pauses import found_within
from contract_tests.unready import no_program
from contract_tests.wire import client

#: Characters of a program's output that a message shows: the last ones.
_LAST = 1_000
_TAKEN = (
    "End it, or leave --router-command out to test it as it is. With pytest-xdist let one process run these tests: "
    "--dist loadfile."
)
_APART = (
    "It runs in a folder of its own, where it has to be told the way to files from the root: node /home/me/router.mjs."
)
_MINE = "it runs already, and was not started here; --router-command says how to start it"


class RunningRouter:
    """A router that runs already. One that can be started again overrides everything but ``url``.

    Attributes:
        url: Where its doors are, without a slash at the end.
        fixed: Why it cannot be started again; empty where it can.
    """

    fixed: str = _MINE

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def start(self) -> None:
        """Start it, unless it runs, with what it kept before; return once it answers."""
        raise NotImplementedError(self.fixed)

    def kill(self) -> None:
        """End it without a warning, as ``kill -9`` does."""
        raise NotImplementedError(self.fixed)

    def stop(self) -> bool:
        """Ask it to end, as SIGTERM does; return whether it did by itself. It is ended in any case."""
        raise NotImplementedError(self.fixed)

    def log(self) -> str:
        """Return all that it has written to its standard output and error."""
        raise NotImplementedError(self.fixed)


class RouterProgram(RunningRouter):
    """A router as a program, in a folder that it finds again when it is started again.

    Args:
        command: The program with its arguments, as in a shell, but without one.
        url: Where it will answer.
        folder: Where it runs, and may keep what it has to.
        environ: What it finds in its environment, besides ours.
        patience: Seconds that it has to begin, and to end.
        secrets: What no message may show.
    """

    fixed = ""

    def __init__(
        self,
        command: str,
        url: str,
        folder: Path,
        environ: Mapping[str, str],
        patience: float,
        secrets: tuple[str, ...] = (),
    ) -> None:
        super().__init__(url)
        self._command, self._words = command, _words(command, secrets)
        self._folder, self._patience, self._secrets = folder, patience, secrets
        self._environ = {**os.environ, **environ, "ROUTER_DATA": str(folder)}
        self._output = folder / "router-output.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs; return once it answers HTTP at all. Raises ``ContractError`` where it does not."""
        if self._process is not None:
            return
        if answers(self.url):
            raise ContractError("contract_tests.no_router", f"Something answers at {self.url} already. {_TAKEN}")
        self._process = self._begun()
        found_within(self._patience, lambda: answers(self.url) or self._has_ended())
        ended = self._has_ended()
        if ended or not answers(self.url):
            self.kill()
            raise ContractError("contract_tests.no_router", self._why_not(ended))

    def _begun(self) -> subprocess.Popen[bytes]:
        with self._output.open("ab") as output:
            try:
                # A session of its own: what it starts ends with it.
                return subprocess.Popen(  # noqa: S603  # The user's own command.
                    self._words,
                    cwd=self._folder,
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            except OSError as error:
                shown, why = (masked(text, self._secrets) for text in (self._command, _told(error)))
                raise no_program(shown, why) from None

    def kill(self) -> None:
        """End it, and all that it started, without a warning."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> bool:
        """Ask it to end; return whether it did. What is left of it after that is killed."""
        if self._process is None:
            return True
        self._process.send_signal(signal.SIGTERM)
        ended = found_within(self._patience, self._has_ended)
        self.kill()
        return ended

    def log(self) -> str:
        """Return its output."""
        return self._output.read_text("utf-8", "replace") if self._output.exists() else ""

    def _has_ended(self) -> bool:
        assert self._process is not None
        # It is not waited for yet: until then nobody else can get its number, by which its group is killed.
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _why_not(self, ended: bool) -> str:
        command, words = (masked(text, self._secrets).strip() for text in (self._command, self.log()))
        how = "ended before anything answered" if ended else f"runs, and nothing answers after {self._patience:g} s"
        return f"{command} {how} at {self.url}. {_APART} Its last words: {words[-_LAST:] or 'none'}"


def _words(command: str, secrets: tuple[str, ...]) -> list[str]:
    """Return a command in words. Raises ``ContractError`` where it is none."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise no_program(masked(command, secrets), _told(error)) from None
    if not words:
        raise no_program("''", "it has no words")
    return words


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


@contextmanager
def killed(router: RunningRouter) -> Iterator[None]:
    """Kill a router for the block; start it again after, whatever happens in it."""
    try:
        router.kill()
        yield
    finally:
        router.start()


def answers(url: str) -> bool:
    """Return whether anything there answers HTTP, whatever it says."""
    with client(url) as asking:
        try:
            asking.get("/")
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
    return True
