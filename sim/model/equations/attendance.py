"""Coming to the table, as a party and as a mediator."""

from __future__ import annotations

from sim.model.equations.choice import Choice, Term
from sim.numerics.dialect import compilable

ATTEND = Choice(
    (
        Term("surplus", "half of the best deal still open to it", "no deal in sight that serves both"),
        Term("offer", "what was offered for coming"),
        Term("arrears", "what those at the table owe it"),
        Term("pressure", "the mediators' pressure"),
        Term("cost", "the cost of coming"),
        Term("recognition", "what it concedes by coming at all"),
    ),
    "coming",
    "stance",
    ("trust", "since"),
)
MEDIATE = Choice(
    (
        Term("gain", "what a middling deal would do for it"),
        Term("welcome", "the trust of the less trusting party"),
        Term("consent", "the welcome that a mediator needs"),
    ),
    "coming",
)


@compilable
def pressure(pressure_weight: float, resistance: float) -> float:
    """mu (1 - prod_m (1 - lambda_m e_m)); the product is the resistance left, in [0, 1].

    >>> pressure(0.4, 0.5)
    0.2
    """
    return pressure_weight * (1.0 - resistance)


@compilable
def attendance(
    weight: float, surplus: float, offer: float, arrears: float, pressure: float, cost: float, recognition: float
) -> tuple[float, float, float, float, float, float]:
    """W S, W offer, -W arrears, pressure, -cost, -recognition: the terms of a party that decides whether it comes.

    Args:
        weight: W, the table's salience as a share of the party's weightiest table.
        surplus: S, half of the best it can get, 0 without a zone of agreement; a share of the table's value.
        offer: what is given only if it comes, a share of the table's value.
        arrears: what the others present owe it.
        pressure: of the mediators, in [0, mu].
        cost: of coming.
        recognition: what it concedes by coming, where sitting down at the table is itself the point of a cell.

    >>> attendance(0.5, 0.2, 0.0, 0.1, 0.3, 0.1, 0.0)
    (0.1, 0.0, -0.05, 0.3, -0.1, -0.0)
    """
    return weight * surplus, weight * offer, -weight * arrears, pressure, -cost, -recognition


@compilable
def mediation(weight: float, gain: float, welcome: float, consent: float) -> tuple[float, float, float]:
    """W S_m, min(tau_1m, tau_2m), -consent: both parties have to accept a mediator (Kydd 2003).

    The exchange rate between what it gains and how it is welcome is 1 and assumed: a whole table's value weighs as much
    as the step from no trust to full trust.

    Args:
        weight: W, the table's salience to the mediator.
        gain: S_m, its own gain at the middle of the frontier.
        welcome: the lesser of the parties' trust in it.
        consent: the welcome it needs.

    >>> mediation(1.0, 0.0, 0.3, 0.3)
    (0.0, 0.3, -0.3)
    """
    return weight * gain, welcome, -consent
