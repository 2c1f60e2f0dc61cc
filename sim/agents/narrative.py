"""A run as a story: what happened, period by period, with quiet weeks told together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sim.agents.journal import Decision
from sim.agents.questions import by_hand
from sim.agents.reasons import lasts, ruled, told, weighed, weights
from sim.agents.sources import Source, source
from sim.agents.words import issue, listing, name_of, percent, place_of, sentence
from sim.model import vocabulary as words

if TYPE_CHECKING:
    from sim.agents.running import Running


LONGEST_PERIOD = 13  # weeks told together at most: a quarter
LEAST_PERIOD = 4  # weeks from which also what did not happen is told
TOLD_CHANGE = 0.05  # of trust within a period
TOLD_EFFORT = 0.05  # of a mediator's effort within a period
TOLD_CONTROL = 0.02  # of control within a few weeks


class Line(NamedTuple):
    """One line of a story; `because` says what weighed; `weight`: 2 a turning point, 3 a signature or its end."""

    text: str
    because: str = ""
    weight: int = 1


class Period(NamedTuple):
    """Weeks told together."""

    first: int
    last: int
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """Its weeks in words."""
        return f"Week {self.first}" if self.first == self.last else f"Weeks {self.first} to {self.last}"

    def __str__(self) -> str:
        return "\n".join((self.title, *(f"  - {line.text}" for line in self.lines)))


def story(model: Running) -> tuple[Period, ...]:
    """The run so far, period by period."""
    by_week: dict[int, list[Decision]] = {week: [] for week in range(1, model.week + 1)}
    for entry in model.journal.entries:
        by_week[entry.week].append(entry)
    turning = {week: _turning_points(model, entries) for week, entries in by_week.items()}
    return tuple(
        Period(weeks[0], weeks[-1], _lines(model, weeks, by_week, turning)) for weeks in _periods(turning, model.week)
    )


def _periods(turning: dict[int, list[Line]], last: int) -> Iterator[list[int]]:
    """Runs of weeks: one with a turning point begins a period of its own, quiet ones follow together."""
    weeks: list[int] = []
    for week in range(1, last + 1):
        if weeks and (turning[week] or turning[weeks[-1]] or len(weeks) == LONGEST_PERIOD):
            yield weeks
            weeks = []
        weeks.append(week)
    if weeks:
        yield weeks


# --- turning points --------------------------------------------------------------------------------------------------


def _turning_points(model: Running, entries: Iterable[Decision]) -> list[Line]:
    """What of a week is told by itself: events, signatures, talks broken off, breaches, collapses."""
    found = list(entries)
    lines: list[Line] = []
    for entry in found:
        lines += _turning_point(model, entry)
    return lines + _withheld(model, found)


def _withheld(model: Running, entries: Sequence[Decision]) -> list[Line]:
    """What each side began to withhold in a week, in one line a side."""
    withheld: dict[tuple[str, str], list[Decision]] = {}
    for entry in entries:
        if entry.decision == "comply" and entry.outcome == "withheld" and _is_news(model, entry):
            withheld.setdefault((entry.who, entry.place), []).append(entry)
    lines = []
    for (who, place), found in withheld.items():
        clauses = listing(issue(entry.clause) for entry in found)
        owed = percent(found[0].terms["arrears"])
        text = f"{name_of(model.world, who)} withheld what it owed on {clauses} ({place_of(model.world, place)})"
        lines.append(Line(sentence(f"{text}: of what was due to it, it was owed {owed}"), weight=2))
    return lines


def _turning_point(model: Running, entry: Decision) -> list[Line]:
    place = place_of(model.world, entry.place) if entry.place else ""
    if entry.decision == "event":
        return [Line(happened(model, entry), weight=2)]
    if entry.decision == "stand":
        point = entry.terms["value"]
        return [
            Line(
                sentence(
                    f"{name_of(model.world, entry.who)} declared that {issue(entry.clause)} should be at {point:.2f}"
                ),
                weight=2,
            )
        ]
    if entry.decision in ("line", "break"):
        return [Line(told(model, entry), weight=2)]
    if entry.decision == "offer" and entry.outcome == "accepted":
        return [Line(told(model, entry))]
    if entry.decision in ("ratify", "vote"):
        return [Line(told(model, entry), weighed(model, entry))]
    if entry.decision == "status" and entry.outcome == "pending":
        day = f"it is put to the vote in week {entry.terms['vote']:.0f}"
        return [Line(sentence(f"{place}: an agreement was signed, {package(entry.package)}; {day}"), weight=3)]
    if entry.decision == "status" and entry.outcome == "in_force":
        votes = model.world.case.tables[entry.place].ratified_by is not None and model.draw.votes_on == 1
        what = "the agreement is in force" if votes else "an agreement was signed"
        return [Line(sentence(f"{place}: {what}, {package(entry.package)}{_peace(model, entry, 'no more')}"), weight=3)]
    if entry.decision == "status" and entry.outcome == "collapsed":
        return [Line(sentence(f"{place}: the agreement collapsed{_peace(model, entry, 'again')}"), weight=3)]
    if entry.decision == "comply" and entry.outcome == "broken" and _is_news(model, entry):
        return [Line(told(model, entry), weighed(model, entry), 2)]
    if entry.decision == "regime" and entry.outcome == "fell":
        who, winner = name_of(model.world, entry.who), name_of(model.world, entry.about)
        chance = f"the chance of it was {100 * entry.probability:.1f} % this week"
        return [Line(sentence(f"{winner} took over from {who}: {chance}"), weight=3)]
    return []


def _peace(model: Running, entry: Decision, how: str) -> str:
    """Whose part in a war an agreement ends, or its end brings back; empty where it is nobody's."""
    if model.draw.alliances_on == 0:
        return ""
    allies = (
        (code, name)
        for name, war in model.world.case.wars.items()
        for code, ally in war.allies.items()
        if ally.peace == entry.place
    )
    return "".join(
        f"; {name_of(model.world, code)} fights {how} in {place_of(model.world, name)}" for code, name in allies
    )


def _is_news(model: Running, entry: Decision) -> bool:
    """Whether a breach follows a tranche that was kept, or the signature."""
    same = model.journal.find(decision="comply", who=entry.who, place=entry.place, clause=entry.clause)
    before = [other for other in same if other.week < entry.week]
    return not before or before[-1].outcome != entry.outcome


def package(terms: object) -> str:
    """A package in words.

    >>> package({"withdrawal": 1.0, "ceasefire": 0.25})
    'withdrawal 1.00 and ceasefire 0.25'
    """
    assert isinstance(terms, dict)
    return listing(f"{issue(cell)} {point:.2f}" for cell, point in terms.items())


def happened(model: Running, entry: Decision) -> str:
    """An event of the scenario in words."""
    world, value, weeks = model.world, entry.terms["value"], entry.terms["weeks"]
    who = name_of(world, entry.who) if entry.who else "somebody"
    place, what = place_of(world, entry.place) if entry.place else "", issue(entry.clause)
    while_it_lasts = f" for {weeks:.0f} weeks" if weeks else ""
    tied = f", once there is an agreement at {place}" if place else ""
    patron = next((name_of(world, war.patron.code) for war in model.wars.values() if war.patron), "the patron")
    texts = {
        "set_cell": f"{who} set {what} to {value:.2f}{while_it_lasts}",
        "shift_cell": f"{who} moved {what} by {value:+.2f}{while_it_lasts}",
        "offer": f"{who} offered {what} at {value:.2f} for coming to {place}",
        "schedule": f"{patron} announced that its presence ends in {value:.0f} weeks{tied}",
        "delay": f"{patron} put off the end of its presence by {value:.0f} weeks",
        "convene": f"{place}: the parties were called together",
        "invite": f"{place}: {name_of(world, entry.about)} was invited" if entry.about else "",
        "effort": f"{who} set its effort as a mediator to {value:.2f}{while_it_lasts}",
        "absent": f"{who} kept away as a mediator{while_it_lasts}",
        "stand": f"{who} declared that {what} should be at {value:.2f}{while_it_lasts}",
        "offensive": f"{place}: an offensive began, {100 * value:.0f} % above the usual fighting{while_it_lasts}",
        "concede": f"{who} gave up its red line on {what}",
        "for_effort": _asked(model, entry, who, what),
    }
    return sentence(texts[entry.outcome])


def _asked(model: Running, entry: Decision, who: str, what: str) -> str:
    """What is promised for an effort, or threatened for the want of it; entries of other events ask nothing."""
    if entry.outcome != "for_effort":
        return ""
    level, value = f"an effort of {entry.terms['asked']:.2f}", entry.terms["value"]
    asked = name_of(model.world, entry.about)
    if entry.terms["threat"]:
        return f"{who} threatened {asked} with {what} at {value:.2f}, short of {level} as a mediator"
    return f"{who} promised {asked} {what} at {value:.2f} for {level} as a mediator"


# --- a period --------------------------------------------------------------------------------------------------------


def _lines(
    model: Running,
    weeks: Sequence[int],
    by_week: dict[int, list[Decision]],
    turning: dict[int, list[Line]],
) -> tuple[Line, ...]:
    entries = [entry for week in weeks for entry in by_week[week]]
    lines = [line for week in weeks for line in turning[week]]
    efforts = _effort_lines(model, entries)
    if lines and len(weeks) == 1:
        return tuple(lines + efforts)
    long = len(weeks) >= LEAST_PERIOD
    lines += [line for name in model.tables if (line := _table_line(model, name, entries, long))]
    lines += [line for name in model.wars if (line := _war_line(model, name, entries, long))]
    lines += efforts
    lines += _trust_lines(model, weeks)
    return tuple(lines) or (Line("Little moved."),)


def _table_line(model: Running, name: str, entries: Sequence[Decision], long: bool) -> Line | None:
    """A table's weeks in one line: who came how often, what kept them away, what the sessions brought, promises.

    A few weeks without a session, a promise or a change are not worth a line.
    """
    here = [entry for entry in entries if entry.place == name]
    parts = []
    attendance = _attendance(model, name, here)
    if attendance:
        parts.append(attendance)
    sessions = Counter(entry.outcome for entry in here if entry.decision == "offer")
    if sessions:
        parts.append(listing(_SESSIONS[outcome, min(count, 2)].format(count) for outcome, count in sessions.items()))
    conduct = Counter((entry.who, entry.outcome) for entry in here if entry.decision == "comply")
    for (who, outcome), count in conduct.items():
        did = {"kept": "kept", "broken": "broke", "withheld": "withheld"}[outcome]
        parts.append(f"{name_of(model.world, who)} {did} {count} tranche{'s' if count > 1 else ''}")
    parts += [_status_told(entry) for entry in here if entry.decision == "status" and _status_told(entry)]
    if not parts or (not long and parts == [attendance]):
        return None
    text = sentence(f"{place_of(model.world, name)}: {'; '.join(dict.fromkeys(parts))}")
    asked = [entry for entry in here if entry.decision == "attend"]
    return Line(text, _kept_away(model, asked) if long else "")


_SESSIONS = {
    ("refused", 1): "one offer was refused",
    ("refused", 2): "{} offers were refused",
    ("no_zone", 1): "one session found no deal that serves both",
    ("no_zone", 2): "{} sessions found no deal that serves both",
    ("out_of_time", 1): "one session ran past the deadline",
    ("out_of_time", 2): "{} sessions ran past the deadline",
    ("accepted", 1): "one offer was accepted",
    ("accepted", 2): "{} offers were accepted",
}


def _attendance(model: Running, name: str, here: Sequence[Decision]) -> str:
    """How often each party came, of the rounds that were held."""
    asked = Counter(entry.who for entry in here if entry.decision == "attend")
    came = Counter(entry.who for entry in here if entry.decision == "attend" and entry.outcome == "came")
    if not asked:
        return ""
    counts = [f"{party.name} {_times(came[party.code])}" for party in model.tables[name].parties]
    rounds = max(asked.values())
    return f"{rounds} round{'s' if rounds > 1 else ''}, {listing(counts)}"


def _times(count: int) -> str:
    return {0: "never came", 1: "came once", 2: "came twice"}.get(count, f"came {count} times")


def _status_told(entry: Decision) -> str:
    told_as = {"open": "the table opened", "closed": "the table closed"}
    if entry.outcome == "suspended":
        return f"suspended in week {entry.week} until week {entry.terms['reopens']:.0f}"
    return f"{told_as[entry.outcome]} in week {entry.week}" if entry.outcome in told_as else ""


def _kept_away(model: Running, asked: Sequence[Decision]) -> str:
    """What weighed most against coming, for each party that stayed away from at least half of the rounds."""
    told_of = []
    for who in dict.fromkeys(entry.who for entry in asked):
        own = [entry for entry in asked if entry.who == who]
        away = [entry for entry in own if entry.outcome == "stayed_away"]
        if len(away) * 2 >= len(own) and away:
            mean = sum(entry.probability for entry in own) / len(own)
            reasons = Counter(_reason(model, entry) for entry in away)
            reason = reasons.most_common(1)[0][0]
            told_of.append(f"{name_of(model.world, who)}, with a chance of coming of {percent(mean)}: {reason}")
    return sentence("Who stayed away: " + "; ".join(told_of)) if told_of else ""


def _reason(model: Running, entry: Decision) -> str:
    rule = ruled(model, entry)
    if rule:
        return rule
    against = [weight for weight in weights(entry) if weight.value < 0]
    absent = [weight.term.absent for weight in weights(entry) if weight.value == 0.0 and weight.term.absent]
    if absent:
        return f"there was {absent[0]}"
    if by_hand(entry.random_number):
        return "a player decided so"
    if not against or entry.probability >= 0.5:
        return "its stance, which lasts as long as its leaders, was against it" if lasts(model, entry) else "luck"
    return f"{against[0].term.words} outweighed the rest"


def _war_line(model: Running, name: str, entries: Sequence[Decision], long: bool) -> Line | None:
    """A war's weeks in one line; a few weeks in which little moved are not worth one."""
    fights = [entry for entry in entries if entry.decision == "fight" and entry.place == name]
    if not fights:
        return None
    first, last = fights[0].terms, fights[-1].terms
    if not long and abs(last["control"] - first["control_before"]) < TOLD_CONTROL:
        return None
    attacks = sum(entry.terms["attacks"] for entry in fights)
    who = model.wars[name].challenger.name
    text = (
        f"{place_of(model.world, name)}: {who} went from {100 * first['control_before']:.0f} to "
        f"{100 * last['control']:.0f} % of what is fought over, with {attacks:.0f} attacks; "
        f"cohesion of {model.wars[name].incumbent.name} {last['cohesion']:.2f}"
    )
    return Line(sentence(text))


def _effort_lines(model: Running, entries: Sequence[Decision]) -> list[Line]:
    """How hard mediators came to try over a period, where that moved by more than a little, and what moved it."""
    chosen: dict[tuple[str, str], list[Decision]] = {}
    for entry in entries:
        if entry.decision == "effort":
            chosen.setdefault((entry.who, entry.about), []).append(entry)
    lines = []
    for (who, about), found in chosen.items():
        before, after = found[0].terms["before"], found[-1].terms["effort"]
        if abs(after - before) >= TOLD_EFFORT:
            text = f"effort of {name_of(model.world, who)} on {name_of(model.world, about)} {before:.2f} to {after:.2f}"
            lines.append(Line(sentence(f"{text}: {_moved_effort(found[-1])}")))
    return lines


def _moved_effort(entry: Decision) -> str:
    """What moved an effort most, of what has changed since the epoch."""
    if "by_hand" in entry.terms:
        return "a player chose it"
    up = entry.outcome == "rose"
    reasons = {
        "stake": "it had more at stake" if up else "it had less at stake",
        "done_to_it": "it answered what was given to it" if up else "it answered what was done to it",
    }
    most = max(reasons, key=lambda name: entry.terms[name] if up else -entry.terms[name])
    pulls = entry.terms[most] > 0.0 if up else entry.terms[most] < 0.0
    return reasons[most] if pulls else "what is usual, asked or offered had changed"


def _trust_lines(model: Running, weeks: Sequence[int]) -> list[Line]:
    """How trust between actors moved over a period, where it moved by more than a little."""
    moved = []
    for who in model.world.case.actors:
        for whom in model.world.case.actors:
            if who != whom:
                course = model.course(f"trust.{who}.{whom}")
                before, after = course[weeks[0] - 1], course[weeks[-1]]
                if abs(after - before) >= TOLD_CHANGE:
                    names = [name_of(model.world, code) for code in (who, whom)]
                    moved.append(f"of {names[0]} in {names[1]} {before:.2f} to {after:.2f}")
    return [Line(sentence("trust " + "; ".join(moved)))] if moved else []


# --- how it began ----------------------------------------------------------------------------------------------------


def main_pairs(model: Running) -> tuple[tuple[str, str], ...]:
    """The ordered pairs of actors who meet at a table under the regime at the start, in the order of the tables."""
    case = model.world.case
    regime = case.regimes[model.plan.start_regime]
    tables = [table for table in case.tables.values() if regime in table.regimes]
    pairs = [pair for table in tables for pair in (table.parties, table.parties[::-1])]
    return tuple(dict.fromkeys(pairs))


def beginnings(model: Running, kinds: Sequence[str] = ("trust", "leverage")) -> tuple[Source, ...]:
    """The numbers that the run started from between those who meet, with the evidence behind them."""
    columns = [f"{kind}.{who}.{whom}" for kind in kinds for who, whom in main_pairs(model)]
    starts = [name for name in model.drawn if name.startswith("start.")]
    found = (source(model, column) for column in [*columns, *starts])
    return tuple(one for one in found if one is not None)


def tables_at_start(model: Running) -> str:
    """The tables as the epoch had them."""
    told_as = {name: [] for name in words.STATUS_NAMES}  # type: dict[str, list[str]]
    for name, table in model.tables.items():
        told_as[model.at_start[f"table.{name}.status"]].append(table.title)
    sayings = {
        "in_force": "an agreement was in force at",
        "open": "open were",
        "suspended": "suspended were",
        "pending": "a vote was due at",
    }
    return sentence(
        "; ".join(f"{saying} {listing(told_as[name])}" for name, saying in sayings.items() if told_as[name])
    )
