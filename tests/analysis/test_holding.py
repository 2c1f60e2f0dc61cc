"""The share of draws in which something holds, with its interval worked by hand, and what lies on a threshold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.holding import TIE, beyond, holding
from sim.analysis.quantiles import t95
from sim.analysis.shares import wilson

NAN = math.nan
WHOLE = np.array([1.0, 1, 0, 1, 0.5, 1, 1, 0, NAN, 1])
FIRST = np.array([1.0, 1, 1, 1, 0.5, 1, NAN, 0, 1, 1])
SECOND = np.array([1.0, 0, 0, 1, 1.0, 1, 1, 0, 1, 1])


def ends(raw: float, differ: float, draws: tuple[int, int]) -> tuple[float, float]:
    """The raw share less and more by the share that differs, and by the errors of both (Zou and Donner)."""
    low, high = wilson(raw, draws[0], t95(draws[0] - 1))
    most = wilson(differ, draws[1], t95(draws[1] - 1))[1]
    reach = math.hypot(raw - low, most - differ), math.hypot(high - raw, most - differ)
    return raw - differ - reach[0], raw + differ + reach[1]


def test_what_lies_on_a_threshold_counts_one_half_within_rounding() -> None:
    assert TIE == 1e-9
    found = beyond(np.array([2.0, 2.0 + 1.5e-9, 2.0 + 2.5e-9, 2.0 - 1.5e-9, 2.0 - 2.5e-9, NAN]), 2.0, above=True)
    assert found[:5].tolist() == [0.5, 0.5, 1.0, 0.5, 0.0]
    assert math.isnan(found[5])
    small = np.array([-0.3 + 0.9e-9, -0.3 + 1.1e-9, -0.3 - 0.9e-9, -0.3 - 1.1e-9])
    assert beyond(small, -0.3, above=True).tolist() == [0.5, 1.0, 0.5, 0.0]
    assert beyond(small, -0.3, above=False).tolist() == [0.5, 0.0, 0.5, 1.0]
    assert np.isnan(beyond(np.array([1.0, 2.0]), NAN, above=True)).all()
    assert beyond(np.array([1e-9, 0.0]), 0.0, above=True).tolist() == [0.5, 0.5]


def test_the_side_of_a_threshold_is_said_by_name() -> None:
    with pytest.raises(TypeError):
        beyond(WHOLE, 0.5, True)  # type: ignore[misc]


def test_a_share_of_draws_worked_by_hand() -> None:
    """Nine draws hold 6.5 times; in eight both halves are known, which differ by 1, 1 and 1/2."""
    found = holding(WHOLE, (FIRST, SECOND))
    raw, differ = 6.5 / 9.0, 2.5 / 8.0
    assert found.draws == 9
    assert found.raw == pytest.approx((raw, *wilson(raw, 9, t95(8))))
    corrected = (1.0 + 1.5 - 0.5 + 1.0 + 0.25 + 1.0 + 1.0 + 0.0 + 1.0) / 9.0
    low, high = ends(raw, differ, (9, 8))
    assert low < 0.0
    assert high > 1.0
    assert found.corrected == pytest.approx((corrected, 0.0, 1.0))


def test_an_interval_reaches_as_far_as_the_halves_differ_and_both_errors() -> None:
    whole = np.repeat([1.0, 0.0], [50, 30])
    second = whole.copy()
    second[46:53] = 1.0 - second[46:53]
    low, high = ends(50 / 80, 7 / 80, (80, 80))
    found = holding(whole, (whole, second))
    assert found.corrected == pytest.approx((2.0 * 50 / 80 - (50 + 49) / 160, low, high))
    assert 0.2 < low < high < 0.95
    apart = np.full(80, 0.0)
    apart[:20] = 1.0
    apart[40:] = NAN
    low, high = ends(50 / 80, 0.5, (80, 40))
    assert low < 0.1
    assert holding(whole, (whole, second), apart=apart).corrected[1:] == pytest.approx((max(0.0, low), min(1.0, high)))
    some = np.zeros(80)
    some[:4], some[40:] = 1.0, NAN
    assert holding(whole, (whole, second), apart=some).corrected[1:] == pytest.approx(ends(50 / 80, 0.1, (80, 40)))


def test_a_corrected_share_is_a_share_and_lies_in_its_interval() -> None:
    whole, none = np.array([1.0, 1.0, 1.0, 0.0]), np.zeros(4)
    more = holding(whole, (none, none))
    assert more.corrected.value == more.corrected.high == 1.0  # twice 0.75
    less = holding(1.0 - whole, (none + 1.0, none + 1.0))
    assert less.corrected.value == less.corrected.low == 0.0
    alike = np.repeat([1.0, 0.0], [60, 40])
    far = holding(alike, (alike * 0.0, alike * 0.0))
    assert far.corrected.value == far.corrected.high == 1.0
    assert far.corrected.low == pytest.approx(ends(0.6, 0.0, (100, 100))[0])
    other = holding(1.0 - alike, (alike * 0.0 + 1.0, alike * 0.0 + 1.0))
    assert other.corrected.value == other.corrected.low == 0.0
    assert other.corrected.high == pytest.approx(1.0 - far.corrected.low)


def test_draws_that_weigh_nothing_are_none() -> None:
    weights = np.array([1.0, 2, 1, 1, 3, 1, 1, 0, 2, 0])
    some, left = holding(WHOLE, (FIRST, SECOND), weights), holding(WHOLE[:7], (FIRST[:7], SECOND[:7]), weights[:7])
    assert some == left
    raw = (1 + 2 + 0 + 1 + 1.5 + 1 + 1) / 10.0
    assert some.draws == 5  # 100 / 18
    assert some.raw == pytest.approx((raw, *wilson(raw, 5, t95(4))))
    assert some.corrected.value == pytest.approx((1 + 3 - 0.5 + 1 + 0.75 + 1 + 1) / 10.0)
    nothing = holding(WHOLE, (FIRST, SECOND), np.r_[np.zeros(8), 1.0, 0.0])
    assert nothing.draws == 0
    for one in (nothing.raw, nothing.corrected):
        assert all(map(math.isnan, one))


def test_weights_count_where_halves_differ() -> None:
    """Half of the weight is in fifteen draws of a hundred and twenty, and these alone differ."""
    whole = np.repeat([1.0, 0.0, 1.0], [15, 45, 60])
    second, weights = whole.copy(), np.repeat([1.5, 1.0, 1.0], [15, 45, 60])
    second[:5] = 0.0
    found = holding(whole, (whole, second), weights)
    draws = math.floor(weights.sum() ** 2 / (weights**2).sum())
    raw, differ = 82.5 / 127.5, 7.5 / 127.5
    assert found.corrected[1:] == pytest.approx(ends(raw, differ, (draws, draws)))
    unknown = second.copy()
    unknown[60:] = NAN
    told = holding(whole, (whole, unknown), weights)
    fewer = math.floor(67.5**2 / (15 * 1.5**2 + 45))
    assert told.corrected[1:] == pytest.approx(ends(raw, 7.5 / 67.5, (draws, fewer)))
