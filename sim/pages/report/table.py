"""The headlines of every cell as a table: printed, and as `summary.csv`."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.influence import FEWEST
from sim.analysis.paired import Difference
from sim.analysis.shares import Estimate, Interval
from sim.experiment.grid import text
from sim.experiment.results import Result, Results
from sim.inputs.numbers import counted
from sim.pages.kit.own_files import put
from sim.pages.kit.words import failed_told
from sim.pages.report.answers import summary_names, summary_row, tell_answers
from sim.pages.report.measures import Defined, Measure, failed_runs, headline, headline_from, kinds
from sim.pages.report.telling import (
    KINDS_HEAD,
    NUMBERS_HEAD,
    OF_A_MEDIAN,
    OF_INTERVALS,
    PAIRED,
    digits,
    printed_defined,
    told_size,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text


RUNS, SUMMARY, REPORT = "runs", "summary.csv", "report.html"
SUMMARY_HEAD = ("cell", "scenario", "epoch", "horizon")
SUMMARY_MARK = ",".join(SUMMARY_HEAD)
ALL = Defined(1.0, FEWEST)
NO_ENDS = "–"  # one draw, or one value in all
PRINTED_CELLS = 60  # a longer table is no longer read; summary.csv has all cells


# --- the table -------------------------------------------------------------------------------------------------------


def shown(measure: Measure, found: Estimate | Interval | None, gap: Difference | None, defined: Defined = ALL) -> str:
    """What a measure is in a cell: its value and the ends of its interval; beneath, the difference with its ends.

    Args:
        measure: what is told.
        found: its number; None is told by a dash.
        gap: its difference to `status_quo`, bold where it is clear; None leaves it out.
        defined: how many of the runs and draws have a value; told where it is not all.
    """
    if found is None:
        return "-"
    places = digits(found.value, measure.scale) - 1  # a table that is printed is read at a glance
    ends = NO_ENDS if math.isnan(found.low) else f"{found.low:z.{places}f}…{found.high:z.{places}f}"
    lines = [f"{found.value:.{places}f} [dim]{ends}[/dim]"]
    lines += [f"[dim]{line}[/dim]" for line in printed_defined(defined)]
    return "\n".join(lines if gap is None else [*lines, *_moved(measure, gap, places)])


def _moved(measure: Measure, gap: Difference, places: int) -> list[str]:
    """The lines of a difference, its own levels above it where they are not those that are told."""
    levels = f"[dim]{gap.first:z.{places}f}→{gap.second:z.{places}f}[/dim]"
    if not gap.stands:
        return [levels, f"[dim]both in {100.0 * gap.pairs:.0f} %[/dim]"]
    value = f"{gap.value:+z.{places}f}"
    ends = "" if math.isnan(gap.low) else f" {gap.low:+z.{places}f}…{gap.high:+z.{places}f}"
    moved = f"[bold]{value}{ends}[/bold]" if gap.is_clear else f"[dim]{value}{ends}[/dim]"
    return [levels, moved] if measure.compares_otherwise else [moved]


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
        table.add_row(named(cell), *(Text.from_markup(_told(measure, cell)) for measure in columns))
    return table


def by_headline(results: Results, cells: Sequence[Result]) -> dict[tuple[Measure, ...], list[Result]]:
    """The cells by what is told first of their epoch, in order."""
    found: dict[tuple[Measure, ...], list[Result]] = {}
    for cell in cells:
        found.setdefault(headline_from(results, cell.scenario.epoch), []).append(cell)
    return found


def _told(measure: Measure, cell: Result) -> str:
    if not measure.can_happen(cell.runs):
        return "-"
    found = measure.estimate(cell.runs)
    return shown(measure, found, measure.difference(cell), measure.defined(cell.runs))


def named(cell: Result) -> Text:
    """A cell in two lines: its scenario, and what is swept or where it stands."""
    from rich.text import Text

    swept = " ".join(f"{key.partition('.')[2] or key}={text(value)}" for key, value in cell.swept.items())
    scenario = cell.scenario
    failed = len(cell.runs.errors())
    told = f" {failed:,} failed" if failed else ""
    where = swept or f"{scenario.epoch}, {scenario.horizon} weeks"
    return Text.assemble(scenario.scenario, (told, "bold"), "\n", (where, "dim"))


def tell(results: Results, console: Console) -> None:
    """Print what a person wants to know first."""
    cells = results.cells[:PRINTED_CELLS]
    _tell_extent(results, console)
    tell_answers(cells, console)
    console.print(printed(f"{KINDS_HEAD}, % of the runs", kinds(results.case), cells))
    for columns, those in by_headline(results, cells).items():
        epochs = dict.fromkeys(cell.scenario.epoch for cell in those)
        console.print(printed(f"{NUMBERS_HEAD}, from {', '.join(epochs)}", columns, those))
    console.print(
        f"{told_size(results)}, seed {results.seed}. Beside a number, the ends of its interval; beneath, in how many "
        f"of the runs there is one, if not in all, and the difference to {PAIRED}; bold where its interval leaves zero "
        f"out. {OF_INTERVALS} {OF_A_MEDIAN}"
    )
    _tell_extent(results, console)
    if failed := failed_runs(results):
        console.print(f"{failed_told(failed)}; the column `error` of the runs says why.")
    if len(results.cells) > len(cells):
        console.print(f"{counted(len(results.cells) - len(cells), 'further cell')} in {SUMMARY}.")


def _tell_extent(results: Results, console: Console) -> None:
    """Say what is not as one would think: a plan that is not whole, draws that do not count alike."""
    for word, told in (("PARTIAL", results.partial), ("WEIGHTED", results.weighted)):
        if told:
            console.print(f"{word}: {told}", style="bold")


# --- the files -------------------------------------------------------------------------------------------------------


def write_summary(results: Results, path: Path) -> None:
    """One row a cell: scenario, epoch, horizon, its question with its answers, swept values, headlines.

    Of each: value and ends of its interval, the share of the runs that have one and the number of their draws
    (`.defined`, `.draws`), the difference to `status_quo` with its ends, the two levels that it is of (`.from`, `.to`)
    and the share of the pairs (`.pairs`). What is not the whole plan says so in a column `partial`, draws with
    weights in a column `weighted`.

    Raises:
        InputError: another's file of that name is there, or the folder cannot be written to.
    """
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(_rows(results))
    put(path, made.getvalue(), SUMMARY_MARK)


def _rows(results: Results) -> Iterator[list[object]]:
    told = (*kinds(results.case), *headline(results))
    numbers = [name for measure in told for name in _names(measure)]
    most = max(len(cell.scenario.answered_by) for cell in results)
    said = {"partial": results.partial, "weighted": results.weighted}
    yield [
        *SUMMARY_HEAD,
        *(key for key, words in said.items() if words),
        *summary_names(most),
        *results.swept,
        "failed_runs",
        *numbers,
    ]
    for number, cell in enumerate(results):
        scenario = cell.scenario
        row: list[object] = [number, scenario.scenario, scenario.epoch, scenario.horizon]
        row += [words for words in said.values() if words]
        row += [*summary_row(cell, most), *map(text, cell.swept.values()), len(cell.runs.errors())]
        for measure in told:
            row += _numbers(measure, cell)
        yield row


def _names(measure: Measure) -> list[str]:
    """The columns of a measure; a difference has its own two levels beside it."""
    here, gap = measure.column, f"{measure.outcome}.difference"
    names = [f"{column}{end}" for column in (here, gap) for end in ("", ".low", ".high")]
    return [*names[:3], f"{here}.defined", f"{here}.draws", *names[3:], f"{gap}.from", f"{gap}.to", f"{gap}.pairs"]


def _numbers(measure: Measure, cell: Result) -> list[str]:
    """What stands in the columns of a measure."""
    found, gap, defined = measure.estimate(cell.runs), measure.difference(cell), measure.defined(cell.runs)
    here = [*_plain(measure, found), f"{defined.runs:.6g}", str(defined.draws)]
    if gap is None:
        return [*here, *[""] * 6]
    return [*here, *_plain(measure, gap), *_scaled(measure, gap.first, gap.second), f"{gap.pairs:.6g}"]


def _plain(measure: Measure, found: Estimate | Interval | Difference | None) -> list[str]:
    """Value and ends as they are, a share between 0 and 1; nothing where there is none."""
    return _scaled(measure, *((math.nan,) * 3 if found is None else (found.value, found.low, found.high)))


def _scaled(measure: Measure, *values: float) -> list[str]:
    return ["" if math.isnan(value) else f"{value / measure.scale:.6g}" for value in values]
