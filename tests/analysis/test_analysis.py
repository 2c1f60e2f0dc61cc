"""Intervals cover what they promise, the variance splits as it was made, pairs say how many more runs they need."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom, norm
from scipy.stats import t as student

from sim.analysis.chance import chance_share
from sim.analysis.holding import beyond, holding
from sim.analysis.paired import difference
from sim.analysis.quantiles import t95
from sim.analysis.shares import (
    Interval,
    draw_means,
    estimate,
    mean_interval,
    ratio,
    spread,
    wilson,
)
from sim.analysis.timing import median, survival


def two_levels(rng: np.random.Generator, draws: int, runs: int, between: float, within: float) -> np.ndarray:
    """Values of draws that differ by `between`, with chance of `within` (standard deviations)."""
    return rng.normal(0.0, between, (draws, 1)) + rng.normal(0.0, within, (draws, runs))


def test_runs_of_one_draw_do_not_count_as_independent() -> None:
    same = np.repeat(np.arange(40) % 2, 100).reshape(40, 100)
    found = estimate(same, yes_no=True)
    assert (found.low, found.high) == pytest.approx(wilson(0.5, 40, t95(39)), abs=0.003)


def test_a_share_of_none_keeps_an_interval_above_zero() -> None:
    found = estimate(np.zeros((100, 20)), yes_no=True)
    assert found.low == 0.0
    assert 0.0 < found.high < 0.05


@pytest.mark.parametrize(("between", "within"), [(1.0, 0.0), (0.0, 1.0), (1.0, 2.0), (2.0, 1.0)])
def test_the_spread_splits_into_what_it_was_made_of(between: float, within: float) -> None:
    found = spread(two_levels(np.random.default_rng(3), 4_000, 5, between, within))
    assert found.epistemic == pytest.approx(between**2, abs=0.12 * (between**2 + within**2))
    assert found.chance == pytest.approx(within**2, rel=0.05, abs=1e-12)


def test_more_runs_a_draw_leave_the_epistemic_part_as_it_is() -> None:
    few, many = (spread(two_levels(np.random.default_rng(4), 4_000, runs, 1.0, 3.0)) for runs in (2, 40))
    assert few.epistemic == pytest.approx(many.epistemic, abs=0.35)


def test_one_run_a_draw_cannot_tell_chance_from_ignorance() -> None:
    assert math.isnan(spread(np.random.default_rng(5).random((10, 1))).share_of_chance)


def test_undefined_values_do_not_count() -> None:
    values = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, 5.0]])
    every, number = draw_means(values)
    assert np.array_equal(every, [1.0, np.nan, 4.0], equal_nan=True)
    assert number.tolist() == [1, 0, 2]
    assert estimate(values, yes_no=False).runs == 3
    with pytest.raises(ValueError, match="no run"):
        estimate(np.full((2, 2), np.nan), yes_no=False)


def test_one_draw_has_no_interval_but_a_share_has_that_of_one_trial() -> None:
    values = np.array([[0.25, 0.75], [np.nan, np.nan]])
    assert estimate(values, yes_no=False).value == 0.5
    assert str(estimate(values, yes_no=False)) == "0.5 (one draw: no interval)"
    for found in (estimate(values, yes_no=False), median(values), mean_interval(values[:, 0])):
        assert found is not None
        assert math.isnan(found.low)
        assert math.isnan(found.high)
    share = estimate(np.array([[0.0, 1.0]]), yes_no=True)
    assert (share.low, share.high) == wilson(0.5, 1)


def test_a_number_that_is_the_same_everywhere_is_no_yes_or_no() -> None:
    """The kind is declared with the outcome: a number of nothing but zeros has no interval of a proportion."""
    found = estimate(np.zeros((40, 3)), yes_no=False)
    assert str(found) == "0 (the same in all draws: no interval)"
    assert estimate(np.zeros((40, 3)), yes_no=True).high > 0.05


def test_ends_of_none_of_forty_runs_in_twenty_draws_are_told_and_mirror() -> None:
    none, every = (estimate(np.full((20, 2), value), yes_no=True) for value in (0.0, 1.0))
    assert (none.low, none.high) == pytest.approx(wilson(0.0, 20, t95(19)))
    assert wilson(0.0, 20)[1] == pytest.approx(0.161, abs=0.0005)
    assert (1.0 - every.high, 1.0 - every.low) == pytest.approx((none.low, none.high))


@pytest.mark.parametrize("runs", [1, 5, 50])
def test_a_mean_over_the_runs_that_have_a_value_does_not_hang_on_the_runs_a_draw(runs: int) -> None:
    """Half of the draws have it in a tenth of their runs, at 80; half in nine tenths, at 20: 26 on average."""
    random = np.random.default_rng(runs)
    often = (np.arange(4_000) % 2 == 1)[:, None]
    seen = random.random((4_000, runs)) < np.where(often, 0.9, 0.1)
    found = estimate(np.where(seen, np.where(often, 20.0, 80.0), np.nan), yes_no=False)
    assert found.value == pytest.approx(26.0, abs=1.5 * (found.high - found.low) / 2.0)
    assert found.high - found.low < 3.0


def test_values_of_draws_weigh_as_their_runs() -> None:
    found = ratio(np.array([[1.0, 1.0, 1.0], [5.0, np.nan, np.nan]]))
    assert (found.value, found.draws, found.runs) == (2.0, 2, 4)
    assert found.parts.sum() == pytest.approx(0.0)
    assert found.error == pytest.approx(math.sqrt(2.0 * (9.0 + 9.0)) / 4.0)  # Cochran's formula, written out


def test_a_ratio_of_nothing_rests_on_nothing() -> None:
    never = np.full((3, 2), np.nan)
    for found in (ratio(never), ratio(never, np.array([1.0, 2.0, 3.0]))):
        assert math.isnan(found.value)
        assert (found.parts.tolist(), found.draws, found.runs) == ([0.0, 0.0, 0.0], 0, 0)


def test_students_quantile_is_that_of_scipy() -> None:
    numbers = [*range(1, 60), 99, 199, 999, 4_999]
    for n in numbers:  # as close as Hill's expansion comes, so that each of its constants counts
        assert t95(n) == pytest.approx(student.ppf(0.975, n), rel=1e-6 if n == 3 else 1e-7)
    with pytest.raises(ValueError, match="fewer than 1"):
        t95(0)


def test_of_no_value_there_is_not_even_a_mean() -> None:
    assert all(map(math.isnan, mean_interval(np.full(3, np.nan))))
    assert mean_interval(np.array([0.0, 1.0])).high > 1.0
    same = mean_interval(np.zeros(2))
    assert isinstance(same, Interval)
    assert math.isnan(same.high)


# --- the spread ------------------------------------------------------------------------------------------------------


def test_where_draws_differ_in_their_chance_and_in_their_runs_the_epistemic_part_is_their_variance() -> None:
    """The pooled variance within is told a part that is not there: draws with few values vary most."""
    random, parts = np.random.default_rng(9), []
    for _ in range(60):
        q = random.beta(0.6, 0.9, (400, 1))
        values = random.normal(0.0, 0.5, (400, 1)) + (0.3 + 2.0 * q) * random.normal(size=(400, 10))
        values[random.random((400, 10)) < 0.8 * q] = np.nan
        parts.append(spread(values).epistemic)
    assert np.mean(parts) == pytest.approx(0.25, abs=3.0 * np.std(parts) / math.sqrt(len(parts)) + 0.002)


def test_beta_binomial_draws_have_the_variance_and_the_chance_that_the_formula_says() -> None:
    random, mean, alike, runs = np.random.default_rng(10), 0.3, 0.25, 8
    chances = random.beta(mean * 3.0, (1 - mean) * 3.0, (40_000, 1))  # alike = 1 / (1 + 3)
    values = (random.random((40_000, runs)) < chances).astype(float)
    assert values.mean(axis=1).var() == pytest.approx(mean * (1 - mean) * (1 + (runs - 1) * alike) / runs, rel=0.03)
    assert spread(values).share_of_chance == pytest.approx(1.0 - alike, abs=0.01)


def test_chance_is_told_of_enough_draws_and_runs_alone_and_never_without_a_width() -> None:
    random = np.random.default_rng(11)
    for draws, runs in ((99, 10), (200, 4), (20, 2)):
        values = random.integers(0, 2, (draws, runs)).astype(float)
        assert chance_share(values) is None
        assert "chance" not in str(estimate(values, yes_no=True))
    values = random.integers(0, 2, (200, 5)).astype(float)
    assert "of the variance is chance" in str(estimate(values, yes_no=True))
    found = chance_share(values)  # draws do not differ: chance is all
    assert found is not None
    assert found.value > 0.95
    assert found.low < 0.999
    assert found.high == 1.0


# --- differences -----------------------------------------------------------------------------------------------------


def test_pairing_takes_out_the_luck_that_both_share() -> None:
    rng = np.random.default_rng(6)
    first = two_levels(rng, 400, 5, 1.0, 1.0)
    found = difference(first, first + 0.1 + rng.normal(0.0, 0.05, first.shape), yes_no=False)
    assert found.low <= 0.1 <= found.high
    assert found.is_clear
    assert found.pairing > 10.0
    assert found.value == pytest.approx(found.second - found.first)


@pytest.mark.parametrize(("draws", "runs"), [(20, 2), (200, 10)])
def test_where_no_pair_differs_a_difference_of_one_run_is_still_possible(draws: int, runs: int) -> None:
    found = difference(np.ones((draws, runs)), np.ones((draws, runs)), yes_no=True)
    assert not found.is_clear
    assert (found.low, found.value, found.high) == (-3.0 / draws, 0.0, 3.0 / draws)
    assert found.low <= 1.0 / (draws * runs) <= found.high
    assert found.draws_for(0.01) == 300
    number = difference(np.ones((draws, runs)), np.ones((draws, runs)), yes_no=False)
    assert math.isnan(number.low)
    assert number.draws_for(0.01) is None
    assert number.more_runs(0.01, runs) is None
    assert str(number) == "+0 (1 to 1; no draw differs)"


@pytest.mark.parametrize("yes_no", [True, False])
@pytest.mark.parametrize(("differing", "clear"), [(1, False), (5, False), (6, True)])
def test_six_draws_have_to_differ_before_a_difference_is_clear(yes_no: bool, differing: int, clear: bool) -> None:
    gaps = np.zeros((20, 2))
    gaps[:differing] = 1.0
    found = difference(np.zeros((20, 2)), gaps, yes_no=yes_no)
    assert found.differing == differing
    assert found.is_clear is clear
    assert found.low <= found.value <= found.high
    assert found.low > 0.0 or not clear


def test_a_difference_over_other_runs_than_its_levels_is_none() -> None:
    """The scenario that brings what seldom came: its own runs later, those that both have earlier."""
    first = np.full((40, 10), np.nan)
    first[:, :2] = 100.0
    second = np.full((40, 10), 140.0)
    second[:, :2] = 99.0
    found = difference(first, second, yes_no=False)
    assert not found.stands
    assert not found.is_clear
    assert (found.first, found.second, found.pairs) == (100.0, 99.0, pytest.approx(0.2))
    assert str(found) == "100 to 99 where both have one (20% of the pairs with either: no difference is told)"


@given(
    arrays(np.float64, (6, 4), elements=st.one_of(st.just(np.nan), st.floats(-5.0, 5.0))),
    arrays(np.float64, (6, 4), elements=st.one_of(st.just(np.nan), st.floats(-5.0, 5.0))),
)
def test_a_difference_is_that_of_the_two_means_that_stand_beside_it(first: np.ndarray, second: np.ndarray) -> None:
    if (~np.isnan(second - first)).any(axis=1).sum() < 2:
        with pytest.raises(ValueError, match="two draws"):
            difference(first, second, yes_no=False)
        return
    found = difference(first, second, yes_no=False)
    if found.stands:
        assert (found.first, found.second) == pytest.approx((np.nanmean(first), np.nanmean(second)))
        assert found.value == pytest.approx(found.second - found.first, abs=1e-9)
    else:
        assert found.pairs < 0.9


@given(arrays(np.int64, (8, 5), elements=st.integers(0, 30)), st.integers(1, 30))
def test_what_comes_later_in_every_run_is_never_told_as_earlier(weeks: np.ndarray, horizon: int) -> None:
    first = np.where(weeks <= horizon, weeks.astype(float), np.inf)
    second = np.where(weeks + 1 <= horizon, weeks + 1.0, np.inf)
    found = difference(np.minimum(first, horizon), np.minimum(second, horizon), yes_no=False)
    assert found.value >= 0.0
    assert found.second >= found.first


@given(
    arrays(np.int64, (8, 5), elements=st.integers(0, 30)),
    arrays(np.int64, (8, 5), elements=st.integers(0, 9)),
    st.integers(1, 30),
)
def test_a_difference_of_weeks_never_contradicts_two_medians_that_are_counted_to_the_horizon_too(
    weeks: np.ndarray, later: np.ndarray, horizon: int
) -> None:
    """Whoever comes later in every pair has the higher mean and the higher median, with never as the horizon."""
    first, second = (np.minimum(one, horizon).astype(float) for one in (weeks, weeks + later))
    found, medians = difference(first, second, yes_no=False), (median(first), median(second))
    assert medians[0] is not None
    assert medians[1] is not None
    assert found.value >= 0.0
    assert medians[1].value >= medians[0].value


def test_the_medians_of_the_runs_in_which_it_comes_can_contradict_which_is_why_a_difference_has_levels_of_its_own() -> (
    None
):
    """Each run 17 weeks later: of those that still come within the horizon, half come sooner than half did before."""
    weeks = np.tile(np.r_[np.full(2, 5.0), np.full(8, 40.0)], (10, 1))
    second = np.where(weeks + 17.0 <= 52.0, weeks + 17.0, np.nan)
    medians = [found.value for found in (median(weeks), median(second)) if found is not None]
    assert medians == [40.0, 22.0]
    found = difference(weeks, np.nan_to_num(second, nan=52.0), yes_no=False)
    assert found.value == pytest.approx(13.0)
    assert (found.first, found.second) == pytest.approx((33.0, 46.0))


def test_the_runs_that_a_comparison_asks_for_make_it_as_narrow_as_wanted() -> None:
    rng = np.random.default_rng(7)
    few = difference(np.zeros((200, 3)), two_levels(rng, 200, 3, 1.0, 1.0), yes_no=False)
    needed = few.draws_for(0.05)
    assert needed is not None
    assert few.more_runs(0.05, 3) == 3 * (needed - 200)
    many = difference(np.zeros((needed, 3)), two_levels(rng, needed, 3, 1.0, 1.0), yes_no=False)
    assert (many.high - many.low) / 2.0 == pytest.approx(0.05, rel=0.15)


def test_unequal_sweeps_have_no_pairs() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        difference(np.zeros((4, 1)), np.zeros((3, 1)), yes_no=True)


# --- time ------------------------------------------------------------------------------------------------------------


def test_a_curve_leaves_out_the_runs_that_failed() -> None:
    random = np.random.default_rng(12)
    weeks = np.where(random.random((30, 6)) < 0.5, random.integers(0, 20, (30, 6)).astype(float), np.inf)
    failed = weeks.copy()
    failed[:5] = np.nan
    for one, other in zip(survival(failed, 20), survival(weeks[5:], 20), strict=True):
        np.testing.assert_allclose(one, other)
    assert np.isnan(survival(np.full((3, 2), np.nan), 5).value).all()


def test_a_median_and_a_mean_leave_out_the_runs_that_failed() -> None:
    """As if the sweep had been made without the draws that failed, with its interval, weights or not."""
    random = np.random.default_rng(15)
    values = np.where(random.random((30, 6)) < 0.7, random.normal(size=(30, 6)), np.nan)
    failed = values.copy()
    failed[:5] = np.nan
    assert median(failed) == median(values[5:])
    weights = random.random(30)
    assert median(failed, weights) == pytest.approx(median(values[5:], weights[5:]))
    one, other = (estimate(held, yes_no=False) for held in (failed, values[5:]))
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
    assert (one.draws, one.runs) == (other.draws, other.runs)


def test_a_curve_has_the_interval_of_the_share_in_every_week() -> None:
    random = np.random.default_rng(13)
    weeks = np.where(random.random((30, 6)) < 0.4, random.integers(0, 20, (30, 6)).astype(float), np.inf)
    weeks[3, 2] = np.nan
    curve = survival(weeks, 20)
    for week in (0, 7, 20):
        share = estimate(np.where(np.isnan(weeks), np.nan, weeks > week), yes_no=True)
        assert [part[week] for part in curve] == pytest.approx([share.value, share.low, share.high])
    never = survival(np.full((20, 2), np.inf), 3)
    assert (never.high - never.low > 0.1).all()


def test_a_median_of_five_draws_has_no_interval() -> None:
    values = np.random.default_rng(14).normal(size=(6, 3))
    told = median(values)
    assert told is not None
    assert told.low < told.value < told.high
    few = median(values[:5])
    assert few is not None
    assert math.isnan(few.low)


# --- patterns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("runs", "chance"), [(50, 0.1), (40, 0.05), (40, 0.1)])
def test_the_share_beyond_a_threshold_is_that_of_the_binomial_and_half_of_what_lies_on_it(
    runs: int, chance: float
) -> None:
    random = np.random.default_rng(runs)
    means = (random.random((200_000, runs)) < chance).mean(axis=1)
    lattice = 0.05 * runs
    exact = 1.0 - binom.cdf(math.floor(lattice), runs, chance)
    if lattice == round(lattice):
        exact += binom.pmf(round(lattice), runs, chance) / 2.0
    assert beyond(means, 0.05, above=True).mean() == pytest.approx(exact, abs=0.004)
    assert beyond(-means, -0.05, above=False).mean() == pytest.approx(exact, abs=0.004)


def test_the_interval_of_a_share_reaches_as_far_as_the_halves_disagree() -> None:
    whole = np.repeat([1.0, 0.0], [60, 40])

    def ends(differing: int, **more: Any) -> tuple[float, float]:
        second = whole.copy()
        second[100 - differing :] = 1.0 - second[100 - differing :]
        return holding(whole, (whole, second), **more).corrected[1:]

    alike, some, many = ends(0), ends(10), ends(40)
    assert many[0] < some[0] < alike[0] < 0.6 < alike[1] < some[1] < many[1] <= 1.0
    assert some[0] < 0.5  # 0.6 less 0.1
    assert some[1] > 0.7
    assert ends(0, apart=np.full(100, 1.0)) == (0.0, 1.0)
    assert ends(10, apart=np.zeros(100)) == pytest.approx((alike[0], alike[1]))
    assert holding(whole, (np.full(100, np.nan),) * 2).corrected[1:] == (0.0, 1.0)  # one run a draw: nothing is known


@given(st.lists(st.floats(-4.0, 4.0), min_size=1, max_size=6))
def test_what_so_many_runs_err_is_less_than_what_their_halves_disagree(distances: list[float]) -> None:
    """The bound of the docstring for normal noise, at effects so many errors of all runs from the threshold."""
    effects = np.array(distances)
    true, raw = (effects > 0.0).mean(), norm.cdf(effects).mean()
    half = norm.cdf(effects / math.sqrt(2.0))
    assert abs(true - raw) <= (2.0 * half * (1.0 - half)).mean() + 1e-12


def test_the_correction_is_twice_the_whole_less_the_halves() -> None:
    whole, first, second = (np.array(held) for held in ([1.0, 1, 0, 1], [1.0, 1, 0, 0], [1.0, 0, 0, np.nan]))
    found = holding(whole, (first, second))
    assert found.raw.value == 0.75
    assert found.corrected.value == pytest.approx((1.0 + 1.5 + 0.0 + 1.0) / 4.0)
    assert found.draws == 4
    assert found.corrected.high - found.corrected.low >= found.raw.high - found.raw.low
    assert math.isnan(holding(np.full(3, np.nan), (np.full(3, np.nan),) * 2).corrected.value)
