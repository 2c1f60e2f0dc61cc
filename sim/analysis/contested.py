"""How much of an outcome's spread is the theory, the coding, the parameters and chance.

The law of total variance, from the outside in: what the theories' means differ by, what the codings' means differ by
within a theory, what draws of one coding differ by, and what is left within a draw. All theories count alike, and each
coding as often as it was drawn. What two of them do only together belongs to the inner one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.shares import Interval, Values

RESAMPLES = 400
PARTS = ("theory", "coding", "parameters", "chance")


class Shares(NamedTuple):
    """Parts of the variance of an outcome over theories, draws and runs, each with a 95 % interval over draws.

    Attributes:
        theory: what the theories' means differ by.
        coding: what the means of the coding passes differ by, within a theory.
        parameters: what the draws of one pass differ by.
        chance: what the runs of one draw differ by.
        variance: the whole.
    """

    theory: Interval
    coding: Interval
    parameters: Interval
    chance: Interval
    variance: float


def shares(values: Values, coding: NDArray[np.int64], seed: int = 1) -> Shares | None:
    """Parts of the variance of values (theories, draws, runs), every theory on the same draws and luck.

    Each part is freed of what the parts inside it leave in its means (Searle, Casella and McCulloch 1992, chapter 3).
    The intervals are those of the bootstrap over draws (Efron 1979), percentiles moved so that their mean is the value:
    whole draws are drawn again, each with its runs under all theories.

    Args:
        values: none of them NaN; at least two draws of each pass, and two runs.
        coding: of each draw the number of its pass, (draws,).
        seed: of the resampling.

    Returns:
        None where nothing varies, or one run a draw leaves chance and parameters together.
    """
    runs = values.shape[2]
    if runs < 2 or float(np.ptp(values)) == 0.0:
        return None
    means, within = values.mean(axis=2), values.var(axis=2, ddof=1)
    member = (coding[:, None] == np.unique(coding)).astype(np.float64)
    once = np.ones((1, len(coding)))
    rng = np.random.default_rng(seed)
    again = rng.multinomial(len(coding), np.full(len(coding), 1.0 / len(coding)), RESAMPLES).astype(np.float64)
    (found,) = _parts(means, within, member, once, runs)
    others = _parts(means, within, member, again, runs)
    total = float(found.sum())
    if not total > 0.0:
        return None
    value = np.clip(found, 0.0, None) / np.clip(found, 0.0, None).sum()
    parts = np.clip(others, 0.0, None)
    whole = parts.sum(axis=1, keepdims=True)  # 0 where only draws that do not vary are drawn again
    each = np.divide(parts, whole, out=np.broadcast_to(value, parts.shape).copy(), where=whole > 0.0)
    ends = np.quantile(each, (0.025, 0.975), axis=0) + (value - each.mean(axis=0))
    told = [
        Interval(float(v), *(float(end) for end in np.clip(e, 0.0, 1.0))) for v, e in zip(value, ends.T, strict=True)
    ]
    return Shares(told[0], told[1], told[2], told[3], total)


def _parts(means: Values, within: Values, member: Values, weights: Values, runs: int) -> Values:
    """The four parts, (resamples, 4), of draws that count as often as `weights` (resamples, draws) say.

    Args:
        means, within: of each draw under each theory, (theories, draws).
        member: 1 where a draw is of a pass, (draws, passes).
        weights: how often each draw counts.
        runs: of each draw.
    """
    draws = weights.sum(axis=1)[:, None]  # resamples, 1
    size = weights @ member  # resamples, passes
    chance = (weights @ within.mean(axis=0))[:, None] / draws
    parameters, coding = np.zeros(len(weights)), np.zeros(len(weights))
    for row in means:
        inner = np.divide((weights * row) @ member, size, out=np.zeros_like(size), where=size > 0.0)
        square = np.divide((weights * row**2) @ member, size, out=np.zeros_like(size), where=size > 0.0)
        spread = np.maximum(square - inner**2, 0.0) * size / np.maximum(size - 1.0, 1.0)
        share = size / draws
        middle = (share * inner).sum(axis=1, keepdims=True)
        left = (share * (1.0 - share) * spread / np.maximum(size, 1.0)).sum(axis=1)
        coding += (share * (inner - middle) ** 2).sum(axis=1) - left
        parameters += (share * spread).sum(axis=1)
    whole = (weights @ means.T) / draws  # resamples, theories
    apart = means - means.mean(axis=0)
    noise = (weights @ (apart.T**2)) / draws - ((weights @ apart.T) / draws) ** 2
    left = (noise / np.maximum(draws - 1.0, 1.0)).mean(axis=1)
    theory = whole.var(axis=1) - left
    count = len(means)
    return np.stack([theory, coding / count, parameters / count - chance[:, 0] / runs, chance[:, 0]], axis=1)
