"""The headlines of every cell as a table: printed, and as `summary.csv`."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.paired import Difference
from sim.analysis.shares import Estimate, Interval
from sim.experiment.results import Result, Results
from sim.inputs.errors import InputError, nearest
from sim.inputs.numbers import counted
from sim.pages.kit.own_files import put
from sim.pages.report.answers import summary_names, summary_row, tell_answers
from sim.pages.report.measures import Measure, headline, headline_from, kinds
from sim.pages.report.telling import KINDS_HEAD, NUMBERS_HEAD, OF_A_MEDIAN, PAIRED, digits, told_size

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text


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


def shown(measure: Measure, found: Estimate | Interval | None, gap: Difference | None) -> str:
    """What a measure is in a cell: its value and half of its interval; beneath, the difference, bold where it is clear.

    Args:
        measure: what is told.
        found: its number; None is told by a dash.
        gap: its difference to `status_quo`; None leaves the second line out.
    """
    if found is None:
        return "-"
    places = digits(found.value, measure.scale) - 1  # a table that is printed is read at a glance
    half = "one draw" if math.isnan(found.low) else f"±{(found.high - found.low) / 2.0:.{places}f}"
    first = f"{found.value:.{places}f} [dim]{half}[/dim]"
    if gap is None:
        return first
    second = f"{gap.value:+z.{places}f} ±{(gap.high - gap.low) / 2.0:.{places}f}"
    return f"{first}\n{f'[bold]{second}[/bold]' if gap.is_clear else f'[dim]{second}[/dim]'}"


def printed(title: str, columns: Sequence[Measure], cells: Sequence[Result]) -> Table:
    """A table with one row a cell and one column an outcome."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False, collapse_padding=True)
    table.add_column("scenario", no_wrap=True)
    for measure in columns:
        width = 13 if len(columns) < 7 else 11
        table.add_column(f"{measure.label}\n{measure.sign}", justify="right", max_width=width)
    for cell in cells:
        told = (shown(measure, measure.estimate(cell.runs), measure.difference(cell)) for measure in columns)
        table.add_row(named(cell), *map(Text.from_markup, told))
    return table


def by_headline(results: Results, cells: Sequence[Result]) -> dict[tuple[Measure, ...], list[Result]]:
    """The cells by what is told first of their epoch, in order."""
    found: dict[tuple[Measure, ...], list[Result]] = {}
    for cell in cells:
        found.setdefault(headline_from(results, cell.scenario.epoch), []).append(cell)
    return found


def named(cell: Result) -> Text:
    """A cell in two lines: its scenario, and what is swept or where it stands."""
    from rich.text import Text

    swept = " ".join(f"{key.partition('.')[2] or key}={value}" for key, value in cell.swept.items())
    scenario = cell.scenario
    return Text.assemble(f"{scenario.scenario}\n", (swept or f"{scenario.epoch}, {scenario.horizon} weeks", "dim"))


def tell(results: Results, console: Console) -> None:
    """Print what a person wants to know first."""
    cells = results.cells[:PRINTED_CELLS]
    tell_answers(cells, console)
    console.print(printed(f"{KINDS_HEAD}, % of the runs", kinds(), cells))
    for columns, those in by_headline(results, cells).items():
        epochs = dict.fromkeys(cell.scenario.epoch for cell in those)
        console.print(printed(f"{NUMBERS_HEAD}, from {', '.join(epochs)}", columns, those))
    console.print(
        f"{told_size(results)}, seed {results.seed}. ±: half a 95 % Monte Carlo interval. Second line: difference to "
        f"{PAIRED}; bold where its interval leaves zero out. {OF_A_MEDIAN}"
    )
    if len(results.cells) > len(cells):
        console.print(f"{counted(len(results.cells) - len(cells), 'further cell')} in {SUMMARY}.")


# --- the files -------------------------------------------------------------------------------------------------------


def write_summary(results: Results, path: Path) -> None:
    """One row a cell: scenario, epoch, horizon, its question with its answers, swept values, six numbers a headline.

    Raises:
        InputError: another's file of that name is there, or the folder cannot be written to.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_rows(results))
    put(path, text.getvalue(), SUMMARY_MARK)


def _rows(results: Results) -> Iterator[list[object]]:
    told = (*kinds(), *headline(results))
    numbers = [name for measure in told for name in _names(measure)]
    most = max(len(cell.scenario.answered_by) for cell in results)
    yield [*SUMMARY_HEAD, *summary_names(most), *results.swept, "failed_runs", *numbers]
    for number, cell in enumerate(results):
        scenario = cell.scenario
        row: list[object] = [number, scenario.scenario, scenario.epoch, scenario.horizon, *summary_row(cell, most)]
        row += [*cell.swept.values(), len(cell.runs.errors())]
        for measure in told:
            row += [*_plain(measure, measure.estimate(cell.runs)), *_plain(measure, measure.difference(cell))]
        yield row


def _names(measure: Measure) -> list[str]:
    """The columns of a measure; a difference is one of means, whatever the number itself is."""
    here, gap = measure.column, f"{measure.outcome}.difference"
    return [f"{column}{end}" for column in (here, gap) for end in ("", ".low", ".high")]


def _plain(measure: Measure, found: Estimate | Interval | Difference | None) -> list[str]:
    """Value and ends as they are, a share between 0 and 1; nothing where there is none."""
    values = (math.nan,) * 3 if found is None else (found.value, found.low, found.high)
    return ["" if math.isnan(value) else f"{value / measure.scale:.6g}" for value in values]
