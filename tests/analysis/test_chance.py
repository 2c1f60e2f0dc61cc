"""The part of a variance that is chance: its value and its jackknife against leaving draws out one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.chance import FEWEST_VARYING, chance_share
from sim.analysis.quantiles import t95
from sim.analysis.shares import Interval, spread, variances
from sim.analysis.weights import worth

NAN = math.nan


def values(seed: int, draws: int = 120, runs: int = 7, between: float = 0.8) -> np.ndarray:
    random = np.random.default_rng(seed)
    found = random.normal(0.0, between, (draws, 1)) + random.gamma(2.0, 0.5, (draws, 1)) * random.normal(
        size=(draws, runs)
    )
    found[::3, 0] = NAN
    return found


def told(given: np.ndarray, weights: np.ndarray | None = None) -> Interval:
    found = chance_share(given, weights)
    assert found is not None
    return found


def one_by_one(given: np.ndarray, weights: np.ndarray | None, freedom: int) -> tuple[float, float, float]:
    """The share, and its ends by Arvesen's jackknife of the logarithm: each draw left out in turn."""

    def log(kept: np.ndarray) -> float:
        between, chance, _ = variances(given[kept], None if weights is None else weights[kept])
        return math.log(between / chance)

    every = np.arange(len(given))
    each = np.array([log(every[every != n]) for n in every])
    error = math.sqrt((len(every) - 1) / len(every) * ((each - each.mean()) ** 2).sum())
    _, chance, left = variances(given, weights)
    middle, half = log(every), t95(freedom) * error
    low, value, high = (
        1.0 / max(1.0 + math.exp(one) - left / chance, 1.0) for one in (middle + half, middle, middle - half)
    )
    return value, low, high


def test_the_interval_is_that_of_leaving_out_each_draw() -> None:
    given = values(1)
    found = told(given)
    assert found == pytest.approx(one_by_one(given, None, 119))
    assert found.value == pytest.approx(spread(given).share_of_chance)
    assert 0.2 < found.low < found.value < found.high < 0.9


def test_the_weighted_interval_is_that_of_leaving_out_each_draw() -> None:
    given, weights = values(2, 300), np.random.default_rng(3).gamma(3.0, 1.0, 300)
    found = told(given, weights)
    assert found == pytest.approx(one_by_one(given, weights, worth(weights) - 1))
    assert found.value == pytest.approx(spread(given, weights).share_of_chance)


def test_draws_that_differ_by_what_chance_leaves_or_less_are_chance_alone() -> None:
    """Means that are all but the same: the variance between them is less than chance alone would leave."""
    given = np.random.default_rng(4).normal(size=(120, 6))
    given -= given.mean(axis=1, keepdims=True) * 0.999
    for weights in (None, np.r_[np.full(110, 1.0), np.full(10, 0.9)]):
        assert told(given, weights) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(("draws", "runs", "is_told"), [(100, 5, True), (99, 6, False), (100, 4, False)])
def test_a_hundred_draws_of_five_values_are_the_fewest(draws: int, runs: int, is_told: bool) -> None:
    given = np.random.default_rng(5).normal(size=(draws, runs))
    assert (chance_share(given) is not None) is is_told
    more = np.vstack([given, np.r_[1.0, np.full(runs - 1, NAN)]])  # a draw of one value says nothing of chance
    assert (chance_share(more) is not None) is is_told
    weights = np.r_[np.full(draws, 1.0), 0.001]
    assert (chance_share(np.vstack([given, given[:1]]), weights) is not None) is is_told


def test_five_values_are_the_mean_of_the_draws() -> None:
    given = np.random.default_rng(6).normal(size=(100, 6))
    given[:50, :2] = NAN
    assert chance_share(given) is not None
    given[50, 0] = NAN
    assert chance_share(given) is None


def test_what_does_not_vary_between_draws_has_no_share_and_what_varies_there_alone_has_none_of_chance() -> None:
    assert chance_share(np.ones((100, 5))) is None
    assert chance_share(np.tile([0.0, 1.0, 2.0, 3.0, 4.0], (100, 1))) is None
    sure = told(np.repeat(np.arange(100.0)[:, None], 5, axis=1))
    assert sure.value == 0.0
    assert math.isnan(sure.low)
    assert math.isnan(sure.high)


def test_the_runs_of_twenty_draws_have_to_differ_for_an_interval() -> None:
    assert FEWEST_VARYING == 20
    given = np.repeat(np.arange(120.0)[:, None], 5, axis=1)
    for varying, has_ends in ((19, False), (20, True)):
        some = given.copy()
        some[:varying, 0] += 1.0
        found = told(some)
        assert found.value == pytest.approx(spread(some).share_of_chance)
        assert found.value > 0.0
        assert math.isnan(found.low) is not has_ends
        assert math.isnan(found.high) is not has_ends


def test_where_all_but_rounding_lies_between_draws_chance_is_next_to_nothing() -> None:
    given = np.repeat(np.arange(120.0)[:, None], 5, axis=1)
    given[:3, 0] += 1e-9
    found = told(given)
    assert 0.0 < found.value < 1e-20
    assert math.isnan(found.low)


def test_where_the_runs_of_one_draw_alone_differ_nothing_overflows() -> None:
    """Without that draw the variance within is 0: warnings are errors here."""
    given = np.repeat(np.arange(120.0)[:, None], 5, axis=1)
    given[0, 0] += 1.0
    for weights in (None, 1.0 + np.arange(120.0) / 120.0):
        found = told(given, weights)
        assert 0.0 < found.value < 1e-5
        assert math.isnan(found.low)


@pytest.mark.parametrize("same", [0.1, 0.3, 7.7])
def test_where_every_draw_has_the_same_mean_there_are_no_two_parts(same: float) -> None:
    assert chance_share(np.full((120, 7), same)) is None
