"""The page of competing theories: what each says, what it makes of patterns and record, and what the spread is."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.contested import PARTS
from sim.experiment.theories import Contested, Found, contender_of
from sim.pages.kit.colours import BLUE, GREY, VERMILLION
from sim.pages.kit.html import Html, Section, above, figure, joined, listed, note, page, paragraphs, table
from sim.pages.kit.plots import STYLE, svg_of
from sim.pages.kit.words import failed_told
from sim.pages.record.table import SCORE_NAMES, VERDICTS, told_interval
from sim.pages.theories.table import SCORES, told_estimate, told_held, told_share
from sim.version import __version__

PAGE = "theories.html"
ROW, WIDE = 0.26, 6.8  # inches
HOLDS, FAILS, OPEN = "#0072b2", "#e8e8e4", "#9ecae8"  # of a pattern by a theory; each has a word besides
WORDS = {True: "holds", False: "", None: "?"}
PART_COLOURS = {"theory": "#d55e00", "coding": "#e69f00", "parameters": "#0072b2", "chance": "#bbbbbb"}
COUNTED = (
    "Every theory replaces the rules that its file names, and nothing else: who is there, what is coded, the war and "
    "the events are the same, on the same draws and with the same luck. What it leaves to the model is said beside it.",
    "A pattern holds by the rule of its own page: the whole interval of the share of draws is enough. The record is "
    "scored as on its page; the difference to the model as designed has the widest of its bootstrap intervals.",
    "Parts of the variance: the law of total variance over theories (each counts alike), coding passes, draws of a "
    "pass, and runs of a draw, from the outside in. What two of them do only together belongs to the inner one. "
    "Intervals are those of the bootstrap over draws; that theories are these and no others is in none of them.",
    "That a theory fits these patterns and events better does not make it true of the actors: it is as good as its "
    "translation into these rules, and the numbers that the translation needs are assumed.",
)


def theories_page(found: Found, beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes."""
    scenario = found.scenario
    lead = (
        f"{len(found.theories)} theories of how talks go, on the same data. Outcomes of {scenario.scenario} "
        f"({scenario.title}), from {scenario.epoch} over {scenario.horizon} weeks; {found.draws} draws of {found.runs} "
        f"runs, seed {found.seed}."
    )
    sections = [Section("theories", "The theories", _theories(found))]
    sections += [Section("patterns", "The patterns by theory", _patterns(found))] if found.patterns else []
    sections += [Section("record", "The record by theory", _record(found))] if found.record else []
    sections += [Section("outcomes", "Outcomes by theory", _outcomes(found))]
    sections += [Section("parts", "What the spread is made of", _parts(found))]
    sections += [Section("counted", "How it was counted", listed(COUNTED))]
    failed = [note(f"{failed_told(found.failed)}.")] if found.failed else []
    foot = paragraphs(f"jirga {__version__}. Written by the job `theories`.")
    return page(
        f"Competing theories: {scenario.case.title}",
        joined([paragraphs(lead), *failed]),
        sections,
        foot,
        back=above(beside),
    )


def _theories(found: Found) -> Html:
    scores = list(found.scores("as_designed"))
    rows = []
    for theory in found.theories:
        own = found.scores(theory.theory)
        held = [told_held(found, theory.theory)] if found.patterns else []
        rows.append((theory.title, theory.source, theory.says, theory.silent, *held,
                     *(f"{own[score]:.3f}" for score in scores)))  # fmt: skip
    heads = ["patterns that hold"] if found.patterns else []
    heads += [SCORE_NAMES[score] for score in scores]
    return table(
        ("theory", "source", "what comes about by it", "what it leaves to the model, or assumes", *heads), rows
    )


def _patterns(found: Found) -> Html:
    draws, runs = found.pattern_size
    told = (
        f"Share of {draws} draws in which each pattern holds, in %, corrected for {runs} runs a draw. Dark: it holds "
        f"(in {100 * found.enough:.0f} % or more, with its whole interval); light with a question mark: it cannot be "
        "told; grey: it fails."
    )
    return figure(svg_of(patterns_figure(found), told), told, wide=True)


def patterns_figure(found: Found) -> Figure:
    """A cell for each theory and pattern, with the share of draws in it."""
    names = [one.theory for one in found.theories]
    labels = [f"{one.name} {one.epoch}" if one.epoch else one.name for one in found.patterns]
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(max(WIDE, 1.6 + 0.44 * len(labels)), 1.1 + 0.3 * len(names)), layout="constrained")
        axes = drawn.subplots()
        for row, name in enumerate(names):
            for column, one in enumerate(found.patterns):
                _pattern(axes, column, row, one.holds[name], one.findings[name].share.corrected.value)
        axes.set_xlim(-0.5, len(labels) - 0.5)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xticks(range(len(labels)), labels, rotation=60, ha="right")
        axes.set_yticks(range(len(names)), [one.title for one in found.theories])
        axes.tick_params(length=0)
        axes.set_xlabel("pattern, and where it is measured")
        for side in ("top", "right", "bottom", "left"):
            axes.spines[side].set_visible(False)
    return drawn


def _pattern(axes: Axes, column: int, row: int, holds: bool | None, share: float) -> None:
    colour = {True: HOLDS, False: FAILS, None: OPEN}[holds]
    axes.add_patch(mpl.patches.Rectangle((column - 0.47, row - 0.45), 0.94, 0.9, color=colour, lw=0))
    told = "" if math.isnan(share) else f"{100 * share:.0f}{' ?' if holds is None else ''}"
    axes.text(column, row, told, ha="center", va="center", fontsize=7.0, color="white" if holds else "black")


def _record(found: Found) -> Html:
    assert found.record is not None
    rows = []
    for row in found.record.compared:
        theory = next((one for one in found.theories if contender_of(one.theory) == row.contender), None)
        if theory is not None:
            rows.append((theory.title, SCORE_NAMES[row.score], f"{row.model:.3f}", f"{row.other:.3f}",
                         *(told_interval(one) for one in (row.over_statements, row.over_events, row.over_epochs)),
                         str(row.statements), str(row.events), VERDICTS[row.verdict]))  # fmt: skip
    heads = ("theory", "score", "as designed", "theory's", "difference over statements", "over events",
             "over articles", "statements", "events", "verdict")  # fmt: skip
    told = (
        "Mean score of each theory on what the articles say happened; smaller is better. The line is the widest "
        "bootstrap interval of the difference to the model as designed; filled: it leaves zero out everywhere."
    )
    number = f"{len(found.record.tested)} statements about {found.record.events} independent events."
    return joined([paragraphs(number), figure(svg_of(record_figure(found), told), told), table(heads, rows)])


def record_figure(found: Found) -> Figure:
    """The score of each theory less that of the model as designed, a panel a score."""
    assert found.record is not None
    others = found.theories[1:]
    scores = list(found.scores("as_designed"))
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 1.2 + ROW * len(others)), layout="constrained")
        panels = drawn.subplots(1, len(scores), squeeze=False, sharey=True)[0]
        for axes, score in zip(panels, scores, strict=True):
            axes.axvline(0.0, color=GREY, lw=0.8)
            for place, theory in enumerate(reversed(others)):
                for row in found.record.compared:
                    if (row.contender, row.score) == (contender_of(theory.theory), score):
                        axes.plot([-end for end in row.widest[1:]], [place] * 2, color=BLUE, lw=1.2)
                        face = BLUE if row.verdict else "white"
                        axes.plot([-row.widest.value], [place], "o", color=BLUE, mfc=face, ms=4)
            axes.set_yticks(range(len(others)), [one.title for one in reversed(others)])
            axes.set_title(SCORES[score], fontsize=8.0)
            axes.tick_params(axis="x", labelsize=6.5)
        drawn.supxlabel("mean score, theory less as designed", fontsize=8.0)
    return drawn


def _outcomes(found: Found) -> Html:
    told = (
        "Each outcome by theory: mean over all draws and runs, with 95 % over draws. The line is the model as designed."
    )
    rows = [
        (one.outcome, *(told_estimate(one.estimates[theory.theory], one.is_share) for theory in found.theories))
        for one in found.outcomes
    ]
    left = [note(f"Left out, because some runs do not have it: {', '.join(found.left_out)}.")] if found.left_out else []
    drawn = figure(svg_of(outcomes_figure(found), told), told, wide=True)
    return joined([drawn, *left, table(("outcome", *(one.title for one in found.theories)), rows)])


def outcomes_figure(found: Found) -> Figure:
    """A panel an outcome, a mark a theory."""
    many, names = len(found.outcomes), found.theories
    columns = min(3, max(many, 1))
    lines = -(-max(many, 1) // columns)
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE + 1.2, lines * (0.75 + 0.2 * len(names))), layout="constrained")
        panels = np.atleast_1d(drawn.subplots(lines, columns, squeeze=False, sharey=True)).ravel()
        for axes, one in zip(panels, found.outcomes, strict=False):
            _outcome(axes, one, [theory.theory for theory in names])
            axes.set_yticks(range(len(names)), [theory.title for theory in reversed(names)], fontsize=7.0)
        for axes in panels[many:]:
            axes.set_visible(False)
    return drawn


def _outcome(axes: Axes, one: Contested, names: Sequence[str]) -> None:
    factor = 100.0 if one.is_share else 1.0
    axes.axvline(factor * one.estimates[names[0]].value, color=GREY, lw=0.8)
    for place, name in enumerate(reversed(names)):
        found, colour = one.estimates[name], VERMILLION if name == names[0] else BLUE
        if not math.isnan(found.low):
            axes.plot([factor * found.low, factor * found.high], [place] * 2, color=colour, lw=1.2)
        axes.plot([factor * found.value], [place], "o", color=colour, ms=3.5)
    if one.is_share:
        axes.set_xlim(-2.0, 102.0)
    axes.set_xlabel(f"{one.outcome}{', % of runs' if one.is_share else ''}", fontsize=7.0)
    axes.tick_params(axis="x", labelsize=6.5)


def _parts(found: Found) -> Html:
    told = (
        "Parts of each outcome's variance over theories, coding passes, draws of a pass and runs of a draw, in %; "
        "each bar with its 95 % interval."
    )
    split = [one for one in found.outcomes if one.parts is not None]
    if not split:
        return note("What the variance is made of cannot be told from one run a draw, or nothing varies.")
    rows = [(one.outcome, *(told_share(getattr(one.parts, part)) for part in PARTS)) for one in split]
    return joined([figure(svg_of(parts_figure(split), told), told), table(("outcome", *PARTS), rows)])


def parts_figure(split: Sequence[Contested]) -> Figure:
    """A group of bars an outcome, a bar a part, with its interval: laid end to end, they could end beyond the whole."""
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 1.2 + 0.55 * len(split)), layout="constrained")
        axes = drawn.subplots()
        for place, one in enumerate(reversed(split)):
            for n, name in enumerate(PARTS):
                part, at = getattr(one.parts, name), place + 0.3 - 0.2 * n
                first = name if place == 0 else None
                axes.barh(at, 100 * part.value, height=0.18, color=PART_COLOURS[name], label=first)
                axes.plot([100 * part.low, 100 * part.high], [at] * 2, color="black", lw=0.8)
        axes.set_yticks(range(len(split)), [one.outcome for one in reversed(split)])
        axes.set_xlim(0.0, 100.0)
        axes.set_xlabel("part of the variance, %")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=4, frameon=False)
    return drawn
