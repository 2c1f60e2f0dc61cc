"""The case: who negotiates with whom, over what, and what leverage is made of. Strictly loaded, frozen afterwards.

The engine knows no actor by name; another conflict is another folder under ``scenarios/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from sim.inputs import InputError, Strict, checked, nearest, read_yaml

if TYPE_CHECKING:
    from sim.scenario import Scenario

ActorKind = Literal["patron", "mediator_state", "government", "insurgency"]
Default = Literal["current", "none", "presence", "forecast", "position", "shared", "opposed"]
Follows = Literal["cell", "cell_left", "presence", "control", "control_left", "sanctuary"]
TableStatus = Literal["open", "suspended", "in_force"]
Share = Field(ge=0.0, le=1.0)


class Actor(Strict):
    """An actor that bargains: its full name and the kind that picks its agent class."""

    name: str
    kind: ActorKind


class Cell(Strict):
    """What is the case on one issue, in [0, 1], shared by every table that bargains over it."""

    issue: str
    kind: Literal["stock", "flow"]
    low: str
    high: str
    start: float = Share
    start_turned: float | None = Field(default=None, ge=0.0, le=1.0)
    norm: bool = False
    only_for: tuple[str, ...] = ()


class Clause(Strict):
    """One issue of one table: its default path, how well delivery is seen, who delivers it through whom."""

    default: Default
    nu: float = Field(gt=0.0, le=1.0)
    weeks: int = Field(default=26, ge=4, le=260)
    conditional: bool = False
    through: str | None = None
    position_of: str | None = None
    shared_with: str | None = None
    fallback: Literal["current", "none"] = "current"
    opposed_to: str | None = None
    ends_war: bool = False
    both: bool = False
    by: str | None = None
    arms: str | None = None
    hurdle: float = Field(default=0.0, ge=0.0, le=1.0)


class OpensAfter(Strict):
    """The delivered cell that opens a table."""

    cell: str
    at_least: float = Share


class Table(Strict):
    """A standing negotiation between two parties."""

    title: str
    parties: tuple[str, str]
    regimes: tuple[str, ...]
    opens: Literal["standing", "called", "after"]
    clauses: dict[str, Clause]
    mediators: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    opens_after: OpensAfter | None = None
    ends_war: str | None = None

    @property
    def seats(self) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
        """The mediators' seats: (name, members, whether present without an invitation), in declared order."""
        standing = tuple((code, (code,), True) for code in self.mediators)
        grouped = tuple((name, members, False) for name, members in self.groups.items())
        return standing + grouped + tuple((code, (code,), False) for code in self.invited)


class Sanctuary(Strict):
    """Where a challenger shelters: as far as the host's leverage of that name, or one less a cell, reaches."""

    host: str
    by: Literal["leverage", "cell"]
    cell: str | None = None
    regime: str | None = None


class War(Strict):
    """One challenger, one incumbent; control is the challenger's share of what is fought over."""

    challenger: str
    incumbent: str
    turns_regime: bool
    ceasefire: str
    parity_prior: str
    patron: str | None = None
    sanctuary: Sanctuary | None = None
    disarmament: str | None = None
    flight_cell: str | None = None


class Instrument(Strict):
    """What one actor's leverage on another is made of, and what its availability follows."""

    name: str
    holder: str
    target: str
    follows: Follows
    cell: str | None = None
    war: str | None = None

    @property
    def column(self) -> str:
        """The column of the instrument's share in a table of draws."""
        return f"share.{self.holder}.{self.target}.{self.name}"


class Effort(Strict):
    """A cell that is one mediator's effort on one actor."""

    mediator: str
    target: str
    cell: str


class Headline(Strict):
    """One outcome that the printed table and the report tell first: what `Runs.values` is asked, its name, and how.

    told: `share` of the runs in which it holds, `mean`, or `median` over the runs in which it is defined.
    """

    outcome: str = Field(min_length=1)
    label: str = Field(min_length=1)
    told: Literal["share", "mean", "median"]
    unit: str = ""


class Start(Strict):
    """The range of one starting condition: uniform on [low, high], and why."""

    low: float = Field(ge=0.0, le=260.0)
    high: float = Field(ge=0.0, le=260.0)
    status: Literal["sourced", "judged", "assumed"]
    why: str
    paragraphs: tuple[int, ...] = ()


class TableStart(Strict):
    """What an epoch says of a table: its status and, where an agreement is in force, its terms."""

    status: TableStatus
    status_of: Literal["sourced", "judged", "assumed"]
    why: str
    paragraphs: tuple[int, ...] = ()
    signed_weeks_ago: int = Field(default=0, ge=0, le=520)
    weeks_left: int = Field(default=0, ge=0, le=260)
    package: dict[str, float] = Field(default_factory=dict)


class Epoch(Strict):
    """The state that one article sets."""

    epoch: str
    title: str
    article: str
    date: str
    regime: str
    start: dict[str, Start]
    tables: dict[str, TableStart] = Field(default_factory=dict)


class Case(Strict):
    """A whole case. ``players`` are the actors, then the third parties, in declared order."""

    case: str
    title: str
    actors: dict[str, Actor]
    third_parties: dict[str, str]
    regimes: tuple[str, str]
    cells: dict[str, Cell]
    tables: dict[str, Table]
    wars: dict[str, War]
    instruments: tuple[Instrument, ...]
    efforts: tuple[Effort, ...] = ()
    headline: tuple[Headline, ...] = ()
    epochs: dict[str, Epoch] = Field(default_factory=dict)
    folder: Path = Field(default=Path("."))

    @cached_property
    def players(self) -> tuple[str, ...]:
        """Codes of the actors, then of the third parties."""
        return (*self.actors, *self.third_parties)

    def player_index(self, code: str) -> int:
        """The index of a player in every array over players."""
        return self.players.index(code)

    def scenario(self, name: str | Path, **changes: Any) -> Scenario:
        """A scenario of this case, or of a file that ends in .yaml, changed as `Scenario.change` takes it.

        Errors: ``InputError`` for an unknown scenario or lever, or a value out of its range.
        """
        from sim.scenario import load_scenario

        found = load_scenario(self, name)
        return found.change(**changes) if changes else found

    def name_of(self, code: str) -> str:
        """The full name of a player."""
        return self.actors[code].name if code in self.actors else self.third_parties[code]

    @cached_property
    def pairs_with_instruments(self) -> dict[tuple[str, str], tuple[Instrument, ...]]:
        """The instruments of each (holder, target), in declared order."""
        pairs: dict[tuple[str, str], tuple[Instrument, ...]] = {}
        for tool in self.instruments:
            pairs[tool.holder, tool.target] = (*pairs.get((tool.holder, tool.target), ()), tool)
        return pairs

    def cells_of_issue(self, issue: str, actor: str) -> tuple[str, ...]:
        """The cells that a coded row of this issue and actor speaks of.

        A cell with ``only_for`` takes the rows of the actors it names, and no other cell does.
        """
        matching = {name: cell for name, cell in self.cells.items() if cell.issue == issue}
        named = tuple(name for name, cell in matching.items() if actor in cell.only_for)
        return named or tuple(name for name, cell in matching.items() if not cell.only_for)


CASES = Path(__file__).resolve().parent / "scenarios"
CHECKOUT = Path(__file__).resolve().parent.parent / "scenarios"


def case_folder(name: str) -> Path:
    """The folder of a case: a folder's path, or the name of a case that comes with the package."""
    roots = [root for root in (CASES, CHECKOUT) if root.is_dir()]
    for folder in (Path(name), *(root / name for root in roots)):
        if (folder / "case.yaml").is_file():
            return folder.resolve()
    known = sorted(path.parent.name for root in roots for path in root.glob("*/case.yaml"))
    raise InputError("configuration", "case", f"there is no case {name!r}", allowed=known, meant=nearest(name, known))


def load_case(name: str | Path = "afghanistan") -> Case:
    """Load and check a case and its epochs.

    Args:
        name: the name of a case that comes with the package, or the path of a case's folder.

    Raises:
        InputError: the first mistake found, with file, key, value and what is allowed.
    """
    folder = case_folder(str(name))
    file = str(folder / "case.yaml")
    data = {**read_yaml(folder / "case.yaml"), "folder": folder}
    case = checked(Case, data, file=file)
    _check_case(case, file)
    epochs = [_load_epoch(case, path) for path in sorted((folder / "epoch").glob("*.yaml"))]
    return case.model_copy(update={"epochs": {epoch.epoch: epoch for epoch in epochs}})


def _load_epoch(case: Case, path: Path) -> Epoch:
    epoch = checked(Epoch, read_yaml(path), file=str(path))
    _known(str(path), "regime", epoch.regime, case.regimes, "regime")
    for name, start in epoch.start.items():
        _check_start(case, str(path), f"start.{name}", name, start)
    for name, table in epoch.tables.items():
        _known(str(path), f"tables.{name}", name, case.tables, "table")
        for cell in table.package:
            _known(str(path), f"tables.{name}.package.{cell}", cell, case.tables[name].clauses, "clause")
    return epoch


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
    _known(file, key, kind, domains, "starting condition")
    _known(file, key, rest, domains[kind], f"name for {kind}")
    if kind != "sessions" and start.high > 1.0:
        raise InputError(file, key, f"{start.high} is too large", allowed="0 to 1")


def _known(file: str, key: str, value: str, allowed: Iterable[str], what: str) -> None:
    names = list(allowed)
    if value not in names:
        raise InputError(file, key, f"{value!r} is not a {what}", allowed=names, meant=nearest(value, names))


def _check_case(case: Case, file: str) -> None:
    for code, cell in case.cells.items():
        for actor in cell.only_for:
            _known(file, f"cells.{code}.only_for", actor, case.players, "player")
    for name, table in case.tables.items():
        _check_table(case, file, f"tables.{name}", table)
    for name, war in case.wars.items():
        _check_war(case, file, f"wars.{name}", war)
    for number, tool in enumerate(case.instruments):
        _check_instrument(case, file, f"instruments[{number}]", tool)
    for number, effort in enumerate(case.efforts):
        _known(file, f"efforts[{number}].mediator", effort.mediator, case.players, "player")
        _known(file, f"efforts[{number}].target", effort.target, case.players, "player")
        _known(file, f"efforts[{number}].cell", effort.cell, case.cells, "cell")


def _check_table(case: Case, file: str, key: str, table: Table) -> None:
    for party in table.parties:
        _known(file, f"{key}.parties", party, case.actors, "actor")
    if table.parties[0] == table.parties[1]:
        raise InputError(file, f"{key}.parties", f"{table.parties[0]!r} is named twice", allowed="two actors")
    for name, members, _ in table.seats:
        for member in members:
            _known(file, f"{key}.mediators", member, case.players, "player")
            if member in table.parties:
                problem = f"{member!r} is a party and cannot mediate in {name!r}"
                raise InputError(file, f"{key}.mediators", problem, allowed="players other than the parties")
    for regime in table.regimes:
        _known(file, f"{key}.regimes", regime, case.regimes, "regime")
    if (table.opens == "after") != (table.opens_after is not None):
        raise InputError(file, f"{key}.opens_after", "goes with opens: after", allowed="both or neither")
    if table.opens_after is not None:
        _known(file, f"{key}.opens_after.cell", table.opens_after.cell, case.cells, "cell")
    if table.ends_war is not None:
        _known(file, f"{key}.ends_war", table.ends_war, case.wars, "war")
    for cell, clause in table.clauses.items():
        _check_clause(case, file, f"{key}.clauses.{cell}", cell, table, clause)


# Which further key each default path needs.
NEEDS: Mapping[str, str] = {"position": "position_of", "shared": "shared_with", "opposed": "opposed_to"}


def _check_clause(case: Case, file: str, key: str, cell: str, table: Table, clause: Clause) -> None:
    _known(file, key, cell, case.cells, "cell")
    if clause.both == (clause.by is not None):
        raise InputError(file, f"{key}.by", "names who delivers, unless both do", allowed="either by or both")
    needed = NEEDS.get(clause.default)
    if needed and getattr(clause, needed) is None:
        raise InputError(file, f"{key}.{needed}", "is missing", allowed=f"needed by default: {clause.default}")
    links: tuple[tuple[str, str | None, Iterable[str], str], ...] = (
        ("through", clause.through, case.actors, "actor"),
        ("by", clause.by, table.parties, "party"),
        ("position_of", clause.position_of, table.parties, "party"),
        ("shared_with", clause.shared_with, case.tables, "table"),
        ("opposed_to", clause.opposed_to, table.clauses, "clause"),
        ("arms", clause.arms, case.wars, "war"),
    )
    for name, value, allowed, what in links:
        if value is not None:
            _known(file, f"{key}.{name}", value, allowed, what)
    if clause.shared_with is not None and cell not in case.tables[clause.shared_with].clauses:
        problem = f"{clause.shared_with!r} has no clause {cell!r}"
        raise InputError(file, f"{key}.shared_with", problem, allowed="a table with this clause")
    if clause.ends_war and table.ends_war is None:
        raise InputError(file, f"{key}.ends_war", "the table ends no war", allowed="a table with ends_war")


def _check_war(case: Case, file: str, key: str, war: War) -> None:
    for role in ("challenger", "incumbent", "patron"):
        code = getattr(war, role)
        if code is not None:
            _known(file, f"{key}.{role}", code, case.actors, "actor")
    _known(file, f"{key}.ceasefire", war.ceasefire, case.cells, "cell")
    for role in ("disarmament", "flight_cell"):
        cell = getattr(war, role)
        if cell is not None:
            _known(file, f"{key}.{role}", cell, case.cells, "cell")
    if war.sanctuary is not None:
        _known(file, f"{key}.sanctuary.host", war.sanctuary.host, case.actors, "actor")
        if war.sanctuary.by == "cell":
            _known(file, f"{key}.sanctuary.cell", war.sanctuary.cell or "", case.cells, "cell")
        if war.sanctuary.regime is not None:
            _known(file, f"{key}.sanctuary.regime", war.sanctuary.regime, case.regimes, "regime")


def _check_instrument(case: Case, file: str, key: str, tool: Instrument) -> None:
    _known(file, f"{key}.holder", tool.holder, case.players, "player")
    _known(file, f"{key}.target", tool.target, case.players, "player")
    if tool.follows in ("cell", "cell_left"):
        _known(file, f"{key}.cell", tool.cell or "", case.cells, "cell")
    if tool.follows in ("control", "control_left", "sanctuary"):
        _known(file, f"{key}.war", tool.war or "", case.wars, "war")


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
