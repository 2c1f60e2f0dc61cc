"""Figures of a calibration: numbers and answers before and after, what rules draws out, worth, and ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.calibration import BINS, RANKS
from sim.analysis.shares import Values
from sim.experiment.calibration import Asked, Found, Parameter
from sim.pages.kit.colours import BLUE, GREY, VERMILLION
from sim.pages.kit.plots import STYLE

ROW, WIDE = 0.26, 6.8  # inches
ACROSS, PANEL = 4, 1.3  # panels in a row, and the height of one in inches
BARS = 16


def before_and_after(asked: Sequence[Asked], unit: str) -> Figure:
    """Probabilities or shares without and with weights, in per cent; a marked one has a star behind its name."""
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 0.9 + ROW * len(asked)), layout="constrained")
        axes = drawn.subplots()
        axes.axvline(50.0, color=GREY, lw=0.8)
        for place, one in enumerate(reversed(asked)):
            for at, part, mark, colour, face in (
                (place + 0.13, one.prior, "s", VERMILLION, "white"),
                (place - 0.13, one.posterior, "o", BLUE, BLUE),
            ):
                axes.plot([100 * part.low, 100 * part.high], [at] * 2, color=colour, lw=1.2)
                axes.plot([100 * part.value], [at], mark, color=colour, mfc=face, ms=4)
        axes.set_yticks(range(len(asked)), [_name(one) for one in reversed(asked)])
        axes.set_ylim(-0.6, len(asked) - 0.4)
        axes.set_xlim(-1.0, 101.0)
        axes.set_xlabel(unit)
    return drawn


def _name(one: Asked) -> str:
    return one.name.replace("_", " ") + (" *" if one.is_marked else "")


def panels(found: Found, shown: Sequence[Parameter]) -> Figure:
    """Histograms of numbers: the prior filled, the weighted draws as a line, the sampler's particles dashed."""
    places = {one.name: n for n, one in enumerate(found.parameters)}
    rows = -(-len(shown) // ACROSS)
    with mpl.rc_context(dict(STYLE)):
        high = PANEL * rows + 0.4  # set by hand: a layout that fits itself takes seconds for so many panels
        drawn = Figure(figsize=(WIDE, high))
        drawn.subplots_adjust(0.05, 0.42 / high, 0.985, 1.0 - 0.3 / high, 0.15, 0.85)
        grid = drawn.subplots(rows, ACROSS, squeeze=False).ravel()
        for axes, one in zip(grid, shown, strict=False):
            _panel(axes, found, places[one.name])
            axes.set_title(one.name.replace(" ", "\n").replace("_", " "), fontsize=6.5)
        for axes in grid[len(shown) :]:
            axes.set_axis_off()
        drawn.supxlabel("value, in the number's own unit", fontsize=8.0)
        drawn.supylabel("density", fontsize=8.0)
    return drawn


def _panel(axes: Axes, found: Found, place: int) -> None:
    draws, particles = (columns[:, place] for columns in found.columns)
    edges = np.linspace(min(draws.min(), particles.min()), max(draws.max(), particles.max()), BARS + 1)
    axes.stairs(_density(draws, edges, None), edges, fill=True, color=GREY)
    axes.stairs(_density(draws, edges, found.weights), edges, color=BLUE, lw=1.3)
    axes.stairs(_density(particles, edges, None), edges, color=VERMILLION, lw=0.9, ls="--")
    axes.set_yticks([])
    axes.tick_params(labelsize=6.0)


def _density(values: Values, edges: Values, weights: Values | None) -> Values:
    found: Values = np.histogram(values, edges, weights=weights, density=True)[0]
    return found


def shifts(shown: Sequence[Parameter]) -> Figure:
    """How far the means have moved, with intervals, by weights and by the sampler."""
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 0.9 + ROW * len(shown)), layout="constrained")
        axes = drawn.subplots()
        axes.axvline(0.0, color=GREY, lw=0.8)
        for place, one in enumerate(reversed(shown)):
            axes.plot([one.shift.low, one.shift.high], [place] * 2, color=BLUE, lw=1.2)
            axes.plot([one.shift.value], [place], "o", color=BLUE, ms=4)
        axes.set_yticks(range(len(shown)), [one.name.replace("_", " ") for one in reversed(shown)])
        axes.set_xlabel("shift of the mean, standard deviations of the prior")
    return drawn


def ruled_out(found: Found) -> Figure:
    """What share of the prior each marked statement or pattern rules out by itself."""
    shown = [one for one in (*found.statements, *found.claims) if one.implausible is not None]
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 0.9 + ROW * len(shown)), layout="constrained")
        axes = drawn.subplots()
        shares = [100.0 * (one.implausible or 0.0) for one in reversed(shown)]
        axes.barh(range(len(shown)), shares, color=BLUE, height=0.6)
        for place, share in enumerate(shares):
            axes.annotate(f" {share:.0f}", (share, place), va="center", fontsize=7.0)
        axes.set_yticks(range(len(shown)), [one.name.replace("_", " ") for one in reversed(shown)])
        axes.set_xlim(0.0, 105.0)
        axes.set_xlabel("draws that it rules out by itself, %")
    return drawn


def worths(found: Found) -> Figure:
    """What the draws are worth at each discrepancy, as a share of their number."""
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(3.3, 2.3), layout="constrained")
        axes = drawn.subplots()
        at, worth = zip(*found.by_discrepancy, strict=True)
        axes.plot(at, [100.0 * one / found.sizes.draws for one in worth], "o-", color=BLUE, ms=4, lw=1.0)
        axes.axvline(found.discrepancy, color=VERMILLION, lw=1.0, ls="--")
        axes.set_ylim(0.0, 100.0)
        axes.set_xlim(0.0, None)
        axes.set_xlabel("discrepancy (dashed: as stated)")
        axes.set_ylabel("worth of the draws, %")
    return drawn


def ranks(found: Found) -> Figure:
    """Ranks of true values: how many parameters have so many in each tenth; the band is what luck gives one of them."""
    counts = np.stack([(found.ranks * BINS // (RANKS + 1) == n).sum(axis=0) for n in range(BINS)]).astype(np.float64)
    records = len(found.ranks)
    expected, p = records / BINS, 1.0 / BINS
    half = NormalDist().inv_cdf(0.975) * math.sqrt(records * p * (1.0 - p))
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 2.3), layout="constrained")
        axes = drawn.subplots()
        axes.axhspan(expected - half, expected + half, color=GREY, alpha=0.5, lw=0)
        axes.axhline(expected, color="#555555", lw=0.8)
        places = (np.arange(BINS) + 0.5) / BINS
        low, middle, high = np.quantile(counts, (0.025, 0.5, 0.975), axis=1)
        axes.vlines(places, low, high, color=BLUE, lw=1.2)
        axes.plot(places, middle, "o", color=BLUE, ms=4)
        axes.set_ylim(0.0, None)
        axes.set_xlim(0.0, 1.0)
        axes.set_xlabel("rank of the true value among draws of its posterior, as a share")
        axes.set_ylabel(f"of {records} records")
    return drawn
