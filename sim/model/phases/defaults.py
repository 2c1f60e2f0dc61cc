"""What comes of a clause without a deal: its default path, and what both red lines allow."""

from __future__ import annotations

from math import isnan
from typing import Any

from sim.model.equations.package import forecast, optimistic
from sim.model.equations.war import allied, challenger_strength, control_growth, incumbent_strength, success
from sim.model.vocabulary import (
    BY_FORECAST,
    BY_NONE,
    BY_OPPOSED,
    BY_POSITION,
    BY_PRESENCE,
    BY_SHARED,
    CHALLENGING,
    DEFENDING,
    IN_FORCE,
    LEAST_GAIN,
    WITHHOLDING_SHARE,
)
from sim.numerics.dialect import any_of, compilable, fails, standalone, where


@compilable
def exit_waits(rules: Any, state: Any) -> Any:
    """Whether an announced exit stands still: for an agreement, or while the other side of its own is behind."""
    t, tied = max(rules.presence_table, 0), state.schedule_table
    owed = state.arrears_share[t, max(rules.presence_side, 0)] >= WITHHOLDING_SHARE - LEAST_GAIN
    waits = (state.schedule_conditional == 1) & (owed | (state.status[t] != IN_FORCE))
    for other in range(rules.tables):
        waits = waits | ((tied == other) & (state.status[other] != IN_FORCE))
    return waits


@compilable
def announced_presence(rules: Any, draw: Any, state: Any) -> float:
    """The presence that has been announced for the end of the forecast's horizon, in [0, 1]."""
    ahead = state.week + draw.forecast_horizon
    length = max(state.schedule_end - state.schedule_start, 1)
    announced = state.schedule_from * max(0.0, 1.0 - (ahead - state.schedule_start) / length)
    t, k = rules.presence_table, rules.presence_clause
    promised = state.presence
    if t >= 0:
        bound = (state.status[t] == IN_FORCE) & (state.in_package[t, k] == 1)
        promised = where(bound, min(promised, 1.0 - state.package[t, k]), promised)
    return where((state.schedule_on == 1) & fails(exit_waits(rules, state)), announced, promised)


@compilable
def fighting_allies(rules: Any, draw: Any, state: Any, w: int, side: int) -> Any:
    """sum_o a_o of a war's side: what the allies that have made no peace of their own add to it."""
    total = 0.0
    for y in range(rules.allies[w]):
        if rules.ally_side[w, y] == side:
            share = rules.ally_strength[w, y]
            t = rules.ally_peace[w, y]
            if t >= 0 and draw.alliances_on == 1:
                total += where(state.status[t] == IN_FORCE, 0.0, share)
            else:
                total += share
    return total


@compilable
def arms_kept(rules: Any, state: Any, w: int) -> float:
    """The share of its arms that the challenger of a war has not given up."""
    return 1.0 - state.cell[rules.disarmament_cell[w]] if rules.disarmament_cell[w] >= 0 else 1.0


@compilable
def strength_of_challenger(rules: Any, draw: Any, state: Any, w: int) -> float:
    """S_ch of a war as it stands: strength, arms kept and sanctuary, with the challenger's allies."""
    armed = arms_kept(rules, state, w)
    alone = challenger_strength(state.strength[w], draw.sanctuary_effect, state.sanctuary[w], armed)
    return allied(alone, fighting_allies(rules, draw, state, w, CHALLENGING))


@compilable
def strength_of_incumbent(rules: Any, draw: Any, state: Any, w: int, presence: float) -> float:
    """S_in of a war at a presence of the patron, with the incumbent's allies."""
    helped = presence if rules.patron[w] >= 0 else 0.0
    alone = incumbent_strength(state.cohesion[w], draw.presence_effect, helped)
    return allied(alone, fighting_allies(rules, draw, state, w, DEFENDING))


@compilable
def success_at(rules: Any, draw: Any, state: Any, w: int, presence: float) -> float:
    """The challenger's chance in an engagement at a presence of the patron."""
    incumbent = strength_of_incumbent(rules, draw, state, w, presence)
    return success(strength_of_challenger(rules, draw, state, w), incumbent)


@compilable
def forecast_control(rules: Any, draw: Any, state: Any, w: int) -> float:
    """Control of the war's challenger at the horizon, as both sides can see it coming."""
    chance = success_at(rules, draw, state, w, announced_presence(rules, draw, state))
    growth = control_growth(draw.combat_pace, state.intensity[w], chance)
    return forecast(state.control[w], growth, draw.forecast_horizon)


@compilable
def plain_default(rules: Any, state: Any, t: int, k: int, code: int) -> float:
    """A default path that needs no other clause: the deliverer's effort or position, none, or what is the case."""
    cell, effort = rules.clause_cell[t, k], rules.clause_effort[t, k]
    if effort >= 0:
        return state.effort[effort]
    if code == BY_POSITION:
        return state.position[rules.party[t, rules.clause_link[t, k]], cell]
    if code == BY_NONE and rules.clause_flow[t, k] == 1:
        return 0.0
    return state.cell[cell]


@compilable
def shared_in_force(rules: Any, state: Any, t: int, k: int) -> bool:
    """Whether the clause is settled at the table it is shared with, or was when a takeover closed that table."""
    other, clause = rules.clause_link[t, k], rules.clause_link_clause[t, k]
    turned, before = rules.table_regime[other, 1] == 0, rules.table_regime[other, 0] == 0
    closed = ((state.regime == 1) & turned) | ((state.regime == 0) & before)
    return (state.in_package[other, clause] == 1) & ((state.status[other] == IN_FORCE) | closed)


@compilable
def default_path(rules: Any, draw: Any, state: Any, t: int, k: int) -> Any:
    """x0 of a clause: what is the case, and will be, without a deal at this table."""
    code = rules.clause_default[t, k]
    if code == BY_PRESENCE:
        free = (state.schedule_on == 1) & (state.schedule_conditional == 0)
        leaving = free & fails(exit_waits(rules, state))
        return where(leaving, 1.0, 1.0 - state.presence)
    if code == BY_FORECAST:
        w = rules.ended_war[t]
        now = state.cell[rules.clause_cell[t, k]]
        if draw.forecast_on == 1 and w >= 0 and any_of(state.war_open[w] == 1):
            return where(state.war_open[w] == 1, forecast_control(rules, draw, state, w), now)
        return now
    if code == BY_SHARED:
        agreed = state.package[rules.clause_link[t, k], rules.clause_link_clause[t, k]]
        usual = plain_default(rules, state, t, k, rules.clause_fallback[t, k])
        return where(shared_in_force(rules, state, t, k), agreed, usual)
    if code == BY_OPPOSED:
        return state.cell[rules.clause_cell[t, k]] * (1.0 - state.default[t, 0, rules.clause_link[t, k]])
    return plain_default(rules, state, t, k, code)


@standalone
def set_defaults(rules: Any, draw: Any, state: Any, t: int, here: Any) -> None:
    """Write the default path of every clause as each side sees it, and the range that both red lines leave.

    Where one has changed, the clauses have to be cut anew.
    """
    for k in range(rules.clauses[t]):
        code = rules.clause_default[t, k]
        default = default_path(rules, draw, state, t, k)
        is_cut = state.is_cut[t, k]
        for side in range(2):
            seen = default
            if code == BY_FORECAST:
                position = state.position[rules.party[t, side], rules.clause_cell[t, k]]
                seen = optimistic(default, position, state.optimism[t])
            before = state.default[t, side, k]
            moved = here & (seen != before)
            state.default[t, side, k] = where(moved, seen, before)
            is_cut = where(moved, 0, is_cut)
        to_cut = here & (is_cut == 0)
        if any_of(to_cut):
            state.is_cut[t, k] = is_cut
            state.is_weighed[t] = where(to_cut, 0, state.is_weighed[t])
            set_range(rules, state, t, k, to_cut)


@compilable
def look_again(rules: Any, state: Any) -> None:
    """A position or a red line has changed: the clauses of every table have to be cut anew."""
    for t in range(rules.tables):
        cut_again(rules, state, t)


@compilable
def cut_again(rules: Any, state: Any, t: int) -> None:
    """All clauses of a table have to be cut anew, and its frontier weighed."""
    state.is_weighed[t] = 0
    for k in range(rules.clauses[t]):
        state.is_cut[t, k] = 0


@compilable
def set_range(rules: Any, state: Any, t: int, k: int, here: Any) -> None:
    """The points of a clause that neither red line forbids; a line forbids what lies beyond it from the position."""
    low, high = 0.0, 1.0
    cell = rules.clause_cell[t, k]
    for side in range(2):
        i = rules.party[t, side]
        line = state.red_line[i, cell]
        above = state.position[i, cell] >= line
        low = where(isnan(line), low, where(above, max(low, line), low))
        high = where(isnan(line), high, where(above, high, min(high, line)))
    state.range_low[t, k] = where(here, low, state.range_low[t, k])
    state.range_high[t, k] = where(here, high, state.range_high[t, k])
    state.deadlocked[t, k] = where(here, where(low > high, 1, 0), state.deadlocked[t, k])
