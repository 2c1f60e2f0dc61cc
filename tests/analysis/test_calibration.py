"""A calibration finds posteriors that are known, and its checks see one that is wrong."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2

from sim.analysis import calibration
from sim.analysis.calibration import (
    CUTOFF,
    NOTHING,
    Misses,
    error_by_ancestors,
    implausible_chance,
    implausible_effect,
    importance,
    likelihood,
    ranks_of_truths,
    sequential,
    uneven_beyond_luck,
    unevenness,
)
from sim.analysis.quantiles import t95
from sim.analysis.weights import kish

Values = NDArray[np.float64]
SEEN = np.array([1.0, 1.0, 1.0, 0.0, 0.0])  # what happened: three yes, two no
GRID = (np.arange(20_000) + 0.5) / 20_000


def flips(chance: Values, random: np.random.Generator, runs: int = 40, *, together: bool = True) -> Misses:
    """Five coins with the chance of a draw, (draws,): in the runs of one course, or of a course for each."""
    happened = (random.random((len(chance), runs, len(SEEN))) < chance[:, None, None]).astype(np.float64)
    missed = np.abs(happened - SEEN)
    courses = (missed,) if together else tuple(missed[:, :, n : n + 1] for n in range(len(SEEN)))
    return Misses(courses, np.zeros((len(chance), 0)))


def moments(discrepancy: float) -> tuple[float, float]:
    """Mean and standard deviation of the posterior of a uniform chance: beta (4, 3) where nothing is seen wrongly."""
    p = discrepancy + (1.0 - 2.0 * discrepancy) * GRID
    density = p**3 * (1.0 - p) ** 2
    mean = float((GRID * density).sum() / density.sum())
    return mean, math.sqrt(float(((GRID - mean) ** 2 * density).sum() / density.sum()))


def test_the_posterior_of_a_beta_is_the_closed_form() -> None:
    assert moments(0.0) == pytest.approx((4.0 / 7.0, math.sqrt(12.0 / (49.0 * 8.0))), abs=1e-6)


@pytest.mark.parametrize("discrepancy", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("together", [True, False])
def test_weights_give_the_posterior(discrepancy: float, together: bool) -> None:
    random = np.random.default_rng(1)
    chance = random.random(4_000)
    weights = importance(flips(chance, random, together=together), discrepancy)
    part = weights / weights.sum()
    mean = float(part @ chance)
    sd = math.sqrt(float(part @ (chance - mean) ** 2))
    error = 4.0 * sd / math.sqrt(kish(weights))
    assert weights.mean() == pytest.approx(1.0)
    assert (mean, sd) == (
        pytest.approx(moments(discrepancy)[0], abs=error),
        pytest.approx(moments(discrepancy)[1], abs=error),
    )


@pytest.mark.parametrize("discrepancy", [0.0, 0.1])
def test_the_sampler_comes_to_the_same(discrepancy: float) -> None:
    def model(given: Values, call: int) -> Misses:
        return flips(given[:, 0], np.random.default_rng([9, call]))

    played: list[int] = []
    found = sequential(model, 3, 1_500, discrepancy, 2, played.append)
    mean, sd = moments(discrepancy)
    assert float(found.inputs[:, 0].mean()) == pytest.approx(mean, abs=0.025)
    assert float(found.inputs[:, 0].std()) == pytest.approx(sd, abs=0.025)
    for other in (1, 2):  # what the record does not speak of stays uniform
        assert float(found.inputs[:, other].mean()) == pytest.approx(0.5, abs=0.04)
        assert float(found.inputs[:, other].std()) == pytest.approx(math.sqrt(1.0 / 12.0), abs=0.03)
    assert found.stages[-1].discrepancy == discrepancy
    steps = [stage.discrepancy for stage in found.stages]
    assert steps == sorted(steps, reverse=True)
    assert [stage.worth / 1_500 for stage in found.stages[:-1]] == [pytest.approx(0.5, abs=0.01)] * (len(steps) - 1)
    assert found.stages[-1].worth >= 0.5 * 1_500
    assert sum(played) == 1_500 * (1 + 2 * len(steps))
    assert found.inputs.min() >= 0.0
    assert found.inputs.max() < 1.0


def test_a_record_that_says_nothing_leaves_the_prior() -> None:
    random = np.random.default_rng(3)
    misses = flips(random.random(50), random)
    assert np.allclose(importance(misses, NOTHING), 1.0)
    assert kish(importance(misses, NOTHING)) == pytest.approx(50.0)


def test_what_no_draw_has_is_refused() -> None:
    never = Misses((np.ones((4, 3, 1)),), np.zeros((4, 0)))
    with pytest.raises(ValueError, match="no draw has"):
        importance(never, 0.0)
    assert np.allclose(importance(never, 0.1), 1.0)


@given(st.floats(0.0, 0.49), st.integers(0, 5))
def test_a_miss_more_never_makes_a_draw_likelier(discrepancy: float, missed: int) -> None:
    claims = np.zeros((2, 5))
    claims[0, :missed] = 1.0
    claims[1, : max(missed - 1, 0)] = 1.0
    more, less = likelihood(Misses((), claims), discrepancy)
    assert more <= less
    assert more == pytest.approx(discrepancy**missed * (1.0 - discrepancy) ** (5 - missed))


def test_statements_of_one_course_have_to_come_together() -> None:
    """Each of two statements holds in half of the runs, never both: together they never come."""
    one = np.array([[[0.0, 1.0], [1.0, 0.0]]])
    nothing = np.zeros((1, 0))
    assert likelihood(Misses((one,), nothing), 0.0)[0] == 0.0
    assert likelihood(Misses((one[:, :, :1], one[:, :, 1:]), nothing), 0.0)[0] == 0.25


@pytest.mark.parametrize("discrepancy", [0.0, 0.1])
def test_ranks_of_truths_are_even_where_the_calibration_is_right(discrepancy: float) -> None:
    random = np.random.default_rng(4)
    chance = random.random(3_000)
    columns = np.stack([chance, random.random(3_000), np.floor(3.0 * random.random(3_000))], axis=1)
    ranks = ranks_of_truths(flips(chance, random, 20), columns, discrepancy, 400, 5)
    assert ranks.shape == (400, 3)
    assert 0 <= ranks.min() <= ranks.max() <= 99
    assert unevenness(ranks).max() <= uneven_beyond_luck(3)


def test_ranks_see_a_calibration_that_is_too_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(4)
    chance = random.random(3_000)
    real = calibration.likelihood
    monkeypatch.setattr(calibration, "likelihood", lambda *given: real(*given) ** 4)
    ranks = ranks_of_truths(flips(chance, random, 20), chance[:, None], 0.1, 400, 5)
    assert unevenness(ranks)[0] > uneven_beyond_luck(1)


def test_even_ranks_have_a_statistic_of_chi_square() -> None:
    random = np.random.default_rng(6)
    found = unevenness(random.integers(0, 100, (500, 2_000)))
    assert float(found.mean()) == pytest.approx(9.0, abs=0.3)
    assert float((found > uneven_beyond_luck(1)).mean()) == pytest.approx(0.05, abs=0.02)


def test_implausibility_is_what_one_works_out_by_hand() -> None:
    """0.9 / sqrt(0.09 + 0.09 / 20 + 0.01) = 2.78; 0.95 / sqrt(0.0475 + 0.0475 / 20 + 0.01) = 3.88."""
    found = implausible_chance(np.array([0.1, 0.05, 1.0]), 20, 0.1)
    assert found.tolist() == pytest.approx([2.784, 3.882, 0.0], abs=1e-3)
    assert (found > CUTOFF).tolist() == [False, True, False]
    short = implausible_effect(np.array([-1.0, 0.15, math.nan]), 0.03, 0.04)
    assert short[:2].tolist() == pytest.approx([0.0, 3.0])
    assert math.isnan(short[2])


@given(st.floats(0.0, 1.0), st.integers(1, 100), st.floats(0.01, 0.5))
def test_a_likelier_fact_is_never_less_plausible(chance: float, runs: int, discrepancy: float) -> None:
    here, surer = implausible_chance(np.array([chance, min(1.0, chance + 0.1)]), runs, discrepancy)
    assert surer <= here + 1e-9


def test_the_error_of_the_particles_means_knows_that_they_hang_together() -> None:
    """Of 60 samplers the intervals of three means hold the truth in about 95 %; as if independent, in far fewer."""
    mean, _ = moments(0.0)
    truths, held, alone = np.array([mean, 0.5, 0.5]), [], []
    for seed in range(60):

        def model(given: Values, call: int, seed: int = seed) -> Misses:
            return flips(given[:, 0], np.random.default_rng([seed, 9, call]))

        found = sequential(model, 3, 200, 0.0, seed, lambda n: None)
        off = np.abs(found.inputs.mean(axis=0) - truths)
        error, families = error_by_ancestors(found.inputs, found.ancestors)
        held.append(off <= t95(int(families) - 1) * error)
        alone.append(off <= 1.96 * found.inputs.std(axis=0, ddof=1) / math.sqrt(200))
    assert 0.9 <= np.mean(held) <= 0.99
    assert np.mean(alone) < 0.85


def test_where_each_particle_is_its_own_ancestor_the_error_is_the_usual_one() -> None:
    values = np.random.default_rng(4).random((30, 2))
    error, families = error_by_ancestors(values, np.arange(30))
    assert error == pytest.approx(values.std(axis=0, ddof=1) / math.sqrt(30))
    assert families == 30.0
    assert np.isnan(error_by_ancestors(values, np.zeros(30, np.int64))[0]).all()


# --- by hand ----------------------------------------------------------------------------------------------------------


def claimed(*missed: int, of: int) -> Misses:
    """Draws that miss so many of their claims."""
    return Misses((), (np.arange(of) < np.array(missed)[:, None]).astype(np.float64))


def test_a_likelihood_worked_by_hand() -> None:
    """At 0.2: claims 0.8, 0.2 and 0.5; a course of two runs, 0.64 and 0.16; one of 0.2 and 0.8."""
    misses = Misses((np.array([[[0.0, 0.0], [0.0, 1.0]]]), np.array([[[1.0], [0.0]]])), np.array([[0.0, 1.0, 0.5]]))
    assert likelihood(misses, 0.2) == pytest.approx([0.8 * 0.2 * 0.5 * 0.4 * 0.5])
    assert likelihood(misses, 0.0) == pytest.approx([0.0])


def test_a_weight_is_a_draws_part_of_all_likelihoods() -> None:
    assert importance(claimed(0, 1, 2, of=2), 0.2) == pytest.approx(np.array([0.64, 0.16, 0.04]) / 0.28)
    weights = importance(Misses((), np.vstack([np.zeros((1, 40)), np.ones((1, 40))])), 0.4)
    assert weights.sum() == pytest.approx(2.0)  # however small all of them are


def test_misses_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        claimed(1, of=2).claims = np.zeros((1, 2))  # type: ignore[misc]


def test_misses_of_some_draws_and_of_others_in_some_places() -> None:
    one = Misses((np.arange(12.0).reshape(3, 2, 2),), np.arange(6.0).reshape(3, 2))
    other = Misses((-one.courses[0],), -one.claims)
    some = one.of(np.array([2, 0, 2]))
    assert some.courses[0][:, 0, 0].tolist() == [8.0, 0.0, 8.0]
    assert some.claims[:, 1].tolist() == [5.0, 1.0, 5.0]
    mixed = one.replaced(np.array([False, True, False]), other)
    assert mixed.courses[0][:, 1, 1].tolist() == [3.0, -7.0, 11.0]
    assert mixed.claims[:, 1].tolist() == [1.0, -3.0, 5.0]


def test_another_record_is_missed_where_it_says_otherwise() -> None:
    misses = Misses((np.array([[[0.0, 1.0, 1.0]]]),), np.array([[1.0, 0.5, 0.0]]))
    other = misses.of_record([np.array([1.0, 1.0, 0.0])], np.array([1.0, 1.0, 1.0]))
    assert other.courses[0].tolist() == [[[1.0, 0.0, 1.0]]]
    assert other.claims.tolist() == [[0.0, 0.5, 1.0]]


def test_the_error_by_families_worked_by_hand() -> None:
    """Means 3; the families bring -3, 1 and 2, of one, two and three particles: 36 / 14 equal ones."""
    values = np.array([[2.0], [4.0], [0.0], [3.0], [4.0], [5.0]])
    error, families = error_by_ancestors(values, np.array([7, 7, 2, 9, 9, 9]))
    brought = np.array([0.0, -3.0, 3.0])
    assert error == pytest.approx([math.sqrt(1.5 * (brought**2).sum()) / 6.0])
    assert families == pytest.approx(36.0 / 14.0)
    two = error_by_ancestors(values[:4], np.array([0, 0, 1, 1]))[0]
    assert two == pytest.approx([math.sqrt(2.0 * (1.5**2 + 1.5**2)) / 4.0])
    assert error_by_ancestors(values, np.zeros(6, np.int64))[1] == 1.0


# --- the sampler's steps ----------------------------------------------------------------------------------------------


def test_the_discrepancy_is_lowered_as_far_as_leaves_half_of_the_worth() -> None:
    misses = claimed(*range(0, 60, 2), of=60)
    then = calibration._lowered(misses, 0.5, 0.01)
    weights = likelihood(misses, then) / likelihood(misses, 0.5)
    assert kish(weights) == pytest.approx(15.0, abs=1e-6)
    assert 0.01 < then < 0.5
    further = calibration._lowered(misses, then, 0.01)
    assert kish(likelihood(misses, further) / likelihood(misses, then)) == pytest.approx(15.0, abs=1e-6)
    assert calibration._lowered(claimed(0, 0, 1, of=1), 0.5, 0.0) == 0.0  # two of three are worth more than half
    assert calibration._lowered(claimed(0, 1, of=1), 0.5, 0.0) == 0.0  # one half is enough
    assert 0.0 < calibration._lowered(claimed(0, 1, 1, of=1), 0.5, 0.0) < 0.5


def test_particles_without_a_likelihood_are_refused() -> None:
    with pytest.raises(ValueError, match="no particle"):
        sequential(lambda given, call: claimed(*[1] * len(given), of=1), 1, 10, 0.0, 1, lambda n: None)


def test_particles_that_are_unlikely_are_particles() -> None:
    found = sequential(lambda given, call: claimed(*[1] * len(given), of=1), 1, 1, 0.1, 1, lambda n: None)
    assert found.stages[-1].discrepancy == 0.1
    assert [stage.worth for stage in found.stages] == [pytest.approx(1.0)] * len(found.stages)


@given(st.lists(st.floats(0.0, 5.0), min_size=1, max_size=12), st.integers(0, 99))
def test_resampling_takes_each_as_often_as_its_weight_says_but_for_less_than_one(given: list[float], seed: int) -> None:
    weights = np.array(given)
    if weights.sum() < 1e-3:
        return
    taken = calibration._resampled(weights, np.random.default_rng(seed))
    wanted = len(weights) * weights / weights.sum()
    assert len(taken) == len(weights)
    assert np.all(np.diff(taken) >= 0)
    assert np.abs(np.bincount(taken, minlength=len(weights)) - wanted).max() < 1.0 + 1e-9


def test_resampling_is_right_on_average() -> None:
    random, weights = np.random.default_rng(7), np.array([0.3, 1.2, 0.0, 2.5])
    times = np.mean([np.bincount(calibration._resampled(weights, random), minlength=4) for _ in range(4_000)], axis=0)
    assert times == pytest.approx(weights, abs=0.03)


def folded(place: Values) -> Values:
    """Where a walk on a line is between two mirrors at 0 and 1."""
    return np.arccos(np.cos(np.pi * place)) / np.pi


def test_a_proposal_moves_three_in_ten_numbers_and_at_least_one_and_reflects() -> None:
    here = np.random.default_rng(8).random((20_000, 8))
    there = calibration._proposed(here, 0.2, np.random.default_rng(9))
    moved = there != here
    assert moved.any(axis=1).all()
    assert moved.mean(axis=0) == pytest.approx(np.full(8, 0.3 + 0.7 / 8.0), abs=0.015)
    assert (moved.sum(axis=1) == 1).mean() == pytest.approx(0.7**7, abs=0.01)  # none but the one that is
    expected = folded(here + 0.2 * np.random.default_rng(10).standard_normal(here.shape))
    gone = np.abs(there - here)[moved]
    assert gone.mean() == pytest.approx(np.abs(expected - here).mean(), abs=0.003)
    assert ((gone > 0.1).mean(), (there[moved] < 0.05).mean()) == pytest.approx((
        (np.abs(expected - here) > 0.1).mean(), 0.05), abs=0.01)  # fmt: skip
    wild = calibration._proposed(here, 5.0, np.random.default_rng(9))
    assert 0.0 <= wild.min() <= wild.max() < 1.0
    assert wild[moved].mean() == pytest.approx(0.5, abs=0.01)
    edge = calibration._proposed(np.ones((1, 1)), 0.0, np.random.default_rng(9))
    assert 1.0 - 1e-15 < float(edge[0, 0]) < 1.0


def steps_of(played: list[Values], middle: float = 0.2) -> list[float]:
    """The step of each move away from the first particles: three quarters of a normal's moves lie within 1.15."""
    first = played[0]
    inside = np.abs(first - 0.5) < middle
    return [float(np.quantile(np.abs(one - first)[inside], 0.5) / 0.6744898) for one in played[1:]]


def test_a_step_shrinks_where_nothing_is_taken() -> None:
    played: list[Values] = []

    def model(given: Values, call: int) -> Misses:
        assert call == len(played)  # each has luck of its own
        played.append(given)
        return Misses((), np.full((len(given), 1), float(call > 0)))

    found = sequential(model, 1, 20_000, 0.0, 3, lambda n: None)
    assert [stage.taken for stage in found.stages] == [0.0]
    assert found.stages[0].worth == pytest.approx(20_000.0)
    assert [np.sort(played[0], axis=0).tolist()] == [np.sort(found.inputs, axis=0).tolist()]
    assert steps_of(played) == pytest.approx([0.2, 0.2 * math.exp(-0.3)], rel=0.04)


def test_where_everything_is_taken_all_is_told_as_taken_and_everybody_moves() -> None:
    played: list[Values] = []

    def model(given: Values, call: int) -> Misses:
        played.append(given)
        return Misses((), np.zeros((len(given), 1)))

    found = sequential(model, 1, 20_000, 0.1, 3, lambda n: None)
    assert [stage.taken for stage in found.stages] == [1.0]
    assert found.inputs.tolist() == played[2].tolist()
    assert [int(one) for one in found.ancestors] == list(range(20_000))
    longer = np.abs(
        folded(played[1] + 0.2 * math.exp(0.7) * np.random.default_rng(1).standard_normal((20_000, 1))) - played[1]
    )
    assert np.abs(played[2] - played[1]).mean() == pytest.approx(longer.mean(), rel=0.03)


@pytest.mark.parametrize(("is_taken", "step"), [(False, 0.01), (True, 0.5)])
def test_a_step_stays_between_a_hundredth_and_a_half(is_taken: bool, step: float) -> None:
    """Every model run is better than all before it, or worse than the first, at several stages."""
    played: list[Values] = []
    random = np.random.default_rng(11)

    def model(given: Values, call: int) -> Misses:
        played.append(given)
        least = 380 - 35 * call if is_taken else 400 * min(call, 1)
        missed = least + random.integers(0, 30 if is_taken else 200, len(given))
        return Misses((), (np.arange(400) < missed[:, None]).astype(np.float64))

    found = sequential(model, 1, 2_000, 0.4 if is_taken else 0.001, 4, lambda n: None)
    assert len(found.stages) >= (2 if is_taken else 6)
    assert [stage.taken for stage in found.stages] == pytest.approx([float(is_taken)] * len(found.stages), abs=0.05)
    before, after = (played[-2] if is_taken else found.inputs), played[-1]
    longer = np.abs(folded(before + step * np.random.default_rng(1).standard_normal(before.shape)) - before)
    assert np.abs(after - before).mean() == pytest.approx(longer.mean(), rel=0.04)


def test_a_move_is_taken_as_often_as_the_ratio_of_the_likelihoods_says() -> None:
    """What is proposed misses one claim more, of which a half at most is left at 1/3."""
    found = sequential(
        lambda given, call: claimed(*[min(call, 1)] * len(given), of=1), 1, 20_000, 1.0 / 3.0, 5, lambda n: None
    )
    assert [stage.taken for stage in found.stages] == [pytest.approx((0.5 + 0.75) / 2.0, abs=0.01)]


# --- ranks of truths --------------------------------------------------------------------------------------------------


def ranked(claims: Values, columns: Values, records: int, discrepancy: float = 0.0, seed: int = 1) -> NDArray[np.int64]:
    return ranks_of_truths(Misses((), claims), columns, discrepancy, records, seed)


def test_a_truth_is_ranked_among_the_others_that_have_its_record() -> None:
    """Two records, each of two draws: the other one is all that is drawn, 99 times."""
    columns = np.array([[0.0, 8.0], [10.0, 7.0], [5.0, 1.0], [6.0, 2.0]])
    found = ranked(np.array([[0.0], [0.0], [1.0], [1.0]]), columns, 40)
    assert {tuple(one) for one in found.tolist()} == {(0, 99), (99, 0), (0, 0), (99, 99)}
    assert (found[:, 0] == 0).mean() == pytest.approx(0.5, abs=0.2)


def test_a_truth_is_ranked_by_those_that_have_its_record_seldom_rather_than_by_those_that_never_have() -> None:
    """The second draw has the first's record in one of ten runs, the third in none; each has but one draw beside it."""
    course = np.ones((3, 10, 1))
    course[0], course[1, 0] = 0.0, 0.0
    found = ranks_of_truths(Misses((course,), np.zeros((3, 0))), np.array([[1.0], [0.0], [2.0]]), 0.0, 60, 3)[:, 0]
    assert set(found.tolist()) == {0, 99}


def test_a_truth_whose_record_nobody_has_is_ranked_among_all_others() -> None:
    found = ranked(np.eye(3), np.array([[1.0], [2.0], [3.0]]), 300)[:, 0]
    assert set(found[(found == 0) | (found == 99)].tolist()) == {0, 99}
    middle = found[(found > 0) & (found < 99)]
    assert len(middle) == pytest.approx(100, abs=30)
    assert middle.mean() == pytest.approx(49.5, abs=2.0)


def test_a_record_is_that_of_any_of_a_draws_runs() -> None:
    """The first draw has it in one of two runs: its record is that of the second draw, or of the third."""
    course = np.array([[0.0, 1.0], [0.0, 0.0], [1.0, 1.0]])[:, :, None]
    found = ranks_of_truths(Misses((course,), np.zeros((3, 0))), np.array([[1.0], [0.0], [2.0]]), 0.0, 800, 3)[:, 0]
    assert set(found.tolist()) == {0, 99}
    assert (found == 99).mean() == pytest.approx(1.0 / 3.0 + 1.0 / 6.0, abs=0.06)


def test_among_equals_a_truth_has_any_rank() -> None:
    found = ranked(np.zeros((3, 1)), np.full((3, 1), 7.0), 3_000)[:, 0]
    assert (found.min(), found.max()) == (0, 99)
    assert found.mean() == pytest.approx(49.5, abs=2.0)
    some = ranked(np.zeros((2, 1)), np.array([[1.0], [1.0]]), 2_000)[:, 0]
    assert np.bincount(some, minlength=100).min() > 0


def test_records_come_from_runs_and_from_claims_with_errors() -> None:
    """Of two kinds of draws one has it in every run: a record says so but for one in five, as their weights do."""
    course = np.repeat([0.0, 1.0], 50)[:, None, None] * np.ones((100, 3, 1))
    columns = np.repeat([0.0, 1.0], 50)[:, None]
    for misses in (Misses((course,), np.zeros((100, 0))), Misses((), course[:, 0])):
        found = ranks_of_truths(misses, columns, 0.2, 1_500, 2)[:, 0]
        assert unevenness(found[:, None])[0] < uneven_beyond_luck(1) + 6.0
        below = found < 50
        assert below.mean() == pytest.approx(0.5, abs=0.05)


def test_what_is_seen_is_the_truth_but_for_errors_and_of_what_cannot_be_told_a_coins() -> None:
    random = np.random.default_rng(12)
    miss = np.repeat([0.0, 1.0, 0.5], 20_000)
    for discrepancy in (0.0, 0.1):
        no, yes, untold = calibration._seen(miss, discrepancy, random).reshape(3, -1)
        assert set(np.unique(untold).tolist()) == {0.0, 1.0}
        assert (no.mean(), yes.mean(), untold.mean()) == pytest.approx((discrepancy, 1.0 - discrepancy, 0.5), abs=0.015)


def test_unevenness_worked_by_hand() -> None:
    every = np.arange(100)
    ranks = np.stack([every, every // 2, np.full(100, 9), np.full(100, 10)], axis=1)
    assert unevenness(ranks).tolist() == pytest.approx([0.0, 100.0, 900.0, 900.0])
    assert unevenness(np.array([[9], [10], [99]]))[0] == pytest.approx(3.0 * 0.7**2 / 0.3 + 7.0 * 0.3)


@pytest.mark.parametrize("columns", [1, 6, 40])
def test_what_the_most_uneven_of_many_exceeds_by_luck_is_sidaks(columns: int) -> None:
    assert uneven_beyond_luck(columns) == pytest.approx(chi2.isf(1.0 - 0.95 ** (1.0 / columns), 9), rel=0.01)


def test_implausibility_of_one_run_and_without_a_discrepancy() -> None:
    """0.6 / sqrt(0.24 + 0.24) and, at 0.3, 0.6 / sqrt(0.24 + 0.06 + 0.09)."""
    assert implausible_chance(np.array([0.4]), 1, 0.0) == pytest.approx([0.6 / math.sqrt(0.48)])
    assert implausible_chance(np.array([0.4]), 4, 0.3) == pytest.approx([0.6 / math.sqrt(0.39)])
    assert implausible_effect(np.array([0.2, 0.0, -0.2]), 0.0, 0.5).tolist() == [0.4, 0.0, 0.0]
