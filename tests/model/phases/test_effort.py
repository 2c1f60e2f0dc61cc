"""How hard a mediator tries, by hand: its stake, what it repays, what is offered for it, and the cell that it is."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import Begun, begun

from sim.model import vocabulary as words
from sim.model.phases.effort import (
    agreed,
    begin_efforts,
    choose_effort,
    choose_efforts,
    feel,
    forget_kindness,
    make_effort,
    reciprocity,
    relation_weight,
    set_usual,
    stake,
    stakes_at_epoch,
    try_anew,
    turn,
    turn_efforts,
    usual_effort,
)

DECAY = 0.9


def pressing(mediator: str = "PAK", target: str = "TAL") -> tuple[Begun, int, int, int]:
    """A run, an effort, its mediator and its target: 0.2 as usual, without a reason to move but those of a test."""
    run = begun("2018-12")
    rules, draw, state, m, target_ = run.rules, run.draw, run.state, run.player(mediator), run.player(target)
    o = int(rules.effort_pair[m, target_])
    state.status[...], state.stake_start[...], state.kindness[...], state.granted[...] = words.CLOSED, 0.0, 0.0, 0
    state.effort_usual[...], state.effort[...], state.effort_until[...], state.week = 0.2, 0.123, 0, 8
    rules.effort_cell[...], rules.clause_effort[...], draw.has_reason[...], rules.askers[...] = -1, -1, 0, 0
    draw.effort_strength, draw.coercion_cost, draw.reciprocity, draw.loss_weight, draw.decay = 1.0, 0.0, 0.5, 2.0, DECAY
    state.leverage[m, target_], run.plan.events = 0.5, 0
    state.presence = 0.5
    return run, o, m, target_


# --- what is usual, and what is at stake


@pytest.mark.parametrize(("week", "wanted"), [(3, 0.9), (9, 0.9), (10, 0.2), (11, 0.2)])
def test_a_push_holds_until_its_week_and_then_the_usual_effort(week: int, wanted: float) -> None:
    run, o, m, _ = pressing()
    state = run.state
    state.effort_set[...], state.effort_until[...], state.week = 0.4, 99, week
    state.effort_set[m], state.effort_until[m], state.effort_usual[...], state.effort_usual[o] = 0.9, 10, 0.7, 0.2
    assert usual_effort(state, o, m) == wanted
    choose_effort(run.rules, run.draw, run.plan, state, o)
    assert state.effort[o] == wanted


GAINS = {"doha": (0.5, 0.8), "intra_afghan": (0.25, 0.4), "pakistan_kabul": (0.2, 0.6), "us_emirate": (0.1, 0.7)}
TABLE_WEIGHT = {"doha": 0.5, "intra_afghan": 0.25, "pakistan_kabul": 1.0, "us_emirate": 0.75}


def at_stake(run: Begun, m: int) -> None:
    """Four tables with a seat, each worth something as a middling deal and more as the whole deal."""
    rules, draw, state = run.rules, run.draw, run.state
    rules.seated[m], draw.observer_table_weight[:, m], draw.observer_weight[:, m] = 0, 0.9, 0.0
    for name, (middling, whole) in GAINS.items():
        t = run.table(name)
        cell = rules.clause_cell[t, 0]
        rules.seated[m, t], draw.observer_table_weight[t, m], draw.observer_weight[t, m, 0] = 1, TABLE_WEIGHT[name], 1.0
        state.position[m, cell], state.has_position[m, cell], state.default[t, :, 0] = 1.0, 1, 0.0
        state.midpoint[t, 0], state.package[t, 0] = middling, whole


@pytest.mark.parametrize("status", range(len(words.STATUS_NAMES)))
@pytest.mark.parametrize("name", GAINS)
@pytest.mark.parametrize("target", ["TAL", "KAB", "US", "PAK"])
def test_a_table_of_the_other_is_worth_a_middling_deal_or_the_one_in_force_or_nothing_if_closed(
    target: str, name: str, status: int
) -> None:
    run, _, m, _ = pressing("IRN")
    at_stake(run, m)
    rules, state, t = run.rules, run.state, run.table(name)
    state.status[t] = status
    sits = run.player(target) in rules.party[t].tolist()
    gained = GAINS[name][1] if status == words.IN_FORCE else 0.0 if status == words.CLOSED else GAINS[name][0]
    wanted = TABLE_WEIGHT[name] * gained if sits else 0.0
    assert stake(rules, run.draw, state, m, run.player(target)) == pytest.approx(wanted)
    rules.seated[m, t] = 0
    assert stake(rules, run.draw, state, m, run.player(target)) == 0.0


def test_stakes_add_up_over_the_others_tables_and_are_kept_of_the_epoch_for_who_has_a_reason() -> None:
    run, o, m, target = pressing("IRN")
    at_stake(run, m)
    rules, draw, state = run.rules, run.draw, run.state
    state.status[...], state.status[run.table("doha")] = words.OPEN, words.IN_FORCE
    wanted = 0.5 * 0.8 + 0.25 * 0.25 + 0.75 * 0.1
    assert stake(rules, draw, state, m, target) == pytest.approx(wanted)
    last = int(rules.mediated) - 1
    draw.has_reason[[o, last]], state.stake_start[...] = 1, -7.0
    assert rules.trusted[rules.mediated_pair[last]] == m
    stakes_at_epoch(rules, draw, state)
    assert state.stake_start[o] == pytest.approx(wanted)
    assert state.stake_start[last] == pytest.approx(1.0 * 0.2)  # of Pakistan's table with Kabul
    assert (state.stake_start[: rules.mediated] == -7.0).sum() == rules.mediated - 2


# --- what is repaid


@pytest.mark.parametrize("regime", [0, 1])
def test_who_was_kind_is_repaid_by_the_weight_of_the_table_that_one_shares_with_it_while_it_exists(regime: int) -> None:
    run, o, m, _ = pressing()
    rules, draw, state = run.rules, run.draw, run.state
    tables = [run.table(name) for name in ("us_pakistan", "pakistan_kabul", "pakistan_emirate")]
    rules.askers[o], rules.asker_table[o, :3], state.kindness[o, :3], state.regime = 3, tables, (0.1, 0.2, 0.5), regime
    draw.table_weight[tables] = (0.9, 0.5), (0.6, 0.8), (0.3, 0.7)  # it is the second at the first of these
    wanted = 0.5 * (0.5 * 0.1 + (0.6 * 0.2 if regime == 0 else 0.3 * 0.5))
    assert reciprocity(rules, draw, state, o, m) == pytest.approx(wanted)


def test_what_was_done_is_forgotten_by_four_weeks_at_a_time() -> None:
    run, o, _, _ = pressing()
    run.rules.askers[o], run.state.kindness[...] = 3, 1.0
    forget_kindness(run.rules, run.draw, run.state, o)
    assert run.state.kindness[o].tolist() == pytest.approx([DECAY**4] * 3 + [1.0] * (run.state.kindness.shape[1] - 3))
    assert run.state.kindness.sum() == pytest.approx(run.state.kindness.size - 3.0 * (1.0 - DECAY**4))


def test_an_act_is_remembered_by_every_mediator_whom_it_concerns_and_of_whom_the_actor_may_ask() -> None:
    run, o, m, _ = pressing()
    rules, draw, state, cell, us = run.rules, run.draw, run.state, run.cell("refugees"), run.player("US")
    last = int(rules.mediated) - 1
    assert rules.trusted[rules.mediated_pair[last]] == run.player("IRN")
    rules.askers[o], rules.asker[o, :3] = 3, (2, us, us)
    rules.askers[last], rules.asker[last, :2] = 2, (us, 2)
    iran = run.player("IRN")
    state.has_position[:, cell], state.position[m, cell], state.position[iran, cell] = 1, 1.0, 0.25
    draw.relative_salience[m, cell], draw.relative_salience[iran, cell] = 0.5, 0.8
    feel(rules, draw, state, us, cell, 0.25, 0.75)
    feel(rules, draw, state, us, cell, 0.5, 0.5)
    assert state.kindness[o, :3].tolist() == pytest.approx([0.0, 0.25, 0.25])
    assert state.kindness[last, :2].tolist() == pytest.approx([-2.0 * 0.8 * 0.5, 0.0])  # a loss weighs twice
    assert np.count_nonzero(state.kindness) == 3
    feel(rules, draw, state, us, cell, 0.75, 0.5)
    assert state.kindness[o, 1] == pytest.approx(0.25 - 2.0 * 0.125)
    state.has_position[:, cell], before = 0, state.kindness.copy()
    feel(rules, draw, state, us, cell, 0.0, 1.0)
    feel(rules, draw, state, run.player("QAT"), cell, 0.0, 1.0)
    np.testing.assert_array_equal(state.kindness, before)


# --- the choice


@pytest.mark.parametrize(("changed", "kind", "wanted"), [(0.1, 0.0, 0.25), (0.0, 0.2, 0.25), (0.2, -0.1, 0.275)])
def test_an_effort_follows_what_is_at_stake_as_far_as_it_moves_the_other_and_what_is_to_be_repaid(
    changed: float, kind: float, wanted: float
) -> None:
    run, o, _, _ = pressing()
    rules, draw, state, t = run.rules, run.draw, run.state, run.table("pakistan_kabul")
    rules.askers[o], rules.asker_table[o, 0], draw.table_weight[t], state.kindness[o, 0] = 1, t, (0.5, 0.9), kind
    state.stake_start[o] = -changed  # all is closed, so that nothing is at stake any more
    choose_effort(rules, draw, run.plan, state, o)
    assert state.effort[o] == pytest.approx(0.2)
    draw.has_reason[o] = 1
    choose_effort(rules, draw, run.plan, state, o)
    assert state.effort[o] == pytest.approx(wanted)
    assert np.count_nonzero(state.effort != 0.123) == 1


@pytest.mark.parametrize("presence", [0.0, 0.5, 1.0])
def test_how_many_forces_are_there_is_no_reason(presence: float) -> None:
    run, o, m, target = pressing("IRN")
    at_stake(run, m)
    rules, draw, state, t = run.rules, run.draw, run.state, run.table("pakistan_kabul")
    rules.askers[o], rules.asker_table[o, 0], draw.table_weight[t], state.kindness[o, 0] = 1, t, 0.5, 0.4
    state.presence, state.status[run.table("doha")] = presence, words.OPEN
    assert stake(rules, draw, state, m, target) == pytest.approx(0.25)
    assert reciprocity(rules, draw, state, o, m) == pytest.approx(0.1)
    for reason, wanted in ((0, 0.2), (1, 0.2 + 0.5 * 0.25 + 0.1)):
        draw.has_reason[o] = reason
        choose_effort(rules, draw, run.plan, state, o)
        assert state.effort[o] == pytest.approx(wanted)


def test_every_mediator_forgets_a_little_and_then_chooses() -> None:
    run, _, _, _ = pressing()
    rules, draw, state, t = run.rules, run.draw, run.state, run.table("pakistan_kabul")
    draw.has_reason[...], rules.askers[...], rules.asker_table[...], state.kindness[:, 0], draw.table_weight[t] = (
        1,
        1,
        t,
        0.4,
        0.5,
    )
    choose_efforts(rules, draw, run.plan, state)
    count = int(rules.mediated)
    np.testing.assert_allclose(state.effort[:count], 0.2 + 0.5 * 0.5 * 0.4 * DECAY**4)
    np.testing.assert_allclose(state.kindness[:count, 0], 0.4 * DECAY**4)


@pytest.mark.parametrize("mediator", ["US", "PAK", "IRN"])
def test_a_mediator_whose_effort_has_changed_acts_at_once_on_all_its_parties_and_no_other_does(mediator: str) -> None:
    run, _, _, _ = pressing()
    rules, state, m = run.rules, run.state, run.player(mediator)
    try_anew(rules, run.draw, run.plan, state, m)
    own = [rules.trusted[rules.mediated_pair[o]] == m for o in range(rules.mediated)]
    assert any(own)
    assert state.effort[: rules.mediated].tolist() == [0.2 if one else 0.123 for one in own]


# --- an effort that is a cell


@pytest.mark.parametrize("leaver", ["PAK", "TAL", "QAT"])
@pytest.mark.parametrize("regime", [0, 1])
def test_where_one_of_the_two_is_gone_nothing_is_tried_any_more(regime: int, leaver: str) -> None:
    run, o, _, _ = pressing()
    rules, state, cell = run.rules, run.state, run.cell("border")
    rules.leaves[...], rules.leaves[run.player(leaver)], state.regime = 0, 1, regime
    rules.effort_cell[o], state.cell[cell] = cell, 0.77
    make_effort(rules, state, o, 0.6)
    gone = regime == 1 and leaver != "QAT"
    assert (state.effort[o], state.cell[cell]) == ((0.123, 0.77) if gone else (0.6, 0.6))


@pytest.mark.parametrize("regime", [0, 1])
@pytest.mark.parametrize("cells", [(0, 5), (5, 0), (-1, 0), (0, -1)])
def test_the_cell_that_is_an_effort_under_the_regime_follows_it_where_no_agreement_covers_it(
    cells: tuple[int, int], regime: int
) -> None:
    run, o, _, _ = pressing()
    rules, state = run.rules, run.state
    assert rules.presence_cell == 0
    rules.leaves[...], rules.effort_cell[o], state.regime, state.cell[...], state.presence = (
        0,
        cells,
        regime,
        0.77,
        0.23,
    )
    make_effort(rules, state, o, 0.6)
    wanted = np.full(len(state.cell), 0.77)
    if cells[regime] >= 0:
        wanted[cells[regime]] = 0.6
    np.testing.assert_array_equal(state.cell, wanted)
    assert state.presence == pytest.approx(0.4 if cells[regime] == 0 else 0.23)
    t, k = run.table("us_emirate"), 3
    rules.clause_effort[t, k], state.status[t], state.in_package[t, k] = o, words.IN_FORCE, 1
    make_effort(rules, state, o, 0.9)
    np.testing.assert_array_equal(state.cell, wanted)
    assert state.effort[o] == 0.9


@pytest.mark.parametrize("week", [0, 8])
@pytest.mark.parametrize(("name", "k"), [("doha", 0), ("us_emirate", 3)])
def test_an_agreement_covers_an_effort_while_it_is_in_force_and_has_its_clause(name: str, k: int, week: int) -> None:
    run, o, _, _ = pressing()
    rules, state, t = run.rules, run.state, run.table(name)
    state.week = week
    assert k in (0, rules.clauses[t] - 1)
    state.status[...], state.in_package[...] = words.IN_FORCE, 1
    assert not agreed(rules, state, o)
    rules.clause_effort[t, k] = o
    for status in range(len(words.STATUS_NAMES)):
        for part in (0, 1):
            state.status[t], state.in_package[t, k] = status, part
            assert agreed(rules, state, o) == (status == words.IN_FORCE and part == 1)
    state.status[t], state.in_package[t, k] = words.IN_FORCE, 1
    assert not agreed(rules, state, o + 1)
    rules.clause_effort[3, 1] = o  # another clause of another table, as loose as it may be
    state.in_package[3, 1] = 0
    assert agreed(rules, state, o)


@pytest.mark.parametrize("regime", [0, 1])
def test_efforts_begin_as_their_cell_stands_else_as_facilitation(regime: int) -> None:
    run, o, _, _ = pressing()
    rules, state, last = run.rules, run.state, int(run.rules.mediated) - 1
    rules.effort_cell[o], rules.effort_cell[last], state.regime = (0, 5), (-1, 0), regime
    state.cell[[0, 5]] = 0.7, 0.9
    begin_efforts(rules, state)
    wanted = np.full(last + 1, words.FREE_EFFORT)
    wanted[o], wanted[last] = (0.7, 0.9)[regime], (0.5, 0.7)[regime]
    for name in ("effort", "effort_usual", "effort_start"):
        np.testing.assert_array_equal(state[name][: last + 1], wanted)


def test_where_the_regime_turns_only_an_effort_that_is_another_cell_than_before_begins_anew() -> None:
    run, o, _, _ = pressing()
    rules, state, last = run.rules, run.state, int(run.rules.mediated) - 1
    rules.effort_cell[0], rules.effort_cell[o], rules.effort_cell[last] = (5, 5), (5, -1), (-1, 0)
    state.effort_start[...], state.cell[[0, 5]], state.regime = 0.3, (0.7, 0.9), 1
    turn_efforts(rules, state)
    for name, before in (("effort", 0.123), ("effort_usual", 0.2), ("effort_start", 0.3)):
        wanted = np.full(last + 1, before)
        wanted[o], wanted[last] = words.FREE_EFFORT, 0.7
        np.testing.assert_array_equal(state[name][: last + 1], wanted)


@pytest.mark.parametrize("regime", [0, 1])
def test_an_act_that_moves_the_cell_of_an_effort_makes_it_the_usual_one(regime: int) -> None:
    run, o, _, _ = pressing()
    rules, state, last = run.rules, run.state, int(run.rules.mediated) - 1
    rules.effort_cell[o], rules.effort_cell[last], state.regime, state.cell[4:7] = (
        (5, 6),
        (5, 4),
        regime,
        (0.4, 0.5, 0.6),
    )
    set_usual(rules, state, 5)
    for name, before in (("effort", 0.123), ("effort_usual", 0.2)):
        wanted = np.full(last + 1, before)
        if regime == 0:
            wanted[o] = wanted[last] = 0.5
        np.testing.assert_array_equal(state[name][: last + 1], wanted)
    assert not np.isclose(state.effort_start, 0.5).all()


# --- what is offered for it


def offered(threat: int = 0, level: float = 0.5, mediator: str = "PAK") -> tuple[Begun, int, int, int]:
    """The second of two events asks for an effort: 0.25 is usual, and what is offered is worth 0.25 to the mediator."""
    run, o, m, target = pressing(mediator)
    plan, state, draw, cell, us = run.plan, run.state, run.draw, run.cell("security_assistance"), run.player("US")
    plan.events, plan.effect[:2], plan.target[:2], plan.about[:2] = 2, (words.SET_CELL, words.FOR_EFFORT), m, target
    plan.player[:2], plan.place_cell[:2], plan.level[:2], plan.conditional[:2] = us, cell, level, threat
    plan.value[:2], state.promised[...], state.effort_usual[o] = 0.5 - 0.25 * threat, 1, 0.25
    state.cell[cell] = 0.0 + 0.5 * threat
    state.has_position[m, cell], state.position[m, cell], state.trust[m, us] = 1, 1.0, 0.5
    draw.relative_salience[m, cell] = 1.0  # 1 tau |g|, or twice as much of a threat of half the size
    return run, o, m, cell


def test_what_another_asks_weighs_as_the_first_table_that_one_shares_with_it() -> None:
    run, o, m, _ = pressing()
    rules, draw = run.rules, run.draw
    tables = [run.table(name) for name in ("us_pakistan", "pakistan_kabul", "us_pakistan")]
    rules.askers[o], rules.asker[o, :3], rules.asker_table[o, :3] = 3, (4, 2, 2), (0, *tables[:2])
    rules.asker[o, 3] = 7
    draw.table_weight[tables[0]], draw.table_weight[tables[1]] = (0.3, 0.6), (0.7, 0.8)
    draw.table_weight[0] = 0.1, 0.2
    assert relation_weight(rules, draw, o, m, 2) == 0.6
    assert relation_weight(rules, draw, o, m, 7) == 1.0  # who asks nothing of it
    rules.asker_table[o, 1] = tables[1]
    assert relation_weight(rules, draw, o, m, 2) == 0.7


@pytest.mark.parametrize("threat", [0, 1])
@pytest.mark.parametrize(("level", "raised"), [(0.4, True), (0.5, True), (0.5 + 1e-6, False), (0.9, False)])
def test_an_effort_is_raised_to_what_is_asked_where_the_offer_is_worth_it(
    level: float, raised: bool, threat: int
) -> None:
    run, o, _, cell = offered(threat, level)
    plan, state = run.plan, run.state
    choose_effort(run.rules, run.draw, plan, state, o)
    assert state.effort[o] == (level if raised else 0.25)
    done = raised == (threat == 0)  # a promise is given for the effort, a threat is done for the want of it
    assert state.granted[:2].tolist() == [0, int(done)]
    assert state.cell[cell] == (plan.value[1] if done else 0.5 * threat)
    before = (float(state.effort[o]), float(state.cell[cell]))
    choose_effort(run.rules, run.draw, plan, state, o)  # as long as it lasts, nothing moves
    assert (state.effort[o], state.cell[cell], state.granted[1]) == (*before, int(done))


@pytest.mark.parametrize("factor", ["trust", "salience", "relation"])
def test_a_promise_is_worth_its_salience_the_relation_and_what_it_is_believed(factor: str) -> None:
    run, o, m, cell = offered(level=0.25 + 0.8 * 0.25)
    rules, draw, state, us = run.rules, run.draw, run.state, run.player("US")
    for less, raised in ((0.8 - 1e-6, False), (0.8 + 1e-6, True)):
        if factor == "trust":
            state.trust[m, us] = 0.5 * less
        elif factor == "salience":
            draw.relative_salience[m, cell] = less
        else:
            t = run.table("us_pakistan")
            rules.askers[o], rules.asker[o, 0], rules.asker_table[o, 0], draw.table_weight[t] = 1, us, t, (0.0, less)
        choose_effort(rules, draw, run.plan, state, o)
        assert (state.effort[o] > 0.3) == raised


@pytest.mark.parametrize("name", ["effect", "target", "about", "events"])
def test_only_an_offer_to_this_mediator_for_its_effort_on_this_party_moves_it(name: str) -> None:
    run, o, _, cell = offered()
    run.plan[name] = 1 if name == "events" else run.plan[name]
    if name != "events":
        run.plan[name][1] = words.OFFER if name == "effect" else run.player("QAT")
    choose_effort(run.rules, run.draw, run.plan, run.state, o)
    assert (run.state.effort[o], run.state.cell[cell], run.state.granted[1]) == (0.25, 0.0, 0)


@pytest.mark.parametrize("why", ["promised", "position", "gone"])
@pytest.mark.parametrize("granted", [0, 1])
def test_an_offer_that_does_not_stand_moves_nothing_and_what_was_given_for_it_is_taken_back(
    granted: int, why: str
) -> None:
    run, o, m, cell = offered()
    rules, state, us = run.rules, run.state, run.player("US")
    state.granted[1], state.withheld[1] = granted, 0.125
    if why == "promised":
        state.promised[1] = 0
    elif why == "position":
        state.has_position[m, cell] = 0
    else:
        rules.leaves[...], rules.leaves[us], state.regime = 0, 1, 1
    choose_effort(rules, run.draw, run.plan, state, o)
    assert (state.effort[o], state.granted[1]) == (0.25, 0)
    assert state.cell[cell] == (0.125 if granted else 0.0)


def test_what_is_given_is_worth_what_it_changes_to_what_would_be_without_it() -> None:
    run, o, m, cell = offered(level=0.4)
    state = run.state
    choose_effort(run.rules, run.draw, run.plan, state, o)
    assert (state.effort[o], state.cell[cell], state.withheld[1]) == (0.4, 0.5, 0.0)
    state.trust[m, run.player("US")] = 0.29  # 0.25 + 0.29 / 2 is no more than was asked
    choose_effort(run.rules, run.draw, run.plan, state, o)
    assert (state.effort[o], state.cell[cell]) == (0.25, 0.0)


@pytest.mark.parametrize("threat", [0, 1])
def test_a_promise_that_would_hurt_and_a_threat_that_would_help_are_worth_nothing(threat: int) -> None:
    run, o, m, cell = offered(threat)
    run.state.position[m, cell] = 0.0
    choose_effort(run.rules, run.draw, run.plan, run.state, o)
    assert run.state.effort[o] == 0.25


@pytest.mark.parametrize("threat", [0, 1])
@pytest.mark.parametrize(("usual", "there"), [(0.5 - 5e-10, True), (0.5 - 2e-9, False), (0.5, True), (0.75, True)])
def test_who_tries_as_hard_anyway_is_given_it_and_is_not_made_to_try_less(
    usual: float, there: bool, threat: int
) -> None:
    run, o, m, _ = offered(threat)
    run.state.effort_usual[o], run.state.trust[m] = usual, 0.0  # believed in nothing
    choose_effort(run.rules, run.draw, run.plan, run.state, o)
    assert run.state.effort[o] == usual
    assert run.state.granted[1] == int(there == (threat == 0))
    run.state.trust[m] = 1.0
    choose_effort(run.rules, run.draw, run.plan, run.state, o)
    assert run.state.effort[o] == max(usual, 0.5)


@pytest.mark.parametrize("levels", [(0.4, 0.5), (0.5, 0.4)])
def test_of_two_offers_that_are_worth_it_the_one_that_asks_for_more_decides(levels: tuple[float, float]) -> None:
    run, o, m, cell = offered()
    plan, state, other = run.plan, run.state, run.cell("border")
    plan.effect[0], plan.place_cell[0], plan.level[:2], plan.value[0] = words.FOR_EFFORT, other, levels, 0.75
    state.cell[other], state.has_position[m, other], state.position[m, other] = 0.25, 1, 1.0
    run.draw.relative_salience[m, other] = 1.0
    choose_effort(run.rules, run.draw, plan, state, o)
    assert state.effort[o] == 0.5
    assert state.granted[:2].tolist() == [1, 1]
    assert (state.cell[other], state.cell[cell]) == (0.75, 0.5)


@pytest.mark.parametrize(("value", "seen"), [(0.75, 0.25), (0.5, 0.0), (0.25, -0.25)])
@pytest.mark.parametrize("giver", ["US", "KAB", None])
def test_what_is_given_is_seen_as_kept_by_who_gives_it_where_it_is_a_gain(
    giver: str | None, value: float, seen: float
) -> None:
    run, _, m, cell = offered()
    rules, draw, plan, state = run.rules, run.draw, run.plan, run.state
    plan.player[1], plan.value[1] = words.NEVER if giver is None else run.player(giver), value
    state.cell[cell], rules.cell_nu[cell], draw.cell_weight[m, cell] = 0.5, 0.8, 0.5
    state.gained[...], state.lost[...], state.stirred[...] = 0.0, 0.0, 0
    rules.learning_pair[m, -1] = 0  # of the last of the players, who is not nobody
    turn(rules, draw, plan, state, 1)
    assert (state.granted[1], state.withheld[1], state.cell[cell]) == (1, 0.5, value)
    worth = 0.8 * 0.5 * max(seen, 0.0) if giver else 0.0
    assert state.gained.sum() == pytest.approx(worth)
    assert state.stirred.any() == (worth > 0.0)
    assert not state.lost.any()
    if giver:
        assert state.gained[m, run.player(giver)] == pytest.approx(worth)
    turn(rules, draw, plan, state, 1)
    assert (state.granted[1], state.cell[cell]) == (0, 0.5)
    assert state.gained.sum() == pytest.approx(worth)  # to take it back is no promise kept


def test_forces_that_are_given_for_an_effort_are_there() -> None:
    run, _, _, _ = offered()
    run.plan.place_cell[1], run.plan.value[1] = run.rules.presence_cell, 0.25
    turn(run.rules, run.draw, run.plan, run.state, 1)
    assert run.state.presence == 0.75
