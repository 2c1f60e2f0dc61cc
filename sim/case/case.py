"""The case: who negotiates with whom, over what, and what leverage is made of; frozen.

The engine knows no actor by name; another conflict is another folder under ``scenarios/``. Here stands what a case is;
`sim.case.loading` reads and checks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Literal

from pydantic import Field

from sim.inputs.frozen import Frozen
from sim.inputs.numbers import counted
from sim.inputs.objects import Strict
from sim.model.vocabulary import NEVER

ActorKind = Literal["patron", "mediator_state", "government", "insurgency", "party"]
Default = Literal["current", "none", "presence", "forecast", "position", "shared", "opposed"]
Follows = Literal["cell", "cell_left", "presence", "control", "control_left", "sanctuary"]
TableStatus = Literal["open", "suspended", "in_force"]
Share = Field(ge=0.0, le=1.0)


class Actor(Strict):
    """An actor that bargains: its full name and the kind that picks its agent class.

    Attributes:
        name: its full name, as it stands in a sentence.
        kind: what it is, which picks its agent class; the rules do not depend on it.
    """

    name: str = Field(min_length=1)
    kind: ActorKind


class Cell(Strict):
    """What is the case on one issue, in [0, 1], shared by every table that bargains over it.

    Attributes:
        issue: the name under which its positions are coded; two cells may share one.
        kind: stock: done once, stays done; flow: kept every week.
        low: what 0 means, in words.
        high: what 1 means, in words.
        start: its value where an epoch says nothing else.
        start_turned: the same under the second regime, and what a takeover makes of it; left out: it stays.
        norm: whether it is promised without an agreement, so that breaking it costs trust.
        only_for: the players whose coded rows on the issue are about this cell alone; empty for all others.
    """

    issue: str
    kind: Literal["stock", "flow"]
    low: str
    high: str
    start: float = Share
    start_turned: float | None = Field(default=None, ge=0.0, le=1.0)
    norm: bool = False
    only_for: tuple[str, ...] = ()

    def usual(self, turned: bool) -> float:
        """Its value where no article speaks of it, under the first regime or the second."""
        return self.start_turned if turned and self.start_turned is not None else self.start


class Clause(Strict):
    """One issue of one table: its default path, how well delivery is seen, who delivers it through whom.

    Attributes:
        default: the path without a deal: current (as it is), none (0), presence (one less the patron's presence),
            forecast (of the war's control), position (of the actor named), shared (the clause in force at the table
            named), opposed (current times one less the default of the clause named).
        nu: how well delivery can be seen.
        weeks: over which a stock is due.
        conditional: whether delivery waits while the other side is in arrears.
        through: the actor whose hands deliver it; left out: the deliverer's own.
        position_of: the party whose position is the path, with default: position.
        shared_with: the table whose clause in force is the path, with default: shared.
        fallback: the path where that table has none in force, with default: shared.
        opposed_to: the clause of this table that it is opposed to, with default: opposed.
        ends_war: whether it is the ceasefire that ends the war which the table ends.
        both: whether both parties deliver, whoever gains.
        by: the party that delivers where it is neither or both; not beside both.
        arms: the war whose challenger it strengthens.
        hurdle: net value that its ratification asks for beyond mere gain.
    """

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

    @property
    def delivered_alone(self) -> str | None:
        """The party that delivers it alone, through nobody's hands and not as a matter of its own position."""
        alone = not self.both and self.through in (None, self.by) and self.default != "position"
        return self.by if alone else None


class OpensAfter(Strict):
    """The delivered cell that opens a table.

    Attributes:
        cell: whose delivery opens the table.
        at_least: the point that it has to reach.
    """

    cell: str
    at_least: float = Share


class Bloc(Strict):
    """Those who bargain as one side under a rule: a party leads, and enough of the weight has to agree with it.

    Attributes:
        members: the party and the players who bargain with it, each with its weight; they are scaled to sum to 1.
        needs: the share of the weight that has to agree; 1 for unanimity.
    """

    members: dict[str, float] = Field(min_length=2, max_length=12)
    needs: float = Field(gt=0.0, le=1.0)

    def weight(self, code: str) -> float:
        """The weight of a member, as a share of all."""
        return self.members[code] / sum(self.members.values())


class RatifiedBy(Strict):
    """The votes that what is signed needs before it is in force.

    Attributes:
        voters: players who are no party, such as a parliament or an electorate, each with the share in favour it needs.
        weeks: from the signature to the day of the vote, one for all.
    """

    voters: dict[str, float] = Field(min_length=1, max_length=8)
    weeks: int = Field(ge=1, le=104)


class Table(Strict):
    """A standing negotiation between two parties.

    Attributes:
        title: its name in a sentence.
        parties: the two actors that bargain.
        regimes: under which it exists.
        opens: standing: open at the start; called: when an event calls a session; after: once a cell has been
            delivered to a point.
        clauses: what it bargains over, by cell.
        mediators: players that attend by their own choice.
        invited: players that can mediate once a scenario invites them.
        groups: players that mediate together as one seat once invited, by the name of the group.
        opens_after: the cell that opens it, with opens: after.
        ends_war: the war that its ceasefire clause ends.
        blocs: players who bargain as one side with a party that leads it, by the party.
        ratified_by: the votes that what is signed needs before it is in force.
    """

    title: str
    parties: tuple[str, str]
    regimes: tuple[str, ...] = Field(min_length=1)
    opens: Literal["standing", "called", "after"]
    clauses: dict[str, Clause] = Field(min_length=1)
    mediators: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    opens_after: OpensAfter | None = None
    ends_war: str | None = None
    ratified_by: RatifiedBy | None = None
    blocs: dict[str, Bloc] = Field(default_factory=dict)

    @property
    def members(self) -> Mapping[str, str]:
        """Those who bargain with a party and are none: each with the party that leads its side."""
        return Frozen({code: lead for lead, bloc in self.blocs.items() for code in bloc.members if code != lead})

    @property
    def voters(self) -> Mapping[str, float]:
        """All who are asked, with the share in favour that each needs: members of a side, then who votes later."""
        later = {} if self.ratified_by is None else self.ratified_by.voters
        return Frozen({**dict.fromkeys(self.members, 0.5), **later})

    @property
    def seats(self) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
        """The mediators' seats: (name, members, whether present without an invitation), in declared order."""
        standing = tuple((code, (code,), True) for code in self.mediators)
        grouped = tuple((name, members, False) for name, members in self.groups.items())
        return standing + grouped + tuple((code, (code,), False) for code in self.invited)


class Sanctuary(Strict):
    """Where a challenger shelters: as far as the host's leverage of that name, or one less a cell, reaches.

    Attributes:
        host: the actor that shelters the challenger.
        by: leverage: as far as the host's instrument of that name reaches; cell: one less a cell.
        cell: that cell, with by: cell.
        regime: the regime under which it shelters; left out: under each.
    """

    host: str
    by: Literal["leverage", "cell"]
    cell: str | None = None
    regime: str | None = None


class Ally(Strict):
    """An actor that fights beside the challenger or the incumbent, until it makes a peace of its own.

    Attributes:
        side: beside whom.
        strength: what it adds to that side, as a share of what the challenger or incumbent brings.
        peace: the table whose agreement, while it is in force, takes it out of the war; left out: it fights to the end.
    """

    side: Literal["challenger", "incumbent"]
    strength: float = Field(gt=0, le=10)
    peace: str | None = None


class War(Strict):
    """A challenger and an incumbent, each with its allies; control is the challengers' share of what is fought over.

    Attributes:
        challenger: the actor that fights for control, and leads who fights with it.
        incumbent: the actor that has it, and leads who fights with it.
        allies: who else fights on either side.
        turns_regime: whether the challenger's victory brings the second regime.
        title: its name in a sentence; left out: its key.
        ceasefire: the cell of its ceasefire.
        parity_prior: the parameter of its parity; left out: war_parity_ and its key.
        patron: the actor whose forces back the incumbent.
        sanctuary: where the challenger shelters.
        disarmament: the cell that says how far the challenger has given up its arms.
        flight_cell: the cell that falls as people flee.
    """

    challenger: str
    incumbent: str
    allies: dict[str, Ally] = Field(default_factory=dict)
    turns_regime: bool
    title: str = ""
    ceasefire: str
    parity_prior: str = Field(default="", min_length=1)
    patron: str | None = None
    sanctuary: Sanctuary | None = None
    disarmament: str | None = None
    flight_cell: str | None = None

    def parity_of(self, name: str) -> str:
        """The parameter of its parity: the one that the case names, else one of its own."""
        return self.parity_prior or f"war_parity_{name}"


class Instrument(Strict):
    """What one actor's leverage on another is made of, and what its availability follows.

    Attributes:
        name: its name, once for each pair.
        holder: the player that has it.
        target: the player on whom it works.
        follows: what it follows: cell (its value), cell_left (one less its value), presence (of the patron), control
            or control_left (of the war), sanctuary (what the war's challenger depends on its host for).
        cell: that cell, with follows: cell or cell_left.
        war: that war, with follows: control, control_left or sanctuary.
    """

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
    """A cell that is one mediator's effort on one actor, under one regime or under both.

    Attributes:
        mediator: whose effort it is.
        target: the party on whom it presses.
        cell: the cell that is the effort, in place of one half.
        regime: under which it is; left out: under each.
    """

    mediator: str
    target: str
    cell: str
    regime: str | None = None


class NamedEvent(Strict):
    """A word of this conflict for a general event about one of its issues.

    Attributes:
        general: the general event, `is` in the file.
        issue: the cell that it is about.
        norm: the cell of the norm that it moves, where the general event moves one.
        meaning: what happens, in words.
        changes: what it changes in the model, in words; empty for the words of the general event.
    """

    general: Literal["give_issue", "move_issue", "shift_issue", "lower_issue", "propose_order"] = Field(alias="is")
    issue: str
    norm: str | None = None
    meaning: str = Field(min_length=1)
    changes: str = ""


class Headline(Strict):
    """One outcome that the printed table and the report tell first: what `Runs.values` is asked, its name, and how.

    told: `share` of the runs in which it holds, `mean`, or `median` over the runs in which it is defined.
    epochs: from which it is told; empty for all.

    Attributes:
        outcome: what is asked of the runs: an outcome column, a table's name (ever agreed), a settlement class, or a
            condition NAME >= NUMBER.
        label: its name in the table.
        told: share of the runs in which it holds, mean, or median over the runs in which it is defined.
        unit: in which it is told; empty for none.
        epochs: from which it is told; empty for all.
    """

    outcome: str = Field(min_length=1)
    label: str = Field(min_length=1)
    told: Literal["share", "mean", "median"]
    unit: str = ""
    epochs: tuple[str, ...] = ()

    def is_told_from(self, epoch: str) -> bool:
        """Whether it is told of scenarios that start at this epoch."""
        return not self.epochs or epoch in self.epochs


class Start(Strict):
    """The range of one starting condition: uniform on [low, high], and why.

    Attributes:
        low: the least that it may have been.
        high: the most.
        status: sourced: the source says so; judged: it bounds it loosely; assumed: nothing says so.
        why: the reason.
        paragraphs: of the epoch's article.
    """

    low: float = Field(ge=0.0, le=260.0)
    high: float = Field(ge=0.0, le=260.0)
    status: Literal["sourced", "judged", "assumed"]
    why: str
    paragraphs: tuple[int, ...] = ()


class TableStart(Strict):
    """What an epoch says of a table: its status and, where an agreement is in force, its terms.

    Attributes:
        status: open, suspended, or in_force with an agreement.
        status_of: sourced, judged or assumed.
        why: the reason.
        paragraphs: of the epoch's article.
        signed_weeks_ago: weeks since it was signed, with status: in_force.
        weeks_left: weeks until what was promised is due, with status: in_force.
        package: the terms in force, a point for each clause, with status: in_force.
    """

    status: TableStatus
    status_of: Literal["sourced", "judged", "assumed"]
    why: str
    paragraphs: tuple[int, ...] = ()
    signed_weeks_ago: int = Field(default=0, ge=0, le=520)
    weeks_left: int = Field(default=0, ge=0, le=260)
    package: dict[str, float] = Field(default_factory=dict)


class Epoch(Strict):
    """The state that one article sets.

    Attributes:
        epoch: its name, that of the file.
        title: what it is, in a few words.
        article: the article that sets it; left out in a case without articles.
        date: the day on which the runs begin.
        regime: the regime that holds.
        start: ranges of starting conditions: presence, control.WAR, cell.CELL, sessions.TABLE.
        tables: tables that are not as they usually begin.
    """

    epoch: str
    title: str
    article: str = ""
    date: str
    regime: str
    start: dict[str, Start] = Field(default_factory=dict)
    tables: dict[str, TableStart] = Field(default_factory=dict)


NO_CLASS = "none"  # of a run for which no class of the case holds


class Settlement(Strict):
    """A class in which a run can end, by what is the case at the horizon.

    Attributes:
        meaning: what holds of a run in the class, in words.
        all: conditions on outcome columns (`OUTCOME >= NUMBER`) that hold together.
        any: conditions of which one at least holds, beside all of `all`.
        settles: whether it counts as a settlement, where a report tells one number of all of them.
        colour: of its figures; None: one that no other class has.
    """

    meaning: str = Field(min_length=1)
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    settles: bool = False
    colour: Literal["blue", "vermillion", "green", "orange", "purple", "sky", "yellow"] | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        """All of its conditions."""
        return (*self.all, *self.any)


Group = Literal["players", "cells", "tables", "wars", "regimes", "epochs"]


class Case(Strict):
    """A whole case. ``players`` are the actors, then the third parties, in declared order.

    Attributes:
        case: its name.
        title: what it is, in a line.
        actors: who bargains, by code.
        third_parties: full names of players that mediate and hold positions, by code.
        regimes: the regime that is fought over, and the one that a takeover brings where one can.
        cells: what is bargained over, by name.
        tables: the standing negotiations, by name.
        wars: by name.
        instruments: what leverage is made of.
        efforts: cells that are a mediator's effort.
        events: words of this conflict for general events, by name.
        headline: what the printed table and the report tell first.
        settlements: the classes in which a run can end, in the order in which they are tried; left out: whether the
            regime turned, and whether an agreement is in force.
        epochs: read from the folder epoch, a file each.
        folder: where the case is; not in the file.
    """

    case: str = Field(min_length=1)
    title: str
    actors: dict[str, Actor] = Field(min_length=2)
    third_parties: dict[str, str] = Field(default_factory=dict)
    regimes: tuple[str, ...] = Field(min_length=1, max_length=2)
    cells: dict[str, Cell] = Field(min_length=1)
    tables: dict[str, Table] = Field(min_length=1)
    wars: dict[str, War] = Field(default_factory=dict)
    instruments: tuple[Instrument, ...] = ()
    efforts: tuple[Effort, ...] = ()
    events: dict[str, NamedEvent] = Field(default_factory=dict)
    headline: tuple[Headline, ...] = ()
    settlements: dict[str, Settlement] = Field(default_factory=dict)
    epochs: dict[str, Epoch] = Field(default_factory=dict)
    folder: Path = Field(default=Path("."))

    def __repr__(self) -> str:
        counts = ((self.actors, "actor"), (self.tables, "table"), (self.wars, "war"), (self.epochs, "epoch"))
        return f"<case {self.case}: {', '.join(counted(len(group), noun) for group, noun in counts)}>"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.title)} {escape(repr(self))}</p>"

    @cached_property
    def players(self) -> tuple[str, ...]:
        """Codes of the actors, then of the third parties."""
        return (*self.actors, *self.third_parties)

    @property
    def turned(self) -> str | None:
        """The regime that a takeover brings; None where none can."""
        return self.regimes[1] if len(self.regimes) > 1 else None

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in which a run can end, in the order in which they are tried; the last holds where none does."""
        return (*self.settlements, NO_CLASS)

    def number(self, group: Group, name: str | None) -> int:
        """The place of a player, cell, table, war, regime or epoch in every array over its kind; -1 for None.

        Raises:
            ValueError: the case has none of that name.
        """
        return NEVER if name is None else list(getattr(self, group)).index(name)

    def start_of(self, epoch: Epoch, cell: str) -> tuple[float, float]:
        """The range in which a cell starts at an epoch: as its article has it, else as the case does."""
        told = epoch.start.get(f"cell.{cell}")
        usual = self.cells[cell].usual(epoch.regime == self.turned)
        return (usual, usual) if told is None else (told.low, told.high)

    def clause_number(self, table: str, cell: str) -> int:
        """The place of a clause among those of its table."""
        return list(self.tables[table].clauses).index(cell)

    def seat_number(self, table: str, seat: str) -> int:
        """The place of a seat among those of its table."""
        return [name for name, _, _ in self.tables[table].seats].index(seat)

    def name_of(self, code: str) -> str:
        """The full name of a player."""
        return self.actors[code].name if code in self.actors else self.third_parties[code]

    @cached_property
    def pairs_with_instruments(self) -> Mapping[tuple[str, str], tuple[Instrument, ...]]:
        """The instruments of each (holder, target), in declared order."""
        pairs: dict[tuple[str, str], tuple[Instrument, ...]] = {}
        for tool in self.instruments:
            pairs[tool.holder, tool.target] = (*pairs.get((tool.holder, tool.target), ()), tool)
        return Frozen(pairs)

    def cells_of_issue(self, issue: str, actor: str) -> tuple[str, ...]:
        """The cells that a coded row of this issue and actor speaks of.

        A cell with ``only_for`` takes the rows of the actors it names, and no other cell does.
        """
        matching = {name: cell for name, cell in self.cells.items() if cell.issue == issue}
        named = tuple(name for name, cell in matching.items() if actor in cell.only_for)
        return named or tuple(name for name, cell in matching.items() if not cell.only_for)


def seated(case: Case, epoch: str) -> tuple[str, ...]:
    """The actors that are party to a table under an epoch's regime."""
    regime = case.epochs[epoch].regime
    parties = {party for table in case.tables.values() if regime in table.regimes for party in table.parties}
    return tuple(actor for actor in case.actors if actor in parties)


def trusting_pairs(case: Case) -> tuple[tuple[str, str], ...]:
    """The ordered pairs that can learn: all actors and mediators, of each other."""
    members = {m for table in case.tables.values() for _, seat, _ in table.seats for m in seat}
    learners = [code for code in case.players if code in case.actors or code in members]
    return tuple((i, j) for i in learners for j in learners if i != j)


def mediated_pairs(case: Case) -> tuple[tuple[str, str], ...]:
    """Every mediator with every party of a table where it has a seat, each pair once."""
    seated = [
        (member, party)
        for table in case.tables.values()
        for _, members, _ in table.seats
        for member in members
        for party in table.parties
    ]
    return tuple(dict.fromkeys(pair for pair in seated if pair[0] != pair[1]))


def askers(case: Case, mediator: str, party: str) -> tuple[tuple[str, int], ...]:
    """Who would gain by a mediator's effort on a party, and bargains with it: the player, and the table's number."""
    others = {
        other
        for table in case.tables.values()
        for other in table.parties
        if party in table.parties and other not in (mediator, party)
        if any(mediator in members for _, members, _ in table.seats)
    }
    return tuple(
        (other, number)
        for other in case.players
        for number, table in enumerate(case.tables.values())
        if other in others and {mediator, other} == set(table.parties)
    )


def deliverer_of(case: Case, cell: str) -> str | None:
    """The actor that the first table which bargains over a cell names as its deliverer, if any does."""
    named = (table.clauses[cell].by for table in case.tables.values() if cell in table.clauses)
    return next(named, None)
