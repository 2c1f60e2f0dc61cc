"""When the parties of a table meet, and whether the talks are broken off."""

from __future__ import annotations

from typing import Any

from sim.model.equations.rounds import breaking_rate
from sim.model.equations.war import chance
from sim.model.phases.bargain import suspend
from sim.model.phases.frontier import set_midpoint
from sim.model.phases.luck import luck
from sim.model.phases.mediation import observer_gain
from sim.model.vocabulary import BREAKING_PLACE, CHALLENGING, DEFENDING, NEVER, OPEN, PLACE_STRIDE, ROUND_SLOT
from sim.numerics.dialect import any_of, compilable, first_lane, lanes_where, run_of, standalone, where


@compilable
def call_round(draw: Any, state: Any, t: int) -> None:
    """Whether the parties of a table meet this week: at once when it has been convened, then every r weeks."""
    due = (state.status[t] == OPEN) & (state.week >= state.meets_at[t])
    state.meeting[t] = where(due, 1, 0)
    state.rounds[t] += state.meeting[t]
    state.meets_at[t] = where(due, state.week + int(draw.round_weeks), state.meets_at[t])


@compilable
def blame(rules: Any, draw: Any, state: Any, t: int, w: int) -> Any:
    """How far a war's attacks are held against a party of the table, in [0, 1] (Kydd & Walter 2002).

    In full where the challenger or an ally of it sits there. Else the side that is attacked, or whose forces are,
    blames the other as far as the other could move the challenger, and lets it happen.
    """
    held = 0.0 * state.presence
    challenger = int(rules.challenger[w])
    for side in range(2):
        i, j = int(rules.party[t, side]), int(rules.party[t, 1 - side])
        if rules.war_side[w, i] == CHALLENGING:
            held = max(held, 1.0)
        elif rules.war_side[w, i] == DEFENDING and rules.war_side[w, j] != CHALLENGING:
            held = max(held, draw.spoilers_on * state.leverage[j, challenger])
    return held


@compilable
def violence(rules: Any, draw: Any, state: Any, t: int) -> Any:
    """Intensity of the war that is held most against a party of the table, as far as it is."""
    worst = 0.0 * state.presence
    for w in range(rules.wars):
        fought = where(state.war_open[w] == 1, state.intensity[w], 0.0)
        worst = max(worst, fought * blame(rules, draw, state, t, w))
    return worst


@standalone
def spoil(rules: Any, draw: Any, state: Any, t: int, w: int) -> None:
    """The offensive of an outsider who would lose by a middling deal is aimed at the table (Stedman 1997)."""
    o = rules.challenger[w]
    sits = o == rules.party[t, 0] or o == rules.party[t, 1]
    if draw.spoilers_on == 0 or sits or state.zone[t] == 0 or state.war_open[w] == 0:
        return
    set_midpoint(rules, state, t)
    if observer_gain(rules, draw, state, t, o, state.midpoint[t]) < 0.0:
        trust = min(state.guaranteed_trust[t, 0], state.guaranteed_trust[t, 1])
        weeks = float(int(draw.round_weeks))
        state.break_rate[t] += breaking_rate(draw.breaking, weeks, state.offensive[w], trust)


@standalone
def may_break_off(rules: Any, draw: Any, state: Any, t: int) -> None:
    """A round has ended without a signature: violence may end the talks, the more the less the sides trust."""
    state.broken[t] = 0
    going = (state.meeting[t] == 1) & (state.status[t] == OPEN)
    if not any_of(going):
        return
    trust = min(state.guaranteed_trust[t, 0], state.guaranteed_trust[t, 1])
    rate = breaking_rate(draw.breaking, float(int(draw.round_weeks)), violence(rules, draw, state, t), trust)
    state.break_rate[t] = where(going, rate, state.break_rate[t])
    for w in range(rules.wars):
        left = lanes_where(going & (state.week < state.offensive_until[w]))
        while left:
            lane, left = first_lane(left), left & (left - 1)
            spoil(rules, draw, run_of(state, lane), t, w)
    state.break_luck[t] = where(going, luck(state, ROUND_SLOT + t * PLACE_STRIDE + BREAKING_PLACE), state.break_luck[t])
    left = lanes_where(going & (state.break_luck[t] < state.break_rate[t]))  # a chance is less than its rate
    while left:
        lane, left = first_lane(left), left & (left - 1)
        one = run_of(state, lane)
        if one.break_luck[t] < chance(one.break_rate[t]):
            suspend(one, t)
            one.broken[t] = 1
            one.broken_off[t] += 1
            if one.broken_off_week[t] == NEVER:
                one.broken_off_week[t] = one.week
