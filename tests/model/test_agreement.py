"""The rules of an agreement in force, one by one on a run at an epoch.

Who falls behind, when an agreement collapses, what is evidence of what, and the pace of a withdrawal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import Begun, begun, events_phase

from sim.model import vocabulary as words
from sim.model.equations.war import next_control
from sim.model.phases.bargain import bind_clause, suspend
from sim.model.phases.comply import comply, fall_due, judge, set_arrears, settle_clause, tranche_due
from sim.model.phases.events import announce, be_seen, withdraw

share = st.floats(0.02, 0.98)


def signed(clause: str, point: float, weeks: int, table: str = "doha") -> tuple[Begun, int, int]:
    """A run in which one clause alone is in force, delivered by the second side, from a cell at 0."""
    run = begun("2018-12")
    rules, state, t = run.rules, run.state, run.table(table)
    k = list(run.found.case.tables[table].clauses).index(clause)
    state.cell[rules.clause_cell[t, k]] = 0.0
    state.in_package[t] = 0
    state.status[t], state.signed_week[t], state.schedule_on = words.IN_FORCE, state.week, 0
    rules.clause_conditional[t, k], rules.clause_nu[t, k], rules.clause_arms[t, k] = 0, 0.75, -1
    rules.seats[t] = 0
    bind_clause(rules, run.draw, state, t, k, point, weeks)
    state.delivers[t, k] = (0, 1)
    return run, t, k


def tranche(run: Begun, t: int, k: int, conduct: int) -> None:
    """One tranche of the clause, with what its deliverer does about it."""
    fall_due(run.rules, run.state, t, k)
    run.state.conduct[t, k, 1] = conduct
    settle_clause(run.rules, run.draw, run.state, t, k)
    set_arrears(run.rules, run.draw, run.state, t)


# --- when an agreement collapses


@pytest.mark.parametrize(
    ("arrears", "worth", "bad"),
    [
        ((0.6, 0.0), (0.1, 0.1), True),
        ((0.0, 0.6), (0.1, 0.1), True),
        ((0.5, 0.5), (0.1, 0.1), False),
        ((0.0, 0.0), (-0.1, 0.1), False),
        ((0.0, 0.0), (0.1, -0.1), False),
        ((0.0, 0.0), (-0.1, -0.1), True),
        ((0.6, 0.6), (-0.1, -0.1), True),
        ((0.0, 0.0), (0.0, 0.0), False),
    ],
)
def test_three_bad_tranches_in_a_row_end_an_agreement_and_nothing_else_does(
    arrears: Any, worth: Any, bad: bool
) -> None:
    run, t, _ = signed("prisoners", 1.0, 24)
    state = run.state
    state.week = 40
    state.arrears_share[t], state.worth[t] = arrears, worth
    for tranches in range(1, 3):
        judge(run.rules, run.draw, state, t)
        assert (state.bad_tranches[t], state.collapses[t]) == (tranches if bad else 0, 0)
    judge(run.rules, run.draw, state, t)
    assert state.collapses[t] == (1 if bad else 0)
    assert state.status[t] == (words.SUSPENDED if bad else words.IN_FORCE)
    assert state.collapsed_week[t] == (40 if bad else words.NEVER)
    assert state.in_package[t].any() == (not bad)


def test_a_good_tranche_makes_bad_ones_forgotten() -> None:
    run, t, _ = signed("prisoners", 1.0, 24)
    for arrears in (0.6, 0.6, 0.0, 0.6, 0.6):
        run.state.arrears_share[t] = (arrears, 0.0)
        judge(run.rules, run.draw, run.state, t)
    assert (run.state.bad_tranches[t], run.state.collapses[t]) == (2, 0)


def test_a_collapse_leaves_the_grievance_and_the_first_week_and_the_table_rests() -> None:
    run, t, k = signed("prisoners", 1.0, 24)
    state, cell = run.state, run.rules.clause_cell[t, k]
    state.collapsed_week[t], state.collapses[t], state.cell[cell] = 17, 1, 0.25
    state.arrears[t], state.arrears_share[t], state.worth[t], state.sessions[t] = (0.3, 0.1), (0.9, 0.0), 0.1, 5
    state.week, state.bad_tranches[t] = 60, 2
    judge(run.rules, run.draw, state, t)
    assert (state.collapsed_week[t], state.collapses[t], state.sessions[t]) == (17, 2, 0)
    assert (state.reopens[t], state.impasses_in_row[t]) == (60 + words.PAUSE_WEEKS, 0)
    assert state.arrears[t].tolist() == [0.3, 0.1]
    assert state.arrears_share[t].tolist() == [0.0, 0.0]
    assert state.cell[cell] == 0.25  # a stock stays as delivered


@pytest.mark.parametrize(("weeks", "age"), [(w, a) for w in (0, 3) for a in range(13)])
def test_a_tranche_falls_due_every_fourth_week_after_the_signature(weeks: int, age: int) -> None:
    run, t, _ = signed("prisoners", 1.0, 24)
    run.state.signed_week[t], run.state.week = weeks, weeks + age
    assert tranche_due(run.state, t) == (age in (4, 8, 12))
    suspend(run.state, t)
    assert not tranche_due(run.state, t)


# --- what is due, owed and seen


@pytest.mark.parametrize("weeks", [4, 12, 24, 52, 104])
@pytest.mark.parametrize("missed", [(), (0,), (1, 2)])
def test_the_evidence_of_a_stock_adds_up_to_one_whole_agreement(weeks: int, missed: tuple[int, ...]) -> None:
    """What was missed and made good later counts then; in full, a clause is its weight as well as it can be seen."""
    run, t, k = signed("prisoners", 0.8, weeks)
    state, observer, deliverer = run.state, run.rules.party[t, 0], run.rules.party[t, 1]
    missed = tuple(place for place in missed if place < weeks // 4 - 1)
    for place in range(weeks // 4):
        tranche(run, t, k, words.WITHHELD if place in missed else words.KEPT)
        assert state.due[t, k] == pytest.approx(0.8 * 4 * (place + 1) / weeks)
        behind = state.due[t, k] - state.cell[run.rules.clause_cell[t, k]]
        assert state.arrears[t, 0] == pytest.approx(run.draw.weight[t, 0, k] * behind)
        assert state.arrears_share[t, 0] == pytest.approx(behind / state.due[t, k])
        assert state.arrears[t, 1] == state.arrears_share[t, 1] == 0.0
    assert state.cell[run.rules.clause_cell[t, k]] == pytest.approx(0.8)
    assert state.gained[observer, deliverer] == pytest.approx(0.75 * run.draw.weight[t, 0, k])
    assert state.lost[observer, deliverer] == 0.0
    assert state.tranches_due[t].tolist() == [0, weeks // 4]
    assert state.tranches_kept[t].tolist() == [0, weeks // 4 - len(missed)]


@pytest.mark.parametrize("conduct", [words.KEPT, words.BROKEN, words.WITHHELD])
def test_kept_speaks_for_the_deliverer_broken_against_it_and_withheld_not_at_all(conduct: int) -> None:
    run, t, k = signed("prisoners", 1.0, 52)
    state, observer, deliverer = run.state, run.rules.party[t, 0], run.rules.party[t, 1]
    tranche(run, t, k, conduct)
    worth = 0.75 * run.draw.weight[t, 0, k] * 4 / 52
    assert state.gained[observer, deliverer] == pytest.approx(worth if conduct == words.KEPT else 0.0)
    assert state.lost[observer, deliverer] == pytest.approx(worth if conduct == words.BROKEN else 0.0)
    assert state.tranches_broken[t, 1] == (conduct == words.BROKEN)
    assert state.gained[deliverer, observer] == state.lost[deliverer, observer] == 0.0
    moved = state.cell[run.rules.clause_cell[t, k]]
    assert moved == pytest.approx(4 / 52 if conduct == words.KEPT else 0.0)


def test_a_flow_counts_as_one_agreement_in_half_a_year_and_is_due_in_full_at_once() -> None:
    run, t, k = signed("intra_afghan_talks", 0.6, 52)
    tranche(run, t, k, words.KEPT)
    state = run.state
    assert state.due[t, k] == pytest.approx(0.6)
    worth = 0.75 * run.draw.weight[t, 0, k] * 4 / 26
    assert state.gained[run.rules.party[t, 0], run.rules.party[t, 1]] == pytest.approx(worth)


def test_a_mediator_in_the_room_learns_with_the_parties_and_one_who_is_away_does_not() -> None:
    run, t, k = signed("prisoners", 1.0, 52)
    rules, state, deliverer = run.rules, run.state, run.rules.party[t, 1]
    rules.seats[t] = 2
    seat = [rules.seat_member[t, m, 0] for m in range(2)]
    rules.seat_members[t, :2] = 1
    run.draw.observer_weight[t, seat, k] = 0.25
    state.attending[t, 2:4] = (1, 0)
    tranche(run, t, k, words.BROKEN)
    assert state.lost[seat[0], deliverer] == pytest.approx(0.75 * 0.25 * 4 / 52)
    assert state.lost[seat[1], deliverer] == 0.0
    run.draw.observer_weight[t, seat, k] = 0.0  # without a stake it sides with whom it trusts
    state.lost[...], state.trust[seat[0], rules.party[t, 0]] = 0.0, 0.75
    tranche(run, t, k, words.BROKEN)
    assert state.lost[seat[0], deliverer] == pytest.approx(0.75 * 0.5 * run.draw.weight[t, 0, k] * 4 / 52)


def test_arms_that_come_home_strengthen_the_war_there() -> None:
    run, t, k = signed("prisoners", 0.5, 4)
    run.rules.clause_arms[t, k], run.state.control[1] = 1, 0.3
    tranche(run, t, k, words.KEPT)
    assert run.state.control[1] == pytest.approx(next_control(0.3, 0.5, 0.0))


def test_a_conditional_clause_waits_while_its_payer_is_owed_too_much() -> None:
    run, t, k = signed("prisoners", 1.0, 52)
    run.rules.clause_conditional[t, k] = 1
    for owed, due in ((0.3, 0.0), (0.25, 0.0), (0.2, 4 / 52)):
        run.state.arrears_share[t] = (0.0, owed)
        fall_due(run.rules, run.state, t, k)
        assert run.state.due[t, k] == pytest.approx(due)
    run.state.arrears_share[t] = (0.9, 0.0)  # what the other side is owed is no reason
    fall_due(run.rules, run.state, t, k)
    assert run.state.due[t, k] == pytest.approx(8 / 52)


def test_a_side_weighs_what_the_agreement_is_worth_and_the_others_reach_against_what_the_clause_costs() -> None:
    run, t, k = signed("prisoners", 0.75, 52)
    rules, draw, state = run.rules, run.draw, run.state
    first, second = rules.party[t]
    state.worth[t], state.position[second, rules.clause_cell[t, k]] = (0.7, 0.3), 0.25
    state.default[t, 1, k], state.leverage[first, second], state.leverage[second, first] = 0.5, 0.6, 0.1
    draw.patience, draw.pressure_weight, draw.noise = 0.5, 0.4, 0.1
    for number, conduct in ((0.0, words.KEPT), (0.999999, words.BROKEN)):
        state.sincerity[t] = number
        comply(rules, draw, state, t, k, 1)
        assert state.conduct[t, k, 1] == conduct
        terms = (0.5 * 0.3, 0.4 * 0.36, -draw.weight[t, 1, k] * 0.25)
        np.testing.assert_allclose(state.comply_terms[t, k, 1, :3], terms, atol=1e-12)
        assert state.comply_terms[t, k, 1, 3] == pytest.approx(sum(terms) / 0.1)
    for owed, conduct in ((0.3, words.WITHHELD), (0.25, words.KEPT)):
        state.sincerity[t], state.arrears_share[t] = 0.0, (0.0, owed)
        comply(rules, draw, state, t, k, 1)
        assert state.conduct[t, k, 1] == conduct
    comply(rules, draw, state, t, k, 0)
    assert state.conduct[t, k, 0] == words.NOT_DUE  # it delivers nothing


# --- what is seen of an act


@given(wish=share, before=share, after=share)
def test_an_act_counts_as_far_as_it_brings_an_observer_nearer_to_its_wish(
    wish: float, before: float, after: float
) -> None:
    run = begun("2018-12")
    rules, state, us, taliban, cell = run.rules, run.state, run.player("US"), run.player("TAL"), run.cell("prisoners")
    state.has_position[taliban, cell], state.position[taliban, cell] = 1, wish
    run.draw.cell_weight[taliban, cell], rules.cell_nu[cell] = 0.4, 0.5
    be_seen(rules, run.draw, state, us, cell, before, after)
    nearer = np.abs(before - wish) - np.abs(after - wish)
    assert state.gained[taliban, us] == pytest.approx(0.2 * max(nearer, 0.0))
    assert state.lost[taliban, us] == pytest.approx(0.2 * max(-nearer, 0.0))


# --- a withdrawal


@pytest.mark.parametrize("weeks", [1, 2, 16, 52])
@pytest.mark.parametrize("announced", [0, 7])
@pytest.mark.parametrize("presence", [1.0, 0.4])
def test_the_troops_leave_in_a_straight_line(weeks: int, announced: int, presence: float) -> None:
    run = begun("2018-12")
    state = run.state
    state.week, state.presence = announced, presence
    announce(state, weeks, 0, words.NEVER)
    for gone in range(weeks + 3):
        state.week = announced + gone
        withdraw(run.rules, state)
        assert state.presence == pytest.approx(presence * max(1.0 - gone / weeks, 0.0))
        assert state.cell[run.rules.presence_cell] == 1.0 - state.presence


def test_a_withdrawal_that_waits_takes_as_long_when_it_goes_on() -> None:
    run = begun("2018-12")
    state, t = run.state, run.table("doha")
    announce(state, 10, 0, t)
    for week in range(1, 30):
        state.week = week
        state.status[t] = words.IN_FORCE if week > 7 else words.OPEN
        withdraw(run.rules, state)
        gone = max(week - 7, 0)
        assert state.presence == pytest.approx(run.draw.start_presence * max(1.0 - gone / 10, 0.0))


def test_an_announced_withdrawal_goes_on_week_by_week_and_none_begins_by_itself() -> None:
    run = begun("2018-12")
    state, usual = run.state, float(run.state.presence)
    for _ in range(3):
        events_phase(run.rules, run.draw, run.plan, state)
        assert state.presence == usual
    announce(state, 10, 0, words.NEVER)
    for gone in range(1, 12):
        events_phase(run.rules, run.draw, run.plan, state)
        assert state.presence == pytest.approx(usual * max(1.0 - gone / 10, 0.0))
