"""The paragraphs, rows and passes that carry the answers most, for the report and the evidence page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.case.case import Case
from sim.experiment.paragraphs import Kind
from sim.inputs.numbers import counted
from sim.pages.kit.html import Content, Html, joined, paragraphs, table, tag
from sim.pages.paragraphs.table import READINGS, Carried, gap_told, strongest
from sim.pages.run.again import job_command

TOP = 10
TITLES: Mapping[Kind, str] = {"paragraph": "Paragraphs", "row": "Coded rows", "pass": "Passes"}
ABOUT = (
    "How far an outcome, or a scenario's effect on it, moves in the model where a paragraph is left out, or read at "
    "the ends of its intervals, with the same draws and luck. Only what is more than luck is told, counted over all "
    "readings; the largest come first, shares before weeks and counts. Every other one, with figures, is on the pages "
    "of the job:"
)
NOTHING = "No paragraph, row or pass moves any outcome by more than luck could."


def carried_told(case: Case, found: Sequence[Carried], kinds: Sequence[Kind] = ("paragraph", "row", "pass")) -> Html:
    """The ten of each kind that move an outcome or an effect of a case most."""
    command = job_command(case, "job=paragraphs", "scenario=NAME")
    parts: list[Content] = [paragraphs(joined([f"{ABOUT} ", tag("code", command), "."]))]
    for kind in kinds:
        told = strongest(found, kind, TOP)
        if told:
            parts.append(table(HEAD, map(_row, told), caption=f"{TITLES[kind]}: the {len(told)} that move most"))
    return joined(parts) if len(parts) > 1 else paragraphs(NOTHING)


HEAD = ("source", "scenario", "what moves", "how far", "where it is", "of")


def _row(one: Carried) -> tuple[Content, ...]:
    draws, runs, seed = one.size
    name = one.source
    if one.kind == "paragraph":
        article, _, number = name.rpartition(".")
        name = f"{article} ¶{number}"
    what = one.outcome if one.measure == "level" else f"its effect on {one.outcome}"
    size = f"{counted(draws, 'draw')} of {counted(runs, 'run')}, seed {seed}; {one.under}"
    return (name, one.scenario, what, gap_told(one.gap, one.scale), READINGS[one.reading].removeprefix("if "), size)
