"""The draws that given uniform numbers make: the inverse of the priors, for who wants to move one number alone.

In a sweep every quantity takes its numbers from chance (`sim.evidence.sampling`); here they are given. The pass, then
each column: by the same rules, so that uniform numbers give the same joint prior.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.evidence.densities import LINE_MARGIN, Numbers
from sim.evidence.priors import Priors
from sim.evidence.sampling import Layout


def inputs(priors: Priors) -> tuple[str, ...]:
    """The columns that a number of their own decides: all but those that are fixed, and red lines, which follow."""
    own = [prior for prior in priors.columns if prior.kind != "line" and (prior.parts > 1 or prior.high > prior.low)]
    return tuple(prior.name for prior in own)


def draws_of(priors: Priors, names: tuple[str, ...], given: Numbers, stand_in: Numbers | None = None) -> Numbers:
    """Joint draws, (n, columns), from uniform numbers.

    Args:
        priors: of an epoch.
        names: of the columns that the numbers are for; the others are at their middle.
        given: (n, names) in [0, 1), what decides the value of each.
        stand_in: likewise what decides which pass stands in where that of the draw has no row; None: the same number
            says both, its first digits which pass, the rest the value, so that one input is one number.
    """
    layout = priors._layout
    u = np.full((len(given), len(priors.names)), 0.5)
    places = [priors.index[name] for name in names]
    u[:, places] = given
    stand = u if stand_in is None else np.full_like(u, 0.5)
    if stand_in is not None:
        stand[:, places] = stand_in
    out = np.empty_like(u)
    own_pass = np.minimum((u[:, 0] * layout.parts[0]).astype(np.int64), int(layout.parts[0]) - 1)
    out[:, 0] = own_pass
    columns = layout.uniforms
    out[:, columns] = layout.start[columns] + u[:, columns] * layout.width[columns]
    for c in layout.triangles:
        out[:, c] = _mixture(layout, int(c), own_pass, u[:, c], stand, split=stand_in is None)
    for c in layout.lines:
        out[:, c] = _lines(out[:, layout.partner[c]], layout.line[c, own_pass], layout.below[c, own_pass])
    for members in layout.pair:
        those = members[members >= 0]
        if len(those):
            parts = -np.log(np.maximum(u[:, those], np.finfo(np.float64).tiny))
            out[:, those] = parts / parts.sum(axis=1, keepdims=True)
    return out


def _mixture(
    layout: Layout, c: int, own_pass: NDArray[np.int64], u: Numbers, stand: Numbers, *, split: bool
) -> Numbers:
    """The values of a column that is a mixture of triangles, or one."""
    parts, partner = int(layout.parts[c]), int(layout.partner[c])
    k = layout.own[c, own_pass]
    missing = k < 0
    picked = stand[:, partner] * parts
    whole = np.minimum(picked.astype(np.int64), parts - 1)
    k = np.where(missing, whole, k)
    if split and partner == c:
        u = np.where(missing, picked - whole, u)
    low, high, turn, rise, fall = (layout.corner[c, k, n] for n in range(5))
    rising = u < turn
    root = np.sqrt(np.where(rising, u * rise, (1.0 - u) * fall))
    found: Numbers = np.where(rising, low + root, high - root)
    return found


def _lines(position: Numbers, at: Numbers, below: NDArray[np.bool_]) -> Numbers:
    """Where a line stands for a drawn position: it gives way rather than forbid the actor's own wish; NaN for none."""
    lower = np.maximum(0.0, np.minimum(at, position - LINE_MARGIN))
    upper = np.minimum(1.0, np.maximum(at, position + LINE_MARGIN))
    return np.where(below, lower, upper)
