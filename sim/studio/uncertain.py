"""What can be held in the studio: every uncertainty by a group, first those that move the answer most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sim.agents.words import label
from sim.analysis.influence import PASS
from sim.case.case import Case
from sim.evidence.priors import Priors
from sim.experiment.answers import label_of
from sim.experiment.runs import Runs, influences_on

STRONGEST = 6


class Strong(NamedTuple):
    """An uncertainty that goes together with an outcome.

    Attributes:
        name: of the uncertainty.
        value: the correlation of the ranks.
        outcome: with what, in words.
    """

    name: str
    value: float
    outcome: str


def strongest(runs: Runs) -> tuple[Strong, ...]:
    """What goes together most strongly with the outcomes that the scenario's question is about.

    Where none of these varies, or goes together with anything, with the first class of which something does. It ranks
    all runs, once for each outcome.
    """
    scenario = runs.sweep.scenario
    asked = [found for answer in scenario.answered_by for found in _strong(runs, answer.outcome)]
    if not asked:
        asked = list(next((found for kind in runs.sweep.case.classes if (found := [*_strong(runs, kind)])), ()))
    best: dict[str, Strong] = {}
    for one in sorted(asked, key=lambda one: -abs(one.value)):
        best.setdefault(one.name, one)
    return tuple(best.values())[:STRONGEST]


def _strong(runs: Runs, outcome: str) -> Iterator[Strong]:
    """Those that go together with an outcome by more than luck."""
    told = label_of(runs.sweep.scenario, outcome)
    for one in influences_on(runs, runs.values(outcome)):
        if one.name != PASS and abs(one.value) > one.luck:
            yield Strong(one.name, one.value, told)


def groups_of(case: Case, known: Priors, strong: Sequence[Strong]) -> Mapping[str, Mapping[str, str]]:
    """What can be held, by group: label and name; the strongest, then trust, leverage and the rest.

    Args:
        case: the case.
        known: what is uncertain at the epoch.
        strong: as `strongest` has them.
    """
    names = [name for name in known.names if name != PASS]
    first = {f"{label(case, one.name)} ({one.value:+.2f} with {one.outcome})": one.name for one in strong}
    groups = {"": {"choose one ...": ""}, "strongest here": first}
    for kind in ("trust", "leverage"):
        groups[kind] = {label(case, name): name for name in names if name.startswith(f"{kind}.")}
    taken = {name for group in groups.values() for name in group.values() if not name.startswith("start")}
    groups["other"] = {label(case, name): name for name in names if name not in taken}
    return {name: group for name, group in groups.items() if group}
