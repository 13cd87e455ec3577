"""``mock-promoter serve``."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mock_promoter.server import Server

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPEN = "Whoever reaches {host} can change this server. Give the control plane a token: --control-token."


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--api-key", "api_keys", multiple=True, help="A key to accept; may be repeated. Default: promoter-test-key."
)
@click.option("--seed", "seed_file", type=_FILE, help="State to start with and to reset to, in YAML or JSON.")
@click.option(
    "--snapshot", type=click.Path(dir_okay=False, path_type=Path), help="Keep the state in this file over restarts."
)
@click.option(
    "--control-token", envvar="MOCK_PROMOTER_TOKEN", help="Ask for it on the control plane. Env: MOCK_PROMOTER_TOKEN."
)
@click.option("--certfile", type=_FILE, help="Certificate for TLS, in PEM form.")
@click.option("--keyfile", type=_FILE, help="Its private key, unless that is in --certfile.")
def serve(
    host: str,
    port: int,
    api_keys: tuple[str, ...],
    seed_file: Path | None,
    snapshot: Path | None,
    control_token: str | None,
    certfile: Path | None,
    keyfile: Path | None,
) -> None:
    """Serve until stopped; the first line printed is the address, once it answers."""
    from mock_promoter import serving
    from mock_promoter.app import TEST_KEY, App
    from mock_promoter.saving import Saver

    keys = api_keys or (TEST_KEY,)
    server = _server(keys, seed_file, snapshot)
    if control_token is None and not _is_loopback(host):
        click.echo(_OPEN.format(host=host), err=True)
    try:
        listening = serving.listen(host, port)
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be listened on: {error.strerror}. Try --port 0.") from error
    with listening:
        tls = serving.Certificate(str(certfile), str(keyfile) if keyfile else None) if certfile else None
        url = serving.url_of(listening, "https" if tls else "http")
        saver = Saver(server, snapshot, keys) if snapshot is not None else None
        try:
            running = serving.server(App(server, control_token), lambda: click.echo(url), tls, saver)
        except OSError as error:
            raise click.ClickException(f"{certfile} is no certificate with its key: {error}.") from error
        running.run([listening])


def _server(keys: tuple[str, ...], seed_file: Path | None, snapshot_file: Path | None) -> Server:
    """Return a server in the state that the files have."""
    from mock_promoter.server import Server

    server = Server(keys)
    if seed_file is not None:
        _place(server.seed, seed_file)
    if snapshot_file is not None and snapshot_file.exists():
        _place(server.restore, snapshot_file)
    return server


def _place(place: Any, file: Path) -> None:
    """Put the state of a file in place; say what is wrong with it where it cannot be."""
    from mock_promoter.control.bodies import checked, parsed
    from mock_promoter.control.command import Refusal
    from mock_promoter.control.state import STATE
    from mock_promoter.documents import DocumentError

    kind = "application/json" if file.suffix == ".json" else "application/yaml"
    try:
        place(checked(STATE, parsed(file.read_bytes(), kind)))
    except Refusal as error:
        raise click.ClickException(f"{file}: {error}") from error
    except DocumentError as error:
        raise click.ClickException(f"{file}: {error.path}: {error}") from error
    except LookupError as error:
        raise click.ClickException(f"{file}: there is no account {error}. Give its key: --api-key.") from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
