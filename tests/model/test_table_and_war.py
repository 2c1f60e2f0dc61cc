"""Who comes to a table and why, red lines under pressure, and the terms of a week of war: on a run at an epoch."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import Begun, begun

from sim.model import vocabulary as words
from sim.model.equations.attendance import ATTEND
from sim.model.phases.attend import attend, collect_offer, offer_weight, recognition_cost, set_pressure
from sim.model.phases.begin import begin
from sim.model.phases.defaults import default_path, forecast_control, success_at
from sim.model.phases.effort import choose_efforts, relation_weight
from sim.model.phases.fight import fight, flee, sanctuary_reach, settled, target_cohesion
from sim.model.phases.leverage import tool_available
from sim.model.phases.week import attend_table


def doha() -> tuple[Begun, int, int]:
    """A round at the US-Taliban table, which the first side looks at with numbers that all differ."""
    run = begun("2018-12")
    t, side = run.table("doha"), 0
    state = run.state
    state.meeting[t], state.zone[t], state.best[t] = 1, 1, (0.4, 0.9)
    state.pressure[t], state.arrears[...] = (0.07, 0.5), 0.0
    run.draw.table_weight[t], run.draw.attendance_cost, run.draw.noise = (0.8, 0.3), 0.03, 0.1
    run.rules.opens_cell[t] = -1
    return run, t, side


def terms(run: Begun, t: int, side: int) -> dict[str, float]:
    """What is noted of a party's decision, by name."""
    attend(run.rules, run.draw, run.state, t, side)
    return dict(zip(ATTEND.noted, run.state.attend_terms[t, side].tolist(), strict=False))


def test_a_party_adds_up_half_its_best_the_pressure_and_its_cost_by_the_tables_weight() -> None:
    run, t, side = doha()
    wanted = {"surplus": 0.8 * 0.2, "offer": 0.0, "arrears": 0.0, "pressure": 0.07, "cost": -0.03, "recognition": 0.0}
    found = terms(run, t, side)
    assert {name: found[name] for name in wanted} == pytest.approx(wanted)
    assert found["log_odds"] == pytest.approx(sum(found[term.name] for term in ATTEND.terms) / 0.1)
    run.state.zone[t] = 0
    assert terms(run, t, side)["surplus"] == 0.0


def test_what_is_owed_counts_against_a_debtor_at_the_table_and_less_against_one_elsewhere() -> None:
    run, t, side = doha()
    rules, state, i = run.rules, run.state, run.rules.party[t, side]
    state.arrears[t, side] = 0.2
    assert terms(run, t, side)["arrears"] == pytest.approx(-0.8 * 0.2)
    state.arrears[t, side], elsewhere = 0.0, run.table("us_pakistan")
    its_side = int(rules.party[elsewhere, 1] == i)
    debtor = rules.party[elsewhere, 1 - its_side]
    state.arrears[elsewhere, its_side], state.attending[t, 2:] = 0.2, 0
    run.draw.observer_table_weight[t, debtor] = 0.25
    assert terms(run, t, side)["arrears"] == pytest.approx(-0.8 * 0.25 * 0.2)
    state.arrears[elsewhere, its_side], state.arrears[elsewhere, 1 - its_side] = 0.0, 0.2
    assert terms(run, t, side)["arrears"] == 0.0  # what it owes itself is no reason to stay away


def test_what_is_offered_for_coming_counts_by_what_it_would_change_and_is_given_once() -> None:
    run, t, side = doha()
    rules, state, draw = run.rules, run.state, run.draw
    k = list(run.found.case.tables["doha"].clauses).index("prisoners")
    cell, i, giver = rules.clause_cell[t, k], rules.party[t, side], rules.party[t, 1 - side]
    state.position[i, cell], state.has_position[i, cell], state.cell[cell] = 0.75, 1, 0.25
    state.conditional_offer[t, side, cell], state.offered_by[t, side, cell], state.offers[t, side] = 0.625, giver, 1
    state.stance[t, side] = 0.999999999
    assert terms(run, t, side)["offer"] == pytest.approx(0.8 * draw.weight[t, side, k] * (0.5 - 0.125))
    assert (state.attending[t, side], state.cell[cell], state.offers[t, side]) == (0, 0.25, 1)
    state.stance[t, side], rules.cell_nu[cell] = 0.0, 0.5
    terms(run, t, side)
    assert (state.attending[t, side], state.cell[cell], state.offers[t, side]) == (1, 0.625, 0)
    assert state.gained[i, giver] == pytest.approx(0.5 * draw.weight[t, side, k] * 0.375)
    assert terms(run, t, side)["offer"] == 0.0


@pytest.mark.parametrize("position", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("point", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_an_offer_nearer_to_its_position_never_lowers_the_chance_and_one_further_off_does(
    position: float, at: float, point: float
) -> None:
    """Not every offer makes coming likelier: whoever comes is given it, and what it would lose by it counts."""
    run, t, side = doha()
    state, cell, i = run.state, run.cell("prisoners"), run.rules.party[0, 0]
    assert run.rules.party[t, side] == i
    state.position[i, cell], state.has_position[i, cell], state.cell[cell] = position, 1, at
    state.stance[t, side] = 0.999999999
    without = terms(run, t, side)
    state.conditional_offer[t, side, cell], state.offers[t, side] = point, 1
    found, nearer = terms(run, t, side), abs(at - position) - abs(point - position)
    assert state.attending[t, side] == 0
    assert np.sign(found["offer"]) == np.sign(nearer)
    assert np.sign(found["log_odds"] - without["log_odds"]) == np.sign(nearer)


def test_coming_concedes_what_the_cell_that_opens_the_table_still_lacks() -> None:
    run = begun("2018-12")
    rules, t = run.rules, run.table("intra_afghan")
    cell, i = rules.opens_cell[t], rules.opens_by[t]
    side = int(rules.party[t, 1] == i)
    run.draw.cell_weight[i, cell] = 0.5
    for position, at, loss in ((0.25, 0.5, 0.5), (0.25, 0.0, 0.5), (1.0, 0.25, 0.0), (0.0, 1.0, 0.0)):
        run.state.position[i, cell], run.state.cell[cell] = position, at
        assert recognition_cost(rules, run.draw, run.state, t, side) == pytest.approx(0.5 * loss)
        assert recognition_cost(rules, run.draw, run.state, t, 1 - side) == 0.0


def test_who_comes_is_counted_and_who_stays_away_is_timed() -> None:
    run, t, side = doha()
    state, run.draw.round_weeks = run.state, 3.0
    for week, stance in ((1, 0.0), (4, 0.999999999), (7, 0.999999999), (10, 0.0), (13, 0.999999999)):
        state.week, state.stance[t, side] = week, stance
        attend(run.rules, run.draw, state, t, side)
    assert (state.asked[t, side], state.attended[t, side], state.refusal[t, side]) == (5, 2, 6)


# --- red lines under pressure


@pytest.mark.parametrize("rounds", [12, 13, 25, 26])
@pytest.mark.parametrize("round_weeks", [1, 4])
def test_a_quarter_of_strong_pressure_lifts_the_first_line_that_is_left(rounds: int, round_weeks: int) -> None:
    run, t, side = doha()
    rules, state = run.rules, run.state
    cells, i = rules.clause_cell[t, :4], rules.party[t, side]
    state.red_line[i] = np.nan
    state.red_line[i, cells[1:4]] = 0.5
    run.draw.round_weeks = float(round_weeks)
    state.seat_reach[t], state.seat_effort[t] = 0.0, 0.0
    state.seat_reach[t, 0, side], state.seat_effort[t, 0, side] = 0.75, 0.7  # 0.525 of the most
    for _ in range(rounds):
        set_pressure(rules, run.draw, state, t, side)
    assert state.pressure[t, side] == pytest.approx(0.525 * run.draw.pressure_weight)
    lifted = rounds // int(np.ceil(13 / round_weeks))
    assert np.isnan(state.red_line[i, cells[1:4]]).tolist() == [lifted > 0, lifted > 1, lifted > 2]


@pytest.mark.parametrize("tried", [0.0, 2.0 / 3.0, 0.6])
def test_pressure_of_no_more_than_half_lifts_no_line_and_ends_the_count(tried: float) -> None:
    run, t, side = doha()
    rules, state, run.draw.round_weeks = run.rules, run.state, 1.0
    i, cell = rules.party[t, side], rules.clause_cell[t, 1]
    state.red_line[i, cell], state.pressure_weeks[t, side] = 0.5, 12
    state.seat_reach[t], state.seat_effort[t] = 0.0, 0.0
    state.seat_reach[t, 0, side], state.seat_effort[t, 0, side] = 0.75, tried
    set_pressure(rules, run.draw, state, t, side)
    assert state.pressure_weeks[t, side] == 0
    assert state.red_line[i, cell] == 0.5


def test_mediators_leave_with_the_round_and_guarantors_stay_with_an_agreement() -> None:
    run, t, _ = doha()
    state = run.state
    for status, stays in ((words.CLOSED, 0), (words.SUSPENDED, 0), (words.IN_FORCE, 1)):
        state.status[t], state.attending[t], state.invited[t] = status, 1, 1
        attend_table(run.rules, run.draw, state, t)
        seats = run.rules.seats[t]
        assert state.attending[t, 2 : 2 + seats].tolist() == [stays] * seats
        assert state.attending[t, :2].tolist() == [0, 0]


# --- the war


@pytest.mark.parametrize("status", [words.OPEN, words.IN_FORCE])
@pytest.mark.parametrize("ceasefire", [0.4, 0.5, 0.9])
@pytest.mark.parametrize("table", ["intra_afghan", "doha"])
def test_a_settlement_with_the_incumbent_and_its_ceasefire_ends_the_hazard(
    table: str, ceasefire: float, status: int
) -> None:
    run = begun("2021-04")
    rules, state, draw = run.rules, run.state, run.draw
    state.status[[run.table("intra_afghan"), run.table("doha")]] = words.OPEN
    state.status[run.table(table)], state.presence, state.week = status, 0.25, 1
    state.cell[rules.ceasefire_cell[0]], draw.takeover_rate = ceasefire, 0.01
    ends = table == "intra_afghan" and status == words.IN_FORCE and ceasefire >= 0.5
    assert bool(settled(rules, state, 0)) == ends
    fight(rules, draw, state, 0)
    hazard = 0.01 * 0.75 * (1.0 - state.cohesion[0]) * state.control[0] ** 2
    assert state.hazard[0] == pytest.approx(0.0 if ends else hazard)
    assert hazard > 0.0


def test_with_all_troops_there_the_incumbent_cannot_collapse() -> None:
    run = begun("2021-04")
    run.state.presence, run.state.cohesion[0] = 1.0, 0.3
    fight(run.rules, run.draw, run.state, 0)
    assert run.state.hazard[0] == 0.0


@pytest.mark.parametrize("intensity", [0.5, 1.0])
@pytest.mark.parametrize("lost", [0.0, 0.1, -0.1])
def test_people_flee_with_the_fighting_and_with_what_is_lost(intensity: float, lost: float) -> None:
    run = begun("2021-04")
    rules, state, draw = run.rules, run.state, run.draw
    draw.flight_base, draw.flight_shift = 0.01, 0.2
    state.intensity[0], state.control_change[0], state.cell[rules.flight_cell[0]] = intensity, lost, 0.5
    flee(rules, draw, state, 0, True)
    fled = 0.01 * intensity + 0.2 * max(lost, 0.0)
    assert state.flight == pytest.approx(fled)
    assert state.cell[rules.flight_cell[0]] == pytest.approx(0.5 - fled)
    flee(rules, draw, state, 0, True)
    assert state.flight == pytest.approx(2 * fled)  # of two wars


def test_an_offensive_raises_the_fighting_until_its_last_week() -> None:
    run = begun("2021-04")
    state, cell = run.state, run.rules.ceasefire_cell[0]
    state.offensive[0], state.offensive_until[0], state.cell[cell] = 0.8, 3, 0.25
    intensity = float(state.intensity[0])
    for week in (1, 2, 3, 4):
        state.week = week
        fight(run.rules, run.draw, state, 0)
        intensity += 0.25 * (0.75 * (1.8 if week < 3 else 1.0) - intensity)
        assert state.intensity[0] == pytest.approx(intensity)


def test_an_incumbent_without_a_patron_stands_by_itself() -> None:
    run = begun("2022-08")
    rules, state = run.rules, run.state
    (war,) = (w for w in range(rules.wars) if rules.patron[w] < 0)
    state.trust[...] = 0.25
    assert target_cohesion(rules, run.draw, state, war) == 1.0
    run.draw.foresight_on, state.presence = 0, 0.5
    wanted = 1.0 - run.draw.patron_share * (1.0 - 0.25 * 0.5)
    assert target_cohesion(rules, run.draw, state, 0) == pytest.approx(wanted)


@pytest.mark.parametrize("bandwagon", [0.0, 0.1])
@pytest.mark.parametrize("control", [0.3, 0.6])
def test_control_moves_by_combat_and_by_those_who_join_whom_they_expect_to_win(
    control: float, bandwagon: float
) -> None:
    run = begun("2021-04")
    rules, draw, state = run.rules, run.draw, run.state
    state.control[0], draw.bandwagon, draw.combat_noise, state.week = control, bandwagon, 0.0, 1
    state.sanctuary[0] = sanctuary_reach(rules, draw, state, 0)
    expected = forecast_control(rules, draw, state, 0)
    growth = draw.combat_pace * state.intensity[0] * (2.0 * success_at(rules, draw, state, 0, state.presence) - 1.0)
    fight(rules, draw, state, 0)
    wanted = control + control * (1.0 - control) * growth + bandwagon * (expected - control)
    assert state.control[0] == pytest.approx(wanted)
    assert state.control_change[0] == pytest.approx(wanted - control)
    assert expected != control


# An exit that runs, one that is tied to a settlement and waits, and forces of which nothing is announced.
EXITS = {"leaves": (1, words.NEVER), "waits": (1, "intra_afghan"), "stays": (0, words.NEVER)}


def even_war(exit_: str) -> Begun:
    """The Afghan war with forces that hold it even: nothing moves it but who is expected to win."""
    run = begun("2019-07")
    rules, draw, state = run.rules, run.draw, run.state
    draw.bandwagon, draw.combat_noise, draw.presence_effect, draw.forecast_horizon = 0.2, 0.0, 1.0, 26.0
    draw.setback_effect, draw.patron_share, draw.combat_pace = 0.0, 0.0, 0.12
    state.week, state.control[0], state.presence, state.cohesion[0], state.intensity[0] = 1, 0.4, 1.0, 1.0, 1.0
    state.sanctuary[0] = sanctuary_reach(rules, draw, state, 0)
    draw.sanctuary_effect, state.strength[0] = 0.0, 2.0  # as strong as the incumbent with all forces there
    runs_, table = EXITS[exit_]
    state.schedule_on, state.schedule_conditional = runs_, 0
    state.schedule_table = run.table(table) if isinstance(table, str) else table
    state.schedule_start, state.schedule_end, state.schedule_from = 1, 26, 1.0
    state.status[run.table("intra_afghan")] = words.OPEN
    return run


@pytest.mark.parametrize("exit_", EXITS)
def test_forces_that_stay_stop_the_changing_of_sides_and_an_announced_exit_begins_it(exit_: str) -> None:
    run = even_war(exit_)
    before = float(run.state.control[0])
    fight(run.rules, run.draw, run.state, 0)
    assert run.state.presence == 1.0  # nobody has left
    assert run.state.success[0] == pytest.approx(0.5)
    if exit_ == "leaves":
        assert run.state.control[0] > before + 0.02
    else:
        assert run.state.control[0] == pytest.approx(before, abs=1e-12)


def test_a_ceasefire_in_force_stops_a_front_that_breaks() -> None:
    moved = {}
    for ceasefire in (0.0, 1.0):
        run = even_war("leaves")
        rules, draw, state = run.rules, run.draw, run.state
        state.cell[rules.ceasefire_cell[0]] = ceasefire
        moved[ceasefire] = []
        for week in range(1, 41):
            state.week = week
            fight(rules, draw, state, 0)
            moved[ceasefire].append(float(state.control_change[0]))
    assert sum(moved[0.0]) > 0.5  # the front breaks
    assert max(moved[1.0][-10:]) < 0.001  # as the fighting dies down, so does the changing of sides
    assert sum(moved[1.0]) < 0.5 * sum(moved[0.0])


def test_where_nobody_fights_nobody_changes_sides_whatever_is_announced() -> None:
    run = even_war("leaves")
    run.state.intensity[0] = 0.0
    fight(run.rules, run.draw, run.state, 0)
    assert run.state.control_change[0] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("presence", [0.0, 0.4, 1.0])
def test_a_run_begins_with_the_cell_of_the_presence_as_the_presence_is(presence: float) -> None:
    run = begun("2018-12")
    run.draw.start_presence, state = presence, run.found.states(1)[0]
    run.draw.start_cell[run.rules.presence_cell] = 0.77
    begin(run.rules, run.draw, run.plan, state, 1, 0)
    assert (state.presence, state.cell[run.rules.presence_cell]) == (presence, 1.0 - presence)


# --- what is given and seen


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("by", ["other", "itself", "nobody"])
def test_what_is_given_for_coming_is_seen_to_be_given_by_the_one_who_offered_it(by: str, side: int) -> None:
    run, t, _ = doha()
    rules, state, cell = run.rules, run.state, run.cell("prisoners")
    i, other = (int(rules.party[t, place]) for place in (side, 1 - side))
    assert 0 in (i, other)  # the first of the players is one like the others
    state.cell[cell], rules.cell_nu[cell] = 0.25, 0.5
    state.conditional_offer[t, side, cell], state.offers[t, side] = 0.75, 1
    state.offered_by[t, side, cell] = {"other": other, "itself": i, "nobody": words.NEVER}[by]
    state.gained[...] = 0.0
    collect_offer(rules, run.draw, state, t, side)
    weight = offer_weight(rules, run.draw, t, side, cell)
    assert state.gained[i, other] == pytest.approx(0.25 * weight if by == "other" else 0.0)
    assert state.gained.sum() == state.gained[i, other]
    assert (state.cell[cell], state.offers[t, side]) == (0.75, 0)


@pytest.mark.parametrize("promised", [0, 1])
@pytest.mark.parametrize("threat", [0, 1])
def test_nothing_is_given_or_done_for_an_effort_before_it_is_said(threat: int, promised: int) -> None:
    run = begun("2019-07")
    rules, plan, state, cell = run.rules, run.plan, run.state, run.cell("security_assistance")
    pair = rules.mediated_pair[0]
    plan.events, plan.effect[0], plan.player[0], plan.place_cell[0] = 1, words.FOR_EFFORT, run.player("US"), cell
    plan.target[0], plan.about[0] = rules.trusted[pair], rules.truster[pair]
    plan.conditional[0], plan.level[0], plan.value[0] = threat, 1.0 if threat else 0.0, 0.875
    state.promised[0], state.has_position[rules.trusted[pair], cell] = promised, 1
    state.position[rules.trusted[pair], cell], before = 0.5, float(state.cell[cell])
    choose_efforts(rules, run.draw, plan, state)
    assert state.granted[0] == promised
    assert state.cell[cell] == (0.875 if promised else before)


def test_what_another_asks_weighs_as_the_table_that_one_shares_with_it() -> None:
    run = begun("2019-07")
    rules, draw = run.rules, run.draw
    draw.table_weight[...] = np.linspace(0.1, 0.9, draw.table_weight.size).reshape(draw.table_weight.shape)
    met = 0
    for o in range(rules.mediated):
        m = int(rules.trusted[rules.mediated_pair[o]])
        shared = {}
        for place in range(rules.askers[o]):
            t = int(rules.asker_table[o, place])
            side = rules.party[t].tolist().index(m)
            shared.setdefault(int(rules.asker[o, place]), draw.table_weight[t, side])  # of several the first
            assert rules.party[t, 1 - side] == rules.asker[o, place]
        met += len(shared)
        for other in range(rules.players):
            assert relation_weight(rules, draw, o, m, other) == shared.get(other, 1.0)
    assert met > 0


@pytest.mark.parametrize("is_open", [0, 1])
@pytest.mark.parametrize("forecast_on", [0, 1])
def test_what_a_war_is_expected_to_bring_is_the_default_while_it_is_open(is_open: int, forecast_on: int) -> None:
    run = begun("2021-04")
    rules, draw, state = run.rules, run.draw, run.state
    places = np.argwhere(rules.clause_default == words.BY_FORECAST)
    t, k = next((t, k) for t, k in places if k < rules.clauses[t] and rules.ended_war[t] >= 0)
    w, now = rules.ended_war[t], state.cell[rules.clause_cell[t, k]]
    draw.forecast_on, state.war_open[w] = forecast_on, is_open
    expected = forecast_control(rules, draw, state, w)
    assert expected != now
    assert default_path(rules, draw, state, t, k) == (expected if is_open and forecast_on else now)


@pytest.mark.parametrize("epoch", ["2018-12", "2022-08"])
def test_an_instrument_is_there_as_far_as_what_it_follows(epoch: str) -> None:
    run = begun(epoch)
    rules, draw, state = run.rules, run.draw, run.state
    state.presence, state.cell[...], state.control[...] = 0.3, 0.6, 0.8
    followed = set()
    for tool in range(len(rules.tool_cell)):
        what = 0.6 if rules.tool_cell[tool] >= 0 else 0.8 if rules.tool_war[tool] >= 0 else 0.3
        draw.tool_base[tool], draw.tool_slope[tool] = 0.1, 0.5
        assert tool_available(rules, draw, state, tool) == pytest.approx(0.1 + 0.5 * what)
        followed.add(what)
    assert followed == {0.3, 0.6, 0.8}
