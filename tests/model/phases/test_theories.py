"""The rules of theories by closed forms: what they sign, when who insists gives way, and when a moment is ripe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import BARE_SIZES, COMMON, MOST, OPPOSED, Begun, bare_table, begun, traced

from sim.model import variables
from sim.model import vocabulary as words
from sim.model.phases.defaults import cut_again, forecast_control, set_range
from sim.model.phases.frontier import trace_frontier
from sim.model.phases.luck import luck
from sim.model.phases.theories import (
    compromise,
    fights_on,
    gains,
    gives_way,
    hurt,
    insist,
    is_ripe,
    nash,
    offer_by_theory,
    readiness,
    shares_war,
)
from sim.model.variables import records
from sim.numerics.arithmetic import logistic

SIDES = pytest.mark.parametrize("side", [0, 1])


def linear(table: str = "pakistan_kabul") -> tuple[Begun, int]:
    """Both want the first clause of a table; what one gains by the second the other loses. Nobody else has a say."""
    run = begun("2018-12")
    rules, draw, state, t = run.rules, run.draw, run.state, run.table(table)
    (first, second), cells = rules.party[t], rules.clause_cell[t, :2]
    rules.clauses[t], rules.ending_clause[t], rules.table_hurdle[t] = 2, words.NEVER, 0.0
    for name in ("stake", "exit_worth", "end_worth", "pressure", "clause_pieces"):
        state[name][t] = 0
    state.red_line[...], state.leverage[...], state.guaranteed_trust[t] = np.nan, 0.0, 1.0
    state.position[first, cells], state.position[second, cells] = 1.0, (1.0, 0.0)
    state.default[t, :, :2], draw.weight[t, :, :2] = (0.0, 0.5), tuple(zip(COMMON, OPPOSED, strict=True))
    state.slope[t, :, :, :2] = draw.weight[t, :, None, :2]
    cut_again(rules, state, t)
    for k in range(2):
        set_range(rules, state, t, k, True)
    trace_frontier(rules, state, t, True)
    np.testing.assert_allclose(state.best[t], MOST, atol=1e-12)
    state.sessions[t], draw.deadline, state.offer[t], state.offer_terms[t] = 4, 10.0, 0.0, 9.0
    return run, t


def worth(common: float, point: float) -> tuple[float, float]:
    """What a package of both clauses gives both."""
    return COMMON[0] * common + OPPOSED[0] * (point - 0.5), COMMON[1] * common - OPPOSED[1] * (point - 0.5)


# --- what a session comes to


@SIDES
@pytest.mark.parametrize(("sessions", "left"), [(4, words.REFUSED), (9, words.REFUSED), (10, words.OUT_OF_TIME)])
def test_a_deal_is_signed_where_both_gain_by_it_and_its_terms_are_noted(sessions: int, left: int, side: int) -> None:
    run, t = linear()
    rules, draw, state = run.rules, run.draw, run.state
    draw.accepting, state.sessions[t] = words.BY_NASH, sessions
    offer_by_theory(rules, draw, state, t, side)
    own, other = (MOST[side] / 2.0, MOST[1 - side] / 2.0)  # the middle of a straight line
    assert state.session[t] == words.SIGNED
    noted = (sessions, 0.5, own, other, 0.0, 1.0, MOST[side], MOST[1 - side])
    np.testing.assert_allclose(state.offer_terms[t, :8], noted)
    draw.accepting, state.leverage[rules.party[t, 0], rules.party[t, 1]], draw.salience[...] = words.BY_COMPROMISE, 1, 1
    offer_by_theory(rules, draw, state, t, side)
    one = worth(1.0, 1.0)  # by whom alone can move the other
    assert state.session[t] == left
    noted = (sessions, one[side] / MOST[side], one[side], one[1 - side], 0.0, 0.0, MOST[side], MOST[1 - side])
    np.testing.assert_allclose(state.offer_terms[t, :8], noted, atol=1e-12)


@SIDES
def test_gains_are_told_of_the_side_first(side: int) -> None:
    run, t = linear()
    run.state.offer[t, :2] = 0.5, 0.75
    wanted = worth(0.5, 0.75)
    assert gains(run.rules, run.state, t, side) == pytest.approx((wanted[side], wanted[1 - side]))


@pytest.mark.parametrize("gain", [5e-10, 2e-9])
@SIDES
def test_a_gain_that_is_the_dust_of_rounding_is_none(side: int, gain: float) -> None:
    run, t = linear()
    rules, draw, state = run.rules, run.draw, run.state
    draw.accepting, draw.salience[...] = words.BY_COMPROMISE, 1.0
    way = (COMMON[1] - gain) / OPPOSED[1] if side else (gain - COMMON[0]) / OPPOSED[0]
    state.leverage[rules.party[t, 0], rules.party[t, 1]] = 0.5 + way
    state.leverage[rules.party[t, 1], rules.party[t, 0]] = 0.5 - way
    for turn in (0, 1):
        offer_by_theory(rules, draw, state, t, turn)
        assert state.session[t] == (words.SIGNED if gain > 1e-9 else words.REFUSED)


# --- the product of gains


@pytest.mark.parametrize("own", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("other", [0.1, 0.5, 0.8])
def test_at_the_top_of_the_product_each_has_what_it_alone_cares_for_and_they_share_the_rest(
    own: float, other: float
) -> None:
    """Gains are a z + (1 - a) / 2 and (1 - b) / 2 - b z: their product is largest at (1/b - 1/a) / 4."""
    weight = ((own, 0.0, 1.0 - own), (other, 1.0 - other, 0.0))
    rules, draw, state = traced(bare_table(((1.0, 1.0, 1.0), (0.0, 0.0, 0.0)), (0.5, 0.5, 0.5), weight))
    nash(state, 0, state.offer[0])
    point = 0.5 + min(max((1.0 / other - 1.0 / own) / 4.0, -0.5), 0.5)
    np.testing.assert_allclose(state.offer[0, :3], (point, 0.0, 1.0), atol=1e-12)
    draw.accepting = words.BY_NASH
    offer_by_theory(rules, draw, state, 0, 1)
    assert state.session[0] == words.SIGNED


@pytest.mark.parametrize("seed", range(10))
def test_no_package_has_a_greater_product_of_gains_than_the_one_of_nash(seed: int) -> None:
    """Gains are concave, so that what no small step betters nothing betters; large steps are tried as well."""
    rng = np.random.default_rng(seed)
    position = np.array([rng.uniform(0.6, 1.0, 4), rng.uniform(0.0, 0.4, 4)])
    position[:, 0] = 0.8
    table = bare_table(
        position, rng.uniform(0.3, 0.7, 4), rng.uniform(0.1, 1.0, (2, 4)), tuple(rng.uniform(0.6, 1.0, 2)), 0.3
    )
    _, _, state = traced(table)
    nash(state, 0, state.offer[0])
    found = state.offer[0].copy()
    steps = rng.normal(size=(2000, 6)) * 10.0 ** rng.uniform(-4.0, 0.0, (2000, 1))
    others = table.package_values(np.clip(found + steps, 0.0, 1.0))
    gained = table.package_values(found[None])[0]
    assert gained.min() > 0.0
    assert (np.where(others.min(axis=1) > 0.0, others.prod(axis=1), 0.0) <= gained.prod() + 1e-12).all()


def test_where_one_can_give_nothing_that_the_other_wants_nobody_gives_anything() -> None:
    position, weight = ((1.0, 1.0), (1.0, 0.0)), ((0.5, 0.5), (1.0, 0.0))
    _, _, state = traced(bare_table(position, (0.25, 0.5), weight))
    nash(state, 0, state.offer[0])
    np.testing.assert_allclose(state.offer[0, :2], (1.0, 1.0))


# --- the mean of positions


def weighed() -> tuple[Begun, int, Any]:
    """The last clause of a table, on which the parties and two others, the last of all among them, have a position."""
    run, t = linear("us_emirate")
    rules, draw, state = run.rules, run.draw, run.state
    cells, (first, second) = rules.clause_cell[t, :2], rules.party[t]
    state.has_position[:, cells], draw.salience[...] = 0, 0.0
    for i, position, salience in ((first, 0.9, 0.8), (second, 0.1, 0.4), (1, 0.6, 0.5), (14, 0.3, 0.25)):
        state.has_position[i, cells[1]], state.position[i, cells[1]], draw.salience[i, cells[1]] = 1, position, salience
    state.leverage[first, second], state.leverage[second, first] = 0.5, 0.25
    state.leverage[first, first] = state.leverage[second, second] = 0.9  # over itself nobody has a vote
    state.leverage[1, [first, second]], state.leverage[14, [first, second]] = (0.2, 0.6), (0.8, 0.0)
    state.position[5, cells[1]], draw.salience[5], state.leverage[5] = 1.0, 1.0, 1.0  # who holds no position
    return run, t, cells[1]


def test_a_compromise_weighs_each_position_by_salience_and_by_whom_its_holder_can_move() -> None:
    run, t, _ = weighed()
    weights = np.array((0.5 * 0.8, 0.25 * 0.4, 0.4 * 0.5, 0.4 * 0.25))
    mean = (weights * (0.9, 0.1, 0.6, 0.3)).sum() / weights.sum()
    run.state.default[t, :, 0] = 0.2, 0.6
    compromise(run.rules, run.draw, run.state, t, run.state.trial)
    np.testing.assert_allclose(run.state.trial[:2], (0.4, mean))  # on the first clause nobody has a position


@pytest.mark.parametrize(
    ("low", "high", "wanted"), [(0.7, 1.0, 0.7), (0.0, 0.3, 0.3), (0.1, 0.9, 0.5), (0.0, 0.0, 0.0)]
)
def test_a_compromise_stays_within_red_lines(low: float, high: float, wanted: float) -> None:
    run, t, cell = weighed()
    rules, state = run.rules, run.state
    state.has_position[[1, 14], cell], run.draw.salience[:, cell], state.leverage[...] = 0, 0.5, 0.5
    state.range_low[t, 1], state.range_high[t, 1] = low, high
    compromise(rules, run.draw, state, t, state.trial)
    assert state.trial[1] == pytest.approx(wanted)


# --- who insists


def drawn(state: Any, slot: int, number: float) -> None:
    """Let this be the number of a slot in this week."""
    luck(state, slot)
    state.luck[(slot >> 2) & 3, slot & 3] = number


def insisting(demand: float, minds: tuple[float, float]) -> tuple[Begun, int]:
    """A session of two who insist on a share of their best; who has a mind of 0 gives way where it can at all."""
    run, t = linear()
    draw, state = run.draw, run.state
    draw.accepting, draw.demand, draw.noise, draw.hurdle, state.mind[t] = words.BY_ATTRITION, demand, 0.1, 0.05, minds
    state.week = 3
    for side in (0, 1):
        drawn(state, words.ROUND_SLOT + t * words.PLACE_STRIDE + words.YIELD_PLACE + side, 0.0)
    return run, t


@SIDES
@pytest.mark.parametrize("minds", [(1e-9, 1e-9), (1e-9, 1.0 - 1e-9), (1.0 - 1e-9, 1e-9), (1.0 - 1e-9, 1.0 - 1e-9)])
def test_the_one_not_in_turn_gives_way_first_and_what_is_on_the_table_is_the_demand_it_gave_way_to(
    minds: tuple[float, float], side: int
) -> None:
    run, t = insisting(0.75, minds)
    rules, draw, state = run.rules, run.draw, run.state
    can = [one < 0.5 for one in minds]
    demands = [0.75 * most for most in MOST]
    winner = side if can[1 - side] else 1 - side if can[side] else side  # where none gives way, its own is on the table
    loser = 1 - winner
    offer_by_theory(rules, draw, state, t, side)
    assert state.session[t] == (words.SIGNED if any(can) else words.REFUSED)
    left = {winner: demands[winner], loser: 0.25 * MOST[loser]}
    point = 0.5 + (demands[0] - COMMON[0]) / OPPOSED[0] if winner == 0 else 0.5 - (demands[1] - COMMON[1]) / OPPOSED[1]
    np.testing.assert_allclose(state.offer[t, :2], (1.0, point), atol=1e-12)
    floor = demands[loser]
    noted = (4, left[side] / MOST[side], left[side], left[1 - side], floor, float(any(can)), MOST[side], MOST[1 - side])
    np.testing.assert_allclose(state.offer_terms[t, :8], noted, atol=1e-12)


@SIDES
@pytest.mark.parametrize(("demand", "gives"), [(0.3, True), (0.5 - 1e-9, True), (0.5 + 1e-9, False), (1.0, False)])
def test_who_is_left_all_that_it_would_ask_for_gives_way_whatever_its_home(
    demand: float, gives: bool, side: int
) -> None:
    run, t = insisting(demand, (1.0 - 1e-9, 1.0 - 1e-9))
    taken, floor = insist(run.rules, run.draw, run.state, t, side)
    assert taken == gives
    assert floor == pytest.approx(demand * MOST[1 - side])


def hazard_by_hand(doubts: tuple[float, float], rates: tuple[float, float], session: int) -> float:
    """What the first of two adds to its chance of having given way, of the chance that it can and has not."""
    end = min(-np.log(doubts[0]) / rates[0], -np.log(doubts[1]) / rates[1])

    def over(time: float) -> float:
        return 1.0 - doubts[0] * np.exp(rates[0] * (end - min(time, end))) if time >= 0.0 else 0.0

    before, now = over(session - 2.0), over(session - 1.0)
    return (now - before) / (1.0 - doubts[0] - before)


@SIDES
@pytest.mark.parametrize("session", [1, 2, 5])
@pytest.mark.parametrize("table", ["doha", "pakistan_kabul"])
@pytest.mark.parametrize("demands", [(0.5, 0.2, 0.6, 0.15), (0.6, 0.15, 0.5, 0.2)])
def test_who_can_gives_way_at_the_rate_that_makes_its_opponent_as_well_off_waiting(
    demands: tuple[float, float, float, float], table: str, session: int, side: int
) -> None:
    run, t = linear(table)
    rules, draw, state = run.rules, run.draw, run.state
    own, conceded, other, other_conceded = demands
    draw.noise, draw.hurdle, rules.table_hurdle[t], draw.deadline = 0.1, 0.15, 0.07, 20.0
    state.pressure[t], state.mind[t], state.sessions[t], state.week = (0.03, 0.08), 1e-9, session, 6
    pressure = state.pressure[t, [side, 1 - side]]
    chances = 1.0 / (1.0 + np.exp((np.array((conceded, other_conceded)) + pressure - 0.22) / 0.1))
    rates = (other_conceded / (other - other_conceded) / 20.0, conceded / (own - conceded) / 20.0)
    hazard = hazard_by_hand((chances[0], chances[1]), rates, session)
    assert hazard < 0.999
    slot = words.ROUND_SLOT + t * words.PLACE_STRIDE + words.YIELD_PLACE + side
    for more, gives in ((-1e-6, True), (1e-6, False)):
        drawn(state, slot, hazard + more)
        assert gives_way(rules, draw, state, t, side, *demands) == gives


@SIDES
def test_who_cannot_bear_what_is_demanded_never_gives_way(side: int) -> None:
    """It can bear what is left to it where its home asks for no more, given its mind and the pressure on it."""
    run, t = linear()
    rules, draw, state = run.rules, run.draw, run.state
    draw.noise, draw.hurdle, rules.table_hurdle[t], state.pressure[t] = 0.1, 0.06, 0.04, (0.02, 0.03)
    state.mind[t], state.sessions[t], state.week = 1.0 - 1e-9, 1, 6
    drawn(state, words.ROUND_SLOT + t * words.PLACE_STRIDE + words.YIELD_PLACE + side, -1.0)
    for more, gives in ((-1e-6, True), (1e-6, False)):
        state.mind[t, side] = logistic((0.2 - 0.1 + 0.02 + 0.01 * side + more) / 0.1)
        assert gives_way(rules, draw, state, t, side, 0.5, 0.2, 0.6, 0.15) == gives
    draw.hurdle, rules.table_hurdle[t], state.pressure[t], state.mind[t, side] = 0.2, 0.0, 0.0, 0.5
    assert gives_way(rules, draw, state, t, side, 0.5, 0.2, 0.6, 0.15)  # to the last of it


@pytest.mark.parametrize(
    ("demands", "gives"),
    [
        ((0.5, 0.5, 0.6, 0.15), True),
        ((0.5, 0.6, 0.6, 0.15), True),
        ((0.5, 0.5, 0.6, 0.6), True),
        ((0.5, 0.2, 0.6, 0.6), False),
        ((0.5, 0.2, 0.6, 0.7), False),
        ((0.5, 5e-10, 0.6, 0.15), False),
        ((0.5, 0.2, 0.6, 5e-10), False),
        ((0.5, 0.2, 0.6, 1e-8), True),
        ((0.5, 0.2, 0.6, 0.15), True),
    ],
)
def test_nobody_waits_for_what_it_has_or_gives_way_to_one_who_does_or_for_nothing(
    demands: tuple[float, float, float, float], gives: bool
) -> None:
    run, t = linear()
    run.state.mind[t], run.state.sessions[t], run.draw.hurdle, run.draw.noise = 1e-9, 1, 0.05, 0.1
    drawn(run.state, words.ROUND_SLOT + t * words.PLACE_STRIDE + words.YIELD_PLACE, -1.0)
    assert gives_way(run.rules, run.draw, run.state, t, 0, *demands) == gives


# --- who comes


def warring(first: int = 0, second: int = 1, w: int = 1) -> tuple[Begun, int]:
    """Parties of a table that stand on these sides of a war, which hurts them by 0.8, and of no other."""
    run = begun("2018-12")
    rules, draw, state, t = run.rules, run.draw, run.state, run.table("pakistan_kabul")
    rules.war_side[...], rules.patron[...] = words.NEVER, words.NEVER
    rules.war_side[w, rules.party[t]] = first, second
    state.war_open[...], state.intensity[...], state.zone[t], state.week = 1, 0.8, 1, 5
    draw.hurting, draw.stalemate, state.presence = 0.5, 1.0, 0.5
    return run, t


@pytest.mark.parametrize("w", [0, 1])
@pytest.mark.parametrize(("first", "second"), [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)])
def test_parties_fight_each_other_where_they_stand_on_different_sides(first: int, second: int, w: int) -> None:
    run, t = warring(first, second, w)
    fight = {first, second} == {0, 1}
    assert shares_war(run.rules, t, w) == fight
    assert not shares_war(run.rules, t, 1 - w)
    assert fights_on(run.rules, run.state, t) == fight
    run.draw.hurting = 0.9
    assert is_ripe(run.rules, run.draw, run.state, t) == (not fight)
    run.state.pressure[t], run.state.guaranteed_trust[t], run.state.rounds[t] = 0.0, 1.0, 1
    ready = readiness(run.rules, run.draw, run.state, t, 0)
    assert ready == pytest.approx(0.8 if fight else 0.0)
    run.state.war_open[w] = 0
    assert not fights_on(run.rules, run.state, t)
    assert is_ripe(run.rules, run.draw, run.state, t)
    assert readiness(run.rules, run.draw, run.state, t, 0) == 0.0


@SIDES
def test_a_war_hurts_a_patron_as_far_as_its_forces_are_there(side: int) -> None:
    run, t = warring()
    rules, state = run.rules, run.state
    state.presence, state.intensity[...], rules.patron[1] = 0.5, (0.3, 0.9), rules.party[t, side]
    assert hurt(rules, state, t, 1, side) == 0.45
    assert hurt(rules, state, t, 1, 1 - side) == 0.9
    assert hurt(rules, state, t, 0, side) == 0.3
    state.war_open[1] = 0
    assert [hurt(rules, state, t, 1, one) for one in (0, 1)] == [0.0, 0.0]


@SIDES
def test_both_have_to_hurt_for_a_moment_to_be_ripe(side: int) -> None:
    run, t = warring()
    rules, state = run.rules, run.state
    rules.patron[1] = rules.party[t, side]
    for presence, intensity, ripe in ((1.0, 0.5, True), (1.0, 0.49, False), (0.625, 0.8, True), (0.62, 0.8, False)):
        state.presence, state.intensity[1] = presence, intensity
        assert is_ripe(rules, run.draw, state, t) == ripe


@pytest.mark.parametrize("more", [-0.1, 0.1])
def test_a_moment_is_ripe_where_neither_is_seen_to_win(more: float) -> None:
    run, t = warring()
    rules, draw, state = run.rules, run.draw, run.state
    state.intensity[1], state.control[1], state.strength[1], draw.combat_pace = 2.0, 0.5, 1.0 + 5.0 * more, 0.1
    away = abs(forecast_control(rules, draw, state, 1) - 0.5)
    assert away > 0.05
    for limit, ripe in ((away, True), (away + 1e-6, True), (away - 1e-6, False)):
        draw.stalemate = limit
        assert is_ripe(rules, draw, state, t) == ripe


@pytest.mark.parametrize("zone", [0, 1])
@pytest.mark.parametrize("open_", [(a, b) for a in (0, 1) for b in (0, 1)])
@pytest.mark.parametrize("intensity", [(0.8, 0.8), (0.8, 0.1), (0.1, 0.8), (0.1, 0.1)])
def test_of_several_wars_between_two_all_that_go_on_have_to_be_ripe(
    intensity: tuple[float, float], open_: tuple[int, int], zone: int
) -> None:
    run, t = warring(w=0)
    rules, state = run.rules, run.state
    rules.war_side[1, rules.party[t]] = 1, 0
    state.intensity[...], state.war_open[...], state.zone[t] = intensity, open_, zone
    ripe = [(zone == 1 and one >= 0.5) or not goes for one, goes in zip(intensity, open_, strict=True)]
    assert is_ripe(rules, run.draw, state, t) == all(ripe)
    assert fights_on(rules, state, t) == any(open_)


@SIDES
@pytest.mark.parametrize("presence", [0.0, 0.5])
@pytest.mark.parametrize("intensity", [(0.3, 0.7), (0.7, 0.3), (0.2, 1.5), (0.0, 0.0)])
def test_readiness_is_the_worst_pain_or_pressure_times_what_the_talks_let_one_hope(
    intensity: tuple[float, float], presence: float, side: int
) -> None:
    """Of seven rounds before this one four brought an offer that was no impasse."""
    run, t = warring(w=0)
    rules, draw, state = run.rules, run.draw, run.state
    rules.war_side[1, rules.party[t]] = 1, 0
    state.intensity[...], state.pressure[t], state.guaranteed_trust[t] = intensity, (0.25, 0.5), (0.8, 0.4)
    state.rounds[t], state.sessions_held[t], state.impasses[t], state.presence = 8, 6, 2, presence
    pain = min(max(intensity), 1.0)
    wanted = (1.0 - (1.0 - pain) * (0.75, 0.5)[side]) * (0.8, 0.4)[side] * 5.0 / 8.0
    assert readiness(rules, draw, state, t, side) == pytest.approx(wanted)


@pytest.mark.parametrize("week", [0, 1])
def test_without_a_war_there_is_no_moment_to_wait_for_from_the_first_week_on(week: int) -> None:
    kinds = (variables.RULES, variables.DRAW, variables.STATE)
    rules, draw, state = (records(kind, BARE_SIZES, 1)[0] for kind in kinds)
    state.week = week
    assert is_ripe(rules, draw, state, 0)
    assert not fights_on(rules, state, 0)
