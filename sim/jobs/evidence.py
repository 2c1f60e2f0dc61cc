"""The job `evidence`: the page with every number that goes into the model, and a printed summary."""

from __future__ import annotations

from sim.case.loading import load_case
from sim.jobs.asked import evidence_of
from sim.jobs.settings import Settings
from sim.pages.evidence.account import about
from sim.pages.evidence.findings import Findings, findings_of
from sim.pages.evidence.page import FILE, evidence_page
from sim.pages.kit.html import write
from sim.pages.kit.own_files import beside
from sim.pages.paragraphs.table import EVERY, carried


def run(settings: Settings) -> None:
    """Write the evidence page to the folder of the results and print a summary.

    Where the job `paragraphs` has left its tables in that folder, the page shows beside each row what it carries.

    Raises:
        InputError: a mistake in the case or its evidence, or an `out` that cannot be written.
    """
    from sim.pages.evidence.summary import print_summary

    found = findings(settings)
    path = settings.out / FILE
    size = write(path, _page(found, settings))
    print_summary(found, about(found.evidence.folder), path, size)


def page_of(settings: Settings) -> str:
    """The evidence page as text."""
    return _page(findings(settings), settings)


def _page(found: Findings, settings: Settings) -> str:
    return evidence_page(found, beside(settings.out) - {FILE})


def findings(settings: Settings) -> Findings:
    """Load the case and its evidence, and draw from the priors of every epoch."""
    case = load_case(settings.case)
    coded, told = evidence_of(settings, case), carried(settings.out.glob(EVERY))
    return findings_of(case, coded, settings.evidence.draws, settings.seed, told)
