"""A plan's runs in one folder: few large files for many cells, whole or not there, taken up where they were left.

The folder is the plan: `plan.json` and the case in `case/` say all that decides its numbers, and are read back into a
plan, so that any process on any machine that sees the folder can do some of what is missing. The work is cut into
numbered parts: several cells, a shard of one, or a table of draws. A part is one file of each kind, written as
`sim.storage.sweeps` writes the shards of one sweep, with the cell's number and the swept values as columns.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.case.theory import theory_of
from sim.engine.computing import progress_bar
from sim.engine.engine import Engine, Told
from sim.evidence.loading import load_evidence
from sim.experiment.grid import FIXED, LEVERS, Axis, Grid
from sim.experiment.plan import Plan
from sim.inputs.errors import InputError
from sim.storage import files as files_module
from sim.storage import provenance
from sim.storage import tables as tables_module
from sim.storage.work import Part, part_at, parts, parts_of, runs_in
from sim.version import results_digest

CONFIGURATION = "plan.json"
SIZES = ("seed", "draws", "runs", "paths", "band_runs", "part_runs", "implied")


def configuration(plan: Plan) -> dict[str, Any]:
    """Everything that decides the numbers of a plan, as plain data."""
    grid = plan.grid
    names = next((axis.values for axis in grid.axes if axis.key == "scenario"), ())
    scenarios = [grid.named(str(name)) for name in names]
    plain = {
        "format": files_module.FORMAT,
        "results_epoch": provenance.RESULTS_EPOCH,
        "engine": results_digest(),
        "case": grid.case.case,
        "digests": provenance.case_digests(grid.case),
        "scenarios": {scenario.scenario: provenance.scenario_data(scenario) for scenario in scenarios},
        "base": provenance.scenario_data(grid.base) if grid.base else None,
        "axes": [
            [axis.key, [s.scenario for s in scenarios] if axis.key == "scenario" else _plain(axis)]
            for axis in grid.axes
        ],
        "baseline": provenance.scenario_data(base) if (base := grid.baseline(plan.cell(0).scenario)) else None,
        "theory": None if grid.theory is None else grid.theory.data(),
        "theories": {name: theory.data() for name, theory in grid.theories.items()},
        "passes": list(plan.passes),
        **{name: getattr(plan, name) for name in SIZES},
    }
    found: dict[str, Any] = json.loads(json.dumps(plain))
    return found


def _plain(axis: Axis) -> list[Any]:
    """The values of an axis; what can be any number is one, however it was written: 4 weeks are 4.0."""
    return [float(str(value)) if axis.key.startswith((LEVERS, FIXED)) else value for value in axis.values]


def read_plan(folder: Path) -> Plan:
    """The plan of a folder, as it was when the folder was begun.

    Raises:
        InputError: the folder is no plan's, or another engine or case made it.
    """
    stored = stored_plan(folder)
    file = folder / CONFIGURATION
    case = provenance.carried_case(folder, stored, file)
    evidence = load_evidence(case.folder / "evidence", stored["passes"] or None, stored["implied"], case=case)
    named = {name: provenance.scenario_from(case, data, file) for name, data in stored["scenarios"].items()}
    base = None if stored["base"] is None else provenance.scenario_from(case, stored["base"], file)
    axes = tuple(Axis(key, tuple(_value(value) for value in values)) for key, values in stored["axes"])
    theory = None if stored["theory"] is None else theory_of(stored["theory"], file=str(file))
    theories = {name: theory_of(data, file=str(file)) for name, data in stored["theories"].items()}
    grid = Grid(case, evidence, axes, base, str(file), named, theory, theories)
    return Plan(grid, passes=tuple(stored["passes"]), **{name: stored[name] for name in SIZES})


def stored_plan(folder: Path) -> Mapping[str, Any]:
    """What a plan's folder says of it, with its notes; `InputError` where there is none."""
    stored = files_module.read_configuration(folder, CONFIGURATION) if folder.is_dir() else None
    if stored is None:
        raise InputError(folder, "", "holds no plan", allowed="a folder that jirga has begun")
    return stored


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Failed = Callable[[Part, Exception], object]  # a part, and why it failed
Flawed = Callable[[Part, Mapping[str, int]], object]  # a part, why runs failed in it and how many


def _unheard(part: Part, messages: Mapping[str, int]) -> None:
    """Failed runs stand in the column `error` of the runs in any case."""


def kinds(plan: Plan) -> tuple[str, ...]:
    """The kinds of files that a part of runs has; the runs come last, so that a part with runs is whole."""
    return ("paths", "bands", "runs") if plan.keeps_weeks else ("runs",)


def prepare(folder: Path, plan: Plan, **notes: Any) -> None:
    """Make the folder of a plan, or make sure that it is one of the same configuration; `InputError` otherwise."""
    beside = provenance.case_files(plan.grid.case)
    files_module.prepare(
        folder, configuration(plan), CONFIGURATION, "a plan", beside=beside, notes=provenance.notes(**notes)
    )


def missing(folder: Path, plan: Plan) -> list[Part]:
    """The parts of which a file is not there; only names are looked at."""
    named = files_module.named_files(folder)
    return [part for part in parts(plan) if not is_whole(named, plan, part)]


def _files_of(plan: Plan, part: Part) -> list[tuple[str, int]]:
    """The files of a part, by kind and number."""
    if part.epoch is not None:
        return [("draws", part.number)]
    return [(kind, part.number) for kind in kinds(plan)]


def run_plan(
    plan: Plan,
    folder: Path,
    *,
    threads: int | None = None,
    progress: bool | None = None,
    failed: Failed | None = None,
    flawed: Flawed = _unheard,
) -> None:
    """Compute what a folder still misses of a plan, broken files and all.

    Args:
        plan: what to compute.
        folder: its place; made if need be.
        threads, failed, flawed: as in `run_parts`.
        progress: whether to show how far it is; None: yes, without a terminal a line a minute.

    Raises:
        InputError: the folder is another plan's, cannot be written to, or the disk is full.
    """
    prepare(folder, plan)
    files_module.clear_away(folder)
    todo = missing(folder, plan)
    with progress_bar(sum(runs_in(plan, part) for part in todo), progress, "runs") as told:
        numbers = [part.number for part in todo]
        run_parts(folder, numbers, threads=threads, told=told, failed=failed, flawed=flawed, plan=plan)


def run_parts(
    folder: str | Path,
    numbers: Iterable[int] | None = None,
    *,
    threads: int | None = None,
    told: Told = lambda runs: None,
    before: Callable[[Part], bool] = lambda part: True,
    failed: Failed | None = None,
    flawed: Flawed = _unheard,
    plan: Plan | None = None,
    named: Container[tuple[str, int]] | None = None,
) -> int:
    """Do those parts of a folder's plan that are not there yet: the one thing that every worker of a cluster does.

    Args:
        folder: of a plan.
        numbers: of the parts; None for all.
        threads: as in `sim.engine.engine.Engine`.
        told: hears of runs as they are done; an exception in it ends the work, with nothing half written.
        before: hears of each part that is about to be done; False ends the work.
        failed: hears of a part that failed, and the work goes on; None: the failure ends it.
        flawed: hears of each part just before it is whole, and of the runs in it that failed: a part that is there has
            been heard of.
        plan: the folder's own, if it has been read already.
        named: the files of the folder, if they are looked at already.

    Returns:
        How many parts were done.

    Raises:
        InputError: the folder is no plan's, its plan has no such part, or it cannot be written to.
    """
    place = Path(folder)
    plan = plan or read_plan(place)
    named = files_module.Names(place) if named is None else named
    done = 0
    for number in range(parts_of(plan)) if numbers is None else numbers:
        if not 0 <= number < parts_of(plan):
            raise InputError(place, "parts", f"there is no part {number}", allowed=f"0 to {parts_of(plan) - 1}")
        part = part_at(plan, number)
        if is_whole(named, plan, part):
            continue
        if not before(part):
            break
        try:
            write_part(plan, place, part, threads, told, flawed)
            done += 1
        except InputError:  # of the folder or its disk: no other part would go better
            raise
        except Exception as error:
            if failed is None:
                raise
            failed(part, error)
    return done


def is_whole(named: Container[tuple[str, int]], plan: Plan, part: Part) -> bool:
    """Whether all files of a part are among those of its folder."""
    return all(file in named for file in _files_of(plan, part))


def _draws(plan: Plan, part: Part) -> pa.Table:
    """Draws of one epoch: what is fixed in a cell stands in its columns of the runs."""
    assert part.epoch is not None
    number = plan.epochs[part.epoch]
    known = plan.grid.uncertainty(replace(plan.cell(number).scenario, fixed={}))
    sweep = replace(plan.sweep(number), known=known)
    drawn = known.table(part.last - part.first, plan.seed, part.first).astype(np.float32)
    table = tables_module.draws_table(sweep, drawn, part.first)
    return table.add_column(0, "epoch", pa.array([part.epoch] * table.num_rows).dictionary_encode())


def write_part(plan: Plan, folder: Path, part: Part, threads: int | None, told: Told, flawed: Flawed) -> None:
    """Compute a part and write its files; before the last one it is said why runs failed in it, and how many did."""
    source = provenance.provenance(configuration(plan))
    if part.epoch is not None:
        files_module.write_table(folder, "draws", part.number, _draws(plan, part), source)
        return
    messages: Counter[str] = Counter()
    tables: dict[str, list[pa.Table]] = {kind: [] for kind in kinds(plan)}
    for number in range(part.first, part.last):
        sweep = plan.sweep(number)
        engine = Engine(sweep, threads)
        for n in range(sweep.shards) if part.shard is None else (part.shard,):
            shard = engine.shard(n, told)
            messages.update(shard.errors.values())
            for kind, found in tables.items():
                found.append(_with_cell(plan, number, tables_module.TABLES[kind](sweep, shard)))
    flawed(part, messages)
    for kind, found in tables.items():
        files_module.write_table(folder, kind, part.number, pa.concat_tables(found), source)


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
