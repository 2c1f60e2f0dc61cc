"""What each scenario is expected to give: quantiles at a fixed seed and a small size, in a file beside the scenario.

A result is the same to the bit on every machine, so a number that moves was moved by a change of the model, the
evidence or the scenario. `python -m sim.jobs.expected` accepts the new ones; the files' difference says what moved.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import scenario_names
from sim.evidence.loading import load_evidence
from sim.experiment.grid import grid_of
from sim.experiment.plan import Plan
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.model.outcomes import SETTLEMENTS

DRAWS, RUNS, SEED = 40, 5, 1
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
HEADER = ("outcome", "runs", "mean", *(f"q{round(100 * level):02}" for level in LEVELS))
COLUMNS = (
    "collapse_week", "presence", "refugees", "cell.*", "table.*.agreed_week", "table.*.sessions", "table.*.impasses",
    "attendance.*", "war.*.control", "war.*.violence", "war.*.attacks", "war.*.ceasefire_weeks", "trust.*",
)  # fmt: skip


def expected_file(case: Case, name: str) -> Path:
    """Where the expected quantiles of a scenario are."""
    return case.folder / "scenario" / f"{name}.expected.csv"


def rows(runs: Runs) -> Iterator[tuple[str, ...]]:
    """Outcome, number of runs that have it, their mean and quantiles; a settlement class has its share alone."""
    for name in SETTLEMENTS:
        values = runs.values(name)
        yield (name, str(values.size), f"{values.mean():.6g}", *[""] * len(LEVELS))
    for name in runs.columns:
        if any(fnmatch(name, pattern) for pattern in COLUMNS):
            values = runs.values(name)
            defined = values[~np.isnan(values)]
            told = [defined.mean(), *np.quantile(defined, LEVELS)] if len(defined) else []
            numbers = [f"{number:.6g}" for number in told] or [""] * (1 + len(LEVELS))
            yield (name, str(len(defined)), *numbers)


def found(case: Case) -> Iterator[tuple[str, str]]:
    """Every scenario of a case and its quantiles now, as the text of its file."""
    from sim.engine.computing import compute, made

    evidence = load_evidence(case.folder / "evidence", case=case)
    plan = Plan(grid_of(case, evidence, []), DRAWS, RUNS, SEED)
    for number, name in enumerate(scenario_names(case)):
        sweep = plan.sweep(number)
        runs = Runs(sweep, made(list(compute(sweep, range(sweep.shards), progress=False))))
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([HEADER, *rows(runs)])
        yield name, text.getvalue()


def accept(case: Case) -> list[str]:
    """Write what is found now as what is expected; names of the scenarios whose numbers have moved."""
    moved = []
    for name, text in found(case):
        path = expected_file(case, name)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            moved.append(name)
            path.write_text(text, encoding="utf-8")
    return moved


def main() -> int:
    """Accept the numbers of the case named on the command line, or of the one that comes with the package."""
    try:
        moved = accept(load_case(*sys.argv[1:2]))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join([f"moved: {name}" for name in moved] or ["nothing has moved"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
