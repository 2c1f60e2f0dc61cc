"""Ratification at home and by those who can stop a party (Tsebelis 2002; Putnam 1988)."""

from __future__ import annotations

from sim.model.equations.choice import Choice, Term
from sim.numerics.dialect import compilable

RATIFY = Choice(
    (
        Term("surplus", "its own gain from the package"),
        Term("others", "the gains and losses of those who can move it"),
        Term("pressure", "the mediators' pressure"),
        Term("hurdle", "the hurdle at home"),
    ),
    "ratification",
    "mind",
    ("trust", "since"),
)


@compilable
def ratification(surplus: float, others: float, pressure: float, hurdle: float) -> tuple[float, float, float, float]:
    """V - d, sum_o lambda_o G_o, pressure, -hurdle: the terms of a party that has accepted.

    Args:
        surplus: V - d, the signer's own gain, a share of the table's value.
        others: gains of the players with leverage on the signer, each times that leverage.
        pressure: of the mediators, in [0, mu].
        hurdle: what has to be overcome at home.

    >>> ratification(0.05, 0.0, 0.1, 0.05)
    (0.05, 0.0, 0.1, -0.05)
    """
    return surplus, others, pressure, -hurdle
