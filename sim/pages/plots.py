"""Figures for a researcher's own paper or notebook, in the style of the report, each with the seed that makes it again.

They are functions beside the objects that they draw: figures are drawn in `pages` only. `runs.plot()`,
`comparison.plot()` and `cells.plot()` call them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np

from sim.analysis.paired import Difference
from sim.analysis.shares import Estimate, Interval
from sim.experiment.cells import Cells, Place, gap, level, short, values_of
from sim.experiment.comparison import Comparison
from sim.experiment.results import Result
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.pages.kit.colours import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION
from sim.pages.kit.plots import STYLE
from sim.version import __version__

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

WIDTH, ROOM = 4.8, 0.9  # inches: of a figure, and above and below what it draws
FAINT = "#777777"
# Colours that colour-blind readers can tell apart, each with a marker of its own.
STYLES = ((BLUE, "o"), (VERMILLION, "s"), (GREEN, "^"), (ORANGE, "D"), (PURPLE, "v"), (SKY, "P"))
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
LEVELS_MAP, DIFFERENCES_MAP = "cividis", "PuOr"


def plot(
    held: Runs | Comparison | Cells,
    outcomes: str | Sequence[str] | None = None,
    *,
    against: Place | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw outcomes with their 95 % intervals.

    Runs give a row for each outcome; a comparison a row for each difference, filled where its interval leaves zero out;
    cells over one swept key a line for each outcome, cells over two a heat map of one outcome.

    Args:
        held: what is drawn.
        outcomes: one or several, as in `Runs.values`; several have to have the same unit. None: the classes.
        against: for cells, the cell that they are compared with: differences are drawn. None: levels.
        axes: to draw on. None: those of a new figure, which also tells seed, size and version beneath.

    Returns:
        The axes; `axes.figure.savefig(file)` keeps the figure.

    Raises:
        InputError: no such outcome, outcomes of several units, or cells over more than two keys.
    """
    runs = held.first if isinstance(held, Comparison) else held[0].runs if isinstance(held, Cells) else held
    asked = runs.sweep.case.classes if outcomes is None else outcomes
    chosen = (asked,) if isinstance(asked, str) else tuple(asked)
    unit, scale = _unit(runs, chosen)
    with mpl.rc_context(dict(STYLE)):
        if isinstance(held, Cells):
            return _cells(held, chosen, unit, scale, against, axes)
        height = 0.24 * len(chosen) + ROOM
        drawn = _axes(axes, height, held.second if isinstance(held, Comparison) else runs)
        if isinstance(held, Comparison):
            found = [_interval(gap(held.first, held.second, what), scale) for what in chosen]
            first, second = (one.sweep.scenario.scenario for one in (held.first, held.second))
            _rows(drawn, chosen, found, paired=True)
            told = "difference" if first == second else f"{second} less {first}"
            drawn.set_xlabel(f"{told}, {_points(unit)}")
        else:
            _rows(drawn, chosen, [_interval(level(runs, what), scale) for what in chosen], paired=False)
            drawn.set_xlabel(unit)
    return drawn


def plot_weekly(runs: Runs, column: str, *, against: Runs | None = None, axes: Axes | None = None) -> Axes:
    """Draw a weekly column over the weeks: the median, the middle half and the middle nine tenths of the runs.

    Args:
        runs: with weekly bands (`band_runs` of `sim.sweep`).
        column: a column of `runs.paths`.
        against: other runs, whose median is drawn dashed.
        axes: as in `plot`.

    Raises:
        InputError: there is no such column.
    """
    found = runs.bands(column, LEVELS).to_numpy()
    other = None if against is None else against.bands(column, (0.5,)).to_numpy()[:, 0]
    unit = next(one.unit for one in runs.sweep.weekly if one.name == column)
    with mpl.rc_context(dict(STYLE)):
        drawn = _axes(axes, 2.6, runs)
        weeks = np.arange(len(found))
        low, lower, middle, upper, high = found.T
        drawn.fill_between(weeks, low, high, color=BLUE, alpha=0.16, lw=0, label="middle 90 %")
        drawn.fill_between(weeks, lower, upper, color=BLUE, alpha=0.30, lw=0, label="middle 50 %")
        drawn.plot(weeks, middle, color=BLUE, lw=1.5, label=f"median, {runs.sweep.scenario.scenario}")
        if other is not None and against is not None:
            name = against.sweep.scenario.scenario
            drawn.plot(np.arange(len(other)), other, color=VERMILLION, lw=1.1, ls=(0, (3, 2)), label=f"median, {name}")
        drawn.set_xlim(0.0, max(1.0, float(weeks[-1])))
        drawn.set_xlabel("week")
        drawn.set_ylabel(f"{column}, {unit}")
        drawn.legend(frameon=False, fontsize=7.6)
    return drawn


# --- axes and units --------------------------------------------------------------------------------------------------


def _axes(axes: Axes | None, height: float, runs: Runs) -> Axes:
    """The axes given, or those of a new figure with what makes it again beneath."""
    if axes is not None:
        return axes
    from matplotlib import pyplot as plt  # where a notebook looks for figures to show

    figure, made = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    figure.supxlabel(provenance(runs), fontsize=6.0, color=FAINT, x=0.01, ha="left")
    return made


def provenance(runs: Runs) -> str:
    """What makes runs again, in a line: the seed, the size, the coding passes where not all count, and the version."""
    sweep = runs.sweep
    size = f"{counted(sweep.draws, 'draw')} x {counted(sweep.runs, 'run')}"
    passes = [f"passes {', '.join(sweep.passes)}"] if sweep.passes else []
    return "; ".join(
        [
            f"{sweep.scenario.scenario} from {sweep.scenario.epoch}",
            size,
            f"seed {sweep.seed}",
            *passes,
            f"jirga {__version__}",
        ]
    )


def _unit(runs: Runs, outcomes: Sequence[str]) -> tuple[str, float]:
    """How outcomes are told, and the factor to it: shares in per cent."""
    units = {what: "" if runs.is_yes_no(what) else runs.columns[what].unit.split(";")[0] for what in outcomes}
    if len({*units.values()}) != 1:
        told = ", ".join(f"{what}: {unit or 'a share of the runs'}" for what, unit in units.items())
        raise InputError("plot", "outcomes", f"have several units ({told})", allowed="outcomes of one unit")
    unit = next(iter(units.values()))
    if runs.is_yes_no(outcomes[0]):
        return "share of the runs, %", 100.0
    return ("%", 100.0) if unit == "share" else (unit, 1.0)


def _points(unit: str) -> str:
    return "percentage points" if unit.endswith("%") else unit


def _interval(found: Estimate | Difference | None, scale: float) -> Interval:
    """A number with its ends as it is drawn; NaN where there is none."""
    numbers = (np.nan,) * 3 if found is None else (found.value, found.low, found.high)
    return Interval(*(scale * x for x in numbers))


# --- rows, lines, heat maps ------------------------------------------------------------------------------------------


def _rows(axes: Axes, names: Sequence[str], found: Sequence[Interval], *, paired: bool) -> None:
    """A number with its interval in each row, from top to bottom."""
    if paired:
        axes.axvline(0.0, color=FAINT, lw=0.8)
    for row, one in enumerate(found):
        clear = not paired or one.low > 0.0 or one.high < 0.0
        colour = BLUE if clear and one.value >= 0.0 else VERMILLION if clear else FAINT
        axes.plot([one.low, one.high], [row, row], color=colour, lw=1.6)
        axes.plot([one.value], [row], "o", ms=4.5, color=colour, mfc=colour if clear else "white")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(axis="x", color="#e2e2e2", linewidth=0.5)


def _cells(
    cells: Cells, outcomes: Sequence[str], unit: str, scale: float, against: Place | None, axes: Axes | None
) -> Axes:
    keys = list(cells.swept)
    told = unit if against is None else f"{_points(unit)} more than in {_named(cells, cells.at(against))}"
    table = cells.table(outcomes, against=against)
    names = ("value", "low", "high") if against is None else ("difference", "difference_low", "difference_high")
    numbers = scale * table[list(names)].to_numpy().reshape(len(cells), len(outcomes), 3)
    if len(keys) == 1:
        drawn = _axes(axes, 2.9, cells[0].runs)
        _lines(drawn, cells, keys[0], outcomes, numbers)
        drawn.set_ylabel(told)
        return drawn
    if len(keys) != 2 or len(outcomes) != 1:
        problem = f"{counted(len(outcomes), 'outcome')} over {', '.join(keys) or 'nothing'}"
        allowed = "outcomes over one key, or one outcome over two; cells.where(KEY=VALUE) keeps those of a value"
        raise InputError("plot", "cells", problem, allowed=allowed)
    rows, columns = (cells.swept[key] for key in keys)
    drawn = _axes(axes, 0.5 * len(rows) + ROOM, cells[0].runs)
    image = np.full((len(rows), len(columns), 3), np.nan)
    for cell, three in zip(cells, numbers[:, 0], strict=True):
        places = values_of(cell)
        if all(key in places for key in keys):
            image[rows.index(places[keys[0]]), columns.index(places[keys[1]])] = three
    _heat_map(drawn, image, diverging=against is not None, told=f"{outcomes[0]}: {told}")
    drawn.set_yticks(range(len(rows)), [_told(value) for value in rows])
    drawn.set_xticks(range(len(columns)), [_told(value) for value in columns])
    drawn.set_ylabel(_key(cells, keys[0]))
    drawn.set_xlabel(_key(cells, keys[1]))
    return drawn


def _lines(axes: Axes, cells: Cells, key: str, outcomes: Sequence[str], numbers: NDArray[Any]) -> None:
    """A line for each outcome over the values of a key, which are places of equal distance where they are words."""
    values = [values_of(cell).get(key) for cell in cells]
    numeric = all(isinstance(value, int | float) for value in values)
    x = np.array([float(str(value)) for value in values]) if numeric else np.arange(len(values), dtype=np.float64)
    order = np.argsort(x)
    for number, what in enumerate(outcomes):
        colour, marker = STYLES[number % len(STYLES)]
        value, low, high = numbers[order, number].T
        axes.plot(x[order], value, color=colour, marker=marker, ms=4, lw=1.1, label=what)
        axes.vlines(x[order], low, high, color=colour, lw=1.6, alpha=0.7)
    if not numeric:
        axes.set_xticks(x, [_told(value) for value in values])
    axes.set_xlabel(_key(cells, key))
    axes.grid(axis="y", color="#e2e2e2", linewidth=0.5)
    axes.legend(frameon=False, fontsize=7.6)


def _heat_map(axes: Axes, image: NDArray[Any], *, diverging: bool, told: str) -> None:
    """Values as colours, each with its number and its interval; zero difference is in the middle of the colours.

    The colours reach from the lowest end of an interval to the highest, so that luck alone makes no loud picture.
    """
    values, known = image[..., 0], image[~np.isnan(image)]
    low_end, high_end = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if diverging:
        high_end = max(abs(low_end), abs(high_end)) or 1.0
        low_end = -high_end
    drawn = axes.imshow(
        values, cmap=DIFFERENCES_MAP if diverging else LEVELS_MAP, aspect="auto", vmin=low_end, vmax=high_end
    )
    for (row, column), value in np.ndenumerate(values):
        if not np.isnan(value):
            red, green, blue, _ = drawn.to_rgba(value)
            ink = "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
            low, high = image[row, column, 1:]
            ends_told = "" if np.isnan(low) else f"\n{low:.3g} to {high:.3g}"
            axes.text(column, row, f"{value:.3g}{ends_told}", ha="center", va="center", fontsize=7.0, color=ink)
    axes.set_title(told, loc="left", fontsize=8.5)


def _key(cells: Cells, key: str) -> str:
    """A swept key with its unit, as an axis is labelled."""
    lever = next((one.scenario.levers[key] for one in cells if key in one.scenario.levers), None)
    if lever is not None:
        return f"{key}, {lever.unit}"
    if key == "horizon":
        return "horizon, weeks"
    return cells[0].runs.labels.get(key, short(key))


def _named(cells: Cells, cell: Result) -> str:
    """A cell by its values of what is swept."""
    return ", ".join(f"{key}={_told(value)}" for key, value in values_of(cell).items() if key in cells.swept)


def _told(value: str | float | None) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
