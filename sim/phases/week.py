"""One week: the phases in their order, for engines that need no more than the state at its end.

The Mesa model follows the same order, `vocabulary.PHASES`, agent by agent; a test proves that both agree.
"""

from __future__ import annotations

from typing import Any

from sim.arithmetic import compilable, standalone
from sim.phases.attend import attend, prepare, set_pressure
from sim.phases.bargain import bargain, conclude, ratify
from sim.phases.comply import comply, fall_due, judge, revalue, set_arrears, settle_clause, tranche_due
from sim.phases.events import events
from sim.phases.fight import fight
from sim.phases.learn import fade_arrears, learn, notice_coercion, notice_norms
from sim.phases.leverage import set_leverage
from sim.phases.mediation import asked, mediate
from sim.phases.record import record
from sim.vocabulary import IN_FORCE, OPEN, SIGNED, TRANCHE_WEEKS


@compilable
def dismiss(rules: Any, state: Any, t: int) -> None:
    """Nobody comes to a table that is not open; the guarantors of an agreement in force stay with it."""
    state.attending[t, 0], state.attending[t, 1] = 0, 0
    for m in range(rules.seats[t]):
        if state.status[t] != IN_FORCE or not asked(rules, state, t, m):
            state.attending[t, 2 + m] = 0


@standalone
def attend_table(rules: Any, draw: Any, state: Any, t: int) -> None:
    """The attend phase of one table: mediators first, then what the table now promises, then the parties."""
    if state.status[t] != OPEN:
        dismiss(rules, state, t)
        return
    for m in range(rules.seats[t]):
        mediate(rules, draw, state, t, m)
    prepare(rules, draw, state, t)
    for side in range(2):
        set_pressure(rules, draw, state, t, side)
    for side in range(2):
        attend(rules, draw, state, t, side)


@standalone
def bargain_table(rules: Any, draw: Any, state: Any, t: int) -> None:
    """The bargain phase of one table."""
    bargain(rules, draw, state, t)
    if state.session[t] == SIGNED:
        for side in range(2):
            ratify(rules, draw, state, t, side)
    conclude(rules, draw, state, t)


@standalone
def comply_table(rules: Any, draw: Any, state: Any, t: int) -> None:
    """The comply phase of one table, clause by clause."""
    if not tranche_due(state, t):
        return
    revalue(rules, draw, state, t)
    for k in range(rules.clauses[t]):
        if state.in_package[t, k] == 1:
            fall_due(rules, state, t, k)
        for side in range(2):
            comply(rules, draw, state, t, k, side)
    for k in range(rules.clauses[t]):
        settle_clause(rules, draw, state, t, k)
    set_arrears(rules, draw, state, t)
    judge(rules, draw, state, t)


@standalone
def learn_all(rules: Any, draw: Any, state: Any) -> None:
    """The learn phase: norms, grievances, coercion, then every pair that can learn."""
    if state.week % TRANCHE_WEEKS == 0:
        for t in range(rules.tables):
            notice_norms(rules, draw, state, t)
            fade_arrears(draw, state, t)
        for place in range(rules.mediated):
            q = rules.mediated_pair[place]
            notice_coercion(rules, state, rules.truster[q], rules.trusted[q])
    for place in range(state.learners):
        q = state.learning[place]
        learn(rules, draw, state, rules.truster[q], rules.trusted[q])


@standalone
def week(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    """Step a run by one week."""
    state.week += 1
    events(rules, draw, plan, state)
    for pair in range(rules.pairs):
        set_leverage(rules, draw, state, pair)
    for t in range(rules.tables):
        attend_table(rules, draw, state, t)
    for t in range(rules.tables):
        bargain_table(rules, draw, state, t)
    for t in range(rules.tables):
        comply_table(rules, draw, state, t)
    for w in range(rules.wars):
        fight(rules, draw, state, w)
    learn_all(rules, draw, state)
    record(rules, state)
