"""The section of the report that leads to what other jobs found in the same folder, and says how to learn the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import filter as matching

from sim.case.case import Case
from sim.pages.kit.html import Html, joined, paragraphs, table, tag
from sim.pages.run.again import job_command

NAMED = "scenario=NAME"
# What a reader would ask, the words of the job that answers, and the names of its pages.
ASKED = (
    ("Which numbers go in, and what do they rest on?", ("job=evidence",), ("evidence.html",)),
    ("Where does a lever begin to matter?", ("job=levers",), ("levers.html",)),
    ("Does the model do what the articles lead one to expect?", ("job=patterns",), ("patterns.html",)),
    ("What is it worth on what happened?", ("job=record",), ("trust.html", "record.html")),
    ("Which guesses count more by half of what happened?", ("job=calibrate",), ("calibration.html",)),
    ("Which uncertainties make an outcome?", ("job=sensitivity", NAMED), ("sensitivity.html",)),
    ("Which paragraph carries an answer?", ("job=paragraphs", NAMED), ("paragraphs_*.html",)),
    ("Under which circumstances does an outcome come?", ("job=discover", NAMED), ("discover.html",)),
    ("What could have been done?", ("job=robust", NAMED, "outcome=[OUTCOME]", "better=[less]"), ("robust.html",)),
    ("What do other theories say of the same data?", ("job=theories",), ("theories.html",)),
    ("What do simple models say of positions of one's own?", ("import", "FILE"), ("import.html",)),
)
HOW = (
    "A page is linked here where it lay in the same folder when this report was written; after another job, write the "
    "report again to see it here. Such a page may be of other draws, scenarios or weights: it says of which."
)


def others_section(case: Case, beside: Collection[str]) -> Html:
    """Question, job and pages of every other job.

    Args:
        case: of the report.
        beside: names of pages in the same folder, which can be linked to.
    """
    rows = []
    for question, words, names in ASKED:
        rows.append(
            (question, tag("code", job_command(case, *words)), joined(_linked(beside, names), ", ") or "not there yet")
        )
    return joined([table(("asked", "answered by", "its pages here"), rows), paragraphs(HOW)])


def _linked(beside: Collection[str], names: Collection[str]) -> Iterator[Html]:
    for name in names:
        for file in sorted(matching(beside, name)):
            yield tag("a", file.removesuffix(".html"), href=file)
