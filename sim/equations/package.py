"""The value of a package to one side, clause by clause, and the commitment problem in it."""

from __future__ import annotations

from sim.arithmetic import compilable, exp


@compilable
def utility(point: float, position: float) -> float:
    """u(x) = 1 - |x - p|, in [0, 1].

    >>> utility(0.25, 1.0)
    0.25
    """
    return 1.0 - abs(point - position)


@compilable
def gain(point: float, default: float, position: float) -> float:
    """g(x) = u(x) - u(x0): what the clause changes for a side, in [-1, 1].

    >>> gain(0.75, 0.25, 1.0)
    0.5
    """
    return abs(default - position) - abs(point - position)


@compilable
def clause_value(change: float, weight: float, trust_in_delivery: float, trust: float, vulnerability: float) -> float:
    """w [q g+ - (1 + (1 - q) rho) g-]: a promise is worth as much as it is believed, a concession costs more than
    itself where the other may cheat (Fearon 1998; Kydd 2006).

    Args:
        change: g in [-1, 1].
        weight: w, salience as a share of the table's.
        trust_in_delivery: q for a gain, with the reach of a third actor that has to deliver it.
        trust: q, guaranteed trust in the other party.
        vulnerability: rho >= 0.

    >>> clause_value(0.5, 1.0, 0.8, 0.8, 1.0)
    0.4
    >>> clause_value(-0.5, 1.0, 0.8, 0.8, 1.0)
    -0.6
    """
    if change >= 0.0:
        return weight * (trust_in_delivery * change)
    return weight * ((1.0 + (1.0 - trust) * vulnerability) * change)


@compilable
def war_value(stake: float, point: float, default: float) -> float:
    """q k v (x_c - x0_c): what the end of a war is worth to a side; the stake is q k v.

    >>> war_value(0.2, 1.0, 0.5)
    0.1
    """
    return stake * (point - default)


@compilable
def forecast(control: float, growth: float, weeks: float) -> float:
    """c e^(G h) / (1 - c + c e^(G h)): control after h weeks at the weekly growth G of its odds (Powell 2006).

    Args:
        control: c in (0, 1).
        growth: G = eta v (2 p - 1), at the presence that has been announced.
        weeks: h >= 0.

    >>> forecast(0.5, 0.0, 26.0)
    0.5
    >>> round(forecast(0.5, 0.1, 10.0), 6)  # odds of e
    0.731059
    """
    odds = exp(growth * weeks)
    return control * odds / (1.0 - control + control * odds)


@compilable
def optimistic(default: float, position: float, optimism: float) -> float:
    """x0 + optimism (p - x0): each side sees what would come without a deal nearer its own position (Fearon 1995).

    >>> optimistic(0.5, 1.0, 0.2)
    0.6
    """
    return default + optimism * (position - default)
