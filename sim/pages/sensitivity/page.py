"""The page of a sensitivity analysis: for each outcome what makes it, alone and in groups, and what is left open."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.analysis.sensitivity import Index, Open
from sim.analysis.shares import Interval
from sim.experiment.sensitivity import Found, Sensitive, draws_for
from sim.pages.kit.colours import BLUE, GREY, VERMILLION
from sim.pages.kit.html import Html, Section, above, figure, joined, listed, note, page, paragraphs, table
from sim.pages.kit.plots import STYLE, svg_of
from sim.pages.kit.tables import csv_of
from sim.version import __version__

PAGE, TABLE = "sensitivity.html", "sensitivity.csv"
HEAD = ("outcome", "method", "grouping", "name", "index", "value", "low", "high")
TABLE_MARK = ",".join(HEAD[:4])
SHOWN = 15  # inputs of the screening
ROW, WIDE = 0.24, 6.6  # inches
TITLES = {"kind": "by what they are", "actor": "by whose they are", "strongest": "the strongest, each alone"}
COUNTED = (
    "Every input is set, row by row, and every row meets the same courses of chance; what is decomposed "
    "is the mean over "
    "them. What chance makes of single runs is told apart.",
    "Screening: mu*, the mean absolute effect of one step in one input, over its whole range (Morris "
    "1991; Campolongo and "
    "others 2007).",
    "Parts of the variance: the first-order index is what an input or group makes by itself (Sobol "
    "1993), the total index "
    "what it makes with all its interactions (Homma and Saltelli 1996). Intervals are SALib's bootstrap.",
    "Shift: the median distance between the distribution of the outcome and that within a tenth of the input (PAWN: "
    "Pianosi and Wagener 2018). An input that does nothing has one, too: what lies about it moves "
    "nothing that can be seen.",
    "Which pass a coded number comes from is an input of its own; where that pass has no row, the "
    "number's own input says "
    "which other stands in. A red line follows its position.",
)


def sensitivity_page(found: Found, beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes."""
    scenario = found.scenario
    lead = (
        f"{scenario.scenario}: {scenario.title}. {found.inputs} inputs; {found.sizes.trajectories} "
        f"trajectories and a base "
        f"sample of {found.sizes.base:,} rows, {found.runs} runs a row, seed {found.seed}."
    )
    sections = [Section(f"outcome{n}", one.outcome, _outcome(one)) for n, one in enumerate(found.outcomes)]
    sections.append(Section("counted", "How it was counted", listed(COUNTED)))
    foot = paragraphs(f"jirga {__version__}. Written by the job `sensitivity`.")
    return page(f"What makes the outcomes: {scenario.scenario}", paragraphs(lead), sections, foot, back=above(beside))


def _outcome(one: Sensitive) -> Html:
    parts = [paragraphs(told_chance(one)), *(note(line) for line in warnings(one))]
    if all(math.isnan(index.total.value) for index in one.strongest):
        return joined([paragraphs(told_chance(one)), note("It is the same in every row: nothing makes it.")])
    for key, indices in every(one).items():
        told = f"Parts of the variance, {TITLES[key]}: total index (circle) and first-order index (square), with 95 %."
        parts.append(figure(svg_of(index_figure(indices), told), told))
    told = f"Screening of all inputs, the first {SHOWN}: mean absolute effect over an input's range, with 95 %."
    parts.append(figure(svg_of(screening_figure(one), told), told))
    rows = [(shift.name, told_interval(shift.distance)) for shift in one.shifted]
    parts.append(table(("input", "shift of the whole distribution, 0 to 1"), rows, caption="PAWN"))
    return joined(parts)


def every(one: Sensitive) -> Mapping[str, tuple[Index, ...]]:
    """All its decompositions, by grouping."""
    return {**one.groups, "strongest": one.strongest}


def told_chance(one: Sensitive) -> str:
    """How much of the spread is chance, and how much of it is left in the means."""
    if one.chance is None:
        return "What part of the variance of single runs is chance cannot be told from so few, or nothing varies."
    value, low, high = (100.0 * part for part in one.chance)
    told = f"{value:.0f} % ({low:.0f} to {high:.0f}) of the variance of single runs is chance. "
    if math.isnan(low):
        told = f"{value:.0f} % of the variance of single runs is chance. "
    return told + (
        f"The parts below are of the rest: of the mean over chance, in whose variance chance still makes "
        f"{100.0 * one.left:.0f} %."
    )


def warnings(one: Sensitive) -> Iterator[str]:
    """What the sample leaves open, and what would close it."""
    for key, ranks in one.open.items():
        if ranks:
            yield f"Ranking left open, {TITLES[key]}: " + "; ".join(map(told_open, ranks)) + "."


def told_open(one: Open) -> str:
    """An open order in words.

    >>> told_open(Open("trust", "leverage", 4000))
    'trust before leverage (a base sample of 4,000 rows would tell: size.draws=2048)'
    """
    if one.needed is None:
        return f"{one.first} before {one.second} (no sample of a million rows would tell)"
    told = f"a base sample of {one.needed:,} rows would tell: size.draws={draws_for(one.needed)}"
    return f"{one.first} before {one.second} ({told})"


def told_interval(one: Interval) -> str:
    """An index with its interval.

    >>> told_interval(Interval(0.5, 0.4, 0.6))
    '0.50 (0.40 to 0.60)'
    """
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"


def index_figure(indices: Sequence[Index]) -> Figure:
    """Total and first-order index of each input or group, strongest at the top."""
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 0.8 + ROW * len(indices)), layout="constrained")
        axes = drawn.subplots()
        axes.axvline(0.0, color=GREY, lw=0.8)
        for place, one in enumerate(reversed(indices)):
            for at, part, mark, colour in (
                (place + 0.12, one.total, "o", BLUE),
                (place - 0.12, one.first, "s", VERMILLION),
            ):
                axes.plot([part.low, part.high], [at] * 2, color=colour, lw=1.2)
                axes.plot([part.value], [at], mark, color=colour, ms=3.5)
        axes.set_yticks(range(len(indices)), [one.name for one in reversed(indices)])
        axes.set_xlabel("part of the variance of the mean over chance")
    return drawn


def screening_figure(one: Sensitive) -> Figure:
    """The strongest inputs of the screening."""
    shown = one.screened[:SHOWN]
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 0.8 + ROW * len(shown)), layout="constrained")
        axes = drawn.subplots()
        axes.axvline(0.0, color=GREY, lw=0.8)
        for place, each in enumerate(reversed(shown)):
            axes.plot([each.effect.low, each.effect.high], [place] * 2, color=BLUE, lw=1.2)
            axes.plot([each.effect.value], [place], "o", color=BLUE, ms=3.5)
        axes.set_yticks(range(len(shown)), [each.name for each in reversed(shown)])
        axes.set_xlabel("mu*: mean absolute effect, in the outcome's unit")
    return drawn


def csv_text(found: Found) -> str:
    """The findings for machines: one row an index."""
    return csv_of(HEAD, (row for one in found.outcomes for row in _rows(one)), 6)


def _rows(one: Sensitive) -> Iterator[tuple[object, ...]]:
    if one.chance is not None:
        yield (one.outcome, "chance", "", "", "share of chance", *one.chance)
    yield (one.outcome, "chance", "", "", "left in the means", one.left, "", "")
    for key, indices in every(one).items():
        for index in indices:
            yield (one.outcome, "sobol", key, index.name, "first", *index.first)
            yield (one.outcome, "sobol", key, index.name, "total", *index.total)
    for each in one.screened:
        yield (one.outcome, "morris", "", each.name, "mu_star", *each.effect)
        yield (one.outcome, "morris", "", each.name, "sigma", each.spread, "", "")
    for shift in one.shifted:
        yield (one.outcome, "pawn", "", shift.name, "median", *shift.distance)


def print_sensitivity(found: Found) -> None:
    """Print for each outcome its groups and strongest inputs, and what is left open."""
    from sim.pages.kit.terminal import terminal

    console = terminal()
    for one in found.outcomes:
        console.print(f"\n{one.outcome}", style="bold")
        console.print(told_chance(one))
        for key, indices in every(one).items():
            told = ", ".join(f"{index.name} {told_interval(index.total)}" for index in indices[:5])
            console.print(f"  total index, {TITLES[key]}: {told}")
        for line in warnings(one):
            console.print(f"  {line}")
