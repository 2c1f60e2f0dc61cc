"""Outcome columns of runs on disk, read with their neighbours: a file takes longer to open than a column to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.storage import tables

READ_BYTES = 2**28  # of columns that stay at hand
NUMBER_BYTES = 8  # of a number in a column, at most
WIDEST = 64  # columns that are read at a time


class Blocks:
    """The columns of some files with the same columns; those read last, and their neighbours, stay at hand.

    Args:
        files: their number.
        rows: of all files together.
        names: of the columns, in the order of the files.
        path: of a file, by its number.
    """

    def __init__(self, files: int, rows: int, names: Sequence[str], path: Callable[[int], Path]) -> None:
        self._files = files
        self._rows = rows
        self._names = names
        self._path = path

    def column(self, file: int, name: str) -> NDArray[Any]:
        """A column of a file, (rows,), in the type of the engine's rows."""
        return self._block(file, self._places[name] // self._width)[name]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self._names)}

    @cached_property
    def _width(self) -> int:
        """Columns read at a time: no more than may stay at hand for all files, so that no file is opened for each."""
        return max(1, min(WIDEST, READ_BYTES // (NUMBER_BYTES * self._rows)))

    @cached_property
    def _block(self) -> Callable[[int, int], dict[str, NDArray[Any]]]:
        at_hand = max(1, READ_BYTES // (NUMBER_BYTES * self._rows * self._width))
        return lru_cache(self._files * at_hand)(self._read)

    def _read(self, file: int, block: int) -> dict[str, NDArray[Any]]:
        names = list(self._names[block * self._width : (block + 1) * self._width])
        found = pq.read_table(self._path(file), columns=names)
        return {name: tables.numbers_of(found.column(name)) for name in names}
