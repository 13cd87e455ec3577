"""The table of a run: a row for each module, and one for all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mutation.mutants import Mutant

_HEAD = ("module", "mutants", "killed", "timed out", "survived", "explained", "score")


def table(mutants: Sequence[Mutant], explained: Collection[Mutant]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    yield f"| {' | '.join(_HEAD)} |"
    yield f"|---|{'---:|' * (len(_HEAD) - 1)}"
    for module in sorted({mutant.module for mutant in mutants}):
        yield _row(f"`{module}`", [mutant for mutant in mutants if mutant.module == module], explained)
    yield _row("all", mutants, explained)


def score(mutants: Sequence[Mutant]) -> float:
    """Return how many of a hundred mutants are noticed."""
    return 100 * sum(mutant.noticed for mutant in mutants) / len(mutants)


def _row(name: str, mutants: Sequence[Mutant], explained: Collection[Mutant]) -> str:
    numbers = (
        len(mutants),
        sum(mutant.status == "killed" for mutant in mutants),
        sum(mutant.status == "timeout" for mutant in mutants),
        sum(not mutant.noticed for mutant in mutants),
        sum(mutant in explained for mutant in mutants),
    )
    return f"| {name} | {' | '.join(map(str, numbers))} | {score(mutants):.1f} % |"
