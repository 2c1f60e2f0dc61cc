"""The pages of the scenarios, one each: the answer, how runs end, courses in time, trust, patterns, runs to open."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from sim.agents.words import war_of
from sim.analysis.shares import Interval, draw_means, mean_interval
from sim.analysis.timing import survival
from sim.case.case import Case, seated
from sim.case.patterns import Pattern
from sim.case.scenario import BASELINE, Scenario
from sim.engine.sweep import Sweep
from sim.experiment.results import Result
from sim.experiment.runs import Runs
from sim.inputs.words import word
from sim.pages.kit.html import (
    Html,
    Section,
    details,
    figure,
    joined,
    listed,
    page,
    paragraphs,
    style,
    table,
    tag,
    typed,
)
from sim.pages.kit.networks import network
from sim.pages.kit.words import cited
from sim.pages.report import figures as report_plots
from sim.pages.report.answers import answers_of
from sim.pages.report.figures import Courses, Event, Fan, drawing, links_of
from sim.pages.report.findings import Findings, anchor, run_anchor
from sim.pages.report.measures import Group, examples
from sim.pages.report.moves import moves_of
from sim.pages.report.sections import bar_of, key_of_classes
from sim.pages.report.settlements import settlements
from sim.pages.report.telling import NO_INTERVAL
from sim.pages.run.again import explain_command, job_command, named, parting_command
from sim.pages.run.page import FILE as RUN_PAGE

RARE = 0.01  # what happens in fewer runs has no curve
SEEN = 0.01  # what differs by less looks the same


LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


QUANTITIES = (("control", "control", "share"), ("intensity", "violence", "usual = 1"))


def card_pages(found: Findings) -> Iterator[tuple[str, str]]:
    """Where each scenario's page lies below the report's folder, and the page."""
    for group in found.groups:
        own = {id(cell.runs): cell for cell in group.cells}
        for label, runs in group.everything:
            if found.has_card(runs):
                yield found.files[id(runs)], _card(found, group, label, runs, own.get(id(runs)))


def _card(found: Findings, group: Group, label: str, runs: Runs, cell: Result | None) -> str:
    scenario = runs.sweep.scenario
    baseline, ends = None if cell is None else cell.paired, examples(runs)
    evidence = found.page_beside("evidence.html", UP)
    lead = [
        paragraphs(tag("b", scenario.question)),
        tag("p", f"Starts {_start(found, group)}", class_="soft"),
        tag("p", "Rests on ", cited(scenario.paragraphs, evidence), ".", class_="soft"),
    ]
    if scenario.levers:
        lead.append(details("Its levers", listed(_levers(scenario)), *_swept(found, scenario)))
    sections = [
        Section("composition", "How its runs end", _composition(label, runs, baseline, ends)),
        Section("courses", "Signed, collapsed, taken over", _rising(found, runs, baseline)),
        Section("wars", "The wars", joined(_fans(runs, baseline))),
        Section("trust", "Trust", joined(_networks(found, group, runs, baseline))),
        Section("patterns", "Patterns that look at it", _patterns(found, scenario.scenario)),
        Section("runs", "Runs to open", _runs_to_open(found, runs, ends)),
    ]
    if cell is not None:
        sections.insert(0, Section("answers", "The model's answer", answers_of(cell, evidence)))
        sections.insert(2, Section("moved", "What else moves", moves_of(found, cell)))
    title = f"{scenario.title[:1].upper()}{scenario.title[1:]} ({label})"
    back = tag("a", "← the report", href=f"../report.html#{anchor(cell) if cell is not None else 'table'}")
    head = joined([style("report/report.css"), *lead])
    return page(title, head, [one for one in sections if one.content], FOOT, back=[back])


UP = "../"
FOOT = "A model's answers, conditional on its rules and priors; it explains and illustrates, it does not predict."


def _start(found: Findings, group: Group) -> str:
    case = found.results.case
    epoch = case.epochs[group.epoch]
    absent = [case.name_of(actor) for actor in case.actors if actor not in seated(case, group.epoch)]
    words = f"as of article {epoch.article}: {epoch.title}; {group.horizon} weeks. Regime: {epoch.regime}."
    if absent:
        words += f" {', '.join(absent)}: party to no table under this regime, and so left out of the networks."
    return words


def _levers(scenario: Scenario) -> list[str]:
    return [
        f"{name} = {lever.value:g} {lever.unit} ({lever.low:g} to {lever.high:g}): {lever.meaning}"
        for name, lever in scenario.levers.items()
    ]


def _swept(found: Findings, scenario: Scenario) -> Iterator[Html]:
    """Where each begins to matter: on the page of the levers, where that is there, or after which command."""
    to, name = found.page_beside("levers.html", UP), scenario.scenario
    command = job_command(scenario.case, "job=levers", word("scenario", named(scenario)))
    shown = tag("a", "from end to end", href=f"{to}#{name}") if to else tag("code", command)
    yield paragraphs(joined(["Where each begins to matter: ", shown, "."]))


def _composition(label: str, runs: Runs, baseline: Runs | None, ends: Mapping[str, int]) -> Html:
    drawn = [bar for bar in (bar_of(BASELINE, baseline), bar_of(label, runs, "")) if bar is not None]
    if not drawn:
        return Html("")
    picture = report_plots.composition(drawn, settlements(runs.sweep.case))
    links = links_of(drawn, runs.sweep.case.classes)
    bars = tag("div", drawing(picture, f"stacked bars of settlement classes of {label}", "", links), class_="grid")
    return joined([bars, key_of_classes(runs.sweep.case, {kind: f"#{run_anchor(kind)}" for kind in ends})])


def _rising(found: Findings, runs: Runs, baseline: Runs | None) -> Html:
    """Signed and collapsed, a panel a table, and the takeover: those that come, and come otherwise than without it."""
    panels, same = [], []
    for title, kinds in _kinds(found.results.case):
        events = tuple(one for kind, column in kinds if (one := _event(runs, baseline, kind, column)) is not None)
        if events and baseline is not None and not any(_differs(one) for one in events):
            same.append(title)
        elif events:
            panels.append(Courses(title, events))
    parts = [paragraphs(f"As in {BASELINE}: {', '.join(same)}.")] if same else []
    if panels:
        caption = (
            "In how many of the runs it has come by each week (an agreement in force at the start does not count as "
            "signed); bands: 95 % interval" + (f"; dashed: {BASELINE}." if baseline is not None else ".")
        )
        name = runs.sweep.scenario.scenario
        parts.insert(0, tag("div", drawing(report_plots.rising(panels), f"rising curves of {name}", caption),
                            class_="grid"))  # fmt: skip
    return joined(parts)


def _kinds(case: Case) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """The panels by title, each with its kinds of event and their columns."""
    yield "the regime", (("takeover", "takeover_week"),)
    for name, seats in case.tables.items():
        column = f"table.{name}."
        yield (
            seats.title,
            (("agreement signed", f"{column}agreed_week"), ("agreement collapsed", f"{column}collapsed_week")),
        )


def _event(runs: Runs, baseline: Runs | None, kind: str, column: str) -> Event | None:
    """An event that comes in some runs, here or in the baseline; None for one that does not."""
    horizon = runs.sweep.scenario.horizon
    seen = [(one.weeks(column), one.weights) for one in (runs, baseline) if one is not None]
    if max(float(np.isfinite(weeks).mean()) for weeks, _ in seen) < RARE:
        return None
    curves = [survival(weeks, horizon, weights) for weeks, weights in seen]
    return Event(kind, curves[0], curves[1] if baseline is not None else None)


def _differs(event: Event) -> bool:
    return event.baseline is None or float(np.abs(event.curve.value - event.baseline.value).max()) >= SEEN


def _fans(runs: Runs, baseline: Runs | None) -> Iterable[Html]:
    if runs.weights is not None:  # the bands count runs, and know nothing of their draws
        yield paragraphs("Weekly bands are not drawn: they are counted without the weights of the draws.")
        return
    panels = [_fan(runs, baseline, war, *quantity) for war in runs.sweep.case.wars for quantity in QUANTITIES]
    panels = [one for one in panels if _known(one) and np.nanmax(np.ptp(one.quantiles, axis=0), initial=0.0) > SEEN]
    if panels:
        caption = (
            "Control is the challenger's share; violence is the intensity of the fighting. Line: median; dark band: "
            "middle half of the runs; light band: middle 90 %; "
            + (f"dashed: median of {BASELINE}. " if baseline is not None else "")
            + "After a takeover its war is over. What is the same in all runs is not drawn."
        )
        picture = report_plots.fans(panels)
        yield tag("div", drawing(picture, f"weekly bands of {runs.sweep.scenario.scenario}", caption), class_="grid")


def _known(fan: Fan) -> bool:
    return not bool(np.isnan(fan.quantiles).all())


def _fan(runs: Runs, baseline: Runs | None, war: str, quantity: str, name: str, unit: str) -> Fan:
    column = f"war.{war}.{quantity}"
    drawn = runs.bands(column, LEVELS).to_numpy()
    other = None if baseline is None else baseline.bands(column, (0.5,)).to_numpy()[:, 0]
    return Fan(f"{war_of(runs.sweep.case, war)}: {name}", unit, drawn, other)


def _pairs(found: Findings, group: Group) -> list[tuple[str, str]]:
    actors = seated(found.results.case, group.epoch)
    return [(who, whom) for who in actors for whom in actors if who != whom]


def _trust(found: Findings, group: Group, runs: Runs) -> dict[tuple[str, str], tuple[float, Interval]]:
    """Mean trust of each pair at the start, and its change until the horizon with the interval."""
    names = list(runs.uncertainties)
    drawn = runs.draws_table()
    known = {}
    for who, whom in _pairs(found, group):
        name = f"trust.{who}.{whom}"
        if name in names:
            start = drawn[:, names.index(name)].astype(np.float64)
            means, _ = draw_means(runs.values(name))
            change = mean_interval(means - start, runs.weights)
            if not math.isnan(change.value):
                known[who, whom] = float(np.average(start, weights=runs.weights)), change
    return known


def _networks(found: Findings, group: Group, runs: Runs, baseline: Runs | None) -> Iterable[Html]:
    """Before and after; only after beside a baseline, whose page shows before: the draws are the same."""
    trust = _trust(found, group, runs)
    if not trust:
        return
    actors, name = tuple(found.results.case.actors), runs.sweep.scenario.scenario
    known = runs.sweep.uncertainty.priors
    assumed = {(who, whom) for who, whom in trust if known[f"trust.{who}.{whom}"].status == "assumed"}
    before = {pair: start for pair, (start, _) in trust.items()}
    change = {pair: gap.value for pair, (_, gap) in trust.items()}
    after = {pair: start + change[pair] for pair, start in before.items()}
    if baseline is None:
        yield figure(network(actors, before, None, f"trust at the start of {name}", assumed), BEFORE)
    yield figure(network(actors, after, change, f"trust at the end of {name}", assumed), AFTER)
    yield details("Trust before and after, in numbers", _trust_table(found, group, runs))


BEFORE = (
    "Trust before: mean over the draws, from who trusts to who is trusted; width and number tell how much. Broken "
    "arrows: nobody coded it, and a wide range stands in."
)
AFTER = (
    "Trust after: mean at the horizon. Blue: it rose; orange: it fell; grey: as before; deepest at a change of 0.25."
)


def _trust_table(found: Findings, group: Group, runs: Runs) -> Html:
    rows = [
        (f"{who} → {whom}", f"{start:.2f}", f"{start + gap.value:.2f}", _told_change(gap))
        for (who, whom), (start, gap) in _trust(found, group, runs).items()
    ]
    return table(("who trusts whom", "before", "after", "change (95 % interval)"), rows)


def _told_change(gap: Interval) -> str:
    ends = NO_INTERVAL if math.isnan(gap.low) else f"{gap.low:+.3f} to {gap.high:+.3f}"
    return f"{gap.value:+.3f} ({ends})"


def _patterns(found: Findings, name: str) -> Html:
    """The statements that are measured in a scenario, each with its verdict's place where that page is there."""
    held = found.patterns
    if held is None:
        return Html("")
    to = found.page_beside("patterns.html", UP)
    told = [
        joined([tag("a", number, href=f"{to}#{_first_place(number, one)}") if to else number, f": {one.statement}"])
        for number, one in held.patterns.items()
        if name in {held.worlds[world].scenario for claim in one.claims for world in claim.worlds}
    ]
    job = tag("code", job_command(found.results.case, "job=patterns"))
    how = joined(["Whether the model shows them: ", "on the page of the patterns." if to else joined([job, " tells."])])
    return joined([listed(told), paragraphs(how)]) if told else Html("")


def _first_place(number: str, one: Pattern) -> str:
    return f"{number}.{one.epochs[0]}" if one.epochs else number


def _runs_to_open(found: Findings, runs: Runs, ends: Mapping[str, int]) -> Html:
    """A typical run of each class in which any ends, by its number."""
    rows = [(name, *_to_run(found, runs, number)) for name, number in ends.items()]
    heads = ("ends in", "run", "its page, or the command that writes it")
    told = paragraphs("Of those that end so, the one that is nearest to the middle of them in all outcomes.")
    drawn = table(heads, rows, ids=[*map(run_anchor, ends)], compared=True)
    return joined([told, drawn, *_parting(runs.sweep)])


def _to_run(found: Findings, runs: Runs, number: int) -> tuple[str, Html]:
    sweep = runs.sweep
    file = RUN_PAGE.format(scenario=sweep.scenario.scenario, run=number, seed=sweep.seed)
    to = found.page_beside(file, UP)
    told = tag("code", explain_command(sweep.world, number, sweep.runs, sweep.seed))
    return str(number), joined([tag("a", "week by week", href=to), ": ", told]) if to else told


def _parting(sweep: Sweep) -> Iterable[Html]:
    """How to see in which decisions runs part that end otherwise than in the baseline."""
    if sweep.scenario.scenario != BASELINE:
        command = parting_command(sweep.world, BASELINE, sweep.draws, sweep.runs, sweep.seed)
        yield paragraphs("Where the runs part that end otherwise than in " + BASELINE + " with the same luck:")
        yield typed(command)
