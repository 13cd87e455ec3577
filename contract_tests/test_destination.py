"""The door without code: the plugin that ``--destination`` names is held to the contract."""

from __future__ import annotations

import pytest

from contract_tests.destination import DestinationContract
from contract_tests.destination.loading import SubjectError, load
from contract_tests.destination.settings import parsed
from contract_tests.destination.subject import subject_of

_CHOSEN = pytest.StashKey[bool]()


class TestDestination(DestinationContract):
    """The plugin of the command line."""

    @classmethod
    def name_of(cls, config: pytest.Config) -> str:
        """Return the plugin's name as it was given."""
        return str(config.getoption("--destination"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the class its subject before its first test is collected; without one there is nothing to collect."""
    config = metafunc.config
    if config.stash.get(_CHOSEN, False):
        return
    name, given = config.getoption("--destination"), config.getoption("--destination-settings")
    try:
        found = subject_of(load(name), parsed(given) if given else {})
    except SubjectError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    TestDestination.plugin, TestDestination.settings = found.plugin, found.settings
    TestDestination.entry_point = "" if ":" in name else name
    config.stash[_CHOSEN] = True
