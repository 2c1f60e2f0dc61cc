"""Quantiles that intervals are made of, without a library of distributions: the normal, Student's t, and chi-square."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

Z95 = 1.959963984540054  # the 0.975-quantile of the standard normal


@lru_cache(256)
def t95(freedom: int) -> float:
    """The 0.975-quantile of Student's t, by Hill's expansion (1970, algorithm 396); to five digits.

    Args:
        freedom: degrees of freedom, at least 1.

    >>> [round(t95(n), 3) for n in (1, 2, 5, 19, 199)]
    [12.706, 4.303, 2.571, 2.093, 1.972]
    """
    if freedom < 1:
        raise ValueError(f"{freedom} degrees of freedom are fewer than 1")
    if freedom == 1:
        return math.tan(0.475 * math.pi)
    if freedom == 2:
        return math.sqrt(2.0 / (0.05 * 1.95) - 2.0)
    n = float(freedom)
    a = 1.0 / (n - 0.5)
    b = 48.0 / a**2
    c = ((20700.0 * a / b - 98.0) * a - 16.0) * a + 96.36
    d = ((94.5 / (b + c) - 3.0) / b + 1.0) * math.sqrt(a * math.pi / 2.0) * n
    y = (0.05 * d) ** (2.0 / n)
    if y <= 0.05 + a:
        first = ((n + 6.0) / (n * y) - 0.089 * d - 0.822) * (n + 2.0) * 3.0
        return math.sqrt(n * (((1.0 / first + 0.5 / (n + 4.0)) * y - 1.0) * (n + 1.0) / (n + 2.0) + 1.0 / y))
    x = -Z95
    y = x * x
    if freedom < 5:
        c += 0.3 * (n - 4.5) * (x + 0.6)
    c = (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b + c
    y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x
    return math.sqrt(n * math.expm1(a * y * y))


def chi_square(freedom: int, above: float) -> float:
    """What a chi-square variable exceeds with probability `above`, by Wilson and Hilferty (1931).

    Four per cent too large at two degrees of freedom and one in 6,000: a bound that is a little too careful.

    >>> round(chi_square(2, 0.05), 1), round(chi_square(10, 0.05), 1)
    (5.9, 18.3)
    """
    part = 2.0 / (9.0 * freedom)
    return freedom * max(0.0, 1.0 - part + NormalDist().inv_cdf(1.0 - above) * math.sqrt(part)) ** 3
