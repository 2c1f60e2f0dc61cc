"""Effort is a choice: between 0 and 1, unmoved without a reason, up with what is promised, down with what is taken.

Without an event nothing is promised or repaid, but what a mediator has at stake follows the tables: a table that opens,
closes or signs, a middling deal that lies elsewhere. So without an event an effort is the usual one as long as these
are, and answers them, and nothing else, from then on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import EPOCHS, Begun, World, begun, runs, same_bits, world

from sim.model import vocabulary as words
from sim.model.equations.effort import chosen_effort, kindness, promise_for_effort
from sim.model.phases.effort import choose_efforts, stake, stakes_at_epoch

pytestmark = pytest.mark.long

DRAWS = 300
share = st.floats(0.0, 1.0)
reasons = st.floats(-1.0, 1.0)


# --- the equations


@given(share, reasons, st.floats(0.0, 2.0), st.floats(0.0, 0.3))
def test_an_effort_is_a_share_and_rises_with_its_reasons(e0: float, d: float, s: float, c: float) -> None:
    effort = chosen_effort(e0, d, s, c)
    assert 0.0 <= effort <= 1.0
    assert chosen_effort(e0, d + 0.1, s, c) >= effort
    assert chosen_effort(e0, d, s, c + 0.1) <= effort


@given(share, st.floats(0.0, 2.0), st.floats(0.0, 0.3))
def test_without_a_reason_it_is_the_usual_one(e0: float, s: float, c: float) -> None:
    assert chosen_effort(e0, 0.0, s, c) == e0


def test_coercion_has_its_price_on_the_way_up_and_only_there() -> None:
    assert chosen_effort(0.4, 0.1, 2.0, 0.05) == pytest.approx(0.5)  # 0.6 less the price
    assert chosen_effort(0.4, 0.2, 2.0, 0.05) == pytest.approx(0.7)
    assert chosen_effort(0.6, 0.1, 2.0, 0.05) == pytest.approx(0.8)  # who coerces already has paid
    assert chosen_effort(0.6, -0.2, 2.0, 0.05) == pytest.approx(0.2)


@given(st.floats(-1.0, 1.0), share, st.floats(1.0, 3.0))
def test_a_loss_is_felt_more_than_a_gain(change: float, salience: float, ell: float) -> None:
    assert kindness(-abs(change), salience, ell) == pytest.approx(-ell * kindness(abs(change), salience, ell))


@given(share, share, st.floats(-1.0, 1.0))
def test_a_promise_is_worth_as_much_as_it_is_believed(w: float, tau: float, g: float) -> None:
    assert promise_for_effort(w, tau, g) == pytest.approx(tau * promise_for_effort(w, 1.0, g))
    assert promise_for_effort(w, tau, g) == promise_for_effort(w, tau, -g)


# --- in the world


def number(found: World, code: str) -> int:
    return found.case.number("players", code)


def event(found: World, effect: int, cell: str, **fields: float) -> World:
    """Add an event of the first week."""
    plan = found.plan
    e = int(plan.events)
    for name in ("player", "target", "place_table", "place_cell", "place_war", "place_seat", "about"):
        plan[name][e] = words.NEVER
    plan.effect[e], plan.mode[e], plan.at_week[e] = effect, words.BY_WEEK, 1
    plan.place_cell[e] = found.case.number("cells", cell)
    for name, value in fields.items():
        plan[name][e] = value
    plan.events = e + 1
    return found


def pressing(found: World, states: Any) -> Any:
    return states.effort[:, found.rules.effort_pair[number(found, "PAK"), number(found, "TAL")]]


def aid(to: float, off: tuple[str, ...] = ()) -> World:
    found = world("2019-07", DRAWS, off=off)
    return event(found, words.SET_CELL, "security_assistance", player=number(found, "US"), value=to)


def pairs(found: World, draw: Any) -> list[tuple[int, int, int]]:
    """Every effort with a reason, its mediator and its target."""
    rules = found.rules
    reasons = [o for o in range(rules.mediated) if draw.has_reason[o] == 1]
    return [(o, int(rules.trusted[q]), int(rules.truster[q])) for o in reasons for q in [rules.mediated_pair[o]]]


@pytest.mark.parametrize("epoch", EPOCHS)
def test_as_long_as_the_tables_are_as_at_the_epoch_no_effort_moves(epoch: str) -> None:
    run = begun(epoch)
    run.state.effort[...] = 0.123  # what is not chosen anew stays at this
    choose_efforts(run.rules, run.draw, run.plan, run.state)
    told = run.state.effort[: run.rules.mediated]
    here = ~np.isclose(told, 0.123)
    assert here.any()
    assert np.array_equal(told[here], run.state.effort_usual[: run.rules.mediated][here])


def test_without_an_event_an_effort_answers_what_is_at_stake_and_nothing_else() -> None:
    found, moved = world("2019-07", 40), 0
    states = runs(found, 8)  # a week of choice
    for draw, state in zip(found.draws, states, strict=True):
        if state.regime == 1:
            continue
        for o, m, target in pairs(found, draw):
            changed = stake(found.rules, draw, state, m, target) - state.stake_start[o]
            reasons = state.leverage[m, target] * changed
            wanted = chosen_effort(state.effort_usual[o], reasons, draw.effort_strength, draw.coercion_cost)
            assert state.effort[o] == pytest.approx(wanted, abs=1e-12)
            moved += state.effort[o] != state.effort_usual[o]
    assert moved > 40
    fixed = [o for o in range(found.rules.mediated) if found.draws[0].has_reason[o] == 0]
    assert fixed
    assert np.array_equal(states.effort[:, fixed], states.effort_usual[:, fixed])


def test_without_an_event_there_is_nothing_to_repay() -> None:
    first, second = (runs(world("2019-07", 60, off=off), 52) for off in ((), ("reciprocity",)))
    assert not first.kindness.any()
    assert same_bits(first, second) == []


# --- what is at stake, by hand


def at_stake() -> tuple[Begun, int, tuple[int, int]]:
    """Pakistan's effort on the Taliban, with two tables that are worth something to it: 0.5 by one issue, 0.25."""
    run = begun("2019-07")
    rules, draw, state = run.rules, run.draw, run.state
    pakistan, taliban = run.player("PAK"), run.player("TAL")
    tables = run.table("doha"), run.table("intra_afghan")
    draw.observer_table_weight[:, pakistan], draw.observer_weight[:, pakistan] = 0.0, 0.0
    for t, weight, share in zip(tables, (0.5, 1.0), (0.5, 0.25), strict=True):
        cell = rules.clause_cell[t, 0]
        draw.observer_table_weight[t, pakistan], draw.observer_weight[t, pakistan, 0] = weight, share
        state.position[pakistan, cell], state.has_position[pakistan, cell] = 1.0, 1
        state.default[t, :, 0] = 0.125, 0.375  # as each side sees it: the mean counts
        state.midpoint[t, 0], state.package[t, 0] = 0.75, 1.0
    return run, int(rules.effort_pair[pakistan, taliban]), tables


@pytest.mark.parametrize(
    ("doha", "intra_afghan", "wanted"),
    [
        (words.CLOSED, words.CLOSED, 0.0),
        (words.OPEN, words.CLOSED, 0.5 * 0.5 * 0.5),
        (words.SUSPENDED, words.CLOSED, 0.5 * 0.5 * 0.5),
        (words.IN_FORCE, words.CLOSED, 0.5 * 0.5 * 0.75),
        (words.CLOSED, words.OPEN, 0.25 * 0.5),
        (words.IN_FORCE, words.OPEN, 0.5 * 0.5 * 0.75 + 0.25 * 0.5),
    ],
)
def test_a_middling_deal_is_at_stake_at_open_tables_and_the_deal_itself_in_force(
    doha: int, intra_afghan: int, wanted: float
) -> None:
    """W G by hand: half or all of the way from a default of 0.25 to the position 1, by both shares."""
    run, o, tables = at_stake()
    run.state.status[list(tables)] = doha, intra_afghan
    found = stake(run.rules, run.draw, run.state, run.player("PAK"), run.player("TAL"))
    assert found == pytest.approx(wanted)
    stakes_at_epoch(run.rules, run.draw, run.state)
    assert run.state.stake_start[o] == found


def test_an_effort_rises_by_what_is_more_at_stake_than_at_the_epoch_as_far_as_it_can_move_the_other() -> None:
    run, o, tables = at_stake()
    rules, draw, state = run.rules, run.draw, run.state
    state.status[list(tables)] = words.OPEN, words.CLOSED
    stakes_at_epoch(rules, draw, state)
    draw.effort_strength, draw.coercion_cost, state.effort_usual[o], state.effort_start[o] = 2.0, 0.0, 0.25, 0.25
    state.leverage[run.player("PAK"), run.player("TAL")] = 0.8
    for status, more in ((words.OPEN, 0.0), (words.IN_FORCE, 0.0625), (words.CLOSED, -0.125)):
        state.status[tables[0]] = status
        choose_efforts(rules, draw, run.plan, state)
        assert state.effort[o] == pytest.approx(0.25 + 2.0 * 0.8 * more)


def test_who_has_no_reason_has_no_stake_of_the_epoch() -> None:
    run, o, _ = at_stake()
    run.draw.has_reason[o], run.state.stake_start[...] = 0, 0.0
    stakes_at_epoch(run.rules, run.draw, run.state)
    assert run.state.stake_start[o] == 0.0


# --- in the world, with events


def test_a_gift_raises_and_a_cut_lowers_what_is_done_for_the_giver() -> None:
    usual = world("2019-07", DRAWS)
    before = pressing(usual, runs(usual, 8))
    given_, cut = (aid(to) for to in (0.6, 0.0))
    for found, sign in ((given_, 1.0), (cut, -1.0)):
        change = sign * (pressing(found, runs(found, 8)) - before)
        assert change.mean() > 3.0 * change.std() / np.sqrt(DRAWS) > 0.0


def test_without_reciprocity_only_what_is_conditional_moves_it() -> None:
    off = ("reciprocity",)
    usual, cut = world("2019-07", DRAWS, off=off), aid(0.0, off)
    # what a cut does to the talks may move it, but by a fraction
    change = pressing(cut, runs(cut, 4)) - pressing(usual, runs(usual, 4))
    assert np.abs(change).mean() < 0.01


@pytest.mark.parametrize("threat", [0, 1])
def test_what_is_offered_for_an_effort_is_given_as_long_as_it_lasts(threat: int) -> None:
    found = world("2019-07", DRAWS)
    us, pakistan, taliban = (number(found, code) for code in ("US", "PAK", "TAL"))
    before = pressing(found, runs(found, 4))
    fields = {"player": us, "target": pakistan, "about": taliban, "conditional": threat, "level": 0.45}
    event(found, words.FOR_EFFORT, "security_assistance", value=0.0 if threat else 1.0, **fields)
    states = runs(found, 4)
    after, aid_cell = pressing(found, states), found.case.number("cells", "security_assistance")
    reached = after >= 0.45 - 1e-9
    granted = states.granted[:, 0] == 1
    assert np.array_equal(granted, ~reached if threat else reached)
    assert np.all(states.cell[granted, aid_cell] == (0.0 if threat else 1.0))
    assert np.all(states.cell[~granted, aid_cell] != (0.0 if threat else 1.0))
    raised = after > before + 1e-9
    assert raised.sum() > 0.02 * DRAWS  # it moves some
    assert np.median(after[raised]) == 0.45  # to what was asked, and no further but for what else has changed by then
    worse = after < before - 0.02  # a cut is unkind only where nobody had announced it
    assert worse.mean() < 0.05


def test_more_trust_makes_a_promise_worth_more() -> None:
    counts = []
    for tau in (0.1, 0.9):
        found = world("2019-07", DRAWS)
        us, pakistan, taliban = (number(found, code) for code in ("US", "PAK", "TAL"))
        found.draws.start_trust[:, pakistan, us] = tau
        fields = {"player": us, "target": pakistan, "about": taliban, "level": 0.5}
        event(found, words.FOR_EFFORT, "security_assistance", value=1.0, **fields)
        counts.append((pressing(found, runs(found, 4)) >= 0.5 - 1e-9).sum())
    assert counts[1] > counts[0]


def test_the_price_of_coercion_makes_it_seldom() -> None:
    counts = []
    for price in (0.0, 0.3):
        found = world("2019-07", DRAWS)
        us, pakistan, taliban = (number(found, code) for code in ("US", "PAK", "TAL"))
        found.draws.coercion_cost[...] = price
        fields = {"player": us, "target": pakistan, "about": taliban, "level": 0.7}
        event(found, words.FOR_EFFORT, "security_assistance", value=1.0, **fields)
        counts.append((pressing(found, runs(found, 4)) >= 0.7 - 1e-9).sum())
    assert counts[1] < counts[0]


def test_strikes_open_the_soil_of_the_host() -> None:
    found = world("2022-08", DRAWS)
    soil = found.case.number("cells", "afghan_soil")
    before = runs(found, 8).cell[:, soil]
    event(found, words.SHIFT_CELL, "border", player=number(found, "PAK"), value=-0.3)
    change = runs(found, 8).cell[:, soil] - before
    assert change.mean() < -2.0 * change.std() / np.sqrt(DRAWS) < 0.0


def test_a_push_is_an_effort_for_a_time_and_no_pin() -> None:
    found = world("2019-07", DRAWS)
    event(found, words.EFFORT, "withdrawal", player=number(found, "PAK"), value=0.9, weeks=8)
    pushed, later = pressing(found, runs(found, 4)), pressing(found, runs(found, 16))
    assert pushed.mean() > later.mean() + 0.1
    assert (pushed != 0.9).any()  # its reasons still count
