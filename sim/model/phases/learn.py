"""The learn phase: norms and coercion are noticed, and trust follows what was seen."""

from __future__ import annotations

from typing import Any

from sim.model.equations.trust import decayed, evidence, trust
from sim.model.phases.mediation import effort, gone
from sim.model.phases.witness import witness
from sim.model.vocabulary import FREE_EFFORT, IN_FORCE, TRANCHE_WEEKS, USUAL_WEEKS
from sim.numerics.dialect import compilable, fails, where


@compilable
def notice_norms(rules: Any, draw: Any, state: Any, t: int) -> None:
    """A norm that no agreement covers is seen kept as far as its cell goes, broken for the rest: every fourth week."""
    exists = where(state.regime == 1, rules.table_regime[t, 1], rules.table_regime[t, 0]) == 1
    for k in range(rules.clauses[t]):
        cell = rules.clause_cell[t, k]
        if rules.cell_norm[cell] == 1:
            bare = exists & ((state.status[t] != IN_FORCE) | (state.in_package[t, k] == 0))
            for side in range(2):
                if rules.clause_by[t, k] == side or rules.clause_by[t, k] == 2:
                    notice_norm(rules, draw, state, t, k, side, bare)


@compilable
def notice_norm(rules: Any, draw: Any, state: Any, t: int, k: int, side: int, here: Any) -> None:
    """The other party counts a tranche of a norm."""
    i, j = rules.party[t, side], rules.party[t, 1 - side]
    kept = state.cell[rules.clause_cell[t, k]]
    share = TRANCHE_WEEKS / USUAL_WEEKS
    worth = evidence(rules.clause_nu[t, k], draw.weight[t, 1 - side, k], share)
    witness(rules, state, j, i, worth * kept, worth * (1.0 - kept), here)


@compilable
def fade_arrears(draw: Any, state: Any, t: int) -> None:
    """Every fourth week what is owed under an agreement that ended fades, as fast as trust returns to its start."""
    fortnight = draw.decay * draw.decay
    left = where(state.status[t] != IN_FORCE, fortnight * fortnight, 1.0)
    state.arrears[t, 0] *= left
    state.arrears[t, 1] *= left


@compilable
def notice_coercion(rules: Any, state: Any, i: int, m: int) -> None:
    """Every fourth week an effort above facilitation counts against the mediator that presses."""
    if rules.mediates[m, i] == 1:
        coerced = effort(rules, state, m, i) - FREE_EFFORT
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
