"""What the engine recorded comes back from its tables as it was, and what there is none of is null."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from shards import FAILED, WEEKS, shard_of, small_sweep

from sim.case.columns import Column
from sim.storage.tables import TABLES, _with_gaps, counts_of, draws_table, numbers_of, paths_of

SWEEP = small_sweep()


def test_a_row_of_runs_says_its_draw_and_its_run_within_it() -> None:
    table = TABLES["runs"](SWEEP, shard_of(SWEEP, 1))
    assert table.column_names == ["draw", "run", *(column.name for column in SWEEP.columns), "error"]
    assert table["draw"].to_pylist() == [2, 2, 2, 3, 3, 3]
    assert table["run"].to_pylist() == [0, 1, 2, 0, 1, 2]
    assert table["error"].to_pylist() == [""] * 6
    assert (table.schema.field("draw").type, table.schema.field("run").type) == (pa.int64(), pa.int32())


def test_the_last_shard_has_what_is_left() -> None:
    table = TABLES["runs"](SWEEP, shard_of(SWEEP, 2))
    assert table["draw"].to_pylist() == [4, 4, 4]


def test_outcomes_come_back_in_the_engines_types() -> None:
    shard = shard_of(SWEEP, 1)
    table = TABLES["runs"](SWEEP, shard)
    for column in SWEEP.columns:
        values = shard.rows[column.field][(slice(None), *column.place)]
        found = numbers_of(table.column(column.name))
        assert found.dtype == values.dtype
        np.testing.assert_array_equal(found, values)
        gaps = sum(1 for value in values if (value < 0 if column.is_week else value != value))
        assert table.column(column.name).null_count == gaps


def test_a_run_that_failed_has_its_error_and_no_outcome() -> None:
    table = TABLES["runs"](SWEEP, shard_of(SWEEP, 1, {7: FAILED, 11: "odd", 2: "of another shard"}))
    assert table["error"].to_pylist() == ["", FAILED, "", "", "", "odd"]
    whole = TABLES["runs"](SWEEP, shard_of(SWEEP, 1))
    for column in SWEEP.columns:
        wanted = whole[column.name].to_pylist()
        assert table[column.name].to_pylist() == [wanted[0], None, *wanted[2:5], None]


@pytest.mark.parametrize("kind", ["draws", "paths", "bands", "runs"])
def test_no_table_has_a_gap_but_among_outcomes(kind: str) -> None:
    schema = TABLES[kind](SWEEP, shard_of(SWEEP, 0)).schema
    outcomes = {column.name for column in SWEEP.columns} if kind == "runs" else set()
    assert {field.name for field in schema if field.nullable} == outcomes


def test_columns_say_their_unit_range_and_meaning() -> None:
    schema = TABLES["runs"](SWEEP, shard_of(SWEEP, 0)).schema
    kept = next(column for column in SWEEP.columns if column.name == "presence")
    assert schema.field("presence").metadata == {
        b"unit": b"share", b"range": b"0 to 1", b"meaning": kept.meaning.encode(),
    }  # fmt: skip
    assert schema.field("draw").metadata == {b"unit": b"number", b"meaning": b"number of the draw"}
    assert schema.field("run").metadata == {b"unit": b"number", b"meaning": b"run within its draw"}
    assert schema.field("error").metadata == {b"unit": b"text", b"meaning": b"why the run failed"}
    types = {column.kind: schema.field(column.name).type for column in SWEEP.columns}
    assert types == {"i1": pa.int8(), "i2": pa.int16(), "f4": pa.float32()}


def column(unit: str) -> Column:
    return SWEEP.columns[0]._replace(unit=unit, kind="f4")


@pytest.mark.parametrize(
    ("unit", "values", "failed", "wanted"),
    [
        ("weeks", [-1.0, 0.0, 2.0], [False, False, False], [-1.0, 0.0, 2.0]),
        ("week; -1 for never", [-1.0, 0.0, 2.0], [False, False, False], [None, 0.0, 2.0]),
        ("share", [np.nan, 0.0, 2.0], [False, False, False], [None, 0.0, 2.0]),
        ("share", [np.nan, 0.0, 2.0], [False, False, True], [None, 0.0, None]),
        ("share", [1.0, 0.0, 2.0], [True, False, False], [None, 0.0, 2.0]),
    ],
)
def test_a_value_is_null_where_there_is_none(
    unit: str, values: list[float], failed: list[bool], wanted: list[float | None]
) -> None:
    found = _with_gaps(column(unit), np.array(values, np.float32), np.array(failed))
    assert found.to_pylist() == wanted
    assert found.null_count == wanted.count(None)


@pytest.mark.parametrize(
    ("kind", "values", "wanted"),
    [
        (pa.int8(), [3, None, 0], [3, -1, 0]),
        (pa.int16(), [3, 4], [3, 4]),
        (pa.float32(), [0.5, None], [0.5, np.nan]),
        (pa.float64(), [0.5, 1.0], [0.5, 1.0]),
    ],
)
def test_null_is_minus_one_among_whole_numbers_and_undefined_among_others(
    kind: pa.DataType, values: list[float | None], wanted: list[float]
) -> None:
    found = numbers_of(pa.chunked_array([pa.array(values, kind)]))
    assert found.dtype == kind.to_pandas_dtype()
    np.testing.assert_array_equal(found, np.array(wanted, found.dtype))


# --- draws -----------------------------------------------------------------------------------------------------------


def test_draws_come_back_with_their_numbers() -> None:
    shard = shard_of(SWEEP, 1)
    table = TABLES["draws"](SWEEP, shard)
    names = list(SWEEP.uncertainty.priors.names)
    assert table.column_names == ["draw", *names]
    assert table["draw"].to_pylist() == [2, 3]
    np.testing.assert_array_equal(np.column_stack([table[name].to_numpy() for name in names]), shard.draws)
    assert {field.type for field in table.schema} == {pa.int64(), pa.float32()}


def test_draws_begin_at_the_number_that_is_given_and_say_what_they_are() -> None:
    priors = SWEEP.uncertainty.priors
    values = np.arange(3 * len(priors.names), dtype=np.float32).reshape(3, -1)
    table = draws_table(SWEEP, values, 25_000)
    assert table["draw"].to_pylist() == [25_000, 25_001, 25_002]
    assert table[priors.names[1]].to_pylist() == values[:, 1].tolist()
    for prior in priors.columns:
        told = {b"unit": prior.unit, b"status": prior.status, b"meaning": prior.meaning}
        found = table.schema.field(prior.name).metadata
        assert found == {key: value.encode() for key, value in told.items()}


# --- weeks -----------------------------------------------------------------------------------------------------------


def test_paths_are_told_week_by_week_and_come_back() -> None:
    shards = [shard_of(SWEEP, number) for number in range(SWEEP.shards)]
    tables = [TABLES["paths"](SWEEP, shard) for shard in shards]
    assert tables[0].column_names == ["number", "week", *(one.name for one in SWEEP.weekly)]
    assert tables[0]["number"].to_pylist() == [0] * 5 + [5] * 5
    assert tables[0]["week"].to_pylist() == [0, 1, 2, 3, 4] * 2
    assert tables[0]["presence"].to_pylist()[6] == 5011.0  # run 5, week 1, the second weekly column
    assert tables[0].schema.field("week").type == pa.int16()
    assert tables[0].schema.field("regime.turned").type == pa.float32()
    assert tables[0].schema.field("regime.turned").metadata[b"range"] == b"0 to 1"
    numbers, paths = paths_of(SWEEP, tables)
    assert numbers.tolist() == [0, 5, 10]
    assert paths.shape == (3, WEEKS + 1, len(SWEEP.weekly))
    assert paths.dtype == np.float32
    np.testing.assert_array_equal(paths, np.concatenate([shard.paths for shard in shards]))


def test_bands_are_told_where_a_run_fell_and_shards_add_up() -> None:
    shards = [shard_of(SWEEP, number) for number in range(SWEEP.shards)]
    tables = [TABLES["bands"](SWEEP, shard) for shard in shards]
    assert tables[0].column_names == ["week", "column", "bin", "runs"]
    assert all(runs > 0 for table in tables for runs in table["runs"].to_pylist())
    assert [field.type for field in tables[0].schema] == [
        pa.int16(), pa.dictionary(pa.int32(), pa.string()), pa.int16(), pa.int64(),
    ]  # fmt: skip
    last = tables[2].to_pylist()[-1]
    assert last == {"week": 4, "column": "leverage.LOW.UPP", "bin": 54, "runs": 1}
    counts = counts_of(SWEEP, tables)
    assert counts.dtype == np.int32
    np.testing.assert_array_equal(counts, sum(shard.bands for shard in shards))
    assert counts.sum() == 8 * (WEEKS + 1) * len(SWEEP.weekly)


def test_a_bin_that_stands_twice_in_a_table_counts_twice() -> None:
    table = TABLES["bands"](SWEEP, shard_of(SWEEP, 0))
    twice = counts_of(SWEEP, [pa.concat_tables([table, table]).unify_dictionaries()])
    np.testing.assert_array_equal(twice, 2 * shard_of(SWEEP, 0).bands)
    assert counts_of(SWEEP, []).sum() == 0
