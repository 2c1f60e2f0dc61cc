"""Regret that lies between its two readings, intervals that hold for all pairs at once, and fronts by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis import robust
from sim.analysis.robust import (
    Pairs,
    Sampled,
    cannot_tell,
    front,
    is_beaten,
    pairs,
    regrets,
    resampled_interval,
    sampled,
    spread_out,
    worst_mean,
)
from sim.analysis.shares import Values
from sim.analysis.weights import Weights

SETTINGS, DRAWS = 4, 60


def asked(values: Values, weights: Weights = None, seed: int = 1) -> Sampled:
    """Every criterion of values (settings, draws, runs), of which 0 or more is good enough."""
    means = values.mean(axis=2)
    return sampled(means, (means >= 0.0).astype(np.float64), regrets(values), weights, seed)


def test_without_chance_regret_is_what_it_is() -> None:
    true = np.random.default_rng(1).normal(size=(SETTINGS, DRAWS))
    found = regrets(np.repeat(true[:, :, None], 4, axis=2))
    exact = true.max(axis=0) - true
    for one in (found.seen, *found.valued, *found.chosen):
        np.testing.assert_allclose(one, exact, atol=1e-12)
    worst = np.sort(exact, axis=1)[:, -6:].mean(axis=1)  # a tenth of sixty draws
    sample = asked(np.repeat(true[:, :, None], 4, axis=2))
    np.testing.assert_allclose(sample.worst[0], worst, atol=1e-12)
    np.testing.assert_allclose(sample.worst_seen[0], worst, atol=1e-12)
    np.testing.assert_allclose(sample.expected[0], true.mean(axis=1))


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_the_true_regret_lies_between_what_is_valued_and_what_is_seen(
    monkeypatch: pytest.MonkeyPatch, spread: float
) -> None:
    """At 0 no setting is better than another in any draw: what is seen is the luck of choosing, and nothing else."""
    monkeypatch.setattr(robust, "RESAMPLES", 2)
    rng, readings = np.random.default_rng(2), []
    true = spread * rng.normal(size=(SETTINGS, 400))
    exact = true.max(axis=0) - true
    worst = np.sort(exact, axis=1)[:, -40:].mean(axis=1)
    for _ in range(40):
        sample = asked(true[:, :, None] + rng.normal(size=(SETTINGS, 400, 10)))
        readings.append([one[0] for one in (sample.regret, sample.regret_seen, sample.worst, sample.worst_seen)])
    valued, seen, worst_valued, worst_seen = np.mean(readings, axis=0)
    error = 4.0 * np.std(readings, axis=0).max() / np.sqrt(len(readings))
    assert (valued <= exact.mean(axis=1) + error).all()
    assert (seen > exact.mean(axis=1) + 0.05).all()
    assert (worst_valued <= worst + error).all()
    assert (worst_seen > worst + 0.2).all()
    if spread == 0.0:
        assert np.abs(valued).max() < error
        assert np.abs(worst_valued).max() < error


def test_more_runs_bring_both_readings_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robust, "RESAMPLES", 2)
    rng = np.random.default_rng(3)
    true = rng.normal(size=(SETTINGS, 200))
    apart = []
    for runs in (4, 400):
        sample = asked(true[:, :, None] + rng.normal(size=(SETTINGS, 200, runs)))
        apart.append((sample.worst_seen[0] - sample.worst[0]).max())
    assert apart[1] < apart[0] / 5.0


def test_weights_are_so_many_equal_draws() -> None:
    rng = np.random.default_rng(4)
    values, weights = rng.normal(size=(SETTINGS, DRAWS, 6)), rng.integers(0, 4, DRAWS).astype(np.float64)
    many = values[:, np.repeat(np.arange(DRAWS), weights.astype(int))]
    for weighted, repeated in zip(asked(values, weights), asked(many), strict=True):
        np.testing.assert_allclose(weighted[0], repeated[0], atol=1e-9)


def test_the_worst_tenth_takes_a_part_of_a_draw() -> None:
    order, values = np.array([[3.0, 2.0, 1.0]]), np.array([[9.0, 5.0, 1.0]])
    assert worst_mean(order, values, np.array([[1.0, 1.0, 18.0]]))[0, 0] == pytest.approx((0.05 * 9 + 0.05 * 5) / 0.1)
    assert worst_mean(order, values, np.ones((1, 3)))[0, 0] == pytest.approx(9.0)


def test_where_nothing_differs_all_pairs_hold_at_once_and_single_ones_would_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(robust, "RESAMPLES", 250)
    rng, wrong, alone = np.random.default_rng(5), 0, 0
    for seed in range(150):
        means = rng.normal(size=(8, 80))
        sample = sampled(means, means, regrets(np.repeat(means[:, :, None], 2, axis=2)), None, seed)
        found = pairs(sample.expected, means)
        np.testing.assert_allclose(found.high, -found.low.T, atol=1e-12)  # the other way round
        assert np.all((found.low <= found.value) & (found.value <= found.high))
        wrong += bool((found.low > 0.0).any())
        error = (sample.expected[1:, :, None] - sample.expected[1:, None, :]).std(axis=0)
        alone += bool((found.value > 1.99 * error + 1e-9).any())
    assert wrong <= 14  # of 150: a twentieth, and three standard errors
    assert alone >= 50


def test_the_true_best_is_among_those_that_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robust, "RESAMPLES", 250)
    rng, kept, left = np.random.default_rng(6), 0, 0
    true = np.array([0.0, 0.1, 0.2, 0.6])[:, None]
    for seed in range(100):
        values = (true + 0.5 * rng.normal(size=(SETTINGS, DRAWS)))[:, :, None] + np.zeros(2)
        sample = asked(values, seed=seed)
        among = cannot_tell(pairs(sample.expected, values[:, :, 0]), int(sample.expected[0].argmax()))
        kept += bool(among[3])
        left += int(among.sum())
    assert kept >= 95
    assert left < 150  # and seldom another one


def test_fewer_than_six_draws_that_differ_tell_nothing() -> None:
    for differing, is_told in ((5, False), (8, True)):
        values = np.zeros((2, DRAWS, 2))
        values[1, :differing] = 1.0
        found = pairs(asked(values).expected, values.mean(axis=2))
        assert bool(found.low[1, 0] > 0.0) is is_told
        assert not found.is_same[0, 1]
        assert found.is_same[0, 0]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=9))
def test_a_front_is_what_nothing_beats_and_beats_all_else(points: list[tuple[int, int]]) -> None:
    found = front(np.array(points, np.float64))

    def beats(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return one[0] >= other[0] and one[1] >= other[1] and one != other

    for point, is_on in zip(points, found, strict=True):
        assert is_on == (not any(beats(other, point) for other in points))
        assert is_on or any(beats(other, point) for other, also in zip(points, found, strict=True) if also)


def test_beaten_for_certain_is_clear_in_both_or_clear_in_one_and_the_same_in_the_other() -> None:
    def one(low: float, *, is_same: bool = False) -> Pairs:
        """Of two settings, the second less the first."""
        lows = np.array([[0.0, -9.0], [low, 0.0]])
        return Pairs(lows, lows, lows, np.array([[True, is_same], [is_same, True]]))

    assert is_beaten(one(0.1), one(0.2)).tolist() == [True, False]
    assert is_beaten(one(0.1), one(-0.2)).tolist() == [False, False]
    assert is_beaten(one(0.1), one(0.0, is_same=True)).tolist() == [True, False]
    assert is_beaten(one(0.0, is_same=True), one(0.0, is_same=True)).tolist() == [False, False]


def test_what_never_differs_has_no_interval() -> None:
    found = resampled_interval(np.array([[1.0, 2.0], [1.0, 1.0], [1.0, 3.0]]))
    assert found[0].value == 1.0
    assert np.isnan(found[0].low)
    assert found[1].low < 2.0 < found[1].high


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_a_sample_has_no_point_twice_and_each_is_the_furthest_left(seed: int, most: int) -> None:
    points = np.unique(np.random.default_rng(seed).integers(0, 4, (20, 2)), axis=0) / 3.0
    chosen = spread_out(points, 0, most)
    assert len(set(chosen)) == len(chosen) == min(most, len(points))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    for n in range(1, len(chosen)):
        near = apart[:, chosen[1:n] or chosen[:1]].min(axis=1)
        near[0] = 0.0
        assert near[chosen[n]] == pytest.approx(near.max())
