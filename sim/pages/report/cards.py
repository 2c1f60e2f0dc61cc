"""The cards of the report: one scenario each, with its course in time, its trust and runs to open."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from sim.analysis.shares import Interval, draw_means, mean_interval
from sim.analysis.timing import survival
from sim.case.case import seated
from sim.case.scenario import BASELINE
from sim.engine.sweep import Sweep
from sim.experiment.results import Result
from sim.experiment.runs import Runs
from sim.pages.kit.html import Html, Section, details, figure, joined, listed, paragraphs, table, tag
from sim.pages.kit.networks import network
from sim.pages.kit.words import citations
from sim.pages.report import figures as report_plots
from sim.pages.report.figures import Event, Fan, drawing
from sim.pages.report.findings import Findings, anchor, start_of
from sim.pages.report.measures import Group, examples
from sim.pages.report.telling import NO_INTERVAL
from sim.pages.run.again import explain_command, parting_command

RARE = 0.01  # what happens in fewer runs has no curve


LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


QUANTITIES = (("control", "control", "share"), ("intensity", "violence", "usual = 1"))


def cards_section(found: Findings, group: Group) -> Section:
    case = found.results.case
    epoch = case.epochs[group.epoch]
    absent = [actor for actor in case.actors if actor not in seated(case, group.epoch)]
    words = f"Starts as of article {epoch.article}: {epoch.title}. Regime: {epoch.regime}."
    if absent:
        words += f" {', '.join(absent)}: party to no table under this regime, and so left out of the networks."
    cards = [_card(found, group, label, runs, None) for label, runs in group.baselines.items() if found.has_card(runs)]
    cards += [_card(found, group, one.label, one.runs, one) for one in group.cells if found.has_card(one.runs)]
    return Section(
        f"from.{group.epoch}.{group.horizon}", f"From {start_of(group)}", joined([paragraphs(words), *cards])
    )


def _card(found: Findings, group: Group, label: str, runs: Runs, cell: Result | None) -> Html:
    scenario = runs.sweep.scenario
    levers = [
        f"{name} = {lever.value:g} {lever.unit} ({lever.low:g} to {lever.high:g}): {lever.meaning}"
        for name, lever in scenario.levers.items()
    ]
    head = [
        tag("h3", tag("code", label), f": {scenario.title}"),
        paragraphs(tag("i", scenario.question)),
        tag("p", f"Rests on articles and paragraphs: {citations(scenario.paragraphs, ' §')}.", class_="soft"),
    ]
    if levers:
        head.append(details("Its levers", listed(levers)))
    baseline = None if cell is None else cell.paired
    drawn = [*_survival(found, runs, baseline), *_fans(runs, baseline), *_networks(found, group, runs)]
    rest = [details("Trust before and after, in numbers", _trust_table(found, group, runs)), _runs_to_open(runs)]
    return tag("div", *head, tag("div", *drawn, class_="grid"), *rest, class_="card", id=_card_id(label, cell))


def _card_id(label: str, cell: Result | None) -> str | None:
    return anchor(cell) if cell is not None else None


def _survival(found: Findings, runs: Runs, baseline: Runs | None) -> Iterable[Html]:
    case = found.results.case
    horizon = runs.sweep.scenario.horizon
    kinds = [("regime turns", "collapse_week")]
    kinds += [(f"agreement at {name}", f"table.{name}.agreed_week") for name in case.tables]
    events = []
    for style, (name, column) in enumerate(kinds):
        weeks = runs.weeks(column)
        if np.isfinite(weeks).mean() >= RARE:
            other = None if baseline is None else survival(baseline.weeks(column), horizon, baseline.weights)
            events.append(Event(name, style, survival(weeks, horizon, runs.weights), other))
    if events:
        caption = (
            "The share of runs in which the regime has not turned, or a table has not signed yet (an agreement in "
            "force at the start does not count); bands: 95 % interval"
            + (f"; dashed: {BASELINE}." if baseline is not None else ".")
        )
        yield drawing(report_plots.survival(events), f"survival curves of {runs.sweep.scenario.scenario}", caption)


def _fans(runs: Runs, baseline: Runs | None) -> Iterable[Html]:
    if runs.weights is not None:  # the bands count runs, and know nothing of their draws
        yield paragraphs("Weekly bands are not drawn: they are counted without the weights of the draws.")
        return
    panels = []
    for war in runs.sweep.case.wars:
        drawn = [_fan(runs, baseline, war, *quantity) for quantity in QUANTITIES]
        if any(np.nanmax(np.ptp(one.quantiles, axis=0), initial=0.0) > 0.01 for one in drawn if _known(one)):
            panels += drawn
    if panels:
        caption = (
            "Control is the challenger's share; violence is the intensity of the fighting. Line: median; dark band: "
            "middle half of the runs; light band: middle 90 %; "
            + (f"dashed: median of {BASELINE}. " if baseline is not None else "")
            + "Once the regime has turned, its war is over."
        )
        yield drawing(report_plots.fans(panels), f"weekly bands of {runs.sweep.scenario.scenario}", caption)


def _known(fan: Fan) -> bool:
    return not bool(np.isnan(fan.quantiles).all())


def _fan(runs: Runs, baseline: Runs | None, war: str, quantity: str, name: str, unit: str) -> Fan:
    column = f"war.{war}.{quantity}"
    drawn = runs.bands(column, LEVELS).to_numpy()
    other = None if baseline is None else baseline.bands(column, (0.5,)).to_numpy()[:, 0]
    return Fan(f"{war}: {name}", unit, drawn, other)


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


def _networks(found: Findings, group: Group, runs: Runs) -> Iterable[Html]:
    trust = _trust(found, group, runs)
    if not trust:
        return
    actors, name = tuple(found.results.case.actors), runs.sweep.scenario.scenario
    known = runs.sweep.uncertainty.priors
    assumed = {(who, whom) for who, whom in trust if known[f"trust.{who}.{whom}"].status == "assumed"}
    before = {pair: start for pair, (start, _) in trust.items()}
    change = {pair: gap.value for pair, (_, gap) in trust.items()}
    after = {pair: start + change[pair] for pair, start in before.items()}
    yield figure(network(actors, before, None, f"trust at the start of {name}", assumed), BEFORE)
    yield figure(network(actors, after, change, f"trust at the end of {name}", assumed), AFTER)


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


def _runs_to_open(runs: Runs) -> Html:
    sweep = runs.sweep
    scenario = sweep.scenario.scenario
    rows = [
        (name, str(number), tag("code", explain_command(sweep.world, number, sweep.runs, sweep.seed)))
        for name, number in examples(runs).items()
    ]
    opened = table(("ends in", "run", "command"), rows)
    return details(f"Runs of {scenario} to open", opened, *_parting(sweep))


def _parting(sweep: Sweep) -> Iterable[Html]:
    """How to see in which decisions runs part that end otherwise than in the baseline."""
    if sweep.scenario.scenario != BASELINE:
        command = parting_command(sweep.world, BASELINE, sweep.draws, sweep.runs, sweep.seed)
        yield paragraphs("Where the runs part that end otherwise than in " + BASELINE + " with the same luck:")
        yield tag("pre", command)
