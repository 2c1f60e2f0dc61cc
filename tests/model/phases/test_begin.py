"""What follows from a draw, and the state at the epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import EPOCHS as ALL_EPOCHS
from worlds import Begun, begun, same_bits

from sim.model import vocabulary as words
from sim.model.phases.attend import prepare
from sim.model.phases.begin import begin, begin_agreement, begin_cells_by_position, derive, status_at_epoch
from sim.model.phases.defaults import default_path, success_at
from sim.model.phases.effort import choose_efforts, stake
from sim.model.phases.fight import sanctuary_reach, target_cohesion
from sim.model.phases.leverage import set_leverage

EPOCHS = ("2018-12", "2021-04", "2022-08")  # under both regimes, one with an agreement in force


def started(run: Begun) -> Any:
    """The state at the epoch, from the draw and the plan as they are now."""
    state = run.found.states(1)[0]
    begin(run.rules, run.draw, run.plan, state, 5, 2)
    return state


def coded(seed: int) -> Begun:
    """A draw whose saliences are any numbers, some of them none, with stands that the plan may bring."""
    run, rng = begun("2018-12"), np.random.default_rng(seed)
    rules, draw, plan = run.rules, run.draw, run.plan
    wanted = rng.uniform(0.1, 0.9, draw.salience.shape)
    wanted[::2] *= 0.125  # who cares for little cares for it as much
    draw.salience[...] = np.where(rng.random(wanted.shape) < 0.5, wanted, 0.0)
    plan.stand_salience[...] = np.where(rng.random(wanted.shape) < 0.3, wanted[::-1], 0.0)
    for code in ("CHN", "TUR", "SAU"):  # who cares for nothing
        draw.salience[run.player(code)] = plan.stand_salience[run.player(code)] = 0.0
    for t in range(rules.tables):
        for i in rules.party[t]:
            cells = rules.clause_cell[t, : rules.clauses[t]]
            draw.salience[i, cells] = wanted[i, cells]
    for name in ("weight", "table_weight", "observer_weight", "observer_table_weight", "cell_weight", "has_reason"):
        draw[name] = 0
    draw.cell_weight[...] = 0.99
    derive(rules, draw, plan)
    return run


def saliences(run: Begun) -> Any:
    """Of every player in every issue, and their sums over the tables: players by cells, tables by players."""
    rules = run.rules
    each = np.where(run.draw.salience > 0.0, run.draw.salience, run.plan.stand_salience)
    sums = [each[:, rules.clause_cell[t, : rules.clauses[t]]].sum(axis=1) for t in range(rules.tables)]
    return each, np.array(sums)


# --- what follows from a draw


def test_trust_starts_as_so_many_promises_and_is_forgotten_by_half_in_its_half_life() -> None:
    run = begun("2018-12")
    draw = run.draw
    draw.half_life, draw.prior_strength = 40.0, 3.0
    draw.start_trust[...] = np.linspace(0.05, 0.95, draw.start_trust.size).reshape(draw.start_trust.shape)
    derive(run.rules, draw, run.plan)
    assert draw.decay**40 == pytest.approx(0.5)
    np.testing.assert_allclose(draw.start_for, 3.0 * draw.start_trust)
    np.testing.assert_allclose(draw.start_for + draw.start_against, 3.0)


@pytest.mark.parametrize("deadline", [1.0, 24.0, 519.5, 520.0, 600.0])
def test_the_time_that_is_over_is_a_share_of_the_deadline_and_at_most_the_whole(deadline: float) -> None:
    run = begun("2018-12")
    run.draw.deadline, run.draw.log_time[...] = deadline, 7.0
    derive(run.rules, run.draw, run.plan)
    sessions = np.arange(1, words.MOST_SESSIONS + 1)
    np.testing.assert_allclose(np.exp(run.draw.log_time[1:]), np.minimum(sessions / deadline, 1.0))
    assert run.draw.log_time[0] == 7.0  # before the first there is none


def test_every_instrument_gets_its_line() -> None:
    run = begun("2018-12")
    rules, draw = run.rules, run.draw
    draw.autonomy, draw.tool_base[...], draw.tool_slope[...] = 0.4, 9.0, 9.0
    derive(rules, draw, run.plan)
    ends = {words.FOLLOWS_CELL_LEFT: (1.0, 0.0), words.FOLLOWS_CONTROL_LEFT: (1.0, 0.0)}
    ends[words.FOLLOWS_SANCTUARY] = (0.6, 0.3)
    for tool in range(rules.instruments):
        base, top = ends.get(int(rules.tool_follows[tool]), (0.0, 1.0))
        assert draw.tool_base[tool] == pytest.approx(base)
        assert draw.tool_base[tool] + draw.tool_slope[tool] == pytest.approx(top)


@pytest.mark.parametrize("seed", range(2))
def test_clauses_weigh_by_their_share_of_the_table_and_tables_by_their_share_of_the_weightiest(seed: int) -> None:
    run = coded(seed)
    rules, draw = run.rules, run.draw
    each, sums = saliences(run)
    for t in range(rules.tables):
        cells = rules.clause_cell[t, : rules.clauses[t]]
        for side, i in enumerate(rules.party[t]):
            np.testing.assert_allclose(draw.weight[t, side, : rules.clauses[t]], each[i, cells] / sums[t, i])
            assert draw.table_weight[t, side] == pytest.approx(sums[t, i] / sums[:, i].max())
        assert not draw.weight[t, :, rules.clauses[t] :].any()


@pytest.mark.parametrize("seed", range(2))
def test_whoever_looks_on_weighs_in_the_same_way_and_who_cares_for_nothing_not_at_all(seed: int) -> None:
    run = coded(seed)
    rules, draw = run.rules, run.draw
    each, sums = saliences(run)
    largest = np.zeros(draw.cell_weight.shape)
    with np.errstate(invalid="ignore"):
        share = np.nan_to_num(sums / sums.max(axis=0))
        relative = np.nan_to_num(each / each.max(axis=1, keepdims=True))
    np.testing.assert_allclose(draw.observer_table_weight, share)
    np.testing.assert_allclose(draw.relative_salience, relative)
    for t in range(rules.tables):
        for k in range(rules.clauses[t]):
            cell = rules.clause_cell[t, k]
            wanted = np.where(sums[t] > 0.0, each[:, cell] / np.maximum(sums[t], 1e-300), 0.0)
            np.testing.assert_allclose(draw.observer_weight[t, :, k], wanted)
            largest[:, cell] = np.maximum(largest[:, cell], wanted)
    np.testing.assert_allclose(draw.cell_weight, largest)
    assert (share == 0.0).any()
    assert (share == 1.0).any()


def test_an_issue_that_is_on_no_table_weighs_nothing() -> None:
    run = begun("2018-12")
    rules, draw, cell = run.rules, run.draw, run.cell("border")
    rules.clauses[run.table("pakistan_emirate")] -= 1
    draw.cell_weight[...] = 0.99
    derive(rules, draw, run.plan)
    assert not draw.cell_weight[:, cell].any()
    assert draw.relative_salience[:, cell].any()


@pytest.mark.parametrize("seed", range(3))
def test_an_effort_has_a_reason_where_somebody_asks_or_its_mediator_has_a_stake(seed: int) -> None:
    run, rng = coded(seed), np.random.default_rng(100 + seed)
    rules, draw = run.rules, run.draw
    rules.askers[...] = rng.integers(0, 3, rules.askers.shape) * (rng.random(rules.askers.shape) < 0.4)
    rules.seated[...] = rng.random(rules.seated.shape) < 0.4
    draw.has_reason[...] = 7
    derive(rules, draw, run.plan)
    found = set()
    for o in range(rules.mediated):
        q = rules.mediated_pair[o]
        m, target = rules.trusted[q], rules.truster[q]
        tables = (target == rules.party).any(axis=1) & (rules.seated[m] == 1) & (draw.observer_table_weight[:, m] > 0)
        assert draw.has_reason[o] == (rules.askers[o] > 0 or tables.any())
        found.add((int(draw.has_reason[o]), bool(tables.any())))
    assert found == {(0, False), (1, False), (1, True)}


# --- the state at the epoch


@pytest.mark.parametrize("epoch", EPOCHS)
def test_a_run_begins_with_what_was_drawn(epoch: str) -> None:
    run = begun(epoch)
    rules, draw, rng = run.rules, run.draw, np.random.default_rng(3)
    for name in ("start_for", "start_against", "start_trust", "position", "coded_leverage", "red_line"):
        draw[name] = rng.uniform(0.1, 0.9, draw[name].shape)
    draw.own_motion = 0.3
    state = started(run)
    for here, there in (("start_for", "trust_for"), ("start_against", "trust_against"), ("start_trust", "trust")):
        np.testing.assert_array_equal(state[there], draw[here])
    np.testing.assert_array_equal(state.red_line, draw.red_line)
    np.testing.assert_array_equal(state.has_position, draw.has_position)
    ideal = np.where(rules.owns == 1, 0.7 * state.cell_start + 0.3 * draw.position, draw.position)
    np.testing.assert_allclose(state.position, np.where(draw.has_position == 1, ideal, draw.position))
    assert np.isnan(state.effort_set).all()
    strangers = np.ones(state.leverage.shape, dtype=bool)
    strangers[rules.pair_holder[: rules.pairs], rules.pair_target[: rules.pairs]] = False
    np.testing.assert_array_equal(state.leverage[strangers], draw.coded_leverage[strangers])


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("epoch", ALL_EPOCHS)
def test_leverage_begins_as_coded_where_its_instruments_are_at_hand_and_stays_while_nothing_moves(
    epoch: str, again: bool
) -> None:
    """Also where an instrument follows an issue that begins at a position: what is remembered is what is the case."""
    run = begun(epoch)
    state, rules = started(run), run.rules
    for pair in range(rules.pairs if again else 0):
        set_leverage(rules, run.draw, state, pair)
    for pair in range(rules.pairs):
        holder, target = rules.pair_holder[pair], rules.pair_target[pair]
        if state.availability_start[pair] > 0.1:
            assert state.leverage[holder, target] == pytest.approx(run.draw.coded_leverage[holder, target])
    assert (state.availability_start[: rules.pairs] >= 0.1).all()


def test_a_run_is_known_by_its_seed_draw_and_number_and_nothing_has_happened_in_it() -> None:
    run = begun("2022-08")
    rules, plan, run.draw.index = run.rules, run.plan, 11
    plan.events = 4
    state = started(run)
    assert (state.seed, state.draw_index, state.run, state.week, state.regime) == (5, 11, 2, 0, 1)
    assert (state.takeover_week, state.schedule_table) == (words.NEVER, words.NEVER)
    for name in ("luck_week", "luck_block", "moved_by"):
        assert (state[name] == words.NEVER).all(), name
    for name in ("fires_at", "reverts_at"):
        assert (state[name][:4] == words.NEVER).all(), name
    for name in ("convenes", "broken_off_week", "agreed_week", "collapsed_week", "offering", "refusing_since"):
        assert (state[name][: rules.tables] == words.NEVER).all(), name
    assert np.isnan(state.conditional_offer).all()
    assert (state.offered_by == words.NEVER).all()


@pytest.mark.parametrize("epoch", EPOCHS)
def test_a_cell_starts_as_drawn_and_one_that_its_deliverer_decides_at_its_position(epoch: str) -> None:
    run = begun(epoch)
    rules, draw = run.rules, run.draw
    draw.start_cell[...] = np.linspace(0.05, 0.95, rules.cells)
    draw.start_presence = 0.625
    state = started(run)
    wanted = draw.start_cell.copy()
    wanted[rules.presence_cell] = 0.375
    decided = {}
    for t in range(rules.tables):
        for k in range(rules.clauses[t]):
            if rules.clause_default[t, k] == words.BY_POSITION:
                cell = int(rules.clause_cell[t, k])
                decided[cell] = state.position[rules.party[t, rules.clause_link[t, k]], cell]
    assert len(decided) > 1
    wanted[list(decided)] = list(decided.values())
    np.testing.assert_array_equal(state.cell, wanted)
    np.testing.assert_array_equal(state.cell_start, wanted)


@pytest.mark.parametrize("side", [0, 1])
def test_the_last_clause_too_starts_at_the_position_of_the_side_that_delivers_it(side: int) -> None:
    run = begun("2018-12")
    rules, state, t = run.rules, run.state, run.table("pakistan_ttp")
    k = int(rules.clauses[t]) - 1
    rules.clause_default[t], rules.clause_default[t, k], rules.clause_link[t, k] = (
        words.BY_NONE,
        words.BY_POSITION,
        side,
    )
    cell, before = rules.clause_cell[t, k], state.cell.copy()
    state.position[rules.party[t], cell] = (0.625, 0.875)
    begin_cells_by_position(rules, state, t)
    before[cell] = (0.625, 0.875)[side]
    np.testing.assert_array_equal(state.cell, before)
    assert state.cell_start[cell] == before[cell]


def test_without_a_cell_of_the_presence_all_cells_start_as_drawn() -> None:
    run = begun("2018-12")
    run.rules.presence_cell, run.rules.clause_default[...] = words.NEVER, words.BY_CURRENT
    run.draw.start_presence, run.draw.start_cell[...] = 0.25, np.linspace(0.05, 0.95, run.rules.cells)
    state = started(run)
    assert state.presence == 0.25
    np.testing.assert_array_equal(state.cell, run.draw.start_cell)


# --- wars


@pytest.mark.parametrize("regime", [0, 1])
def test_a_war_begins_at_its_parity_with_the_fighting_that_its_ceasefire_leaves(regime: int) -> None:
    run = begun("2018-12")
    rules, draw = run.rules, run.draw
    run.plan.start_regime, draw.start_presence = regime, 0.75
    rules.allies[...], rules.ally_side[:, 0], rules.ally_strength[:, 0] = 1, (words.CHALLENGING, words.DEFENDING), 0.5
    draw.sanctuary_effect, draw.foresight_on = 0.8, 0
    draw.parity[...], draw.start_control[...] = (0.375, 0.5625), (0.35, 0.15)
    draw.start_cell[rules.ceasefire_cell[:2]] = (0.25, 0.125)
    state = started(run)
    assert state.control.tolist() == [0.35, 0.15]
    assert state.war_open.tolist() == [1 - regime, 1]
    assert state.intensity.tolist() == [0.75 * (1 - regime), 0.875]
    for w in range(rules.wars):
        assert state.cohesion[w] == target_cohesion(rules, draw, state, w)
        assert state.sanctuary[w] == sanctuary_reach(rules, draw, state, w)
        assert success_at(rules, draw, state, w, 0.75) == pytest.approx(draw.parity[w])
    assert state.sanctuary[0] > 0.0
    assert state.cohesion[0] < 1.0


@pytest.mark.parametrize("given_up", [0.0, 0.5, 0.9375])
def test_the_parity_is_that_with_the_arms_that_are_left_at_the_epoch(given_up: float) -> None:
    run = begun("2022-08")
    rules, draw = run.rules, run.draw
    (w,) = np.flatnonzero(rules.disarmament_cell[: rules.wars] >= 0)
    draw.start_cell[rules.disarmament_cell[w]], draw.parity[w] = given_up, 0.375
    assert success_at(rules, draw, started(run), w, 0.0) == pytest.approx(0.375)


def test_whoever_has_no_arms_left_at_the_epoch_has_no_chance_and_a_strength_that_is_a_number() -> None:
    run = begun("2022-08")
    rules, draw = run.rules, run.draw
    (w,) = np.flatnonzero(rules.disarmament_cell[: rules.wars] >= 0)
    draw.start_cell[rules.disarmament_cell[w]] = 1.0
    state = started(run)
    assert np.isfinite(state.strength[w])
    assert success_at(rules, draw, state, w, 0.0) == 0.0


# --- tables


@pytest.mark.parametrize("start", [words.NEVER, words.CLOSED, words.OPEN, words.SUSPENDED, words.IN_FORCE])
@pytest.mark.parametrize("opens", [words.STANDING, words.CALLED, words.AFTER])
@pytest.mark.parametrize(("regime", "exists"), [(0, (1, 0)), (0, (0, 1)), (1, (1, 0)), (1, (0, 1))])
def test_a_table_is_closed_where_the_regime_does_not_know_it_else_as_the_epoch_has_it(
    regime: int, exists: tuple[int, int], opens: int, start: int
) -> None:
    run = begun("2018-12")
    rules, plan, t = run.rules, run.plan, run.table("pakistan_ttp")
    rules.table_regime[t], rules.opens[t] = exists, opens
    plan.start_regime, plan.start_status[t] = regime, start
    usual = words.OPEN if opens == words.STANDING else words.CLOSED
    wanted = words.CLOSED if not exists[regime] else usual if start == words.NEVER else start
    assert status_at_epoch(rules, plan, t) == wanted


def test_a_table_begins_with_the_sessions_it_has_had_its_standing_seats_and_its_pause() -> None:
    run = begun("2018-12")
    rules, draw, plan = run.rules, run.draw, run.plan
    draw.optimism, draw.start_sessions[...] = 0.3, np.arange(rules.tables) + 2.75
    plan.start_status[...] = words.OPEN
    paused = [run.table("doha"), run.table("pakistan_ttp")]
    plan.start_status[paused] = words.SUSPENDED
    rules.seat_standing[...] = np.random.default_rng(1).integers(0, 2, rules.seat_standing.shape)
    state = started(run)
    assert state.sessions.tolist() == [t + 2 for t in range(rules.tables)]
    assert (state.optimism == 0.3).all()
    assert np.flatnonzero(state.reopens).tolist() == paused
    assert (state.reopens[paused] == words.PAUSE_WEEKS).all()
    for t in range(rules.tables):
        seats = rules.seats[t]
        assert state.invited[t, :seats].tolist() == rules.seat_standing[t, :seats].tolist()
        assert not state.invited[t, seats:].any()
        own = [k for k in range(rules.clauses[t]) if rules.clause_through[t, k] < 0]
        assert (state.reach[t][:, own] == 1.0).all()
        assert not state.reach[t][:, rules.clauses[t] :].any()


@pytest.mark.parametrize("left", [0, 2, 4, 16, 40])
def test_an_agreement_in_force_owes_nothing_yet_and_the_rest_is_due_over_what_is_left(left: int) -> None:
    run = begun("2018-12")
    rules, draw, plan, t = run.rules, run.draw, run.plan, run.table("doha")
    clauses = int(rules.clauses[t])
    out = {1, clauses - 1}  # left out of what was signed
    plan.start_status[t], plan.signed_weeks_ago[t], plan.weeks_left[t] = words.IN_FORCE, 13, left
    plan.start_package[t] = np.nan
    draw.start_cell[rules.clause_cell[t]] = 0.25
    for k in set(range(clauses)) - out:
        plan.start_package[t, k] = 0.5 + 0.0625 * k
    state = started(run)
    assert (state.status[t], state.signed_week[t]) == (words.IN_FORCE, -13)
    for k in range(clauses):
        flow, cell = rules.clause_flow[t, k] == 1, rules.clause_cell[t, k]
        assert state.in_package[t, k] == (k not in out)
        assert state.package[t, k] == (state.cell[cell] if k in out else 0.5 + 0.0625 * k)
        assert state.due_step[t, k] == pytest.approx(4 / 26 if flow else min(1.0, 4 / max(left, 4)))
        assert state.baseline[t, k] == (state.default[t, :, k].mean() if flow else state.cell[cell])
        assert state.due[t, k] == state.baseline[t, k]
        assert k in out or state.delivers[t, k].any()
    for name in ("due_share", "arrears", "arrears_share", "conduct"):
        assert not state[name][t].any(), name


def test_an_agreement_at_the_epoch_is_seen_against_the_defaults_of_the_day() -> None:
    run = begun("2021-04")
    rules, state, t = run.rules, run.state, run.table("doha")
    state.default[t], state.is_cut[t] = 0.77, 1
    begin_agreement(rules, run.draw, run.plan, state, t)
    for k in range(rules.clauses[t]):
        assert state.default[t, :, k].tolist() == [default_path(rules, run.draw, state, t, k)] * 2


@pytest.mark.parametrize("epoch", EPOCHS)
def test_every_table_has_been_looked_at_as_it_stands(epoch: str) -> None:
    run = begun(epoch)
    rules, state = run.rules, started(run)
    anew = state.copy()
    anew.is_cut[...] = anew.is_weighed[...] = 0
    for name in ("best", "zone", "midpoint", "default", "slope", "range_high"):
        anew[name] = 0
    for t in range(rules.tables):
        prepare(rules, run.draw, anew, t, True)
    assert set(same_bits(state, anew)) <= {"is_cut", "is_weighed"}
    assert state.best.any(axis=1).all()


@pytest.mark.parametrize("epoch", EPOCHS)
def test_an_effort_begins_as_the_usual_one_in_view_of_what_is_at_stake_then(epoch: str) -> None:
    run = begun(epoch)
    rules, draw, state = run.rules, run.draw, started(run)
    for o in range(rules.mediated):
        q, cell = rules.mediated_pair[o], rules.effort_cell[o, state.regime]
        held = draw.has_reason[o] * stake(rules, draw, state, rules.trusted[q], rules.truster[q])
        assert state.stake_start[o] == pytest.approx(held)
        assert state.effort[o] == (state.cell[cell] if cell >= 0 else words.FREE_EFFORT)
    assert state.stake_start.any()
    before = state.copy()
    choose_efforts(rules, draw, run.plan, state)  # nothing has changed since
    np.testing.assert_allclose(state.effort, before.effort, atol=1e-12)
    np.testing.assert_allclose(state.cell, before.cell, atol=1e-12)
