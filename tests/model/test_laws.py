"""Laws of the state that hold after every phase of every week, whatever was drawn and whatever a scenario brings."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import broken_laws
from numba import njit
from worlds import EPOCHS, PHASE_STEPS, World, march, random_plan, same_bits, start, world

from sim.model import vocabulary as words
from sim.model.phases.week import week
from sim.numerics.dialect import compilable

pytestmark = pytest.mark.long

DRAWS = 400
(
    EVENTS,
    LEVERAGE,
    ATTEND,
    BARGAIN,
    COMPLY,
    FIGHT,
    LEARN,
    RECORD,
) = (compilable(step) for step in PHASE_STEPS)


@njit
def phase(number: int, rules: Any, draw: Any, plan: Any, state: Any) -> None:
    """One phase of a week, by its place in `vocabulary.PHASES`."""
    if number == 0:
        EVENTS(rules, draw, plan, state)
    elif number == 1:
        LEVERAGE(rules, draw, plan, state)
    elif number == 2:
        ATTEND(rules, draw, plan, state)
    elif number == 3:
        BARGAIN(rules, draw, plan, state)
    elif number == 4:
        COMPLY(rules, draw, plan, state)
    elif number == 5:
        FIGHT(rules, draw, plan, state)
    elif number == 6:
        LEARN(rules, draw, plan, state)
    else:
        RECORD(rules, draw, plan, state)


@cache
def world_of(epoch: str) -> World:
    return world(epoch, DRAWS, seed=23)


@given(
    epoch=st.sampled_from(EPOCHS),
    number=st.integers(0, DRAWS - 1),
    run=st.integers(0, 1000),
    weeks=st.integers(0, 130),
    events=st.integers(0, 12),
    seed=st.integers(0, 2**32),
)
def test_the_laws_of_the_state_hold_after_every_phase(
    epoch: str, number: int, run: int, weeks: int, events: int, seed: int
) -> None:
    found = world_of(epoch)
    plan = random_plan(found, np.random.default_rng(seed), events)
    states, draws = found.states(1), found.draws[number : number + 1]
    start(found.rules, draws, plan, states, seed, run)
    march(found.rules, draws, plan, states, weeks)
    state = states[0]
    for _ in range(2):
        for place, name in enumerate(words.PHASES):
            before = state.copy()
            phase(place, found.rules, draws[0], plan, state)
            assert broken_laws(found, plan, state, place, before) == [], name


@njit
def forgetful_march(rules: Any, draws: Any, plan: Any, states: Any, weeks: int) -> None:
    """As `march`, but nothing of a table's frontier is taken over from the week before."""
    for n in range(len(draws)):
        for _ in range(weeks):
            for t in range(rules.tables):
                states[n].is_cut[t], states[n].is_weighed[t] = 0, 0
            week(rules, draws[n], plan, states[n])


@pytest.mark.parametrize("epoch", EPOCHS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_taken_over_from_the_week_before_is_what_a_new_look_gives(epoch: str, seed: int) -> None:
    """Whatever moves a default, a position, a red line or hope: with random events, week after week, bit for bit."""
    found, rng = world_of(epoch), np.random.default_rng(seed)
    plan = random_plan(found, rng, 24)
    lines = np.argwhere(~np.isnan(found.draws.red_line[:100]).all(axis=0))
    for e in range(0, 24, 2):  # half of the events speak to the tables: a stand, or a red line given up
        t, side = int(rng.integers(found.rules.tables)), int(rng.integers(2))
        cell = found.rules.clause_cell[t, rng.integers(found.rules.clauses[t])]
        plan.effect[e], plan.player[e], plan.place_cell[e] = words.STAND, found.rules.party[t, side], cell
        plan.value[e], plan.mode[e], plan.at_week[e] = rng.random(), words.BY_WEEK, rng.integers(1, 60)
        if e % 4 == 0 and len(lines) > 0:
            plan.effect[e] = words.CONCEDE
            plan.player[e], plan.place_cell[e] = rng.choice(lines)
    taken_over, anew = found.states(100), found.states(100)
    start(found.rules, found.draws[:100], plan, taken_over, seed, 0)
    start(found.rules, found.draws[:100], plan, anew, seed, 0)
    taken_over.intensity[::2], anew.intensity[::2] = 0.0, 0.0  # wars at rest, which nothing is at stake in, flare up
    for _ in range(8):
        march(found.rules, found.draws[:100], plan, taken_over, 13)
        forgetful_march(found.rules, found.draws[:100], plan, anew, 13)
        assert set(same_bits(taken_over, anew)) <= {"is_cut", "is_weighed"}
    assert taken_over.sessions_held.sum() > 0


@pytest.mark.parametrize("epoch", EPOCHS)
def test_the_laws_hold_at_the_epoch(epoch: str) -> None:
    found = world_of(epoch)
    states = found.states()
    start(found.rules, found.draws, found.plan, states, 1, 0)
    for state in states[:40]:
        assert broken_laws(found, found.plan, state, 0, state) == []


@pytest.mark.parametrize("epoch", EPOCHS)
def test_weights_of_a_table_sum_to_one(epoch: str) -> None:
    found = world_of(epoch)
    start(found.rules, found.draws, found.plan, found.states(), 1, 0)
    np.testing.assert_allclose(found.draws.weight.sum(axis=3), 1.0, atol=1e-12)
    for name in ("table_weight", "observer_weight", "observer_table_weight", "cell_weight"):
        assert np.all((found.draws[name] >= 0.0) & (found.draws[name] <= 1.0 + 1e-12))


@pytest.mark.parametrize("epoch", EPOCHS)
def test_another_run_of_a_draw_has_other_luck_and_the_same_run_the_same(epoch: str) -> None:
    found = world_of(epoch)
    ends = []
    for run in (0, 0, 1):
        states = found.states(40)
        start(found.rules, found.draws[:40], found.plan, states, 3, run)
        march(found.rules, found.draws[:40], found.plan, states, 52)
        ends.append(states)
    assert ends[0].tobytes() == ends[1].tobytes()
    assert not np.array_equal(ends[0].attacks_total, ends[2].attacks_total)
