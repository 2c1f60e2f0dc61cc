"""Moving a cell: what else is the case by the same fact moves with it."""

from __future__ import annotations

from typing import Any

from sim.numerics.dialect import compilable


@compilable
def put_cell(rules: Any, state: Any, cell: int, point: Any) -> None:
    """Write a cell; the patron's presence is one less one of them."""
    state.cell[cell] = point
    if cell == rules.presence_cell:
        state.presence = 1.0 - state.cell[cell]
