"""From article to article: trust and leverage after so many weeks, against what the next article's coding says.

The coding is a level with its range, so that what is aimed at is an interval; every pass that codes a pair counts
alike. What is held against the model is persistence: the numbers with which the same draws began.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from sim.analysis.scores import crps
from sim.analysis.shares import Values, draw_means, ratio
from sim.analysis.weights import Weights
from sim.case.record import Onward, Record, course_onward
from sim.engine.sweep import Sweep
from sim.evidence.priors import LEVELS
from sim.evidence.rows import DyadRow
from sim.experiment.keeping import Arrays, Keep, not_kept
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


class Onwards(NamedTuple):
    """Every pair from article to article, and how many of the runs between them failed; these count nowhere."""

    moved: tuple[Moved, ...]
    failed: int


def moved_onward(
    record: Record,
    draws: int,
    runs: int,
    seed: int,
    passes: tuple[str, ...],
    implied: bool,
    told: Callable[[int], object],
    weights: Weights = None,
    keep: Keep = not_kept,
) -> Onwards:
    """Every pair that both the runs have and the later article codes, way by way.

    Args:
        record: whose ways from article to article are played.
        draws, runs, seed, passes, implied: as in a sweep.
        told: is called with 1 after each way.
        weights: of the draws, (draws,); None: all count alike.
        keep: gives what was kept of a way, or plays it.
    """
    moved, failed = [], 0
    for way in record.onward:
        scenario = course_onward(record.case, way)
        sweep = Sweep(scenario, draws, runs, seed, passes, implied, paths=0, band_runs=0)
        coded = _coded(record, way, Runs(sweep))
        arrays = keep([sweep], {"onward": list(coded)}, partial(_ends, sweep, tuple(coded)))
        for column, rows in coded.items():
            start, values = arrays[f"{column} began"], arrays[f"{column} came"]
            moved.append(_moved(way, scenario.horizon, rows, start, values, weights))
        failed += int(arrays["failed"][0])
        told(1)
    return Onwards(tuple(moved), failed)


def _coded(record: Record, way: Onward, runs: Runs) -> dict[str, list[DyadRow]]:
    """What the later article codes of what a sweep draws and ends with, by the name of its column."""
    found: dict[str, list[DyadRow]] = {}
    for row in runs.sweep.evidence.dyads:
        column = f"{row.kind}.{row.from_}.{row.to}"
        both = column in runs.columns and column in runs.uncertainties
        if both and row.article == record.case.epochs[way.end].article:
            found.setdefault(column, []).append(row)
    return found


def _ends(sweep: Sweep, columns: tuple[str, ...]) -> Arrays:
    """Where the runs of a way begin, (draws,), and end, (draws, runs), by column."""
    found = played(sweep)
    names, drawn = list(found.uncertainties), found.draws_table()
    began = {f"{name} began": drawn[:, names.index(name)].astype(np.float64) for name in columns}
    came = {f"{name} came": found.values(name) for name in columns}
    return {**began, **came, "failed": np.array([float(len(found.errors()))])}


def _moved(way: Onward, weeks: int, coded: list[DyadRow], start: Values, values: Values, weights: Weights) -> Moved:
    aims = [(row.low / LEVELS, (row.high + 1) / LEVELS) for row in coded]
    ends = draw_means(values)[0]
    mass = None if weights is None else np.broadcast_to(weights[:, None], values.shape)
    model, persistence = (
        float(np.mean([crps(sample, low, high, each) for low, high in aims]))
        for sample, each in ((values, mass), (start, weights))
    )
    came = float(np.nanmean(ends)) if weights is None else ratio(ends[:, None], weights).value
    one = coded[0]
    return Moved(
        way.start, way.end, way.scenario, weeks, one.kind, (one.from_, one.to),
        (min(low for low, _ in aims), max(high for _, high in aims)),
        float(np.average(start, weights=weights)), came, model, persistence,
    )  # fmt: skip
