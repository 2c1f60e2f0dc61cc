"""Competing theories as a table: printed, and as CSV for machines."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import Console
from rich.table import Column, Table

from sim.analysis.contested import PARTS
from sim.analysis.shares import Estimate, Interval
from sim.experiment.theories import Found, contender_of
from sim.pages.kit.tables import csv_of
from sim.pages.kit.terminal import terminal, whole

TABLE = "theories.csv"
HEAD = ("theory", "part", "name", "epoch", "value", "low", "high", "draws", "told")
TABLE_MARK = ",".join(HEAD[:4])
VERDICTS = {True: "holds", False: "fails", None: "cannot be told"}
SCORES = {"brier": "Brier score", "log": "log score", "crps": "CRPS"}


def print_theories(found: Found, console: Console | None = None) -> None:
    """Print a line a theory: patterns that hold, scores of the record; then each outcome by theory, and its spread.

    Outcomes are told one below the other: as columns they would need twice the width of a terminal.
    """
    console = console or terminal()
    scores = list(found.scores("as_designed"))
    name = Column("theory", min_width=max(len(one.theory) for one in found.theories))
    table = Table(name, "source", "patterns that hold", *(SCORES[score] for score in scores))
    table.box = None
    for theory in found.theories:
        own = found.scores(theory.theory)
        told = (f"{own[score]:.3f}" for score in scores)
        table.add_row(theory.theory, theory.source, told_held(found, theory.theory), *told)
    console.print(whole(table))
    for outcome in found.outcomes:
        means = (f"{name} {told_estimate(one, outcome.is_share)}" for name, one in outcome.estimates.items())
        console.print(f"\n{outcome.outcome}: {', '.join(means)}")
        if outcome.parts is None:
            console.print("What its variance is made of cannot be told, or nothing varies.")
            continue
        parts = ", ".join(f"{name} {told_share(getattr(outcome.parts, name))}" for name in PARTS)
        console.print(f"Of its variance {parts}.")
    if found.left_out:
        console.print(f"\nLeft out, because some runs do not have it: {', '.join(found.left_out)}")


def told_held(found: Found, theory: str) -> str:
    """How many patterns hold by a theory, and how many cannot be told."""
    verdicts = [one.holds[theory] for one in found.patterns]
    open_ones = verdicts.count(None)
    told = f"{verdicts.count(True)} of {len(verdicts)}"
    return f"{told}, {open_ones} open" if open_ones else told


def told_estimate(one: Estimate, is_share: bool) -> str:
    """A mean with its interval, a share in per cent."""
    factor, unit, digits = (100.0, " %", ".0f") if is_share else (1.0, "", ".3g")
    value, low, high = (format(factor * part, digits) for part in (one.value, one.low, one.high))
    return f"{value}{unit} (no interval)" if math.isnan(one.low) else f"{value}{unit} ({low} to {high})"


def told_share(one: Interval) -> str:
    """A part of a variance in per cent.

    >>> told_share(Interval(0.25, 0.125, 0.5))
    '25 % (12 to 50)'
    """
    return f"{100.0 * one.value:.0f} % ({100.0 * one.low:.0f} to {100.0 * one.high:.0f})"


def csv_text(found: Found) -> str:
    """The findings for machines: patterns, scores, outcomes and parts of their variance."""
    return csv_of(HEAD, _rows(found))


def _rows(found: Found) -> Iterator[tuple[object, ...]]:
    for theory in found.theories:
        name = theory.theory
        for one in found.patterns:
            share = one.findings[name].share
            place = (name, "pattern", one.name, one.epoch or "")
            yield (*place, *share.corrected, share.draws, VERDICTS[one.holds[name]])
        for score, value in found.scores(name).items():
            yield (name, "score", score, "", value, "", "", "", "mean over the statements that set no parameter")
        if found.record is not None:
            for row in found.record.compared:
                if row.contender == contender_of(name):
                    worse, told = (-part for part in _turned(row.widest)), "events; the widest interval"
                    yield (name, "worse than as designed by", row.score, "", *worse, row.events, told)
        for outcome in found.outcomes:
            each = outcome.estimates[name]
            yield (name, "outcome", outcome.outcome, "", each.value, each.low, each.high, each.draws, "")
    for outcome in found.outcomes:
        for part in PARTS if outcome.parts is not None else ():
            yield ("", "part of the variance", outcome.outcome, "", *getattr(outcome.parts, part), found.draws, part)


def _turned(one: Interval) -> tuple[float, float, float]:
    """An interval of the model less another, with its ends as those of the other less the model once its sign turns."""
    return one.value, one.high, one.low
