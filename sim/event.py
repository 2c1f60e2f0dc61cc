"""The vocabulary of events: what a scenario can bring about, with arguments, units, ranges and what each one changes.

One declared table, `EVENTS`. The checks of a scenario, what the engine is given and the documentation follow from it.
An event sets what a player does or says: an issue's cell, a schedule, a table's status, a seat, an effort, an offer, a
stand. It never sets trust, leverage or attendance: those follow from the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from sim import vocabulary as words
from sim.case import Case

Kind = Literal["player", "party", "seat", "table", "cell", "war", "number", "weeks", "flag"]
Values = Mapping[str, Any]


class Argument(NamedTuple):
    """One argument of an event; ``default`` None means that it must be given, ``OPTIONAL`` that it may be left out."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    default: float | bool | str | None = None


class Effect(NamedTuple):
    """One primitive effect, as the engine's plan holds it (`vocabulary.PLAN`); -1 where it has no such place."""

    code: int
    player: int = words.NEVER
    target: int = words.NEVER
    table: int = words.NEVER
    cell: int = words.NEVER
    war: int = words.NEVER
    seat: int = words.NEVER
    value: float = 0.0
    weeks: int = 0
    conditional: int = 0
    salience: float = 0.0


class Event(NamedTuple):
    """One word of the vocabulary: arguments, meaning in the world, what it changes in the model, and its effects."""

    name: str
    arguments: tuple[Argument, ...]
    meaning: str
    changes: str
    effects: Callable[[Case, Values], tuple[Effect, ...]]
    cell: str | None = None  # an event that is about one issue of the case only
    presence: bool = False  # needs a table that bargains over the patron's presence


OPTIONAL = ""

# --- the places of a case --------------------------------------------------------------------------------------------


def _cell(case: Case, name: str) -> int:
    return list(case.cells).index(name)


def _table(case: Case, name: str) -> int:
    return list(case.tables).index(name)


def _seat(case: Case, table: str, name: str) -> int:
    return [seat for seat, _, _ in case.tables[table].seats].index(name)


# --- what each event does --------------------------------------------------------------------------------------------


def _schedule(case: Case, given: Values) -> tuple[Effect, ...]:
    return (Effect(words.SCHEDULE, value=given["weeks_to_go"], conditional=int(given["conditional"])),)


def _delay(case: Case, given: Values) -> tuple[Effect, ...]:
    return (Effect(words.DELAY, value=given["by_weeks"], conditional=int(given["conditional"])),)


def _convene(case: Case, given: Values) -> tuple[Effect, ...]:
    return (Effect(words.CONVENE, table=_table(case, given["table"])),)


def _invite(case: Case, given: Values) -> tuple[Effect, ...]:
    table = given["table"]
    return (Effect(words.INVITE, table=_table(case, table), seat=_seat(case, table, given["mediator"])),)


def _consensus(case: Case, given: Values) -> tuple[Effect, ...]:
    """Invite every seat that needs an invitation, then set the effort of each of their members."""
    table = given["table"]
    seats = [(m, members) for m, (_, members, standing) in enumerate(case.tables[table].seats) if not standing]
    invited = tuple(Effect(words.INVITE, table=_table(case, table), seat=m) for m, _ in seats)
    members = dict.fromkeys(member for _, seated in seats for member in seated)
    efforts = tuple(
        Effect(words.EFFORT, player=case.player_index(code), value=given["effort"], weeks=given["weeks"])
        for code in members
    )
    return invited + efforts


def _effort(case: Case, given: Values) -> tuple[Effect, ...]:
    player = case.player_index(given["mediator"])
    return (Effect(words.EFFORT, player=player, value=given["effort"], weeks=given["weeks"]),)


def _absent(case: Case, given: Values) -> tuple[Effect, ...]:
    table = _table(case, given["table"]) if given["table"] else words.NEVER
    player = case.player_index(given["mediator"])
    return (Effect(words.ABSENT, player=player, table=table, weeks=given["weeks"]),)


def _stand(case: Case, given: Values) -> tuple[Effect, ...]:
    player, cell = case.player_index(given["by"]), _cell(case, given["issue"])
    stand = Effect(words.STAND, player=player, cell=cell, value=given["at"], weeks=given["weeks"])
    return (stand._replace(salience=given["salience"]),)


def _concede(case: Case, given: Values) -> tuple[Effect, ...]:
    return (Effect(words.CONCEDE, player=case.player_index(given["by"]), cell=_cell(case, given["issue"])),)


def _offensive(case: Case, given: Values) -> tuple[Effect, ...]:
    war = list(case.wars).index(given["war"])
    return (Effect(words.OFFENSIVE, war=war, value=given["strength"], weeks=given["weeks"]),)


def _offer(case: Case, given: Values) -> tuple[Effect, ...]:
    place = {"player": case.player_index(given["by"]), "target": case.player_index(given["to_party"])}
    cell, table = _cell(case, given["issue"]), _table(case, given["table"])
    return (Effect(words.OFFER, table=table, cell=cell, value=given["to"], **place),)


def _move(case: Case, given: Values, cell: str | None = None) -> tuple[Effect, ...]:
    """Move an issue freely; or, where a table is named, offer it to whoever comes there."""
    if given.get("for_coming_to") and given["on_condition"]:
        return _offer(case, {**given, "issue": cell or given["issue"], "table": given["for_coming_to"]})
    place = {"player": case.player_index(given["by"]), "cell": _cell(case, cell or given["issue"])}
    return (Effect(words.SET_CELL, value=given["to"], weeks=given.get("weeks", 0), **place),)


def _shift(case: Case, given: Values, cell: str | None = None, sign: float = 1.0) -> tuple[Effect, ...]:
    place = {"player": case.player_index(given["by"]), "cell": _cell(case, cell or given["issue"])}
    return (Effect(words.SHIFT_CELL, value=sign * given["change"], weeks=given["weeks"], **place),)


def _interim(case: Case, given: Values) -> tuple[Effect, ...]:
    """A remark on another's order: the norm moves, and the speaker says how power should be shared."""
    player = case.player_index(given["by"])
    remark = Effect(words.SHIFT_CELL, player=player, cell=_cell(case, "sovereignty"), value=-given["breach"])
    return (remark, *_stand(case, {**given, "issue": "power_sharing", "weeks": 0}))


# --- arguments that several events share -----------------------------------------------------------------------------

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


def _gift(name: str, cell: str, meaning: str, weeks: bool = False) -> Event:
    arguments = (TO, DELIVERER, COMING, PARTY, CONDITION) + ((WEEKS,) if weeks else ())
    return Event(name, arguments, meaning, f"Cell {cell}. {FREELY}", partial(_move, cell=cell), cell)


def _act(name: str, cell: str, meaning: str, changes: str) -> Event:
    return Event(name, (TO, DELIVERER, WEEKS), meaning, changes, partial(_move, cell=cell), cell)


_TABLE: tuple[Event, ...] = (
    Event(
        "announce_withdrawal",
        (
            Argument("weeks_to_go", "number", "weeks from the announcement to the last soldier", "weeks", 1, 260),
            Argument("conditional", "flag", "whether it waits while the other side is in arrears", default=False),
        ),
        "The patron of the war announces when its forces will have left.",
        "Starts a schedule: presence falls in a straight line from what it is to 0, and the forecast of the war uses "
        "the presence announced. Unconditional: the default path of the withdrawal clause becomes 1 (nothing is left "
        "to be bought with it). Conditional: a week counts only while an agreement over the withdrawal is in force and "
        "the other side's arrears are below a quarter. Where that agreement is in force, the clause is judged by the "
        "schedule: behind what is due it is broken, and the other side is owed the rest.",
        _schedule,
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
        _delay,
        presence=True,
    ),
    Event(
        "convene",
        (TABLE,),
        "The parties are called to a table.",
        "The table's status becomes open, its sessions and impasses in a row start from 0; a pause ends. Nothing "
        "happens where the table does not exist under the regime of that week or an agreement is in force there. "
        "Whether anybody comes is the parties' choice.",
        _convene,
    ),
    Event(
        "invite",
        (TABLE, Argument("mediator", "seat", "a seat of the table that needs an invitation")),
        "A mediator, or a group of them, is asked to a table.",
        "The seat may be taken from now on: its members press, and come by their own choice.",
        _invite,
    ),
    Event(
        "regional_consensus",
        (TABLE, Argument("effort", "number", "effort of each", "share", 0.0, 1.0, 0.5), WEEKS),
        "All the mediators whom a table keeps a seat for are asked at once, and try equally hard.",
        "Invites every seat of the table that needs an invitation, and sets the effort of each of its members.",
        _consensus,
    ),
    Event(
        "set_effort",
        (
            Argument("mediator", "player", "a mediator of some table"),
            Argument("effort", "number", "up to 1/2 facilitates, above it coerces", "share", 0.0, 1.0),
            WEEKS,
        ),
        "A mediator tries harder, or less hard.",
        "The mediator's effort on everybody, in place of 1/2 or of the cell that is its effort. It enters pressure and "
        "guarantees; above 1/2 it costs the presser trust every fourth week.",
        _effort,
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
        _absent,
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
        _stand,
    ),
    Event(
        "concede",
        (BY, ISSUE),
        "A player gives up a red line.",
        "Its red line on the issue is lifted; its position stays.",
        _concede,
    ),
    Event(
        "offer",
        (BY, TABLE, ISSUE, TO, PARTY),
        "A player offers a party something for coming to a table.",
        "Nothing moves until the party attends; until then the offer adds to what it gains by coming. When it comes, "
        "the cell moves and it counts the giver's change as kept. The table need not bargain over the issue.",
        _offer,
    ),
    Event(
        "move_issue",
        (BY, ISSUE, TO, WEEKS),
        "A player moves an issue by its own act.",
        f"The cell. {FREELY.split(' With ')[0]} With weeks it lapses again, and that is nobody's act.",
        _move,
    ),
    Event(
        "shift_issue",
        (BY, ISSUE, Argument("change", "number", "by how much", "share", -1.0, 1.0), WEEKS),
        "A player moves an issue by some distance.",
        "As move_issue, from where the cell is, within 0 and 1.",
        _shift,
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
        _offensive,
    ),
    _gift("release_prisoners", "prisoners", "Prisoners of the insurgency are released."),
    _gift("release_ttp_prisoners", "prisoners_ttp", "Prisoners of the second insurgency are released."),
    _gift("delist", "delisting", "Leaders are taken off the blacklist."),
    _gift("set_assistance", "security_assistance", "Security assistance is restored, in part, or cut.", weeks=True),
    _gift("set_funds", "frozen_funds", "Frozen funds are released, in part or in whole."),
    _gift("recognise", "recognition_us", "The former patron recognises the new government."),
    _gift("recognise_regionally", "recognition_region", "The neighbours recognise the new government."),
    _gift("reverse_merger", "fata_merger", "The merger of the tribal areas is undone, in part or in whole."),
    _gift("accept_return", "fighters_return", "The return of fighters to their districts is accepted."),
    _act(
        "curtail_india",
        "india_role",
        "India's role in the capital is curtailed, or widened.",
        "Cell india_role: what the patron or the government could still trade for it is gone, and leverage that rests "
        "on it follows; whoever gains counts it as kept, whoever loses as broken.",
    ),
    _act(
        "return_refugees",
        "refugees",
        "The return of refugees is organised.",
        "Cell refugees: leverage that rests on hosting falls; flight lowers the cell again.",
    ),
    _act(
        "restrain_groups",
        "afghan_soil",
        "Whoever rules closes the country to groups that strike the neighbour, or opens it.",
        "Cell afghan_soil: a norm; under the second regime one less the cell is the sanctuary of the other war.",
    ),
    _act(
        "act_on_groups",
        "jihadist_groups",
        "The neighbour acts against militant groups on its own soil.",
        "Cell jihadist_groups; whoever wants it counts it as kept.",
    ),
    _act(
        "open_talks",
        "intra_afghan_talks",
        "The insurgency agrees to sit with the government, or refuses.",
        "Cell intra_afghan_talks; from 1/2 the table that waits for it opens.",
    ),
    Event(
        "declare_ceasefire",
        (BY, Argument("war", "war", "the war"), TO, WEEKS),
        "One side stops shooting, for a time.",
        "The cell of the war's ceasefire; at the end of the weeks it returns to what it was.",
        lambda case, given: _move(case, given, case.wars[given["war"]].ceasefire),
    ),
    Event(
        "air_strikes",
        (BY, Argument("change", "number", "by how much the calm falls", "share", 0.0, 1.0), WEEKS),
        "Air strikes across the border.",
        "Cell border falls, as an act of whoever strikes: a norm, so that it costs trust, and leverage that rests on "
        "keeping the border open follows.",
        partial(_shift, cell="border", sign=-1.0),
        "border",
    ),
    Event(
        "propose_interim_government",
        (
            BY,
            Argument("at", "number", "the share of power for the insurgency that it proposes", "share", 0.0, 1.0, 0.5),
            Argument("breach", "number", "by how much the norm is moved", "share", 0.0, 1.0, 0.3),
            Argument("salience", "number", "weight where nobody coded one", "share", 0.0, 1.0, 0.5),
        ),
        "A neighbour proposes an interim government over the head of the one in place.",
        "Cell sovereignty falls by the breach, as the speaker's act on a norm; the speaker's position on "
        "power_sharing becomes the point proposed, a public stand. Trust and presence at tables follow from both.",
        _interim,
        "sovereignty",
    ),
)

EVENTS: Mapping[str, Event] = MappingProxyType({event.name: event for event in _TABLE})
