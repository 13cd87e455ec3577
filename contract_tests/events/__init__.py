"""What is promised of canonical events: one shape for whatever arrives.

>>> from contract_tests.events import EventContract

    class TestMine(EventContract):
        def canonicalise(self, raw):
            return my_package.canonical(raw)  # A mapping; None to refuse it.

A tuple's first item is the event, its second what was left out. Without code:
``pytest --pyargs contract_tests --canonicaliser=my_package:canonical``.
"""

from __future__ import annotations

from contract_tests.events.dialects import DialectTests
from contract_tests.events.examples import ExampleTests
from contract_tests.events.ids import IdTests
from contract_tests.events.laws import LawTests
from contract_tests.events.losses import LossTests
from contract_tests.events.orders import OrderTests
from contract_tests.events.processes import ProcessTests
from contract_tests.events.requests import RequestTests
from contract_tests.events.speed import SpeedTests
from contract_tests.events.spelling import SpellingTests
from contract_tests.events.times import TimeTests

__all__ = ["EventContract"]


class EventContract(
    ExampleTests,
    RequestTests,
    LawTests,
    IdTests,
    ProcessTests,
    TimeTests,
    SpellingTests,
    OrderTests,
    DialectTests,
    LossTests,
    SpeedTests,
):
    """All requirements of canonical events; override ``canonicalise``."""
