"""The report: one page, without network, of what a plan found, for a reader who has one minute or one hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from platform import python_version

import numpy as np

from sim.analysis.influence import PASS, Influence
from sim.case.scenario import BASELINE
from sim.experiment.answers import NO_EFFECT, UNTOLD
from sim.experiment.results import Results
from sim.experiment.runs import Runs
from sim.pages.kit.html import (
    GENERATOR,
    Content,
    Html,
    Section,
    back_to,
    joined,
    listed,
    note,
    page,
    paragraphs,
    style,
    tag,
    typed,
)
from sim.pages.kit.html import write as write_page
from sim.pages.kit.own_files import beside, put, refuse_foreign
from sim.pages.kit.plots import svg_of
from sim.pages.kit.words import failed_told
from sim.pages.paragraphs.table import EVERY, Carried, carried
from sim.pages.paragraphs.top import carried_told
from sim.pages.report import figures as report_plots
from sim.pages.report.answers import answers_told, rows_of
from sim.pages.report.cards import card_pages
from sim.pages.report.findings import FOLDER, MOST_CARDS, Findings, chance_parts, code, start_of
from sim.pages.report.grid import FILE as GRID
from sim.pages.report.grid import grid_page
from sim.pages.report.measures import Group, can_turn, examples, failed_runs
from sim.pages.report.moves import chains_section, moves_section
from sim.pages.report.others import others_section
from sim.pages.report.sections import (
    bars,
    chance_section,
    composition_section,
    differences_section,
    influence_section,
    swept_section,
    table_section,
)
from sim.pages.report.settlements import settlements
from sim.pages.report.telling import KINDS_HEAD, NUMBERS_HEAD, signed, told_size
from sim.pages.report.tried import tried_told
from sim.pages.run.again import explain_command, job_command
from sim.version import __version__

Felt = Callable[[Runs, str], bool]  # runs of a sweep, an uncertainty -> whether it moves any of them
MOST_NAMED = 5  # starting points whose uncertainties the lead names
MOST_TRIED = 3  # uncertainties that are held to see whether they move a run

EMPTY = joined([])
FILE, PICTURE = "report.html", "outcomes.svg"
PICTURE_MARK = "<!-- made by jirga -->"


def write(results: Results, folder: Path, felt: Felt | None = None) -> int:
    """Write `report.html`, a page for each scenario in `pages/`, the first picture, and the page of a sweep to try.

    Args:
        results: of the plan.
        folder: where the files go.
        felt: as in `report`.

    Returns:
        The size of the report in bytes. Where the jobs `paragraphs`, `patterns` and `record` have left their tables in
        the folder, the report tells of them.
    """
    put(folder / PICTURE, outcomes_picture(results), PICTURE_MARK)
    there = beside(folder) - {FILE} | ({GRID} if results.swept else set())
    found = Findings(results, there)
    (folder / FOLDER).mkdir(exist_ok=True)
    for file, card in card_pages(found):
        write_page(folder / file, card)
    if results.swept:
        write_page(folder / GRID, grid_page(found))
    return write_page(folder / FILE, report(found, felt, carried(folder.glob(EVERY)), tried_told(results.case, folder)))


def refuse_foreign_files(folder: Path) -> None:
    """Refuse a folder where a file of another's has a name that `write` needs: before the runs, not after them.

    Raises:
        InputError: names the file.
    """
    for page_of_ours in (folder / FILE, folder / GRID, *(folder / FOLDER).glob("*.html")):
        refuse_foreign(page_of_ours, GENERATOR)
    refuse_foreign(folder / PICTURE, PICTURE_MARK)


def outcomes_picture(results: Results) -> str:
    """What comes of the scenarios of one starting point, the one with the most, as a file of its own."""
    group = max(Findings(results).groups, key=lambda one: len(one.everything))
    picture = report_plots.composition(bars(group)[:MOST_CARDS], settlements(results.case), width=7.2, key=True)
    drawn = svg_of(picture, f"settlement classes by scenario, from {start_of(group)}", tight=False)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{PICTURE_MARK}\n{drawn}\n'


def report(found: Findings, felt: Felt | None = None, told: Sequence[Carried] = (), tried: Html = EMPTY) -> str:
    """The whole page as text; the same findings give the same bytes.

    Args:
        found: what the plan found.
        felt: whether an uncertainty moves any run of a sweep (`sim.experiment.felt.is_felt`), asked of those that the
            lead would name. None: it names none.
        told: what the job `paragraphs` has found.
        tried: what the jobs `patterns` and `record` have found, for the first screen.
    """
    results = found.results
    sections = [
        Section("stands-out", "What stands out", joined([listed(_stands_out(found, felt)), paragraphs(LUCK)])),
        Section("composition", KINDS_HEAD, composition_section(found)),
        Section("table", NUMBERS_HEAD, table_section(found)),
        *([Section("swept", "Over the swept values", swept_section(found))] if results.swept else []),
        Section("differences", f"Every difference to {BASELINE}, drawn", differences_section(found), folded=True),
        Section("moved", "What else moves", moves_section(found), folded=True),
        Section("chains", "Where an expected effect does not come", chains_section(found), folded=True),
        Section("influence", "Which uncertainties matter", influence_section(found), folded=True),
        Section("paragraphs", "Which paragraphs carry the answers", _paragraphs(results, told), folded=True),
        Section("chance", "What is chance and what is not known", chance_section(found), folded=True),
        Section("trust", "How far to trust this", _trust(found)),
        Section("limits", "What the model cannot say", _limits(found)),
        Section("others", "What other jobs tell", others_section(found.results.case, found.beside)),
        Section("made", "What was run, and how to open a run again", joined([_made(results), _reopen(found)])),
    ]
    foot = paragraphs(f"jirga {__version__}. Written by: {results.command}")
    title = f"{results.case.title}: the report" + (", of a part of the plan" if results.partial else "")
    others = back_to(found.beside, *OTHERS)
    return page(title, joined([style("report/report.css"), _lead(found, tried)]), sections, foot, back=others)


OTHERS = (GRID, "evidence.html", "patterns.html", "trust.html")  # always in view; the section leads to all


def _lead(found: Findings, tried: Html) -> Html:
    results = found.results
    lost = failed_runs(results)
    notes = [note(paragraphs(f"{failed_told(lost)}."))] if lost else []
    if results.draws < FEW_DRAWS:
        notes.append(note(paragraphs(FEW)))
    purpose = (
        "A model's answers, conditional on its rules and priors; it explains and illustrates, it does not predict."
    )
    partial = [note(paragraphs(tag("b", f"PARTIAL: {results.partial}")))] if results.partial else []
    partial += [note(paragraphs(tag("b", f"WEIGHTED: {results.weighted}.")))] if results.weighted else []
    return joined([*partial, paragraphs(tag("b", purpose)), tried, answers_told(found), *notes])


def _made(results: Results) -> Html:
    cells = len(results.cells)
    total = cells * results.draws * results.runs
    what = (
        f"{cells} {'cells of a sweep' if results.swept else 'scenarios'} of the case “{results.case.title}”; "
        f"{told_size(results)}: {total:,} runs, size {results.size}, seed {results.seed}; jirga {__version__}, "
        f"Python {python_version()}, numpy {np.__version__}."
    )
    how = (
        "A draw is one set of values for all that nobody knows: coded trust, leverage, positions and the model's own "
        "parameters, each from its prior. All scenarios share their draws and their luck, so that they can be "
        "compared run by run. Intervals are 95 %, of the value with infinitely many draws; they say nothing of whether "
        "the model is right."
    )
    return paragraphs(what, how)


LUCK = (
    "Intervals are taken one at a time: of twenty differences that are nothing but luck, one would on average leave "
    "zero out."
)


FEW_DRAWS = 500
FEW = (
    f"With fewer than {FEW_DRAWS} draws the interval is too narrow of the mean of a number that is 0 in most draws, of "
    "a share near 0 or 100 % that few draws decide, and of a difference that most draws do not have "
    "(docs/coverage.md); the fewer they are, the likelier a small change that is told as clear has the wrong sign."
)


def _stands_out(found: Findings, felt: Felt | None) -> Iterator[Content]:
    yield from _takeovers(found)
    yield from _largest(found)
    yield from _quiet(found)
    if felt is not None:
        yield from _decisive(found, felt)
    yield from _luck(found)


def _takeovers(found: Findings) -> Iterator[Content]:
    """The takeover from each starting point that allows it."""
    parts = []
    seen: set[str] = set()
    for group in found.groups:
        runs = group.baseline
        if not runs.failed.all() and group.epoch not in seen and can_turn(runs):
            share = runs.share("taken_over")
            parts.append(f"{group.epoch} {100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f})")
        seen.add(group.epoch)
    if parts:
        words = f"With nothing added ({BASELINE}), the challenger takes over in the model: from "
        yield joined([words, "; ".join(parts), "."])


def _largest(found: Findings) -> Iterator[Content]:
    """The largest clear differences, one a scenario."""
    clear = [one for one in found.differences if one[2].is_clear and one[1].scale != 1.0]
    named: set[str] = set()
    for cell, measure, gap in sorted(clear, key=lambda one: -abs(one[2].value)):
        if cell.label in named or len(named) >= 5:
            continue
        named.add(cell.label)
        name = found.to_page(cell)
        words = f" moves {measure.label} by {signed(gap.value, 100.0)} percentage points"
        ends = f" ({signed(gap.low, 100.0)} to {signed(gap.high, 100.0)}) against {BASELINE}."
        yield joined([name, words + ends])


def _quiet(found: Findings) -> Iterator[Content]:
    """The scenarios whose questions get no answer: no outcome that they name moves."""
    compared = [cell for cell in found.cells if cell.paired is not None and cell.scenario.answered_by]
    quiet = [cell for cell in compared if all(row.verdict in (NO_EFFECT, UNTOLD) for row in rows_of(cell))]
    if compared:
        names = joined((found.to_page(cell) for cell in quiet[:12]), ", ")
        number = (
            f"{len(quiet)} of {len(compared)} scenarios show no clear effect in any outcome that answers their question"
        )
        yield joined([number, ": " if quiet else "", names, "."])


def _decisive(found: Findings, felt: Felt) -> Iterator[Content]:
    """The uncertainty that the first outcome of each starting point hangs on most, if any stands out of luck."""
    first: dict[str, tuple[str, Content | None]] = {}
    for group, measure, ranked in found.strongest:
        if ranked and group.epoch not in first and len(first) < MOST_NAMED:
            first[group.epoch] = f"{measure.label} from {group.epoch}", _named(group, ranked, felt)
    named = [joined([f"{what} on ", name]) for what, name in first.values() if name is not None]
    if named:
        words = (
            "Of what is not known, most hangs on (rank correlation within a coding pass; each moves runs when it is "
        )
        yield joined([f"{words}held at its upper instead of its lower tenth): ", joined(named, "; "), "."])
    if nothing := [what for what, name in first.values() if name is None]:
        yield f"No uncertainty stands out of luck and moves runs for {', '.join(nothing)}: more draws would be needed."


def _named(group: Group, ranked: Sequence[Influence], felt: Felt) -> Content | None:
    """The strongest of the uncertainties that stand out of luck and move a run; None without any."""
    for one in [one for one in ranked if one.stands_out][:MOST_TRIED]:
        if felt(group.baseline, one.name):
            if one.name == PASS:
                return f"which coding pass was drawn ({one.value:.2f})"
            return joined([code(one.name), f" ({_minus(one.value)})"])
    return None


def _minus(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _luck(found: Findings) -> Iterator[Content]:
    """How much of the first outcomes' variance is chance, over the starting points."""
    shares: dict[str, list[float]] = {}
    for group in found.groups:
        for one in chance_parts(group, found.measures_from(group.epoch)):
            shares.setdefault(one.label, []).append(100.0 * one.interval.value)
    parts = [f"{min(of):.0f} to {max(of):.0f} % for {label}" for label, of in list(shares.items())[:3]]
    if parts:
        yield f"Of the variance, chance makes {'; '.join(parts)}. The rest is what nobody knows."


def _reopen(found: Findings) -> Html:
    results = found.results
    first = results.cells[0].runs
    sweep, number = first.sweep, next(iter(examples(first).values()), 0)
    words = (
        "A run is a pure function of the seed, its draw and its number: it can be computed again alone, and told week "
        "by week with the reasons of every decision, down to the article and paragraph behind each number:"
    )
    return joined(
        [
            paragraphs(words),
            typed(explain_command(sweep.world, number, sweep.runs, sweep.seed)),
            paragraphs(
                f"Run n of a scenario is run n mod {results.runs} of draw n // {results.runs}. To make it all again:"
            ),
            typed(results.command),
        ]
    )


def _paragraphs(results: Results, told: Sequence[Carried]) -> Html:
    """The ten that move an outcome or an effect of these scenarios most, or how to learn it."""
    names = {cell.scenario.scenario for cell in results.cells}
    those = [one for one in told if one.scenario in names]
    if those:
        return carried_told(results.case, those, ("paragraph", "pass"))
    job = tag("code", job_command(results.case, "job=paragraphs", "scenario=NAME"))
    return paragraphs(joined([UNTOLD_PARAGRAPHS, job, ", into the same folder, and the report after it."]))


UNTOLD_PARAGRAPHS = (
    "Every number that goes in cites its paragraphs. Which of them an answer rests on, each left out in turn or read "
    "at the ends of its intervals, is told here after "
)


def _trust(found: Findings) -> Html:
    """In plain words, and which job writes the pages that say more, with a link where they are there."""
    job = tag("code", job_command(found.results.case, "job=record"))
    plain, every = (tag("code", tag("a", name, href=name) if name in found.beside else name) for name in SCORES)
    away = joined([job, " tries it, and writes ", plain, " in plain words and ", every, " with every score."])
    return joined([paragraphs(TRUST), paragraphs(away)])


SCORES = ("trust.html", "record.html")
TRUST = (
    "As far as its rules and its numbers, which all stand open. It can be held against what happened "
    "between the articles: "
    "a handful of events, known to whoever built it, of which several speak of the same one. That can "
    "show where the model "
    "is at odds with the record; it cannot show that it is right, nor that its 40 % are forty cases in a hundred."
)


def _limits(found: Findings) -> Html:
    to = found.page_beside("evidence.html")
    where = tag("a", "the evidence page", href=to) if to else "the page of job=evidence"
    return joined([listed(LIMITS), tag("p", "Every number that goes in, with its sources, is on ", where, ".")])


LIMITS = (
    "How likely anything was or is. The shares are of the model's runs, under its rules and its priors; there is no "
    "frequency in the world that they estimate.",
    "Anything that the articles do not see. A handful of them was read for trust, leverage and positions; what they "
    "omit, or share as a bias, is in every run.",
    "Whether the numbers coded from them are right. That coding passes agree shows consistency, not truth; where "
    "nobody coded a number, a wide range stands in, and the answer is as wide.",
    "Effects of what it leaves out: factions and splinter groups, agencies within a state, elections, persons, the "
    "economy, seasons, other wars. Each actor is one will with one position on each issue.",
    "What a scenario's author did not write: an event happens as its file says, and nobody but the actors at the "
    "tables answers it.",
    "More than two digits. A difference can be clear of luck and still be the work of one assumption; job=patterns "
    "tells which mechanism carries which result.",
    "Whom to blame. Each actor in the model is a bundle of numbers with ranges, not the government or movement that "
    "it is named after.",
)
