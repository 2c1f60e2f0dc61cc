"""Which of several settings is best over draws of what is not known, where no average alone decides.

Values are (settings, draws, runs) of one outcome of which more is better, every setting with the same draws and luck.
Three criteria: the expected value; the regret, how much better the best setting of a draw would have been there
(Savage 1951); and in how many draws the outcome is good enough (Simon 1956; Lempert, Popper and Bankes 2003 and
Lempert and others 2006 on regret and satisficing over many futures; McPhail and others 2018 on how such criteria
differ).

The best of noisy means is better than the best mean: regret that is seen in the runs it is chosen by is too large.
So it is told twice: as it is seen, which is too much, and with what is chosen in one half of the runs valued in the
other, which is too little, because half of the runs choose less well. The truth lies between (Jensen's inequality;
measured in tests/analysis/test_robust.py). The largest regret over draws grows with their number, so that what is
minimised is the mean of the worst tenth (Rockafellar and Uryasev 2000).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.quantiles import t95
from sim.analysis.shares import Interval, Values
from sim.analysis.weights import Weights, shares, worth

TAIL = 0.1  # of the draws: those in which the regret is largest
RESAMPLES = 1_000
FEWEST_DIFFERING = 6  # draws: fewer equal signs say nothing, as in `sim.analysis.paired`
AT_ONCE = 2_000_000  # numbers of resampled weights in memory
LEVEL = 0.95
SAME = 1e-12


class Regrets(NamedTuple):
    """How much better the best setting of each draw would have been there.

    Attributes:
        seen: by all runs, the best chosen by the same, (settings, draws): too much.
        valued: the best chosen by one half of the runs and valued by the other, by both halves in turn, (2, settings,
            draws): too little, and below zero where the choice was wrong.
        chosen: by the half that chooses, (2, settings, draws): says which draws are the worst.
    """

    seen: Values
    valued: Values
    chosen: Values


def regrets(values: Values) -> Regrets:
    """Regrets of settings in each draw.

    Args:
        values: (settings, draws, runs), two runs or more, none of them NaN; more is better.

    >>> found = regrets(np.array([[[1.0, 1.0]], [[3.0, 3.0]]]))
    >>> found.seen.ravel().tolist(), found.valued[0].ravel().tolist()
    ([2.0, 0.0], [2.0, 0.0])
    """
    half = values.shape[2] // 2
    parts = values[:, :, :half].mean(axis=2), values[:, :, half:].mean(axis=2)
    valued, chosen = [], []
    for one, other in (parts, parts[::-1]):
        best = np.take_along_axis(other, one.argmax(axis=0)[None], axis=0)
        valued.append(best - other)
        chosen.append(one.max(axis=0) - one)
    means = values.mean(axis=2)
    return Regrets(means.max(axis=0) - means, np.stack(valued), np.stack(chosen))


def worst_mean(order: Values, values: Values, mass: Values) -> Values:
    """The mean of a setting's values over the tenth of the draws in which it is worst, (resamples, settings).

    Args:
        order: what says how bad a draw is, (settings, draws); more is worse.
        values: what is averaged, (settings, draws).
        mass: how much each draw counts, a row a resample: (resamples, draws).
    """
    part = mass / mass.sum(axis=1, keepdims=True)
    found = np.empty((len(mass), len(order)))
    for setting, bad in enumerate(order):
        place = np.argsort(-bad, kind="stable")
        own = part[:, place]
        taken = np.clip(TAIL - (np.cumsum(own, axis=1) - own), 0.0, own)
        found[:, setting] = taken @ values[setting, place] / TAIL
    return found


class Sampled(NamedTuple):
    """A criterion of each setting, (resamples + 1, settings): first its value, then that of each resample of the draws.

    Attributes:
        expected: the mean, of the outcome.
        enough: the share of draws in which the outcome is good enough, freed of chance.
        regret, regret_seen: the mean regret, valued and seen.
        worst, worst_seen: that of the worst tenth of the draws.
    """

    expected: Values
    enough: Values
    regret: Values
    regret_seen: Values
    worst: Values
    worst_seen: Values


def sampled(means: Values, enough: Values, found: Regrets, weights: Weights, seed: int) -> Sampled:
    """Every criterion by bootstrap over draws (Efron 1979): whole draws are drawn again, each under all settings.

    Args:
        means: of each draw, (settings, draws).
        enough: whether a draw is good enough, freed of chance, (settings, draws).
        found: the regrets.
        weights: of the draws, (draws,); None: all count alike.
        seed: of the resampling.
    """
    draws = means.shape[1]
    rng, given = np.random.default_rng(seed), shares(weights, draws)
    valued = found.valued.mean(axis=0)
    parts, left = [], RESAMPLES
    mass = given[None]
    while True:
        worst = np.mean(
            [worst_mean(key, value, mass) for key, value in zip(found.chosen, found.valued, strict=True)], axis=0
        )
        part = mass / mass.sum(axis=1, keepdims=True)
        rows = [part @ one.T for one in (means, enough, valued, found.seen)]
        parts.append([*rows, worst, worst_mean(found.seen, found.seen, mass)])
        if not left:
            return Sampled(*(np.concatenate(one) for one in zip(*parts, strict=True)))
        some = min(left, max(1, AT_ONCE // draws))
        left -= some
        mass = given * rng.multinomial(draws, np.full(draws, 1.0 / draws), some)
        mass = np.where(mass.sum(axis=1, keepdims=True) > 0.0, mass, given)  # draws that weigh nothing say nothing


class Pairs(NamedTuple):
    """Every setting less every other, with intervals that hold for all pairs at once.

    Attributes:
        value, low, high: (settings, settings); row less column.
        is_same: whether no draw differs between the two, likewise.
    """

    value: Values
    low: Values
    high: Values
    is_same: NDArray[np.bool_]


def pairs(criterion: Values, by_draw: Values, weights: Weights = None, level: float = LEVEL) -> Pairs:
    """All paired differences of a criterion; none of the intervals misses, in so many of a hundred samples.

    The largest standardised difference over all pairs, resampled, says how wide they have to be (max-t: Hochberg and
    Tamhane 1987; by bootstrap: Romano and Wolf 2005), never less than Student's of one. Where fewer than six draws
    differ nothing is told.

    Args:
        criterion: as in `Sampled`; more is better.
        by_draw: what the criterion is made of, (settings, draws): two settings are paired in it.
        weights: of the draws, (draws,); None: all count alike.
        level: of all intervals together.
    """
    gaps = criterion[:, :, None] - criterion[:, None, :]
    value, again = gaps[0], gaps[1:]
    error = again.std(axis=0, ddof=1)
    moved = error > SAME
    standard = np.abs(again - again.mean(axis=0))[:, moved] / error[moved]
    counts = by_draw.shape[1] if weights is None else worth(weights)
    wide = t95(max(1, counts - 1))
    if standard.size:
        wide = max(wide, float(np.quantile(standard.max(axis=1), level)))
    differing = np.stack([(np.abs(by_draw - one) > SAME).sum(axis=1) for one in by_draw])
    low, high = value - wide * error, value + wide * error
    open_ = differing < FEWEST_DIFFERING
    low[open_], high[open_] = np.minimum(low, 0.0)[open_], np.maximum(high, 0.0)[open_]
    return Pairs(value, low, high, differing == 0)


def cannot_tell(found: Pairs, best: int) -> NDArray[np.bool_]:
    """Which settings may be the best one as far as the pairs tell, (settings,); the one that is best among them.

    With the confidence of the pairs the true best is one of them (Gupta 1965; Hsu 1996 on comparisons with the best).
    """
    left: NDArray[np.bool_] = found.low[best] <= 0.0
    left[best] = True
    return left


def front(points: Values) -> NDArray[np.bool_]:
    """Which settings are on the Pareto front: no other is as good in both outcomes and better in one.

    Args:
        points: (..., settings, 2); more is better.

    >>> front(np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0], [3.0, 1.0]])).tolist()
    [True, True, False, True]
    """
    own, other = points[..., :, None, :], points[..., None, :, :]
    beaten = (other >= own).all(axis=-1) & (other > own).any(axis=-1)
    return np.asarray(~beaten.any(axis=-1), np.bool_)


def is_beaten(first: Pairs, second: Pairs) -> NDArray[np.bool_]:
    """Which settings another one beats for certain: clearly better in one outcome, and in the other too or the same."""
    better = [one.low > 0.0 for one in (first, second)]
    either = (better[0] & (better[1] | second.is_same)) | (better[1] & first.is_same)
    return np.asarray(either.any(axis=0), np.bool_)


def resampled_interval(criterion: Values) -> tuple[Interval, ...]:
    """A criterion of each setting with its own 95 % interval, percentiles of the resamples; NaN where none differs."""
    low, high = np.quantile(criterion[1:], (0.025, 0.975), axis=0)
    varied = criterion[1:].std(axis=0) > SAME
    ends = (np.where(varied, end, np.nan) for end in (low, high))
    return tuple(Interval(*map(float, one)) for one in zip(criterion[0], *ends, strict=True))


def spread_out(candidates: Values, first: int, most: int) -> list[int]:
    """The numbers of some points that leave no large gap: each the furthest from all before (Kennard and Stone 1969).

    Only the second keeps away from the first: in many directions all corners are as far from a point in the middle,
    which would then decide nothing between them.

    Args:
        candidates: (points, directions), each direction from 0 to 1; no point twice.
        first: the point to begin with.
        most: how many; all where there are no more.

    >>> spread_out(np.array([[0.5], [0.25], [0.0], [1.0]]), 0, 4)
    [0, 2, 3, 1]
    """

    def apart(one: int) -> Values:
        return np.asarray(((candidates - candidates[one]) ** 2).sum(axis=1))

    chosen, near = [first], apart(first)
    while len(chosen) < min(most, len(candidates)):
        chosen.append(int(near.argmax()))
        near = apart(chosen[1]) if len(chosen) == 2 else np.minimum(near, apart(chosen[-1]))
        near[first] = 0.0
    return chosen
