"""One prior: a mixture of triangles with the coded rows behind it, or one of five simpler kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.evidence.rows import DyadRow, PositionRow, RedLine

Status = Literal["coded", "carried", "implied", "assumed", "sourced", "judged", "fixed"]
Kind = Literal["choice", "uniform", "triangles", "triangle", "share", "line"]
Numbers = NDArray[np.float64]

LINE_MARGIN = 0.01  # a red line that gives way stands this far beyond the drawn position


@dataclass(frozen=True)
class Component:
    """One part of a mixture: a triangle on [low, high] with its mode, its weight, and the rows that it comes from.

    Of a red line, the triangle is the position's and `line` is the line that stands at one side of it.
    """

    weight: float
    low: float
    mode: float
    high: float
    rows: tuple[DyadRow | PositionRow, ...] = ()
    line: RedLine | None = None

    def cdf(self, x: Numbers) -> Numbers:
        """P(X <= x) of the triangle."""
        width, low, high = self.high - self.low, self.low, self.high
        if width == 0.0:
            return np.asarray(x >= low, dtype=np.float64)
        rising = (x - low) ** 2 / (width * (self.mode - low)) if self.mode > low else np.zeros_like(x)
        falling = 1.0 - (high - x) ** 2 / (width * (high - self.mode)) if high > self.mode else np.ones_like(x)
        inside = np.where(x < self.mode, rising, falling)
        return np.where(x <= low, 0.0, np.where(x >= high, 1.0, inside))

    def pdf(self, x: Numbers) -> Numbers:
        """Density of the triangle; NaN everywhere if it is a point."""
        width, low, high = self.high - self.low, self.low, self.high
        if width == 0.0:
            return np.full_like(x, np.nan)
        peak = 2.0 / width
        rising = peak * (x - low) / (self.mode - low) if self.mode > low else np.full_like(x, peak)
        falling = peak * (high - x) / (high - self.mode) if high > self.mode else np.full_like(x, peak)
        return np.where((x < low) | (x > high), 0.0, np.where(x < self.mode, rising, falling))

    def line_cdf(self, x: Numbers) -> Numbers:
        """P(line <= x) for the line that gives way to the position of this triangle."""
        assert self.line is not None
        if self.line.forbids == "below":
            return np.where(x >= self.line.at, 1.0, self.cdf(x + LINE_MARGIN))
        return np.where(x < self.line.at, 0.0, np.where(x >= 1.0, 1.0, self.cdf(x - LINE_MARGIN)))


@dataclass(frozen=True)
class Prior:
    """The distribution of one column of the draws, and where it comes from.

    kind: `choice` (0, ..., parts - 1, equally likely), `uniform` on [low, high], `triangles` (a mixture of the
    components, one for each pass that coded it), `triangle` (one component that no row stands behind), `share` (one of
    `parts` shares that sum to 1, Dirichlet(1, ..., 1)), `line` (a red line, present with the summed weight of the
    components, else NaN).
    status: `coded` at the epoch's own article, `carried` from an earlier one (`steps` articles back), `implied` where
    it is the coding of a body that the actor speaks for, `assumed` where nobody coded it; `sourced` and `judged` as
    their file says; `fixed` where nothing is uncertain.
    drawn_as: the name by which it takes its chance, where that is not its own.
    """

    name: str
    group: str
    meaning: str
    unit: str
    low: float
    high: float
    status: Status
    source: str
    kind: Kind
    rank: int
    components: tuple[Component, ...] = ()
    article: str = ""
    steps: int = 0
    parts: int = 1
    paragraphs: tuple[int, ...] = ()
    why: str = ""
    drawn_as: str = ""

    @property
    def rows(self) -> tuple[DyadRow | PositionRow, ...]:
        """The coded rows behind the prior, in the order of the passes."""
        return tuple(row for component in self.components for row in component.rows)

    @property
    def luck(self) -> str:
        """The name by which it takes its chance."""
        return self.drawn_as or self.name

    @property
    def directness(self) -> str:
        """`stated` if at least half of the rows behind it are, else `implied`; empty where there are no rows."""
        if not self.rows:
            return ""
        stated = sum(row.directness == "stated" for row in self.rows)
        return "stated" if 2 * stated >= len(self.rows) else "implied"

    @property
    def present(self) -> float:
        """The share of draws that have a number and not NaN: below 1 only for a red line."""
        return sum(component.weight for component in self.components) if self.kind == "line" else 1.0

    def cdf(self, x: ArrayLike) -> Numbers:
        """P(X <= x), given that the draw has a number; the shape of x."""
        at = np.asarray(x, dtype=np.float64)
        if self.kind == "choice":
            return np.clip((np.floor(at) + 1.0) / self.parts, 0.0, 1.0)
        if self.kind == "share":
            inside = np.clip(at, 0.0, 1.0)
            return 1.0 - (1.0 - inside) ** (self.parts - 1) if self.parts > 1 else np.asarray(at >= 1.0, np.float64)
        if self.kind == "uniform":
            width = self.high - self.low
            return np.clip((at - self.low) / width, 0.0, 1.0) if width else np.asarray(at >= self.low, np.float64)
        parts = [c.weight * (c.line_cdf(at) if self.kind == "line" else c.cdf(at)) for c in self.components]
        return np.asarray(sum(parts) / self.present, dtype=np.float64)

    def pdf(self, x: ArrayLike) -> Numbers:
        """The density at x, the shape of x; NaN where there is none (a choice, a red line, a point)."""
        at = np.asarray(x, dtype=np.float64)
        if self.kind == "share" and self.parts > 1:
            inside = (at >= 0.0) & (at <= 1.0)
            return np.where(inside, (self.parts - 1) * (1.0 - np.clip(at, 0.0, 1.0)) ** (self.parts - 2), 0.0)
        if self.kind == "uniform" and self.high > self.low:
            return np.where((at >= self.low) & (at <= self.high), 1.0 / (self.high - self.low), 0.0)
        if self.kind in ("triangles", "triangle"):
            return np.asarray(sum(c.weight * c.pdf(at) for c in self.components), dtype=np.float64)
        return np.full_like(at, np.nan)

    def quantile(self, p: float) -> float:
        """The smallest x in [low, high] with cdf(x) >= p, to 1e-12, for p in [0, 1]."""
        below, above = self.low, self.high
        while above - below > 1e-12:
            middle = (below + above) / 2
            below, above = (below, middle) if float(self.cdf(middle)) >= p else (middle, above)
        return above

    @property
    def mean(self) -> float:
        """The mean, given that the draw has a number; of a red line, the mean of its reviewed places."""
        if self.kind == "choice":
            return (self.parts - 1) / 2
        if self.kind == "share":
            return 1.0 / self.parts
        if self.kind == "line":
            return sum(c.weight * c.line.at for c in self.components if c.line) / self.present
        if self.kind in ("triangles", "triangle"):
            return sum(c.weight * (c.low + c.mode + c.high) / 3 for c in self.components)
        return (self.low + self.high) / 2
