"""What an actor can know when it is asked: whom it trusts and moves, what is owed, how wars go, what has happened.

What is another's alone is left out: its trust, its mind, its efforts, and the chances behind what it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.agents.journal import Decision
from sim.agents.narrative import happened, package
from sim.agents.parting import outcome_told
from sim.agents.questions import AT_ONCE, Question
from sim.agents.words import issue, name_of, percent, place_of, sentence, war_of
from sim.inputs.numbers import counted
from sim.model import vocabulary as words
from sim.model.equations.decisions import CHOICES

if TYPE_CHECKING:
    from sim.agents.running import Running

TOLD = 0.005  # a smaller number is told as nothing


class Relation(NamedTuple):
    """One's relation to another actor: one's trust in it, how far one moves it, how far it moves one, all in [0, 1]."""

    code: str
    name: str
    trust: float
    over: float
    under: float


def relations(model: Running, who: str, state: Any) -> tuple[Relation, ...]:
    """One's relations to the other actors that are there."""
    case = model.world.case
    i = case.players.index(who)
    found = []
    for code in case.actors:
        j = case.players.index(code)
        if code != who and not (state.regime == 1 and model.rules.leaves[j] == 1):
            numbers = (float(state.trust[i, j]), float(state.leverage[i, j]), float(state.leverage[j, i]))
            found.append(Relation(code, case.name_of(code), *numbers))
    return tuple(found)


class Place(NamedTuple):
    """A table at which one sits: its title, how it stands, what one is owed and owes, as shares of what is due."""

    title: str
    status: str
    owed: float
    owing: float


def places(model: Running, who: str, state: Any) -> tuple[Place, ...]:
    """The tables of the day at which one is a party or has a seat, as they stand."""
    found = []
    for name, table in model.tables.items():
        parties = [party.code for party in table.parties]
        members = [member.code for seat in table.seats for member in seat.members]
        sits = who in (*parties, *members, *(voter.code for voter in table.voters))
        if not sits or model.rules.table_regime[table.number, state.regime] == 0:
            continue
        owed = [float(share) for share in state.arrears_share[table.number]]
        side = parties.index(who) if who in parties else -1
        shares = (owed[side], owed[1 - side]) if side >= 0 else (0.0, 0.0)
        found.append(Place(place_of(model.world, name), _status(model, state, table.number), *shares))
    return tuple(found)


def _status(model: Running, state: Any, t: int) -> str:
    status = words.STATUS_NAMES[state.status[t]]
    if status == "in_force":
        return f"agreement since week {int(state.signed_week[t])}" if state.signed_week[t] > 0 else "agreement in force"
    if status == "pending":
        return f"to be voted on in week {int(state.vote_at[t])}"
    if status == "suspended":
        return f"suspended until week {int(state.reopens[t])}"
    return f"open, {counted(int(state.sessions[t]), 'session')} so far" if status == "open" else status


def wars_told(model: Running, state: Any) -> tuple[str, ...]:
    """How each war goes, in a sentence."""
    found = []
    for name, war in model.wars.items():
        w, title = war.number, war_of(model.world.case, name)
        if state.war_open[w] == 1:
            held, attacks = percent(float(state.control[w])), int(state.attacks[w])
            text = f"{title}: {war.challenger.name} hold {held} of what is fought over, {attacks} attacks a week"
            there = f"; presence of foreign forces {percent(float(state.presence))}" if war.patron else ""
            found.append(sentence(text + there))
        else:
            found.append(sentence(f"{title}: over"))
    return tuple(found)


# --- what has happened -----------------------------------------------------------------------------------------------


def news(model: Running, who: str, entries: Sequence[Decision]) -> tuple[str, ...]:
    """What one hears of what happened, in plain sentences, in order."""
    lines = [line for entry in entries for line in _news(model, who, entry)]
    return tuple([*dict.fromkeys(lines), *_trust_moved(model, who, entries)])


def _news(model: Running, who: str, entry: Decision) -> Iterator[str]:
    world = model.world
    place = place_of(world, entry.place) if entry.place else ""
    own = entry.who == who
    name = "you" if own else name_of(world, entry.who) if entry.who else ""
    week = f"week {entry.week}"
    if entry.decision == "event":
        yield f"{week}: {happened(model, entry)}"
    elif entry.decision in ("attend", "mediate") and not own:
        yield f"{week}, {place}: {name} {outcome_told(entry)}{' as a mediator' if entry.decision == 'mediate' else ''}."
    elif entry.decision == "offer" and who in _parties(model, entry.place):
        if entry.outcome == "no_zone":
            yield f"{week}, {place}: you met, and no package serves both sides better than none."
        else:
            offer = f"{name} offered {package(dict(entry.package))}"
            yield f"{week}, {place}: {offer}; it was {entry.outcome.replace('_', ' ')}."
    elif entry.decision in ("ratify", "vote") and not own:
        yield f"{week}, {place}: {name} {outcome_told(entry)}."
    elif entry.decision == "status":
        yield f"{week}, {place}: {_turn(entry)}."
    elif entry.decision == "comply" and not own and entry.outcome != "kept":
        yield f"{week}, {place}: {name} {outcome_told(entry)}."
    elif entry.decision == "stand" and not own:
        yield f"{week}: {name} declared that {issue(entry.clause)} should be at {entry.terms['value']:.2f}."
    elif entry.decision == "break":
        yield f"{week}: violence ended {place}."
    elif entry.decision == "line" and own:
        yield f"{week}, {place}: pressure has lifted your red line on {issue(entry.clause)}."
    elif entry.decision == "regime" and entry.outcome == "fell":
        yield f"{week}: {name_of(world, entry.about)} took over from {name_of(world, entry.who)}."


def _parties(model: Running, table: str) -> list[str]:
    return [party.code for party in model.tables[table].parties]


def _turn(entry: Decision) -> str:
    if entry.outcome == "in_force":
        return f"an agreement was signed: {package(dict(entry.package))}"
    if entry.outcome == "pending":
        return f"it was signed, {package(dict(entry.package))}, and is voted on in week {entry.terms['vote']:.0f}"
    if entry.outcome == "suspended":
        return f"the table rests until week {entry.terms['reopens']:.0f}"
    return {"collapsed": "the agreement collapsed", "open": "the table opened", "closed": "the table closed"}[
        entry.outcome
    ]


def _trust_moved(model: Running, who: str, entries: Sequence[Decision]) -> Iterator[str]:
    """One's trust in each other from before these entries to after them, where it has moved visibly."""
    moved: dict[str, list[Decision]] = {}
    for entry in entries:
        if entry.decision == "learn" and entry.who == who:
            moved.setdefault(entry.about, []).append(entry)
    for about, found in moved.items():
        before, after = found[0].terms["before"], found[-1].terms["trust"]
        if abs(after - before) >= TOLD:
            verb = "rose" if after > before else "fell"
            yield f"Your trust in {name_of(model.world, about)} {verb} from {before:.2f} to {after:.2f}."


# --- what is asked ---------------------------------------------------------------------------------------------------


def question_told(model: Running, question: Question) -> str:
    """A question as one sentence."""
    world = model.world
    place = place_of(world, question.place) if question.place in world.case.tables else ""
    other = name_of(world, question.about) if question.about else ""
    told = {
        "attend": f"{place}: a round is called. Do you come, or stay away?",
        "mediate": f"{place}: a round is called, and you are asked to mediate. Do you come, or stay away?",
        "offer": f"{place}: both sides are there, and it is your turn. What do you offer {other}?",
        "accept": f"{place}: {other} has made an offer. Do you accept it?",
        "vote": f"{place}: it is for you to approve what is on the table, or to refuse it. Do you approve?",
        "ratify": f"{place}: both sides have accepted. Do you ratify it at home?",
        "comply": f"{place}: a tranche is due to {other}. What do you deliver, and what do you hold back?",
        "effort": "How hard do you try, as a mediator? Up to 0.5 one facilitates, above it one coerces."
        + (" An event has moved what is asked of you." if question.place == AT_ONCE else ""),
        "stand": "Do you declare in public where you stand on an issue? Others judge a move toward them, or away.",
    }
    return sentence(told[question.kind])


def weighing(question: Question) -> tuple[tuple[str, float], ...]:
    """What weighs in such a decision, for it where positive, against it where negative; the weightiest first."""
    if question.kind not in CHOICES:
        return ()
    found = [(term.words, question.terms.get(term.name, 0.0)) for term in CHOICES[question.kind].terms]
    return tuple(sorted((one for one in found if abs(one[1]) >= TOLD), key=lambda one: -abs(one[1])))


def standing(question: Question, model: Running) -> Mapping[str, float]:
    """Where what can be named by an answer stands now: a cell, an effort, or a point on offer."""
    case, state = model.world.case, question.state
    if question.kind == "effort":
        course = {code: case.players.index(code) for code in (question.who, *question.names)}
        pairs = model.rules.effort_pair
        return {name: float(state.effort[pairs[course[question.who], course[name]]]) for name in question.names}
    if question.kind == "stand":
        i = case.players.index(question.who)
        return {name: float(state.position[i, tuple(case.cells).index(name)]) for name in question.names}
    return {name: float(state.cell[tuple(case.cells).index(name)]) for name in question.names}


def due(model: Running, question: Question) -> Mapping[str, tuple[float, float]]:
    """Where each issue of a tranche stands, and where it should be by now."""
    table = model.tables[question.place]
    now = standing(question, model)
    return {
        name: (now[name], float(question.state.due[table.number, table.issues.index(name)])) for name in question.names
    }
