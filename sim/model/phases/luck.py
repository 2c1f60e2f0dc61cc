"""A run's uniform numbers: each decision has a slot of its own, whatever else is decided or left out."""

from __future__ import annotations

from typing import Any

from sim.numerics.chance import CHANCE, uniforms4
from sim.numerics.dialect import any_of, compilable, one_of, standalone


@compilable
def luck(state: Any, slot: int) -> Any:
    """The uniform number of a slot in this week of this run.

    Four blocks of four are kept, each in the place of its last two bits, as neighbours are often used.
    """
    block = slot >> 2
    place = block & 3
    if any_of((state.luck_week[place] != state.week) | (state.luck_block[place] != block)):
        draw_block(state, block, place)
    return state.luck[place, slot & 3]


@standalone
def draw_block(state: Any, block: int, place: int) -> None:
    """Draw a block of four uniform numbers for this week; runs in step are of one draw."""
    seed, draw, week = one_of(state.seed, 0), one_of(state.draw_index, 0), one_of(state.week, 0)
    numbers = uniforms4(seed, draw, state.run, week, block, CHANCE)
    state.luck[place, 0], state.luck[place, 1], state.luck[place, 2], state.luck[place, 3] = numbers
    state.luck_week[place] = state.week
    state.luck_block[place] = block
