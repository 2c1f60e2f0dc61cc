"""How the report and the printed table tell what they share: a number, its interval, its difference, its headings."""

from __future__ import annotations

import math

from sim.analysis.influence import FEWEST
from sim.analysis.paired import Difference
from sim.analysis.shares import Estimate, Interval
from sim.case.scenario import BASELINE
from sim.experiment.results import Results
from sim.experiment.runs import Runs
from sim.inputs.numbers import counted
from sim.pages.kit.html import Content, joined, tag
from sim.pages.report.measures import Defined, Measure

KINDS_HEAD = "What comes of it: settlement classes"
NUMBERS_HEAD = "The scenarios in numbers"
PAIRED = f"{BASELINE} at the same epoch, over the same horizon, with the same draws and luck"
OF_A_MEDIAN = (
    "The week of an event is compared by its mean, counted to the horizon in runs in which it never comes; where of "
    "the pairs of runs that have a number in either, fewer than nine tenths have one in both, both levels are told and "
    "no difference."
)
NO_INTERVAL = "no interval: too few draws, or one value in all"
NEVER = "in no run"
OF_INTERVALS = (
    "95 % intervals are of the value with infinitely many draws; another sweep of this size lies inside in about 83 % "
    "of the cases."
)


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


def told_defined(measure: Measure, runs: Runs) -> str:
    """In how many of the runs a number is defined, where it is not in all; empty where it is."""
    share, draws = measure.defined(runs)
    return "" if share == 1.0 else f"in {told_number(100.0 * share, 100.0)} % of the runs, {counted(draws, 'draw')}"


def printed_defined(found: Defined) -> list[str]:
    """The same in lines for a terminal: in how many of the runs, and of how many draws where they are few."""
    lines = [f"in {100.0 * found.runs:.0f} %"] if found.runs < 1.0 else []
    return [*lines, counted(found.draws, "draw")] if lines and found.draws < FEWEST else lines


def told_gap(gap: Difference | None, measure: Measure, horizon: int) -> Content:
    """A paired difference with its interval, bold where the interval leaves zero out; levels where they are its own."""
    if gap is None:
        return "–"
    if not gap.stands:
        return told_levels(gap, measure, horizon)
    value = signed(gap.value, measure.scale)
    if math.isnan(gap.low):
        return f"{value} (no draw differs)"
    words = f"{value} ({signed(gap.low, measure.scale)} to {signed(gap.high, measure.scale)})"
    told = tag("b", words) if gap.is_clear else words
    return joined([told_levels(gap, measure, horizon), told], ": ") if measure.compares_otherwise else told


def told_levels(gap: Difference, measure: Measure, horizon: int) -> str:
    """The two levels that a difference is of, and over which runs."""
    sign = " %" if measure.scale != 1.0 else ""
    levels = f"{told_number(gap.first, measure.scale)} → {told_number(gap.second, measure.scale)}{sign}"
    if not gap.stands:
        return f"where both have one ({told_number(100.0 * gap.pairs, 100.0)} % of those in which either has): {levels}"
    return f"mean, never as week {horizon}: {levels}" if measure.unit == "week" else f"mean: {levels}"
