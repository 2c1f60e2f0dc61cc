"""The fight phase: one week of one war, and what a takeover changes in the same week."""

from __future__ import annotations

from math import isnan, sqrt
from typing import Any

from sim.arithmetic import compilable, normal_quantile, poisson_quantile, standalone
from sim.equations.leverage import sanctuary
from sim.equations.war import (
    chance,
    cohesion_target,
    collapse_hazard,
    control_growth,
    flight,
    next_cohesion,
    next_control,
    next_intensity,
)
from sim.phases.defaults import strength_of_challenger, success_at
from sim.phases.luck import luck
from sim.vocabulary import (
    CLOSED,
    IN_FORCE,
    NEVER,
    PLACE_STRIDE,
    WAR_SLOT,
    WEEKS_TO_CONVENE_AFTER_TAKEOVER,
    WEEKS_TO_LEAVE_AFTER_TAKEOVER,
)


@compilable
def set_sanctuary(rules: Any, draw: Any, state: Any, w: int) -> None:
    """Reach of the challenger's sanctuary: the host's instrument in its coded leverage, or one less a cell."""
    state.sanctuary[w] = 0.0
    host = rules.sanctuary_host[w]
    if host < 0 or (rules.sanctuary_regime[w] >= 0 and rules.sanctuary_regime[w] != state.regime):
        return
    if rules.sanctuary_cell[w] >= 0:
        state.sanctuary[w] = 1.0 - state.cell[rules.sanctuary_cell[w]]
    elif rules.sanctuary_tool[w] >= 0:
        held = draw.coded_leverage[host, rules.challenger[w]] * draw.tool_share[rules.sanctuary_tool[w]]
        state.sanctuary[w] = held * sanctuary(draw.autonomy, state.control[w])


@compilable
def target_cohesion(rules: Any, draw: Any, state: Any, w: int) -> float:
    """Where the incumbent's cohesion is drawn to; without a patron it stands by itself."""
    patron = rules.patron[w]
    if patron < 0:
        return 1.0
    return cohesion_target(draw.patron_share, state.trust[rules.incumbent[w], patron], state.presence)


@compilable
def settled(rules: Any, state: Any, w: int) -> bool:
    """Whether a settlement with the incumbent is in force and its ceasefire at least half kept."""
    if state.cell[rules.ceasefire_cell[w]] < 0.5:
        return False
    for t in range(rules.tables):
        with_incumbent = rules.party[t, 0] == rules.incumbent[w] or rules.party[t, 1] == rules.incumbent[w]
        if state.status[t] == IN_FORCE and rules.ended_war[t] == w and with_incumbent:
            return True
    return False


@standalone
def fight(rules: Any, draw: Any, state: Any, w: int) -> None:
    """Intensity, control, cohesion, attacks and flight of one war, and whether the incumbent falls."""
    state.control_change[w], state.attacks[w], state.hazard[w] = 0.0, 0, 0.0
    if state.war_open[w] == 0:
        return
    place = WAR_SLOT + w * PLACE_STRIDE
    state.combat_draw[w] = luck(state, place)
    attack_draw = luck(state, place + 1)
    state.collapse_draw[w] = luck(state, place + 2)
    set_sanctuary(rules, draw, state, w)
    state.success[w] = success_at(rules, draw, state, w, state.presence)
    growth = control_growth(draw.combat_pace, state.intensity[w], state.success[w])
    shock = draw.combat_noise * sqrt(state.intensity[w]) * normal_quantile(state.combat_draw[w])
    before = state.control[w]
    state.control[w] = next_control(before, growth, shock)
    state.control_change[w] = state.control[w] - before
    strength = strength_of_challenger(rules, draw, state, w)
    state.attacks[w] = poisson_quantile(attack_draw, draw.attack_rate * strength * state.intensity[w])
    lose_heart(rules, draw, state, w)
    flee(rules, draw, state, w)
    offensive = state.offensive[w] if state.week < state.offensive_until[w] else 0.0
    state.intensity[w] = next_intensity(state.intensity[w], state.cell[rules.ceasefire_cell[w]], offensive)
    number, rate = state.collapse_draw[w], state.hazard[w]
    if number < rate and number < chance(rate):  # a chance is less than its rate, so that most weeks need no chance
        turn_regime(rules, state, w)


@compilable
def lose_heart(rules: Any, draw: Any, state: Any, w: int) -> None:
    """Cohesion after the week, and the rate at which the incumbent collapses."""
    target = target_cohesion(rules, draw, state, w)
    state.cohesion[w] = next_cohesion(state.cohesion[w], target, draw.setback_effect, state.control_change[w])
    if rules.turns_regime[w] == 1 and not settled(rules, state, w):
        state.hazard[w] = collapse_hazard(draw.collapse_rate, state.presence, state.cohesion[w], state.control[w])


@compilable
def flee(rules: Any, draw: Any, state: Any, w: int) -> None:
    """People leave where the war is fought; it lowers what has been returned of them."""
    cell = rules.flight_cell[w]
    if cell < 0:
        return
    fled = flight(draw.flight_base, draw.flight_shift, state.intensity[w], state.control_change[w])
    state.flight += fled
    state.cell[cell] = max(0.0, state.cell[cell] - fled)


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
            state.cell[cell] = rules.turned[cell]
    if state.presence > 0.0:
        state.schedule_on, state.schedule_conditional = 1, 0
        state.schedule_start = state.week
        state.schedule_end = state.week + WEEKS_TO_LEAVE_AFTER_TAKEOVER
        state.schedule_from = state.presence
