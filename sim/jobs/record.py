"""The job `record`: scores the model on what happened, prints it, and writes a table for machines and two pages."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.case.loading import load_case
from sim.case.record import Statement, load_record
from sim.case.scenario import Scenario
from sim.engine.sweep import Sweep
from sim.experiment.record import Answers, answers, measured
from sim.experiment.runs import runs_of
from sim.jobs.asked import weights_of
from sim.jobs.settings import Settings
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.pages.kit.terminal import tell_failed, tell_weighted
from sim.pages.record.page import PAGE, TRUST, record_page, trust_page
from sim.pages.record.table import TABLE, TABLE_MARK, csv_text, print_record
from sim.storage.kept import keeping, kept

PARTS = "record_parts"  # what is done already, for a job that is taken up again


def run(settings: Settings) -> int:
    """Score the record, write the table and both pages to the folder of the results, and print the scores.

    Returns:
        How many of the runs that count failed.

    Raises:
        InputError: a mistake in the record, or a case without one.
    """
    for name, mark in ((TABLE, TABLE_MARK), (PAGE, GENERATOR), (TRUST, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    record = load_record(load_case(settings.case), settings.record)
    coded, size, failed = settings.evidence, settings.size, 0
    weights, weighted, words = weights_of(settings, record.case, size.draws)

    def simulate(scenario: Scenario, asked: Mapping[str, Statement]) -> Answers:
        nonlocal failed
        sweep = Sweep(scenario, size.draws, size.runs, settings.seed, coded.named, coded.implied, paths=0, band_runs=0)
        told = {name: one.model_dump(mode="json") for name, one in asked.items()}

        def make() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
            found = runs_of(scenario, size.draws, size.runs, settings.seed, coded.named, coded.implied)
            return {**answers(found, asked, record.file), FAILED: np.array([float(len(found.errors()))])}

        arrays = dict(kept(settings.out / PARTS, sweep, told, make))
        failed += int(arrays.pop(FAILED)[0])
        return arrays

    found = measured(
        record, size.draws, size.runs, settings.seed, passes=coded.named, implied=coded.implied, weights=weights,
        simulate=simulate, keep=keeping(settings.out / PARTS),
    )  # fmt: skip
    there = beside(settings.out)
    pages = ((PAGE, record_page(found, weighted, there)), (TRUST, trust_page(found, words, there)))
    for name, content, mark in ((TABLE, csv_text(found), TABLE_MARK), *((*page, GENERATOR) for page in pages)):
        put(settings.out / name, content, mark)
    print_record(found)
    tell_weighted(weighted)
    for name in (TABLE, PAGE, TRUST):
        print(f"wrote {settings.out / name}")
    failed += found.failed_onward
    tell_failed(failed)
    return failed


FAILED = "failed runs"
