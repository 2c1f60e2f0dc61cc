"""The job `sensitivity`: which uncertainties make the outcomes of a scenario; printed, as a page and as a table."""

from __future__ import annotations

from sim.case.loading import load_case
from sim.experiment.sensitivity import measured, require_salib, sizes
from sim.jobs.asked import scenario_of_settings
from sim.jobs.settings import Settings
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.pages.sensitivity.page import PAGE, TABLE, TABLE_MARK, csv_text, print_sensitivity, sensitivity_page
from sim.storage.kept import keeping

PARTS = "sensitivity_parts"  # what is done already, for a job that is taken up again


def run(settings: Settings) -> int:
    """Measure what makes the outcomes, write both files to the folder of the results, and print the strongest.

    Returns:
        0: a run that fails ends the job.

    Raises:
        InputError: a mistake in the scenario or an outcome, or SALib is not installed.
    """
    require_salib()
    for name, mark in ((TABLE, TABLE_MARK), (PAGE, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    scenario, coded = scenario_of_settings(settings, load_case(settings.case)), settings.evidence
    size = sizes(settings.size.draws)
    found = measured(
        scenario, settings.outcome or (), size, settings.size.runs, settings.seed,
        passes=coded.named, implied=coded.implied, keep=keeping(settings.out / PARTS),
    )  # fmt: skip
    page = sensitivity_page(found, beside(settings.out))
    for name, content, mark in ((TABLE, csv_text(found), TABLE_MARK), (PAGE, page, GENERATOR)):
        put(settings.out / name, content, mark)
    print_sensitivity(found)
    for name in (TABLE, PAGE):
        print(f"wrote {settings.out / name}")
    return 0
