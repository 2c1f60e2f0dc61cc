"""The headlines of every cell as a table: printed, and as `summary.csv`."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.shares import Z95, draw_means
from sim.case.case import Headline
from sim.experiment.results import Result, Results
from sim.inputs.errors import InputError, nearest
from sim.model.outcomes import SETTLEMENTS
from sim.pages.kit.own_files import put

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.experiment.runs import Runs


RUNS, SUMMARY, REPORT = "runs", "summary.csv", "report.html"
SUMMARY_HEAD = ("cell", "scenario", "epoch", "horizon")
SUMMARY_MARK = ",".join(SUMMARY_HEAD)
PRINTED_CELLS = 60  # a longer table is no longer read; summary.csv has all cells


@dataclass(frozen=True)
class Figure:
    """One outcome of one cell: its value and its paired difference to `status_quo`, with 95 % intervals; NaN: none."""

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    difference: float = math.nan
    difference_low: float = math.nan
    difference_high: float = math.nan

    @property
    def is_clear(self) -> bool:
        """Whether the difference's interval leaves zero out."""
        return self.difference_low > 0.0 or self.difference_high < 0.0


def headlines(results: Results) -> tuple[Headline, ...]:
    """What is told of each cell: the settlement classes, then what the case names first."""
    kinds = [Headline(outcome=name, label=name, told="share") for name in SETTLEMENTS]
    return (*kinds, *results.headline)


def check_headline(results: Results) -> None:
    """Refuse a headline that is no outcome; `InputError` names the case's file."""
    cell = results.cells[0]
    for number, headline in enumerate(results.headline):
        try:
            cell.runs.values(headline.outcome)
        except InputError as error:
            file, known = results.case.folder / "case.yaml", cell.runs.columns
            meant = error.meant or nearest(headline.outcome, known)
            raise InputError(file, f"headline[{number}].outcome", error.problem, meant=meant) from None


def figure(cell: Result, headline: Headline) -> Figure:
    """One outcome of one cell."""
    if headline.told == "median":
        return Figure(*median(cell.runs, headline.outcome))
    found, paired = cell.estimate(headline.outcome), cell.difference(headline.outcome)
    if found is None:
        return Figure()
    if paired is None:
        return Figure(found.value, found.low, found.high)
    return Figure(found.value, found.low, found.high, paired.value, paired.low, paired.high)


def median(runs: Runs, what: str) -> tuple[float, float, float]:
    """The median of an outcome over the runs in which it is defined, with its 95 % interval.

    The interval inverts that of the share of runs below the median, which rests on draws (Woodruff 1952).
    """
    values = runs.values(what)
    defined = values[~np.isnan(values)]
    if not len(defined):
        return math.nan, math.nan, math.nan
    middle = float(np.median(defined))
    means, _ = draw_means(np.where(np.isnan(values), np.nan, (values <= middle).astype(np.float64)))
    error = float(means.std(ddof=1)) / math.sqrt(len(means)) if len(means) > 1 else 0.5
    low, high = np.quantile(defined, [max(0.0, 0.5 - Z95 * error), min(1.0, 0.5 + Z95 * error)])
    return middle, float(low), float(high)


# --- the table -------------------------------------------------------------------------------------------------------


def shown(figure: Figure, headline: Headline) -> str:
    """A figure in two lines: value and half of its interval; difference to `status_quo`, bold where it is clear."""
    if math.isnan(figure.value):
        return "-"
    scale = 100.0 if headline.told == "share" else 1.0
    digits = 0 if headline.told in ("share", "median") else 2 if abs(figure.value) < 10 else 1
    half = scale * (figure.high - figure.low) / 2.0
    lines = f"{scale * figure.value:.{digits}f} [dim]±{half:.{digits}f}[/dim]"
    if math.isnan(figure.difference):
        return lines
    half = scale * (figure.difference_high - figure.difference_low) / 2.0
    told = f"{scale * figure.difference:+.{digits}f} ±{half:.{digits}f}"
    return f"{lines}\n{f'[bold]{told}[/bold]' if figure.is_clear else f'[dim]{told}[/dim]'}"


def printed(results: Results, title: str, columns: Sequence[Headline], cells: Sequence[Result]) -> Table:
    """A table with one row a cell and one column an outcome."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False, collapse_padding=True)
    table.add_column("scenario", no_wrap=True)
    for headline in columns:
        unit = "%" if headline.told == "share" else headline.unit
        table.add_column(f"{headline.label}\n{unit}", justify="right", max_width=13 if len(columns) < 7 else 11)
    for cell in cells:
        table.add_row(named(cell), *(shown(figure(cell, headline), headline) for headline in columns))
    return table


def named(cell: Result) -> str:
    """A cell in two lines: its scenario, and what is swept or where it stands."""
    from rich.markup import escape

    swept = " ".join(f"{key.partition('.')[2] or key}={value}" for key, value in cell.swept.items())
    scenario = cell.scenario
    return f"{scenario.scenario}\n[dim]{escape(swept or f'{scenario.epoch}, {scenario.horizon} weeks')}[/dim]"


def tell(results: Results, console: Console) -> None:
    """Print what a person wants to know first."""
    cells = results.cells[:PRINTED_CELLS]
    kinds, first = headlines(results)[: len(SETTLEMENTS)], results.headline
    console.print(printed(results, "How it stands at the end: % of runs in each settlement class", kinds, cells))
    console.print(printed(results, "What happens on the way", first, cells))
    console.print(
        f"{results.draws:,} draws of what is not known x {results.runs:,} runs of chance, seed {results.seed}. "
        "±: half a 95 % Monte Carlo interval. Second line: difference to status_quo at the same epoch and over the "
        "same weeks, with the same draws and luck; bold where its interval leaves zero out."
    )
    if len(results.cells) > len(cells):
        console.print(f"{len(results.cells) - len(cells):,} more cells are in {SUMMARY}.")


# --- the files -------------------------------------------------------------------------------------------------------


def write_summary(results: Results, path: Path) -> None:
    """One row a cell: scenario, epoch, horizon, swept values, and six numbers for every headline.

    Raises:
        InputError: another's file of that name is there, or the folder cannot be written to.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_rows(results))
    put(path, text.getvalue(), SUMMARY_MARK)


def _rows(results: Results) -> Iterator[list[object]]:
    told = headlines(results)
    names = ("", ".low", ".high", ".difference", ".difference.low", ".difference.high")
    numbers = [f"{h.outcome}{'.median' if h.told == 'median' else ''}{name}" for h in told for name in names]
    yield [*SUMMARY_HEAD, *results.swept, "failed_runs", *numbers]
    for number, cell in enumerate(results):
        scenario = cell.scenario
        row: list[object] = [number, scenario.scenario, scenario.epoch, scenario.horizon, *cell.swept.values()]
        row.append(len(cell.runs.errors()))
        for headline in told:
            found = figure(cell, headline)
            values = (found.value, found.low, found.high, found.difference, found.difference_low, found.difference_high)
            row += ["" if math.isnan(value) else f"{value:.6g}" for value in values]
        yield row
