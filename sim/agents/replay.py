"""Play one run of a sweep again, agent by agent, and sum it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.model import NegotiationModel
from sim.agents.narrative import Period
from sim.agents.reasons import why
from sim.agents.words import listing, name_of, sentence
from sim.case.case import NO_CLASS
from sim.case.columns import outcome_columns
from sim.case.settlements import settled
from sim.inputs.errors import InputError
from sim.model.outcomes import write_outcomes
from sim.world.columns import outcome_type
from sim.world.world import World

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Run:
    """A run that has been played to its horizon.

    Attributes:
        model: the Mesa model at its end.
        number: of the run in its sweep.
        runs: runs for each draw in that sweep.
        outcomes: every declared outcome by column.
    """

    model: NegotiationModel
    number: int
    runs: int
    outcomes: Mapping[str, float]

    def __repr__(self) -> str:
        return f"<run {self.number:,} of {self.model.world.scenario.scenario}: {self.settlement}>"

    @property
    def weeks(self) -> DataFrame:
        """One row a week from 0, the epoch."""
        return self.model.weeks

    @property
    def decisions(self) -> DataFrame:
        """One row a decision, with the terms that made it."""
        return self.model.decisions

    @property
    def story(self) -> tuple[Period, ...]:
        """What happened, period by period, in words: print one, or read its `lines`."""
        return self.model.story

    def why(self, who: str, *, table: str | None = None, week: int | None = None) -> str:
        """Why a player did what it did in a week, in words."""
        return why(self.model, who, table=table, week=week)

    @property
    def settlement(self) -> str:
        """The settlement class at the horizon."""
        return self.model.world.case.classes[int(self.outcomes["settlement"])]


def replay(world: World, number: int, *, seed: int, runs: int = 20, expected: Mapping[str, Any] | None = None) -> Run:
    """Play run `number` of a sweep again: draw number // runs, run number % runs within it.

    Args:
        world: what the run is played in.
        number: 0 or more.
        seed: of the sweep.
        runs: runs for each draw in the sweep.
        expected: the run's stored row; every declared outcome is compared.

    Raises:
        InputError: the replay differs from the stored row, so that there is nothing true to tell about it.
    """
    model = NegotiationModel(world=world, draw=number // runs, run=number % runs, seed=seed)
    model.run_model()
    found = outcomes(model)
    if expected is not None:
        different = differences(expected, found)
        if different:
            name = different[0]
            has, gives = expected.get(name, "nothing"), found[name]
            more = f", and {len(different) - 1} more columns" if len(different) > 1 else ""
            problem = f"the stored row has {name} = {has}, the replay gives {gives}{more}"
            advice = "the same version, case, evidence, scenario, seed and runs per draw as when it was stored"
            raise InputError("explain", f"run {number}", problem, allowed=advice)
    return Run(model, number, runs, found)


def outcomes(model: NegotiationModel) -> dict[str, float]:
    """Every declared outcome of a model at its end, by column."""
    case = model.world.case
    rows = np.zeros(1, outcome_type(case)).view(np.recarray)
    write_outcomes(model.world.rules, model.state.record, rows[0])
    rows["settlement"] = settled(case, rows)
    row = rows[0]
    return {column.name: np.asarray(row[column.field])[column.place].item() for column in outcome_columns(case)}


def differences(expected: Mapping[str, Any], found: Mapping[str, float]) -> list[str]:
    """The declared outcomes in which a stored row is missing or differs; NaN equals NaN."""
    return [name for name, value in found.items() if name not in expected or not _same(expected[name], value)]


def _same(stored: Any, value: float) -> bool:
    if stored is None:
        return isnan(value)
    return bool(stored == value) or (isnan(value) and isnan(float(stored)))


def summary(run: Run) -> str:
    """What came of it, in a sentence or two."""
    model, found = run.model, run.outcomes
    ended = f"it ended in the class {run.settlement!r}: {_meaning(run)}"
    text = f"after {model.week} weeks {ended}"
    if found["takeover_week"] >= 0:
        turn = next(one for one in model.journal.entries if (one.decision, one.outcome) == ("regime", "fell"))
        text = f"in week {turn.week} {name_of(model.world, turn.about)} took over; {ended}"
    signed = _where(run, "agreed", "agreed_week")
    fallen = _where(run, "collapsed", "collapsed_week")
    text = sentence(text) + " " + sentence(f"agreements were signed at {signed}" if signed else "nothing was signed")
    return f"{text} {sentence(f'agreements collapsed at {fallen}')}" if fallen else text


def _meaning(run: Run) -> str:
    """What its class means."""
    classes = run.model.world.case.settlements
    return "none of the others holds" if run.settlement == NO_CLASS else classes[run.settlement].meaning


def _where(run: Run, flag: str, week: str) -> str:
    """The tables where something happened, each with the first week of it."""
    return listing(
        f"{table.title} (first in week {run.outcomes[f'table.{name}.{week}']:.0f})"
        for name, table in run.model.tables.items()
        if run.outcomes[f"table.{name}.{flag}"]
    )


def heading(run: Run) -> str:
    """Which run this is."""
    model = run.model
    return (
        f"run {run.number} of {model.world.scenario.scenario} (draw {model.draw_number}, run {model.run_number} of "
        f"{run.runs} within it; seed {model.seed_of_chance})"
    )


def own_pass(run: Run) -> str:
    """The pass that the draw takes its numbers from."""
    number = int(run.model.drawn.get("pass", 0))
    return run.model.world.evidence.passes[number]
