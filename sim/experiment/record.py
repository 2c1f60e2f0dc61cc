"""How probable what happened is to the model, before any of it has been used: the record in the prior predictive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from sim.analysis.shares import Estimate, estimate
from sim.case.case import Case
from sim.case.record import Statement, load_record
from sim.engine.computing import compute, made
from sim.engine.sweep import Sweep
from sim.experiment.runs import Runs

EXCLUDED = 0.02  # what has a probability below it, or above one less it, the prior excludes


class Probable(NamedTuple):
    """A statement, and the model's probability of what happened.

    Attributes:
        statement: of the record.
        probability: that the model's runs say what the articles say, with its interval over the draws.
    """

    statement: Statement
    probability: Estimate

    @property
    def is_excluded(self) -> bool:
        """Whether the prior leaves what happened, or its opposite, next to no room."""
        return not EXCLUDED <= self.probability.value <= 1.0 - EXCLUDED


def measured(
    case: Case, draws: int, runs: int, seed: int, off: tuple[str, ...] = (), progress: bool | None = None
) -> Mapping[str, Probable]:
    """Every statement of a case's record with its probability, in their order.

    Args:
        case: whose record it is.
        draws: of everything uncertain, for each statement.
        runs: of chance for each draw.
        seed: of all draws and chance.
        off: mechanisms switched off.
        progress: whether to show a bar; None: on a terminal.

    Raises:
        InputError: a mistake in the record.
    """
    return dict(_measured(case, draws, runs, seed, off, progress))


def _measured(
    case: Case, draws: int, runs: int, seed: int, off: tuple[str, ...], progress: bool | None
) -> Iterator[tuple[str, Probable]]:
    for name, one in load_record(case).items():
        sweep = Sweep(one.course(case).change(off=off), draws, runs, seed, paths=0, band_runs=0)
        found = Runs(sweep, made(list(compute(sweep, range(sweep.shards), progress=progress))))
        held = np.minimum.reduce([found.values(condition) for condition in one.all])
        yield name, Probable(one, estimate(held if one.happened else 1.0 - held, yes_no=True))
