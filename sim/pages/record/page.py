"""Two pages on a record: every score with its figures, and how far to trust the model in plain words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sim.analysis.scores import FLOOR
from sim.experiment.baselines import BASELINES
from sim.experiment.onward import Moved
from sim.experiment.record import MODEL, Compared, Found, Scored
from sim.inputs.numbers import counted
from sim.model.parameters import SWITCHES
from sim.pages.kit.html import Content, Html, Section, above, figure, joined, listed, note, page, paragraphs, table, tag
from sim.pages.kit.plots import svg_of
from sim.pages.kit.words import citations
from sim.pages.record import figures
from sim.pages.record.table import (
    SCORE_NAMES,
    SIMPLE,
    cells,
    contender_name,
    told_estimate,
    told_fact,
    told_interval,
)
from sim.pages.record.trust import gap_onward, moved_told, words
from sim.version import __version__

PAGE, TRUST = "record.html", "trust.html"
COMPARED_HEAD = ("against", "score", "model", "other", "difference, widest interval", "statements", "events", "verdict")
COUNTED = (
    "Brier score: (1 - p)^2 of the probability p of what happened; a coin has 0.25, smaller is better (Brier 1950).",
    f"Log score: -ln p, where p counts as no less than {FLOOR:g}: a finite number of runs cannot tell less from 0.",
    "CRPS: how far a whole distribution lies from what happened (Gneiting and Raftery 2007), as a share "
    "of the horizon or of "
    "the outcome's range. Of a week that is known to lie between two, what lies between them counts nothing (a "
    "threshold-weighted score: Gneiting and Ranjan 2011). A week that does not come is the last one.",
    "An interval behind a probability is that over the draws: what is not known of the numbers that go in.",
    "A difference is that of mean scores over the statements of which both speak. Its intervals are percentiles of the "
    "bootstrap (Efron 1979), over statements, over independent events and over the articles that tell of "
    "them; with fewer "
    "than three of these there is none. So few are resampled that an interval tends to be too short: clear is what all "
    "of them leave on one side of zero, and even that is a first impression.",
    "With one mechanism off, the same draws and the same luck are played.",
)


def trust_page(found: Found, calibrated: Sequence[str] = (), beside: Collection[str] = ()) -> str:
    """How far to trust the model, in plain words; the same findings give the same bytes.

    Args:
        found: what was scored.
        calibrated: what the calibration came to whose weights the draws have, in sentences; empty for none.
        beside: names of pages in the same folder, which can be linked to.
    """
    sections = [Section(f"part{n}", head, paragraphs(*told)) for n, (head, told) in enumerate(words(found))]
    learnt = [note(paragraphs(CALIBRATED), listed(calibrated))] if found.is_weighted else []
    lead = joined([paragraphs(f"The case “{found.record.case.title}”, in plain words."), *learnt, _away()])
    return page("How far to trust this", lead, sections, _foot(), back=above(beside))


CALIBRATED = (
    "The model has been calibrated: guesses that fit half of the record count more than others. What it "
    "has learnt from is "
    "left out of what stands below; what is told is how it did on the rest. What came of that:"
)


def _away() -> Html:
    return paragraphs(tag("a", "Every score, with its figures", href=PAGE))


OF_WEIGHTS = (
    "What the weights were learnt from is not scored. With one mechanism off, they stay those of the model as it is."
)


def _foot() -> Html:
    return paragraphs(f"jirga {__version__}. Written by the job `record`.")


def record_page(found: Found, weighted: str = "", beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes."""
    sections = [
        Section("statements", "What happened, and what the model says of it", _statements(found)),
        Section("against", "Against simpler forecasts", _against(found)),
        Section("calibration", "Do its shares mean what they say?", _calibration(found)),
        Section("switches", "With one mechanism off", _switches(found)),
        *([Section("onward", "From article to article", _onward(found))] if found.moved else []),
        Section("counted", "How it was counted", listed(COUNTED)),
    ]
    lead = (
        f"{counted(len(found.tested), 'statement')} about {counted(found.events, 'independent event')} of the case "
        f"“{found.record.case.title}”: {found.draws} draws of {found.runs} runs for every course, seed {found.seed}."
    )
    few = note(
        "The statements are few, hang together, and were known to who built the model: no score here is "
        "evidence of more "
        "than that it is not at odds with them."
    )
    learnt = [note(f"WEIGHTED: {weighted}. {OF_WEIGHTS}")] if weighted else []
    plain = paragraphs(tag("a", "How far to trust this, in plain words", href=TRUST))
    above_them = joined([*learnt, paragraphs(lead), few, plain])
    return page("The record: what the model is worth", above_them, sections, _foot(), back=above(beside))


def _statements(found: Found) -> Html:
    rows = [_statement(one, found.uses(one)) for one in found.scored]
    head = ("statement", "rests on", "what was", "the model", *(contender_name(name) for name in SIMPLE), "event")
    drawn = []
    if any(one.kind == "yes_no" for one in found.scored):
        told = "The model's probability of what happened; the line is its 95 % interval over the draws, grey is a coin."
        drawn = [figure(svg_of(figures.probabilities(found.scored), told), told)]
    caption = "Probability of what happened, in %; of weeks and numbers the mean, then CRPS as a share of the range"
    return joined([*drawn, table(head, rows, caption=caption)])


def _statement(one: Scored, is_used: bool) -> tuple[Content, ...]:
    rests = citations(one.statement.paragraphs, ", paragraphs ") or one.statement.source
    used = "; calibrates, not scored" if is_used else ""
    excluded = tag("b", " (the prior excludes one answer)") if one.is_excluded else ""
    told = joined([told_estimate(one), excluded])
    if one.kind != "yes_no":
        told = joined([told, f"; CRPS {one.scores[MODEL, 'crps']:.3f}"])
    others = [_said(one, name) for name in SIMPLE]
    return (f"{one.statement.statement}{used}", rests, told_fact(one), told, *others, one.event.replace("_", " "))


def _said(one: Scored, name: str) -> str:
    forecast = one.forecasts.get(name)
    if isinstance(forecast, float):
        return f"{100.0 * forecast:.0f}"
    return "–" if forecast is None else f"CRPS {one.scores[name, 'crps']:.3f}"


def _against(found: Found) -> Html:
    rows = [row for row in found.compared if row.contender in SIMPLE]
    parts: list[Html] = [listed(f"{contender_name(name)}: {meaning}" for name, meaning in BASELINES.items())]
    rates = found.record.base_rates.values()
    parts += [paragraphs(*(f"Base rate {rate.value:g}: {rate.source}." for rate in rates))] if rates else []
    for score in dict.fromkeys(row.score for row in rows):
        told = (
            f"Mean {SCORE_NAMES[score]}, model less each simpler forecast: left of 0 the model is better. The "
            f"line is the "
            "widest of its intervals; filled where all of them leave 0 out."
        )
        parts.append(figure(svg_of(figures.differences(rows, score), told), told))
    parts.append(table(COMPARED_HEAD, [cells(row) for row in rows]))
    ends = ("against", "score", "over statements", "over events", "over articles")
    parts.append(table(ends, [_ends(row) for row in rows], caption="The three intervals of each difference"))
    return joined(parts)


def _ends(row: Compared) -> tuple[str, ...]:
    every = (row.over_statements, row.over_events, row.over_epochs)
    return (contender_name(row.contender), SCORE_NAMES[row.score], *(told_interval(one) for one in every))


def _calibration(found: Found) -> Html:
    parts = []
    if any(one.kind == "yes_no" for one in found.tested):
        told = (
            "Statements in three groups by the probability that the model gave to their conditions: how many came to "
            "pass, with Wilson's interval (squares); each statement (ticks, above if it came to pass). On the line the "
            "shares mean what they say. With so few, the intervals hold nearly everything."
        )
        parts.append(figure(svg_of(figures.reliability(found.tested), "reliability diagram"), told))
    if any(one.place is not None for one in found.tested):
        told = (
            "The probability integral transform of weeks and numbers (Dawid 1984), known to an interval (bars; "
            "the dotted "
            "lines leave out 2.5 % at either end): of a calibrated model they would lie evenly from 0 to 1."
        )
        parts.append(figure(svg_of(figures.transforms(found.tested), "probability integral transforms"), told))
    return joined(parts)


def _switches(found: Found) -> Html:
    rows = [row for row in found.compared if row.contender.startswith("without ")]
    told = [(*cells(row), SWITCHES[row.contender.removeprefix("without ")]) for row in rows]
    parts: list[Html] = []
    if any(row.score == "brier" for row in rows):
        words_of = (
            "Brier score of the model less that of the model with one mechanism off (left of 0: the mechanism helps)."
        )
        parts.append(figure(svg_of(figures.differences(rows, "brier"), words_of), words_of))
    return joined([*parts, table((*COMPARED_HEAD, "which means"), told)])


def _onward(found: Found) -> Html:
    told = (
        "Each dot is a pair of actors: the error of the model (CRPS, 0 to 1) against that of saying that "
        "nothing changes. "
        "Circles are trust, triangles leverage; below the line the model is nearer. What is aimed at is the "
        "range of the "
        "later article's coded level, so that an error can be 0."
    )
    parts: list[Html] = [paragraphs(moved_told(found.moved))]
    parts.append(figure(svg_of(figures.onward(found.moved), "errors from article to article"), told))
    head = ("from", "to", "weeks", "what", "pairs", "model", "nothing changes", "difference")
    return joined([*parts, table(head, list(_ways(found.moved)), caption="Mean error, with intervals over actors")])


def _ways(moved: tuple[Moved, ...]) -> Iterator[tuple[str, ...]]:
    for way in dict.fromkeys((one.start, one.end, one.kind) for one in moved):
        those = tuple(one for one in moved if (one.start, one.end, one.kind) == way)
        model, other = (
            sum(values) / len(those) for values in zip(*((m.model, m.persistence) for m in those), strict=True)
        )
        yield (
            way[0], way[1], str(those[0].weeks), way[2], str(len(those)), f"{model:.4f}", f"{other:.4f}",
            told_interval(gap_onward(those), 4),
        )  # fmt: skip
