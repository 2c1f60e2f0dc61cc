"""The page of scenario discovery: each finding as a sentence, with its box drawn over the draws that told of it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.agents.words import label
from sim.analysis.boxes import Limit, inside
from sim.analysis.shares import Estimate, Interval
from sim.experiment.answers import label_of
from sim.experiment.discover import HEAD, OFTEN, RESAMPLES, Discovered, Found, Rule, rows_of
from sim.inputs.numbers import counted
from sim.pages.kit.colours import BLUE, GREY, VERMILLION
from sim.pages.kit.html import Html, Section, above, figure, joined, listed, note, page, paragraphs, table
from sim.pages.kit.plots import STYLE, svg_of
from sim.pages.kit.tables import csv_of
from sim.pages.kit.words import failed_told
from sim.version import __version__

PAGE, TABLE = "discover.html", "discover.csv"
TABLE_MARK = ",".join(HEAD[:4])
WIDE, HIGH = 6.6, 3.4  # inches
SHOWN = 400  # draws in a picture
COUNTED = (
    "The draws are cut in two. One half is searched, by PRIM (Friedman and Fisher 1999; Bryant and Lempert 2010) and "
    "by a regression tree (CART: Breiman and others 1984); every number told is of the other half.",
    "A box has three limits at most and holds a tenth of the draws at least; of all boxes on the way that with the "
    "greatest gain is taken: the share of draws inside, times how far what happens there is above the rest.",
    f"Of {RESAMPLES} bootstrap resamples of the searched half, each limit has to come again, on the same side of the "
    f"same quantity, in {100.0 * OFTEN:.0f} % or more, and the other half has to bear the box out: the interval of its "
    "lift leaves zero out. What does not is listed as no finding.",
    "Density: the share of runs inside in which it happens. Coverage: of all the runs in which it happens, the share "
    "inside. Overlap: the median share of draws that a resample's box has in common with this one.",
    "A box says what goes together in the model's draws, under its priors; not that moving the quantity would do it.",
)


def discover_page(found: Found, weighted: str = "", beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes.

    Args:
        found: what was measured.
        weighted: which weights the draws have, in words; empty for none.
    """
    scenario = found.scenario
    told = (
        f"{scenario.scenario}: {scenario.title}. {counted(found.draws, 'draw')} of {counted(found.runs, 'run')}, seed "
        f"{found.seed}; a box can bound any of {len(found.inputs)} quantities."
    )
    lost = [note(f"{failed_told(found.failed)}.")] if found.failed else []
    lost += (
        [note(f"WEIGHTED: {weighted}. Boxes, shares and intervals are those of the weighted draws.")]
        if weighted
        else []
    )
    said = [words for one in found.outcomes for words in sentences(found, one)]
    lead = joined([paragraphs(told), listed(said), *lost])
    sections = [Section(f"outcome{n}", title_of(found, o), _outcome(found, o)) for n, o in enumerate(found.outcomes)]
    sections.append(Section("counted", "How it was counted", listed(COUNTED)))
    foot = paragraphs(f"jirga {__version__}. Written by the job `discover`.")
    return page(f"Under which circumstances: {scenario.scenario}", lead, sections, foot, back=above(beside))


def title_of(found: Found, one: Discovered) -> str:
    """The outcome in words."""
    return label_of(found.scenario, one.outcome)


def sentences(found: Found, one: Discovered) -> Iterator[str]:
    """What was found of an outcome, one sentence a finding; or that nothing was."""
    if not one.findings:
        yield (
            f"{title_of(found, one)}, {percent(one.share)} of the runs: no circumstances that last were found in "
            f"{counted(found.draws, 'draw')}."
        )
    for rule in one.findings:
        yield sentence(found, one, rule)


def sentence(found: Found, one: Discovered, rule: Rule) -> str:
    """A finding in words."""
    assert rule.density is not None  # a finding has a lift, and so runs inside
    where = " and ".join(limit_told(found, limit) for limit in rule.box)
    again = ", ".join(f"{100.0 * share:.0f} %" for share in rule.lasting.limits)
    return (
        f"{title_of(found, one)}: in {percent(rule.density)} of the runs of the draws in which {where}, against "
        f"{percent(one.share)} of all runs. {100.0 * rule.mass:.0f} % of the draws are such, with "
        f"{percent(rule.coverage)} of what happens; a resample finds the limits again in {again} of the cases "
        f"({rule.method})."
    )


def limit_told(found: Found, limit: Limit) -> str:
    """One side of a box in words."""
    word = "exceeds" if limit.side == "above" else "is at most"
    return f"the {label(found.scenario.case, found.inputs[limit.input])} {word} {limit.at:.3g}"


def percent(one: Estimate | Interval) -> str:
    """A share in per cent with its interval.

    >>> percent(Interval(0.41, 0.37, 0.45))
    '41 % (37 to 45)'
    """
    if math.isnan(one.value):
        return "–"
    ends = "" if math.isnan(one.low) else f" ({100.0 * one.low:.0f} to {100.0 * one.high:.0f})"
    return f"{100.0 * one.value:.0f} %{ends}"


def _outcome(found: Found, one: Discovered) -> Html:
    parts: list[Html] = []
    for rule in one.findings:
        told = sentence(found, one, rule)
        parts += [paragraphs(told), figure(svg_of(box_figure(found, one, rule), told), DRAWN)]
    if not one.findings:
        parts.append(paragraphs(next(iter(sentences(found, one)))))
    rows = [
        (
            rule.method, "; ".join(limit_told(found, limit) for limit in rule.box),
            ", ".join(f"{100.0 * again:.0f} %" for again in rule.lasting.limits),
            "–" if rule.density is None else percent(rule.density), percent(rule.coverage),
            f"{100.0 * rule.mass:.0f} %", f"{100.0 * rule.lasting.overlap:.0f} %",
            "a finding" if rule.is_finding else "no finding: it does not last",
        )
        for rule in one.rules
    ]  # fmt: skip
    head = ("method", "where", "found again", "density", "coverage", "of the draws", "overlap", "which is")
    return joined([*parts, table(head, rows, caption="Every box that was found, by the draws not searched")])


DRAWN = (
    "The draws that were not searched: the darker, the larger the share of a draw's runs in which it happens. The "
    "frame is the box, in two of its quantities; squares lie within all of its limits."
)


def box_figure(found: Found, one: Discovered, rule: Rule) -> Figure:
    """The draws that were not searched over two quantities of a box, or one, with the box as a frame."""
    table_, share = (part[:SHOWN] for part in one.unseen)
    held = inside(rule.box, table_)
    names = list(dict.fromkeys(limit.input for limit in rule.box))
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(WIDE, HIGH), layout="constrained")
        axes = drawn.subplots()
        x = table_[:, names[0]]
        y = table_[:, names[1]] if len(names) > 1 else share
        for kept, mark, size in ((~held, "o", 10), (held, "s", 16)):
            dots = axes.scatter(x[kept], y[kept], c=share[kept], cmap="cividis_r", vmin=0.0, vmax=1.0, marker=mark,
                                s=size, edgecolors=VERMILLION if kept is held else GREY, linewidths=0.5)  # fmt: skip
        drawn.colorbar(dots, ax=axes, label="share of the draw's runs")
        axes.set_xlabel(label(found.scenario.case, found.inputs[names[0]]))
        other = found.inputs[names[1]] if len(names) > 1 else ""
        axes.set_ylabel(label(found.scenario.case, other) if other else "share of the draw's runs")
        _frame(axes, rule, names)
    return drawn


def _frame(axes: Axes, rule: Rule, names: list[int]) -> None:
    """The box, open sides at the edge of the picture."""
    ends = []
    for n, (low, high) in zip([*names, -1][:2], (axes.get_xlim(), axes.get_ylim()), strict=True):
        above = [limit.at for limit in rule.box if limit.input == n and limit.side == "above"]
        below = [limit.at for limit in rule.box if limit.input == n and limit.side == "below"]
        ends.append((above[0] if above else low, below[0] if below else high))
    (left, right), (bottom, top) = ends
    axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False, ec=BLUE, lw=1.6))


def csv_text(found: Found) -> str:
    """The findings for machines: one row a limit of a box."""
    return csv_of(HEAD, (row for one in found.outcomes for row in rows_of(found, one)), 6)


def print_discover(found: Found) -> None:
    """Print what was found of each outcome."""
    from sim.pages.kit.terminal import terminal

    console = terminal()
    for one in found.outcomes:
        for told in sentences(found, one):
            console.print(f"\n{told}")
