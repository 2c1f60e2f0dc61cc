"""The job `paragraphs`: what each coded row, paragraph and pass carries of the answer; printed, pages and a table."""

from __future__ import annotations

from sim.case.loading import load_case
from sim.experiment.paragraphs import measured
from sim.jobs import evidence
from sim.jobs.asked import scenario_of_settings, weights_of
from sim.jobs.settings import Settings
from sim.pages.evidence.page import FILE as EVIDENCE
from sim.pages.kit.html import GENERATOR, write
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.pages.kit.terminal import tell_failed, tell_weighted
from sim.pages.paragraphs.page import PAGE, paragraphs_page, print_paragraphs
from sim.pages.paragraphs.table import TABLE, TABLE_MARK, csv_text
from sim.storage.kept import keeping

PARTS = "paragraphs_parts"  # what is done already, for a job that is taken up again


def run(settings: Settings) -> int:
    """Measure what carries the outcomes, write table, page and evidence page to the results' folder, and print it.

    Returns:
        How many runs failed.

    Raises:
        InputError: a mistake in the scenario or an outcome.
    """
    scenario, coded, size = scenario_of_settings(settings, load_case(settings.case)), settings.evidence, settings.size
    table, page = (settings.out / name.format(scenario=scenario.scenario) for name in (TABLE, PAGE))
    for path, mark in ((table, TABLE_MARK), (page, GENERATOR), (settings.out / EVIDENCE, GENERATOR)):
        refuse_foreign(path, mark)
    weights, weighted, _ = weights_of(settings, scenario.case, size.draws)
    found = measured(
        scenario, settings.outcome or (), size.draws, size.runs, settings.seed,
        passes=coded.named, implied=coded.implied, weights=weights, keep=keeping(settings.out / PARTS),
    )  # fmt: skip
    put(table, csv_text(found, weighted), TABLE_MARK)
    put(page, paragraphs_page(found, weighted, beside(settings.out) | {EVIDENCE}), GENERATOR)
    write(settings.out / EVIDENCE, evidence.page_of(settings))
    print_paragraphs(found)
    tell_failed(found.failed)
    tell_weighted(weighted)
    for path in (table, page, settings.out / EVIDENCE):
        print(f"wrote {path}")
    return found.failed
