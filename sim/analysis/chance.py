"""How much of an outcome's spread is chance and how much is what we do not know, with an interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.analysis.shares import Z95, Interval, spread


def chance_share(values: NDArray[np.float64]) -> Interval | None:
    """The part of the variance of values (draws, runs) that is chance, in [0, 1], NaN left out.

    The interval is that of the jackknife over draws (Efron and Stein 1981). None where the two parts cannot be told
    apart: one run a draw, fewer than three draws, or nothing that varies.

    >>> chance_share(np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])).value
    1.0
    """
    known = ~np.isnan(values)
    kept = values[known.any(axis=1)]
    value = spread(kept).share_of_chance if len(kept) > 2 else math.nan
    if math.isnan(value):
        return None
    without = _without_each(kept)
    n = len(without)
    error = math.sqrt((n - 1) / n * float(((without - without.mean()) ** 2).sum()))
    return Interval(value, max(0.0, value - Z95 * error), min(1.0, value + Z95 * error))


def _without_each(kept: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of chance with each draw left out in turn: the sums of `spread` less one draw's part."""
    size = (~np.isnan(kept)).sum(axis=1)
    means = np.nansum(kept, axis=1) / size
    inner = np.nansum((kept - means[:, None]) ** 2, axis=1)
    n = len(kept) - 1
    freedom = (size - 1).sum() - (size - 1)
    chance = (inner.sum() - inner) / np.maximum(freedom, 1)
    first, second = means.sum() - means, (means**2).sum() - means**2
    between = np.maximum(second - first**2 / n, 0.0) / (n - 1)
    inverse = ((1.0 / size).sum() - 1.0 / size) / n
    epistemic = np.maximum(between - chance * inverse, 0.0)
    total = epistemic + chance
    share: NDArray[np.float64] = np.divide(chance, total, out=np.zeros_like(total), where=total > 0.0)
    return share
