"""The answers to the scenarios' questions, which come first: printed, in `summary.csv` and in the report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from sim.analysis.paired import Difference
from sim.case.answer import Answer
from sim.case.scenario import BASELINE
from sim.experiment.answers import AS_EXPECTED, NO_EFFECT, OPPOSITE, UNTOLD, Answered, answered
from sim.experiment.results import Result
from sim.experiment.runs import Runs
from sim.pages.kit.html import Content, Html, details, joined, paragraphs, table, tag
from sim.pages.kit.terminal import whole
from sim.pages.kit.words import cited
from sim.pages.report.findings import Findings, anchor
from sim.pages.report.measures import Measure
from sim.pages.report.telling import PAIRED, digits, printed_defined, told, told_defined, told_number

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

ANSWERS_HEAD = "What the scenarios are asked, and the model's answer"
SUMMARY_OF_ANSWER = (
    "outcome",
    BASELINE,
    f"{BASELINE}.defined",
    f"{BASELINE}.draws",
    "value",
    "value.defined",
    "value.draws",
    "difference",
    "difference.low",
    "difference.high",
    "expected",
    "verdict",
)
HEADS = ("answered by", BASELINE, "scenario", "effect", "an article expects", "verdict")
MOST_DIGITS = 6  # after the point


class Row(NamedTuple):
    """One answer of a cell: what is asked, how it is measured, and the answer; None for the baseline's own."""

    answer: Answer
    measure: Measure
    found: Answered | None

    @property
    def verdict(self) -> str:
        """In words; empty where there is nothing to compare with."""
        return self.found.verdict if self.found else ""

    @property
    def gap(self) -> Difference | None:
        """The effect in the measure's unit."""
        return scaled_gap(self.found.gap if self.found else None, self.measure.scale)


def scaled_gap(gap: Difference | None, scale: float) -> Difference | None:
    """A difference in other units."""
    if gap is None:
        return None
    return gap.scaled(scale)


def rows_of(cell: Result) -> tuple[Row, ...]:
    """The answers of a cell, in the order in which its scenario names them."""
    found: Sequence[Answered | None] = (
        [None] * len(cell.scenario.answered_by) if cell.paired is None else answered(cell.paired, cell.runs)
    )
    pairs = zip(cell.scenario.answered_by, found, strict=True)
    return tuple(Row(answer, measure_of(cell, answer.outcome, answer.label), one) for answer, one in pairs)


def measure_of(cell: Result, outcome: str, label: str) -> Measure:
    """How an outcome column is told: a share, or a yes or no, in per cent."""
    unit = cell.runs.columns[outcome].unit
    if unit == "yes is 1":
        return Measure(label, (outcome,), "share", "% of the runs", 100.0)
    if unit == "share":
        return Measure(label, (outcome,), "mean", "%", 100.0)
    return Measure(label, (outcome,), "mean", unit, 1.0)


def effect_told(gap: Difference, scale: float) -> tuple[str, str]:
    """An effect and the ends of its interval, with as many digits as it takes to see that a clear one is not zero.

    >>> from sim.analysis.shares import Spread
    >>> effect_told(Difference(-0.021, -0.032, -0.01, 0.3, 0.279, 50, 1.0, 9, Spread(0.0, 0.0), 1.0), 100.0)
    ('−0.02', '−0.03 to −0.01')
    """
    places = digits(gap.value, scale)
    nearest = min(abs(gap.low), abs(gap.high))
    while gap.is_clear and places < MOST_DIGITS and round(nearest, places) == 0.0:
        places += 1
    value, low, high = (f"{one:+z.{places}f}" if round(one, places) else "0" for one in (gap.value, gap.low, gap.high))
    ends = "no interval" if math.isnan(gap.low) else f"{low} to {high}"
    return value.replace("-", "−"), ends.replace("-", "−")


def effect(gap: Difference | None, scale: float) -> Content:
    """The same as an element; bold where it is clear, a dash where there is none."""
    if gap is None:
        return "–"
    value, ends = effect_told(gap, scale)
    return tag("b", f"{value} ({ends})") if gap.is_clear else f"{value} ({ends})"


# --- printed ---------------------------------------------------------------------------------------------------------


WIDTHS = (48, 10, 10, 26, 24)  # of the columns, in characters


def tell_answers(cells: Iterable[Result], console: Console) -> None:
    """Print the question of each scenario over the whole width, and below it one line an answer."""
    from rich.text import Text

    console.print(f"{ANSWERS_HEAD}\n", style="italic")
    console.print(_lines([("answered by", BASELINE, "scenario", "effect", "which is")], head=True))
    asked = ""
    for cell in cells:
        question = f": {cell.scenario.question}" if cell.scenario.scenario != asked else ""
        asked = cell.scenario.scenario
        console.print(Text.assemble((cell.label, "bold"), question))
        console.print(_lines(tuple(_printed(cell, row)) for row in rows_of(cell)))
    console.print(ANSWERS_TOLD + "\n")


def _lines(rows: Iterable[Sequence[str | Text]], head: bool = False) -> Table:
    """Rows whose columns stand below those of every other such table."""
    from rich.table import Table

    drawn = Table.grid(padding=(0, 1))
    for number, width in enumerate(WIDTHS):
        justify: Literal["left", "right"] = "right" if 0 < number < len(WIDTHS) - 1 else "left"
        drawn.add_column(width=width, justify=justify)
    for row in rows:
        drawn.add_row(*row)
    if not head:
        drawn.add_row()
    return whole(drawn)


def _printed(cell: Result, row: Row) -> Iterator[str | Text]:
    from rich.text import Text

    sign = " %" if row.measure.scale != 1.0 else ""
    yield f"  {row.answer.label}" + (f" ({row.answer.expected}?)" if row.answer.expected else "")
    for runs in (cell.paired, cell.runs):
        found = None if runs is None else row.measure.estimate(runs)
        if runs is None or found is None:
            yield "" if runs is None else "-"
        else:
            number = told_number(found.value, row.measure.scale) + sign
            yield "\n".join([number, *printed_defined(row.measure.defined(runs))])
    gap = row.gap
    if gap is None:
        yield "-" if row.found else ""
    else:
        value, ends = effect_told(gap, row.measure.scale)
        yield Text.assemble((value, "bold" if gap.is_clear else ""), f" ({ends})")
    yield Text(row.verdict, style="bold" if row.verdict in (AS_EXPECTED, OPPOSITE) else "")


ANSWERS_TOLD = (
    f"Effect: scenario less {PAIRED}, with its 95 % interval; clear where that leaves zero out. In brackets: what an "
    "article expects. Beneath a level: in how many of the runs there is one, where not in all, and of how many draws "
    "where they are few."
)


# --- summary.csv -----------------------------------------------------------------------------------------------------


def summary_names(most: int) -> list[str]:
    """The columns of up to so many answers a cell, before all others: the question, then each answer's."""
    return ["question", *(f"answer.{n + 1}.{name}" for n in range(most) for name in SUMMARY_OF_ANSWER)]


def summary_row(cell: Result, most: int) -> list[str]:
    """The same of one cell: shares between 0 and 1, nothing where there is none."""
    found = [part for row in rows_of(cell) for part in _summary(cell, row)]
    return [cell.scenario.question, *found, *[""] * (most * len(SUMMARY_OF_ANSWER) - len(found))]


def _summary(cell: Result, row: Row) -> Iterator[str]:
    yield row.answer.outcome
    for runs in (cell.paired, cell.runs):
        found = None if runs is None else row.measure.estimate(runs)
        yield "" if found is None else f"{found.value / row.measure.scale:.6g}"
        defined = None if runs is None else row.measure.defined(runs)
        yield from ("", "") if defined is None else (f"{defined.runs:.6g}", str(defined.draws))
    gap = row.found.gap if row.found else None
    numbers = (math.nan,) * 3 if gap is None else (gap.value, gap.low, gap.high)
    yield from ("" if math.isnan(one) else f"{one:.6g}" for one in numbers)
    yield row.answer.expected or ""
    yield row.verdict


# --- the report ------------------------------------------------------------------------------------------------------


def answers_told(found: Findings) -> Html:
    """The first thing on the page: how many expected effects come, and every question with its answer."""
    rows = [(cell, row) for group in found.groups for cell in group.cells for row in rows_of(cell)]
    if not rows:
        return joined([])
    cells = [cell for group in found.groups for cell in group.cells if cell.scenario.answered_by]
    glance = table(
        ("scenario, and what it asks", "what moves, how sure, and where the model fails what an article expects"),
        [(joined([found.to_page(cell), ": ", cell.scenario.question]), _glance(cell)) for cell in cells],
        ids=[anchor(cell) for cell in cells],
        compared=True,
    )
    evidence = found.page_beside("evidence.html")
    whole = [
        row
        for cell in cells
        for row in _rows(cell, evidence, joined([found.to_page(cell), ": ", cell.scenario.question]))
    ]
    return joined(
        [
            tag("h2", ANSWERS_HEAD),
            paragraphs(_counted([row for _, row in rows])),
            tag("div", glance, class_="glance"),
            details("The same with both levels, intervals and paragraphs", paragraphs(EFFECT), _drawn(whole)),
        ]
    )


def answers_of(cell: Result, evidence: str | None) -> Html:
    """The answers of one scenario, for its own page.

    Args:
        cell: not a baseline.
        evidence: the address of the evidence page; None without one.
    """
    return (
        joined([paragraphs(EFFECT), _drawn([row[1:] for row in _rows(cell, evidence, "")], HEADS)])
        if cell.scenario.answered_by
        else Html("")
    )


def _drawn(rows: Iterable[Sequence[Content]], heads: Sequence[str] = ("question", *HEADS)) -> Html:
    return tag("div", table(heads, rows), class_="answers", style="overflow-x: auto")


def _glance(cell: Result) -> Html:
    """One line for each outcome that moves; then what does not, first what an article expects to."""
    rows = rows_of(cell)
    lines: list[Content] = [_moving(cell, row) for row in rows if row.gap is not None and row.gap.is_clear]
    for words, still in ((LOST, [row for row in _still(rows) if row.answer.expected]),
                         ("no clear effect", [row for row in _still(rows) if not row.answer.expected])):  # fmt: skip
        if still:
            lines.append(tag("span", f"○ {words}: {'; '.join(row.answer.label for row in still)}", class_="soft"))
    return paragraphs(*lines)


LOST = "an article expects it, and no clear effect comes"


def _still(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.gap is None or not row.gap.is_clear]


def _moving(cell: Result, row: Row) -> Content:
    assert row.gap is not None  # what moves has an effect
    value, ends = effect_told(row.gap, row.measure.scale)
    unit = " points" if row.measure.scale != 1.0 else "" if row.measure.unit == "share" else f" {row.measure.unit}"
    arrow, against = "▲" if row.gap.value > 0.0 else "▼", row.verdict == OPPOSITE
    so = joined([", ", tag("b", "against what an article expects")]) if against else ""
    as_told = ", as expected" if row.verdict == AS_EXPECTED else ""
    return joined([f"{arrow} {row.answer.label} ", tag("b", f"{value}{unit}"), f" ({ends})", so, as_told])


EFFECT = f"Effect: scenario less {PAIRED}, and its 95 % interval; bold, and clear, where that leaves zero out."


def _counted(rows: Sequence[Row]) -> Content:
    """How many of the effects that an article expects come."""
    expected = [row.verdict for row in rows if row.answer.expected]
    free = len(rows) - len(expected)
    come, against, none, untold = (expected.count(word) for word in (AS_EXPECTED, OPPOSITE, NO_EFFECT, UNTOLD))
    parts = [f"{come} come as expected", f"{against} come the opposite way", f"{none} show no clear effect"]
    parts += [f"{untold} cannot be told"] if untold else []
    told = f"Articles expect {len(expected)} effects: {', '.join(parts)}."
    return f"{told} Of {free} further outcomes that answer a question, no article says which way they go."


def _level(measure: Measure, runs: Runs) -> Content:
    """A level with its interval, and in how many of the runs there is one."""
    of = told_defined(measure, runs)
    number = told(measure.estimate(runs), measure)
    return joined([number, tag("small", of)], " ") if of else number


def _rows(cell: Result, evidence: str | None, name: Content) -> list[list[Content]]:
    """The rows of a scenario, its name before the first."""
    return [_told(cell, row, evidence, "" if number else name) for number, row in enumerate(rows_of(cell))]


def _told(cell: Result, row: Row, evidence: str | None, name: Content) -> list[Content]:
    rests = cited(row.answer.paragraphs, evidence)
    expected = joined([f"{row.answer.expected} (", rests, ")"]) if row.answer.expected else "–"
    here, there = (_level(row.measure, runs) for runs in (cell.runs, cell.paired) if runs is not None)
    unit = f", {row.measure.unit}" if row.measure.scale == 1.0 and row.measure.unit not in row.answer.label else ""
    stands_out = row.verdict in (AS_EXPECTED, OPPOSITE)
    verdict = tag("b", row.verdict) if stands_out else row.verdict
    return [name, row.answer.label + unit, there, here, effect(row.gap, row.measure.scale), expected, verdict]
