"""What each event does, in the engine's words: from a case and an event's arguments to primitive effects.

One function a kind of event; `sim.case.events` says which event uses which.
"""

from __future__ import annotations

from sim.case.case import Case
from sim.case.event import Effect, Values
from sim.model import vocabulary as words


def schedule(case: Case, given: Values) -> tuple[Effect, ...]:
    table = case.number("tables", given["tied_to"] or None)
    return (Effect(words.SCHEDULE, table=table, value=given["weeks_to_go"], conditional=int(given["conditional"])),)


def delay(case: Case, given: Values) -> tuple[Effect, ...]:
    return (Effect(words.DELAY, value=given["by_weeks"], conditional=int(given["conditional"])),)


def convene(case: Case, given: Values) -> tuple[Effect, ...]:
    return (Effect(words.CONVENE, table=case.number("tables", given["table"])),)


def invite(case: Case, given: Values) -> tuple[Effect, ...]:
    table = given["table"]
    return (Effect(words.INVITE, table=case.number("tables", table), seat=case.seat_number(table, given["mediator"])),)


def consensus(case: Case, given: Values) -> tuple[Effect, ...]:
    """Invite every seat that needs an invitation, then set the effort of each of their members."""
    table = given["table"]
    seats = [(m, members) for m, (_, members, standing) in enumerate(case.tables[table].seats) if not standing]
    invited = tuple(Effect(words.INVITE, table=case.number("tables", table), seat=m) for m, _ in seats)
    members = dict.fromkeys(member for _, seated in seats for member in seated)
    efforts = tuple(
        Effect(words.EFFORT, player=case.number("players", code), value=given["effort"], weeks=given["weeks"])
        for code in members
    )
    return invited + efforts


def effort(case: Case, given: Values) -> tuple[Effect, ...]:
    player = case.number("players", given["mediator"])
    return (Effect(words.EFFORT, player=player, value=given["effort"], weeks=given["weeks"]),)


def for_effort(case: Case, given: Values) -> tuple[Effect, ...]:
    place = {"player": case.number("players", given["by"]), "target": case.number("players", given["mediator"])}
    asked = {"about": case.number("players", given["on"]), "level": given["effort"]}
    cell = case.number("cells", given["issue"])
    return (Effect(words.FOR_EFFORT, cell=cell, value=given["to"], conditional=int(given["threat"]), **place, **asked),)


def absent(case: Case, given: Values) -> tuple[Effect, ...]:
    table = case.number("tables", given["table"]) if given["table"] else words.NEVER
    player = case.number("players", given["mediator"])
    return (Effect(words.ABSENT, player=player, table=table, weeks=given["weeks"]),)


def stand(case: Case, given: Values) -> tuple[Effect, ...]:
    player, cell = case.number("players", given["by"]), case.number("cells", given["issue"])
    said = Effect(words.STAND, player=player, cell=cell, value=given["at"], weeks=given["weeks"])
    return (said._replace(salience=given["salience"]),)


def concede(case: Case, given: Values) -> tuple[Effect, ...]:
    return (
        Effect(words.CONCEDE, player=case.number("players", given["by"]), cell=case.number("cells", given["issue"])),
    )


def offensive(case: Case, given: Values) -> tuple[Effect, ...]:
    war = case.number("wars", given["war"])
    return (Effect(words.OFFENSIVE, war=war, value=given["strength"], weeks=given["weeks"]),)


def offer(case: Case, given: Values) -> tuple[Effect, ...]:
    place = {"player": case.number("players", given["by"]), "target": case.number("players", given["to_party"])}
    cell, table = case.number("cells", given["issue"]), case.number("tables", given["table"])
    return (Effect(words.OFFER, table=table, cell=cell, value=given["to"], **place),)


def move(case: Case, given: Values, cell: str | None = None) -> tuple[Effect, ...]:
    """Move an issue freely; or, where a table is named, offer it to whoever comes there."""
    if given.get("for_coming_to") and given["on_condition"]:
        return offer(case, {**given, "table": given["for_coming_to"]})
    place = {"player": case.number("players", given["by"]), "cell": case.number("cells", cell or given["issue"])}
    return (Effect(words.SET_CELL, value=given["to"], weeks=given.get("weeks", 0), **place),)


def shift(case: Case, given: Values, sign: float = 1.0) -> tuple[Effect, ...]:
    place = {"player": case.number("players", given["by"]), "cell": case.number("cells", given["issue"])}
    return (Effect(words.SHIFT_CELL, value=sign * given["change"], weeks=given["weeks"], **place),)


def propose(case: Case, given: Values) -> tuple[Effect, ...]:
    """A remark on another's order: the norm moves, and the speaker says how power should be shared."""
    player = case.number("players", given["by"])
    remark = Effect(words.SHIFT_CELL, player=player, cell=case.number("cells", given["norm"]), value=-given["breach"])
    return (remark, *stand(case, {**given, "weeks": 0}))
