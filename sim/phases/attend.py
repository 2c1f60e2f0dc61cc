"""The attend phase: what a table promises each party this week, who mediates, who comes."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

from sim.arithmetic import compilable
from sim.equations.attendance import party_attendance
from sim.equations.package import utility
from sim.equations.trust import evidence
from sim.phases.defaults import set_defaults
from sim.phases.frontier import set_midpoint, trace_frontier
from sim.phases.luck import luck
from sim.phases.mediation import gone, guaranteed_trust, mediators_pressure
from sim.vocabulary import (
    ATTEND_SLOT,
    IN_FORCE,
    PLACE_STRIDE,
    WEEKS_TO_LIFT_A_LINE,
)


@compilable
def set_trust(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Guaranteed trust of each side, and in each clause's delivery; a third actor's hands weaken it."""
    for side in range(2):
        deliverer = rules.party[t, 1 - side]
        trusted = guaranteed_trust(rules, draw, state, t, side)
        state.guaranteed_trust[t, side] = trusted
        for k in range(rules.clauses[t]):
            hands = rules.clause_through[t, k]
            reach = 1.0
            if hands >= 0 and hands != deliverer:
                reach = 0.0 if gone(rules, state, hands) else state.leverage[deliverer, hands]
            state.clause_trust[t, side, k] = trusted * reach


@compilable
def set_stakes(rules: Any, draw: Any, state: Any, t: int) -> None:
    """q k v of each side: what the end of the table's war is worth to it."""
    w = rules.ended_war[t]
    for side in range(2):
        state.war_stake[t, side] = 0.0
        if w >= 0 and state.war_open[w] == 1 and rules.ending_clause[t] >= 0:
            fights = rules.party[t, side] == rules.challenger[w]
            cost = draw.war_cost_challenger if fights else draw.war_cost_incumbent
            state.war_stake[t, side] = state.guaranteed_trust[t, side] * cost * state.intensity[w]


@compilable
def set_pressure(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """The mediators' pressure on a side; a quarter of strong pressure lifts the first red line it still holds."""
    state.pressure[t, side] = mediators_pressure(rules, draw, state, t, side)
    if state.pressure[t, side] <= 0.5 * draw.pressure_weight:
        state.pressure_weeks[t, side] = 0
        return
    state.pressure_weeks[t, side] += 1
    if state.pressure_weeks[t, side] < WEEKS_TO_LIFT_A_LINE:
        return
    state.pressure_weeks[t, side] = 0
    i = rules.party[t, side]
    for k in range(rules.clauses[t]):
        cell = rules.clause_cell[t, k]
        if not isnan(state.red_line[i, cell]):
            state.red_line[i, cell] = nan
            return


@compilable
def prepare(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Look at a table as it stands this week, with the mediators who are present: defaults, trust, frontier."""
    set_defaults(rules, draw, state, t)
    set_trust(rules, draw, state, t)
    set_stakes(rules, draw, state, t)
    trace_frontier(rules, draw, state, t)
    set_midpoint(rules, state, t)


@compilable
def present(rules: Any, state: Any, t: int, player: int, side: int) -> bool:
    """Whether a player is the other party of a side, or came to the table as a mediator."""
    if rules.party[t, 1 - side] == player:
        return True
    for m in range(rules.seats[t]):
        if state.attending[t, 2 + m] == 1:
            for g in range(rules.seat_members[t, m]):
                if rules.seat_member[t, m, g] == player:
                    return True
    return False


@compilable
def arrears_of_present(rules: Any, state: Any, t: int, side: int) -> float:
    """What the others at the table owe a side under agreements in force anywhere, as shares of their tables' value."""
    i = rules.party[t, side]
    total = 0.0
    for other in range(rules.tables):
        if state.status[other] == IN_FORCE:
            for its_side in range(2):
                if rules.party[other, its_side] == i:
                    debtor = rules.party[other, 1 - its_side]
                    if present(rules, state, t, debtor, side):
                        total += state.arrears[other, its_side]
    return total


@compilable
def conditional_offer(rules: Any, draw: Any, state: Any, t: int, side: int) -> float:
    """What a side is given only if it comes, as a share of the table's value."""
    i = rules.party[t, side]
    total = 0.0
    for k in range(rules.clauses[t]):
        point = state.conditional_offer[t, side, k]
        if not isnan(point):
            cell = rules.clause_cell[t, k]
            position = state.position[i, cell]
            change = utility(point, position) - utility(state.cell[cell], position)
            total += draw.weight[t, side, k] * change
    return total


@compilable
def collect_offer(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """It came: what was offered for that is given, and seen to be given."""
    i = rules.party[t, side]
    for k in range(rules.clauses[t]):
        point = state.conditional_offer[t, side, k]
        if not isnan(point):
            cell = rules.clause_cell[t, k]
            giver = state.offered_by[t, side, k]
            if giver >= 0 and giver != i:
                moved = abs(point - state.cell[cell])
                state.gained[i, giver] += evidence(rules.clause_nu[t, k], draw.weight[t, side, k], moved)
            state.cell[cell] = point
            state.conditional_offer[t, side, k] = nan


@compilable
def attend(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """A party decides whether it comes this week."""
    surplus = 0.5 * state.best[t, side] if state.zone[t] == 1 else 0.0
    offer = conditional_offer(rules, draw, state, t, side)
    owed = arrears_of_present(rules, state, t, side)
    pressed = state.pressure[t, side]
    chance = party_attendance(
        draw.table_weight[t, side], surplus, offer, owed, pressed, draw.attendance_cost, draw.noise
    )
    number = luck(state, ATTEND_SLOT + t * PLACE_STRIDE + side)
    state.attending[t, side] = 1 if number < chance else 0
    state.asked[t, side] += 1
    state.attended[t, side] += state.attending[t, side]
    terms = state.attend_terms[t, side]
    terms[0], terms[1], terms[2], terms[3] = surplus, offer, owed, pressed
    terms[4], terms[5], terms[6], terms[7] = draw.attendance_cost, state.guaranteed_trust[t, side], chance, number
    if state.attending[t, side] == 1:
        collect_offer(rules, draw, state, t, side)
