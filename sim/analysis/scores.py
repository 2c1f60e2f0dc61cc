"""Scores of forecasts against what happened: proper ones, each smaller for a better forecast.

A score is proper where who states what they believe expects the best one (Gneiting and Raftery 2007). Timings that are
known to lie between two dates only are scored by what can be told of them: distances within the interval count nothing.
"""

from __future__ import annotations

import math

import numpy as np

from sim.analysis.shares import Interval, Values
from sim.analysis.weights import Weights, shares

FLOOR = 0.01  # the least probability that the log score takes: a finite sweep cannot tell less from 0
RESAMPLES = 10_000
FEWEST_BLOCKS = 3  # fewer can be drawn again in too few ways for an interval


def brier(probability: float) -> float:
    """(1 - p)^2 of the probability of what happened (Brier 1950, halved): 0 at best, 1 at worst, 0.25 of a coin.

    >>> brier(0.5), brier(1.0)
    (0.25, 0.0)
    """
    return (1.0 - probability) ** 2


def log_score(probability: float, floor: float = FLOOR) -> float:
    """-ln p of the probability of what happened (Good 1952), p taken as no less than the floor.

    >>> round(log_score(0.5), 4), round(log_score(0.0), 4)
    (0.6931, 4.6052)
    """
    return -math.log(max(probability, floor))


def collapsed(values: Values, low: float, high: float) -> Values:
    """Values with an interval drawn together into its lower end: what lies in it is told apart no more.

    The chaining function of a threshold-weighted score whose weight is 0 in the interval (Gneiting and Ranjan 2011;
    Allen, Ginsbourger and Ziegel 2023).

    >>> collapsed(np.array([1.0, 3.0, 9.0]), 2.0, 5.0)
    array([1., 2., 6.])
    """
    return np.minimum(values, low) + np.maximum(values - high, 0.0)


def crps(values: Values, low: float, high: float | None = None, weights: Weights = None) -> float:
    """Continuous ranked probability score of a sample of forecasts, in their unit; NaN values are left out.

    E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007, eq. 21) of a y that is known to lie between two ends.

    Args:
        values: of any shape, each as likely; finite or NaN.
        low: what happened, or the least that it can have been.
        high: the most that it can have been; None for the same.
        weights: of the shape of `values`, where they are not as likely.

    >>> round(crps(np.array([0.0, 2.0, 3.0]), 1.0), 4)
    0.6667
    >>> crps(np.array([2.0, 3.0]), 1.0, 4.0)
    0.0
    """
    there = ~np.isnan(values)
    known = collapsed(values[there], low, low if high is None else high)
    n = len(known)
    if not n:
        return math.nan
    if weights is not None:
        return _weighted_crps(known, low, shares(weights[there], n))
    known = np.sort(known)
    apart = 2.0 * float(((2.0 * np.arange(1, n + 1) - n - 1.0) * known).sum()) / n**2
    return max(0.0, float(np.abs(known - low).mean()) - apart / 2.0)  # rounding alone is below 0


def _weighted_crps(known: Values, low: float, part: Values) -> float:
    """Of collapsed values with their parts of the weight: the mean distance of two of them from what lies between."""
    order = np.argsort(known, kind="stable")
    ordered, mass = known[order], np.cumsum(part[order])
    apart = 2.0 * float((np.diff(ordered) * mass[:-1] * (1.0 - mass[:-1])).sum())
    return max(0.0, float(part @ np.abs(known - low)) - apart / 2.0)


def transform(values: Values, low: float, high: float, weights: Weights = None) -> tuple[float, float]:
    """Where what happened lies among the forecasts: the least and the most that the probability transform can be.

    P(X < low) and P(X <= high): of a calibrated forecast the transform is uniform on [0, 1] (Dawid 1984); of a timing
    that is known to an interval, and of whole weeks, it is known to an interval (Czado, Gneiting and Held 2009).

    >>> transform(np.array([1.0, 2.0, 3.0, 4.0]), 2.0, 3.0)
    (0.25, 0.75)
    """
    there = ~np.isnan(values)
    known = values[there]
    if weights is not None:
        part = shares(weights[there], len(known))
        return float(part @ (known < low)), float(part @ (known <= high))
    return float((known < low).mean()), float((known <= high).mean())


def resampled(differences: Values, blocks: list[str], seed: int = 1) -> Interval:
    """Mean of paired differences with a 95 % percentile interval by the bootstrap over blocks (Efron 1979).

    Whole blocks are drawn again, each with all its differences: those of one block hang together.

    Args:
        differences: (n,), none of them NaN.
        blocks: the block of each.
        seed: of the resampling.

    Returns:
        NaN ends with fewer than three blocks.
    """
    value = float(differences.mean()) if len(differences) else math.nan
    names, place = np.unique(np.array(blocks, dtype=str), return_inverse=True)
    if len(names) < FEWEST_BLOCKS:
        return Interval(value, math.nan, math.nan)
    sums = np.bincount(place, differences, len(names))
    sizes = np.bincount(place, minlength=len(names))
    drawn = np.random.default_rng(seed).integers(0, len(names), (RESAMPLES, len(names)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(value, float(low), float(high))
