"""Load a case: read its files, check that every name in them means something, and hand out its scenarios.

The first mistake is an `InputError` with file, key, value, what is allowed and the name that was probably meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.case.case import Case, Clause, Epoch, Instrument, Start, Table, War
from sim.case.folder import case_folder
from sim.case.scenario import Scenario, load_scenario
from sim.case.scenarios import Scenarios
from sim.case.settlements import check_settlements, usual_settlements
from sim.inputs.errors import InputError, one_of
from sim.inputs.files import read_yaml
from sim.inputs.frozen import Frozen
from sim.inputs.objects import checked


class LoadedCase(Case):
    """A case as a researcher holds it: the data, and the scenarios of its folder."""

    @cached_property
    def scenarios(self) -> Scenarios:
        """The scenarios that come with the case, by name; printed, each with its question and its levers."""
        return Scenarios(self)

    def scenario(self, name: str | Path, **changes: Any) -> Scenario:
        """A scenario of this case, or of a file that ends in .yaml, changed as `Scenario.change` takes it.

        Raises:
            InputError: an unknown scenario or lever, or a value out of its range.
        """
        found = load_scenario(self, name)
        return found.change(**changes) if changes else found


def load_case(name: str | Path = "afghanistan") -> LoadedCase:
    """Load and check a case and its epochs.

    Args:
        name: the name of a case that comes with the package, or the path of a case's folder.

    Raises:
        InputError: the first mistake found, with file, key, value and what is allowed.
    """
    folder = case_folder(str(name))
    file = str(folder / "case.yaml")
    data = {**read_yaml(folder / "case.yaml"), "folder": folder}
    case = checked(LoadedCase, data, file=file)
    _check_case(case, file)
    if not case.settlements:
        case = case.model_copy(update={"settlements": Frozen(usual_settlements(case))})
    check_settlements(case, file)
    epochs = [_load_epoch(case, path) for path in sorted((folder / "epoch").glob("*.yaml"))]
    for number, line in enumerate(case.headline):
        for name in line.epochs:
            one_of(file, f"headline[{number}].epochs", name, [epoch.epoch for epoch in epochs], "an epoch")
    return case.model_copy(update={"epochs": Frozen({epoch.epoch: epoch for epoch in epochs})})


def _load_epoch(case: Case, path: Path) -> Epoch:
    epoch = checked(Epoch, read_yaml(path), file=str(path))
    one_of(str(path), "regime", epoch.regime, case.regimes, "a regime")
    for name in _needed_starts(case):
        if name not in epoch.start:
            raise InputError(str(path), f"start.{name}", "is missing", allowed="a range, low to high, with its reason")
    for name, start in epoch.start.items():
        _check_start(case, str(path), f"start.{name}", name, start)
    for name, table in epoch.tables.items():
        one_of(str(path), f"tables.{name}", name, case.tables, "a table")
        for cell in table.package:
            one_of(str(path), f"tables.{name}.package.{cell}", cell, case.tables[name].clauses, "a clause")
    return epoch


def _needed_starts(case: Case) -> list[str]:
    """The starting conditions without which the model would begin with nothing: control, and the patron's presence."""
    patrons = any(war.patron is not None for war in case.wars.values())
    return [*(["presence"] if patrons else []), *(f"control.{war}" for war in case.wars)]


def _check_start(case: Case, file: str, key: str, name: str, start: Start) -> None:
    if start.low > start.high:
        raise InputError(file, key, f"low {start.low} is above high {start.high}", allowed="low <= high")
    kind, _, rest = name.partition(".")
    domains: Mapping[str, Iterable[str]] = {
        "control": case.wars,
        "cell": case.cells,
        "sessions": case.tables,
        "presence": ("",),
    }
    one_of(file, key, kind, domains, "a starting condition")
    one_of(file, key, rest, domains[kind], f"a name for {kind}")
    if kind != "sessions" and start.high > 1.0:
        raise InputError(file, key, f"{start.high} is too large", allowed="0 to 1")


def _check_case(case: Case, file: str) -> None:
    for code, cell in case.cells.items():
        for actor in cell.only_for:
            one_of(file, f"cells.{code}.only_for", actor, case.players, "a player")
    for name, table in case.tables.items():
        _check_table(case, file, f"tables.{name}", table)
    for name, war in case.wars.items():
        _check_war(case, file, f"wars.{name}", war)
    for number, tool in enumerate(case.instruments):
        _check_instrument(case, file, f"instruments[{number}]", tool)
    for number, effort in enumerate(case.efforts):
        one_of(file, f"efforts[{number}].mediator", effort.mediator, case.players, "a player")
        one_of(file, f"efforts[{number}].target", effort.target, case.players, "a player")
        one_of(file, f"efforts[{number}].cell", effort.cell, case.cells, "a cell")
        if effort.regime is not None:
            one_of(file, f"efforts[{number}].regime", effort.regime, case.regimes, "a regime")


def _check_table(case: Case, file: str, key: str, table: Table) -> None:
    for party in table.parties:
        one_of(file, f"{key}.parties", party, case.actors, "an actor")
    if table.parties[0] == table.parties[1]:
        raise InputError(file, f"{key}.parties", f"{table.parties[0]!r} is named twice", allowed="two actors")
    for name, members, _ in table.seats:
        for member in members:
            one_of(file, f"{key}.mediators", member, case.players, "a player")
            if member in table.parties:
                problem = f"{member!r} is a party and cannot mediate in {name!r}"
                raise InputError(file, f"{key}.mediators", problem, allowed="players other than the parties")
    for regime in table.regimes:
        one_of(file, f"{key}.regimes", regime, case.regimes, "a regime")
    if (table.opens == "after") != (table.opens_after is not None):
        raise InputError(file, f"{key}.opens_after", "goes with opens: after", allowed="both or neither")
    if table.opens_after is not None:
        one_of(file, f"{key}.opens_after.cell", table.opens_after.cell, case.cells, "a cell")
    if table.ends_war is not None:
        one_of(file, f"{key}.ends_war", table.ends_war, case.wars, "a war")
    _check_blocs(case, file, f"{key}.blocs", table)
    if table.ratified_by is not None:
        _check_votes(case, file, f"{key}.ratified_by.voters", table)
    for cell, clause in table.clauses.items():
        _check_clause(case, file, f"{key}.clauses.{cell}", cell, table, clause)


def _check_blocs(case: Case, file: str, key: str, table: Table) -> None:
    seen: set[str] = set()
    for lead, bloc in table.blocs.items():
        one_of(file, key, lead, table.parties, "a party, which leads its side")
        one_of(file, f"{key}.{lead}.members", lead, bloc.members, "a member", "the party itself among its members")
        for code, weight in bloc.members.items():
            place = f"{key}.{lead}.members.{code}"
            one_of(file, f"{key}.{lead}.members", code, case.players, "a player")
            if code in seen or (code in table.parties and code != lead):
                raise InputError(file, place, "is on both sides", allowed="each player once")
            if not 0.0 < weight < float("inf"):
                raise InputError(file, place, f"{weight:g} is no weight", allowed="above 0")
            seen.add(code)


def _check_votes(case: Case, file: str, key: str, table: Table) -> None:
    assert table.ratified_by is not None
    for voter, needed in table.ratified_by.voters.items():
        one_of(file, key, voter, case.players, "a player")
        if voter in table.parties:
            problem = f"{voter!r} is a party, and ratifies what it signs anyway"
            raise InputError(file, f"{key}.{voter}", problem, allowed="players other than the parties")
        if voter in table.members:
            problem = f"{voter!r} bargains with {table.members[voter]!r}, and agrees before anything is signed"
            raise InputError(file, f"{key}.{voter}", problem, allowed="players who are in no bloc of the table")
        if not 0.0 < needed < 1.0:
            raise InputError(file, f"{key}.{voter}", f"{needed:g} is out of range", allowed="a share between 0 and 1")


# Which further key each default path needs.
NEEDS: Mapping[str, str] = {"position": "position_of", "shared": "shared_with", "opposed": "opposed_to"}


def _check_clause(case: Case, file: str, key: str, cell: str, table: Table, clause: Clause) -> None:
    one_of(file, key, cell, case.cells, "a cell")
    if clause.both == (clause.by is not None):
        raise InputError(file, f"{key}.by", "names who delivers, unless both do", allowed="either by or both")
    needed = NEEDS.get(clause.default)
    if needed and getattr(clause, needed) is None:
        raise InputError(file, f"{key}.{needed}", "is missing", allowed=f"needed by default: {clause.default}")
    links: tuple[tuple[str, str | None, Iterable[str], str], ...] = (
        ("through", clause.through, case.actors, "an actor"),
        ("by", clause.by, table.parties, "a party"),
        ("position_of", clause.position_of, table.parties, "a party"),
        ("shared_with", clause.shared_with, case.tables, "a table"),
        ("opposed_to", clause.opposed_to, table.clauses, "a clause"),
        ("arms", clause.arms, case.wars, "a war"),
    )
    for name, value, allowed, what in links:
        if value is not None:
            one_of(file, f"{key}.{name}", value, allowed, what)
    if clause.shared_with is not None and cell not in case.tables[clause.shared_with].clauses:
        problem = f"{clause.shared_with!r} has no clause {cell!r}"
        raise InputError(file, f"{key}.shared_with", problem, allowed="a table with this clause")
    if clause.ends_war and table.ends_war is None:
        raise InputError(file, f"{key}.ends_war", "the table ends no war", allowed="a table with ends_war")


def _check_war(case: Case, file: str, key: str, war: War) -> None:
    for role in ("challenger", "incumbent", "patron"):
        code = getattr(war, role)
        if code is not None:
            one_of(file, f"{key}.{role}", code, case.actors, "an actor")
    if war.turns_regime and case.turned is None:
        problem = "there is no regime to turn to"
        raise InputError(file, f"{key}.turns_regime", problem, allowed="false, or a second name in regimes")
    one_of(file, f"{key}.ceasefire", war.ceasefire, case.cells, "a cell")
    for role in ("disarmament", "flight_cell"):
        cell = getattr(war, role)
        if cell is not None:
            one_of(file, f"{key}.{role}", cell, case.cells, "a cell")
    if war.sanctuary is not None:
        one_of(file, f"{key}.sanctuary.host", war.sanctuary.host, case.actors, "an actor")
        if war.sanctuary.by == "cell":
            one_of(file, f"{key}.sanctuary.cell", war.sanctuary.cell or "", case.cells, "a cell")
        if war.sanctuary.regime is not None:
            one_of(file, f"{key}.sanctuary.regime", war.sanctuary.regime, case.regimes, "a regime")


def _check_instrument(case: Case, file: str, key: str, tool: Instrument) -> None:
    one_of(file, f"{key}.holder", tool.holder, case.players, "a player")
    one_of(file, f"{key}.target", tool.target, case.players, "a player")
    if tool.follows in ("cell", "cell_left"):
        one_of(file, f"{key}.cell", tool.cell or "", case.cells, "a cell")
    if tool.follows in ("control", "control_left", "sanctuary"):
        one_of(file, f"{key}.war", tool.war or "", case.wars, "a war")


def describe(case: Case) -> dict[str, Any]:
    """How large the case is: the counts that fix the shapes of every array."""
    return {
        "players": len(case.players),
        "actors": len(case.actors),
        "cells": len(case.cells),
        "tables": len(case.tables),
        "clauses": max(len(table.clauses) for table in case.tables.values()),
        "seats": max(1, max(len(table.seats) for table in case.tables.values())),
        "wars": len(case.wars),
        "instruments": len(case.instruments),
    }
