"""The job `patterns`: measures the patterns of a case, prints them, and writes a table for machines and a page for
people.
"""

from __future__ import annotations

from sim.case.loading import load_case
from sim.case.patterns import load_patterns
from sim.experiment.patterns import apportioned, measured
from sim.jobs.asked import weights_of
from sim.jobs.settings import Settings
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.pages.kit.terminal import tell_weighted
from sim.pages.patterns.page import PAGE, TABLE, TABLE_MARK, patterns_page
from sim.pages.patterns.table import csv_text, print_patterns
from sim.storage.kept import keeping

PARTS = "patterns_parts"  # what is done already, for a job that is taken up again


def run(settings: Settings) -> int:
    """Measure the patterns of a case, write both files to the folder of the results, and print them.

    Returns:
        How many runs failed.

    Raises:
        InputError: a mistake in the patterns, their worlds or the evidence.
    """
    for name, mark in ((TABLE, TABLE_MARK), (PAGE, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    patterns, coded = load_patterns(load_case(settings.case)), settings.evidence
    draws, runs = apportioned(settings.size.draws * settings.size.runs)
    weights, told, _ = weights_of(settings, patterns.case, draws)
    found = measured(
        patterns, draws, runs, settings.seed, passes=coded.named, implied=coded.implied, weights=weights,
        keep=keeping(settings.out / PARTS),
    )  # fmt: skip
    page = patterns_page(found, told, beside(settings.out))
    for name, content, mark in ((TABLE, csv_text(found), TABLE_MARK), (PAGE, page, GENERATOR)):
        put(settings.out / name, content, mark)
    print_patterns(found)
    tell_weighted(told)
    for name in (TABLE, PAGE):
        print(f"wrote {settings.out / name}")
    return found.failed
