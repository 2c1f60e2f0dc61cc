"""The mean of an outcome over a sweep: its Monte Carlo interval, and how much of the spread is chance.

A sweep is a one-way layout: draws are groups, the runs of a draw are replicates. Runs of one draw are alike, so the
interval rests on draws, not on runs (cluster sampling: Cochran 1977, chapter 10); the spread splits into what differs
between draws (what we do not know) and within them (chance) by the analysis of variance with random effects (Searle,
Casella and McCulloch 1992, chapter 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963984540054  # the 0.975-quantile of the standard normal

Values = NDArray[np.float64]


class Interval(NamedTuple):
    """A number with the ends of its 95 % interval; the ends are NaN where one draw alone gives the number."""

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
        value: the mean; for a yes-or-no outcome the share of runs.
        low: lower end of its 95 % Monte Carlo interval: what another sweep of this size might give instead. NaN for the
            mean of a number over one draw, which says nothing of others.
        high: upper end, or NaN likewise.
        draws: draws that it rests on.
        runs: runs that it rests on; failed ones and undefined values do not count.
        spread: what the outcome varies with.
    """

    value: float
    low: float
    high: float
    draws: int
    runs: int
    spread: Spread

    def __str__(self) -> str:
        chance = self.spread.share_of_chance
        told = "" if math.isnan(chance) else f"; {chance:.0%} of the variance is chance"
        if math.isnan(self.low):
            return f"{self.value:.4g} (one draw: no interval)"
        return f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g}, 95 %{told})"


def draw_means(values: Values) -> tuple[Values, NDArray[np.int64]]:
    """Mean and number of the defined values of each draw, (draws,) each; NaN and 0 for a draw without any.

    >>> draw_means(np.array([[1.0, np.nan], [np.nan, np.nan]]))
    (array([ 1., nan]), array([1, 0]))
    """
    defined = ~np.isnan(values)
    count = defined.sum(axis=1)
    sums = np.where(defined, values, 0.0).sum(axis=1)
    return np.divide(sums, count, out=np.full(len(values), np.nan), where=count > 0), count


def told_means(values: Values) -> tuple[Values, NDArray[np.int64]]:
    """The same of the draws that have a value, in order; the others are left out."""
    means, count = draw_means(values)
    return means[count > 0], count[count > 0]


def standard_error(values: Values) -> float:
    """Of the mean of independent values (n,), none of them NaN; NaN for fewer than two."""
    return float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan


def mean_interval(values: Values) -> Interval:
    """Mean of independent values (n,) with its normal 95 % interval, NaN left out.

    One value has no interval, and no value not even a mean: these are NaN.

    >>> [round(x, 2) for x in mean_interval(np.array([1.0, 3.0, np.nan]))]
    [2.0, 0.04, 3.96]
    >>> mean_interval(np.array([1.0, np.nan]))
    Interval(value=1.0, low=nan, high=nan)
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return Interval(math.nan, math.nan, math.nan)
    mean, error = float(known.mean()), standard_error(known)
    return Interval(mean, mean - Z95 * error, mean + Z95 * error)


def spread(values: Values) -> Spread:
    """Split the variance of values (draws, runs), NaN where undefined.

    Chance is the pooled variance within draws; the variance of the draws' means is epistemic + chance / m, m the
    harmonic mean of the draws' numbers of defined values.

    >>> spread(np.array([[0.0, 0.0], [1.0, 1.0]])).share_of_chance
    0.0
    >>> spread(np.array([[0.0, 1.0], [0.0, 1.0]])).share_of_chance
    1.0
    """
    means, count = told_means(values)
    if len(means) < 2:
        return Spread(math.nan, math.nan)
    between = float(means.var(ddof=1))
    freedom = int((count - 1).sum())
    if freedom == 0:
        return Spread(math.nan, math.nan)
    kept = values[(~np.isnan(values)).any(axis=1)]
    squares = np.nansum((kept - means[:, None]) ** 2)
    chance = float(squares / freedom)
    return Spread(max(0.0, between - chance * float((1.0 / count).mean())), chance)


def estimate(values: Any) -> Estimate:
    """Mean of values (draws, runs) with its interval; ValueError where no value is defined.

    The mean is that of the draws' means, so that every draw counts once. A yes-or-no outcome has Wilson's interval
    (1927) for the number of independent runs that would be as uncertain; any other the normal one.
    """
    values = np.asarray(values, dtype=np.float64)
    means, count = told_means(values)
    if not len(means):
        raise ValueError("no run of the sweep has a value for this outcome")
    value, low, high = mean_interval(means)
    runs = int(count.sum())
    if np.isin(values[~np.isnan(values)], (0.0, 1.0)).all():
        low, high = wilson(value, _independent(value, standard_error(means), len(means), runs))
    return Estimate(value, low, high, len(means), runs, spread(values))


def _independent(share: float, error: float, draws: int, runs: int) -> float:
    """How many independent runs would give a share this standard error: between one a draw and all."""
    variance = share * (1.0 - share)
    if variance <= 0.0 or not error > 0.0:  # NaN: one draw
        return float(draws)
    return min(max(variance / error**2, draws), runs)


def wilson(share: float, number: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval (1927) of a share of `number` independent trials.

    >>> [round(x, 4) for x in wilson(0.5, 100)]
    [0.4038, 0.5962]
    >>> wilson(0.0, 100)[0]
    0.0
    """
    weight = 1.0 + z * z / number
    middle = (share + z * z / (2.0 * number)) / weight
    half = z / weight * math.sqrt(share * (1.0 - share) / number + z * z / (4.0 * number * number))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
