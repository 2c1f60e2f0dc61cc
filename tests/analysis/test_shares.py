"""Means, ratios and spreads over draws against closed forms worked by hand, and the edges of what is told."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from scipy.stats import binomtest

from sim.analysis.quantiles import Z95, t95
from sim.analysis.shares import (
    CHANCE_DRAWS,
    CHANCE_RUNS,
    Estimate,
    Spread,
    draw_means,
    draw_sums,
    estimate,
    independent,
    inner,
    inner_weights,
    mean_interval,
    number_interval,
    quantile,
    ratio,
    root_of_squares,
    share_ends,
    spread,
    standard_error,
    variances,
    wilson,
    wilson_ends,
)

NAN = math.nan
UNEQUAL = np.array([[2.0, 4.0, NAN], [7.0, NAN, NAN], [1.0, 2.0, 6.0], [NAN, NAN, NAN]])  # sums 6, 7, 9 of 2, 1, 3


def told(draws: int, runs: int, chance: float = 0.1) -> Estimate:
    return Estimate(0.5, 0.25, 0.75, draws, runs, Spread(3.0 * chance, chance))


def test_the_share_of_chance_is_its_part_of_the_sum_and_of_nothing_it_is_none() -> None:
    assert Spread(0.3, 0.1).share_of_chance == pytest.approx(0.25)
    assert math.isnan(Spread(0.0, 0.0).share_of_chance)
    assert math.isnan(Spread(0.2, NAN).share_of_chance)


def test_chance_is_told_from_a_hundred_draws_and_five_runs_each() -> None:
    assert (CHANCE_DRAWS, CHANCE_RUNS) == (100, 5)
    assert told(100, 500).tells_chance
    assert not told(99, 9_999).tells_chance
    assert not told(100, 499).tells_chance
    assert not told(100, 500, 0.0).tells_chance


def test_an_estimate_tells_its_value_its_ends_and_its_chance() -> None:
    assert str(told(100, 500)) == "0.5 (0.25 to 0.75, 95 %; 25% of the variance is chance)"
    assert str(told(100, 499)) == "0.5 (0.25 to 0.75, 95 %)"
    one, two = (Estimate(3.14159, NAN, NAN, draws, 9, Spread(0.0, 0.0)) for draws in (1, 2))
    assert str(one) == "3.142 (one draw: no interval)"
    assert str(two) == "3.142 (the same in all draws: no interval)"


def test_whether_it_is_a_yes_or_no_is_said_by_name() -> None:
    with pytest.raises(TypeError):
        estimate(UNEQUAL, True)  # type: ignore[misc]


def test_what_is_told_cannot_be_changed() -> None:
    for one, name in ((Spread(0.3, 0.1), "chance"), (told(100, 500), "value")):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 0.5)


def test_an_interval_is_cut_to_where_the_value_can_be() -> None:
    cut = told(100, 500).within(0.3, 0.6)
    assert (cut.value, cut.low, cut.high) == (0.5, 0.3, 0.6)
    kept = told(100, 500).within(0.0, 1.0)
    assert (kept.low, kept.high) == (0.25, 0.75)


def test_sums_numbers_and_means_are_those_of_the_values_that_there_are() -> None:
    sums, count = draw_sums(UNEQUAL)
    assert (sums.tolist(), count.tolist()) == ([6.0, 7.0, 9.0, 0.0], [2.0, 1.0, 3.0, 0.0])
    means, number = draw_means(UNEQUAL)
    assert (means[:3].tolist(), number.tolist()) == ([3.0, 7.0, 3.0], [2, 1, 3, 0])
    assert math.isnan(means[3])


def test_the_error_of_a_mean_needs_two_values() -> None:
    assert standard_error(np.array([1.0, 4.0])) == pytest.approx(1.5)
    assert math.isnan(standard_error(np.array([1.0])))
    assert root_of_squares(np.array([3.0, -3.0]), 2) == pytest.approx(3.0)
    assert root_of_squares(np.array([1.0, 2.0, -3.0]), 3) == pytest.approx(math.sqrt(14.0 / 6.0))
    assert math.isnan(root_of_squares(np.array([1.0]), 1))


def test_a_ratio_has_the_error_of_its_linearisation() -> None:
    """22 over 6 runs; parts 6 - 2 r, 7 - r and 9 - 3 r with r = 11/3, of three draws with a value."""
    found = ratio(UNEQUAL)
    assert (found.value, found.draws, found.runs) == (pytest.approx(11.0 / 3.0), 3, 6)
    rest = np.array([6.0 - 22.0 / 3.0, 7.0 - 11.0 / 3.0, 9.0 - 11.0, 0.0])
    assert found.parts == pytest.approx(rest * 3.0 / 6.0)
    assert found.error == pytest.approx(math.sqrt(3.0 / 2.0 * (rest**2).sum()) / 6.0)


def test_a_weighted_ratio_has_the_error_of_its_linearisation() -> None:
    """Weights 3, 1, 2, 5 of a draw without a value and 0 of one with: 18 + 7 + 18 over 6 + 1 + 6."""
    weights = np.array([3.0, 1.0, 2.0, 5.0, 0.0])
    found = ratio(np.vstack([UNEQUAL, [8.0, 8.0, NAN]]), weights)
    r = 43.0 / 13.0
    assert found.value == pytest.approx(r)
    assert found.draws == 2  # 36 / 14 = 2.57 equal ones
    assert found.runs == 4  # two of two runs each
    rest = np.array([3.0 * (6.0 - 2.0 * r), 7.0 - r, 2.0 * (9.0 - 3.0 * r)])
    assert found.parts.sum() == pytest.approx(0.0, abs=1e-12)
    assert found.error == pytest.approx(math.sqrt(3.0 / 2.0 * (rest**2).sum()) / 13.0)


def test_draws_that_weigh_nothing_or_have_no_value_are_not_counted_among_the_weighted() -> None:
    weights = np.array([3.0, 0.0, 2.0, 5.0])
    found, left = ratio(UNEQUAL, weights), ratio(UNEQUAL[[0, 2]], weights[[0, 2]])
    assert (found.value, found.draws, found.runs) == (left.value, left.draws, left.runs) == (3.0, 1, 2)
    assert math.isnan(found.error)
    assert found.parts.tolist() == [0.0] * 4
    nothing = ratio(UNEQUAL, np.array([0.0, 0.0, 0.0, 5.0]))
    assert math.isnan(nothing.value)
    assert (nothing.draws, nothing.runs) == (0, 0)


def test_small_weights_are_weights() -> None:
    weights = np.array([3.0, 1.0, 2.0, 5.0])
    one, other = ratio(UNEQUAL, weights), ratio(UNEQUAL, weights * 2.0**-40)
    assert (one.value, one.error, one.runs) == (other.value, other.error, other.runs)


def test_an_interval_is_students_as_soon_as_anything_differs_by_more_than_rounding() -> None:
    assert number_interval(2.0, np.array([3.0, -3.0]), 2) == pytest.approx(
        (2.0, 2.0 - 3.0 * t95(1), 2.0 + 3.0 * t95(1))
    )
    tiny = np.array([1e-20, -1e-20])
    assert number_interval(0.0, tiny, 2).high == pytest.approx(t95(1) * 1e-20)
    assert math.isnan(number_interval(1.0, tiny, 2).high)
    assert math.isnan(number_interval(-1e9, np.array([1e-4, -1e-4]), 2).low)
    assert number_interval(-1e9, np.array([1e-2, -1e-2]), 2).low < -1e9
    assert math.isnan(number_interval(5.0, np.array([0.0]), 1).low)
    low = mean_interval(np.array([1.0, 3.0, 5.0, NAN]))[1]
    assert low == pytest.approx(3.0 - t95(2) * 2.0 / math.sqrt(3.0))


def test_a_spread_of_unequal_runs_worked_by_hand() -> None:
    """Draws with two values or more: means 3, 3 and 8, variances 2, 7 and 0 of 2, 3 and 2 values."""
    values = np.vstack([UNEQUAL, [8.0, 8.0, NAN]])
    between, chance, left = variances(values)
    assert between == pytest.approx(25.0 / 3.0)
    assert chance == pytest.approx(3.0)
    assert left == pytest.approx((1.0 + 7.0 / 3.0) / 3.0)
    found = spread(values)
    assert (found.epistemic, found.chance) == pytest.approx((25.0 / 3.0 - 10.0 / 9.0, 3.0))
    means, within, count = inner(values)
    assert (means.tolist(), within.tolist(), count.tolist()) == ([3.0, 3.0, 8.0], [2.0, 7.0, 0.0], [2.0, 3.0, 2.0])


def test_a_weighted_spread_worked_by_hand() -> None:
    """Parts 1/2, 1/3 and 1/6: the mean 23/6, and the variance over 1 less the sum of their squares, 14/36."""
    values, weights = np.vstack([UNEQUAL, [8.0, 8.0, NAN]]), np.array([3.0, 7.0, 2.0, 9.0, 1.0])
    assert inner_weights(values, weights).tolist() == [3.0, 2.0, 1.0]
    between, chance, left = variances(values, weights)
    middle = 23.0 / 6.0
    assert between == pytest.approx((5.0 / 6.0 * (3.0 - middle) ** 2 + (8.0 - middle) ** 2 / 6.0) / (22.0 / 36.0))
    assert chance == pytest.approx(2.0 / 2.0 + 7.0 / 3.0)
    assert left == pytest.approx(1.0 / 2.0 + 7.0 / 9.0)


def test_two_draws_of_two_values_split_a_variance_and_fewer_do_not() -> None:
    two = np.array([[0.0, 2.0], [5.0, 9.0]])
    assert variances(two) == pytest.approx((18.0, 5.0, 2.5))
    assert all(map(math.isnan, variances(two[:1])))
    assert variances(two, np.array([1.0, 1.0 + 1e-10])) == pytest.approx((18.0, 5.0, 2.5))
    assert all(map(math.isnan, variances(two, np.array([1.0, 2.0]))))  # worth 1.8
    assert all(map(math.isnan, variances(np.array([[0.0, 2.0], [5.0, NAN]]))))


def test_what_chance_alone_leaves_between_draws_is_no_spread_of_theirs() -> None:
    found = spread(np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]))
    assert (found.epistemic, found.chance) == (0.0, 0.5)


def test_an_estimate_of_a_number_has_students_ends_and_of_a_share_wilsons() -> None:
    found = estimate(UNEQUAL, yes_no=False)
    half = t95(2) * ratio(UNEQUAL).error
    assert (found.low, found.high) == pytest.approx((11.0 / 3.0 - half, 11.0 / 3.0 + half))
    assert (found.draws, found.runs) == (3, 6)
    happened = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    share = ratio(happened)
    number = 0.4 * 0.6 / share.error**2  # between five draws and ten runs
    assert 5.0 < number < 10.0
    assert (share.value, share_ends(share)) == (0.4, pytest.approx(wilson(0.4, number, t95(4))))
    both = estimate(happened, yes_no=True)
    assert (both.low, both.high) == share_ends(share)


def test_one_draw_reaches_as_far_as_the_normal_and_two_as_students_of_one() -> None:
    assert (quantile(1), quantile(2), quantile(20)) == (Z95, t95(1), t95(19))


def test_a_share_counts_as_between_a_run_a_draw_and_all_runs() -> None:
    assert independent(0.2, 0.04, 10, 500) == pytest.approx(100.0)
    assert independent(0.2, 0.4, 10, 500) == 10.0
    assert independent(0.2, 0.004, 10, 500) == 500.0
    assert independent(0.2, 0.0, 10, 500) == 10.0
    assert independent(0.2, NAN, 10, 500) == 10.0
    assert independent(1.0, 0.04, 10, 500) == 10.0
    several = independent(np.array([0.2, 0.0, 0.5]), np.array([0.04, 0.04, 0.05]), 10, 500)
    assert several == pytest.approx([100.0, 10.0, 100.0])


@pytest.mark.parametrize(("happened", "number"), [(0, 7), (1, 7), (3, 10), (5, 10), (9, 10), (7, 7), (1, 1)])
def test_wilsons_interval_is_that_of_scipy(happened: int, number: int) -> None:
    ends = binomtest(happened, number).proportion_ci(0.95, method="wilson")
    assert wilson(happened / number, number) == pytest.approx((ends.low, ends.high), abs=1e-12)


def test_the_interval_of_none_begins_at_none_and_that_of_all_ends_at_all() -> None:
    for number in range(1, 200):
        for z in (Z95, 2.5):
            assert wilson(0.0, number, z)[0] == 0.0
            assert wilson(1.0, number, z)[1] == 1.0
    low, high = wilson_ends(np.array([0.0, 0.3]), np.array([7.0, 10.0]), Z95)
    assert [*low, *high] == pytest.approx([0.0, wilson(0.3, 10)[0], wilson(0.0, 7)[1], wilson(0.3, 10)[1]])
