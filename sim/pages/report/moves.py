"""Below the answers: what else each scenario moves, and the link at which an expected effect is lost."""

from __future__ import annotations

from sim.agents.words import war_of
from sim.case.case import Case
from sim.case.columns import Column
from sim.case.scenario import BASELINE
from sim.experiment.answers import AS_EXPECTED, OPPOSITE, paired_effect
from sim.experiment.chain import MOVES, STAGES, STILL, Chain, Link, chain
from sim.experiment.moved import SMALLEST, Looked, Moved, by_place
from sim.experiment.results import Result
from sim.pages.kit.html import Content, Html, details, joined, paragraphs, table, tag
from sim.pages.report.answers import Row, effect, measure_of, rows_of, scaled_gap
from sim.pages.report.findings import Findings
from sim.pages.report.measures import Measure

LINKS = tuple(STAGES)[:-1]  # the war is the end of every chain that reaches it
OTHER_WAY = "It arrives, and goes the other way."


def moves_section(found: Findings) -> Html:
    """One entry a scenario: the largest differences by table, war and actor, and how many outcomes move nothing."""
    entries = [_entry(found, cell, found.looked[cell.label]) for cell in found.cells if cell.label in found.looked]
    return joined([paragraphs(MOVES_TOLD), *entries])


MOVES_TOLD = (
    f"Every outcome that is an amount, a share, or a yes or no, less {BASELINE}; by table, war and actor the largest "
    "first, in standard deviations of the runs (SD; of both scenarios, pooled). What is said to move is corrected for "
    "how many were looked at: at most one in twenty of it is luck (Benjamini & Hochberg 1995, on paired t tests over "
    "the draws), and is 0.05 SD or more. What answers the question stands above and is left out here."
)


def moves_of(found: Findings, cell: Result) -> Html:
    """The same of one scenario, for its own page."""
    return joined([paragraphs(MOVES_TOLD), *_moved(found, cell, found.looked[cell.label])[1:]])


def _entry(found: Findings, cell: Result, looked: Looked) -> Html:
    """The page of the scenario is linked to inside: what opens and closes an entry can hold no link of its own."""
    head, *rest = _moved(found, cell, looked)
    return details(head, paragraphs(joined(["Its page: ", found.to_page(cell), "."])), *rest)


def _moved(found: Findings, cell: Result, looked: Looked) -> list[Html]:
    """In one line, as a table, and how many outcomes do not move."""
    answers = {answer.outcome for answer in cell.scenario.answered_by}
    other = [one for one in looked.discoveries if one.outcome not in answers]
    places = {name: place_of(found.results.case, column) for name, column in cell.runs.columns.items()}
    rows = [_row(cell, place, inside) for place, inside in by_place(other, places).items()]
    first = f"; most {other[0].outcome}, by {told_deviations(other[0])}" if other else ""
    head = joined([tag("code", cell.label), f": other outcomes that move: {len(other)}{first}"])
    heads = ("where", "outcome", "difference", "in SD", "what else moves there")
    drawn = [table(heads, rows)] if rows else []
    return [head, *drawn, paragraphs(_still(looked))]


def _still(looked: Looked) -> str:
    """How many outcomes do not move, and how many cannot be told, in one line."""
    total, still = len(looked.columns), len(looked.columns) - len(looked.discoveries)
    words = f"{still} of {total} outcomes do not move, by less than {SMALLEST} SD or not to be told from luck"
    untold = len(looked.untold)
    if untold:
        words += f"; {untold} more are not defined in both scenarios for 90 % of all pairs of runs, and cannot be told"
    return words + "."


def _row(cell: Result, place: str, inside: tuple[Moved, ...]) -> list[Content]:
    largest, *rest = inside
    measure, gap = _gap(cell, largest.outcome)
    others = joined((tag("code", one.outcome) for one in rest[:6]), ", ")
    more = f" and {len(rest) - 6} more" if len(rest) > 6 else ""
    unit = f" {measure.unit}" if measure.scale == 1.0 else " points"
    meaning = cell.runs.columns[largest.outcome].meaning.partition(";")[0]
    outcome = joined([tag("code", largest.outcome), ": ", meaning])
    return [place, outcome, joined([gap, unit]), told_deviations(largest), joined([others, more])]


def _gap(cell: Result, outcome: str) -> tuple[Measure, Content]:
    measure = measure_of(cell, outcome, outcome)
    assert cell.paired is not None  # a baseline moves nothing
    yes_no = cell.runs.is_yes_no(outcome)
    both = cell.paired.values(outcome), cell.runs.values(outcome)
    gap = paired_effect(*both, yes_no=yes_no, weights=cell.runs.weights)
    return measure, effect(scaled_gap(gap, measure.scale), measure.scale)


def place_of(case: Case, column: Column) -> str:
    """What an outcome belongs to, in words: a table, a war, the issues, an actor, or the whole."""
    match column.axes[:1]:
        case "T":
            return case.tables[column.names[0]].title
        case "W":
            return f"the {war_of(case, column.names[0])}"
        case "C":
            return "issues"
        case "Y":
            return case.name_of(column.names[0])
        case _:
            return "the whole"


def told_deviations(one: Moved) -> str:
    """A standardised difference with its sign; what is another number in every run has no deviation."""
    if abs(one.standardised) == float("inf"):
        return "in every run"
    return f"{one.standardised:+.2f} SD".replace("-", "−")


# --- chains ----------------------------------------------------------------------------------------------------------


def chains_section(found: Findings) -> Html:
    """One row for each expected effect that does not come: every link, and the first at which it dies."""
    rows = [
        _chain_row(found, cell, row, chain(found.looked[cell.label], cell.scenario, row.answer.outcome))
        for cell in found.cells
        if cell.label in found.looked
        for row in rows_of(cell)
        if row.answer.expected and row.verdict != AS_EXPECTED
    ]
    if not rows:
        return paragraphs("Every effect that an article expects comes, or none is expected.")
    drawn = table(("scenario, and what is expected", *LINKS, "where it is lost"), rows)
    return joined([paragraphs(CHAINS_TOLD), tag("div", drawn, class_="chains", style="overflow-x: auto")])


CHAINS_TOLD = (
    "From the lever (what is the case, leverage, effort) over trust, who comes, what is offered, what is signed and "
    "what is kept to the outcome. Each link shows the outcome that moves the most there, among those of the tables, "
    "wars and actors that have to do with the answer: ● it moves, ○ it does not, – it cannot be told (what is offered "
    "is known of signed packages alone). The link at which the chain dies is the first that does not move after one "
    "that does."
)


def _chain_row(found: Findings, cell: Result, row: Row, built: Chain) -> list[Content]:
    expected = f": {row.answer.label} {row.answer.expected} — {row.verdict}"
    head = joined([found.to_page(cell), expected])
    links = {one.stage: one for one in built.links}
    arrives = built.last is not None and built.last.is_discovery
    words = OTHER_WAY if row.verdict == OPPOSITE and arrives else built.words
    return [head, *(_link(links.get(stage), built) for stage in LINKS), words]


def _link(one: Link | None, built: Chain) -> Content:
    if one is None:
        return ""
    if one.largest is None:
        return "–"
    words = joined(
        ["● " if one.state == MOVES else "○ ", tag("code", one.largest.outcome), " " + told_deviations(one.largest)]
    )
    return tag("b", words) if one.state == STILL and one is built.dies_at else words
