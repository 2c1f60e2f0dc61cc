"""The job `paragraphs`: what each coded row, paragraph and pass carries of the answer; printed, pages and a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.analysis.shares import Values
from sim.case.loading import load_case
from sim.engine.sweep import Sweep
from sim.experiment.paragraphs import measured
from sim.jobs import evidence
from sim.jobs.asked import scenario_of_settings
from sim.jobs.settings import Settings
from sim.pages.evidence.page import FILE as EVIDENCE
from sim.pages.kit.html import GENERATOR, write
from sim.pages.kit.own_files import put, refuse_foreign
from sim.pages.paragraphs.page import PAGE, paragraphs_page, print_paragraphs
from sim.pages.paragraphs.table import TABLE, TABLE_MARK, csv_text
from sim.storage.kept import kept

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
    sweep = Sweep(scenario, size.draws, size.runs, settings.seed, coded.named, coded.implied, paths=0, band_runs=0)
    found = measured(
        scenario, settings.outcome or (), size.draws, size.runs, settings.seed,
        passes=coded.named, implied=coded.implied, keep=keeping(settings, sweep),
    )  # fmt: skip
    put(table, csv_text(found), TABLE_MARK)
    put(page, paragraphs_page(found), GENERATOR)
    write(settings.out / EVIDENCE, evidence.page_of(settings))
    print_paragraphs(found)
    for path in (table, page, settings.out / EVIDENCE):
        print(f"wrote {path}")
    return found.failed


def keeping(settings: Settings, sweep: Sweep) -> Callable[[Sequence[str], Callable[[], Values]], Values]:
    """Keeps the numbers of each reading in a folder."""

    def keep(label: Sequence[str], make: Callable[[], Values]) -> Values:
        told = {"reading": list(label), "outcomes": settings.outcome}
        return kept(settings.out / PARTS, sweep, told, lambda: {"values": make()})["values"]

    return keep
