"""exp, log and three functions built on them, with the same bits interpreted and compiled, on every machine.

The exp and log of a C library, of numpy and of a vector library differ in the last bit from one machine to the next,
and a decision that compares a probability with a uniform number can turn on that bit. The functions here use only +, -,
*, /, sqrt, comparisons and the reinterpretation of a double's bits. IEEE 754 rounds each of these in one way only, so
the result is the same wherever they run, as long as the compiler neither reorders nor contracts them (no fastmath).

Every public function takes Python or numpy scalars, gives a Python float or int, and can be called inside a function
compiled by numba.

Sources: W. J. Cody and W. Waite (1980), Software Manual for the Elementary Functions (reduction of the argument);
P. T. P. Tang (1989, 1990), ACM TOMS 15(2) and 16(4) (order of the last additions); G. Estrin (1960) (order of the
polynomials' terms); G. Marsaglia (1977), Computers & Mathematics with Applications 3(4) (squeeze); M. J. Wichura
(1988), Algorithm AS 241, Applied Statistics 37(3) (normal quantile).
"""

from __future__ import annotations

import decimal
import math
import struct
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from sim.numerics.dialect import any_of, compilable, look_up, plain, where
from sim.numerics.vectors import Several


def bits_of(x: float) -> int:
    """The 64 bits of a double read as a signed integer.

    >>> hex(bits_of(1.0))
    '0x3ff0000000000000'
    """
    return int(struct.unpack("<q", struct.pack("<d", x))[0])


def double_of(bits: int) -> float:
    """The double whose 64 bits are the signed integer `bits`.

    >>> double_of(0x4000000000000000)
    2.0
    """
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])


def _reinterpretation(source: Any, target: Any) -> Any:
    """A numba intrinsic that reads the bits of a `source` as a `target`, which numba's own language cannot express."""

    def reinterpret(typing_context: Any, value: Any) -> Any:
        before, after = (Several(source), Several(target)) if isinstance(value, Several) else (source, target)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], context.get_value_type(after))

        return after(before), generate

    return intrinsic(reinterpret)


_bits_of = _reinterpretation(types.float64, types.int64)
_double_of = _reinterpretation(types.int64, types.float64)
overload(bits_of)(lambda x: lambda x: _bits_of(x))
overload(double_of)(lambda bits: lambda bits: _double_of(bits))


# ---------------------------------------------------------------- exp and log

INFINITY = math.inf
NAN = math.nan
FRACTION_BITS = 52
EXPONENT_BIAS = 1023

# ln 2 in two parts: the first has 32 zero bits at its end, so that its product with any exponent is exact.
LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
EXP_PER_STEP = 128.0 * float.fromhex("0x1.71547652b82fep+0")
EXP_STEP_HIGH, EXP_STEP_LOW = LN2_HIGH / 128.0, LN2_LOW / 128.0  # exact: a power of two scales

# Added to a double below 2^51, it leaves no room for a fraction: the sum is rounded to an integer, which stands in the
# last bits of the sum and, after subtraction, is the nearest integer as a double.
ROUNDER = 1.5 * 2.0**52
ROUNDER_BITS = bits_of(ROUNDER)

EXP_OVERFLOW = float.fromhex("0x1.62e42fefa39efp+9")  # the largest double whose exp is finite
EXP_UNDERFLOW = float.fromhex("-0x1.74910d52d3051p+9")  # the smallest double whose exp is not zero

# 2^(j/128) for j = 0, ..., 127 as a double and what is left of it, from the powers to 40 digits: the decimal module
# rounds in one way on every machine. The remainder of the series of exp on |r| <= ln(2)/256 after r^5 is 6e-19.
EXP_BITS = 7
EXP_STEPS = 1 << EXP_BITS
_EXACT = decimal.Context(prec=40)
_POWERS = [_EXACT.power(2, _EXACT.divide(decimal.Decimal(j), EXP_STEPS)) for j in range(EXP_STEPS)]
EXP_HIGH = np.array([float(power) for power in _POWERS])
EXP_LOW = np.array([float(_EXACT.subtract(power, decimal.Decimal(float(power)))) for power in _POWERS])
E2, E3, E4, E5 = (1.0 / math.factorial(k) for k in range(2, 6))

# 2/(2k + 1), the series of 2 artanh(s)/s - 2 in s*s; its remainder on |s| <= 3 - sqrt(8) after k = 11 is 2e-20.
L1, L2, L3, L4, L5, L6 = (2.0 / (2 * k + 1) for k in range(1, 7))
L7, L8, L9, L10, L11 = (2.0 / (2 * k + 1) for k in range(7, 12))

SQRT_HALF_BITS = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)
SMALLEST_NORMAL = 2.0**-1022
SUBNORMAL_SHIFT = 54
SUBNORMAL_SCALE = 2.0**SUBNORMAL_SHIFT


@compilable
def exp(x: float) -> float:
    """e to the power x, within 1 ulp of the true value for every double.

    x = k ln(2)/128 + r with |r| <= ln(2)/256 (Cody and Waite 1980); exp(x) = 2^(k/128) (1 + r + r^2/2! + ... + r^5/5!),
    the power from a table of 128 with its rounding (Tang 1989).
    Above 709.78 inf, below -745.13 zero, NaN for NaN.

    >>> round(exp(1.0), 12)
    2.718281828459
    >>> exp(0.0), exp(-1e9), exp(1e9)
    (1.0, 0.0, inf)
    """
    x = plain(x)
    beyond = (x < EXP_UNDERFLOW) | (x > EXP_OVERFLOW) | (x != x)
    value = exp_within(where(beyond, 0.0, x))
    if any_of(beyond):
        edge = where(x > 0.0, INFINITY, 0.0)
        value = where(beyond, where(x != x, NAN, edge), value)
    return value


@compilable
def exp_within(x: float) -> float:
    """exp of an x whose power is a finite double and not zero."""
    shifted = x * EXP_PER_STEP + ROUNDER
    steps = shifted - ROUNDER
    r = (x - steps * EXP_STEP_HIGH) - steps * EXP_STEP_LOW
    r2 = r * r
    growth = r + r2 * ((E2 + r * E3) + r2 * (E4 + r * E5))
    step = bits_of(shifted) - ROUNDER_BITS
    place = step & (EXP_STEPS - 1)
    high = look_up(EXP_HIGH, place)
    value = high + (high * growth + look_up(EXP_LOW, place))
    # Two factors, because 2^k alone leaves the range of normal doubles at both ends; only the second product rounds.
    power = step >> EXP_BITS
    half = power >> 1
    return (value * power_of_two(half)) * power_of_two(power - half)


@compilable
def power_of_two(k: int) -> float:
    """2 to the integer power k, exactly, for -1022 <= k <= 1023.

    >>> power_of_two(-3)
    0.125
    """
    return double_of((k + EXPONENT_BIAS) << FRACTION_BITS)


@compilable
def log(x: float) -> float:
    """The natural logarithm of x, within 2 ulp of the true value for every double.

    x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2); s = f/(2 + f); log(1 + f) = 2 artanh(s) = 2s + 2s^3/3 + ...,
    summed as f - (f^2/2 - s (f^2/2 + R)), R = 2s^2/3 + 2s^4/5 + ..., so that the large part f is exact (Tang 1990).
    log(0) is -inf, log(inf) is inf, NaN for NaN and below zero.

    >>> log(10.0)
    2.302585092994046
    >>> log(1.0), log(0.0)
    (0.0, -inf)
    """
    x = plain(x)
    odd = (x <= 0.0) | (x == INFINITY) | (x != x)
    value = log_within(where(odd, 1.0, x))
    if any_of(odd):
        edge = where(x == 0.0, -INFINITY, where(x > 0.0, x, NAN))
        value = where(odd, edge, value)
    return value


@compilable
def log_within(x: float) -> float:
    """log of a finite x above zero."""
    subnormal = x < SMALLEST_NORMAL
    bits = bits_of(where(subnormal, x * SUBNORMAL_SCALE, x))
    k = (bits - SQRT_HALF_BITS) >> FRACTION_BITS
    f = double_of(bits - (k << FRACTION_BITS)) - 1.0
    k = where(subnormal, k - SUBNORMAL_SHIFT, k)
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    first = (L1 + z * L2) + z2 * (L3 + z * L4)
    second = (L5 + z * L6) + z2 * (L7 + z * L8)
    third = (L9 + z * L10) + z2 * L11
    tail = z * ((first + z4 * second) + (z4 * z4) * third)
    half_square = 0.5 * f * f
    return k * LN2_HIGH - ((half_square - (s * (half_square + tail) + k * LN2_LOW)) - f)


@compilable
def logistic(x: float) -> float:
    """1/(1 + exp(-x)), the probability whose log-odds are x; within 3 ulp, never outside [0, 1].

    >>> logistic(0.0), logistic(-1000.0), logistic(1000.0)
    (0.5, 0.0, 1.0)
    """
    x = plain(x)
    odds = exp(-abs(x))
    return where(x >= 0.0, 1.0, odds) / (1.0 + odds)


# ---------------------------------------------------------------- quantiles

CENTRAL_HALF_WIDTH = 0.425
CENTRAL_SQUARE = CENTRAL_HALF_WIDTH * CENTRAL_HALF_WIDTH
TAIL_ORIGIN = 1.6
FAR_TAIL = 5.0


@compilable
def normal_quantile(p: float) -> float:
    """The z with P(Z <= z) = p for a standard normal Z; relative error below 1e-15 for p in (0, 1).

    Wichura (1988), AS 241, routine PPND16: rational functions of degree 7 in (p - 1/2)^2 in the middle, in
    sqrt(-log(min(p, 1 - p))) in the tails. p = 0 gives -inf, p = 1 inf, NaN outside [0, 1].

    >>> normal_quantile(0.5)
    0.0
    >>> round(normal_quantile(0.975), 12)
    1.95996398454
    """
    p = plain(p)
    q = p - 0.5
    z = q * _central_ratio(CENTRAL_SQUARE - q * q)
    in_tail = (q < -CENTRAL_HALF_WIDTH) | (q > CENTRAL_HALF_WIDTH)
    if any_of(in_tail):
        z = where(in_tail, _tail_quantile(p, q), z)
    return z


@compilable
def _tail_quantile(p: float, q: float) -> float:
    """z where q = p - 1/2 is far from 0."""
    smaller = where(q < 0.0, p, 1.0 - p)
    r = math.sqrt(-log(where(smaller > 0.0, smaller, 0.5)))
    z = _tail_ratio(r - TAIL_ORIGIN)
    if any_of(r > FAR_TAIL):
        z = where(r > FAR_TAIL, _far_tail_ratio(r - FAR_TAIL), z)
    z = where(smaller > 0.0, z, where(smaller == 0.0, INFINITY, NAN))
    return where(q < 0.0, -z, z)


@compilable
def _central_ratio(r: float) -> float:
    """z/(p - 1/2) for |p - 1/2| <= 0.425, r = 0.425^2 - (p - 1/2)^2."""
    above = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
    above = ((above * r + 6.7265770927008700853e4) * r + 4.5921953931549871457e4) * r + 1.3731693765509461125e4
    above = ((above * r + 1.9715909503065514427e3) * r + 1.3314166789178437745e2) * r + 3.3871328727963666080e0
    below = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
    below = ((below * r + 3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r + 5.3941960214247511077e3
    below = ((below * r + 6.8718700749205790830e2) * r + 4.2313330701600911252e1) * r + 1.0
    return above / below


@compilable
def _tail_ratio(r: float) -> float:
    """|z| for sqrt(-log p) = r + 1.6 <= 5."""
    above = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
    above = ((above * r + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r + 3.64784832476320460504e0
    above = ((above * r + 5.76949722146069140550e0) * r + 4.63033784615654529590e0) * r + 1.42343711074968357734e0
    below = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
    below = ((below * r + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1
    below = ((below * r + 1.67638483018380384940e0) * r + 2.05319162663775882187e0) * r + 1.0
    return above / below


@compilable
def _far_tail_ratio(r: float) -> float:
    """|z| for sqrt(-log p) = r + 5, p from 1.4e-11 down to the smallest double."""
    above = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
    above = ((above * r + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1
    above = ((above * r + 1.78482653991729133580e0) * r + 5.46378491116411436990e0) * r + 6.65790464350110377720e0
    below = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
    below = ((below * r + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2
    below = ((below * r + 1.36929880922735805310e-1) * r + 5.99832206555887937690e-1) * r + 1.0
    return above / below


@compilable
def poisson_quantile(u: float, rate: float) -> int:
    """The smallest n with P(N <= n) >= u for a Poisson N with mean `rate`, by adding up the probabilities from n = 0.

    u in (0, 1); rate in [0, 700], beyond which exp(-rate) leaves the normal doubles (ValueError). The time grows with
    the rate. The sum stops growing before it reaches a u above 1 - 1e-15; the last n that changed it is returned.

    >>> poisson_quantile(0.5, 1.0), poisson_quantile(0.3, 1.0), poisson_quantile(0.999, 0.0)
    (1, 0, 0)
    """
    u = plain(u)
    rate = plain(rate)
    if any_of((rate < 0.0) | (rate > 700.0) | (rate != rate)):
        raise ValueError("poisson_quantile: the rate must lie between 0 and 700")
    probability = exp(-rate)
    total = probability
    n, steps = 0, 0
    more = total < u
    while any_of(more):
        probability = probability * (rate / (steps + 1))
        before = total
        total = total + probability
        more = (before < u) & ((steps < rate) | (total != before))
        n += where(more, 1, 0)
        steps += 1
    return n
