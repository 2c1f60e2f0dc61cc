"""Keeping promises: the value of the agreement and the other's reach against what delivery costs today."""

from __future__ import annotations

from sim.model.equations.choice import Choice, Term
from sim.numerics.dialect import compilable

COMPLY = Choice(
    (
        Term("surplus", "what the agreement is still worth to it"),
        Term("enforcement", "the other side's reach"),
        Term("temptation", "what the clause costs it"),
    ),
    "delivery",
    "sincerity",
    ("arrears", "owed", "trust", "since"),
)


@compilable
def delivery(
    patience: float, surplus: float, pressure_weight: float, reach: float, temptation: float
) -> tuple[float, float, float]:
    """delta (V - d)+, mu lambda^2, -w g-: the terms of a deliverer, all with the numbers of today.

    When power shifts, the side that would now do better without becomes the tempted one (Fearon 1995; Powell 2006).

    Args:
        patience: delta, weight of what the agreement is still worth.
        surplus: V - d to the deliverer; a loss counts as nothing.
        pressure_weight: mu.
        reach: lambda, leverage of the side that is to receive.
        temptation: w g-, cost of the clause to the deliverer.

    >>> delivery(1.0, 0.1, 0.4, 0.5, 0.2)
    (0.1, 0.1, -0.2)
    """
    return patience * max(surplus, 0.0), pressure_weight * (reach * reach), -temptation
