"""The table of all calls of the control plane."""

from __future__ import annotations

from mock_promoter.control import faults, people, requests, state, webhooks
from mock_promoter.control.command import Command

COMMANDS: tuple[Command, ...] = (
    *state.COMMANDS,
    *people.COMMANDS,
    *requests.COMMANDS,
    *faults.COMMANDS,
    *webhooks.COMMANDS,
)
