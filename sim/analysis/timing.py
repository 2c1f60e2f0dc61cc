"""When things happen: the share of runs in which something has not happened yet, and medians, with their intervals."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.shares import Interval, independent, quantile, wilson_ends
from sim.analysis.weights import Weights, uneven, weighted_median, weighted_quantile, worth

FEWEST = 6  # draws with a value, below which a median has no interval


class Curve(NamedTuple):
    """A share of the runs week by week, (weeks + 1,) each: its value and the ends of its pointwise 95 % interval."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def survival(weeks: NDArray[np.float64], horizon: int, weights: Weights = None) -> Curve:
    """The share of runs in which an event has not happened by the end of each week; NaN where no run counts.

    Args:
        weeks: week of the event, (draws, runs); infinite for never, NaN for a run that does not count.
        horizon: the last week; every run is followed to it, so that nothing is censored.
        weights: of the draws, (draws,); None: all count alike.

    The interval is that of a share in each week (`sim.analysis.shares.share_ends`): it rests on the draws, whose runs
    are alike, and does not collapse where no run, or every run, has had the event.

    >>> survival(np.array([[1.0], [np.inf]]), 2).value
    array([1. , 0.5, 0.5])
    """
    count = (~np.isnan(weeks)).sum(axis=1).astype(np.float64)
    runs, draws = float(count.sum()), int((count > 0).sum())
    if not draws:
        return Curve(*np.full((3, horizon + 1), math.nan))
    happened = np.zeros((len(weeks), horizon + 1))
    rows = np.broadcast_to(np.arange(len(weeks))[:, None], weeks.shape)
    seen = (weeks >= 0) & (weeks <= horizon)
    np.add.at(happened, (rows[seen], weeks[seen].astype(np.int64)), 1.0)
    left = count[:, None] - np.cumsum(happened, axis=1)
    if (given := uneven(weights)) is not None:
        return _weighted_survival(left, count, given)
    value = left.sum(axis=0) / runs
    squares = ((left - value * count[:, None]) ** 2).sum(axis=0)
    error = np.sqrt(draws / max(draws - 1, 1) * squares) / runs
    number = independent(value, error if draws > 1 else np.zeros_like(error), draws, runs)
    return Curve(value, *wilson_ends(value, number, quantile(draws)))


def _weighted_survival(left: NDArray[np.float64], count: NDArray[np.float64], weights: NDArray[np.float64]) -> Curve:
    """The same from the runs left of each draw in each week, (draws, weeks + 1)."""
    known = (count > 0) & (weights > 0.0)
    total = float(weights @ count)
    if not total > 0.0:
        return Curve(*np.full((3, left.shape[1]), math.nan))
    number, draws = int(known.sum()), worth(weights[known])
    value = weights @ left / total
    squares = ((weights[:, None] * (left - value * count[:, None])) ** 2).sum(axis=0)
    error = np.sqrt(number / max(number - 1, 1) * squares) / total
    runs = float(count[known].mean()) * draws
    trials = independent(value, error if draws > 1 else np.zeros_like(error), draws, runs)
    return Curve(value, *wilson_ends(value, trials, quantile(draws)))


def median(values: NDArray[np.float64], weights: Weights = None) -> Interval | None:
    """Median of values (draws, runs), NaN left out, with Woodruff's interval (1952); None without a value.

    The share of values up to the median is a ratio of sums over draws; the ends of its interval, read as quantiles, are
    those of the median's. NaN ends where fewer than six draws have a value: even the least and the greatest of five
    leave the median between them in less than 95 % of the cases.

    >>> median(np.array([[1.0, 2.0], [3.0, np.nan]])).value
    2.0
    """
    known = ~np.isnan(values)
    if not known.any():
        return None
    if (given := uneven(weights)) is not None:
        return _weighted_median(values, known, given)
    pooled = values[known]
    middle = float(np.median(pooled))
    size = known.sum(axis=1)
    below = ((values <= middle) & known).sum(axis=1)
    share = below.sum() / size.sum()
    rest = below - share * size  # the linearised ratio: its sum is zero
    draws = int((size > 0).sum())
    if draws < FEWEST:
        return Interval(middle, math.nan, math.nan)
    half = quantile(draws) * float(np.sqrt(draws / (draws - 1) * (rest**2).sum())) / float(size.sum())
    low, high = np.quantile(pooled, np.clip([0.5 - half, 0.5 + half], 0.0, 1.0))
    return Interval(middle, float(low), float(high))


def _weighted_median(
    values: NDArray[np.float64], known: NDArray[np.bool_], weights: NDArray[np.float64]
) -> Interval | None:
    """The same with the weight of its draw for each value."""
    mass = np.broadcast_to(weights[:, None], values.shape)[known]
    if not mass.sum() > 0.0:
        return None
    pooled = values[known]
    middle = weighted_median(pooled, mass)
    size = known.sum(axis=1)
    below = ((values <= middle) & known).sum(axis=1)
    total = float(weights @ size)
    rest = weights * (below - float(weights @ below) / total * size)
    counted = (size > 0) & (weights > 0.0)
    number, draws = int(counted.sum()), worth(weights[counted])
    if draws < FEWEST:
        return Interval(middle, math.nan, math.nan)
    half = quantile(draws) * math.sqrt(number / (number - 1) * float((rest**2).sum())) / total
    low, high = (weighted_quantile(pooled, mass, min(max(level, 0.0), 1.0)) for level in (0.5 - half, 0.5 + half))
    return Interval(middle, low, high)
