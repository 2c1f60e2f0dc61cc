"""When things happen: the share of runs in which something has not happened yet, and medians, with their intervals."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.shares import Z95, Interval


class Curve(NamedTuple):
    """A share of the runs week by week, (weeks + 1,) each: its value and the ends of its pointwise 95 % interval."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def survival(weeks: NDArray[np.integer], horizon: int) -> Curve:
    """The share of runs in which an event has not happened by the end of each week.

    Args:
        weeks: week of the event, (draws, runs), -1 for never.
        horizon: the last week; every run is followed to it, so that nothing is censored.

    The interval rests on the draws, whose runs are alike.

    >>> survival(np.array([[1], [-1]]), 2).value
    array([1. , 0.5, 0.5])
    """
    draws, runs = weeks.shape
    happened = np.zeros((draws, horizon + 1))
    rows = np.broadcast_to(np.arange(draws)[:, None], weeks.shape)
    seen = (weeks >= 0) & (weeks <= horizon)
    np.add.at(happened, (rows[seen], weeks[seen]), 1.0 / runs)
    left = 1.0 - np.cumsum(happened, axis=1)
    value = np.round(left.mean(axis=0), 12)
    error = left.std(axis=0, ddof=1) / np.sqrt(draws) if draws > 1 else np.full(horizon + 1, np.inf)
    return Curve(value, np.clip(value - Z95 * error, 0.0, 1.0), np.clip(value + Z95 * error, 0.0, 1.0))


def median(values: NDArray[np.float64]) -> Interval | None:
    """Median of values (draws, runs), NaN left out, with Woodruff's interval (1952); None without a value.

    The share of values up to the median is a ratio of sums over draws; the ends of its interval, read as quantiles, are
    those of the median's. NaN ends where one draw has all the values.

    >>> median(np.array([[1.0, 2.0], [3.0, np.nan]])).value
    2.0
    """
    known = ~np.isnan(values)
    if not known.any():
        return None
    pooled = values[known]
    middle = float(np.median(pooled))
    size = known.sum(axis=1)
    below = ((values <= middle) & known).sum(axis=1)
    share = below.sum() / size.sum()
    rest = below - share * size  # the linearised ratio: its sum is zero
    draws = int((size > 0).sum())
    if draws < 2:
        return Interval(middle, math.nan, math.nan)
    error = float(np.sqrt(draws / (draws - 1) * (rest**2).sum())) / float(size.sum())
    low, high = np.quantile(pooled, np.clip([0.5 - Z95 * error, 0.5 + Z95 * error], 0.0, 1.0))
    return Interval(middle, float(low), float(high))
