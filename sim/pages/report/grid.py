"""A sweep as a page that works by mail: a slider for each swept key, and what was computed for each place of them.

Nothing is computed in the browser, and nothing is fetched: every cell is on the page, and the sliders choose one to be
seen. Without scripts all of them are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.case.scenario import BASELINE
from sim.experiment.results import Result, Results
from sim.experiment.runs import Runs
from sim.pages.kit.colours import ink_on
from sim.pages.kit.html import Content, Html, Section, back_to, joined, page, paragraphs, shipped, style, tag
from sim.pages.report.answers import answers_of
from sim.pages.report.findings import Findings
from sim.pages.report.measures import class_shares
from sim.pages.report.sections import key_of_classes
from sim.pages.report.settlements import settlements
from sim.pages.report.telling import told_size

FILE = "grid.html"


def grid_page(found: Findings) -> str:
    """The page of a sweep as text; of a large one its first cells, as in the report."""
    results = found.results
    axes = {key: _values(found.cells, key) for key in results.swept}
    sliders = tag("div", *(_slider(results, key, values) for key, values in axes.items()), id="sliders", hidden=True)
    none = tag("p", "This combination was not computed.", id="none", hidden=True)
    cells = (_cell(cell, axes) for cell in found.cells)
    script = tag("script", shipped("report/grid.js"))
    lead = [style("report/report.css"), paragraphs(PURPOSE), tag("p", f"{told_size(results)}, seed {results.seed}.")]
    body = tag("div", sliders, none, *cells, id="grid")
    sections = [
        Section("choose", "Choose, and see what comes of it", joined([body, key_of_classes(results.case), script]))
    ]
    back = back_to(found.beside | {"report.html"}, "report.html")
    return page(f"{results.case.title}: a sweep to try", joined(lead), sections, back=back)


PURPOSE = (
    "Move a slider: below stands what was computed beforehand for that place, with the same draws and the same luck. A "
    "model's answers, conditional on its rules and priors; it explains and illustrates, it does not predict."
)


def _values(cells: Sequence[Result], key: str) -> list[str]:
    """The values of a swept key in words, numbers in their order, others as they come."""
    seen = dict.fromkeys(cell.swept[key] for cell in cells if key in cell.swept)
    numbers = all(not isinstance(one, str) for one in seen)
    return [_told(one) for one in (sorted(seen) if numbers else seen)]


def _told(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _slider(results: Results, key: str, values: Sequence[str]) -> Html:
    name = key.removeprefix("levers.")
    levers = results.cells[0].scenario.levers
    words = f"{levers[name].meaning}, {levers[name].unit}" if name in levers else key
    field = tag("input", type="range", min=0, max=len(values) - 1, value="0", data_values="|".join(values),
                aria_label=words)  # fmt: skip
    return tag("label", tag("span", words), field, tag("output", values[0]), class_="slider")


def _cell(cell: Result, axes: dict[str, list[str]]) -> Html:
    at = ",".join(str(values.index(_told(cell.swept[key]))) for key, values in axes.items())
    drawn = [_bar(BASELINE, cell.paired), _bar(cell.label, cell.runs)]
    answers: Content = answers_of(cell, None) if cell.paired is not None else ""
    return tag("div", *(bar for bar in drawn if bar), answers, class_="cell", data_at=at)


def _bar(label: str, runs: Runs | None) -> Html | None:
    """A bar of the settlement classes, with the shares and their intervals for who cannot see it."""
    if runs is None or not (shares := class_shares(runs)):
        return None
    parts = [
        tag("b", f"{100 * one.value:.0f}" if one.value >= 0.05 else "", title=f"{name} {100 * one.value:.1f} %",
            style=f"width:{100 * one.value:.2f}%;background:{kind.colour};color:{ink_on(kind.colour)}")
        for one, (name, kind) in zip(shares, settlements(runs.sweep.case).items(), strict=True)
        if one.value > 0.0
    ]  # fmt: skip
    drawn = tag("div", *parts, class_="bar", role="img", aria_label="; ".join(_shares(runs)))
    return joined([tag("p", label, class_="soft"), drawn])


def _shares(runs: Runs) -> Iterator[str]:
    for one, name in zip(class_shares(runs), runs.sweep.case.classes, strict=True):
        yield f"{name} {100 * one.value:.0f} % ({100 * one.low:.0f} to {100 * one.high:.0f})"
