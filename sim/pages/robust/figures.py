"""Settings by every criterion, regret from draw to draw, and the Pareto front, as figures with intervals."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.shares import Interval
from sim.experiment.answers import label_of
from sim.experiment.robust import CRITERIA, Criterion, Found, Goal, Judged, Standing, Traded
from sim.pages.kit.colours import BLUE, GREEN, GREY, ORANGE, VERMILLION
from sim.pages.kit.plots import STYLE
from sim.pages.robust.words import SHARE

WIDE, ROW = 6.9, 0.26  # inches
CURVES = ((BLUE, "-"), (VERMILLION, "--"), (GREEN, "-."), (ORANGE, ":"))
APART = 0.16  # of a row: the two readings of a regret


def criteria_figure(found: Found, one: Judged) -> Figure:
    """Every setting by mean, regret and how often it is enough; filled what may be best, vermillion as it stands."""
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 1.1 + ROW * len(found.settings)), layout="constrained")
        panels = drawn.subplots(1, 3, sharey=True)
        for axes, criterion in zip(panels, CRITERIA, strict=True):
            _panel(axes, one, criterion)
        names = [short_of(found, n) for n in range(len(found.settings))]
        panels[0].set_yticks(range(len(names)), names)
        panels[0].invert_yaxis()
        panels[0].set_ylabel(_levers_told(found), fontsize=7.5)
    return drawn


def _panel(axes: Axes, one: Judged, criterion: Criterion) -> None:
    goal, choice = one.goal, one.choices[criterion]
    for n, standing in enumerate(one.standings):
        colour = VERMILLION if n == 0 else BLUE
        readings: tuple[tuple[Interval, float, str], ...] = ((against(standing), 0.0, "o"),)
        if criterion == "regret":
            valued = Interval(*np.maximum(0.0, standing.worst.valued).tolist())  # no regret is below zero
            readings = ((valued, -APART, "o"), (standing.worst.seen, APART, "|"))
        elif criterion == "enough":
            readings = ((standing.enough.corrected, 0.0, "o"),)
        scale = SHARE if criterion == "enough" else goal.scale
        for reading, apart, mark in readings:
            face = colour if n in choice.open else "white"
            axes.plot([scale * reading.low, scale * reading.high], [n + apart] * 2, color=colour, lw=1.1)
            own = "s" if n == 0 and mark == "o" else mark
            axes.plot([scale * reading.value], [n + apart], own, color=colour, mfc=face, ms=4 if mark == "o" else 6)
    if criterion == "expected":
        axes.axvline(0.0, color=VERMILLION, lw=0.8, ls=":")
    axes.set_title(TITLES[criterion], loc="left", fontsize=8.0)
    axes.set_xlabel(_axis_told(goal, criterion), fontsize=7.5)
    axes.tick_params(labelsize=7.0)
    axes.grid(axis="y", color=GREY, lw=0.3)


TITLES: dict[Criterion, str] = {
    "expected": "mean, against as it stands",
    "regret": "regret, worst tenth",
    "enough": "good enough",
}


def against(standing: Standing) -> Interval:
    """A setting's paired difference from the scenario as it stands, which is that of itself."""
    gap = standing.gap
    return Interval(0.0, math.nan, math.nan) if gap is None else Interval(gap.value, gap.low, gap.high)


def _axis_told(goal: Goal, criterion: Criterion) -> str:
    if criterion == "enough":
        return "% of the draws (more is better)"
    unit = "points" if goal.scale == SHARE else "unit of the outcome"
    return f"{unit} ({goal.better if criterion == 'expected' else 'less'} is better)"


def short_of(found: Found, number: int) -> str:
    """A setting in a figure: its number and the values of its levers."""
    values = ", ".join(f"{value:.4g}" for value in found.settings[number].values())
    return f"{number}: {values}"


def _levers_told(found: Found) -> str:
    units = (f"{name.replace('_', ' ')} ({found.scenario.levers[name].unit})" for name in found.levers)
    return "setting: " + ", ".join(units)


def regret_figure(found: Found, one: Judged) -> Figure:
    """The regret seen of each draw, largest first, of the settings that a criterion chooses and as it stands."""
    chosen = dict.fromkeys([0, *(one.choices[name].best for name in CRITERIA)])
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 2.7), layout="constrained")
        axes = drawn.subplots()
        for number, (colour, line) in zip(chosen, CURVES, strict=False):
            ordered = np.sort(one.standings[number].by_draw)[::-1]
            share = SHARE * (np.arange(len(ordered)) + 0.5) / len(ordered)
            label = f"{short_of(found, number)}{' (as it stands)' if number == 0 else ''}"
            axes.plot(share, one.goal.scale * ordered, line, color=colour, lw=1.4, label=label)
        axes.axvline(10.0, color=GREY, lw=0.8)
        axes.set_xlim(0.0, SHARE)
        axes.set_ylim(bottom=0.0)
        axes.set_xlabel("% of the draws, those with the largest regret first; grey: the worst tenth ends")
        axes.set_ylabel(f"regret as seen, {'points' if one.goal.scale == SHARE else 'unit of the outcome'}")
        axes.legend(frameon=False, fontsize=7.5, title=_levers_told(found), title_fontsize=7.5)
    return drawn


def front_figure(found: Found, traded: Traded) -> Figure:
    """The means of two outcomes, with the paired intervals of what differs from the scenario as it stands."""
    both = [found.outcomes[n] for n in (traded.first, traded.second)]
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 4.2), layout="constrained")
        axes = drawn.subplots()
        points = np.array([[one.goal.scale * one.standings[n].level.value for one in both] for n in _all(found)])
        on = np.array(traded.on_front)
        order = np.argsort(points[on][:, 0])
        axes.plot(*points[on][order].T, color=GREY, lw=1.0, zorder=1)
        for n in _all(found):
            colour = VERMILLION if n == 0 else BLUE
            _crossed(axes, both, n, colour)
            mark = "X" if traded.beaten[n] else "o"
            axes.plot(*points[n], mark, color=colour, mfc=colour if on[n] else "white", ms=6, zorder=3)
            axes.annotate(str(n), points[n], (5, 4), textcoords="offset points", fontsize=8.0)
        for name, one in zip("xy", both, strict=True):
            unit = ", %" if one.goal.scale == SHARE else ""
            told = f"{label_of(found.scenario, one.goal.outcome)}{unit} ({one.goal.better} is better)"
            getattr(axes, f"set_{name}label")(told)
    return drawn


def _all(found: Found) -> range:
    return range(len(found.settings))


def _crossed(axes: Axes, both: list[Judged], n: int, colour: str) -> None:
    """Where a setting's means can be, beside those of the scenario as it stands taken as they are."""
    ends = []
    for one in both:
        own, gap = one.standings[0].level.value, against(one.standings[n])
        ends.append([one.goal.scale * (own + end) for end in (gap.value, gap.low, gap.high)])
    (x, *across), (y, *along) = ends
    axes.plot(across, [y] * 2, color=colour, lw=0.8)
    axes.plot([x] * 2, along, color=colour, lw=0.8)
