"""Before the first week: what follows from a draw, and the state at the epoch."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

from sim.model.equations.concession import log_of_time
from sim.model.equations.position import ideal_point
from sim.model.equations.trust import weekly_decay
from sim.model.equations.war import parity_strength
from sim.model.phases.attend import prepare
from sim.model.phases.bargain import bind_clause
from sim.model.phases.defaults import arms_kept, fighting_allies, set_defaults, strength_of_incumbent
from sim.model.phases.effort import begin_efforts, stakes_at_epoch
from sim.model.phases.fight import sanctuary_reach, target_cohesion
from sim.model.phases.leverage import derive_tool, set_availability_at_epoch, set_leverage
from sim.model.vocabulary import (
    BY_POSITION,
    CHALLENGING,
    CLOSED,
    IN_FORCE,
    MOST_SESSIONS,
    NEVER,
    OPEN,
    PAUSE_WEEKS,
    STANDING,
    SUSPENDED,
    TRANCHE_WEEKS,
)
from sim.numerics.dialect import compilable, standalone


@compilable
def player_salience(draw: Any, plan: Any, player: int, cell: int) -> float:
    """Salience of an issue to a player: as coded, else that of a stand which the plan may bring."""
    coded = draw.salience[player, cell]
    return coded if coded > 0.0 else plan.stand_salience[player, cell]


@compilable
def table_salience(rules: Any, draw: Any, plan: Any, t: int, player: int) -> float:
    """Sum of a player's saliences over the cells of a table."""
    total = 0.0
    for k in range(rules.clauses[t]):
        total += player_salience(draw, plan, player, rules.clause_cell[t, k])
    return total


@compilable
def weightiest(rules: Any, draw: Any, plan: Any, player: int) -> float:
    """The largest such sum over all tables, whether the player is a party there or not."""
    largest = 0.0
    for t in range(rules.tables):
        largest = max(largest, table_salience(rules, draw, plan, t, player))
    return largest


@standalone
def derive_weights(rules: Any, draw: Any, plan: Any, t: int) -> None:
    """Weights of a table's clauses to its parties and to everybody else, and of the table among a player's tables."""
    for side in range(2):
        i = rules.party[t, side]
        total = table_salience(rules, draw, plan, t, i)
        draw.table_weight[t, side] = total / weightiest(rules, draw, plan, i)
        for k in range(rules.clauses[t]):
            draw.weight[t, side, k] = draw.salience[i, rules.clause_cell[t, k]] / total
    for player in range(rules.players):
        total = table_salience(rules, draw, plan, t, player)
        largest = weightiest(rules, draw, plan, player)
        draw.observer_table_weight[t, player] = total / largest if largest > 0.0 else 0.0
        for k in range(rules.clauses[t]):
            cell = rules.clause_cell[t, k]
            share = player_salience(draw, plan, player, cell) / total if total > 0.0 else 0.0
            draw.observer_weight[t, player, k] = share
            draw.cell_weight[player, cell] = max(draw.cell_weight[player, cell], share)


@compilable
def derive_reason(rules: Any, draw: Any, o: int) -> None:
    """Whether anything could ever move a mediator's effort on a party, but for what is offered for it."""
    q = rules.mediated_pair[o]
    m, target = rules.trusted[q], rules.truster[q]
    draw.has_reason[o] = 1 if rules.askers[o] > 0 else 0
    for t in range(rules.tables):
        sits = rules.party[t, 0] == target or rules.party[t, 1] == target
        if sits and rules.seated[m, t] == 1 and draw.observer_table_weight[t, m] > 0.0:
            draw.has_reason[o] = 1


@standalone
def derive(rules: Any, draw: Any, plan: Any) -> None:
    """Fill in what follows from a draw: once a draw and plan, before its first run."""
    draw.decay = weekly_decay(draw.half_life)
    for session in range(1, MOST_SESSIONS + 1):
        over = float(session) >= draw.deadline
        draw.log_time[session] = 0.0 if over else log_of_time(float(session), draw.deadline)
    for tool in range(rules.instruments):
        derive_tool(rules, draw, tool)
    for i in range(rules.players):
        for j in range(rules.players):
            draw.start_for[i, j] = draw.prior_strength * draw.start_trust[i, j]
            draw.start_against[i, j] = draw.prior_strength * (1.0 - draw.start_trust[i, j])
        most = 0.0
        for cell in range(rules.cells):
            draw.cell_weight[i, cell] = 0.0
            most = max(most, player_salience(draw, plan, i, cell))
        for cell in range(rules.cells):
            salience = player_salience(draw, plan, i, cell)
            draw.relative_salience[i, cell] = salience / most if most > 0.0 else 0.0
    for t in range(rules.tables):
        derive_weights(rules, draw, plan, t)
    for o in range(rules.mediated):
        derive_reason(rules, draw, o)


@standalone
def begin_players(rules: Any, draw: Any, state: Any) -> None:
    """Trust, leverage, positions and red lines as the draw has them."""
    for i in range(rules.players):
        state.effort_set[i] = nan
        for j in range(rules.players):
            state.trust_for[i, j], state.trust_against[i, j] = draw.start_for[i, j], draw.start_against[i, j]
            state.leverage[i, j] = draw.coded_leverage[i, j]
            state.trust[i, j] = draw.start_trust[i, j]
        for cell in range(rules.cells):
            state.position[i, cell], state.has_position[i, cell] = draw.position[i, cell], draw.has_position[i, cell]
            state.red_line[i, cell] = draw.red_line[i, cell]


@standalone
def begin_positions(rules: Any, draw: Any, state: Any) -> None:
    """What those who deliver an issue alone want of it for nothing."""
    for i in range(rules.players):
        for cell in range(rules.cells):
            if rules.owns[i, cell] == 1 and state.has_position[i, cell] == 1:
                coded = state.position[i, cell]
                state.position[i, cell] = ideal_point(state.cell_start[cell], coded, draw.own_motion)


@standalone
def begin_cells(rules: Any, draw: Any, state: Any) -> None:
    """What is the case at the epoch, before anything rests on it: as drawn, or by position where a default path is.

    The presence's cell says what the presence is. What an owner wants of an issue for nothing begins at what is drawn.
    """
    state.presence = draw.start_presence
    for cell in range(rules.cells):
        state.cell[cell] = draw.start_cell[cell]
        state.moved_by[cell] = NEVER
    if rules.presence_cell >= 0:
        state.cell[rules.presence_cell] = 1.0 - state.presence
    for cell in range(rules.cells):
        state.cell_start[cell] = state.cell[cell]
    begin_positions(rules, draw, state)
    for t in range(rules.tables):
        begin_cells_by_position(rules, state, t)


@compilable
def begin_cells_by_position(rules: Any, state: Any, t: int) -> None:
    """A cell whose default path is its deliverer's position starts there."""
    for k in range(rules.clauses[t]):
        if rules.clause_default[t, k] == BY_POSITION:
            cell = rules.clause_cell[t, k]
            state.cell[cell] = state.position[rules.party[t, rules.clause_link[t, k]], cell]
            state.cell_start[cell] = state.cell[cell]


@standalone
def begin_wars(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    """Control as drawn, usual intensity less the ceasefire, cohesion at its target, parity at the epoch."""
    for w in range(rules.wars):
        over = rules.turns_regime[w] == 1 and plan.start_regime == 1
        state.war_open[w] = 0 if over else 1
        state.control[w] = draw.start_control[w]
        state.intensity[w] = 0.0 if over else 1.0 - state.cell[rules.ceasefire_cell[w]]
        state.cohesion[w] = target_cohesion(rules, draw, state, w)
        state.sanctuary[w] = sanctuary_reach(rules, draw, state, w)
        incumbent = strength_of_incumbent(rules, draw, state, w, state.presence)
        allies = fighting_allies(rules, draw, state, w, CHALLENGING)
        reached, armed = state.sanctuary[w], arms_kept(rules, state, w)
        state.strength[w] = parity_strength(draw.parity[w], incumbent, draw.sanctuary_effect, reached, armed, allies)


@compilable
def status_at_epoch(rules: Any, plan: Any, t: int) -> int:
    """A table's status as the epoch has it; what the regime does not know is closed."""
    if rules.table_regime[t, plan.start_regime] == 0:
        return CLOSED
    if plan.start_status[t] >= 0:
        return plan.start_status[t]
    return OPEN if rules.opens[t] == STANDING else CLOSED


@standalone
def begin_table(rules: Any, draw: Any, plan: Any, state: Any, t: int) -> None:
    """A table as the epoch has it: closed, open, suspended, or with an agreement in force."""
    state.optimism[t] = draw.optimism
    state.sessions[t] = int(draw.start_sessions[t])
    state.convenes[t], state.broken_off_week[t] = NEVER, NEVER
    state.agreed_week[t], state.collapsed_week[t] = NEVER, NEVER
    state.offering[t] = NEVER
    for m in range(rules.seats[t]):
        state.invited[t, m] = rules.seat_standing[t, m]
    for side in range(2):
        state.refusing_since[t, side] = NEVER
        for k in range(rules.clauses[t]):
            state.reach[t, side, k] = 1.0
        for cell in range(rules.cells):
            state.conditional_offer[t, side, cell] = nan
            state.offered_by[t, side, cell] = NEVER
    if state.status[t] == SUSPENDED:
        state.reopens[t] = PAUSE_WEEKS
    if state.status[t] == IN_FORCE:
        begin_agreement(rules, draw, plan, state, t)


@standalone
def begin_agreement(rules: Any, draw: Any, plan: Any, state: Any, t: int) -> None:
    """An agreement in force at the epoch: nothing is owed yet, and the rest falls due over the weeks that are left."""
    set_defaults(rules, draw, state, t, True)
    state.signed_week[t] = -plan.signed_weeks_ago[t]
    for k in range(rules.clauses[t]):
        point = plan.start_package[t, k]
        weeks = max(plan.weeks_left[t], TRANCHE_WEEKS)
        if isnan(point):
            bind_clause(rules, draw, state, t, k, state.cell[rules.clause_cell[t, k]], weeks)
            state.in_package[t, k] = 0
        else:
            bind_clause(rules, draw, state, t, k, point, weeks)


@compilable
def begin(rules: Any, draw: Any, plan: Any, state: Any, seed: int, run: int) -> None:
    """Set a zeroed state to the epoch, for one run of a derived draw."""
    begin_run(rules, draw, plan, state, seed, run)
    prepare_all(rules, draw, state)


@standalone
def prepare_all(rules: Any, draw: Any, state: Any) -> None:
    """Look at every table as it stands at the epoch."""
    for t in range(rules.tables):
        prepare(rules, draw, state, t, state.week >= 0)
    stakes_at_epoch(rules, draw, state)


@standalone
def begin_run(rules: Any, draw: Any, plan: Any, state: Any, seed: int, run: int) -> None:
    """Set a zeroed state to the epoch, for one run of a derived draw, but for what the tables promise then."""
    state.seed, state.draw_index, state.run = seed, draw.index, run
    state.regime, state.takeover_week, state.schedule_table = plan.start_regime, NEVER, NEVER
    for place in range(4):
        state.luck_week[place], state.luck_block[place] = NEVER, NEVER
    for e in range(plan.events):
        state.fires_at[e], state.reverts_at[e] = NEVER, NEVER
    begin_players(rules, draw, state)
    begin_cells(rules, draw, state)
    for t in range(rules.tables):
        state.status[t] = status_at_epoch(rules, plan, t)
    begin_wars(rules, draw, plan, state)
    for pair in range(rules.pairs):
        set_availability_at_epoch(rules, draw, state, pair)
        set_leverage(rules, draw, state, pair)
    begin_efforts(rules, state)
    for t in range(rules.tables):
        begin_table(rules, draw, plan, state, t)
