"""The engine's memory as numpy records: the rules, the draws, and the state of a run, cut to the size of a case.

A record runs interpreted (attributes of a numpy record) and compiled (a numba record) with the same bits, and its
shapes are known when it is compiled. What each field means stands in `sim.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import vocabulary as words
from sim.case import Case, Epoch, Table, War

Record = Any  # a numpy record; numba sees the same memory
Sizes = Mapping[str, int]


def sizes(case: Case) -> dict[str, int]:
    """The length of each axis (letters of `vocabulary.AXES`) for this case."""
    clauses = max(len(table.clauses) for table in case.tables.values())
    seats = max(1, *(len(table.seats) for table in case.tables.values()))
    members = [len(members) for table in case.tables.values() for _, members, _ in table.seats]
    return {
        "P": len(case.players),
        "C": len(case.cells),
        "T": len(case.tables),
        "K": clauses,
        "S": 2,
        "M": seats,
        "A": 2 + seats,
        "G": max(1, *members) if members else 1,
        "W": max(1, len(case.wars)),
        "I": max(1, len(case.instruments)),
        "V": max(1, len(case.pairs_with_instruments)),
        "B": max(1, *(len(tools) for tools in case.pairs_with_instruments.values())),
        "Q": len(trusting_pairs(case)),
        "N": words.PIECES_OF_A_CLAUSE * clauses,
        "J": words.PIECES_OF_A_CLAUSE,
        "E": words.MOST_EVENTS,
        "D": words.MOST_CONDITIONS,
        "L": words.MOST_SESSIONS + 1,
        "F": 4,
        "H": 2,
        "X": words.TERMS,
        "U": 2,
    }


def layout(variables: Sequence[words.Variable], size: Sizes) -> np.dtype[Any]:
    """The record type of a list of variables."""
    fields = [(v.name, v.kind, tuple(size[axis] for axis in v.axes)) for v in variables]
    return np.dtype((np.record, np.dtype(fields, align=True)))


def records(variables: Sequence[words.Variable], size: Sizes, count: int) -> Any:
    """An array of `count` records, all zero."""
    return np.zeros(count, layout(variables, size)).view(np.recarray)


def trusting_pairs(case: Case) -> tuple[tuple[str, str], ...]:
    """The ordered pairs that can learn: all actors and mediators, of each other."""
    members = {m for table in case.tables.values() for _, seat, _ in table.seats for m in seat}
    learners = [code for code in case.players if code in case.actors or code in members]
    return tuple((i, j) for i in learners for j in learners if i != j)


def rules_record(case: Case) -> Record:
    """The case as one record of the engine."""
    rules = records(words.RULES, sizes(case), 1)[0]
    for variable in words.RULES:
        if variable.kind == "i8":
            rules[variable.name] = words.NEVER
    for counted in (rules.mediates, rules.pair_tools, rules.sits, rules.throughs):
        counted[...] = 0
    rules.players, rules.tables, rules.wars = len(case.players), len(case.tables), len(case.wars)
    rules.cells, rules.instruments = len(case.cells), len(case.instruments)
    rules.pairs, rules.trusting = len(case.pairs_with_instruments), len(trusting_pairs(case))
    for number, (truster, trusted) in enumerate(trusting_pairs(case)):
        i, j = case.player_index(truster), case.player_index(trusted)
        rules.truster[number], rules.trusted[number], rules.learning_pair[i, j] = i, j, number
    for number, (name, table) in enumerate(case.tables.items()):
        _write_table(case, rules, number, name, table)
    pairs = range(rules.trusting)
    mediated = [q for q in pairs if rules.mediates[rules.trusted[q], rules.truster[q]] == 1]
    rules.mediated, rules.mediated_pair[: len(mediated)] = len(mediated), mediated
    _write_cells(case, rules)
    for number, war in enumerate(case.wars.values()):
        _write_war(case, rules, number, war)
    _write_instruments(case, rules)
    for effort in case.efforts:
        mediator, target = case.player_index(effort.mediator), case.player_index(effort.target)
        rules.effort_cell[mediator, target] = _cell(case, effort.cell)
    gone = {war.incumbent for war in case.wars.values() if war.turns_regime}
    rules.leaves[:] = [code in gone for code in case.players]
    return rules


def _cell(case: Case, name: str | None) -> int:
    return words.NEVER if name is None else list(case.cells).index(name)


def _war(case: Case, name: str | None) -> int:
    return words.NEVER if name is None else list(case.wars).index(name)


def _player(case: Case, code: str | None) -> int:
    return words.NEVER if code is None else case.player_index(code)


def _write_table(case: Case, rules: Record, t: int, name: str, table: Table) -> None:
    rules.party[t] = [case.player_index(code) for code in table.parties]
    for side, i in enumerate(rules.party[t]):
        rules.sit_table[i, rules.sits[i]], rules.sit_side[i, rules.sits[i]] = t, side
        rules.sits[i] += 1
    rules.clauses[t] = len(table.clauses)
    rules.ended_war[t] = _war(case, table.ends_war)
    rules.table_hurdle[t] = max(clause.hurdle for clause in table.clauses.values())
    rules.table_regime[t] = [regime in table.regimes for regime in case.regimes]
    rules.opens[t] = words.OPENS_CODES[table.opens]
    if table.opens_after is not None:
        rules.opens_cell[t] = _cell(case, table.opens_after.cell)
        rules.opens_at[t] = table.opens_after.at_least
        rules.opens_by[t] = _player(case, deliverer_of(case, table.opens_after.cell))
    rules.seats[t] = len(table.seats)
    for m, (_, members, standing) in enumerate(table.seats):
        rules.seat_members[t, m], rules.seat_standing[t, m] = len(members), standing
        rules.seat_share[t, m] = 1.0 / len(members)
        rules.seat_member[t, m, : len(members)] = [case.player_index(code) for code in members]
        for code in members:
            rules.mediates[case.player_index(code), rules.party[t]] = 1
    for k, cell in enumerate(table.clauses):
        _write_clause(case, rules, t, k, cell, table)


def deliverer_of(case: Case, cell: str) -> str | None:
    """The actor that the first table which bargains over a cell names as its deliverer, if any does."""
    named = (table.clauses[cell].by for table in case.tables.values() if cell in table.clauses)
    return next(named, None)


def _write_clause(case: Case, rules: Record, t: int, k: int, cell: str, table: Table) -> None:
    clause = table.clauses[cell]
    rules.clause_cell[t, k] = _cell(case, cell)
    rules.clause_default[t, k] = words.DEFAULT_CODES[clause.default]
    rules.clause_fallback[t, k] = words.DEFAULT_CODES[clause.fallback]
    rules.clause_nu[t, k], rules.clause_weeks[t, k] = clause.nu, clause.weeks
    rules.clause_conditional[t, k], rules.clause_both[t, k] = clause.conditional, clause.both
    rules.clause_through[t, k] = _player(case, clause.through)
    if clause.through is not None:
        rules.through[t, rules.throughs[t]] = k
        rules.throughs[t] += 1
    rules.clause_arms[t, k] = _war(case, clause.arms)
    rules.clause_flow[t, k] = case.cells[cell].kind == "flow"
    if clause.default == "presence":
        rules.presence_cell, rules.presence_table, rules.presence_clause = _cell(case, cell), t, k
        rules.presence_side = table.parties.index(clause.by or table.parties[0])
    if clause.position_of is not None:
        rules.clause_link[t, k] = table.parties.index(clause.position_of)
    if clause.shared_with is not None:
        rules.clause_link[t, k] = list(case.tables).index(clause.shared_with)
        rules.clause_link_clause[t, k] = list(case.tables[clause.shared_with].clauses).index(cell)
    if clause.opposed_to is not None:
        rules.clause_link[t, k] = list(table.clauses).index(clause.opposed_to)
    if clause.ends_war:
        rules.ending_clause[t] = k
    rules.clause_by[t, k] = 2 if clause.by is None else table.parties.index(clause.by)
    rules.cell_nu[rules.clause_cell[t, k]] = clause.nu


def _write_cells(case: Case, rules: Record) -> None:
    rules.cell_flow[:] = [cell.kind == "flow" for cell in case.cells.values()]
    turned = [np.nan if cell.start_turned is None else cell.start_turned for cell in case.cells.values()]
    rules.turned[:] = turned
    rules.cell_norm[:] = [cell.norm for cell in case.cells.values()]


def _write_war(case: Case, rules: Record, w: int, war: War) -> None:
    rules.challenger[w], rules.incumbent[w] = case.player_index(war.challenger), case.player_index(war.incumbent)
    rules.patron[w], rules.turns_regime[w] = _player(case, war.patron), war.turns_regime
    rules.ceasefire_cell[w] = _cell(case, war.ceasefire)
    rules.disarmament_cell[w], rules.flight_cell[w] = _cell(case, war.disarmament), _cell(case, war.flight_cell)
    if war.sanctuary is None:
        return
    rules.sanctuary_host[w] = case.player_index(war.sanctuary.host)
    if war.sanctuary.regime is not None:
        rules.sanctuary_regime[w] = case.regimes.index(war.sanctuary.regime)
    if war.sanctuary.by == "cell":
        rules.sanctuary_cell[w] = _cell(case, war.sanctuary.cell)
    else:
        wanted = (war.sanctuary.host, war.challenger, "sanctuary")
        tools = [(tool.holder, tool.target, tool.follows) for tool in case.instruments]
        rules.sanctuary_tool[w] = tools.index(wanted) if wanted in tools else words.NEVER


def _write_instruments(case: Case, rules: Record) -> None:
    pairs = list(case.pairs_with_instruments)
    for v, (holder, target) in enumerate(pairs):
        rules.pair_holder[v], rules.pair_target[v] = case.player_index(holder), case.player_index(target)
    for number, tool in enumerate(case.instruments):
        pair = pairs.index((tool.holder, tool.target))
        rules.pair_tool[pair, rules.pair_tools[pair]] = number
        rules.pair_tools[pair] += 1
        rules.tool_follows[number] = words.FOLLOWS_CODES[tool.follows]
        rules.tool_cell[number] = _cell(case, tool.cell if tool.follows.startswith("cell") else None)
        rules.tool_war[number] = _war(case, tool.war if tool.follows.startswith(("control", "sanctuary")) else None)


def start_cells(case: Case, epoch: Epoch) -> NDArray[np.float64]:
    """The value of every cell at an epoch where no starting condition is drawn for it."""
    turned = epoch.regime == case.regimes[1]
    return np.array(
        [cell.start_turned if turned and cell.start_turned is not None else cell.start for cell in case.cells.values()]
    )


def draw_records(case: Case, epoch: Epoch, names: Sequence[str], table: NDArray[np.float64], first: int = 0) -> Any:
    """A table of draws (one row a draw, columns `names`) as records of the engine, not yet derived.

    Args:
        case: the case.
        epoch: the epoch that the draws belong to.
        names: the columns' names, as `sim.priors` gives them.
        table: shape (draws, columns), float64.
        first: number of the first draw.
    """
    draws = records(words.DRAW, sizes(case), len(table))
    draws.index = np.arange(first, first + len(table))
    draws.forecast_on = 1
    draws.learning_on = 1
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
        place = (slice(None), players[rest[0]], _cell(case, rest[1]))
        draws[kind][place] = values
        if kind == "position":
            draws.has_position[place] = 1
    elif kind == "share":
        tools = [tool.column for tool in case.instruments]
        draws.tool_share[:, tools.index(column)] = values
    elif kind == "start":
        _write_start(case, draws, rest, values)
    elif kind in words.ENGINE_PARAMETERS:
        draws[kind] = values
    else:
        for w, war in enumerate(case.wars.values()):
            if war.parity_prior == kind:
                draws.parity[:, w] = values


def _write_start(case: Case, draws: Any, rest: Sequence[str], values: NDArray[np.float64]) -> None:
    if rest[0] == "presence":
        draws.start_presence = values
    elif rest[0] == "control":
        draws.start_control[:, _war(case, rest[1])] = values
    elif rest[0] == "cell":
        draws.start_cell[:, _cell(case, rest[1])] = values
    else:
        draws.start_sessions[:, list(case.tables).index(rest[1])] = np.floor(values)
