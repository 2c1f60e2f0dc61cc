"""What mediators choose: how hard each tries on each party of its tables, looked at anew every fourth week."""

from __future__ import annotations

from typing import Any

from sim.model.equations.effort import chosen_effort, kindness, promise_for_effort
from sim.model.equations.package import gain
from sim.model.equations.trust import evidence
from sim.model.phases.cells import put_cell
from sim.model.phases.mediation import gone, observer_gain
from sim.model.phases.witness import witness
from sim.model.vocabulary import CLOSED, FOR_EFFORT, FREE_EFFORT, IN_FORCE, LEAST_GAIN
from sim.numerics.dialect import any_of, compilable, fails, first_lane, lanes_where, run_of, standalone, where


@compilable
def usual_effort(state: Any, o: int, mediator: int) -> Any:
    """e0: what an event has set for a time, else the effort as coded or as an act has left it."""
    pushed = state.week < state.effort_until[mediator]
    return where(pushed, state.effort_set[mediator], state.effort_usual[o])


@compilable
def stake(rules: Any, draw: Any, state: Any, m: int, target: int) -> Any:
    """W G of a mediator, over the tables of the target where it has a seat and that are not closed.

    In force a table is worth the whole deal against its default, else a middling deal.
    """
    total = 0.0 * state.presence
    for t in range(rules.tables):
        sits = rules.party[t, 0] == target or rules.party[t, 1] == target
        weight = draw.observer_table_weight[t, m]
        if sits and rules.seated[m, t] == 1 and weight > 0.0 and any_of(state.status[t] != CLOSED):
            gained = observer_gain(rules, draw, state, t, m, state.midpoint[t])
            bound = state.status[t] == IN_FORCE
            if any_of(bound):
                gained = where(bound, observer_gain(rules, draw, state, t, m, state.package[t]), gained)
            total = total + where(state.status[t] == CLOSED, 0.0, weight * gained)
    return total


@standalone
def stakes_at_epoch(rules: Any, draw: Any, state: Any) -> None:
    """What every mediator has at stake at the epoch: an effort as coded was chosen with that in view."""
    for o in range(rules.mediated):
        if draw.has_reason[o] == 1:
            q = rules.mediated_pair[o]
            state.stake_start[o] = stake(rules, draw, state, rules.trusted[q], rules.truster[q])


@compilable
def reciprocity(rules: Any, draw: Any, state: Any, o: int, m: int) -> Any:
    """sum_R W rho kindness_R over those who would gain by an effort: the others at the tables of the target."""
    total = 0.0 * state.presence
    for place in range(rules.askers[o]):
        t = rules.asker_table[o, place]
        exists = where(state.regime == 1, rules.table_regime[t, 1], rules.table_regime[t, 0]) == 1
        felt = draw.table_weight[t, 0 if rules.party[t, 0] == m else 1] * draw.reciprocity * state.kindness[o, place]
        total = total + where(exists, felt, 0.0)
    return total


@standalone
def choose_effort(rules: Any, draw: Any, plan: Any, state: Any, o: int) -> None:
    """A mediator chooses its effort on a party: by what has changed since the epoch, and by what is promised for it."""
    q = rules.mediated_pair[o]
    m, target = int(rules.trusted[q]), int(rules.truster[q])
    usual = usual_effort(state, o, m)
    reasons = 0.0 * state.presence
    if draw.has_reason[o] == 1:
        changed = stake(rules, draw, state, m, target) - state.stake_start[o]
        reasons = state.leverage[m, target] * changed + reciprocity(rules, draw, state, o, m)
    effort = chosen_effort(usual, reasons, draw.effort_strength, draw.coercion_cost)
    for e in range(plan.events):
        if plan.effect[e] == FOR_EFFORT and plan.target[e] == m and plan.about[e] == target:
            effort = answer(rules, draw, plan, state, e, o, usual, reasons, effort)
    make_effort(rules, state, o, effort)


@compilable
def make_effort(rules: Any, state: Any, o: int, effort: Any) -> None:
    """A mediator tries that hard on a party, where neither is gone; a cell that is this effort follows where free."""
    q = rules.mediated_pair[o]
    here = fails(gone(rules, state, int(rules.trusted[q])) | gone(rules, state, int(rules.truster[q])))
    state.effort[o] = where(here, effort, state.effort[o])
    for regime in range(2):
        cell = rules.effort_cell[o, regime]
        if cell >= 0:
            free = here & (state.regime == regime) & fails(agreed(rules, state, o))
            put_cell(rules, state, cell, where(free, state.effort[o], state.cell[cell]))


@compilable
def agreed(rules: Any, state: Any, o: int) -> Any:
    """Whether an agreement in force covers the cell that is an effort."""
    covered = state.week < 0
    for t in range(rules.tables):
        for k in range(rules.clauses[t]):
            if rules.clause_effort[t, k] == o:
                covered = covered | ((state.status[t] == IN_FORCE) & (state.in_package[t, k] == 1))
    return covered


@compilable
def relation_weight(rules: Any, draw: Any, o: int, m: int, other: int) -> float:
    """W of the table at which a mediator bargains with another; 1 where they share none: the issue alone counts."""
    for place in range(rules.askers[o]):
        if rules.asker[o, place] == other:
            t = rules.asker_table[o, place]
            return float(draw.table_weight[t, 0 if rules.party[t, 0] == m else 1])
    return 1.0


@compilable
def answer(rules: Any, draw: Any, plan: Any, state: Any, e: int, o: int, usual: Any, reasons: Any, effort: Any) -> Any:
    """The effort with an offer in view: raised to the level that is asked where the offer is worth it, else as it was.

    What is promised is given as long as the effort lasts, and taken back with it; a threat is the same with a loss.
    """
    m, giver, cell, level = plan.target[e], plan.player[e], plan.place_cell[e], plan.level[e]
    stands = (state.promised[e] == 1) & (state.has_position[m, cell] == 1) & fails(gone(rules, state, giver))
    without = where(state.granted[e] == 1, state.withheld[e], state.cell[cell])
    change = gain(plan.value[e], without, state.position[m, cell])
    weight = draw.relative_salience[m, cell] * relation_weight(rules, draw, o, m, giver)
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


@compilable
def forget_kindness(rules: Any, draw: Any, state: Any, o: int) -> None:
    """Four weeks of forgetting what was done to a mediator."""
    fortnight = draw.decay * draw.decay
    for place in range(rules.askers[o]):
        state.kindness[o, place] *= fortnight * fortnight


@standalone
def choose_efforts(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    """Every mediator looks again at what it does, and forgets a little of what was done to it."""
    for o in range(rules.mediated):
        forget_kindness(rules, draw, state, o)
        choose_effort(rules, draw, plan, state, o)


@compilable
def try_anew(rules: Any, draw: Any, plan: Any, state: Any, m: int) -> None:
    """A mediator's usual effort has changed, or what is offered for it: it acts on it at once."""
    for o in range(rules.mediated):
        if rules.trusted[rules.mediated_pair[o]] == m:
            choose_effort(rules, draw, plan, state, o)


@compilable
def feel(rules: Any, draw: Any, state: Any, player: int, cell: int, before: float, after: float) -> None:
    """Mediators whom an act concerns, and from whom the one who acts may ask an effort, remember it."""
    for o in range(rules.mediated):
        m = rules.trusted[rules.mediated_pair[o]]
        for place in range(rules.askers[o]):
            if rules.asker[o, place] == player and state.has_position[m, cell] == 1:
                change = gain(after, before, state.position[m, cell])
                state.kindness[o, place] += kindness(change, draw.relative_salience[m, cell], draw.loss_weight)


@compilable
def set_usual(rules: Any, state: Any, cell: int) -> None:
    """An effort that is a cell has been moved by an act: it is what is done, and from now on the usual one."""
    for o in range(rules.mediated):
        if rules.effort_cell[o, state.regime] == cell:
            state.effort_usual[o], state.effort[o] = state.cell[cell], state.cell[cell]


@standalone
def begin_efforts(rules: Any, state: Any) -> None:
    """Efforts as the epoch has them: the cell that is one, else facilitation."""
    for o in range(rules.mediated):
        begin_effort(rules, state, o)


@compilable
def begin_effort(rules: Any, state: Any, o: int) -> None:
    """An effort as it stands: from now on the usual one, and the one from which coercion counts."""
    cell = rules.effort_cell[o, state.regime]
    usual = state.cell[cell] if cell >= 0 else FREE_EFFORT
    state.effort_usual[o], state.effort_start[o], state.effort[o] = usual, usual, usual


@compilable
def turn_efforts(rules: Any, state: Any) -> None:
    """The regime has turned: efforts that are other cells than before begin as these stand."""
    for o in range(rules.mediated):
        if rules.effort_cell[o, 0] != rules.effort_cell[o, 1]:
            begin_effort(rules, state, o)
