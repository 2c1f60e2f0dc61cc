"""The page of the patterns: what a case claims, and whether the model shows it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from sim.analysis.holding import Holding
from sim.case.patterns import Pattern
from sim.experiment.patterns import Finding, Found, Measured
from sim.model.parameters import SWITCHES
from sim.pages.kit.html import Content, Html, Section, above, joined, note, page, paragraphs, style, table, tag
from sim.pages.kit.words import cited, failed_told
from sim.pages.patterns.table import (
    FEW_RUNS,
    FEW_RUNS_TOLD,
    HEAD,
    KINDS,
    anchor_of,
    told_carriers,
    told_effect,
    told_held,
    told_place,
    told_share,
    told_threshold,
    verdict,
)
from sim.version import __version__

PAGE, TABLE = "patterns.html", "patterns.csv"


TABLE_MARK = ",".join(HEAD[:4])


def patterns_page(found: Found, weighted: str = "", beside: Collection[str] = ()) -> str:
    """The whole page as text; the same findings give the same bytes.

    Args:
        found: what was measured.
        weighted: which weights the draws have, in words; empty for none.
        beside: names of pages in the same folder, which can be linked to.
    """
    overview = Section("overview", "Overview", _overview(found))
    sections = [
        Section(anchor_of(one), f"{told_place(one)}: {verdict(found, one)}", _entry(found, one, beside))
        for one in found.whole
    ]
    foot = paragraphs(f"jirga {__version__}. Written by the job `patterns`.")
    title = f"Patterns: {found.patterns.case.title}"
    return page(title, joined([style("patterns/patterns.css"), _lead(found, weighted)]), [overview, *sections], foot,
                back=above(beside))  # fmt: skip


def _lead(found: Found, weighted: str) -> Html:
    told = (
        f"{told_held(found)}, counted at each epoch where one is measured at several. A pattern holds "
        f"if every claim of it lies beyond its threshold in at least {100 * found.patterns.enough:.0f} % of "
        f"{found.draws} draws of what is not known: if the whole 95 % interval of that share does; it fails if none of "
        "it does, and cannot be told between. In a draw, "
        f"{found.runs} runs with the same luck in every world are compared pair by pair (seed {found.seed}). A draw's "
        "mean of so few runs is noisy, and a threshold turns noise into bias: shares are corrected; the raw one, "
        f"which holds for {found.runs} runs a draw, stands beside. What the correction leaves is less than the share "
        "of draws whose two halves of runs disagree, and the interval reaches as far: more runs a draw narrow it."
    )
    few = [note(FEW_RUNS_TOLD)] if found.runs < FEW_RUNS else []
    failed = [note(f"{failed_told(found.failed)}.")] if found.failed else []
    warning = (
        "A pattern that holds is no proof of the model, and one that is built in shows only that the model does what "
        "it says. One that fails is a finding about a mechanism; statements and thresholds were fixed beforehand."
    )
    weights = [note(f"WEIGHTED: {weighted}. Shares and effects are those of the weighted draws.")] if weighted else []
    return joined([*weights, paragraphs(told), *few, *failed, note(warning)])


def _overview(found: Found) -> Html:
    rows = []
    for one in found.whole:
        pattern = found.patterns.patterns[one.name]
        name = tag("a", told_place(one), href=f"#{anchor_of(one)}")
        shown = joined([share_bar(one.share, found.patterns.enough), tag("small", told_share(one.share))])
        rows.append(
            (name, KINDS[pattern.kind], pattern.statement, verdict(found, one), shown, told_carriers(found, one))
        )
    caption = "The bar is the share of draws in which it holds, the line over it its interval, the mark what is needed"
    return table(("pattern", "kind", "statement", "verdict", "holds in", "carried by"), rows, caption=caption)


def _entry(found: Found, one: Finding, beside: Collection[str]) -> Html:
    pattern = found.patterns.patterns[one.name]
    rests = cited(pattern.paragraphs, "evidence.html" if "evidence.html" in beside else None)
    kind = joined([f"Kind: {KINDS[pattern.kind]}. Rests on ", rests, "."])
    about = [pattern.statement, kind, _scenarios(found, pattern, beside)]
    parts = [paragraphs(*about, *([pattern.note] if pattern.note else [])), _claims("Claims", one.claims)]
    parts += [_claims("Measured beside", one.also)] if one.also else []
    parts += [_switches(found, one)] if found.without(one) else []
    return joined(parts)


def _scenarios(found: Found, pattern: Pattern, beside: Collection[str]) -> Html:
    """The scenarios that it looks at, each a link to its line in the report, where that is there."""
    worlds = (found.patterns.worlds[world].scenario for claim in pattern.claims for world in claim.worlds)
    to = "report.html" in beside
    named = (tag("a", name, href=f"report.html#cell.{name}") if to else name for name in dict.fromkeys(worlds))
    return joined(["Looks at: ", joined((tag("code", one) for one in named), ", "), "."])


def _claims(title: str, claims: Sequence[Measured]) -> Html:
    rows = [
        (part.claim.claim, told_effect(part.effect), told_threshold(part), told_share(part.share), str(part.draws))
        for part in claims
    ]
    return table(("claim", "mean effect", "threshold", "holds in", "draws"), rows, caption=title)


def _switches(found: Found, one: Finding) -> Html:
    rows: list[tuple[Content, ...]] = []
    for other in found.without(one):
        effects = joined([tag("div", told_effect(part.effect)) for part in other.claims])
        shown = joined([share_bar(other.share, found.patterns.enough), tag("small", told_share(other.share))])
        rows.append((other.off[0].replace("_", " "), SWITCHES[other.off[0]], shown, effects))
    return table(("off", "which means", "holds in", "mean effects"), rows, caption="With one mechanism off")


WIDE, HIGH = 120.0, 12.0  # of a bar, in its own units


def share_bar(share: Holding, enough: float) -> Html:
    """A corrected share as a bar with its interval and a mark at what is needed."""
    value, low, high = share.corrected
    if math.isnan(value):
        return Html("")
    mark = f"M{WIDE * enough:.1f} 0V{HIGH:g}"
    parts = (
        tag("rect", x=0, y=2, width=f"{WIDE:g}", height=f"{HIGH - 4:g}", class_="all"),
        tag("rect", x=0, y=2, width=f"{WIDE * value:.1f}", height=f"{HIGH - 4:g}", class_="part"),
        tag("path", d=f"M{WIDE * low:.1f} {HIGH / 2:g}H{WIDE * high:.1f}", class_="reach"),
        tag("path", d=mark, class_="mark"),
    )
    return tag(
        "svg", *parts, viewBox=f"0 0 {WIDE:g} {HIGH:g}", role="img", aria_label=told_share(share), class_="share"
    )
