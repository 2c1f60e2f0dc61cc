"""The comply phase: every fourth week of an agreement each side delivers what is due, withholds it, or breaks it."""

from __future__ import annotations

from typing import Any

from sim.model.equations.choice import log_odds
from sim.model.equations.compliance import delivery
from sim.model.equations.package import gain
from sim.model.equations.trust import affinity, evidence
from sim.model.equations.war import after_return
from sim.model.phases.attend import set_terms
from sim.model.phases.bargain import suspend
from sim.model.phases.cells import put_cell
from sim.model.phases.defaults import default_path
from sim.model.phases.frontier import package_value
from sim.model.phases.luck import luck
from sim.model.phases.witness import witness
from sim.model.vocabulary import (
    BAD_TRANCHES_TO_COLLAPSE,
    BINDING,
    BROKEN,
    CERTAIN,
    CLAUSE_STRIDE,
    COLLAPSE_SHARE,
    COMPLY_SLOT,
    IN_FORCE,
    KEPT,
    LEAST_GAIN,
    NEVER,
    NOT_DUE,
    PLACE_STRIDE,
    TRANCHE_WEEKS,
    WITHHELD,
    WITHHOLDING_SHARE,
)
from sim.numerics.arithmetic import logistic
from sim.numerics.dialect import compilable, first_lane, lanes_where, note, run_of, standalone


@compilable
def tranche_due(state: Any, t: int) -> bool:
    """Whether this is a fourth week of an agreement in force."""
    age = state.week - state.signed_week[t]
    return (state.status[t] == IN_FORCE) & (age > 0) & ((age & (TRANCHE_WEEKS - 1)) == 0)


@compilable
def revalue(rules: Any, draw: Any, state: Any, t: int, here: Any) -> None:
    """See the agreement with the defaults, trust, leverage and war of today, and what it is worth to each side."""
    set_terms(rules, draw, state, t, here)
    left = lanes_where(here)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        set_worth(rules, draw, run_of(state, lane), t)


@standalone
def set_worth(rules: Any, draw: Any, state: Any, t: int) -> None:
    """What the agreement in force is worth to each side, with the terms as they are."""
    for side in range(2):
        state.worth[t, side] = agreement_value(rules, draw, state, t, side)


@compilable
def agreement_value(rules: Any, draw: Any, state: Any, t: int, side: int) -> float:
    """V - d of the agreement in force to a side, today; a clause that was left out stays as it is by itself."""
    for k in range(rules.clauses[t]):
        kept = state.in_package[t, k] == 1
        state.trial[k] = state.package[t, k] if kept else state.default[t, side, k]
    return package_value(rules, state, t, side, state.trial)


@compilable
def fall_due(rules: Any, state: Any, t: int, k: int) -> None:
    """Let the next tranche of a clause fall due, unless it is conditional and a side that delivers is owed too much."""
    for side in range(2):
        waits = rules.clause_conditional[t, k] == 1 and state.delivers[t, k, side] == 1
        if waits and state.arrears_share[t, side] >= WITHHOLDING_SHARE - LEAST_GAIN:
            return
    state.due_share[t, k] = min(1.0, state.due_share[t, k] + state.due_step[t, k])
    share = 1.0 if rules.clause_flow[t, k] == 1 else state.due_share[t, k]
    state.due[t, k] = state.baseline[t, k] + share * (state.package[t, k] - state.baseline[t, k])


@compilable
def comply(rules: Any, draw: Any, state: Any, t: int, k: int, side: int) -> None:
    """A side decides about the tranche of a clause that it delivers."""
    state.conduct[t, k, side] = NOT_DUE
    if state.in_package[t, k] == 0 or state.delivers[t, k, side] == 0:
        return
    if draw.private_on == 1:
        number, since = state.sincerity[t, side], max(state.renewed_at[t, side], state.signed_week[t])
    else:
        number, since = luck(state, COMPLY_SLOT + t * PLACE_STRIDE + k * CLAUSE_STRIDE + side), state.week
    i, j = rules.party[t, side], rules.party[t, 1 - side]
    cell = rules.clause_cell[t, k]
    surplus = state.worth[t, side]
    change = gain(state.package[t, k], state.default[t, side, k], state.position[i, cell])
    temptation = draw.weight[t, side, k] * max(-change, 0.0)
    reach = state.leverage[j, i]
    terms = delivery(draw.patience, surplus, draw.pressure_weight, reach, temptation)
    odds = CERTAIN if draw.promises == BINDING else log_odds(terms, draw.noise)
    owed = state.arrears_share[t, side]
    scheduled = cell == rules.presence_cell and state.schedule_on == 1
    if scheduled:
        behind = state.due[t, k] - state.cell[cell] > LEAST_GAIN
        state.conduct[t, k, side] = BROKEN if behind else KEPT
    elif owed > WITHHOLDING_SHARE + LEAST_GAIN and draw.promises != BINDING:
        state.conduct[t, k, side] = WITHHELD
    else:
        state.conduct[t, k, side] = KEPT if number < logistic(odds) else BROKEN
    moved, trusted = abs(state.due[t, k] - state.cell[cell]), state.guaranteed_trust[t, side]
    note(state, state.comply_terms[t, k, side], (*terms, odds, number, owed, moved, trusted, since))


@standalone
def settle_clause(rules: Any, draw: Any, state: Any, t: int, k: int) -> None:
    """Move the cell as far as both sides' conduct lets it move, and let everybody present see who kept what."""
    if state.in_package[t, k] == 0:
        return
    cell = rules.clause_cell[t, k]
    delivered = True
    for side in range(2):
        if state.delivers[t, k, side] == 1 and state.conduct[t, k, side] != KEPT:
            delivered = False
    owed = abs(state.due[t, k] - state.cell[cell])
    before = state.cell[cell]
    scheduled = cell == rules.presence_cell and state.schedule_on == 1
    if not scheduled:
        move_cell(rules, draw, state, t, k, delivered)
    if rules.clause_arms[t, k] >= 0:
        w = rules.clause_arms[t, k]
        state.control[w] = after_return(state.control[w], state.cell[cell] - before)
    distance = abs(state.package[t, k] - state.baseline[t, k])
    share = state.due_step[t, k]
    if rules.clause_flow[t, k] == 0 and distance > LEAST_GAIN:
        share = min(1.0, max(owed / distance, share)) if delivered else share
    for side in range(2):
        if state.delivers[t, k, side] == 1:
            observe(rules, draw, state, t, k, side, share)


@compilable
def move_cell(rules: Any, draw: Any, state: Any, t: int, k: int, delivered: bool) -> None:
    """Delivery brings a cell to where it should be, what was owed first; a flow that is not kept relapses."""
    cell = rules.clause_cell[t, k]
    if delivered:
        if abs(state.package[t, k] - state.cell[cell]) > abs(state.package[t, k] - state.due[t, k]):
            put_cell(rules, state, cell, state.due[t, k])
            state.moved_by[cell] = NEVER
    elif rules.clause_flow[t, k] == 1:
        put_cell(rules, state, cell, default_path(rules, draw, state, t, k))


@compilable
def observe(rules: Any, draw: Any, state: Any, t: int, k: int, side: int, share: float) -> None:
    """The other party and the mediators present learn from what a side did about a clause."""
    conduct = state.conduct[t, k, side]
    if conduct == NOT_DUE:
        return
    state.tranches_due[t, side] += 1
    if conduct == WITHHELD:
        return
    state.tranches_kept[t, side] += 1 if conduct == KEPT else 0
    state.tranches_broken[t, side] += 1 if conduct == BROKEN else 0
    i = rules.party[t, side]
    see(rules, draw, state, t, k, rules.party[t, 1 - side], i, draw.weight[t, 1 - side, k], share, conduct)
    for m in range(rules.seats[t]):
        if state.attending[t, 2 + m] == 1:
            for g in range(rules.seat_members[t, m]):
                player = rules.seat_member[t, m, g]
                weight = draw.observer_weight[t, player, k]
                if weight == 0.0:  # it has no stake of its own, and sees what is done to those it sides with
                    sides_with = draw.onlookers_on * affinity(state.trust[player, rules.party[t, 1 - side]])
                    weight = draw.weight[t, 1 - side, k] * sides_with
                see(rules, draw, state, t, k, player, i, weight, share, conduct)


@compilable
def see(
    rules: Any,
    draw: Any,
    state: Any,
    t: int,
    k: int,
    observer: int,
    deliverer: int,
    weight: float,
    share: float,
    conduct: int,
) -> None:
    """One observer counts one delivery or breach."""
    worth = evidence(rules.clause_nu[t, k], weight, share)
    kept = worth if conduct == KEPT else 0.0
    witness(rules, state, observer, deliverer, kept, worth - kept, True)


@compilable
def set_arrears(rules: Any, draw: Any, state: Any, t: int) -> None:
    """What each side is owed: as a share of the table's value, and over what is due to it.

    Whole tranches make exact quarters and halves of this share likely, so that whoever compares it with one leaves
    room for the dust of rounding.
    """
    for side in range(2):
        owed, due = 0.0, 0.0
        for k in range(rules.clauses[t]):
            if state.in_package[t, k] == 1 and state.delivers[t, k, 1 - side] == 1:
                weight = draw.weight[t, side, k]
                due += weight * abs(state.due[t, k] - state.baseline[t, k])
                blameless = state.delivers[t, k, side] == 1 and state.conduct[t, k, 1 - side] == KEPT
                toward = state.package[t, k] - state.baseline[t, k]
                behind = state.due[t, k] - state.cell[rules.clause_cell[t, k]]
                if not blameless and behind * toward > 0.0:
                    owed += weight * abs(behind)
        state.arrears[t, side] = owed
        state.arrears_share[t, side] = owed / due if due > LEAST_GAIN else 0.0


@compilable
def judge(rules: Any, draw: Any, state: Any, t: int) -> None:
    """An agreement collapses after three bad tranches in a row.

    A tranche is bad when more than half of what is due to a side is owed, or when the agreement is worth less than
    nothing to both. The second, too, has to last: an agreement that is nearly delivered has little left to give, and
    one week's values are no reason to end it.
    """
    worst = max(state.arrears_share[t, 0], state.arrears_share[t, 1])
    worthless = state.worth[t, 0] < -LEAST_GAIN and state.worth[t, 1] < -LEAST_GAIN
    bad = worst > COLLAPSE_SHARE + LEAST_GAIN or worthless
    state.bad_tranches[t] = state.bad_tranches[t] + 1 if bad else 0
    if state.bad_tranches[t] >= BAD_TRANCHES_TO_COLLAPSE:
        collapse(rules, draw, state, t)


@standalone
def collapse(rules: Any, draw: Any, state: Any, t: int) -> None:
    """The agreement ends: stocks stay as delivered, flows relapse, the table rests; what was owed stays a grievance."""
    suspend(state, t)
    state.sessions[t] = 0
    state.collapses[t] += 1
    if state.collapsed_week[t] == NEVER:
        state.collapsed_week[t] = state.week
    state.arrears_share[t, 0], state.arrears_share[t, 1] = 0.0, 0.0
    for k in range(rules.clauses[t]):
        bound = state.in_package[t, k] == 1
        state.in_package[t, k] = 0
        if bound and rules.clause_flow[t, k] == 1:
            put_cell(rules, state, rules.clause_cell[t, k], default_path(rules, draw, state, t, k))
