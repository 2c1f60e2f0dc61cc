"""One week of a war in closed form, for each war, and what a takeover changes in the same week."""

from __future__ import annotations

from math import exp, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from worlds import Begun, begun, same_bits

from sim.model import vocabulary as words
from sim.model.phases.defaults import forecast_control, strength_of_challenger, success_at
from sim.model.phases.fight import fall, fight, flee, lose_heart, sanctuary_reach, settled, target_cohesion, turn_regime
from sim.model.phases.luck import luck


def two_wars(regime: int = 0) -> Begun:
    """Two wars all of whose numbers differ; the second is lost or won without consequence for the regime."""
    run = begun("2021-04")
    draw, state = run.draw, run.state
    state.week, state.regime, state.presence = 3, regime, 0.4
    state.control[...], state.intensity[...], state.cohesion[...] = (0.45, 0.2), (0.81, 0.49), (0.6, 0.7)
    state.strength[...], state.offensive[...], state.offensive_until[...] = (0.8, 1.3), (0.5, 0.25), (4, 3)
    state.cell[run.rules.ceasefire_cell[:2]], state.flight = (0.2, 0.1), 0.0
    draw.combat_pace, draw.combat_noise, draw.bandwagon, draw.attack_rate = 0.1, 0.15, 0.06, 9.0
    draw.setback_effect, draw.takeover_rate, draw.flight_base, draw.flight_shift = 1.5, 0.03, 0.004, 0.2
    return run


def moves(rules: Any, draw: Any, state: Any, w: int) -> dict[str, float]:
    """What a week of a war should bring, from the state before it."""
    before = state.copy()
    before.sanctuary[w] = sanctuary_reach(rules, draw, before, w)
    place = words.WAR_SLOT + w * words.PLACE_STRIDE
    combat, attack, takeover = (luck(before, place + n) for n in range(3))
    v, c = before.intensity[w], before.control[w]
    p = success_at(rules, draw, before, w, before.presence)
    z = NormalDist().inv_cdf(combat)
    won = c * (1 - c) * (draw.combat_pace * v * (2 * p - 1) + draw.combat_noise * sqrt(v) * z)
    joined = draw.bandwagon * (forecast_control(rules, draw, before, w) - c)
    target = target_cohesion(rules, draw, before, w)
    h = before.cohesion[w] + (target - before.cohesion[w]) / 26 - draw.setback_effect * max(won, 0.0)
    ceasefire = before.cell[rules.ceasefire_cell[w]]
    offensive = before.offensive[w] if before.week < before.offensive_until[w] else 0.0
    hazard = draw.takeover_rate * (1 - before.presence) * (1 - h) * (c + won + joined) ** 2
    return {
        "combat_luck": combat,
        "takeover_luck": takeover,
        "success": p,
        "sanctuary": before.sanctuary[w],
        "control": c + won + joined,
        "control_change": won + joined,
        "cohesion": h,
        "hazard": hazard if rules.turns_regime[w] == 1 else 0.0,
        "intensity": v + ((1 - ceasefire) * (1 + offensive) - v) / 4,
        "attack_luck": attack,
        "attack_rate": draw.attack_rate * strength_of_challenger(rules, draw, before, w) * v,
        "fled": draw.flight_base * v + draw.flight_shift * max(won + joined, 0.0),
    }


@pytest.mark.parametrize("run_number", range(4))
@pytest.mark.parametrize("w", [0, 1])
def test_a_week_of_a_war_follows_from_the_week_before_and_its_luck(w: int, run_number: int) -> None:
    run = two_wars()
    rules, draw, state = run.rules, run.draw, run.state
    state.run, draw.takeover_rate = run_number, 1e-6
    wanted, before = moves(rules, draw, state, w), state.copy()
    fight(rules, draw, state, w)
    attack_luck, rate, fled = (wanted.pop(name) for name in ("attack_luck", "attack_rate", "fled"))
    for name, value in wanted.items():
        assert state[name][w] == pytest.approx(value, abs=1e-9), name
        assert state[name][1 - w] == before[name][1 - w], name
    chances = np.cumsum([exp(-rate) * rate**n / np.prod(np.arange(1.0, n + 1)) for n in range(60)])
    assert state.attacks[w] == (chances < attack_luck).sum()
    cell = rules.flight_cell[w]
    assert state.flight == pytest.approx(fled if cell >= 0 else 0.0)
    wanted_cells = before.cell.copy()
    wanted_cells[rules.flight_cell[0]] -= state.flight
    np.testing.assert_allclose(state.cell, wanted_cells)


def test_no_two_decisions_of_a_week_of_war_have_the_same_luck() -> None:
    run = two_wars()
    for w in range(2):
        fight(run.rules, run.draw, run.state, w)
    numbers = [*run.state.combat_luck.tolist(), *run.state.takeover_luck.tolist()]
    assert len(set(numbers)) == 4


@pytest.mark.parametrize("w", [0, 1])
def test_a_war_that_is_over_is_at_rest(w: int) -> None:
    run = two_wars()
    state = run.state
    state.war_open[w], state.control_change[...], state.attacks[...], state.hazard[...] = 0, 0.3, 7, 0.2
    before = state.copy()
    fight(run.rules, run.draw, state, w)
    for name, rest in (("control_change", 0.3), ("attacks", 7), ("hazard", 0.2)):
        assert (state[name][w], state[name][1 - w]) == (0, rest)
    assert set(same_bits(before, state)) == {"control_change", "attacks", "hazard"}


@pytest.mark.parametrize(("control", "expected", "reached"), [(0.9, "all", 0.99), (0.1, "nothing", 0.01)])
def test_however_many_change_sides_a_remainder_is_left(control: float, expected: str, reached: float) -> None:
    run = two_wars()
    rules, draw, state = run.rules, run.draw, run.state
    state.control[0], draw.combat_noise, draw.bandwagon, draw.forecast_horizon = control, 0.0, 3.0, 200.0
    state.strength[0] = 50.0 if expected == "all" else 0.001
    fight(rules, draw, state, 0)
    assert state.control[0] == reached
    assert state.control_change[0] == pytest.approx(reached - control)


def test_only_what_is_lost_in_combat_demoralises() -> None:
    hearts = []
    for bandwagon in (0.0, 0.3):
        run = two_wars()
        run.state.strength[0], run.draw.bandwagon = 3.0, bandwagon
        fight(run.rules, run.draw, run.state, 0)
        hearts.append((float(run.state.cohesion[0]), float(run.state.control[0])))
    assert hearts[0][0] == hearts[1][0]
    assert hearts[0][1] < hearts[1][1]


# --- what a week of war rests on


@pytest.mark.parametrize("regime", [0, 1])
@pytest.mark.parametrize("only_under", [words.NEVER, 0, 1])
@pytest.mark.parametrize("way", ["none", "cell", "tool", "host alone"])
def test_a_sanctuary_reaches_as_far_as_its_cell_leaves_it_open_or_its_host_can_move_the_challenger(
    way: str, only_under: int, regime: int
) -> None:
    run = two_wars(regime)
    rules, draw, state, w = run.rules, run.draw, run.state, 1
    host, challenger = run.player("TAL"), rules.challenger[w]
    rules.sanctuary_host[w] = words.NEVER if way == "none" else host
    rules.sanctuary_cell[w] = 14 if way == "cell" else words.NEVER
    rules.sanctuary_tool[w] = 5 if way == "tool" else words.NEVER
    rules.sanctuary_regime[w], state.cell[14], draw.autonomy = only_under, 0.3, 0.25
    draw.coded_leverage[host, challenger], draw.tool_share[5] = 0.6, 0.5
    reach = {"cell": 0.7, "tool": 0.6 * 0.5 * 0.75 * 0.9}.get(way, 0.0)
    exists = only_under in (words.NEVER, regime)
    assert sanctuary_reach(rules, draw, state, w) == pytest.approx(reach if exists else 0.0)


def test_cell_and_instrument_of_any_number_may_be_a_sanctuary() -> None:
    run = two_wars()
    rules, draw, state = run.rules, run.draw, run.state
    rules.sanctuary_host[0], rules.sanctuary_cell[0], rules.sanctuary_regime[0] = 0, 0, words.NEVER
    state.cell[0] = 0.3
    assert sanctuary_reach(rules, draw, state, 0) == 0.7
    rules.sanctuary_cell[0], rules.sanctuary_tool[0], draw.autonomy = words.NEVER, 0, 0.0
    draw.coded_leverage[0, rules.challenger[0]], draw.tool_share[0], state.control[0] = 0.5, 0.5, 0.0
    assert sanctuary_reach(rules, draw, state, 0) == 0.25


@pytest.mark.parametrize(("foresight", "presence"), [(0, 0.8), (1, 0.4)])
def test_who_looks_ahead_holds_together_by_the_presence_that_is_announced(foresight: int, presence: float) -> None:
    run = begun("2018-12")
    rules, draw, state = run.rules, run.draw, run.state
    draw.foresight_on, draw.forecast_horizon, draw.patron_share, state.presence = foresight, 10.0, 0.6, 0.8
    state.schedule_on, state.schedule_start, state.schedule_end, state.schedule_from = 1, 0, 20, 0.8
    state.schedule_table, state.trust[...] = words.NEVER, 0.1
    state.trust[rules.incumbent[0], rules.patron[0]] = 0.5
    assert target_cohesion(rules, draw, state, 0) == pytest.approx(0.4 + 0.6 * 0.5 * presence)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(("incumbent", "war", "ends"), [("IND", 1, True), ("IND", 0, False), ("US", 1, False)])
def test_any_table_can_settle_a_war_with_its_incumbent_on_either_side(
    incumbent: str, war: int, ends: bool, side: int
) -> None:
    run = two_wars()
    rules, state, t = run.rules, run.state, run.table("us_emirate")
    rules.ended_war[...] = words.NEVER
    rules.incumbent[1], rules.ended_war[t], rules.party[t, side] = run.player(incumbent), war, run.player("IND")
    rules.party[t, 1 - side] = run.player("CHN")
    state.status[...] = words.OPEN
    state.cell[rules.ceasefire_cell[:2]] = (0.0, 0.5)
    assert not settled(rules, state, 1)
    state.status[t] = words.IN_FORCE
    assert bool(settled(rules, state, 1)) == ends
    state.cell[rules.ceasefire_cell[:2]] = (1.0, 0.49)
    assert not settled(rules, state, 1)


@pytest.mark.parametrize("turns", [0, 1])
@pytest.mark.parametrize("fought", [False, True])
def test_hearts_are_lost_and_regimes_in_danger_only_where_it_is_fought(fought: bool, turns: int) -> None:
    run = two_wars()
    rules, draw, state = run.rules, run.draw, run.state
    rules.turns_regime[0], state.hazard[0] = turns, 0.77
    target = target_cohesion(rules, draw, state, 0)
    lose_heart(rules, draw, state, 0, 0.02, fought)
    h = 0.6 + (target - 0.6) / 26 - 1.5 * 0.02 if fought else 0.6
    assert state.cohesion[0] == pytest.approx(h)
    hazard = 0.03 * 0.6 * (1 - h) * 0.45**2 if fought else 0.0
    assert state.hazard[0] == pytest.approx(hazard if turns else 0.77)


@pytest.mark.parametrize(
    ("cell", "fought", "fled"), [(13, True, 0.0034), (0, True, 0.0034), (13, False, 0.0), (-1, True, 0.0)]
)
def test_who_flees_undoes_what_has_been_returned_and_no_more(cell: int, fought: bool, fled: float) -> None:
    run = two_wars()
    rules, draw, state = run.rules, run.draw, run.state
    rules.flight_cell[0], draw.flight_base, draw.flight_shift, state.control_change[0] = cell, 0.003, 0.0485, 0.02
    state.cell[...], state.intensity[0], state.flight = 0.25, 0.81, 0.01
    flee(rules, draw, state, 0, fought)
    assert state.flight == pytest.approx(0.01 + fled)
    left = np.full(rules.cells, 0.25)
    if cell >= 0:
        left[cell] -= fled
        np.testing.assert_allclose(state.cell, left)
        draw.flight_base = 5.0
        flee(rules, draw, state, 0, fought)
        assert state.cell[cell] == (0.0 if fought else 0.25)


# --- a takeover


@pytest.mark.parametrize(
    ("number", "rate", "falls"),
    [(0.3, 0.0, False), (0.0, 0.0, False), (0.39, 0.5, True), (0.4, 0.5, False), (0.6, 0.5, False), (0.63, 1.0, True)],
)
@pytest.mark.parametrize("w", [0, 1])
def test_a_regime_falls_with_the_chance_that_belongs_to_its_rate(
    w: int, number: float, rate: float, falls: bool
) -> None:
    run = two_wars()
    state = run.state
    state.takeover_luck[...], state.hazard[...] = 1.0, 0.0
    state.takeover_luck[w], state.hazard[w] = number, rate
    fall(run.rules, state, w)
    assert (state.regime, state.takeover_week) == ((1, 3) if falls else (0, words.NEVER))
    assert state.war_open.tolist() == [int(not (falls and w == n)) for n in range(2)]


@pytest.mark.parametrize("w", [0, 1])
def test_the_challenger_who_takes_over_holds_everything_and_its_war_is_over(w: int) -> None:
    run = two_wars()
    state = run.state
    turn_regime(run.rules, state, w)
    assert (state.regime, state.takeover_week) == (1, 3)
    assert (state.control[w], state.intensity[w], state.war_open[w]) == (1.0, 0.0, 0)
    assert (state.control[1 - w], state.intensity[1 - w]) == ((0.2, 0.49) if w == 0 else (0.45, 0.81))
    assert state.war_open[1 - w] == 1


@pytest.mark.parametrize(
    ("exists", "status", "convenes"),
    [
        ((1, 0), words.CLOSED, words.NEVER),
        ((0, 1), words.OPEN, 7),
        ((1, 1), words.OPEN, 90),
        ((0, 0), words.CLOSED, -1),
    ],
)
@pytest.mark.parametrize("table", ["doha", "us_emirate"])
def test_a_table_closes_convenes_in_four_weeks_or_goes_on_as_both_regimes_know_it(
    table: str, exists: tuple[int, int], status: int, convenes: int
) -> None:
    run = two_wars()
    rules, state, t = run.rules, run.state, run.table(table)
    rules.table_regime[...] = 1
    rules.table_regime[t], state.status[...], state.convenes[...] = exists, words.OPEN, 90
    turn_regime(rules, state, 0)
    assert (state.status[t], state.convenes[t]) == (status, convenes)
    others = np.arange(rules.tables) != t
    assert (state.status[others] == words.OPEN).all()
    assert (state.convenes[others] == 90).all()


def test_flows_turn_and_begin_anew_and_efforts_with_them() -> None:
    run = two_wars()
    rules, state = run.rules, run.state
    rules.turned[...] = np.nan
    last = int(rules.cells) - 1
    rules.turned[[5, last]] = (0.125, 0.0)
    rules.effort_cell[3], rules.effort_cell[4] = (words.NEVER, last), (5, 5)
    state.cell_start[...], state.moved_by[...], state.effort_usual[...] = 0.55, 2, 0.66
    cells = state.cell.copy()
    turn_regime(rules, state, 0)
    turned = np.isin(np.arange(rules.cells), [5, last])
    cells[[5, last]] = (0.125, 0.0)
    np.testing.assert_array_equal(state.cell, cells)
    np.testing.assert_array_equal(state.cell_start, np.where(turned, cells, 0.55))
    np.testing.assert_array_equal(state.moved_by, np.where(turned, words.NEVER, 2))
    assert (state.effort_usual[3], state.effort[3], state.effort_start[3]) == (0.0, 0.0, 0.0)
    assert state.effort_usual[4] == 0.66


@pytest.mark.parametrize("presence", [0.0, 0.1, 1.0])
def test_forces_that_are_still_there_leave_within_two_weeks_of_a_takeover(presence: float) -> None:
    run = two_wars()
    state = run.state
    state.presence, state.cell[run.rules.presence_cell], run.rules.turned[...] = presence, 1.0 - presence, np.nan
    state.schedule_on, state.schedule_conditional, state.schedule_table = 0, 1, 4
    state.schedule_start, state.schedule_end, state.schedule_from = 9, 99, 0.5
    turn_regime(run.rules, state, 0)
    found = [state[f"schedule_{name}"] for name in ("on", "conditional", "table", "start", "end", "from")]
    assert found == ([1, 0, words.NEVER, 3, 5, presence] if presence else [0, 1, 4, 9, 99, 0.5])
    assert state.presence == presence
