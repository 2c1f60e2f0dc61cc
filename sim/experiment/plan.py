"""A plan: the cells of a grid, each with its baseline and the sweep that is computed for it.

A cell's baseline is `status_quo` at the same epoch, over the same horizon, with the same fixed values and switches, and
so with the same draws and luck.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sim.case.columns import Column
from sim.case.scenario import BASELINE, Scenario
from sim.engine.sweep import SHARD_RUNS, Sweep
from sim.experiment.grid import Axis, Grid, text
from sim.inputs.frozen import Frozen
from sim.world.uncertainty import Uncertainty

WEEKLY_CELLS = 100  # a plan of more cells keeps no paths and no weekly bands, which would outweigh its runs


@dataclass(frozen=True)
class PlannedSweep(Sweep):
    """A sweep that shares its evidence and priors with the other cells of a plan.

    Attributes:
        known: evidence and priors, made once; None: the sweep makes its own.
        followed: the weekly columns that are kept, in the case's order; None for all.
    """

    known: Uncertainty | None = field(default=None, compare=False, repr=False)
    followed: tuple[str, ...] | None = field(default=None, repr=False)

    @cached_property
    def weekly(self) -> tuple[Column, ...]:
        """The columns of paths and bands: those that are followed."""
        every = super().weekly
        return every if self.followed is None else tuple(one for one in every if one.name in self.followed)

    @cached_property
    def uncertainty(self) -> Uncertainty:
        """The joint prior, with what the scenario fixes and switches off."""
        return super().uncertainty if self.known is None else self.known


@dataclass(frozen=True)
class Cell:
    """One point of the grid.

    Attributes:
        number: its place in the plan; baselines come after the cells that were asked for.
        scenario: the scenario with the cell's levers, epoch, horizon, fixed values and switches.
        swept: the cell's values of the axes with more than one, but for the scenario's name.
        baseline: the number of the cell that it is compared with; None for a baseline itself.
    """

    number: int
    scenario: Scenario
    swept: Mapping[str, str | float]
    baseline: int | None

    @property
    def label(self) -> str:
        """The scenario's name, and the swept values."""
        return labelled(self.scenario, self.swept)


def labelled(scenario: Scenario, swept: Mapping[str, str | float]) -> str:
    """The label of a cell: its scenario's name, and the swept values."""
    return " ".join([scenario.scenario, *(f"{key}={text(value)}" for key, value in swept.items())])


@dataclass(frozen=True)
class Plan:
    """A grid, and how much of it is simulated.

    Attributes:
        grid: the cells that were asked for.
        draws: draws of everything uncertain, in each cell.
        runs: runs of chance for each draw.
        seed: of all chance.
        paths: runs of each cell that leave every week; see `WEEKLY_CELLS`.
        band_runs: runs of each cell that make its weekly bands; see `WEEKLY_CELLS`.
        passes: the coding passes that count.
        implied: whether rows that are only implied count.
        part_runs: runs of one part of the work, about: a part is computed, kept and missed as a whole.
    """

    grid: Grid
    draws: int
    runs: int
    seed: int = 1
    paths: int = 0
    band_runs: int = 0
    passes: tuple[str, ...] = ()
    implied: bool = True
    part_runs: int = SHARD_RUNS

    @property
    def asked(self) -> int:
        """How many cells were asked for."""
        return len(self.grid)

    def __len__(self) -> int:
        return self.asked + len(self._pairs[1])

    @property
    def total(self) -> int:
        """How many runs in all, baselines and all."""
        return len(self) * self.draws * self.runs

    @cached_property
    def _pairs(self) -> tuple[array[int], tuple[int, ...], int]:
        """The baseline of every cell (-1: none), the cells whose baselines are further cells, and all cells' weeks.

        Every cell is made once on the way, so that an impossible one is told of before anything runs.
        """
        known: dict[tuple[Any, ...], int] = {}
        keys: list[tuple[Any, ...]] = []
        for number in range(self.asked):
            scenario = self.grid.scenario(number)
            keys.append(
                (scenario.epoch, scenario.horizon, scenario.off, scenario.theory, tuple(sorted(scenario.fixed.items())))
            )
            if scenario.scenario == BASELINE:
                known.setdefault(keys[-1], number)
        further: list[int] = []
        weeks = sum(key[1] for key in keys)
        for number, key in enumerate(keys):
            if key not in known and self.grid.baseline(self.grid.scenario(number)) is not None:
                known[key] = self.asked + len(further)
                further.append(number)
                weeks += key[1]
        return array("q", [known.get(key, -1) for key in keys]), tuple(further), weeks

    @cached_property
    def shards(self) -> int:
        """Shards of each cell."""
        return self.sweep(0).shards

    @cached_property
    def epochs(self) -> Mapping[str, int]:
        """The epochs at which cells start, each with the first cell that does, in the order of those cells."""
        found: dict[str, int] = {}
        for number in range(self.asked):
            found.setdefault(self.grid.scenario(number).epoch, number)
        return found

    @property
    def weeks(self) -> int:
        """Simulated weeks in all."""
        return self._pairs[2] * self.draws * self.runs

    @cached_property
    def swept(self) -> tuple[Axis, ...]:
        """The axes with more than one value, but for the scenario's name."""
        return tuple(axis for axis in self.grid.axes if len(axis.values) > 1 and axis.key != "scenario")

    def cell(self, number: int) -> Cell:
        """A cell; those from `asked` on are baselines."""
        pairs, further, _ = self._pairs
        if number >= self.asked:
            scenario = self.grid.baseline(self.grid.scenario(further[number - self.asked]))
            assert scenario is not None  # it was there when the plan was made
            return Cell(number, scenario, Frozen(), None)
        point = self.grid.point(number)
        told = {axis.key: text(v) if isinstance(v := point[axis.key], tuple) else v for axis in self.swept}
        baseline = pairs[number] if pairs[number] not in (-1, number) else None
        return Cell(number, self.grid.scenario(number), Frozen(told), baseline)

    def __iter__(self) -> Iterator[Cell]:
        return (self.cell(number) for number in range(len(self)))

    @property
    def keeps_weeks(self) -> bool:
        """Whether cells keep paths and weekly bands."""
        return len(self) <= WEEKLY_CELLS

    def sweep(self, number: int) -> PlannedSweep:
        """What a cell computes."""
        scenario = self.cell(number).scenario
        paths, band_runs = (self.paths, self.band_runs) if self.keeps_weeks else (0, 0)
        return PlannedSweep(
            scenario, self.draws, self.runs, self.seed, self.passes, self.implied, paths, band_runs, self.part_runs,
            known=self.grid.uncertainty(scenario),
        )  # fmt: skip
