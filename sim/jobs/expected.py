"""What each scenario is expected to give: quantiles at a fixed seed and a small size, in a file beside the scenario.

A result is the same to the bit on every machine, so a number that moves was moved by a change of the model, the
evidence or the scenario. `python -m sim.jobs.expected [case] [reason=...]` tells what has moved and by how much, the
largest first, and accepts the new numbers for a reason, which it writes beside the files (`expected.md`).
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import scenario_names
from sim.evidence.loading import load_evidence
from sim.experiment.grid import grid_of
from sim.experiment.plan import Plan
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted

DRAWS, RUNS, SEED = 40, 5, 1
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_TOLD, MOST_LOGGED = 40, 5
LOG_HEAD = "# Why the expected numbers have moved\n\nWritten by `make accept`, newest last.\n"
HEADER = ("outcome", "runs", "mean", *(f"q{round(100 * level):02}" for level in LEVELS))
COLUMNS = (
    "takeover_week", "presence", "refugees", "cell.*", "table.*.agreed_week", "table.*.sessions", "table.*.impasses",
    "attendance.*", "war.*.control", "war.*.violence", "war.*.attacks", "war.*.ceasefire_weeks", "trust.*",
)  # fmt: skip


def expected_file(case: Case, name: str) -> Path:
    """Where the expected quantiles of a scenario are."""
    return case.folder / "scenario" / f"{name}.expected.csv"


def rows(runs: Runs) -> Iterator[tuple[str, ...]]:
    """Outcome, number of runs that have it, their mean and quantiles; a settlement class has its share alone."""
    for name in runs.sweep.case.classes:
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


class Moved(NamedTuple):
    """The number of an outcome that has moved furthest: its column in the file, and how it was and is as text.

    `size` is the change as a share of what lies between the outer quantiles, so that outcomes of every unit compare;
    infinite for a number that has come or gone.
    """

    scenario: str
    outcome: str
    number: str
    was: str
    now: str
    size: float

    def __str__(self) -> str:
        return f"{self.scenario:24} {self.outcome:32} {self.number:5} {self.was or 'none'} -> {self.now or 'none'}"


def _read(text: str) -> dict[str, dict[str, str]]:
    return {row["outcome"]: row for row in csv.DictReader(io.StringIO(text))}


def _size(was: str, now: str, width: float) -> float:
    if was == now:
        return 0.0
    return abs(float(now) - float(was)) / width if was and now else math.inf


def _width(row: Mapping[str, str]) -> float:
    """What lies between the outer quantiles of an outcome; 1 where nothing does, as of a share."""
    low, high = row.get("q05"), row.get("q95")
    return (float(high) - float(low) if low and high else 0.0) or 1.0


def moves(scenario: str, was: str, now: str) -> list[Moved]:
    """What differs between two texts of an expected file, one row an outcome, the largest first."""
    before, after = _read(was), _read(now)
    found = []
    for outcome in dict.fromkeys([*after, *before]):
        old, new = before.get(outcome, {}), after.get(outcome, {})
        width = _width(old)
        sizes = {number: _size(old.get(number, ""), new.get(number, ""), width) for number in HEADER[1:]}
        number = max(sizes, key=lambda name: (name != "runs" and sizes[name] > 0.0, sizes[name]))
        if sizes[number] > 0.0:
            found.append(Moved(scenario, outcome, number, old.get(number, ""), new.get(number, ""), sizes[number]))
    return sorted(found, key=lambda moved: -moved.size)


def told(found: Sequence[Moved]) -> str:
    """What has moved, the largest first, and how many outcomes of each scenario."""
    counts: dict[str, int] = {}
    for moved in found:
        counts[moved.scenario] = counts.get(moved.scenario, 0) + 1
    lines = [str(moved) for moved in sorted(found, key=lambda moved: -moved.size)[:MOST_TOLD]]
    if len(found) > MOST_TOLD:
        lines.append(f"and {len(found) - MOST_TOLD} more, which have moved less: the files' difference has them")
    return "\n".join([*lines, *(f"{name}: {counted(count, 'outcome')} moved" for name, count in counts.items())])


def log_file(case: Case) -> Path:
    """Where the reasons for every accepted change are, newest last."""
    return case.folder / "scenario" / "expected.md"


def accept(case: Case, texts: Mapping[str, str], found: Sequence[Moved], reason: str, today: datetime.date) -> None:
    """Write what is found now as what is expected, and the reason beside it.

    Raises:
        InputError: the reason is empty.
    """
    if not reason.strip():
        raise InputError(
            "accept", "reason", "is empty", allowed='why the numbers moved, as in reason="what has changed"'
        )
    for name, text in texts.items():
        path = expected_file(case, name)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    log = log_file(case)
    known = log.read_text(encoding="utf-8") if log.is_file() else LOG_HEAD
    largest = "".join(f"- {' '.join(str(moved).split())}\n" for moved in found[:MOST_LOGGED])
    scenarios = len({moved.scenario for moved in found})
    head = f"\n## {today.isoformat()}: {' '.join(reason.split())}\n"
    moved = f"\n{counted(len(found), 'outcome')} of {counted(scenarios, 'scenario')} moved; furthest:\n\n"
    log.write_text(known + head + moved + largest, encoding="utf-8")


def _asked() -> str:
    """The reason, from a person at a terminal; empty where nobody is there."""
    return input("Why have they moved? ") if sys.stdin.isatty() else ""


def run(words: Sequence[str], ask: Callable[[], str] = _asked) -> int:
    """Tell what has moved in a case, and accept it for a reason; the exit code."""
    given = [word.removeprefix("reason=") for word in words if word.startswith("reason=")]
    case = load_case(*[word for word in words if not word.startswith("reason=")][:1])
    texts = dict(found(case))
    files = {name: expected_file(case, name) for name in texts}
    was = {name: path.read_text(encoding="utf-8") if path.is_file() else "" for name, path in files.items()}
    moved = [one for name, text in texts.items() for one in moves(name, was[name], text)]
    if was == texts:
        print("nothing has moved")
        return 0
    moved.sort(key=lambda one: -one.size)
    print(told(moved))
    accept(case, texts, moved, (given[0] if given else "") or ask(), datetime.date.today())
    return 0


def main() -> int:
    """Accept the numbers of the case named on the command line, or of the one that comes with the package."""
    try:
        return run(sys.argv[1:])
    except InputError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
