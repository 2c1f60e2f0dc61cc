"""Scores against hand-worked values, brute force and the laws that make them proper."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from sim.analysis.scores import FEWEST_BLOCKS, FLOOR, brier, collapsed, crps, log_score, resampled, transform

numbers = st.floats(-50.0, 50.0)
samples = st.lists(numbers, min_size=1, max_size=12).map(np.array)


@pytest.mark.parametrize(("p", "wanted"), [(1.0, 0.0), (0.5, 0.25), (0.7, 0.09), (0.0, 1.0)])
def test_brier_by_hand(p: float, wanted: float) -> None:
    assert brier(p) == pytest.approx(wanted)


def test_the_log_score_by_hand_has_a_floor() -> None:
    assert log_score(0.8) == pytest.approx(0.22314355131420976)
    assert log_score(0.0) == log_score(FLOOR) == pytest.approx(math.log(100.0))


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_who_tells_what_they_believe_expects_the_best_score(belief: float, told: float) -> None:
    for score in (brier, log_score):
        honest, other = (belief * score(p) + (1.0 - belief) * score(1.0 - p) for p in (belief, told))
        assert honest <= other + 1e-12


def brute(values: np.ndarray, low: float, high: float) -> float:  # type: ignore[type-arg]
    """The integral of (F - 1{y <= z})^2 outside the interval, piece by piece."""
    ends = np.unique(np.concatenate([values, [low, high]]))
    total = 0.0
    for left, right in itertools.pairwise(ends):
        middle = (left + right) / 2.0
        if not low < middle < high:
            total += (right - left) * ((values <= middle).mean() - float(middle >= high)) ** 2
    return total


@given(samples, numbers, st.floats(0.0, 40.0))
def test_crps_is_the_integral_of_the_squared_distance_outside_the_interval(
    values: np.ndarray,
    low: float,
    wide: float,  # type: ignore[type-arg]
) -> None:
    assert crps(values, low, low + wide) == pytest.approx(brute(values, low, low + wide), abs=1e-9)


@pytest.mark.parametrize("y", [-0.5, 0.0, 0.3, 1.0, 1.7])
def test_crps_of_the_uniform_has_its_closed_form(y: float) -> None:
    inside = min(max(y, 0.0), 1.0)
    wanted = inside**2 - inside + 1.0 / 3.0 + abs(y - inside)  # Gneiting and Raftery 2007
    assert crps(np.linspace(0.0, 1.0, 20_001), y) == pytest.approx(wanted, abs=1e-4)


def test_crps_of_one_value_is_its_distance_and_of_none_is_nothing() -> None:
    assert crps(np.array([3.0, np.nan]), 5.0, 9.0) == 2.0
    assert math.isnan(crps(np.array([np.nan]), 5.0))


@given(samples, numbers, st.floats(0.0, 40.0))
def test_where_in_the_interval_it_was_does_not_count(
    values: np.ndarray,
    low: float,
    wide: float,  # type: ignore[type-arg]
) -> None:
    moved = np.where((values >= low) & (values <= low + wide), low, values)
    assert crps(values, low, low + wide) == pytest.approx(crps(moved, low, low + wide), abs=1e-9)
    assert (np.diff(collapsed(np.sort(values), low, low + wide)) >= -1e-12).all()


def test_the_transform_of_a_calibrated_forecast_is_uniform() -> None:
    rng = np.random.default_rng(1)
    places = [transform(rng.normal(size=400), y, y)[0] for y in rng.normal(size=2_000)]
    assert np.mean(places) == pytest.approx(0.5, abs=0.03)
    assert np.var(places) == pytest.approx(1.0 / 12.0, abs=0.01)


def test_resampling_keeps_blocks_together() -> None:
    alike = np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 0.0, 0.0, 0.0])
    apart = resampled(alike, [str(n) for n in range(9)])
    together = resampled(alike, [str(n // 3) for n in range(9)])
    assert apart.value == together.value == 0.0
    assert together.high - together.low > apart.high - apart.low
    assert math.isnan(resampled(alike, ["a"] * 5 + ["b"] * 4).low)
    assert FEWEST_BLOCKS == 3


def test_the_interval_of_the_mean_of_many_is_students() -> None:
    values = np.random.default_rng(2).normal(0.3, 1.0, 400)
    found = resampled(values, [str(n) for n in range(400)])
    half = 1.966 * values.std(ddof=1) / 20.0
    assert found.low == pytest.approx(values.mean() - half, abs=0.015)
    assert found.high == pytest.approx(values.mean() + half, abs=0.015)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_the_floor_of_a_log_score_is_a_hundredth_or_what_is_asked() -> None:
    assert FLOOR == 0.01
    assert log_score(0.02) == pytest.approx(math.log(50.0))
    assert log_score(0.02, 0.1) == log_score(0.1, 0.1) == pytest.approx(math.log(10.0))


@given(samples, numbers, st.floats(0.0, 40.0), st.integers(0, 2**16))
def test_weighted_crps_is_the_integral_over_repeated_values(
    values: np.ndarray,
    low: float,
    wide: float,
    seed: int,  # type: ignore[type-arg]
) -> None:
    times = np.random.default_rng(seed).integers(1, 4, len(values))
    found = crps(np.r_[values, np.nan], low, low + wide, np.r_[times, 5.0])
    assert found == pytest.approx(brute(np.repeat(values, times), low, low + wide), abs=1e-9)


def test_a_score_of_equals_is_their_distance_and_never_below_nothing() -> None:
    for weights in (None, np.array([0.1, 0.2, 0.4])):
        assert crps(np.full(3, 0.1), 0.1, None, weights) == 0.0
        assert crps(np.full(3, 2.0), 5.0, None, weights) == pytest.approx(3.0)
        assert crps(np.array([1.0, 2.0, 3.0]), 0.5, 4.0, weights) == 0.0
    assert min(crps(np.full(n, 0.1 * n), 0.1 * n) for n in range(1, 60)) >= 0.0


def test_a_transform_leaves_out_what_is_not_there_and_counts_weights() -> None:
    values, weights = np.array([1.0, np.nan, 3.0, 5.0, 3.0, 9.0]), np.array([2.0, 7.0, 1.0, 3.0, 0.0, 4.0])
    assert transform(values, 3.0, 5.0) == pytest.approx((0.2, 0.8))
    assert transform(values, 3.0, 5.0, weights) == pytest.approx((0.2, 0.6))


def test_blocks_of_unequal_size_are_drawn_as_they_are() -> None:
    """Two of three blocks say 0, one of four differences says 1: all three draws give it with chance 1/27."""
    found = resampled(np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0]), ["a", "a", "a", "a", "b", "c"])
    assert found.value == pytest.approx(4.0 / 6.0)
    assert (found.low, found.high) == (0.0, 1.0)
    one = resampled(np.arange(30.0), [str(n) for n in range(30)])
    assert one == resampled(np.arange(30.0), [str(n) for n in range(30)], 1)
    assert one != resampled(np.arange(30.0), [str(n) for n in range(30)], 2)


def test_three_blocks_have_an_interval_and_two_have_none() -> None:
    values = np.array([1.0, 2.0, 4.0])
    found = resampled(values, ["a", "b", "c"])
    assert (found.low, found.high) == pytest.approx((1.0, 4.0))
    two = resampled(values, ["a", "b", "b"])
    assert two.value == pytest.approx(7.0 / 3.0)
    assert math.isnan(two.low)
    assert math.isnan(two.high)
    none = resampled(np.zeros(0), [])
    assert all(map(math.isnan, none))


def test_an_interval_leaves_out_a_fortieth_on_either_side() -> None:
    """Means of 100 noughts and ones are binomial: the least and the most of 95 %."""
    found = resampled(np.repeat([0.0, 1.0], 50), [str(n) for n in range(100)])
    assert (found.low, found.high) == (binom.ppf(0.025, 100, 0.5) / 100.0, binom.ppf(0.975, 100, 0.5) / 100.0)
