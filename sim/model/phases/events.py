"""The events phase: what a scenario brings about this week, on the state that last week left."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

from sim.model.equations.position import ideal_point
from sim.model.equations.trust import affinity, evidence
from sim.model.phases.cells import put_cell
from sim.model.phases.defaults import exit_waits, look_again
from sim.model.phases.effort import feel, set_usual, try_anew
from sim.model.phases.mediation import gone
from sim.model.phases.private import call_anew
from sim.model.phases.triggers import look_out
from sim.model.phases.witness import witness
from sim.model.vocabulary import (
    ABSENT,
    AFTER,
    BY_POSITION,
    BY_WEEK,
    CLOSED,
    CONCEDE,
    CONVENE,
    DELAY,
    EFFORT,
    FOR_EFFORT,
    FOREVER,
    IN_FORCE,
    INVITE,
    NEVER,
    OFFENSIVE,
    OFFER,
    OPEN,
    PENDING,
    SCHEDULE,
    SET_CELL,
    SHIFT_CELL,
    STAND,
    SUSPENDED,
    TRANCHE_WEEKS,
)
from sim.numerics.dialect import compilable, first_lane, lanes_where, run_of, standalone


@compilable
def be_seen(rules: Any, draw: Any, state: Any, player: int, cell: int, before: float, after: float) -> None:
    """Conduct: whoever gains from a change counts it as kept, whoever loses as broken (design, section 4.1).

    An observer with a stake of its own counts that; any other sees what is done to those it sides with.
    """
    if player < 0:
        return
    for q in range(rules.trusting):
        observer = rules.truster[q]
        if rules.trusted[q] == player and state.has_position[observer, cell] == 1:
            count(rules, draw, state, player, cell, before, after, observer, observer, 1.0)
        elif rules.trusted[q] == player:
            for victim in range(rules.players):
                party = rules.bargains[victim, cell] == 1 and state.has_position[victim, cell] == 1
                if party and victim != player and victim != observer and not gone(rules, state, victim):
                    side = draw.onlookers_on * affinity(state.trust[observer, victim])
                    count(rules, draw, state, player, cell, before, after, observer, victim, side)


@compilable
def count(
    rules: Any,
    draw: Any,
    state: Any,
    player: int,
    cell: int,
    before: float,
    after: float,
    observer: int,
    concerned: int,
    share: float,
) -> None:
    """An observer counts what an act of a player gives or takes one whom it concerns."""
    position = state.position[concerned, cell]
    change = abs(before - position) - abs(after - position)
    worth = evidence(rules.cell_nu[cell], draw.cell_weight[concerned, cell], abs(change)) * share
    if worth > 0.0:
        kept = worth if change > 0.0 else 0.0
        witness(rules, state, observer, player, kept, worth - kept, True)


@compilable
def set_cell(rules: Any, draw: Any, state: Any, player: int, cell: int, point: float) -> None:
    """A player moves a cell by its own act."""
    before = state.cell[cell]
    put_cell(rules, state, cell, min(max(point, 0.0), 1.0))
    state.moved_by[cell] = player
    be_seen(rules, draw, state, player, cell, before, state.cell[cell])
    feel(rules, draw, state, player, cell, before, state.cell[cell])
    set_usual(rules, state, cell)


@compilable
def take_stand(rules: Any, draw: Any, state: Any, player: int, cell: int, point: float) -> None:
    """A player declares where it stands; others judge the move from what it said, or from what is the case."""
    before = state.position[player, cell] if state.has_position[player, cell] == 1 else state.cell[cell]
    if rules.owns[player, cell] == 1:
        point = ideal_point(state.cell_start[cell], point, draw.own_motion)
    state.position[player, cell] = point
    state.has_position[player, cell] = 1
    look_again(rules, state)
    be_seen(rules, draw, state, player, cell, before, point)
    follow_position(rules, state, player, cell)


@compilable
def follow_position(rules: Any, state: Any, player: int, cell: int) -> None:
    """A cell whose default path is its deliverer's position goes where the position goes, unless a deal covers it."""
    for t in range(rules.tables):
        for k in range(rules.clauses[t]):
            if rules.clause_cell[t, k] == cell and rules.clause_default[t, k] == BY_POSITION:
                covered = state.status[t] == IN_FORCE and state.in_package[t, k] == 1
                if rules.party[t, rules.clause_link[t, k]] == player and not covered:
                    put_cell(rules, state, cell, state.position[player, cell])
                    set_usual(rules, state, cell)


@compilable
def announce(state: Any, weeks: float, conditional: int, table: int) -> None:
    """Announce that the patron's presence ends in so many weeks: on conditions, once a table has agreed, or as is."""
    state.schedule_on, state.schedule_table = 1, table
    state.schedule_conditional = conditional
    state.schedule_start = state.week
    state.schedule_end = state.week + max(int(weeks), 1)
    state.schedule_from = state.presence


@compilable
def delay(rules: Any, state: Any, weeks: float, conditional: int) -> None:
    """Move the end of the withdrawal: of a schedule that runs, else of the clause in force, else nothing."""
    t, k = rules.presence_table, rules.presence_clause
    if state.schedule_on == 1:
        state.schedule_end += int(weeks)
    elif t >= 0 and state.status[t] == IN_FORCE and state.in_package[t, k] == 1:
        left = (1.0 - state.due_share[t, k]) / state.due_step[t, k] * TRANCHE_WEEKS
        announce(state, left + weeks, conditional, NEVER)


@compilable
def convene(rules: Any, state: Any, t: int) -> None:
    """Call a table together, if it exists under the regime and no agreement is in force there, or put to a vote."""
    if rules.table_regime[t, state.regime] == 0 or state.status[t] == IN_FORCE or state.status[t] == PENDING:
        return
    if state.status[t] == CLOSED:
        call_anew(state, t)
    state.status[t] = OPEN
    state.sessions[t] = 0
    state.impasses_in_row[t] = 0
    state.convenes[t] = NEVER
    state.meets_at[t] = state.week


@compilable
def offer_on_condition(plan: Any, rules: Any, state: Any, e: int) -> None:
    """Offer a party of a table a point of an issue, given only if it comes."""
    t, cell = plan.place_table[e], plan.place_cell[e]
    for side in range(2):
        if rules.party[t, side] == plan.target[e]:
            if isnan(state.conditional_offer[t, side, cell]):
                state.offers[t, side] += 1
            state.conditional_offer[t, side, cell] = plan.value[e]
            state.offered_by[t, side, cell] = plan.player[e]


@compilable
def stay_away(plan: Any, rules: Any, state: Any, e: int, until: int) -> None:
    """A mediator keeps away from a table, or from all where none is named."""
    for t in range(rules.tables):
        if plan.place_table[e] < 0 or plan.place_table[e] == t:
            for m in range(rules.seats[t]):
                for g in range(rules.seat_members[t, m]):
                    if rules.seat_member[t, m, g] == plan.player[e]:
                        state.absent_until[t, m] = until


@standalone
def take_effect(rules: Any, draw: Any, plan: Any, state: Any, e: int) -> None:
    """Bring about the effect of one event."""
    effect, player, cell, t = plan.effect[e], plan.player[e], plan.place_cell[e], plan.place_table[e]
    value = plan.value[e]
    until = state.week + plan.weeks[e] if plan.weeks[e] > 0 else FOREVER
    remember(plan, state, e)
    if effect == SET_CELL:
        set_cell(rules, draw, state, player, cell, value)
    elif effect == SHIFT_CELL:
        set_cell(rules, draw, state, player, cell, state.cell[cell] + value)
    elif effect == OFFER:
        offer_on_condition(plan, rules, state, e)
    elif effect == SCHEDULE:
        announce(state, value, plan.conditional[e], t)
    elif effect == DELAY:
        delay(rules, state, value, plan.conditional[e])
    elif effect == CONVENE:
        convene(rules, state, t)
    elif effect == INVITE:
        state.invited[t, plan.place_seat[e]] = 1
    elif effect == EFFORT:
        state.effort_set[player] = value
        state.effort_until[player] = until
        try_anew(rules, draw, plan, state, player)
    elif effect == ABSENT:
        stay_away(plan, rules, state, e, until)
    elif effect == STAND:
        take_stand(rules, draw, state, player, cell, value)
    elif effect == OFFENSIVE:
        state.offensive[plan.place_war[e]] = value
        state.offensive_until[plan.place_war[e]] = until
    elif effect == FOR_EFFORT:
        state.promised[e] = 1
        try_anew(rules, draw, plan, state, plan.target[e])
    elif effect == CONCEDE:
        state.red_line[player, cell] = nan
        look_again(rules, state)


@compilable
def remember(plan: Any, state: Any, e: int) -> None:
    """Keep what a lasting effect has to return to; renewed while it lasts, it returns to what was before it."""
    effect, cell = plan.effect[e], plan.place_cell[e]
    if plan.weeks[e] <= 0 or (effect != SET_CELL and effect != SHIFT_CELL and effect != STAND):
        return
    lasting = state.reverts_at[e] >= 0
    state.reverts_at[e] = state.week + plan.weeks[e]
    if lasting:
        return
    if effect == STAND:
        held = state.has_position[plan.player[e], cell] == 1
        state.reverts_to[e] = state.position[plan.player[e], cell] if held else nan
    else:
        state.reverts_to[e] = state.cell[cell]


@standalone
def revert(rules: Any, plan: Any, state: Any, e: int) -> None:
    """End an effect that was for a time; that it lapses is nobody's act."""
    state.reverts_at[e] = NEVER
    cell = plan.place_cell[e]
    if plan.effect[e] == STAND:
        if isnan(state.reverts_to[e]):
            state.has_position[plan.player[e], cell] = 0
        else:
            state.position[plan.player[e], cell] = state.reverts_to[e]
            look_again(rules, state)
        follow_position(rules, state, plan.player[e], cell)
    else:
        put_cell(rules, state, cell, state.reverts_to[e])
        set_usual(rules, state, cell)


@standalone
def withdraw(rules: Any, state: Any) -> None:
    """Carry an announced withdrawal one week further, unless it waits."""
    if state.schedule_on == 0:
        return
    if exit_waits(rules, state):
        state.schedule_start += 1
        state.schedule_end += 1
        return
    length = max(state.schedule_end - state.schedule_start, 1)
    left = max(0.0, 1.0 - (state.week - state.schedule_start) / length)
    state.presence = min(state.presence, state.schedule_from * left)
    if rules.presence_cell >= 0:  # a war may have a patron whose presence no table is about
        state.cell[rules.presence_cell] = 1.0 - state.presence


@compilable
def may_open(rules: Any, state: Any, t: int) -> Any:
    """Whether the week, the cell or the end of a pause that a table waits for has come."""
    may = (state.convenes[t] >= 0) & (state.convenes[t] <= state.week)
    may = may | ((state.status[t] == SUSPENDED) & (state.week >= state.reopens[t]))
    if rules.opens[t] == AFTER:
        waits = (state.status[t] == CLOSED) & (state.convenes[t] == NEVER)
        may = may | (waits & (state.cell[rules.opens_cell[t]] >= rules.opens_at[t]))
    return may


@compilable
def open_table(rules: Any, state: Any, t: int) -> None:
    """Open a table whose time has come."""
    may = may_open(rules, state, t) & (state.idle == 0)
    left = lanes_where(may)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        convene(rules, run_of(state, lane), t)


@compilable
def bring_about(rules: Any, draw: Any, plan: Any, state: Any, e: int) -> None:
    """Let one event happen if its time has come, or let its effect end."""
    happening = (state.happening[e] == 1) & (state.idle == 0)
    over = (state.happening[e] == 0) & (state.reverts_at[e] >= 0) & (state.week >= state.reverts_at[e])
    left = lanes_where(happening)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        happen(rules, draw, plan, run_of(state, lane), e)
    left = lanes_where(over)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        revert(rules, plan, run_of(state, lane), e)


@compilable
def happen(rules: Any, draw: Any, plan: Any, state: Any, e: int) -> None:
    """Let one event happen."""
    if plan.lag[e] == 0 or plan.mode[e] == BY_WEEK:
        state.fired[e] += 1
    take_effect(rules, draw, plan, state, e)


@standalone
def events(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    """The whole phase: triggers, reversals and events in declared order, the withdrawal, the tables that open."""
    state.flight = 0.0
    for e in range(plan.events):
        look_out(plan, state, e)
    for e in range(plan.events):
        bring_about(rules, draw, plan, state, e)
    left = lanes_where(state.schedule_on == 1)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        withdraw(rules, run_of(state, lane))
    for t in range(rules.tables):
        open_table(rules, state, t)
