"""Faults are data: which requests they strike, with what effect, how often."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_promoter.journal import Entry
from mock_promoter.matching import Match, matches


@dataclass(slots=True)
class Fault:
    """A fault.

    Attributes:
        match: The requests it strikes; see ``matching``.
        effect: ``{"kind": …}`` with the kind's own parameters; see schemas/mock/effect.json.
        times: How often it strikes; ``None`` for always.
        probability: From 0 to 1, drawn from ``seed``; ``None`` for certainly.
        used: How often it struck.
    """

    id: int
    match: Match
    effect: Mapping[str, Any]
    times: int | None = None
    probability: float | None = None
    seed: int = 0
    used: int = 0
    chance: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        self.chance.seed(self.seed)

    @property
    def account(self) -> str | None:
        """The account whose requests it strikes; ``None`` for all."""
        found: str | None = self.match.get("account")
        return found

    @property
    def left(self) -> int | None:
        """How often it is still to strike."""
        return None if self.times is None else self.times - self.used

    def strikes(self, entry: Entry) -> bool:
        """Whether it strikes a request now; counts it where it does."""
        if self.left == 0 or not matches(self.match, entry):
            return False
        if self.probability is not None and self.chance.random() >= self.probability:
            return False
        self.used += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Return it as the control plane shows it."""
        shown = ("id", "match", "effect", "times", "left", "probability", "seed", "used", "account")
        return {name: getattr(self, name) for name in shown}


class Faults:
    """Faults in the order they were added; the first that strikes does, so that those with ``times`` form a script."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._last = 0

    def add(self, match: Match, effect: Mapping[str, Any], **more: Any) -> Fault:
        """Add a fault; ``times``, ``probability`` and ``seed`` are as in ``Fault``."""
        self._last += 1
        fault = self._faults[self._last] = Fault(self._last, match, effect, **more)
        return fault

    def take(self, entry: Entry) -> Fault | None:
        """Return the fault that strikes a request."""
        return next((fault for fault in self._faults.values() if fault.strikes(entry)), None)

    def get(self, fault_id: int) -> Fault | None:
        """Return a fault."""
        return self._faults.get(fault_id)

    def remove(self, fault: Fault) -> None:
        """Take a fault away."""
        del self._faults[fault.id]

    def clear(self, account: str | None = None) -> None:
        """Take all away, or those of one account."""
        kept = {} if account is None else {key: one for key, one in self._faults.items() if one.account != account}
        self._faults = kept

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults.values())
