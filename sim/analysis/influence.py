"""Which uncertainties matter: rank correlations of what is drawn with what comes of it, draw by draw.

Inputs that were coded by one pass hang together in the draws of all: which pass was drawn is one uncertainty of its
own, and every other is ranked within the draws of a pass.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sim.analysis.quantiles import Z95, chi_square
from sim.analysis.weights import Weights, uneven, weighted_correlation, weighted_ranks, worth

FEWEST = 20  # draws: below it, no correlation is told
FEWEST_OF_A_PASS = 4  # draws of a pass that has a ranking of its own
TIED = 0.95  # a column of which more than this share of the draws have one value has no rank to speak of
PASS = "pass"  # the column that says which coding pass was drawn
MOST_DRAWS = 10_000_000  # what would take more is not settled by draws


@dataclass(frozen=True)
class Influence:
    """How an uncertainty and an outcome go together over the draws.

    Attributes:
        name: the uncertainty.
        value: Spearman's rank correlation within passes, in [-1, 1]; for the pass itself the correlation ratio of the
            ranks, in [0, 1], which has no sign.
        low: lower end of its 95 % interval; NaN for the pass. An interval is that of a column chosen beforehand: the
            strongest of many is, on average, nearer to zero than it says.
        high: upper end, or NaN likewise.
        draws: how many draws have both numbers.
        luck: what the strongest of all columns asked would exceed by luck alone in one table of twenty, by this
            column's own number of draws.
    """

    name: str
    value: float
    low: float
    high: float
    draws: int
    luck: float

    @property
    def stands_out(self) -> bool:
        """Whether it is stronger than the strongest that luck alone would give."""
        return abs(self.value) > self.luck


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


@dataclass(frozen=True)
class _Found:
    """A correlation before it is known how many others were asked: `free` is what a correlation of n draws has n of."""

    name: str
    value: float
    draws: int
    free: int
    groups: int = 0


def influences(
    names: Sequence[str],
    drawn: NDArray[np.floating],
    outcome: NDArray[np.float64],
    passes: NDArray[np.floating] | None = None,
    weights: Weights = None,
) -> tuple[Influence, ...]:
    """How every column goes together with an outcome, strongest first.

    A correlation within passes is the mean of those of the passes, weighted by their draws less one: the weights of
    least variance (Taylor 1987). The pass itself has the correlation ratio of the ranks, the root of Kruskal and
    Wallis's statistic (1952) over the draws less one.

    Args:
        names: of the columns.
        drawn: (draws, columns), NaN where a draw has no number.
        outcome: mean outcome of each draw, (draws,), NaN where a draw has none.
        passes: which pass each draw has, (draws,); None where all have the same.
        weights: of the draws, (draws,): ranks are then shares of the weight, and as many draws count as equal ones
            would be worth as much; None: all count alike.

    Returns:
        One for each column that varies and has at least 20 draws, and one for the pass where there are several; none
        where the outcome does not vary.
    """
    given = uneven(weights)
    whole = np.isfinite(outcome) if given is None else np.isfinite(outcome) & (given > 0.0)
    outcome, mass = outcome[whole], None if given is None else given[whole]
    block = np.zeros(len(outcome)) if passes is None else np.asarray(passes, np.float64)[whole]
    columns = zip(names, np.asarray(drawn, np.float64).T[:, whole], strict=True)
    found = [one for name, column in columns if (one := _within(name, column, outcome, block, mass)) is not None]
    if (pass_alone := _between(outcome, block, mass)) is not None:
        found.append(pass_alone)
    told = [_told(one, len(found)) for one in found]
    return tuple(sorted(told, key=lambda one: (-round(abs(one.value), 9), one.name)))


def _told(one: _Found, columns: int) -> Influence:
    if one.groups:
        each = 1.0 - 0.95 ** (1.0 / columns)
        luck = min(1.0, math.sqrt(chi_square(one.groups - 1, each) / (one.draws - 1)))
        return Influence(one.name, one.value, math.nan, math.nan, one.draws, luck)
    return Influence(one.name, one.value, *fisher(one.value, one.free), one.draws, by_luck(columns, one.free))


def _within(
    name: str, column: NDArray[np.float64], outcome: NDArray[np.float64], block: NDArray[np.float64], mass: Weights
) -> _Found | None:
    """The correlation within passes."""
    known = np.isfinite(column)
    if _number(known, mass) < FEWEST or most_common(column[known]) > TIED:
        return None
    total, weight, draws = 0.0, 0, 0
    for one in np.unique(block[known]):
        here = known & (block == one)
        n, correlation = _number(here, mass), _rank_correlation(column[here], outcome[here], mass, here)
        if n >= FEWEST_OF_A_PASS and not math.isnan(correlation):
            total += (n - 1) * correlation
            weight, draws = weight + n - 1, draws + n
    if draws < FEWEST:
        return None
    return _Found(name, float(np.clip(total / weight, -1.0, 1.0)), draws, weight + 1)


def _number(here: NDArray[np.bool_], mass: Weights) -> int:
    """How many draws these are, or how many equal ones are worth as much."""
    return int(here.sum()) if mass is None else worth(mass[here])


def _rank_correlation(
    first: NDArray[np.float64], second: NDArray[np.float64], mass: Weights, here: NDArray[np.bool_]
) -> float:
    """Spearman's; NaN where one of them is the same in all."""
    if mass is not None:
        ranked, other_ranked = (weighted_ranks(one, mass[here]) for one in (first, second))
        return weighted_correlation(ranked, other_ranked, mass[here])
    one, other = ranks(first), ranks(second)
    return float(np.corrcoef(one, other)[0, 1]) if np.ptp(one) > 0.0 and np.ptp(other) > 0.0 else math.nan


def _between(outcome: NDArray[np.float64], block: NDArray[np.float64], mass: Weights) -> _Found | None:
    """The correlation ratio of the outcome's ranks with the pass."""
    if mass is not None:
        return _weighted_between(outcome, block, mass)
    kinds, count = np.unique(block, return_counts=True)
    kinds = kinds[count >= FEWEST_OF_A_PASS]
    kept = np.isin(block, kinds)
    if len(kinds) < 2 or kept.sum() < FEWEST:
        return None
    if np.ptp(outcome[kept]) == 0.0:
        return None
    ranked = ranks(outcome[kept])
    ranked = ranked - ranked.mean()
    of = block[kept]
    between = sum(float(ranked[of == kind].sum() ** 2) / int((of == kind).sum()) for kind in kinds)
    return _Found(PASS, math.sqrt(between / float((ranked**2).sum())), len(ranked), len(ranked), len(kinds))


def _weighted_between(
    outcome: NDArray[np.float64], block: NDArray[np.float64], mass: NDArray[np.float64]
) -> _Found | None:
    kinds = np.array([kind for kind in np.unique(block) if worth(mass[block == kind]) >= FEWEST_OF_A_PASS])
    kept = np.isin(block, kinds)
    if len(kinds) < 2 or worth(mass[kept]) < FEWEST or np.ptp(outcome[kept]) == 0.0:
        return None
    part = mass[kept] / mass[kept].sum()
    ranked = weighted_ranks(outcome[kept], part)
    ranked = ranked - part @ ranked
    inside = [block[kept] == kind for kind in kinds]
    between = sum(float(part[here] @ ranked[here]) ** 2 / float(part[here].sum()) for here in inside)
    draws = worth(mass[kept])
    return _Found(PASS, math.sqrt(between / float(part @ ranked**2)), draws, draws, len(kinds))


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


def draws_to_settle(found: Sequence[Influence]) -> int | None:
    """How many draws would tell the strongest from the next, were both as strong as they seem.

    The difference of two independent correlations in Fisher's z has the variance 2 / (draws - 3); what is compared here
    is not quite independent, so the number is a rough one. None where there is no next, or the two are as strong as
    each other.

    >>> strong, weak = Influence("a", 0.5, 0.4, 0.6, 500, 0.1), Influence("b", -0.3, -0.4, -0.2, 500, 0.1)
    >>> draws_to_settle([strong, weak])
    137
    """
    if len(found) < 2:
        return None
    first, second = (math.atanh(min(abs(one.value), 0.999)) for one in found[:2])
    gap = first - second
    needed = 3.0 + 2.0 * (Z95 / gap) ** 2 if gap > 0.0 else math.inf
    return math.ceil(needed) if needed < MOST_DRAWS else None
