"""The scores of a record as a table: printed, and as CSV for machines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.analysis.shares import Interval
from sim.experiment.record import MODEL, Compared, Found, Scored
from sim.inputs.errors import one_of
from sim.inputs.files import read_csv
from sim.pages.kit.tables import csv_of
from sim.pages.kit.terminal import terminal, whole
from sim.pages.kit.words import citations

TABLE = "record.csv"
HEAD = (
    "statement", "part", "contender", "score", "value", "low", "high", "other", "statements", "events", "events_low",
    "events_high", "articles_low", "articles_high", "told",
)  # fmt: skip
TABLE_MARK = ",".join(HEAD[:4])
SCORED, USED, COMPARISON = "statement", "calibrates", "comparison"  # parts of the table
SCORE_NAMES = {"brier": "Brier score", "log": "log score", "crps": "CRPS, share of the range"}
VERDICTS = {-1: "model clearly better", 0: "cannot be told", 1: "model clearly worse"}
SIMPLE = ("coin", "base_rate", "persistence", "compromise", "nash")
NAMES = {
    MODEL: "the model",
    "coin": "a coin, or uniform",
    "base_rate": "the stated base rate",
    "persistence": "nothing changes",
    "compromise": "compromise model",
    "nash": "Nash solution, full trust",
}


class Against(NamedTuple):
    """The model beside a simpler forecast, as the table for machines says it.

    Attributes:
        contender: one of `SIMPLE`, or a mechanism off.
        score: by which the two are compared.
        events: independent ones.
        verdict: -1 where the model is clearly better, 1 where clearly worse, 0 where it cannot be told.
    """

    contender: str
    score: str
    events: int
    verdict: int


class Read(NamedTuple):
    """What a table that the job has written says: the names of all statements, those scored, the comparisons."""

    statements: frozenset[str]
    tested: int
    against: tuple[Against, ...]


def read(path: Path) -> Read:
    """The table again.

    Raises:
        InputError: the file is no such table.
    """
    said = {word: verdict for verdict, word in VERDICTS.items()}
    rows = read_csv(path, HEAD)
    every = {row.values["statement"]: row.values["part"] for row in rows if row.values["part"] in (SCORED, USED)}
    against = tuple(
        Against(
            row.values["contender"], row.values["score"], row.count("events"),
            said[one_of(f"{row.file}:{row.line}", "told", row.values["told"], said, "a verdict")],
        )
        for row in rows
        if row.values["part"] == COMPARISON
    )  # fmt: skip
    return Read(frozenset(every), list(every.values()).count(SCORED), against)


def contender_name(contender: str) -> str:
    """A contender as a reader sees it.

    >>> contender_name("coin"), contender_name("without red_lines")
    ('a coin, or uniform', 'without red lines')
    """
    return NAMES.get(contender, contender.replace("_", " "))


def told_interval(one: Interval, digits: int = 3) -> str:
    """A number with its interval.

    >>> told_interval(Interval(-0.1, -0.2, 0.05)), told_interval(Interval(0.1, math.nan, math.nan))
    ('-0.100 (-0.200 to +0.050)', '+0.100 (no interval)')
    """
    if math.isnan(one.low):
        return f"{one.value:+.{digits}f} (no interval)"
    return f"{one.value:+.{digits}f} ({one.low:+.{digits}f} to {one.high:+.{digits}f})"


def told_estimate(one: Scored) -> str:
    """What the model says of a statement: a probability in per cent, or a mean in its unit."""
    value, low, high = one.estimate.value, one.estimate.low, one.estimate.high
    if one.kind == "yes_no":
        return f"{100.0 * value:.0f} % ({100.0 * low:.0f} to {100.0 * high:.0f})"
    some = f" in the {100.0 * one.defined:.0f} % of the runs that have one" if one.defined < 1.0 else ""
    return f"mean {value:.3g} ({low:.3g} to {high:.3g}){some}"


def told_fact(one: Scored) -> str:
    """What the record says of it."""
    if one.statement.between is None:
        return "so it was"
    low, high = one.statement.between
    what = "week " if one.kind == "timing" else ""
    return f"{what}{low:g} or later" if high is None else f"{what}{low:g} to {high:g}"


def print_record(found: Found, console: Console | None = None) -> None:
    """Print every statement with the model's probability, then the model against each simpler forecast."""
    console = console or terminal()
    console.print(
        f"{len(found.tested)} statements about {found.events} independent events; {found.draws} draws of {found.runs} "
        f"runs each, seed {found.seed}. None of this is evidence of more than these events."
    )
    for one in found.scored:
        used = "; used to calibrate, not scored" if found.uses(one) else ""
        told = f": {told_estimate(one)}{'; the prior excludes one answer' if one.is_excluded else ''}{used}"
        console.print(Padding(Text.assemble((one.statement.statement, "bold"), told), (0, 0, 0, 2)))
    table = Table("against", "score", "model", "other", "difference, widest interval", "n", "events", "verdict")
    table.box = None
    for row in found.compared:
        if row.contender in SIMPLE:
            table.add_row(*cells(row))
    console.print(whole(table))


def cells(row: Compared) -> tuple[str, ...]:
    """A comparison as the cells of a table."""
    return (
        contender_name(row.contender), SCORE_NAMES[row.score], f"{row.model:.3f}", f"{row.other:.3f}",
        told_interval(row.widest), str(row.statements), str(row.events), VERDICTS[row.verdict],
    )  # fmt: skip


def csv_text(found: Found) -> str:
    """The findings for machines: statements with scores, then comparisons, then pairs from article to article."""
    return csv_of(HEAD, (*_statements(found), *_comparisons(found), *_moved(found)))


def _statements(found: Found) -> Iterator[tuple[object, ...]]:
    for one in found.scored:
        rests = citations(one.statement.paragraphs, ": ") or one.statement.source
        ends = (one.estimate.low, one.estimate.high)
        place = (USED if found.uses(one) else SCORED, MODEL, "estimate", one.estimate.value)
        yield (one.name, *place, *ends, "", 1, 1, "", "", "", "", f"{one.statement.statement} {rests}")
        for (contender, score), value in one.scores.items():
            yield (one.name, "score", contender, score, value, "", "", "", 1, 1, "", "", "", "", one.event)


def _comparisons(found: Found) -> Iterator[tuple[object, ...]]:
    for row in found.compared:
        ends = (*row.over_events[1:], *row.over_epochs[1:])
        yield (
            "", COMPARISON, row.contender, row.score, *row.over_statements, row.other, row.statements, row.events,
            *ends, VERDICTS[row.verdict],
        )  # fmt: skip


def _moved(found: Found) -> Iterator[tuple[object, ...]]:
    for one in found.moved:
        name = f"{one.kind}.{'.'.join(one.pair)}"
        told = f"coded {one.coded[0]:.2f} to {one.coded[1]:.2f}; began at {one.began:.3f}, came to {one.came:.3f}"
        way = (name, "onward", f"{one.start} to {one.end}", "crps", one.model, "", "", one.persistence)
        yield (*way, 1, 1, "", "", "", "", told)
