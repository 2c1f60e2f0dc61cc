"""In what class a run ends: the classes of a case as conditions on outcome columns, and the class of every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.case.case import NO_CLASS, Case, Settlement
from sim.case.columns import COMPARED, CONDITION, Column, columns_by_name, outcome_columns
from sim.inputs.errors import InputError, one_of

FIELD = "settlement"  # the outcome that holds the class
MOST_CLASSES = 7  # as many colours can be told apart, beside the grey of none


def usual_settlements(case: Case) -> Mapping[str, Settlement]:
    """The classes of a case that names none: the regime turned, an agreement in force anywhere."""
    found = {}
    if any(war.turns_regime for war in case.wars.values()):
        found["turned"] = Settlement(meaning="the regime turned", all=("taken_over == 1",), colour="vermillion")
    in_force = tuple(f"table.{name}.status == 3" for name in case.tables)
    found["agreed"] = Settlement(meaning="an agreement in force", any=in_force, settles=True, colour="blue")
    return found


def check_settlements(case: Case, file: str) -> None:
    """Refuse classes that no run could be told to be in.

    Raises:
        InputError: the first mistake, with the outcome that was likely meant.
    """
    if len(case.settlements) > MOST_CLASSES:
        problem = f"{len(case.settlements)} classes"
        raise InputError(file, "settlements", problem, allowed=f"at most {MOST_CLASSES}")
    columns = {column.name: column for column in outcome_columns(case) if column.field != FIELD}
    colours: dict[str, str] = {}
    for name, one in case.settlements.items():
        key = f"settlements.{name}"
        if name == NO_CLASS or name in case.tables or name in columns or not name.isidentifier():
            allowed = "a word of letters, digits and _ that names no table and no outcome"
            raise InputError(file, key, f"{name!r} is taken, or no word", allowed=allowed)
        if not one.conditions:
            raise InputError(file, key, "has no condition", allowed="all: [OUTCOME == NUMBER, ...], or any: [...]")
        for part, conditions in (("all", one.all), ("any", one.any)):
            for n, condition in enumerate(conditions):
                _check_condition(columns, file, f"{key}.{part}[{n}]", condition)
        if one.colour is not None:
            if one.colour in colours:
                problem = f"{one.colour!r} is the colour of {colours[one.colour]!r} too"
                raise InputError(file, f"{key}.colour", problem, allowed="a colour for each class")
            colours[one.colour] = name


def _check_condition(columns: Mapping[str, Column], file: str, key: str, condition: str) -> None:
    found = CONDITION.fullmatch(condition)
    if found is None:
        raise InputError(file, key, f"{condition!r} is no condition", allowed="OUTCOME == NUMBER, or <, <=, >, >=")
    one_of(file, key, found.group(1), columns, "an outcome", "a name in runs.columns")
    try:
        number = float(found.group(3))
    except ValueError:
        number = float("nan")
    if not abs(number) < float("inf"):
        raise InputError(file, key, f"{found.group(3)!r} is not a finite number", allowed="OUTCOME == NUMBER")


def settled(case: Case, rows: Any) -> NDArray[np.int8]:
    """The class of finished runs: the first whose conditions all hold, else the last, which is none.

    What is undefined, and a week that never came, holds no condition.

    Args:
        case: of which they are runs.
        rows: outcome records of any number of runs, all else of which is written.

    Returns:
        A place in `case.classes` for each row.
    """
    codes, columns = np.full(len(rows), len(case.settlements), np.int8), columns_by_name(case)
    for code, one in reversed(list(enumerate(case.settlements.values()))):
        holds = np.ones(len(rows), np.bool_)
        for held in _held(columns, one.all, rows):
            holds &= held
        if one.any:
            holds &= np.any(list(_held(columns, one.any, rows)), axis=0)
        codes[holds] = code
    return codes


def _held(columns: Mapping[str, Column], conditions: tuple[str, ...], rows: Any) -> Iterator[NDArray[np.bool_]]:
    """Where each condition holds."""
    for condition in conditions:
        found = CONDITION.fullmatch(condition)
        assert found is not None  # checked as the case was read
        column = columns[found.group(1)]
        values = rows[column.field][(slice(None), *column.place)]
        came = values >= 0 if column.is_week else np.ones(len(rows), np.bool_)
        yield COMPARED[found.group(2)](values, float(found.group(3))) & came
