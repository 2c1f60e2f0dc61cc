"""The page of two runs with the same luck under two scenarios: where they part, why, and both told side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from sim.agents.journal import Decision
from sim.agents.narrative import Period, happened
from sim.agents.parting import Parting, names_apart, parting_of, parting_told
from sim.agents.reasons import told, weighed
from sim.agents.replay import Run, own_pass, summary
from sim.agents.sources import because, columns_behind, source
from sim.agents.words import label, sentence
from sim.pages.kit.html import (
    Content,
    Html,
    Section,
    above,
    figure,
    joined,
    listed,
    page,
    paragraphs,
    table,
    tag,
    typed,
)
from sim.pages.run.again import explain_command
from sim.pages.run.page import Reason, evidence_in, reasons
from sim.pages.run.timeline import CAPTION, KEY, timeline

FILE = "{first}-and-{second}-run-{run}-seed-{seed}.html"
WEEKS = 13  # told in one row: a quarter


def names_of(first: Run, second: Run) -> tuple[str, str]:
    """What tells the scenarios of two runs apart."""
    return names_apart(first.model.world.scenario, second.model.world.scenario)


def told_apart(first: Run, second: Run) -> str:
    """Where two runs part, in one sentence."""
    found = parting_of(first.model, second.model)
    if found is None:
        same = "they end alike" if first.settlement == second.settlement else "what the scenario brings made the end"
        return f"Both took every decision alike that both took: {same}."
    return parting_told(first.model.world, found, names_of(first, second))


def pair_page(first: Run, second: Run, there: Collection[str] = (), evidence: str | None = None) -> str:
    """The page of two runs of one number as text; they have been played over the same weeks.

    Args:
        first, second: the runs.
        there: names of pages in the same folder, which can be linked to.
        evidence: the address of the evidence page; None: it is among those there, or nowhere.
    """
    names, found = names_of(first, second), parting_of(first.model, second.model)
    number = (
        f"Run {first.number}, draw {first.model.draw_number}, seed {first.model.seed_of_chance}, with the same luck"
    )
    lead = joined(
        (
            tag("p", tag("strong", told_apart(first, second))),
            paragraphs(sentence(f"{number}; the draw takes its numbers from {own_pass(first)}")),
            table(("scenario", "how it ends"), zip(names, map(summary, (first, second)), strict=True)),
        )
    )
    sections = [Section("before", "What only one of them had until then", _before(first, second, names, found))]
    if found is not None:
        cited = reasons(first, evidence or evidence_in(there))
        parting = _parting(first, second, names, found, cited)
        sections.insert(0, Section("parting", "The decision in which they part", parting))
    sections += [
        Section("timelines", "Both timelines", _timelines(first, second, names)),
        Section("story", "Side by side", _stories(first, second, names)),
        Section("again", "The same runs again", _again(first, second)),
    ]
    title, foot = f"Where they part: {names[0]} and {names[1]}", "jirga: an illustration, not a forecast."
    return page(title, lead, sections, foot, back=above(there))


def _parting(first: Run, second: Run, names: tuple[str, str], found: Parting, cited: Reason) -> Html:
    """The same decision in both runs with its reasons."""
    rows = [
        (name, told(run.model, entry), weighed(run.model, entry))
        for name, run, entry in zip(names, (first, second), found, strict=True)
    ]
    how = {
        "chance": "One random number was held against two chances; the reasons say why these differ.",
        "leaders": "Others led one side by then, so that the random numbers are two.",
        "rule": "Nothing was left to chance here: what the two runs had come to by then decides.",
    }[found.how]
    after = (
        "From here on the two have histories of their own; a later difference may be a consequence of it or of luck."
    )
    head = table(("scenario", "what happened", "why"), rows)
    return joined((head, paragraphs(how, after), *_started(first, found.first, cited)))


def _started(run: Run, entry: Decision, cited: Reason) -> list[Html]:
    """The numbers of the draw on which a decision rests most directly, and the paragraphs behind them."""
    model = run.model
    sources = [one for column in columns_behind(model, entry) if (one := source(model, column)) is not None]
    rows = [(label(model.world.case, one.name), f"{one.value:.2f}", cited(because(one))) for one in sources]
    lead = paragraphs("The numbers of the draw on which it rests most directly, from before the first week:")
    return [lead, table(("what", "here", "because"), rows)] if rows else []


def _before(first: Run, second: Run, names: tuple[str, str], found: Parting | None) -> Html:
    last = first.model.week if found is None else found.first.week
    rows = [(name, listed(_only(run, other, last))) for name, run, other in
            zip(names, (first, second), (second, first), strict=True)]  # fmt: skip
    lead = "Events and rounds are what a scenario itself brings about; they are no decision of the actors."
    return joined((paragraphs(lead), table(("only under", "events, and tables that met"), rows)))


def _only(run: Run, other: Run, last: int) -> list[str]:
    """The events of one run until a week that the other has not, and the weeks of rounds that were held in it alone."""
    there = {_event(entry) for entry in other.model.journal.find(decision="event")}
    events = [
        f"week {entry.week}: {happened(run.model, entry)}"
        for entry in run.model.journal.find(decision="event")
        if entry.week <= last and _event(entry) not in there
    ]
    rounds = _rounds(run, last) - _rounds(other, last)
    met = groupby(sorted(rounds), key=lambda held: held[0])
    titles = run.model.tables
    told_rounds = [f"{titles[name].title} met in week {', '.join(str(week) for _, week in held)}" for name, held in met]
    return [sentence(line) for line in events + told_rounds] or ["Nothing."]


def _event(entry: Decision) -> tuple[object, ...]:
    value, weeks = entry.terms["value"], entry.terms["weeks"]
    return entry.week, entry.who, entry.outcome, entry.place, entry.clause, entry.about, value, weeks


def _rounds(run: Run, last: int) -> set[tuple[str, int]]:
    return {(entry.place, entry.week) for entry in run.model.journal.find(decision="attend") if entry.week <= last}


def _timelines(first: Run, second: Run, names: tuple[str, str]) -> Html:
    drawn = (
        figure(timeline(run.model), f"{name}; {CAPTION}", wide=True)
        for name, run in zip(names, (first, second), strict=True)
    )
    return joined((tag("p", KEY), *drawn))


def _stories(first: Run, second: Run, names: tuple[str, str]) -> Html:
    """Both stories, a quarter a row."""
    quarters = [_by_quarter(run.story) for run in (first, second)]
    count = max(map(max, quarters)) + 1
    rows = [
        (f"{n * WEEKS + 1} to {(n + 1) * WEEKS}", *(joined(quarter.get(n, ())) or "as before" for quarter in quarters))
        for n in range(count)
        if any(n in quarter for quarter in quarters)
    ]
    return table(("weeks", *names), rows)


def _by_quarter(periods: Iterable[Period]) -> dict[int, list[Html]]:
    found: dict[int, list[Html]] = {}
    for period in periods:
        found.setdefault((period.first - 1) // WEEKS, []).append(joined(_period(period)))
    return found


def _period(period: Period) -> Iterator[Content]:
    yield tag("p", tag("small", period.title))
    yield listed(tag("strong", line.text) if line.weight > 1 else line.text for line in period.lines)


def _again(first: Run, second: Run) -> Html:
    commands = (
        explain_command(run.model.world, run.number, run.runs, run.model.seed_of_chance) for run in (first, second)
    )
    return joined(typed(command) for command in commands)
