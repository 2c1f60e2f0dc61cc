"""The numbers behind the studio's pictures, as a table to take away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from sim.analysis.shares import Estimate
from sim.experiment.answers import answered
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.pages.kit.tables import csv_of
from sim.studio.bench import COURSES, Seen
from sim.studio.view import Named, band_of, comparisons, gap_of, signed_tables, those, trust_of

SHARE, MEAN, GAP = "share of the runs, 95 %", "mean, 95 %", "paired difference, 95 %"
COURSE, BAND = "share of the runs so far", "median and middle half of the runs"
TRUST = "mean"


class Row(NamedTuple):
    """One number; what is not known of it is None.

    Attributes:
        who: whose runs, as the pictures name them.
        outcome: of what.
        value: the number.
        low, high: the ends of what `what` says.
        runs, draws, seed: of the sweep.
        week: 0 at the start; None for what the runs come to.
        what: which number it is.
    """

    who: str
    outcome: str
    value: float
    low: float | None
    high: float | None
    runs: int
    draws: int
    seed: int
    week: int | None
    what: str


def numbers_csv(seen: Seen) -> str:
    """The numbers behind the pictures, a row each.

    In order: shares of the ends, of what was signed and what collapsed; paired differences; the answer's outcomes; what
    was signed and collapsed so far, the war, and trust, by week.
    """
    return csv_of(Row._fields, (*_ends(seen), *_gaps(seen), *_answers(seen), *_courses(seen)), 6)


def _row(
    who: str, runs: Runs, outcome: str, what: str, value: float, low: float | None = None, high: float | None = None,
    week: int | None = None,
) -> Row:  # fmt: skip
    sweep = runs.sweep
    return Row(who, outcome, value, low, high, len(runs), sweep.draws, sweep.seed, week, what)


def _estimated(who: str, runs: Runs, outcome: str, what: str, found: Estimate) -> Row:
    return _row(who, runs, outcome, what, found.value, found.low, found.high)


def _ends(seen: Seen) -> Iterator[Row]:
    case = seen.runs.sweep.case
    named = {kind: kind for kind in case.classes}
    named |= {f"{table} signed": table for table in case.tables}
    named |= {f"{table} collapsed": f"table.{table}.collapsed" for table in case.tables}
    for name, runs, _ in those(seen):
        for told, outcome in named.items():
            yield _estimated(name, runs, told, SHARE, runs.share(outcome))


def _gaps(seen: Seen) -> Iterator[Row]:
    for name, comparison, _ in comparisons(seen):
        runs, who = comparison.second, f"{seen.choice.scenario} {name}"
        for kind in runs.sweep.case.classes:
            found = gap_of(comparison, kind, 0)
            value, low, high = (one / 100 for one in (found.value, found.low, found.high))
            yield _row(who, runs, kind, GAP, value, low, high)


def _answers(seen: Seen) -> Iterator[Row]:
    if seen.runs is seen.baseline:
        return
    for name, runs, _ in those(seen):
        for one in seen.runs.sweep.scenario.answered_by:
            with suppress(InputError):  # it is in no run
                yield _estimated(name, runs, one.outcome, MEAN, runs.mean(one.outcome))
    for name, comparison, _ in comparisons(seen):
        for found in answered(comparison.first, seen.runs):
            if (gap := found.gap) is not None:
                who = f"{seen.choice.scenario} {name}"
                yield _row(who, seen.runs, found.answer.outcome, GAP, gap.value, gap.low, gap.high)


def _courses(seen: Seen) -> Iterator[Row]:
    drawn = those(seen)
    for table, signed, collapsed in signed_tables(seen):
        for told, lines in (("signed", signed), ("collapsed", collapsed)):
            for one, line in zip(drawn, lines, strict=True):
                for week, value in enumerate(line.values):
                    yield _row(one.name, one.runs, f"{table} {told}", COURSE, float(value), week=week)
    for war in seen.runs.sweep.case.wars:
        for one in drawn:
            for quantity in COURSES:
                yield from _band(one, f"war.{war}.{quantity}")
    yield from _trust(seen)


def _trust(seen: Seen) -> Iterator[Row]:
    for name, runs, _ in those(seen):
        weeks = (0, runs.sweep.scenario.horizon)
        for week, found in zip(weeks, trust_of(runs), strict=True):
            for (who, whom), value in found.items():
                yield _row(name, runs, f"trust.{who}.{whom}", TRUST, value, week=week)


def _band(one: Named, column: str) -> Iterator[Row]:
    line = band_of(one, column)
    assert line.low is not None
    assert line.high is not None
    for week, (value, low, high) in enumerate(zip(line.values, line.low, line.high, strict=True)):
        yield _row(one.name, one.runs, column, BAND, float(value), float(low), float(high), week)
