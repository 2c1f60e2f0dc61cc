"""Where two runs with the same luck part: the first decision that comes out otherwise in one of them.

Both are played week by week, side by side, so that no more is played than is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan, nan
from typing import TYPE_CHECKING, Literal, NamedTuple

from sim.agents.journal import Decision
from sim.agents.model import NegotiationModel
from sim.agents.reasons import by_schedule
from sim.agents.words import issue, name_of, percent, place_of, sentence
from sim.inputs.errors import InputError
from sim.model.equations.decisions import CHOICES
from sim.model.vocabulary import PHASES

if TYPE_CHECKING:
    from sim.agents.running import Running
    from sim.case.case import Case
    from sim.case.scenario import Scenario
    from sim.world.world import World


# What can part two runs, in the order of a phase; events are what a scenario is, and numbers move in every week.
DECISIONS = ("mediate", "attend", "offer", "ratify", "vote", "comply", "regime")

Course = Sequence[Decision]
How = Literal["chance", "leaders", "rule"]


class Parting(NamedTuple):
    """The first decision that two runs with the same luck both took, and that came out otherwise.

    Attributes:
        first, second: the decision in either run, with its week, its table and who took it in common.
    """

    first: Decision
    second: Decision

    @property
    def how(self) -> How:
        """What made it come out otherwise.

        `chance`: one random number lies between the two chances. `leaders`: others lead a side by then, so that the
        random numbers are two. `rule`: nothing was left to chance, as where a side withholds while it is owed.
        """
        if any(isnan(one.random_number) or one.outcome == "withheld" for one in self):
            return "rule"
        return "chance" if self.first.random_number == self.second.random_number else "leaders"

    @property
    def mirrored(self) -> Parting:
        """The same with first and second in each other's place."""
        return Parting(self.second, self.first)


def parting(first: World, second: World, number: int, *, seed: int, runs: int) -> Parting | None:
    """Play run `number` under two scenarios until they part.

    Args:
        first, second: what it is played in: one case and evidence, two scenarios of the same epoch and horizon.
        number: of the run in its sweep, 0 or more.
        seed: of the sweep.
        runs: runs for each draw in the sweep.

    Returns:
        None where they never do.

    Raises:
        InputError: the scenarios begin or end at other times.
    """
    check_same_time(first, second)
    one, other = (
        NegotiationModel(world=world, draw=number // runs, run=number % runs, seed=seed) for world in (first, second)
    )
    for _ in range(first.scenario.horizon):
        seen = len(one.journal.entries), len(other.journal.entries)
        one.step()
        other.step()
        found = _parted(first.case, one.journal.entries[seen[0] :], other.journal.entries[seen[1] :])
        if found is not None:
            return found
    return None


def parting_of(first: Running, second: Running) -> Parting | None:
    """Where two runs part that have been played to the same week; None where they do not."""
    for week in range(1, first.week + 1):
        courses = ([entry for entry in model.journal.find(week=week)] for model in (first, second))
        found = _parted(first.world.case, *courses)
        if found is not None:
            return found
    return None


def check_same_time(first: World, second: World) -> None:
    """Refuse scenarios that do not begin and end together; `InputError` says what to set."""
    one, other = first.scenario, second.scenario
    for key in ("epoch", "horizon"):
        values = getattr(one, key), getattr(other, key)
        if values[0] != values[1]:
            problem = f"{one.scenario} has {values[0]}, {other.scenario} has {values[1]}"
            raise InputError("explain", key, problem, allowed=f"one {key} for both, such as {key}={values[0]}")


def _parted(case: Case, one: Course, other: Course) -> Parting | None:
    """The first decision of a week that both do not share, in the order in which decisions are taken."""
    first, second = ({_key(entry): entry for entry in course if entry.decision in DECISIONS} for course in (one, other))
    for key in sorted(first.keys() & second.keys(), key=lambda key: _rank(case, first[key])):
        found = Parting(first[key], second[key])
        if _differs(found):
            return found
    return None


def _key(entry: Decision) -> tuple[str, str, str, str]:
    return entry.decision, entry.place, entry.who, entry.clause


def _rank(case: Case, entry: Decision) -> tuple[int, ...]:
    places = [*case.tables, *case.wars]
    at = case.tables.get(entry.place)
    seats = [*at.parties, *(name for name, _, _ in at.seats), *at.voters] if at else [entry.who]
    clause = list(at.clauses).index(entry.clause) if at and entry.clause else 0
    return (
        PHASES.index(entry.phase), places.index(entry.place), DECISIONS.index(entry.decision), clause,
        seats.index(entry.who) if entry.who in seats else 0,
    )  # fmt: skip


def _differs(found: Parting) -> bool:
    """Whether a decision that both took came out otherwise, and was theirs.

    Who was asked in one run only, or is bound by a schedule that only one has, shows the scenario and no decision.
    """
    one, other = found
    return one.outcome != other.outcome and not by_schedule(one) and not by_schedule(other)


def names_apart(first: Scenario, second: Scenario) -> tuple[str, str]:
    """What tells two scenarios apart in a sentence: their names, else the levers in which they differ."""
    if first.scenario != second.scenario:
        return first.scenario, second.scenario
    moved = [name for name in first.levers if first.levers[name].value != second.levers[name].value]
    one, other = (", ".join(f"{name} {found.levers[name].value:g}" for name in moved) for found in (first, second))
    told = (one, other) if moved else ("the first", "the second")
    return f"{first.scenario} ({told[0]})", f"{second.scenario} ({told[1]})"


# --- in words --------------------------------------------------------------------------------------------------------


def parting_told(world: World, found: Parting, names: tuple[str, str]) -> str:
    """A parting as one sentence: when, where, who, what came of it under both scenarios, and the random number.

    Args:
        world: what either run is played in, for the names of players and places.
        found: the parting.
        names: of the two scenarios, or what else tells them apart.
    """
    entry, how = found.first, found.how
    who = name_of(world, entry.who) if entry.who else "the talks"
    both = [f"{outcome_told(one)} under {name}{_odds(one, how)}" for one, name in zip(found, names, strict=True)]
    place = place_of(world, entry.place)
    return sentence(f"week {entry.week}, {place}: {who} {both[0]} and {both[1]}{_luck(found)}")


_OUTCOMES: Mapping[str, str] = {
    "came": "came",
    "stayed_away": "stayed away",
    "accepted": "made an offer that was accepted",
    "refused": "made an offer that was refused",
    "no_zone": "found no deal that serves both",
    "out_of_time": "made an offer that ran past the deadline",
    "ratified": "ratified",
    "not_ratified": "failed to ratify",
    "approved": "approved what was signed",
    "voted_down": "voted down what was signed",
    "kept": "kept its promise",
    "broken": "broke its promise",
    "withheld": "withheld what it had promised",
    "fell": "fell",
    "stood": "stood",
}


def outcome_told(entry: Decision) -> str:
    """What came of a decision, in the words of a sentence whose subject is who took it."""
    return _OUTCOMES[entry.outcome] + (f" on {issue(entry.clause)}" if entry.clause else "")


def _odds(entry: Decision, how: How) -> str:
    if how != "rule":
        return f" (chance {_chance(entry)})"
    if entry.outcome == "withheld":
        return f" (it was owed {percent(entry.terms['arrears'])} of what was due to it)"
    gain, floor = (entry.terms.get(name, nan) for name in ("other_gain", "other_floor"))
    return "" if isnan(gain) else f" (it offered {gain:.3f}, the other wanted {floor:.3f})"


def _chance(entry: Decision) -> str:
    of = f"of {CHOICES[entry.decision].of} " if entry.decision in CHOICES else "of its fall "
    return f"{of}{entry.probability:.3f}"


def _luck(found: Parting) -> str:
    one, other = found
    if found.how == "rule":
        return ""
    if found.how == "chance":
        return f"; the random number was {one.random_number:.3f} in both"
    both = f"{one.random_number:.3f} and {other.random_number:.3f}"
    return f"; the random numbers were {both}, as another leadership decided"
