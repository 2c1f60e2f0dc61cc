"""The job `calibrate`: weights over the draws from what is marked, as a file for every job; a page and a table."""

from __future__ import annotations

import sys

from sim.case.loading import load_case
from sim.case.patterns import patterns_of
from sim.case.record import load_record
from sim.experiment.calibration import measured, planned_runs, sizes
from sim.experiment.learnt import summary
from sim.inputs.numbers import counted
from sim.jobs.asked import check_within_cap
from sim.jobs.settings import Settings
from sim.pages.calibration.page import PAGE, calibration_page
from sim.pages.calibration.table import TABLE, TABLE_MARK, csv_text, print_calibration
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.storage.kept import keeping
from sim.storage.weights import FILE, Draws, refuse_other, write_weights

PARTS = "calibration_parts"  # what is done already, for a job that is taken up again


def run(settings: Settings) -> int:
    """Calibrate, write the weights, the page and the table to the folder of the results, and print what came of it.

    Returns:
        0: a run that fails ends the job.

    Raises:
        InputError: a mistake in the record or the patterns, nothing that is marked or held back, or more runs
            than the cap allows.
    """
    for name, mark in ((TABLE, TABLE_MARK), (PAGE, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    refuse_other(settings.out / FILE)
    case, coded = load_case(settings.case), settings.evidence
    record, patterns = load_record(case, settings.record), patterns_of(case)
    size = sizes(settings.size.draws, settings.size.runs)
    about = planned_runs(record, patterns, size)
    check_within_cap(settings, about, f"about {counted(about, 'run')}")
    print(f"about {about:,} runs; what is done is kept in {settings.out / PARTS}/", file=sys.stderr)
    found = measured(
        record, patterns, size, settings.seed, passes=coded.named, implied=coded.implied,
        keep=keeping(settings.out / PARTS),
    )  # fmt: skip
    page = calibration_page(found, beside(settings.out))
    for name, content, mark in ((TABLE, csv_text(found), TABLE_MARK), (PAGE, page, GENERATOR)):
        put(settings.out / name, content, mark)
    whose = Draws(case, settings.seed, coded.named, coded.implied)
    write_weights(settings.out / FILE, whose, found.weights, found.learnt, summary(found))
    print_calibration(found)
    for name in (FILE, TABLE, PAGE):
        print(f"wrote {settings.out / name}")
    return 0
