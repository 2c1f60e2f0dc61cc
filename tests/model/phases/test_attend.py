"""What a table promises each side, what moves a side to come, and what is kept of it, at numbers that differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from worlds import Begun, begun, same_bits

from sim.model import vocabulary as words
from sim.model.equations.attendance import ATTEND
from sim.model.phases.attend import (
    arrears_held,
    attend,
    collect_offer,
    conditional_offer,
    count_refusal,
    lift_line,
    offer_weight,
    prepare,
    present,
    recognition_cost,
    set_exit,
    set_pressure,
    set_reach,
    set_stakes,
    set_terms,
    set_trust,
)
from sim.model.phases.defaults import look_again
from sim.model.phases.mediation import guaranteed_trust, mediators_pressure
from sim.model.phases.theories import readiness
from sim.numerics.arithmetic import logistic
from sim.numerics.chance import CHANCE, uniform

SIDES = pytest.mark.parametrize("side", [0, 1])
NEVER_COMES, ALWAYS_COMES = 1.0 - 1e-12, 0.0


def uneven(table: str, epoch: str = "2018-12") -> tuple[Begun, int]:
    """A round at a table of which no two numbers are alike; every second mediator is there."""
    run, rng = begun(epoch), np.random.default_rng(11)
    rules, state, draw, t = run.rules, run.state, run.draw, run.table(table)
    for name in ("trust", "leverage", "effort", "cell", "position", "intensity", "reach", "guaranteed_trust"):
        state[name] = rng.uniform(0.1, 0.9, state[name].shape)
    for name in ("weight", "cell_weight", "table_weight", "observer_weight", "observer_table_weight"):
        draw[name] = rng.uniform(0.1, 0.9, draw[name].shape)
    draw.vulnerability, draw.war_cost_challenger, draw.war_cost_incumbent, state.week = 0.7, 0.3, 0.2, 5
    state.invited[...], state.attending[:, 2:], state.attending[:, 2::2] = 1, 0, 1
    state.meeting[t], state.has_position[...] = 1, 1
    look_again(rules, state)  # positions have moved
    return run, t


def looked_at(run: Begun) -> None:
    """As if nothing had changed since the tables were looked at last."""
    run.state.is_weighed[...], run.state.is_cut[...] = 1, 1


# ---------------------------------------------------------------- what a table promises


@pytest.mark.parametrize("table", ["doha", "intra_afghan", "us_pakistan"])
def test_a_gain_is_worth_its_weight_trust_and_reach_and_a_loss_the_more_the_less_the_trust(table: str) -> None:
    run, t = uneven(table)
    rules, draw, state, n = run.rules, run.draw, run.state, run.rules.clauses[t]
    set_trust(rules, draw, state, t, True)
    for side in range(2):
        q, w = guaranteed_trust(rules, draw, state, t, side), draw.weight[t, side, :n]
        assert state.guaranteed_trust[t, side] == q
        promise, concession = state.slope[t, side, words.PROMISE, :n], state.slope[t, side, words.CONCESSION, :n]
        np.testing.assert_allclose(promise, w * q * state.reach[t, side, :n])
        np.testing.assert_allclose(concession, w * (1.0 + (1.0 - q) * 0.7))


@pytest.mark.parametrize("table", ["doha", "us_pakistan"])
@pytest.mark.parametrize("gone", [False, True])
def test_a_clause_reaches_as_far_as_who_has_to_deliver_moves_those_whose_hands_do(table: str, gone: bool) -> None:
    run, t = uneven(table)
    rules, state = run.rules, run.state
    (k,) = rules.through[t, : rules.throughs[t]]
    state.regime = int(gone)
    before, others = state.reach.copy(), np.delete(np.arange(rules.clauses[t]), k)
    set_trust(rules, run.draw, state, t, True)
    first, second = rules.party[t]
    for side, deliverer in ((0, second), (1, first)):
        reach = 0.0 if gone else state.leverage[deliverer, run.player("KAB")]
        assert state.reach[t, side, k] == reach
        assert state.slope[t, side, words.PROMISE, k] == pytest.approx(
            run.draw.weight[t, side, k] * state.guaranteed_trust[t, side] * reach
        )
    assert np.array_equal(state.reach[t][:, others], before[t][:, others])


@SIDES
def test_who_delivers_with_its_own_hands_delivers_in_full(side: int) -> None:
    run, t = uneven("doha")
    rules, state, k = run.rules, run.state, 3
    rules.clause_through[t, k] = rules.party[t, side]
    set_reach(rules, state, t, k, True)
    assert state.reach[t, 1 - side, k] == 1.0
    assert state.reach[t, side, k] == state.leverage[rules.party[t, 1 - side], rules.party[t, side]]


REACHES = [(0.5, 0.25), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)]


@SIDES
@pytest.mark.parametrize(("before", "now"), REACHES)
def test_a_reach_that_moves_is_weighed_again_and_one_that_comes_or_goes_is_cut_again(
    before: float, now: float, side: int
) -> None:
    run, t = uneven("doha")
    rules, state, k, hands = run.rules, run.state, 3, run.player("KAB")
    state.leverage[rules.party[t], hands], state.reach[t, :, k] = 0.75, 0.75
    state.leverage[rules.party[t, 1 - side], hands], state.reach[t, side, k] = now, before
    looked_at(run)
    set_reach(rules, state, t, k, True)
    assert state.is_weighed[t] == (now == before)
    assert state.is_cut[t, k] == ((now > 0.0) == (before > 0.0))
    assert np.delete(state.is_cut[t], k).all()
    assert (state.reach[t, side, k], state.reach[t, 1 - side, k]) == (now, 0.75)


@SIDES
@pytest.mark.parametrize("weighed", [0, 1])
@pytest.mark.parametrize(("before", "now"), [*REACHES, (0.0, 0.0)])
def test_trust_that_moves_is_weighed_again_and_where_it_comes_or_goes_all_clauses_are_cut_again(
    before: float, now: float, weighed: int, side: int
) -> None:
    run, t = uneven("us_pakistan")  # nobody mediates there: what is guaranteed is the trust
    rules, state, n = run.rules, run.state, run.rules.clauses[t]
    i, j = rules.party[t, side], rules.party[t, 1 - side]
    state.trust[i, j], state.trust[j, i], rules.throughs[t] = now, 0.5, 0
    state.guaranteed_trust[t, side], state.guaranteed_trust[t, 1 - side], state.slope[...] = before, 0.5, 7.0
    looked_at(run)
    state.is_weighed[t] = weighed
    set_trust(rules, run.draw, state, t, True)
    moved, turned = now != before, (now > 0.0) != (before > 0.0)
    assert state.is_weighed[t] == (weighed and not moved)
    assert state.is_cut[t, :n].tolist() == [not turned] * n
    written = (state.slope[t, :, :, :n] != 7.0).all(axis=(1, 2))
    assert written[side] == (moved or not weighed)
    assert state.guaranteed_trust[t, side] == now


WAR_TABLES = [("doha", 0), ("pakistan_ttp", 1), ("intra_afghan", 0)]  # the second side challenges the first


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("ending", [0, 3])
@pytest.mark.parametrize(("table", "war"), WAR_TABLES)
def test_the_end_of_a_war_is_worth_trust_cost_and_intensity(table: str, war: int, ending: int, swapped: bool) -> None:
    run, t = uneven(table)
    rules, state = run.rules, run.state
    assert (rules.ended_war[t], rules.ending_clause[t] >= 0) == (war, True)
    rules.ending_clause[t], state.stake[...] = ending, 0.9
    if swapped:
        rules.party[t] = rules.party[t, ::-1].copy()
    looked_at(run)
    set_stakes(rules, run.draw, state, t, True)
    for side, cost in enumerate((0.3, 0.2) if swapped else (0.2, 0.3)):
        worth = state.guaranteed_trust[t, side] * cost * state.intensity[war]
        assert state.stake[t, side, ending] == pytest.approx(worth)
    assert (np.delete(state.stake[t], ending, axis=1) == 0.9).all()
    assert (state.is_weighed[t], state.is_cut[t, ending], np.delete(state.is_cut[t], ending).min()) == (0, 0, 1)


@pytest.mark.parametrize(("table", "war"), WAR_TABLES)
def test_a_stake_that_has_not_moved_is_not_looked_at_again_and_a_war_that_is_over_leaves_none(
    table: str, war: int
) -> None:
    run, t = uneven(table)
    rules, state, ending = run.rules, run.state, run.rules.ending_clause[t]
    set_stakes(rules, run.draw, state, t, True)
    looked_at(run)
    set_stakes(rules, run.draw, state, t, True)
    assert (state.is_weighed[t], state.is_cut[t, ending]) == (1, 1)
    state.war_open[...], state.war_open[war] = 1, 0
    set_stakes(rules, run.draw, state, t, True)
    assert state.stake[t, :, ending].tolist() == [0.0, 0.0]


@SIDES
def test_a_stake_of_one_side_that_moves_alone_is_weighed_and_cut_again(side: int) -> None:
    run, t = uneven("doha")
    set_stakes(run.rules, run.draw, run.state, t, True)
    looked_at(run)
    run.state.guaranteed_trust[t, side] *= 0.5
    set_stakes(run.rules, run.draw, run.state, t, True)
    assert (run.state.is_weighed[t], run.state.is_cut[t, run.rules.ending_clause[t]]) == (0, 0)


@pytest.mark.parametrize(("war", "clause"), [(-1, 2), (0, -1), (-1, -1)])
def test_where_no_war_can_be_ended_nothing_is_at_stake(war: int, clause: int) -> None:
    run, t = uneven("doha")
    run.rules.ended_war[t], run.rules.ending_clause[t], before = war, clause, run.state.copy()
    set_stakes(run.rules, run.draw, run.state, t, True)
    assert same_bits(before, run.state) == []


# ---------------------------------------------------------------- an exit that waits


def waiting() -> tuple[Begun, int, int]:
    """An exit that waits for the agreement of the table at which the leaver is the first side."""
    run, t = uneven("doha")
    rules, state = run.rules, run.state
    state.schedule_on, state.schedule_table, state.exit_worth[...] = 1, t, 0.0
    rules.presence_cell = run.cell("prisoners")  # of the cells it is neither the first nor the last
    looked_at(run)
    return run, t, int(rules.presence_cell)


@SIDES
@pytest.mark.parametrize("leaver", [0, 1])
def test_an_exit_that_waits_for_a_table_is_worth_what_it_changes_as_far_as_the_leaver_is_believed(
    leaver: int, side: int
) -> None:
    run, t, cell = waiting()
    rules, state, i = run.rules, run.state, run.rules.party[t, side]
    rules.presence_table, rules.presence_side = t, leaver
    state.cell[cell], state.position[rules.party[t], cell] = 0.25, (0.75, 0.375)
    set_exit(rules, run.draw, state, t, True)
    change = {0: 0.5 - 0.25, 1: 0.125 - 0.625}[side]
    trusted = 1.0 if side == leaver else state.trust[i, rules.party[t, leaver]]
    assert state.exit_worth[t, side] == pytest.approx(run.draw.cell_weight[i, cell] * trusted * change)
    assert state.is_weighed[t] == 0
    assert (np.delete(state.exit_worth, t, axis=0) == 0.0).all()
    looked_at(run)
    set_exit(rules, run.draw, state, t, True)
    assert state.is_weighed[t] == 1


LAPSES = {"announced no more": ("schedule_on", 0), "for another table": ("schedule_table", 1)}


@pytest.mark.parametrize("why", LAPSES)
@pytest.mark.parametrize("was", [0.125, -0.125])
def test_an_exit_that_waits_no_more_adds_nothing(why: str, was: float) -> None:
    run, t, _ = waiting()
    name, value = LAPSES[why]
    run.state[name], run.state.exit_worth[t] = value, was
    set_exit(run.rules, run.draw, run.state, t, True)
    assert run.state.exit_worth[t].tolist() == [0.0, 0.0]
    assert run.state.is_weighed[t] == 0


@SIDES
def test_an_exit_is_nothing_to_a_side_that_holds_no_position_on_it(side: int) -> None:
    run, t, cell = waiting()
    run.state.has_position[run.rules.party[t, side], cell] = 0
    set_exit(run.rules, run.draw, run.state, t, True)
    assert (run.state.exit_worth[t] != 0.0).tolist() == [side == 1, side == 0]


@pytest.mark.parametrize("off", ["the mechanism", "the cell"])
def test_without_the_mechanism_or_the_cell_no_exit_counts(off: str) -> None:
    run, t, _ = waiting()
    if off == "the mechanism":
        run.draw.tied_exit_on = 0
    else:
        run.rules.presence_cell = -1
    before = run.state.copy()
    set_exit(run.rules, run.draw, run.state, t, True)
    assert same_bits(before, run.state) == []


def test_the_first_of_the_cells_may_be_that_of_an_exit() -> None:
    run, t, _ = waiting()
    run.rules.presence_cell = 0
    set_exit(run.rules, run.draw, run.state, t, True)
    assert (run.state.exit_worth[t] != 0.0).all()


# ---------------------------------------------------------------- looking again


def trust_goes(run: Begun, t: int) -> None:
    run.state.trust[run.rules.party[t, 0], run.rules.party[t, 1]] *= 0.25


def mediators_leave(run: Begun, t: int) -> None:
    run.state.attending[t, 2:] = 0


def leverage_goes(run: Begun, t: int) -> None:
    run.state.leverage *= 0.5


def the_war_calms_down(run: Begun, t: int) -> None:
    run.state.intensity *= 0.5


def an_exit_waits(run: Begun, t: int) -> None:
    run.state.schedule_on, run.state.schedule_table = 1, t


def cells_move(run: Begun, t: int) -> None:
    run.state.cell *= 0.75


CHANGES = (trust_goes, mediators_leave, leverage_goes, the_war_calms_down, an_exit_waits, cells_move)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", ["doha", "intra_afghan"])
def test_a_table_looked_at_again_is_as_one_looked_at_for_the_first_time(
    table: str, change: Callable[[Begun, int], None]
) -> None:
    run, t = uneven(table)
    rules, draw, state = run.rules, run.draw, run.state
    prepare(rules, draw, state, t, True)
    before = state.end_value[t].copy()
    change(run, t)
    anew = state.copy()
    anew.is_weighed[t], anew.is_cut[t] = 0, 0
    for one in (state, anew):
        prepare(rules, draw, one, t, True)
    assert same_bits(state, anew) == []
    assert not np.array_equal(before, state.end_value[t])


def test_a_table_of_which_nothing_has_changed_is_not_worked_out_again() -> None:
    run, t = uneven("us_pakistan")
    rules, draw, state = run.rules, run.draw, run.state
    prepare(rules, draw, state, t, True)
    assert state.is_weighed[t] == 1
    state.best[t], state.midpoint[t] = 0.123, 0.456
    before = state.copy()
    prepare(rules, draw, state, t, True)
    assert same_bits(before, state) == []
    state.is_weighed[t] = 0
    prepare(rules, draw, state, t, True)
    assert (state.best[t] != 0.123).all()


@pytest.mark.parametrize("seats", [0, 1])
def test_the_middle_is_looked_at_where_somebody_may_mediate(seats: int) -> None:
    run, t = uneven("pakistan_kabul")
    run.rules.seats[t], run.state.midpoint[t], run.state.is_weighed[t] = seats, 7.0, 0
    prepare(run.rules, run.draw, run.state, t, True)
    written = run.state.midpoint[t, : run.rules.clauses[t]] != 7.0
    assert written.tolist() == [seats == 1] * 4


@pytest.mark.parametrize("look", [set_trust, set_stakes, set_exit, set_terms, prepare])
def test_a_table_at_which_nobody_looks_stays_as_it_was(look: Callable[..., None]) -> None:
    run, t, _ = waiting()
    before = run.state.copy()
    look(run.rules, run.draw, run.state, t, False)
    assert same_bits(before, run.state) == []
    look(run.rules, run.draw, run.state, t, True)
    assert same_bits(before, run.state) != []


@pytest.mark.parametrize("name", ["default", "slope", "stake", "exit_worth"])
def test_the_terms_of_a_table_are_its_defaults_trust_stakes_and_exit(name: str) -> None:
    run, t, _ = waiting()
    run.state[name][t] = 0.123
    set_terms(run.rules, run.draw, run.state, t, True)
    assert (run.state[name][t] != 0.123).any()


# ---------------------------------------------------------------- pressure


@SIDES
@pytest.mark.parametrize("meeting", [0, 1])
def test_pressure_is_that_of_a_round_and_lifts_no_line_without_one(meeting: int, side: int) -> None:
    run, t = uneven("doha")
    rules, draw, state = run.rules, run.draw, run.state
    i, cells = rules.party[t, side], rules.clause_cell[t, :6]
    state.seat_reach[t], state.seat_effort[t], state.red_line[i] = 0.9, 0.9, np.nan
    state.red_line[i, cells[-1]], draw.round_weeks, state.pressure_weeks[t] = 0.5, 2.9, 11
    state.meeting[t], state.pressure[t] = meeting, 0.123
    set_pressure(rules, draw, state, t, side)
    pressed = mediators_pressure(rules, draw, state, t, side)
    assert pressed > 0.5 * draw.pressure_weight
    assert state.pressure[t, side] == (pressed if meeting else 0.123)
    assert state.pressure_weeks[t, side] == (0 if meeting else 11)
    assert np.isnan(state.red_line[i, cells[-1]]) == bool(meeting)
    assert (state.pressure[t, 1 - side], state.pressure_weeks[t, 1 - side]) == (0.123, 11)


@pytest.mark.parametrize("before", [0, 3, 10])
def test_rounds_of_strong_pressure_are_counted_in_whole_weeks(before: int) -> None:
    run, t = uneven("doha")
    run.state.seat_reach[t], run.state.seat_effort[t], run.draw.round_weeks = 0.9, 0.9, 2.9
    run.state.pressure_weeks[t, 1] = before
    set_pressure(run.rules, run.draw, run.state, t, 1)
    assert run.state.pressure_weeks[t, 1] == before + 2


def test_half_of_the_most_pressure_is_not_strong() -> None:
    run, t = uneven("doha")
    run.state.seat_reach[t], run.state.seat_effort[t], run.draw.pressure_weight = 0.0, 0.0, 0.5
    run.state.seat_reach[t, 1, 0], run.state.seat_effort[t, 1, 0], run.state.pressure_weeks[t, 0] = 0.5, 1.0, 6
    set_pressure(run.rules, run.draw, run.state, t, 0)
    assert (run.state.pressure[t, 0], run.state.pressure_weeks[t, 0]) == (0.25, 0)


@SIDES
@pytest.mark.parametrize("lines", [(), (0,), (5,), (1, 4), (3, 5)])
def test_a_line_that_is_lifted_is_the_first_of_its_side_and_every_table_is_looked_at_again(
    lines: tuple[int, ...], side: int
) -> None:
    run, t = uneven("doha")
    rules, state, i = run.rules, run.state, run.rules.party[t, side]
    cells, elsewhere = rules.clause_cell[t, :6], run.cell("border")
    assert elsewhere not in cells
    state.red_line[...] = np.nan
    state.red_line[i, [*cells[list(lines)], elsewhere]], state.red_line[rules.party[t, 1 - side], cells] = 0.5, 0.5
    state.pressure_weeks[t] = 14
    looked_at(run)
    lift_line(rules, state, t, side)
    assert np.flatnonzero(~np.isnan(state.red_line[i, cells])).tolist() == list(lines[1:])
    assert state.red_line[i, elsewhere] == 0.5
    assert (state.red_line[rules.party[t, 1 - side], cells] == 0.5).all()
    assert state.pressure_weeks[t].tolist() == [0 if one == side else 14 for one in (0, 1)]
    for other in range(rules.tables):
        cut = state.is_cut[other, : rules.clauses[other]]
        assert (state.is_weighed[other], cut.min(), cut.max()) == ((0, 0, 0) if lines else (1, 1, 1))


# ---------------------------------------------------------------- who is there, what is owed, what it concedes


@SIDES
@pytest.mark.parametrize("table", ["doha", "intra_afghan", "us_pakistan", "pakistan_emirate", "us_emirate"])
def test_those_there_are_the_other_party_and_the_members_of_seats_that_are_taken(table: str, side: int) -> None:
    run, t = uneven(table)
    rules, state = run.rules, run.state
    for taken in range(-1, rules.seats[t]):
        state.attending[t] = 1  # the parties' own places say nothing of mediators
        state.attending[t, 2:] = 0
        there = {int(rules.party[t, 1 - side])}
        if taken >= 0:
            state.attending[t, 2 + taken] = 1
            there |= set(rules.seat_member[t, taken, : rules.seat_members[t, taken]].tolist())
        found = {player for player in range(rules.players) if present(rules, state, t, player, side)}
        assert found == there


def creditor(side: str) -> tuple[Begun, int]:
    """The table in Doha, to one of whose sides something is owed wherever it sits."""
    run, t = uneven("doha")
    state, draw = run.state, run.draw
    state.arrears[...], state.attending[t] = 0.75, 0
    owed = {
        "US": {("doha", 0): 0.1, ("us_pakistan", 0): 0.2, ("us_emirate", 0): 0.05},
        "TAL": {("doha", 1): 0.1, ("intra_afghan", 1): 0.4, ("pakistan_emirate", 1): 0.2, ("us_emirate", 1): 0.05},
    }
    for (table, its_side), what in owed[side].items():
        state.arrears[run.table(table), its_side] = what
    draw.observer_table_weight[t, [run.player("PAK"), run.player("KAB")]] = 0.25, 0.125
    return run, t


@pytest.mark.parametrize(
    ("side", "pakistan", "grievances", "regime", "held"),
    [
        ("US", 0, 1, 0, 0.1 + 0.05 + 0.25 * 0.2),
        ("US", 1, 1, 0, 0.1 + 0.05 + 0.2),
        ("US", 1, 0, 0, 0.1),
        ("US", 0, 0, 1, 0.1),
        ("TAL", 0, 1, 0, 0.1 + 0.125 * 0.4 + 0.25 * 0.2 + 0.05),
        ("TAL", 1, 1, 0, 0.1 + 0.125 * 0.4 + 0.2 + 0.05),
        ("TAL", 0, 1, 1, 0.1 + 0.25 * 0.2 + 0.05),
        ("TAL", 0, 0, 0, 0.1),
    ],
)
def test_what_is_owed_anywhere_is_held_against_each_debtor_but_not_against_one_that_is_gone(
    side: str, pakistan: int, grievances: int, regime: int, held: float
) -> None:
    run, t = creditor(side)
    run.draw.grievances_on, run.state.regime = grievances, regime
    run.state.attending[t, 2] = pakistan  # it has the first seat
    place = {"US": 0, "TAL": 1}[side]
    assert arrears_held(run.rules, run.draw, run.state, t, place) == pytest.approx(held)


@SIDES
def test_nothing_is_held_where_nothing_is_owed(side: int) -> None:
    run, t = uneven("doha")
    run.state.arrears[...] = 0.0
    assert arrears_held(run.rules, run.draw, run.state, t, side) == 0.0


@pytest.mark.parametrize("opens_cell", [-1, 0, 23])
@pytest.mark.parametrize("opens_by", ["side", "other", "nobody"])
@SIDES
def test_only_who_has_the_opening_cell_to_deliver_concedes_by_coming(side: int, opens_by: str, opens_cell: int) -> None:
    run, t = uneven("doha")
    rules, state, i = run.rules, run.state, run.rules.party[t, side]
    rules.opens_cell[t] = opens_cell
    rules.opens_by[t] = {"side": i, "other": rules.party[t, 1 - side], "nobody": -1}[opens_by]
    state.position[:, opens_cell], state.cell[opens_cell] = 0.375, 0.5
    concedes = opens_by == "side" and opens_cell >= 0
    wanted = run.draw.cell_weight[i, opens_cell] * (0.625 - 0.125) if concedes else 0.0
    assert recognition_cost(rules, run.draw, state, t, side) == pytest.approx(wanted)


# ---------------------------------------------------------------- what is offered for coming


@SIDES
@pytest.mark.parametrize("table", ["doha", "us_pakistan", "intra_afghan"])
def test_an_issue_weighs_as_at_the_table_and_one_that_is_not_there_where_it_weighs_most(table: str, side: int) -> None:
    run, t = uneven(table)
    rules, draw = run.rules, run.draw
    at_table = dict(zip(rules.clause_cell[t, : rules.clauses[t]].tolist(), draw.weight[t, side], strict=False))
    for cell in range(rules.cells):
        usual = draw.cell_weight[rules.party[t, side], cell]
        assert offer_weight(rules, draw, t, side, cell) == at_table.get(cell, usual)


def offered(side: int, giver: str = "other") -> tuple[Begun, int, dict[int, float]]:
    """Points of the first cell, the last and one of the table, which are offered to a side for coming."""
    run, t = uneven("doha")
    rules, state = run.rules, run.state
    points = {0: 0.625, int(rules.clause_cell[t, 4]): 0.25, rules.cells - 1: 0.875}
    i, other = rules.party[t, side], rules.party[t, 1 - side]
    who = {"other": other, "itself": i, "nobody": -1}[giver]
    for cell, point in points.items():
        state.conditional_offer[t, side, cell], state.offered_by[t, side, cell] = point, who
    state.offers[t, side] = len(points)
    rules.learning_pair[...] = np.arange(rules.players**2).reshape(rules.players, -1) % rules.trusting
    state.gained[...], state.lost[...], rules.cell_nu[...] = 0.0, 0.0, np.linspace(0.2, 0.9, rules.cells)
    return run, t, points


@SIDES
def test_offers_add_up_by_what_each_would_change_where_the_side_holds_a_position(side: int) -> None:
    run, t, points = offered(side)
    rules, draw, state, i = run.rules, run.draw, run.state, run.rules.party[t, side]
    changes = {}
    for cell, point in points.items():
        change = abs(state.cell[cell] - state.position[i, cell]) - abs(point - state.position[i, cell])
        changes[cell] = offer_weight(rules, draw, t, side, cell) * change
    assert conditional_offer(rules, draw, state, t, side) == pytest.approx(sum(changes.values()))
    assert conditional_offer(rules, draw, state, t, 1 - side) == 0.0
    for cell in points:
        state.has_position[i, cell] = 0
        left = sum(change for other, change in changes.items() if other != cell)
        assert conditional_offer(rules, draw, state, t, side) == pytest.approx(left)
        state.has_position[i, cell] = 1


@SIDES
@pytest.mark.parametrize("waiting", [0, 1])
def test_an_offer_counts_while_it_waits_for_the_side_to_come(waiting: int, side: int) -> None:
    run, t, _ = offered(side)
    run.state.offers[t, side] = waiting
    assert (conditional_offer(run.rules, run.draw, run.state, t, side) != 0.0) == bool(waiting)


@SIDES
@pytest.mark.parametrize("giver", ["other", "itself", "nobody"])
def test_all_that_was_offered_is_given_and_counts_as_kept_by_another_who_offered_it(giver: str, side: int) -> None:
    run, t, points = offered(side, giver)
    rules, state = run.rules, run.state
    i, other = rules.party[t, side], rules.party[t, 1 - side]
    seen = 0.0
    for cell, point in points.items():
        weight = offer_weight(rules, run.draw, t, side, cell)
        seen += rules.cell_nu[cell] * weight * abs(point - state.cell[cell])
    cells = state.cell.copy()
    collect_offer(rules, run.draw, state, t, side)
    for cell, point in points.items():
        cells[cell] = point
    assert np.array_equal(state.cell, cells)
    assert state.presence == 1.0 - state.cell[0]  # the first cell is that of the presence
    assert state.gained[i, other] == pytest.approx(seen if giver == "other" else 0.0)
    assert (state.gained.sum(), state.lost.sum()) == (state.gained[i, other], 0.0)
    assert np.isnan(state.conditional_offer[t, side]).all()
    assert state.offers[t, side] == 0


# ---------------------------------------------------------------- coming


def terms(run: Begun, t: int, side: int) -> dict[str, float]:
    """What is noted of a party's decision, by name."""
    attend(run.rules, run.draw, run.state, t, side)
    return dict(zip(ATTEND.noted, run.state.attend_terms[t, side].tolist(), strict=True))


def deciding(side: int) -> tuple[Begun, int]:
    """A side that has every reason to come and to stay away."""
    run, t = uneven("doha")
    rules, draw, state = run.rules, run.draw, run.state
    state.zone[t], state.best[t], state.pressure[t], state.arrears[...] = 1, (0.4, 0.9), (0.07, 0.11), 0.0
    state.arrears[t], draw.attendance_cost, draw.noise = (0.2, 0.3), 0.03, 0.25
    rules.opens_cell[t], rules.opens_by[t], state.renewed_at[t] = 7, rules.party[t, side], (2, 3)
    state.cell[7], state.position[:, 7], state.cell[9] = 0.25, 0.125, 0.25
    state.conditional_offer[t, side, 9], state.offers[t, side], state.stance[t] = 0.5, 1, NEVER_COMES
    return run, t


@SIDES
def test_a_side_adds_up_all_that_speaks_for_and_against_coming(side: int) -> None:
    run, t = deciding(side)
    rules, draw, state = run.rules, run.draw, run.state
    offer = conditional_offer(rules, draw, state, t, side)
    conceded, weight = recognition_cost(rules, draw, state, t, side), draw.table_weight[t, side]
    wanted = {
        "surplus": weight * (0.2, 0.45)[side],
        "offer": weight * offer,
        "arrears": -weight * (0.2, 0.3)[side],
        "pressure": (0.07, 0.11)[side],
        "cost": -0.03,
        "recognition": -conceded,
    }
    found = terms(run, t, side)
    assert {name: found[name] for name in wanted} == pytest.approx(wanted)
    assert found["log_odds"] == pytest.approx(sum(wanted.values()) / 0.25)
    assert (found["draw"], found["since"]) == (NEVER_COMES, (2, 3)[side])
    assert found["trust"] == state.guaranteed_trust[t, side]
    assert min(abs(value) for value in wanted.values()) > 0.0


@SIDES
def test_without_a_zone_of_agreement_there_is_nothing_to_come_for(side: int) -> None:
    run, t = deciding(side)
    run.state.zone[t] = 0
    assert terms(run, t, side)["surplus"] == 0.0


@SIDES
@pytest.mark.parametrize("share", [0.0, 0.999, 1.0, 1.001])
def test_a_side_comes_where_the_chance_is_above_its_stance(share: float, side: int) -> None:
    run, t = deciding(side)
    state = run.state
    state.stance[t, side] = share * logistic(terms(run, t, side)["log_odds"])
    state.attending[t], state.asked[t], state.attended[t] = 0, 7, 3
    attend(run.rules, run.draw, state, t, side)
    came = int(share < 1.0)
    assert (state.attending[t, side], state.asked[t, side], state.attended[t, side]) == (came, 8, 3 + came)
    assert (state.attending[t].sum(), state.asked[t, 1 - side], state.attended[t, 1 - side]) == (came, 7, 3)
    assert state.offers[t, side] == 1 - came
    assert state.cell[9] == (0.5 if came else 0.25)


@SIDES
def test_without_a_round_nobody_is_asked(side: int) -> None:
    run, t = deciding(side)
    state = run.state
    state.meeting[t], state.stance[t], state.attending[t, side], state.refusing_since[t] = 0, ALWAYS_COMES, 1, 4
    before = state.copy()
    attend(run.rules, run.draw, state, t, side)
    assert set(same_bits(before, state)) <= {"attend_terms"}
    state.meeting[t] = 1
    attend(run.rules, run.draw, state, t, side)
    assert "asked" in same_bits(before, state)


@SIDES
@pytest.mark.parametrize("table", ["doha", "us_emirate"])
def test_without_a_private_stance_every_week_draws_in_the_slot_of_the_side(table: str, side: int) -> None:
    run, t = uneven(table)
    state, run.draw.private_on = run.state, 0
    found = terms(run, t, side)
    slot = words.ATTEND_SLOT | t << 12 | side  # the phase, the table, the place
    number = uniform(int(state.seed), int(state.draw_index), int(state.run), int(state.week), slot, CHANCE)
    assert (found["draw"], found["since"]) == (number, state.week)
    assert state.attending[t, side] == (number < logistic(found["log_odds"]))


@SIDES
@pytest.mark.parametrize("war_open", [0, 1])
def test_the_ready_come_by_motivation_and_optimism_while_they_fight_and_as_usual_else(war_open: int, side: int) -> None:
    run, t = uneven("intra_afghan")
    rules, draw, state = run.rules, run.draw, run.state
    state.pressure[t], state.rounds[t], state.zone[t], state.best[t] = 0.125, 3, 1, 0.5
    state.war_open[...] = war_open
    usual = terms(run, t, side)
    draw.coming = words.BY_READINESS
    found = terms(run, t, side)
    if war_open:
        ready = readiness(rules, draw, state, t, side)
        assert found["surplus"] == pytest.approx(draw.table_weight[t, side] * ready)
        assert found["pressure"] == 0.0
    else:
        assert found == usual
    assert found["surplus"] > 0.0


@pytest.mark.parametrize("ripe", [0, 1])
def test_the_unripe_never_come_and_the_ripe_as_usual(ripe: int) -> None:
    run, t = uneven("intra_afghan")
    draw, state = run.draw, run.state
    state.zone[t], draw.hurting, draw.stalemate, state.presence = ripe, 0.01, 1.0, 1.0
    usual = terms(run, t, 1)
    draw.coming = words.BY_RIPENESS
    assert terms(run, t, 1)["log_odds"] == (usual["log_odds"] if ripe else -words.CERTAIN)


# ---------------------------------------------------------------- staying away


def stayed_away(weeks: list[tuple[int, int]], side: int, here: Any = True, round_weeks: float = 3.9) -> Begun:
    """A side that came or stayed away in some weeks."""
    run, t = uneven("doha")
    run.draw.round_weeks = round_weeks
    for week, came in weeks:
        run.state.week = week
        count_refusal(run.draw, run.state, t, side, here, came)
    return run


AWAY = [
    ([(4, 1)], words.NEVER, 0),
    ([(4, 0)], 4, 3),
    ([(4, 0), (7, 0)], 4, 6),
    ([(4, 0), (7, 0), (10, 1)], words.NEVER, 6),
    ([(4, 0), (7, 0), (10, 1), (13, 0)], 13, 6),
    ([(4, 0), (7, 1), (10, 0), (13, 0), (16, 0)], 10, 9),
]


@SIDES
@pytest.mark.parametrize(("weeks", "since", "longest"), AWAY)
def test_the_longest_time_away_is_kept_from_its_first_round_to_the_next_after_its_last(
    weeks: list[tuple[int, int]], since: int, longest: int, side: int
) -> None:
    state, t = stayed_away(weeks, side).state, 0
    assert (state.refusing_since[t, side], state.refusal[t, side]) == (since, longest)
    assert (state.refusing_since[t, 1 - side], state.refusal[t, 1 - side]) == (words.NEVER, 0)


@pytest.mark.parametrize("came", [0, 1])
def test_who_is_not_asked_neither_stays_away_nor_comes_back(came: int) -> None:
    run = stayed_away([(4, 0)], 1)
    run.state.week = 9
    count_refusal(run.draw, run.state, 0, 1, False, came)
    assert (run.state.refusing_since[0, 1], run.state.refusal[0, 1]) == (4, 3)
    run.state.refusing_since[0, 1] = words.NEVER
    count_refusal(run.draw, run.state, 0, 1, False, came)
    assert (run.state.refusing_since[0, 1], run.state.refusal[0, 1]) == (words.NEVER, 3)
