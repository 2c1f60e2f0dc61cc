"""Records of the engine as Arrow tables, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.case.columns import Column
from sim.engine.engine import Shard
from sim.engine.sweep import BINS, Sweep

if TYPE_CHECKING:
    pass


KIND_OF_ARROW = {"i1": pa.int8(), "i2": pa.int16(), "i4": pa.int32(), "f4": pa.float32()}


def _field(column: Column, *, gaps: bool = False) -> pa.Field:
    described = {"unit": column.unit, "range": f"{column.low:g} to {column.high:g}", "meaning": column.meaning}
    return pa.field(column.name, KIND_OF_ARROW[column.kind], nullable=gaps, metadata=described)


def _runs_table(sweep: Sweep, shard: Shard) -> pa.Table:
    numbers = np.arange(len(shard.rows), dtype=np.int64) + shard.first * sweep.runs
    told = [shard.errors.get(int(number), "") for number in numbers] if shard.errors else [""] * len(numbers)
    fields = [
        pa.field("draw", pa.int64(), nullable=False, metadata={"unit": "number", "meaning": "number of the draw"}),
        pa.field("run", pa.int32(), nullable=False, metadata={"unit": "number", "meaning": "run within its draw"}),
        *(_field(column, gaps=True) for column in sweep.columns),
        pa.field("error", pa.string(), nullable=False, metadata={"unit": "text", "meaning": "why the run failed"}),
    ]
    arrays = [pa.array(numbers // sweep.runs), pa.array((numbers % sweep.runs).astype(np.int32))]
    failed = np.array([bool(one) for one in told])
    arrays += [
        _with_gaps(column, shard.rows[column.field][(slice(None), *column.place)], failed) for column in sweep.columns
    ]
    return pa.Table.from_arrays([*arrays, pa.array(told, pa.string())], schema=pa.schema(fields))


def _with_gaps(column: Column, values: NDArray[Any], failed: NDArray[np.bool_]) -> pa.Array:
    """Values with null where there is none: a week that never came, a number that is undefined, a run that failed."""
    none = values < 0 if column.is_week else values != values
    gaps, whole = failed | none, pa.array(np.ascontiguousarray(values))
    if not gaps.any():
        return whole
    valid = pa.array(~gaps).buffers()[1]  # a second copy of the numbers would not be given back to the system
    return pa.Array.from_buffers(whole.type, len(whole), [valid, whole.buffers()[1]])


def numbers_of(stored: pa.ChunkedArray) -> NDArray[Any]:
    """A stored column in the type of the engine's rows: null is -1 in whole numbers, NaN in others."""
    if not stored.null_count:
        return np.asarray(stored.to_numpy())
    return np.asarray(stored.fill_null(-1 if pa.types.is_integer(stored.type) else float("nan")).to_numpy())


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


def paths_of(sweep: Sweep, tables: Sequence[pa.Table]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Numbers of the runs with a path and their weeks, from tables of paths: (paths, weeks + 1, weekly columns)."""
    names = [column.name for column in sweep.weekly]
    table = pa.concat_tables(tables)
    weeks = sweep.scenario.horizon + 1
    values = np.column_stack([table.column(name).to_numpy() for name in names])
    return table.column("number").to_numpy()[::weeks], values.reshape(-1, weeks, len(names)).astype(np.float32)


def counts_of(sweep: Sweep, tables: Sequence[pa.Table]) -> NDArray[np.int32]:
    """How many runs fell into each bin, from tables of bands: (weeks + 1, weekly columns, BINS)."""
    places = {column.name: number for number, column in enumerate(sweep.weekly)}
    counts = np.zeros((sweep.scenario.horizon + 1, len(places), BINS), np.int32)
    for table in tables:
        named = table.column("column").combine_chunks()
        columns = np.array([places[name] for name in named.dictionary.to_pylist()], np.int64)[named.indices.to_numpy()]
        week, bin_, runs = (table.column(name).to_numpy() for name in ("week", "bin", "runs"))
        np.add.at(counts, (week, columns, bin_), runs)
    return counts
