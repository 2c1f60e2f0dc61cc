"""Draws as records of the model: each column of the priors written where the engine reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.case.case import Case, Epoch
from sim.model import variables as variables_module
from sim.model.parameters import FLAGS, PARAMETERS
from sim.model.variables import records
from sim.world.rules import sizes


def start_cells(case: Case, epoch: Epoch) -> NDArray[np.float64]:
    """The value of every cell at an epoch where no starting condition is drawn for it."""
    turned = epoch.regime == case.turned
    return np.array([cell.usual(turned) for cell in case.cells.values()])


def draw_records(case: Case, epoch: Epoch, names: Sequence[str], table: NDArray[np.float64], first: int = 0) -> Any:
    """A table of draws (one row a draw, columns `names`) as records of the engine, not yet derived.

    Args:
        case: the case.
        epoch: the epoch that the draws belong to.
        names: the columns' names, as `sim.evidence.priors` gives them.
        table: shape (draws, columns), float64.
        first: number of the first draw.
    """
    draws = records(variables_module.DRAW, sizes(case), len(table))
    draws.index = np.arange(first, first + len(table))
    for flag in FLAGS:
        draws[flag.name] = 1
    draws.red_line = np.nan
    draws.start_cell = start_cells(case, epoch)
    writers = {name: number for number, name in enumerate(case.players)}
    for number, column in enumerate(names):
        _write_column(case, draws, column, table[:, number], writers)
    return draws


def _write_column(case: Case, draws: Any, column: str, values: NDArray[np.float64], players: Mapping[str, int]) -> None:
    """Put one column of a table of draws where the engine reads it."""
    kind, *rest = column.split(".")
    if kind in ("trust", "leverage"):
        field = {"trust": "start_trust", "leverage": "coded_leverage"}[kind]
        draws[field][:, players[rest[0]], players[rest[1]]] = values
    elif kind in ("position", "salience", "red_line"):
        place = (slice(None), players[rest[0]], case.number("cells", rest[1]))
        draws[kind][place] = values
        if kind == "position":
            draws.has_position[place] = 1
    elif kind == "share":
        tools = [tool.column for tool in case.instruments]
        draws.tool_share[:, tools.index(column)] = values
    elif kind == "start":
        _write_start(case, draws, rest, values)
    elif kind in {row.name for row in PARAMETERS}:
        draws[kind] = values
    elif kind != "pass":
        wars = [w for w, war in enumerate(case.wars.values()) if war.parity_prior == kind]
        if not wars:
            raise KeyError(f"{kind} is no parameter of the model")
        draws.parity[:, wars] = values[:, None]


def _write_start(case: Case, draws: Any, rest: Sequence[str], values: NDArray[np.float64]) -> None:
    if rest[0] == "presence":
        draws.start_presence = values
    elif rest[0] == "control":
        draws.start_control[:, case.number("wars", rest[1])] = values
    elif rest[0] == "cell":
        draws.start_cell[:, case.number("cells", rest[1])] = values
    else:
        draws.start_sessions[:, case.number("tables", rest[1])] = np.floor(values)
