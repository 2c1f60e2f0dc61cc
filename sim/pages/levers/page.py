"""The page of levers: one figure a lever, one panel an outcome in which its scenario's question is answered."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.case.answer import Answer
from sim.case.case import Case
from sim.case.columns import columns_by_name
from sim.experiment.answers import Answered
from sim.experiment.levers import Setting, Swept
from sim.pages.kit.colours import BLUE, GREY, VERMILLION
from sim.pages.kit.html import Content, Html, Section, above, figure, joined, note, page, paragraphs, table, tag
from sim.pages.kit.plots import STYLE, svg_of
from sim.pages.kit.tables import csv_of
from sim.version import __version__

PAGE, TABLE = "levers.html", "levers.csv"
HEAD = ("scenario", "lever", "unit", "value", "own", "outcome", "difference", "low", "high", "verdict")
TABLE_MARK = ",".join(HEAD[:4])
PANEL, HIGH = 2.6, 2.1  # inches
SHARES = ("share", "yes is 1")  # units that are told in hundredths
LEAD = (
    "Each scenario with one lever at several values, the others as its file has them, against status_quo with the same "
    "draws and the same luck. A dot is the effect on an outcome in which the scenario's question is answered, its line "
    "the 95 % interval; it is filled where that leaves zero out. The dotted line is where the file has the lever."
)


def levers_page(
    case: Case,
    found: Sequence[Swept],
    draws: int,
    runs: int,
    seed: int,
    weighted: str = "",
    beside: Collection[str] = (),
) -> str:
    """The whole page as text; the same findings give the same bytes.

    Args:
        case: of the levers.
        found: every lever from end to end.
        draws, runs, seed: of every value.
        weighted: which weights the draws have, in words; empty for none.
        beside: names of pages in the same folder, which can be linked to.
    """
    units = {column.name: column.unit for column in columns_by_name(case).values()}
    sections = []
    for name, those in groupby(found, lambda one: one.scenario.scenario):
        swept = tuple(those)
        body = joined([paragraphs(swept[0].scenario.question), *(_lever(one, units) for one in swept)])
        sections.append(Section(name, f"{name}: {swept[0].scenario.title}", body))
    size = f"{draws} draws of {runs} runs at every value, seed {seed}."
    foot = paragraphs(f"jirga {__version__}. Written by the job `levers`.")
    lead = joined([paragraphs(LEAD), note(size), *([note(f"WEIGHTED: {weighted}.")] if weighted else [])])
    return page(f"Levers from end to end: {case.title}", lead, sections, foot, back=above(beside))


def _lever(one: Swept, units: dict[str, str]) -> Html:
    told = (
        f"{one.lever.meaning}: {one.lever.low:g} to {one.lever.high:g} {one.lever.unit}; {one.lever.value:g} as filed"
    )
    parts: list[Html] = [tag("h3", one.name.replace("_", " ")), paragraphs(told)]
    asked = one.scenario.answered_by
    if asked:
        told = f"Effects of {one.scenario.title} along its lever, {one.name.replace('_', ' ')}"
        parts.append(figure(svg_of(lever_figure(one, units), told), told, wide=True))
        rows: list[tuple[Content, ...]] = [(answer.label, clear_at(one, n)) for n, answer in enumerate(asked)]
        parts.append(table(("outcome", f"effect clear of zero at ({one.lever.unit})"), rows))
    return joined(parts)


def clear_at(one: Swept, number: int) -> str:
    """The values of a lever at which one effect is clear of zero, in words."""
    found = one.settings
    clear = [f"{each.value:g}" for each in found if (gap := each.answers[number].gap) is not None and gap.is_clear]
    if len(clear) == len(found):
        return "every value"
    return ", ".join(clear) if clear else "none"


def lever_figure(one: Swept, units: dict[str, str]) -> Figure:
    """One panel an outcome: its effect along the lever."""
    asked = one.scenario.answered_by
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(PANEL * len(asked), HIGH), layout="constrained")
        panels = drawn.subplots(1, len(asked), squeeze=False)[0]
        for number, (axes, answer) in enumerate(zip(panels, asked, strict=True)):
            _panel(axes, one, number, answer, units[answer.outcome])
    return drawn


def _panel(axes: Axes, one: Swept, number: int, answer: Answer, unit: str) -> None:
    scale, told = (100.0, "percentage points") if unit in SHARES else (1.0, unit)
    axes.axhline(0.0, color=GREY, lw=0.8)
    axes.axvline(one.lever.value, color=VERMILLION, lw=0.8, ls=":")
    for setting in one.settings:
        gap = setting.answers[number].gap
        if gap is not None:
            axes.plot([setting.value] * 2, [scale * gap.low, scale * gap.high], color=BLUE, lw=1.2)
            face = BLUE if gap.is_clear else "white"
            axes.plot([setting.value], [scale * gap.value], "o", color=BLUE, mfc=face, ms=4)
    axes.set_title(answer.label, loc="left", fontsize=7.5, wrap=True)
    axes.set_xlabel(f"{one.name.replace('_', ' ')}, {one.lever.unit}", fontsize=7.5)
    axes.set_ylabel(f"effect, {told}", fontsize=7.5)
    axes.tick_params(labelsize=7.0)


def csv_text(found: Sequence[Swept]) -> str:
    """The findings as a table for machines: one row a lever, a value and an outcome."""
    return csv_of(HEAD, (row for one in found for setting in one.settings for row in _rows(one, setting)))


def _rows(one: Swept, setting: Setting) -> Iterator[tuple[object, ...]]:
    own = "yes" if setting.value == one.lever.value else "no"
    place = (one.scenario.scenario, one.name, one.lever.unit, f"{setting.value:g}", own)
    for answer in setting.answers:
        yield (*place, answer.answer.outcome, *_numbers(answer), answer.verdict)


def _numbers(answer: Answered) -> tuple[str, str, str]:
    gap = answer.gap
    value, low, high = (math.nan,) * 3 if gap is None else (gap.value, gap.low, gap.high)
    return _number(value), _number(low), _number(high)


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"
