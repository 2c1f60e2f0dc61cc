"""Whether an uncertainty does anything in the model at all: it is held low, then high, with the same luck.

A correlation says how two numbers go together over the draws; that a mechanism lies between them, only the model can
say. What moves no run when it is held at either end is inert, however it correlates.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.analysis.influence import PASS
from sim.engine.computing import compute, made
from sim.engine.sweep import Sweep
from sim.experiment.runs import Runs

LOW, HIGH = 0.1, 0.9  # quantiles of what was drawn, at which it is held
DRAWS, RUNS = 200, 5  # at most: one run that differs is enough


def is_felt(runs: Runs, name: str) -> bool:
    """Whether any run of a sweep ends otherwise with an uncertainty at its upper than at its lower tenth.

    Args:
        runs: of the sweep; up to 200 of its draws are played twice, 5 runs each.
        name: a column of its draws; `pass` is held by letting one coding pass count alone.

    Returns:
        False too for a column with one value or none. An outcome that is the drawn number itself at the end, as the
        trust of a pair is, does not count: it differs by being held.
    """
    one, other = _held(runs, name)
    return one is not None and other is not None and not _same(_played(one), _played(other))


def _held(runs: Runs, name: str) -> tuple[Sweep | None, Sweep | None]:
    sweep = runs.sweep
    draws, chances = min(sweep.draws, DRAWS), min(sweep.runs, RUNS)
    if name == PASS:
        ends: list[Any] = [sweep.evidence.passes[0], sweep.evidence.passes[-1]]
        made_of = [Sweep(sweep.scenario, draws, chances, sweep.seed, (end,), sweep.implied, 0, 0) for end in ends]
        return made_of[0], made_of[1]
    drawn = runs.draws_table()[:, runs.uncertainties.index(name)].astype(np.float64)
    known = drawn[np.isfinite(drawn)]
    if not len(known) or known.min() == known.max():
        return None, None
    held = [sweep.scenario.change(fixed={name: float(np.quantile(known, level))}) for level in (LOW, HIGH)]
    one, other = (Sweep(to, draws, chances, sweep.seed, sweep.passes, sweep.implied, 0, 0) for to in held)
    return one, other


def _played(sweep: Sweep) -> Runs:
    return Runs(sweep, made(list(compute(sweep, range(sweep.shards), progress=False))))


def _same(one: Runs, other: Runs) -> bool:
    """Whether all runs end alike, in every outcome that is no drawn number carried on, and fail alike."""
    own = {*one.uncertainties, *other.uncertainties}
    columns = [column for name, column in one.columns.items() if name not in own]
    return one.errors() == other.errors() and all(
        one.read(column).tobytes() == other.read(column).tobytes() for column in columns
    )
