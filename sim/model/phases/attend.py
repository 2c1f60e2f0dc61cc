"""The attend phase: what a table promises each party this week, who mediates, who comes."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

from sim.model.equations.attendance import attendance
from sim.model.equations.choice import log_odds
from sim.model.equations.package import concession_cost, gain, promise_worth, tied_worth, utility
from sim.model.equations.trust import evidence
from sim.model.phases.cells import put_cell
from sim.model.phases.defaults import look_again, set_defaults
from sim.model.phases.frontier import set_midpoint, trace_frontier
from sim.model.phases.luck import luck
from sim.model.phases.mediation import gone, guaranteed_trust, mediators_pressure, set_seats
from sim.model.phases.theories import fights_on, is_ripe, readiness
from sim.model.phases.witness import witness
from sim.model.vocabulary import (
    ATTEND_SLOT,
    BY_READINESS,
    BY_RIPENESS,
    CERTAIN,
    CHALLENGING,
    CONCESSION,
    NEVER,
    PLACE_STRIDE,
    PROMISE,
    WEEKS_TO_LIFT_A_LINE,
)
from sim.numerics.arithmetic import logistic
from sim.numerics.dialect import any_of, compilable, fails, first_lane, lanes_where, note, run_of, standalone, where


@standalone
def set_trust(rules: Any, draw: Any, state: Any, t: int, here: Any) -> None:
    """Guaranteed trust of each side, and what it makes of a gain and of a loss on each clause."""
    set_seats(rules, state, t, here)
    for place in range(rules.throughs[t]):
        set_reach(rules, state, t, rules.through[t, place], here)
    for side in range(2):
        before = state.guaranteed_trust[t, side]
        trusted = where(here, guaranteed_trust(rules, draw, state, t, side), before)
        moved = here & ((trusted != before) | (state.is_weighed[t] == 0))
        if any_of(moved):
            state.guaranteed_trust[t, side] = trusted
            state.is_weighed[t] = where(moved, 0, state.is_weighed[t])
            turned = moved & ((trusted > 0.0) != (before > 0.0))
            if any_of(turned):
                for k in range(rules.clauses[t]):
                    state.is_cut[t, k] = where(turned, 0, state.is_cut[t, k])
            set_slopes(rules, draw, state, t, side, moved)


@compilable
def set_reach(rules: Any, state: Any, t: int, k: int, here: Any) -> None:
    """How far each deliverer can move the third actor whose hands a clause needs."""
    hands = rules.clause_through[t, k]
    for side in range(2):
        deliverer = rules.party[t, 1 - side]
        before = state.reach[t, side, k]
        reach = 1.0
        if hands != deliverer:
            reach = where(gone(rules, state, hands), 0.0, state.leverage[deliverer, hands])
        moved = here & (reach != before)
        state.reach[t, side, k] = where(here, reach, before)
        state.is_weighed[t] = where(moved, 0, state.is_weighed[t])
        state.is_cut[t, k] = where(moved & ((reach > 0.0) != (before > 0.0)), 0, state.is_cut[t, k])


@compilable
def set_slopes(rules: Any, draw: Any, state: Any, t: int, side: int, here: Any) -> None:
    """What a unit of gain and a unit of loss are worth to a side on each clause."""
    trusted = state.guaranteed_trust[t, side]
    for k in range(rules.clauses[t]):
        weight = draw.weight[t, side, k]
        worth = promise_worth(weight, trusted * state.reach[t, side, k])
        cost = concession_cost(weight, trusted, draw.vulnerability)
        state.slope[t, side, PROMISE, k] = where(here, worth, state.slope[t, side, PROMISE, k])
        state.slope[t, side, CONCESSION, k] = where(here, cost, state.slope[t, side, CONCESSION, k])


@compilable
def set_stakes(rules: Any, draw: Any, state: Any, t: int, here: Any) -> None:
    """q k v of each side for the clause that ends the table's war, while it goes on."""
    w, k = rules.ended_war[t], rules.ending_clause[t]
    if w < 0 or k < 0:
        return
    for side in range(2):
        fights = rules.war_side[w, rules.party[t, side]] == CHALLENGING
        cost = draw.war_cost_challenger if fights else draw.war_cost_incumbent
        before = state.stake[t, side, k]
        stake = where(here, state.guaranteed_trust[t, side] * cost * state.intensity[w] * state.war_open[w], before)
        moved = stake != before
        state.is_cut[t, k] = where(moved, 0, state.is_cut[t, k])
        state.is_weighed[t] = where(moved, 0, state.is_weighed[t])
        state.stake[t, side, k] = stake


@compilable
def set_exit(rules: Any, draw: Any, state: Any, t: int, here: Any) -> None:
    """What an exit that waits for this table's agreement makes signing worth to each side, whatever is signed."""
    if rules.presence_cell < 0 or draw.tied_exit_on == 0:
        return
    leaver, cell = rules.party[rules.presence_table, rules.presence_side], rules.presence_cell
    tied = (state.schedule_on == 1) & (state.schedule_table == t)
    for side in range(2):
        before = state.exit_worth[t, side]
        if any_of(here & (tied | (before != 0.0))):
            i = rules.party[t, side]
            holds = (state.has_position[i, cell] == 1) & tied
            trusted = 1.0 if i == leaver else state.trust[i, leaver]
            change = gain(1.0, state.cell[cell], state.position[i, cell])
            worth = where(here, where(holds, tied_worth(draw.cell_weight[i, cell], trusted, change), 0.0), before)
            state.is_weighed[t] = where(worth != before, 0, state.is_weighed[t])
            state.exit_worth[t, side] = worth


@compilable
def set_pressure(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """The mediators' pressure on a side; a quarter of strong pressure lifts the first red line it still holds."""
    here = state.meeting[t] == 1
    pressed = mediators_pressure(rules, draw, state, t, side)
    state.pressure[t, side] = where(here, pressed, state.pressure[t, side])
    weeks = where(pressed <= 0.5 * draw.pressure_weight, 0, state.pressure_weeks[t, side] + int(draw.round_weeks))
    state.pressure_weeks[t, side] = where(here, weeks, state.pressure_weeks[t, side])
    left = lanes_where(here & (weeks >= WEEKS_TO_LIFT_A_LINE))
    while left:
        lane, left = first_lane(left), left & (left - 1)
        lift_line(rules, run_of(state, lane), t, side)


@compilable
def lift_line(rules: Any, state: Any, t: int, side: int) -> None:
    """Lift the first red line of a side that has been pressed for long enough."""
    state.pressure_weeks[t, side] = 0
    i = rules.party[t, side]
    for k in range(rules.clauses[t]):
        cell = rules.clause_cell[t, k]
        if not isnan(state.red_line[i, cell]):
            state.red_line[i, cell] = nan
            look_again(rules, state)
            return


@standalone
def set_terms(rules: Any, draw: Any, state: Any, t: int, here: Any) -> None:
    """See a table with the defaults, trust, leverage and war of today."""
    set_defaults(rules, draw, state, t, here)
    set_trust(rules, draw, state, t, here)
    set_stakes(rules, draw, state, t, here)
    set_exit(rules, draw, state, t, here)


@standalone
def prepare(rules: Any, draw: Any, state: Any, t: int, here: Any) -> None:
    """Look at a table as it stands this week, with the mediators who are present: defaults, trust, frontier.

    A frontier all of whose inputs are as they were is as it was.
    """
    set_terms(rules, draw, state, t, here)
    stale = here & (state.is_weighed[t] == 0)
    left = lanes_where(stale)
    if left:
        trace_frontier(rules, state, t, stale)
    if rules.seats[t] > 0:  # nobody else looks at a midpoint
        while left:
            lane, left = first_lane(left), left & (left - 1)
            set_midpoint(rules, run_of(state, lane), t)


@compilable
def present(rules: Any, state: Any, t: int, player: int, side: int) -> Any:
    """Whether a player is the other party of a side, or came to the table as a mediator."""
    came = rules.party[t, 1 - side] == player
    for m in range(rules.seats[t]):
        for g in range(rules.seat_members[t, m]):
            if rules.seat_member[t, m, g] == player:
                came = came | (state.attending[t, 2 + m] == 1)
    return came


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
def arrears_held(rules: Any, draw: Any, state: Any, t: int, side: int) -> float:
    """What a side is owed under agreements anywhere, as shares of their tables' value, as far as this table hurts.

    It is held in full against a debtor at the table, and against one who is not there as far as the table weighs with
    it: not to come is a way to make it pay. An agreement that has collapsed settles nothing: what was owed is held
    against the debtor until it fades.
    """
    i = rules.party[t, side]
    total = 0.0
    for place in range(rules.sits[i]):
        other, its_side = rules.sit_table[i, place], rules.sit_side[i, place]
        owed = state.arrears[other, its_side]
        if any_of(owed > 0.0) and (other == t or draw.grievances_on == 1):
            debtor = rules.party[other, 1 - its_side]
            share = where(present(rules, state, t, debtor, side), 1.0, draw.observer_table_weight[t, debtor])
            total += where((owed > 0.0) & fails(gone(rules, state, debtor)), share * owed, 0.0)
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
    if not any_of(state.offers[t, side] > 0):
        return total
    i = rules.party[t, side]
    for cell in range(rules.cells):
        point = state.conditional_offer[t, side, cell]
        none = isnan(point) | (state.has_position[i, cell] == 0)
        position = state.position[i, cell]
        change = utility(point, position) - utility(state.cell[cell], position)
        total += where(none, 0.0, offer_weight(rules, draw, t, side, cell) * change)
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
                witness(rules, state, i, giver, evidence(rules.cell_nu[cell], weight, moved), 0.0, True)
            put_cell(rules, state, cell, point)
            state.conditional_offer[t, side, cell] = nan
    state.offers[t, side] = 0


@compilable
def count_refusal(draw: Any, state: Any, t: int, side: int, here: Any, came: Any) -> None:
    """A side that does not come stays away until it comes again: the longest such time is kept."""
    since = state.refusing_since[t, side]
    first = where(since == NEVER, state.week, since)
    since = where(here, where(came == 1, NEVER, first), since)
    state.refusing_since[t, side] = since
    away = where(here & (came == 0), state.week - since + int(draw.round_weeks), 0)
    state.refusal[t, side] = max(state.refusal[t, side], away)


@compilable
def attend(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """A party decides whether it comes to this round."""
    here = state.meeting[t] == 1
    surplus = where(state.zone[t] == 1, 0.5 * state.best[t, side], 0.0)
    offer = conditional_offer(rules, draw, state, t, side)
    owed = arrears_held(rules, draw, state, t, side)
    pressed = state.pressure[t, side]
    conceded = recognition_cost(rules, draw, state, t, side)
    weight, cost = draw.table_weight[t, side], draw.attendance_cost
    if draw.coming == BY_READINESS:
        waits = fights_on(rules, state, t)
        surplus = where(waits, readiness(rules, draw, state, t, side), surplus)
        pressed = where(waits, 0.0, pressed)  # it is part of the motivation
    terms = attendance(weight, surplus, offer, owed, pressed, cost, conceded)
    odds = log_odds(terms, draw.noise)
    if draw.coming == BY_RIPENESS:
        odds = where(is_ripe(rules, draw, state, t), odds, -CERTAIN)
    if draw.private_on == 1:
        number, since = state.stance[t, side], state.renewed_at[t, side]
    else:
        number, since = luck(state, ATTEND_SLOT + t * PLACE_STRIDE + side), state.week
    came = where(here & (number < logistic(odds)), 1, 0)
    state.attending[t, side] = where(here, came, state.attending[t, side])
    state.asked[t, side] += where(here, 1, 0)
    state.attended[t, side] += came
    count_refusal(draw, state, t, side, here, came)
    note(state, state.attend_terms[t, side], (*terms, odds, number, state.guaranteed_trust[t, side], since))
    left = lanes_where((came == 1) & (state.offers[t, side] > 0))
    while left:
        lane, left = first_lane(left), left & (left - 1)
        collect_offer(rules, draw, run_of(state, lane), t, side)
