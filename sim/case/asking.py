"""What a file may ask of the runs: an outcome column, a settlement class, a table's name, or a condition."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sim.case.case import Case
from sim.case.columns import CONDITION, Column, columns_by_name
from sim.inputs.errors import InputError, one_of

TOLD = "a settlement class, a table, an outcome column, or NAME >= NUMBER"


class Asked(NamedTuple):
    """What is asked: the column, where it is one alone, and a condition's column and number, where it is one.

    Attributes:
        column: the outcome column; None for a class, a table's name and a condition.
        compared: the column that a condition compares; None for all else, and for a class or a table.
        number: what it is compared with.
    """

    column: Column | None = None
    compared: Column | None = None
    number: float = 0.0

    @property
    def is_yes_no(self) -> bool:
        """Whether it is 1 for yes and 0 for no."""
        return self.column is None or self.column.is_yes_no

    @property
    def is_code(self) -> bool:
        """Whether its numbers are names, which nothing can be reckoned with."""
        return self.column is not None and self.column.is_code


def asked(case: Case, file: str | Path, key: str, what: str) -> Asked:
    """What the text asks of the runs of a case.

    Args:
        case: whose outcomes are asked.
        file, key: where the text stands.
        what: as in `Runs.values`.

    Raises:
        InputError: no outcome has this name, the likely meant one is named; or no number stands behind the sign.
    """
    columns = columns_by_name(case)
    found = CONDITION.fullmatch(what)
    name = found.group(1) if found else what.strip()
    one_of(file, key, name, [*case.classes, *case.tables, *columns], "an outcome", TOLD)
    if found is None:
        return Asked(column=columns.get(name))
    return Asked(compared=columns.get(name), number=_number(file, key, found.group(3)))


def _number(file: str | Path, key: str, written: str) -> float:
    try:
        found = float(written)
    except ValueError:
        found = float("nan")
    if not abs(found) < float("inf"):
        raise InputError(file, key, f"{written!r} is not a finite number", allowed="NAME >= NUMBER")
    return found
