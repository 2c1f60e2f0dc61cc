"""Concession over the sessions of a table, under a deadline."""

from __future__ import annotations

from sim.arithmetic import compilable, exp, log


@compilable
def eagerness(concession: float, pressure: float, pressure_weight: float) -> float:
    """e = e0 (1 + pressure / mu): pressure makes a party concede earlier.

    >>> eagerness(0.5, 0.2, 0.4)
    0.75
    """
    return concession * (1.0 + pressure / pressure_weight)


@compilable
def aspiration(session: float, deadline: float, eagerness: float) -> float:
    """theta = 1 - (n / D)^(1/e), the share of its best that a party still asks for (Faratin, Sierra & Jennings 1998).

    Args:
        session: n >= 1, sessions since the table was convened.
        deadline: D >= 1, in sessions. n / D is clipped to [0, 1].
        eagerness: e > 0; below 1 a party holds out, above 1 it gives way early.

    >>> aspiration(13.0, 26.0, 1.0)
    0.5
    >>> aspiration(30.0, 26.0, 1.0)
    0.0
    """
    time = session / deadline
    if time >= 1.0:
        return 0.0
    return 1.0 - exp(log(time) / eagerness)
