"""The page of one number: its density at every epoch, where that comes from, and the rows and paragraphs behind it."""

from __future__ import annotations

from sim.pages.evidence.entries import told
from sim.pages.evidence.findings import Findings
from sim.pages.evidence.maps import maps_legend
from sim.pages.kit.html import Section, joined, page, paragraphs, style, tag
from sim.pages.kit.sketches import mark_of

HOW = (
    "The density at each epoch, scaled to its own peak; beneath it a bar over the middle 90 % with a tick at the "
    "median, and the ends of the axis. Diamonds: where each coding pass put its number. Held in the studio, it is at "
    "one value in all runs; let go, it is drawn from this."
)


def number_page(found: Findings, name: str, title: str) -> str:
    """The page as text.

    Args:
        found: all that goes into the model.
        name: of a parameter, as `found.names` has it.
        title: the parameter in words.
    """
    marks = sorted({mark_of(prior) for prior in found.course(name).values()})
    drawn, comes, rows = told(found, [name])
    sections = (
        Section("density", "How sure it is", joined([maps_legend(marks), tag("div", drawn, class_="entry")])),
        Section("comes", "Where it comes from, epoch by epoch", comes),
        *([Section("rows", "The rows and paragraphs behind it", rows)] if rows else []),
    )
    looks = style("evidence/entries.css", "evidence/maps.css")
    return page(f"The evidence: {title}", joined([looks, paragraphs(HOW)]), sections)
