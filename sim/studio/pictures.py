"""The pictures of the studio as SVG: made of elements, in a few milliseconds, so that a slider is answered at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.pages.kit.colours import BLUE, GREEN, VERMILLION, ink_on
from sim.pages.kit.html import Html, joined, tag
from sim.pages.report.figures import Composed
from sim.pages.report.settlements import SettlementClass

WIDTH, LEFT, RIGHT = 460.0, 112.0, 14.0
BAR, GAP, CHART, FOOT, HEAD = 26.0, 28.0, 130.0, 34.0, 24.0
# Who is drawn: status quo, the scenario, what is pinned; each with a dash of its own beside its colour.
LINES = ((VERMILLION, "6 4"), (BLUE, ""), (GREEN, "2 3"))
INK, SOFT, FAINT = "#1a1a1a", "#555555", "#e2e2e2"


class Line(NamedTuple):
    """A course over the weeks.

    Attributes:
        name: of whose it is.
        values: one a week, from 0; NaN where there is none.
        style: a place in `LINES`.
        low, high: the ends of a band around it; None for none.
    """

    name: str
    values: NDArray[np.float64]
    style: int
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None


class Gap(NamedTuple):
    """A difference with its interval, in hundredths.

    Attributes:
        name: of the outcome.
        value, low, high: percentage points; NaN where there is none.
        style: a place in `LINES`.
        who: whose run that ends so the dot leads to; empty: to none.
    """

    name: str
    value: float
    low: float
    high: float
    style: int
    who: str = ""


def _svg(height: float, alternative: str, *parts: Html, role: str = "img") -> Html:
    return tag(
        "svg", *parts, viewBox=f"0 0 {WIDTH:.0f} {height:.0f}", role=role, aria_label=alternative,
        xmlns="http://www.w3.org/2000/svg", font_family="system-ui, DejaVu Sans, sans-serif", font_size="13",
    )  # fmt: skip


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = INK, **more: str) -> Html:
    return tag("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill=colour, **more)


def _line(x: float, y: float, x2: float, y2: float, colour: str, width: float = 1.0, dash: str = "") -> Html:
    return tag(
        "line", x1=f"{x:.1f}", y1=f"{y:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", stroke=colour, stroke_width=width,
        stroke_dasharray=dash or None,
    )  # fmt: skip


def bars(
    rows: Sequence[Composed], classes: Mapping[str, SettlementClass], alternative: str, *, opens: bool = False
) -> Html:
    """What the runs of each row end in: one bar a row, cut by settlement class, with whiskers as in `composition`.

    Args:
        rows: from top to bottom.
        classes: by name, in the order of the shares.
        alternative: the picture in words.
        opens: whether each part can be asked for, to see one of its runs.
    """
    parts, height = _key(classes), HEAD + 20 + 18 * max(-(-len(classes) // 3) - 2, 0)
    for row, bar in enumerate(rows):
        y = height + row * (BAR + GAP) + 18
        parts += [_text(0, y - 5, bar.label), *_bar(bar, classes, y, opens)]
    foot = height + len(rows) * (BAR + GAP) + 12
    parts.append(_text(0, foot, "share of the runs, %", colour=SOFT, font_size="12"))
    return _svg(foot + 8, alternative, *parts, role="group" if opens else "img")


def _bar(bar: Composed, classes: Mapping[str, SettlementClass], y: float, opens: bool) -> list[Html]:
    """The parts of one bar, then the whiskers where they meet, one below the other."""
    parts, whiskers, x = [], [], 0.0
    for number, (kind, share, upto) in enumerate(zip(classes, bar.shares, bar.upto, strict=True)):
        if share.value <= 0.0:
            continue
        wide, told = WIDTH * share.value, f"{bar.label}: {kind} {100 * share.value:.1f} % of the runs"
        box = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{wide:.1f}", "height": f"{BAR:.0f}"}
        inside = [tag("rect", tag("title", told), fill=classes[kind].colour, stroke="#ffffff", **box)]
        if share.value >= 0.05:
            ink = ink_on(classes[kind].colour)
            inside.append(_text(x + wide / 2, y + BAR * 0.68, f"{100 * share.value:.0f}", "middle", ink))
        parts.append(_asked(inside, told, bar.label, kind) if opens else joined(inside))
        if number < len(classes) - 1:
            below = y + BAR + 2.5 + 1.8 * number
            whiskers.append(_line(WIDTH * upto.low, below, WIDTH * upto.high, below, INK, 1.4))
        x += wide
    return [*parts, *whiskers]


def _asked(inside: Sequence[Html], told: str, who: str, ends: str) -> Html:
    """Parts of a picture that lead to a run of somebody's that ends so; see `panes.Picture`."""
    return tag(
        "g", *inside, role="button", tabindex="0", aria_label=f"{told}: show one that ends so", data_who=who,
        data_ends=ends,
    )  # fmt: skip


def _key(classes: Mapping[str, SettlementClass]) -> list[Html]:
    """The colours of the classes by name, three in a row."""
    parts = []
    for number, kind in enumerate(classes):
        x, y = 150.0 * (number % 3), 4.0 + 18.0 * (number // 3)
        parts.append(tag("rect", x=f"{x:.0f}", y=f"{y:.0f}", width="12", height="12", fill=classes[kind].colour))
        parts.append(_text(x + 17, y + 11, kind, colour=SOFT, font_size="12"))
    return parts


def courses(title: str, unit: str, lines: Sequence[Line], alternative: str, top: float = 1.0) -> Html:
    """Courses over the weeks on one pair of axes, from 0 to `top`, with their bands and a key."""
    weeks = max(len(line.values) for line in lines) - 1
    left = 42.0

    def x(week: float) -> float:
        return left + (WIDTH - left - RIGHT) * week / max(weeks, 1)

    def y(value: float) -> float:
        return HEAD + 22 + CHART * (1.0 - value / top)

    parts = [_text(0, 14, title, font_weight="bold")]
    for part in range(5):
        level = top * part / 4
        parts.append(_line(left, y(level), WIDTH - RIGHT, y(level), FAINT))
        parts.append(_text(left - 6, y(level) + 4, f"{level:.0%}" if unit == "%" else f"{level:.2g}", "end", SOFT))
    step = next(step for step in (4, 13, 26, 52) if weeks / step <= 8)
    for week in range(0, weeks + 1, step):
        parts.append(_text(x(week), y(0) + 16, str(week), "middle", SOFT, font_size="12"))
    parts.append(_text(WIDTH - RIGHT, y(0) + 30, "week", "end", SOFT, font_size="12"))
    at = left
    for line in lines:
        parts += _course(line, x, y)
        colour, dash = LINES[line.style]
        parts.append(_line(at, 30, at + 24, 30, colour, 2.5, dash))
        parts.append(_text(at + 29, 34, line.name, font_size="12"))
        at += 50 + 7.0 * len(line.name)
    return _svg(y(0) + FOOT, alternative, *parts)


def _course(line: Line, x: object, y: object) -> list[Html]:
    assert callable(x) and callable(y)  # noqa: PT018 - the two scales of one chart
    colour, dash = LINES[line.style]
    parts = []
    if line.low is not None and line.high is not None:
        known = [n for n in range(len(line.low)) if not np.isnan(line.low[n])]
        ends = [(n, line.high[n]) for n in known] + [(n, line.low[n]) for n in reversed(known)]
        points = " ".join(f"{x(n):.1f},{y(float(value)):.1f}" for n, value in ends)
        parts.append(tag("polygon", points=points, fill=colour, fill_opacity="0.15"))
    points = " ".join(f"{x(n):.1f},{y(float(v)):.1f}" for n, v in enumerate(line.values) if not np.isnan(v))
    parts.append(
        tag("polyline", points=points, fill="none", stroke=colour, stroke_width="2", stroke_dasharray=dash or None)
    )
    return parts


def gaps(rows: Sequence[Gap], alternative: str) -> Html:
    """Paired differences with their intervals, around zero; filled where the interval leaves zero out."""
    ends = [abs(end) for row in rows for end in (row.value, row.low, row.high) if not np.isnan(end)]
    reach = 2.0 * math.ceil(max([4.0, *ends]) / 2.0)

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value + reach) / (2 * reach)

    foot = HEAD + 22.0 * len(rows)
    parts = [_line(x(0), HEAD - 8, x(0), foot, SOFT)]
    for number, row in enumerate(rows):
        middle, (colour, _) = HEAD + 22 * number + 6, LINES[row.style]
        parts.append(_text(LEFT - 8, middle + 4, row.name, "end"))
        if np.isnan(row.value):
            parts.append(_text(x(0) + 6, middle + 4, "cannot be told", colour=SOFT, font_size="12"))
            continue
        if not np.isnan(row.low):
            parts.append(_line(x(row.low), middle, x(row.high), middle, colour, 2.5))
        clear = row.low > 0 or row.high < 0
        words = tag("title", f"{row.name}: {row.value:+.1f} ({row.low:+.1f} to {row.high:+.1f}) percentage points")
        face = {"fill": colour if clear else "#ffffff", "stroke": colour, "stroke_width": "2"}
        place = {"cx": f"{x(row.value):.1f}", "cy": f"{middle:.1f}"}
        dot = tag("circle", words, r="4.5", **face, **place)
        wide = tag("circle", r="11", fill="#ffffff", fill_opacity="0", **place)  # what a finger hits
        told = f"{row.who}: {row.name} {row.value:+.1f} percentage points"
        parts.append(_asked([dot, wide], told, row.who, row.name) if row.who else dot)
    for value in (-reach, -reach / 2, 0.0, reach / 2, reach):
        parts.append(_text(x(value), foot + 16, f"{value:+.0f}" if value else "0", "middle", SOFT, font_size="12"))
    parts.append(_text(WIDTH - RIGHT, foot + 32, "percentage points", "end", SOFT, font_size="12"))
    return _svg(foot + 38, alternative, *parts, role="group" if any(row.who for row in rows) else "img")
