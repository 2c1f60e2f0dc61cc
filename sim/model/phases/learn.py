"""The learn phase: norms and coercion are noticed, and trust follows what was seen.

Both are seen as what has changed since the epoch: what was the case then is in the trust that was coded then.
"""

from __future__ import annotations

from typing import Any

from sim.model.equations.trust import decayed, evidence, trust
from sim.model.phases.mediation import effort, gone
from sim.model.phases.witness import witness
from sim.model.vocabulary import FREE_EFFORT, IN_FORCE, NEVER, TRANCHE_WEEKS, USUAL_WEEKS
from sim.numerics.dialect import compilable, fails, where


@compilable
def notice_norms(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Every fourth week a norm that no agreement covers is seen kept or broken, as its cell has moved since."""
    exists = where(state.regime == 1, rules.table_regime[t, 1], rules.table_regime[t, 0]) == 1
    for k in range(rules.clauses[t]):
        cell = rules.clause_cell[t, k]
        if rules.cell_norm[cell] == 1:
            bare = exists & ((state.status[t] != IN_FORCE) | (state.in_package[t, k] == 0))
            for side in range(2):
                if rules.clause_by[t, k] == side or rules.clause_by[t, k] == 2:
                    mover = state.moved_by[cell]
                    its = bare & ((mover == NEVER) | (mover == rules.party[t, side]))
                    notice_norm(rules, draw, state, t, k, side, its)


@compilable
def notice_norm(rules: Any, draw: Any, state: Any, t: int, k: int, side: int, here: Any) -> None:
    """The other party counts a tranche of a norm: half a year of the whole way is one act.

    Where an act has moved the cell, it counts for or against the one who acted, and nobody else.
    """
    i, j = rules.party[t, side], rules.party[t, 1 - side]
    cell = rules.clause_cell[t, k]
    change = state.cell[cell] - state.cell_start[cell]
    share = TRANCHE_WEEKS / USUAL_WEEKS
    worth = evidence(rules.clause_nu[t, k], draw.weight[t, 1 - side, k], share)
    witness(rules, state, j, i, worth * max(change, 0.0), worth * max(-change, 0.0), here & (change != 0.0))


@compilable
def fade_arrears(draw: Any, state: Any, t: int) -> None:
    """Every fourth week what is owed under an agreement that ended fades, as fast as trust returns to its start."""
    fortnight = draw.decay * draw.decay
    left = where(state.status[t] != IN_FORCE, fortnight * fortnight, 1.0)
    state.arrears[t, 0] *= left
    state.arrears[t, 1] *= left


@compilable
def notice_coercion(rules: Any, state: Any, i: int, m: int) -> None:
    """Every fourth week an effort above facilitation counts against the mediator that presses.

    In the units of a norm: half a year of the whole way is one act. What it pressed at the epoch is in its trust.
    """
    o = rules.effort_pair[m, i]
    if o >= 0:
        usual = max(state.effort_start[o], FREE_EFFORT)
        coerced = (effort(rules, state, m, i) - usual) * (TRANCHE_WEEKS / USUAL_WEEKS)
        presses = fails(gone(rules, state, m)) & (coerced > 0.0)
        witness(rules, state, i, m, 0.0, coerced, presses)


@compilable
def learn(rules: Any, draw: Any, state: Any, i: int, j: int) -> None:
    """Trust of i in j after the week's evidence and a week of forgetting (Slovic 1993: bad news weighs more)."""
    gained, lost = state.gained[i, j], state.lost[i, j]
    state.gained[i, j], state.lost[i, j] = 0.0, 0.0
    if draw.learning_on == 0:
        return
    remains = fails(gone(rules, state, i) | gone(rules, state, j))
    here = (state.stirred[rules.learning_pair[i, j]] == 1) & remains
    kept, broken = state.trust_for[i, j] + gained, state.trust_against[i, j] + draw.loss_weight * lost
    kept = decayed(kept, draw.start_for[i, j], draw.decay)
    broken = decayed(broken, draw.start_against[i, j], draw.decay)
    state.trust_for[i, j] = where(here, kept, state.trust_for[i, j])
    state.trust_against[i, j] = where(here, broken, state.trust_against[i, j])
    state.trust[i, j] = where(here, trust(kept, broken), state.trust[i, j])
