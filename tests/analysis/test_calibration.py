"""A calibration finds posteriors that are known, and its checks see one that is wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

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
