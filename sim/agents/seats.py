"""Seats: actors of a run that somebody plays. What came of a decision is replaced there, and nothing else.

Everything else is the engine's: a decision is worked out as the model would take it, asked about, and where the answer
is another, the number that decides (or what it decided) gives way to it. An answer that is the model's own changes no
bit; a run in which nobody sits never comes here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import inf, isnan
from typing import TYPE_CHECKING, Any

from sim.agents.questions import AT_ONCE, NO, YES, Answer, Question
from sim.agents.views import View
from sim.model import variables as variables_module
from sim.model import vocabulary as words
from sim.model.equations.decisions import CHOICES
from sim.model.phases.attend import attend
from sim.model.phases.bargain import close_offer, home_accepts, least_taken, ratify
from sim.model.phases.comply import comply, fall_due
from sim.model.phases.effort import choose_effort, forget_kindness, make_effort
from sim.model.phases.events import events, take_stand
from sim.model.phases.frontier import package_value
from sim.model.phases.luck import luck
from sim.model.phases.mediation import gone, mediate
from sim.model.vocabulary import LEAST_GAIN

if TYPE_CHECKING:
    from sim.agents.running import AtTable, Running


STAND_WEEKS = 12  # between two weeks in which one who plays an actor may declare a stand
NOTHING: Mapping[str, float] = {}


def _copy(model: Running) -> View:
    """The state as it stands, to look ahead in."""
    return View(model.state.record.copy(), variables_module.STATE)


def _asked(
    model: Running, who: str, kind: str, place: str, own: Answer, state: View, *, about: str = "",
    names: tuple[str, ...] = (), low: Mapping[str, float] = NOTHING, high: Mapping[str, float] = NOTHING,
    terms: Mapping[str, float] = NOTHING,
) -> Answer:  # fmt: skip
    question = Question(model.week, who, kind, place, about, own, names, low, high, terms, state)
    return model.seats.ask(question)


def _noted(kind: str, numbers: Any) -> dict[str, float]:
    named = {name: float(numbers[n]) for n, name in enumerate(CHOICES[kind].noted)}
    return {name: value for name, value in named.items() if not isnan(value)}


# --- coming to the table


def attend_as_told(model: Running, table: AtTable, side: int) -> None:
    """A party whose coming somebody decides."""
    rules, draw, state, t = model.rules, model.draw, model.state, table.number
    before, ahead = _copy(model), _copy(model)
    attend(rules, draw, ahead, t, side)
    own = bool(ahead.attending[t, side] == 1)
    terms = _noted("attend", ahead.attend_terms[t, side])
    who, other = table.parties[side].code, table.parties[1 - side].code
    came = _asked(model, who, "attend", table.name, own, before, about=other, terms=terms)
    if came == own:
        attend(rules, draw, state, t, side)
    elif draw.private_on == 1:
        with _instead(state.stance, (t, side), bool(came)):
            attend(rules, draw, state, t, side)
    else:
        with _luck_instead(state, words.ATTEND_SLOT + t * words.PLACE_STRIDE + side, bool(came)):
            attend(rules, draw, state, t, side)


def mediate_as_told(model: Running, table: AtTable, m: int, who: str) -> None:
    """A mediator whose coming somebody decides."""
    rules, draw, state, t = model.rules, model.draw, model.state, table.number
    before, ahead = _copy(model), _copy(model)
    mediate(rules, draw, ahead, t, m)
    own = bool(ahead.attending[t, 2 + m] == 1)
    came = _asked(model, who, "mediate", table.name, own, before, terms=_noted("mediate", ahead.attend_terms[t, 2 + m]))
    if came == own:
        mediate(rules, draw, state, t, m)
        return
    with _luck_instead(state, words.ATTEND_SLOT + t * words.PLACE_STRIDE + 2 + m, bool(came)):
        mediate(rules, draw, state, t, m)


@contextmanager
def _instead(place: Any, index: tuple[int, ...], yes: bool) -> Iterator[None]:
    """Let a decision meet a number that decides it, and put the number back that was drawn."""
    drawn = place[index]
    place[index] = YES if yes else NO
    yield
    place[index] = drawn


@contextmanager
def _luck_instead(state: View, slot: int, yes: bool) -> Iterator[None]:
    luck(state, slot)  # so that its block is the one that is kept
    with _instead(state.luck, ((slot >> 2) & 3, slot & 3), yes):
        yield


# --- bargaining


def bargain_as_told(model: Running, table: AtTable) -> None:
    """A session in which somebody makes the offer, answers it, or both; the session has been held by the model."""
    rules, draw, state, t = model.rules, model.draw, model.state, table.number
    if state.session[t] in (words.NO_SESSION, words.NO_ZONE):
        return
    side = int(state.offering[t])
    offerer, taker = table.parties[side].code, table.parties[1 - side].code
    noted = dict(zip(words.OFFER_TERMS, map(float, state.offer_terms[t]), strict=False))
    own, own_gain, other_gain = noted["aspiration"], noted["gain"], noted["other_gain"]
    floor, taken = noted["other_floor"], bool(state.session[t] == words.SIGNED)
    offered = draw.private_on == 0 or own_gain >= home_accepts(rules, draw, _copy(model), t, side) - LEAST_GAIN
    is_changed = False
    if offerer in model.seats:
        meant = _package(table, state) if offered else {}
        answer = _asked(
            model, offerer, "offer", table.name, meant, _copy(model), about=taker, names=_open_clauses(table, state),
            low=_ends(table, state.range_low), high=_ends(table, state.range_high), terms=noted,
        )  # fmt: skip
        assert isinstance(answer, Mapping)
        if answer != meant:
            offered, is_changed = bool(answer), True
            for issue, point in answer.items():
                state.offer[t, table.issues.index(issue)] = point
            if offered:
                own_gain, other_gain = (package_value(rules, state, t, one, state.offer[t]) for one in (side, 1 - side))
                own = min(max(own_gain / state.best[t, side], 0.0), 1.0)
                floor = least_taken(rules, draw, state, t, 1 - side)
            taken = offered and other_gain >= floor - LEAST_GAIN
    if taker in model.seats and offered:
        terms = {"gain": other_gain, "best": float(state.best[t, 1 - side]), "session": noted["session"]}
        answer = _asked(model, taker, "accept", table.name, taken, _copy(model), about=offerer, terms=terms)
        is_changed, taken = is_changed or answer != taken, bool(answer)
    if is_changed:
        close_offer(draw, state, t, side, own, own_gain, other_gain, floor, taken)


def _open_clauses(table: AtTable, state: View) -> tuple[str, ...]:
    """The issues on which red lines leave something to agree on."""
    return tuple(issue for k, issue in enumerate(table.issues) if state.deadlocked[table.number, k] == 0)


def _package(table: AtTable, state: View) -> dict[str, float]:
    clauses = _open_clauses(table, state)
    return {issue: float(state.offer[table.number, k]) for k, issue in enumerate(table.issues) if issue in clauses}


def _ends(table: AtTable, ends: Any) -> dict[str, float]:
    return {issue: float(ends[table.number, k]) for k, issue in enumerate(table.issues)}


def ratify_as_told(model: Running, table: AtTable, side: int) -> None:
    """A party whose home somebody speaks for."""
    state, t = model.state, table.number
    ratify(model.rules, model.draw, state, t, side)
    own, terms = bool(state.ratified[t, side] == 1), _noted("ratify", state.ratify_terms[t, side])
    who, other = table.parties[side].code, table.parties[1 - side].code
    ratified = _asked(model, who, "ratify", table.name, own, _copy(model), about=other, terms=terms)
    if ratified != own:
        state.ratified[t, side] = 1 if ratified else 0
        state.ratify_terms[t, side, _place_of_number("ratify")] = YES if ratified else NO


# --- keeping promises


def comply_as_told(model: Running, table: AtTable, k: int, side: int) -> None:
    """A party whose deliveries somebody decides: it is asked once about all of a tranche."""
    rules, draw, state, t = model.rules, model.draw, model.state, table.number
    comply(rules, draw, state, t, k, side)
    if not _is_free(model, state, t, k, side):
        return
    ahead = _copy(model)
    own: dict[str, bool] = {}
    for clause, issue in enumerate(table.issues):
        if clause > k and ahead.in_package[t, clause] == 1:
            fall_due(rules, ahead, t, clause)
        comply(rules, draw, ahead, t, clause, side)
        if _is_free(model, ahead, t, clause, side):
            own[issue] = bool(ahead.conduct[t, clause, side] == words.KEPT)
    who, other = table.parties[side].code, table.parties[1 - side].code
    terms = {"owed": float(state.arrears_share[t, side]), "owing": float(state.arrears_share[t, 1 - side])}
    answer = _asked(model, who, "comply", table.name, own, ahead, about=other, names=tuple(own), terms=terms)
    assert isinstance(answer, Mapping)
    issue = table.issues[k]
    if answer[issue] != own[issue]:
        withheld = state.arrears_share[t, side] > words.WITHHOLDING_SHARE + LEAST_GAIN
        held_back = words.WITHHELD if withheld else words.BROKEN
        state.conduct[t, k, side] = words.KEPT if answer[issue] else held_back
        state.comply_terms[t, k, side, _place_of_number("comply")] = YES if answer[issue] else NO


def _is_free(model: Running, state: View, t: int, k: int, side: int) -> bool:
    """Whether a tranche is due of which no announced schedule decides."""
    scheduled = model.rules.clause_cell[t, k] == model.rules.presence_cell and state.schedule_on == 1
    return bool(state.conduct[t, k, side] != words.NOT_DUE) and not scheduled


def _place_of_number(kind: str) -> int:
    return CHOICES[kind].noted.index("draw")


# --- efforts and stands


def efforts_at_once(model: Running) -> tuple[View, dict[int, float]]:
    """What events of this week ask or make of the efforts of those whom somebody plays.

    Returns:
        The plan that stands for the answers, and the efforts to be made, by pair.
    """
    ahead = _copy(model)
    events(model.rules, model.draw, model.plan, ahead)
    plan, happening = model.plan, [e for e in range(model.plan.events) if ahead.happening[e] == 1]
    players = model.world.case.players
    moved = {int(plan.player[e]) for e in happening if plan.effect[e] == words.EFFORT}
    moved |= {int(plan.target[e]) for e in happening if plan.effect[e] == words.FOR_EFFORT}
    return _efforts(model, ahead, tuple(players[m] for m in sorted(moved)), AT_ONCE)


def efforts_as_told(model: Running) -> tuple[View, dict[int, float]]:
    """The same for a fourth week, in which every mediator looks again at what it does."""
    ahead = _copy(model)
    for o in range(model.rules.mediated):
        forget_kindness(model.rules, model.draw, ahead, o)
        choose_effort(model.rules, model.draw, model.plan, ahead, o)
    return _efforts(model, ahead, model.world.case.players, "")


def _efforts(model: Running, ahead: View, asked: tuple[str, ...], place: str) -> tuple[View, dict[int, float]]:
    rules, players = model.rules, model.world.case.players
    told: dict[int, float] = {}
    for who in (code for code in model.seats.codes if code in asked):
        m = players.index(who)
        pairs = {players[j]: o for o, (i, j) in enumerate(_mediated(rules)) if i == m and _tries(model, i, j)}
        own = {target: float(ahead.effort[o]) for target, o in pairs.items()}
        if not own:
            continue
        answer = _asked(model, who, "effort", place, own, _copy(model), names=tuple(own))
        assert isinstance(answer, Mapping)
        if answer != own:
            told |= {pairs[target]: float(effort) for target, effort in answer.items()}
    return (_as_answered(model, told) if told else model.plan), told


def _mediated(rules: View) -> list[tuple[int, int]]:
    """Mediator and target of each pair."""
    pairs = (int(rules.mediated_pair[o]) for o in range(rules.mediated))
    return [(int(rules.trusted[q]), int(rules.truster[q])) for q in pairs]


def _tries(model: Running, m: int, target: int) -> bool:
    return not (gone(model.rules, model.state, m) or gone(model.rules, model.state, target))


def _as_answered(model: Running, told: Mapping[int, float]) -> View:
    """The plan with what is asked of an effort out of reach or reached, as the answers have it.

    What is promised or threatened for an effort then follows from the effort that will be made.
    """
    record = model.plan.record.copy()
    plan = View(record, variables_module.PLAN, constant=True)
    mediated = _mediated(model.rules)
    for o, effort in told.items():
        for e in range(plan.events):
            if plan.effect[e] == words.FOR_EFFORT and (int(plan.target[e]), int(plan.about[e])) == mediated[o]:
                plan.level[e] = -inf if effort >= plan.level[e] - LEAST_GAIN else inf
    return plan


def make_efforts(model: Running, told: Mapping[int, float]) -> None:
    """Make the efforts that were answered."""
    for o, effort in told.items():
        make_effort(model.rules, model.state, o, effort)


def stands_as_told(model: Running) -> None:
    """Let those whom somebody plays declare where they stand."""
    state = model.state
    for who in model.seats.codes:
        i = model.world.case.players.index(who)
        held = tuple(cell for c, cell in enumerate(model.world.case.cells) if state.has_position[i, c] == 1)
        if gone(model.rules, state, i) or not held:
            continue
        answer = _asked(model, who, "stand", "", {}, _copy(model), names=held)
        assert isinstance(answer, Mapping)
        for cell, point in answer.items():
            c = tuple(model.world.case.cells).index(cell)
            take_stand(model.rules, model.draw, state, i, c, float(point))
            model.journal.declared(i, c)
