"""Names, places and types of the columns of outcomes and of weeks, for the size of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from sim.case.case import Case, mediated_pairs
from sim.model.outcomes import OUTCOMES, WEEKLY, Outcome
from sim.world.rules import sizes


class Column(NamedTuple):
    """One flat column of the outcome table."""

    name: str
    field: str
    place: tuple[int, ...]
    kind: str
    unit: str
    low: float
    high: float
    meaning: str


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


def outcome_columns(case: Case) -> tuple[Column, ...]:
    """Every flat column of an outcome row, in order; places that the case does not use are left out."""
    return tuple(column for outcome in OUTCOMES for column in _columns(case, outcome))


def weekly_columns(case: Case) -> tuple[Column, ...]:
    """Every flat column of a week's row, in order."""
    return tuple(column for outcome in WEEKLY for column in _columns(case, outcome))


def week_places(case: Case, columns: Sequence[Column]) -> Any:
    """Where each column stands in a week's row read as a flat array of float32; int64."""
    kind = week_type(case)
    fields: Any = kind.fields
    found = []
    for column in columns:
        inner, offset = fields[column.field][:2]
        found.append(offset // 4 + (int(np.ravel_multi_index(column.place, inner.shape)) if column.place else 0))
    return np.array(found, dtype=np.int64)


def _columns(case: Case, outcome: Outcome) -> list[Column]:
    size = _sizes(case)
    found = []
    for place in product(*(range(size[axis]) for axis in outcome.axes)):
        names = _names(case, outcome.axes, place)
        if names is not None and (outcome.field != "effort" or (names["Y"], names["Z"]) in mediated_pairs(case)):
            name = outcome.column.format(**names)
            found.append(Column(name, outcome.field, place, *outcome[3:]))
    return found


def _names(case: Case, axes: str, place: Sequence[int]) -> dict[str, str] | None:
    """What each axis of a place is called; None where the case has nothing there."""
    tables = list(case.tables.items())
    by_axis = {"C": list(case.cells), "W": list(case.wars), "Y": list(case.actors), "Z": list(case.actors)}
    names: dict[str, str] = {}
    table = tables[place[0]][1] if axes.startswith("T") else None
    if table is not None:
        names["T"] = tables[place[0]][0]
        clauses, seats = list(table.clauses), [name for name, _, _ in table.seats]
        by_axis |= {"K": clauses, "S": list(table.parties), "A": [*table.parties, *seats]}
    for axis, number in zip(axes, place, strict=True):
        if axis != "T":
            if number >= len(by_axis[axis]):
                return None
            names[axis] = by_axis[axis][number]
    return None if names.get("Y", "") == names.get("Z", "-") else names
