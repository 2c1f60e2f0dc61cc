"""Sweeps on disk: Parquet shards that are either whole or not there, and that can be taken up where they were left.

A folder holds `sweep.json` (the configuration: what decides the numbers), the case in `case/` and, for every shard, one
file of each kind: runs, draws, paths, bands. A file's name ends in a digest of its bytes, so a truncated or flipped one
is known without reading it. It is written under a temporary name, flushed to the disk, read back and checked, and only
then linked to its name, which fails rather than overwrite. A sweep interrupted at any moment goes on with what is
missing.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.case.columns import Column
from sim.engine.computing import compute
from sim.engine.engine import Shard
from sim.engine.sweep import Sweep
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.inputs.places import place
from sim.storage.blocks import Blocks
from sim.storage.files import (
    CONFIGURATION,
    FORMAT,
    KINDS,
    clear_away,
    named_files,
    prepare,
    read_configuration,
    whole_files,
    write_table,
)
from sim.storage.provenance import (
    RESULTS_EPOCH,
    carried_case,
    case_digests,
    case_files,
    notes,
    provenance,
    scenario_data,
    scenario_from,
)
from sim.storage.tables import TABLES, counts_of, numbers_of, paths_of
from sim.version import results_digest

if TYPE_CHECKING:
    import duckdb


def configuration(sweep: Sweep) -> dict[str, Any]:
    """Everything that decides the numbers of a sweep, as plain data."""
    plain = {
        "format": FORMAT,
        "results_epoch": RESULTS_EPOCH,
        "engine": results_digest(),
        "case": sweep.case.case,
        "digests": case_digests(sweep.case),
        "scenario": scenario_data(sweep.scenario),
        "passes": list(sweep.passes),
        "implied": sweep.implied,
        "seed": sweep.seed,
        "draws": sweep.draws,
        "runs": sweep.runs,
        "shard_runs": sweep.shard_runs,
        "paths": sweep.paths,
        "band_runs": sweep.band_runs,
    }
    found: dict[str, Any] = json.loads(json.dumps(plain))
    return found


def write_shard(folder: Path, sweep: Sweep, shard: Shard, kinds: Iterable[str] = KINDS) -> None:
    """Write the files of a shard, the runs last."""
    source = provenance(configuration(sweep))
    for kind in kinds:
        write_table(folder, kind, shard.number, TABLES[kind](sweep, shard), source)


def missing_shards(folder: Path, sweep: Sweep) -> list[int]:
    """Numbers of the shards of which a file is not there, or broken."""
    return _lacking(sweep, whole_files(folder))


def _lacking(sweep: Sweep, there: Container[tuple[str, int]]) -> list[int]:
    """Numbers of the shards of which one of the files is not there."""
    return [number for number in range(sweep.shards) if any((kind, number) not in there for kind in KINDS)]


def run_sweep(
    sweep: Sweep, folder: Path, *, threads: int | None = None, progress: bool | None = None, told: Any = None
) -> StoredRuns:
    """Compute what a folder still misses of a sweep, and open it.

    Args:
        sweep: the configuration.
        folder: its place; made if need be.
        threads: as in `sim.engine.engine.Engine`.
        progress: whether to show a bar; None: yes, without a terminal a line a minute.
        told: called with one line for every broken file that is done again.

    Raises:
        InputError: the folder is another sweep's, cannot be written to, or the disk is full.
    """
    prepare(folder, configuration(sweep), beside=case_files(sweep.case), notes=notes())
    for name in clear_away(folder):
        if told is not None:
            told(f"{folder / name}: its bytes are not what was written; this shard is done again")
    todo = _lacking(sweep, named_files(folder))  # what was broken has gone: nothing is read a second time
    with ThreadPoolExecutor(1) as writer:  # a shard is written while the next one is computed
        written: Future[None] | None = None
        for shard in compute(sweep, todo, threads=threads, progress=progress):
            if written is not None:
                written.result()
            written = writer.submit(write_shard, folder, sweep, shard)
            del shard  # else it would stay in memory until the next one is whole
        if written is not None:
            written.result()
    return StoredRuns(sweep, folder)


class StoredRuns(Runs):
    """A lazy view of a sweep on disk: a column is read when it is asked for."""

    def __init__(self, sweep: Sweep, folder: Path) -> None:
        super().__init__(sweep)
        self.folder = folder

    @cached_property
    def _files(self) -> dict[tuple[str, int], Path]:
        whole = whole_files(self.folder)
        gone = _lacking(self.sweep, whole)
        if gone:
            named = ", ".join(map(str, gone[:5])) + (", ..." if len(gone) > 5 else "")
            problem = f"{len(gone)} of {self.sweep.shards} shards are missing or broken ({named})"
            raise InputError(
                self.folder, "", problem, allowed="start the same sweep again in this folder: it adds them"
            )
        return whole

    def _of(self, kind: str) -> list[Path]:
        return [self._files[kind, number] for number in range(self.sweep.shards)]

    def _read(self, kind: str, columns: list[str]) -> list[pa.Table]:
        return [pq.read_table(path, columns=columns) for path in self._of(kind)]

    def read(self, column: Column) -> NDArray[Any]:
        """One outcome column of all runs."""
        return np.concatenate([self._blocks.column(shard, column.name) for shard in range(self.sweep.shards)])

    @cached_property
    def _blocks(self) -> Blocks:
        paths = self._of("runs")
        return Blocks(len(paths), self.sweep.total, list(self.columns), paths.__getitem__)

    def row(self, number: int) -> dict[str, Any]:
        """The outcome row of one run, read from its shard alone."""
        shard, inside = divmod(number, self.sweep.shard_draws * self.sweep.runs)
        table = pq.read_table(self._of("runs")[shard], columns=list(self.columns))
        return {name: numbers_of(table.slice(inside, 1).column(name))[0].item() for name in self.columns}

    def errors(self) -> dict[int, str]:
        """What went wrong, by the number of the run."""
        return dict(self._errors)

    @cached_property
    def _errors(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for path in self._of("runs"):
            wrong = pq.read_table(path, columns=["draw", "run", "error"], filters=[("error", "!=", "")])
            for row in wrong.to_pylist():
                found[row["draw"] * self.sweep.runs + row["run"]] = row["error"]
        return found

    def draws_table(self) -> NDArray[np.float32]:
        """The draws, (draws, uncertainties)."""
        names = list(self.uncertainties)
        tables = self._read("draws", names)
        return np.concatenate([np.column_stack([table.column(n).to_numpy() for n in names]) for table in tables])

    def path_values(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Numbers of the runs with a path, and their weeks."""
        return paths_of(self.sweep, self._read("paths", ["number", *(column.name for column in self.sweep.weekly)]))

    def band_counts(self) -> NDArray[np.int32]:
        """How many runs fell into each bin."""
        return counts_of(self.sweep, self._read("bands", ["week", "column", "bin", "runs"]))

    def query(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Ask the sweep in SQL: tables `runs`, `draws` (joined by draw), `paths`, `bands`; `.df()` gives pandas."""
        import duckdb

        connection = duckdb.connect()
        for kind in KINDS:
            files = connection.read_parquet([str(path) for path in self._of(kind)])
            files.create_view(kind)
        return connection.sql(sql)


def open_sweep(folder: str | Path) -> StoredRuns:
    """Open a sweep on disk, with the case that its folder carries.

    Raises:
        InputError: there is none, shards are missing or broken, or another engine or case made them.
    """
    folder = place(folder)
    stored = read_configuration(folder) if folder.is_dir() else None
    if stored is None:
        raise InputError(folder, "", "holds no sweep", allowed="a folder that a sweep was written to")
    file = folder / CONFIGURATION
    scenario = scenario_from(carried_case(folder, stored, file), stored["scenario"], file)
    sizes = ("draws", "runs", "seed", "implied", "paths", "band_runs", "shard_runs")
    sweep = Sweep(scenario, passes=tuple(stored["passes"]), **{name: stored[name] for name in sizes})
    prepare(folder, configuration(sweep))  # what was read is what was written
    found = StoredRuns(sweep, folder)
    found._files  # noqa: B018 - a broken sweep is told of at the door
    return found
