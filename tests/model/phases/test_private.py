"""Leaders as they are drawn: each number a function of the run, its place and how often it was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import Begun, begun, same_bits

from sim.model import vocabulary as words
from sim.model.equations.private import spell
from sim.model.phases.private import call_anew, renew, renew_sides, renew_sincerity
from sim.numerics.chance import CHANCE, uniform

SIDES = pytest.mark.parametrize("side", [0, 1])
TABLES = pytest.mark.parametrize("table", ["doha", "us_pakistan", "us_emirate"])


def led(table: str) -> tuple[Begun, int]:
    """A table whose leaders have been drawn twice and thrice, with one agreement behind it."""
    run = begun("2018-12")
    state, t = run.state, run.table(table)
    state.seed, state.draw_index, state.run, state.week, run.draw.renewal = 5, 3, 2, 9, 52.0
    state.renewals[...], state.agreements[...], state.renews_at[...], state.renewed_at[...] = (2, 3), 1, 40, 4
    state.stance[...], state.mind[...], state.sincerity[...] = 7.0, 7.0, 7.0
    return run, t


def number(run: Begun, t: int, side: int, phase: int, count: int, place: int) -> float:
    """A number of a block of a side's own: the phase, the table, the side, its place; the count stands for the week."""
    state, slot = run.state, phase | t << 12 | side << 2 | place
    return uniform(int(state.seed), int(state.draw_index), int(state.run), count, slot, CHANCE)


@TABLES
@SIDES
def test_other_leaders_have_another_stance_mind_and_time(side: int, table: str) -> None:
    run, t = led(table)
    state, count, before = run.state, (2, 3)[side], run.state.copy()
    renew(run.draw, state, t, side)
    stance, mind, until = (number(run, t, side, words.PRIVATE_SLOT, count, place) for place in range(3))
    assert (state.stance[t, side], state.mind[t, side]) == (stance, mind)
    assert state.renews_at[t, side] == 9 + spell(52.0, until)
    assert (state.renewals[t, side], state.renewed_at[t, side]) == (count + 1, 9)
    assert state.sincerity[t, side] == number(run, t, side, words.SINCERITY_SLOT, count + 2, 0)  # with one agreement
    for name in ("stance", "mind", "sincerity", "renews_at", "renewals", "renewed_at"):
        changed = np.argwhere(state[name] != before[name])
        assert changed.tolist() == [[t, side]], name


@TABLES
@SIDES
@pytest.mark.parametrize("agreements", [0, 1, 4])
def test_sincerity_follows_how_often_leaders_and_agreements_have_come(agreements: int, side: int, table: str) -> None:
    run, t = led(table)
    state, state.agreements[t] = run.state, agreements
    before = state.copy()
    renew_sincerity(state, t, side)
    assert state.sincerity[t, side] == number(run, t, side, words.SINCERITY_SLOT, (2, 3)[side] + agreements, 0)
    assert same_bits(before, state) == ["sincerity"]
    assert np.count_nonzero(state.sincerity != 7.0) == 1


@pytest.mark.parametrize("private", [0, 1])
@pytest.mark.parametrize("first", [8, 9, 10])
@pytest.mark.parametrize("second", [8, 9, 10])
def test_a_side_is_renewed_once_its_week_has_come(first: int, second: int, private: int) -> None:
    run, t = led("us_pakistan")
    state, run.draw.private_on = run.state, private
    state.renews_at[t] = first, second
    renew_sides(run.rules, run.draw, state, t)
    due = [bool(private) and week <= 9 for week in (first, second)]
    assert (state.renewed_at[t] == 9).tolist() == due
    assert state.renewals[t].tolist() == [2 + due[0], 3 + due[1]]
    assert (np.delete(state.renewals, t, axis=0) == (2, 3)).all()


@TABLES
def test_a_table_that_is_called_anew_renews_both_sides_that_week(table: str) -> None:
    run, t = led(table)
    call_anew(run.state, t)
    assert run.state.renews_at[t].tolist() == [9, 9]
    assert (np.delete(run.state.renews_at, t, axis=0) == 40).all()
