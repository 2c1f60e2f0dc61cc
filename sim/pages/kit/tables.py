"""Tables for machines, alike in every job."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence

import numpy as np


def csv_of(head: Sequence[str], rows: Iterable[Sequence[object]], digits: int | None = None) -> str:
    """A table as CSV: what is not known is empty, yes and no are words.

    Args:
        head: names of the columns.
        rows: cells, as many as the head has.
        digits: to which fractions are rounded; None: in full.

    >>> print(csv_of(("who", "share", "held"), [("PAK", 1 / 3, True), ("US", math.nan, False)], 3), end="")
    who,share,held
    PAK,0.333,yes
    US,,no
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(cell, digits) for cell in row] for row in rows)
    return text.getvalue()


def _cell(cell: object, digits: int | None) -> object:
    if isinstance(cell, bool | np.bool_):
        return "yes" if cell else "no"
    if not isinstance(cell, float):
        return cell
    if math.isnan(cell):
        return ""
    return cell if digits is None else f"{cell:.{digits}g}"
