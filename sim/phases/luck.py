"""A run's uniform numbers: each decision has a slot of its own, whatever else is decided or left out."""

from __future__ import annotations

from typing import Any

from sim.arithmetic import compilable
from sim.draws import CHANCE, uniforms4


@compilable
def luck(state: Any, slot: int) -> float:
    """The uniform number of a slot in this week of this run. A block of four is kept, as neighbours are often used."""
    block = slot // 4
    if state.luck_week != state.week or state.luck_block != block:
        numbers = uniforms4(state.seed, state.draw_index, state.run, state.week, block, CHANCE)
        state.luck[0], state.luck[1], state.luck[2], state.luck[3] = numbers
        state.luck_week = state.week
        state.luck_block = block
    return state.luck[slot % 4]
