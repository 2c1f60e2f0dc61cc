"""From article to article: trust and leverage after so many weeks, against what the next article's coding says.

The coding is a level with its range, so that what is aimed at is an interval; every pass that codes a pair counts
alike. What is held against the model is persistence: the numbers with which the same draws began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.scores import crps
from sim.analysis.shares import Values, draw_means, ratio
from sim.analysis.weights import Weights
from sim.case.record import Onward, Record, course_onward
from sim.engine.sweep import Sweep
from sim.evidence.priors import LEVELS
from sim.evidence.rows import DyadRow
from sim.experiment.runs import Runs, played


class Moved(NamedTuple):
    """One pair from one article to the next.

    Attributes:
        start: epoch at which the runs begin.
        end: epoch whose article codes the pair.
        scenario: that plays the acts between.
        weeks: that are played.
        kind: trust or leverage.
        pair: from, to.
        coded: the range that the article's coding leaves, over the passes: the least and the most, in [0, 1].
        began: the mean with which the runs begin.
        came: the mean with which they end.
        model: CRPS of where the runs end, the mean over the passes that code the pair.
        persistence: CRPS of where they began, likewise.
    """

    start: str
    end: str
    scenario: str
    weeks: int
    kind: str
    pair: tuple[str, str]
    coded: tuple[float, float]
    began: float
    came: float
    model: float
    persistence: float


def moved_onward(
    record: Record,
    draws: int,
    runs: int,
    seed: int,
    passes: tuple[str, ...],
    implied: bool,
    told: Callable[[int], object],
    weights: Weights = None,
) -> Iterator[Moved]:
    """Every pair that both the runs have and the later article codes, way by way.

    Args:
        record: whose ways from article to article are played.
        draws, runs, seed, passes, implied: as in a sweep.
        told: is called with 1 after each way.
        weights: of the draws, (draws,); None: all count alike.
    """
    for way in record.onward:
        scenario = course_onward(record.case, way)
        sweep = Sweep(scenario, draws, runs, seed, passes, implied, paths=0, band_runs=0)
        found = played(sweep).weighted(weights)
        yield from _pairs(record, way, found)
        told(1)


def _pairs(record: Record, way: Onward, found: Runs) -> Iterator[Moved]:
    names, drawn = list(found.uncertainties), found.draws_table()
    rows: dict[tuple[str, str, str], list[DyadRow]] = {}
    for row in found.sweep.evidence.dyads:
        if row.article == record.case.epochs[way.end].article:
            rows.setdefault((row.kind, row.from_, row.to), []).append(row)
    for (kind, first, second), coded in rows.items():
        column = f"{kind}.{first}.{second}"
        if column in found.columns and column in names:
            start: NDArray[np.float64] = drawn[:, names.index(column)].astype(np.float64)
            yield _moved(way, found, coded, start, found.values(column))


def _moved(way: Onward, found: Runs, coded: list[DyadRow], start: Values, values: Values) -> Moved:
    aims = [(row.low / LEVELS, (row.high + 1) / LEVELS) for row in coded]
    weights, ends = found.weights, draw_means(values)[0]
    mass = None if weights is None else np.broadcast_to(weights[:, None], values.shape)
    model, persistence = (
        float(np.mean([crps(sample, low, high, each) for low, high in aims]))
        for sample, each in ((values, mass), (start, weights))
    )
    came = float(np.nanmean(ends)) if weights is None else ratio(ends[:, None], weights).value
    one, sweep = coded[0], found.sweep
    return Moved(
        way.start, way.end, way.scenario, sweep.scenario.horizon, one.kind, (one.from_, one.to),
        (min(low for low, _ in aims), max(high for _, high in aims)),
        float(np.average(start, weights=weights)), came, model, persistence,
    )  # fmt: skip
