"""Mediators: who is present, how hard each tries, how far a guarantor makes a promise believable."""

from __future__ import annotations

from typing import Any

from sim.model.equations.attendance import mediation, pressure
from sim.model.equations.choice import log_odds
from sim.model.equations.leverage import joint
from sim.model.equations.package import gain
from sim.model.equations.trust import guarantee
from sim.model.phases.luck import luck
from sim.model.vocabulary import ATTEND_SLOT, FREE_EFFORT, PLACE_STRIDE
from sim.numerics.arithmetic import logistic
from sim.numerics.dialect import any_of, compilable, fails, note, where


@compilable
def effort(rules: Any, state: Any, mediator: int, target: int) -> Any:
    """e in [0, 1]: the cell that is this effort, which an agreement may bind, else what the mediator has chosen."""
    o = rules.effort_pair[mediator, target]
    if o < 0:
        return FREE_EFFORT + 0.0 * state.presence
    tried = state.effort[o]
    for regime in range(2):
        cell = rules.effort_cell[o, regime]
        if cell >= 0:
            tried = where(state.regime == regime, state.cell[cell], tried)
    return tried


@compilable
def gone(rules: Any, state: Any, player: int) -> bool:
    """Whether a takeover has removed the player."""
    return (state.regime == 1) & (rules.leaves[player] == 1)


@compilable
def asked(rules: Any, state: Any, t: int, m: int) -> bool:
    """Whether the seat may be taken this week."""
    invited = (state.invited[t, m] != 0) & (state.week >= state.absent_until[t, m])
    return invited & fails(gone(rules, state, rules.seat_member[t, m, 0]))


@compilable
def seat_reach(rules: Any, state: Any, t: int, m: int, target: int) -> float:
    """Leverage of a seat on a player: of all its members together."""
    reach = joint(0.0, state.leverage[rules.seat_member[t, m, 0], target])
    for g in range(1, rules.seat_members[t, m]):
        reach = joint(reach, state.leverage[rules.seat_member[t, m, g], target])
    return reach


@compilable
def seat_effort(rules: Any, state: Any, t: int, m: int, target: int) -> float:
    """Mean effort of a seat's members on a player; half of it where the seat is biased against a deal."""
    total = effort(rules, state, rules.seat_member[t, m, 0], target)
    for g in range(1, rules.seat_members[t, m]):
        total += effort(rules, state, rules.seat_member[t, m, g], target)
    mean = total * rules.seat_share[t, m]
    return where(state.seat_gain[t, m] < 0.0, 0.5 * mean, mean)


@compilable
def seat_trust(rules: Any, state: Any, t: int, m: int, truster: int) -> float:
    """Mean trust of a player in a seat's members."""
    total = state.trust[truster, rules.seat_member[t, m, 0]]
    for g in range(1, rules.seat_members[t, m]):
        total += state.trust[truster, rules.seat_member[t, m, g]]
    return total * rules.seat_share[t, m]


@compilable
def set_seats(rules: Any, state: Any, t: int, here: Any) -> None:
    """Leverage and effort on each side of every seat that is asked; pressing needs no seat in the room."""
    for m in range(rules.seats[t]):
        taken = here & asked(rules, state, t, m)
        for side in range(2):
            reach, tried = state.seat_reach[t, m, side], state.seat_effort[t, m, side]
            reach, tried = where(here, 0.0, reach), where(here, 0.0, tried)
            if any_of(taken):
                i = rules.party[t, side]
                reach = where(taken, seat_reach(rules, state, t, m, i), reach)
                tried = where(taken, seat_effort(rules, state, t, m, i), tried)
            state.seat_reach[t, m, side], state.seat_effort[t, m, side] = reach, tried


@compilable
def guaranteed_trust(rules: Any, draw: Any, state: Any, t: int, side: int) -> float:
    """q = 1 - (1 - tau) prod_m (1 - gamma e lambda^2 tau_m), over the mediators present (Walter 1997)."""
    i, j = rules.party[t, side], rules.party[t, 1 - side]
    doubt = 1.0 - state.trust[i, j]
    for m in range(rules.seats[t]):
        reach, tried = state.seat_reach[t, m, 1 - side], state.seat_effort[t, m, 1 - side]
        if any_of(tried > 0.0):
            removed = guarantee(reach, tried, draw.guarantor_weight, seat_trust(rules, state, t, m, i))
            doubt = doubt * (1.0 - state.attending[t, 2 + m] * removed)
    return 1.0 - doubt


@compilable
def mediators_pressure(rules: Any, draw: Any, state: Any, t: int, side: int) -> float:
    """mu (1 - prod_m (1 - lambda_m e_m)), over the mediators who are asked: pressing needs no seat in the room."""
    resistance = 1.0
    for m in range(rules.seats[t]):
        if any_of(state.seat_effort[t, m, side] > 0.0):
            resistance = resistance * (1.0 - state.seat_reach[t, m, side] * state.seat_effort[t, m, side])
    return pressure(draw.pressure_weight, resistance)


@compilable
def observer_gain(rules: Any, draw: Any, state: Any, t: int, player: int, package: Any) -> float:
    """G: what a package changes for a player that is no party, over the issues on which it holds a position."""
    total = 0.0
    for k in range(rules.clauses[t]):
        cell = rules.clause_cell[t, k]
        default = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
        change = gain(package[k], default, state.position[player, cell])
        total += where(state.has_position[player, cell] == 1, draw.observer_weight[t, player, k] * change, 0.0)
    return total


@compilable
def mediate(rules: Any, draw: Any, state: Any, t: int, m: int) -> None:
    """A mediator that is asked decides whether it comes, on the frontier's midpoint as it last stood."""
    here = (state.meeting[t] == 1) & asked(rules, state, t, m)
    if not any_of(here):
        state.attending[t, 2 + m] = where(state.meeting[t] == 1, 0, state.attending[t, 2 + m])
        return
    i, j = rules.party[t, 0], rules.party[t, 1]
    gained, weight = 0.0, 0.0
    for g in range(rules.seat_members[t, m]):
        player = rules.seat_member[t, m, g]
        gained += observer_gain(rules, draw, state, t, player, state.midpoint[t])
        weight += draw.observer_table_weight[t, player]
    gained = gained * rules.seat_share[t, m]
    weight = weight * rules.seat_share[t, m]
    welcome = min(seat_trust(rules, state, t, m, i), seat_trust(rules, state, t, m, j))
    terms = mediation(weight, gained, welcome, draw.consent)
    odds = log_odds(terms, draw.noise)
    number = luck(state, ATTEND_SLOT + t * PLACE_STRIDE + 2 + m)
    came = where(here & (number < logistic(odds)), 1, 0)
    state.seat_gain[t, m] = where(here, gained, state.seat_gain[t, m])
    state.attending[t, 2 + m] = where(state.meeting[t] == 1, came, state.attending[t, 2 + m])
    state.asked[t, 2 + m] += where(here, 1, 0)
    state.attended[t, 2 + m] += came
    note(state, state.attend_terms[t, 2 + m], (*terms, odds, number))
