"""The patterns job: measures P1 to P14, prints them, and writes them as a table for machines and a page for people."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.progress import track
from rich.text import Text

from sim import __version__
from sim.analysis.patterns import Finding, Measured, carriers, find_all
from sim.case import load_case
from sim.ensemble import Sweep, compute, made
from sim.own_files import put, refuse_foreign
from sim.pages import GENERATOR, Content, Html, Section, joined, note, page, paragraphs, table, tag
from sim.patterns import Patterns, load_patterns
from sim.runs import Runs
from sim.settings import Settings
from sim.uncertainty import SWITCHES

PAGE, TABLE = "patterns.html", "patterns.csv"
RUNS = 50  # of chance for each draw, where there are enough
FEWEST_DRAWS = 20
KINDS = {"built_in": "built in", "open": "open"}
HEAD = (
    "pattern", "epoch", "kind", "off", "part", "claim", "unit", "threshold", "effect", "effect_low", "effect_high",
    "share", "share_low", "share_high", "draws", "pattern_share", "pattern_low", "pattern_high", "holds", "statement",
    "paragraphs",
)  # fmt: skip
TABLE_MARK = ",".join(HEAD[:4])


@dataclass(frozen=True)
class Found:
    """What the job measured: the patterns, and every finding, those with all mechanisms first."""

    patterns: Patterns
    findings: tuple[Finding, ...]
    draws: int
    runs: int
    seed: int

    @property
    def whole(self) -> tuple[Finding, ...]:
        """The findings with all mechanisms."""
        return tuple(one for one in self.findings if not one.off)

    def without(self, whole: Finding) -> tuple[Finding, ...]:
        """The same pattern at the same epoch with one mechanism off each."""
        return tuple(one for one in self.findings if one.off and (one.name, one.epoch) == (whole.name, whole.epoch))


def run(settings: Settings) -> None:
    """Measure the patterns of a case, print them, and write both files to the folder of the results.

    Raises:
        InputError: a mistake in the patterns, their worlds or the evidence.
    """
    for name, mark in ((TABLE, TABLE_MARK), (PAGE, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    patterns, coded = load_patterns(load_case(settings.case)), settings.evidence
    draws, runs = apportioned(settings.size.draws * settings.size.runs)
    found = measured(patterns, draws, runs, settings.seed, passes=coded.passes, implied=coded.implied)
    print_patterns(found)
    for name, content, mark in ((TABLE, csv_text(found), TABLE_MARK), (PAGE, patterns_page(found), GENERATOR)):
        put(settings.out / name, content, mark)
        print(f"wrote {settings.out / name}")


def apportioned(total: int) -> tuple[int, int]:
    """Draws and runs a draw of a world that gets `total` runs.

    Each draw's own effect is held against the threshold, so a draw gets more runs than a scenario's mean needs.

    >>> apportioned(5000), apportioned(40)
    ((100, 50), (20, 2))
    """
    runs = min(RUNS, max(1, total // FEWEST_DRAWS))
    return max(2, total // runs), runs


def measured(
    patterns: Patterns,
    draws: int,
    runs: int,
    seed: int,
    switches: Sequence[str] = tuple(SWITCHES),
    *,
    passes: tuple[str, ...] = (),
    implied: bool = True,
) -> Found:
    """Every pattern with all mechanisms and with each one off; worlds that patterns share are simulated once."""
    kept: dict[tuple[str, str | None, tuple[str, ...]], Runs] = {}

    def simulate(world: str, epoch: str | None, off: tuple[str, ...]) -> Runs:
        key = (world, epoch, off)
        if key not in kept:
            for other in [other for other in kept if other[2] != off]:
                del kept[other]
            scenario = patterns.scenario(world, epoch, off)
            sweep = Sweep(scenario, draws, runs, seed, passes, implied, paths=0, band_runs=0)
            kept[key] = Runs(sweep, made(list(compute(sweep, range(sweep.shards), progress=False))))
        return kept[key]

    number = (1 + len(switches)) * sum(len(pattern.places) for pattern in patterns.patterns.values())
    console = Console(stderr=True)
    told = track(
        find_all(patterns, simulate, switches), "patterns", number, console=console, disable=not console.is_terminal
    )
    return Found(patterns, tuple(told), draws, runs, seed)


# --- words and numbers -----------------------------------------------------------------------------------------------


def told_share(share: tuple[float, float, float]) -> str:
    """A share of draws with its interval, in per cent.

    >>> told_share((0.8, 0.71, 0.87))
    '80 % (71 to 87)'
    """
    value, low, high = (100.0 * part for part in share)
    return "cannot be told" if math.isnan(value) else f"{value:.0f} % ({low:.0f} to {high:.0f})"


def told_effect(measured: Measured) -> str:
    """A mean effect with its interval, in the outcome's unit."""
    value, low, high = measured.effect
    return "cannot be told" if math.isnan(value) else f"{value:+.3g} ({low:+.3g} to {high:+.3g})"


def told_place(finding: Finding) -> str:
    """The name of a pattern, and its epoch where it is measured at several."""
    return f"{finding.name} {finding.epoch}" if finding.epoch else finding.name


def told_threshold(measured: Measured) -> str:
    """The threshold of a claim, in words."""
    claim = measured.claim
    side = "above" if claim.above is not None else "below"
    bound = claim.above if claim.above is not None else claim.below
    told = f"{side} {bound:+g} SD, which is {measured.threshold:+.3g}" if claim.unit == "SD" else f"{side} {bound:+g}"
    return f"need not be {told}" if claim.need_not else told


def told_carriers(found: Found, whole: Finding) -> str:
    """The mechanisms without which less than half of the first claim's effect is left."""
    names = carriers(whole, found.without(whole))
    return ", ".join(name.replace("_", " ") for name in names) or "none of the seven alone"


# --- the printed table -----------------------------------------------------------------------------------------------


def print_patterns(found: Found, console: Console | None = None) -> None:
    """Print each pattern with its verdict, and beneath it each of its claims."""
    console = console or Console(highlight=False)
    whole, enough = found.whole, found.patterns.enough
    held = sum(one.holds(enough) for one in whole)
    console.print(
        f"{held} of {len(whole)} hold: in at least {100 * enough:.0f} % of {found.draws} draws of what is not known, "
        f"each with {found.runs} runs of chance. After a claim: its mean effect, and the share of draws in which "
        "it holds. Intervals are 95 %.",
        markup=False,
    )
    for one in whole:
        pattern = found.patterns.patterns[one.name]
        head = f"{told_place(one)} {_verdict(found, one)}"
        rest = f", {KINDS[pattern.kind]}: in {told_share(one.share)}; carried by {told_carriers(found, one)}"
        console.print(Text.assemble("\n", (head, "bold green" if one.holds(enough) else "bold red"), rest))
        console.print(Padding(Text(pattern.statement), (0, 0, 0, 2)))
        for part in one.claims:
            words = f"- {part.claim.claim} ({told_threshold(part)}): {told_effect(part)}, in {told_share(part.share)}"
            console.print(Padding(Text(words), (0, 0, 0, 4)))


# --- for machines ----------------------------------------------------------------------------------------------------


def csv_text(found: Found) -> str:
    """One row a claim, a pattern's epoch and a switch; numbers in full."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for one in found.findings:
        for part in ("claims", "also"):
            writer.writerows(_row(found, one, part, measured) for measured in getattr(one, part))
    return out.getvalue()


def _row(found: Found, one: Finding, part: str, measured: Measured) -> Iterator[object]:
    pattern, claim = found.patterns.patterns[one.name], measured.claim
    side = "need_not" if claim.need_not else part
    rests = "; ".join(f"{article}: {_numbers(numbers)}" for article, numbers in pattern.paragraphs.items())
    yield from (one.name, one.epoch or "", pattern.kind, " ".join(one.off), side, claim.claim, claim.unit)
    yield measured.threshold
    yield from measured.effect
    yield from measured.share
    yield measured.draws
    yield from one.share
    yield from ("yes" if one.holds(found.patterns.enough) else "no", pattern.statement, rests)


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


# --- for people ------------------------------------------------------------------------------------------------------


def patterns_page(found: Found) -> str:
    """The whole page as text; the same findings give the same bytes."""
    overview = Section("overview", "Overview", _overview(found))
    sections = [
        Section(_anchor(one), f"{told_place(one)}: {_verdict(found, one)}", _entry(found, one)) for one in found.whole
    ]
    foot = paragraphs(f"jirga {__version__}. Written by: python -m sim job=patterns")
    title = f"Patterns: {found.patterns.case.title}"
    return page(title, joined([tag("style", Html(STYLE)), _lead(found)]), [overview, *sections], foot)


def _lead(found: Found) -> Html:
    held = sum(one.holds(found.patterns.enough) for one in found.whole)
    told = (
        f"{held} of {len(found.whole)} hold, counted at each epoch where one is measured at several. A pattern holds "
        f"if every claim of it lies beyond its threshold in at least {100 * found.patterns.enough:.0f} % of "
        f"{found.draws} draws of what is not known. In a draw, {found.runs} runs with the same luck in every world are "
        f"compared pair by pair (seed {found.seed}). Intervals are 95 %."
    )
    warning = (
        "A pattern that holds is no proof of the model, and one that is built in shows only that the model does what "
        "it says. One that fails is a finding about a mechanism; statements and thresholds were fixed beforehand."
    )
    return joined([paragraphs(told), note(warning)])


def _verdict(found: Found, one: Finding) -> str:
    return "holds" if one.holds(found.patterns.enough) else "fails"


def _anchor(one: Finding) -> str:
    return f"{one.name}.{one.epoch}" if one.epoch else one.name


def _overview(found: Found) -> Html:
    rows = []
    for one in found.whole:
        pattern = found.patterns.patterns[one.name]
        name = tag("a", told_place(one), href=f"#{_anchor(one)}")
        shown = joined([share_bar(one.share, found.patterns.enough), tag("small", told_share(one.share))])
        rows.append(
            (name, KINDS[pattern.kind], pattern.statement, _verdict(found, one), shown, told_carriers(found, one))
        )
    caption = "The bar is the share of draws in which it holds, the line over it its interval, the mark what is needed"
    return table(("pattern", "kind", "statement", "verdict", "holds in", "carried by"), rows, caption=caption)


def _entry(found: Found, one: Finding) -> Html:
    pattern = found.patterns.patterns[one.name]
    rests = "; ".join(f"{article}, paragraphs {_numbers(n)}" for article, n in pattern.paragraphs.items())
    about = [pattern.statement, f"Kind: {KINDS[pattern.kind]}. Rests on {rests}."]
    parts = [paragraphs(*about, *([pattern.note] if pattern.note else [])), _claims("Claims", one.claims)]
    parts += [_claims("Measured beside", one.also)] if one.also else []
    parts += [_switches(found, one)] if found.without(one) else []
    return joined(parts)


def _claims(title: str, claims: Sequence[Measured]) -> Html:
    rows = [
        (part.claim.claim, told_effect(part), told_threshold(part), told_share(part.share), str(part.draws))
        for part in claims
    ]
    return table(("claim", "mean effect", "threshold", "holds in", "draws"), rows, caption=title)


def _switches(found: Found, one: Finding) -> Html:
    rows: list[tuple[Content, ...]] = []
    for other in found.without(one):
        effects = joined([tag("div", told_effect(part)) for part in other.claims])
        shown = joined([share_bar(other.share, found.patterns.enough), tag("small", told_share(other.share))])
        rows.append((other.off[0].replace("_", " "), SWITCHES[other.off[0]], shown, effects))
    return table(("off", "which means", "holds in", "mean effects"), rows, caption="With one mechanism off")


WIDE, HIGH = 120.0, 12.0  # of a bar, in its own units


def share_bar(share: tuple[float, float, float], enough: float) -> Html:
    """A share as a bar with its interval and a mark at what is needed."""
    value, low, high = share
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


STYLE = """
svg.share { width: 7.5rem; height: .75rem; display: block; }
svg.share .all { fill: #e4e4e0; }
svg.share .part { fill: #56b4e9; }
svg.share .reach { stroke: #1a1a1a; stroke-width: 1.5; }
svg.share .mark { stroke: #d55e00; stroke-width: 2; }
"""
