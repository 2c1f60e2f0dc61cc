"""What an event waits for: the quantities that a trigger watches, its conditions, and whether its time has come."""

from __future__ import annotations

from typing import Any

from sim.model.vocabulary import (
    AT_LEAST,
    AT_MOST,
    BY_ALL,
    BY_WEEK,
    IN_FORCE,
    LESS,
    MORE,
    NEVER,
    OPEN,
    Q_AGREED,
    Q_CELL,
    Q_COHESION,
    Q_COLLAPSED,
    Q_CONTROL,
    Q_IMPASSES,
    Q_IN_FORCE,
    Q_INTENSITY,
    Q_LEVERAGE,
    Q_OPEN,
    Q_PRESENCE,
    Q_REGIME,
    Q_SESSIONS,
    Q_STATUS,
    Q_TRUST,
    Q_WEEK,
)
from sim.numerics.dialect import compilable, first_lane, lanes_where, run_of, where


@compilable
def quantity(state: Any, code: int, first: int, second: int) -> float:
    """The quantity that a trigger watches, as last week left it."""
    value = 0.0
    if code == Q_WEEK:
        value = float(state.week)
    elif code == Q_REGIME:
        value = float(state.regime)
    elif code == Q_PRESENCE:
        value = state.presence
    elif code == Q_CELL:
        value = state.cell[first]
    elif code == Q_TRUST:
        value = state.trust[first, second]
    elif code == Q_LEVERAGE:
        value = state.leverage[first, second]
    elif code == Q_CONTROL:
        value = state.control[first]
    elif code == Q_INTENSITY:
        value = state.intensity[first]
    elif code == Q_COHESION:
        value = state.cohesion[first]
    else:
        value = table_quantity(state, code, first)
    return value


@compilable
def table_quantity(state: Any, code: int, t: int) -> float:
    """A quantity of a table: its status, or a count."""
    value = 0
    if code == Q_STATUS:
        value = state.status[t]
    elif code == Q_SESSIONS:
        value = state.sessions_held[t]
    elif code == Q_IMPASSES:
        value = state.impasses[t]
    elif code == Q_AGREED:
        value = 1 if state.agreed_week[t] >= 0 else 0
    elif code == Q_COLLAPSED:
        value = 1 if state.collapsed_week[t] >= 0 else 0
    elif code == Q_IN_FORCE:
        value = 1 if state.status[t] == IN_FORCE else 0
    elif code == Q_OPEN:
        value = 1 if state.status[t] == OPEN else 0
    return float(value)


@compilable
def condition_holds(plan: Any, state: Any, e: int, d: int) -> bool:
    """Whether one condition of an event holds."""
    value = quantity(state, plan.quantity[e, d], plan.quantity_first[e, d], plan.quantity_second[e, d])
    threshold = plan.threshold[e, d]
    comparison = plan.comparison[e, d]
    if comparison == LESS:
        return value < threshold
    if comparison == AT_MOST:
        return value <= threshold
    if comparison == MORE:
        return value > threshold
    return comparison == AT_LEAST and value >= threshold


@compilable
def triggered(plan: Any, state: Any, e: int) -> bool:
    """Whether all, or any, of an event's conditions hold."""
    holding = 0
    for d in range(plan.conditions[e]):
        holding += 1 if condition_holds(plan, state, e, d) else 0
    if plan.mode[e] == BY_ALL:
        return holding == plan.conditions[e]
    return holding > 0


@compilable
def happens(plan: Any, state: Any, e: int) -> bool:
    """Whether a triggered event happens this week: its trigger must hold `hold` weeks; it acts `lag` weeks later."""
    if state.fires_at[e] >= 0:
        if state.week < state.fires_at[e]:
            return False
        state.fires_at[e] = NEVER
        return True
    if state.fired[e] > 0 and plan.repeats[e] == 0:
        return False
    state.held[e] = state.held[e] + 1 if triggered(plan, state, e) else 0
    if state.held[e] < max(plan.hold[e], 1):
        return False
    state.held[e] = 0
    if plan.lag[e] > 0:
        state.fires_at[e] = state.week + plan.lag[e]
        state.fired[e] += 1
        return False
    return True


@compilable
def look_out(plan: Any, state: Any, e: int) -> None:
    """See whether an event's time has come, before any of this week's has changed what the others watch."""
    if plan.mode[e] == BY_WEEK:
        state.happening[e] = where(state.week == plan.at_week[e], 1, 0)
        return
    left = lanes_where(state.idle == 0)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        one = run_of(state, lane)
        one.happening[e] = 1 if happens(plan, one, e) else 0
