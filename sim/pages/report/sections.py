"""The sections of the report that set scenarios side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from urllib.parse import quote

from sim.agents.words import label
from sim.analysis.influence import PASS, Influence, draws_to_settle
from sim.analysis.paired import Difference
from sim.analysis.shares import CHANCE_DRAWS, CHANCE_RUNS, Estimate, Interval
from sim.case.case import Case
from sim.case.scenario import BASELINE
from sim.experiment.results import Result
from sim.experiment.runs import Runs
from sim.pages.kit.html import Content, Html, details, joined, paragraphs, table, tag
from sim.pages.report import figures as report_plots
from sim.pages.report.figures import Composed, Named, Swept, drawing, links_of
from sim.pages.report.findings import Findings, brief_names, chance_parts, code, run_anchor, start_of
from sim.pages.report.measures import Group, Measure, baseline_label, class_shares, shares_upto
from sim.pages.report.settlements import settlements
from sim.pages.report.telling import (
    NEVER,
    OF_A_MEDIAN,
    PAIRED,
    signed,
    told,
    told_defined,
    told_ends,
    told_gap,
    told_levels,
    told_number,
)

MOST_READ = 400  # cells behind the lines of a sweep
MOST_LINES = len(report_plots.LINE_STYLES)  # over a swept key
STRONGEST = 12  # uncertainties of a figure


def table_section(found: Findings) -> Html:
    parts = [paragraphs(TABLE_TOLD)]
    for group in found.groups:
        told = found.measures_from(group.epoch)
        heads = ("scenario", *(one.label if one.scale != 1.0 else f"{one.label}, {one.unit}" for one in told))
        rows = [_row(found, label, runs, None) for label, runs in group.baselines.items()]
        rows += [_row(found, cell.label, cell.runs, cell) for cell in group.cells]
        epoch = found.results.case.epochs[group.epoch]
        drawn = table(heads, rows, caption=f"From {start_of(group)}: {epoch.title}", compared=True)
        parts.append(tag("div", drawn, class_="told"))
    return joined(parts)


TABLE_TOLD = (
    "Each cell: the share, mean or median over the runs that have one, its 95 % interval, and in how many of the runs "
    f"and draws these are where not in all; after Δ the paired difference to {BASELINE} from the same starting point, "
    f"in bold where its interval (further below) leaves zero out. {OF_A_MEDIAN} Blank: it cannot happen from there."
)


def _row(found: Findings, label: str, runs: Runs, cell: Result | None) -> list[Content]:
    name = found.to_page(cell) if cell is not None else _baseline_page(found, label, runs)
    failed = f" ({len(runs.errors()):,} failed)" if runs.errors() else ""
    gaps = {} if cell is None else found.of(cell)
    told = found.measures_from(runs.sweep.scenario.epoch)
    cells = (_cell(measure, runs, gaps.get(measure.label)) for measure in told)
    return [joined([name, failed]), *cells]


def _baseline_page(found: Findings, label: str, runs: Runs) -> Html:
    file = found.files.get(id(runs))
    return tag("code", label if file is None else tag("a", label, href=quote(file)))


def _cell(measure: Measure, runs: Runs, gap: Difference | None) -> Content:
    """Number, interval, in how many runs, and the difference to the baseline."""
    if not measure.can_happen(runs):
        return ""
    found = measure.estimate(runs)
    parts: list[Content] = [NEVER]
    if found is not None:
        number = told_number(found.value, measure.scale) + (" %" if measure.scale != 1.0 else "")
        parts = [number, tag("small", f"({told_ends(found, measure.scale)})")]
        if of := told_defined(measure, runs):
            parts.append(tag("small", of))
    if gap is not None:
        parts.append(tag("span", _moved(measure, gap, runs.sweep.scenario.horizon)))
    return joined(parts, " ")


def _moved(measure: Measure, gap: Difference, horizon: int) -> Content:
    """A difference in a few words."""
    if not gap.stands:
        return told_levels(gap, measure, horizon)
    moved = f"Δ {signed(gap.value, measure.scale)}"
    told = tag("b", moved) if gap.is_clear else moved
    return joined([told_levels(gap, measure, horizon), told], ": ") if measure.compares_otherwise else told


def composition_section(found: Findings) -> Html:
    drawn = []
    for group in found.groups:
        those = [bar._replace(label=found.briefly(bar.label)) for bar in bars(group, found.files)]
        picture = report_plots.composition(those, settlements(found.results.case))
        title = found.results.case.epochs[group.epoch].title
        caption = joined([tag("b", start_of(group)), f": {title}."])
        told = f"stacked bars of settlement classes from {start_of(group)}"
        drawn.append(drawing(picture, told, caption, links_of(those, found.results.case.classes)))
    words = (
        "The class of each run at its horizon, the first that holds in the order of the key. A number in a part is its "
        "per cent of the runs. The black line below where two parts meet is the 95 % interval of the share of all "
        "that lies left of there; that of each class alone stands in the numbers below. A part leads to one run that "
        "ends so, where the scenario has a page."
    )
    key = key_of_classes(found.results.case)
    return joined([paragraphs(words), key, tag("div", *drawn, class_="grid"), _shares_table(found)])


def key_of_classes(case: Case, runs: Mapping[str, str] = MappingProxyType({})) -> Html:
    """What each colour of the bars means; `runs`: the address of a run that ends so, by class."""
    swatches = [
        joined([tag("b", style=f"background:{one.colour}"), f"{name}: {one.meaning}", *_to_run(runs.get(name))])
        for name, one in settlements(case).items()
    ]
    return tag("ul", *(tag("li", one) for one in swatches), class_="key")


def _to_run(address: str | None) -> list[Html]:
    return [] if address is None else [joined([" (", tag("a", "one that ends so", href=address), ")"])]


def bars(group: Group, files: Mapping[int, str] = MappingProxyType({})) -> list[Composed]:
    """The bars of a starting point: its baselines, then its cells; none for one of which every run failed.

    Args:
        group: the starting point.
        files: pages that have a run of each class, by the identity of the runs: see `Findings.files`.
    """
    return [bar for label, runs in group.everything if (bar := bar_of(label, runs, files.get(id(runs)))) is not None]


def bar_of(label: str, runs: Runs | None, file: str | None = None) -> Composed | None:
    """The bar of some runs; None for none, or where every one failed.

    Args:
        label: its name.
        runs: the runs.
        file: a page that has a run of each class, to which the parts lead; empty for the page of the bar itself.
    """
    if runs is None or runs.failed.all():
        return None
    to_run = {} if file is None else {kind: f"{quote(file)}#{run_anchor(kind)}" for kind in runs.sweep.case.classes}
    return Composed(label, _intervals(class_shares(runs)), _intervals(shares_upto(runs)), to_run)


def _intervals(found: Sequence[Estimate]) -> tuple[Interval, ...]:
    return tuple(Interval(one.value, one.low, one.high) for one in found)


def _shares_table(found: Findings) -> Html:
    rows = [
        (start_of(group), tag("code", label), *_shares(found, runs, bar))
        for group in found.groups
        for label, runs in group.everything
        if (bar := bar_of(label, runs)) is not None
    ]
    heads = ("from", "scenario", *(f"{name}, %" for name in found.results.case.classes))
    return details("The same in numbers", paragraphs(TO_A_RUN), table(heads, rows))


TO_A_RUN = "A number leads to one run that ends so, week by week, or to the command that tells it."


def _shares(found: Findings, runs: Runs, bar: Composed) -> Iterator[Content]:
    """The share of each class, with a link to one run that ends so where the scenario has a page."""
    file = found.files.get(id(runs))
    for name, one in zip(found.results.case.classes, bar.shares, strict=True):
        ends = f" ({100 * one.low:.1f} to {100 * one.high:.1f})"
        number: Content = f"{100 * one.value:.1f}"
        if file is not None and one.value > 0.0:
            number = tag("a", number, href=f"{quote(file)}#{run_anchor(name)}")
        yield joined([number, ends])


def swept_section(found: Findings) -> Html:
    drawn = [one for key in found.results.swept for one in _over(found, key)]
    words = (
        "Each point is one cell with its own 95 % interval; nothing is pooled. Where several keys are swept, a line is "
        f"drawn for each combination of the others, of up to {MOST_LINES}."
    )
    return joined([paragraphs(words), tag("div", *drawn, class_="grid")])


def _over(found: Findings, key: str) -> Iterator[Html]:
    """Shares over the values of one swept key, where these are numbers: a figure, or one a share with other keys."""
    cells = [cell for cell in islice(found.results, MOST_READ) if key in cell.swept]
    values = sorted({float(cell.swept[key]) for cell in cells if not isinstance(cell.swept[key], str)})
    asked = [one for one in found.measures if one.scale != 1.0 and any(one.varies(cell.runs) for cell in cells)][:5]
    if len(values) < 2 or not asked:
        return
    those = _apart(cells, key)
    if len(those) == 1:
        (own,) = those.values()
        figures = {key: [Swept(one.label, _points(one, own, key, values)) for one in asked]}
    else:
        shown = list(those.items())[:MOST_LINES]
        figures = {
            f"{one.label}, over {key}": [Swept(name, _points(one, own, key, values)) for name, own in shown]
            for one in asked
        }
    left = f"; {MOST_LINES} of {len(those)} combinations of the others" if len(those) > MOST_LINES else ""
    for title, lines in figures.items():
        picture = report_plots.over_values(key, values, lines, "%")
        yield drawing(picture, f"shares over {key}: {title}", joined([tag("code", title), left]))


def _apart(cells: Sequence[Result], key: str) -> dict[str, list[Result]]:
    """The cells by what else differs between them, named by that alone."""
    names = brief_names([replace(cell, swept={k: v for k, v in cell.swept.items() if k != key}) for cell in cells])
    found: dict[str, list[Result]] = {}
    for cell, name in zip(cells, names, strict=True):
        found.setdefault(name, []).append(cell)
    return found


def _points(
    measure: Measure, cells: Sequence[Result], key: str, values: Sequence[float]
) -> tuple[Interval | None, ...]:
    """The number of each cell with its interval, by the value of a key; None where there is no cell, or no number."""
    found = {
        float(cell.swept[key]): measure.estimate(cell.runs) for cell in cells if not isinstance(cell.swept[key], str)
    }
    told = (found.get(value) for value in values)
    return tuple(None if one is None else Interval(one.value, one.low, one.high) for one in told)


def differences_section(found: Findings) -> Html:
    drawn, still = [], []
    for measure in found.measures:
        rows = [
            Named(found.briefly(cell.label), Interval(gap.value, gap.low, gap.high), cell.scenario.epoch)
            for cell, one, gap in found.differences
            if one is measure and gap.stands and gap.differing
        ]
        if rows and not any(one.interval.low > 0.0 or one.interval.high < 0.0 for one in rows):
            still.append(measure.label)
        elif rows:
            of = "difference of the mean, never as the horizon" if measure.unit == "week" else "difference"
            picture = report_plots.differences(measure.label, f"{of}, {measure.points}".rstrip(", "), rows)
            drawn.append(drawing(picture, f"paired differences of {measure.label}", ""))
    words = (
        f"Scenario less {PAIRED}: the mean "
        "difference and its 95 % interval, which reaches zero where fewer than six draws differ. Filled and coloured, "
        "pointing the way it goes, where the interval leaves zero out; hollow and grey where it does not. A scenario "
        f"is left out where every run is the same as there, or is defined in too few of both. {OF_A_MEDIAN}"
    )
    quiet = [f"Not drawn, as no difference leaves zero out: {', '.join(still)}."] if still else []
    told_so = paragraphs(words, *quiet)
    return joined([told_so, tag("div", *drawn, class_="grid"), details("The same in numbers", _gaps(found))])


def _gaps(found: Findings) -> Html:
    rows = [
        (
            tag("code", cell.label),
            measure.label,
            told(measure.estimate(cell.runs), measure),
            told_gap(gap, measure, cell.scenario.horizon),
        )
        for cell, measure, gap in found.differences
    ]
    return table(("scenario", "outcome", "here", f"less {BASELINE}"), rows)


def influence_section(found: Findings) -> Html:
    drawn, idle = [], []
    for group, measure, ranked in found.strongest:
        if ranked and not any(one.stands_out for one in ranked):
            idle.append(f"{measure.label} from {start_of(group)}")
        elif ranked:
            shown = drawn_of(ranked)
            names = [name_of(found.results.case, one.name) for one in shown]
            picture = report_plots.influence(f"{measure.label}, from {group.epoch}", shown, names)
            caption = joined([code(baseline_label(group.baseline)), f" from {start_of(group)}; {_settled(ranked)}"])
            drawn.append(drawing(picture, f"rank correlations with {measure.label} from {start_of(group)}", caption))
    words = (
        "Spearman's rank correlation of each drawn number with the draw's mean outcome over its runs, within the draws "
        "of a coding pass, whose numbers hang together; the pass is a bar of its own, with a correlation ratio (no "
        "sign, no interval). The bar of another is the 95 % interval by Fisher's z, as if it had been chosen "
        f"beforehand: the strongest of many is on average weaker. The {STRONGEST} strongest, and the pass. Hollow: no "
        "stronger than the strongest that luck alone would give, among so many uncertainties, in one table of twenty "
        "(the grey band, wider for a number that not every draw has). A correlation is not an effect, and "
        "chance within a draw pulls every correlation towards zero."
    )
    if idle:
        words += f" Not drawn, as no uncertainty stands out of luck: {'; '.join(idle)}."
    if not drawn and not idle:
        words += " No outcome varies enough between the draws, or there are too few of them."
    return joined([paragraphs(words), tag("div", *drawn, class_="grid")])


def name_of(case: Case, uncertainty: str) -> str:
    """An uncertainty in words."""
    return "which coding pass was drawn" if uncertainty == PASS else label(case, uncertainty)


def drawn_of(ranked: Sequence[Influence]) -> tuple[Influence, ...]:
    """The strongest, and the pass in any case."""
    return (*ranked[:STRONGEST], *(one for one in ranked[STRONGEST:] if one.name == PASS))


def _settled(ranked: Sequence[Influence]) -> str:
    """How many uncertainties were ranked, how many stand out, and what it would take to say which comes first."""
    out = sum(one.stands_out for one in ranked)
    told = f"{len(ranked)} uncertainties, {out} beyond what luck gives"
    if out == 0:
        return f"{told}."
    needed = draws_to_settle(ranked)
    if needed is not None and needed <= ranked[0].draws:
        return f"{told}; the draws are enough to say that {ranked[0].name} comes first."
    more = "more draws than can be made" if needed is None else f"about {needed:,} draws"
    return f"{told}; to tell the first from the second would take {more}."


def chance_section(found: Findings) -> Html:
    drawn = []
    for group in found.groups:
        rows = chance_parts(group, found.measures_from(group.epoch))
        if rows:
            caption = joined([code(baseline_label(group.baseline)), f" from {start_of(group)}."])
            drawn.append(drawing(report_plots.split(rows), f"variance split from {start_of(group)}", caption))
    words = (
        "The variance over all runs, split by the analysis of variance of draws and runs. Blue, plain: between draws, "
        "what we do not know; better evidence could narrow it. Grey, hatched: within draws, chance; no evidence could. "
        "The whisker is the 95 % interval of where the two part (jackknife over draws). Only outcomes in 1 to 99 % "
        "of the runs."
    )
    if not drawn:
        words += f" With fewer than {CHANCE_DRAWS} draws of {CHANCE_RUNS} runs, the two cannot be told apart."
    return joined([paragraphs(words), tag("div", *drawn, class_="grid")])
