"""One week: the phases in their order, for engines that need no more than the state at its end.

The Mesa model follows the same order, `vocabulary.PHASES`, agent by agent; a test proves that both agree.
"""

from __future__ import annotations

from typing import Any

from sim.model.phases.attend import attend, prepare, set_pressure
from sim.model.phases.bargain import bargain, both_came, conclude, ratify
from sim.model.phases.comply import comply, fall_due, judge, revalue, set_arrears, settle_clause, tranche_due
from sim.model.phases.effort import choose_efforts
from sim.model.phases.events import events
from sim.model.phases.fight import fight
from sim.model.phases.learn import fade_arrears, learn, notice_coercion, notice_norms
from sim.model.phases.leverage import set_leverage
from sim.model.phases.mediation import asked, mediate
from sim.model.phases.private import renew_sides
from sim.model.phases.record import record
from sim.model.phases.rounds import call_round, may_break_off
from sim.model.phases.vote import hold_votes, vote, votes_due
from sim.model.vocabulary import IN_FORCE, NO_SESSION, OPEN, SIGNED, TRANCHE_WEEKS
from sim.numerics.dialect import any_of, compilable, fails, first_lane, lanes_where, run_of, standalone, where


@compilable
def dismiss(rules: Any, state: Any, t: int) -> None:
    """Nobody is at a table where there is no round; the guarantors of an agreement in force stay with it."""
    gone = state.meeting[t] == 0
    state.gathered[t] = where(gone, 0, 1)
    if not any_of(gone):
        return
    for side in range(2):
        state.attending[t, side] = where(gone, 0, state.attending[t, side])
    for m in range(rules.seats[t]):
        if any_of(state.attending[t, 2 + m] == 1):
            stays = (state.status[t] == IN_FORCE) & asked(rules, state, t, m)
            state.attending[t, 2 + m] = where(gone & fails(stays), 0, state.attending[t, 2 + m])
            state.gathered[t] = max(state.gathered[t], state.attending[t, 2 + m])


@standalone
def attend_table(rules: Any, draw: Any, state: Any, t: int) -> None:
    """The attend phase of one table: mediators first, then what the table now promises, then the parties."""
    renew_sides(rules, draw, state, t)
    call_round(draw, state, t)
    here = state.meeting[t] == 1
    dismiss(rules, state, t)
    if not any_of(here):
        return
    for m in range(rules.seats[t]):
        mediate(rules, draw, state, t, m)
    prepare(rules, draw, state, t, here)
    for side in range(2):
        set_pressure(rules, draw, state, t, side)
    for side in range(2):
        attend(rules, draw, state, t, side)


@compilable
def may_attend(state: Any, t: int) -> Any:
    """Whether a round is due, somebody sits there from the last, or a side's leaders change; most weeks see neither."""
    due = (state.status[t] == OPEN) & (state.week >= state.meets_at[t])
    others = (state.week >= state.renews_at[t, 0]) | (state.week >= state.renews_at[t, 1])
    return due | others | (state.gathered[t] == 1) | (state.meeting[t] == 1)


@compilable
def may_bargain(rules: Any, state: Any, t: int) -> Any:
    """Whether a table meets, has still to forget what came of its last round, or votes; in most weeks nothing is so."""
    may = (state.meeting[t] == 1) | (state.session[t] != NO_SESSION) | (state.broken[t] == 1)
    if rules.voters[t] > rules.members[t]:
        may = may | votes_due(state, t)
    return may


@standalone
def bargain_table(rules: Any, draw: Any, state: Any, t: int) -> None:
    """The bargain phase of one table."""
    meeting = both_came(state, t)
    bargain(rules, draw, state, t)
    left = lanes_where(meeting)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        close_session(rules, draw, run_of(state, lane), t)
    may_break_off(rules, draw, state, t)
    if rules.voters[t] > rules.members[t]:
        hold_votes(rules, draw, state, t)


@compilable
def close_session(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Let both sides ratify what they have accepted, and those who bargain with them agree; conclude the session."""
    if state.session[t] == SIGNED:
        for side in range(2):
            ratify(rules, draw, state, t, side)
        if draw.blocs_on == 1:
            for v in range(rules.members[t]):
                vote(rules, draw, state, t, v)
    conclude(rules, draw, state, t)


@standalone
def comply_table(rules: Any, draw: Any, state: Any, t: int) -> None:
    """The comply phase of a table at which a tranche is due."""
    due = tranche_due(state, t)
    revalue(rules, draw, state, t, due)
    left = lanes_where(due)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        comply_with(rules, draw, run_of(state, lane), t)


@compilable
def comply_with(rules: Any, draw: Any, state: Any, t: int) -> None:
    """A tranche of an agreement, clause by clause."""
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
def learn_all(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    """The learn phase: norms, grievances, coercion, efforts, then every pair that can learn."""
    if any_of((state.week & (TRANCHE_WEEKS - 1)) == 0):
        for t in range(rules.tables):
            notice_norms(rules, draw, state, t)
            fade_arrears(draw, state, t)
        for place in range(rules.mediated):
            q = rules.mediated_pair[place]
            notice_coercion(rules, state, rules.truster[q], rules.trusted[q])
        choose_efforts(rules, draw, plan, state)
    for q in range(rules.trusting):
        if any_of(state.stirred[q] == 1):
            learn(rules, draw, state, rules.truster[q], rules.trusted[q])


@standalone
def week(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    """Step a run by one week, or several in step."""
    state.week += 1
    events(rules, draw, plan, state)
    for pair in range(rules.pairs):
        set_leverage(rules, draw, state, pair)
    for t in range(rules.tables):
        if any_of(may_attend(state, t)):
            attend_table(rules, draw, state, t)
    for t in range(rules.tables):
        if any_of(may_bargain(rules, state, t)):
            bargain_table(rules, draw, state, t)
    for t in range(rules.tables):
        if any_of(tranche_due(state, t)):
            comply_table(rules, draw, state, t)
    for w in range(rules.wars):
        fight(rules, draw, state, w)
    learn_all(rules, draw, plan, state)
    record(rules, state)
