"""What a choice comes to, as a piece of a page: the answer, the ends, the courses, trust, and how sure all of it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.agents.words import percent, place_of, sentence
from sim.analysis.shares import draw_means
from sim.case.case import seated
from sim.experiment.answers import Answered, answered
from sim.experiment.comparison import Comparison, compare
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.pages.kit.html import Content, Html, Section, details, joined, page, paragraphs, table, tag, typed
from sim.pages.kit.networks import network
from sim.pages.kit.words import cited, failed_told
from sim.pages.report.figures import Composed
from sim.pages.report.sections import bar_of
from sim.pages.report.settlements import settlements
from sim.studio.bench import COURSES, Seen
from sim.studio.pictures import Gap, Line, bars, courses, gaps
from sim.version import __version__

BASELINE_NAME, PINNED_NAME = "status quo", "pinned"
SHARES = ("share", "yes or no", "yes is 1")  # units that are told in hundredths
KEY_ROOM = 22  # letters
LEVELS = (0.25, 0.5, 0.75)
MEANT = {
    "as the article expects": "As the article expects.",
    "opposite": "The opposite of what the article expects.",
    "no clear effect": "No clear effect: luck alone gives as much.",
    "effect, nothing expected": "An effect; no article says which way.",
    "cannot be told": "Cannot be told: it is defined in too few runs.",
}


class Named(NamedTuple):
    """Runs with the name and the style that they are drawn in; see `pictures.LINES`."""

    name: str
    runs: Runs
    style: int


def those(seen: Seen) -> tuple[Named, ...]:
    """Whose runs are drawn: status quo, the scenario where it is another, and what is pinned."""
    name = _short(seen.choice.scenario)
    found = [Named(BASELINE_NAME, seen.baseline, 0)]
    found += [] if seen.runs is seen.baseline else [Named(name, seen.runs, 1)]
    found += [] if seen.pinned is None else [Named(PINNED_NAME, seen.pinned, 2)]
    return tuple(found)


def _short(name: str) -> str:
    """A scenario's name for a key: in words, and no longer than a key has room for."""
    words = name.replace("_", " ")
    return words if len(words) <= KEY_ROOM else f"{words[: KEY_ROOM - 2].rstrip()} ..."


def comparisons(seen: Seen) -> tuple[tuple[str, Comparison, int], ...]:
    """The paired comparisons there are: against status quo, and against what is pinned if it begins and ends alike."""
    found = [] if seen.runs is seen.baseline else [(f"less {BASELINE_NAME}", compare(seen.baseline, seen.runs), 1)]
    if (pinned := paired_pin(seen)) is not None:
        found.append((f"less {PINNED_NAME}", compare(pinned, seen.runs), 2))
    return tuple(found)


def paired_pin(seen: Seen) -> Runs | None:
    """What is pinned, where each run has a twin in it: it begins and ends alike."""
    if seen.pinned is None:
        return None
    one, other = (runs.sweep.scenario for runs in (seen.runs, seen.pinned))
    return seen.pinned if (one.epoch, one.horizon) == (other.epoch, other.horizon) else None


def view(seen: Seen, *, whole: bool = True, opens: bool = True, evidence: str | None = None) -> Html:
    """What is shown of a choice, as markup.

    Args:
        seen: the runs.
        whole: whether to make what is folded too, more than half of all; the first picture comes sooner without.
        opens: whether a part of a picture can be asked for, to see one of its runs.
        evidence: the address of the evidence page; None without one.
    """
    scenario = seen.runs.sweep.scenario
    drawn = bars_of(seen)
    named = cited(scenario.paragraphs, evidence, apart=True)
    rests = [tag("small", "Rests on ", named, ".")] if scenario.paragraphs else []
    asked = tag("p", scenario.question, class_="asked")
    ruled = [tag("p", f"By the rules of {scenario.theory.title}.")] if scenario.theory.changes else []
    head = joined((tag("h2", sentence(scenario.title)), asked, *ruled, *rests, _sure(seen, drawn)))
    parts = [
        ("What the answer is", _answers(seen)),
        ("How the runs end", joined((_ends(seen, drawn, opens=opens), tag("small", OPENS * opens + ENDS_TOLD)))),
        ("What the change does", _differences(seen, opens)),
        ("Signed, and broken again", _agreements(seen, whole)),
        ("The war, week by week", _war(seen, whole)),
        ("Trust at the start and at the end", _trust(seen, whole)),
    ]
    sections = (tag("section", tag("h3", title), body, class_="card") for title, body in parts if body)
    return tag("div", tag("header", head), tag("div", *sections, class_="panels"), class_="studio", role="region",
               aria_label="what comes of the choice", aria_live="polite")  # fmt: skip


def _sure(seen: Seen, rows: Sequence[Composed]) -> Html:
    sweep = seen.runs.sweep
    more = "" if seen.is_last else " More are on their way."
    failed = len(seen.runs.errors())
    lost = f" {failed_told(failed)}." if failed else ""
    widest = max(100 * (one.high - one.low) for row in rows for one in row.shares)
    text = (
        f"{sweep.total:,} runs: {sweep.draws:,} draws of what nobody knows, {sweep.runs} of chance each. The "
        f"interval of a share is {widest:.0f} points wide or less (95 %).{more}{lost} Same luck in all: "
        "what changes is the lever."
    )
    return tag("p", text, class_="sure", data_runs=sweep.total)


# --- the answer ------------------------------------------------------------------------------------------------------


def _answers(seen: Seen) -> Html | None:
    if seen.runs is seen.baseline:
        return paragraphs("This is the status quo: pick another scenario to see what it changes.")
    name = seen.choice.scenario.replace("_", " ")
    head = ["outcome", BASELINE_NAME, name, f"less {BASELINE_NAME} (95 %)", "what it says"]
    head += [] if seen.pinned is None else [PINNED_NAME]
    rows = [_answer(seen, one) for one in answered(seen.baseline, seen.runs)]
    if (pinned := paired_pin(seen)) is not None:
        head.append(f"less {PINNED_NAME} (95 %)")
        against = answered(pinned, seen.runs)
        rows = [(*row, _gap(seen, one)) for row, one in zip(rows, against, strict=True)]
    return table(head, rows) if rows else None


def _answer(seen: Seen, one: Answered) -> tuple[str, ...]:
    """An outcome of the question: its levels, and what sets the scenario apart from status quo."""
    levels = [_level(runs, one.answer.outcome) for runs in (seen.baseline, seen.runs)]
    pinned = () if seen.pinned is None else (_level(seen.pinned, one.answer.outcome),)
    return (one.answer.label, *levels, _gap(seen, one), MEANT[one.verdict], *pinned)


def _gap(seen: Seen, one: Answered) -> str:
    """A difference with its interval; nothing where it cannot be told."""
    if one.gap is None:
        return ""
    return _difference(one.gap.value, one.gap.low, one.gap.high, seen.runs.columns[one.answer.outcome].unit)


def _level(runs: Runs, what: str) -> str:
    try:
        value = runs.mean(what).value
    except InputError:
        return "in no run"
    return f"{100 * value:.0f} %" if runs.columns[what].unit.startswith(SHARES) else f"{value:.2f}"


def _difference(value: float, low: float, high: float, unit: str) -> str:
    scale, digits = (100.0, 1) if unit.startswith(SHARES) else (1.0, 2)
    told = [f"{scale * one:+.{digits}f}" for one in (value, low, high)]
    ends = "" if math.isnan(low) else f" ({told[1]} to {told[2]})"
    return f"{told[0]}{' points' if scale > 1 else ''}{ends}"


# --- ends and differences --------------------------------------------------------------------------------------------


OPENS = (
    "Click a part, or reach it by Tab and press Enter: one run that ends so, week by week, with its reasons and "
    "paragraphs. "
)
ENDS_TOLD = "The line below where two parts meet: the 95 % interval of the share of all that lies left of there."


def picture_of_ends(seen: Seen) -> Html:
    """The composition of outcomes as a picture of its own."""
    return _ends(seen, bars_of(seen), opens=False)


def bars_of(seen: Seen) -> list[Composed]:
    """The composition of each of those drawn; none for one of which every run failed."""
    return [bar for one in those(seen) if (bar := bar_of(one.name, one.runs)) is not None]


def _ends(seen: Seen, rows: Sequence[Composed], *, opens: bool) -> Html:
    """The composition of outcomes; `opens`: whether its parts can be asked for."""
    classes = settlements(seen.runs.sweep.case)
    told = "; ".join(
        f"{bar.label}: "
        + ", ".join(f"{kind} {percent(share.value)}" for kind, share in zip(classes, bar.shares, strict=True))
        for bar in rows
    )
    return bars(rows, classes, f"how the runs end. {told}", opens=opens)


def saved(seen: Seen, command: str) -> str:
    """A choice's pictures as a page of its own, with the command that makes its numbers again."""
    scenario = seen.runs.sweep.scenario
    lead = joined((tag("style", Html(STYLE)), view(seen, opens=False)))
    how = "With the scenario saved beside this page (YAML) the command line gives the same numbers:"
    again = Section("again", "The same numbers again", joined((paragraphs(how), typed(command))))
    return page(f"Studio: {scenario.title}", lead, [again], f"jirga {__version__}: an illustration, not a forecast.")


def _differences(seen: Seen, opens: bool) -> Html | None:
    parts: list[Content] = []
    for name, comparison, style in comparisons(seen):
        found = (gap_of(comparison, kind, style) for kind in seen.runs.sweep.case.classes)
        rows = [one if opens else one._replace(who="") for one in found]
        parts += [
            tag("h4", f"{seen.choice.scenario.replace('_', ' ')} {name}"),
            gaps(rows, f"paired differences, {name}"),
        ]
    if not parts:
        return None
    parts.append(tag("small", DIFFERENCES_TOLD + DOT_OPENS * opens))
    return joined(parts)


DIFFERENCES_TOLD = "Filled: the 95 % interval leaves zero out. Each run is compared with its twin of the same luck."
DOT_OPENS = " A dot leads to one run of the scenario that ends so."


def gap_of(comparison: Comparison, what: str, style: int) -> Gap:
    """The paired difference of an outcome in points, NaN where it cannot be told."""
    try:
        found = comparison.difference(what)
    except InputError:
        return Gap(what, math.nan, math.nan, math.nan, style)
    runs = comparison.second
    who = _short(runs.sweep.scenario.scenario) if (runs.values(what) == 1.0).any() else ""
    return Gap(what, 100 * found.value, 100 * found.low, 100 * found.high, style, who)


# --- courses ---------------------------------------------------------------------------------------------------------


def _agreements(seen: Seen, whole: bool) -> Html | None:
    """Signed so far and collapsed so far, for every table at which anything is signed in any run."""
    parts: list[Html] = []
    for name, signed, broken in signed_tables(seen):
        title = sentence(place_of(seen.runs.sweep.world, name))[:-1]
        told = f"{title}, share of the runs by week"
        pair = (
            courses(f"{title}: signed so far", "%", signed, f"signed so far, {told}"),
            courses(f"{title}: collapsed so far", "%", broken, f"collapsed so far, {told}"),
        )
        parts.append(joined(pair) if not parts else details(f"{title}", joined(pair)))
        if not whole:
            break
    return joined(parts) if parts else None


def signed_tables(seen: Seen) -> Iterator[tuple[str, list[Line], list[Line]]]:
    """Each table at which anything is signed, those of the question first: its name, signed and collapsed so far."""
    for name in sorted(seen.runs.sweep.case.tables, key=lambda name: not _is_asked(seen, name)):
        signed, broken = (so_far(seen, f"table.{name}.{what}_week") for what in ("agreed", "collapsed"))
        if any(float(line.values[-1]) > 0.0 for line in (*signed, *broken)):
            yield name, signed, broken


def _is_asked(seen: Seen, table_name: str) -> bool:
    """Whether the question of the scenario is about a table."""
    asked = seen.runs.sweep.scenario.answered_by
    return any(table_name in one.outcome.split(".") for one in asked)


def so_far(seen: Seen, what: str) -> list[Line]:
    """In what share of the runs an event has come by each week, 0 to the horizon."""
    lines = []
    for name, runs, style in those(seen):
        weeks = runs.weeks(what).ravel()
        weeks = np.sort(weeks[~np.isnan(weeks)])
        upto = np.searchsorted(weeks, np.arange(runs.sweep.scenario.horizon + 1), side="right")
        lines.append(Line(name, upto / max(len(weeks), 1), style))
    return lines


def _war(seen: Seen, whole: bool) -> Html:
    """Control and intensity of each war: the median and the middle half of the runs."""
    case = seen.runs.sweep.case
    parts: list[Html] = []
    for war in list(case.wars)[: None if whole else 1]:
        pictures = []
        for quantity, told in COURSES.items():
            lines = [band_of(one, f"war.{war}.{quantity}") for one in those(seen)]
            title = f"{sentence(place_of(seen.runs.sweep.world, war))[:-1]}: {told}"
            highest = max(float(np.nanmax(line.high)) for line in lines if line.high is not None)
            top = 1.0 if highest < 1.05 else math.ceil(highest)
            pictures.append(courses(title, "", lines, f"{title}, median and middle half of the runs", top))
        parts.append(
            joined(pictures) if not parts else details(sentence(place_of(seen.runs.sweep.world, war))[:-1], *pictures)
        )
    parts.append(tag("small", "Line: median. Band: middle half of the runs."))
    return joined(parts)


def band_of(one: Named, column: str) -> Line:
    """The median and the middle half of runs, week by week."""
    low, middle, high = one.runs.bands(column, LEVELS).to_numpy().T
    return Line(one.name, middle, one.style, low, high)


# --- trust -----------------------------------------------------------------------------------------------------------


def _trust(seen: Seen, whole: bool) -> Html | None:
    """The networks of mean trust between the actors at a table: before and after, of each of those drawn."""
    actors = tuple(seen.runs.sweep.case.actors)
    drawn = those(seen) if whole else tuple(one for one in those(seen) if one.runs is seen.runs)
    pictures, starts = [], list[Mapping[Pair, float]]()
    for name, runs, _ in drawn:
        before, after = trust_of(runs)
        if not before:
            continue
        if before not in starts:  # what was moved by hand, or begins at another time, begins elsewhere
            starts.append(before)
            pictures.append(_network(actors, before, None, f"{name}: start" if len(starts) > 1 else "start"))
        change = {pair: after[pair] - before[pair] for pair in before}
        pictures.append(_network(actors, after, change, f"{name}: end"))
    if not pictures:
        return None
    small = "From who trusts to who is trusted, 0 to 1. Blue has risen, orange has fallen since the start."
    return joined((tag("div", *pictures, class_="pair"), tag("small", small)))


def _network(
    actors: Sequence[str], trust: Mapping[Pair, float], change: Mapping[Pair, float] | None, told: str
) -> Html:
    """A network with its name below."""
    drawing = network(actors, trust, change, f"mean trust, {told}")
    return tag("figure", drawing, tag("figcaption", told))


Pair = tuple[str, str]


def trust_of(runs: Runs) -> tuple[Mapping[Pair, float], Mapping[Pair, float]]:
    """Mean trust at the start and at the end, by who trusts and who is trusted, of the actors at a table."""
    scenario, case = runs.sweep.scenario, runs.sweep.case
    names, drawn = list(runs.uncertainties), runs.draws_table()
    is_whole = ("promises", "binding") in scenario.theory.rules  # then all trust is, from the start (`Theory.write`)
    before: dict[Pair, float] = {}
    after: dict[Pair, float] = {}
    actors = seated(case, scenario.epoch)
    for who, whom in ((who, whom) for who in actors for whom in actors if who != whom):
        name = f"trust.{who}.{whom}"
        ends = draw_means(runs.values(name))[0] if name in names else np.zeros(0)
        if len(ends) and not np.isnan(ends).all():
            start = drawn[:, names.index(name)].astype(np.float64)
            start = np.ones_like(start) if is_whole else start
            before[who, whom] = float(start.mean())
            after[who, whom] = before[who, whom] + float(np.nanmean(ends - start))
    return before, after


STYLE = """
.studio { font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: #1a1a1a; }
.studio h2 { margin: 0 0 .2em; font-size: 1.5rem; line-height: 1.2; }
.studio h3 { margin: 0 0 .5em; font-size: 1.1rem; }
.studio h4 { margin: .6em 0 .2em; font-size: 1rem; font-weight: 600; }
.studio .asked { font-size: 1.1rem; margin: .2em 0; }
.studio .sure, .studio small, .studio figcaption { color: #4a4a4a; }
.studio .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 1rem; }
.studio .card { border: 1px solid #c8c8c8; border-radius: 6px; padding: .8rem 1rem; background: #fff; min-width: 0; }
.studio .card:first-child { grid-column: 1 / -1; }
.studio [data-ends] { cursor: pointer; }
.studio [data-ends]:focus-visible { outline: 3px solid #e69f00; outline-offset: 1px; }
.studio svg { width: 100%; max-width: 38rem; height: auto; display: block; }
.studio .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .5rem; }
.studio figure { margin: 0; } .studio figcaption { text-align: center; }
.studio table { border-collapse: collapse; width: 100%; font-size: 1rem; }
.studio th, .studio td { text-align: left; vertical-align: top; }
.studio th, .studio td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #ddd; }
.studio details > summary { cursor: pointer; padding: .3rem 0; }
.studio .network text { text-anchor: middle; dominant-baseline: central; }
@media (max-width: 44rem) {
  .studio table, .studio tbody, .studio tr, .studio td { display: block; } .studio thead { display: none; }
  .studio td { border: 0; padding: .1rem 0; } .studio tr { border-bottom: 1px solid #c8c8c8; }
  .studio td:not(:empty)::before { content: attr(data-head) ": "; color: #4a4a4a; }
}
"""
