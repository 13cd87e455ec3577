"""Run mutmut over the plugin and the contract engines; fail where a survivor is not explained.

PYTHONPATH=tests python -m mutation.run [--keep FOLDER] [--children N]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mutation.mutants import Mutant, change, results
from mutation.survivors import Judgement, explanations, judge
from mutation.table import table
from mutation.tree import build

_ROOT = Path(__file__).parents[2]
_EXPLAINED = Path(__file__).with_name("survivors.toml")


def main(args: Sequence[str] | None = None) -> int:
    """Build the tree, run mutmut, and say what became of it; return 1 where something is left to do."""
    parser = argparse.ArgumentParser(prog="mutation.run", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="build the tree there, and leave it")
    parser.add_argument("--children", type=int, default=os.cpu_count(), metavar="N", help="processes at a time")
    given = parser.parse_args(args)
    began = time.monotonic()
    with TemporaryDirectory(prefix="mutation-") as temporary:
        tree = (given.keep or Path(temporary)).absolute()
        build(_ROOT, tree)
        _mutmut(tree, "run", "--max-children", str(given.children), shown=True)
        mutants = list(_changes(tree, results(_mutmut(tree, "results", "--all", "true"))))
    judgement = judge(mutants, list(explanations(_EXPLAINED.read_text("utf-8"))))
    print("\n".join(["", *table(mutants, judgement.explained), "", *left_to_do(judgement)]))
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if judgement.good else 1


def left_to_do(judgement: Judgement) -> Iterator[str]:
    """Yield what somebody has to do before the run is good."""
    for mutant in judgement.unexplained:
        yield f"No test notices this. Strengthen a test, or say in survivors.toml why it is left.\n{mutant}\n"
    for one in judgement.stale:
        yield f"No mutant is like this any more. Remove it from survivors.toml.\n{one}\n"


def _changes(tree: Path, found: Iterator[Mutant]) -> Iterator[Mutant]:
    """Yield the mutants, with their changes where they are asked for: where they were not killed."""
    for mutant in found:
        if mutant.status == "killed":
            yield mutant
        else:
            was, now = change(_mutmut(tree, "show", mutant.name))
            yield replace(mutant, was=was, now=now)


def _mutmut(tree: Path, *args: str, shown: bool = False) -> str:
    """Run mutmut in a tree; return what it prints, unless that is shown at once. Exits where mutmut fails."""
    program = Path(sys.executable).with_name("mutmut")
    environment = {**os.environ, "PYTHONPATH": str(tree / "tests")}
    output = None if shown else subprocess.PIPE
    done = subprocess.run([program, *args], cwd=tree, env=environment, check=False, text=True, stdout=output)
    if done.returncode:
        sys.exit(f"mutmut {args[0]} failed. Above it says why; often a test fails without any mutant.")
    return done.stdout or ""


if __name__ == "__main__":
    sys.exit(main())
