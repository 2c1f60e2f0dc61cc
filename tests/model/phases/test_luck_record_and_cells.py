"""Small rules that many others rest on: luck by its slot, what is counted, and what moves with a cell."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import begun, record_phase, same_bits

from sim.model import vocabulary as words
from sim.model.phases.cells import put_cell
from sim.model.phases.luck import luck
from sim.numerics.chance import CHANCE, uniforms4

SLOTS = [0, 1, 2, 3, 5, 10, 15, 16, 21, words.ATTEND_SLOT + 6, words.WAR_SLOT + words.PLACE_STRIDE + 3, (1 << 27) + 9]


@pytest.mark.parametrize("week", [0, 3])
def test_a_number_depends_on_its_slot_week_run_draw_and_seed_alone(week: int) -> None:
    state = begun("2018-12").state
    state.seed, state.draw_index, state.run, state.week = 12345678901, 7, 5, week
    for slot in [*SLOTS, *reversed(SLOTS), *SLOTS[::2]]:  # whatever has been drawn before
        wanted = uniforms4(12345678901, 7, 5, week, slot // 4, CHANCE)[slot % 4]
        assert luck(state, slot) == wanted
        assert luck(state, slot) == wanted


def test_another_week_run_draw_or_seed_has_other_luck() -> None:
    state = begun("2018-12").state
    found = {luck(state, 9)}
    for name in ("seed", "draw_index", "run"):
        state[name] += 1
        state.week += 1  # what has been drawn is kept for a week
        found.add(luck(state, 9))
    assert len(found) == 4


def test_what_has_been_drawn_is_kept_for_the_week_and_four_blocks_at_a_time() -> None:
    state = begun("2018-12").state
    slots = [4 * block + 1 for block in (4, 9, 2, 7)]  # of four places
    found = [luck(state, slot) for slot in slots]
    state.seed += 1
    assert [luck(state, slot) for slot in slots] == found
    state.week += 1
    assert not set(found) & {luck(state, slot) for slot in slots}


@pytest.mark.parametrize("status", range(5))
def test_weeks_are_counted_at_tables_that_are_open_or_in_force(status: int) -> None:
    run = begun("2018-12")
    state = run.state
    state.open_weeks[...], state.weeks_in_force[...] = 3, 5
    state.status[...] = words.CLOSED
    state.status[[0, run.rules.tables - 1]] = status
    record_phase(run.rules, run.draw, run.plan, state)
    counted = np.isin(np.arange(run.rules.tables), [0, run.rules.tables - 1])
    np.testing.assert_array_equal(state.open_weeks, 3 + counted * (status == words.OPEN))
    np.testing.assert_array_equal(state.weeks_in_force, 5 + counted * (status == words.IN_FORCE))


def test_a_week_of_war_adds_its_attacks_its_violence_and_those_who_fled() -> None:
    run = begun("2018-12")
    state = run.state
    state.attacks[...], state.intensity[...], state.flight = (4, 7), (0.25, 0.75), 0.01
    for weeks in (1, 2):
        record_phase(run.rules, run.draw, run.plan, state)
        assert state.attacks_total.tolist() == [4 * weeks, 7 * weeks]
        assert state.violence.tolist() == [0.25 * weeks, 0.75 * weeks]
        assert state.refugees == pytest.approx(0.01 * weeks)


@pytest.mark.parametrize("w", [0, 1])
@pytest.mark.parametrize("is_open", [0, 1])
@pytest.mark.parametrize(("kept", "counts"), [(0.49, False), (0.5, True), (1.0, True)])
def test_a_week_with_a_ceasefire_is_one_of_a_war_that_is_open_and_at_least_half_kept(
    kept: float, counts: bool, is_open: int, w: int
) -> None:
    run = begun("2018-12")
    state = run.state
    state.cell[...], state.war_open[...], state.ceasefire_weeks[...] = 0.0, 1, 2
    state.cell[run.rules.ceasefire_cell[w]], state.war_open[w] = kept, is_open
    record_phase(run.rules, run.draw, run.plan, state)
    assert state.ceasefire_weeks.tolist() == [2 + int(n == w and counts and is_open == 1) for n in range(2)]


@pytest.mark.parametrize("presence_cell", [words.NEVER, 0, 5])
@pytest.mark.parametrize("cell", [0, 5, 23])
def test_a_cell_that_is_put_takes_the_presence_with_it_where_it_is_the_presence(cell: int, presence_cell: int) -> None:
    run = begun("2018-12")
    rules, state = run.rules, run.state
    rules.presence_cell, state.presence, before = presence_cell, 0.7, state.copy()
    put_cell(rules, state, cell, 0.375)
    before.presence = 0.7
    before.cell[cell] = 0.375
    assert same_bits(before, state) == (["presence"] if cell == presence_cell else [])
    assert state.presence == (0.625 if cell == presence_cell else 0.7)
