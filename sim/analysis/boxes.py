"""Scenario discovery: boxes of inputs in which an outcome is frequent, by PRIM and by CART, and whether they last.

PRIM peels off, step by step, the end of one input whose removal leaves the highest mean (Friedman and Fisher 1999;
Bryant and Lempert 2010 for scenarios); CART splits (Breiman and others 1984; scikit-learn's, which is imported when it
is first needed: `pip install jirga[analysis]`), and its best leaf is a box, too. Of all boxes on the way the one with
the greatest gain is taken: the share of draws inside times what the mean inside is above that of all (weighted relative
accuracy: Lavrač, Flach and Zupan 1999); then inputs are dropped as long as little is lost. Where rows have weights,
each counts as so many equal ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.shares import Values
from sim.analysis.weights import Weights, shares

Method = Literal["PRIM", "CART"]
Side = Literal["above", "below"]
METHODS: tuple[Method, ...] = ("PRIM", "CART")
PEELS = (0.05, 0.1, 0.2)  # of the draws inside that one step peels off: little is patient, much sees through noise
LEAST = 0.1  # of all draws that a box holds
LEAVES = 8  # of a tree
MOST_LIMITS = 3  # that a reader can hold in mind
LOSS = 0.15  # of the gain that may go with an input that is dropped
NOTHING = 1e-9  # of a sum of weights: rounding alone


class Limit(NamedTuple):
    """One side of a box: an input that has to be above, or below, a value."""

    input: int
    side: Side
    at: float


Box = tuple[Limit, ...]


def inside(box: Box, given: Values) -> NDArray[np.bool_]:
    """Which rows of inputs, (rows, inputs), lie in a box, (rows,).

    >>> inside((Limit(0, "above", 0.4),), np.array([[0.3], [0.5]]))
    array([False,  True])
    """
    found = np.ones(len(given), np.bool_)
    for limit in box:
        column = given[:, limit.input]
        found &= column > limit.at if limit.side == "above" else column <= limit.at
    return found


def gain(box: Box, given: Values, outcome: Values, weights: Weights = None) -> float:
    """The share of rows inside times how far their mean is above that of all rows.

    Args:
        box: its limits.
        given: inputs (rows, inputs).
        outcome: (rows,), such as the share of a draw's runs in which something happens.
        weights: of the rows, (rows,); None: all count alike.
    """
    held = inside(box, given)
    if weights is None:
        return float((outcome * held).sum() - outcome.mean() * held.sum()) / len(outcome)
    part = shares(weights, len(outcome))
    return float(part @ (outcome * held) - (part @ outcome) * (part @ held))


def best_box(method: Method, given: Values, outcome: Values, weights: Weights = None) -> Box:
    """The box of a method with the greatest gain, of few limits; empty where nothing is gained.

    The search over all inputs says which of them matter; with these alone it is made again, and again without one of
    them, as long as little is lost.
    """
    box = fitted(method, given, outcome, range(given.shape[1]), weights)
    if not box:
        return box
    kept = _inputs(box)
    box = fitted(method, given, outcome, kept, weights)
    while len(kept) > 1:
        fewer = [fitted(method, given, outcome, [n for n in kept if n != one], weights) for one in kept]
        best = max(fewer, key=lambda each: gain(each, given, outcome, weights))
        if gain(best, given, outcome, weights) < (1.0 - LOSS) * gain(box, given, outcome, weights):
            break
        box, kept = best, _inputs(best)
    return box


def fitted(method: Method, given: Values, outcome: Values, kept: Sequence[int], weights: Weights = None) -> Box:
    """The best box of one search over some inputs, cut down to three limits."""
    boxes = SEARCHES[method](given[:, list(kept)], outcome, weights)
    named = (tuple(limit._replace(input=kept[limit.input]) for limit in box) for box in boxes)
    box = max(named, key=lambda each: gain(each, given, outcome, weights), default=())
    while len(box) > MOST_LIMITS or (box and gain(box, given, outcome, weights) <= 0.0):
        fewer = [tuple(limit for limit in box if limit != one) for one in box]
        box = max(fewer, key=lambda each: gain(each, given, outcome, weights))
    return box


def _inputs(box: Box) -> list[int]:
    return sorted({limit.input for limit in box})


def peeled(given: Values, outcome: Values, weights: Weights = None) -> Iterator[Box]:
    """The boxes of PRIM, patient and less so, each with a little less inside, until a tenth of the rows is left."""
    for part in PEELS:
        yield from peeled_by(part, given, outcome, weights)


def peeled_by(part: float, given: Values, outcome: Values, weights: Weights = None) -> Iterator[Box]:
    """The boxes on the way of one peeling, of which each step takes a part of the rows inside.

    A step takes the side that leaves the highest mean for what it removes: where inputs have few values, a step can
    remove more than that part, and its gain in the mean counts by row removed (Friedman and Fisher 1999, section 14).
    """
    bounds: dict[tuple[int, Side], float] = {}
    left = np.arange(len(given)) if weights is None else np.flatnonzero(weights > 0.0)
    least = LEAST * (len(given) if weights is None else float(weights.sum()))
    while True:
        step = _peel(part, given[left], outcome[left], least, None if weights is None else weights[left])
        if step is None:
            return
        limit, kept = step
        bounds[limit.input, limit.side] = limit.at
        left = left[kept]
        yield tuple(Limit(n, side, at) for (n, side), at in bounds.items())


def _peel(
    part: float, given: Values, outcome: Values, least: float, weights: Weights
) -> tuple[Limit, NDArray[np.bool_]] | None:
    """The best next step, and which rows stay; None where none leaves enough rows or raises the mean."""
    mass = np.ones(len(given)) if weights is None else weights
    rows, best, chosen = float(mass.sum()), 0.0, None
    if rows * (1.0 - part) < least:
        return None
    low, high = np.quantile(given, (part, 1.0 - part), axis=0, method="inverted_cdf", weights=weights)
    mean = (mass @ outcome) / rows if weights is not None else outcome.mean()
    for side, at, kept in (("above", low, given > low), ("below", high, given < high)):
        count = mass @ kept
        sums = (mass * outcome) @ kept
        gone = rows - count
        enough = (count >= least) & (gone > NOTHING * rows)
        rise = np.full(len(count), -np.inf)
        rise[enough] = (sums[enough] / count[enough] - mean) / gone[enough]
        n = int(np.argmax(rise))
        if rise[n] > best:
            best, chosen = float(rise[n]), (n, side, float(at[n]))
    if chosen is None:
        return None
    n, side, at_value = chosen
    column = given[:, n]
    if side == "above":
        return Limit(n, "above", at_value), column > at_value
    below = float(column[column < at_value].max())  # what is at most that is below: as `inside` reads a limit
    return Limit(n, "below", below), column <= below


def leaves(given: Values, outcome: Values, weights: Weights = None) -> Iterator[Box]:
    """The leaves of a small regression tree as boxes."""
    from sklearn.tree import DecisionTreeRegressor

    if weights is None:
        least: dict[str, float] = {"min_samples_leaf": max(1, round(LEAST * len(given)))}
    else:
        least = {"min_weight_fraction_leaf": LEAST}
    tree = DecisionTreeRegressor(max_leaf_nodes=LEAVES, random_state=0, **least)
    grown = tree.fit(given, outcome, sample_weight=weights).tree_
    waiting: list[tuple[int, dict[tuple[int, Side], float]]] = [(0, {})]
    while waiting:
        node, bounds = waiting.pop()
        if grown.children_left[node] < 0:
            yield tuple(Limit(n, side, at) for (n, side), at in bounds.items())
            continue
        n, at = int(grown.feature[node]), float(grown.threshold[node])
        waiting.append((int(grown.children_left[node]), {**bounds, (n, "below"): at}))
        waiting.append((int(grown.children_right[node]), {**bounds, (n, "above"): at}))


SEARCHES: Mapping[Method, Callable[[Values, Values, Weights], Iterator[Box]]] = {"PRIM": peeled, "CART": leaves}


class Lasting(NamedTuple):
    """How a box fares in other samples of the same size.

    Attributes:
        limits: of each of its limits, in how many of the resamples the same input is bounded on the same side, 0 to 1.
        overlap: the median share of the rows in either box that are in both, over the resamples (Jaccard 1912).
    """

    limits: tuple[float, ...]
    overlap: float


def lasting(box: Box, others: Sequence[Box], given: Values, weights: Weights = None) -> Lasting:
    """A box beside those of resamples.

    Args:
        box: not empty.
        others: the boxes of the resamples, found in the same way.
        given: the inputs of all rows, in which the boxes are compared.
        weights: of these rows; None: all count alike.
    """
    mass = np.ones(len(given)) if weights is None else weights
    names = [{(limit.input, limit.side) for limit in other} for other in others]
    shares = tuple(sum((one.input, one.side) in each for each in names) / len(others) for one in box)
    own, overlaps = inside(box, given), []
    for other in others:
        its = inside(other, given)
        either = float(mass @ (own | its))
        overlaps.append(float(mass @ (own & its)) / either if either > 0.0 else 0.0)
    return Lasting(shares, float(np.median(overlaps)))


def resampled_boxes(
    method: Method,
    given: Values,
    outcome: Values,
    count: int,
    seed: int,
    told: Callable[[int], object],
    weights: Weights = None,
) -> list[Box]:
    """The boxes of bootstrap resamples of the rows, each with its weight; `told` hears of each."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(count):
        picked = rng.integers(0, len(given), len(given))
        own = None if weights is None else weights[picked]
        found.append(best_box(method, given[picked], outcome[picked], own))
        told(1)
    return found
