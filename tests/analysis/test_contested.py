"""The parts of a variance: those of the law of total variance, with intervals that cover them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.contested import PARTS, shares

THEORY = np.array([-1.0, 0.0, 1.0]) * 0.5
CODING = np.array([-0.4, 0.4])
PARAMETERS, CHANCE = 0.6, 1.2  # standard deviations
VARIANCES = (float((THEORY**2).mean()), float((CODING**2).mean()), PARAMETERS**2, CHANCE**2)
EXACT = np.array(VARIANCES) / sum(VARIANCES)


def made(rng: np.random.Generator, draws: int, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Values (theories, draws, runs) that add up, and the pass of each draw."""
    coding = rng.integers(0, 2, draws)
    own = CODING[coding] + rng.normal(0.0, PARAMETERS, draws)
    luck = rng.normal(0.0, CHANCE, (draws, runs))
    return THEORY[:, None, None] + (own[:, None] + luck)[None], coding


def test_the_parts_of_a_sum_are_its_variances() -> None:
    found = shares(*made(np.random.default_rng(1), 40_000, 3))
    assert found is not None
    got = [getattr(found, part).value for part in PARTS]
    assert got == pytest.approx(EXACT, abs=0.01)
    assert found.variance == pytest.approx(sum(VARIANCES), rel=0.02)


def test_parts_without_a_spread_are_freed_of_what_is_inside_them() -> None:
    """Pure chance: the means of theories, passes and draws differ by luck alone, and none of that is counted."""
    rng = np.random.default_rng(2)
    each = [shares(rng.normal(0.0, 1.0, (3, 200, 2)), rng.integers(0, 3, 200)) for _ in range(30)]
    chance = np.array([one.chance.value for one in each if one is not None])
    assert 0.85 < chance.mean() <= 1.0


def test_intervals_cover_what_they_are_of() -> None:
    inside = np.zeros(4)
    count = 60
    for seed in range(count):
        found = shares(*made(np.random.default_rng(100 + seed), 200, 4))
        assert found is not None
        for n, part in enumerate(PARTS):
            one = getattr(found, part)
            assert 0.0 <= one.low <= one.value <= one.high <= 1.0
            inside[n] += one.low <= EXACT[n] <= one.high
    assert (inside / count >= 0.85).all()


def test_where_one_draw_alone_varies_the_samples_without_it_say_nothing_else() -> None:
    """A third of the resamples of six draws has none of it, and nothing to be shared out."""
    values = np.zeros((3, 6, 2))
    values[:, 5] = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 2.0]])
    found = shares(values, np.array([0, 0, 0, 1, 1, 1]))
    assert found is not None
    for part in PARTS:
        one = getattr(found, part)
        assert 0.0 <= one.low <= one.value <= one.high <= 1.0


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10.0), st.floats(-5.0, 5.0))
def test_parts_add_up_and_know_no_unit(seed: int, factor: float, shift: float) -> None:
    values, coding = made(np.random.default_rng(seed), 40, 2)
    one, other = shares(values, coding), shares(factor * values + shift, coding)
    assert one is not None
    assert other is not None
    assert sum(getattr(one, part).value for part in PARTS) == pytest.approx(1.0)
    for part in PARTS:
        assert getattr(other, part).value == pytest.approx(getattr(one, part).value, abs=1e-6)


def test_nothing_is_told_of_one_run_or_of_what_does_not_vary() -> None:
    coding = np.array([0, 0, 1, 1])
    assert shares(np.random.default_rng(1).random((2, 4, 1)), coding) is None
    assert shares(np.ones((2, 4, 3)), coding) is None


# --- by hand ----------------------------------------------------------------------------------------------------------


def by_hand(values: np.ndarray, coding: np.ndarray) -> list[float]:
    """The four parts, each freed of what is inside it, draw by draw and pass by pass."""
    theories, draws, runs = values.shape
    chance = float(np.mean([values[t, d].var(ddof=1) for t in range(theories) for d in range(draws)]))
    means = values.mean(axis=2)
    parameters = coding_part = 0.0
    for row in means:
        within = left = 0.0
        for one in set(coding.tolist()):
            of = row[coding == one]
            share, spread = len(of) / draws, (float(of.var(ddof=1)) if len(of) > 1 else 0.0)
            within += share * spread
            left += share * (1.0 - share) * spread / len(of)
        middles = np.array([row[coding == one].mean() for one in coding])  # each draw's pass
        parameters += within / theories
        coding_part += (float(middles.var()) - left) / theories
    apart = means - means.mean(axis=0)
    noise = float(np.mean([one.var(ddof=1) for one in apart])) / draws
    theory = float(means.mean(axis=1).var()) - noise
    return [theory, coding_part, parameters - chance / runs, chance]


@pytest.mark.parametrize("passes", [[0, 0, 0, 1, 1], [3, 1, 3, 7, 1, 7, 7], [0, 0, 0, 0], [2, 2]])
def test_the_parts_are_those_of_sums_over_draws_and_passes(passes: list[int]) -> None:
    rng, coding = np.random.default_rng(len(passes)), np.array(passes)
    values = rng.normal(size=(3, len(coding), 2)) + 2.0 * rng.normal(size=(3, 1, 1)) + 3.0 * rng.normal(size=(1, 8, 1))[
        :, coding % 8
    ]  # fmt: skip
    values += 2.0 * rng.normal(size=(1, len(coding), 1))
    found, parts = shares(values, coding), np.array(by_hand(values, coding))
    assert found is not None
    assert found.variance == pytest.approx(parts.sum())
    kept = np.maximum(parts, 0.0)
    assert [getattr(found, part).value for part in PARTS] == pytest.approx(kept / kept.sum())


def test_a_part_of_less_than_nothing_counts_nothing_and_the_others_make_up_the_whole() -> None:
    """Theories whose means are alike, and draws that are: less than chance would leave."""
    values = np.array([[[0.0, 2.0], [2.0, 0.0]], [[5.0, 3.0], [4.0, 4.0]]])
    parts = by_hand(values, np.array([0, 0]))
    assert parts == pytest.approx([2.25, 0.0, -0.75, 1.5])
    found = shares(values, np.array([0, 0]))
    assert found is not None
    assert [getattr(found, part).value for part in PARTS] == pytest.approx([2.25 / 3.75, 0.0, 0.0, 1.5 / 3.75])
    assert found.variance == pytest.approx(3.0)


def test_intervals_are_the_percentiles_of_draws_drawn_again_moved_to_the_value() -> None:
    values, coding = made(np.random.default_rng(3), 60, 3)
    found = shares(values, coding)
    assert found is not None
    rng, each = np.random.default_rng(4), []
    for _ in range(400):
        picked = rng.integers(0, 60, 60)
        parts = np.maximum(by_hand(values[:, picked], coding[picked]), 0.0)
        each.append(parts / parts.sum())
    middle = np.mean(each, axis=0)
    for n, part in enumerate(PARTS):
        one = getattr(found, part)
        low, high = np.quantile(np.array(each)[:, n], (0.025, 0.975)) + one.value - middle[n]
        assert (one.low, one.high) == pytest.approx((max(low, 0.0), min(high, 1.0)), abs=0.035)
    assert shares(values, coding) == found
    assert shares(values, coding, 2) != found


def test_two_runs_are_the_fewest_and_a_whole_of_nothing_is_none() -> None:
    coding = np.array([0, 0, 1, 1])
    assert shares(np.random.default_rng(1).random((2, 4, 2)), coding) is not None
    assert shares(np.array([[[1.0, 1.0], [1.0, 1.0]], [[1.0, 1.0], [1.0, 1.0 + 1e-9]]]), np.zeros(2, int)) is not None
