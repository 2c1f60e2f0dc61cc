"""Curves and medians of timings against closed forms, with weights and without, and the fewest draws that tell."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.quantiles import Z95, t95
from sim.analysis.shares import Interval, estimate, wilson
from sim.analysis.timing import FEWEST, median, survival

NAN, INF = math.nan, math.inf
WEEKS = np.array([[0.0, 2.0, INF], [3.0, NAN, NAN], [4.0, 1.0, 3.0], [NAN, NAN, NAN]])


def told(values: np.ndarray, weights: np.ndarray | None = None) -> Interval:
    found = median(values, weights)
    assert found is not None
    return found


def test_a_curve_falls_in_the_week_of_each_event_from_week_nought_to_the_last_one_asked() -> None:
    """Seven runs, events in weeks 0, 1, 2, 3 and 3, one after the horizon of three and one never."""
    assert survival(WEEKS, 3).value.tolist() == pytest.approx([6 / 7, 5 / 7, 4 / 7, 2 / 7])
    assert survival(WEEKS, 4).value.tolist() == pytest.approx([6 / 7, 5 / 7, 4 / 7, 2 / 7, 1 / 7])
    assert survival(WEEKS, 0).value.tolist() == pytest.approx([6 / 7])


def test_a_weighted_curve_counts_each_run_with_the_weight_of_its_draw() -> None:
    """Three runs of weight 4, one of 2, three of 1: 17."""
    weights = np.array([4.0, 2.0, 1.0, 9.0])
    found = survival(WEEKS, 4, weights)
    assert found.value.tolist() == pytest.approx([13 / 17, 12 / 17, 8 / 17, 5 / 17, 4 / 17])
    assert all(low < value < high for value, low, high in zip(*found, strict=True))
    small = survival(WEEKS, 4, weights * 2.0**-40)
    assert [part.tolist() for part in small] == [part.tolist() for part in found]


def test_a_weighted_curve_has_the_interval_of_the_weighted_share_in_every_week() -> None:
    random = np.random.default_rng(1)
    often = random.random((30, 1))
    weeks = np.where(random.random((30, 6)) < often, random.integers(0, 9, (30, 6)).astype(float), INF)
    weeks[3, 2], weeks[5] = NAN, NAN
    weights = random.gamma(2.0, 1.0, 30)
    weights[7] = 0.0
    curve = survival(weeks, 10, weights)
    for week in range(11):
        share = estimate(np.where(np.isnan(weeks), NAN, weeks > week), yes_no=True, weights=weights)
        near = 0.005 if week < 6 else 1e-9  # at first runs are as good as independent, and their number is rounded
        assert [part[week] for part in curve] == pytest.approx([share.value, share.low, share.high], rel=near)


def test_a_curve_of_two_draws_has_the_interval_of_their_shares() -> None:
    weeks = np.array([[1.0, 1.0, INF], [1.0, INF, INF]])
    for weights in (None, np.array([1.0, 1.0 + 1e-10])):
        found = survival(weeks, 1, weights)
        share = estimate((weeks > 1.0).astype(float), yes_no=True)
        assert [part[1] for part in found] == pytest.approx([share.value, share.low, share.high])


def test_a_curve_of_one_draw_is_that_of_one_trial() -> None:
    weeks = np.array([[1.0, INF, NAN, 3.0], [NAN, NAN, NAN, NAN]])
    alone = survival(weeks, 2)
    assert (alone.low[1], alone.high[1]) == pytest.approx(wilson(2 / 3, 1, Z95))
    assert [part.tolist() for part in survival(weeks, 2, np.array([2.0, 3.0]))] == [part.tolist() for part in alone]
    heavy = survival(np.array([[1.0, INF], [INF, INF]]), 2, np.array([1e9, 1.0]))
    assert (heavy.low[1], heavy.high[1]) == pytest.approx(wilson(0.5, 1, Z95))
    uneven = survival(np.array([[1.0, INF, INF], [INF, INF, INF]]), 2, np.array([2.0, 1.0]))  # worth 1.8 draws
    assert (uneven.low[1], uneven.high[1]) == pytest.approx(wilson(7 / 9, 1, Z95))


def test_a_curve_of_no_run_is_nothing_in_every_week() -> None:
    for found in (survival(WEEKS[3:], 2), survival(WEEKS, 2, np.array([0.0, 0.0, 0.0, 1.0]))):
        assert np.isnan(found).all()
        assert np.shape(found) == (3, 3)


def test_the_median_of_independent_values_has_woodruffs_interval() -> None:
    """Of 0 to 25 the share up to the median is 1/2 with an error of 1/10, and the quantile of p is 25 p."""
    values = np.random.default_rng(2).permutation(26).astype(float)[:, None]
    assert told(values) == pytest.approx((12.5, 12.5 - 2.5 * t95(25), 12.5 + 2.5 * t95(25)))


def test_the_interval_of_a_median_knows_that_draws_have_unequal_runs() -> None:
    """Of ten values five lie up to 4.5: of the draws 2 of 2, 1 of 2, 0 of 1, 0 of 1, 1 of 2, 1 of 1 and 0 of 1."""
    values = np.array([[1, 2], [3, 8], [5, NAN], [6, NAN], [4, 9], [0, NAN], [7, NAN], [NAN, NAN]])
    half = t95(6) * math.sqrt(7.0 / 6.0 * (1.0 + 4.0 * 0.25)) / 10.0
    assert told(values) == pytest.approx((4.5, 9.0 * (0.5 - half), 9.0 * (0.5 + half)))


def test_six_draws_have_an_interval_and_five_have_none() -> None:
    assert FEWEST == 6
    six = np.arange(6.0)[:, None]
    assert told(six) == (2.5, 0.0, 5.0)  # as far as there are values
    assert math.isnan(told(six[:5]).low)
    assert math.isnan(told(np.vstack([six[:5], [[NAN]]])).high)
    uneven = np.r_[np.ones(6), 1e-9]
    assert told(np.arange(7.0)[:, None], uneven)[1:] == (0.0, 6.0)
    for weights in (np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.5])):
        assert math.isnan(told(six, weights).low)
    assert median(np.full((3, 2), NAN)) is None
    assert median(np.array([[1.0], [NAN]]), np.array([0.0, 2.0])) is None


def test_the_median_of_weighted_values_has_woodruffs_interval() -> None:
    """Weights that are all but equal: the least of 0 to 25 up to which the share lies, and the draw of no weight."""
    values = np.random.default_rng(3).permutation(26).astype(float)
    weights = np.r_[1.0 + 1e-12 * np.arange(26), 0.0]
    found = told(np.r_[values, 99.0][:, None], weights)
    ends = [math.ceil(26.0 * (0.5 + side * 0.1 * t95(25))) - 1 for side in (-1.0, 1.0)]
    assert found == (12.0, *ends) or found == (12.5, *ends)


def test_the_interval_of_a_weighted_median_follows_the_error_of_the_weighted_share() -> None:
    """Four draws of weight 3 and eight of 1, worth 20^2 / 44 = 9 draws, each of one value."""
    values, weights = np.arange(12.0), np.array([1.0, 3, 1, 1, 3, 1, 1, 3, 1, 1, 3, 1])
    order = np.repeat(values, weights.astype(int))
    found = told(values[:, None], weights)
    assert found.value == np.median(order)
    share = (order <= found.value).mean()
    rest = weights * ((values <= found.value) - share)
    half = t95(8) * math.sqrt(12.0 / 11.0 * (rest**2).sum()) / 20.0
    ends = [order[math.ceil(20.0 * level - 1e-9) - 1] for level in (0.5 - half, 0.5 + half)]
    assert 0.2 < half < 0.49
    assert [found.low, found.high] == ends


@pytest.mark.parametrize(("rest", "weight"), [(9.0, 0.0), (NAN, 1.0)])
def test_draws_that_say_nothing_do_not_narrow_the_interval_of_a_weighted_median(rest: float, weight: float) -> None:
    values = np.random.default_rng(4).normal(size=(8, 100)) + np.linspace(-1.0, 1.0, 8)[:, None]
    weights = np.r_[1.0 + 1e-12 * np.arange(8), np.full(50, weight)]
    found = told(np.vstack([values, np.full((50, 100), rest)]), weights)
    below = (values <= found.value).sum(axis=1) - 50.0
    half = t95(7) * math.sqrt(8.0 / 7.0 * (below**2).sum()) / 800.0
    ends = np.quantile(values, (0.5 - half, 0.5 + half), method="inverted_cdf")
    assert 0.1 < half < 0.4
    assert (found.low, found.high) == pytest.approx(tuple(ends), abs=0.01)
