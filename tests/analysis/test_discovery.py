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


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_tails_of_few_degrees_have_closed_forms() -> None:
    for t in (0.3, 1.0, 7.0):
        assert t_tails(t, 1) == pytest.approx(1.0 - 2.0 / math.pi * math.atan(t))
        assert t_tails(t, 2) == pytest.approx(1.0 - t / math.sqrt(2.0 + t * t))
    assert t_tails(math.inf, 1) == t_tails(-math.inf, 2) == 0.0
    assert all(t_tails(1e9, freedom) >= 0.0 for freedom in range(1, 60))


def test_a_paired_test_leaves_out_what_is_not_there() -> None:
    pairs = np.random.default_rng(4).normal(0.3, 1.0, size=(14, 4))
    pairs[0], pairs[3, 1:] = np.nan, np.nan
    assert paired_chance(pairs) == pytest.approx(ttest_1samp(np.nanmean(pairs[1:], axis=1), 0.0).pvalue)
    small = ttest_1samp(np.nanmean(pairs[1:], axis=1), 0.0).pvalue
    assert paired_chance(1e-6 * pairs) == pytest.approx(small)


def test_a_weighted_test_is_that_of_the_draws_that_weigh_something() -> None:
    pairs, weights = np.random.default_rng(5).normal(0.3, 1.0, size=(20, 4)), np.r_[np.full(15, 0.7), np.zeros(5)]
    pairs[0], pairs[3, 1:] = np.nan, np.nan
    assert paired_chance(pairs, weights) == pytest.approx(paired_chance(pairs[:15]))


def test_a_weighted_test_has_the_worth_of_its_draws() -> None:
    """Ten draws of weight 2 and ten of 1 are worth 18: the error is that of the linearised mean."""
    means = np.random.default_rng(6).normal(0.4, 1.0, 20)
    weights = np.repeat([2.0, 1.0], 10)
    middle = (weights * means).sum() / 30.0
    error = math.sqrt(20.0 / 19.0 * ((weights * (means - middle)) ** 2).sum()) / 30.0
    assert paired_chance(means[:, None], weights) == pytest.approx(2.0 * student.sf(middle / error, 17))


def test_six_draws_that_weigh_something_have_to_differ() -> None:
    differ = np.r_[np.arange(1.0, 7.0), np.zeros(30)][:, None]
    for heavy, is_one in ((np.ones(6), False), (np.r_[np.ones(5), 0.0], True), (np.r_[np.ones(5), 0.9], True)):
        assert (paired_chance(differ, np.r_[heavy, np.ones(29), 0.5]) == 1.0) is is_one
    alike = np.full((9, 2), -0.25)
    assert paired_chance(alike, np.r_[np.ones(7), 0.0, 0.0]) == 2.0**-6
    assert paired_chance(alike[:6]) == 2.0**-5
    assert paired_chance(alike[:5]) == 1.0


def test_sizes_leave_pairs_out_that_one_has_not() -> None:
    first = np.array([[0.0, 4.0, np.nan], [2.0, np.nan, 9.0]])
    second = np.array([[1.0, 1.0, 5.0], [7.0, 3.0, np.nan]])
    assert standardised(3.0, first, second) == pytest.approx(
        3.0 / math.sqrt((np.var([0.0, 4.0, 2.0]) + np.var([1.0, 1.0, 7.0])) / 2.0)
    )
    assert standardised(3.0, first, second, np.array([1.0, 2.0])) == pytest.approx(
        3.0 / math.sqrt((np.var([0.0, 4.0, 2.0, 2.0]) + np.var([1.0, 1.0, 7.0, 7.0])) / 2.0)
    )
    assert standardised(3.0, first, np.full((2, 3), np.nan)) == 0.0
    assert standardised(0.0, np.zeros((2, 2)), np.ones((2, 2))) == 0.0
    assert standardised(2.0, np.zeros((3, 1)), np.ones((3, 1))) == math.inf
    assert standardised(1e-9, 1e-9 * first, 1e-9 * second) == pytest.approx(standardised(1.0, first, second))


def test_no_correction_exceeds_one() -> None:
    assert adjusted(np.array([0.9, 0.95, 0.2])).tolist() == pytest.approx([0.95, 0.95, 0.6])
    assert adjusted(np.array([1.0])).tolist() == [1.0]


@pytest.mark.parametrize("same", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_differences_that_are_all_alike_are_a_sign_test_also_where_their_mean_is_rounded(
    same: float, weighted: bool
) -> None:
    weights = np.r_[np.ones(11), 1.0 + 1e-10] if weighted else None
    assert paired_chance(np.full((12, 3), same), weights) == pytest.approx(2.0**-11)
