"""The command ``mock-promoter``."""

from __future__ import annotations

import click

from mock_promoter.cli.remote import requests, reset, seed, wait
from mock_promoter.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A mock Promoter.io to test against."""


for command in (serve, reset, seed, wait, requests):
    main.add_command(command)
