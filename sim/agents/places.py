"""Tables and wars as a Mesa model sees them: who sits there, what is the case, and the order of a phase at one of them.

Whatever a party, mediator or war decides is a call of its phase (`sim.model.phases`); the order is that of
`sim.model.phases.week`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from sim.agents.seats import bargain_as_told
from sim.agents.views import Row
from sim.model import vocabulary as words
from sim.model.phases.attend import prepare, set_terms
from sim.model.phases.bargain import bargain, conclude
from sim.model.phases.comply import fall_due, judge, revalue, set_arrears, settle_clause, tranche_due
from sim.model.phases.learn import fade_arrears, notice_norms
from sim.model.phases.private import renew_sides
from sim.model.phases.rounds import call_round, may_break_off
from sim.model.phases.vote import count_votes, votes_due
from sim.model.phases.week import dismiss

if TYPE_CHECKING:
    from sim.agents.running import Member, Party, Running


class Seat(NamedTuple):
    """A mediator's seat: its name and the players who share it."""

    name: str
    members: tuple[Member, ...]


class Table:
    """A standing negotiation of two parties.

    Attributes:
        name, title: as in the case.
        parties: the two actors, first-listed first.
        seats: the mediators' seats.
        members: who bargain with one of the parties, as one side.
        voters: the members, then who vote on what is signed.
        issues: the issues of its clauses, in order.
    """

    def __init__(self, model: Running, number: int, name: str) -> None:
        case_table = model.world.case.tables[name]
        self.model, self.number, self.name, self.title = model, number, name, case_table.title
        self.parties: tuple[Party, ...] = tuple(model.actor(code) for code in case_table.parties)
        self.seats = tuple(
            Seat(seat, tuple(model.player(code) for code in members)) for seat, members, _ in case_table.seats
        )
        self.voters: tuple[Member, ...] = tuple(map(model.player, case_table.voters))
        self.members = self.voters[: len(case_table.members)]
        self.issues = tuple(case_table.clauses)

    def __repr__(self) -> str:
        return f"<table {self.name}: {self.status}>"

    # --- what is the case

    @property
    def status(self) -> str:
        """closed, open, suspended, in_force or pending."""
        return words.STATUS_NAMES[self.model.state.status[self.number]]

    @property
    def sessions(self) -> int:
        """Sessions since the table was convened."""
        return int(self.model.state.sessions[self.number])

    @property
    def session(self) -> str:
        """What came of this week's session."""
        return words.SESSION_NAMES[self.model.state.session[self.number]]

    @property
    def present(self) -> tuple[str, ...]:
        """Who came this week, parties first; the guarantors of an agreement stay with it."""
        names = [party.code for party in self.parties] + [seat.name for seat in self.seats]
        here = self.model.state.attending[self.number]
        return tuple(name for name, came in zip(names, here, strict=False) if came == 1)

    @property
    def agreement(self) -> Mapping[str, float]:
        """The agreement in force, by issue; empty without one."""
        state, t = self.model.state, self.number
        if self.status != "in_force":
            return {}
        return {issue: float(state.package[t, k]) for k, issue in enumerate(self.issues) if state.in_package[t, k] == 1}

    @property
    def offer(self) -> Row:
        """The package offered last, by issue."""
        return Row(self.issues, lambda k: self.model.state.offer[self.number, k])

    @property
    def arrears(self) -> Row:
        """What each party is owed under the agreement in force, as a share of what is due to it."""
        codes = [party.code for party in self.parties]
        return Row(codes, lambda side: self.model.state.arrears_share[self.number, side])

    @property
    def best(self) -> Row:
        """The best each party could get that the other still accepts, as a share of the table's value."""
        codes = [party.code for party in self.parties]
        return Row(codes, lambda side: self.model.state.best[self.number, side])

    # --- the phases, one after the other at this table

    def gather(self) -> None:
        """The attend phase of a round: mediators first, then what the table now promises, then the parties."""
        model, t = self.model, self.number
        renew_sides(model.rules, model.draw, model.state, t)
        call_round(model.draw, model.state, t)
        dismiss(model.rules, model.state, t)
        if model.state.meeting[t] == 0:
            return
        for seat in self.seats:
            seat.members[0].mediate(self, seat)
        prepare(model.rules, model.draw, model.state, t, True)
        for party in self.parties:
            party.feel_pressure(self)
        for party in self.parties:
            party.attend(self)

    def bargain(self) -> None:
        """The bargain phase: at most one session with one offer; signature takes both ratifications."""
        model, t = self.model, self.number
        before = int(model.state.status[t])
        bargain(model.rules, model.draw, model.state, t)
        if any(party.code in model.seats for party in self.parties):
            bargain_as_told(model, self)
        if model.state.session[t] != words.NO_SESSION:
            model.journal.bargained(t)
        if model.state.session[t] == words.SIGNED:
            for party in self.parties:
                party.ratify(self)
            for member in self.members if model.draw.blocs_on == 1 else ():
                member.vote(self)
        conclude(model.rules, model.draw, model.state, t)
        may_break_off(model.rules, model.draw, model.state, t)
        if model.state.broken[t] == 1:
            model.journal.broke_off(t)
        model.journal.turned("bargain", t, before)
        self.vote()

    def vote(self) -> None:
        """On its day, all who have a vote decide about what was signed: in force where all approve."""
        model, t = self.model, self.number
        if self.voters == self.members or not votes_due(model.state, t):
            return
        set_terms(model.rules, model.draw, model.state, t, True)
        before = int(model.state.status[t])
        for voter in self.voters[len(self.members) :]:
            voter.vote(self)
        count_votes(model.rules, model.draw, model.state, t)
        model.journal.turned("bargain", t, before)

    def comply(self) -> None:
        """The comply phase: a tranche falls due, both sides decide, cells move, arrears are counted."""
        model, t = self.model, self.number
        rules, draw, state = model.rules, model.draw, model.state
        if not tranche_due(state, t):
            return
        before = int(state.status[t])
        revalue(rules, draw, state, t, True)
        for k in range(len(self.issues)):
            if state.in_package[t, k] == 1:
                fall_due(rules, state, t, k)
            for party in self.parties:
                party.comply(self, k)
        for k in range(len(self.issues)):
            settle_clause(rules, draw, state, t, k)
        set_arrears(rules, draw, state, t)
        judge(rules, draw, state, t)
        model.journal.turned("comply", t, before, collapsed=True)

    def notice_norms(self) -> None:
        """Norms that no agreement covers are noticed; what is owed under one that ended fades."""
        notice_norms(self.model.rules, self.model.draw, self.model.state, self.number)
        fade_arrears(self.model.draw, self.model.state, self.number)


class War:
    """One challenger, one incumbent.

    Attributes:
        name: as in the case.
        challenger, incumbent: the two sides.
        patron: whose forces back the incumbent, if anybody's.
    """

    def __init__(self, model: Running, number: int, name: str) -> None:
        case_war = model.world.case.wars[name]
        self.model, self.number, self.name = model, number, name
        self.challenger, self.incumbent = model.actor(case_war.challenger), model.actor(case_war.incumbent)
        self.patron = None if case_war.patron is None else model.actor(case_war.patron)

    def __repr__(self) -> str:
        return f"<war {self.name}: control {self.control:.2f}, intensity {self.intensity:.2f}>"

    @property
    def control(self) -> float:
        """The challenger's share of what is fought over."""
        return float(self.model.state.control[self.number])

    @property
    def intensity(self) -> float:
        """Intensity of the fighting, in units of the war's usual one."""
        return float(self.model.state.intensity[self.number])

    @property
    def cohesion(self) -> float:
        """Cohesion of the incumbent."""
        return float(self.model.state.cohesion[self.number])

    @property
    def success(self) -> float:
        """The challenger's chance in an engagement, this week."""
        return float(self.model.state.success[self.number])

    @property
    def attacks(self) -> int:
        """Attacks this week."""
        return int(self.model.state.attacks[self.number])

    @property
    def is_over(self) -> bool:
        """Whether the challenger has won."""
        return bool(self.model.state.war_open[self.number] == 0)
