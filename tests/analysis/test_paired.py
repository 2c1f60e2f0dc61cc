"""Paired differences against closed forms: levels, ends of both kinds, what is cut, and how many draws it takes."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from sim.analysis.paired import NOTABLE, Difference, difference, paired_draws
from sim.analysis.quantiles import t95
from sim.analysis.shares import Spread, ratio, spread

NAN = math.nan
TOLD = Difference(0.3, 0.1, 0.5, 1.25, 1.55, 40, 0.95, 12, Spread(0.2, 0.6), 1.5)


def agresti_min(up: float, down: float, number: float, t: float) -> tuple[float, float]:
    """Half a pair is added to each of the four cells (Agresti and Min 2005), of which two are those that differ."""
    up, down, number = up + 0.5, down + 0.5, number + 2.0
    half = t * math.sqrt(up + down - (up - down) ** 2 / number) / number
    return (up - down) / number - half, (up - down) / number + half


def one_run(up: int, down: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Two scenarios of one run a draw, of which some are a yes in the second alone, and some in the first alone."""
    gaps = np.zeros((number, 1))
    gaps[:up], gaps[up : up + down] = 1.0, -1.0
    return (gaps < 0.0).astype(float), (gaps > 0.0).astype(float)


def test_whether_it_is_a_yes_or_no_is_said_by_name() -> None:
    with pytest.raises(TypeError):
        difference(*one_run(1, 1, 8), True)  # type: ignore[misc]


def test_a_difference_cannot_be_changed_and_counts_from_a_twentieth_on() -> None:
    with pytest.raises(FrozenInstanceError):
        TOLD.value = 0.5  # type: ignore[misc]
    assert NOTABLE == 0.05


def test_clear_is_what_leaves_zero_out() -> None:
    assert TOLD.is_clear
    assert replace(TOLD, low=-0.5, high=-0.1).is_clear
    for low, high in ((0.0, 0.5), (-0.5, 0.0), (-0.1, 0.5), (NAN, NAN)):
        assert not replace(TOLD, low=low, high=high).is_clear
    assert TOLD.stands
    assert not replace(TOLD, value=NAN).stands


def test_other_units_scale_the_numbers_and_nothing_else() -> None:
    other = TOLD.scaled(100.0)
    assert (other.value, other.low, other.high, other.first, other.second) == pytest.approx((30, 10, 50, 125, 155))
    assert replace(other, value=0.3, low=0.1, high=0.5, first=1.25, second=1.55) == TOLD


def test_a_half_width_is_reached_with_the_square_of_the_draws_and_without_a_difference_with_the_draws() -> None:
    """A half width of 0.2 of 40 draws."""
    assert TOLD.draws_for(0.2) == 40
    assert TOLD.draws_for(0.1) == 160
    assert TOLD.draws_for(0.15) == 72  # 71.1
    assert TOLD.draws_for(9.0) == 2
    assert replace(TOLD, differing=0).draws_for(0.1) == 80
    assert replace(TOLD, differing=1).draws_for(0.1) == 160
    assert replace(TOLD, low=NAN, high=NAN).draws_for(0.1) is None
    with pytest.raises(ValueError, match="is not above 0"):
        TOLD.draws_for(0.0)
    assert TOLD.draws_for(0.05) == TOLD.scaled(2.0).draws_for(0.1) == 640


def test_more_runs_are_those_of_the_draws_that_are_missing() -> None:
    assert TOLD.more_runs(0.1, 3) == 360
    assert TOLD.more_runs(0.2, 3) == TOLD.more_runs(5.0, 3) == 0
    assert replace(TOLD, low=NAN, high=NAN).more_runs(0.1, 3) is None


def test_a_difference_is_told_with_its_levels() -> None:
    assert str(TOLD) == "+0.3 (+0.1 to +0.5, 95 %, paired over 40 draws; 1.25 to 1.55)"
    assert str(replace(TOLD, low=NAN, high=NAN)) == "+0.3 (1.25 to 1.55; no draw differs)"
    assert "no difference is told" in str(replace(TOLD, value=NAN))


def test_the_difference_of_a_number_is_that_of_its_draws_with_students_interval() -> None:
    gaps = np.array([0.5, 1.0, -0.25, 2.0, 1.5, 0.75, 3.0])
    first = np.array([4.0, 1.0, 3.0, 2.0, 2.5, 7.0, 1.5])
    found = difference(first[:, None], (first + gaps)[:, None], yes_no=False)
    half = t95(6) * gaps.std(ddof=1) / math.sqrt(7.0)
    assert (found.value, found.low, found.high) == pytest.approx((gaps.mean(), gaps.mean() - half, gaps.mean() + half))
    assert (found.first, found.second) == pytest.approx((first.mean(), (first + gaps).mean()))
    assert (found.draws, found.differing, found.pairs) == (7, 7, 1.0)
    apart = math.hypot(first.std(ddof=1), (first + gaps).std(ddof=1))
    assert found.pairing == pytest.approx(apart / gaps.std(ddof=1))
    assert found.is_clear


def test_what_differs_by_the_same_in_every_draw_gains_all_from_pairing() -> None:
    first = np.arange(8.0)[:, None]
    found = difference(first, first + 1.0, yes_no=False)
    assert found.pairing == math.inf
    assert (found.value, found.low, found.high, found.differing) == (1.0, 1.0, 1.0, 8)


@pytest.mark.parametrize(("missing", "stands"), [(2, True), (3, False)])
def test_nine_tenths_of_the_pairs_make_a_difference_and_fewer_do_not(missing: int, stands: bool) -> None:
    first = np.random.default_rng(1).random((10, 2))
    second = first + 1.0 + np.random.default_rng(2).random((10, 2))
    first[:missing, 0] = NAN
    found = difference(first, second, yes_no=False)
    assert found.pairs == pytest.approx(1.0 - missing / 20.0)
    assert found.stands is stands
    assert found.second == pytest.approx(np.mean(second) if stands else np.mean(second[~np.isnan(first)]))
    assert found.first == pytest.approx(np.nanmean(first))
    assert math.isnan(found.low) is math.isnan(found.high) is not stands


def test_runs_that_neither_has_count_nowhere_and_two_draws_are_the_fewest() -> None:
    first = np.array([[1.0, NAN], [2.0, NAN], [NAN, NAN]])
    found = difference(first, first + np.array([[1.0], [3.0], [5.0]]), yes_no=False)
    assert (found.pairs, found.draws, found.value) == (1.0, 2, 2.0)
    assert paired_draws(first, first) == 2
    with pytest.raises(ValueError, match="two draws"):
        difference(first[1:], first[1:], yes_no=False)
    assert paired_draws(first, first, np.array([1.0, 1.0, 4.0])) == 2
    assert paired_draws(first, first, np.array([2.0, 1.0, 4.0])) == 1
    for nothing in (None, np.array([1.0, 2.0, 3.0])):
        with pytest.raises(ValueError, match="two draws"):
            difference(first * NAN, first, yes_no=False, weights=nothing)


def test_a_share_of_pairs_follows_the_weights() -> None:
    """Of the runs that either has, the third draw's weigh 4 of 16 and half of them are not in both."""
    first, second = np.random.default_rng(3).random((2, 3, 2))
    second[2, 1] = NAN
    first[0, 0] = second[0, 0] = NAN
    found = difference(first, second, yes_no=False, weights=np.array([4.0, 4.0, 2.0]))
    assert found.pairs == pytest.approx(1.0 - 2.0 / 16.0)
    assert not found.stands
    assert found.first == pytest.approx((4.0 * first[0, 1] + 4.0 * first[1].sum() + 2.0 * first[2, 0]) / 14.0)


@pytest.mark.parametrize(("up", "down", "number"), [(7, 1, 20), (3, 9, 30), (6, 0, 8), (0, 6, 8), (10, 10, 20)])
def test_a_yes_or_no_of_one_run_a_draw_has_agresti_and_mins_interval(up: int, down: int, number: int) -> None:
    found = difference(*one_run(up, down, number), yes_no=True)
    low, high = agresti_min(up, down, number, t95(number - 1))
    value = (up - down) / number
    assert found.value == pytest.approx(value)
    assert found.differing == up + down
    assert found.low == pytest.approx(max(-1.0, min(value, low)))
    assert found.high == pytest.approx(min(1.0, max(value, high)))


def test_an_interval_that_a_few_draws_make_reaches_zero() -> None:
    found = difference(*one_run(5, 0, 400), yes_no=True)
    assert agresti_min(5, 0, 400, t95(399))[0] > -0.003
    assert found.low <= 0.0 < found.value < found.high
    other = difference(*one_run(0, 5, 400), yes_no=True)
    assert (other.low, other.value, other.high) == pytest.approx((-found.high, -found.value, -found.low))
    few = np.zeros((40, 1))
    few[:5] = np.arange(10.0, 15.0)[:, None]
    for gaps, zero in ((few, "low"), (-few, "high")):
        assert getattr(difference(np.zeros((40, 1)), gaps, yes_no=False), zero) == 0.0


def test_runs_of_a_draw_that_are_alike_count_as_one_and_those_that_are_not_as_all() -> None:
    first, second = one_run(9, 3, 24)
    alike = difference(np.repeat(first, 5, axis=1), np.repeat(second, 5, axis=1), yes_no=True)
    assert (alike.low, alike.high) == pytest.approx(agresti_min(9, 3, 24, t95(23)))
    spread_up = np.zeros((24, 5))
    spread_up[:, 0] = 1.0
    spread_up[0, 1] = 1.0  # so that draws differ, and by less than chance alone would make them
    many = difference(np.zeros((24, 5)), spread_up, yes_no=True)
    assert (many.low, many.high) == pytest.approx(agresti_min(25, 0, 120, t95(23)))


def test_runs_of_a_draw_that_are_partly_alike_count_as_pairs_that_would_be_as_uncertain() -> None:
    gaps = np.random.default_rng(4).choice([-1.0, 0.0, 1.0], (30, 3), p=[0.2, 0.5, 0.3])
    gaps[:8] = gaps[:8, :1]
    found = difference((gaps < 0.0).astype(float), (gaps > 0.0).astype(float), yes_no=True)
    means = gaps.mean(axis=1)
    apart, value = np.abs(gaps).mean(), means.mean()
    effect = means.var(ddof=1) / 30.0 / ((apart - value**2) / 90.0)
    assert 1.2 < effect < 2.8
    up, down = ((gaps > 0.0).sum() / effect, (gaps < 0.0).sum() / effect)
    assert (found.low, found.high) == pytest.approx(agresti_min(up, down, 90.0 / effect, t95(29)))


def test_weighted_pairs_that_are_not_alike_count_as_all_runs_of_as_many_equal_draws() -> None:
    """Twelve draws of weight 2 and twelve of 1 are worth 36^2 / 60, or 21, of five runs each."""
    gaps, weights = np.zeros((24, 5)), np.repeat([2.0, 1.0], 12)
    gaps[:, 0], gaps[0, 1] = 1.0, 1.0
    found = difference(np.zeros((24, 5)), gaps, yes_no=True, weights=weights)
    assert (found.value, found.draws) == (pytest.approx(38.0 / 180.0), 21)
    assert (found.low, found.high) == pytest.approx(agresti_min(105.0 * 38.0 / 180.0, 0.0, 105.0, t95(20)))


@pytest.mark.parametrize(("draws", "end"), [(2, 1.0), (3, 1.0), (4, 0.75), (30, 0.1)])
def test_where_no_run_differs_three_draws_may(draws: int, end: float) -> None:
    found = difference(np.ones((draws, 2)), np.ones((draws, 2)), yes_no=True)
    assert (found.low, found.value, found.high) == pytest.approx((-end, 0.0, end))
    assert found.pairing == math.inf


def test_weights_count_in_every_part_of_a_difference() -> None:
    """Eight draws that weigh 1 and four that weigh nothing are eight draws."""
    gaps = np.random.default_rng(5).choice([-1.0, 0.0, 1.0], (12, 3), p=[0.2, 0.2, 0.6])
    gaps[3, 1] = NAN
    first, second = (np.where(np.isnan(gaps), NAN, side * gaps > 0.0) for side in (-1.0, 1.0))
    weights = np.r_[np.ones(8), np.zeros(4)]
    for kind in (True, False):
        some = difference(first, second, yes_no=kind, weights=weights)
        left = difference(first[:8], second[:8], yes_no=kind)
        assert (some.value, some.first, some.second, some.pairing, some.pairs) == pytest.approx(
            (left.value, left.first, left.second, left.pairing, left.pairs)
        )
        assert (some.draws, some.differing) == (left.draws, left.differing)
        assert (some.low, some.high) == pytest.approx((left.low, left.high), abs=0.02)
    assert (some.low, some.high) == pytest.approx((left.low, left.high))
    assert (some.spread.epistemic, some.spread.chance) == pytest.approx((left.spread.epistemic, left.spread.chance))
    assert some.spread.chance == pytest.approx(spread(gaps[:8]).chance)
    assert some.first == pytest.approx(ratio(first, weights).value)
