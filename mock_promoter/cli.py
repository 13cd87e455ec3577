"""The command ``mock-promoter``."""

from __future__ import annotations

import click

from mock_promoter import serving
from mock_promoter.app import TEST_KEY, create_app


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A mock Promoter.io to test against."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--api-key", "api_keys", multiple=True, help=f"A key to accept; may be repeated. Default: {TEST_KEY}.")
def serve(host: str, port: int, api_keys: tuple[str, ...]) -> None:
    """Serve until stopped; the first line printed is the address, once it answers."""
    try:
        listening = serving.listen(host, port)
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be listened on: {error.strerror}. Try --port 0.") from error
    with listening:
        app = create_app(api_keys or (TEST_KEY,))
        serving.server(app, lambda: click.echo(serving.url_of(listening))).run([listening])
