"""Replay one run of a sweep and tell it: who decided what, what weighed, and the evidence behind the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.inputs import InputError
from sim.model import NegotiationModel
from sim.narrative import beginnings, label, story, tables_at_start
from sim.outcomes import SETTLEMENTS, outcome_columns, outcome_type, write_outcomes
from sim.reasons import Source, because, listing, sentence, why
from sim.world import World, load_world

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import Console
    from rich.table import Table

    from sim.settings import Settings


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

    @property
    def weeks(self) -> DataFrame:
        """One row a week from 0, the epoch."""
        return self.model.weeks

    @property
    def decisions(self) -> DataFrame:
        """One row a decision, with the terms that made it."""
        return self.model.decisions

    def why(self, who: str, *, table: str | None = None, week: int | None = None) -> str:
        """Why a player did what it did in a week, in words."""
        return why(self.model, who, table=table, week=week)

    @property
    def settlement(self) -> str:
        """The settlement class at the horizon."""
        return SETTLEMENTS[int(self.outcomes["settlement"])]


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
    row = np.zeros(1, outcome_type(case)).view(np.recarray)[0]
    write_outcomes(model.world.rules, model.state.record, row)
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
    sayings = {
        "takeover": "the challenger took over",
        "comprehensive": "a comprehensive settlement was in force",
        "interim": "an interim settlement was in force",
        "ceasefire": "a ceasefire held without a settlement",
        "bilateral": "only a bilateral agreement was in force",
        "none": "there was no settlement",
    }
    text = f"after {model.week} weeks {sayings[run.settlement]}"
    if found["collapse_week"] >= 0:
        text = f"in week {found['collapse_week']:.0f} {sayings['takeover']}"
    signed = _where(run, "agreed", "agreed_week")
    fallen = _where(run, "collapsed", "collapsed_week")
    text = sentence(text) + " " + sentence(f"agreements were signed at {signed}" if signed else "nothing was signed")
    return f"{text} {sentence(f'agreements collapsed at {fallen}')}" if fallen else text


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


# --- the job ---------------------------------------------------------------------------------------------------------


def run(settings: Settings) -> None:
    """The job `explain`: replay a run, print its story, write its page.

    Raises:
        InputError: a mistake in the case, the scenario or the settings.
    """
    from rich.console import Console

    from sim.case import load_case
    from sim.plan import scenario_of_settings
    from sim.run_page import FILE, write_page

    counted = settings.evidence
    case = load_case(settings.case)
    world = load_world(scenario_of_settings(settings, case), case, passes=counted.passes, implied=counted.implied)
    found = replay(world, settings.run, seed=settings.seed, runs=settings.size.runs)
    file = settings.out / FILE.format(scenario=world.scenario.scenario, run=settings.run, seed=settings.seed)
    write_page(found, file)
    console = Console(highlight=False)
    tell(found, console)
    console.print(f"\nThe same with a timeline and every decision: [bold]{file}[/bold]", soft_wrap=True)


def tell(run: Run, console: Console) -> None:
    """Print the story of a run."""
    from rich.markup import escape
    from rich.padding import Padding
    from rich.rule import Rule

    scenario = run.model.world.scenario
    console.print(Rule(f"[bold]{escape(scenario.title)}[/bold]", align="left"))
    console.print(escape(sentence(heading(run))), style="dim")
    console.print(escape(scenario.question))
    console.print(f"[bold]{escape(summary(run))}[/bold]\n")
    console.print("[bold]How it began[/bold]")
    console.print(escape(f"{tables_at_start(run.model)} The draw takes its numbers from {own_pass(run)}."))
    console.print(_table_of(run, beginnings(run.model, ("trust",))))
    for period in story(run.model):
        console.print(f"\n[bold cyan]{period.title}[/bold cyan]")
        for line in period.lines:
            style = "bold" if line.weight > 1 else ""
            console.print(Padding(escape(f"• {line.text}"), (0, 0, 0, 2)), style=style)
            if line.because:
                console.print(Padding(escape(line.because), (0, 0, 0, 4)), style="dim")


def _table_of(run: Run, sources: Iterable[Source]) -> Table:
    """Numbers of the draw, and where they come from, as a table for the terminal."""
    from rich.markup import escape
    from rich.table import Table

    table = Table("what", "here", "because", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for found in sources:
        table.add_row(escape(label(run.model, found)), f"{found.value:.2f}", escape(because(found)))
    return table
