"""The page of a calibration: what was learnt from what, numbers and answers before and after, and every check."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from sim.experiment.calibration import PLAIN, Asked, Found, Parameter
from sim.experiment.learnt import agreement, evenness, excluded, ruled_out, summary, told_share, verdict
from sim.pages.calibration import figures
from sim.pages.kit.html import Html, Section, above, figure, joined, listed, note, page, paragraphs, table
from sim.pages.kit.plots import svg_of
from sim.pages.record.table import SCORE_NAMES, told_interval
from sim.version import __version__

PAGE = "calibration.html"
SHOWN = 24  # numbers that have figures of their own, beside the structural ones
NAMES = {PLAIN: "the model without weights"}
COUNTED = (
    "What happened is a list of yes and no; a week counts as a yes where it lies in what is known of it. "
    "The likelihood "
    "of a draw is the mean over its runs of the chance that a record seen through errors has all marked "
    "statements of a "
    "course together (approximate Bayesian computation with the stated discrepancy as its tolerance, "
    "which is exact for "
    "such errors: Wilkinson 2013). A pattern is one more yes or no of the draw as a whole.",
    "Weights are proportional to that likelihood (importance sampling from the prior). No draw is made "
    "for it, and none "
    "is searched for: the same draws serve every job, at every epoch. The worth of the weights is Kish's (1965).",
    "Intervals are those of self-normalised importance sampling, linearised over draws.",
    "The sampler is sequential Monte Carlo (Toni and others 2009; Del Moral, Doucet and Jasra 2012) on "
    "the unit cube of "
    "all numbers that decide a draw, structural and coded, with luck of its own. The discrepancy is "
    "lowered step by step; "
    "moves are reflected at the walls of the cube, so that the prior stays what it is in any dimension.",
    "The check by simulation (Talts and others 2018): a draw of the prior makes a record of its own, with errors; the "
    "others are weighted by it, and the true value is ranked among 99 draws by these weights.",
    "The discrepancy is assumed, not estimated. The page says what the draws would be worth at others.",
)


def calibration_page(found: Found, beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes."""
    sections = [
        Section("words", "What came of it", _words(found)),
        Section("record", "What happened, before and after", _statements(found)),
        Section("heldback", "The half that was held back", _held_back(found)),
        *([Section("patterns", "Patterns, before and after", _patterns(found))] if found.claims else []),
        Section("numbers", "Numbers of the model, before and after", _numbers(found)),
        Section("history", "What is ruled out", _history(found)),
        Section("checks", "Can it be trusted?", _checks(found)),
        Section("counted", "How it was counted", listed(COUNTED)),
    ]
    size = found.sizes
    lead = (
        f"The case “{found.record.case.title}”: {size.draws:,} draws of {size.runs} runs for every course, "
        f"{size.particles:,} particles, {size.records} records of the check, seed {found.seed}. Discrepancy "
        f"{found.discrepancy:g} (assumed). Learnt from: {', '.join(found.learnt)}."
    )
    never = note(
        "This is no best fit. Draws that give what happened count more, others less. What was learnt from "
        "is no test of "
        "the model any more; the other half is, and it is small."
    )
    foot = paragraphs(f"jirga {__version__}. Written by the job `calibrate`.")
    return page(
        "Calibration: what the record teaches", joined([paragraphs(lead), never]), sections, foot, back=above(beside)
    )


def _words(found: Found) -> Html:
    none = "Every statement and every pattern is reached by some draw: the prior excludes none of them."
    return listed([*summary(found), *([] if any(excluded(found)) else [none])])


def _statements(found: Found) -> Html:
    yes_no = [one for one in found.statements if found.record.statements[one.name].outcome is None]
    others = [one for one in found.statements if one not in yes_no]
    told = (
        "The model's probability of what happened: prior (open square) and with weights (filled circle), "
        "with 95 %. A star: "
        "the weights have learnt from it."
    )
    parts = (
        [figure(svg_of(figures.before_and_after(yes_no, "probability of what happened, %"), told), told)]
        if yes_no
        else []
    )
    rows = [_row(one, told_share) for one in yes_no] + [_row(one, _number) for one in others]
    head = ("statement", "learnt from", "prior", "with weights", "draws that reach it, %", "ruled out by it, %")
    return joined([*parts, table(head, rows, caption="Probability of what happened; of weeks and numbers the mean")])


def _row(one: Asked, told: object) -> tuple[str, ...]:
    words = told_share if told is told_share else _number
    out = "" if one.implausible is None else f"{100.0 * one.implausible:.0f}"
    marked = "yes" if one.is_marked else "no"
    return (one.told, marked, words(one.prior), words(one.posterior), f"{100.0 * one.reached:.0f}", out)


def _number(one: tuple[float, float, float]) -> str:
    return f"{one[0]:.3g}" + ("" if math.isnan(one[1]) else f" ({one[1]:.3g} to {one[2]:.3g})")


def _held_back(found: Found) -> Html:
    rows = [
        (
            NAMES.get(row.contender, row.contender), SCORE_NAMES[row.score], f"{row.model:.3f}", f"{row.other:.3f}",
            *(told_interval(one) for one in (row.over_statements, row.over_events, row.over_epochs)),
            str(row.statements), str(row.events),
            verdict(row),
        )
        for row in found.compared
    ]  # fmt: skip
    head = (
        "against", "score", "with weights", "other", "difference, over statements", "over events", "over articles",
        "statements", "events", "the weighted model is",
    )  # fmt: skip
    told = (
        "Proper scores of the statements that were held back, with weights and without (smaller is better). "
        "Differences with intervals by the bootstrap over statements, over independent events and over the articles "
        "that tell of them; with fewer than three of these there is none. What is told apart has to be so by every "
        "interval. Events are few: no verdict here is more than a first impression."
    )
    return joined([paragraphs(told), table(head, rows)])


def _patterns(found: Found) -> Html:
    told = (
        "The share of the draws in which a pattern holds, corrected for the number of runs: prior (open "
        "square) and with "
        "weights (filled circle), with 95 %. A star: the weights have learnt from it."
    )
    drawn = figure(
        svg_of(figures.before_and_after(found.claims, "share of the draws in which it holds, %"), told), told
    )
    head = ("pattern", "learnt from", "prior", "with weights", "draws in which it holds, %", "ruled out by it, %")
    return joined([drawn, table(head, [_row(one, told_share) for one in found.claims])])


def _numbers(found: Found) -> Html:
    structural = [one for one in found.parameters if one.group == "structural"]
    coded = furthest([one for one in found.parameters if one.group != "structural"])
    told = "Grey: the prior; blue: the weighted draws; orange, dashed: the sampler's particles."
    parts = [_drawn(found, structural, f"Structural parameters. {told}")]
    parts.append(
        _drawn(found, coded[:SHOWN], f"Of the other numbers, the {SHOWN} whose mean has moved furthest. {told}")
    )
    most = furthest(found.parameters)[:SHOWN]
    words = (
        f"How far the means have moved: the {SHOWN} furthest of {len(found.parameters):,}, with 95 % each. "
        "Of so many, a few "
        "lie beside zero by luck alone; the words above count only those that stand out of luck."
    )
    parts.append(figure(svg_of(figures.shifts(most), words), words))
    head = ("number", "prior mean", "posterior mean", "shift, sd", "narrowed to", "the sampler's mean")
    return joined([*parts, table(head, list(_told(most)))])


def furthest(numbers: Sequence[Parameter]) -> list[Parameter]:
    """Numbers whose mean has moved furthest first; of one that is coded at several articles, that which has most."""
    ordered = sorted(numbers, key=lambda one: -abs(one.shift.value))
    by_name: dict[str, Parameter] = {}
    for one in ordered:
        by_name.setdefault(one.name.rpartition(" ")[2], one)
    return list(by_name.values())


def _drawn(found: Found, shown: Sequence[Parameter], told: str) -> Html:
    return figure(svg_of(figures.panels(found, shown), told, tight=False), told) if shown else joined([])


def _told(shown: Sequence[Parameter]) -> Iterator[tuple[str, ...]]:
    for one in shown:
        yield (
            one.name, f"{one.prior:.3g}", _number(one.posterior), told_interval(one.shift, 2),
            f"{100.0 * one.narrowed:.0f} %", _number(one.sampled),
        )  # fmt: skip


def _history(found: Found) -> Html:
    told = "Share of the draws that lie more than three standard deviations from what happened, one by one."
    return joined([paragraphs(ruled_out(found)), figure(svg_of(figures.ruled_out(found), told), told)])


def _checks(found: Found) -> Html:
    worth = "What the draws are worth (Kish 1965), at other discrepancies: the smaller it is, the more the record says."
    ranks = (
        "Ranks of true values among draws of their posterior: of every tenth, the median over all numbers "
        "(circle) and the "
        "middle 95 % of them (line). Grey: where 95 % would lie by luck, if the calibration is right."
    )
    stages = [(f"{one.discrepancy:.3g}", f"{one.worth:.0f}", f"{100.0 * one.taken:.0f}") for one in found.stages]
    head = ("discrepancy", "worth of the particles", "moves taken, %")
    return joined(
        [
            paragraphs(agreement(found), evenness(found)),
            figure(svg_of(figures.ranks(found), ranks), ranks),
            figure(svg_of(figures.worths(found), worth), worth),
            table(head, stages, caption="The sampler's steps"),
        ]
    )
