"""What a plan found: each of its cells with its runs and its pair, for the printed table, the files and the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.case.case import Case, Headline

if TYPE_CHECKING:
    from sim.case.scenario import Scenario
    from sim.experiment.runs import Runs


@dataclass(frozen=True)
class Result:
    """One cell of a plan and its runs.

    Attributes:
        label: the scenario's name, followed by the swept values where there are any; unlike every other's.
        swept: the values that this cell has of the keys that a sweep varies; empty in the main job.
        runs: its runs (`runs.outcomes`, `runs.values(what)`, `runs.bands(column)`, `runs.draws`, ...).
        paired: the runs of `status_quo` at the same epoch, over the same horizon, with the same fixed values, draws and
            luck; None for `status_quo` itself.
    """

    label: str
    swept: Mapping[str, str | float]
    runs: Runs
    paired: Runs | None

    @property
    def scenario(self) -> Scenario:
        """The scenario, as it was run."""
        return self.runs.sweep.scenario


@dataclass(frozen=True)
class Results:
    """All that a plan found.

    Attributes:
        case: the case.
        cells: the cells that were asked for, in order; read from the disk when they are looked at.
        draws: draws of everything uncertain, in each cell.
        runs: runs of chance for each draw.
        seed: of all chance.
        size: the name of the size, such as `draft`.
        folder: where the results are.
        command: the words that make the same results again.
        partial: what of the plan this is, in words, where it is not all of it; every page and table says so.
        weighted: which weights the draws have, in words, where they have some; likewise.
    """

    case: Case
    cells: Sequence[Result]
    draws: int
    runs: int
    seed: int
    size: str
    folder: Path
    command: str
    partial: str = ""
    weighted: str = ""

    @property
    def headline(self) -> tuple[Headline, ...]:
        """The outcomes that the printed table and the report tell first, as the case names them."""
        return self.case.headline

    @property
    def swept(self) -> tuple[str, ...]:
        """The keys that a sweep varies, in order; empty in the main job."""
        return tuple(self.cells[0].swept)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.cells)

    def __getitem__(self, label: str) -> Result:
        """The cell of this label; KeyError where there is none."""
        for cell in self.cells:
            if cell.label == label:
                return cell
        raise KeyError(label)
