"""Mediators at a table, what a signature binds, norms and coercion as they are noticed, and trust as it is learnt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import Begun, begun

from sim.model import vocabulary as words
from sim.model.phases.bargain import impasse, is_deliverer, sign
from sim.model.phases.frontier import package_value
from sim.model.phases.learn import fade_arrears, learn, notice_coercion, notice_norms
from sim.model.phases.mediation import (
    effort,
    guaranteed_trust,
    mediate,
    mediators_pressure,
    observer_gain,
    seat_effort,
    seat_reach,
    seat_trust,
)
from sim.model.phases.witness import witness

share = st.floats(0.02, 0.98)


def seated() -> tuple[Begun, int, int]:
    """The table in Doha with the first seat shared by two players, and all numbers different."""
    run = begun("2018-12")
    t, rng = run.table("doha"), np.random.default_rng(7)
    state = run.state
    for name in ("trust", "leverage", "effort", "seat_reach", "seat_effort"):
        state[name] = rng.uniform(0.1, 0.9, state[name].shape)
    run.rules.seat_members[t, 0], run.rules.seat_share[t, 0] = 2, 0.5
    run.rules.seat_member[t, 0, :2] = run.rules.seat_member[t, :2, 0].copy()
    return run, t, 0


@pytest.mark.parametrize(("gain", "factor"), [(-0.1, 0.5), (0.0, 1.0), (0.1, 1.0)])
def test_a_seat_is_its_members_and_half_as_eager_where_it_is_biased(gain: float, factor: float) -> None:
    run, t, m = seated()
    rules, state = run.rules, run.state
    first, second = rules.seat_member[t, m, :2]
    state.seat_gain[t, m] = gain
    for target in rules.party[t]:
        tried = (effort(rules, state, first, target), effort(rules, state, second, target))
        assert seat_effort(rules, state, t, m, target) == pytest.approx(factor * sum(tried) / 2)
        apart = (1 - state.leverage[first, target]) * (1 - state.leverage[second, target])
        assert seat_reach(rules, state, t, m, target) == pytest.approx(1 - apart)
        assert seat_trust(rules, state, t, m, target) == pytest.approx(state.trust[target, [first, second]].mean())


def test_an_effort_is_the_cell_that_it_is_else_what_was_chosen_and_facilitation_of_a_stranger() -> None:
    run, _, _ = seated()
    rules, state = run.rules, run.state
    for m in range(rules.players):
        for target in range(rules.players):
            o = rules.effort_pair[m, target]
            cell = rules.effort_cell[o, 0] if o >= 0 else -1
            wanted = words.FREE_EFFORT if o < 0 else state.cell[cell] if cell >= 0 else state.effort[o]
            assert effort(rules, state, m, target) == wanted


@pytest.mark.parametrize("present", [0, 1])
def test_guarantors_who_are_present_remove_distrust_and_all_who_are_asked_press(present: int) -> None:
    run, t, _ = seated()
    rules, draw, state = run.rules, run.draw, run.state
    seats = rules.seats[t]
    state.attending[t, 2:] = present
    for side in range(2):
        i, j = rules.party[t, side], rules.party[t, 1 - side]
        reach, tried = state.seat_reach[t, :seats], state.seat_effort[t, :seats]
        trusted = np.array([seat_trust(rules, state, t, m, i) for m in range(seats)])
        removed = draw.guarantor_weight * tried[:, 1 - side] * reach[:, 1 - side] ** 2 * trusted
        doubt = (1 - state.trust[i, j]) * np.prod(1 - present * removed)
        assert guaranteed_trust(rules, draw, state, t, side) == pytest.approx(1 - doubt)
        pressed = draw.pressure_weight * (1 - np.prod(1 - reach[:, side] * tried[:, side]))
        assert mediators_pressure(rules, draw, state, t, side) == pytest.approx(pressed)


def test_a_mediator_weighs_its_gain_and_the_lesser_welcome_against_the_consent_it_needs() -> None:
    run, t, m = seated()
    rules, draw, state = run.rules, run.draw, run.state
    state.meeting[t], state.invited[t], state.midpoint[t] = 1, 1, 0.6
    first, second = rules.seat_member[t, m, :2]
    draw.noise, draw.consent = 0.2, 0.4
    gained = np.mean([observer_gain(rules, draw, state, t, player, state.midpoint[t]) for player in (first, second)])
    weight = draw.observer_table_weight[t, [first, second]].mean()
    welcome = min(state.trust[i, [first, second]].mean() for i in rules.party[t])
    asked, came = int(state.asked[t, 2 + m]), int(state.attended[t, 2 + m])
    mediate(rules, draw, state, t, m)
    np.testing.assert_allclose(state.attend_terms[t, 2 + m, :3], (weight * gained, welcome, -0.4), atol=1e-12)
    assert state.seat_gain[t, m] == pytest.approx(gained)
    number, odds = state.attend_terms[t, 2 + m, 4], state.attend_terms[t, 2 + m, 3]
    assert state.attending[t, 2 + m] == (number < 1 / (1 + np.exp(-odds)))
    assert (state.asked[t, 2 + m], state.attended[t, 2 + m]) == (asked + 1, came + state.attending[t, 2 + m])
    state.absent_until[t, m] = state.week + 1
    mediate(rules, draw, state, t, m)
    assert (state.attending[t, 2 + m], state.asked[t, 2 + m]) == (0, asked + 1)


def test_who_is_no_party_gains_what_the_package_changes_where_it_holds_a_position() -> None:
    run, t, _ = seated()
    rules, draw, state = run.rules, run.draw, run.state
    clauses, rng = rules.clauses[t], np.random.default_rng(3)
    cells, package = rules.clause_cell[t, :clauses], rng.random(clauses)
    state.default[t] = rng.random(state.default[t].shape)
    for player in range(rules.players):
        middle = state.default[t, :, :clauses].mean(axis=0)
        change = np.abs(middle - state.position[player, cells]) - np.abs(package - state.position[player, cells])
        wanted = (draw.observer_weight[t, player, :clauses] * change * state.has_position[player, cells]).sum()
        assert observer_gain(rules, draw, state, t, player, package) == pytest.approx(wanted)


# --- a signature


def test_a_signature_keeps_the_product_of_the_gains_and_starts_anew() -> None:
    run = begun("2018-12")
    rules, draw, state, t = run.rules, run.draw, run.state, run.table("doha")
    state.guaranteed_trust[t], state.week = 0.8, 9
    state.arrears[t], state.arrears_share[t], state.bad_tranches[t], state.impasses_in_row[t] = 0.3, 0.4, 2, 1
    state.offer[t] = state.midpoint[t]
    gains = [package_value(rules, state, t, side, state.offer[t]) for side in range(2)]
    sign(rules, draw, state, t)
    assert state.nash_product[t] == pytest.approx(max(gains[0], 0.0) * max(gains[1], 0.0))
    assert min(gains) > 0.0
    assert (state.status[t], state.signed_week[t], state.agreed_week[t], state.agreements[t]) == (
        words.IN_FORCE,
        9,
        9,
        1,
    )
    for name in ("arrears", "arrears_share", "bad_tranches", "impasses_in_row", "due_share"):
        assert np.all(state[name][t] == 0), name
    state.week = 30
    sign(rules, draw, state, t)
    assert (state.signed_week[t], state.agreed_week[t], state.agreements[t]) == (30, 9, 2)


@pytest.mark.parametrize("by", [0, 1])
@pytest.mark.parametrize(("first", "second"), [(0.9, 0.1), (0.1, 0.9), (0.9, 0.9), (0.1, 0.1)])
def test_who_is_worse_off_delivers_and_else_the_one_that_the_case_names(first: float, second: float, by: int) -> None:
    run = begun("2018-12")
    rules, state, t, k = run.rules, run.state, run.table("doha"), 1
    cell = rules.clause_cell[t, k]
    rules.clause_both[t, k], rules.clause_by[t, k] = 0, by
    state.position[rules.party[t], cell] = (first, second)
    state.default[t, :, k] = (0.25, 0.75)
    loses = [abs(0.5 - wish) > abs(default - wish) for wish, default in ((first, 0.25), (second, 0.75))]
    wanted = loses if loses[0] != loses[1] else [by == 0, by == 1]
    assert [is_deliverer(rules, state, t, k, 0.5, side) for side in range(2)] == wanted
    rules.clause_both[t, k] = 1
    assert all(is_deliverer(rules, state, t, k, 0.5, side) for side in range(2))


def test_three_impasses_in_a_row_or_the_deadline_suspend_a_table() -> None:
    run = begun("2018-12")
    state, t = run.state, run.table("doha")
    state.optimism[t], state.status[t], state.week = 0.4, words.OPEN, 5
    for count in (1, 2, 3):
        impasse(state, t)
        assert (state.impasses[t], state.optimism[t]) == (count, 0.4 / 2**count)
        assert state.status[t] == (words.SUSPENDED if count == 3 else words.OPEN)
    assert (state.impasses_in_row[t], state.reopens[t]) == (0, 5 + words.PAUSE_WEEKS)
    state.status[t], state.session[t] = words.OPEN, words.OUT_OF_TIME
    impasse(state, t)
    assert state.status[t] == words.SUSPENDED


# --- norms, coercion, trust


@pytest.mark.parametrize("regime", [0, 1])
@pytest.mark.parametrize("covered", [False, True])
@pytest.mark.parametrize("change", [0.25, -0.25, 0.0])
@pytest.mark.parametrize("mover", ["nobody", "side", "stranger"])
def test_a_norm_counts_for_its_side_as_it_has_moved(mover: str, change: float, covered: bool, regime: int) -> None:
    run = begun("2018-12")
    rules, draw, state, t = run.rules, run.draw, run.state, run.table("doha")
    k = next(k for k in range(rules.clauses[t]) if rules.cell_norm[rules.clause_cell[t, k]] == 1)
    cell, side = rules.clause_cell[t, k], int(rules.clause_by[t, k])
    i, j = rules.party[t, side], rules.party[t, 1 - side]
    state.regime, state.status[t], state.in_package[t, k] = regime, words.IN_FORCE if covered else words.OPEN, covered
    state.cell[cell] = state.cell_start[cell] + change
    state.moved_by[cell] = {"nobody": words.NEVER, "side": i, "stranger": run.player("CHN")}[mover]
    state.gained[...] = state.lost[...] = 0.0
    notice_norms(rules, draw, state, t)
    exists = rules.table_regime[t, regime] == 1
    counts = exists and not covered and mover != "stranger"
    worth = counts * rules.clause_nu[t, k] * draw.weight[t, 1 - side, k] * 4 / 26
    assert state.gained[j, i] == pytest.approx(worth * max(change, 0.0))
    assert state.lost[j, i] == pytest.approx(worth * max(-change, 0.0))
    assert state.gained[i, j] == state.lost[i, j] == 0.0


@given(now=share, start=share)
def test_coercion_counts_above_what_it_was_and_above_facilitation(now: float, start: float) -> None:
    run = begun("2018-12")
    rules, state = run.rules, run.state
    o = next(o for o in range(rules.mediated) if rules.effort_cell[o, 0] < 0)
    i, m = rules.truster[rules.mediated_pair[o]], rules.trusted[rules.mediated_pair[o]]
    state.effort[o], state.effort_start[o] = now, start
    notice_coercion(rules, state, i, m)
    assert state.lost[i, m] == pytest.approx(max(now - max(start, 0.5), 0.0) * 4 / 26)
    assert state.gained[i, m] == 0.0


@given(kept=st.floats(0.0, 1.0), broken=st.floats(0.0, 1.0))
def test_trust_is_the_share_of_the_counts_after_a_weeks_forgetting(kept: float, broken: float) -> None:
    run = begun("2018-12")
    rules, draw, state, i, j = run.rules, run.draw, run.state, run.player("US"), run.player("TAL")
    witness(rules, state, i, j, kept, broken, True)
    for_, against = state.trust_for[i, j] + kept, state.trust_against[i, j] + draw.loss_weight * broken
    for_ = draw.start_for[i, j] + draw.decay * (for_ - draw.start_for[i, j])
    against = draw.start_against[i, j] + draw.decay * (against - draw.start_against[i, j])
    learn(rules, draw, state, i, j)
    assert (state.trust_for[i, j], state.trust_against[i, j]) == (pytest.approx(for_), pytest.approx(against))
    assert state.trust[i, j] == pytest.approx(for_ / (for_ + against))
    assert state.gained[i, j] == state.lost[i, j] == 0.0


@pytest.mark.parametrize("status", range(4))
def test_what_is_owed_fades_once_the_agreement_has_ended(status: int) -> None:
    run = begun("2018-12")
    state, t = run.state, run.table("doha")
    state.arrears[t], state.status[t] = (0.4, 0.2), status
    fade_arrears(run.draw, state, t)
    left = 1.0 if status == words.IN_FORCE else run.draw.decay**4
    np.testing.assert_allclose(state.arrears[t], (0.4 * left, 0.2 * left))
