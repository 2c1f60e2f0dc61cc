"""The flat columns of the outcomes and of the weeks of a case: name, place, unit, range and meaning of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from operator import eq, ge, gt, le, lt
from types import MappingProxyType
from typing import Any, NamedTuple

from sim.case.case import Case, Table, mediated_pairs
from sim.inputs.frozen import Frozen
from sim.model.outcomes import OUTCOMES, WEEKLY, Outcome

CONDITION = re.compile(r"\s*(\S+)\s*(<=|>=|<|>|==)\s*(\S+)\s*")  # an outcome compared with a number
COMPARED: Mapping[str, Callable[[Any, float], Any]] = MappingProxyType({"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq})


class Column(NamedTuple):
    """One flat column of the outcome table: of what outcome, where in its field, and of which names of the case.

    The names stand in the order of `axes`, the letters of `sim.model.vocabulary.AXES` with Y and Z for actors.
    """

    name: str
    field: str
    place: tuple[int, ...]
    kind: str
    unit: str
    low: float
    high: float
    meaning: str
    axes: str

    @property
    def is_week(self) -> bool:
        """Whether it is the week of an event, with -1 where the engine means never."""
        return self.unit.startswith("week;")

    @property
    def is_yes_no(self) -> bool:
        """Whether it is 1 for yes and 0 for no."""
        return self.unit == "yes is 1"

    @property
    def is_code(self) -> bool:
        """Whether its numbers are names, which nothing can be reckoned with."""
        return self.unit == "code"

    names: tuple[str, ...]


@lru_cache(maxsize=8)  # hundreds of names, asked for by every piece of a sweep
def outcome_columns(case: Case) -> tuple[Column, ...]:
    """Every flat column of an outcome row, in order; places that the case does not use are left out."""
    return tuple(_of_case(case, column) for outcome in OUTCOMES for column in _columns(case, outcome))


@lru_cache(maxsize=8)
def columns_by_name(case: Case) -> Mapping[str, Column]:
    """The outcome columns of a case by name."""
    return Frozen({column.name: column for column in outcome_columns(case)})


def _of_case(case: Case, column: Column) -> Column:
    """A column with what the case says of it: what the codes of the settlement classes mean."""
    if column.field != "settlement":
        return column
    classes = ", ".join(f"{code} {name}" for code, name in enumerate(case.classes))
    return column._replace(high=float(len(case.classes) - 1), meaning=f"{column.meaning}: {classes}")


@lru_cache(maxsize=8)
def weekly_columns(case: Case) -> tuple[Column, ...]:
    """Every flat column of a week's row, in order."""
    return tuple(column for outcome in WEEKLY for column in _columns(case, outcome))


def _columns(case: Case, outcome: Outcome) -> Iterator[Column]:
    starts = list(case.tables.items()) if outcome.axes.startswith("T") else [("", None)]
    for number, (name, table) in enumerate(starts):
        if table is not None and not _is_told(table, outcome.field):
            continue
        rest = outcome.axes.removeprefix("T")
        for places in product(*(enumerate(_along(case, axis, table)) for axis in rest)):
            names = {"T": name} | {axis: one for axis, (_, one) in zip(rest, places, strict=True)}
            seated = outcome.field != "effort" or (names["Y"], names["Z"]) in mediated_pairs(case)
            if seated and names.get("Y", "") != names.get("Z", "-"):  # no actor is paired with itself
                place = (*((number,) if table else ()), *(index for index, _ in places))
                told = outcome.column.format(**names)
                along = tuple(names[axis] for axis in outcome.axes)
                yield Column(told, outcome.field, place, *outcome[3:], outcome.axes, along)


def _is_told(table: Table, field: str) -> bool:
    """Whether an outcome is told of a table: what votes and members do, only where there are any."""
    if field in ("votes", "refused"):
        return table.ratified_by is not None
    return field != "blocked" or bool(table.blocs)


def _along(case: Case, axis: str, table: Table | None) -> Sequence[str]:
    """The names along an axis; those of a table's own axes are that table's."""
    if table is not None and axis in "KSAR":
        own = {"K": tuple(table.clauses), "S": table.parties, "R": tuple(table.voters)}
        return own.get(axis, (*table.parties, *(name for name, _, _ in table.seats)))
    return {"C": tuple(case.cells), "W": tuple(case.wars), "Y": tuple(case.actors), "Z": tuple(case.actors)}[axis]
