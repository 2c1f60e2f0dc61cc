"""The fight phase: one week of one war, and what a takeover changes in the same week."""

from __future__ import annotations

from math import isnan, sqrt
from typing import Any

from sim.model.equations.leverage import sanctuary
from sim.model.equations.war import (
    LEAST_CONTROL,
    MOST_CONTROL,
    chance,
    cohesion_target,
    control_growth,
    flight,
    next_cohesion,
    next_control,
    next_intensity,
    side_taking,
    takeover_hazard,
)
from sim.model.phases.cells import put_cell
from sim.model.phases.defaults import announced_presence, forecast_control, strength_of_challenger, success_at
from sim.model.phases.effort import turn_efforts
from sim.model.phases.luck import luck
from sim.model.vocabulary import (
    CLOSED,
    IN_FORCE,
    NEVER,
    PLACE_STRIDE,
    WAR_SLOT,
    WEEKS_TO_CONVENE_AFTER_TAKEOVER,
    WEEKS_TO_LEAVE_AFTER_TAKEOVER,
)
from sim.numerics.arithmetic import normal_quantile, poisson_quantile
from sim.numerics.dialect import any_of, compilable, first_lane, lanes_where, run_of, standalone, where


@compilable
def sanctuary_reach(rules: Any, draw: Any, state: Any, w: int) -> Any:
    """Reach of the challenger's sanctuary: the host's instrument in its coded leverage, or one less a cell."""
    host = rules.sanctuary_host[w]
    if host < 0:
        return 0.0
    reach = 0.0
    if rules.sanctuary_cell[w] >= 0:
        reach = 1.0 - state.cell[rules.sanctuary_cell[w]]
    elif rules.sanctuary_tool[w] >= 0:
        held = draw.coded_leverage[host, rules.challenger[w]] * draw.tool_share[rules.sanctuary_tool[w]]
        reach = held * sanctuary(draw.autonomy, state.control[w])
    if rules.sanctuary_regime[w] >= 0:
        reach = where(state.regime == rules.sanctuary_regime[w], reach, 0.0)
    return reach


@compilable
def target_cohesion(rules: Any, draw: Any, state: Any, w: int) -> Any:
    """Where the incumbent's cohesion is drawn to; without a patron it stands by itself."""
    patron = rules.patron[w]
    if patron < 0:
        return 1.0
    presence = state.presence
    if draw.foresight_on == 1:
        presence = announced_presence(rules, draw, state)
    return cohesion_target(draw.patron_share, state.trust[rules.incumbent[w], patron], presence)


@compilable
def settled(rules: Any, state: Any, w: int) -> Any:
    """Whether a settlement with the incumbent is in force and its ceasefire at least half kept."""
    bound = False
    for t in range(rules.tables):
        with_incumbent = rules.party[t, 0] == rules.incumbent[w] or rules.party[t, 1] == rules.incumbent[w]
        if rules.ended_war[t] == w and with_incumbent:
            bound = bound | (state.status[t] == IN_FORCE)
    return bound & (state.cell[rules.ceasefire_cell[w]] >= 0.5)


@standalone
def fight(rules: Any, draw: Any, state: Any, w: int) -> None:
    """Intensity, control, cohesion, attacks and flight of one war, and whether the incumbent falls."""
    state.control_change[w], state.attacks[w], state.hazard[w] = 0.0, 0, 0.0
    fought = state.war_open[w] == 1
    if not any_of(fought):
        return
    place = WAR_SLOT + w * PLACE_STRIDE
    state.combat_luck[w] = where(fought, luck(state, place), state.combat_luck[w])
    attack_luck = luck(state, place + 1)
    state.takeover_luck[w] = where(fought, luck(state, place + 2), state.takeover_luck[w])
    state.sanctuary[w] = where(fought, sanctuary_reach(rules, draw, state, w), state.sanctuary[w])
    state.success[w] = where(fought, success_at(rules, draw, state, w, state.presence), state.success[w])
    growth = control_growth(draw.combat_pace, state.intensity[w], state.success[w])
    shock = draw.combat_noise * sqrt(state.intensity[w]) * normal_quantile(state.combat_luck[w])
    before = state.control[w]
    won = next_control(before, growth, shock)
    joined = side_taking(draw.bandwagon, before, forecast_control(rules, draw, state, w))
    state.control[w] = where(fought, min(max(won + joined, LEAST_CONTROL), MOST_CONTROL), before)
    state.control_change[w] = state.control[w] - before
    rate = draw.attack_rate * strength_of_challenger(rules, draw, state, w) * state.intensity[w]
    state.attacks[w] = poisson_quantile(attack_luck, where(fought, rate, 0.0))
    lose_heart(rules, draw, state, w, won - before, fought)
    flee(rules, draw, state, w, fought)
    offensive = where(state.week < state.offensive_until[w], state.offensive[w], 0.0)
    intensity = next_intensity(state.intensity[w], state.cell[rules.ceasefire_cell[w]], offensive)
    state.intensity[w] = where(fought, intensity, state.intensity[w])
    fall(rules, state, w)


@compilable
def lose_heart(rules: Any, draw: Any, state: Any, w: int, lost: Any, fought: Any) -> None:
    """Cohesion after the week, and the rate at which the incumbent falls.

    Only what was lost in combat demoralises: who changes sides has counted the expected end already.
    """
    target = target_cohesion(rules, draw, state, w)
    cohesion = next_cohesion(state.cohesion[w], target, draw.setback_effect, lost)
    state.cohesion[w] = where(fought, cohesion, state.cohesion[w])
    if rules.turns_regime[w] == 1:
        rate = takeover_hazard(draw.takeover_rate, state.presence, state.cohesion[w], state.control[w])
        state.hazard[w] = where(settled(rules, state, w), 0.0, where(fought, rate, 0.0))


@compilable
def flee(rules: Any, draw: Any, state: Any, w: int, fought: Any) -> None:
    """People leave where the war is fought; it lowers what has been returned of them."""
    cell = rules.flight_cell[w]
    if cell < 0:
        return
    fled = flight(draw.flight_base, draw.flight_shift, state.intensity[w], state.control_change[w])
    fled = where(fought, fled, 0.0)
    state.flight += fled
    put_cell(rules, state, cell, max(0.0, state.cell[cell] - fled))


@compilable
def fall(rules: Any, state: Any, w: int) -> None:
    """Let the regime fall where chance will have it.

    A chance is less than its rate, so that most weeks need no chance.
    """
    left = lanes_where(state.takeover_luck[w] < state.hazard[w])
    while left:
        lane, left = first_lane(left), left & (left - 1)
        one = run_of(state, lane)
        if one.takeover_luck[w] < chance(one.hazard[w]):
            turn_regime(rules, one, w)


@standalone
def turn_regime(rules: Any, state: Any, w: int) -> None:
    """The challenger takes over: its war ends, the incumbent leaves, tables close or convene later, flows turn."""
    state.regime = 1
    state.takeover_week = state.week
    state.control[w], state.intensity[w], state.war_open[w] = 1.0, 0.0, 0
    for t in range(rules.tables):
        if rules.table_regime[t, 1] == 0:
            state.status[t] = CLOSED
            state.convenes[t] = NEVER
        elif rules.table_regime[t, 0] == 0:
            state.convenes[t] = state.week + WEEKS_TO_CONVENE_AFTER_TAKEOVER
    for cell in range(rules.cells):
        if not isnan(rules.turned[cell]):
            put_cell(rules, state, cell, rules.turned[cell])
            state.cell_start[cell], state.moved_by[cell] = rules.turned[cell], NEVER
    turn_efforts(rules, state)
    if state.presence > 0.0:
        state.schedule_on, state.schedule_conditional, state.schedule_table = 1, 0, NEVER
        state.schedule_start = state.week
        state.schedule_end = state.week + WEEKS_TO_LEAVE_AFTER_TAKEOVER
        state.schedule_from = state.presence
