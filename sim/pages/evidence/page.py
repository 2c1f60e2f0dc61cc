"""The evidence page: every number that goes into the model, and all that a reader needs to object to it."""

from __future__ import annotations

from collections.abc import Collection

from sim.evidence.densities import Prior
from sim.pages.evidence.account import how_to_object, made_how
from sim.pages.evidence.entries import badge, digits_of, entry
from sim.pages.evidence.findings import CODED_MARKS, Findings, agreement_rows, counts
from sim.pages.evidence.maps import course_of_readings, maps, maps_legend
from sim.pages.evidence.reported import chronology, conditions, loose, mechanisms
from sim.pages.kit.html import (
    Content,
    Html,
    Section,
    back_to,
    details,
    finder,
    joined,
    link,
    page,
    paragraphs,
    style,
    table,
    tag,
)
from sim.pages.kit.sketches import density, mark_of
from sim.pages.paragraphs.top import carried_told
from sim.version import __version__

FILE = "evidence.html"


def evidence_page(found: Findings, beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes.

    Args:
        found: all that goes into the model.
        beside: names of pages in the same folder, which can be linked to.
    """
    sections = (
        Section("made", "How the numbers were made, and what that does not prove", made_how(found)),
        Section("object", "How to object to a number", how_to_object(found)),
        *_carried(found),
        Section("agreement", "How far the passes agree", _agreement(found)),
        Section("maps", "Trust and leverage at each epoch", maps(found)),
        Section("course", "Trust and leverage over the epochs", course_of_readings(found)),
        Section("parameters", "Every coded parameter: prior and paraphrases", _parameters(found)),
        Section("starts", "Starting conditions, shares of instruments, choice of pass", _other(found)),
        Section("structural", "Structural parameters", _structural(found)),
        Section("mechanisms", "Mechanisms: what is said to cause what", mechanisms(found)),
        Section("chronology", "Chronology", chronology(found)),
        Section("conditions", "Figures that the articles give", conditions(found)),
        Section("loose", "Rows that feed nothing", loose(found)),
    )
    looks = style("evidence/entries.css", "evidence/maps.css")
    foot = paragraphs(f"jirga {__version__}. Written by the job `evidence`.")
    return page(f"The evidence: {found.case.title}", joined([looks, _lead(found)]), sections, foot,
                back=back_to(beside, "report.html", "patterns.html"))  # fmt: skip


def _carried(found: Findings) -> list[Section]:
    """What the job `paragraphs` has found, where it has left its tables."""
    if not found.carried:
        return []
    return [Section("carried", "Which paragraphs carry the answers", carried_told(found.case, found.carried))]


# --- what the reader must know first --------------------------------------------------------------------------------


def _lead(found: Findings) -> Html:
    evidence = found.evidence
    n = len(next(iter(found.drawn.values())))
    told = (
        f"{len(evidence.articles)} articles, read by {len(evidence.passes)} coding passes "
        f"({', '.join(evidence.passes)}); {len(evidence.dyads)} codings of trust and leverage, "
        f"{len(evidence.positions)} of positions, {len(evidence.mechanisms)} of mechanisms, {len(evidence.events)} of "
        f"events, {len(evidence.conditions)} figures. Rows that an article only implies "
        f"{'count' if evidence.implied else 'do not count'}. Red lines are drawn from {n} draws with seed {found.seed}."
    )
    purpose = (
        "This page shows every number that goes into the model, with its uncertainty and the paragraphs it rests on. "
        "It is there to be objected to."
    )
    articles = table(
        ("article", "title", "outlet", "date", "speaks of", "paragraphs", "remarks"),
        [(a.id, a.title, a.outlet, a.date, a.speaks_of, str(a.paragraphs), a.note) for a in evidence.articles],
        caption="The articles; their text is not part of this project",
        ids=[f"article.{a.id}" for a in evidence.articles],
    )
    return joined([paragraphs(purpose, told), details("The articles", articles)])


def _agreement(found: Findings) -> Html:
    columns = ("variable", "Krippendorff's alpha", "metric", "units coded by two passes or more", "codings")
    told = (
        "1 is perfect agreement, 0 what chance would give (Krippendorff 2011). A unit is an ordered pair, or an "
        "actor's issue, at one article."
    )
    apart = table(
        ("parameter", "epoch", "numbers of the passes", "apart"),
        [
            (link(prior.name, prior.name), epoch, ", ".join(_coded(prior)), f"{width:.2f}")
            for width, epoch, prior in _apart(found)[:15]
        ],
        caption="Where the passes differ most: the peaks of their triangles, on the scale from 0 to 1",
    )
    return joined(
        [
            table(columns, agreement_rows(found)),
            paragraphs(told, joined([link("made", "What agreement does not prove"), " stands above."])),
            apart,
            _counts(found),
        ]
    )


def _coded(prior: Prior) -> list[str]:
    return [f"{part.rows[0].pass_} {part.mode:.2f}" for part in prior.components]


def _apart(found: Findings) -> list[tuple[float, str, Prior]]:
    """Coded parameters by how far apart the passes' own numbers are, widest first."""
    wide = [
        (max(part.mode for part in prior.components) - min(part.mode for part in prior.components), epoch, prior)
        for epoch, table_ in found.priors.items()
        for prior in table_.columns
        if prior.status == "coded" and prior.group != "red_line"
    ]
    return sorted(wide, key=lambda one: (-round(one[0], 6), one[1], one[2].rank))


def _counts(found: Findings) -> Html:
    rows = [
        (epoch, group, *(str(counts(found, group, epoch)[mark]) for mark in CODED_MARKS))
        for epoch in found.priors
        for group in ("trust", "leverage", "position", "salience")
    ]
    return details(
        "How many parameters are stated, implied, carried, assumed at each epoch",
        table(("epoch", "parameters", *CODED_MARKS), rows),
    )


def _grouped(found: Findings, group: str) -> list[list[str]]:
    """The names of each entry of a group; position, salience and red line of one stand go together."""
    names = [name for name in found.names if name.startswith(f"{group}.")]
    if group != "position":
        return [[name] for name in names]
    rest = {name.partition(".")[2] for name in names}
    every = set(found.names)
    stands = [rest_ for rest_ in (name.partition(".")[2] for name in names) if rest_ in rest]
    return [[f"{g}.{s}" for g in ("position", "salience", "red_line") if f"{g}.{s}" in every] for s in stands]


def _parameters(found: Findings) -> Html:
    titles = {
        "trust": "Trust: how far the first expects the second to keep a commitment",
        "leverage": "Leverage: how far the first can move what the second does",
        "position": "Positions, saliences and red lines",
    }
    parts: list[Content] = [paragraphs(HOW_TO_READ), finder("find an actor, an issue, a word, a row", "parameters")]
    for group, title in titles.items():
        parts += [tag("h3", title), *(entry(found, names) for names in _grouped(found, group))]
    return joined(parts, "\n")


HOW_TO_READ = (
    "One line for each parameter: its density at each epoch, scaled to its own peak; beneath it a bar over the middle "
    "90 % with a tick at the median, and the ends of the axis. Diamonds: where each pass put its number. The letters "
    "are those of the maps above. Open a line for the rows behind it. A red line has no density of its own (it gives "
    "way to the drawn position), so the histogram of its draws is shown."
)


def _other(found: Findings) -> Html:
    parts: list[Content] = [maps_legend(("sourced", "judged", "assumed", "fixed"))]
    parts += [tag("h3", "Starting conditions"), *(entry(found, names) for names in _grouped(found, "start"))]
    parts += [tag("h3", "What leverage is made of"), paragraphs(SHARES)]
    parts += [*(entry(found, names) for names in _grouped(found, "share"))]
    parts += [tag("h3", "Which pass a draw follows"), entry(found, ["pass"])]
    return joined(parts, "\n")


SHARES = (
    "Nobody coded how much of a pair's leverage each instrument makes up: the shares of a pair are uniform over all "
    "ways to divide 1 among them."
)


def _structural(found: Findings) -> Html:
    priors_ = next(iter(found.priors.values()))
    rows = []
    for name, parameter in found.evidence.structural.items():
        prior = priors_[name]
        digits = digits_of(prior)
        span = f"{prior.low:.{digits}f} to {prior.high:.{digits}f} {parameter.unit}"
        what = joined([tag("b", name), f" ({parameter.symbol})", tag("br"), parameter.meaning])
        how = joined([badge(mark_of(prior)), f" {parameter.status}"])
        rows.append((what, joined([density(prior), span]), how, parameter.source, parameter.why))
    told = (
        "What the model needs and the articles do not give: one shared value for all actors, uniform on its range, "
        "the same at every epoch. Sourced: the range itself comes from a source. Judged: a source supports the "
        "mechanism or figures bound the range loosely. Assumed: nothing bounds it but what keeps the model sensible."
    )
    ids = list(found.evidence.structural)
    columns = ("parameter", "range", "status", "source", "what the range rests on")
    return joined([paragraphs(told), tag("div", table(columns, rows, ids=ids), class_="structural")])
