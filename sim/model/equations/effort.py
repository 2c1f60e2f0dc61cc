"""How hard a mediator tries: a choice, which answers what is promised, what is done to it, and what it has at stake."""

from __future__ import annotations

from typing import Any

from sim.model.vocabulary import FREE_EFFORT
from sim.numerics.dialect import compilable, where


@compilable
def chosen_effort(usual: Any, reasons: Any, strength: float, coercion_cost: float) -> Any:
    """clip(e0 + s D, 0, 1); on a way up that crosses 1/2, D - c stands for D above it.

    Up to 1/2 effort is facilitation, above it coercion, which has a price of its own (Carnevale 1986, on when a
    mediator presses). Without a change in its reasons an effort is the usual one.

    Args:
        usual: e0, as coded or as its own act has made it, in [0, 1].
        reasons: D, what has changed for the mediator since the epoch, in shares of a table's value.
        strength: s >= 0, effort for a whole table's value.
        coercion_cost: c >= 0, in shares of a table's value.

    >>> chosen_effort(0.25, 0.25, 1.0, 0.5), chosen_effort(0.25, 0.5, 1.0, 0.5), chosen_effort(0.25, 1.0, 1.0, 0.5)
    (0.5, 0.5, 0.75)
    """
    free = usual + strength * reasons
    crosses = (usual <= FREE_EFFORT) & (free > FREE_EFFORT)
    dear = max(free - strength * coercion_cost, FREE_EFFORT)
    return min(max(where(crosses, dear, free), 0.0), 1.0)


@compilable
def kindness(change: float, relative_salience: float, loss_weight: float) -> float:
    """What an act does to one, as a share of what could have been done to it: a loss weighs more (Rabin 1993).

    Args:
        change: of its utility on an issue, in [-1, 1].
        relative_salience: of the issue, as a share of that of its most salient one.
        loss_weight: ell >= 1.

    >>> kindness(0.5, 0.5, 2.0), kindness(-0.5, 0.5, 2.0)
    (0.25, -0.5)
    """
    size = relative_salience * change
    return size if change > 0.0 else loss_weight * size


@compilable
def promise_for_effort(weight: float, trust: float, change: float) -> float:
    """w tau |g|: what is promised for an effort, or threatened for the want of it, as far as the other is believed.

    Args:
        weight: w, relative salience of the issue, times the weight of the relation.
        trust: tau of the mediator in the one who promises.
        change: g, what it would change for the mediator, in [-1, 1].

    >>> promise_for_effort(0.5, 0.5, -1.0)
    0.25
    """
    return weight * trust * abs(change)
