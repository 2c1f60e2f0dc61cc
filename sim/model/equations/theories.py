"""What competing theories put in the place of a rule of the model: ripeness, readiness, a war of attrition."""

from __future__ import annotations

from sim.numerics.arithmetic import exp, log, logistic
from sim.numerics.dialect import compilable, standalone

LEAST_DOUBT = 1e-9  # a chance of nothing has no logarithm


@compilable
def motivation(hurt: float, pressure: float) -> float:
    """1 - (1 - min(hurt, 1)) (1 - pressure): a war that hurts, or third parties, make a side want an end (Pruitt 2005).

    Args:
        hurt: intensity of its war, in the war's usual one.
        pressure: of the mediators, in [0, 1].

    >>> motivation(0.5, 0.5), motivation(1.5, 0.0)
    (0.75, 1.0)
    """
    return 1.0 - (1.0 - min(hurt, 1.0)) * (1.0 - pressure)


@compilable
def optimism(trust: float, progress: float, rounds: float) -> float:
    """q (1 + progress) / (1 + rounds): working trust, by what the talks have brought so far (Pruitt 2005).

    One success before the first round is assumed, so that it is the trust alone before there is anything to learn from.

    Args:
        trust: q, guaranteed trust in the other side.
        progress: rounds so far that brought an offer.
        rounds: rounds called so far.

    >>> optimism(0.6, 0.0, 0.0), optimism(0.6, 1.0, 3.0)
    (0.6, 0.3)
    """
    return trust * ((1.0 + progress) / (1.0 + rounds))


@compilable
def yielding_rate(patience: float, other_conceded: float, other_demand: float) -> float:
    """lambda_i = r d_j / (a_j - d_j): i gives way so fast that j is as well off waiting (Abreu & Gul 2000).

    Args:
        patience: r, the rate a session at which the other discounts.
        other_conceded: d_j, what the other has of giving way to i's demand.
        other_demand: a_j > d_j, what it has of its own.

    >>> yielding_rate(0.1, 0.25, 0.75)
    0.05
    """
    return patience * other_conceded / (other_demand - other_conceded)


@compilable
def obstinacy(hurdle: float, noise: float, pressure: float, conceded: float) -> float:
    """z = P(hurdle + T logit(u) - pressure > d): the chance that a side's home could not bear what is demanded of it.

    >>> obstinacy(0.25, 0.1, 0.0, 0.25)
    0.5
    """
    return max(1.0 - logistic((conceded + pressure - hurdle) / noise), LEAST_DOUBT)


@standalone
def yielded(doubt: float, rate: float, other_doubt: float, other_rate: float, time: float) -> float:
    """F_i(s) = 1 - c_i e^(-lambda_i s), up to T_0: the chance that i has given way by s (Abreu & Gul 2000, prop. 1).

    T_i = -ln z_i / lambda_i is when the last i that can give way has; T_0 is the earlier of both, and c_i = z_i
    e^(lambda_i T_0), so that the side that would take longer gives way at once with some chance.

    Args:
        doubt, other_doubt: z of the side and of the other, in (0, 1].
        rate, other_rate: lambda of both, above 0.
        time: s, in sessions after the first; below 0 nobody has given way.

    >>> yielded(0.25, 0.1, 0.25, 0.1, 0.0)
    0.0
    >>> round(yielded(0.25, 0.1, 0.5, 0.1, 0.0), 12), round(yielded(0.25, 0.1, 0.5, 0.1, 100.0), 12)
    (0.5, 0.75)
    """
    if time < 0.0:
        return 0.0
    last = min(-log(doubt) / rate, -log(other_doubt) / other_rate)
    return 1.0 - doubt * exp(rate * (last - min(time, last)))


@standalone
def yield_hazard(doubt: float, rate: float, other_doubt: float, other_rate: float, time: float) -> float:
    """(G(s) - G(s - 1)) / (1 - G(s - 1)), G = F / (1 - z): the chance of giving way now, of one that can and has not.

    >>> round(yield_hazard(0.25, 0.1, 0.5, 0.1, 0.0), 12)
    0.666666666667
    """
    can = 1.0 - doubt
    if can <= 0.0:
        return 0.0
    before = min(yielded(doubt, rate, other_doubt, other_rate, time - 1.0) / can, 1.0)
    now = min(yielded(doubt, rate, other_doubt, other_rate, time) / can, 1.0)
    return (now - before) / (1.0 - before) if before < 1.0 else 1.0
