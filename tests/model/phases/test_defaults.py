"""What comes without a deal, by hand: announced exits, strengths and forecasts of a war, default paths, red lines."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import pytest
from worlds import BARE_SIZES, Begun, begun

from sim.model import variables
from sim.model import vocabulary as words
from sim.model.phases.defaults import (
    announced_presence,
    cut_again,
    default_path,
    exit_waits,
    fighting_allies,
    forecast_control,
    look_again,
    set_defaults,
    set_range,
    shared_in_force,
    strength_of_challenger,
    strength_of_incumbent,
    success_at,
)
from sim.model.variables import records

SIDES = pytest.mark.parametrize("side", [0, 1])


# --- an exit that has been announced


def leaving(conditional: int = 0, table: int = words.NEVER, over: tuple[int, int] = (2, 1)) -> Begun:
    """An exit in its tenth week of forty; the patron is this side of that table, and all tables are open."""
    run = begun("2018-12")
    rules, draw, state = run.rules, run.draw, run.state
    rules.presence_table, rules.presence_side, rules.presence_clause = *over, 3
    state.status[...], state.in_package[...], state.arrears_share[...] = words.OPEN, 0, 0.0
    state.schedule_on, state.schedule_conditional, state.schedule_table = 1, conditional, table
    state.schedule_start, state.schedule_end, state.schedule_from = 5, 45, 0.8
    state.week, state.presence, draw.forecast_horizon = 15, 0.6, 10.0
    return run


@pytest.mark.parametrize("over", [(0, 0), (0, 1), (2, 1), (6, 0)])
@pytest.mark.parametrize("conditional", [0, 1])
@pytest.mark.parametrize(("owed", "behind"), [(0.0, 0), (0.2, 0), (0.25 - 5e-10, 1), (0.25, 1), (0.9, 1)])
def test_a_conditional_exit_waits_for_its_agreement_and_while_the_other_side_is_behind(
    owed: float, behind: int, conditional: int, over: tuple[int, int]
) -> None:
    run = leaving(conditional, over=over)
    rules, state, (t, side) = run.rules, run.state, over
    state.arrears_share[t, side], state.status[t] = owed, words.IN_FORCE
    assert exit_waits(rules, state) == (conditional == 1 and behind == 1)
    state.status[t] = words.OPEN
    assert exit_waits(rules, state) == (conditional == 1)
    state.status[...], state.arrears_share[...], state.arrears_share[t, side] = words.IN_FORCE, 0.9, 0.0
    assert not exit_waits(rules, state)


@pytest.mark.parametrize("conditional", [0, 1])
@pytest.mark.parametrize("tied", [words.NEVER, 0, 1, 6])
def test_an_exit_that_is_tied_to_a_table_waits_for_its_agreement(tied: int, conditional: int) -> None:
    run = leaving(conditional, tied)
    rules, state = run.rules, run.state
    for status in range(len(words.STATUS_NAMES)):
        state.status[...] = words.IN_FORCE
        state.status[tied] = status if tied >= 0 else words.IN_FORCE
        assert exit_waits(rules, state) == (tied >= 0 and status != words.IN_FORCE)
    state.status[...], state.status[2] = words.OPEN, words.IN_FORCE
    assert exit_waits(rules, state) == (tied >= 0)


@pytest.mark.parametrize(
    ("week", "horizon", "end", "left"),
    [
        (15, 10.0, 45, 0.4),
        (15, 0.0, 45, 0.6),
        (5, 0.0, 45, 0.8),
        (15, 30.0, 45, 0.0),
        (15, 60.0, 45, 0.0),
        (5, 0.25, 5, 0.6),
        (5, 0.25, 6, 0.6),
        (5, 0.5, 7, 0.6),
        (5, 1.0, 5, 0.0),
    ],
)
def test_an_announced_exit_is_seen_in_a_straight_line_to_its_end(
    week: int, horizon: float, end: int, left: float
) -> None:
    run = leaving()
    run.state.week, run.draw.forecast_horizon, run.state.schedule_end = week, horizon, end
    assert announced_presence(run.rules, run.draw, run.state) == pytest.approx(left)


@pytest.mark.parametrize("on", [0, 1])
@pytest.mark.parametrize("tied", [words.NEVER, 6])
def test_an_exit_that_waits_or_is_none_leaves_the_forces_where_they_are(tied: int, on: int) -> None:
    run = leaving(table=tied)
    run.state.schedule_on = on
    seen = announced_presence(run.rules, run.draw, run.state)
    assert seen == pytest.approx(0.4 if on and tied == words.NEVER else 0.6)


@pytest.mark.parametrize(("t", "k"), [(0, 0), (0, 2), (2, 3)])
@pytest.mark.parametrize("signed", [0.1, 0.7])
def test_an_agreement_in_force_promises_the_presence_that_it_leaves(signed: float, t: int, k: int) -> None:
    run = leaving()
    rules, state = run.rules, run.state
    rules.presence_table, rules.presence_clause, state.schedule_on = t, k, 0
    state.package[...], state.package[t, k] = 0.9, signed
    for status in range(len(words.STATUS_NAMES)):
        for part in (0, 1):
            state.status[t], state.in_package[t, k] = status, part
            bound = status == words.IN_FORCE and part == 1
            seen = announced_presence(rules, run.draw, state)
            assert seen == pytest.approx(min(0.6, 1.0 - signed) if bound else 0.6)
    state.status[...], state.in_package[...], rules.presence_table = words.IN_FORCE, 1, words.NEVER
    assert announced_presence(rules, run.draw, state) == 0.6


# --- a war as both sides see it


def allies() -> tuple[Any, Any, Any]:
    """The second of two wars: three allies of the challenger's and one of the incumbent's; two may make peace."""
    kinds = (variables.RULES, variables.DRAW, variables.STATE)
    rules, draw, state = (records(kind, {**BARE_SIZES, "W": 2, "Y": 4, "T": 2}, 1)[0] for kind in kinds)
    rules.allies[...], rules.ally_side[1], rules.ally_strength[1] = (0, 4), (0, 1, 0, 0), (0.5, 0.25, 2.0, 4.0)
    rules.ally_peace[1], draw.alliances_on = (0, 1, words.NEVER, 1), 1
    return rules, draw, state


@pytest.mark.parametrize("alliances", [0, 1])
@pytest.mark.parametrize("status", [(a, b) for a in (words.OPEN, words.IN_FORCE) for b in (words.OPEN, words.IN_FORCE)])
def test_an_ally_fights_until_its_own_peace_is_in_force(status: tuple[int, int], alliances: int) -> None:
    rules, draw, state = allies()
    draw.alliances_on, state.status[...] = alliances, status
    fights = [one != words.IN_FORCE or alliances == 0 for one in status]
    assert fighting_allies(rules, draw, state, 1, 0) == 0.5 * fights[0] + 2.0 + 4.0 * fights[1]
    assert fighting_allies(rules, draw, state, 1, 1) == 0.25 * fights[1]
    assert fighting_allies(rules, draw, state, 0, 0) == 0.0


def at_war(w: int = 1) -> Begun:
    """A war by numbers that all differ, with an ally at each side, none of them at a table of its own."""
    run = begun("2018-12")
    rules, draw, state = run.rules, run.draw, run.state
    draw.sanctuary_effect, draw.presence_effect, draw.combat_pace, draw.forecast_horizon = 0.5, 0.8, 0.2, 13.0
    state.strength[w], state.sanctuary[w], state.cohesion[w] = 0.7, 0.4, 0.9
    state.intensity[w], state.control[w], state.presence = 1.3, 0.3, 0.5
    rules.disarmament_cell[w], rules.patron[w] = words.NEVER, words.NEVER
    return run


@pytest.mark.parametrize("w", [0, 1])
@pytest.mark.parametrize(("cell", "arms"), [(words.NEVER, 1.0), (0, 0.75), (16, 0.75)])
def test_a_challenger_is_as_strong_as_its_arms_its_sanctuary_and_its_allies(cell: int, arms: float, w: int) -> None:
    run = at_war(w)
    rules, state = run.rules, run.state
    rules.disarmament_cell[w], state.cell[...], state.cell[cell] = cell, 0.5, 0.25
    alone = 0.7 * 1.2 * arms
    assert strength_of_challenger(rules, run.draw, state, w) == pytest.approx(alone)
    rules.allies[w], rules.ally_strength[w, 0], rules.ally_peace[w, 0] = 1, 0.6, words.NEVER
    for side, share in ((words.CHALLENGING, 1.6), (words.DEFENDING, 1.0)):
        rules.ally_side[w, 0] = side
        assert strength_of_challenger(rules, run.draw, state, w) == pytest.approx(alone * share)


@pytest.mark.parametrize("w", [0, 1])
@pytest.mark.parametrize(("patron", "helped"), [(words.NEVER, 1.0), (0, 1.0 + 0.8 * 0.25), (5, 1.0 + 0.8 * 0.25)])
def test_an_incumbent_is_as_strong_as_it_is_one_its_patron_is_there_and_its_allies(
    patron: int, helped: float, w: int
) -> None:
    run = at_war(w)
    rules, state = run.rules, run.state
    rules.patron[w] = patron
    assert strength_of_incumbent(rules, run.draw, state, w, 0.25) == pytest.approx(0.9 * helped)
    rules.allies[w], rules.ally_strength[w, 0], rules.ally_peace[w, 0] = 1, 0.6, words.NEVER
    for side, share in ((words.CHALLENGING, 1.0), (words.DEFENDING, 1.6)):
        rules.ally_side[w, 0] = side
        assert strength_of_incumbent(rules, run.draw, state, w, 0.25) == pytest.approx(0.9 * helped * share)


@pytest.mark.parametrize("w", [0, 1])
def test_both_sides_foresee_the_control_that_their_strengths_will_bring_without_the_forces_that_leave(w: int) -> None:
    run = at_war(w)
    rules, draw, state = run.rules, run.draw, run.state
    rules.patron[w], draw.presence_effect = 0, 2.0
    state.schedule_on, state.schedule_conditional, state.schedule_table = 1, 0, words.NEVER
    state.schedule_start, state.schedule_end, state.schedule_from, state.week = 0, 40, 0.5, 7
    chances = [0.84 / (0.84 + 0.9 * (1.0 + 2.0 * presence)) for presence in (0.5, 0.25)]
    assert success_at(rules, draw, state, w, 0.5) == pytest.approx(chances[0])
    odds = 0.3 / 0.7 * exp(0.2 * 1.3 * (2.0 * chances[1] - 1.0) * 13.0)  # by then a half of the forces has left
    assert forecast_control(rules, draw, state, w) == pytest.approx(odds / (1.0 + odds))


# --- default paths


def clause(code: int, flow: int = 0) -> tuple[Begun, int, int]:
    """A clause with this default path, the last of a table, with a cell at 0.4."""
    run = begun("2018-12")
    t = run.table("pakistan_kabul")
    k = int(run.rules.clauses[t]) - 1
    run.rules.clause_default[t, k], run.rules.clause_flow[t, k], run.rules.clause_effort[t, k] = code, flow, words.NEVER
    run.state.cell[run.rules.clause_cell[t, k]] = 0.4
    return run, t, k


@pytest.mark.parametrize(
    ("code", "flow", "wanted"),
    [
        (words.BY_CURRENT, 0, 0.4),
        (words.BY_CURRENT, 1, 0.4),
        (words.BY_NONE, 0, 0.4),
        (words.BY_NONE, 1, 0.0),
        (words.BY_POSITION, 0, 0.7),
        (words.BY_POSITION, 1, 0.7),
    ],
)
@SIDES
def test_a_plain_default_is_what_is_the_case_or_nothing_or_what_who_delivers_it_wants(
    code: int, flow: int, wanted: float, side: int
) -> None:
    run, t, k = clause(code, flow)
    rules, state = run.rules, run.state
    rules.clause_link[t, k] = side
    state.position[:, rules.clause_cell[t, k]] = 0.2
    state.position[rules.party[t, side], rules.clause_cell[t, k]] = 0.7
    assert default_path(rules, run.draw, state, t, k) == wanted
    for effort in (0, 5):
        rules.clause_effort[t, k], state.effort[effort] = effort, 0.55
        assert default_path(rules, run.draw, state, t, k) == 0.55  # an effort goes where its mediator takes it


@pytest.mark.parametrize("on", [0, 1])
@pytest.mark.parametrize("conditional", [0, 1])
@pytest.mark.parametrize("tied", [words.NEVER, 1])
def test_an_exit_that_goes_on_whatever_is_signed_is_the_default_of_the_presence(
    tied: int, conditional: int, on: int
) -> None:
    run, t, k = clause(words.BY_PRESENCE)
    state = run.state
    state.presence, state.schedule_on, state.schedule_conditional, state.schedule_table = 0.7, on, conditional, tied
    state.status[...] = words.IN_FORCE
    state.status[1] = words.OPEN
    leaves = on == 1 and conditional == 0 and tied == words.NEVER
    assert default_path(run.rules, run.draw, state, t, k) == pytest.approx(1.0 if leaves else 0.3)


@pytest.mark.parametrize("is_open", [0, 1])
@pytest.mark.parametrize("forecast_on", [0, 1])
@pytest.mark.parametrize("w", [words.NEVER, 0, 1])
def test_a_war_that_the_table_can_end_is_foreseen_while_it_goes_on(w: int, forecast_on: int, is_open: int) -> None:
    run, t, k = clause(words.BY_FORECAST)
    rules, draw, state = run.rules, run.draw, run.state
    rules.ended_war[t], draw.forecast_on, state.war_open[...], state.control[...] = w, forecast_on, 0, (0.3, 0.6)
    if w >= 0:
        state.war_open[w] = is_open
    expected = forecast_control(rules, draw, state, max(w, 0))
    assert expected != 0.4
    foreseen = w >= 0 and forecast_on == 1 and is_open == 1
    assert default_path(rules, draw, state, t, k) == (expected if foreseen else 0.4)


@pytest.mark.parametrize("kept", [0.0, 0.25, 1.0])
def test_what_is_opposed_is_what_the_clause_that_it_depends_on_leaves_of_it(kept: float) -> None:
    run, t, k = clause(words.BY_OPPOSED)
    run.rules.clause_link[t, k] = 1
    run.state.default[t, 0, :3], run.state.default[t, 1, :3] = (0.9, kept, 0.8), 0.5
    assert default_path(run.rules, run.draw, run.state, t, k) == pytest.approx(0.4 * (1.0 - kept))


@pytest.mark.parametrize("exists", [(0, 1), (1, 0), (1, 1), (0, 0)])
@pytest.mark.parametrize("regime", [0, 1])
@pytest.mark.parametrize("part", [0, 1])
def test_a_shared_clause_is_settled_where_it_is_in_force_or_was_when_a_takeover_closed_its_table(
    part: int, regime: int, exists: tuple[int, int]
) -> None:
    run, t, k = clause(words.BY_SHARED, 1)
    rules, state, other = run.rules, run.state, run.table("us_emirate")
    rules.clause_link[t, k], rules.clause_link_clause[t, k], rules.clause_fallback[t, k] = other, 2, words.BY_NONE
    rules.table_regime[...], rules.table_regime[other], state.regime = 1, exists, regime
    state.in_package[...], state.in_package[other, 2], state.package[other, 2] = 1 - part, part, 0.85
    for status in range(len(words.STATUS_NAMES)):
        state.status[...], state.status[other] = words.IN_FORCE, status
        settled = part == 1 and (status == words.IN_FORCE or exists[regime] == 0)
        assert shared_in_force(rules, state, t, k) == settled
        assert default_path(rules, run.draw, state, t, k) == (0.85 if settled else 0.0)
    rules.clause_fallback[t, k], state.in_package[other, 2] = words.BY_CURRENT, 0
    assert default_path(rules, run.draw, state, t, k) == 0.4


# --- what is written, and when the clauses are cut anew


def written(optimism: float = 0.25) -> tuple[Begun, int]:
    """A table whose defaults are those of the week, all cut: 0.3 and 0.4, the first as each side hopes."""
    run = begun("2018-12")
    rules, draw, state, t = run.rules, run.draw, run.state, run.table("us_emirate")
    cells = rules.clause_cell[t, :3]
    rules.clauses[t], rules.clause_effort[t] = 3, words.NEVER
    rules.clause_default[t, :3], rules.ended_war[t] = (words.BY_FORECAST, *[words.BY_CURRENT] * 2), words.NEVER
    state.cell[cells], state.red_line[...], state.optimism[t] = (0.5, 0.3, 0.4), np.nan, optimism
    state.position[rules.party[t, 0], cells], state.position[rules.party[t, 1], cells] = 1.0, (0.25, 0.0, 0.0)
    set_defaults(rules, draw, state, t, True)
    state.is_cut[t], state.is_weighed[t] = 1, 1
    return run, t


def test_each_side_sees_a_forecast_nearer_to_its_own_wish_and_all_else_as_it_is() -> None:
    run, t = written()
    np.testing.assert_allclose(run.state.default[t, :, :3], ((0.625, 0.3, 0.4), (0.4375, 0.3, 0.4)))


def test_where_nothing_has_changed_nothing_is_cut_anew() -> None:
    run, t = written()
    run.state.range_low[t] = 0.123
    set_defaults(run.rules, run.draw, run.state, t, True)
    assert run.state.is_cut[t, :3].tolist() == [1, 1, 1]
    assert run.state.is_weighed[t] == 1
    assert (run.state.range_low[t] == 0.123).all()


@pytest.mark.parametrize("k", [1, 2])
def test_a_default_that_moves_has_its_clause_cut_anew_and_the_frontier_weighed(k: int) -> None:
    run, t = written()
    rules, state, cell = run.rules, run.state, run.rules.clause_cell[t, k]
    state.cell[cell], state.red_line[rules.party[t, 0], cell] = 0.9, 0.75
    set_defaults(rules, run.draw, state, t, False)  # another lane's business
    assert state.default[t, :, k].tolist() == pytest.approx([(0.3, 0.4)[k - 1]] * 2)
    assert (state.is_cut[t, :3].tolist(), state.is_weighed[t]) == ([1, 1, 1], 1)
    assert state.range_low[t, k] == 0.0
    set_defaults(rules, run.draw, state, t, True)
    assert state.default[t, :, k].tolist() == [0.9, 0.9]
    assert state.is_cut[t, :3].tolist() == [int(k != place) for place in range(3)]
    assert state.is_weighed[t] == 0
    assert state.range_low[t, k] == 0.75


@SIDES
def test_it_is_enough_that_one_side_sees_another_default(side: int) -> None:
    run, t = written()
    rules, state = run.rules, run.state
    state.position[rules.party[t, side], rules.clause_cell[t, 0]] = 0.75
    set_defaults(rules, run.draw, state, t, True)
    assert state.default[t, side, 0] == pytest.approx(0.5625)
    assert state.default[t, 1 - side, 0] == pytest.approx((0.625, 0.4375)[1 - side])
    assert state.is_cut[t, :3].tolist() == [0, 1, 1]
    assert state.is_weighed[t] == 0


def test_a_clause_that_is_to_be_cut_has_its_range_set_even_where_its_default_has_not_moved() -> None:
    run, t = written()
    rules, state = run.rules, run.state
    state.red_line[rules.party[t, 1], rules.clause_cell[t, :3]] = 0.8
    for here, low, high in ((False, 1.0, 1.0), (True, 1.0, 0.8)):
        state.is_cut[t, 2], state.is_weighed[t] = 0, 1
        set_defaults(rules, run.draw, state, t, here)
        assert state.range_high[t, :3].tolist() == [low, low, high]
        assert state.is_weighed[t] == int(not here)
        assert state.is_cut[t, :3].tolist() == [1, 1, 0]


def test_the_defaults_of_other_tables_and_of_clauses_that_are_not_in_use_stay() -> None:
    run, t = written()
    state, before = run.state, run.state.default.copy()
    state.cell[...] = 0.77
    set_defaults(run.rules, run.draw, state, t, True)
    moved = np.argwhere(state.default != before)
    assert {int(place) for place in moved[:, 0]} == {t}
    assert {int(place) for place in moved[:, 2]} == {0, 1, 2}


def test_all_clauses_of_one_table_or_of_every_table_are_cut_anew() -> None:
    run = begun("2018-12")
    rules, state = run.rules, run.state
    for tables in ([2], range(rules.tables)):
        state.is_cut[...], state.is_weighed[...] = 1, 1
        if len(tables) == 1:
            cut_again(rules, state, 2)
        else:
            look_again(rules, state)
        for t in range(rules.tables):
            count = rules.clauses[t]
            assert state.is_cut[t, :count].tolist() == [int(t not in tables)] * count
            assert (state.is_cut[t, count:] == 1).all()
            assert state.is_weighed[t] == int(t not in tables)


NONE = np.nan


@pytest.mark.parametrize(
    ("positions", "lines", "low", "high"),
    [
        ((0.5, 0.5), (NONE, NONE), 0.0, 1.0),
        ((0.9, 0.1), (0.4, NONE), 0.4, 1.0),
        ((0.9, 0.1), (NONE, 0.6), 0.0, 0.6),
        ((0.9, 0.1), (0.4, 0.6), 0.4, 0.6),
        ((0.1, 0.9), (0.6, 0.4), 0.4, 0.6),
        ((0.9, 0.1), (0.6, 0.4), 0.6, 0.4),
        ((0.9, 0.1), (0.5, 0.5), 0.5, 0.5),
        ((0.9, 0.8), (0.3, 0.4), 0.4, 1.0),
        ((0.9, 0.8), (0.4, 0.3), 0.4, 1.0),
        ((0.1, 0.2), (0.3, 0.4), 0.0, 0.3),
        ((0.1, 0.2), (0.4, 0.3), 0.0, 0.3),
        ((0.4, 0.1), (0.4, NONE), 0.4, 1.0),
        ((0.9, 0.4), (NONE, 0.4), 0.4, 1.0),
        ((1.0, 0.0), (0.0, 1.0), 0.0, 1.0),
    ],
)
@pytest.mark.parametrize("k", [0, 3])
def test_a_red_line_forbids_what_lies_beyond_it_from_its_owners_position(
    positions: tuple[float, float], lines: tuple[float, float], low: float, high: float, k: int
) -> None:
    run = begun("2018-12")
    rules, state, t = run.rules, run.state, run.table("us_emirate")
    state.red_line[...], cell = 0.55, rules.clause_cell[t, k]
    state.position[rules.party[t], cell], state.red_line[rules.party[t], cell] = positions, lines
    state.range_low[t], state.range_high[t], state.deadlocked[t] = 0.11, 0.22, 7
    set_range(rules, state, t, k, False)
    assert (state.range_low[t, k], state.range_high[t, k], state.deadlocked[t, k]) == (0.11, 0.22, 7)
    set_range(rules, state, t, k, True)
    assert (state.range_low[t, k], state.range_high[t, k], state.deadlocked[t, k]) == (low, high, int(low > high))
    assert state.deadlocked[t].tolist().count(7) == len(state.deadlocked[t]) - 1
