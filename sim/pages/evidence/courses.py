"""Trust and leverage of every ordered pair over the epochs, as one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.pages.kit.colours import BLUE, VERMILLION
from sim.pages.kit.plots import STYLE
from sim.pages.kit.sketches import Reading

if TYPE_CHECKING:
    from matplotlib.axes import Axes


MARKERS = MappingProxyType({"stated": "o", "implied": "o", "carried": "s", "assumed": ""})

Course = Sequence[Reading | None]  # one reading for each epoch, None where there is none


def courses(codes: Sequence[str], epochs: Sequence[str], found: Mapping[tuple[str, str, str], Course]) -> Figure:
    """Trust and leverage of every ordered pair over the epochs: a grid, who (rows) towards whom (columns).

    Args:
        codes: the actors.
        epochs: the names of the epochs, in order.
        found: the readings of (group, who, whom), group being `trust` or `leverage`.
    """
    with mpl.rc_context(dict(STYLE)):
        figure = Figure(figsize=(2.1 * len(codes), 1.55 * len(codes)))
        grid = figure.subplots(len(codes), len(codes), sharex=True, sharey=True, squeeze=False).tolist()
        for row, who in enumerate(codes):
            for column, whom in enumerate(codes):
                panel = grid[row][column]
                if who == whom:
                    panel.axis("off")
                    # Below the dates of the panel above, in the last of them.
                    panel.text(
                        0.5,
                        0.5 if who != codes[-1] else 0.2,
                        who,
                        ha="center",
                        va="center",
                        weight="bold",
                        transform=panel.transAxes,
                    )
                    continue
                _panel(panel, f"{who} → {whom}", epochs)
                for group, colour, shift in (("trust", BLUE, -0.12), ("leverage", VERMILLION, 0.12)):
                    _course(panel, found[group, who, whom], colour, shift, dashed=group == "leverage")
        _labels(figure, grid, epochs)
    return figure


def _panel(panel: Axes, title: str, epochs: Sequence[str]) -> None:
    panel.set_title(title, loc="left", pad=2)
    panel.set_xlim(-0.5, len(epochs) - 0.5)
    panel.set_ylim(-0.02, 1.02)
    panel.set_yticks([0.0, 0.5, 1.0])
    panel.grid(axis="y", color="#dddddd", linewidth=0.5)


def _course(panel: Axes, course: Course, colour: str, shift: float, *, dashed: bool) -> None:
    """The medians joined by a line; bars over the middle 90 %, faint without a marker where it is assumed."""
    known = [(n + shift, short) for n, short in enumerate(course) if short is not None]
    told = [(x, short) for x, short in known if short.mark != "assumed"]
    panel.plot(
        [x for x, _ in told], [short.median for _, short in told], color=colour, lw=1.0, ls="--" if dashed else "-"
    )
    for x, short in known:
        faint = short.mark == "assumed"
        panel.plot(
            [x, x], [short.low, short.high], color=colour, lw=0.8 if faint else 2.2, alpha=0.45 if faint else 0.6
        )
        filled = colour if short.mark == "stated" else "white"
        panel.plot([x], [short.median], MARKERS[short.mark] or "None", ms=4.5, color=colour, mfc=filled, mew=1.1)


def _labels(figure: Figure, grid: Sequence[Sequence[Axes]], epochs: Sequence[str]) -> None:
    for panel in grid[-1]:
        panel.set_xticks(range(len(epochs)), epochs, rotation=90)
    # The last panel of the diagonal is blank, so the last column takes its dates one row higher.
    above = grid[-2][-1]
    above.tick_params(labelbottom=True)
    for label in above.get_xticklabels():
        label.set_rotation(90)
    figure.supylabel("trust (solid) and leverage (dashed), 0 to 1", fontsize=9, x=0.005)
    figure.supxlabel("epoch", fontsize=9)
    grid[0][1].tick_params(labelleft=True)
    figure.subplots_adjust(hspace=0.38, wspace=0.12, left=0.06, right=0.99, top=0.94, bottom=0.1)
    figure.legend(handles=_legend(), loc="upper center", ncols=6, frameon=False)


def _legend() -> list[Line2D]:
    shapes = {"stated": ("o", "#333333"), "implied": ("o", "white"), "carried": ("s", "white")}
    lines = [Line2D([], [], color=BLUE, label="trust"), Line2D([], [], color=VERMILLION, ls="--", label="leverage")]
    marks = [Line2D([], [], ls="", marker=m, mfc=f, color="#333333", label=k) for k, (m, f) in shapes.items()]
    return [*lines, *marks, Line2D([], [], ls="", marker="|", ms=11, color="#999999", label="assumed")]
