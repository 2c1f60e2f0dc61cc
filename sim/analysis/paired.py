"""What a scenario changes: paired differences between two sweeps that share their draws and their luck.

Chance is a function of seed, draw, run, week and decision, so run n of one scenario meets the same luck as run n of
the other (common random numbers: Law 2015, chapter 11), and most of the noise drops out of the difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.analysis.quantiles import t95
from sim.analysis.shares import Ratio, Spread, Values, ratio, root_of_squares, spread
from sim.analysis.weights import Weights, uneven, worth
from sim.inputs.numbers import counted

NOTABLE = 0.05  # a difference of this much counts as one (design, section 8)
MOST_PAIRS = 0.9  # of the pairs of runs with a value in either have one in both, or no difference is told
FEWEST_DIFFERING = 6  # draws: the sign test of five equal signs has p = 0.06, of six 0.03


@dataclass(frozen=True)
class Difference:
    """Second scenario less first, paired, with the two levels that it is the difference of.

    Attributes:
        value: `second - first`; NaN where of the pairs of runs that have a value in either, fewer than nine tenths have
            one in both. There the levels would be those of other runs than the difference.
        low: lower end of its 95 % interval; NaN likewise, and where no draw differs in a number.
        high: upper end, or NaN likewise.
        first: the mean of the first scenario, over the runs that have a value there; where the value is NaN, over
            the pairs that have one in both.
        second: of the second scenario.
        draws: draws in which both have a value; with weights, how many equal ones are worth as much.
        pairs: share of the runs that have a value in both, of those that have one in either.
        differing: draws in which a run differs, likewise.
        spread: of the runs' differences.
        pairing: factor by which pairing has narrowed the interval; 1 for no gain.
    """

    value: float
    low: float
    high: float
    first: float
    second: float
    draws: int
    pairs: float
    differing: int
    spread: Spread
    pairing: float

    @property
    def stands(self) -> bool:
        """Whether there is a difference of the levels."""
        return not math.isnan(self.value)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0.0 or self.high < 0.0

    def scaled(self, scale: float) -> Difference:
        """The same in other units; the spread stays as it is."""
        names = ("value", "low", "high", "first", "second")
        return replace(self, **{name: scale * getattr(self, name) for name in names})

    def draws_for(self, half_width: float) -> int | None:
        """How many draws, with the same runs a draw, would give an interval of this half width.

        The standard error falls with the square root of the draws; where no pair differs, the end with the draws. None
        where there is no interval to start from.
        """
        if not half_width > 0.0:
            raise ValueError(f"half_width {half_width} is not above 0")
        reached = (self.high - self.low) / 2.0
        if math.isnan(reached):
            return None
        needed = self.draws * (reached / half_width) ** (2 if self.differing else 1)
        return max(2, math.ceil(round(needed, 6)))

    def more_runs(self, half_width: float, runs: int) -> int | None:
        """How many runs, of `runs` a draw, are missing for an interval of this half width; 0 for none."""
        needed = self.draws_for(half_width)
        return None if needed is None else max(0, needed - self.draws) * runs

    def __str__(self) -> str:
        levels = f"{self.first:.4g} to {self.second:.4g}"
        if not self.stands:
            return f"{levels} where both have one ({self.pairs:.0%} of the pairs with either: no difference is told)"
        if math.isnan(self.low):
            return f"{self.value:+.4g} ({levels}; no draw differs)"
        ends = f"{self.low:+.4g} to {self.high:+.4g}"
        return f"{self.value:+.4g} ({ends}, 95 %, paired over {counted(self.draws, 'draw')}; {levels})"


def difference(first: Any, second: Any, *, yes_no: bool, weights: Weights = None) -> Difference:
    """Second less first for paired values (draws, runs), NaN where undefined or failed.

    The difference is that of the two means, each over the runs that have a value (a ratio of sums over draws), with the
    error of their paired linearisation (Cochran 1977, sections 6.3 and 11.3). A number has Student's interval, which
    reaches zero where fewer than six draws differ; a yes or no that of Agresti and Min (2005, section 5) on the pairs
    that differ, for the number of independent pairs that would be as uncertain (Kish 1965). Weights are of the draws,
    (draws,); None: all count alike.

    Raises:
        ValueError: the shapes differ, or fewer than two draws have a value in both.
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.shape != second.shape:
        raise ValueError(f"values of shape {first.shape} and {second.shape} cannot be paired")
    gaps = second - first
    given = uneven(weights)
    either = _amount(~np.isnan(first) | ~np.isnan(second), given)
    share = _amount(~np.isnan(gaps), given) / either if either else 0.0
    draws = paired_draws(first, second, given)
    if draws < 2:
        raise ValueError("a paired difference needs two draws in which both scenarios have a value")
    if share < MOST_PAIRS:
        first, second = (np.where(np.isnan(gaps), np.nan, one) for one in (first, second))
    one, other = ratio(first, given), ratio(second, given)
    found = _compared(one, other, gaps, draws, yes_no, given)
    ends = found if share >= MOST_PAIRS else (math.nan, math.nan, math.nan)
    error = root_of_squares(other.parts - one.parts, draws)
    apart = math.hypot(one.error, other.error)
    return Difference(
        *ends, one.value, other.value, draws, share, _differing(gaps, given), spread(gaps, given),
        apart / error if error > 0.0 else math.inf,
    )  # fmt: skip


def paired_draws(first: Values, second: Values, weights: Weights = None) -> int:
    """In how many draws both have a value, or how many equal draws these are worth: a difference needs two."""
    return _draws((~np.isnan(second - first)).any(axis=1), uneven(weights))


def _amount(known: Any, weights: Weights) -> float:
    """How many runs (draws, runs) there are, each with the weight of its draw."""
    return float(known.sum()) if weights is None else float(known.sum(axis=1) @ weights)


def _draws(known: Any, weights: Weights) -> int:
    """How many draws there are, or how many equal ones are worth as much."""
    return int(known.sum()) if weights is None else worth(weights[known])


def _differing(gaps: Values, weights: Weights) -> int:
    return _draws((np.nan_to_num(gaps) != 0.0).any(axis=1), weights)


def _compared(
    one: Ratio, other: Ratio, gaps: Values, draws: int, yes_no: bool, weights: Weights
) -> tuple[float, float, float]:
    """The difference of two means and the ends of its interval."""
    value = other.value - one.value
    error, differing = root_of_squares(other.parts - one.parts, draws), _differing(gaps, weights)
    if yes_no:
        low, high = _share_ends(value, error, gaps, draws, weights)
    elif differing == 0:
        low = high = math.nan
    else:
        half = t95(draws - 1) * error
        low, high = value - half, value + half
    if differing < FEWEST_DIFFERING:
        low, high = min(low, 0.0), max(high, 0.0)
    return value, low, high


def _share_ends(value: float, error: float, gaps: Values, draws: int, weights: Weights) -> tuple[float, float]:
    """Of a difference of shares: Agresti and Min's adjusted interval; three draws' worth where no run differs."""
    known = ~np.isnan(gaps)
    pairs = float(known.sum()) if weights is None else draws * float(known[known.any(axis=1)].sum(axis=1).mean())
    apart = _amount(np.nan_to_num(gaps) != 0.0, weights) / _amount(known, weights)
    if apart == 0.0:
        end = min(1.0, 3.0 / draws)  # Hanley and Lippman-Hand 1983
        return -end, end
    alone = (apart - value**2) / pairs  # the variance, were the pairs of a draw not alike
    most = pairs / draws
    told = (
        alone > 0.0 and error > 0.0 and _differing(gaps, weights) >= FEWEST_DIFFERING
    )  # else a draw counts as one pair
    effect = min(max(error**2 / alone, 1.0), most) if told else most
    n = pairs / effect
    middle, shown = n * value / (n + 2.0), (n * apart + 1.0) / (n + 2.0)
    half = t95(draws - 1) * math.sqrt(max(shown - middle**2, 0.0) / (n + 2.0))
    return max(-1.0, min(value, middle - half)), min(1.0, max(value, middle + half))
