"""Commands that speak to a server that runs: ``reset``, ``seed``, ``wait``, ``requests``."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mock_promoter.client import Control

F = TypeVar("F", bound=Callable[..., Any])

_PARTS = ("state", "journal", "faults", "clock")
_POLL = 0.05


def _server(function: F) -> F:
    """Add the options that say which server, and which account of it."""
    options = (
        click.option(
            "--url",
            envvar="MOCK_PROMOTER_URL",
            default="http://127.0.0.1:8080",
            show_default=True,
            help="Where the server answers. Env: MOCK_PROMOTER_URL.",
        ),
        click.option("--token", envvar="MOCK_PROMOTER_TOKEN", help="Its control token. Env: MOCK_PROMOTER_TOKEN."),
        click.option("--account", help="Name of an account; the whole server, or its default account, without."),
        click.option("--cafile", type=click.Path(exists=True), help="Whom to trust over TLS, in PEM form."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@contextmanager
def _control(url: str, token: str | None, account: str | None, cafile: str | None) -> Iterator[Control]:
    """Connect; turn what goes wrong into a message and exit code 1."""
    import httpx

    from mock_promoter.client import Control, ControlError

    try:
        with Control(url, account=account, token=token, verify=cafile or True) as control:
            yield control
    except ControlError as error:
        raise click.ClickException(str(error)) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"{url} cannot be reached: {error}. Is mock-promoter serve running?") from error


@click.command()
@click.option("--what", multiple=True, type=click.Choice(_PARTS), help="Only this; may be repeated.")
@_server
def reset(what: tuple[str, ...], **server: Any) -> None:
    """Go back to the seed."""
    with _control(**server) as control:
        control.reset(*what)


@click.command()
@click.argument("file", type=click.File("rb"))
@_server
def seed(file: Any, **server: Any) -> None:
    """Put a server into the state of FILE (YAML or JSON; - is standard input), which reset returns to."""
    with _control(**server) as control:
        control.seed(file.read())


@click.command()
@click.option("--timeout", default=30.0, show_default=True, help="Seconds to wait.")
@click.option("--count", type=click.IntRange(min=1), help="Wait for so many requests, instead of for the server.")
@click.option("--method", help="Count requests of this method only.")
@click.option("--path", help="Count requests of this path only; * stands for any text.")
@_server
def wait(timeout: float, count: int | None, method: str | None, path: str | None, **server: Any) -> None:
    """Wait until the server answers, or until so many requests have come; exit code 1 where they do not."""
    until = time.monotonic() + timeout
    match = {name: value for name, value in {"method": method, "path": path}.items() if value is not None}
    with _control(**server) as control:
        _until_ready(control, until)
        if count is not None or match:
            control.wait(count or 1, max(0.0, until - time.monotonic()), **match)


def _until_ready(control: Control, until: float) -> None:
    import httpx

    while True:
        try:
            return control.ready()
        except httpx.TransportError:
            if time.monotonic() >= until:
                raise
            time.sleep(_POLL)


@click.command()
@click.option("--method", help="Only this method.")
@click.option("--path", help="Only this path; * stands for any text.")
@click.option("--status", type=int, help="Only answers with this status.")
@click.option("--q", help="Only requests that contain this text.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="The newest so many.")
@click.option("--unmatched", is_flag=True, help="Only requests for what nothing serves, and what was likely meant.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object on each line.")
@_server
def requests(unmatched: bool, as_json: bool, **given: Any) -> None:
    """Show the journal, oldest first."""
    server = {name: given.pop(name) for name in ("url", "token", "account", "cafile")}
    with _control(**server) as control:
        found = control.call("GET", "/requests/unmatched") if unmatched else control.call("GET", "/requests", **given)
    for one in found["requests"]:
        click.echo(json.dumps(one) if as_json else _line(one))
    if found.get("dropped"):
        click.echo(f"{found['dropped']} older requests are no longer kept.", err=True)


def _line(one: dict[str, Any]) -> str:
    query = f"?{one['query']}" if one["query"] else ""
    told = "; ".join(one["notes"] + [f"{error['path']}: {error['message']}" for error in one["schema_errors"]])
    status = one["status"] or one["state"]
    return f"{one['id']:>6}  {one['at']:27}  {status:>8}  {one['method']:6} {one['path']}{query}  {told}".rstrip()
