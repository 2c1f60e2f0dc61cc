"""Which of many paired differences are no luck: their tests, corrected for how many were looked at, and their sizes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.analysis.shares import Values, draw_means, ratio, standard_error
from sim.analysis.weights import Weights, uneven, variance, worth

FEWEST = (
    6  # draws that differ: with fewer, all going one way, a sign test finds more than 3 % by luck (2 * 2**-5 = 6 %)
)


def t_tails(t: float, freedom: int) -> float:
    """The chance that Student's t with these degrees of freedom is at least as far from zero as `t`.

    The finite series in the cosine for whole degrees of freedom (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4), good to
    about 1e-15 beside 1; 0 for an infinite `t`.

    >>> round(t_tails(2.228139, 10), 4), t_tails(0.0, 3), t_tails(math.inf, 3)
    (0.05, 1.0, 0.0)
    """
    angle = math.atan2(abs(t), math.sqrt(freedom))
    square = math.cos(angle) ** 2
    odd = freedom % 2
    term, total = (math.cos(angle), 0.0) if odd else (1.0, 0.0)
    for step in range(1 + odd, freedom, 2):
        total += term
        term *= square * step / (step + 1)
    inside = math.sin(angle) * total
    return max(0.0, 1.0 - (2.0 / math.pi * (angle + inside) if odd else inside))


def paired_chance(pairs: Values, weights: Weights = None) -> float:
    """How often luck alone would give draws' mean differences at least this far from zero; two-sided.

    Student's paired t test over the draws (Student 1908), whose runs are alike.

    Args:
        pairs: differences (draws, runs), NaN where a pair has none.
        weights: of the draws, (draws,); None: all count alike.

    Returns:
        1 where fewer than six draws differ, which no test could tell from luck.

    >>> paired_chance(np.array([[1.0], [0.0], [0.0]]))
    1.0
    """
    means = draw_means(pairs)[0]
    known = ~np.isnan(means)
    if (given := uneven(weights)) is not None:
        return _weighted_chance(means[known], given[known])
    means = means[known]
    if np.count_nonzero(means) < FEWEST:
        return 1.0
    if np.ptp(means) == 0.0:  # all alike: a sign test
        return float(2.0 ** (1 - len(means)))
    return t_tails(float(means.mean()) / standard_error(means), len(means) - 1)


def _weighted_chance(means: Values, weights: Values) -> float:
    if worth(weights[means != 0.0]) < FEWEST:
        return 1.0
    found = ratio(means[:, None], weights)
    if np.ptp(means[weights > 0.0]) == 0.0:
        return float(2.0 ** (1 - found.draws))
    return t_tails(found.value / found.error, found.draws - 1)


def adjusted(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """p-values corrected for their number so that few of those called discoveries are luck (Benjamini & Hochberg 1995).

    Those whose corrected value is at most q are the discoveries at a false discovery rate of q: p times the number of
    tests over its rank, and never more than that of a larger p.

    Args:
        chances: p-values (tests,), in any order.

    >>> [float(one) for one in adjusted(np.array([0.01, 0.04, 0.03, 0.5]))]
    [0.04, 0.05333333333333334, 0.05333333333333334, 0.5]
    """
    order = np.argsort(chances)[::-1]
    ranks = len(chances) - np.arange(len(chances))
    corrected = np.empty(len(chances))
    corrected[order] = np.minimum(1.0, np.minimum.accumulate(chances[order] * len(chances) / ranks))
    return corrected


def standardised(gap: float, first: Values, second: Values, weights: Weights = None) -> float:
    """A mean paired difference in standard deviations: those of both over all runs, pooled (Cohen 1988, 2.2).

    Args:
        gap: the difference, second less first.
        first: values (draws, runs); NaN in either leaves the pair out.
        second: the same of the other scenario.
        weights: of the draws, (draws,); None: all count alike.

    Returns:
        0 where nothing differs; infinite where both are the same in every run, each at another value.

    >>> standardised(1.0, np.array([[0.0, 2.0]]), np.array([[1.0, 3.0]]))
    1.0
    """
    both = ~(np.isnan(first) | np.isnan(second))
    if gap == 0.0 or not both.any():
        return 0.0
    given = uneven(weights)
    mass = None if given is None else np.broadcast_to(given[:, None], both.shape)[both]
    deviation = math.sqrt((variance(first[both], mass) + variance(second[both], mass)) / 2.0)
    return gap / deviation if deviation > 0.0 else math.copysign(math.inf, gap)
