"""What an actor is for a time: the private parts of its payoffs, which others do not know (Harsanyi 1973).

A logit choice says how likely an actor is to decide in a way. Read as the theory reads it, the chance is in a part of
the payoff that the actor knows and others do not (McFadden 1974), and that belongs to the actor for as long as its
leaders and factions stay, not to a week. Drawn every week, a probability of 0.6 would be a certainty within a season.
"""

from __future__ import annotations

from sim.numerics.arithmetic import log
from sim.numerics.dialect import compilable

LOG_2 = 0.6931471805599453


@compilable
def spell(half_life: float, u: float) -> int:
    """1 + floor(H log2(1 / u)): weeks until the next renewal, half of all spells being no longer than about H.

    Args:
        half_life: H > 0, weeks.
        u: uniform, in (0, 1).

    >>> spell(52.0, 0.5), spell(52.0, 0.999)
    (53, 1)
    """
    return 1 + int(half_life * -log(u) / LOG_2)


@compilable
def reservation(hurdle: float, noise: float, mind: float, pressure: float, others: float) -> float:
    """r = max(hurdle + T logit(u) - pressure - sum_o lambda_o G_o, 0): the least gain that would be ratified.

    The chance of ratification, seen from inside: who knows the mind of its home knows what home accepts.

    Args:
        hurdle: what has to be overcome at home, a share of the table's value.
        noise: T > 0.
        mind: u, uniform in (0, 1), known to its side.
        pressure: of the mediators.
        others: gains of the players with leverage on the side, each times that leverage.

    >>> reservation(0.05, 0.1, 0.5, 0.0, 0.02)
    0.030000000000000002
    """
    return max(hurdle + noise * (log(mind) - log(1.0 - mind)) - pressure - others, 0.0)
