"""Talks have a calendar, and can be broken off."""

from __future__ import annotations

from sim.numerics.dialect import compilable


@compilable
def breaking_rate(breaking: float, weeks: float, violence: float, trust: float) -> float:
    """beta r v (1 - q), the rate at which talks are broken off in a round: an attack breaks them where trust is low.

    Spoilers succeed where the other side cannot tell whether its counterpart could not or would not stop them (Kydd &
    Walter 2002); a ceasefire or a guarantor protects the talks.

    Args:
        breaking: beta, a week at usual intensity and without trust.
        weeks: r, weeks between two rounds.
        violence: v, intensity of the war that is held most against a party, as far as it is held against it.
        trust: q, the guaranteed trust of the less trusting side, in [0, 1].

    >>> breaking_rate(0.05, 4.0, 1.0, 0.75)
    0.05
    """
    return breaking * weeks * violence * (1.0 - trust)
