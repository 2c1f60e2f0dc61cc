"""The job `theories`: competing theories on the same draws and luck; printed, as a page and as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sim.analysis.shares import Values
from sim.case.loading import load_case
from sim.case.record import FILE as RECORD
from sim.case.record import Statement
from sim.case.scenario import Scenario
from sim.engine.computing import progress_bar
from sim.engine.sweep import Sweep
from sim.experiment.record import Answers, answers
from sim.experiment.runs import Runs, runs_of
from sim.experiment.theories import every_theory, measured, outcomes_of, steps_of
from sim.jobs.asked import scenario_of_settings, theory_of_settings
from sim.jobs.settings import Settings
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.pages.kit.terminal import tell_failed
from sim.pages.theories.page import PAGE, theories_page
from sim.pages.theories.table import TABLE, TABLE_MARK, csv_text, print_theories
from sim.storage.kept import keeping, kept

PARTS = "theories_parts"  # what is done already, for a job that is taken up again
FAILED = "failed runs"


def run(settings: Settings) -> int:
    """Measure every theory, write both files to the folder of the results, and print the table.

    Returns:
        How many of the runs that count failed.

    Raises:
        InputError: a mistake in the scenario, an outcome, a theory, the patterns or the record.
    """
    for name, mark in ((TABLE, TABLE_MARK), (PAGE, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    own = theory_of_settings(settings)
    scenario = scenario_of_settings(settings, load_case(settings.case)).change(theory="as_designed")
    theories, coded, size, failed = every_theory(own), settings.evidence, settings.size, 0

    def once(scenario: Scenario, asked: object, make: Callable[[Runs], Mapping[str, Values]]) -> Mapping[str, Values]:
        nonlocal failed
        sweep = Sweep(scenario, size.draws, size.runs, settings.seed, coded.named, coded.implied, paths=0, band_runs=0)

        def computed() -> dict[str, Values]:
            found = runs_of(scenario, size.draws, size.runs, settings.seed, coded.named, coded.implied)
            return {**make(found), FAILED: np.array([float(len(found.errors()))])}

        arrays = dict(kept(settings.out / PARTS, sweep, asked, computed))
        failed += int(arrays.pop(FAILED)[0])
        return arrays

    def answered(scenario: Scenario, asked: Mapping[str, Statement]) -> Answers:
        told = {name: one.model_dump(mode="json") for name, one in asked.items()}
        return once(scenario, told, lambda found: answers(found, asked, scenario.case.folder / RECORD))

    def simulated(scenario: Scenario, asked: tuple[str, ...]) -> Values:
        return once(scenario, list(asked), lambda found: {"outcomes": outcomes_of(found, asked)})["outcomes"]

    with progress_bar(steps_of(scenario, theories), None, "theories", "steps") as told:
        found = measured(
            scenario, theories, settings.outcome or (), size.draws, size.runs, settings.seed, passes=coded.named,
            implied=coded.implied, told=told, answers=answered, simulate=simulated,
            keep=keeping(settings.out / PARTS),
        )  # fmt: skip
    page = theories_page(found, beside(settings.out))
    for name, content, mark in ((TABLE, csv_text(found), TABLE_MARK), (PAGE, page, GENERATOR)):
        put(settings.out / name, content, mark)
    print_theories(found)
    for name in (TABLE, PAGE):
        print(f"wrote {settings.out / name}")
    tell_failed(failed + found.failed)
    return failed + found.failed
