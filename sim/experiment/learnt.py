"""A calibration in words: what was learnt, what the prior excludes, and what the held-back half says of it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.analysis.calibration import CUTOFF
from sim.analysis.shares import Interval
from sim.experiment.calibration import PLAIN, Asked, Found, Parameter
from sim.experiment.record import Compared
from sim.inputs.numbers import counted

FEWEST_WORTH = 100.0  # equal draws, below which the weights say little
AGREES = 0.1  # of the parameters may lie apart by luck and the sampler's own error


def told_share(one: Interval) -> str:
    """A share with its interval, in per cent.

    >>> told_share(Interval(0.5, 0.4, 0.61))
    '50 % (40 to 61)'
    """
    value, low, high = (100.0 * part for part in one)
    return f"{value:.0f} %" if math.isnan(low) else f"{value:.0f} % ({low:.0f} to {high:.0f})"


def summary(found: Found) -> list[str]:
    """What a calibration came to, in sentences that a journalist could read; the file of weights carries them."""
    return [_worth(found), _moved(found), *_held_back(found), *excluded(found)]


def _worth(found: Found) -> str:
    statements = sum(one.is_marked for one in found.statements)
    claims = sum(one.is_marked for one in found.claims)
    told = (
        f"The guesses that go into the model were weighed by how well they give {counted(statements, 'statement')} of "
        f"what happened and {counted(claims, 'pattern')} of what the articles lead one to expect. "
        f"{found.sizes.draws:,} guesses are then worth {found.worth:,.0f} equal ones."
    )
    return told + (" That is few: what follows is a first impression." if found.worth < FEWEST_WORTH else "")


def _moved(found: Found) -> str:
    moved = {one.name.rpartition(" ")[2]: one for one in reversed(found.moved)}  # at the article where it is most
    if not moved:
        return "No single number of the model moved by more than luck alone would make one of so many move."
    most = sorted(moved.values(), key=lambda one: -abs(one.shift.value))[:3]
    strongest = ", ".join(f"{one.name} ({one.shift.value:+.2f} standard deviations)" for one in most)
    every = len({one.name.rpartition(" ")[2] for one in found.parameters})
    return (
        f"{counted(len(moved), 'number')} of {every:,} moved by more than luck alone would make one of "
        f"so many move; the furthest: {strongest}."
    )


def _held_back(found: Found) -> Iterator[str]:
    for row in found.compared:
        if row.contender == PLAIN and row.score in ("brier", "crps"):
            what = "yes or no" if row.score == "brier" else "weeks and numbers"
            yield (
                f"On what was held back ({what}: {counted(row.statements, 'statement')} about "
                f"{counted(row.events, 'event')}) the calibrated model did {verdict(row)}: its mean error went from "
                f"{row.other:.3f} to {row.model:.3f}."
            )


def verdict(row: Compared) -> str:
    """Whether the weights have helped, in words."""
    return {-1: "clearly better", 0: "neither clearly better nor clearly worse", 1: "clearly worse"}[row.verdict]


def excluded(found: Found) -> Iterator[str]:
    """What no draw of the prior reaches."""
    for what, asked in (("statement", found.statements), ("pattern", found.claims)):
        for one in asked:
            if one.is_excluded:
                draws = f"{found.sizes.draws:,} draws"
                yield f"The prior excludes {_which(what, one)}: in none of {draws} does it come about."


def _which(what: str, one: Asked) -> str:
    return f"the {what} {one.name.replace('_', ' ')} (“{one.told}”)"


def agreement(found: Found) -> str:
    """Whether the sampler, which plays numbers of its own, comes to what the weights say."""
    apart = sum(_is_apart(one) for one in found.parameters)
    total = len(found.parameters)
    if any(math.isnan(one.sampled.low) for one in found.parameters):
        return "Whether the two agree cannot be told: all particles descend from one. More draws are needed."
    agrees = "The two agree" if apart <= AGREES * total else "The two do not agree: trust neither before more is played"
    return (
        f"{agrees}: of {total:,} numbers the weighted mean and that of the particles lie apart by more than both "
        f"intervals allow in {apart} ({100.0 * apart / total:.0f} %; by luck about 5 %)."
    )


def _is_apart(one: Parameter) -> bool:
    both = math.hypot(one.posterior.high - one.posterior.value, one.sampled.high - one.sampled.value)
    return abs(one.posterior.value - one.sampled.value) > both


def evenness(found: Found) -> str:
    """Whether the ranks of true values are uniform, in words."""
    largest, luck = found.uneven
    told = "are as even as they should be" if largest <= luck else "are not even: the calibration is not to be trusted"
    return (
        f"The ranks {told}: the most uneven of {found.ranks.shape[1]:,} numbers has a statistic of {largest:.1f}, and "
        f"luck alone gives more than {luck:.1f} in one table of twenty."
    )


def ruled_out(found: Found) -> str:
    """What history matching leaves of the prior."""
    return (
        f"{told_share(found.kept_in)} of the draws are not ruled out by any marked statement or pattern: "
        "none lies more "
        f"than {CUTOFF:g} standard deviations from what happened (history matching: Vernon, Goldstein and "
        "Bower 2010). The "
        "standard deviation is that of chance in one world, of a mean over so many runs, and of the stated discrepancy."
    )
