"""Coming to the table, as a party and as a mediator: a logit choice (McFadden 1974; McKelvey & Palfrey 1995).

The equations give log-odds; the probability is their logistic.
"""

from __future__ import annotations

from sim.numerics.dialect import compilable


@compilable
def pressure(pressure_weight: float, resistance: float) -> float:
    """mu (1 - prod_m (1 - lambda_m e_m)); the product is the resistance left, in [0, 1].

    >>> pressure(0.4, 0.5)
    0.2
    """
    return pressure_weight * (1.0 - resistance)


@compilable
def party_log_odds(
    weight: float, surplus: float, offer: float, arrears: float, pressure: float, cost: float, noise: float
) -> float:
    """logit P = (W (S + offer - arrears) + pressure - cost) / T.

    Args:
        weight: W, the table's salience as a share of the party's weightiest table.
        surplus: S, half of the best it can get, 0 without a zone of agreement; a share of the table's value.
        offer: what is given only if it comes, a share of the table's value.
        arrears: what the others present owe it.
        pressure: of the mediators, in [0, mu].
        cost: of coming.
        noise: T > 0.

    >>> party_log_odds(1.0, 0.1, 0.0, 0.0, 0.0, 0.1, 0.05)
    0.0
    """
    return (weight * (surplus + offer - arrears) + pressure - cost) / noise


@compilable
def mediator_log_odds(weight: float, gain: float, welcome: float, consent: float, noise: float) -> float:
    """logit P = (W S_m + min(tau_1m, tau_2m) - consent) / T: both parties have to accept a mediator (Kydd 2003).

    Args:
        weight: the table's salience to the mediator.
        gain: S_m, its own gain at the middle of the frontier.
        welcome: the lesser of the parties' trust in it.
        consent: the welcome it needs.
        noise: T > 0.

    >>> mediator_log_odds(1.0, 0.0, 0.3, 0.3, 0.05)
    0.0
    """
    return (weight * gain + welcome - consent) / noise
