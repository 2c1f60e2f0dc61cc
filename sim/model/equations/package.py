"""The value of a package to one side, clause by clause, and the commitment problem in it."""

from __future__ import annotations

from sim.numerics.arithmetic import exp
from sim.numerics.dialect import compilable


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
def promise_worth(weight: float, trust_in_delivery: float) -> float:
    """w q: what a unit of gain is worth, as a promise is worth as much as it is believed (Kydd 2006).

    Args:
        weight: w, salience as a share of the table's.
        trust_in_delivery: q, guaranteed trust, with the reach of a third actor that has to deliver.

    >>> promise_worth(0.5, 0.8)
    0.4
    """
    return weight * trust_in_delivery


@compilable
def concession_cost(weight: float, trust: float, vulnerability: float) -> float:
    """w (1 + (1 - q) rho): a concession costs more than itself where the other may cheat (Fearon 1998).

    Args:
        weight: w, salience as a share of the table's.
        trust: q, guaranteed trust in the other party.
        vulnerability: rho >= 0.

    >>> concession_cost(0.5, 0.5, 1.0)
    0.75
    """
    return weight * (1.0 + (1.0 - trust) * vulnerability)


@compilable
def tied_worth(weight: float, trust: float, change: float) -> float:
    """w tau g: what an exit that is tied to a signature adds to signing, as far as the leaver is believed.

    Args:
        weight: w, salience of the exit to the side.
        trust: tau of the side in the one who leaves; 1 to the leaver itself.
        change: g, what the exit changes for the side, in [-1, 1].

    >>> tied_worth(0.5, 0.5, -1.0)
    -0.25
    """
    return weight * trust * change


@compilable
def clause_worth(
    point: float, default: float, position: float, promise: float, concession: float, stake: float
) -> float:
    """w [q g+ - (1 + (1 - q) rho) g-] + q k v (x - x0): what one clause at a point adds to V - d.

    Args:
        point: x.
        default: x0.
        position: p.
        promise: worth of a unit of gain.
        concession: cost of a unit of loss.
        stake: q k v where the clause ends a war, else 0.

    >>> clause_worth(0.75, 0.25, 1.0, 0.8, 1.5, 0.2)
    0.5
    >>> clause_worth(0.25, 0.75, 1.0, 0.8, 1.5, 0.0)
    -0.75
    """
    change = gain(point, default, position)
    worth = promise * change if change >= 0.0 else concession * change
    return worth + stake * (point - default)


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
