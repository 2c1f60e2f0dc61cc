"""The learn phase: norms and coercion are noticed, and trust follows what was seen."""

from __future__ import annotations

from typing import Any

from sim.arithmetic import compilable
from sim.equations.trust import decayed, evidence, trust
from sim.phases.mediation import effort, gone
from sim.phases.witness import witness
from sim.vocabulary import FREE_EFFORT, IN_FORCE, TRANCHE_WEEKS, USUAL_WEEKS


@compilable
def notice_norms(rules: Any, draw: Any, state: Any, t: int) -> None:
    """A norm that no agreement covers is seen kept as far as its cell goes, broken for the rest: every fourth week."""
    if rules.table_regime[t, state.regime] == 0:
        return
    for k in range(rules.clauses[t]):
        cell = rules.clause_cell[t, k]
        covered = state.status[t] == IN_FORCE and state.in_package[t, k] == 1
        if rules.cell_norm[cell] == 1 and not covered:
            for side in range(2):
                if rules.clause_by[t, k] == side or rules.clause_by[t, k] == 2:
                    notice_norm(rules, draw, state, t, k, side)


@compilable
def notice_norm(rules: Any, draw: Any, state: Any, t: int, k: int, side: int) -> None:
    """The other party counts a tranche of a norm."""
    i, j = rules.party[t, side], rules.party[t, 1 - side]
    kept = state.cell[rules.clause_cell[t, k]]
    share = TRANCHE_WEEKS / USUAL_WEEKS
    worth = evidence(rules.clause_nu[t, k], draw.weight[t, 1 - side, k], share)
    witness(rules, state, j, i, worth * kept, worth * (1.0 - kept))


@compilable
def fade_arrears(draw: Any, state: Any, t: int) -> None:
    """Every fourth week what is owed under an agreement that ended fades, as fast as trust returns to its start."""
    if state.status[t] != IN_FORCE:
        fortnight = draw.decay * draw.decay
        state.arrears[t, 0] *= fortnight * fortnight
        state.arrears[t, 1] *= fortnight * fortnight


@compilable
def notice_coercion(rules: Any, state: Any, i: int, m: int) -> None:
    """Every fourth week an effort above facilitation counts against the mediator that presses."""
    if rules.mediates[m, i] == 1 and not gone(rules, state, m):
        coerced = effort(rules, state, m, i) - FREE_EFFORT
        if coerced > 0.0:
            witness(rules, state, i, m, 0.0, coerced)


@compilable
def learn(rules: Any, draw: Any, state: Any, i: int, j: int) -> None:
    """Trust of i in j after the week's evidence and a week of forgetting (Slovic 1993: bad news weighs more)."""
    gained, lost = state.gained[i, j], state.lost[i, j]
    start_for, start_against = draw.start_for[i, j], draw.start_against[i, j]
    state.gained[i, j], state.lost[i, j] = 0.0, 0.0
    if draw.learning_on == 0 or gone(rules, state, i) or gone(rules, state, j):
        return
    kept, broken = state.trust_for[i, j] + gained, state.trust_against[i, j] + draw.loss_weight * lost
    state.trust_for[i, j] = decayed(kept, start_for, draw.decay)
    state.trust_against[i, j] = decayed(broken, start_against, draw.decay)
    state.trust[i, j] = trust(state.trust_for[i, j], state.trust_against[i, j])
