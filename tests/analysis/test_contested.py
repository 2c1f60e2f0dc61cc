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
