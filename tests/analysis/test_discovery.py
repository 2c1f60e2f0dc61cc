"""What many differences say together: the t test, Benjamini and Hochberg's correction, and sizes in deviations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, ttest_1samp
from scipy.stats import t as student

from sim.analysis.discovery import FEWEST, adjusted, paired_chance, standardised, t_tails

# Benjamini & Hochberg (1995), section 3.2: fifteen tests of a trial of two treatments; at 0.05 the first four are
# discoveries, where Bonferroni has three.
OF_1995 = [
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
    0.4262,
    0.5719,
    0.6528,
    0.7590,
    1.0,
]


@given(st.floats(0.0, 40.0), st.integers(1, 400))
def test_both_tails_of_student_are_those_of_scipy(t: float, freedom: int) -> None:
    assert t_tails(t, freedom) == pytest.approx(2.0 * student.sf(t, freedom), abs=1e-12)
    assert t_tails(-t, freedom) == t_tails(t, freedom)


def test_the_trial_of_1995_has_its_four_discoveries() -> None:
    corrected = adjusted(np.array(OF_1995))
    assert (corrected <= 0.05).sum() == 4
    assert corrected[0] == pytest.approx(0.0001 * 15)
    assert corrected[3] == pytest.approx(0.0095 * 15 / 4)
    assert corrected[4] == pytest.approx(0.0201 * 15 / 5)
    assert corrected[5] == pytest.approx(0.0298 * 15 / 7)  # no more than that of a larger p


def test_a_correction_worked_by_hand() -> None:
    # sorted 0.01, 0.03, 0.04, 0.5: 4 * 0.01 / 1, 4 * 0.03 / 2 but no more than 4 * 0.04 / 3, the same, 0.5
    assert adjusted(np.array([0.04, 0.5, 0.01, 0.03])).tolist() == pytest.approx([0.16 / 3, 0.5, 0.04, 0.16 / 3])


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60))
def test_the_correction_is_that_of_scipy_and_never_helps(chances: list[float]) -> None:
    corrected = adjusted(np.array(chances))
    assert np.allclose(corrected, false_discovery_control(chances))
    assert np.all(corrected >= np.array(chances) - 1e-15)


def test_the_paired_test_is_that_of_scipy_over_the_draws() -> None:
    pairs = np.random.default_rng(1).normal(0.2, 1.0, size=(40, 5))
    assert paired_chance(pairs) == pytest.approx(ttest_1samp(pairs.mean(axis=1), 0.0).pvalue, abs=1e-12)


def test_fewer_than_six_draws_that_differ_tell_nothing() -> None:
    pairs = np.zeros((500, 1))
    pairs[: FEWEST - 1] = 1.0
    assert paired_chance(pairs) == 1.0
    pairs[FEWEST - 1] = 1.0
    assert paired_chance(pairs) < 0.05


def test_draws_that_all_differ_alike_have_the_chance_of_a_sign_test() -> None:
    assert paired_chance(np.full((10, 2), 0.5)) == 2.0**-9


def test_of_differences_that_are_luck_few_are_discoveries() -> None:
    random = np.random.default_rng(2)
    tables = [[paired_chance(random.normal(size=(30, 1))) for _ in range(40)] for _ in range(200)]
    assert np.mean([(adjusted(np.array(table)) <= 0.05).any() for table in tables]) <= 0.1


def test_a_difference_is_told_in_pooled_deviations() -> None:
    first = np.random.default_rng(3).normal(0.0, 1.0, size=(200, 20))
    assert standardised(0.5, first, first + 0.5) == pytest.approx(0.5, rel=0.05)
    assert standardised(2.0, np.array([[0.0, 0.0]]), np.array([[1.0, 3.0]])) == pytest.approx(2.0 / math.sqrt(0.5))
    assert standardised(0.0, first, first) == 0.0
    assert standardised(-1.0, np.ones((3, 1)), np.zeros((3, 1))) == -math.inf
