"""Leverage: what one can give, withhold or inflict, as far as the instruments for it are still at hand."""

from __future__ import annotations

from sim.numerics.dialect import compilable


@compilable
def leverage(coded: float, available: float, available_at_epoch: float) -> float:
    """lambda = min(1, coded A / A(epoch)): what is delivered, or settled in advance, is leverage no more.

    Args:
        coded: the level coded at the epoch, in [0, 1].
        available: A, share-weighted availability of the pair's instruments, in [0, 1].
        available_at_epoch: the same at the epoch; at least `LEAST_AVAILABLE`.

    >>> leverage(0.6, 0.25, 0.5)
    0.3
    >>> leverage(0.6, 1.0, 0.5)
    1.0
    """
    return min(1.0, coded * available / available_at_epoch)


# Below this a ratio of availabilities would say more about the draw than about the actors (design, section 4.2).
LEAST_AVAILABLE = 0.1


@compilable
def sanctuary(autonomy: float, control: float) -> float:
    """(1 - autonomy)(1 - c / 2): a sanctuary matters less to those who can do without and who hold ground.

    >>> sanctuary(0.5, 1.0)
    0.25
    """
    return (1.0 - autonomy) * (1.0 - 0.5 * control)


@compilable
def joint(first: float, second: float) -> float:
    """1 - (1 - a)(1 - b): the leverage of two who act together.

    >>> joint(0.5, 0.5)
    0.75
    """
    return 1.0 - (1.0 - first) * (1.0 - second)
