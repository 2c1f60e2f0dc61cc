"""What a scenario changes: paired differences between two sweeps that share their draws and their luck.

Chance is a function of seed, draw, run, week and decision, so run n of one scenario meets the same luck as run n of
the other (common random numbers: Law 2015, chapter 11), and most of the noise drops out of the difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.shares import Spread, mean_interval, spread, standard_error, told_means

NOTABLE = 0.05  # a difference of this much counts as one (design, section 8)


@dataclass(frozen=True)
class Difference:
    """Second scenario less first, paired.

    Attributes:
        value: the mean difference.
        low: lower end of its 95 % interval.
        high: upper end.
        draws: pairs of draws that it rests on.
        spread: of the runs' differences.
        rises: share of the draws in which the mean difference exceeds NOTABLE.
        falls: share of the draws in which it is below -NOTABLE.
        pairing: factor by which pairing has narrowed the interval; 1 for no gain.
    """

    value: float
    low: float
    high: float
    draws: int
    spread: Spread
    rises: float
    falls: float
    pairing: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0.0 or self.high < 0.0

    def draws_for(self, half_width: float) -> int:
        """How many draws, with the same runs a draw, would give an interval of this half width.

        The standard error falls with the square root of the draws.
        """
        if not half_width > 0.0:
            raise ValueError(f"half_width {half_width} is not above 0")
        reached = (self.high - self.low) / 2.0
        return max(2, math.ceil(self.draws * (reached / half_width) ** 2))

    def more_runs(self, half_width: float, runs: int) -> int:
        """How many runs, of `runs` a draw, are missing for an interval of this half width; 0 for none."""
        return max(0, self.draws_for(half_width) - self.draws) * runs

    def __str__(self) -> str:
        return f"{self.value:+.4g} ({self.low:+.4g} to {self.high:+.4g}, 95 %, paired over {self.draws} draws)"


def difference(first: Any, second: Any) -> Difference:
    """Second less first for paired values (draws, runs); NaN in either leaves the pair out."""
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.shape != second.shape:
        raise ValueError(f"values of shape {first.shape} and {second.shape} cannot be paired")
    pairs = second - first
    means, _ = told_means(pairs)
    if len(means) < 2:
        raise ValueError("a paired difference needs two draws in which both scenarios have a value")
    value, low, high = mean_interval(means)
    error = standard_error(means)
    apart = math.sqrt(sum(float(told_means(one)[0].var(ddof=1)) for one in (first, second)) / len(means))
    return Difference(
        value=value,
        low=low,
        high=high,
        draws=len(means),
        spread=spread(pairs),
        rises=float((means > NOTABLE).mean()),
        falls=float((means < -NOTABLE).mean()),
        pairing=apart / error if error > 0.0 else math.inf,
    )
