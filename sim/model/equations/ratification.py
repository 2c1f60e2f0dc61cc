"""Ratification: at home and by those who can stop a party (Tsebelis 2002; Putnam 1988), and by a vote of others."""

from __future__ import annotations

from sim.model.equations.choice import Choice, Term
from sim.numerics.arithmetic import log, logistic
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
VOTE = Choice(
    (
        Term("surplus", "its own gain from the agreement"),
        Term("others", "the gains and losses of those who can move it"),
        Term("pressure", "the mediators' pressure"),
        Term("hurdle", "the share of votes that is needed"),
    ),
    "approval",
    "mind",
    ("favour", "since"),
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


@compilable
def favour(odds: float, mind: float) -> float:
    """y = 1 / (1 + exp(-(z - logit(u)))): the share of a voter's votes in favour (probabilistic voting; Coughlin 1992).

    Every single vote is a logit choice over the gain that all share, z noises of it, and a part that all share too and
    nobody else knows, -logit(u): the campaign, the mood. So y >= theta exactly where u is at most the logistic of
    z - logit(theta), and a vote with a threshold theta is a ratification with the hurdle T logit(theta), 0 at a half.

    Args:
        odds: z, the gains and losses over the noise.
        mind: u, uniform in (0, 1).

    >>> favour(0.0, 0.5), favour(2.0, 0.5) > 0.5 > favour(0.0, 0.9)
    (0.5, True)
    """
    return logistic(odds - (log(mind) - log(1.0 - mind)))
