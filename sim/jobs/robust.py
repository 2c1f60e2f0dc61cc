"""The job `robust`: what could have been done with a scenario's levers; printed, as a page and as two tables."""

from __future__ import annotations

import sys

from sim.case.loading import load_case
from sim.experiment.robust import checked_goals, chosen_levers, measured, settings_of
from sim.inputs.numbers import counted
from sim.jobs.asked import check_within_cap, scenario_of_settings, weights_of
from sim.jobs.settings import Settings
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.pages.kit.terminal import tell_weighted
from sim.pages.robust.page import PAGE, robust_page
from sim.pages.robust.table import FRONT, FRONT_MARK, TABLE, TABLE_MARK, csv_text, front_text, print_robust
from sim.storage.kept import keeping

PARTS = "robust_parts"  # what is done already, for a job that is taken up again


def run(settings: Settings) -> int:
    """Try the settings, write page and tables to the folder of the results, and print what is best by what.

    Returns:
        0: a run that fails ends the job.

    Raises:
        InputError: a mistake in the scenario, a lever, an outcome or a goal, or more runs than the cap allows.
    """
    for name, mark in ((TABLE, TABLE_MARK), (FRONT, FRONT_MARK), (PAGE, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    scenario, coded, size = scenario_of_settings(settings, load_case(settings.case)), settings.evidence, settings.size
    levers = chosen_levers(scenario, settings.actor, settings.choose or ())
    asked = settings.outcome or (), settings.better or (), settings.enough or ()
    checked_goals(scenario, *asked)
    number = len(settings_of({name: scenario.levers[name] for name in levers}, settings.tried)[0])
    _announce(settings, levers, number)
    weights, weighted, _ = weights_of(settings, scenario.case, size.draws)
    found = measured(
        scenario, *asked[:2], size.draws, size.runs, settings.seed, actor=settings.actor,
        choose=settings.choose or (), enough=asked[2], tried=settings.tried, passes=coded.named,
        implied=coded.implied, weights=weights, keep=keeping(settings.out / PARTS),
    )  # fmt: skip
    contents = ((TABLE, csv_text(found), TABLE_MARK), (FRONT, front_text(found), FRONT_MARK))
    for name, content, mark in (*contents, (PAGE, robust_page(found, weighted, beside(settings.out)), GENERATOR)):
        put(settings.out / name, content, mark)
    print_robust(found)
    tell_weighted(weighted)
    for name in (TABLE, FRONT, PAGE):
        print(f"wrote {settings.out / name}")
    return 0


def _announce(settings: Settings, levers: tuple[str, ...], number: int) -> None:
    """Tell what will be done and written; refuse more runs than the cap without a yes."""
    total = number * settings.size.draws * settings.size.runs
    told = f"{counted(number, 'setting')} of {', '.join(levers)}: {counted(total, 'run')}"
    check_within_cap(settings, total, told, "a smaller size or tried=NUMBER")
    kept = f"what is done is kept in {settings.out / PARTS}/"
    print(f"{told}; writes {TABLE}, {FRONT} and {PAGE} to {settings.out}/; {kept}", file=sys.stderr)
