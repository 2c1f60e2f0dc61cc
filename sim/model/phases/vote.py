"""Others who have to agree: a side's members to what it accepts, a parliament or an electorate to what is signed."""

from __future__ import annotations

from typing import Any

from sim.model.equations.choice import log_odds
from sim.model.equations.ratification import favour, ratification
from sim.model.phases.attend import set_terms
from sim.model.phases.bargain import others_gain, sign, suspend
from sim.model.phases.luck import luck
from sim.model.phases.mediation import observer_gain
from sim.model.phases.private import SIDE_STRIDE
from sim.model.vocabulary import PENDING, PLACE_STRIDE, PRIVATE_SLOT, RATIFY_SLOT
from sim.numerics.arithmetic import logistic
from sim.numerics.chance import CHANCE, uniforms4
from sim.numerics.dialect import any_of, compilable, first_lane, lanes_where, note, run_of, standalone


@compilable
def votes_due(state: Any, t: int) -> Any:
    """Whether the day has come on which what was signed is put to the vote."""
    return (state.status[t] == PENDING) & (state.week >= state.vote_at[t])


@standalone
def vote(rules: Any, draw: Any, state: Any, t: int, v: int) -> None:
    """A member or voter approves the package on offer, or refuses it; its mind lasts as long as both leaderships."""
    i = rules.voter[t, v]
    surplus = observer_gain(rules, draw, state, t, i, state.offer[t])
    others = others_gain(rules, draw, state, t, i)
    needed = rules.vote_needed[t, v]
    place, since = 2 + v, state.week
    if draw.private_on == 1:
        block = (PRIVATE_SLOT + t * PLACE_STRIDE + place * SIDE_STRIDE) >> 2
        count = state.renewals[t, 0] + state.renewals[t, 1]
        number, _, _, _ = uniforms4(state.seed, state.draw_index, state.run, count, block, CHANCE)
        since = max(state.renewed_at[t, 0], state.renewed_at[t, 1])
    else:
        number = luck(state, RATIFY_SLOT + t * PLACE_STRIDE + place)
    terms = ratification(surplus, others, 0.0, draw.noise * needed)
    odds = log_odds(terms, draw.noise)
    state.approved[t, v] = 1 if number < logistic(odds) else 0
    state.favour[t, v] = favour(odds + needed, number)
    state.polled[t, v] += 1
    note(state, state.vote_terms[t, v], (*terms, odds, number, state.favour[t, v], since))


@compilable
def count_votes(rules: Any, draw: Any, state: Any, t: int) -> None:
    """What all have approved is in force; what one has refused is no more, and the talks rest."""
    approved = 1
    for v in range(rules.members[t], rules.voters[t]):
        approved = min(approved, state.approved[t, v])
    if approved == 1:
        sign(rules, draw, state, t)
        return
    state.refused[t] += 1
    state.optimism[t] *= 0.5
    suspend(state, t)


@standalone
def hold_votes(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Put what was signed to the vote on its day, with the defaults, trust and war of that day."""
    due = votes_due(state, t)
    if not any_of(due):
        return
    set_terms(rules, draw, state, t, due)
    left = lanes_where(due)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        one = run_of(state, lane)
        for v in range(rules.members[t], rules.voters[t]):
            vote(rules, draw, one, t, v)
        count_votes(rules, draw, one, t)
