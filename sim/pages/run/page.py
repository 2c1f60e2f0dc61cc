"""The page of one run: a timeline, the story, every decision with its reasons, and the evidence behind the numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sim.agents.journal import Decision
from sim.agents.narrative import beginnings, tables_at_start
from sim.agents.reasons import told, weighed, what_a_sum_makes
from sim.agents.replay import Run, heading, own_pass, summary
from sim.agents.sources import because
from sim.agents.words import label, sentence
from sim.inputs.numbers import counted
from sim.pages.kit.html import (
    Content,
    Html,
    Section,
    above,
    details,
    figure,
    finder,
    joined,
    listed,
    page,
    table,
    tag,
    typed,
    write,
)
from sim.pages.kit.own_files import beside
from sim.pages.kit.words import linked
from sim.pages.run.again import explain_command, notebook
from sim.pages.run.timeline import CAPTION, KEY, timeline

if TYPE_CHECKING:
    from sim.agents.model import NegotiationModel


Reason = Callable[[str], Content]  # a reason, as the page tells it
FILE = "{scenario}-run-{run}-seed-{seed}.html"
SENTENCES = 10  # on top
EVIDENCE = "evidence.html"
TOLD = ("attend", "mediate", "offer", "ratify", "vote", "comply", "line", "break")


def write_page(run: Run, file: Path) -> int:
    """Write the page of a run and return its size in bytes."""
    return write(file, run_page(run, beside(file.parent)))


def run_page(run: Run, there: Collection[str] = (), evidence: str | None = None) -> str:
    """The page of a run as text.

    Args:
        run: the run.
        there: names of pages in the same folder, which can be linked to.
        evidence: the address of the evidence page; None: it is among those there, or nowhere.
    """
    scenario = run.model.world.scenario
    cited = reasons(run, evidence or evidence_in(there))
    lead = joined(
        (
            tag("p", tag("strong", summary(run))),
            tag("p", scenario.question),
            tag("p", sentence(heading(run)), class_="soft"),
        )
    )
    sections = (
        Section("turning", "In ten sentences", _turning(run.model)),
        Section("timeline", "Timeline", _timeline(run)),
        Section("beginning", "How it began", _beginning(run, cited), folded=True),
        Section("story", "The whole story", _story(run.model, cited), folded=True),
        Section("decisions", "Every decision", _decisions(run.model, cited), folded=True),
        Section("again", "The same run again", _again(run)),
    )
    return page(f"One run: {scenario.title}", Html(lead), sections, "jirga: an illustration, not a forecast.",
                back=above(there))  # fmt: skip


def evidence_in(there: Collection[str]) -> str | None:
    """The address of the evidence page, where it is among the pages of the same folder."""
    return EVIDENCE if EVIDENCE in there else None


def reasons(run: Run, evidence: str | None) -> Reason:
    """What makes of a reason a text whose paragraphs lead to the evidence page, where that has an address."""
    articles = [article.id for article in run.model.world.evidence.articles]
    return lambda reason: linked(reason, articles, evidence)


def _turning(model: NegotiationModel) -> Html:
    """The sentences that make the end first, then the other turning points, as far as there is room; told in order."""
    told = [(period, line) for period in model.story for line in period.lines if line.weight > 1]
    first = sorted(range(len(told)), key=lambda number: -told[number][1].weight)[:SENTENCES]
    lines = [joined((tag("strong", f"{told[n][0].title}: "), told[n][1].text)) for n in sorted(first)]
    left = len(told) - len(first)
    more = [tag("p", f"{left} more turning points are in the whole story.", class_="soft")] if left else []
    return joined((listed(lines), *more)) if lines else tag("p", "Nothing turned.")


def _timeline(run: Run) -> Html:
    drawing = timeline(run.model)
    return joined((tag("p", KEY), figure(drawing, f"One run, week by week; {CAPTION}", wide=True)))


def _beginning(run: Run, cited: Reason) -> Html:
    case = run.model.world.case
    rows = [(label(case, found.name), f"{found.value:.2f}", cited(because(found))) for found in beginnings(run.model)]
    told_at = f"{tables_at_start(run.model)} The draw takes its numbers from {own_pass(run)}."
    return joined((tag("p", told_at), table(("what", "here", "because"), rows)))


def _story(model: NegotiationModel, cited: Reason) -> Html:
    parts: list[Html] = []
    for period in model.story:
        parts.append(tag("h3", period.title))
        lines = []
        for line in period.lines:
            text = tag("strong", line.text) if line.weight > 1 else line.text
            lines.append(joined((text, tag("br"), tag("small", cited(line.because)))) if line.because else text)
        parts.append(listed(lines))
    return joined(parts, "\n")


def _decisions(model: NegotiationModel, cited: Reason) -> Html:
    by_week: dict[int, list[Decision]] = {}
    for entry in model.journal.entries:
        if entry.decision in TOLD:
            by_week.setdefault(entry.week, []).append(entry)
    weeks = [
        details(
            f"Week {week} ({counted(len(entries), 'decision')})",
            _week(model, entries, cited),
            id=f"week-{week}",
            class_="entry",
        )
        for week, entries in by_week.items()
    ]
    lead = (
        f"What every party and mediator decided in every week, with the terms that made it. {what_a_sum_makes(model)}"
    )
    return joined((tag("p", lead), finder("find a name or an issue", "weeks"), tag("div", *weeks, id="weeks")))


def _week(model: NegotiationModel, entries: Iterable[Decision], cited: Reason) -> Html:
    items = []
    for entry in entries:
        reason = weighed(model, entry)
        text = told(model, entry)
        items.append(joined((text, tag("br"), tag("small", cited(reason)))) if reason else text)
    return listed(items)


def _again(run: Run) -> Html:
    """How to have the same run again, with all that it depends on."""
    model = run.model
    command = explain_command(model.world, run.number, run.runs, model.seed_of_chance)
    lines = notebook(model.world, model.draw_number, model.run_number, model.seed_of_chance)
    return joined((typed(command), tag("p", "In a notebook:"), typed(lines)))
