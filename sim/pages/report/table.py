"""The headlines of every cell as a table: printed, and as `summary.csv`."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.paired import Difference
from sim.analysis.shares import Estimate
from sim.analysis.timing import Median
from sim.experiment.results import Result, Results
from sim.inputs.errors import InputError, nearest
from sim.pages.kit.own_files import put
from sim.pages.report.measures import Measure, headline, kinds

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


RUNS, SUMMARY, REPORT = "runs", "summary.csv", "report.html"
SUMMARY_HEAD = ("cell", "scenario", "epoch", "horizon")
SUMMARY_MARK = ",".join(SUMMARY_HEAD)
PRINTED_CELLS = 60  # a longer table is no longer read; summary.csv has all cells


def check_headline(results: Results) -> None:
    """Refuse a headline that is no outcome; `InputError` names the case's file."""
    cell = results.cells[0]
    for number, line in enumerate(results.headline):
        try:
            cell.runs.values(line.outcome)
        except InputError as error:
            file, known = results.case.folder / "case.yaml", cell.runs.columns
            meant = error.meant or nearest(line.outcome, known)
            raise InputError(file, f"headline[{number}].outcome", error.problem, meant=meant) from None


# --- the table -------------------------------------------------------------------------------------------------------


def shown(measure: Measure, found: Estimate | Median | None, gap: Difference | None) -> str:
    """A measure of a cell in two lines: value and half of its interval; difference to `status_quo`, bold if clear."""
    if found is None:
        return "-"
    digits = 0 if measure.scale != 1.0 or measure.told == "median" else 2 if abs(found.value) < 10 else 1
    lines = f"{found.value:.{digits}f} [dim]±{(found.high - found.low) / 2.0:.{digits}f}[/dim]"
    if gap is None:
        return lines
    told = f"{gap.value:+.{digits}f} ±{(gap.high - gap.low) / 2.0:.{digits}f}"
    return f"{lines}\n{f'[bold]{told}[/bold]' if gap.low > 0.0 or gap.high < 0.0 else f'[dim]{told}[/dim]'}"


def gap_of(cell: Result, measure: Measure) -> Difference | None:
    """The difference to `status_quo` that is told: none for medians, whose pairs are not of the same runs."""
    return None if measure.told == "median" else measure.difference(cell)


def printed(title: str, columns: Sequence[Measure], cells: Sequence[Result]) -> Table:
    """A table with one row a cell and one column an outcome."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False, collapse_padding=True)
    table.add_column("scenario", no_wrap=True)
    for measure in columns:
        unit = "%" if measure.scale != 1.0 else measure.unit
        table.add_column(f"{measure.label}\n{unit}", justify="right", max_width=13 if len(columns) < 7 else 11)
    for cell in cells:
        told = (shown(measure, measure.estimate(cell.runs), gap_of(cell, measure)) for measure in columns)
        table.add_row(named(cell), *told)
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
    console.print(printed("How it stands at the end: % of runs in each settlement class", kinds(), cells))
    console.print(printed("What happens on the way", headline(results), cells))
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
    told = (*kinds(), *headline(results))
    names = ("", ".low", ".high", ".difference", ".difference.low", ".difference.high")
    yield [*SUMMARY_HEAD, *results.swept, "failed_runs", *(f"{one.column}{name}" for one in told for name in names)]
    for number, cell in enumerate(results):
        scenario = cell.scenario
        row: list[object] = [number, scenario.scenario, scenario.epoch, scenario.horizon, *cell.swept.values()]
        row.append(len(cell.runs.errors()))
        for measure in told:
            for found in (measure.estimate(cell.runs), gap_of(cell, measure)):
                values = () if found is None else (found.value, found.low, found.high)
                row += [_plain(value / measure.scale) for value in values] or [""] * 3
        yield row


def _plain(value: float) -> str:
    """A number of summary.csv: shares as shares, nothing where there is none."""
    return f"{value:.6g}" if math.isfinite(value) else ""
