"""The figures of the report, in the style of `kit.plots`: colour-blind safe, fit for a phone, intervals drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from textwrap import fill
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.analysis.influence import Influence
from sim.analysis.shares import Interval
from sim.analysis.timing import Curve
from sim.pages.kit.colours import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION, ink_on
from sim.pages.kit.html import Content, Html
from sim.pages.kit.html import figure as captioned
from sim.pages.kit.plots import STYLE, svg_of
from sim.pages.report.settlements import SettlementClass

if TYPE_CHECKING:
    from matplotlib.axes import Axes


NAMES = 1.95  # inches for the names of rows
NAME = 28  # characters that fit in there
BAR_NAME, BAR_LINE = 60, 0.34  # characters above a bar of the usual width, and inches that a further line takes
LINE = 0.125  # inches that a further line of a name takes
WIDTH = 4.8  # inches: fills a phone, and two stand side by side on a desktop
INK = "#222222"
# What comes in the course of a run; the two of a table share its panel.
EVENT_COLOURS = {"takeover": INK, "agreement signed": BLUE, "agreement collapsed": VERMILLION}
DASHED = (0, (2, 2))
LINE_STYLES = (
    *((INK, "X"), (BLUE, "o"), (GREEN, "s"), (ORANGE, "^"), (PURPLE, "D"), (VERMILLION, "v"), (SKY, "P")),
    ("#777733", "*"),
)
ROOM_FOR_NUMBER = 0.055


class Composed(NamedTuple):
    """A bar: its name, the share of each settlement class, and that of each class with all before it.

    Attributes:
        runs: the address of a run that ends so, by class; the parts of the bar lead there.
    """

    label: str
    shares: tuple[Interval, ...]
    upto: tuple[Interval, ...]
    runs: Mapping[str, str] = MappingProxyType({})


class Named(NamedTuple):
    """A row of a figure: its name and number, and the heading that it stands under with others."""

    label: str
    interval: Interval
    heading: str = ""


class Event(NamedTuple):
    """One kind of event, of `EVENT_COLOURS`: in how many runs it has not come yet, and the curve that is compared."""

    kind: str
    curve: Curve
    baseline: Curve | None


class Courses(NamedTuple):
    """One panel of events: a table, or the regime."""

    title: str
    events: tuple[Event, ...]


class Fan(NamedTuple):
    """One panel: title, unit, and quantiles (weeks + 1, 5) at 5, 25, 50, 75 and 95 %, with a baseline's median."""

    title: str
    unit: str
    quantiles: NDArray[np.float64]
    baseline: NDArray[np.float64] | None


def _figure(
    height: float,
    width: float = WIDTH,
    *,
    left: float = 0.1,
    right: float = 0.1,
    top: float = 0.1,
    bottom: float = 0.42,
) -> Figure:
    """An empty figure with its margins, in inches: to cut the paper to what is drawn would cost a second drawing."""
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(left=left / width, right=1 - right / width, top=1 - top / height, bottom=bottom / height)
    return figure


def drawing(
    picture: Figure, alternative: str, caption: Content, links: Mapping[str, str] = MappingProxyType({})
) -> Html:
    """A figure of this module with its caption, as an element of a page; `links`: see `svg_of`."""
    return captioned(svg_of(picture, alternative, tight=False, links=links), caption)


def composition(
    bars: Sequence[Composed], classes: Mapping[str, SettlementClass], *, width: float = WIDTH, key: bool = False
) -> Figure:
    """Stacked bars of the settlement classes; the line below where two meet is the interval of all left of there.

    A share of its own drawn from the left end of its part could end beyond the bar, where no boundary can be.

    Args:
        bars: from top to bottom.
        classes: by name, in the order of the shares.
        width: of the figure, in inches.
        key: whether to draw the key to the colours, for a figure that stands alone.
    """
    with mpl.rc_context(dict(STYLE)):
        bars = [bar._replace(label=fill(bar.label, round(BAR_NAME * width / WIDTH))) for bar in bars]
        lines = max((bar.label.count("\n") for bar in bars), default=0)
        figure = _figure(
            (0.5 + BAR_LINE * lines) * len(bars) + (1.0 if key else 0.6), width, right=0.3, top=0.42 if key else 0.05
        )
        axes = figure.subplots()
        for row, bar in enumerate(bars):
            _composed(axes, row, bar, classes)
        axes.set_ylim(len(bars) - 0.35, -0.75)
        axes.set_xlim(0.0, 1.0)
        axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100"])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("share of the runs, %")
        if key:
            handles = [Patch(facecolor=one.colour, label=name) for name, one in classes.items()]
            figure.legend(handles=handles, loc="upper center", ncols=len(classes), frameon=False, columnspacing=1.0,
                          handlelength=1.0)  # fmt: skip
    return figure


def links_of(bars: Sequence[Composed], classes: Sequence[str]) -> dict[str, str]:
    """What the parts of the bars lead to, in words, by address."""
    return {
        bar.runs[kind]: f"{bar.label}: {kind}, {100 * share.value:.0f} % of the runs; one that ends so"
        for bar in bars
        for kind, share in zip(classes, bar.shares, strict=True)
        if kind in bar.runs and share.value > 0.0
    }


def _composed(axes: Axes, row: int, bar: Composed, classes: Mapping[str, SettlementClass]) -> None:
    axes.text(0.0, row - 0.26, bar.label, ha="left", va="bottom", fontsize=8.5, color=INK)
    start = 0.0
    for number, (kind, share, upto) in enumerate(zip(classes, bar.shares, bar.upto, strict=True)):
        if share.value <= 0.0:
            continue
        colour, to_run = classes[kind].colour, bar.runs.get(kind)
        axes.barh(row, share.value, left=start, height=0.46, color=colour, edgecolor="white", linewidth=0.6, url=to_run)
        if share.value >= ROOM_FOR_NUMBER:
            axes.text(start + share.value / 2, row, f"{100 * share.value:.0f}", ha="center", va="center",
                      fontsize=8.0, color=ink_on(colour))  # fmt: skip
        start += share.value
        if number < len(classes) - 1:  # all classes together are all runs
            y = row + 0.27 + 0.045 * number  # below the bar, each on a line of its own: none hides a number or another
            axes.plot([upto.low, upto.high], [y, y], color="black", lw=0.9, solid_capstyle="butt")


def rising(panels: Sequence[Courses]) -> Figure:
    """The share of runs in which each event has come so far, two panels a row; dashed: the baseline."""
    rows = -(-len(panels) // 2)
    with mpl.rc_context(dict(STYLE)):
        figure = _figure(1.75 * rows + 0.65, left=0.56, top=0.25, bottom=0.72)
        grid = figure.subplots(rows, 2, squeeze=False).ravel().tolist()
        for axes, panel in zip(grid, panels, strict=False):
            for event in panel.events:
                _rise(axes, event)
            _weeks(axes, len(panel.events[0].curve.value) - 1)
            axes.set_ylim(-0.02, 1.03)
            axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100"])
            axes.set_ylabel("% of the runs", fontsize=7.6)
            axes.set_title(panel.title, loc="left", pad=3, fontsize=7.6)
            axes.grid(axis="y", color="#e2e2e2", linewidth=0.5)
        for axes in grid[len(panels) :]:
            axes.axis("off")
        drawn = [event for panel in panels for event in panel.events]
        handles = [Line2D([], [], color=EVENT_COLOURS[kind], label=kind) for kind in EVENT_COLOURS
                   if any(event.kind == kind for event in drawn)]  # fmt: skip
        if any(event.baseline is not None for event in drawn):
            handles.append(Line2D([], [], color=INK, ls=DASHED, lw=1.0, label="the same with nothing added"))
        figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.02, 0.0), ncols=4, frameon=False,
                      handlelength=1.8, columnspacing=1.2)  # fmt: skip
        figure.subplots_adjust(wspace=0.34, hspace=0.62)
    return figure


def _rise(axes: Axes, event: Event) -> None:
    colour, weeks = EVENT_COLOURS[event.kind], np.arange(len(event.curve.value))
    axes.fill_between(weeks, 1.0 - event.curve.high, 1.0 - event.curve.low, color=colour, alpha=0.2, lw=0, step="post")
    axes.step(weeks, 1.0 - event.curve.value, where="post", color=colour, lw=1.5)
    if event.baseline is not None:
        axes.step(weeks, 1.0 - event.baseline.value, where="post", color=colour, lw=1.0, ls=DASHED)


def _weeks(axes: Axes, horizon: int) -> None:
    axes.set_xlim(0.0, float(horizon))
    axes.set_xticks(range(0, horizon + 1, 26 if horizon >= 26 else max(1, horizon // 4)))
    axes.set_xlabel("week")


def fans(panels: Sequence[Fan]) -> Figure:
    """Weekly quantile bands, two panels a row."""
    rows = -(-len(panels) // 2)
    with mpl.rc_context(dict(STYLE)):
        figure = _figure(1.65 * rows + 0.35, left=0.55, top=0.25)
        grid = figure.subplots(rows, 2, squeeze=False, sharex=True).ravel().tolist()
        for axes, panel in zip(grid, panels, strict=False):
            _fan(axes, panel)
        for axes in grid[len(panels) :]:
            axes.axis("off")
        for axes in grid[-2:]:
            axes.set_xlabel("week")
        figure.subplots_adjust(wspace=0.34, hspace=0.42)
    return figure


def _fan(axes: Axes, panel: Fan) -> None:
    weeks = np.arange(len(panel.quantiles))
    low, lower, middle, upper, high = panel.quantiles.T
    axes.fill_between(weeks, low, high, color=BLUE, alpha=0.16, lw=0)
    axes.fill_between(weeks, lower, upper, color=BLUE, alpha=0.30, lw=0)
    axes.plot(weeks, middle, color=BLUE, lw=1.5)
    if panel.baseline is not None:
        axes.plot(weeks, panel.baseline, color=VERMILLION, lw=1.1, ls=(0, (3, 2)))
    _weeks(axes, len(weeks) - 1)
    axes.set_xlabel("")
    axes.set_title(panel.title, loc="left", pad=3, fontsize=8.5)
    axes.set_ylabel(panel.unit, fontsize=8.0)
    top = 1.0 if panel.unit.startswith("share") else max(1.05, float(np.nanmax(high)) * 1.05)
    axes.set_ylim(-0.02 * top, top * 1.02)
    axes.grid(axis="y", color="#e2e2e2", linewidth=0.5)


def differences(title: str, unit: str, rows: Sequence[Named]) -> Figure:
    """Paired differences with their intervals; filled and coloured where the interval leaves zero out."""
    with mpl.rc_context(dict(STYLE)):
        names = [fill(one.label, NAME) for one in rows]
        figure = _figure(_tall(0.19, names) + 0.75, left=NAMES, right=0.55, top=0.27)
        axes = figure.subplots()
        axes.axvline(0.0, color="#777777", lw=0.8)
        for row, (_, found, _) in enumerate(rows):
            clear = found.low > 0.0 or found.high < 0.0
            colour, marker = _pointing(found.value) if clear else ("#777777", "o")
            _whisker(axes, row, found, colour, marker, filled=clear)
        _rows(axes, names)
        _headings(axes, [one.heading for one in rows])
        ends = [abs(end) for one in rows for end in one.interval[1:] if not math.isnan(end)]
        reach = max(ends) * 1.08 if max(ends, default=0.0) > 0.0 else 1.0
        axes.set_xlim(-reach, reach)
        axes.set_xlabel(unit)
        figure.suptitle(title, x=0.01, y=0.99, ha="left", va="top", fontsize=9.0, weight="bold")
        axes.grid(axis="x", color="#e2e2e2", linewidth=0.5)
    return figure


def _pointing(value: float) -> tuple[str, str]:
    """The colour and the marker of a number that is above zero, or below it."""
    return (BLUE, ">") if value > 0.0 else (VERMILLION, "<")


def _whisker(axes: Axes, row: int, found: Interval | Influence, colour: str, marker: str, *, filled: bool) -> None:
    axes.plot([found.low, found.high], [row, row], color=colour, lw=1.6)
    axes.plot([found.value], [row], marker, ms=5.0, color=colour, mfc=colour if filled else "white")


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels, fontsize=7.6)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _tall(row: float, names: Sequence[str]) -> float:
    """How many inches rows of these names take, each as high as the longest needs."""
    return len(names) * (row + LINE * max((name.count("\n") for name in names), default=0))


def _headings(axes: Axes, headings: Sequence[str]) -> None:
    """A line wherever the heading changes, and the heading to the right of its first row."""
    for row, (heading, before) in enumerate(zip(headings, ["", *headings], strict=False)):
        if heading != before:
            beside = axes.get_yaxis_transform()
            axes.text(1.02, row, heading, transform=beside, fontsize=7.6, va="center", color="#555555")
            if row:
                axes.axhline(row - 0.5, color="#c8c8c8", lw=0.6)


def influence(title: str, found: Sequence[Influence], names: Sequence[str]) -> Figure:
    """Rank correlations with their intervals, strongest first; hollow within the grey band, what luck would reach.

    Args:
        title: above.
        found: from top to bottom.
        names: of each, in words.
    """
    with mpl.rc_context(dict(STYLE)):
        told = [fill(name, NAME) for name in names]
        figure = _figure(_tall(0.19, told) + 0.8, left=NAMES, top=0.27)
        axes = figure.subplots()
        axes.axvline(0.0, color="#777777", lw=0.8)
        for row, one in enumerate(found):
            axes.barh(row, 2.0 * one.luck, left=-one.luck, height=1.0, color="#e6e6e6", lw=0, zorder=0)
            _whisker(axes, row, one, *_pointing(one.value), filled=one.stands_out)
        _rows(axes, told)
        ends = [abs(end) for one in found for end in (one.value, one.low, one.high) if not math.isnan(end)]
        reach = max(0.3, *(1.1 * one.luck for one in found), *(1.05 * end for end in ends))
        axes.set_xlim(-min(reach, 1.0), min(reach, 1.0))
        axes.set_xlabel("rank correlation within a coding pass, −1 to 1")
        figure.suptitle(title, x=0.01, y=0.99, ha="left", va="top", fontsize=9.0, weight="bold")
    return figure


def split(rows: Sequence[Named]) -> Figure:
    """The variance of outcomes as two parts, not knowing and chance, with the interval of where they part."""
    with mpl.rc_context(dict(STYLE)):
        names = [fill(one.label, NAME) for one in rows]
        figure = _figure(_tall(0.26, names) + 0.75, left=NAMES, top=0.27)
        axes = figure.subplots()
        for row, (_, chance, _) in enumerate(rows):
            known = 1.0 - chance.value
            axes.barh(row, known, height=0.62, color=BLUE, edgecolor="white")
            axes.barh(row, chance.value, left=known, height=0.62, color="#d9d9d9", hatch="////", edgecolor="white")
            axes.plot([1.0 - chance.high, 1.0 - chance.low], [row, row], color="black", lw=1.2, marker="|", ms=5)
        _rows(axes, names)
        axes.set_xlim(0.0, 1.0)
        axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100"])
        axes.set_xlabel("share of the variance, %")
    return figure


class Swept(NamedTuple):
    """A line over a swept key: its name and the numbers at each value, None where there is none."""

    label: str
    numbers: tuple[Interval | None, ...]


def over_values(key: str, values: Sequence[float], lines: Sequence[Swept], unit: str) -> Figure:
    """Outcomes over the values of a swept key, with their intervals."""
    with mpl.rc_context(dict(STYLE)):
        names = [fill(line.label, NAME) for line in lines]
        half = -(-len(names) // 2)  # in each of the two columns of the key
        keys = max(sum(1 + name.count("\n") for name in column) for column in (names[:half], names[half:]))
        figure = _figure(2.8 + 0.17 * keys, left=0.5, bottom=0.56 + 0.17 * keys)
        axes = figure.subplots()
        for number, (name, line) in enumerate(zip(names, lines, strict=True)):
            colour, marker = LINE_STYLES[number % len(LINE_STYLES)]
            known = [(x, y) for x, y in zip(values, line.numbers, strict=True) if y is not None]
            axes.plot([x for x, _ in known], [y.value for _, y in known], color=colour, marker=marker, ms=4, lw=1.1,
                      label=name)  # fmt: skip
            for x, y in known:
                axes.plot([x, x], [y.low, y.high], color=colour, lw=1.6, alpha=0.7)
        axes.set_xlabel(key)
        axes.set_ylabel(unit)
        axes.set_ylim(bottom=0.0)
        figure.legend(loc="lower left", bbox_to_anchor=(0.02, 0.0), ncols=2, frameon=False, fontsize=7.6,
                      labelspacing=0.3)  # fmt: skip
    return figure
