"""A column is read with its neighbours, and what is at hand is not read again; no more stays than is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.storage import blocks
from sim.storage.blocks import Blocks

ROWS = 10  # of two files together
NAMES = tuple("abcdefg")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The file and the columns of each time that a file was opened."""
    found, usual = [], pq.read_table

    def read(path: Path, columns: list[str]) -> pa.Table:
        found.append((path.stem, "".join(columns)))
        return usual(path, columns=columns)

    monkeypatch.setattr("sim.storage.blocks.pq.read_table", read)
    return found


def two_files(folder: Path) -> Blocks:
    for file, rows in enumerate((6, 4)):
        columns = {
            name: pa.array([100 * file + 10 * n + row if (row + n) % 4 else None for row in range(rows)], pa.int16())
            for n, name in enumerate(NAMES)
        }
        pq.write_table(pa.table(columns), folder / f"{file}.parquet")
    return Blocks(2, ROWS, NAMES, lambda file: folder / f"{file}.parquet")


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    def limit(columns: int, widest: int) -> None:
        monkeypatch.setattr(blocks, "READ_BYTES", 8 * ROWS * columns)
        monkeypatch.setattr(blocks, "WIDEST", widest)

    return limit


def test_a_column_is_that_of_its_file_with_minus_one_where_there_is_none(tmp_path: Path) -> None:
    found = two_files(tmp_path)
    np.testing.assert_array_equal(found.column(1, "c"), np.array([120, 121, -1, 123], np.int16))
    assert found.column(0, "a").dtype == np.int16
    assert found.column(0, "a").tolist() == [-1, 1, 2, 3, -1, 5]


def test_neighbours_are_read_together_and_once(tmp_path: Path, opened: Any, limits: Any) -> None:
    limits(3, 64)
    found = two_files(tmp_path)
    for name in "babcca":
        found.column(0, name)
    assert opened == [("0", "abc")]
    found.column(1, "d")
    found.column(0, "g")
    assert opened == [("0", "abc"), ("1", "def"), ("0", "g")]


def test_one_block_of_each_file_stays_at_hand_at_least(tmp_path: Path, opened: Any, limits: Any) -> None:
    limits(0, 64)
    found = two_files(tmp_path)
    for file, name in ((0, "a"), (1, "a"), (0, "a"), (1, "a"), (0, "b"), (1, "a"), (0, "a")):
        found.column(file, name)
    assert opened == [("0", "a"), ("1", "a"), ("0", "b"), ("0", "a")]


def test_as_many_blocks_stay_at_hand_as_may(tmp_path: Path, opened: Any, limits: Any) -> None:
    limits(5, 2)  # two blocks of two columns of each file, four in all
    found = two_files(tmp_path)
    for name in "aceg":
        found.column(0, name)
    opened.clear()
    for name in "aceg":
        found.column(0, name)
    assert opened == []
    found.column(1, "a")
    found.column(0, "c")
    assert opened == [("1", "ab")]
    found.column(0, "a")
    assert opened == [("1", "ab"), ("0", "ab")]


@pytest.mark.parametrize(("rows", "wide"), [(1, 64), (2**19, 64), (2**20, 32), (2**24, 2), (2**25, 1), (2**30, 1)])
def test_a_quarter_of_a_gigabyte_is_at_hand_in_blocks_of_at_most_64_columns(rows: int, wide: int) -> None:
    assert Blocks(1, rows, NAMES, Path)._width == wide
    assert Blocks(3, rows, NAMES, Path)._block.cache_info().maxsize == 3 * max(1, 2**25 // (rows * wide))
