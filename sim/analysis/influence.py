"""Which uncertainties matter: rank correlations of what is drawn with what comes of it, draw by draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sim.analysis.shares import Z95

FEWEST = 20  # draws: below it, no correlation is told
TIED = 0.95  # a column of which more than this share of the draws have one value has no rank to speak of


@dataclass(frozen=True)
class Influence:
    """Spearman's rank correlation of an uncertainty with an outcome.

    Attributes:
        name: the uncertainty.
        value: the correlation over the draws, in [-1, 1].
        low: lower end of its 95 % interval.
        high: upper end.
        draws: how many draws have both numbers.
    """

    name: str
    value: float
    low: float
    high: float
    draws: int


def ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1, equal values sharing their mean rank.

    >>> ranks(np.array([0.3, 0.1, 0.3]))
    array([2.5, 1. , 2.5])
    """
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    shared: NDArray[np.float64] = (last - (count - 1) / 2.0)[place]
    return shared


def fisher(correlation: float, draws: int, z: float = Z95) -> tuple[float, float]:
    """Interval of a rank correlation by Fisher's z, with the variance of Bonett and Wright (2000).

    >>> [round(x, 2) for x in fisher(0.5, 103)]
    [0.33, 0.64]
    """
    if abs(correlation) >= 1.0:
        return correlation, correlation
    error = math.sqrt((1.0 + correlation**2 / 2.0) / (draws - 3))
    middle = math.atanh(correlation)
    return math.tanh(middle - z * error), math.tanh(middle + z * error)


def influences(
    names: Sequence[str], drawn: NDArray[np.floating], outcome: NDArray[np.float64]
) -> tuple[Influence, ...]:
    """The correlation of every column with an outcome, strongest first.

    Args:
        names: of the columns.
        drawn: (draws, columns), NaN where a draw has no number.
        outcome: mean outcome of each draw, (draws,), NaN where a draw has none.

    Returns:
        One for each column that varies and has at least 20 draws; none where the outcome does not vary.
    """
    whole = np.isfinite(outcome)
    ranked = ranks(outcome[whole]) if whole.any() else outcome[whole]
    found = []
    for name, column in zip(names, np.asarray(drawn, np.float64).T[:, whole], strict=True):
        one = _influence(name, column, outcome[whole], ranked)
        if one is not None:
            found.append(one)
    return tuple(sorted(found, key=lambda one: (-round(abs(one.value), 9), one.name)))


def _influence(
    name: str, column: NDArray[np.float64], outcome: NDArray[np.float64], ranked: NDArray[np.float64]
) -> Influence | None:
    known = np.isfinite(column)
    n = int(known.sum())
    if n < FEWEST or most_common(column[known]) > TIED:
        return None
    first, second = ranks(column[known]), ranked if n == len(column) else ranks(outcome[known])
    if second.std() == 0.0:
        return None
    value = float(np.clip(np.corrcoef(first, second)[0, 1], -1.0, 1.0))
    return Influence(name, value, *fisher(value, n), n)


def most_common(values: NDArray[np.float64]) -> float:
    """Share of the most common value.

    >>> most_common(np.array([1.0, 1.0, 2.0, 3.0]))
    0.5
    """
    return float(np.unique(values, return_counts=True)[1].max() / len(values))


def by_luck(columns: int, draws: int, chance: float = 0.05) -> float:
    """The correlation that the largest of so many columns without any influence exceeds with this chance.

    Sidak's bound with the normal approximation to a rank correlation of independent columns.

    >>> by_luck(1, 101) < by_luck(300, 101) < 0.5
    True
    """
    each = 1.0 - (1.0 - chance) ** (1.0 / columns)
    return min(1.0, NormalDist().inv_cdf(1.0 - each / 2.0) / math.sqrt(max(draws - 1, 1)))
