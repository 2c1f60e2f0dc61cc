"""When the parties of a table meet, and whether the talks are broken off."""

from __future__ import annotations

from typing import Any

from sim.model.equations.rounds import breaking_rate
from sim.model.equations.war import chance
from sim.model.phases.bargain import suspend
from sim.model.phases.luck import luck
from sim.model.vocabulary import BREAKING_PLACE, OPEN, PLACE_STRIDE, ROUND_SLOT
from sim.numerics.dialect import any_of, compilable, first_lane, lanes_where, run_of, standalone, where


@compilable
def call_round(draw: Any, state: Any, t: int) -> None:
    """Whether the parties of a table meet this week: at once when it has been convened, then every r weeks."""
    due = (state.status[t] == OPEN) & (state.week >= state.meets_at[t])
    state.meeting[t] = where(due, 1, 0)
    state.meets_at[t] = where(due, state.week + int(draw.round_weeks), state.meets_at[t])


@compilable
def violence(rules: Any, state: Any, t: int) -> Any:
    """Intensity of the fiercest war in which a party of the table fights, or its forces do."""
    fiercest = 0.0 * state.presence
    for w in range(rules.wars):
        for side in range(2):
            i = int(rules.party[t, side])
            if i == rules.challenger[w] or i == rules.incumbent[w] or i == rules.patron[w]:
                fiercest = max(fiercest, where(state.war_open[w] == 1, state.intensity[w], 0.0))
    return fiercest


@standalone
def may_break_off(rules: Any, draw: Any, state: Any, t: int) -> None:
    """A round has ended without a signature: violence may end the talks, the more the less the sides trust."""
    state.broken[t] = 0
    going = (state.meeting[t] == 1) & (state.status[t] == OPEN)
    if not any_of(going):
        return
    trust = min(state.guaranteed_trust[t, 0], state.guaranteed_trust[t, 1])
    rate = breaking_rate(draw.breaking, float(int(draw.round_weeks)), violence(rules, state, t), trust)
    state.break_rate[t] = where(going, rate, state.break_rate[t])
    state.break_draw[t] = where(going, luck(state, ROUND_SLOT + t * PLACE_STRIDE + BREAKING_PLACE), state.break_draw[t])
    left = lanes_where(going & (state.break_draw[t] < rate))  # a chance is less than its rate
    while left:
        lane, left = first_lane(left), left & (left - 1)
        one = run_of(state, lane)
        if one.break_draw[t] < chance(one.break_rate[t]):
            suspend(one, t)
            one.broken[t] = 1
            one.broken_off[t] += 1
