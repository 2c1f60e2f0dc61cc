"""The case as a record of the model, and its size; what each field means stands in `sim.model.variables`."""

from __future__ import annotations

import numpy as np

from sim.case.case import Case, Table, War, askers, deliverer_of, mediated_pairs, trusting_pairs
from sim.model import variables as variables_module
from sim.model import vocabulary as words
from sim.model.equations.decisions import CHOICES
from sim.model.variables import Record, records
from sim.numerics.arithmetic import log


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
        "B": max(1, 0, *(len(tools) for tools in case.pairs_with_instruments.values())),
        "Q": len(trusting_pairs(case)),
        "N": words.PIECES_OF_A_CLAUSE * clauses,
        "J": words.PIECES_OF_A_CLAUSE,
        "E": words.MOST_EVENTS,
        "D": words.MOST_CONDITIONS,
        "L": words.MOST_SESSIONS + 1,
        "F": 4,
        "H": 2,
        "X": max(len(words.OFFER_TERMS), *(len(choice.noted) for choice in CHOICES.values())),
        "U": 2,
        "O": max(1, len(mediated_pairs(case))),
        "R": max(1, *(len(table.voters) for table in case.tables.values())),
        "Y": max(1, 0, *(len(war.allies) for war in case.wars.values())),
    }


def rules_record(case: Case) -> Record:
    """The case as one record of the engine."""
    rules = records(variables_module.RULES, sizes(case), 1)[0]
    for variable in variables_module.RULES:
        if variable.kind == "i8":
            rules[variable.name] = words.NEVER
    for counted in (rules.askers, rules.pair_tools, rules.sits, rules.throughs):
        counted[...] = 0
    rules.players, rules.tables, rules.wars = len(case.players), len(case.tables), len(case.wars)
    rules.cells, rules.instruments = len(case.cells), len(case.instruments)
    rules.pairs, rules.trusting = len(case.pairs_with_instruments), len(trusting_pairs(case))
    for number, (truster, trusted) in enumerate(trusting_pairs(case)):
        i, j = case.number("players", truster), case.number("players", trusted)
        rules.truster[number], rules.trusted[number], rules.learning_pair[i, j] = i, j, number
    _write_efforts(case, rules)
    for number, (name, table) in enumerate(case.tables.items()):
        _write_table(case, rules, number, name, table)
    _write_cells(case, rules)
    for number, war in enumerate(case.wars.values()):
        _write_war(case, rules, number, war)
    _write_instruments(case, rules)
    gone = {war.incumbent for war in case.wars.values() if war.turns_regime}
    rules.leaves[:] = [code in gone for code in case.players]
    return rules


def _write_efforts(case: Case, rules: Record) -> None:
    """Every mediator with every party of its tables: the cell that is its effort, who would gain by it and where."""
    rules.mediated = len(mediated_pairs(case))
    for o, (mediator, target) in enumerate(mediated_pairs(case)):
        m, j = case.number("players", mediator), case.number("players", target)
        rules.mediated_pair[o], rules.effort_pair[m, j] = rules.learning_pair[j, m], o
        for effort in case.efforts:
            for regime, name in enumerate(case.regimes):
                if (effort.mediator, effort.target) == (mediator, target) and effort.regime in (None, name):
                    rules.effort_cell[o, regime] = case.number("cells", effort.cell)
        shared = askers(case, mediator, target)
        rules.askers[o] = len(shared)
        for place, (other, t) in enumerate(shared):
            rules.asker[o, place], rules.asker_table[o, place] = case.number("players", other), t


def _write_table(case: Case, rules: Record, t: int, name: str, table: Table) -> None:
    rules.party[t] = [case.number("players", code) for code in table.parties]
    for side, i in enumerate(rules.party[t]):
        rules.sit_table[i, rules.sits[i]], rules.sit_side[i, rules.sits[i]] = t, side
        rules.sits[i] += 1
    rules.clauses[t] = len(table.clauses)
    rules.ended_war[t] = case.number("wars", table.ends_war)
    rules.table_hurdle[t] = max(clause.hurdle for clause in table.clauses.values())
    rules.table_regime[t, : len(case.regimes)] = [regime in table.regimes for regime in case.regimes]
    rules.opens[t] = words.OPENS_CODES[table.opens]
    if table.opens_after is not None:
        rules.opens_cell[t] = case.number("cells", table.opens_after.cell)
        rules.opens_at[t] = table.opens_after.at_least
        rules.opens_by[t] = case.number("players", deliverer_of(case, table.opens_after.cell))
    _write_votes(case, rules, t, table)
    rules.seats[t] = len(table.seats)
    for m, (_, members, standing) in enumerate(table.seats):
        rules.seat_members[t, m], rules.seat_standing[t, m] = len(members), standing
        rules.seat_share[t, m] = 1.0 / len(members)
        rules.seat_member[t, m, : len(members)] = [case.number("players", code) for code in members]
        for code in members:
            rules.seated[case.number("players", code), t] = 1
    for k, cell in enumerate(table.clauses):
        _write_clause(case, rules, t, k, name, cell)


def _write_votes(case: Case, rules: Record, t: int, table: Table) -> None:
    rules.members[t], rules.voters[t] = len(table.members), len(table.voters)
    rules.vote_weeks[t] = 0 if table.ratified_by is None else table.ratified_by.weeks
    for v, (code, needed) in enumerate(table.voters.items()):
        rules.voter[t, v] = case.number("players", code)
        rules.vote_needed[t, v] = log(needed) - log(1.0 - needed)
        if code in table.members:
            lead = table.members[code]
            rules.voter_side[t, v] = table.parties.index(lead)
            rules.voter_weight[t, v] = table.blocs[lead].weight(code)
    for side, party in enumerate(table.parties):
        bloc = table.blocs.get(party)
        rules.lead_weight[t, side] = 1.0 if bloc is None else bloc.weight(party)
        rules.weight_needed[t, side] = 0.0 if bloc is None else bloc.needs


def _write_clause(case: Case, rules: Record, t: int, k: int, name: str, cell: str) -> None:
    table = case.tables[name]
    clause = table.clauses[cell]
    rules.clause_cell[t, k] = case.number("cells", cell)
    rules.clause_default[t, k] = words.DEFAULT_CODES[clause.default]
    rules.clause_fallback[t, k] = words.DEFAULT_CODES[clause.fallback]
    rules.clause_nu[t, k], rules.clause_weeks[t, k] = clause.nu, clause.weeks
    rules.clause_conditional[t, k], rules.clause_both[t, k] = clause.conditional, clause.both
    rules.clause_through[t, k] = case.number("players", clause.through)
    if clause.through is not None:
        rules.through[t, rules.throughs[t]] = k
        rules.throughs[t] += 1
    rules.clause_arms[t, k] = case.number("wars", clause.arms)
    rules.clause_flow[t, k] = case.cells[cell].kind == "flow"
    if clause.default == "presence":
        rules.presence_cell, rules.presence_table, rules.presence_clause = case.number("cells", cell), t, k
        rules.presence_side = table.parties.index(clause.by or table.parties[0])
    if clause.position_of is not None:
        rules.clause_link[t, k] = table.parties.index(clause.position_of)
    if clause.shared_with is not None:
        rules.clause_link[t, k] = case.number("tables", clause.shared_with)
        rules.clause_link_clause[t, k] = case.clause_number(clause.shared_with, cell)
    if clause.opposed_to is not None:
        rules.clause_link[t, k] = case.clause_number(name, clause.opposed_to)
    for effort in case.efforts:
        if effort.cell == cell and effort.mediator == clause.by and effort.regime in (None, *table.regimes):
            pair = (case.number("players", effort.mediator), case.number("players", effort.target))
            rules.clause_effort[t, k] = rules.effort_pair[pair]
    for code in table.parties:
        rules.bargains[case.number("players", code), rules.clause_cell[t, k]] = 1
    if clause.delivered_alone is not None:
        rules.owns[case.number("players", clause.delivered_alone), rules.clause_cell[t, k]] = 1
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
    rules.challenger[w], rules.incumbent[w] = (
        case.number("players", war.challenger),
        case.number("players", war.incumbent),
    )
    rules.patron[w], rules.turns_regime[w] = case.number("players", war.patron), war.turns_regime
    rules.ceasefire_cell[w] = case.number("cells", war.ceasefire)
    rules.disarmament_cell[w], rules.flight_cell[w] = (
        case.number("cells", war.disarmament),
        case.number("cells", war.flight_cell),
    )
    _write_sides(case, rules, w, war)
    if war.sanctuary is None:
        return
    rules.sanctuary_host[w] = case.number("players", war.sanctuary.host)
    if war.sanctuary.regime is not None:
        rules.sanctuary_regime[w] = case.number("regimes", war.sanctuary.regime)
    if war.sanctuary.by == "cell":
        rules.sanctuary_cell[w] = case.number("cells", war.sanctuary.cell)
    else:
        wanted = (war.sanctuary.host, war.challenger, "sanctuary")
        tools = [(tool.holder, tool.target, tool.follows) for tool in case.instruments]
        rules.sanctuary_tool[w] = tools.index(wanted) if wanted in tools else words.NEVER


def _write_sides(case: Case, rules: Record, w: int, war: War) -> None:
    for code, side in (
        (war.challenger, words.CHALLENGING),
        (war.incumbent, words.DEFENDING),
        (war.patron, words.DEFENDING),
    ):
        if code is not None:
            rules.war_side[w, case.number("players", code)] = side
    rules.allies[w] = len(war.allies)
    for y, (code, ally) in enumerate(war.allies.items()):
        side = words.CHALLENGING if ally.side == "challenger" else words.DEFENDING
        rules.war_side[w, case.number("players", code)] = rules.ally_side[w, y] = side
        rules.ally_strength[w, y] = ally.strength
        rules.ally_peace[w, y] = case.number("tables", ally.peace)


def _write_instruments(case: Case, rules: Record) -> None:
    pairs = list(case.pairs_with_instruments)
    for v, (holder, target) in enumerate(pairs):
        rules.pair_holder[v], rules.pair_target[v] = case.number("players", holder), case.number("players", target)
    for number, tool in enumerate(case.instruments):
        pair = pairs.index((tool.holder, tool.target))
        rules.pair_tool[pair, rules.pair_tools[pair]] = number
        rules.pair_tools[pair] += 1
        rules.tool_follows[number] = words.FOLLOWS_CODES[tool.follows]
        rules.tool_cell[number] = case.number("cells", tool.cell if tool.follows.startswith("cell") else None)
        rules.tool_war[number] = case.number(
            "wars", tool.war if tool.follows.startswith(("control", "sanctuary")) else None
        )
