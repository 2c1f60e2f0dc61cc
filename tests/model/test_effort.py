"""Effort is a choice: between 0 and 1, unmoved without a reason, up with what is promised, down with what is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import World, runs, world

from sim.model import vocabulary as words
from sim.model.equations.effort import chosen_effort, kindness, promise_for_effort

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


def test_nothing_moves_an_effort_in_a_world_that_stands_still() -> None:
    found = world("2019-07", DRAWS, off=("effort",))
    assert np.array_equal(pressing(found, runs(found, 26)), pressing(found, runs(found, 0)))


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
