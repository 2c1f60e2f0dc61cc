"""Sweeps on disk: Parquet shards that are either whole or not there, and that can be taken up where they were left.

A folder holds `sweep.json` (the configuration: what decides the numbers) and, for every shard, one file of each kind:
runs, draws, paths, bands. A file's name ends in a digest of its bytes, so a truncated or flipped one is known without
reading it. It is written under a temporary name, flushed to the disk, read back and checked, and only then linked to
its name, which fails rather than overwrite. A sweep interrupted at any moment goes on with what is missing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim import __version__
from sim.case import Case, load_case
from sim.compiled import loaded_digest
from sim.ensemble import BINS, Shard, Sweep, compute
from sim.inputs import InputError
from sim.outcomes import Column
from sim.runs import Runs
from sim.scenario import Scenario, scenario_of

if TYPE_CHECKING:
    import duckdb

KINDS = ("draws", "paths", "bands", "runs")
NAME = re.compile(r"(draws|paths|bands|runs)-(\d{6})-([0-9a-f]{20})\.parquet")
TEMPORARY = re.compile(r"\.(\d+)@(.*)\.[0-9a-f]{32}\.part")
CONFIGURATION = "sweep.json"
FORMAT = 1
RESULTS_EPOCH = 1  # raised by every change that moves numbers of the same configuration
LIBRARIES = ("numba", "numpy", "pyarrow", "pydantic")
ROW_GROUP = 1 << 16
KIND_OF_ARROW = {"i1": pa.int8(), "i2": pa.int16(), "i4": pa.int32(), "f4": pa.float32()}


# ---------------------------------------------------------------- configuration and provenance


def scenario_data(scenario: Scenario) -> dict[str, Any]:
    """A scenario as plain data, as its file would hold it."""
    return {
        "scenario": scenario.scenario,
        "title": scenario.title,
        "question": scenario.question,
        "paragraphs": {article: list(numbers) for article, numbers in scenario.paragraphs.items()},
        "epoch": scenario.epoch,
        "horizon": scenario.horizon,
        "levers": {name: lever.model_dump() for name, lever in scenario.levers.items()},
        "events": [dict(event) for event in scenario.events],
        "fixed": dict(scenario.fixed),
        "off": list(scenario.off),
    }


def digest_of(files: Iterable[Path], root: Path) -> str:
    """A digest of files and their places below a folder."""
    digest = hashlib.sha256()
    for path in sorted(files):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()[:16]


def case_digests(case: Case) -> dict[str, str]:
    """Digests of the case and of its evidence."""
    folder = case.folder
    evidence = (path for path in (folder / "evidence").rglob("*") if path.suffix in (".csv", ".yaml"))
    return {
        "case": digest_of([folder / "case.yaml", *(folder / "epoch").glob("*.yaml")], folder),
        "evidence": digest_of(evidence, folder),
    }


def configuration(sweep: Sweep) -> dict[str, Any]:
    """Everything that decides the numbers of a sweep, as plain data."""
    plain = {
        "format": FORMAT,
        "results_epoch": RESULTS_EPOCH,
        "engine": loaded_digest(),
        "case": sweep.case.case,
        "digests": case_digests(sweep.case),
        "scenario": scenario_data(sweep.scenario),
        "reach": sweep.scenario.reach,
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


def differences(stored: Any, wanted: Any, key: str = "") -> list[str]:
    """Where two configurations differ, one line a key.

    >>> differences({"seed": 1, "runs": 2}, {"seed": 3, "runs": 2})
    ['seed: 1 there, 3 now']
    """
    if isinstance(stored, Mapping) and isinstance(wanted, Mapping):
        lines = []
        for name in dict.fromkeys([*stored, *wanted]):
            here = f"{key}.{name}" if key else str(name)
            lines += differences(stored.get(name), wanted.get(name), here)
        return lines
    return [] if stored == wanted else [f"{key}: {json.dumps(stored)} there, {json.dumps(wanted)} now"]


def provenance(decides: Mapping[str, Any]) -> dict[str, str]:
    """What every file says about where it comes from: the configuration that decides its numbers, and versions."""
    versions = {"jirga": __version__}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # pragma: no cover - a library that is imported is installed
            versions[name] = "unknown"
    return {
        "jirga.configuration": json.dumps(decides, sort_keys=True),
        "jirga.versions": json.dumps(versions, sort_keys=True),
    }


# ---------------------------------------------------------------- files


def _refuse(folder: Path, error: OSError) -> InputError:
    """One line for what the system says about writing."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        problem = "the disk is full; whole shards stay: free some space and start the same sweep again"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        problem = f"cannot be written to ({error.strerror})"
    else:
        problem = f"cannot be used ({error.strerror or error})"
    return InputError(folder, "out", problem)


def _sync_folder(folder: Path) -> None:
    """Let the folder's entries reach the disk, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def file_digest(path: Path) -> str:
    """A digest of a file's bytes: 20 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:20]


def _place(temporary: Path, final: Path) -> None:
    """Give a finished file its name, unless the name is taken: then the same bytes are there already."""
    try:
        os.link(temporary, final)
    except FileExistsError:
        if file_digest(final) != file_digest(temporary):  # a broken file of this name makes room for the whole one
            os.replace(temporary, final)
            return
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EXDEV, errno.EMLINK):
            raise
        os.rename(temporary, final)  # a file system without links
        return
    temporary.unlink()


def _write(folder: Path, write: Any, name: Any) -> Path:
    """Write a file that is there whole or not at all; `name` gives it one from the digest of its bytes."""
    temporary = folder / f".{os.getpid()}@{platform.node()}.{uuid.uuid4().hex}.part"
    try:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        final: Path = folder / name(file_digest(temporary))
        _place(temporary, final)
        _sync_folder(folder)
        return final
    except OSError as error:
        raise _refuse(folder, error) from None
    finally:
        temporary.unlink(missing_ok=True)


def write_table(folder: Path, kind: str, number: int, table: pa.Table, source: Mapping[str, str]) -> None:
    """Write one table as a file that is there whole or not at all, with its provenance."""
    metadata = {**source, "jirga.kind": kind, "jirga.shard": str(number)}
    table = table.replace_schema_metadata(metadata)

    def write(file: Any) -> None:
        pq.write_table(
            table, file, compression="zstd", row_group_size=ROW_GROUP, write_page_checksum=True,
            use_dictionary=[field.name for field in table.schema if not pa.types.is_floating(field.type)],
        )  # fmt: skip

    path = _write(folder, write, lambda digest: f"{kind}-{number:06}-{digest}.parquet")
    if pq.read_metadata(path).num_rows != table.num_rows:  # pragma: no cover - a disk that lies
        raise InputError(path, "", "was not written whole")


def _field(column: Column) -> pa.Field:
    described = {"unit": column.unit, "range": f"{column.low:g} to {column.high:g}", "meaning": column.meaning}
    return pa.field(column.name, KIND_OF_ARROW[column.kind], nullable=False, metadata=described)


def _runs_table(sweep: Sweep, shard: Shard) -> pa.Table:
    numbers = np.arange(len(shard.rows), dtype=np.int64) + shard.first * sweep.runs
    told = [shard.errors.get(int(number), "") for number in numbers] if shard.errors else [""] * len(numbers)
    fields = [
        pa.field("draw", pa.int64(), nullable=False, metadata={"unit": "number", "meaning": "number of the draw"}),
        pa.field("run", pa.int32(), nullable=False, metadata={"unit": "number", "meaning": "run within its draw"}),
        *map(_field, sweep.columns),
        pa.field("error", pa.string(), nullable=False, metadata={"unit": "text", "meaning": "why the run failed"}),
    ]
    arrays = [pa.array(numbers // sweep.runs), pa.array((numbers % sweep.runs).astype(np.int32))]
    arrays += [pa.array(np.ascontiguousarray(shard.rows[c.field][(slice(None), *c.place)])) for c in sweep.columns]
    return pa.Table.from_arrays([*arrays, pa.array(told, pa.string())], schema=pa.schema(fields))


def _draws_table(sweep: Sweep, shard: Shard) -> pa.Table:
    return draws_table(sweep, shard.draws, shard.first)


def draws_table(sweep: Sweep, draws: NDArray[np.float32], first: int) -> pa.Table:
    """Draws from number `first` on (draws, uncertainties), with unit, status and meaning of each."""
    priors = sweep.uncertainty.priors
    fields = [pa.field("draw", pa.int64(), nullable=False)]
    for prior in priors.columns:
        described = {"unit": prior.unit, "status": prior.status, "meaning": prior.meaning}
        fields.append(pa.field(prior.name, pa.float32(), nullable=False, metadata=described))
    numbers = np.arange(len(draws), dtype=np.int64) + first
    columns = [pa.array(np.ascontiguousarray(draws[:, c])) for c in range(draws.shape[1])]
    return pa.Table.from_arrays([pa.array(numbers), *columns], schema=pa.schema(fields))


def _paths_table(sweep: Sweep, shard: Shard) -> pa.Table:
    runs, weeks = shard.paths.shape[:2]
    flat = shard.paths.reshape(runs * weeks, len(sweep.weekly))
    fields = [pa.field("number", pa.int64(), nullable=False), pa.field("week", pa.int16(), nullable=False)]
    fields += [_field(column._replace(kind="f4")) for column in sweep.weekly]
    arrays = [pa.array(np.repeat(shard.path_runs, weeks)), pa.array(np.tile(np.arange(weeks, dtype=np.int16), runs))]
    arrays += [pa.array(np.ascontiguousarray(flat[:, c])) for c in range(len(sweep.weekly))]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _bands_table(sweep: Sweep, shard: Shard) -> pa.Table:
    weeks, columns, bins = np.nonzero(shard.bands)
    names = pa.array([column.name for column in sweep.weekly])
    fields = [
        pa.field("week", pa.int16(), nullable=False),
        pa.field("column", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("bin", pa.int16(), nullable=False),
        pa.field("runs", pa.int64(), nullable=False),
    ]
    named = pa.DictionaryArray.from_arrays(pa.array(columns.astype(np.int32)), names)
    counts = pa.array(shard.bands[weeks, columns, bins].astype(np.int64))
    arrays = [pa.array(weeks.astype(np.int16)), named, pa.array(bins.astype(np.int16)), counts]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


TABLES = {"draws": _draws_table, "paths": _paths_table, "bands": _bands_table, "runs": _runs_table}


def write_shard(folder: Path, sweep: Sweep, shard: Shard, kinds: Iterable[str] = KINDS) -> None:
    """Write the files of a shard, the runs last."""
    source = provenance(configuration(sweep))
    for kind in kinds:
        write_table(folder, kind, shard.number, TABLES[kind](sweep, shard), source)


# ---------------------------------------------------------------- a sweep's folder


def _read_configuration(folder: Path, name: str = CONFIGURATION) -> dict[str, Any] | None:
    path = folder / name
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(path, "", f"cannot be read ({error})") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(path, "format", "is not a sweep of this version", allowed=str(FORMAT))
    return found


def prepare(folder: Path, wanted: Mapping[str, Any], name: str = CONFIGURATION, what: str = "a sweep") -> None:
    """Make the folder of a sweep or plan, or make sure that it is one of the same configuration.

    Args:
        folder: the folder.
        wanted: the configuration, as plain data.
        name: of the file that holds it.
        what: it is a configuration of.

    Raises:
        InputError: the folder holds another one (with the differences), other files, or cannot be written to.
    """
    stored = _read_configuration(folder, name)
    if stored is not None:
        changed = differences(stored, wanted)
        if changed:
            problem = f"holds {what} of another configuration: " + "; ".join(changed)
            raise InputError(folder, "out", problem, allowed="the same configuration, or another folder")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = [path.name for path in folder.iterdir() if not path.name.endswith(".part")]
    except OSError as error:
        raise _refuse(folder, error) from None
    if others:
        problem = f"holds other files, such as {sorted(others)[0]}"
        raise InputError(folder, "out", problem, allowed=f"an empty folder, or one of {what}")
    text = json.dumps(wanted, indent=2).encode()
    _write(folder, lambda file: file.write(text), lambda digest: name)


def whole_files(folder: Path) -> dict[tuple[str, int], Path]:
    """The files whose bytes are what their names say, by kind and shard."""
    found: dict[tuple[str, int], Path] = {}
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        if match and (match[1], int(match[2])) not in found and file_digest(path) == match[3]:
            found[match[1], int(match[2])] = path
    return found


def missing_shards(folder: Path, sweep: Sweep) -> list[int]:
    """Numbers of the shards of which a file is not there, or broken."""
    whole = whole_files(folder)
    return [number for number in range(sweep.shards) if any((kind, number) not in whole for kind in KINDS)]


def clear_away(folder: Path) -> list[str]:
    """Remove what broken or interrupted writes left; names of the broken shards' files."""
    try:
        return _cleared_away(folder)
    except OSError as error:
        raise _refuse(folder, error) from None


def _cleared_away(folder: Path) -> list[str]:
    broken = []
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        if match and file_digest(path) != match[3]:
            broken.append(path.name)
            path.unlink(missing_ok=True)
        elif path.name.endswith(".part") and _is_orphan(path):
            path.unlink(missing_ok=True)
    return broken


def _is_orphan(path: Path) -> bool:
    """Whether nobody writes a temporary file any more: its process was on this machine and is gone."""
    match = TEMPORARY.fullmatch(path.name)
    if match is None or match[2] != platform.node():
        return False
    try:
        os.kill(int(match[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def run_sweep(
    sweep: Sweep, folder: Path, *, threads: int | None = None, progress: bool | None = None, told: Any = None
) -> StoredRuns:
    """Compute what a folder still misses of a sweep, and open it.

    Args:
        sweep: the configuration.
        folder: its place; made if need be.
        threads: as in `sim.ensemble.Engine`.
        progress: whether to show a bar; None: on a terminal.
        told: called with one line for every broken file that is done again.

    Raises:
        InputError: the folder is another sweep's, cannot be written to, or the disk is full.
    """
    prepare(folder, configuration(sweep))
    for name in clear_away(folder):
        if told is not None:
            told(f"{folder / name}: its bytes are not what was written; this shard is done again")
    with ThreadPoolExecutor(1) as writer:  # a shard is written while the next one is computed
        written: Future[None] | None = None
        for shard in compute(sweep, missing_shards(folder, sweep), threads=threads, progress=progress):
            if written is not None:
                written.result()
            written = writer.submit(write_shard, folder, sweep, shard)
            del shard  # else it would stay in memory until the next one is whole
        if written is not None:
            written.result()
    return StoredRuns(sweep, folder)


def paths_of(sweep: Sweep, tables: Sequence[pa.Table]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Numbers of the runs with a path and their weeks, from tables of paths: (paths, weeks + 1, weekly columns)."""
    names = [column.name for column in sweep.weekly]
    table = pa.concat_tables(tables)
    weeks = sweep.scenario.horizon + 1
    values = np.column_stack([table.column(name).to_numpy() for name in names])
    return table.column("number").to_numpy()[::weeks], values.reshape(-1, weeks, len(names)).astype(np.float32)


def counts_of(sweep: Sweep, tables: Sequence[pa.Table]) -> NDArray[np.int64]:
    """How many runs fell into each bin, from tables of bands: (weeks + 1, weekly columns, BINS)."""
    places = {column.name: number for number, column in enumerate(sweep.weekly)}
    counts = np.zeros((sweep.scenario.horizon + 1, len(places), BINS), np.int64)
    for table in tables:
        named = table.column("column").combine_chunks()
        columns = np.array([places[name] for name in named.dictionary.to_pylist()], np.int64)[named.indices.to_numpy()]
        week, bin_, runs = (table.column(name).to_numpy() for name in ("week", "bin", "runs"))
        np.add.at(counts, (week, columns, bin_), runs)
    return counts


class StoredRuns(Runs):
    """A lazy view of a sweep on disk: a column is read when it is asked for."""

    def __init__(self, sweep: Sweep, folder: Path) -> None:
        super().__init__(sweep)
        self.folder = folder

    @cached_property
    def _files(self) -> dict[tuple[str, int], Path]:
        whole = whole_files(self.folder)
        gone = [number for number in range(self.sweep.shards) if any((kind, number) not in whole for kind in KINDS)]
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
        return np.concatenate([table.column(column.name).to_numpy() for table in self._read("runs", [column.name])])

    def row(self, number: int) -> dict[str, Any]:
        """The outcome row of one run, read from its shard alone."""
        shard, inside = divmod(number, self.sweep.shard_draws * self.sweep.runs)
        table = pq.read_table(self._of("runs")[shard], columns=list(self.columns))
        found: dict[str, Any] = table.slice(inside, 1).to_pylist()[0]
        return found

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

    def band_counts(self) -> NDArray[np.int64]:
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
    """Open a sweep on disk.

    Raises:
        InputError: there is none, shards are missing or broken, or the case has changed since.
    """
    folder = Path(folder)
    stored = _read_configuration(folder) if folder.is_dir() else None
    if stored is None:
        raise InputError(folder, "", "holds no sweep", allowed="a folder that a sweep was written to")
    case = load_case(stored["case"])
    # Events may come after a horizon that was shortened: the scenario is read at its reach, then shortened again.
    longest = {**stored["scenario"], "horizon": stored["reach"]}
    scenario = scenario_of(case, longest, file=str(folder / CONFIGURATION))
    scenario = scenario.change(horizon=stored["scenario"]["horizon"])
    names = ("draws", "runs", "seed", "implied", "paths", "band_runs", "shard_runs")
    sweep = Sweep(scenario, passes=tuple(stored["passes"]), **{name: stored[name] for name in names})
    found = StoredRuns(sweep, folder)
    found._files  # noqa: B018 - a broken sweep is told of at the door
    return found
