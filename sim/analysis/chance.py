"""How much of an outcome's spread is chance and how much is what we do not know, with an interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.analysis.quantiles import t95
from sim.analysis.shares import CHANCE_DRAWS, CHANCE_RUNS, Interval, inner, inner_weights
from sim.analysis.weights import Weights, uneven, worth

FEWEST_VARYING = 20  # draws whose runs differ, below which the jackknife sees no more than these
MOST_LOG = 700.0  # the largest whose exponential is a number


def chance_share(values: NDArray[np.float64], weights: Weights = None) -> Interval | None:
    """The part of the variance of values (draws, runs) that is chance, in [0, 1], NaN left out.

    The interval is that of the jackknife over draws (Efron and Stein 1981) of the logarithm of the ratio of the
    variances between and within draws (Arvesen 1969), cut to [0, 1] last. NaN ends where the runs of fewer
    than 20 draws differ.

    None where the two parts cannot be told apart: fewer than 100 draws with two values or more, or fewer than 5 values
    in the mean of these, or nothing that varies between draws. With weights, (draws,), as many draws count as equal
    ones would be worth as much.
    """
    values, given = np.asarray(values, np.float64), uneven(weights)
    means, within, count = inner(values)
    part = None if given is None else inner_weights(values, given)
    draws = len(means) if part is None else worth(part)
    if draws < CHANCE_DRAWS or count.mean() < CHANCE_RUNS or float(np.ptp(means)) == 0.0:
        return None
    if not within.any():
        return Interval(0.0, math.nan, math.nan)
    if part is None:
        logs, left = _ratio_of_variances(means, within, count)
    else:
        logs, left = _weighted_ratio_of_variances(means, within, count, part / part.sum())
    whole, each = logs[-1], logs[:-1]
    if np.count_nonzero(within) < FEWEST_VARYING:
        return Interval(_share(whole, left), math.nan, math.nan)
    n = len(each)
    half = t95(draws - 1) * math.sqrt((n - 1) / n * float(((each - each.mean()) ** 2).sum()))
    low, value, high = (_share(log, left) for log in (whole + half, whole, whole - half))
    return Interval(value, low, high)


def _share(log: float, left: float) -> float:
    """The part that is chance, from the logarithm of the ratio of variances and what chance leaves in a mean."""
    total = 1.0 + math.exp(min(log, MOST_LOG)) - left
    return min(1.0, 1.0 / total) if total > 0.0 else 1.0


def _log_ratio(between: NDArray[np.float64], within: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of the ratio of two variances, of which either may be 0: a ratio to so little would be none."""
    tiny = np.finfo(np.float64).tiny
    logs: NDArray[np.float64] = np.log(np.maximum(between, tiny)) - np.log(np.maximum(within, tiny))
    return logs


def _ratio_of_variances(
    means: NDArray[np.float64], within: NDArray[np.float64], count: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Logarithm of the variance between draws over the mean one within, without each draw, then with all of them.

    Also the share of the variance within that chance leaves in a draw's mean.
    """
    n = len(means) - 1
    middle = means - means.mean()
    first, second = middle.sum() - middle, (middle**2).sum() - middle**2
    between = np.append((second - first**2 / n) / (n - 1), means.var(ddof=1))
    chance = np.append((within.sum() - within) / n, within.mean())
    return _log_ratio(between, chance), float((within / count).mean() / within.mean())


def _weighted_ratio_of_variances(
    means: NDArray[np.float64], within: NDArray[np.float64], count: NDArray[np.float64], part: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """The same with the draws' parts of the weight, which sum to 1."""

    def less(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """A sum without each draw, then with all of them."""
        return np.append(numbers.sum() - numbers, numbers.sum())

    middle = means - part @ means
    mass = less(part)
    between = (less(part * middle**2) / mass - (less(part * middle) / mass) ** 2) / (1.0 - less(part**2) / mass**2)
    chance = less(part * within) / mass
    return _log_ratio(between, chance), float(part @ (within / count)) / float(part @ within)
