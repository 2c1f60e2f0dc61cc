"""The page of what carries the answer: paragraphs, rows and passes by how far an outcome moves without them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.experiment.answers import label_of
from sim.experiment.paragraphs import KINDS, Found, Measure, Ranked, Source, Told
from sim.inputs.numbers import counted
from sim.pages.kit.colours import BLUE, GREY, VERMILLION
from sim.pages.kit.html import (
    Content,
    Html,
    Section,
    above,
    details,
    figure,
    joined,
    listed,
    note,
    page,
    paragraphs,
    table,
    tag,
)
from sim.pages.kit.plots import STYLE, svg_of
from sim.pages.kit.words import failed_told, numbers_told
from sim.pages.paragraphs.table import gap_told
from sim.pages.paragraphs.top import TITLES
from sim.version import __version__

PAGE = "paragraphs_{scenario}.html"
TOP = 10
ROW, WIDE = 0.34, 6.6  # inches
MARKS = {"left out": ("o", BLUE, 0.0), "low": ("v", VERMILLION, -0.22), "high": ("^", VERMILLION, 0.22),
         "alone": ("s", VERMILLION, 0.22)}  # fmt: skip
COUNTED = (
    "Left out: the priors are made again as if nobody had coded the row, or any row that cites the paragraph. What it "
    "fed falls back to the other passes at the same article, else to an earlier article, else to what is assumed.",
    "Lower and upper end: the row's own number stands at that end of its interval in every draw that takes it from the "
    "row; of a paragraph, the numbers of all its rows at once. A salience stays as drawn.",
    "A pass left out: the others alone count; alone: no other does.",
    "Every reading has the same draws and the same luck but for the numbers that rest on it, so that the differences "
    "are paired. Intervals are 95 %, one at a time.",
    "Bold is what stands out of luck when all readings of all sources of a kind are counted: at most one in twenty of "
    "these is luck (Benjamini and Hochberg 1995). The largest of many is likely to be somewhat larger than it would be "
    "again.",
    "A row that cites several paragraphs counts with each of them: paragraphs that are cited together move together.",
    "Sources are the coded rows of trust, leverage and positions. Conditions at the start, who speaks for whom, red "
    "lines and structural ranges cite paragraphs too, and stay as they are: what a paragraph carries by these alone is "
    "not told here.",
    "This is the weight of a paragraph in the model, under its rules and by these readings of it; not how true or "
    "important it is.",
)


OF_WEIGHTS = (
    "The weights were learnt with the evidence as it stands: where a paragraph is read otherwise, each draw keeps the "
    "weight that it had."
)


def paragraphs_page(found: Found, weighted: str = "", beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes.

    Args:
        found: what was measured.
        weighted: which weights the draws have, in words; empty for none.
    """
    scenario = found.scenario
    sections = []
    for n, outcome in enumerate(found.outcomes):
        for measure in reversed(found.measures):
            title = title_of(found, outcome, measure)
            sections.append(Section(f"{measure}{n}", title, _measure(found, outcome, measure)))
    sections.append(Section("counted", "How it was counted", listed(COUNTED)))
    foot = paragraphs(f"jirga {__version__}. Written by the job `paragraphs`.")
    return page(
        f"Which paragraph carries the answer: {scenario.scenario}",
        _lead(found, weighted),
        sections,
        foot,
        back=above(beside),
    )


def title_of(found: Found, outcome: str, measure: Measure) -> str:
    """What is measured, in words: the outcome by the label that the scenario's question gives it."""
    what = label_of(found.scenario, outcome)
    return what if measure == "level" else f"What {found.scenario.scenario} changes in: {what}"


def _lead(found: Found, weighted: str) -> Html:
    rows, cited = (len({one.source.name for one in found.told if one.source.kind == kind}) for kind in KINDS[:2])
    told = (
        f"{found.scenario.scenario}: {found.scenario.title}. {counted(rows, 'coded row')} and "
        f"{counted(cited, 'paragraph')} feed a number at {found.scenario.epoch}; "
        f"{counted(found.unused, 'other row')} of trust, leverage and positions feed none there. "
        f"{counted(found.draws, 'draw')} of {counted(found.runs, 'run')}, seed {found.seed}, for every reading."
    )
    lost = [note(f"{failed_told(found.failed)}.")] if found.failed else []
    lost += [note(f"WEIGHTED: {weighted}. {OF_WEIGHTS}")] if weighted else []
    return joined([paragraphs(told, listed(sentences(found))), *lost])


def sentences(found: Found) -> Iterator[str]:
    """What carries each measure, one sentence each."""
    for outcome in found.outcomes:
        for measure in reversed(found.measures):
            yield sentence(found, outcome, measure)


def sentence(found: Found, outcome: str, measure: Measure) -> str:
    """How many paragraphs carry a measure, and which most."""
    ranked, scale = found.ranked("paragraph", outcome, measure), found.scale(outcome)
    told = [one for one in ranked if one.most.is_told]
    what = f"{title_of(found, outcome, measure)} ({value_told(found, outcome, measure)} as the evidence stands)"
    if not told:
        return f"{what}: no paragraph moves it by more than luck could."
    most = told[0].most
    return (
        f"{what}: {len(told)} of {counted(len(ranked), 'paragraph')} move it by more than luck could; "
        f"{source_told(most.source)} most, by {gap_told(most.gap, scale)} {WAYS[most.reading]}."
    )


WAYS = {"left out": "if left out", "low": "if read at the lower ends", "high": "if read at the upper ends",
        "alone": "if the only pass"}  # fmt: skip


def value_told(found: Found, outcome: str, measure: Measure) -> str:
    """A measure as the evidence stands."""
    scale = found.scale(outcome)
    value = found.usual[outcome, measure] * scale
    told = f"{value:+.1f}" if measure == "effect" else f"{value:.1f}" if scale == 100.0 else f"{value:.3g}"
    unit = "" if scale == 1.0 else " points" if measure == "effect" else " %"
    return told.replace("-", "−") + unit


def source_told(source: Source) -> str:
    """What a source is called.

    >>> source_told(Source("paragraph", "2018-12-x.3", (), ())), source_told(Source("pass", "pass_a", (), ()))
    ('2018-12-x ¶3', 'pass_a')
    """
    if source.kind != "paragraph":
        return source.name
    article, _, number = source.name.rpartition(".")
    return f"{article} ¶{number}"


def _measure(found: Found, outcome: str, measure: Measure) -> Html:
    scale = found.scale(outcome)
    parts: list[Content] = [paragraphs(sentence(found, outcome, measure))]
    for kind, title in TITLES.items():
        ranked = found.ranked(kind, outcome, measure)
        if not ranked:
            continue
        top = ranked[:TOP]
        caption = f"{title}: the {len(top)} of {len(ranked)} that move it most; filled: more than luck."
        parts.append(figure(svg_of(carrying_figure(top, scale, measure), caption), caption))
        parts.append(_table(top, scale, kind))
        if len(ranked) > TOP and kind != "row":
            parts.append(details(f"All {len(ranked)}", _table(ranked[TOP:], scale, kind)))
    return joined(parts)


def _table(ranked: Sequence[Ranked], scale: float, kind: str) -> Html:
    readings = [one.reading for one in ranked[0].readings]
    head = ("", "says, as coded", *(READ[reading] for reading in readings), "draws touched")
    rows = [(source_told(one.source), _says(one.source), *(_move(told, scale) for told in one.readings),
             f"{100.0 * one.readings[0].draws:.0f} %") for one in ranked]  # fmt: skip
    return table(head if kind != "pass" else (head[0], "rows", *head[2:]), rows)


READ = {"left out": "left out", "low": "at its lower end", "high": "at its upper end", "alone": "alone"}


def _move(told: Told, scale: float) -> Content:
    words = gap_told(told.gap, scale)
    return tag("b", words) if told.is_told else words


def _says(source: Source) -> Content:
    if source.kind == "pass":
        return str(len(source.rows))
    if source.kind == "row":
        row = source.rows[0]
        return f"{row.article} ¶{numbers_told(row.paragraphs)}: {row.paraphrase} ({', '.join(source.feeds)})"
    said = list(dict.fromkeys(row.paraphrase for row in source.rows))
    alone = f"; {source.alone} cite nothing else" if source.alone else ""
    head = f"{counted(len(source.rows), 'row')}{alone}: {said[0]}"
    return details(head, listed(said[1:])) if len(said) > 1 else head


def carrying_figure(ranked: Sequence[Ranked], scale: float, measure: Measure) -> Figure:
    """The readings of each source, the strongest source at the top."""
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 0.9 + ROW * len(ranked)), layout="constrained")
        axes = drawn.subplots()
        axes.axvline(0.0, color=GREY, lw=0.8)
        named: set[str] = set()
        for place, one in enumerate(reversed(ranked)):
            for told in one.readings:
                mark, colour, apart = MARKS[told.reading]
                at, gap = place + apart, [scale * part for part in told.gap]
                axes.plot(gap[1:], [at] * 2, color=colour, lw=1.1)
                face = colour if told.is_told else "white"
                axes.plot(gap[:1], [at], mark, color=colour, mfc=face, ms=4, label=_label(told.reading, named))
        axes.set_yticks(range(len(ranked)), [source_told(one.source) for one in reversed(ranked)])
        unit = "percentage points" if scale == 100.0 else "in the outcome's unit"
        axes.set_xlabel(f"how far the {'effect' if measure == 'effect' else 'outcome'} moves, {unit}")
        drawn.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=7.5)
    return drawn


def _label(reading: str, named: set[str]) -> str:
    """The words of a mark, once a figure."""
    if reading in named:
        return "_nolegend_"
    named.add(reading)
    return READ[reading]


def print_paragraphs(found: Found) -> None:
    """Print for each measure what carries it."""
    from sim.pages.kit.terminal import terminal

    console = terminal()
    for outcome in found.outcomes:
        for measure in reversed(found.measures):
            console.print(f"\n{title_of(found, outcome, measure)}", style="bold")
            console.print(sentence(found, outcome, measure))
            for one in found.ranked("paragraph", outcome, measure)[:TOP]:
                if one.most.is_told:
                    gap = gap_told(one.most.gap, found.scale(outcome))
                    console.print(f"  {source_told(one.source)}: {gap} {WAYS[one.most.reading]}")
