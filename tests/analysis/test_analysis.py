"""Intervals cover what they promise, the variance splits as it was made, pairs say how many more runs they need."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.paired import NOTABLE, difference
from sim.analysis.shares import Interval, draw_means, estimate, mean_interval, spread, told_means, wilson
from sim.analysis.timing import median


def two_levels(rng: np.random.Generator, draws: int, runs: int, between: float, within: float) -> np.ndarray:
    """Values of draws that differ by `between`, with chance of `within` (standard deviations)."""
    return rng.normal(0.0, between, (draws, 1)) + rng.normal(0.0, within, (draws, runs))


def test_the_interval_of_a_share_covers_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    covered, trials = 0, 2_000
    for _ in range(trials):
        chances = rng.beta(1.0, 3.0, 80)[:, None]  # a draw decides a lot: mean 1/4
        found = estimate(rng.random((80, 5)) < chances)
        covered += found.low <= 0.25 <= found.high
    assert 0.925 <= covered / trials <= 0.975


def test_the_interval_of_a_mean_covers_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    covered, trials = 0, 2_000
    for _ in range(trials):
        found = estimate(two_levels(rng, 60, 4, 1.0, 2.0))
        covered += found.low <= 0.0 <= found.high
    assert 0.925 <= covered / trials <= 0.975


def test_runs_of_one_draw_do_not_count_as_independent() -> None:
    same = np.repeat(np.arange(40) % 2, 100).reshape(40, 100)
    found = estimate(same)
    assert (found.low, found.high) == pytest.approx(wilson(0.5, 40), abs=0.003)


def test_a_share_of_none_keeps_an_interval_above_zero() -> None:
    found = estimate(np.zeros((100, 20)))
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
    means, count = told_means(values)
    assert means.tolist() == [1.0, 4.0]
    assert count.tolist() == [1, 2]
    every, number = draw_means(values)
    assert np.array_equal(every, [1.0, np.nan, 4.0], equal_nan=True)
    assert number.tolist() == [1, 0, 2]
    assert estimate(values).runs == 3
    with pytest.raises(ValueError, match="no run"):
        estimate(np.full((2, 2), np.nan))


def test_one_draw_has_no_interval_but_a_share_has_that_of_one_trial() -> None:
    values = np.array([[0.25, 0.75], [np.nan, np.nan]])
    assert estimate(values).value == 0.5
    assert str(estimate(values)) == "0.5 (one draw: no interval)"
    for found in (estimate(values), median(values), mean_interval(values[:, 0])):
        assert found is not None
        assert math.isnan(found.low)
        assert math.isnan(found.high)
    share = estimate(np.array([[0.0, 1.0]]))
    assert (share.low, share.high) == wilson(0.5, 1)


def test_of_no_value_there_is_not_even_a_mean() -> None:
    assert all(map(math.isnan, mean_interval(np.full(3, np.nan))))
    assert isinstance(mean_interval(np.zeros(2)), Interval)


def test_pairing_takes_out_the_luck_that_both_share() -> None:
    rng = np.random.default_rng(6)
    first = two_levels(rng, 400, 5, 1.0, 1.0)
    found = difference(first, first + 0.1 + rng.normal(0.0, 0.05, first.shape))
    assert found.low <= 0.1 <= found.high
    assert found.is_clear
    assert found.pairing > 10.0
    assert found.rises > 0.95
    assert found.falls == 0.0


def test_a_difference_of_nothing_is_not_clear() -> None:
    found = difference(np.ones((10, 2)), np.ones((10, 2)))
    assert not found.is_clear
    assert (found.low, found.value, found.high) == (0.0, 0.0, 0.0)
    assert found.more_runs(0.01, 2) == 0


def test_the_runs_that_a_comparison_asks_for_make_it_as_narrow_as_wanted() -> None:
    rng = np.random.default_rng(7)
    few = difference(np.zeros((200, 3)), two_levels(rng, 200, 3, 1.0, 1.0))
    needed = few.draws_for(0.05)
    assert few.more_runs(0.05, 3) == 3 * (needed - 200)
    many = difference(np.zeros((needed, 3)), two_levels(rng, needed, 3, 1.0, 1.0))
    assert (many.high - many.low) / 2.0 == pytest.approx(0.05, rel=0.15)


def test_notable_rises_are_counted_by_draw() -> None:
    step = np.array([[0.0], [NOTABLE / 2], [2 * NOTABLE], [-2 * NOTABLE]])
    found = difference(np.zeros((4, 1)), step)
    assert (found.rises, found.falls) == (0.25, 0.25)


def test_unequal_sweeps_have_no_pairs() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        difference(np.zeros((4, 1)), np.zeros((3, 1)))
