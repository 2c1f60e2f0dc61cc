"""Runs of draws that are chosen, not taken from chance: every row of a design with the same luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.analysis.shares import Values
from sim.case.scenario import Scenario
from sim.engine.computing import made
from sim.engine.engine import UNSOUND_MESSAGE, Engine, Piece, Scratch
from sim.engine.kernel import UNFINISHED, UNSOUND
from sim.engine.sweep import BINS, Sweep
from sim.evidence.quantiles import draws_of, inputs
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.world.uncertainty import Uncertainty

BATCH_RUNS = 50_000  # of one design that are in memory at once
LUCK = 0  # the draw whose chance every row meets
NEAR_ONE = np.nextafter(1.0, 0.0)


class DesignedEngine(Engine):
    """An engine that plays the rows of a design, one call of the kernel each, every row with the luck of a draw.

    Args:
        sweep: with as many draws as there are rows; its pieces are of one draw.
        rows: of a table of draws, (rows, columns).
        luck: the draws whose chance the rows meet, (rows,); None: all that of one.
    """

    def __init__(self, sweep: Sweep, rows: Values, luck: NDArray[np.int64] | None = None) -> None:
        super().__init__(sweep)
        self.given = rows
        self.luck = np.full(len(rows), LUCK) if luck is None else luck
        self.records = sweep.uncertainty.records_of(rows)
        self.records.index = self.luck

    def piece(self, scratch: Scratch, first: int, last: int) -> Piece:
        """Simulate the runs of one row."""
        row = first // self.sweep.runs
        rows, flaws, paths = self._space(last - first, 0)
        errors: dict[int, str] = {}
        at = int(self.luck[row]) * self.sweep.runs
        try:
            self.kernel(*self._given(scratch, self.records[row : row + 1], at, rows, flaws, paths))
        except Exception as error:  # a failure is told with the row, where a sweep would go on without it
            told = f"{type(error).__name__}: {error}"
            errors = {first + int(place): told for place in np.flatnonzero(flaws == UNFINISHED)}
        self.classify(rows, flaws)
        errors |= {first + int(place): UNSOUND_MESSAGE for place in np.flatnonzero(flaws == UNSOUND)}
        return Piece(row, rows, errors, self.given[row : row + 1], paths)

    def _bands(self) -> NDArray[np.int32]:
        """None are counted."""
        return np.broadcast_to(np.int32(0), (self.sweep.scenario.horizon + 1, len(self.place), BINS))


@dataclass(frozen=True)
class Reread(Sweep):
    """A sweep whose draws are of another joint prior than its scenario's.

    Attributes:
        otherwise: that prior; None: the scenario's.
    """

    otherwise: Uncertainty | None = None

    @property
    def uncertainty(self) -> Uncertainty:
        """What the runs draw from."""
        return super().uncertainty if self.otherwise is None else self.otherwise


def reread(sweep: Sweep, otherwise: Uncertainty) -> Reread:
    """A sweep with draws of another joint prior."""
    return Reread(**{one.name: getattr(sweep, one.name) for one in fields(sweep)}, otherwise=otherwise)


def played_draws(
    sweep: Sweep, rows: Values, luck: NDArray[np.int64] | None, told: Callable[[int], object]
) -> Iterator[Runs]:
    """The runs of given draws, some at a time, so that few are in memory at once.

    Args:
        sweep: whose scenario, runs, seed and uncertainty count; its number of draws does not.
        rows: of a table of draws, (rows, columns of its uncertainty).
        luck: as in `DesignedEngine`.
        told: hears of finished runs.
    """
    size = max(1, BATCH_RUNS // sweep.runs)
    for at in range(0, len(rows), size):
        some = rows[at : at + size]
        chosen = replace(
            sweep, draws=len(some), paths=0, band_runs=0, piece=sweep.runs, shard_runs=len(some) * sweep.runs
        )
        engine = DesignedEngine(chosen, some, None if luck is None else luck[at : at + size])
        yield Runs(chosen, made([engine.shard(part, told) for part in range(chosen.shards)]))


def free_inputs(sweep: Sweep) -> tuple[str, ...]:
    """The inputs of a sweep's scenario that it does not hold."""
    return tuple(name for name in inputs(sweep.uncertainty.priors) if name not in sweep.scenario.fixed)


def evaluated(
    sweep: Sweep, names: tuple[str, ...], given: Values, outcomes: tuple[str, ...], told: Callable[[int], object]
) -> Values:
    """What comes of rows of uniform numbers, (rows, runs, outcomes); all rows meet the luck of draw 0.

    Args:
        sweep: whose scenario, runs, seed and evidence count; its draws do not.
        names: of the inputs, as `free_inputs` gives them.
        given: (rows, names) in [0, 1]; all other inputs are at their middle.
        outcomes: as in `Runs.values`; a week that never comes is the horizon.
        told: hears of finished runs.

    Raises:
        InputError: an outcome is undefined in a run, or a run failed.
    """
    priors = sweep.uncertainty.priors
    rows = draws_of(priors, names, np.minimum(given, NEAR_ONE))
    for name, value in sweep.scenario.fixed.items():
        rows[:, priors.index[name]] = value
    parts = played_draws(sweep, rows, None, told)
    return np.concatenate([np.stack([defined(runs, one) for one in outcomes], axis=2) for runs in parts])


def defined(runs: Runs, outcome: str) -> Values:
    """An outcome (draws, runs) that every run has: a week that never comes is the horizon.

    Raises:
        InputError: it is a code, or undefined in some runs, or runs failed.
    """
    runs.refuse_code(outcome)
    horizon = float(runs.sweep.scenario.horizon)
    values = np.minimum(runs.weeks(outcome), horizon) if runs.is_week(outcome) else runs.values(outcome)
    missing = int(np.isnan(values).sum())
    if missing:
        problem = f"has no value in {counted(missing, 'run')} of {values.size:,}"
        allowed = "an outcome that every run has, such as a condition, a count or the week of an event"
        raise InputError(runs.sweep.scenario.scenario, outcome, problem, allowed=allowed)
    return values


def grouped(names: tuple[str, ...], actors: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Two ways to group inputs, (names,) each: by what they are, and by whose they are."""
    return {"kind": tuple(map(_kind, names)), "actor": tuple(_actor(name, actors) for name in names)}


def _kind(name: str) -> str:
    first = name.split(".")[0]
    if first in ("position", "salience"):
        return "positions and salience"
    told = {"trust": "trust", "leverage": "leverage", "share": "instruments", "start": "start", "pass": "coding pass"}
    return told.get(first, "structural")


def _actor(name: str, actors: tuple[str, ...]) -> str:
    parts = name.split(".")
    if parts[0] in ("trust", "leverage", "position", "salience"):
        return parts[1] if parts[1] in actors else "third parties"
    return "nobody's"


def scenario_outcomes(scenario: Scenario) -> tuple[str, ...]:
    """What a scenario is asked about: where its question is answered, else the shares and counts of the headline."""
    return tuple(dict.fromkeys(_asked(scenario)))


def _asked(scenario: Scenario) -> Iterator[str]:
    yield from (answer.outcome for answer in scenario.answered_by)
    if not scenario.answered_by:
        for one in scenario.case.headline:
            if one.is_told_from(scenario.epoch) and one.told == "share":
                yield one.outcome
