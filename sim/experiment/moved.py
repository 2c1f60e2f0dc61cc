"""What a scenario moves: every outcome column against the baseline, corrected for how many were looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.discovery import adjusted, paired_chance, standardised
from sim.analysis.shares import ratio
from sim.case.answer import measurable
from sim.experiment.runs import Runs

FALSE_DISCOVERIES = 0.05  # the share of those called moved that may be luck
MOST_DEFINED = 0.9  # of all pairs of runs have both numbers: a column of few runs is not looked for among the others
SMALLEST = 0.05  # standard deviations: with one luck for both scenarios, enough draws tell any difference from luck


class Moved(NamedTuple):
    """One outcome column under two scenarios.

    Attributes:
        outcome: the column.
        gap: the mean paired difference, in the column's unit.
        standardised: the same in standard deviations of the runs (Cohen 1988).
        chance: how often luck alone would give as much (Student 1908).
        corrected: the same, corrected for the number of columns looked at (Benjamini & Hochberg 1995).
    """

    outcome: str
    gap: float
    standardised: float
    chance: float
    corrected: float

    @property
    def is_discovery(self) -> bool:
        """Whether it moves: by 0.05 standard deviations or more, and at most one in twenty of those that do is luck."""
        return self.corrected <= FALSE_DISCOVERIES and abs(self.standardised) >= SMALLEST


class Looked(NamedTuple):
    """All outcome columns under two scenarios.

    Attributes:
        columns: those that can be told, the largest standardised difference first.
        untold: those of which fewer than 90 % of all pairs of runs have both numbers (`MOST_DEFINED`).
    """

    columns: tuple[Moved, ...]
    untold: tuple[str, ...]

    @property
    def discoveries(self) -> tuple[Moved, ...]:
        """The columns that move, the largest first."""
        return tuple(one for one in self.columns if one.is_discovery)

    @property
    def by_name(self) -> Mapping[str, Moved]:
        """The columns that can be told, by name."""
        return {one.outcome: one for one in self.columns}


def looked_at(baseline: Runs, scenario: Runs) -> Looked:
    """Every outcome column that is an amount, a share, or a yes or no, under a scenario and its baseline."""
    return all_looked_at([(baseline, scenario)])[0]


def all_looked_at(pairs: Sequence[tuple[Runs, Runs]]) -> tuple[Looked, ...]:
    """The same of many pairs of a baseline and a scenario, all of one case.

    A column of all pairs is read before the next: on disk several of them share a file.
    """
    names = measurable(pairs[0][1].sweep.case) if pairs else ()
    by_column = [[_moved(name, *pair) for pair in pairs] for name in names]
    return tuple(_looked(names, [column[number] for column in by_column]) for number in range(len(pairs)))


def _moved(name: str, baseline: Runs, scenario: Runs) -> Moved | None:
    """One column, not corrected yet; None where it cannot be told."""
    first, second = baseline.values(name), scenario.values(name)
    if (~np.isnan(first) & ~np.isnan(second)).mean() < MOST_DEFINED:
        return None
    pairs = second - first
    gap = ratio(pairs, scenario.weights).value
    size = standardised(gap, first, second, scenario.weights)
    return Moved(name, gap, size, paired_chance(pairs, scenario.weights), np.nan)


def _looked(names: Sequence[str], columns: Sequence[Moved | None]) -> Looked:
    found = [one for one in columns if one is not None]
    untold = tuple(name for name, one in zip(names, columns, strict=True) if one is None)
    corrected = adjusted(np.array([one.chance for one in found]))
    told = [one._replace(corrected=float(value)) for one, value in zip(found, corrected, strict=True)]
    return Looked(tuple(sorted(told, key=lambda one: (-abs(one.standardised), one.outcome))), untold)


def by_place(found: Iterable[Moved], places: Mapping[str, str]) -> dict[str, tuple[Moved, ...]]:
    """Columns by the place that each belongs to, in the order in which the places first come."""
    gathered: dict[str, list[Moved]] = {}
    for one in found:
        gathered.setdefault(places[one.outcome], []).append(one)
    return {place: tuple(inside) for place, inside in gathered.items()}
