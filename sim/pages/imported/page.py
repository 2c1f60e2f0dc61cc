"""The page of an imported table of positions: where its actors stand, and where each model settles each issue."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from sim.case.imported import LOST
from sim.experiment.imported import CHALLENGES, MODELS, Found, Signed, Solved
from sim.pages.kit.colours import BLUE, GREY, VERMILLION
from sim.pages.kit.html import Html, Section, above, figure, joined, listed, page, paragraphs, table
from sim.pages.kit.plots import STYLE, svg_of
from sim.pages.kit.tables import csv_of
from sim.pages.kit.terminal import terminal, whole
from sim.version import __version__

PAGE, TABLE = "import.html", "import.csv"
HEAD = ("issue", "part", "name", "value", "low", "high", "share", "told")
TABLE_MARK = ",".join(HEAD[:4])
WIDE = 6.8  # inches
SHORT = {
    "mean": "compromise model", "median": "weighted median", "nash": "Nash, all actors", "challenged": "challenges",
    "camp_nash": "Nash, two camps", "jirga": "jirga, two camps",
}  # fmt: skip
READ = (
    "Mean and median need nothing but the table. The Nash solution of all actors needs what no deal is worth, which "
    "the table does not say: it is taken to be as bad as the far end of the scale.",
    f"The model of challenges and offers is run for {CHALLENGES} rounds at most, or until nobody moves further than a "
    "thousandth of the range. Its description leaves open who may vote on a challenge, which of several offers is "
    "taken, and when it ends; programs that follow it differ in all three. Here all votes between the two positions "
    "count, the offer that moves an actor least is taken, and its weighted median is told round by round.",
    "The bar of a camp's model is the middle 95 % of where it settles, over everything that the table leaves open.",
)


def import_page(found: Found, beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes."""
    positions = found.positions
    lead = (
        f"{len(positions.actors)} actors, {len(positions.issues)} issues, read from {positions.file.name} "
        f"({positions.form}); positions on 0 to {positions.top:g}, salience on 0 to {positions.salience_top:g}."
    )
    sections = [Section(f"issue{n}", one.issue, _issue(found, one)) for n, one in enumerate(found.issues)]
    sections.append(Section("camps", "The two camps of jirga's table", _camps(found)))
    sections.append(Section("read", "How to read it", listed(READ)))
    foot = paragraphs(f"jirga {__version__}. Written by the job `import`.")
    return page(f"Positions: {positions.title}", paragraphs(lead), sections, foot, back=above(beside))


def _issue(found: Found, one: Solved) -> Html:
    told = (
        "Every actor at its position, as high as its weight (salience times power) is large; below, where each model "
        "settles the issue, with the middle 95 % of the camps' models."
    )
    rows = [(MODELS[name], *cells(one, name)) for name in MODELS]
    rounds = ", ".join(f"{median:.1f}" for median in one.challenged.medians)
    note = f"Challenges and offers, weighted median at the beginning and after each round: {rounds}."
    drawn = figure(svg_of(issue_figure(found, one), told), told)
    return joined([drawn, table(("model", "settles at", "middle 95 %", "when"), rows), paragraphs(note)])


def value_of(one: Solved, name: str) -> float:
    """Where a model settles an issue."""
    held = getattr(one, name)
    if isinstance(held, Signed):
        return held.middle.value
    return float(held.medians[-1]) if name == "challenged" else float(held)


def cells(one: Solved, name: str) -> tuple[str, str, str]:
    """Where a model settles an issue, its range, and how often it does, in words."""
    held = getattr(one, name)
    if not isinstance(held, Signed):
        return f"{value_of(one, name):.1f}", "", ""
    if math.isnan(held.middle.value):
        return "never", "", "never"
    return (
        f"{held.middle.value:.1f}",
        f"{held.middle.low:.1f} to {held.middle.high:.1f}",
        f"in {100 * held.share:.0f} %",
    )


def issue_figure(found: Found, one: Solved) -> Figure:
    """The actors over the models."""
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, 4.2), layout="constrained")
        above, below = drawn.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        weight = one.actors.weight / one.actors.weight.max()
        above.vlines(one.actors.position, 0.0, weight, color=GREY, lw=0.8)
        near = set(found.camps[0].members)
        for camp, mark, colour in ((0, "o", BLUE), (1, "s", VERMILLION)):
            those = np.array([(name in near) == (camp == 0) for name in one.names])
            label = f"camp of {found.camps[camp].pole}"
            above.plot(one.actors.position[those], weight[those], mark, color=colour, ms=4, label=label)
        for name, x, y in zip(one.names, one.actors.position, weight, strict=True):
            above.annotate(name, (x, y), (2, 2), textcoords="offset points", fontsize=6.0)
        above.set_ylim(0.0, 1.15)
        above.set_ylabel("weight, of the largest")
        above.legend(frameon=False, loc="upper right")
        for place, name in enumerate(reversed(list(MODELS))):
            held = getattr(one, name)
            if isinstance(held, Signed):
                below.plot([held.middle.low, held.middle.high], [place] * 2, color=BLUE, lw=1.4)
            below.plot([value_of(one, name)], [place], "o", color=BLUE, ms=4)
        below.set_yticks(range(len(MODELS)), [SHORT[name] for name in reversed(list(MODELS))])
        below.set_xlim(-0.02 * found.positions.top, 1.02 * found.positions.top)
        below.set_xlabel(f"{one.issue}, position, 0 to {found.positions.top:g}")
    return drawn


def _camps(found: Found) -> Html:
    rows = []
    for camp in found.camps:
        where = "; ".join(f"{issue} {found.positions.top * at:.1f}" for issue, at in camp.position.items())
        heed = "; ".join(f"{issue} {100 * at:.0f} %" for issue, at in camp.salience.items())
        rows.append((camp.pole, ", ".join(camp.members), where, heed, f"{camp.power:g}"))
    heads = ("around", "members", "position", "salience", "power")
    told = (
        f"The camps sign in {100 * found.deal.value:.0f} % of {found.draws} draws of {found.runs} runs "
        f"({100 * found.deal.low:.0f} to {100 * found.deal.high:.0f}), seed {found.seed}, within two years."
    )
    return joined([paragraphs(told), table(heads, rows), paragraphs("What is lost, or assumed:"), listed(LOST)])


def csv_text(found: Found) -> str:
    """The findings for machines: models, rounds of challenges, camps."""
    return csv_of(HEAD, _rows(found))


def _rows(found: Found) -> Iterator[tuple[object, ...]]:
    for one in found.issues:
        for name, told in MODELS.items():
            held = getattr(one, name)
            ends = (*held.middle[1:], held.share) if isinstance(held, Signed) else ("", "", "")
            yield (one.issue, "model", name, value_of(one, name), *ends, told)
        for number, median in enumerate(one.challenged.medians):
            yield (one.issue, "challenges, median after round", number, float(median), "", "", "", "")
        for actor, at in zip(one.names, one.challenged.positions[-1], strict=True):
            yield (one.issue, "challenges, position at the end", actor, float(at), "", "", "", "")
        for camp in found.camps:
            at = found.positions.top * camp.position[one.issue]
            yield (one.issue, "camp", camp.pole, at, "", "", "", " ".join(camp.members))


def print_import(found: Found, console: Console | None = None) -> None:
    """Print where each model settles each issue, and what the camps' table leaves out."""
    console = console or terminal()
    positions = found.positions
    console.print(
        f"{positions.title}: {len(positions.actors)} actors, positions on 0 to {positions.top:g}, salience on 0 to "
        f"{positions.salience_top:g}"
    )
    for one in found.issues:
        printed = Table("model", "settles at", "middle 95 %", "when", title=one.issue, title_justify="left")
        printed.box = None
        for name in MODELS:
            printed.add_row(MODELS[name], *cells(one, name))
        console.print(whole(printed))
        ends = one.challenged.positions[-1]
        console.print(
            f"challenges and offers: after {len(one.challenged.medians) - 1} rounds actors stand between "
            f"{ends.min():.1f} and {ends.max():.1f}, half of them between {np.quantile(ends, 0.25):.1f} and "
            f"{np.quantile(ends, 0.75):.1f}"
        )
    first, second = found.camps
    console.print(
        f"two camps, of {first.pole} ({len(first.members)} actors) and of {second.pole} ({len(second.members)}), sign "
        f"in {found.deal}; lost or assumed: {'; '.join(LOST)}"
    )
