"""The share of draws in which something holds of a draw's own mean, with what chance adds to it taken off.

A draw's mean over R runs is noisy, and whether it lies beyond a threshold is not linear in it: the share of draws whose
noisy means do is another than that of draws whose true ones would.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.shares import Interval, Values, quantile, wilson
from sim.analysis.weights import Weights, uneven, worth

TIE = 1e-9  # of a mean of runs that lies on the threshold


class Holding(NamedTuple):
    """A share of draws: as counted with so many runs a draw, and corrected for them.

    Attributes:
        raw: as counted, with the 95 % interval over draws of what so many runs would count.
        corrected: with an interval that holds the share of draws whose true effect lies beyond, at 95 % or more.
        draws: how many there are; with weights, how many equal ones are worth as much.
    """

    raw: Interval
    corrected: Interval
    draws: int


def beyond(effects: Values, threshold: float, *, above: bool) -> Values:
    """1 where an effect lies beyond a threshold, 0 where it does not, NaN where it is not known.

    A mean of R runs of 0 and 1 lies on a lattice, and may lie on the threshold itself: that counts one half.

    >>> beyond(np.array([0.1, 0.05, 0.0, np.nan]), 0.05, above=True)
    array([1. , 0.5, 0. , nan])
    """
    over = (effects - threshold) * (1.0 if above else -1.0)
    size = TIE * max(1.0, abs(threshold)) if not math.isnan(threshold) else TIE
    return np.where(np.isnan(over), np.nan, np.where(np.abs(over) <= size, 0.5, (over > 0.0).astype(np.float64)))


def holding(
    whole: Values, halves: tuple[Values, Values], weights: Weights = None, apart: Values | None = None
) -> Holding:
    """The share of draws in which something holds, raw and corrected for the number of runs.

    The bias of the share falls with one over the runs, so twice the share of all runs less the mean share of either
    half of them has none of that order (Gordy and Juneja 2010, on nested simulation). A draw of which a half says
    nothing counts as it is.

    What is left of the bias has a bound. Let q be a draw's chance that half of its runs say yes; with noise that is
    as often up as down, its true effect lies beyond where q > 1/2, so that half of the runs err with the chance
    min(q, 1 - q), which is at most 2 q (1 - q): the chance that its halves say otherwise than each other. All runs
    err no more often than half of them. So the true share is within the share of draws whose halves differ of the raw
    one, and the corrected interval reaches as far on both sides, and further by the errors of both shares (Zou and
    Donner 2008). A draw of which a half says nothing is taken to be like the others.

    Args:
        whole: 1, one half or 0 for each draw, (draws,), by all its runs; NaN where it cannot be told.
        halves: the same by the first half of its runs, and by the second.
        weights: of the draws, (draws,); None: all count alike.
        apart: how far the halves differ, (draws,), where that is not what `halves` differ by: of several claims that
            have to hold together, where they differ in any.
    """
    given = uneven(weights)
    known = ~np.isnan(whole) if given is None else ~np.isnan(whole) & (given > 0.0)
    counted = whole[known]
    if not len(counted):
        none = Interval(math.nan, math.nan, math.nan)
        return Holding(none, none, 0)
    half = (halves[0][known] + halves[1][known]) / 2.0
    corrected = np.where(np.isnan(half), counted, 2.0 * counted - half)
    part = None if given is None else given[known] / given[known].sum()
    draws = len(counted) if part is None else worth(part)
    raw, middle = _interval(counted, part, draws), _mean(corrected, part)
    differ = _differing(np.abs(halves[0] - halves[1]) if apart is None else apart, known, given)
    low = raw.value - differ.value - math.hypot(raw.value - raw.low, differ.high - differ.value)
    high = raw.value + differ.value + math.hypot(raw.high - raw.value, differ.high - differ.value)
    return Holding(raw, Interval(middle, max(0.0, min(low, middle)), min(1.0, max(high, middle))), draws)


def _differing(apart: Values, known: NDArray[np.bool_], given: Weights) -> Interval:
    """The share of draws whose halves differ, of those that have both; 1 where none has."""
    both = known & ~np.isnan(apart)
    if not both.any():
        return Interval(1.0, 1.0, 1.0)
    part = None if given is None else given[both] / given[both].sum()
    return _interval(apart[both], part, int(both.sum()) if part is None else worth(part))


def _interval(values: Values, part: Weights, draws: int) -> Interval:
    """The mean of independent values between 0 and 1, with Wilson's interval."""
    share = _mean(values, part)
    return Interval(share, *wilson(share, draws, quantile(draws)))


def _mean(values: Values, part: Weights) -> float:
    """The mean of the values, cut to [0, 1]."""
    return float(np.clip(values.mean() if part is None else part @ values, 0.0, 1.0))
