"""A run's uniform numbers: each decision has a slot of its own, whatever else is decided or left out."""

from __future__ import annotations

from typing import Any

from sim.arithmetic import compilable
from sim.draws import CHANCE, uniforms4


@compilable
def luck(state: Any, slot: int) -> float:
    """The uniform number of a slot in this week of this run.

    Four blocks of four are kept, each in the place of its last two bits, as neighbours are often used.
    """
    block = slot >> 2
    place = block & 3
    if state.luck_week[place] != state.week or state.luck_block[place] != block:
        numbers = uniforms4(state.seed, state.draw_index, state.run, state.week, block, CHANCE)
        state.luck[place, 0], state.luck[place, 1], state.luck[place, 2], state.luck[place, 3] = numbers
        state.luck_week[place] = state.week
        state.luck_block[place] = block
    return state.luck[place, slot & 3]
