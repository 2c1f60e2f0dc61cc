"""The leverage phase: how far each holder's instruments are still at hand."""

from __future__ import annotations

from typing import Any

from sim.model.equations.leverage import LEAST_AVAILABLE, leverage, sanctuary
from sim.model.vocabulary import FOLLOWS_CELL_LEFT, FOLLOWS_CONTROL_LEFT, FOLLOWS_SANCTUARY
from sim.numerics.dialect import compilable, where


@compilable
def derive_tool(rules: Any, draw: Any, tool: int) -> None:
    """Write the straight line on which an instrument's availability follows a cell, the presence or a control."""
    code = rules.tool_follows[tool]
    draw.tool_base[tool], draw.tool_slope[tool] = 0.0, 1.0
    if code in (FOLLOWS_CELL_LEFT, FOLLOWS_CONTROL_LEFT):
        draw.tool_base[tool], draw.tool_slope[tool] = 1.0, -1.0
    elif code == FOLLOWS_SANCTUARY:
        draw.tool_base[tool] = sanctuary(draw.autonomy, 0.0)
        draw.tool_slope[tool] = sanctuary(draw.autonomy, 1.0) - sanctuary(draw.autonomy, 0.0)


@compilable
def tool_available(rules: Any, draw: Any, state: Any, tool: int) -> float:
    """Availability of an instrument, in [0, 1]."""
    followed = state.presence
    if rules.tool_cell[tool] >= 0:
        followed = state.cell[rules.tool_cell[tool]]
    elif rules.tool_war[tool] >= 0:
        followed = state.control[rules.tool_war[tool]]
    return draw.tool_base[tool] + draw.tool_slope[tool] * followed


@compilable
def pair_available(rules: Any, draw: Any, state: Any, pair: int) -> float:
    """A: share-weighted availability of the instruments of a pair."""
    total = 0.0
    for place in range(rules.pair_tools[pair]):
        tool = rules.pair_tool[pair, place]
        total += draw.tool_share[tool] * tool_available(rules, draw, state, tool)
    return total


@compilable
def set_availability_at_epoch(rules: Any, draw: Any, state: Any, pair: int) -> None:
    """Remember the pair's availability at the epoch, never below the least that a ratio may rest on."""
    state.availability_start[pair] = max(pair_available(rules, draw, state, pair), LEAST_AVAILABLE)


@compilable
def set_leverage(rules: Any, draw: Any, state: Any, pair: int) -> None:
    """Leverage of a pair this week; frozen once a takeover has removed one of the two."""
    holder, target = rules.pair_holder[pair], rules.pair_target[pair]
    available = pair_available(rules, draw, state, pair)
    held = leverage(draw.coded_leverage[holder, target], available, state.availability_start[pair])
    if rules.leaves[holder] == 1 or rules.leaves[target] == 1:
        held = where(state.regime == 1, state.leverage[holder, target], held)
    state.leverage[holder, target] = held
