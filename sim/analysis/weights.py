"""Weights over draws: how much each draw of a prior counts once something has been learnt.

A draw is one independent unit with all its runs, so it is draws that have weights. Estimates are those of
self-normalised importance sampling (Kong 1992; Owen 2013, chapter 9): ratios of weighted sums over draws, linearised.
Intervals rest on as many equal draws as are worth as much (Kish 1965).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Weights = NDArray[np.float64] | None  # (draws,), at least 0, not all 0; None: all alike


def uneven(weights: Weights) -> Weights:
    """The weights, or None where they are all alike: then everything is to the bit what it is without.

    >>> uneven(np.array([2.0, 2.0])) is None
    True
    """
    return None if weights is None or bool((weights == weights[0]).all()) else weights


def kish(weights: Values) -> float:
    """How many equal draws would be worth as much: (sum of w)^2 / sum of w^2 (Kish 1965); 0 where all weigh nothing.

    >>> kish(np.array([1.0, 1.0, 0.0])), kish(np.array([3.0, 1.0]))
    (2.0, 1.6)
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0.0 else 0.0


def worth(weights: Values) -> int:
    """The same as a whole number of draws, rounded down, at least 1 where any draw weighs something."""
    return max(1, math.floor(kish(weights) + 1e-9)) if bool((weights > 0.0).any()) else 0


def shares(weights: Weights, draws: int) -> Values:
    """Weights that sum to 1, (draws,)."""
    given = np.ones(draws) if weights is None else weights
    found: Values = given / given.sum()
    return found


def variance(values: Values, weights: Weights = None) -> float:
    """The variance of values (n,), weighted where they have weights; 0 where nothing weighs anything."""
    if weights is None:
        return float(values.var())
    total = float(weights.sum())
    part = weights / total if total > 0.0 else weights
    return float(part @ (values - part @ values) ** 2)


def weighted_median(values: Values, weights: Values) -> float:
    """The median of weighted values, none of them NaN: with whole weights that of each value so many times.

    >>> weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]))
    2.0
    >>> weighted_median(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    1.5
    """
    order = np.argsort(values, kind="stable")
    ordered, mass = values[order], np.cumsum(weights[order])
    half = float(mass[-1]) / 2.0
    place = int(np.searchsorted(mass, half * (1.0 - 1e-12)))
    if math.isclose(float(mass[place]), half, rel_tol=1e-12):
        heavier = place + 1 + int(np.argmax(weights[order][place + 1 :] > 0.0))
        return float(ordered[place] + ordered[heavier]) / 2.0
    return float(ordered[place])


def weighted_quantile(values: Values, weights: Values, level: float) -> float:
    """The least value up to which a share `level` of the weight lies."""
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weights[order])
    place = int(np.searchsorted(mass, level * float(mass[-1])))
    heavy = np.flatnonzero(weights[order] > 0.0)
    return float(values[order][min(max(place, int(heavy[0])), int(heavy[-1]))])


def weighted_ranks(values: Values, weights: Values) -> Values:
    """The weight below each value with half of that of its equals, in (0, 1)."""
    _, place = np.unique(values, return_inverse=True)
    mass = np.bincount(place, weights)
    found: Values = ((np.cumsum(mass) - mass / 2.0) / mass.sum())[place]
    return found


def weighted_correlation(first: Values, second: Values, weights: Values) -> float:
    """Pearson's correlation of weighted pairs; NaN where one of them is the same in all that have weight."""
    counts = weights > 0.0
    if not counts.any() or any(np.ptp(one[counts]) == 0.0 for one in (first, second)):  # less their mean: dust
        return math.nan
    part = weights / weights.sum()
    one, other = first - part @ first, second - part @ second
    scale = math.sqrt(float(part @ one**2) * float(part @ other**2))
    return float(part @ (one * other)) / scale if scale > 0.0 else math.nan
