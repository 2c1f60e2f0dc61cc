"""Ratification at home and by those who can stop a party (Tsebelis 2002; Putnam 1988)."""

from __future__ import annotations

from sim.numerics.arithmetic import logistic
from sim.numerics.dialect import compilable


@compilable
def ratification(surplus: float, others: float, hurdle: float, noise: float) -> float:
    """P = logistic((V - d + sum_o lambda_o G_o - hurdle) / T).

    Args:
        surplus: V - d, the signer's own gain, a share of the table's value.
        others: gains of the players with leverage on the signer, each times that leverage.
        hurdle: what has to be overcome at home.
        noise: T > 0.

    >>> ratification(0.05, 0.0, 0.05, 0.1)
    0.5
    """
    return logistic((surplus + others - hurdle) / noise)
