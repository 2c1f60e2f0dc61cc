"""Figures of a record: how sure the model was, whether its shares mean what they say, and the ways between articles."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.shares import Values, wilson
from sim.experiment.onward import Moved
from sim.experiment.record import Compared, Scored
from sim.pages.kit.colours import BLUE, GREY, VERMILLION
from sim.pages.kit.plots import STYLE
from sim.pages.record.table import SCORE_NAMES, contender_name

BINS = ((0.0, 1.0 / 3.0), (1.0 / 3.0, 2.0 / 3.0), (2.0 / 3.0, 1.0))  # few statements fill no more
ROW = 0.26  # inches a line of a figure


def probabilities(scored: Sequence[Scored]) -> Figure:
    """The model's probability of what happened, statement by statement, with its interval over the draws."""
    told = [one for one in scored if one.kind == "yes_no"]
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(6.8, 0.9 + ROW * len(told)), layout="constrained")
        axes = drawn.subplots()
        axes.axvline(50.0, color=GREY, lw=0.8)
        for place, one in enumerate(reversed(told)):
            axes.plot([100 * one.estimate.low, 100 * one.estimate.high], [place] * 2, color=BLUE, lw=1.2)
            axes.plot([100 * one.estimate.value], [place], "o", color=BLUE, ms=4)
        axes.set_yticks(range(len(told)), [one.name.replace("_", " ") for one in reversed(told)])
        axes.set_xlim(0.0, 100.0)
        axes.set_xlabel("the model's probability of what happened, %")
    return drawn


def reliability(scored: Sequence[Scored]) -> Figure:
    """How often something was so among statements to which the model gave about the same probability.

    The statement is taken as its conditions stand, whether they came or not: of what happened alone every one is so.
    """
    told = [one for one in scored if one.kind == "yes_no"]
    given = np.array([one.estimate.value if one.statement.happened else 1.0 - one.estimate.value for one in told])
    came = np.array([float(bool(one.statement.happened)) for one in told])
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(3.3, 3.1), layout="constrained")
        axes = drawn.subplots()
        axes.plot([0, 100], [0, 100], color=GREY, lw=0.8)
        axes.plot(100 * given, np.where(came == 1.0, 103.0, -3.0), "|", color=BLUE, ms=6, clip_on=False)
        for low, high in BINS:
            inside = (given >= low) & (given < high if high < 1.0 else given <= high)
            if inside.any():
                _bin(axes, given[inside], came[inside])
        axes.set_xlim(0.0, 100.0)
        axes.set_ylim(-6.0, 106.0)
        axes.set_xlabel("probability given, %")
        axes.set_ylabel("came to pass, %")
    return drawn


def _bin(axes: Axes, given: Values, came: Values) -> None:
    low, high = wilson(float(came.mean()), len(came))
    place = 100.0 * float(given.mean())
    axes.plot([place] * 2, [100.0 * low, 100.0 * high], color=VERMILLION, lw=1.2)
    axes.plot([place], [100.0 * float(came.mean())], "s", color=VERMILLION, ms=5)
    axes.annotate(f" n = {len(came)}", (place, 100.0 * float(came.mean())), fontsize=7.0)


def transforms(scored: Sequence[Scored]) -> Figure:
    """Where each week or number lies among the model's forecasts, as the interval that is known of it."""
    told = [one for one in scored if one.place is not None]
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(6.8, 0.9 + ROW * len(told)), layout="constrained")
        axes = drawn.subplots()
        for end in (0.025, 0.975):
            axes.axvline(end, color=GREY, lw=0.8, ls=":")
        for place, one in enumerate(reversed(told)):
            assert one.place is not None
            axes.plot(one.place, [place] * 2, color=BLUE, lw=5, solid_capstyle="butt")
        axes.set_yticks(range(len(told)), [one.name.replace("_", " ") for one in reversed(told)])
        axes.set_ylim(-0.7, len(told) - 0.3)
        axes.set_xlim(0.0, 1.0)
        axes.set_xlabel("share of the model's runs below what happened")
    return drawn


def differences(rows: Sequence[Compared], score: str) -> Figure:
    """The model's score less that of each other contender, with the widest of its bootstrap intervals."""
    told = [row for row in rows if row.score == score]
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(6.8, 0.9 + ROW * len(told)), layout="constrained")
        axes = drawn.subplots()
        axes.axvline(0.0, color=GREY, lw=0.8)
        for place, row in enumerate(reversed(told)):
            axes.plot(row.widest[1:], [place] * 2, color=BLUE, lw=1.2)
            face = BLUE if row.verdict else "white"
            axes.plot([row.widest.value], [place], "o", color=BLUE, mfc=face, ms=4)
        axes.set_yticks(range(len(told)), [contender_name(row.contender) for row in reversed(told)])
        axes.set_xlabel(f"mean {SCORE_NAMES[score]}, model less other")
    return drawn


def onward(moved: Sequence[Moved]) -> Figure:
    """The error of the model and of persistence, pair by pair, one panel a way from article to article."""
    ways = list(dict.fromkeys((one.start, one.end) for one in moved))
    most = 1.08 * max(max(one.model, one.persistence) for one in moved) or 1.0
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(2.1 * len(ways), 2.5), layout="constrained")
        for axes, way in zip(drawn.subplots(1, len(ways), squeeze=False)[0], ways, strict=True):
            axes.plot([0.0, most], [0.0, most], color=GREY, lw=0.8)
            for kind, mark, colour in (("trust", "o", BLUE), ("leverage", "^", VERMILLION)):
                those = [one for one in moved if (one.start, one.end) == way and one.kind == kind]
                axes.plot([one.persistence for one in those], [one.model for one in those], mark, color=colour, ms=3.5)
            axes.set_title(f"{way[0]} to {way[1]}", fontsize=7.5)
            axes.set_xlabel("CRPS, nothing changes", fontsize=7.0)
            axes.set_ylabel("CRPS, the model", fontsize=7.0)
            axes.tick_params(labelsize=6.5)
    return drawn
