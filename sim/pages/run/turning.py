"""The page of why two scenarios differ: where the runs part that end otherwise, with a typical run of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from sim.agents.parting import Parting, outcome_told, parting_told
from sim.agents.words import name_of, place_of, sentence
from sim.analysis.shares import Interval
from sim.experiment.turning import Turned, Turning, typical
from sim.pages.kit.colours import BLUE, GREEN, GREY, VERMILLION
from sim.pages.kit.html import Content, Html, Section, above, figure, joined, note, page, paragraphs, table, tag
from sim.pages.kit.plots import STYLE, svg_of
from sim.world.world import World

FILE = "{first}-and-{second}-seed-{seed}.html"
KINDS = 8  # told with a typical run each
HOWS: Mapping[str, tuple[str, str]] = {
    "chance": ("one random number, two chances", BLUE),
    "leaders": ("others led by then", GREEN),
    "rule": ("no chance: a rule or an offer", VERMILLION),
}
NAMES: Mapping[str, str] = {
    "attend": "come to the table",
    "mediate": "come as a mediator",
    "offer": "the offer",
    "ratify": "ratify",
    "vote": "vote",
    "comply": "keep the promise",
    "regime": "the challenger takes over",
}


class Pairs(NamedTuple):
    """What the page is written from.

    Attributes:
        world: of the first scenario.
        names: of both.
        found: where the pairs part.
        share: of the pairs that end otherwise, with its interval.
        pages: the page of a run's pair, by its number, where there is one.
        command: what writes the page of one pair, but for the number; None where no single command does.
    """

    world: World
    names: tuple[str, str]
    found: Turning
    share: Interval
    pages: Mapping[int, str]
    command: str | None


def typical_runs(found: Turning) -> tuple[Turned, ...]:
    """A typical run of each of the most frequent kinds of turning point."""
    return tuple(typical(held) for held in list(found.kinds.values())[:KINDS])


def turning_page(pairs: Pairs, there: Collection[str] = ()) -> str:
    """The page as text; `there`: names of pages in the same folder, which can be linked to."""
    first, second = pairs.names
    lead = joined((tag("p", tag("strong", lead_told(pairs))), note(_meaning(pairs))))
    sections = []
    if pairs.found.kinds:
        sections += [
            Section("kinds", "The decisions in which they part", _kinds(pairs)),
            Section("weeks", "When they part", _weeks(pairs)),
        ]
    sections.append(Section("ends", "How they end", _ends(pairs)))
    if pairs.command is not None:
        sections.append(Section("again", "Any other pair", paragraphs(tag("code", f"{pairs.command} run=NUMBER"))))
    title, foot = f"Why {first} and {second} differ", "jirga: an illustration, not a forecast."
    return page(title, lead, sections, foot, back=above(there))


def lead_told(pairs: Pairs) -> str:
    """In how many pairs the end is another, and the most frequent turning point, in a sentence or two."""
    found, (first, second) = pairs.found, pairs.names
    low, high = 100.0 * pairs.share.low, 100.0 * pairs.share.high
    share = f"{100.0 * pairs.share.value:.1f} % ({low:.1f} to {high:.1f}) of the runs end in another class"
    text = f"{share} under {second} than under {first}, with the same luck: {found.otherwise:,} of {found.pairs:,}."
    for key, held in list(found.kinds.items())[:1]:
        parted = sum(map(len, found.kinds.values()))
        text += f" Most often they part at this decision ({len(held)} of {parted}): {kind_told(pairs.world, key)}."
    return text


def kind_told(world: World, key: tuple[str, str, str]) -> str:
    """A kind of decision in words: who, what, where."""
    decision, place, who = key
    return f"{name_of(world, who)}, {NAMES[decision]}, {place_of(world, place)}"


def _meaning(pairs: Pairs) -> str:
    found = pairs.found
    looked = len(found.turned)
    spread = "" if looked == found.otherwise else f" {looked:,} of them, evenly spread, were looked at."
    none = sum(one.parting is None for one in found.turned)
    without = (
        f" {none} took every decision alike that both took: there the scenario itself made the end." if none else ""
    )
    return (
        "Each pair of runs has the same draw and the same random numbers; it is followed week by week to the first "
        "decision that both took and that came out otherwise. What a scenario itself brings about (events, "
        f"invitations, schedules, rounds that are held in one only) is no decision.{spread}{without} The first parting "
        "need not be what made the end: it is where two histories begin."
    )


def _ends(pairs: Pairs) -> Html:
    """From which class to which, the most frequent first."""
    counted = Counter(one.ends for one in pairs.found.turned)
    rows = [
        (f"{one} → {other}", str(count))
        for (one, other), count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    ]
    return table((f"{pairs.names[0]} → {pairs.names[1]}", "runs"), rows)


def _kinds(pairs: Pairs) -> Html:
    kinds = pairs.found.kinds
    drawn = svg_of(kinds_figure(pairs), "in which decision runs part that end otherwise")
    caption = "How many pairs part at which decision, and what made it come out otherwise."
    rows = []
    for key, held in list(kinds.items())[:KINDS]:
        rows.append((kind_told(pairs.world, key), str(len(held)), _both(held), _typical(pairs, typical(held))))
    heads = ("decision", "runs", f"{pairs.names[0]} → {pairs.names[1]}", "a typical one")
    return joined((figure(drawn, caption, wide=True), table(heads, rows)))


def _both(held: Sequence[Turned]) -> str:
    """What came of a kind of decision under both, with counts."""
    counts = Counter(_change(one.parting) for one in held if one.parting is not None)
    return "; ".join(
        f"{change}: {count}" for change, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _change(found: Parting) -> str:
    return " → ".join(outcome_told(one).partition(" on ")[0] for one in found)


def _typical(pairs: Pairs, one: Turned) -> Content:
    assert one.parting is not None
    words = parting_told(pairs.world, one.parting, pairs.names)
    words += f" It ends in {one.ends[0]} and in {one.ends[1]}."
    page_of = pairs.pages.get(one.number)
    name = f"Run {one.number}"
    return joined((tag("a", name, href=page_of) if page_of else name, ": ", words))


def _weeks(pairs: Pairs) -> Html:
    drawn = svg_of(weeks_figure(pairs), "in which week runs part that end otherwise")
    return figure(drawn, "How many pairs part in which week.", wide=True)


def _counts(pairs: Pairs, how: str) -> list[int]:
    kinds = list(pairs.found.kinds.values())[: 2 * KINDS]
    return [sum(one.parting is not None and one.parting.how == how for one in held) for held in kinds]


def kinds_figure(pairs: Pairs) -> Figure:
    """A bar for each kind of decision, the most frequent on top, cut by what made it come out otherwise."""
    kinds = list(pairs.found.kinds)[: 2 * KINDS]
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(8.0, 0.28 * len(kinds) + 1.0), layout="constrained")
        axes = drawn.subplots()
        left = np.zeros(len(kinds))
        for how, (label, colour) in HOWS.items():
            counts = np.array(_counts(pairs, how))
            axes.barh(range(len(kinds)), counts, left=left, color=colour, label=label, edgecolor="white", lw=0.5)
            left += counts
        axes.set_yticks(range(len(kinds)), [sentence(kind_told(pairs.world, key))[:-1] for key in kinds])
        axes.set_ylim(len(kinds) - 0.5, -0.5)
        axes.set_xlabel("pairs of runs")
        axes.legend(frameon=False, loc="lower right")
    return drawn


def weeks_figure(pairs: Pairs) -> Figure:
    """How many pairs part in each week."""
    weeks = [one.parting.first.week for one in pairs.found.turned if one.parting is not None]
    horizon = pairs.world.scenario.horizon
    with mpl.rc_context(dict(STYLE)):
        drawn = Figure(figsize=(8.0, 2.2), layout="constrained")
        axes = drawn.subplots()
        counts = np.bincount(weeks, minlength=horizon + 1)[1:]
        axes.bar(np.arange(1, horizon + 1), counts, color=BLUE, width=0.9)
        axes.axvline(float(np.median(weeks)), color=GREY, lw=1.2, ls="--", label=f"median: week {np.median(weeks):.0f}")
        axes.set_xlim(0.0, horizon + 1.0)
        axes.set_xlabel("week")
        axes.set_ylabel("pairs of runs")
        axes.legend(frameon=False)
    return drawn
