"""The patterns as a table: printed, and as CSV for machines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sim.analysis.holding import Holding
from sim.analysis.shares import Interval
from sim.experiment.patterns import FEW, Finding, Found, Measured, carriers
from sim.inputs.errors import one_of
from sim.inputs.files import read_csv
from sim.model.parameters import SWITCHES
from sim.pages.kit.tables import csv_of
from sim.pages.kit.terminal import terminal
from sim.pages.kit.words import citations, failed_told

KINDS = {"built_in": "built in", "open": "open"}
UNTOLD = "cannot be told"
NOT_CARRIED = "–"  # what does not hold is carried by nothing
FEW_RUNS = 20  # a draw, below which the correction of a share leaves most of its bias (docs/coverage.md)
FEW_RUNS_TOLD = f"With fewer than {FEW_RUNS} runs a draw these verdicts are first impressions: chance blurs the shares."
# By what a pattern's `holds` says; None: it cannot be told.
VERDICTS = {True: "holds", False: "fails", None: UNTOLD}
STYLES = {True: "bold green", False: "bold red", None: "bold"}
HOLDS = {True: "yes", False: "no", None: "unknown"}  # for machines
HEAD = (
    "pattern", "epoch", "kind", "off", "part", "claim", "unit", "threshold", "effect", "effect_low", "effect_high",
    "share", "share_low", "share_high", "corrected", "corrected_low", "corrected_high", "draws", "pattern_share",
    "pattern_low", "pattern_high", "pattern_corrected", "pattern_corrected_low", "pattern_corrected_high",
    "pattern_draws", "holds", "statement", "paragraphs",
)  # fmt: skip


def told_share(share: Holding) -> str:
    """A share of draws, corrected for the number of runs, with its interval; the raw one behind it. In per cent.

    >>> told_share(Holding(Interval(0.75, 0.64, 0.83), Interval(0.8, 0.71, 0.87), 80))
    '80 % (71 to 87; 75 raw)'
    """
    value, low, high = (100.0 * part for part in share.corrected)
    if math.isnan(value):
        return UNTOLD
    few = f"; only {share.draws} draws tell" if share.draws < FEW else ""
    return f"{value:.0f} % ({low:.0f} to {high:.0f}; {100.0 * share.raw.value:.0f} raw{few})"


def told_effect(effect: Interval) -> str:
    """A mean effect with its interval, in the outcome's unit.

    >>> told_effect(Interval(0.2, 0.1, 0.3)), told_effect(Interval(0.2, math.nan, math.nan))
    ('+0.2 (+0.1 to +0.3)', '+0.2 (no interval)')
    """
    value, low, high = effect
    if math.isnan(value):
        return UNTOLD
    return f"{value:+.3g} (no interval)" if math.isnan(low) else f"{value:+.3g} ({low:+.3g} to {high:+.3g})"


class Verdict(NamedTuple):
    """What the table for machines says of a pattern, with every mechanism on.

    Attributes:
        name: of the pattern.
        epoch: where it is measured at several; else empty.
        statement: what it claims.
        holds: None: it cannot be told.
        draws: that tell.
    """

    name: str
    epoch: str
    statement: str
    holds: bool | None
    draws: int


def verdicts(path: Path) -> tuple[Verdict, ...]:
    """What a table that the job has written says, in its order.

    Raises:
        InputError: the file is no such table.
    """
    said = {word: holds for holds, word in HOLDS.items()}
    each = {(row.values["pattern"], row.values["epoch"]): row for row in read_csv(path, HEAD) if not row.values["off"]}
    return tuple(
        Verdict(
            name, epoch, row.values["statement"],
            said[one_of(f"{row.file}:{row.line}", "holds", row.values["holds"], said, "a verdict")],
            row.count("pattern_draws"),
        )
        for (name, epoch), row in each.items()
    )  # fmt: skip


def told_place(finding: Finding | Verdict) -> str:
    """The name of a pattern, and its epoch where it is measured at several."""
    return f"{finding.name} {finding.epoch}" if finding.epoch else finding.name


def anchor_of(finding: Finding | Verdict) -> str:
    """Where on the page of the patterns it is told."""
    return f"{finding.name}.{finding.epoch}" if finding.epoch else finding.name


def told_threshold(measured: Measured) -> str:
    """The threshold of a claim, in words."""
    claim = measured.claim
    side = "above" if claim.above is not None else "below"
    bound = claim.above if claim.above is not None else claim.below
    told = f"{side} {bound:+g}"
    if claim.unit == "SD":
        told += f" SD, which {UNTOLD if math.isnan(measured.threshold) else f'is {measured.threshold:+.3g}'}"
    return f"need not be {told}" if claim.need_not else told


def told_carriers(found: Found, whole: Finding) -> str:
    """The mechanisms without which less than half of the first claim's effect is left; only of what holds."""
    if whole.holds(found.patterns.enough) is not True:
        return NOT_CARRIED
    names = carriers(whole, found.without(whole))
    return ", ".join(name.replace("_", " ") for name in names) or f"none of the {len(SWITCHES)} alone"


# --- the printed table -----------------------------------------------------------------------------------------------


def print_patterns(found: Found, console: Console | None = None) -> None:
    """Print each pattern with its verdict, and beneath it each of its claims."""
    console = console or terminal()
    whole, enough = found.whole, found.patterns.enough
    console.print(
        f"{told_held(found)}: in at least {100 * enough:.0f} % of {found.draws} draws of what is not known, "
        f"each with {found.runs} runs of chance, by the whole 95 % interval of the share. After a claim: its mean "
        "effect, and the share of draws in which it holds, corrected for the chance in so few runs; raw: as counted.",
    )
    if found.runs < FEW_RUNS:
        console.print(FEW_RUNS_TOLD, markup=False)
    if found.failed:
        console.print(f"{failed_told(found.failed)}.", markup=False)
    for one in whole:
        pattern = found.patterns.patterns[one.name]
        head = f"{told_place(one)} {verdict(found, one)}"
        rest = f", {KINDS[pattern.kind]}"
        if one.share.draws:
            rest += f": in {told_share(one.share)}"
        if one.holds(enough):
            rest += f"; carried by {told_carriers(found, one)}"
        console.print(Text.assemble("\n", (head, STYLES[one.holds(enough)]), rest))
        console.print(Padding(Text(pattern.statement), (0, 0, 0, 2)))
        for part in one.claims:
            words = told_effect(part.effect)
            if part.draws:
                words += f", in {told_share(part.share)}"
            console.print(Padding(Text(f"- {part.claim.claim} ({told_threshold(part)}): {words}"), (0, 0, 0, 4)))


# --- for machines ----------------------------------------------------------------------------------------------------


def csv_text(found: Found) -> str:
    """One row a claim, a pattern's epoch and a switch; numbers in full."""
    every = ((one, part, each) for one in found.findings for part in ("claims", "also") for each in getattr(one, part))
    return csv_of(HEAD, (tuple(_row(found, one, part, each)) for one, part, each in every))


def _row(found: Found, one: Finding, part: str, measured: Measured) -> Iterator[object]:
    pattern, claim = found.patterns.patterns[one.name], measured.claim
    side = "need_not" if claim.need_not else part
    yield from (one.name, one.epoch or "", pattern.kind, " ".join(one.off), side, claim.claim, claim.unit)
    yield measured.threshold
    yield from measured.effect
    yield from (*measured.share.raw, *measured.share.corrected)
    yield measured.draws
    yield from (*one.share.raw, *one.share.corrected, one.share.draws)
    yield from (HOLDS[one.holds(found.patterns.enough)], pattern.statement, citations(pattern.paragraphs, ": "))


def verdict(found: Found, one: Finding) -> str:
    """Whether a pattern holds, in a word or three."""
    return VERDICTS[one.holds(found.patterns.enough)]


def told_held(found: Found) -> str:
    """How many of the patterns hold, and of how many it cannot be told."""
    every = [one.holds(found.patterns.enough) for one in found.whole]
    untold = f", {every.count(None)} cannot be told" if None in every else ""
    return f"{every.count(True)} of {len(every)} hold{untold}"
