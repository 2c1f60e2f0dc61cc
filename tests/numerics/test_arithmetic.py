"""Laws of sim.arithmetic: distance to the true value, the ends of the range, and the compiled twin bit for bit."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from sim.numerics.arithmetic import (
    bits_of,
    double_of,
    exp,
    log,
    logistic,
    normal_quantile,
    poisson_quantile,
    power_of_two,
)

POINTS = 100_000
LARGEST = np.finfo(float).max
SMALLEST_NORMAL = np.finfo(float).tiny
SMALLEST = 5e-324
OVERFLOW = math.log(LARGEST)
UNDERFLOW = -745.1332191019411
SPECIAL = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, 2.0, math.e, math.pi, math.inf, -math.inf, math.nan),
    *(SMALLEST, -SMALLEST, SMALLEST_NORMAL, LARGEST, -LARGEST, SMALLEST_NORMAL - SMALLEST),
    *(OVERFLOW, math.nextafter(OVERFLOW, math.inf), UNDERFLOW, math.nextafter(UNDERFLOW, -math.inf)),
    *(1.0 - 2.0**-53, 1.0 + 2.0**-52, math.sqrt(0.5), math.nextafter(math.sqrt(0.5), 0.0), 0.075, 0.925, 2.0**-53),
)
UNIT = st.integers(0, 2**52 - 1).map(lambda cell: (cell + 0.5) * 2.0**-52)
RATES = st.floats(0.0, 200.0)


def chance(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def any_doubles(seed: int, count: int) -> np.ndarray:
    """Doubles of every size and sign, subnormals, infinities and NaN among them: random bits."""
    return chance(seed).integers(-(2**63), 2**63 - 1, count, endpoint=True).view(np.float64)


def exponents(seed: int, count: int) -> np.ndarray:
    """Arguments of exp: the whole range, the neighbourhood of zero, and the results that are subnormal."""
    wide = chance(seed).uniform(-745.0, OVERFLOW, count // 2)
    near = chance(seed + 1).normal(0.0, 1.0, count // 4)
    tiny = chance(seed + 2).uniform(-745.0, -708.0, count - len(wide) - len(near))
    return np.concatenate([wide, near, tiny])


def positives(seed: int, count: int) -> np.ndarray:
    """Arguments of log: every size, the neighbourhood of one, and subnormals."""
    wide = chance(seed).integers(1, bits_of(LARGEST), count // 2).view(np.float64)
    near = 1.0 + chance(seed + 1).uniform(-0.5, 1.0, count // 4) * 10.0 ** chance(seed + 2).uniform(-12, 0, count // 4)
    tiny = chance(seed + 3).integers(1, 2**52, count - len(wide) - len(near)).view(np.float64)
    return np.concatenate([wide, near, tiny])


def units_in_the_last_place(value: float, true: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(value) - true) / math.ulp(float(true)))


def worst(function, truth, arguments) -> float:
    with mpmath.workprec(120):
        return max(units_in_the_last_place(function(x), truth(mpmath.mpf(x))) for x in arguments.tolist())


def true_logistic(x: mpmath.mpf) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-x))


def same_bits(first, second) -> bool:
    """Equal bit for bit, signs of zero included; every NaN counts as the same."""
    one, other = np.array(first, dtype=float), np.array(second, dtype=float)
    return bool(np.all((one.view(np.int64) == other.view(np.int64)) | (np.isnan(one) & np.isnan(other))))


def compiled_map(function):
    """A compiled loop over one function of one number."""
    inner = njit(function)

    @njit
    def over(values):
        out = np.empty(len(values))
        for i in range(len(values)):
            out[i] = inner(values[i])
        return out

    return over


@njit
def compiled_counts(chances, rates):
    out = np.empty(len(chances), dtype=np.int64)
    for i in range(len(chances)):
        out[i] = poisson_quantile(chances[i], rates[i])
    return out


# ---------------------------------------------------------------- distance to the true value


def test_exp_is_within_two_units_in_the_last_place():
    assert worst(exp, mpmath.exp, exponents(1, POINTS)) < 1.0


def test_log_is_within_two_units_in_the_last_place():
    assert worst(log, mpmath.log, positives(4, POINTS)) < 1.0


def test_logistic_is_within_three_units_in_the_last_place():
    arguments = np.concatenate([chance(8).uniform(-700.0, 40.0, 5_000), chance(9).normal(0.0, 3.0, 5_000)])
    assert worst(logistic, true_logistic, arguments) < 3.0


def test_normal_quantile_has_fifteen_digits():
    middle = chance(10).uniform(0.0, 1.0, 1_000)
    lower = 10.0 ** chance(11).uniform(-300.0, -1.0, 1_000)
    near_half = 0.5 + chance(12).normal(0.0, 1e-6, 200)
    with mpmath.workprec(200):
        for p in np.concatenate([middle, lower, 1.0 - lower[lower > 1e-15], near_half]).tolist():
            z = mpmath.mpf(normal_quantile(p))
            newton = (mpmath.mpf(p) - mpmath.ncdf(z)) / mpmath.npdf(z)
            assert abs(newton) < 1e-15 * abs(z + newton), p


@settings(deadline=None)
@given(UNIT, RATES)
def test_poisson_quantile_is_the_first_count_whose_probability_reaches_u(u, rate):
    n = poisson_quantile(u, rate)
    with mpmath.workprec(100):
        terms = [mpmath.exp(-mpmath.mpf(rate))]
        for k in range(1, n + 1):
            terms.append(terms[-1] * mpmath.mpf(rate) / k)
        assert mpmath.fsum(terms) > u - 1e-14
        assert n == 0 or mpmath.fsum(terms[:-1]) < u + 1e-14


# ---------------------------------------------------------------- ends of the range


def test_exp_at_the_ends_of_its_range():
    assert exp(0.0) == exp(-0.0) == exp(SMALLEST) == exp(-SMALLEST) == 1.0
    assert exp(-math.inf) == exp(-1e300) == exp(math.nextafter(UNDERFLOW, -math.inf)) == 0.0
    assert exp(UNDERFLOW) == SMALLEST
    assert exp(math.inf) == exp(1e300) == exp(math.nextafter(OVERFLOW, math.inf)) == math.inf
    assert 0.9999999999 * LARGEST < exp(OVERFLOW) < math.inf
    assert math.isnan(exp(math.nan))


def test_log_at_the_ends_of_its_range():
    assert log(0.0) == log(-0.0) == -math.inf
    assert log(math.inf) == math.inf
    assert log(1.0) == 0.0
    assert math.isnan(log(-1.0))
    assert math.isnan(log(-SMALLEST))
    assert math.isnan(log(-math.inf))
    assert math.isnan(log(math.nan))
    ends = np.array([SMALLEST, SMALLEST_NORMAL, SMALLEST_NORMAL - SMALLEST, LARGEST, 1.0 - 2.0**-53, 1.0 + 2.0**-52])
    assert worst(log, mpmath.log, ends) < 1.0


def test_normal_quantile_at_the_ends_of_its_range():
    assert normal_quantile(0.5) == 0.0
    assert (normal_quantile(0.0), normal_quantile(1.0)) == (-math.inf, math.inf)
    assert all(math.isnan(normal_quantile(p)) for p in (-SMALLEST, 1.0 + 2.0**-52, math.inf, -math.inf, math.nan))


def test_poisson_quantile_at_the_ends_of_its_range():
    assert poisson_quantile(1.0 - 2.0**-53, 0.0) == 0
    assert poisson_quantile(2.0**-53, 200.0) > 80
    assert poisson_quantile(1.0 - 2.0**-53, 200.0) < 340
    assert poisson_quantile(1.0 - 2.0**-53, 700.0) < 1_000


@pytest.mark.parametrize("rate", [-SMALLEST, 700.1, math.inf, math.nan])
def test_poisson_quantile_refuses_a_rate_it_cannot_add_up(rate):
    with pytest.raises(ValueError, match="between 0 and 700"):
        poisson_quantile(0.5, rate)
    with pytest.raises(ValueError, match="between 0 and 700"):
        compiled_counts(np.array([0.5]), np.array([rate]))


@pytest.mark.parametrize("k", [-1022, -1, 0, 1, 1023])
def test_power_of_two_is_exact(k):
    assert Fraction(power_of_two(k)) == Fraction(2) ** k


@given(st.floats(allow_nan=False))
def test_a_double_survives_the_way_through_its_bits(x):
    assert math.copysign(1.0, double_of(bits_of(x))) == math.copysign(1.0, x)
    assert double_of(bits_of(x)) == x


# ---------------------------------------------------------------- interpreted and compiled


@pytest.mark.parametrize(
    ("function", "typical"),
    [(exp, exponents(20, 50_000)), (log, positives(21, 50_000)), (logistic, chance(22).normal(0.0, 20.0, 50_000))],
    ids=["exp", "log", "logistic"],
)
def test_compiled_equals_interpreted_bit_for_bit(function, typical):
    values = np.concatenate([np.array(SPECIAL), any_doubles(23, 50_000), typical])
    assert same_bits(compiled_map(function)(values), [function(x) for x in values.tolist()])


def test_compiled_normal_quantile_equals_the_interpreted_one_bit_for_bit():
    tails = 10.0 ** chance(24).uniform(-320.0, 0.0, 20_000)
    values = np.concatenate([np.array(SPECIAL), any_doubles(25, 10_000), chance(26).uniform(0, 1, 70_000), tails])
    assert same_bits(compiled_map(normal_quantile)(values), [normal_quantile(x) for x in values.tolist()])


def test_compiled_poisson_quantile_equals_the_interpreted_one():
    edges = list(itertools.product((2.0**-53, 0.5, 1.0 - 2.0**-53), (0.0, SMALLEST, 1e-9, 1.0, 200.0, 700.0)))
    chances = np.concatenate([[u for u, _ in edges], chance(27).uniform(2.0**-53, 1.0, POINTS)])
    rates = np.concatenate([[rate for _, rate in edges], 10.0 ** chance(28).uniform(-3.0, 1.5, POINTS)])
    interpreted = [poisson_quantile(u, rate) for u, rate in zip(chances.tolist(), rates.tolist(), strict=True)]
    assert compiled_counts(chances, rates).tolist() == interpreted


@pytest.mark.parametrize("function", [exp, log, logistic, normal_quantile])
def test_compiled_code_contracts_no_multiplication_and_calls_no_library(function):
    over = compiled_map(function)
    over(np.array([0.25]))
    (llvm,) = over.inspect_llvm().values()
    (assembly,) = over.inspect_asm().values()
    assert "fmul" in llvm
    assert "fmuladd" not in llvm
    assert "fmadd" not in assembly
    assert "fnmadd" not in assembly
    assert not any(f"@{name}(" in llvm for name in ("exp", "log", "numba_ldexp", "numba_frexp", "pow"))
    assert "llvm.exp" not in llvm
    assert "llvm.log" not in llvm


@pytest.mark.parametrize("function", [exp, log, logistic, normal_quantile])
def test_a_numpy_number_gives_a_python_number_without_a_warning(function):
    for x in SPECIAL:
        value = function(np.float64(x))
        assert type(value) is float
        assert same_bits(value, function(x))


# ---------------------------------------------------------------- laws


@pytest.mark.parametrize(
    ("function", "low", "high"), [(exp, -745.0, 709.0), (log, 1e-9, 50.0), (logistic, -50.0, 50.0)]
)
def test_larger_arguments_give_larger_values(function, low, high):
    values = [function(x) for x in np.linspace(low, high, 50_000).tolist()]
    assert all(before <= after for before, after in itertools.pairwise(values))


def test_normal_quantile_rises_across_the_borders_of_its_three_parts():
    border = 1.388794386496402e-11  # exp(-25), where sqrt(-log p) is 5
    for middle in (border, 0.075, 0.925):
        steps = [normal_quantile(p) for p in np.linspace(0.999999 * middle, 1.000001 * middle, 2_001).tolist()]
        assert all(before < after for before, after in itertools.pairwise(steps))


@given(st.floats(-700.0, 700.0))
def test_log_undoes_exp(x):
    assert log(exp(x)) == pytest.approx(x, rel=1e-14, abs=1e-15)


@given(st.floats())
def test_logistic_is_a_probability_and_its_two_sides_add_up_to_one(x):
    if math.isnan(x):
        assert math.isnan(logistic(x))
    else:
        assert 0.0 <= logistic(x) <= 1.0
        assert logistic(x) + logistic(-x) == pytest.approx(1.0, abs=3e-16)


@given(UNIT)
def test_normal_quantile_is_odd_about_one_half(p):
    assert normal_quantile(1.0 - p) == -normal_quantile(p)


@given(UNIT, UNIT, RATES)
def test_more_luck_never_gives_fewer_events(u, other, rate):
    low, high = sorted((u, other))
    assert poisson_quantile(low, rate) <= poisson_quantile(high, rate)


@given(UNIT, RATES, RATES)
def test_a_higher_rate_never_gives_fewer_events_for_the_same_luck(u, rate, other):
    low, high = sorted((rate, other))
    if high > low * (1.0 + 1e-9) and 1e-12 < u < 1.0 - 1e-12:
        assert poisson_quantile(u, low) <= poisson_quantile(u, high)


@pytest.mark.parametrize("rate", [0.05, 1.0, 8.0, 60.0, 200.0])
def test_poisson_counts_have_the_mean_and_variance_of_their_rate(rate):
    cells = 20_000
    counts = compiled_counts((np.arange(cells) + 0.5) / cells, np.full(cells, rate))
    assert counts.mean() == pytest.approx(rate, rel=2e-3)
    assert counts.var() == pytest.approx(rate, rel=1e-2)
