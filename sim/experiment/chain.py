"""The chain from a lever to an outcome: what moves at each link, and the first link at which the effect dies.

A lever changes what is the case, leverage or effort; that moves trust, then who comes, what is offered, what is signed,
what is kept, and the war. Each link is the outcome columns of one stage that have to do with the tables and wars of the
answer. What was offered is known of signed packages alone, so that this link can seldom be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sim.agents.words import listing
from sim.case.case import Case
from sim.case.columns import Column, columns_by_name
from sim.case.scenario import Scenario, effects
from sim.experiment.moved import Looked, Moved

# The stages in their order, and the outcomes (fields of `sim.model.outcomes.OUTCOMES`) of each.
STAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "lever": ("cell", "presence", "leverage", "effort"),
        "trust": ("trust",),
        "attendance": ("attendance", "sessions", "rounds", "refusal", "open_weeks", "broken_off"),
        "offer": ("package", "nash_product", "regret"),
        "signature": ("agreed", "agreements", "impasses", "weeks_in_force", "votes", "refused", "blocked", "favour"),
        "delivery": ("kept", "delivered", "collapsed", "collapses"),
        "war": (
            *("control", "intensity", "cohesion", "violence", "attacks", "ceasefire_weeks"),
            *("taken_over", "emirate", "refugees"),
        ),
    }
)
MOVES, STILL, UNTOLD = "moves", "does not move", "cannot be told"
WHOLE = "Every link that can be told moves, and the outcome too."
LAST_STEP = "It dies at the last step: every link that can be told moves, the outcome does not."


@dataclass(frozen=True)
class Link:
    """One stage of a chain.

    Attributes:
        stage: its name.
        looked: the columns that have to do with the answer and can be told, the largest first.
    """

    stage: str
    looked: tuple[Moved, ...]

    @property
    def largest(self) -> Moved | None:
        """The largest of those that move, or of all where none does; None where none can be told."""
        return next((one for one in self.looked if one.is_discovery), self.looked[0] if self.looked else None)

    @property
    def state(self) -> str:
        """Whether it moves, or cannot be told."""
        if self.largest is None:
            return UNTOLD
        return MOVES if self.largest.is_discovery else STILL


@dataclass(frozen=True)
class Chain:
    """The links from the lever to an answer, the answer itself last.

    Attributes:
        outcome: of the answer.
        links: those before it, in order; those that cannot be told are among them.
        last: the outcome itself; None where it cannot be told.
    """

    outcome: str
    links: tuple[Link, ...]
    last: Moved | None

    @property
    def dies_at(self) -> Link | None:
        """The first link that does not move after one that does; the first of all where none moves; None for none.

        A link before the first that moves has been passed by: what a lever sets may be over by the horizon.
        """
        moving = [number for number, link in enumerate(self.links) if link.state == MOVES]
        after = self.links[moving[0] :] if moving else self.links
        return next((link for link in after if link.state == STILL), None)

    @property
    def words(self) -> str:
        """Where the effect dies, in a sentence."""
        dead, arrives = self.dies_at, self.last is not None and self.last.is_discovery
        if dead is None:
            return WHOLE if arrives else LAST_STEP
        number = len(dead.looked)
        none = f"of its {number} outcomes none moves" if number > 1 else "its one outcome does not move"
        later = [link.stage for link in self.links[self.links.index(dead) :] if link.state == MOVES]
        later += ["the outcome itself"] if arrives else []
        return f"It dies at “{dead.stage}”: {none}" + (f" (but {listing(later)}, by another way)." if later else ".")


def chain(looked: Looked, scenario: Scenario, outcome: str) -> Chain:
    """The chain of one outcome of a scenario.

    Args:
        looked: every outcome under the scenario and its baseline.
        scenario: whose events are the levers.
        outcome: a column of the outcomes.
    """
    case = scenario.case
    columns = columns_by_name(case)
    answer = columns[outcome]
    scope = _scope(case, answer, case.epochs[scenario.epoch].regime)
    touched = {list(case.cells)[effect.cell] for _, effect in effects(scenario) if effect.cell >= 0}
    links = []
    for stage in before(answer):
        inside = [
            one
            for one in looked.columns
            if one.outcome != outcome
            and columns[one.outcome].field in STAGES[stage]
            and _belongs(columns[one.outcome], scope, touched)
        ]
        links.append(Link(stage, tuple(inside)))
    return Chain(outcome, tuple(links), looked.by_name.get(outcome))


def before(answer: Column) -> tuple[str, ...]:
    """The stages that an outcome comes after; what is the case comes about by delivery, unless a lever sets it."""
    names = list(STAGES)
    stage = "delivery" if answer.field == "cell" else next(s for s, fields in STAGES.items() if answer.field in fields)
    return tuple(names[: names.index(stage)])


@dataclass(frozen=True)
class _Scope:
    """What an answer has to do with: names of tables, wars, issues and players."""

    tables: frozenset[str]
    wars: frozenset[str]
    cells: frozenset[str]
    players: frozenset[str]


def _scope(case: Case, answer: Column, regime: str) -> _Scope:
    tables = [name for name in _tables_of(case, answer) if regime in case.tables[name].regimes]
    among = [case.tables[name] for name in tables]
    seated = {member for table in among for _, members, _ in table.seats for member in members}
    players = seated.union(*(table.parties for table in among))
    wars = {table.ends_war for table in among if table.ends_war} | _wars_of(case, answer)
    cells = {cell for table in among for cell in table.clauses}
    return _Scope(frozenset(tables), frozenset(wars), frozenset(cells), frozenset(players))


def _tables_of(case: Case, answer: Column) -> tuple[str, ...]:
    """The tables that an outcome is of: its own, those over its issue or between its actors, or those of its wars."""
    named = dict(zip(answer.axes, answer.names, strict=True))
    if "T" in named:
        return (named["T"],)
    if "C" in named:
        return tuple(name for name, table in case.tables.items() if named["C"] in table.clauses)
    if "Y" in named:
        return tuple(name for name, table in case.tables.items() if {named["Y"], named["Z"]} <= _at(case, name))
    wars = _wars_of(case, answer)
    sides = [{case.wars[war].challenger, case.wars[war].incumbent, case.wars[war].patron} for war in wars]
    return tuple(
        name
        for name, table in case.tables.items()
        if table.ends_war in wars or any(set(table.parties) <= side for side in sides)
    )


def _wars_of(case: Case, answer: Column) -> set[str]:
    """The war that an outcome is of; of the whole case: those that turn its regime."""
    named = dict(zip(answer.axes, answer.names, strict=True))
    if "W" in named:
        return {named["W"]}
    return set() if named else {name for name, war in case.wars.items() if war.turns_regime}


def _at(case: Case, table: str) -> set[str]:
    found = case.tables[table]
    return {*found.parties, *(member for _, members, _ in found.seats for member in members)}


def _belongs(column: Column, scope: _Scope, touched: set[str]) -> bool:
    """Whether a column has to do with an answer of this scope, or with what the scenario's events set."""
    for axis, name in zip(column.axes, column.names, strict=True):
        known = {"T": scope.tables, "W": scope.wars, "C": scope.cells | touched, "Y": scope.players, "Z": scope.players}
        if axis in known and name not in known[axis]:
            return False
    return True
