"""Global sensitivity of a model of independent inputs, uniform on [0, 1]: screening, variances, distributions.

Designs and estimators are SALib's (Herman and Usher 2017; Iwanaga, Usher and Herman 2022), which is imported when it is
first needed: `pip install jirga[analysis]`. The model is asked for values (rows, runs, outcomes); what is decomposed is
the mean over the runs of a row, in which every row meets the same chance.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.shares import Interval, Values

LEVELS = 4  # of Morris's grid
RESAMPLES = 200
SLICES = 10  # of PAWN
PAWN_RESAMPLES = 20
REST = "everything else"
DUMMY = "an input that does nothing"
TOLD = 5  # ranks that a reader looks at: whether these are settled is said
MOST_BASE = 1_000_000  # what would take more is not settled by a larger sample

Model = Callable[[Values], Values]  # rows of inputs (n, inputs) -> values (n, runs, outcomes), none of them NaN


class Screened(NamedTuple):
    """How far one input moves an outcome, one step at a time (Morris 1991; Campolongo, Cariboni and Saltelli 2007).

    Attributes:
        name: of the input.
        effect: mu*, the mean absolute elementary effect over the input's whole range, with its interval.
        spread: sigma, how much that differs from place to place: interaction, or a bend.
    """

    name: str
    effect: Interval
    spread: float


class Index(NamedTuple):
    """What part of the variance an input, or a group of them, makes (Sobol 1993; Homma and Saltelli 1996).

    Attributes:
        name: of the input or group.
        first: by itself, with its interval; estimates lie about 0 where there is nothing.
        total: with all its interactions, likewise.
    """

    name: str
    first: Interval
    total: Interval


class Shift(NamedTuple):
    """How far the whole distribution of an outcome moves with an input (PAWN: Pianosi and Wagener 2015, 2018).

    Attributes:
        name: of the input.
        distance: median Kolmogorov-Smirnov distance over slices of the input, in [0, 1], with its interval; that of an
            input that does nothing is not 0 but what luck gives it.
    """

    name: str
    distance: Interval


class Open(NamedTuple):
    """Two neighbours of a ranking whose order the sample leaves open.

    Attributes:
        first: the one that seems stronger.
        second: the other.
        needed: base sample that would tell them apart, were both as strong as they seem; None for more than a million.
    """

    first: str
    second: str
    needed: int | None


def _problem(names: Sequence[str], groups: Sequence[str] | None = None) -> dict[str, Any]:
    found = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    return found if groups is None else found | {"groups": list(groups)}


def _means(values: Values) -> Values:
    """Of the runs of each row: (rows, outcomes)."""
    return np.ascontiguousarray(values.mean(axis=1))


def screen(names: Sequence[str], model: Model, trajectories: int, seed: int) -> list[tuple[Screened, ...]]:
    """Every input screened, for each outcome, strongest first.

    Args:
        names: of the inputs.
        model: see above; it is asked for `trajectories` times one more row than there are inputs.
        trajectories: at least 2.
        seed: 0 to 2**32 - 1, of the design and the resampling.
    """
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as design

    problem = _problem(names)
    rows = design.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    means = _means(model(rows))
    found = []
    for outcome in means.T:
        told = analysis.analyze(problem, rows, outcome, num_levels=LEVELS, num_resamples=RESAMPLES, seed=seed)
        every = zip(names, told["mu_star"], told["mu_star_conf"], told["sigma"], strict=True)
        one = [Screened(name, _interval(mean, half, least=0.0), float(sigma)) for name, mean, half, sigma in every]
        found.append(tuple(sorted(one, key=lambda each: (-each.effect.value, each.name))))
    return found


def _interval(value: float, half: float, least: float = -math.inf) -> Interval:
    return Interval(float(value), max(float(value - half), least), float(value + half))


def decompose(
    names: Sequence[str], groups: Sequence[str] | None, model: Model, base: int, seed: int
) -> list[tuple[Index, ...]]:
    """First-order and total indices for each outcome, strongest total first; NaN where an outcome does not vary.

    Args:
        names: of the inputs.
        groups: the group of each; None: each alone.
        model: see above; it is asked for `base` times two more rows than there are groups.
        base: rows of the base sample, a power of 2 for the balance of the sequence (Sobol 1967).
        seed: 0 to 2**32 - 1, of the scrambling and the resampling.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as design

    problem = _problem(names, groups)
    rows = design.sample(problem, base, calc_second_order=False, seed=seed)
    told = list(names) if groups is None else list(dict.fromkeys(groups))
    assert len(told) > 1  # SALib takes one group of all for no groups, and asks for hundreds of times the rows
    found = []
    for outcome in _means(model(rows)).T:
        if float(np.ptp(outcome)) == 0.0:
            found.append(tuple(map(unknown, told)))
            continue
        index = analysis.analyze(problem, outcome, calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
        every = zip(told, index["S1"], index["S1_conf"], index["ST"], index["ST_conf"], strict=True)
        one = [Index(name, _interval(s, half), _interval(t, more)) for name, s, half, t, more in every]
        found.append(tuple(sorted(one, key=lambda each: (-each.total.value, each.name))))
    return found


def unknown(name: str) -> Index:
    """The index of an input or group of which nothing can be told."""
    none = Interval(math.nan, math.nan, math.nan)
    return Index(name, none, none)


def shifts(
    names: Sequence[str], model: Model, rows: int, seed: int, among: Sequence[Collection[str]]
) -> list[tuple[Shift, ...]]:
    """How far some inputs move the whole distribution of each outcome, and an input that does nothing beside them.

    Args:
        names: of the inputs.
        model: see above.
        rows: of a plain random sample.
        seed: 0 to 2**32 - 1.
        among: for each outcome the inputs that are looked at; a distance does not depend on the others'.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.random((rows, len(names)))
    means = _means(model(drawn))
    dummy, found = rng.random(rows), []
    for outcome, looked_at in zip(means.T, among, strict=True):
        some = [name for name in names if name in looked_at]
        columns = np.column_stack([*(drawn[:, names.index(name)] for name in some), dummy])
        with np.errstate(invalid="ignore"):  # SALib divides by a mean distance, which is 0 where nothing varies
            found.append(_shifted([*some, DUMMY], columns, outcome, rng))
    return found


def _shifted(names: Sequence[str], drawn: Values, outcome: Values, rng: np.random.Generator) -> tuple[Shift, ...]:
    from SALib.analyze import pawn

    problem = _problem(names)
    value = pawn.analyze(problem, drawn, outcome, S=SLICES)["median"]
    again = []
    for _ in range(PAWN_RESAMPLES):
        picked = rng.integers(0, len(outcome), len(outcome))
        again.append(pawn.analyze(problem, drawn[picked], outcome[picked], S=SLICES)["median"])
    half = 1.96 * np.std(again, axis=0, ddof=1)  # percentiles would be shifted: a resample repeats rows
    found = [Shift(name, _interval(v, h, least=0.0)) for name, v, h in zip(names, value, half, strict=True)]
    return tuple(sorted(found, key=lambda each: (-each.distance.value, each.name)))


def open_ranks(found: Sequence[Index], base: int) -> tuple[Open, ...]:
    """Which neighbours among the first of a ranking by total index the sample leaves open, and what would close it.

    Two are told apart where the difference leaves zero out, taking both errors as independent; errors fall with the
    root of the base sample.

    >>> one, two = (Index(n, Interval(0, 0, 0), Interval(v, v - 0.1, v + 0.1)) for n, v in (("a", 0.5), ("b", 0.4)))
    >>> open_ranks([one, two], 100)
    (Open(first='a', second='b', needed=200),)
    """
    told = []
    for one, other in itertools.pairwise(found[: TOLD + 1]):
        gap = one.total.value - other.total.value
        both = (one.total.high - one.total.value) ** 2 + (other.total.high - other.total.value) ** 2
        if math.isnan(gap) or both == 0.0 or gap**2 > both:
            continue
        needed = base * both / gap**2 if gap > 0.0 else math.inf
        told.append(Open(one.name, other.name, math.ceil(round(needed, 6)) if needed < MOST_BASE else None))
    return tuple(told)


def top_groups(screened: Sequence[Screened], names: Sequence[str], most: int) -> list[str]:
    """For each input its own name where it is among the strongest, else one group of all the others."""
    top = {one.name for one in screened[:most] if one.effect.value > 0.0}
    return [name if name in top else REST for name in names]


def counted_rows(inputs: int, groupings: Mapping[str, Sequence[str]], trajectories: int, base: int, rows: int) -> int:
    """How many rows all of it takes, but for those of the strongest inputs, of which nobody knows yet."""
    of_groups = sum(base * (len(dict.fromkeys(groups)) + 2) for groups in groupings.values())
    return trajectories * (inputs + 1) + of_groups + rows
