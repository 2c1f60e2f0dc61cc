"""What an act is seen to be, what effects do to positions, exits, tables and offers, and the order of the phase."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import Begun, begun, events_phase

from sim.model import vocabulary as words
from sim.model.phases.attend import prepare
from sim.model.phases.events import (
    announce,
    be_seen,
    bring_about,
    convene,
    count,
    delay,
    follow_position,
    happen,
    may_open,
    offer_on_condition,
    open_table,
    remember,
    revert,
    set_cell,
    stay_away,
    take_effect,
    take_stand,
    withdraw,
)


def watched(seed: int, regime: int = 0) -> Begun:
    """A run in which everybody trusts, bargains and wishes something else, and nothing has been seen."""
    run, rng = begun("2018-12"), np.random.default_rng(seed)
    rules, draw, state = run.rules, run.draw, run.state
    for record, names in ((state, ("trust", "position")), (draw, ("cell_weight",)), (rules, ("cell_nu",))):
        for name in names:
            record[name] = rng.uniform(0.05, 0.95, record[name].shape)
    for record, name in ((state, "has_position"), (rules, "bargains"), (rules, "leaves")):
        record[name] = rng.random(record[name].shape) < 0.5
    draw.relative_salience[...] = rng.uniform(0.05, 0.95, draw.relative_salience.shape)
    draw.onlookers_on, draw.loss_weight, state.regime = 1, 2.0, regime
    rules.seats[...] = 0
    state.gained[...] = state.lost[...] = 0.0
    state.stirred[...] = 0
    return run


def event(run: Begun, effect: int, **fields: Any) -> int:
    """The last of three events, of which the others are of another kind."""
    plan, state, e = run.plan, run.state, 2
    plan.events, plan.effect[:3] = 3, (words.CONVENE, words.CONVENE, effect)
    plan.weeks[:3], plan.mode[:3], plan.at_week[:3] = 0, words.BY_WEEK, 200
    for name in ("player", "target", "place_table", "place_cell", "place_war", "place_seat", "about"):
        plan[name][:3] = words.NEVER
    state.fires_at[:3] = state.reverts_at[:3] = words.NEVER
    for name, value in fields.items():
        plan[name][e] = value
    return e


def stale(run: Begun) -> bool:
    """Whether every clause of every table is to be cut and weighed anew."""
    rules, state = run.rules, run.state
    cut = [state.is_cut[t, : rules.clauses[t]].any() for t in range(rules.tables)]
    return not any(cut) and not state.is_weighed[: rules.tables].any()


def looked_at(run: Begun) -> None:
    for t in range(run.rules.tables):
        prepare(run.rules, run.draw, run.state, t, True)
    run.state.is_weighed[...] = run.state.is_cut[...] = 1


# --- what others see of an act


@pytest.mark.parametrize("regime", [0, 1])
@pytest.mark.parametrize("actor", range(5))
def test_an_act_is_judged_by_ones_own_stake_else_by_what_it_does_to_those_one_sides_with(
    actor: int, regime: int
) -> None:
    run = watched(actor, regime)
    rules, draw, state, cell = run.rules, run.draw, run.state, 13
    be_seen(rules, draw, state, actor, cell, 0.4, 0.7)
    change = np.abs(0.4 - state.position[:, cell]) - np.abs(0.7 - state.position[:, cell])
    worth = rules.cell_nu[cell] * draw.cell_weight[:, cell] * change
    there = (rules.bargains[:, cell] == 1) & (state.has_position[:, cell] == 1)
    there &= ~((rules.leaves == 1) & (regime == 1))
    there[actor] = False
    pairs = list(zip(rules.truster[: rules.trusting], rules.trusted[: rules.trusting], strict=True))
    for q, (observer, other) in enumerate(pairs):
        sides = np.maximum(2 * state.trust[observer] - 1, 0.0) * there
        if state.has_position[observer, cell] == 1:
            sides = np.arange(rules.players) == observer
        parts = worth * sides * (other == actor)
        assert state.gained[observer, other] == pytest.approx(parts[parts > 0].sum())
        assert state.lost[observer, other] == pytest.approx(-parts[parts < 0].sum())
        assert state.stirred[q] == parts.any()
    assert state.stirred.any()


def test_what_nobody_has_done_nobody_judges_and_nobody_looks_on_where_that_is_switched_off() -> None:
    run = watched(1)
    be_seen(run.rules, run.draw, run.state, words.NEVER, 13, 0.4, 0.7)
    assert not run.state.stirred.any()
    run.draw.onlookers_on, run.state.has_position[:, 13] = 0, 0
    be_seen(run.rules, run.draw, run.state, 0, 13, 0.4, 0.7)
    assert not run.state.stirred.any()


@pytest.mark.parametrize(("wish", "kept", "broken"), [(0.75, 0.075, 0.0), (0.25, 0.0, 0.075), (0.5, 0.0, 0.0)])
def test_an_act_counts_as_far_as_it_concerns_one_and_as_one_sides_with_whom_it_concerns(
    wish: float, kept: float, broken: float
) -> None:
    run = watched(0)
    rules, draw, state, cell = run.rules, run.draw, run.state, 13
    us, pakistan, kabul = (run.player(code) for code in ("US", "PAK", "KAB"))
    rules.cell_nu[cell], draw.cell_weight[kabul, cell], state.position[kabul, cell] = 0.5, 0.75, wish
    count(rules, draw, state, us, cell, 0.25, 0.75, pakistan, kabul, 0.4)
    assert state.gained[pakistan, us] == pytest.approx(kept)
    assert state.lost[pakistan, us] == pytest.approx(broken)
    assert state.gained.sum() + state.lost.sum() == pytest.approx(0.075 if kept or broken else 0.0)
    assert state.stirred.sum() == (1 if kept or broken else 0)


# --- acts and stands


def test_an_act_is_remembered_as_the_actors_and_felt_by_those_of_whom_it_may_ask_an_effort() -> None:
    run = watched(3)
    rules, draw, state = run.rules, run.draw, run.state
    cell, player = run.cell("pressure_on_taliban"), run.player("US")
    state.has_position[:, cell], state.cell[cell] = 1, 0.4
    state.kindness[...], state.moved_by[...], state.effort_usual[...] = 0.0, words.NEVER, 0.11
    set_cell(rules, draw, state, player, cell, 1.75)
    assert state.cell[cell] == 1.0
    assert state.moved_by.tolist() == [player if c == cell else words.NEVER for c in range(rules.cells)]
    felt = 0
    for o in range(rules.mediated):
        m = rules.trusted[rules.mediated_pair[o]]
        change = abs(0.4 - state.position[m, cell]) - abs(1.0 - state.position[m, cell])
        size = draw.relative_salience[m, cell] * change * (1.0 if change > 0.0 else 2.0)
        asks = (rules.asker[o] == player) & (np.arange(rules.asker.shape[1]) < rules.askers[o])
        np.testing.assert_allclose(state.kindness[o], size * asks)
        felt += int(asks.any())
        usual = rules.effort_cell[o, 0] == cell
        assert state.effort_usual[o] == (1.0 if usual else 0.11)
    assert felt > 0
    assert state.gained.sum() + state.lost.sum() > 0.0


@pytest.mark.parametrize("owns", [0, 1])
@pytest.mark.parametrize("held", [0, 1])
def test_a_stand_is_judged_from_what_was_said_before_and_an_owner_means_a_part_of_it(held: int, owns: int) -> None:
    run = watched(4)
    rules, draw, state, cell, player = run.rules, run.draw, run.state, run.cell("border"), run.player("PAK")
    kabul = run.player("KAB")
    looked_at(run)
    rules.owns[player, cell], draw.own_motion = owns, 0.25
    state.cell_start[cell], state.cell[cell], state.position[player, cell] = 0.1, 0.3, 0.2
    state.has_position[player, cell] = held
    state.has_position[kabul, cell], state.position[kabul, cell] = 1, 1.0
    take_stand(rules, draw, state, player, cell, 0.9)
    point = 0.75 * 0.1 + 0.25 * 0.9 if owns else 0.9
    assert state.position[player, cell] == pytest.approx(point)
    assert (state.has_position[player, cell], stale(run)) == (1, True)
    worth = rules.cell_nu[cell] * draw.cell_weight[kabul, cell] * (point - (0.2 if held else 0.3))
    assert state.gained[kabul, player] == pytest.approx(max(worth, 0.0))
    assert state.lost[kabul, player] == pytest.approx(max(-worth, 0.0))
    assert state.cell[cell] == 0.3


@pytest.mark.parametrize("status", [words.OPEN, words.IN_FORCE])
@pytest.mark.parametrize("kept", [0, 1])
@pytest.mark.parametrize("side", [0, 1])
def test_the_cell_of_the_last_clause_goes_where_its_deliverer_stands_and_is_its_usual_effort(
    side: int, kept: int, status: int
) -> None:
    run = begun("2018-12")
    rules, state, t = run.rules, run.state, run.table("us_emirate")
    k = int(rules.clauses[t]) - 1
    cell = rules.clause_cell[t, k]
    rules.clause_default[...] = words.BY_NONE
    rules.clause_default[t, k], rules.clause_link[t, k], rules.effort_cell[4, 0] = words.BY_POSITION, side, cell
    state.status[t], state.in_package[t, k], state.cell[cell], state.effort_usual[4] = status, kept, 0.2, 0.3
    for place, player in enumerate(rules.party[t]):
        state.position[player, cell] = 0.625
        follow_position(rules, state, player, cell)
        moved = place == side and not (kept and status == words.IN_FORCE)
        assert (state.cell[cell], state.effort_usual[4]) == ((0.625, 0.625) if moved else (0.2, 0.3))
        state.cell[cell], state.effort_usual[4] = 0.2, 0.3
    follow_position(rules, state, rules.party[t, side], cell - 1)
    assert state.cell[cell] == 0.2  # a stand on another issue


def test_a_stand_of_the_one_who_decides_a_cell_moves_the_cell() -> None:
    run = begun("2018-12")
    t, k = next(zip(*np.nonzero(run.rules.clause_default == words.BY_POSITION), strict=True))
    cell, player = run.rules.clause_cell[t, k], run.rules.party[t, run.rules.clause_link[t, k]]
    take_stand(run.rules, run.draw, run.state, player, cell, 0.8125)
    assert run.state.cell[cell] == run.state.position[player, cell] != 0.0


# --- exits


@pytest.mark.parametrize(("weeks", "length"), [(0.0, 1), (0.5, 1), (1.0, 1), (7.9, 7), (52.0, 52)])
def test_an_exit_is_announced_from_today_and_what_is_there(weeks: float, length: int) -> None:
    run = begun("2018-12")
    state, state.week, state.presence = run.state, 9, 0.625
    announce(state, weeks, 1, 4)
    assert (state.schedule_on, state.schedule_conditional, state.schedule_table) == (1, 1, 4)
    assert (state.schedule_start, state.schedule_end, state.schedule_from) == (9, 9 + length, 0.625)


@pytest.mark.parametrize("signed", [False, True])
def test_the_delay_of_an_exit_that_runs_moves_its_end_and_nothing_else(signed: bool) -> None:
    run = begun("2018-12")
    rules, state, t = run.rules, run.state, run.rules.presence_table
    announce(state, 20, 1, 4)
    state.week, state.presence, state.due_step[t] = 5, 0.5, 0.25
    state.status[t], state.in_package[t] = words.IN_FORCE if signed else words.OPEN, signed
    delay(rules, state, 8.9, 0)
    assert (state.schedule_start, state.schedule_end, state.schedule_from) == (0, 28, 1.0)
    assert (state.schedule_conditional, state.schedule_table) == (1, 4)


@pytest.mark.parametrize("status", [words.OPEN, words.IN_FORCE])
@pytest.mark.parametrize("bargained", [False, True])
@pytest.mark.parametrize("kept", [0, 1])
def test_without_a_schedule_only_an_exit_that_is_signed_can_be_delayed(kept: int, bargained: bool, status: int) -> None:
    run = begun("2018-12")
    rules, state, t, k = run.rules, run.state, run.rules.presence_table, run.rules.presence_clause
    state.status[t], state.in_package[t], state.week = status, 1, 30
    state.in_package[t, k], state.due_share[t, k], state.due_step[t, k] = kept, 0.5, 0.125
    rules.presence_table = t if bargained else words.NEVER
    delay(rules, state, 10.0, 1)
    signed = kept == 1 and bargained and status == words.IN_FORCE
    assert (state.schedule_on, state.schedule_conditional) == (signed, signed)
    assert (state.schedule_start, state.schedule_end) == ((30, 30 + 16 + 10) if signed else (0, 0))


def test_an_exit_that_is_off_or_waits_goes_no_further_and_none_brings_forces_back() -> None:
    run = begun("2018-12")
    rules, state, t = run.rules, run.state, run.table("doha")
    withdraw(rules, state)
    assert (state.presence, state.schedule_start, state.schedule_end) == (1.0, 0, 0)
    announce(state, 10, 0, t)
    state.week, state.status[t] = 5, words.OPEN
    withdraw(rules, state)
    assert (state.presence, state.schedule_start, state.schedule_end) == (1.0, 1, 11)
    state.status[t], state.presence = words.IN_FORCE, 0.25
    withdraw(rules, state)  # four of ten weeks are over: three fifths would be left
    assert (state.presence, state.schedule_start, state.schedule_end) == (0.25, 1, 11)
    state.week, state.presence = 8, 1.0
    withdraw(rules, state)
    assert (state.presence, state.cell[rules.presence_cell]) == pytest.approx((0.3, 0.7))
    state.schedule_end, state.week = state.schedule_start, 2  # an end before its beginning is one week
    withdraw(rules, state)
    assert (state.presence, state.cell[rules.presence_cell]) == (0.0, 1.0)


# --- tables


def test_an_exit_that_no_table_is_about_leaves_every_issue_as_it_is() -> None:
    run = begun("2021-04")
    rules, state = run.rules, run.state
    rules.presence_cell = rules.presence_table = words.NEVER
    state.presence, state.week = 0.5, 6
    state.schedule_on, state.schedule_conditional = 1, 0
    state.schedule_start, state.schedule_end, state.schedule_from = 4, 8, 0.5
    before = state.cell.copy()
    withdraw(rules, state)
    assert state.presence == 0.25
    np.testing.assert_array_equal(state.cell, before)


@pytest.mark.parametrize("exists", [0, 1])
@pytest.mark.parametrize("status", range(5))
def test_a_table_is_called_together_where_it_exists_and_nothing_is_signed(status: int, exists: int) -> None:
    run = begun("2022-08")
    rules, state, t = run.rules, run.state, run.table("us_emirate")
    rules.table_regime[t, 1], rules.table_regime[t, 0] = exists, 1 - exists
    state.status[t], state.sessions[t], state.impasses_in_row[t], state.week = status, 7, 2, 12
    state.convenes[t], state.meets_at[t], state.renews_at[t] = 11, 90, 95
    convene(rules, state, t)
    found = (state.status[t], state.sessions[t], state.impasses_in_row[t], state.convenes[t], state.meets_at[t])
    called = exists == 1 and status not in (words.IN_FORCE, words.PENDING)
    assert found == ((words.OPEN, 0, 0, words.NEVER, 12) if called else (status, 7, 2, 11, 90))
    assert state.renews_at[t].tolist() == [12 if called and status == words.CLOSED else 95] * 2


@pytest.mark.parametrize(
    ("convenes", "status", "reopens", "opens", "at", "may"),
    [
        (words.NEVER, words.CLOSED, 0, words.CALLED, 1.0, False),
        (0, words.CLOSED, 0, words.CALLED, 0.0, True),
        (8, words.CLOSED, 0, words.CALLED, 0.0, True),
        (9, words.CLOSED, 0, words.CALLED, 0.0, False),
        (words.NEVER, words.SUSPENDED, 8, words.CALLED, 0.0, True),
        (words.NEVER, words.SUSPENDED, 7, words.AFTER, 0.0, True),
        (words.NEVER, words.SUSPENDED, 9, words.CALLED, 0.0, False),
        (words.NEVER, words.SUSPENDED, 9, words.AFTER, 1.0, False),
        (words.NEVER, words.OPEN, 0, words.AFTER, 1.0, False),
        (words.NEVER, words.CLOSED, 0, words.AFTER, 0.375, True),
        (words.NEVER, words.CLOSED, 0, words.AFTER, 0.37, False),
        (9, words.CLOSED, 0, words.AFTER, 1.0, False),
        (words.NEVER, words.CLOSED, 0, words.STANDING, 1.0, False),
    ],
)
def test_a_table_opens_in_its_week_after_its_pause_or_once_its_cell_is_delivered(
    convenes: int, status: int, reopens: int, opens: int, at: float, may: bool
) -> None:
    run = begun("2018-12")
    rules, state, t = run.rules, run.state, run.table("pakistan_ttp")
    rules.opens[t], rules.opens_cell[t], rules.opens_at[t] = opens, 23, 0.375
    state.convenes[t], state.status[t], state.reopens[t], state.cell[23], state.week = convenes, status, reopens, at, 8
    state.cell[0] = 1.0 - at
    assert bool(may_open(rules, state, t)) == may
    state.idle = 1
    open_table(rules, state, t)
    assert state.status[t] == status
    state.idle = 0
    open_table(rules, state, t)
    assert state.status[t] == (words.OPEN if may else status)


# --- offers and absence


@pytest.mark.parametrize("side", [0, 1])
def test_an_offer_is_made_to_the_party_that_is_meant_and_to_nobody_else(side: int) -> None:
    run = begun("2018-12")
    rules, plan, state, t = run.rules, run.plan, run.state, run.table("pakistan_emirate")
    e = event(run, words.OFFER, place_table=t, place_cell=23, value=0.4, player=run.player("CHN"))
    plan.target[e] = run.player("US")
    offer_on_condition(plan, rules, state, e)
    assert not state.offers.any()
    plan.target[e] = rules.party[t, side]
    for _ in range(2):
        offer_on_condition(plan, rules, state, e)
    assert state.offers.sum() == state.offers[t, side] == 1
    assert (state.conditional_offer[t, side, 23], state.offered_by[t, side, 23]) == (0.4, plan.player[e])
    assert np.isfinite(state.conditional_offer).sum() == (state.offered_by != words.NEVER).sum() == 1
    plan.place_cell[e] = 22
    offer_on_condition(plan, rules, state, e)
    assert state.offers[t, side] == 2


@pytest.mark.parametrize("table", [None, "intra_afghan", "us_emirate"])
@pytest.mark.parametrize("code", ["PAK", "QAT", "CHN", "IRN"])
def test_who_stays_away_leaves_its_seats_at_the_table_that_is_named_or_at_all(code: str, table: str | None) -> None:
    run = begun("2018-12")
    rules, state = run.rules, run.state
    place = words.NEVER if table is None else run.table(table)
    e = event(run, words.ABSENT, player=run.player(code), place_table=place)
    state.absent_until[...] = 3
    stay_away(run.plan, rules, state, e, 77)
    away = 0
    for t in range(rules.tables):
        for m in range(rules.seats[t]):
            sits = run.player(code) in rules.seat_member[t, m, : rules.seat_members[t, m]] and place in (-1, t)
            assert state.absent_until[t, m] == (77 if sits else 3)
            away += sits
    assert away > 0 or table == "us_emirate"
    assert (state.absent_until == 77).sum() == away


# --- effects


@pytest.mark.parametrize("weeks", [0, 1, 5])
def test_an_effort_that_is_set_is_made_at_once_and_for_as_long_as_is_said(weeks: int) -> None:
    run = begun("2018-12")
    rules, draw, plan, state = run.rules, run.draw, run.plan, run.state
    m = run.player("QAT")
    e = event(run, words.EFFORT, player=m, value=0.9375, weeks=weeks)
    state.week, draw.has_reason[...] = 4, 0
    take_effect(rules, draw, plan, state, e)
    assert (state.effort_set[m], state.effort_until[m]) == (0.9375, 4 + weeks if weeks else words.FOREVER)
    for o in range(rules.mediated):
        own = rules.trusted[rules.mediated_pair[o]] == m
        assert not own or state.effort[o] == 0.9375
    assert (state.reverts_at[: plan.events] == words.NEVER).all()


@pytest.mark.parametrize("effect", range(len(words.EFFECTS)))
@pytest.mark.parametrize("weeks", [0, 1, 3])
def test_only_what_moves_a_cell_or_a_position_for_a_time_has_something_to_return_to(weeks: int, effect: int) -> None:
    run = begun("2018-12")
    state = run.state
    e = event(run, effect, player=1, place_cell=23, weeks=weeks)
    state.week, state.cell[23], state.position[1, 23], state.has_position[1, 23] = 6, 0.25, 0.75, 1
    state.reverts_to[e] = -9.0
    remember(run.plan, state, e)
    lasts = weeks > 0 and effect in (words.SET_CELL, words.SHIFT_CELL, words.STAND)
    assert state.reverts_at[e] == (6 + weeks if lasts else words.NEVER)
    assert state.reverts_to[e] == (-9.0 if not lasts else 0.75 if effect == words.STAND else 0.25)


@pytest.mark.parametrize("first", [0, 6])
@pytest.mark.parametrize("effect", [words.SET_CELL, words.STAND])
def test_what_is_renewed_while_it_lasts_returns_to_what_was_before_it(effect: int, first: int) -> None:
    run = begun("2018-12")
    state = run.state
    e = event(run, effect, player=1, place_cell=23, weeks=3)
    state.week, state.cell[23], state.position[1, 23], state.has_position[1, 23] = first - 3, 0.25, 0.25, 1
    remember(run.plan, state, e)
    state.week, state.cell[23], state.position[1, 23] = first, 0.5, 0.5
    remember(run.plan, state, e)
    assert (state.reverts_at[e], state.reverts_to[e]) == (first + 3, 0.25)


@pytest.mark.parametrize("held", [0, 1])
def test_a_stand_that_lapses_leaves_what_was_held_before_it_and_is_nobodys_act(held: int) -> None:
    run = begun("2018-12")
    rules, state, t = run.rules, run.state, run.table("us_pakistan")
    cell, player = rules.clause_cell[t, 1], rules.party[t, rules.clause_link[t, 1]]
    e = event(run, words.STAND, player=player, place_cell=cell, weeks=2, value=0.9)
    state.has_position[player, cell], state.position[player, cell], rules.owns[player, cell] = held, 0.2, 0
    take_effect(rules, run.draw, run.plan, state, e)
    assert (state.has_position[player, cell], state.position[player, cell]) == (1, 0.9)
    assert (state.cell[cell], state.reverts_at[e]) == (0.9, 2)
    looked_at(run)
    seen = (state.gained.copy(), state.lost.copy(), state.moved_by.copy())
    revert(rules, run.plan, state, e)
    assert (state.has_position[player, cell], state.reverts_at[e]) == (held, words.NEVER)
    assert state.position[player, cell] == (0.2 if held else 0.9)
    assert stale(run) == bool(held)
    assert state.cell[cell] == (0.2 if held else 0.9)
    for before, after in zip(seen, (state.gained, state.lost, state.moved_by), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_cell_that_lapses_takes_the_effort_that_it_is_with_it() -> None:
    run = begun("2018-12")
    rules, state, cell = run.rules, run.state, run.cell("pressure_on_taliban")
    e = event(run, words.SET_CELL, player=0, place_cell=cell, weeks=2, value=0.9)
    (o,) = np.flatnonzero(rules.effort_cell[: rules.mediated, 0] == cell)
    before = float(state.cell[cell])
    take_effect(rules, run.draw, run.plan, state, e)
    assert (state.cell[cell], state.effort_usual[o]) == (0.9, 0.9)
    revert(rules, run.plan, state, e)
    assert (state.cell[cell], state.effort_usual[o], state.reverts_at[e]) == (before, before, words.NEVER)


def test_a_line_that_is_given_up_is_looked_at_again_and_what_is_offered_for_an_effort_is_answered_at_once() -> None:
    run = begun("2018-12")
    rules, draw, plan, state = run.rules, run.draw, run.plan, run.state
    looked_at(run)
    state.red_line[1, [22, 23]] = 0.5
    e = event(run, words.CONCEDE, player=1, place_cell=23)
    take_effect(rules, draw, plan, state, e)
    assert (np.isnan(state.red_line[1, 23]), state.red_line[1, 22], stale(run)) == (True, 0.5, True)
    q = rules.mediated_pair[0]
    e = event(
        run, words.FOR_EFFORT, player=0, target=rules.trusted[q], about=rules.truster[q], place_cell=23, value=0.7
    )
    state.has_position[rules.trusted[q], 23] = 1
    take_effect(rules, draw, plan, state, e)
    assert (state.promised[:3].tolist(), state.granted[e], state.cell[23]) == ([0, 0, 1], 1, 0.7)


# --- the phase


@pytest.mark.parametrize("idle", [0, 1])
@pytest.mark.parametrize("happening", [0, 1])
@pytest.mark.parametrize("reverts", [words.NEVER, 0, 6, 7])
def test_an_event_happens_or_else_what_it_brought_ends_in_its_week(reverts: int, happening: int, idle: int) -> None:
    run = begun("2018-12")
    state = run.state
    e = event(run, words.SET_CELL, player=1, place_cell=23, value=0.9)
    state.week, state.idle, state.happening[e], state.reverts_at[e], state.reverts_to[e] = (
        6,
        idle,
        happening,
        reverts,
        0.1,
    )
    state.cell[23] = 0.5
    bring_about(run.rules, run.draw, run.plan, state, e)
    acts, ends = happening == 1 and idle == 0, happening == 0 and 0 <= reverts <= 6
    assert state.cell[23] == (0.9 if acts else 0.1 if ends else 0.5)
    assert state.fired[:3].tolist() == [0, 0, int(acts)]
    assert state.reverts_at[e] == (words.NEVER if ends else reverts)


@pytest.mark.parametrize("mode", [words.BY_WEEK, words.BY_ALL, words.BY_ANY])
@pytest.mark.parametrize("lag", [0, 1])
def test_an_event_is_counted_once_when_it_happens_or_when_it_was_set_off(lag: int, mode: int) -> None:
    run = begun("2018-12")
    e = event(run, words.CONVENE, place_table=0, mode=mode, lag=lag)
    run.state.fired[e] = 3
    happen(run.rules, run.draw, run.plan, run.state, e)
    assert run.state.fired[e] == (3 if lag and mode != words.BY_WEEK else 4)


def test_events_happen_in_declared_order_on_what_last_week_left() -> None:
    run = begun("2018-12")
    plan, state = run.plan, run.state
    e = event(run, words.SHIFT_CELL, player=1, place_cell=23, value=0.25, at_week=1)
    plan.effect[:2], plan.player[:2], plan.place_cell[:2] = words.SET_CELL, 1, (23, 22)
    plan.value[:2], plan.at_week[0] = (0.5, 0.9), 1
    plan.mode[1], plan.conditions[1], plan.quantity[1, 0], plan.quantity_first[1, 0] = words.BY_ALL, 1, words.Q_CELL, 23
    plan.comparison[1, 0], plan.threshold[1, 0] = words.MORE, 0.6
    state.cell[[22, 23]], state.flight = (0.1, 0.3), 0.4
    events_phase(run.rules, run.draw, plan, state)
    assert state.cell[[22, 23]].tolist() == [0.1, 0.75]  # the second has seen nothing yet
    assert (state.flight, state.fired[: e + 1].tolist()) == (0.0, [1, 0, 1])
    events_phase(run.rules, run.draw, plan, state)
    assert state.cell[[22, 23]].tolist() == [0.9, 0.75]


def test_the_exit_goes_on_before_tables_open_and_the_last_table_opens_too() -> None:
    run = begun("2022-08")
    rules, state, t = run.rules, run.state, run.table("us_emirate")
    state.presence, state.cell[rules.presence_cell], state.status[t] = 1.0, 0.0, words.CLOSED
    announce(state, 4, 0, words.NEVER)
    rules.opens[t], rules.opens_cell[t], rules.opens_at[t] = words.AFTER, rules.presence_cell, 0.25
    events_phase(rules, run.draw, run.plan, state)
    assert (state.presence, state.status[t]) == (0.75, words.OPEN)
