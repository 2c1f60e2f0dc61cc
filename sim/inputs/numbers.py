"""A number as a caller in Python gives it, Python's own or one of numpy's; names; and a count as it is told."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from sim.inputs.errors import InputError, shown


def number(file: str | Path, key: str, value: Any) -> float:
    """The value as a float, if it is a number.

    Args:
        file, key: where it stands.
        value: a number of Python's or a scalar of numpy's.

    Raises:
        InputError: it is something else, or NaN.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or isnan(value):
        raise InputError(file, key, f"{shown(value)} is not a number", allowed="a number")
    return float(value)


def whole_number(file: str | Path, key: str, value: Any, low: int, high: int, unit: str = "") -> int:
    """The value as an int, if it is a whole number within its range.

    Args:
        file, key: where it stands.
        value: an int of Python's or of numpy's; 12.0 is none.
        low, high: the ends of the range, both allowed.
        unit: of the number, with its preposition: "of weeks".

    Raises:
        InputError: it is something else, or out of range.
    """
    what = f"a whole number {unit}".rstrip()
    allowed = f"{what}, {low} to {high}"
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise InputError(file, key, f"{shown(value)} is not {what}", allowed=allowed)
    if not low <= int(value) <= high:
        raise InputError(file, key, f"{value} is out of range", allowed=allowed)
    return int(value)


def texts(values: str | Iterable[str]) -> tuple[str, ...]:
    """Names as a caller gives them: one alone, or several, also in an array.

    >>> texts("red_lines"), texts(["red_lines", "learning"])
    (('red_lines',), ('red_lines', 'learning'))
    """
    return (values,) if isinstance(values, str) else tuple(map(str, values))


def counted(count: int, noun: str) -> str:
    """A count with its noun.

    >>> counted(1, "cell"), counted(1200, "run"), counted(0, "draw")
    ('1 cell', '1,200 runs', '0 draws')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def lasting(seconds: float) -> str:
    """A time in words.

    >>> lasting(1.4), lasting(1.5), lasting(75.0), lasting(4000.0), lasting(1e5)
    ('about a second', 'about 2 seconds', 'about 75 seconds', 'about 67 minutes', 'about 28 hours')
    """
    for unit, length in (("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2.0 * length:
            return f"about {seconds / length:,.0f} {unit}"
    return f"about {seconds:.0f} seconds" if seconds >= 1.5 else "about a second"
