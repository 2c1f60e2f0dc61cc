"""Who trusts whom, and who can move whom, at every epoch: heat maps."""

from __future__ import annotations

from collections.abc import Iterable

from sim.pages.evidence.entries import badge
from sim.pages.evidence.findings import CODED_MARKS, Findings, absent_actors
from sim.pages.kit.html import Html, figure, joined, link, listed, paragraphs, tag
from sim.pages.kit.sketches import MEANINGS, Mark, Reading, bar, reading

HUES = {"trust": (0, 114, 178), "leverage": (213, 94, 0)}
DEEPEST = 0.6  # a heat map's darkest cell keeps this share of the full colour, so that dark text stays readable


def maps_legend(marks: Iterable[Mark]) -> Html:
    items = (joined([badge(mark), f" {mark}: {MEANINGS[mark]}"]) for mark in marks)
    return tag("div", listed(items), class_="legend")


def maps(found: Findings) -> Html:
    told = (
        "Rows: whose trust or leverage it is. Columns: in whom, or over whom. Each cell: the median, its mark, a bar "
        "over the middle 90 % of the prior on an axis from 0 to 1 with a tick at the median, and the bounds of that "
        "bar. The darker, the higher; hatched where nobody coded it. A cell leads to its paraphrases."
    )
    return joined([paragraphs(told), maps_legend(CODED_MARKS), *(_epoch_maps(found, epoch) for epoch in found.priors)])


def _epoch_maps(found: Findings, name: str) -> Html:
    epoch = found.case.epochs[name]
    both = tag("div", *(_map(found, name, group) for group in ("trust", "leverage")), class_="maps")
    absent = absent_actors(found, name)
    told = f"Article {epoch.article}; regime: {epoch.regime}."
    if absent:
        told += f" {', '.join(absent)}: party to no table under this regime, so these numbers move no bargain."
    return tag("div", tag("h3", f"{name}: {epoch.title}"), paragraphs(told), both, class_="keep")


def _map(found: Findings, epoch: str, group: str) -> Html:
    actors = list(found.case.actors)
    of = "trust of (row) in (column), 0 to 1" if group == "trust" else "leverage of (row) over (column), share, 0 to 1"
    head = tag("tr", tag("th", ""), *(tag("th", actor, scope="col") for actor in actors))
    rows = (tag("tr", tag("th", i, scope="row"), *(_heat(found, epoch, group, i, j) for j in actors)) for i in actors)
    return tag(
        "table", tag("caption", tag("b", group), f": {of}"), head, *rows, class_="heat", id=f"map.{epoch}.{group}"
    )


def _heat(found: Findings, epoch: str, group: str, i: str, j: str) -> Html:
    if i == j:
        return tag("td", class_="none")
    name = f"{group}.{i}.{j}"
    short = reading(found.priors[epoch][name])
    weight = "span" if short.mark == "assumed" else "b"
    inside = (
        tag(weight, f"{short.median:.2f}"),
        badge(short.mark),
        bar(short),
        tag("small", f"{short.low:.2f}–{short.high:.2f}"),
    )
    title = f"{name} at {epoch}: {short.told()}, {short.mark}"
    colour = None if short.mark == "assumed" else f"background:{shade(group, short.median)}"
    return tag("td", link(name, *inside, title=title), style=colour, class_="wide-prior" if not colour else None)


def shade(group: str, value: float) -> str:
    """White at 0, towards the group's colour at 1.

    >>> shade("trust", 0.0), shade("trust", 1.0)
    ('#ffffff', '#66aad1')
    """
    mixed = (round(255 + (full - 255) * DEEPEST * value) for full in HUES[group])
    return "#" + "".join(f"{part:02x}" for part in mixed)


# --- over the epochs ------------------------------------------------------------------------------------------------


def course_of_readings(found: Findings) -> Html:
    from sim.pages.evidence.courses import courses
    from sim.pages.kit.plots import svg_of

    actors, epochs = list(found.case.actors), list(found.priors)
    readings: dict[tuple[str, str, str], list[Reading | None]] = {
        (group, i, j): [reading(found.priors[epoch][f"{group}.{i}.{j}"]) for epoch in epochs]
        for group in ("trust", "leverage")
        for i in actors
        for j in actors
        if i != j
    }
    drawing = svg_of(courses(actors, epochs, readings), "Trust and leverage of every ordered pair of actors by epoch")
    caption = (
        "Panels: whose (row) towards whom (column). Trust: solid, blue; leverage: dashed, orange-red; both from 0 to "
        "1. Median, with a bar over the middle 90 %. Filled circle: stated; open circle: implied; open square: "
        "carried; thin faint bar without a marker: assumed. An epoch is what one article says at its date, so a step "
        "is a difference between articles as much as a change in the world."
    )
    return figure(drawing, caption, wide=True)
