"""Decisions in words: what weighed, how much, what the probability would have been without the largest weight, and
what of the one who decided lasts.

The words are made of the recorded terms; where a probability is worked out anew, it is by the engine's own equation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sim.agents.journal import Decision
from sim.agents.questions import by_hand
from sim.agents.sources import cited, columns_behind, source
from sim.agents.words import issue, listing, name_of, percent, place_of, sentence
from sim.inputs.errors import InputError, one_of
from sim.model.equations.choice import Term, log_odds
from sim.model.equations.decisions import CHOICES
from sim.numerics.arithmetic import logistic

if TYPE_CHECKING:
    from sim.agents.running import Running
    from sim.world.world import World


READY = Term("surplus", "its readiness, or half of the best deal where it does not fight the other")
LEAST_WEIGHT = 0.0005  # below this a term is not worth a word
EXAMPLE = 0.1  # a sum of reasons, in shares of what an agreement is worth to whoever weighs them
# What somebody does who decides for it, and until when the private number behind it lasts.
DOES = {"attend": "come", "ratify": "ratify", "vote": "approve", "comply": "deliver"}
UNTIL = {"vote": "until the leaders who sign change", "comply": "until its leaders change or another deal is signed"}
YES = ("came", "ratified", "approved", "kept")


class Weight(NamedTuple):
    """One term of a decision, and what it adds to the sum."""

    term: Term
    value: float


def weights(decision: Decision) -> tuple[Weight, ...]:
    """The terms of a decision left to chance, as they add up in its equation; largest first."""
    if decision.decision not in CHOICES or by_schedule(decision):
        return ()
    found = [Weight(term, decision.terms[term.name]) for term in CHOICES[decision.decision].terms]
    return tuple(sorted(found, key=lambda weight: -abs(weight.value)))


def chance_without(decision: Decision, name: str, noise: float) -> float:
    """The probability of the decision had one term been nothing, by the engine's own equation."""
    names = (term.name for term in CHOICES[decision.decision].terms)
    left = tuple(0.0 if term == name else decision.terms[term] for term in names)
    return float(logistic(log_odds(left, noise)))


def what_a_sum_makes(model: Running) -> str:
    """How a sum of reasons becomes a chance in a run, by its noise; told once, where many sums follow."""
    noise = float(model.draw.noise)
    chance = percent(float(logistic(log_odds((EXAMPLE,), noise))))
    return (
        f"A sum of 0 makes an even chance; with the noise of this run, {noise:.3f}, a sum of +{EXAMPLE} makes {chance}."
    )


def weighed(model: Running, decision: Decision) -> str:
    """What spoke for and against, what the chance would have been without the weightiest term, and what lasts."""
    found, noise = weights(decision), float(model.draw.noise)
    if not found or ruled(model, decision):
        return ""
    if dict(model.world.scenario.theory.rules).get("coming") == "readiness" and decision.decision == "attend":
        found = tuple(w._replace(term=READY) if w.term.name == READY.name else w for w in found)
    told = [weight for weight in found if abs(weight.value) >= LEAST_WEIGHT]
    pro = [f"{weight.term.words} ({weight.value:+.3f})" for weight in told if weight.value > 0]
    con = [f"{weight.term.words} ({weight.value:+.3f})" for weight in told if weight.value < 0]
    parts = []
    if pro:
        parts.append(f"For it spoke {listing(pro)}")
    if con:
        parts.append(f"against it {listing(con)}" if pro else f"Against it spoke {listing(con)}")
    text = "; ".join(parts)
    absent = [weight.term.absent for weight in found if weight.value == 0.0 and weight.term.absent]
    if absent:
        text += f"; there was {listing(absent)}" if text else f"There was {listing(absent)}"
    total = sum(weight.value for weight in found)
    text += f". In sum {total:+.3f}."
    is_yes = decision.random_number < decision.probability
    if not by_hand(decision.random_number) and is_yes != (decision.probability >= 0.5):
        text += " It was the less likely course."
    against = [weight for weight in told if (weight.value < 0) == (total < 0)]
    if against:
        term = against[0].term
        without = chance_without(decision, term.name, noise)
        text += f" Without {term.words} the chance would have been {percent(without)}."
    return f"{text} {lasting(model, decision)}".rstrip()


def lasts(model: Running, decision: Decision) -> bool:
    """Whether the number that decided is a private one, drawn once for a time, and not a number of the week."""
    choice = CHOICES.get(decision.decision)
    private = choice is not None and bool(choice.private) and model.draw.private_on == 1
    return private and not by_hand(decision.random_number) and not ruled(model, decision)


def lasting(model: Running, decision: Decision) -> str:
    """What the stance, mind or sincerity of the one who decided makes it do, for as long as that lasts; else empty.

    A refusal by stance is no bad luck of a week: it ends when the chance rises above the number, or when another is
    drawn.
    """
    if not lasts(model, decision) or decision.outcome == "withheld":
        return ""
    choice, yes = CHOICES[decision.decision], decision.outcome in YES
    name = name_of(model.world, decision.who)
    whose = f"{name} of the model" if "'s " in name else f"the model's {name.removeprefix('the ')}"
    would, bound = ("would", "above") if yes else ("would not", "no higher than")
    chance = f"the chance of {choice.of} was {bound} {100 * decision.random_number:.0f}%"
    does = f"{would} {DOES[decision.decision]} while {chance}"
    until = UNTIL.get(decision.decision, "until its leaders change")
    drawn = f"its {choice.private} was drawn once, in week {decision.terms['since']:.0f}, and lasts {until}"
    return sentence(f"{whose} {does}: {drawn}")


def ruled(model: Running, decision: Decision) -> str:
    """What of a theory left a decision no choice, in words; empty where it was a choice."""
    theory = model.world.scenario.theory
    rules = dict(theory.rules)
    told = {
        "attend": "the moment is not ripe" if rules.get("coming") == "ripeness" and decision.probability == 0.0 else "",
        "ratify": "nobody at home has to agree" if rules.get("home") == "unitary" else "",
        "comply": "agreements bind" if rules.get("promises") == "binding" else "",
    }.get(decision.decision, "")
    return f"{told} ({theory.title})" if told else ""


def by_schedule(decision: Decision) -> bool:
    """Whether an announced schedule, and not a choice of the week, decided about a tranche."""
    chosen = "kept" if decision.random_number < decision.probability else "broken"
    return decision.decision == "comply" and decision.outcome in ("kept", "broken") and decision.outcome != chosen


# --- one decision ----------------------------------------------------------------------------------------------------


def told(model: Running, decision: Decision) -> str:
    """A decision as one sentence."""
    world = model.world
    who, place = name_of(world, decision.who), place_of(world, decision.place)
    if decision.decision in ("attend", "mediate"):
        role = " as a mediator" if decision.decision == "mediate" else ""
        what = f"came to {place}{role}" if decision.outcome == "came" else f"stayed away from {place}{role}"
        return sentence(f"{who} {what}: {_odds(model, decision)}")
    if decision.decision == "offer":
        return _told_offer(world, decision, who, place)
    if decision.decision == "ratify":
        what = "ratified" if decision.outcome == "ratified" else "failed to ratify"
        return sentence(f"{who} {what} what was signed at {place}: {_odds(model, decision)}")
    if decision.decision == "vote":
        what = "approved" if decision.outcome == "approved" else "voted down"
        share = percent(decision.terms["favour"])
        so_far = "accepted" if decision.who in world.case.tables[decision.place].members else "signed"
        return sentence(f"{who} {what} what was {so_far} at {place}, {share} in favour: {_odds(model, decision)}")
    if decision.decision == "comply":
        return _told_compliance(model, decision, who, place)
    if decision.decision == "break":
        odds = f"the chance of it was {percent(decision.probability)}, the random number {decision.random_number:.2f}"
        trust = f"the less trusting side's trust was {decision.terms['trust']:.2f}"
        return sentence(f"violence ended {place}: {odds}; {trust}")
    if decision.decision == "line":
        return sentence(f"pressure lifted the red line of {who} on {issue(decision.clause)}")
    return sentence(f"{who} {decision.decision} {decision.outcome}".strip())


def _odds(model: Running, decision: Decision) -> str:
    """The chance, and what it was held against: a number of the week, or one that has lasted."""
    rule = ruled(model, decision)
    if rule:
        return rule
    choice = CHOICES[decision.decision]
    if by_hand(decision.random_number):
        return f"the chance of {choice.of} was {percent(decision.probability)} by the model, and a player decided"
    since = f"its {choice.private} since week {decision.terms['since']:.0f} is" if lasts(model, decision) else ""
    held = since or "the random number"
    return f"the chance of {choice.of} was {percent(decision.probability)}, {held} {decision.random_number:.2f}"


def _told_offer(world: World, decision: Decision, who: str, place: str) -> str:
    terms, other = decision.terms, name_of(world, decision.about)
    if decision.outcome == "no_zone":
        return sentence(f"{who} and {other} met at {place} and found no deal that serves both")
    asked = (
        f"{who}, asking for {100 * terms['aspiration']:.0f} % of its best, offered {other} {terms['other_gain']:.3f}"
    )
    wanted = f"{other} wanted at least {terms['other_floor']:.3f}"
    ends = {
        "accepted": "and accepted",
        "refused": "and refused",
        "out_of_time": "and the deadline passed",
        "not_ratified": "and accepted",
    }
    return sentence(f"{asked} at {place} (session {terms['session']:.0f}); {wanted} {ends[decision.outcome]}")


def _told_compliance(model: Running, decision: Decision, who: str, place: str) -> str:
    world = model.world
    clause, other = issue(decision.clause), name_of(world, decision.about)
    if decision.outcome == "withheld":
        owed = percent(decision.terms["arrears"])
        return sentence(f"{who} withheld its tranche of {clause} ({place}): it was owed {owed} of what was due to it")
    what = "kept" if decision.outcome == "kept" else "broke"
    if by_schedule(decision):
        behind = "the announced schedule is behind what was signed" if what == "broke" else "as announced"
        return sentence(f"{who} {what} its promise of {clause} to {other}: {behind}")
    return sentence(f"{who} {what} its promise of {clause} to {other}: {_odds(model, decision)}")


def why(model: Running, who: str, *, table: str | None = None, week: int | None = None) -> str:
    """Why a player, or a mediators' seat, did what it did in a week, in words.

    Args:
        model: the run.
        who: the code of a player or the name of a seat.
        table: one table only; None: every table at which it decided.
        week: 1 to the last week played; None: the last.

    Raises:
        InputError: no such player, table or week.
    """
    week = _check(model, who, table, week)
    found = [
        entry
        for entry in model.journal.find(week=week, who=who)
        if entry.decision in ("attend", "mediate", "offer", "ratify", "vote", "comply", "line")
        and table in (None, entry.place)
    ]
    lines = [f"Week {week}."]
    if not found:
        lines += [_idle(model, who, name, week) for name in ([table] if table else _places(model, who))]
        return "\n".join(dict.fromkeys(lines))
    for entry in found:
        lines.append(told(model, entry))
        if weights(entry):
            lines.append("  " + weighed(model, entry))
    columns = dict.fromkeys(column for entry in found for column in columns_behind(model, entry))
    sources = [cited(one) for column in columns if (one := source(model, column)) is not None]
    if sources:
        lines.append("Where it started, and why:")
        lines += [f"  {line}" for line in sources[:6]]
    return "\n".join(lines)


def _places(model: Running, who: str) -> list[str]:
    at = [name for name, table in model.tables.items() if who in _attendants(model, name)]
    return at or list(model.tables)


def _attendants(model: Running, table: str) -> set[str]:
    seated = model.tables[table]
    codes = {member.code for member in (*seated.parties, *seated.voters)}
    return codes | {seat.name for seat in seated.seats}


def _check(model: Running, who: str, table: str | None, week: int | None) -> int:
    names: Sequence[str] = [*model.world.case.players, *{s.name: 0 for t in model.tables.values() for s in t.seats}]
    names = list(dict.fromkeys(names))
    one_of("why", "who", who, names, "a player or a seat")
    if table is not None:
        one_of("why", "table", table, model.tables, "a table")
    week = model.week if week is None else week
    if not 1 <= week <= model.week:
        raise InputError("why", "week", f"{week} has not been played", allowed=f"1 to {model.week}")
    return week


def _idle(model: Running, who: str, table: str, week: int) -> str:
    """Why there was nothing to decide."""
    name, place = name_of(model.world, who), place_of(model.world, table)
    if who not in _attendants(model, table):
        return sentence(f"{name} has no seat at {place}")
    status = model.course(f"table.{table}.status")[week]
    if status == "in_force":
        return sentence(f"{place}: an agreement was in force, and no tranche of {name} was due")
    if status == "pending":
        return sentence(f"{place}: an agreement was signed, and its vote was still to come")
    if status == "open":
        met = any(True for _ in model.journal.find(week=week, place=table, decision="attend"))
        return sentence(f"{place}: {name} was not asked to come" if met else f"{place}: no round was held")
    return sentence(f"{place}: there was nothing to come to, the table was {status}")
