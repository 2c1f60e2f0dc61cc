"""Quantiles of chi-square beside scipy's; Student's are held in test_analysis.py."""

from __future__ import annotations

import pytest
from scipy.stats import chi2, norm
from scipy.stats import t as student

from sim.analysis.quantiles import Z95, chi_square, t95


def test_the_normal_quantile_is_that_of_scipy() -> None:
    assert pytest.approx(norm.ppf(0.975), rel=1e-15) == Z95


@pytest.mark.parametrize("freedom", [12, 20, 60, 400])
@pytest.mark.parametrize("above", [0.5, 0.05, 0.001])
def test_chi_square_is_that_of_scipy(freedom: int, above: float) -> None:
    assert chi_square(freedom, above) == pytest.approx(chi2.isf(above, freedom), rel=5e-3)


def test_a_bound_of_few_degrees_is_a_little_too_careful() -> None:
    assert chi_square(2, 1.0 / 6_000.0) / chi2.isf(1.0 / 6_000.0, 2) == pytest.approx(1.04, abs=0.005)
    assert chi_square(1, 0.9999) == 0.0  # where the cube would be below zero


def test_students_quantile_of_many_degrees_is_the_normals() -> None:
    assert t95(10**9) == pytest.approx(Z95, rel=1e-8)
    for freedom in (1, 2, 3, 4, 5, 6, 7):
        assert t95(freedom) == pytest.approx(student.ppf(0.975, freedom), rel=1e-6)
