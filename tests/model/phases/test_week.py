"""A week: who is at a table, when a table needs a look, and that nothing is left out of the phases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import PHASE_STEPS, Begun, begun, random_plan, same_bits

from sim.model import vocabulary as words
from sim.model.phases.attend import prepare
from sim.model.phases.mediation import effort, mediators_pressure
from sim.model.phases.week import (
    attend_table,
    bargain_table,
    close_session,
    comply_table,
    comply_with,
    dismiss,
    learn_all,
    may_attend,
    may_bargain,
    week,
)

FAR = 900


def quiet(table: str = "intra_afghan", epoch: str = "2018-12") -> tuple[Begun, int]:
    """A table at which nothing is to be done this week: no round, nobody there, no leaders who change."""
    run = begun(epoch)
    state, t = run.state, run.table(table)
    state.week, state.status[t], state.meets_at[t], state.renews_at[t] = 20, words.OPEN, FAR, FAR
    state.meeting[t], state.gathered[t], state.attending[t] = 0, 0, 0
    state.session[t], state.broken[t] = words.NO_SESSION, 0
    return run, t


# --- who is at a table


@pytest.mark.parametrize("status", range(5))
@pytest.mark.parametrize("meeting", [0, 1])
def test_without_a_round_only_guarantors_of_what_is_in_force_who_are_asked_stay(meeting: int, status: int) -> None:
    run, t = quiet()
    rules, state = run.rules, run.state
    came, asked, away = (
        np.array(bits) for bits in ((1, 1, 0, 1, 1, 1, 1), (1, 0, 1, 1, 1, 1, 0), (0, 0, 0, 1, 0, 0, 0))
    )
    state.meeting[t], state.status[t], state.attending[t, :2], state.attending[t, 2:9] = meeting, status, 1, came
    state.invited[t, :7], state.absent_until[t, :7] = asked, 20 + away
    before = state.copy()
    dismiss(rules, state, t)
    stays = came * asked * (1 - away) * (status == words.IN_FORCE)
    assert state.attending[t, :2].tolist() == [meeting, meeting]
    assert state.attending[t, 2:9].tolist() == (came if meeting else stays).tolist()
    assert state.gathered[t] == max(meeting, stays.max())
    assert set(same_bits(before, state)) <= {"attending", "gathered"}


def test_a_table_is_gathered_as_long_as_its_last_guarantor_stays() -> None:
    run, t = quiet()
    state, state.status[t], state.invited[t] = run.state, words.IN_FORCE, 1
    for seat in (6, 0, 2):
        state.attending[t], state.attending[t, 2 + seat], state.gathered[t] = 0, 1, 1
        dismiss(run.rules, state, t)
        assert (state.gathered[t], state.attending[t, 2 + seat]) == (1, 1)
    state.invited[t, 2] = 0
    dismiss(run.rules, state, t)
    assert (state.gathered[t], state.attending[t].sum()) == (0, 0)


@pytest.mark.parametrize("status", [words.OPEN, words.SUSPENDED, words.IN_FORCE])
@pytest.mark.parametrize("meets_at", [19, 20, 21])
def test_at_a_round_everybody_who_is_asked_decides_on_the_table_as_it_is_now(meets_at: int, status: int) -> None:
    run, t = quiet()
    rules, draw, state = run.rules, run.draw, run.state
    seats = int(rules.seats[t])
    state.status[t], state.meets_at[t], state.asked[t], state.pressure[t] = status, meets_at, 0, 9.0
    state.invited[t, :seats], state.absent_until[t], state.week = 1, 0, 20
    state.is_weighed[t], state.is_cut[t], state.guaranteed_trust[t], state.best[t] = 0, 0, 0.01, 9.0
    attend_table(rules, draw, state, t)
    meets = status == words.OPEN and meets_at <= 20
    assert (state.meeting[t], state.gathered[t]) == (meets, meets)
    assert state.asked[t, : 2 + seats].tolist() == [int(meets)] * (2 + seats)
    if not meets:
        assert (state.best[t].tolist(), state.pressure[t].tolist()) == ([9.0, 9.0], [9.0, 9.0])
        return
    anew = state.copy()
    anew.is_weighed[t], anew.is_cut[t], anew.best[t] = 0, 0, 0.0
    prepare(rules, draw, anew, t, True)
    assert set(same_bits(anew, state)) <= {"is_weighed", "is_cut"}
    for side in range(2):
        assert state.pressure[t, side] == mediators_pressure(rules, draw, state, t, side)
    assert state.pressure[t].min() > 0.0


def test_leaders_change_in_their_week_before_a_round_is_called() -> None:
    run, t = quiet()
    state = run.state
    state.renews_at[t], state.renewals[t], state.stance[t] = (20, 21), 3, -1.0
    attend_table(run.rules, run.draw, state, t)
    assert state.renewals[t].tolist() == [4, 3]
    assert (state.stance[t] >= 0.0).tolist() == [True, False]


# --- when a table needs a look


@pytest.mark.parametrize(
    ("changed", "needed"),
    [
        ({}, False),
        ({"meets_at": 20}, True),
        ({"meets_at": 19}, True),
        ({"meets_at": 21}, False),
        ({"meets_at": 20, "status": words.SUSPENDED}, False),
        ({"renews_at": (20, FAR)}, True),
        ({"renews_at": (FAR, 20)}, True),
        ({"renews_at": (21, 21)}, False),
        ({"gathered": 1}, True),
        ({"meeting": 1}, True),
    ],
)
def test_a_table_needs_a_look_for_each_of_its_reasons_and_else_nothing_would_happen(
    changed: dict[str, Any], needed: bool
) -> None:
    run, t = quiet("us_emirate")
    state = run.state
    for name, value in changed.items():
        state[name][t] = value
    assert bool(may_attend(state, t)) == needed
    before = state.copy()
    attend_table(run.rules, run.draw, state, t)
    assert (same_bits(before, state) != []) == needed


@pytest.mark.parametrize("voters", [0, 1, 2])
@pytest.mark.parametrize(
    ("changed", "needed"),
    [
        ({}, False),
        ({"meeting": 1}, True),
        ({"session": words.REFUSED}, True),
        ({"session": words.SIGNED}, True),
        ({"broken": 1}, True),
    ],
)
def test_talks_need_a_look_while_they_meet_or_have_an_end_to_forget(
    changed: dict[str, Any], needed: bool, voters: int
) -> None:
    run, t = quiet("doha")
    rules, state = run.rules, run.state
    rules.members[t], rules.voters[t], state.offering[t] = 1, voters, words.NEVER
    for name, value in changed.items():
        state[name][t] = value
    assert bool(may_bargain(rules, state, t)) == needed
    if not needed:
        before = state.copy()
        bargain_table(rules, run.draw, state, t)
        assert same_bits(before, state) == []


@pytest.mark.parametrize(("status", "vote_at"), [(words.PENDING, 20), (words.PENDING, 21), (words.OPEN, 20)])
@pytest.mark.parametrize(("members", "asked"), [(0, True), (1, False)])
def test_what_is_pending_is_put_to_the_vote_in_its_week(members: int, asked: bool, status: int, vote_at: int) -> None:
    run, t = quiet("pakistan_ttp")
    rules, state = run.rules, run.state
    rules.members[t], state.status[t], state.vote_at[t] = members, status, vote_at
    due = asked and status == words.PENDING and vote_at <= 20
    assert bool(may_bargain(rules, state, t)) == due
    bargain_table(rules, run.draw, state, t)
    assert state.polled[t, 0] == due
    assert (state.status[t] == status) == (not due)


# --- sessions


@pytest.mark.parametrize("came", [(1, 1), (1, 0), (0, 1)])
def test_a_session_is_held_and_closed_where_both_have_come(came: tuple[int, int]) -> None:
    run, t = quiet("doha")
    rules, draw, state = run.rules, run.draw, run.state
    state.meeting[t], state.attending[t, :2], state.sessions[t], state.sessions_held[t] = 1, came, 3, 5
    state.zone[t], state.impasses[t], state.session[t] = 0, 0, words.REFUSED
    state.broken[t], draw.breaking = 1, 0.0
    bargain_table(rules, draw, state, t)
    held = came == (1, 1)
    assert state.session[t] == (words.NO_ZONE if held else words.NO_SESSION)
    assert (state.sessions_held[t], state.impasses[t], state.broken[t]) == (5 + held, int(held), 0)


def test_violence_may_break_off_a_round_that_ends_without_a_signature() -> None:
    run, t = quiet("doha")
    state = run.state
    state.meeting[t], state.attending[t, :2], state.zone[t], run.draw.breaking = 1, 1, 0, 1e6
    state.intensity[0], state.guaranteed_trust[t] = 1.0, 0.3
    bargain_table(run.rules, run.draw, state, t)
    assert (state.broken[t], state.status[t]) == (1, words.SUSPENDED)


@pytest.mark.parametrize("blocs_on", [0, 1])
@pytest.mark.parametrize("session", [words.SIGNED, words.REFUSED])
def test_what_is_accepted_is_put_to_both_homes_and_to_those_who_bargain_with_them(session: int, blocs_on: int) -> None:
    run, t = quiet("pakistan_ttp")
    rules, draw, state = run.rules, run.draw, run.state
    rules.members[t] = rules.voters[t] = 1
    prepare(rules, draw, state, t, True)
    state.offer[t], state.session[t], draw.blocs_on = state.midpoint[t], session, blocs_on
    state.ratified[t], draw.home, state.polled[t] = 7, words.UNITARY, 0
    close_session(rules, draw, state, t)
    accepted = session == words.SIGNED
    assert state.ratified[t].tolist() == ([1, 1] if accepted else [7, 7])
    assert state.polled[t, 0] == (1 if accepted and blocs_on else 0)
    assert state.impasses_in_row[t] == 0
    if accepted and not blocs_on:
        assert state.status[t] == words.IN_FORCE


# --- tranches


def in_force(table: str = "doha") -> tuple[Begun, int]:
    run, t = quiet(table)
    rules, draw, state = run.rules, run.draw, run.state
    clauses = int(rules.clauses[t])
    state.status[t], state.signed_week[t], draw.private_on, draw.promises = words.IN_FORCE, 12, 1, words.BINDING
    state.in_package[t, :clauses] = 1
    state.in_package[t, 1] = 0
    state.baseline[t, :clauses] = state.cell[rules.clause_cell[t, :clauses]]
    state.package[t, :clauses], state.due_step[t, :clauses] = 0.875, 0.25
    state.delivers[t, :clauses], rules.clause_conditional[t] = 1, 0
    state.delivers[t, 2] = (0, 1)
    return run, t


@pytest.mark.parametrize(("now", "due"), [(20, True), (21, False), (12, False)])
def test_a_tranche_is_of_every_clause_and_both_sides_and_only_when_it_is_due(now: int, due: bool) -> None:
    run, t = in_force()
    rules, draw, state = run.rules, run.draw, run.state
    clauses = int(rules.clauses[t])
    state.week, state.tranches_due[t], state.worth[t] = now, 0, 9.0
    before = state.copy()
    comply_table(rules, draw, state, t)
    if not due:
        assert same_bits(before, state) == []
        return
    assert state.due_share[t, :clauses].tolist() == [0.25 * (k != 1) for k in range(clauses)]
    assert state.tranches_due[t].tolist() == state.tranches_kept[t].tolist() == [clauses - 2, clauses - 1]
    moved = state.cell[rules.clause_cell[t, :clauses]] - before.cell[rules.clause_cell[t, :clauses]]
    assert (moved > 0.0).tolist() == [k != 1 for k in range(clauses)]
    assert (state.worth[t] != 9.0).all()


def test_after_a_tranche_it_is_seen_what_is_owed_and_whether_it_was_bad() -> None:
    run, t = in_force()
    rules, draw, state = run.rules, run.draw, run.state
    draw.promises, draw.patience, draw.pressure_weight, state.sincerity[t] = 0, 0.0, 0.0, 1.0
    state.delivers[t], state.delivers[t, :, 1] = 0, 1
    state.worth[t], state.bad_tranches[t] = 1.0, 1
    comply_with(rules, draw, state, t)
    assert state.tranches_broken[t].tolist() == [0, int(rules.clauses[t]) - 1]
    assert state.arrears_share[t].tolist() == [pytest.approx(1.0), 0.0]
    assert state.bad_tranches[t] == 2


# --- what is learnt


@pytest.mark.parametrize("now", [20, 21, 22, 23])
def test_norms_grievances_coercion_and_efforts_are_looked_at_every_fourth_week(now: int) -> None:
    run, _ = quiet()
    rules, draw, plan, state = run.rules, run.draw, run.plan, run.state
    fourth = now % 4 == 0
    state.week, state.arrears[...], state.status[...], draw.loss_weight = now, 0.4, words.OPEN, 2.0
    state.effort[...], state.effort_start[...] = 0.9, 0.5
    state.effort_set[...], state.effort_until[...], draw.has_reason[...] = 0.95, FAR, 0
    free = [o for o in range(rules.mediated) if (rules.effort_cell[o] < 0).all()]
    pairs = rules.mediated_pair[free]
    trust, norm = state.trust.copy(), run.cell("border")
    state.cell[norm], state.cell_start[norm], rules.table_regime[...] = 0.1, 0.5, 1
    learn_all(rules, draw, plan, state)
    np.testing.assert_allclose(state.arrears, 0.4 * draw.decay**4 if fourth else 0.4)
    assert (state.effort[free] == (0.95 if fourth else 0.9)).all()
    fell = state.trust - trust < -1e-6
    assert fell[rules.truster[pairs], rules.trusted[pairs]].tolist() == [fourth] * len(free)
    assert fell[run.player("PAK"), run.player("TAL")] == fell[run.player("TAL"), run.player("PAK")] == fourth
    assert len(free) > 20


def test_whoever_has_seen_something_learns_and_nobody_else() -> None:
    run, _ = quiet()
    rules, state = run.rules, run.state
    state.week, state.gained[...] = 21, 0.3
    state.stirred[...] = 0
    state.stirred[[0, 7, rules.trusting - 1]] = 1
    trust = state.trust.copy()
    learn_all(rules, run.draw, run.plan, state)
    learnt = (state.gained == 0.0) & (state.trust != trust)
    wanted = {(int(rules.truster[q]), int(rules.trusted[q])) for q in (0, 7, rules.trusting - 1)}
    assert {(int(i), int(j)) for i, j in np.argwhere(learnt)} == wanted
    assert (state.gained == 0.0).sum() == 3


# --- the week


@pytest.mark.parametrize(("epoch", "seed"), [("2021-04", 3), ("2022-08", 4)])
def test_a_week_is_its_phases_in_their_order_for_every_pair_table_and_war(epoch: str, seed: int) -> None:
    run = begun(epoch)
    rules, draw, state = run.rules, run.draw, run.state
    plan = random_plan(run.found, np.random.default_rng(seed), 10, 30)
    by_phases = state.copy()
    before = state.copy()
    for _ in range(16):
        week(rules, draw, plan, state)
        for step in PHASE_STEPS:
            step(rules, draw, plan, by_phases)
        assert same_bits(state, by_phases) == []
    assert state.week == 16
    moved = set(same_bits(before, state))
    assert {"leverage", "attended", "sessions_held", "tranches_due", "control", "trust", "open_weeks"} <= moved


def test_an_effort_that_is_no_cell_is_what_was_chosen() -> None:
    run, _ = quiet()
    rules, state = run.rules, run.state
    state.effort[...] = np.linspace(0.1, 0.9, state.effort.size)
    for o in range(rules.mediated):
        if (rules.effort_cell[o] < 0).all():
            q = rules.mediated_pair[o]
            assert effort(rules, state, rules.trusted[q], rules.truster[q]) == state.effort[o]
