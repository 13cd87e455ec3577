"""The table that a run ends with: how many events came to which outcome, for which reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from event_router.results import OUTCOMES, Result

_LONGEST = 160


@dataclass(slots=True)
class Summary:
    """Results, counted.

    Attributes:
        counts: By outcome and code.
        first: The first result of each that was not delivered.
        trimmed: Delivered events of which some fields were dropped.
    """

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    first: dict[tuple[str, str], Result] = field(default_factory=dict)
    trimmed: int = 0

    def add(self, result: Result) -> None:
        """Count a result."""
        key = (result.outcome, result.code)
        self.counts[key] = self.counts.get(key, 0) + 1
        if result.outcome != "delivered":
            self.first.setdefault(key, result)
        elif result.dropped:
            self.trimmed += 1

    @property
    def clean(self) -> bool:
        """Whether nothing was refused and nothing failed."""
        return not any(outcome in {"rejected", "failed"} for outcome, _ in self.counts)


def table(summary: Summary, passed: int = 0) -> str:
    """Return the counts as text, and an example for each reason."""
    keys = sorted(summary.counts, key=lambda key: (OUTCOMES.index(key[0]), -summary.counts[key], key[1]))
    lines = list(columns([("outcome", "reason", "events"), *((*key, f"{summary.counts[key]:,}") for key in keys)]))
    if passed:
        lines.append(f"{passed:,} events were settled by an earlier run and left alone.")
    if summary.trimmed:
        lines.append(f"{summary.trimmed:,} delivered events lost fields on the way; --results and explain name them.")
    for key in keys:
        if result := summary.first.get(key):
            reason = result.reason if len(result.reason) <= _LONGEST else f"{result.reason[:_LONGEST]}…"
            lines.append(f"  {result.code}, for example line {result.line}: {reason}")
    return "\n".join(lines)


def columns(rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    """Return rows as lines with aligned columns."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
