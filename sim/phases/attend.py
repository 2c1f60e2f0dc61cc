"""The attend phase: what a table promises each party this week, who mediates, who comes."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

from sim.arithmetic import below_logistic, compilable, standalone
from sim.equations.attendance import party_log_odds
from sim.equations.package import concession_cost, promise_worth, utility
from sim.equations.trust import evidence
from sim.phases.defaults import look_again, set_defaults
from sim.phases.frontier import set_midpoint, trace_frontier
from sim.phases.luck import luck
from sim.phases.mediation import gone, guaranteed_trust, mediators_pressure, set_seats
from sim.phases.witness import witness
from sim.vocabulary import (
    ATTEND_SLOT,
    CONCESSION,
    PLACE_STRIDE,
    PROMISE,
    WEEKS_TO_LIFT_A_LINE,
)


@standalone
def set_trust(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Guaranteed trust of each side, and what it makes of a gain and of a loss on each clause."""
    set_seats(rules, state, t)
    for place in range(rules.throughs[t]):
        set_reach(rules, state, t, rules.through[t, place])
    for side in range(2):
        trusted = guaranteed_trust(rules, draw, state, t, side)
        before = state.guaranteed_trust[t, side]
        if trusted != before or state.is_weighed[t] == 0:
            state.guaranteed_trust[t, side] = trusted
            state.is_weighed[t] = 0
            if (trusted > 0.0) != (before > 0.0):
                state.is_cut[t] = 0
            set_slopes(rules, draw, state, t, side)


@compilable
def set_reach(rules: Any, state: Any, t: int, k: int) -> None:
    """How far each deliverer can move the third actor whose hands a clause needs."""
    hands = rules.clause_through[t, k]
    for side in range(2):
        deliverer = rules.party[t, 1 - side]
        reach = 1.0
        if hands != deliverer:
            reach = 0.0 if gone(rules, state, hands) else state.leverage[deliverer, hands]
        before = state.reach[t, side, k]
        if reach != before:
            state.reach[t, side, k] = reach
            state.is_weighed[t] = 0
            if (reach > 0.0) != (before > 0.0):
                state.is_cut[t] = 0


@compilable
def set_slopes(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """What a unit of gain and a unit of loss are worth to a side on each clause."""
    trusted = state.guaranteed_trust[t, side]
    for k in range(rules.clauses[t]):
        weight = draw.weight[t, side, k]
        state.slope[t, side, PROMISE, k] = promise_worth(weight, trusted * state.reach[t, side, k])
        state.slope[t, side, CONCESSION, k] = concession_cost(weight, trusted, draw.vulnerability)


@compilable
def set_stakes(rules: Any, draw: Any, state: Any, t: int) -> None:
    """q k v of each side for the clause that ends the table's war, while it goes on."""
    w, k = rules.ended_war[t], rules.ending_clause[t]
    if w < 0 or k < 0:
        return
    for side in range(2):
        fights = rules.party[t, side] == rules.challenger[w]
        cost = draw.war_cost_challenger if fights else draw.war_cost_incumbent
        stake = state.guaranteed_trust[t, side] * cost * state.intensity[w] * state.war_open[w]
        if stake != state.stake[t, side, k]:
            state.stake[t, side, k] = stake
            state.is_cut[t] = 0


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
            look_again(rules, state)
            return


@standalone
def prepare(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Look at a table as it stands this week, with the mediators who are present: defaults, trust, frontier.

    A frontier all of whose inputs are as they were is as it was.
    """
    set_defaults(rules, draw, state, t)
    set_trust(rules, draw, state, t)
    set_stakes(rules, draw, state, t)
    if state.is_weighed[t] == 1 and state.is_cut[t] == 1:
        return
    trace_frontier(rules, state, t)
    state.is_weighed[t] = 1
    if rules.seats[t] > 0:  # nobody else looks at it
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
def recognition_cost(rules: Any, draw: Any, state: Any, t: int, side: int) -> float:
    """What a side concedes by coming at all, where sitting down at the table is itself the point of a cell.

    To talk to a government is to recognise it: where a table opens once a cell is delivered, coming delivers that cell
    for the week, and costs the one who has it to deliver. Nothing is conceded that has been delivered already.
    """
    cell = rules.opens_cell[t]
    i = rules.party[t, side]
    if cell < 0 or rules.opens_by[t] != i:
        return 0.0
    position = state.position[i, cell]
    loss = utility(state.cell[cell], position) - utility(1.0, position)
    return draw.cell_weight[i, cell] * max(loss, 0.0)


@compilable
def arrears_of_present(rules: Any, state: Any, t: int, side: int) -> float:
    """What the others at the table owe a side under agreements anywhere, as shares of their tables' value.

    An agreement that has collapsed settles nothing: what was owed is held against the debtor until it fades.
    """
    i = rules.party[t, side]
    total = 0.0
    for place in range(rules.sits[i]):
        other, its_side = rules.sit_table[i, place], rules.sit_side[i, place]
        owed = state.arrears[other, its_side]
        if owed > 0.0 and present(rules, state, t, rules.party[other, 1 - its_side], side):
            total += owed
    return total


@compilable
def offer_weight(rules: Any, draw: Any, t: int, side: int, cell: int) -> float:
    """Weight of an issue to a side of a table; of one that the table does not bargain over, where it weighs most."""
    for k in range(rules.clauses[t]):
        if rules.clause_cell[t, k] == cell:
            return draw.weight[t, side, k]
    return draw.cell_weight[rules.party[t, side], cell]


@compilable
def conditional_offer(rules: Any, draw: Any, state: Any, t: int, side: int) -> float:
    """What a side is given only if it comes, as a share of the table's value."""
    total = 0.0
    if state.offers[t, side] == 0:
        return total
    i = rules.party[t, side]
    for cell in range(rules.cells):
        point = state.conditional_offer[t, side, cell]
        if not isnan(point) and state.has_position[i, cell] == 1:
            position = state.position[i, cell]
            change = utility(point, position) - utility(state.cell[cell], position)
            total += offer_weight(rules, draw, t, side, cell) * change
    return total


@standalone
def collect_offer(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """It came: what was offered for that is given, and seen to be given."""
    i = rules.party[t, side]
    for cell in range(rules.cells):
        point = state.conditional_offer[t, side, cell]
        if not isnan(point):
            giver = state.offered_by[t, side, cell]
            if giver >= 0 and giver != i:
                moved = abs(point - state.cell[cell])
                weight = offer_weight(rules, draw, t, side, cell)
                witness(rules, state, i, giver, evidence(rules.cell_nu[cell], weight, moved), 0.0)
            state.cell[cell] = point
            state.conditional_offer[t, side, cell] = nan
    state.offers[t, side] = 0


@compilable
def attend(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """A party decides whether it comes this week."""
    surplus = 0.5 * state.best[t, side] if state.zone[t] == 1 else 0.0
    offer = conditional_offer(rules, draw, state, t, side)
    owed = arrears_of_present(rules, state, t, side)
    pressed = state.pressure[t, side]
    cost = draw.attendance_cost + recognition_cost(rules, draw, state, t, side)
    log_odds = party_log_odds(draw.table_weight[t, side], surplus, offer, owed, pressed, cost, draw.noise)
    number = luck(state, ATTEND_SLOT + t * PLACE_STRIDE + side)
    state.attending[t, side] = 1 if below_logistic(number, log_odds) else 0
    state.asked[t, side] += 1
    state.attended[t, side] += state.attending[t, side]
    terms = state.attend_terms[t, side]
    terms[0], terms[1], terms[2], terms[3] = surplus, offer, owed, pressed
    terms[4], terms[5], terms[6], terms[7] = cost, state.guaranteed_trust[t, side], log_odds, number
    if state.offers[t, side] > 0 and state.attending[t, side] == 1:
        collect_offer(rules, draw, state, t, side)
