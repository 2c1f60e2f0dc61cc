"""The job `discover`: under which circumstances a scenario's outcomes happen; printed, as a page and a table."""

from __future__ import annotations

from sim.case.loading import load_case
from sim.experiment.discover import measured, require_sklearn
from sim.jobs.asked import scenario_of_settings, weights_of
from sim.jobs.settings import Settings
from sim.pages.discover.page import PAGE, TABLE, TABLE_MARK, csv_text, discover_page, print_discover
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.pages.kit.terminal import tell_failed, tell_weighted
from sim.storage.kept import keeping

PARTS = "discover_parts"  # what is done already, for a job that is taken up again


def run(settings: Settings) -> int:
    """Look for boxes, write both files to the folder of the results, and print what was found.

    Returns:
        How many runs failed.

    Raises:
        InputError: a mistake in the scenario or an outcome, too few draws, or scikit-learn is not installed.
    """
    require_sklearn()
    for name, mark in ((TABLE, TABLE_MARK), (PAGE, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    scenario, coded, size = scenario_of_settings(settings, load_case(settings.case)), settings.evidence, settings.size
    weights, weighted, _ = weights_of(settings, scenario.case, size.draws)
    found = measured(
        scenario, settings.outcome or (), size.draws, size.runs, settings.seed,
        passes=coded.named, implied=coded.implied, weights=weights, keep=keeping(settings.out / PARTS),
    )  # fmt: skip
    page = discover_page(found, weighted, beside(settings.out))
    contents = ((TABLE, csv_text(found), TABLE_MARK), (PAGE, page, GENERATOR))
    for name, content, mark in contents:
        put(settings.out / name, content, mark)
    print_discover(found)
    tell_failed(found.failed)
    tell_weighted(weighted)
    for name in (TABLE, PAGE):
        print(f"wrote {settings.out / name}")
    return found.failed
