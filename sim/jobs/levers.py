"""The job `levers`: every lever of every scenario, or of the one named, from end to end; a page and a table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sim.analysis.weights import Weights
from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import BASELINE, Scenario, load_scenario, scenario_names
from sim.engine.computing import compute, made, progress_bar
from sim.engine.sweep import Sweep
from sim.experiment.grid import Grid
from sim.experiment.levers import Swept, swept
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.jobs.asked import SOURCE, base_of, evidence_of, set_axes, theory_of_settings, weights_of
from sim.jobs.settings import Settings
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.pages.kit.terminal import tell_failed, tell_weighted
from sim.pages.levers.page import PAGE, TABLE, TABLE_MARK, csv_text, levers_page


def run(settings: Settings) -> int:
    """Sweep the levers, write both files to the folder of the results, and say where.

    Returns:
        How many runs failed.

    Raises:
        InputError: a mistake in a scenario, or a case without a baseline, or nothing to sweep.
    """
    for name, mark in ((TABLE, TABLE_MARK), (PAGE, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    case = load_case(settings.case)
    weights, weighted, _ = weights_of(settings, case, settings.size.draws)
    found, failed = measured(settings, case, weights)
    size = settings.size
    page = levers_page(case, found, size.draws, size.runs, settings.seed, weighted, beside(settings.out))
    for name, content, mark in ((TABLE, csv_text(found), TABLE_MARK), (PAGE, page, GENERATOR)):
        put(settings.out / name, content, mark)
    for name in (TABLE, PAGE):
        print(f"wrote {settings.out / name}")
    tell_weighted(weighted)
    tell_failed(failed)
    return failed


def measured(settings: Settings, case: Case, weights: Weights = None) -> tuple[tuple[Swept, ...], int]:
    """The levers that the settings ask for, from end to end, and how many runs failed; `weights`: of the draws."""
    chosen = tuple(_scenarios(settings, case))
    if not any(scenario.levers for scenario in chosen):
        raise InputError(SOURCE, "scenario", "has no lever to sweep", allowed="a scenario with levers, or null for all")
    failed, coded = 0, settings.evidence
    kept: dict[tuple[str, int], Runs] = {}  # of the baseline, by epoch and horizon

    def simulate(scenario: Scenario) -> Runs:
        nonlocal failed
        key = (scenario.epoch, scenario.horizon)
        if scenario.scenario == BASELINE and key in kept:
            return kept[key]
        sweep = Sweep(
            scenario, settings.size.draws, settings.size.runs, settings.seed, coded.named, coded.implied,
            paths=0, band_runs=0,
        )  # fmt: skip
        found = Runs(sweep, made(list(compute(sweep, range(sweep.shards), progress=False)))).weighted(weights)
        failed += len(found.errors())
        if scenario.scenario == BASELINE:
            kept[key] = found
        return found

    number, levers = sum(len(scenario.levers) for scenario in chosen), []
    with progress_bar(number, None, "levers", "levers") as told:
        for one in swept(chosen, partial(_baseline, settings, case), simulate):
            levers.append(one)
            told(1)
    return tuple(levers), failed


def _scenarios(settings: Settings, case: Case) -> Iterator[Scenario]:
    """The scenario that the settings name, else every one but the baseline, with all that they set of it."""
    named = base_of(settings, case)
    others = (load_scenario(case, name) for name in scenario_names(case) if name != BASELINE)
    for scenario in others if named is None else (named,):
        yield _grid(settings, case, scenario).scenario(0)


def _baseline(settings: Settings, case: Case, scenario: Scenario) -> Scenario:
    """What a scenario is compared with."""
    found = _grid(settings, case, scenario).baseline(scenario)
    if found is None:
        raise InputError(
            SOURCE, "case", f"{case.case} has no scenario {BASELINE} to compare with", allowed="one with it"
        )
    return found


def _grid(settings: Settings, case: Case, scenario: Scenario) -> Grid:
    theory = theory_of_settings(settings)
    return Grid(case, evidence_of(settings, case), set_axes(settings), scenario, SOURCE, theory=theory)
