"""Trust: how far one expects another to keep a commitment, learnt from what was kept and broken."""

from __future__ import annotations

from sim.numerics.arithmetic import exp, log
from sim.numerics.dialect import compilable


@compilable
def trust(kept: float, broken: float) -> float:
    """tau = a / (a + b): the mean of a Beta reputation (Jøsang & Ismail 2002).

    Args:
        kept: a > 0, kept promises, in whole agreements' worth.
        broken: b > 0, broken ones, already weighed by the loss weight.

    Returns:
        A share in (0, 1).

    >>> trust(1.5, 0.5)
    0.75
    """
    return kept / (kept + broken)


@compilable
def weekly_decay(half_life: float) -> float:
    """2^(-1/H): the share of a count's distance from its start that is left after a week.

    Args:
        half_life: H > 0, in weeks.

    >>> round(weekly_decay(1.0), 12)
    0.5
    """
    return exp(-log(2.0) / half_life)


@compilable
def decayed(count: float, start: float, decay: float) -> float:
    """start + decay (count - start): a count one week nearer to where it started.

    >>> decayed(3.0, 1.0, 0.5)
    2.0
    """
    return start + decay * (count - start)


@compilable
def guarantee(reach: float, effort: float, guarantor_weight: float, trust_in_guarantor: float) -> float:
    """gamma e lambda^2 tau: the share of distrust that one guarantor who is present removes (Walter 1997).

    Args:
        reach: lambda, leverage of the guarantor on the one that has to deliver. Its square, as level 2 of the
            codebook ("can bring to talk, not to concede") must not count as the power to enforce.
        effort: e in [0, 1].
        guarantor_weight: gamma in [0, 1].
        trust_in_guarantor: tau of the one that is to be reassured.

    >>> guarantee(0.5, 0.5, 1.0, 0.8)
    0.1
    """
    return guarantor_weight * effort * reach * reach * trust_in_guarantor


@compilable
def affinity(trust_in_victim: float) -> float:
    """max(2 tau - 1, 0): how far an observer takes what is done to another as done to its own side (Crescenzi 2007).

    What is done to one in whom the observer has no trust tells it nothing of how its own commitments would be kept.

    >>> affinity(0.75), affinity(0.25)
    (0.5, 0.0)
    """
    return max(2.0 * trust_in_victim - 1.0, 0.0)


@compilable
def evidence(nu: float, weight: float, share: float) -> float:
    """nu w (share): the worth of one observed delivery, in whole agreements.

    Args:
        nu: how well delivery can be seen, in (0, 1].
        weight: salience of the clause to the observer, as a share of the table's.
        share: share of the clause that was kept or broken.

    >>> evidence(0.5, 0.4, 0.25)
    0.05
    """
    return nu * weight * share
