"""The job `explain` with `against`: where two scenarios part, over all pairs of runs or in one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.agents.parting import names_apart, parting_told
from sim.agents.replay import Run, replay, summary
from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import BASELINE, Scenario, load_scenario, scenario_names
from sim.engine.computing import compute_all
from sim.engine.sweep import Sweep
from sim.experiment.runs import Runs
from sim.experiment.turning import share_otherwise, turning, typical
from sim.inputs.errors import InputError, one_of
from sim.jobs.asked import SOURCE, scenario_of_settings
from sim.pages.kit.html import write
from sim.pages.kit.own_files import beside
from sim.pages.kit.terminal import tell_failed, terminal, whole
from sim.pages.run import pair
from sim.pages.run import turning as overview
from sim.pages.run.again import parting_command
from sim.world.world import load_world

if TYPE_CHECKING:
    from rich.console import Console

    from sim.jobs.settings import Settings


def run(settings: Settings) -> int:
    """Tell where the scenario that is named and the one that it is held against part; write the pages.

    Returns:
        How many runs failed, of both.

    Raises:
        InputError: a mistake in the settings, or two scenarios that do not begin and end together.
    """
    case = load_case(settings.case)
    scenario = scenario_of_settings(settings, case)
    first, second = other_of(settings, case, scenario), scenario
    if settings.run is None:
        return _all(settings, first, second)
    found = _played(settings, first, second, settings.run)
    _tell_pair(terminal(), *found, _write_pair(settings, *found))
    return 0


def other_of(settings: Settings, case: Case, scenario: Scenario) -> Scenario:
    """What a scenario is held against, under what the settings set of both: epoch, horizon, switches, fixed values.

    `status_quo` is moved to the scenario's epoch and horizon; any other has to have the same.
    """
    name = str(settings.against)
    if not name.endswith(".yaml"):
        allowed = [*scenario_names(case), "a file that ends in .yaml"]
        one_of(SOURCE, "against", name, scenario_names(case), "one of the choices", ", ".join(allowed))
    found = load_scenario(case, name)
    is_moved = found.scenario == BASELINE
    found = found.change(
        epoch=scenario.epoch if is_moved else settings.epoch,
        horizon=scenario.horizon if is_moved else settings.horizon,
        off=None if settings.off is None else scenario.off,
        theory=scenario.theory,
    )
    found = replace(found, fixed={**found.fixed, **{name: scenario.fixed[name] for name in settings.fixed}})
    for key in ("epoch", "horizon"):
        if getattr(found, key) != getattr(scenario, key):
            problem = f"{found.scenario} has {key} {getattr(found, key)}, {scenario.scenario} {getattr(scenario, key)}"
            raise InputError(
                SOURCE, "against", problem, allowed=f"two that begin and end together; {key}=... sets both"
            )
    return found


def _all(settings: Settings, first: Scenario, second: Scenario) -> int:
    """Simulate both, follow every pair that ends otherwise, write the overview and the page of each typical run.

    Returns:
        How many runs failed, of both: a pair with one of them counts nowhere.
    """
    size, coded = settings.size, settings.evidence
    sweeps = [
        Sweep(one, size.draws, size.runs, settings.seed, coded.named, coded.implied, paths=0, band_runs=0)
        for one in (first, second)
    ]
    one, other = (Runs(sweep, made) for sweep, made in zip(sweeps, compute_all(sweeps), strict=True))
    found = turning(one, other)
    pages = {}
    for turned in overview.typical_runs(found):
        pages[turned.number] = _write_pair(settings, *_played(settings, first, second, turned.number)).name
    names = names_apart(first, second)
    command = parting_command(other.sweep.world, str(settings.against), size.draws, size.runs, settings.seed)
    pairs = overview.Pairs(one.sweep.world, names, found, share_otherwise(one, other), pages, command)
    file = settings.out / overview.FILE.format(first=first.scenario, second=second.scenario, seed=settings.seed)
    write(file, overview.turning_page(pairs, beside(settings.out)))
    _tell_all(terminal(), pairs, str(file))
    failed = len(one.errors()) + len(other.errors())
    tell_failed(failed)
    return failed


def _played(settings: Settings, first: Scenario, second: Scenario, number: int) -> tuple[Run, Run]:
    """Both runs of a number, played to their end."""
    coded = settings.evidence
    one, other = (
        replay(
            load_world(scenario, passes=coded.named or None, implied=coded.implied, case=scenario.case), number,
            seed=settings.seed, runs=settings.size.runs,
        )
        for scenario in (first, second)
    )  # fmt: skip
    return one, other


def _write_pair(settings: Settings, first: Run, second: Run) -> Path:
    one, other = (run.model.world.scenario.scenario for run in (first, second))
    file = settings.out / pair.FILE.format(first=one, second=other, run=first.number, seed=settings.seed)
    write(file, pair.pair_page(first, second, beside(settings.out)))
    return file


def _tell_pair(console: Console, first: Run, second: Run, file: Path) -> None:
    from rich.text import Text

    console.print(pair.told_apart(first, second), style="bold")
    for name, run in zip(pair.names_of(first, second), (first, second), strict=True):
        console.print(Text.assemble("\n", (name, "bold cyan"), f": {summary(run)}"))
        for period in run.story:
            lines = [line.text for line in period.lines if line.weight > 1]
            if lines:
                console.print(f"  {period.title}: {' '.join(lines)}")
    told = Text.assemble("\nBoth timelines, side by side: ", (str(file), "bold"))
    console.print(told, soft_wrap=True)


def _tell_all(console: Console, pairs: overview.Pairs, file: str) -> None:
    from rich.table import Table
    from rich.text import Text

    console.print(overview.lead_told(pairs), style="bold")
    table = Table("they part when", "runs", "a typical one", box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for key, held in list(pairs.found.kinds.items())[: overview.KINDS]:
        one = typical(held)
        assert one.parting is not None
        words = parting_told(pairs.world, one.parting, pairs.names)
        table.add_row(overview.kind_told(pairs.world, key), str(len(held)), f"run {one.number}: {words}")
    console.print(whole(table))
    console.print(Text.assemble("All of them, and a page for each of these: ", (file, "bold")), soft_wrap=True)
