"""What a tranche brings: what is due and owed, who delivers and who sees it, for every clause and both sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import Begun, begun

from sim.model import vocabulary as words
from sim.model.phases.comply import (
    agreement_value,
    collapse,
    comply,
    fall_due,
    judge,
    move_cell,
    observe,
    revalue,
    see,
    set_arrears,
    settle_clause,
    tranche_due,
)
from sim.model.phases.defaults import default_path
from sim.model.phases.frontier import package_value
from sim.model.phases.luck import luck

STOCK, FLOW = 0, 1


def bound(flow: int = STOCK, table: str = "intra_afghan") -> tuple[Begun, int, int]:
    """An agreement whose last clause is due by a third, all numbers of it different, nothing else in it."""
    run, rng = begun("2018-12"), np.random.default_rng(4)
    rules, draw, state, t = run.rules, run.draw, run.state, run.table(table)
    k = int(rules.clauses[t]) - 1
    cell = rules.clause_cell[t, k]
    state.week, state.status[t], state.signed_week[t], state.schedule_on = 30, words.IN_FORCE, 10, 0
    state.in_package[t], state.delivers[t], state.conduct[t], rules.seats[t] = 0, 0, words.NOT_DUE, 0
    state.in_package[t, k], state.delivers[t, k] = 1, (0, 1)
    state.baseline[t, k], state.package[t, k], state.due[t, k], state.cell[cell] = 0.2, 0.8, 0.4, 0.3
    state.due_share[t, k], state.due_step[t, k] = 1 / 3, 1 / 6
    rules.clause_flow[t, k], rules.clause_nu[t, k], rules.clause_default[t, k] = flow, 0.75, words.BY_NONE
    rules.clause_conditional[t], rules.clause_arms[t], rules.clause_effort[t, k] = 0, words.NEVER, words.NEVER
    draw.weight[t] = rng.uniform(0.1, 0.9, draw.weight[t].shape)
    draw.private_on, draw.promises, draw.onlookers_on = 1, 0, 1
    state.sincerity[t], state.guaranteed_trust[t] = (0.35, 0.65), (0.55, 0.45)
    for name in ("tranches_due", "tranches_kept", "tranches_broken", "gained", "lost", "arrears", "arrears_share"):
        state[name] = 0
    return run, t, k


# --- what is due


@pytest.mark.parametrize("flow", [STOCK, FLOW])
@pytest.mark.parametrize("down", [False, True])
def test_a_stock_falls_due_step_by_step_to_its_point_and_a_flow_at_once(down: bool, flow: int) -> None:
    run, t, k = bound(flow)
    state = run.state
    if down:
        state.baseline[t, k], state.package[t, k] = 0.8, 0.2
    first, last = state.baseline[t, k], state.package[t, k]
    for share in (0.5, 4 / 6, 5 / 6, 1.0, 1.0):
        fall_due(run.rules, state, t, k)
        assert state.due_share[t, k] == pytest.approx(share)
        assert state.due[t, k] == pytest.approx(last if flow else first + share * (last - first))


@pytest.mark.parametrize("payer", [0, 1])
@pytest.mark.parametrize("conditional", [0, 1])
@pytest.mark.parametrize("owed", [0.2499, 0.25, 0.6])
def test_a_conditional_tranche_waits_while_the_one_who_pays_it_is_owed_a_quarter(
    owed: float, conditional: int, payer: int
) -> None:
    run, t, k = bound()
    state, run.rules.clause_conditional[t, k] = run.state, conditional
    state.delivers[t, k] = (1 - payer, payer)
    state.arrears_share[t, payer] = owed
    fall_due(run.rules, state, t, k)
    waits = conditional == 1 and owed >= 0.25
    assert state.due_share[t, k] == pytest.approx(1 / 3 if waits else 0.5)
    assert state.due[t, k] == pytest.approx(0.4 if waits else 0.5)


@pytest.mark.parametrize("owed", [(0.0, 0.0), (0.25, 0.0), (0.0, 0.25)])
def test_a_conditional_tranche_of_both_waits_for_either(owed: tuple[float, float]) -> None:
    run, t, k = bound()
    state, run.rules.clause_conditional[t, k] = run.state, 1
    state.delivers[t, k], state.arrears_share[t] = 1, owed
    fall_due(run.rules, state, t, k)
    assert state.due_share[t, k] == pytest.approx(1 / 3 if any(owed) else 0.5)


@pytest.mark.parametrize("signed", [-13, 0, 10])
def test_tranches_count_from_the_signature_also_of_one_before_the_run(signed: int) -> None:
    run, t, _ = bound()
    run.state.signed_week[t] = signed
    due = []
    for week in range(signed, signed + 13):
        run.state.week = week
        due.append(bool(tranche_due(run.state, t)))
    assert np.flatnonzero(due).tolist() == [4, 8, 12]


# --- what it is worth


def test_an_agreement_is_worth_what_is_in_it_and_what_is_left_out_stays_as_each_side_sees_it() -> None:
    run, t, k = bound()
    rules, draw, state = run.rules, run.draw, run.state
    clauses = int(rules.clauses[t])
    state.in_package[t, 1], state.package[t, :clauses] = 1, np.linspace(0.1, 0.9, clauses)
    state.default[t, 0, :clauses], state.default[t, 1, :clauses] = 0.25, 0.625
    state.trial[...] = 0.99
    for side in range(2):
        seen = state.default[t, side].copy()
        seen[[1, k]] = state.package[t, [1, k]]
        wanted = package_value(rules, state, t, side, seen)
        assert agreement_value(rules, draw, state, t, side) == pytest.approx(wanted)
        assert wanted != pytest.approx(package_value(rules, state, t, side, state.package[t]))


@pytest.mark.parametrize("here", [False, True])
def test_an_agreement_is_revalued_with_the_defaults_and_the_trust_of_the_day(here: bool) -> None:
    run, t, _ = bound()
    rules, draw, state = run.rules, run.draw, run.state
    state.worth[t], state.default[t], state.guaranteed_trust[t] = (7.0, 8.0), 0.77, 0.01
    revalue(rules, draw, state, t, here)
    if not here:
        assert (state.worth[t].tolist(), state.default[t, 0, 0]) == ([7.0, 8.0], 0.77)
        return
    now = [agreement_value(rules, draw, state, t, side) for side in range(2)]
    assert state.worth[t].tolist() == pytest.approx(now)
    assert state.default[t, 0, 0] == pytest.approx(default_path(rules, draw, state, t, 0), abs=0.5)
    assert 0.77 not in state.default[t, :, : rules.clauses[t]]
    assert state.guaranteed_trust[t].min() > 0.01
    assert now[0] != now[1]


# --- who delivers


def weighing(side: int) -> tuple[Begun, int, int, float]:
    """A side that weighs what it has to deliver; with its log-odds."""
    run, t, k = bound()
    rules, draw, state = run.rules, run.draw, run.state
    i, j = rules.party[t, side], rules.party[t, 1 - side]
    state.delivers[t, k] = (1 - side, side)
    state.worth[t], state.leverage[j, i], state.leverage[i, j] = (0.26, 0.3), 0.5, 0.9
    state.position[i, rules.clause_cell[t, k]], state.default[t, side, k], draw.weight[t, side, k] = 0.1, 0.3, 0.4
    draw.patience, draw.pressure_weight, draw.noise = 0.5, 0.4, 0.25
    return run, t, k, (0.5 * state.worth[t, side] + 0.4 * 0.25 - 0.4 * 0.5) / 0.25


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("kept", [False, True])
def test_a_side_delivers_where_the_chance_is_above_its_sincerity(kept: bool, side: int) -> None:
    run, t, k, odds = weighing(side)
    rules, state = run.rules, run.state
    number = 1 / (1 + np.exp(-odds)) + (-0.001 if kept else 0.001)
    state.sincerity[t] = 0.999
    state.sincerity[t, side], state.renewed_at[t] = number, 4
    state.arrears_share[t, side], state.conduct[t, k, 1 - side] = 0.1, words.KEPT
    comply(rules, run.draw, state, t, k, side)
    assert state.conduct[t, k, side] == (words.KEPT if kept else words.BROKEN)
    noted = (0.5 * state.worth[t, side], 0.1, -0.2, odds, number, 0.1, 0.1, (0.55, 0.45)[side], 10)
    np.testing.assert_allclose(state.comply_terms[t, k, side, :9], noted)
    comply(rules, run.draw, state, t, k, 1 - side)
    assert state.conduct[t, k, 1 - side] == words.NOT_DUE
    assert not state.comply_terms[t, k, 1 - side].any()


def test_a_clause_that_lies_nearer_than_its_default_tempts_nobody_and_one_left_out_is_nobodys_duty() -> None:
    run, t, k, _ = weighing(1)
    run.state.default[t, 1, k] = 1.0
    comply(run.rules, run.draw, run.state, t, k, 1)
    assert run.state.comply_terms[t, k, 1, 2] == 0.0
    run.state.in_package[t, k] = 0
    comply(run.rules, run.draw, run.state, t, k, 1)
    assert run.state.conduct[t, k, 1] == words.NOT_DUE


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("table", ["intra_afghan", "pakistan_kabul"])
def test_without_anything_private_each_clause_and_side_has_luck_of_its_own(table: str, side: int) -> None:
    run, t, k = bound(table=table)
    rules, draw, state = run.rules, run.draw, run.state
    draw.private_on, state.delivers[t, k] = 0, 1
    comply(rules, draw, state, t, k, side)
    slot = words.COMPLY_SLOT + t * words.PLACE_STRIDE + k * words.CLAUSE_STRIDE + side
    assert state.comply_terms[t, k, side, 4] == luck(state, slot)
    assert state.comply_terms[t, k, side, 8] == 30
    draw.private_on, state.renewed_at[t, side] = 1, 22
    comply(rules, draw, state, t, k, side)
    assert state.comply_terms[t, k, side, 4] == state.sincerity[t, side]
    assert state.comply_terms[t, k, side, 8] == 22


@pytest.mark.parametrize("binding", [0, 1])
@pytest.mark.parametrize("owed", [0.25, 0.26])
def test_a_side_that_is_owed_more_than_a_quarter_withholds_unless_promises_bind(owed: float, binding: int) -> None:
    run, t, k = bound()
    state, run.draw.promises = run.state, words.BINDING if binding else 0
    state.arrears_share[t], state.sincerity[t] = (0.0, owed), 0.999999
    comply(run.rules, run.draw, state, t, k, 1)
    assert state.conduct[t, k, 1] == (words.KEPT if binding else words.WITHHELD if owed > 0.25 else words.BROKEN)
    assert (state.comply_terms[t, k, 1, 3] == words.CERTAIN) == bool(binding)
    state.arrears_share[t] = (0.9, 0.0)  # what the other is owed is no reason
    comply(run.rules, run.draw, state, t, k, 1)
    assert state.conduct[t, k, 1] == (words.KEPT if binding else words.BROKEN)


@pytest.mark.parametrize("running", [0, 1])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("left", [0.5, 0.6])
def test_an_exit_that_runs_is_kept_where_it_is_not_behind_whatever_is_owed(
    left: float, own: bool, running: int
) -> None:
    run, t, k = bound()
    rules, state = run.rules, run.state
    cell = rules.clause_cell[t, k]
    rules.presence_cell = cell if own else 0
    state.schedule_on, state.cell[cell], state.due[t, k] = running, 1.0 - left, 0.45
    state.arrears_share[t, 1], state.sincerity[t] = 0.9, 0.0
    comply(rules, run.draw, state, t, k, 1)
    behind = words.BROKEN if left == 0.6 else words.KEPT
    assert state.conduct[t, k, 1] == (behind if own and running else words.WITHHELD)


# --- what moves and what is seen


@pytest.mark.parametrize("flow", [STOCK, FLOW])
@pytest.mark.parametrize(
    ("conduct", "deliver", "delivered"),
    [
        ((words.NOT_DUE, words.KEPT), (0, 1), True),
        ((words.KEPT, words.BROKEN), (0, 1), False),
        ((words.BROKEN, words.KEPT), (0, 1), True),
        ((words.KEPT, words.WITHHELD), (1, 1), False),
        ((words.WITHHELD, words.KEPT), (1, 1), False),
        ((words.KEPT, words.KEPT), (1, 1), True),
    ],
)
def test_a_cell_moves_only_where_all_who_deliver_it_keep_their_part(
    conduct: Any, deliver: Any, delivered: bool, flow: int
) -> None:
    run, t, k = bound(flow)
    state, cell = run.state, run.rules.clause_cell[t, k]
    state.conduct[t, k], state.delivers[t, k], state.moved_by[cell] = conduct, deliver, 2
    settle_clause(run.rules, run.draw, state, t, k)
    assert state.cell[cell] == (0.4 if delivered else 0.0 if flow else 0.3)  # a flow without a deal is none
    assert state.moved_by[cell] == (words.NEVER if delivered else 2)
    assert state.tranches_due[t].tolist() == [n * (c != words.NOT_DUE) for n, c in zip(deliver, conduct, strict=True)]


@pytest.mark.parametrize(
    ("package", "due", "cell", "reached"),
    [
        (0.8, 0.4, 0.3, 0.4),
        (0.8, 0.4, 0.4, 0.4),
        (0.8, 0.4, 0.5, 0.5),
        (0.8, 0.4, 0.9, 0.9),
        (0.2, 0.5, 0.7, 0.5),
        (0.2, 0.5, 0.4, 0.4),
    ],
)
def test_delivery_never_moves_a_cell_away_from_what_was_agreed(
    package: float, due: float, cell: float, reached: float
) -> None:
    run, t, k = bound()
    state, place = run.state, run.rules.clause_cell[t, k]
    state.package[t, k], state.due[t, k], state.cell[place], state.moved_by[place] = package, due, cell, 2
    move_cell(run.rules, run.draw, state, t, k, True)
    assert state.cell[place] == reached
    assert state.moved_by[place] == (2 if reached == cell else words.NEVER)
    before = float(state.cell[place])
    move_cell(run.rules, run.draw, state, t, k, False)
    assert state.cell[place] == before  # a stock stays


@pytest.mark.parametrize("in_package", [0, 1])
@pytest.mark.parametrize("running", [0, 1])
def test_an_exit_that_runs_moves_its_cell_itself_and_the_tranche_is_only_seen(running: int, in_package: int) -> None:
    run, t, k = bound()
    rules, state = run.rules, run.state
    rules.presence_cell = cell = rules.clause_cell[t, k]
    state.presence, state.schedule_on, state.in_package[t, k], state.conduct[t, k] = (
        0.7,
        running,
        in_package,
        words.KEPT,
    )
    settle_clause(rules, run.draw, state, t, k)
    assert state.cell[cell] == (0.4 if in_package and not running else 0.3)
    assert state.tranches_kept[t].tolist() == [0, in_package]


@pytest.mark.parametrize("w", [words.NEVER, 0, 1])
@pytest.mark.parametrize("delivered", [False, True])
def test_fighters_let_home_strengthen_the_war_there_as_far_as_they_have_come(delivered: bool, w: int) -> None:
    run, t, k = bound()
    state, run.rules.clause_arms[t, k] = run.state, w
    state.control[...], state.conduct[t, k, 1] = (0.4, 0.6), words.KEPT if delivered else words.BROKEN
    settle_clause(run.rules, run.draw, state, t, k)
    wanted = [0.4, 0.6]
    if delivered and w >= 0:
        wanted[w] += wanted[w] * (1 - wanted[w]) * 0.1
    np.testing.assert_allclose(state.control, wanted)


@pytest.mark.parametrize(
    ("flow", "conduct", "cell", "package", "share"),
    [
        (STOCK, words.KEPT, 0.3, 0.8, 1 / 6),  # what is owed is as much as a tranche
        (STOCK, words.KEPT, 0.1, 0.8, 0.5),  # arrears made good
        (STOCK, words.KEPT, 0.39, 0.8, 1 / 6),  # others have moved it: it counts as a tranche
        (STOCK, words.KEPT, 1.0, 0.65, 1.0),  # never more than the whole
        (STOCK, words.BROKEN, 0.1, 0.8, 1 / 6),
        (STOCK, words.KEPT, 0.1, 0.2, 1 / 6),  # what was so from the first
        (FLOW, words.KEPT, 0.1, 0.8, 1 / 6),
    ],
)
def test_a_tranche_is_evidence_of_its_share_and_of_the_arrears_that_it_makes_good(
    flow: int, conduct: int, cell: float, package: float, share: float
) -> None:
    run, t, k = bound(flow)
    rules, state = run.rules, run.state
    i, j = rules.party[t]
    state.cell[rules.clause_cell[t, k]], state.package[t, k], state.conduct[t, k, 1] = cell, package, conduct
    if package == 0.65:
        state.due[t, k] = 0.5
    settle_clause(rules, run.draw, state, t, k)
    worth = 0.75 * run.draw.weight[t, 0, k] * share
    assert state.gained[i, j] + state.lost[i, j] == pytest.approx(worth)
    assert (state.gained[i, j] > 0.0) == (conduct == words.KEPT)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("conduct", "counts"),
    [(words.NOT_DUE, (0, 0, 0)), (words.WITHHELD, (1, 0, 0)), (words.KEPT, (1, 1, 0)), (words.BROKEN, (1, 0, 1))],
)
def test_the_other_side_and_who_is_in_the_room_see_what_is_kept_and_broken(
    conduct: int, counts: tuple[int, int, int], side: int
) -> None:
    run, t, k = bound()
    rules, draw, state = run.rules, run.draw, run.state
    deliverer, other = rules.party[t, side], rules.party[t, 1 - side]
    rules.seats[t], rules.seat_members[t, :3], state.attending[t, :5] = 3, (1, 2, 1), (1, 1, 0, 1, 1)
    rules.seat_member[t, :3, :2] = [[6, 0], [1, 10], [7, 0]]
    rules.learning_pair[[6, 1, 10, 7], deliverer] = np.arange(4)
    draw.observer_weight[t, :, k] = 0.0
    draw.observer_weight[t, [6, 10], k], state.trust[[1, 7], other] = (0.5, 0.25), (0.9, 0.3)
    state.conduct[t, k] = words.NOT_DUE
    state.conduct[t, k, side] = conduct
    observe(rules, draw, state, t, k, side, 0.5)
    found = [state[name][t, side] for name in ("tranches_due", "tranches_kept", "tranches_broken")]
    assert tuple(found) == counts
    assert not state.tranches_due[t, 1 - side]
    weights = np.zeros(rules.players)
    weights[[other, 10, 1]] = draw.weight[t, 1 - side, k] * np.array([1.0, 0.0, 0.8])
    weights[10] = 0.25
    for kept, name in ((words.KEPT, "gained"), (words.BROKEN, "lost")):
        wanted = 0.75 * 0.5 * weights * (conduct == kept)
        np.testing.assert_allclose(state[name][:, deliverer], wanted, err_msg=name)
        assert state[name].sum() == pytest.approx(wanted.sum())


def test_who_has_no_stake_sees_nothing_where_looking_on_is_switched_off() -> None:
    run, t, k = bound()
    rules, draw, state = run.rules, run.draw, run.state
    rules.seats[t], rules.seat_members[t, 0], rules.seat_member[t, 0, 0], state.attending[t, 2] = 1, 1, 1, 1
    draw.observer_weight[t, :, k], draw.onlookers_on, state.trust[...] = 0.0, 0, 0.9
    state.conduct[t, k, 1] = words.BROKEN
    observe(rules, draw, state, t, k, 1, 0.5)
    assert np.flatnonzero(state.lost.sum(axis=1)).tolist() == [rules.party[t, 0]]


@pytest.mark.parametrize("conduct", [words.KEPT, words.BROKEN])
def test_one_observer_counts_a_delivery_for_or_a_breach_against_the_deliverer(conduct: int) -> None:
    run, t, k = bound()
    see(run.rules, run.draw, run.state, t, k, 1, 3, 0.5, 0.25, conduct)
    counted, other = (run.state.gained, run.state.lost) if conduct == words.KEPT else (run.state.lost, run.state.gained)
    assert (counted[1, 3], counted.sum(), other.sum()) == pytest.approx((0.75 * 0.125, 0.75 * 0.125, 0.0))


# --- what is owed


@pytest.mark.parametrize("side", [0, 1])
def test_a_side_is_owed_what_lies_between_the_due_and_the_cell_on_the_way_to_the_package(side: int) -> None:
    run, t, _ = bound()
    rules, draw, state = run.rules, run.draw, run.state
    state.in_package[t, :4], state.delivers[t, :4] = 1, 0
    state.delivers[t, :4, 1 - side] = 1
    state.baseline[t, :4], state.package[t, :4] = (0.2, 0.9, 0.2, 0.9), (0.8, 0.1, 0.8, 0.1)
    state.due[t, :4] = (0.6, 0.5, 0.4, 0.6)
    state.cell[rules.clause_cell[t, :4]] = (0.5, 0.7, 0.45, 0.3)  # behind, behind, and twice ahead
    state.conduct[t, :4, 1 - side] = words.BROKEN
    set_arrears(rules, draw, state, t)
    weight = draw.weight[t, side, :4]
    owed, due = weight[0] * 0.1 + weight[1] * 0.2, weight @ (0.4, 0.4, 0.2, 0.3)
    assert (state.arrears[t, side], state.arrears_share[t, side]) == pytest.approx((owed, owed / due))
    assert (state.arrears[t, 1 - side], state.arrears_share[t, 1 - side]) == (0.0, 0.0)
    state.in_package[t, 0] = 0
    set_arrears(rules, draw, state, t)
    due -= weight[0] * 0.4
    assert state.arrears_share[t, side] == pytest.approx(weight[1] * 0.2 / due)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("own", "other", "owed"),
    [(words.BROKEN, words.KEPT, False), (words.KEPT, words.BROKEN, True), (words.BROKEN, words.BROKEN, True)],
)
def test_of_what_both_deliver_only_one_who_has_not_kept_its_part_owes(
    own: int, other: int, owed: bool, side: int
) -> None:
    run, t, k = bound()
    state = run.state
    state.delivers[t, k], state.conduct[t, k, side], state.conduct[t, k, 1 - side] = 1, own, other
    set_arrears(run.rules, run.draw, state, t)
    assert state.arrears_share[t, side] == pytest.approx(0.5 if owed else 0.0)
    state.delivers[t, k, side] = 0  # where one delivers alone, what is missing is owed
    set_arrears(run.rules, run.draw, state, t)
    assert state.arrears_share[t, side] == pytest.approx(0.5)


def test_nothing_is_owed_where_nothing_is_due() -> None:
    run, t, k = bound()
    run.state.due[t, k], run.state.arrears_share[t] = 0.2, 0.7
    set_arrears(run.rules, run.draw, run.state, t)
    assert run.state.arrears_share[t].tolist() == [0.0, 0.0]


# --- the end


@pytest.mark.parametrize("worst", [0, 1])
@pytest.mark.parametrize(("share", "worth", "bad"), [(0.5, 0.1, 0), (0.51, 0.1, 1), (0.2, -0.1, 0), (0.2, 0.1, 0)])
def test_a_tranche_is_bad_where_more_than_half_is_owed_to_either_side(
    share: float, worth: float, bad: int, worst: int
) -> None:
    run, t, _ = bound()
    state = run.state
    state.arrears_share[t, worst], state.arrears_share[t, 1 - worst] = share, 0.1
    state.worth[t, worst], state.worth[t, 1 - worst] = worth, 0.2
    judge(run.rules, run.draw, state, t)
    assert state.bad_tranches[t] == bad
    state.bad_tranches[t] = 2
    judge(run.rules, run.draw, state, t)
    assert (state.status[t] == words.SUSPENDED) == bool(bad)
    assert state.bad_tranches[t] == 3 * bad


def test_flows_relapse_with_an_agreement_and_stocks_stay_and_what_was_left_out_is_not_touched() -> None:
    run, t, k = bound()
    rules, state = run.rules, run.state
    cells = rules.clause_cell[t, : k + 1]
    rules.clause_flow[t, : k + 1], state.in_package[t, : k + 1] = (1, 0, 1, 1), (1, 1, 0, 1)
    rules.clause_default[t, : k + 1], state.cell[cells] = words.BY_NONE, (0.5, 0.6, 0.7, 0.8)
    state.sessions[t], state.collapses[t], state.collapsed_week[t], state.arrears_share[t] = 9, 0, words.NEVER, 0.8
    collapse(rules, run.draw, state, t)
    assert state.cell[cells].tolist() == [0.0, 0.6, 0.7, 0.0]
    assert not state.in_package[t].any()
    assert (state.status[t], state.sessions[t], state.collapses[t], state.collapsed_week[t]) == (
        words.SUSPENDED,
        0,
        1,
        30,
    )
    assert state.arrears_share[t].tolist() == [0.0, 0.0]


def test_a_first_collapse_in_the_week_zero_is_remembered() -> None:
    run, t, _ = bound()
    run.state.collapsed_week[t] = 0
    collapse(run.rules, run.draw, run.state, t)
    assert run.state.collapsed_week[t] == 0
