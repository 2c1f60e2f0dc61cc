"""Weights over draws: equal ones change no bit, whole ones repeat draws, and the intervals hold what they say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.stats import rankdata

from sim.analysis.chance import chance_share
from sim.analysis.discovery import paired_chance, standardised
from sim.analysis.holding import holding
from sim.analysis.influence import influences
from sim.analysis.paired import difference
from sim.analysis.scores import crps, transform
from sim.analysis.shares import estimate, mean_interval, ratio, spread
from sim.analysis.timing import median, survival
from sim.analysis.weights import (
    kish,
    shares,
    uneven,
    variance,
    weighted_correlation,
    weighted_median,
    weighted_quantile,
    weighted_ranks,
    worth,
)

Values = NDArray[np.float64]
DRAWS, RUNS = 120, 6


def values(seed: int, draws: int = DRAWS) -> Values:
    """Weeks or nothing of draws that differ."""
    random = np.random.default_rng(seed)
    found = np.round(random.normal(20.0, 6.0, (draws, 1)) + random.normal(0.0, 6.0, (draws, RUNS)))
    return np.where(random.random((draws, RUNS)) < 0.2, np.nan, found)


def yes_no(seed: int, draws: int = DRAWS) -> Values:
    random = np.random.default_rng(seed)
    return (random.random((draws, RUNS)) < random.beta(1.0, 2.0, (draws, 1))).astype(np.float64)


def _paired(weights: Values | None, *, repeat: Callable[[Values], Values] = lambda a: a) -> Any:
    return difference(repeat(yes_no(1)), repeat(yes_no(2)), yes_no=True, weights=weights)


def _holding(weights: Values | None, *, repeat: Callable[[Values], Values] = lambda a: a) -> Any:
    held = yes_no(5)
    return holding(repeat(held[:, 0]), (repeat(held[:, 1]), repeat(held[:, 2])), weights)


# By name: what is estimated, from weights and how the draws are repeated.
ESTIMATES: dict[str, Callable[..., Any]] = {
    "share": lambda w, repeat=lambda a: a: estimate(repeat(yes_no(1)), yes_no=True, weights=w),
    "mean": lambda w, repeat=lambda a: a: estimate(repeat(values(1)), yes_no=False, weights=w),
    "paired": _paired,
    "paired number": lambda w, repeat=lambda a: a: difference(
        repeat(np.nan_to_num(values(3))), repeat(np.nan_to_num(values(4))), yes_no=False, weights=w
    ),
    "median": lambda w, repeat=lambda a: a: median(repeat(values(1)), w),
    "survival": lambda w, repeat=lambda a: a: survival(repeat(np.nan_to_num(values(1), nan=np.inf)), 40, w),
    "holding": _holding,
    "chance": lambda w, repeat=lambda a: a: chance_share(repeat(yes_no(6)), w),
    "interval of means": lambda w, repeat=lambda a: a: mean_interval(repeat(values(1)[:, 0]), w),
    "influence": lambda w, repeat=lambda a: a: influences(
        ["a", "b"], repeat(values(7)[:, :2]), repeat(values(8)[:, 0]), repeat(yes_no(9)[:, 0]), w
    ),
    "test": lambda w, repeat=lambda a: a: paired_chance(repeat(values(3)), w),
    "size": lambda w, repeat=lambda a: a: standardised(1.0, repeat(values(3)), repeat(values(4)), w),
}  # fmt: skip


@pytest.mark.parametrize("name", ESTIMATES)
def test_equal_weights_are_no_weights_to_the_bit(name: str) -> None:
    without, equal = ESTIMATES[name](None), ESTIMATES[name](np.full(DRAWS, 0.3))
    assert repr(without) == repr(equal)


def points(found: Any) -> Any:
    """What of an estimate is no interval."""
    kind = type(found).__name__
    if kind == "Difference":
        return (found.value, found.first, found.second, found.pairs)
    if kind == "Holding":
        return (found.raw.value, found.corrected.value)
    return found if isinstance(found, float) else found.value


EXACT = ("share", "mean", "paired", "paired number", "median", "survival", "holding", "interval of means", "size")


@pytest.mark.parametrize("name", EXACT)
def test_whole_weights_are_repeated_draws(name: str) -> None:
    times = np.random.default_rng(3).integers(0, 4, DRAWS)
    weighted = points(ESTIMATES[name](times.astype(np.float64)))
    repeated = points(ESTIMATES[name](None, repeat=lambda a: np.repeat(a, times, axis=0)))
    np.testing.assert_allclose(weighted, repeated, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ESTIMATES)
def test_the_size_of_weights_and_draws_that_weigh_nothing_do_not_matter(name: str) -> None:
    some = np.random.default_rng(4).gamma(1.0, 1.0, DRAWS)
    some[:10] = 0.0
    one, other = ESTIMATES[name](some), ESTIMATES[name](some * 8.0)  # a power of two rounds nothing
    assert repr(one) == repr(other)
    if name in EXACT:
        left = ESTIMATES[name](some[10:], repeat=lambda a: a[10:])
        np.testing.assert_allclose(points(one), points(left), rtol=1e-12, atol=1e-12)


@given(hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(0.0, 10.0)))
def test_the_worth_of_weights_lies_between_one_draw_and_all(weights: Values) -> None:
    if weights.sum() > 1e-6:
        assert 1.0 - 1e-9 <= kish(weights) <= len(weights) + 1e-9


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=12))
def test_a_weighted_median_is_that_of_repeated_values(pairs: list[tuple[int, int]]) -> None:
    numbers, times = (np.array(part, np.float64) for part in zip(*pairs, strict=True))
    if times.sum():
        assert weighted_median(numbers, times) == np.median(np.repeat(numbers, times.astype(int)))


def test_weighted_scores_are_those_of_repeated_values() -> None:
    random = np.random.default_rng(1)
    numbers, times = np.round(random.normal(10.0, 4.0, 60)), random.integers(0, 4, 60)
    mass, repeated = times.astype(np.float64), np.repeat(numbers, times)
    assert crps(numbers, 9.0, 12.0, mass) == pytest.approx(crps(repeated, 9.0, 12.0))
    assert transform(numbers, 9.0, 12.0, mass) == pytest.approx(transform(repeated, 9.0, 12.0))


@pytest.mark.parametrize("kind", ["share", "mean", "rise"])
def test_weighted_intervals_hold_the_truth(kind: str) -> None:
    """Draws from a uniform p, weighted by the density of a beta: the truth is the mean of that."""
    random = np.random.default_rng(7)
    covered, sweeps, a, b = 0, 400, 3.0, 2.0
    for _ in range(sweeps):
        p = random.random(200)
        weights = p ** (a - 1.0) * (1.0 - p) ** (b - 1.0)
        happened = (random.random((200, 5)) < p[:, None]).astype(np.float64)
        truth = a / (a + b)
        if kind == "share":
            found: Any = estimate(happened, yes_no=True, weights=weights)
        elif kind == "mean":
            found = estimate(happened + random.normal(0.0, 1.0, happened.shape), yes_no=False, weights=weights)
        else:
            found = difference(np.zeros_like(happened), happened, yes_no=True, weights=weights)
        covered += found.low <= truth <= found.high
    assert covered / sweeps >= 0.93 - 2.5 * math.sqrt(0.93 * 0.07 / sweeps)


def test_a_split_of_the_variance_follows_the_weights() -> None:
    """Half of the draws are nothing but chance, half nothing but themselves: weights choose between them."""
    random = np.random.default_rng(2)
    noise = (random.random((400, 10)) < 0.5).astype(np.float64)
    sure = np.repeat((random.random((400, 1)) < 0.5).astype(np.float64), 10, axis=1)
    both = np.concatenate([noise, sure])
    first = np.repeat([1.0, 1e-3], 400)
    assert spread(both, first).share_of_chance > 0.95
    assert spread(both, first[::-1]).share_of_chance < 0.05
    assert ratio(both, first).draws == pytest.approx(kish(first), abs=1.0)


def test_weights_that_are_all_but_equal_leave_an_interval_as_it_is() -> None:
    """As many pairs as runs: by the draws alone it would be three times as wide."""
    random = np.random.default_rng(11)
    first, second = ((random.random((200, 10)) < one).astype(np.float64) for one in (0.4, 0.5))
    even = difference(first, second, yes_no=True)
    found = difference(first, second, yes_no=True, weights=1.0 + 1e-6 * random.random(200))
    assert (found.value, found.low, found.high) == tuple(
        pytest.approx(one, abs=1e-3) for one in (even.value, even.low, even.high)
    )
    assert even.high - even.low < 0.08


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_weights_that_are_all_alike_are_none() -> None:
    assert uneven(None) is None
    assert uneven(np.zeros(3)) is None
    for weights in (np.array([1.0, 1.0, 1.0 + 1e-15]), np.array([2.0, 1.0, 1.0])):
        assert uneven(weights) is weights


def test_the_worth_of_weights_is_a_whole_number_rounded_down() -> None:
    assert kish(np.array([4.0, 2.0, 1.0])) == pytest.approx(49.0 / 21.0)
    assert kish(np.zeros(3)) == 0.0
    assert kish(np.array([0.5, 0.25]) * 2.0**-300) == 1.8
    assert worth(np.array([4.0, 2.0, 1.0])) == 2
    assert worth(np.array([1.0, 1.0, 0.98])) == 2
    assert worth(np.full(3, 0.1)) == 3  # 2.9999999999999996 by rounding, or not
    assert worth(np.array([1.0, 1.0 + 1e-6])) == 2
    assert worth(np.array([9.0, 0.0])) == 1
    assert worth(np.zeros(3)) == 0
    assert worth(np.array([0.0, 1e-300])) == 1


def test_shares_sum_to_one() -> None:
    assert shares(None, 4).tolist() == [0.25] * 4
    assert shares(np.array([3.0, 0.0, 5.0]), 3).tolist() == [0.375, 0.0, 0.625]


def test_a_variance_counts_weights_as_repetitions() -> None:
    numbers = np.array([1.0, 4.0, 6.0])
    assert variance(numbers) == pytest.approx(38.0 / 9.0)
    assert variance(numbers, np.array([0.2, 0.3, 0.0])) == pytest.approx(np.var([1, 1, 4, 4, 4]))
    assert variance(numbers, np.array([2.0, 1.0, 3.0])) == pytest.approx(np.var([1, 1, 4, 6, 6, 6]))
    assert variance(numbers, np.zeros(3)) == 0.0


def test_a_median_between_two_halves_is_their_middle_whatever_weighs_nothing_there() -> None:
    numbers = np.array([7.0, 1.0, 3.0, 2.0, 9.0])
    assert weighted_median(numbers, np.array([0.3, 0.1, 0.0, 0.2, 0.0])) == 4.5
    assert weighted_median(numbers, np.array([0.3, 0.1, 0.0, 0.2 + 1e-9, 0.0])) == 2.0
    assert weighted_median(numbers, np.array([0.3, 0.1, 0.0, 0.2 - 1e-9, 0.0])) == 7.0
    assert weighted_median(numbers, np.array([0.0, 0.0, 0.0, 0.0, 2.0])) == 9.0
    assert weighted_median(numbers, np.array([0.0, 3.0, 0.0, 0.0, 2.0])) == 1.0


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=12), st.integers(0, 20))
def test_a_weighted_quantile_is_the_inverse_of_the_repeated_values(
    pairs: list[tuple[int, int]], twentieth: int
) -> None:
    numbers, times = (np.array(part, np.float64) for part in zip(*pairs, strict=True))
    level = twentieth / 20.0 + (0.013 if twentieth < 20 else 0.0)  # on no step
    if times.sum():
        many = np.repeat(numbers, times.astype(int))
        assert weighted_quantile(numbers, times, level) == np.quantile(many, level, method="inverted_cdf")


def test_a_quantile_at_either_end_is_a_value_that_weighs_something() -> None:
    numbers, weights = np.array([5.0, 2.0, 8.0, 3.0]), np.array([0.5, 0.0, 0.0, 0.25])
    assert [weighted_quantile(numbers, weights, level) for level in (0.0, 0.3, 0.4, 1.0)] == [3.0, 3.0, 5.0, 5.0]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=12))
def test_weighted_ranks_are_the_shared_ranks_of_repeated_values(pairs: list[tuple[int, int]]) -> None:
    numbers, times = (np.array(part, np.float64) for part in zip(*pairs, strict=True))
    each = np.repeat(np.arange(len(numbers)), times.astype(int))
    wanted = (rankdata(numbers[each]) - 0.5) / len(each)
    assert weighted_ranks(numbers, times)[each] == pytest.approx(wanted)


def test_a_weighted_correlation_is_that_of_repeated_pairs() -> None:
    random = np.random.default_rng(8)
    one, times = random.normal(size=30), random.integers(0, 4, 30)
    other = 0.5 * one + random.normal(size=30) + 3.0
    wanted = np.corrcoef(np.repeat(one, times), np.repeat(other, times))[0, 1]
    assert weighted_correlation(one, other, 0.2 * times) == pytest.approx(wanted)
    assert math.isnan(weighted_correlation(one, np.ones(30), times.astype(float)))
    assert weighted_correlation(1e-9 * one, 1e-9 * other, times.astype(float)) == pytest.approx(wanted)


@pytest.mark.parametrize("same", [0.1, 0.3, 7.7])
def test_what_is_the_same_in_all_that_weigh_something_has_no_correlation(same: float) -> None:
    """Less its weighted mean it may be the dust of rounding, and not 0."""
    weights = np.r_[1.0 + 0.1 * np.arange(20), 0.0]
    alike, other = np.r_[np.full(20, same), 5.0], np.arange(21.0)
    assert math.isnan(weighted_correlation(alike, other, weights))
    assert math.isnan(weighted_correlation(other, alike, weights))
    assert math.isnan(weighted_correlation(other, other, np.zeros(21)))
