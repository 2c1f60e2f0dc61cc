"""The actors as Mesa agents: one class for each kind, what it holds as readable properties, what it does as verbs.

A property reads the state of the run, which is never copied; a method is a call of the phase of that name. The engine
and the agents know no actor by name: which actor is of which kind stands in the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from mesa import Agent

from sim.agents.seats import attend_as_told, comply_as_told, mediate_as_told, ratify_as_told
from sim.agents.views import Row
from sim.model.phases.attend import attend, set_pressure
from sim.model.phases.bargain import ratify
from sim.model.phases.comply import comply
from sim.model.phases.fight import fight
from sim.model.phases.learn import learn, notice_coercion
from sim.model.phases.leverage import set_leverage
from sim.model.phases.mediation import asked, effort, gone, mediate
from sim.model.phases.vote import vote
from sim.model.vocabulary import NOT_DUE

if TYPE_CHECKING:
    from sim.agents.running import AtSeat, AtTable, AtWar, Running


class Player(Agent):  # type: ignore[misc]  # Mesa comes without types
    """Anybody who holds positions, trust and leverage, and may mediate.

    Attributes:
        code: as in the case, e.g. "PAK".
        name: the full name.
    """

    model: Running

    def __init__(self, model: Running, code: str) -> None:
        super().__init__(model)
        self.code = code
        self.name = model.world.case.name_of(code)
        self.index = model.world.case.number("players", code)
        rules = model.rules
        self._pairs = [v for v in range(rules.pairs) if rules.pair_holder[v] == self.index]
        self._learns = [q for q in range(rules.trusting) if rules.truster[q] == self.index]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code}>"

    # --- what it holds

    @property
    def trust(self) -> Row:
        """How far it expects each other player to keep a commitment, in [0, 1]."""
        return Row(self.model.world.case.players, lambda j: self.model.state.trust[self.index, j])

    @property
    def leverage(self) -> Row:
        """How far it can move each other player, in [0, 1]."""
        return Row(self.model.world.case.players, lambda j: self.model.state.leverage[self.index, j])

    @property
    def positions(self) -> Mapping[str, float]:
        """The point of each issue that it prefers, where it holds a position."""
        held = self.model.state.has_position[self.index]
        declared = self.model.state.position[self.index]
        return {cell: float(declared[c]) for c, cell in enumerate(self.model.world.case.cells) if held[c] == 1}

    @property
    def red_lines(self) -> Mapping[str, float]:
        """The points beyond which it accepts no deal."""
        lines = self.model.state.red_line[self.index]
        return {cell: float(lines[c]) for c, cell in enumerate(self.model.world.case.cells) if lines[c] == lines[c]}

    @property
    def is_gone(self) -> bool:
        """Whether a takeover has removed it."""
        return gone(self.model.rules, self.model.state, self.index)

    # --- what it does

    def use_instruments(self) -> None:
        """See how far its instruments are still at hand."""
        for pair in self._pairs:
            set_leverage(self.model.rules, self.model.draw, self.model.state, pair)

    def mediate(self, table: AtTable, seat: AtSeat) -> None:
        """Decide, for everybody in its seat, whether to come to a table as a mediator."""
        model, t, m = self.model, table.number, table.seats.index(seat)
        is_asked = asked(model.rules, model.state, t, m)
        if is_asked and self.code in model.seats:
            mediate_as_told(model, table, m, self.code)
        else:
            mediate(model.rules, model.draw, model.state, t, m)
        if is_asked:
            model.journal.attended(t, 2 + m)

    def vote(self, table: AtTable) -> None:
        """Approve what a side has accepted, or what was signed, or refuse it."""
        model, t, v = self.model, table.number, table.voters.index(self)
        vote(model.rules, model.draw, model.state, t, v)
        model.journal.voted(t, v)

    def notice_coercion(self) -> None:
        """Count it against those who press it too hard."""
        rules = self.model.rules
        for q in self._learns:
            notice_coercion(rules, self.model.state, self.index, rules.trusted[q])

    def learn(self) -> None:
        """Let trust in those it has ever learnt about follow this week's conduct, and forget a little."""
        model, i = self.model, self.index
        gained, lost, trust = model.state.gained[i], model.state.lost[i], model.state.trust[i]
        for q in self._learns:
            if model.state.stirred[q] == 1:
                j = int(model.rules.trusted[q])
                kept, broken, before = float(gained[j]), float(lost[j]), float(trust[j])
                learn(model.rules, model.draw, model.state, i, j)
                if kept != 0.0 or broken != 0.0:
                    model.journal.learnt(i, j, kept, broken, before)


class ThirdParty(Player):
    """A player that bargains over nothing of its own."""


class Actor(Player):
    """A player that bargains: at tables, over what it wants and what it can do."""

    @property
    def tables(self) -> tuple[AtTable, ...]:
        """The tables at which it is a party."""
        return tuple(table for table in self.model.tables.values() if self in table.parties)

    def feel_pressure(self, table: AtTable) -> None:
        """Take in the mediators' pressure; a quarter of strong pressure lifts one of its red lines."""
        model = self.model
        lines = model.state.red_line[self.index]
        before = lines.copy()
        set_pressure(model.rules, model.draw, model.state, table.number, table.parties.index(self))
        for cell, was in enumerate(before):
            if was == was and lines[cell] != lines[cell]:
                model.journal.line_lifted(self.index, cell, table.number)

    def attend(self, table: AtTable) -> None:
        """Decide whether to come to a table this week."""
        model, side = self.model, table.parties.index(self)
        if self.code in model.seats:
            attend_as_told(model, table, side)
        else:
            attend(model.rules, model.draw, model.state, table.number, side)
        model.journal.attended(table.number, side)

    def ratify(self, table: AtTable) -> None:
        """Put what it has accepted to those at home and abroad who can stop it."""
        model, side = self.model, table.parties.index(self)
        if self.code in model.seats:
            ratify_as_told(model, table, side)
        else:
            ratify(model.rules, model.draw, model.state, table.number, side)
        model.journal.ratified(table.number, side)

    def comply(self, table: AtTable, clause: int) -> None:
        """Deliver the tranche of a clause, withhold it, or break it."""
        model, side = self.model, table.parties.index(self)
        if self.code in model.seats:
            comply_as_told(model, table, clause, side)
        else:
            comply(model.rules, model.draw, model.state, table.number, clause, side)
        if model.state.conduct[table.number, clause, side] != NOT_DUE:
            model.journal.complied(table.number, clause, side)

    def fight(self, war: AtWar) -> None:
        """Fight a week of a war of its own; it may end in a takeover."""
        model, w = self.model, war.number
        before, regime, open_before = war.control, int(model.state.regime), not war.is_over
        statuses = model.state.status.copy()
        fight(model.rules, model.draw, model.state, w)
        if open_before:
            model.journal.fought(w, before, regime)
        for t, status in enumerate(statuses):
            model.journal.turned("fight", t, int(status))


class Patron(Actor):
    """A state whose forces back the incumbent of a war."""

    @property
    def presence(self) -> float:
        """Its presence, as a share of what it was at full strength."""
        return float(self.model.state.presence)

    @property
    def is_leaving(self) -> bool:
        """Whether an announced withdrawal runs."""
        return bool(self.model.state.schedule_on == 1)


class MediatorState(Actor):
    """A state that bargains for itself and mediates between others."""

    @property
    def effort(self) -> Row:
        """How hard it tries to move each other player: up to 1/2 facilitation, above it coercion."""
        model = self.model
        return Row(model.world.case.players, lambda j: effort(model.rules, model.state, self.index, j))


class Government(Actor):
    """The incumbent of a war that can turn the regime."""

    @property
    def cohesion(self) -> float:
        """What holds it together, in its own war."""
        return next((war.cohesion for war in self.model.wars.values() if war.incumbent is self), 1.0)


class Insurgency(Actor):
    """The challenger of a war, which may come to rule."""

    @property
    def war(self) -> AtWar | None:
        """The war that it wages."""
        return next((war for war in self.model.wars.values() if war.challenger is self), None)

    @property
    def control(self) -> float:
        """Its share of what is fought over."""
        return self.war.control if self.war is not None else 0.0

    @property
    def rules(self) -> bool:
        """Whether it has taken over."""
        return self.war is not None and self.war.is_over


class PoliticalParty(Actor):
    """A party, or another body that bargains without a state or an army."""


KINDS: Mapping[str, type[Actor]] = MappingProxyType(
    {
        "patron": Patron, "mediator_state": MediatorState, "government": Government, "insurgency": Insurgency,
        "party": PoliticalParty,
    }
)  # fmt: skip
