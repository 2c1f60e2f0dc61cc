"""Stance, mind and sincerity of each side of a table: drawn once, renewed as leaders and factions change.

Each is a pure function of (seed, draw, run, place, count of renewals), so that two scenarios with one seed have the
same leaders for as long as they renew them alike.
"""

from __future__ import annotations

from typing import Any

from sim.model.equations.private import spell
from sim.model.vocabulary import PLACE_STRIDE, PRIVATE_SLOT, SINCERITY_SLOT
from sim.numerics.chance import CHANCE, uniforms4
from sim.numerics.dialect import compilable, first_lane, lanes_where, run_of, standalone

SIDE_STRIDE = 4  # a side has a block of its own


@compilable
def renew_sides(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Renew the sides of a table whose time has come."""
    if draw.private_on == 0:
        return
    for side in range(2):
        left = lanes_where(state.week >= state.renews_at[t, side])
        while left:
            lane, left = first_lane(left), left & (left - 1)
            renew(draw, run_of(state, lane), t, side)


@standalone
def renew(draw: Any, state: Any, t: int, side: int) -> None:
    """Other leaders, another balance of factions: what a side comes for and accepts at home is drawn anew."""
    block = (PRIVATE_SLOT + t * PLACE_STRIDE + side * SIDE_STRIDE) >> 2
    count = state.renewals[t, side]
    stance, mind, until, _ = uniforms4(state.seed, state.draw_index, state.run, count, block, CHANCE)
    state.stance[t, side], state.mind[t, side] = stance, mind
    state.renews_at[t, side] = state.week + spell(draw.renewal, until)
    state.renewals[t, side] = count + 1
    state.renewed_at[t, side] = state.week
    renew_sincerity(state, t, side)


@standalone
def renew_sincerity(state: Any, t: int, side: int) -> None:
    """Whether a side means what it signs is drawn anew, with its leaders and with each agreement (Kydd 2005)."""
    block = (SINCERITY_SLOT + t * PLACE_STRIDE + side * SIDE_STRIDE) >> 2
    count = state.renewals[t, side] + state.agreements[t]
    sincerity, _, _, _ = uniforms4(state.seed, state.draw_index, state.run, count, block, CHANCE)
    state.sincerity[t, side] = sincerity


@compilable
def call_anew(state: Any, t: int) -> None:
    """A table that is convened anew meets whoever leads both sides by then."""
    for side in range(2):
        state.renews_at[t, side] = state.week
