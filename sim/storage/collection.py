"""The cells of a plan, read from its folder when they are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.analysis.weights import Weights
from sim.case.columns import Column
from sim.experiment.plan import Plan
from sim.experiment.results import Result
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.storage import files as files_module
from sim.storage import tables
from sim.storage.blocks import Blocks
from sim.storage.plans import missing, prepare, read_plan
from sim.storage.work import Part, cells_in_part, part_at, parts_of, run_parts_of

READ_BANDS = 8  # cells whose bands stay at hand, some 10 MB each


@dataclass(frozen=True)
class Extent:
    """How much of a plan there is to look at: some cells, each with its first draws.

    What it shows is what a smaller sweep would: the draws of a plan are the same however many follow.

    Attributes:
        cells: their numbers, in order; none is a baseline that was not asked for.
        draws: of each.
    """

    cells: tuple[int, ...]
    draws: int


@dataclass(frozen=True)
class Collection(Sequence[Result]):
    """The cells of a plan that were asked for, read from their folder when they are looked at.

    Attributes:
        plan: the plan.
        folder: of the plan.
        extent: what is looked at of a plan that is not whole; None for everything.
        weights: of the draws, (draws,); None: all count alike.
    """

    plan: Plan
    folder: Path
    extent: Extent | None = None
    weights: Weights = field(default=None, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        """What it was made of; what was read stays with this process."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def __len__(self) -> int:
        return self.plan.asked if self.extent is None else len(self.extent.cells)

    @property
    def draws(self) -> int:
        """Draws of each cell."""
        return self.plan.draws if self.extent is None else self.extent.draws

    def __repr__(self) -> str:
        plan = self.plan
        size = f"{counted(self.draws, 'draw')} x {counted(plan.runs, 'run')}"
        return f"<{counted(len(self), 'cell')} of {size} in {self.folder}>"

    @overload
    def __getitem__(self, number: int) -> Result: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Result, ...]: ...
    def __getitem__(self, number: int | slice) -> Result | tuple[Result, ...]:
        """A cell by its number."""
        if isinstance(number, slice):
            return tuple(self[n] for n in range(*number.indices(len(self))))
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        number %= len(self)
        cell = self.plan.cell(number if self.extent is None else self.extent.cells[number])
        paired = None if cell.baseline is None else self.runs(cell.baseline)
        return Result(cell.label, cell.swept, self.runs(cell.number), paired)

    @cached_property
    def runs(self) -> Callable[[int], CellRuns]:
        """The runs of a cell, baselines included; the last ones asked for stay at hand."""
        return lru_cache(64)(lambda number: CellRuns(self, number).weighted(self.weights))

    @cached_property
    def files(self) -> dict[tuple[str, int], Path]:
        """The files, by kind and part; `InputError` where parts are missing."""
        found = files_module.named_files(self.folder)
        gone = missing(self.folder, self.plan) if self.extent is None else []
        if gone:
            named = ", ".join(str(part.number) for part in gone[:5]) + (", ..." if len(gone) > 5 else "")
            problem = f"{len(gone):,} of {parts_of(self.plan):,} parts are missing ({named})"
            allowed = "start the same again in this folder, or jirga resume out=FOLDER: it adds them"
            raise InputError(self.folder, "", problem, allowed=allowed)
        return found

    @cached_property
    def blocks(self) -> Blocks:
        """The outcome columns of the runs of a part, by its number."""
        names = [column.name for column in self.plan.sweep(0).columns]
        return Blocks(run_parts_of(self.plan), self.plan.total, names, lambda part: self.files["runs", part])

    @cached_property
    def counts(self) -> Callable[[int], NDArray[np.int32]]:
        """The bands of a cell; the last ones read stay at hand, for a page asks for one quantity after the other."""
        return lru_cache(READ_BANDS)(self._counts)

    def _counts(self, cell: int) -> NDArray[np.int32]:
        columns = ["week", "column", "bin", "runs"]
        return tables.counts_of(self.plan.sweep(cell), self.of_cell("bands", cell, columns))

    def of_cell(self, kind: str, cell: int, columns: list[str]) -> list[pa.Table]:
        """The rows of a cell in the files of a kind."""
        if not self.plan.keeps_weeks:
            raise InputError(self.folder, kind, "are not kept by a plan of this many cells")
        mine = [("cell", "==", cell)]
        paths = [self.files[kind, part.number] for part in self.parts_of(cell)]
        return [pq.read_table(path, columns=columns, filters=mine) for path in paths]

    @cached_property
    def errors(self) -> dict[int, dict[int, str]]:
        """What went wrong, by cell and number of the run."""
        found: dict[int, dict[int, str]] = {}
        numbers = dict.fromkeys(part.number for cell in self._looked_at() for part in self.parts_of(cell))
        for part in map(partial(part_at, self.plan), numbers):
            columns = ["cell", "draw", "run", "error"]
            wrong = pq.read_table(self.files["runs", part.number], columns=columns, filters=[("error", "!=", "")])
            for row in wrong.to_pylist():
                found.setdefault(row["cell"], {})[row["draw"] * self.plan.runs + row["run"]] = row["error"]
        return found

    def _looked_at(self) -> Iterable[int]:
        """The numbers of the cells that are looked at, baselines and all."""
        if self.extent is None:
            return range(len(self.plan))
        cells = map(self.plan.cell, self.extent.cells)
        return sorted({number for cell in cells for number in (cell.number, cell.baseline) if number is not None})

    def parts_of(self, cell: int) -> list[Part]:
        """The parts that hold a cell's runs, as far as they are looked at."""
        step, shards = cells_in_part(self.plan), self.plan.shards
        if self.extent is not None:
            shards = -(-self.extent.draws // self.plan.sweep(cell).shard_draws)
        first = cell * self.plan.shards
        numbers = [cell // step] if step > 1 else range(first, first + shards)
        return [part_at(self.plan, n) for n in numbers]


class CellRuns(Runs):
    """The runs of one cell of a plan on disk: a column is read when it is asked for."""

    def __init__(self, collection: Collection, number: int) -> None:
        super().__init__(replace(collection.plan.sweep(number), draws=collection.draws))
        self._collection = collection
        self._number = number

    def read(self, column: Column) -> NDArray[Any]:
        """One outcome column of all runs."""
        total, found = self.sweep.total, []
        for part in self._collection.parts_of(self._number):
            whole = self._collection.blocks.column(part.number, column.name)
            first = (self._number - part.first) * total
            found.append(whole if part.shard is not None else whole[first : first + total])
        return np.concatenate(found)

    def errors(self) -> dict[int, str]:
        """What went wrong, by the number of the run."""
        return dict(self._collection.errors.get(self._number, {}))

    def draws_table(self) -> NDArray[np.float32]:
        """The draws, (draws, uncertainties), drawn again: they are a function of seed and number."""
        table = self.sweep.uncertainty.table(self.sweep.draws, self.sweep.seed)
        return np.asarray(table, dtype=np.float32)

    def path_values(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Numbers of the runs with a path, and their weeks."""
        columns = ["number", *(column.name for column in self.sweep.weekly)]
        return tables.paths_of(self.sweep, self._collection.of_cell("paths", self._number, columns))

    def band_counts(self) -> NDArray[np.int32]:
        """How many runs fell into each bin."""
        return self._collection.counts(self._number)


# --- opening ---------------------------------------------------------------------------------------------------------


def open_plan(folder: Path) -> Collection:
    """Open a plan on disk, with the case and the numbers that it was made with.

    Raises:
        InputError: there is none, parts are missing or broken, or another engine or case made it.
    """
    plan = read_plan(folder)
    prepare(folder, plan)  # what was read is what was written
    found = Collection(plan, checked(folder))
    found.files  # noqa: B018 - what is missing is told of at the door
    return found


def extent(folder: Path, plan: Plan) -> Extent:
    """What can be looked at of a plan that is not whole: of all choices of cells and draws, the one with the most runs.

    A cell counts with the draws that come before its first missing part, and no further than its baseline.

    Raises:
        InputError: no cell has a part and the same part of its baseline.
    """
    gone = {part.number for part in missing(folder, plan)}
    ready = [_ready(plan, number, gone) for number in range(len(plan))]
    pairs = [plan.cell(number).baseline for number in range(plan.asked)]
    drawn = [min(ready[n], ready[n if pair is None else pair]) for n, pair in enumerate(pairs)]
    sizes = Counter(drawn)
    del sizes[0]
    if not sizes:
        allowed = "jirga status out=FOLDER tells what is there"
        raise InputError(folder, "", "no cell has a part that its baseline has too", allowed=allowed)
    most = max(sizes, key=lambda draws: (draws * sum(1 for one in drawn if one >= draws), -draws))
    return Extent(tuple(n for n, one in enumerate(drawn) if one >= most), most)


def _ready(plan: Plan, cell: int, gone: set[int]) -> int:
    """The draws of a cell before its first missing part."""
    step, shards = cells_in_part(plan), plan.shards
    if step > 1:
        return 0 if cell // step in gone else plan.draws
    first = next((n for n in range(shards) if cell * shards + n in gone), shards)
    return min(first * plan.sweep(cell).shard_draws, plan.draws)


def checked(folder: Path) -> Path:
    """A plan's folder, if every byte in it is what was written; `InputError` names the first file that is broken."""
    whole = set(files_module.whole_files(folder).values())
    broken = [path for path in files_module.named_files(folder).values() if path not in whole]
    if broken:
        problem = (
            f"{'a file is' if len(broken) == 1 else f'{len(broken)} files are'} broken: not the bytes that were written"
        )
        raise InputError(broken[0], "", problem, allowed="jirga resume out=FOLDER verify=true: it makes them again")
    return folder
