"""Small drawings for the evidence: a density, an interval, and the numbers and the mark that stand beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from sim.evidence.densities import Numbers, Prior
from sim.pages.kit.html import Html, joined, tag

Mark = Literal["stated", "implied", "carried", "assumed", "sourced", "judged", "fixed"]
# The letter beside a number; what it stands for is told wherever it is used.
LETTERS: dict[Mark, str] = {
    **{"stated": "S", "implied": "I", "carried": "C", "assumed": "A"},
    **{"sourced": "R", "judged": "J", "fixed": "F"},
}
MEANINGS: dict[Mark, str] = {
    "stated": "coded at this epoch's own article, and at least half of the rows behind it say that it is stated there",
    "implied": "coded at this epoch's own article, most rows saying that it is only implied; or the widened coding of "
    "a body that the actor speaks for",
    "carried": "coded at an earlier article and widened; this epoch's own article is silent",
    "assumed": "no pass codes it; a wide range stands in, likeliest at one point where a rule says so",
    "sourced": "a range that a source or the epoch's article gives",
    "judged": "a range that was judged, with the reason given",
    "fixed": "nothing uncertain",
}

BINS = 40
WIDTH, LEFT, RIGHT, TOP, BASE, FOOT = 110.0, 6.0, 104.0, 3.0, 26.0, 44.0


@dataclass(frozen=True)
class Reading:
    """A prior in short: its median, the bounds of its middle 90 %, and its mark."""

    median: float
    low: float
    high: float
    mark: Mark

    def told(self, digits: int = 2) -> str:
        """In words.

        >>> Reading(0.5, 0.25, 0.75, "stated").told()
        '0.50 (0.25 to 0.75)'
        """
        return f"{self.median:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def mark_of(prior: Prior) -> Mark:
    """How a prior came about: coded ones are `stated` or `implied`, all others as their status says."""
    if prior.status != "coded":
        return prior.status
    return "stated" if prior.directness == "stated" else "implied"


def reading(prior: Prior) -> Reading:
    """The short form of a prior; a quantile is exact to a thousandth of the range."""
    low, median, high = quantiles(prior, (0.05, 0.5, 0.95))
    return Reading(median, low, high, mark_of(prior))


def quantiles(prior: Prior, shares: Sequence[float]) -> tuple[float, ...]:
    """Quantiles read off the distribution function at 1,001 points, far faster than one by one."""
    if prior.high == prior.low:
        return (prior.low,) * len(shares)
    at = np.linspace(prior.low, prior.high, 1001)
    below = np.maximum.accumulate(prior.cdf(at))
    places = np.minimum(np.searchsorted(below, shares), at.size - 1)
    return tuple(float(at[place]) for place in places)


def axis(prior: Prior) -> tuple[float, float]:
    """Where the horizontal axis of a prior begins and ends: 0 to 1 for shares, else from 0 to a round number."""
    if prior.group not in ("structural", "start", "pass") or prior.unit == "share, 0 to 1":
        return 0.0, 1.0
    return 0.0, _round_up(prior.high)


def _round_up(value: float) -> float:
    """The next number that is easy to read, 1 for 0.

    >>> _round_up(0.4), _round_up(156.0), _round_up(3.0)
    (0.4, 200.0, 3.0)
    """
    if value <= 0.0:
        return 1.0
    ten = 10.0 ** math.floor(math.log10(value))
    return next(round(step * ten, 12) for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * ten >= value * (1 - 1e-9))


def density(prior: Prior, drawn: Numbers | None = None) -> Html:
    """The density of a prior as a small drawing; of one without a density (a red line), the histogram of its draws.

    Beneath: a bar over the middle 90 %, a tick at the median; diamonds stand where each pass put its number.
    """
    first, last = axis(prior)
    points = _histogram(drawn, first, last) if prior.kind == "line" and drawn is not None else _outline(prior)
    short = reading(prior)
    parts = [_area(points, first, last), *_scale(first, last)]
    if prior.high == prior.low:
        parts = [_line(prior.low, TOP, BASE, first, last, "d"), *_scale(first, last)]
    parts += _interval(short, first, last, 32.0)
    parts += _modes(prior, first, last)
    label = f"{prior.name}: median and 90 % interval {short.told()}, {short.mark}"
    return tag(
        "svg", *parts, viewBox=f"0 0 {WIDTH:g} {FOOT:g}", role="img", aria_label=label, class_=f"k {prior.group}"
    )


def bar(short: Reading) -> Html:
    """An interval alone, on an axis from 0 to 1."""
    parts = (tag("path", d=f"M{LEFT:g} 5H{RIGHT:g}", class_="x"), *_interval(short, 0.0, 1.0, 5.0))
    return tag("svg", *parts, viewBox=f"0 0 {WIDTH:g} 10", aria_hidden="true", class_="k")


def _place(x: float, first: float, last: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * (x - first) / (last - first), 1)


def _outline(prior: Prior) -> list[tuple[float, float]]:
    """The corners of a density; at a jump, both sides of it."""
    if prior.kind == "triangles":
        knots = sorted({x for c in prior.components for x in (c.low, c.mode, c.high)})
        at = np.array([x + side for x in knots for side in (-1e-9, 1e-9)])
    else:
        at = np.linspace(prior.low, prior.high, 2 if prior.kind == "uniform" else 25)
    return list(zip(at.tolist(), np.nan_to_num(prior.pdf(at)).tolist(), strict=True))


def _histogram(drawn: Numbers, first: float, last: float) -> list[tuple[float, float]]:
    counts, edges = np.histogram(drawn[~np.isnan(drawn)], bins=BINS, range=(first, last))
    return [(float(x), float(n)) for n, ends in zip(counts, pairwise(edges), strict=True) for x in ends]


def _area(points: Iterable[tuple[float, float]], first: float, last: float) -> Html:
    """The area under the points, scaled so that the highest reaches the top."""
    corners = list(points)
    peak = max((y for _, y in corners), default=0.0) or 1.0
    ends = [(corners[0][0], 0.0), *corners, (corners[-1][0], 0.0)]
    placed = dict.fromkeys(f"{_place(x, first, last):g} {BASE - (BASE - TOP) * y / peak:.1f}" for x, y in ends)
    return tag("path", d="M" + "L".join(placed) + "Z", class_="d")


def _scale(first: float, last: float) -> Iterable[Html]:
    """The axis with a tick and a number at each end."""
    yield tag("path", d=f"M{LEFT:g} {BASE:g}H{RIGHT:g}", class_="x")
    for value, anchor in ((first, "start"), (last, "end")):
        x = 2.0 if anchor == "start" else WIDTH - 2.0
        yield tag("text", f"{value:.3g}", x=x, y=FOOT - 1.0, text_anchor=anchor)


def _line(at: float, top: float, bottom: float, first: float, last: float, class_: str) -> Html:
    return tag("path", d=f"M{_place(at, first, last):g} {top:g}V{bottom:g}", class_=class_)


def _interval(short: Reading, first: float, last: float, y: float) -> list[Html]:
    low, high = _place(short.low, first, last), _place(short.high, first, last)
    return [tag("path", d=f"M{low:g} {y:g}H{high:g}", class_="i"), _line(short.median, y - 3, y + 3, first, last, "m")]


def _modes(prior: Prior, first: float, last: float) -> list[Html]:
    """A diamond for each pass at its own number, one above the other where they agree."""
    if prior.kind not in ("triangles", "line"):
        return []
    found: list[Html] = []
    stacked: dict[float, int] = {}
    for part in prior.components:
        x = _place(part.line.at if prior.kind == "line" and part.line else part.mode, first, last)
        y = BASE - 2.5 - 4.5 * stacked.setdefault(x, 0)
        stacked[x] += 1
        found.append(tag("path", d=f"M{x:g} {y - 2:g}l2 2l-2 2l-2-2Z", class_="p"))
    return [joined(found)]
