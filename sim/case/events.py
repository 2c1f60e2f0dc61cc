"""The vocabulary of events: one declared table, of which the checks of a scenario, the engine's plan and the
documentation are made; a case adds words of its own for general events.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from types import MappingProxyType

from sim.case import effects
from sim.case.case import Case, NamedEvent
from sim.case.event import OPTIONAL, Argument, Effect, Event, Values
from sim.inputs.frozen import Frozen

WEEKS = Argument("weeks", "weeks", "how long it lasts; 0 for until changed", "weeks", 0, 260, 0)
DELIVERER = Argument("by", "player", "who does it; left out: whoever delivers the clause", default=OPTIONAL)
BY = Argument("by", "player", "who does it")
TABLE = Argument("table", "table", "the table")
ISSUE = Argument("issue", "cell", "the issue (its cell)")
TO = Argument("to", "number", "where the cell is moved", "share", 0.0, 1.0)
COMING = Argument(
    "for_coming_to", "table", "given only to a party that comes to this table; left out: given freely", default=OPTIONAL
)
CONDITION = Argument(
    "on_condition", "flag", "false: given freely all the same, so that a lever can compare the two", default=True
)
PARTY = Argument(
    "to_party",
    "party",
    "the party that it is offered to; left out: the other party, where one offers",
    default=OPTIONAL,
)
FREELY = (
    "Given freely, the cell moves at once: whoever prefers the new point counts the giver's change as kept, whoever "
    "prefers the old one as broken, and leverage that rests on the cell follows. With for_coming_to nothing moves "
    "until the party attends that table; until then the offer adds to what it gains by coming. The table need not "
    "bargain over the issue."
)


_TABLE: tuple[Event, ...] = (
    Event(
        "announce_withdrawal",
        (
            Argument("weeks_to_go", "number", "weeks from the announcement to the last soldier", "weeks", 1, 260),
            Argument("conditional", "flag", "whether it waits while the other side is in arrears", default=False),
            Argument("tied_to", "table", "table whose agreement it waits for", default=OPTIONAL),
        ),
        "The patron of the war announces when its forces will have left.",
        "Starts a schedule: presence falls in a straight line from what it is to 0, and the forecast of the war uses "
        "the presence announced. Unconditional: the default path of the withdrawal clause becomes 1 (nothing is left "
        "to be bought with it). Conditional: a week counts only while an agreement over the withdrawal is in force and "
        "the other side's arrears are below a quarter. Tied to a table: a week counts only while an agreement of that "
        "table is in force, and what the exit changes for a party there is part of what signing is worth to it, as far "
        "as it trusts the one who leaves. An exit that waits is not foreseen. Where an agreement over the withdrawal "
        "is in force, its clause is judged by the schedule: behind what is due it is broken, and the other side is "
        "owed the rest.",
        effects.schedule,
        presence=True,
    ),
    Event(
        "delay_withdrawal",
        (
            Argument("by_weeks", "number", "how much later", "weeks", 1, 260),
            Argument("conditional", "flag", "whether a stretched clause still waits for the other side", default=True),
        ),
        "The patron moves the end of its withdrawal.",
        "Moves the end of the schedule that runs; without one, the clause in force is stretched by these weeks; "
        "without either, nothing. What was signed stays due when it was due: arrears "
        "and broken tranches follow.",
        effects.delay,
        presence=True,
    ),
    Event(
        "convene",
        (TABLE,),
        "The parties are called to a table.",
        "The table's status becomes open, its sessions and impasses in a row start from 0; a pause ends. Nothing "
        "happens where the table does not exist under the regime of that week or an agreement is in force there. "
        "Whether anybody comes is the parties' choice.",
        effects.convene,
    ),
    Event(
        "invite",
        (TABLE, Argument("mediator", "seat", "a seat of the table that needs an invitation")),
        "A mediator, or a group of them, is asked to a table.",
        "The seat may be taken from now on: its members press, and come by their own choice.",
        effects.invite,
    ),
    Event(
        "regional_consensus",
        (TABLE, Argument("effort", "number", "effort of each", "share", 0.0, 1.0, 0.5), WEEKS),
        "All the mediators whom a table keeps a seat for are asked at once, and try equally hard.",
        "Invites every seat of the table that needs an invitation, and sets the effort of each of its members.",
        effects.consensus,
    ),
    Event(
        "set_effort",
        (
            Argument("mediator", "player", "a mediator of some table"),
            Argument("effort", "number", "up to 1/2 facilitates, above it coerces", "share", 0.0, 1.0),
            WEEKS,
        ),
        "A mediator tries harder, or less hard.",
        "The mediator's usual effort on everybody, in place of 1/2 or of the cell that is its effort; what it has "
        "reason for since the epoch comes on top. It enters pressure and "
        "guarantees; above 1/2 it costs the presser trust every fourth week.",
        effects.effort,
    ),
    Event(
        "offer_for_effort",
        (
            BY,
            Argument("mediator", "player", "the mediator from whom it is asked"),
            Argument("on", "player", "the party on whom it should press"),
            Argument("effort", "number", "the effort that is asked", "share", 0.0, 1.0),
            ISSUE,
            TO,
            Argument("threat", "flag", "whether it is done unless the effort comes", default=False),
        ),
        "A player offers a mediator something for an effort, or threatens it for the want of one.",
        "As long as the mediator tries at least so hard, the cell is at this point; else it is as it was. A threat is "
        "the other way round. The mediator raises its effort to what is asked where that is worth it: by the weight of "
        "the issue, its trust in who offers, and what its effort costs. What is given so is seen as a promise kept.",
        effects.for_effort,
    ),
    Event(
        "mediator_absent",
        (
            Argument("mediator", "player", "a mediator"),
            Argument("table", "table", "the table; left out: all tables", default=OPTIONAL),
            WEEKS,
        ),
        "A mediator keeps away.",
        "Its seat (with a group: the whole seat) is not asked: no pressure, no guarantee from there.",
        effects.absent,
    ),
    Event(
        "public_stand",
        (
            BY,
            ISSUE,
            Argument("at", "number", "the point it declares for", "share", 0.0, 1.0),
            Argument("salience", "number", "weight of the issue where nobody coded one", "share", 0.0, 1.0, 0.5),
            WEEKS,
        ),
        "A player says in public where it stands on an issue.",
        "Its position becomes this point. Others judge the move from its position before, or from what is the case: "
        "whoever it comes nearer counts it as kept, whoever it moves away from as broken. A player with leverage over "
        "a party then weighs the issue when that party ratifies.",
        effects.stand,
    ),
    Event(
        "concede",
        (BY, ISSUE),
        "A player gives up a red line.",
        "Its red line on the issue is lifted; its position stays.",
        effects.concede,
    ),
    Event(
        "offer",
        (BY, TABLE, ISSUE, TO, PARTY),
        "A player offers a party something for coming to a table.",
        "Nothing moves until the party attends; until then the offer adds to what it gains by coming. When it comes, "
        "the cell moves and it counts the giver's change as kept. The table need not bargain over the issue.",
        effects.offer,
    ),
    Event(
        "move_issue",
        (BY, ISSUE, TO, WEEKS),
        "A player moves an issue by its own act.",
        f"The cell. {FREELY.split(' With ')[0]} With weeks it lapses again, and that is nobody's act.",
        effects.move,
    ),
    Event(
        "shift_issue",
        (BY, ISSUE, Argument("change", "number", "by how much", "share", -1.0, 1.0), WEEKS),
        "A player moves an issue by some distance.",
        "As move_issue, from where the cell is, within 0 and 1.",
        effects.shift,
    ),
    Event(
        "offensive",
        (
            Argument("war", "war", "the war"),
            Argument("strength", "number", "added to the usual intensity, as a share of it", "share", 0.0, 3.0),
            WEEKS,
        ),
        "A war is stepped up.",
        "The intensity to which the war tends is (1 + strength) times the usual one, less the ceasefire kept.",
        effects.offensive,
    ),
    Event(
        "declare_ceasefire",
        (BY, Argument("war", "war", "the war"), TO, WEEKS),
        "One side stops shooting, for a time.",
        "The cell of the war's ceasefire; at the end of the weeks it returns to what it was.",
        lambda case, given: effects.move(case, given, case.wars[given["war"]].ceasefire),
    ),
    Event(
        "give_issue",
        (BY, ISSUE, TO, COMING, PARTY, CONDITION, WEEKS),
        "A player gives something, freely or to a party for coming to a table.",
        f"The cell. {FREELY} With weeks, what is given freely lapses again.",
        effects.move,
    ),
    Event(
        "lower_issue",
        (BY, ISSUE, Argument("change", "number", "by how much the cell falls", "share", 0.0, 1.0), WEEKS),
        "A player makes an issue worse by its own act.",
        "The cell falls, as an act of the player; leverage that rests on it follows. On a norm it costs trust.",
        partial(effects.shift, sign=-1.0),
    ),
    Event(
        "propose_order",
        (
            BY,
            Argument("norm", "cell", "the norm that such a proposal moves"),
            ISSUE,
            Argument("at", "number", "the point that it proposes", "share", 0.0, 1.0, 0.5),
            Argument("breach", "number", "by how much the norm is moved", "share", 0.0, 1.0, 0.3),
            Argument("salience", "number", "weight where nobody coded one", "share", 0.0, 1.0, 0.5),
        ),
        "A player prescribes in public how others should order their affairs.",
        "The cell of the norm falls by the breach, as the speaker's act on it; the speaker's position on the issue "
        "becomes the point proposed, a public stand. Trust and presence at tables follow from both.",
        effects.propose,
    ),
)

EVENTS: Mapping[str, Event] = MappingProxyType({event.name: event for event in _TABLE})
NAMEABLE = ("give_issue", "move_issue", "shift_issue", "lower_issue", "propose_order")  # what a case has words for
OF_WHO_DELIVERS = ("give_issue", "move_issue")  # what, under a name of its own, is done by whoever delivers the clause


def events_of(case: Case) -> Mapping[str, Event]:
    """Every event that a scenario of a case can name: the general ones, then those that the case has words for."""
    return _with_words(tuple(case.events.items()))


@lru_cache(maxsize=8)
def _with_words(named: tuple[tuple[str, NamedEvent], ...]) -> Mapping[str, Event]:
    return Frozen({**EVENTS, **{name: _named(name, one) for name, one in named}})


def _named(name: str, one: NamedEvent) -> Event:
    """A general event about one issue of the case, under a name of the case's own."""
    general = EVENTS[one.general]
    bound = {"issue": one.issue, **({"norm": one.norm} if one.norm is not None else {})}
    arguments = [argument for argument in general.arguments if argument.name not in bound]
    if one.general in OF_WHO_DELIVERS:
        arguments = [DELIVERER if argument.name == "by" else argument for argument in arguments]
    changes = one.changes or f"Cell {one.norm or one.issue}. {general.changes.removeprefix('The cell. ')}"

    def brought_about(case: Case, given: Values) -> tuple[Effect, ...]:
        return general.effects(case, {**given, **bound})

    return Event(name, tuple(arguments), one.meaning, changes, brought_about, one.norm or one.issue)
