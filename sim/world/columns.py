"""Types of the rows of outcomes and of weeks, for the size of a case, and where the columns stand in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.case.case import Case
from sim.case.columns import Column
from sim.model.outcomes import OUTCOMES, WEEKLY
from sim.world.rules import sizes


def _sizes(case: Case) -> Mapping[str, int]:
    return {**sizes(case), "Y": len(case.actors), "Z": len(case.actors)}


def outcome_type(case: Case) -> np.dtype[Any]:
    """The record of an outcome row: widest numbers first and no padding, so that equal rows have equal bytes."""
    size = _sizes(case)
    widest_first = sorted(OUTCOMES, key=lambda outcome: -np.dtype(outcome.kind).itemsize)
    fields = [(o.field, o.kind, tuple(size[axis] for axis in o.axes)) for o in widest_first]
    return np.dtype((np.record, np.dtype(fields)))


def week_type(case: Case) -> np.dtype[Any]:
    """The record of a week's row: float32 throughout, so that it is a flat array as well."""
    size = _sizes(case)
    return np.dtype((np.record, np.dtype([(o.field, "f4", tuple(size[axis] for axis in o.axes)) for o in WEEKLY])))


def week_places(case: Case, columns: Sequence[Column]) -> Any:
    """Where each column stands in a week's row read as a flat array of float32; int64."""
    kind = week_type(case)
    fields: Any = kind.fields
    found = []
    for column in columns:
        inner, offset = fields[column.field][:2]
        found.append(offset // 4 + (int(np.ravel_multi_index(column.place, inner.shape)) if column.place else 0))
    return np.array(found, dtype=np.int64)
