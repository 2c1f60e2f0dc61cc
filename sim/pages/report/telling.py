"""How the report and the printed table tell what they share: a number, its interval, its difference, its headings."""

from __future__ import annotations

import math

from sim.analysis.paired import Difference
from sim.analysis.shares import Estimate, Interval
from sim.case.scenario import BASELINE
from sim.experiment.results import Results
from sim.inputs.numbers import counted
from sim.pages.kit.html import Content, tag
from sim.pages.report.measures import Measure

KINDS_HEAD = "What comes of it: kinds of settlement"
NUMBERS_HEAD = "The scenarios in numbers"
PAIRED = f"{BASELINE} at the same epoch, over the same horizon, with the same draws and luck"
OF_A_MEDIAN = "A median in the table is compared by its mean difference, over the runs in which both have a number."
NO_INTERVAL = "one draw: no interval"


def told_size(results: Results) -> str:
    """How much was simulated of each cell."""
    draws, runs = counted(results.draws, "draw"), counted(results.runs, "run")
    return f"{draws} of everything uncertain, {runs} of chance for each draw"


def digits(value: float, scale: float = 1.0) -> int:
    """How many digits after the point a number deserves; one for what is told in per cent (a scale of 100)."""
    return 1 if scale != 1.0 or abs(value) >= 10.0 else 2 if abs(value) >= 1.0 else 3


def told_number(value: float, scale: float = 1.0) -> str:
    """A number with the digits that it deserves.

    >>> told_number(12.34, 100.0), told_number(0.1079), told_number(40.87), told_number(-0.0)
    ('12.3', '0.108', '40.9', '0')
    """
    told = f"{value:.{digits(value, scale)}f}"
    return "0" if float(told) == 0.0 else told


def signed(value: float, scale: float) -> str:
    """A difference with its sign."""
    told = told_number(abs(value), scale)
    return told if told == "0" else ("+" if value > 0.0 else "−") + told


def told_ends(found: Estimate | Interval, scale: float) -> str:
    """The ends of an interval, or that there is none."""
    if math.isnan(found.low):
        return NO_INTERVAL
    return f"{told_number(found.low, scale)} to {told_number(found.high, scale)}"


def told(found: Estimate | Interval | None, measure: Measure) -> str:
    """A number with its interval and unit."""
    if found is None:
        return "–"
    sign = " %" if measure.scale != 1.0 else ""
    return f"{told_number(found.value, measure.scale)}{sign} ({told_ends(found, measure.scale)})"


def told_gap(gap: Difference | None, measure: Measure) -> Content:
    """A paired difference with its interval; bold where the interval leaves zero out."""
    if gap is None:
        return "–"
    value, low, high = (signed(one, measure.scale) for one in (gap.value, gap.low, gap.high))
    words = f"{value} ({low} to {high})"
    return tag("b", words) if gap.is_clear else words
