"""What mediators choose: how hard each tries on each party of its tables, looked at anew every fourth week."""

from __future__ import annotations

from typing import Any

from sim.model.equations.effort import chosen_effort, kindness, promise_for_effort
from sim.model.equations.package import gain
from sim.model.equations.trust import evidence
from sim.model.phases.cells import put_cell
from sim.model.phases.mediation import gone, observer_gain, own_cell, usual_effort
from sim.model.phases.witness import witness
from sim.model.vocabulary import CLOSED, FOR_EFFORT, FREE_EFFORT, IN_FORCE, LEAST_GAIN
from sim.numerics.dialect import any_of, compilable, fails, first_lane, lanes_where, run_of, standalone, where


@compilable
def stake(rules: Any, draw: Any, state: Any, m: int, target: int) -> Any:
    """W G of a mediator, over the tables of the target where it has a seat and that are not closed.

    In force a table is worth the whole deal against its default, else a middling deal.
    """
    total = 0.0 * state.presence
    for t in range(rules.tables):
        sits = rules.party[t, 0] == target or rules.party[t, 1] == target
        weight = draw.observer_table_weight[t, m]
        if sits and rules.seated[m, t] == 1 and weight > 0.0:
            gained = observer_gain(rules, draw, state, t, m, state.midpoint[t])
            bound = state.status[t] == IN_FORCE
            if any_of(bound):
                gained = where(bound, observer_gain(rules, draw, state, t, m, state.package[t]), gained)
            total = total + where(state.status[t] == CLOSED, 0.0, weight * gained)
    return total


@standalone
def stakes_at_epoch(rules: Any, draw: Any, state: Any) -> None:
    """What every mediator has at stake at the epoch: an effort as coded was chosen with that in view."""
    for place in range(rules.mediated):
        q = rules.mediated_pair[place]
        m, target = rules.trusted[q], rules.truster[q]
        state.stake_start[m, target] = stake(rules, draw, state, m, target)


@compilable
def reciprocity(rules: Any, draw: Any, state: Any, m: int, target: int) -> Any:
    """sum_R W rho kindness_R over those who would gain by an effort on the target: the others at its tables."""
    total = 0.0 * state.presence
    for place in range(rules.askers[m, target]):
        asker, t = rules.asker[m, target, place], rules.asker_table[m, target, place]
        side = 0 if rules.party[t, 0] == m else 1
        exists = where(state.regime == 1, rules.table_regime[t, 1], rules.table_regime[t, 0]) == 1
        felt = draw.table_weight[t, side] * draw.reciprocity * state.kindness[m, asker]
        total = total + where(exists, felt, 0.0)
    return total


@standalone
def choose_effort(rules: Any, draw: Any, plan: Any, state: Any, m: int, target: int) -> None:
    """A mediator chooses its effort on a party: by what has changed since the epoch, and by what is promised for it."""
    usual = usual_effort(state, m, target)
    changed = stake(rules, draw, state, m, target) - state.stake_start[m, target]
    reasons = state.leverage[m, target] * changed + reciprocity(rules, draw, state, m, target)
    effort = chosen_effort(usual, reasons, draw.effort_strength, draw.coercion_cost)
    for e in range(plan.events):
        if plan.effect[e] == FOR_EFFORT and plan.target[e] == m and plan.about[e] == target:
            effort = answer(rules, draw, plan, state, e, usual, reasons, effort)
    here = fails(gone(rules, state, m) | gone(rules, state, target))
    state.effort[m, target] = where(here, effort, state.effort[m, target])
    for regime in range(2):
        cell = rules.effort_cell[m, target, regime]
        if cell >= 0:
            free = here & (state.regime == regime) & fails(agreed(rules, state, cell))
            put_cell(rules, state, cell, where(free, state.effort[m, target], state.cell[cell]))


@compilable
def agreed(rules: Any, state: Any, cell: int) -> Any:
    """Whether an agreement in force covers a cell that is an effort."""
    covered = state.week < 0
    for t in range(rules.tables):
        for k in range(rules.clauses[t]):
            if rules.clause_cell[t, k] == cell and rules.clause_effort_on[t, k] >= 0:
                covered = covered | ((state.status[t] == IN_FORCE) & (state.in_package[t, k] == 1))
    return covered


@compilable
def relation_weight(rules: Any, draw: Any, m: int, target: int, other: int) -> float:
    """W of the table at which a mediator bargains with another; 1 where they share none: the issue alone counts."""
    for place in range(rules.askers[m, target]):
        if rules.asker[m, target, place] == other:
            t = rules.asker_table[m, target, place]
            return float(draw.table_weight[t, 0 if rules.party[t, 0] == m else 1])
    return 1.0


@compilable
def answer(rules: Any, draw: Any, plan: Any, state: Any, e: int, usual: Any, reasons: Any, effort: Any) -> Any:
    """The effort with an offer in view: raised to the level that is asked where the offer is worth it, else as it was.

    What is promised is given as long as the effort lasts, and taken back with it; a threat is the same with a loss.
    """
    m, giver, cell, level = plan.target[e], plan.player[e], plan.place_cell[e], plan.level[e]
    stands = (state.promised[e] == 1) & (state.has_position[m, cell] == 1) & fails(gone(rules, state, giver))
    without = where(state.granted[e] == 1, state.withheld[e], state.cell[cell])
    change = gain(plan.value[e], without, state.position[m, cell])
    weight = draw.relative_salience[m, cell] * relation_weight(rules, draw, m, plan.about[e], giver)
    worth = promise_for_effort(weight, state.trust[m, giver], change)
    worth = where((change < 0.0) == (plan.conditional[e] == 1), worth, 0.0)
    worth = worth * draw.loss_weight if plan.conditional[e] == 1 else worth
    moved = chosen_effort(usual, reasons + worth, draw.effort_strength, draw.coercion_cost)
    effort = where(stands & (moved >= level), max(effort, level), effort)
    reached = effort >= level - LEAST_GAIN
    due = stands & (reached if plan.conditional[e] == 0 else fails(reached))
    left = lanes_where(due != (state.granted[e] == 1))
    while left:
        lane, left = first_lane(left), left & (left - 1)
        turn(rules, draw, plan, run_of(state, lane), e)
    return effort


@standalone
def turn(rules: Any, draw: Any, plan: Any, state: Any, e: int) -> None:
    """Give what was promised for an effort, or do what was threatened; or take it back."""
    m, giver, cell = plan.target[e], plan.player[e], plan.place_cell[e]
    if state.granted[e] == 1:
        state.granted[e] = 0
        put_cell(rules, state, cell, state.withheld[e])
        return
    state.granted[e], state.withheld[e] = 1, state.cell[cell]
    change = gain(plan.value[e], state.cell[cell], state.position[m, cell])
    put_cell(rules, state, cell, plan.value[e])
    if change > 0.0 and giver >= 0:
        witness(rules, state, m, giver, evidence(rules.cell_nu[cell], draw.cell_weight[m, cell], change), 0.0, True)


@standalone
def choose_efforts(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    """Every mediator looks again at what it does, and forgets a little of what was done to it."""
    fortnight = draw.decay * draw.decay
    for q in range(rules.trusting):
        i, j = rules.truster[q], rules.trusted[q]
        state.kindness[i, j] *= fortnight * fortnight
    for place in range(rules.mediated):
        q = rules.mediated_pair[place]
        choose_effort(rules, draw, plan, state, rules.trusted[q], rules.truster[q])


@compilable
def try_anew(rules: Any, draw: Any, plan: Any, state: Any, m: int) -> None:
    """A mediator's usual effort has changed: it acts on it at once."""
    for place in range(rules.mediated):
        q = rules.mediated_pair[place]
        if rules.trusted[q] == m:
            choose_effort(rules, draw, plan, state, m, rules.truster[q])


@compilable
def feel(rules: Any, draw: Any, state: Any, player: int, cell: int, before: float, after: float) -> None:
    """Those whom an act of a player concerns remember it as kind or unkind."""
    if player < 0:
        return
    for q in range(rules.trusting):
        i = rules.truster[q]
        if rules.trusted[q] == player and state.has_position[i, cell] == 1:
            change = gain(after, before, state.position[i, cell])
            state.kindness[i, player] += kindness(change, draw.relative_salience[i, cell], draw.loss_weight)


@compilable
def set_usual(rules: Any, state: Any, cell: int) -> None:
    """An effort that is a cell has been moved by an act: from now on this is the usual one."""
    for place in range(rules.mediated):
        q = rules.mediated_pair[place]
        m, target = rules.trusted[q], rules.truster[q]
        if own_cell(rules, state, m, target) == cell:
            state.effort_usual[m, target] = state.cell[cell]


@standalone
def begin_efforts(rules: Any, state: Any) -> None:
    """Efforts as the epoch has them: the cell that is one, else facilitation."""
    for place in range(rules.mediated):
        q = rules.mediated_pair[place]
        begin_effort(rules, state, rules.trusted[q], rules.truster[q])


@compilable
def begin_effort(rules: Any, state: Any, m: int, target: int) -> None:
    """An effort as it stands: from now on the usual one, and the one from which coercion counts."""
    cell = own_cell(rules, state, m, target)
    usual = state.cell[cell] if cell >= 0 else FREE_EFFORT
    state.effort_usual[m, target], state.effort_start[m, target], state.effort[m, target] = usual, usual, usual


@compilable
def turn_efforts(rules: Any, state: Any) -> None:
    """The regime has turned: efforts that are other cells than before begin as these stand."""
    for place in range(rules.mediated):
        q = rules.mediated_pair[place]
        m, target = rules.trusted[q], rules.truster[q]
        if rules.effort_cell[m, target, 0] != rules.effort_cell[m, target, 1]:
            begin_effort(rules, state, m, target)
