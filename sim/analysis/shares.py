"""The mean of an outcome over a sweep: its Monte Carlo interval, and how much of the spread is chance.

A sweep is a one-way layout: draws are groups, the runs of a draw are replicates. Runs of one draw are alike, so the
interval rests on draws, not on runs (cluster sampling: Cochran 1977, chapters 10 and 11). Where an outcome is defined
in some runs only, its mean is that of the runs that have it: a ratio of two sums over draws, whose value does not
depend on the runs a draw. The spread splits into what differs between draws (what we do not know) and within them
(chance) by the analysis of variance with random effects (Searle, Casella and McCulloch 1992, chapter 3; unbalanced: Rao
1997, chapter 2).

The intervals are those of the value with infinitely many draws. How often they hold it is measured: docs/coverage.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.quantiles import Z95, t95
from sim.analysis.weights import Weights, uneven, worth

# Fewer draws, or fewer runs a draw, do not tell what is chance.
CHANCE_DRAWS, CHANCE_RUNS = 100, 5

Values = NDArray[np.float64]


class Interval(NamedTuple):
    """A number with the ends of its 95 % interval; the ends are NaN where one draw, or one value in all, gives it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Spread:
    """The variance of an outcome over all runs, split in two.

    Attributes:
        epistemic: variance between draws, were chance averaged out; at least 0.
        chance: mean variance within draws; NaN with one run a draw, where the two cannot be told apart.
    """

    epistemic: float
    chance: float

    @property
    def share_of_chance(self) -> float:
        """The part of the variance that is chance, in [0, 1]; NaN where it cannot be told or nothing varies."""
        total = self.epistemic + self.chance
        return self.chance / total if total > 0.0 else math.nan


@dataclass(frozen=True)
class Estimate:
    """A mean over a sweep.

    Attributes:
        value: the mean over the runs that have a value; for a yes-or-no outcome the share of these runs.
        low: lower end of the 95 % interval of the value with infinitely many draws. NaN for the mean of a number over
            one draw, or of one that is the same in all draws: neither says anything of others.
        high: upper end, or NaN likewise.
        draws: draws that it rests on; with weights, how many equal ones are worth as much.
        runs: runs that it rests on, likewise; failed ones and undefined values do not count.
        spread: what the outcome varies with.
    """

    value: float
    low: float
    high: float
    draws: int
    runs: int
    spread: Spread

    @property
    def tells_chance(self) -> bool:
        """Whether there are draws and runs enough to tell what part of the variance is chance."""
        enough = self.draws >= CHANCE_DRAWS and self.runs >= CHANCE_RUNS * self.draws
        return enough and not math.isnan(self.spread.share_of_chance)

    def within(self, least: float, most: float) -> Estimate:
        """The same with its interval cut to where the value can be."""
        return replace(self, low=float(np.clip(self.low, least, most)), high=float(np.clip(self.high, least, most)))

    def __str__(self) -> str:
        told = f"; {self.spread.share_of_chance:.0%} of the variance is chance" if self.tells_chance else ""
        if math.isnan(self.low):
            why = "one draw" if self.draws == 1 else "the same in all draws"
            return f"{self.value:.4g} ({why}: no interval)"
        return f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g}, 95 %{told})"


def draw_sums(values: Values) -> tuple[Values, Values]:
    """Sum and number of the defined values of each draw, (draws,) each.

    >>> draw_sums(np.array([[1.0, 3.0], [np.nan, np.nan]]))
    (array([4., 0.]), array([2., 0.]))
    """
    defined = ~np.isnan(values)
    return np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1).astype(np.float64)


def draw_means(values: Values) -> tuple[Values, NDArray[np.int64]]:
    """Mean and number of the defined values of each draw, (draws,) each; NaN and 0 for a draw without any.

    >>> draw_means(np.array([[1.0, np.nan], [np.nan, np.nan]]))
    (array([ 1., nan]), array([1, 0]))
    """
    sums, count = draw_sums(values)
    return np.divide(sums, count, out=np.full(len(values), np.nan), where=count > 0), count.astype(np.int64)


def standard_error(values: Values) -> float:
    """Of the mean of independent values (n,), none of them NaN; NaN for fewer than two."""
    return float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan


class Ratio(NamedTuple):
    """The mean over all defined values, as a ratio of sums over draws.

    Attributes:
        value: the mean; NaN without a value.
        parts: each draw's part of its error, (draws,): their mean is zero, their standard error that of the value.
        draws: how many draws have a value; with weights, how many equal ones are worth as much.
        runs: how many runs, likewise.
    """

    value: float
    parts: Values
    draws: int
    runs: int

    @property
    def error(self) -> float:
        """The standard error; NaN for fewer than two draws."""
        return root_of_squares(self.parts, self.draws)


def ratio(values: Values, weights: Weights = None) -> Ratio:
    """The mean of values (draws, runs), NaN left out, linearised over draws (Cochran 1977, sections 6.3 and 11.3).

    With weights, (draws,), the ratio of weighted sums, with the same linearisation (Owen 2013, section 9.2).

    >>> ratio(np.array([[1.0, 1.0, 1.0], [5.0, np.nan, np.nan]])).value
    2.0
    """
    sums, count = draw_sums(values)
    if (given := uneven(weights)) is not None:
        return _weighted_ratio(sums, count, given)
    runs = float(count.sum())
    if runs == 0.0:
        return Ratio(math.nan, np.zeros(len(values)), 0, 0)
    value = float(sums.sum()) / runs
    draws = int((count > 0).sum())
    return Ratio(value, (sums - value * count) * (draws / runs), draws, int(runs))


def _weighted_ratio(sums: Values, count: Values, weights: Values) -> Ratio:
    known = (count > 0.0) & (weights > 0.0)
    total = float((weights * count).sum())
    if not total > 0.0:
        return Ratio(math.nan, np.zeros(len(sums)), 0, 0)
    value = float((weights * sums).sum()) / total
    number, draws = int(known.sum()), worth(weights[known])
    scale = math.sqrt(number / (number - 1) * draws * (draws - 1)) if draws > 1 else 0.0
    parts = weights * (sums - value * count) / total * scale
    return Ratio(value, parts, draws, round(float(count[known].mean()) * draws))


def root_of_squares(parts: Values, draws: int) -> float:
    """The standard error of a mean over draws from their parts, whose mean is zero; NaN for fewer than two draws."""
    if draws < 2:
        return math.nan
    return math.sqrt(float((parts**2).sum()) / (draws - 1) / draws)


def mean_interval(values: Values, weights: Weights = None) -> Interval:
    """Mean of independent values (n,) with its 95 % interval by Student's t, NaN left out.

    One value, or one and the same, has no interval, and no value not even a mean: these are NaN.

    >>> [round(x, 2) for x in mean_interval(np.array([1.0, 3.0, 5.0, np.nan]))]
    [3.0, -1.97, 7.97]
    >>> mean_interval(np.array([1.0, np.nan]))
    Interval(value=1.0, low=nan, high=nan)
    """
    found = ratio(np.asarray(values, np.float64)[:, None], weights)
    return number_interval(found.value, found.parts, found.draws)


def number_interval(value: float, parts: Values, draws: int) -> Interval:
    """A number with Student's interval from its parts by draw (`Ratio`); NaN ends where none of them differs."""
    error = root_of_squares(parts, draws)
    if not error > 1e-12 * max(abs(value), 1e-300):  # one draw, or rounding alone
        return Interval(value, math.nan, math.nan)
    half = t95(draws - 1) * error
    return Interval(value, value - half, value + half)


def spread(values: Values, weights: Weights = None) -> Spread:
    """Split the variance of values (draws, runs), NaN where undefined.

    Chance is the mean of the variances within draws; the variance of the draws' means is the epistemic part and the
    mean of what chance leaves in each. Only draws with two values or more say what chance is, so only these count.

    >>> spread(np.array([[0.0, 0.0], [1.0, 1.0]])).share_of_chance
    0.0
    >>> spread(np.array([[0.0, 1.0], [0.0, 1.0]])).share_of_chance
    1.0
    """
    between, chance, left = variances(values, weights)
    return Spread(max(0.0, between - left), chance)


def variances(values: Values, weights: Weights = None) -> tuple[float, float, float]:
    """Of draws with two values or more: variance of their means, mean one within, and what chance leaves in a mean.

    NaN for fewer than two such draws.
    """
    means, within, count = inner(values)
    if len(means) < 2:
        return math.nan, math.nan, math.nan
    if (given := uneven(weights)) is not None:
        part = inner_weights(values, given)
        if worth(part) < 2:
            return math.nan, math.nan, math.nan
        part = part / part.sum()
        between = float(part @ (means - part @ means) ** 2) / (1.0 - float(part @ part))
        return between, float(part @ within), float(part @ (within / count))
    return float(means.var(ddof=1)), float(within.mean()), float((within / count).mean())


def inner(values: Values) -> tuple[Values, Values, Values]:
    """Mean, variance and number of the values of each draw that has two or more, (draws,) each."""
    means, count = draw_means(values)
    kept = count > 1
    squares = np.nansum((values[kept] - means[kept, None]) ** 2, axis=1)
    return means[kept], squares / (count[kept] - 1), count[kept].astype(np.float64)


def inner_weights(values: Values, weights: Values) -> Values:
    """The weights of the draws that `inner` tells of."""
    return weights[draw_sums(values)[1] > 1]


def estimate(values: Any, *, yes_no: bool, weights: Weights = None) -> Estimate:
    """Mean of values (draws, runs) over the runs that have one, with its interval; ValueError where none has.

    Args:
        values: NaN where undefined or failed.
        yes_no: whether the outcome is a yes (1) or no (0): its interval is Wilson's (1927), for the number of
            independent runs that would be as uncertain (Kish 1965). The mean of a number has Student's.
        weights: of the draws, (draws,); None: all count alike.
    """
    values = np.asarray(values, dtype=np.float64)
    found = ratio(values, weights)
    if not found.draws:
        raise ValueError("no run of the sweep has a value for this outcome")
    ends = share_ends(found) if yes_no else number_interval(found.value, found.parts, found.draws)[1:]
    return Estimate(found.value, *ends, found.draws, found.runs, spread(values, weights))


def share_ends(found: Ratio) -> tuple[float, float]:
    """The ends of Wilson's interval of a share; few draws widen it as they do Student's."""
    number = float(independent(found.value, found.error, found.draws, found.runs))
    return wilson(found.value, number, quantile(found.draws))


def quantile(draws: int) -> float:
    """How many standard errors an interval reaches that rests on so many draws: Student's; the normal's of one draw."""
    return t95(draws - 1) if draws > 1 else Z95


def independent(share: Any, error: Any, draws: Any, runs: Any) -> Any:
    """How many independent runs would give a share this standard error: between one a draw and all.

    Works on arrays. Where no draw differs (an error of 0, or NaN of one draw), one a draw.

    >>> round(float(independent(0.5, 0.05, 20, 400))), float(independent(0.0, 0.0, 20, 400))
    (100, 20.0)
    """
    variance = np.asarray(share * (1.0 - share))
    squared = np.asarray(error, np.float64) ** 2
    whole = (variance > 0.0) & (squared > 0.0)
    number = np.divide(variance, squared, out=np.zeros(whole.shape), where=whole)
    return np.where(whole, np.clip(number, draws, runs), draws)


def wilson(share: float, number: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval (1927) of a share of `number` independent trials.

    >>> [round(x, 4) for x in wilson(0.5, 100)]
    [0.4038, 0.5962]
    >>> wilson(0.0, 100)[0]
    0.0
    """
    low, high = wilson_ends(np.float64(share), np.float64(number), z)
    return float(low), float(high)


def wilson_ends(share: Any, number: Any, z: float = Z95) -> tuple[Any, Any]:
    """The same for arrays of shares and numbers."""
    weight = 1.0 + z * z / number
    middle = (share + z * z / (2.0 * number)) / weight
    half = z / weight * np.sqrt(np.maximum(share * (1.0 - share), 0.0) / number + z * z / (4.0 * number * number))
    return np.clip(np.minimum(share, middle - half), 0.0, 1.0), np.clip(np.maximum(share, middle + half), 0.0, 1.0)
