"""What the report, the printed table and `summary.csv` tell: outcomes with a name and a unit, each with its number, its
interval and its difference; and the cells by the starting point that they share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.paired import Difference
from sim.analysis.shares import Estimate, Interval, estimate
from sim.analysis.timing import median
from sim.experiment.comparison import compared

if TYPE_CHECKING:
    from sim.case.case import Case
    from sim.experiment.results import Result, Results
    from sim.experiment.runs import Runs


MOST_ALIKE = 1_000  # runs of a class among which a typical one is looked for
TURNS = frozenset({"taken_over", "takeover_week"})  # what only a turn of the regime brings


class Defined(NamedTuple):
    """How much has a value: the share of the runs that did not fail, and the number of draws with such a run."""

    runs: float
    draws: int


@dataclass(frozen=True)
class Measure:
    """One outcome that is told of every scenario.

    Attributes:
        label: its name for a reader.
        outcomes: what `Runs.values` is asked; several exclusive ones are added up.
        told: `share`, `mean` or `median`.
        unit: of the number, after scaling.
        scale: 100 for shares, which are told in per cent, else 1.
    """

    label: str
    outcomes: tuple[str, ...]
    told: str
    unit: str
    scale: float

    def values(self, runs: Runs) -> NDArray[np.float64]:
        """The outcome of every run, (draws, runs), NaN where undefined."""
        first, *rest = (runs.values(outcome) for outcome in self.outcomes)
        return self.scale * sum(rest, start=first)

    def estimate(self, runs: Runs) -> Estimate | Interval | None:
        """Its share, mean or median over the runs that have a value, with the interval; None where none has."""
        values = self.values(runs)
        if np.isnan(values).all():
            return None
        if self.told == "median":
            return median(values, runs.weights)
        found = estimate(values / self.scale, yes_no=self.told == "share", weights=runs.weights)
        found = found.within(*self.bounds(runs))
        return found if self.scale == 1.0 else scaled(found, self.scale)

    def difference(self, cell: Result) -> Difference | None:
        """The scenario less its baseline, paired, with both levels; None for a baseline, or where no two draws pair.

        A week is counted to the horizon where it never comes (`Comparison.difference`), whatever is told of it.
        """
        if cell.paired is None:
            return None
        try:
            return compared(cell.paired, cell.runs, self.outcomes).scaled(self.scale)
        except ValueError:
            return None

    def bounds(self, runs: Runs) -> tuple[float, float]:
        """The least and the most that its number can be, before scaling; several exclusive outcomes are a share."""
        return runs.bounds(self.outcomes[0]) if len(self.outcomes) == 1 else (0.0, 1.0)

    def defined(self, runs: Runs) -> Defined:
        """How many of the runs that did not fail have a value, and in how many draws."""
        known = ~np.isnan(self.values(runs))
        whole = int((~runs.failed).sum())
        return Defined(float(known.sum()) / whole if whole else 0.0, int(known.any(axis=1).sum()))

    def can_happen(self, runs: Runs) -> bool:
        """Whether it can happen at all: a regime that has turned does not turn again."""
        return can_turn(runs) or not any(_turns(runs.sweep.case, outcome) for outcome in self.outcomes)

    @property
    def compares_otherwise(self) -> bool:
        """Whether its difference is not that of the number told: a median is compared by its mean."""
        return self.told == "median"

    @property
    def outcome(self) -> str:
        """The name of its outcome in `summary.csv`."""
        return " or ".join(self.outcomes)

    @property
    def column(self) -> str:
        """The name of its number in `summary.csv`."""
        return f"{self.outcome}.median" if self.told == "median" else self.outcome

    @property
    def sign(self) -> str:
        """What stands for the unit where there is little room."""
        return "%" if self.scale != 1.0 else self.unit

    @property
    def points(self) -> str:
        """The unit of a difference."""
        return "percentage points" if self.scale != 1.0 else self.unit

    def varies(self, runs: Runs) -> bool:
        """Whether its values differ between runs."""
        values = self.values(runs)
        known = values[~np.isnan(values)]
        return len(known) > 0 and bool(known.min() < known.max())


def scaled(found: Estimate, scale: float) -> Estimate:
    """An estimate in other units; its spread stays as it is."""
    return Estimate(found.value * scale, found.low * scale, found.high * scale, found.draws, found.runs, found.spread)


def _turns(case: Case, outcome: str) -> bool:
    """Whether only a turn of the regime brings an outcome, or a class of which it is a condition."""
    conditions = case.settlements[outcome].all if outcome in case.settlements else (outcome,)
    return any(condition.split()[0] in TURNS for condition in conditions)


def settled(case: Case) -> tuple[Measure, ...]:
    """A settlement of any class that counts as one, where the case has such a class."""
    classes = tuple(name for name, one in case.settlements.items() if one.settles)
    return (Measure("settlement", classes, "share", "% of the runs", 100.0),) if classes else ()


def kinds(case: Case) -> tuple[Measure, ...]:
    """The settlement classes, of which every run is in one."""
    return tuple(Measure(name, (name,), "share", "% of the runs", 100.0) for name in case.classes)


def headline(results: Results) -> tuple[Measure, ...]:
    """What the case names first."""
    columns = results.cells[0].runs.columns
    found = []
    for line in results.headline:
        column = columns.get(line.outcome)
        share = line.told == "share" or (column is not None and column.unit == "share")
        unit = ("% of the runs" if line.told == "share" else "%") if share else line.unit
        told = "mean" if share and line.told != "share" else line.told
        found.append(Measure(line.label, (line.outcome,), told, unit, 100.0 if share else 1.0))
    return tuple(found)


def headline_from(results: Results, epoch: str) -> tuple[Measure, ...]:
    """What the case names first of scenarios that start at an epoch."""
    told = zip(headline(results), results.headline, strict=True)
    return tuple(measure for measure, line in told if line.is_told_from(epoch))


def measures(results: Results) -> tuple[Measure, ...]:
    """What the report tells of every scenario: settlement, then the case's own headline."""
    return (*settled(results.case), *headline(results))


def class_shares(runs: Runs) -> tuple[Estimate, ...]:
    """The share of each settlement class, in the case's order; none if all runs failed."""
    return () if runs.failed.all() else tuple(runs.share(name) for name in runs.sweep.case.classes)


def shares_upto(runs: Runs) -> tuple[Estimate, ...]:
    """The share of each settlement class with all before it, in the case's order; none if all runs failed."""
    if runs.failed.all():
        return ()
    classes = np.cumsum([runs.values(name) for name in runs.sweep.case.classes], axis=0)
    return tuple(estimate(one, yes_no=True, weights=runs.weights) for one in classes)


def can_turn(runs: Runs) -> bool:
    """Whether the regime can still turn: a war turns it, and the epoch's regime is the case's first."""
    case = runs.sweep.case
    turns = any(war.turns_regime for war in case.wars.values())
    return turns and case.epochs[runs.sweep.scenario.epoch].regime == case.regimes[0]


# --- scenarios that share a starting point ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Scenarios that start at the same epoch and run over the same horizon.

    Attributes:
        epoch: its name.
        horizon: weeks.
        baselines: the runs of `status_quo` by label; more than one where a sweep fixes uncertainties.
        cells: the others, in order.
    """

    epoch: str
    horizon: int
    baselines: Mapping[str, Runs]
    cells: tuple[Result, ...]

    @property
    def baseline(self) -> Runs:
        """The first of the baselines, or of the cells where there is none."""
        return self.everything[0][1]

    @property
    def everything(self) -> tuple[tuple[str, Runs], ...]:
        """Label and runs of the baselines, then of the cells."""
        return (*self.baselines.items(), *((cell.label, cell.runs) for cell in self.cells))


def baseline_label(runs: Runs) -> str:
    """`status_quo`, with what is fixed or off where anything is."""
    scenario = runs.sweep.scenario
    fixed = [f"{name}={value:g}" for name, value in scenario.fixed.items()]
    off = [f"off=[{','.join(scenario.off)}]"] if scenario.off else []
    theory = [f"theory={scenario.theory.theory}"] if scenario.theory.changes else []
    return " ".join([scenario.scenario, *fixed, *off, *theory])


def groups(case: Case, cells: Sequence[Result]) -> tuple[Group, ...]:
    """The cells by epoch, in the case's order, and horizon; each with its baselines."""
    order = list(case.epochs)
    keys = {(cell.scenario.epoch, cell.scenario.horizon) for cell in cells}
    found = []
    for epoch, horizon in sorted(keys, key=lambda key: (order.index(key[0]), key[1])):
        inside = [cell for cell in cells if (cell.scenario.epoch, cell.scenario.horizon) == (epoch, horizon)]
        own = {cell.label: cell.runs for cell in inside if cell.paired is None}
        paired = {baseline_label(cell.paired): cell.paired for cell in inside if cell.paired is not None}
        known = {baseline_label(runs) for runs in own.values()}
        baselines = own | {label: runs for label, runs in paired.items() if label not in known}
        found.append(Group(epoch, horizon, baselines, tuple(cell for cell in inside if cell.paired is not None)))
    return tuple(found)


def failed_runs(results: Results) -> int:
    """How many runs of all cells failed, those of their baselines once; a large sweep is gone through cell by cell."""
    found: dict[tuple[str, str, int], int] = {}
    for cell in results:
        whole = [(cell.runs, baseline_label(cell.runs) if cell.paired is None else f"cell {cell.label}")]
        whole += [] if cell.paired is None else [(cell.paired, baseline_label(cell.paired))]
        for runs, label in whole:
            if failed := len(runs.errors()):
                found[label, runs.sweep.scenario.epoch, runs.sweep.scenario.horizon] = failed
    return sum(found.values())


def examples(runs: Runs) -> dict[str, int]:
    """The number of a typical run of each settlement class that occurs, of the first that end so: see `_typical`."""
    ends = {name: np.flatnonzero(runs.values(name) == 1.0)[:MOST_ALIKE] for name in runs.sweep.case.classes}
    asked = np.concatenate([*ends.values()])
    columns = [name for name, column in runs.columns.items() if not column.is_code]
    numbers = np.stack([runs.values(name).ravel()[asked] for name in columns])
    parts = np.split(numbers, np.cumsum([len(those) for those in ends.values()])[:-1], axis=1)
    found = zip(ends.items(), parts, strict=True)
    return {name: int(those[_typical(part)]) for (name, those), part in found if len(those)}


def _typical(numbers: NDArray[np.float64]) -> int:
    """Which of some runs is nearest to the middle of all of them; of several the first.

    Nearest by the sum over all outcomes of how far a run is from their median, in standard deviations; to lack a value
    that most have, or to have one that most lack, is one of these.

    Args:
        numbers: (outcomes, runs), NaN where a run has none.

    >>> _typical(np.array([[9.0, 1.0, 2.0], [0.0, 0.0, 0.0], [np.nan, 4.0, np.nan]]))
    2
    """
    known = ~np.isnan(numbers)
    usual = known.mean(axis=1, keepdims=True) > 0.5
    apart = np.where(known != usual, 1.0, 0.0)
    for row in np.flatnonzero(usual):
        held = numbers[row, known[row]]
        if (wide := float(held.std())) > 0.0:
            apart[row, known[row]] = np.abs(held - np.median(held)) / wide
    return int(apart.sum(axis=0).argmin())
