"""What a coded position means to the one who must deliver it."""

from __future__ import annotations

from sim.numerics.dialect import compilable


@compilable
def ideal_point(start: float, coded: float, own_motion: float) -> float:
    """(1 - m) y0 + m coded: the point that the one who delivers an issue alone wants for nothing.

    Whoever controls an issue alone could move it to its own point today, and has not. So what an article says that an
    actor would do lies between what it wants (m = 1) and what it would give for a return (m = 0).

    Args:
        start: y0, the issue at the epoch, in [0, 1].
        coded: the position as coded, or as declared by a stand, in [0, 1].
        own_motion: m, in [0, 1].

    >>> ideal_point(0.2, 0.8, 0.5)
    0.5
    """
    return (1.0 - own_motion) * start + own_motion * coded  # exact at both ends
