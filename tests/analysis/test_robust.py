"""Regret that lies between its two readings, intervals that hold for all pairs at once, and fronts by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis import robust
from sim.analysis.quantiles import t95
from sim.analysis.robust import (
    Pairs,
    Regrets,
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


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_regrets_of_an_odd_number_of_runs_worked_by_hand() -> None:
    """Two settings in one draw of three runs: the first run is one half, the others are the other."""
    found = regrets(np.array([[[6.0, 1.0, 2.0]], [[4.0, 3.0, 7.0]]]))
    assert found.seen.ravel().tolist() == pytest.approx([14.0 / 3.0 - 3.0, 0.0])
    assert found.valued[0].ravel().tolist() == [0.0, 1.5 - 5.0]  # the first run chooses the first setting
    assert found.valued[1].ravel().tolist() == [4.0 - 6.0, 0.0]
    assert found.chosen[0].ravel().tolist() == [0.0, 2.0]
    assert found.chosen[1].ravel().tolist() == [3.5, 0.0]


def test_every_criterion_of_a_sample_is_told_under_its_own_name() -> None:
    rng = np.random.default_rng(7)
    means, enough, weights = rng.normal(size=(3, 20)), rng.random((3, 20)), rng.gamma(2.0, 1.0, 20)
    given = Regrets(rng.random((3, 20)), rng.normal(size=(2, 3, 20)), rng.random((2, 3, 20)))
    found, part = sampled(means, enough, given, weights, 1), weights / weights.sum()
    assert found.expected[0] == pytest.approx(means @ part)
    assert found.enough[0] == pytest.approx(enough @ part)
    assert found.regret[0] == pytest.approx((given.valued[0] + given.valued[1]) @ part / 2.0)
    assert found.regret_seen[0] == pytest.approx(given.seen @ part)
    worst = [worst_mean(given.chosen[n], given.valued[n], part[None])[0] for n in (0, 1)]
    assert found.worst[0] == pytest.approx((worst[0] + worst[1]) / 2.0)
    assert found.worst_seen[0] == pytest.approx(worst_mean(given.seen, given.seen, part[None])[0])
    assert found.worst[0] != pytest.approx(found.worst_seen[0])
    for one in found:
        assert one.shape == (1_001, 3)


def test_the_worst_tenth_of_weighted_draws_worked_by_hand() -> None:
    """Of twenty: the worst draw weighs 1, the next 3, of which a third counts; what is averaged is in another order."""
    order, values = np.array([[1.0, 7.0, 9.0, 3.0]]), np.array([[50.0, 11.0, 4.0, 90.0]])
    mass = np.array([[6.0, 3.0, 1.0, 10.0], [0.0, 1.0, 0.0, 19.0]])
    assert worst_mean(order, values, mass)[:, 0] == pytest.approx([(4.0 + 11.0) / 2.0, (11.0 + 90.0) / 2.0])


def test_resamples_spread_as_the_error_of_a_mean_and_are_made_alike_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(8).normal(size=(3, 80, 4))
    whole = asked(values)
    assert whole.expected[1:].std(axis=0) == pytest.approx(values.mean(axis=2).std(axis=1) / np.sqrt(80.0), rel=0.1)
    assert np.abs(whole.expected[1:].mean(axis=0) - whole.expected[0]).max() < 0.01
    for at_once in (1, 80 * 400, 80 * 1_000):
        monkeypatch.setattr(robust, "AT_ONCE", at_once)
        for one, other in zip(asked(values), whole, strict=True):
            assert one.shape == other.shape
            np.testing.assert_allclose(one, other, atol=1e-12)


def test_a_resample_that_weighs_nothing_is_the_sample() -> None:
    """One draw of forty has all the weight: a third of the resamples is without it."""
    values, weights = np.random.default_rng(9).normal(size=(3, 40, 4)), np.zeros(40)
    weights[7] = 0.5
    found = asked(values, weights)
    for one in (found.expected, found.regret, found.worst, found.worst_seen):
        np.testing.assert_allclose(one, np.repeat(one[:1], len(one), axis=0), atol=1e-12)
    assert found.expected[0] == pytest.approx(values[:, 7].mean(axis=1))


def test_a_pair_is_as_wide_as_students_at_least_and_as_the_largest_of_all_where_that_is_more() -> None:
    rng = np.random.default_rng(10)
    criterion, by_draw = rng.normal(size=(401, 3)) * [0.5, 1.0, 2.0], rng.normal(size=(3, 9))
    gaps = criterion[:, :, None] - criterion[:, None, :]
    error = gaps[1:].std(axis=0, ddof=1)
    found = pairs(criterion, by_draw, level=0.05)
    np.testing.assert_allclose(found.value, gaps[0])
    np.testing.assert_allclose(found.high - found.value, t95(8) * error, atol=1e-12)
    np.testing.assert_allclose(found.value - found.low, t95(8) * error, atol=1e-12)
    weighted = pairs(criterion, by_draw, np.r_[np.ones(4), np.zeros(5)], level=0.05)
    np.testing.assert_allclose(weighted.high - weighted.value, t95(3) * error, atol=1e-12)
    two = pairs(criterion, by_draw, np.r_[np.ones(2), np.zeros(7)], level=0.05)
    one = pairs(criterion, by_draw, np.r_[np.ones(1), np.zeros(8)], level=0.05)
    for few in (one, two):
        np.testing.assert_allclose(few.high - few.value, t95(1) * error, atol=1e-12)
    apart = np.abs(gaps[1:] - gaps[1:].mean(axis=0))
    largest = np.max([apart[:, i, j] / error[i, j] for i, j in ((0, 1), (0, 2), (1, 2))], axis=0)
    wide = np.quantile(largest, 0.99)
    assert wide > t95(8)
    many = pairs(criterion, by_draw, level=0.99)
    np.testing.assert_allclose(many.high - many.value, wide * error, atol=1e-12)
    assert np.quantile(largest, 0.95) > t95(8)
    np.testing.assert_allclose(pairs(criterion, by_draw).high, gaps[0] + np.quantile(largest, 0.95) * error)


@pytest.mark.parametrize(("differing", "is_told"), [(0, False), (1, False), (5, False), (6, True)])
def test_what_fewer_than_six_draws_differ_in_reaches_zero(differing: int, is_told: bool) -> None:
    """A criterion that says that the second is far better, and the third far worse, than the first."""
    noise = np.random.default_rng(11).normal(size=(300, 3)) * 0.01
    criterion = np.vstack([[0.0, 5.0, -5.0], np.array([0.0, 5.0, -5.0]) + noise])
    by_draw = np.ones((3, 40))
    by_draw[1, :differing] += 1.0
    by_draw[2, 40 - differing :] -= 1.0
    found = pairs(criterion, by_draw)
    for i, j in ((1, 0), (0, 2)):
        assert bool(found.low[i, j] > 0.0) is is_told
        assert bool(found.high[j, i] < 0.0) is is_told
        assert found.low[i, j] >= 0.0 >= found.high[j, i]
        assert bool(found.is_same[i, j]) is bool(found.is_same[j, i]) is (differing == 0)
        assert found.high[i, j] == pytest.approx(5.0, abs=0.1)
    assert np.diag(found.is_same).all()


def test_pairs_that_never_differ_are_told_as_they_are() -> None:
    found = pairs(np.ones((11, 2)) * [3.0, 3.0], np.ones((2, 8)))
    for part in (found.value, found.low, found.high):
        assert part.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert found.is_same.all()
    rounded = pairs(np.ones((11, 2)), np.array([np.ones(8), np.ones(8) + 1e-13]))
    assert rounded.is_same.all()
    apart = pairs(np.ones((11, 2)), np.array([np.ones(8), np.ones(8) + 1e-11]))
    assert apart.is_same.tolist() == [[True, False], [False, True]]


def of_low(low: list[list[float]], same: list[list[bool]] | None = None) -> Pairs:
    found = np.array(low)
    return Pairs(found, found, found, np.array(same) if same else np.eye(len(found), dtype=bool))


def test_what_the_best_is_not_clearly_better_than_may_be_the_best() -> None:
    low = of_low([[0.0, -9.0, -9.0, -9.0], [0.5, 0.1, 0.0, -0.5], [9.0, 9.0, 9.0, 9.0], [9.0, 9.0, 9.0, 9.0]])
    assert cannot_tell(low, 1).tolist() == [False, True, True, True]
    assert cannot_tell(low, 2).tolist() == [False, False, True, False]


def test_who_beats_for_certain_beats_in_either_outcome() -> None:
    """The second beats the first in one outcome and is the same in the other, whichever that is."""
    better = of_low([[0.0, -9.0], [0.1, 0.0]])
    alike = of_low([[0.0, 0.0], [0.0, 0.0]], [[True, True], [True, True]])
    for one, other in ((better, alike), (alike, better)):
        assert is_beaten(one, other).tolist() == [True, False]
    nearly = of_low([[0.0, -9.0], [0.0, 0.0]])
    assert is_beaten(nearly, better).tolist() == is_beaten(better, nearly).tolist() == [False, False]
    third = of_low([[0.0, -9.0, -9.0], [0.1, 0.0, -9.0], [0.1, -9.0, 0.0]])
    unclear = of_low([[0.0, -9.0, -9.0], [-0.1, 0.0, -9.0], [0.2, -9.0, 0.0]])
    assert is_beaten(third, unclear).tolist() == [True, False, False]


def test_an_interval_of_resamples_is_their_percentiles() -> None:
    resamples = np.stack([np.arange(201.0), np.full(201, 4.0), 1e-14 * np.arange(201.0)], axis=1)
    found = resampled_interval(np.vstack([[77.0, 4.0, 0.0], np.random.default_rng(12).permutation(resamples)]))
    assert found[0] == pytest.approx((77.0, 5.0, 195.0))
    for one in found[1:]:
        assert np.isnan([one.low, one.high]).all()
    assert resampled_interval(np.array([[0.0], [0.0], [1e-9]]))[0].high > 0.0


def test_points_are_taken_from_the_furthest_on_as_long_as_there_are_any() -> None:
    """From the middle of a square all corners are as far: after one of them comes the opposite one."""
    points = np.array([[0.5, 0.5], [0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, 0.6]])
    assert spread_out(points, 0, 4) == [0, 1, 4, 2]
    assert spread_out(points, 0, 9) == [0, 1, 4, 2, 3, 5]
    assert spread_out(points, 5, 1) == [5]


def test_a_front_of_many_samples_is_that_of_each() -> None:
    points = np.random.default_rng(13).integers(0, 4, (20, 6, 2)).astype(np.float64)
    assert front(points).tolist() == [front(one).tolist() for one in points]
