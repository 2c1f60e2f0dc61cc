"""Concession over the sessions of a table, under a deadline."""

from __future__ import annotations

from sim.numerics.arithmetic import exp, log
from sim.numerics.dialect import compilable


@compilable
def eagerness(concession: float, pressure: float, pressure_weight: float) -> float:
    """e = e0 (1 + pressure / mu): pressure makes a party concede earlier.

    >>> eagerness(0.5, 0.2, 0.4)
    0.75
    """
    return concession * (1.0 + pressure / pressure_weight)


@compilable
def log_of_time(session: float, deadline: float) -> float:
    """log(n / D), with n / D clipped to 1: the logarithm of the time that is over.

    Args:
        session: n >= 1, sessions since the table was convened.
        deadline: D >= 1, in sessions.

    >>> log_of_time(30.0, 26.0)
    0.0
    """
    return log(min(session / deadline, 1.0))


@compilable
def aspiration(log_time: float, eagerness: float) -> float:
    """theta = 1 - (n / D)^(1/e), the share of its best that a party still asks for (Faratin, Sierra & Jennings 1998).

    Args:
        log_time: log(n / D), at most 0.
        eagerness: e > 0; below 1 a party holds out, above 1 it gives way early.

    >>> round(aspiration(log_of_time(13.0, 26.0), 1.0), 12)
    0.5
    >>> aspiration(0.0, 1.0)
    0.0
    """
    return 1.0 - exp(log_time / eagerness)
