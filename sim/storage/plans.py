"""A plan's runs in one folder: few large files for many cells, whole or not there, taken up where they were left.

The work is cut into parts of about `SHARD_RUNS` runs: several cells, or a shard of one. A part is one file of each
kind, written as `sim.storage.sweeps` writes the shards of one sweep, with the cell's number and the swept values as
columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.case.columns import Column
from sim.case.happening import LONGEST
from sim.case.loading import load_case
from sim.case.scenario import scenario_of
from sim.engine.computing import progress_bar
from sim.engine.engine import Engine, Told
from sim.engine.sweep import Sweep
from sim.evidence.loading import load_evidence
from sim.experiment.grid import Axis, Grid, Value, text
from sim.experiment.plan import Plan
from sim.experiment.results import Result
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.storage import files as files_module
from sim.storage import provenance
from sim.storage import tables as tables_module
from sim.storage.work import Part, cells_in_part, part_at, parts
from sim.version import results_digest

CONFIGURATION = "plan.json"
FORMAT = 2


READ_BANDS = 8  # cells whose bands stay at hand, some 10 MB each
READ_COLUMNS = 256  # columns of parts that stay at hand while cells are read


def configuration(plan: Plan) -> dict[str, Any]:
    """Everything that decides the numbers of a plan, as plain data."""
    grid = plan.grid
    names = next((axis.values for axis in grid.axes if axis.key == "scenario"), ())
    bases = [grid.named(str(name)) for name in names] or ([grid.base] if grid.base else [])
    return {
        "format": FORMAT,
        "results_epoch": provenance.RESULTS_EPOCH,
        "engine": results_digest(),
        "case": grid.case.case,
        "digests": provenance.case_digests(grid.case),
        "scenarios": {scenario.scenario: provenance.scenario_data(scenario) for scenario in bases},
        "axes": {axis.key: [text(value) for value in axis.values] for axis in grid.axes},
        "baseline": provenance.scenario_data(base) if (base := grid.baseline(plan.cell(0).scenario)) else None,
        "passes": list(plan.passes),
        "implied": plan.implied,
        "seed": plan.seed,
        "draws": plan.draws,
        "runs": plan.runs,
        "paths": plan.paths,
        "band_runs": plan.band_runs,
    }


def kinds(plan: Plan) -> tuple[str, ...]:
    """The kinds of files that a part has; the runs come last, so that a part with runs is whole."""
    return ("paths", "bands", "runs") if plan.keeps_weeks else ("runs",)


def prepare(folder: Path, plan: Plan) -> None:
    """Make the folder of a plan, or make sure that it is one of the same configuration; `InputError` otherwise."""
    files_module.prepare(folder, configuration(plan), CONFIGURATION, "a plan")


def missing(folder: Path, plan: Plan) -> list[Part]:
    """The parts of which a file is not there, or broken."""
    whole = files_module.whole_files(folder)
    return [part for part in parts(plan) if any((kind, part.number) not in whole for kind in kinds(plan))]


def run_plan(plan: Plan, folder: Path, *, threads: int | None = None, progress: bool | None = None) -> Collection:
    """Compute what a folder still misses of a plan, and open it.

    Raises:
        InputError: the folder is another plan's, cannot be written to, or the disk is full.
    """
    prepare(folder, plan)
    files_module.clear_away(folder)
    _write_draws(plan, folder)
    todo = missing(folder, plan)
    total = sum(_runs_in(plan, part) for part in todo)
    with progress_bar(total, progress, "runs") as told:
        for part in todo:
            _write_part(plan, folder, part, threads, told)
    return Collection(plan, folder)


def _runs_in(plan: Plan, part: Part) -> int:
    if part.shard is None:
        return (part.last - part.first) * plan.draws * plan.runs
    sweep = plan.sweep(part.first)
    return (min((part.shard + 1) * sweep.shard_draws, sweep.draws) - part.shard * sweep.shard_draws) * sweep.runs


def _write_draws(plan: Plan, folder: Path) -> None:
    """One table of draws for each epoch: what is fixed in a cell stands in its columns of the runs."""
    whole = files_module.whole_files(folder)
    seen: set[str] = set()
    for cell in plan:
        epoch = cell.scenario.epoch
        number = plan.grid.case.number("epochs", epoch)
        if epoch in seen or ("draws", number) in whole:
            continue
        seen.add(epoch)
        sweep = replace(plan.sweep(cell.number), known=plan.grid.uncertainty(replace(cell.scenario, fixed={})))
        files_module.write_table(folder, "draws", number, _draws(sweep, epoch), _provenance(plan))


def _draws(sweep: Sweep, epoch: str) -> pa.Table:
    table = tables_module.draws_table(sweep, sweep.uncertainty.table(sweep.draws, sweep.seed).astype(np.float32), 0)
    return table.add_column(0, "epoch", pa.array([epoch] * table.num_rows).dictionary_encode())


def _provenance(plan: Plan) -> dict[str, str]:
    return provenance.provenance(configuration(plan))


def _write_part(plan: Plan, folder: Path, part: Part, threads: int | None, told: Told) -> None:
    tables: dict[str, list[pa.Table]] = {kind: [] for kind in kinds(plan)}
    for number in range(part.first, part.last):
        sweep = plan.sweep(number)
        engine = Engine(sweep, threads)
        for n in range(sweep.shards) if part.shard is None else (part.shard,):
            shard = engine.shard(n, told)
            for kind, found in tables.items():
                found.append(_with_cell(plan, number, tables_module.TABLES[kind](sweep, shard)))
    for kind, found in tables.items():
        files_module.write_table(folder, kind, part.number, pa.concat_tables(found), _provenance(plan))


def _with_cell(plan: Plan, number: int, table: pa.Table) -> pa.Table:
    """A table of one cell, with the cell's number, scenario and swept values as its first columns."""
    cell = plan.cell(number)
    named: list[tuple[str, pa.DataType, Any]] = [
        ("cell", pa.int32(), number),
        ("baseline", pa.int32(), cell.baseline),
        ("scenario", pa.string(), cell.scenario.scenario),
    ]
    for axis in plan.swept:
        numbers = all(isinstance(value, int | float) for value in axis.values)
        named.append((axis.key, pa.float64() if numbers else pa.string(), cell.swept.get(axis.key)))
    for place, (name, kind, value) in enumerate(named):
        column = pa.nulls(table.num_rows, kind) if value is None else pa.repeat(pa.scalar(value, kind), table.num_rows)
        table = table.add_column(place, pa.field(name, kind), column)
    return table


def open_plan(folder: Path) -> Collection:
    """Open a plan on disk.

    Raises:
        InputError: there is none, parts are missing or broken, or what decides its numbers has changed since.
    """
    stored = files_module.read_configuration(folder, CONFIGURATION)
    if stored is None:
        raise InputError(folder, "", "holds no plan", allowed="a folder that a plan was written to")
    plan = _plan_of(stored, str(folder / CONFIGURATION))
    changed = files_module.differences(stored, json.loads(json.dumps(configuration(plan))))
    if changed:
        raise InputError(folder, "", "what decides its numbers has changed: " + "; ".join(changed))
    gone = missing(folder, plan)
    if gone:
        problem = f"{len(gone)} of {counted(len(parts(plan)), 'part')} missing or broken"
        raise InputError(folder, "", problem, allowed="start the same again in this folder: it adds what is missing")
    return Collection(plan, folder)


def _plan_of(stored: dict[str, Any], file: str) -> Plan:
    """The plan that a configuration describes, of the case and evidence as they are now."""
    case = load_case(stored["case"])
    evidence = load_evidence(case.folder / "evidence", stored["passes"] or None, stored["implied"], case=case)
    axes = tuple(Axis(key, tuple(_value(key, told) for told in values)) for key, values in stored["axes"].items())
    base = None
    if "scenario" not in stored["axes"]:
        (data,) = stored["scenarios"].values()
        # Events may come after a horizon that was shortened: it is read at the longest, then shortened again.
        base = scenario_of(case, {**data, "horizon": LONGEST}, file=file).change(horizon=data["horizon"])
    sizes = {name: stored[name] for name in ("draws", "runs", "seed", "paths", "band_runs", "implied")}
    return Plan(Grid(case, evidence, axes, base, file), passes=tuple(stored["passes"]), **sizes)


def _value(key: str, told: str) -> Value:
    """A value of an axis from its text (`sim.experiment.grid.text`)."""
    if key in ("scenario", "epoch"):
        return told
    if key == "off":
        return tuple(name for name in told.strip("[]").split(",") if name)
    return int(told) if key == "horizon" else float(told)


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Collection(Sequence[Result]):
    """The cells of a plan that were asked for, read from their folder when they are looked at."""

    plan: Plan
    folder: Path

    def __getstate__(self) -> dict[str, Any]:
        """What it was made of; what was read stays with this process."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def __len__(self) -> int:
        return self.plan.asked

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
        cell = self.plan.cell(number % len(self))
        paired = None if cell.baseline is None else self.runs(cell.baseline)
        return Result(cell.label, cell.swept, self.runs(cell.number), paired)

    @cached_property
    def runs(self) -> Callable[[int], CellRuns]:
        """The runs of a cell, baselines included; the last ones asked for stay at hand."""
        return lru_cache(64)(lambda number: CellRuns(self, number))

    @cached_property
    def files(self) -> dict[tuple[str, int], Path]:
        """The whole files, by kind and part."""
        return files_module.whole_files(self.folder)

    @cached_property
    def column(self) -> Callable[[int, str], Any]:
        """A column of the runs of a part; the last ones read stay at hand."""
        return lru_cache(READ_COLUMNS)(self._column)

    def _column(self, part: int, name: str) -> Any:
        return tables_module.numbers_of(pq.read_table(self.files["runs", part], columns=[name]).column(name))

    @cached_property
    def counts(self) -> Callable[[int], NDArray[np.int64]]:
        """The bands of a cell; the last ones read stay at hand, for a page asks for one quantity after the other."""
        return lru_cache(READ_BANDS)(self._counts)

    def _counts(self, cell: int) -> NDArray[np.int64]:
        columns = ["week", "column", "bin", "runs"]
        return tables_module.counts_of(self.plan.sweep(cell), self.of_cell("bands", cell, columns))

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
        for part in parts(self.plan):
            columns = ["cell", "draw", "run", "error"]
            wrong = pq.read_table(self.files["runs", part.number], columns=columns, filters=[("error", "!=", "")])
            for row in wrong.to_pylist():
                found.setdefault(row["cell"], {})[row["draw"] * self.plan.runs + row["run"]] = row["error"]
        return found

    def parts_of(self, cell: int) -> list[Part]:
        """The parts that hold a cell's runs."""
        step, shards = cells_in_part(self.plan), self.plan.sweep(0).shards
        numbers = [cell // step] if step > 1 else range(cell * shards, (cell + 1) * shards)
        return [part_at(self.plan, n) for n in numbers]


class CellRuns(Runs):
    """The runs of one cell of a plan on disk: a column is read when it is asked for."""

    def __init__(self, collection: Collection, number: int) -> None:
        super().__init__(collection.plan.sweep(number))
        self._collection = collection
        self._number = number

    def read(self, column: Column) -> NDArray[Any]:
        """One outcome column of all runs."""
        total, found = self.sweep.total, []
        for part in self._collection.parts_of(self._number):
            whole = self._collection.column(part.number, column.name)
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
        return tables_module.paths_of(self.sweep, self._collection.of_cell("paths", self._number, columns))

    def band_counts(self) -> NDArray[np.int64]:
        """How many runs fell into each bin."""
        return self._collection.counts(self._number)
