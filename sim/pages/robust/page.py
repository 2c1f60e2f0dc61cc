"""The page of what could have been done: each outcome with its settings by every criterion, then two at once."""

from __future__ import annotations

from collections.abc import Collection

from sim.analysis.robust import RESAMPLES
from sim.analysis.shares import Interval
from sim.experiment.answers import label_of
from sim.experiment.robust import CRITERIA, Found, Judged, Standing, Traded, word_of
from sim.inputs.numbers import counted
from sim.pages.kit.html import Content, Html, Section, above, figure, joined, listed, note, page, paragraphs, table, tag
from sim.pages.kit.plots import svg_of
from sim.pages.paragraphs.table import gap_told
from sim.pages.robust.figures import criteria_figure, front_figure, regret_figure
from sim.pages.robust.words import (
    SHARE,
    bound_told,
    front_told,
    regret_told,
    sentences,
    setting_told,
    summary,
    title_of,
    value_told,
)
from sim.version import __version__

PAGE = "robust.html"
COUNTED = (
    "Every setting meets the same draws and the same luck, so that differences are paired. A draw counts with its mean "
    "over its runs of chance; as it stands is the scenario with its levers where its file, or who asked, has them.",
    "Nothing says which way an actor wants an outcome to go: who asks has said it; it is told beside every outcome.",
    "Regret of a draw: how much better the best of the settings would have been there (Savage 1951). The best of noisy "
    "means is better than the best mean, so two numbers are told: what one half of the runs chooses, valued by the "
    "other, is too little; what is seen by all the runs that choose is too much. The truth lies between; the brackets "
    "are the outer ends of both 95 % intervals. With more runs a draw they come together.",
    "The largest regret of any draw grows with the number of draws. What is minimised is therefore the mean of the "
    "worst tenth (Rockafellar and Uryasev 2000); what nine draws in ten stay below, and the largest, stand beside it, "
    "both as seen.",
    "Good enough (Simon 1956): the share of draws whose mean over chance reaches the bound, freed of what chance adds "
    "(Gordy and Juneja 2010).",
    f"Intervals are 95 %, one at a time. What is best, and what cannot be told from it, goes by {RESAMPLES:,} "
    "resamples of the draws with intervals that hold for all pairs of settings at once (max-t: Hochberg and Tamhane "
    "1987; Romano and Wolf 2005), for each outcome and criterion by itself: in 95 of 100 cases the true best is among "
    "those that cannot be told. Of regret both readings have to tell a setting from the best.",
    "On the Pareto front is what no other setting beats in both means (Kasprzyk and others 2013). Beaten for certain: "
    "another is better in both, or in one with the other the same, by intervals for all pairs and both outcomes.",
    "Which criterion counts is for the reader: they differ where it matters (Lempert and others 2006; McPhail and "
    "others 2018). What is best is best among the settings tried, in the model, under its priors.",
)


def robust_page(found: Found, weighted: str = "", beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes.

    Args:
        found: what was measured.
        weighted: which weights the draws have, in words; empty for none.
    """
    sections = [
        Section(f"outcome{n}", title_of(found, one), _outcome(found, one)) for n, one in enumerate(found.outcomes)
    ]
    sections += [
        Section(f"front{n}", _front_title(found, one), _front(found, one)) for n, one in enumerate(found.fronts)
    ]
    sections.append(Section("counted", "How it was counted", listed(COUNTED)))
    foot = paragraphs(f"jirga {__version__}. Written by the job `robust`.")
    return page(
        f"What could have been done: {found.scenario.scenario}",
        _lead(found, weighted),
        sections,
        foot,
        back=above(beside),
    )


def _lead(found: Found, weighted: str) -> Html:
    scenario = found.scenario
    whose = f", the model's {found.actor}'s levers" if found.actor else ""
    kind = "every combination" if found.is_grid else "a sample without large gaps"
    told = (
        f"{scenario.scenario}: {scenario.title}. {counted(len(found.settings), 'setting')}{whose} ({kind}); "
        f"{counted(found.draws, 'draw')} of {counted(found.runs, 'run')} each, seed {found.seed}."
    )
    levers = (
        f"{name.replace('_', ' ')}: {one.meaning}, {one.low:g} to {one.high:g} {one.unit}"
        for name, one in scenario.levers.items()
        if name in found.levers
    )
    lost = [note(f"WEIGHTED: {weighted}. Every number is that of the weighted draws.")] if weighted else []
    return joined([paragraphs(told), listed(levers), *lost, listed(summary(found))])


def _outcome(found: Found, one: Judged) -> Html:
    drawn = (
        "Each setting by three criteria, with 95 %; the mean as its paired difference from as it stands (square). "
        "Filled: may be the best by that criterion, as far as these draws tell. Of regret the circle is what is "
        "valued, the bar what is seen: it lies between."
    )
    curves = (
        "Regret as seen in each draw, of the scenario as it stands and of what a criterion chooses. The luck of "
        "choosing is in it: it is too much."
    )
    return joined([
        paragraphs(*sentences(found, one)),
        figure(svg_of(criteria_figure(found, one), drawn), drawn, wide=True),
        _table(found, one),
        figure(svg_of(regret_figure(found, one), curves), curves),
    ])  # fmt: skip


HEAD = (
    "setting", "mean", "against as it stands", "mean regret", "regret, worst tenth", "nine draws in ten below",
    "largest", "draws in which it is enough",
)  # fmt: skip


def _table(found: Found, one: Judged) -> Html:
    rows = [_row(found, one, n, standing) for n, standing in enumerate(one.standings)]
    caption = (
        f"Every setting; bold: best by the criterion, starred: cannot be told from it. Enough: {bound_told(one.goal)}"
    )
    return table(HEAD, rows, caption=caption, compared=True)


def _row(found: Found, one: Judged, n: int, standing: Standing) -> tuple[Content, ...]:
    scale, level, gap = one.goal.scale, standing.level, standing.gap
    told = (
        value_told(Interval(level.value, level.low, level.high), scale), regret_told(standing.worst, scale),
        value_told(standing.enough.corrected, SHARE),
    )  # fmt: skip
    mean, worst, enough = (
        _marked(text, word_of(one.choices[name], n)) for name, text in zip(CRITERIA, told, strict=True)
    )
    against = "–" if gap is None else gap_told(Interval(gap.value, gap.low, gap.high), scale)
    seen = [f"{scale * value:.3g}" for value in (standing.quantile, standing.largest)]
    return (setting_told(found, n), mean, against, regret_told(standing.regret, scale), worst, *seen, enough)


def _marked(text: str, word: str) -> Content:
    """The best in bold, what cannot be told from it with a star."""
    return tag("b", text) if word == "best" else f"{text} *" if word == "open" else text


def _front_title(found: Found, one: Traded) -> str:
    names = (label_of(found.scenario, found.outcomes[n].goal.outcome) for n in (one.first, one.second))
    return " and ".join(names)


def _front(found: Found, one: Traded) -> Html:
    told = (
        "The means of both outcomes under each setting; lines: 95 % of the paired difference from as it stands "
        "(vermillion), taken as it is. Filled: on the front, whose settings are joined; a cross: beaten for certain."
    )
    rows = [
        (setting_told(found, n), "on the front" if one.on_front[n] else "", f"{SHARE * one.share[n]:.0f} %",
         "beaten for certain" if one.beaten[n] else "")
        for n in range(len(found.settings))
    ]  # fmt: skip
    head = ("setting", "means", "on the front in resamples of the draws", "for certain")
    return joined([
        paragraphs(front_told(found, one)), figure(svg_of(front_figure(found, one), told), told), table(head, rows),
    ])  # fmt: skip
