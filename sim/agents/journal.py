"""The record of a run's decisions: who decided what, the terms that made it, the probability and the draw.

Everything is read from the state right after the phase that wrote it; only a mediator's reasons, which no state keeps,
are worked out again, right before it chooses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan, nan
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.model import vocabulary as words
from sim.model.equations.decisions import CHOICES
from sim.model.equations.war import chance
from sim.model.phases.effort import reciprocity, stake, usual_effort
from sim.numerics.arithmetic import logistic

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.world.world import World


class Decision(NamedTuple):
    """One decision, event or turn of a run.

    Attributes:
        week: from 1.
        phase: one of `vocabulary.PHASES`.
        decision: attend, mediate, offer, ratify, vote, comply, effort, stand, break; event, status, line, regime,
            fight, learn.
        who: code of the player or seat that decided; empty where nobody did.
        place: table or war; empty for none.
        clause: the issue; empty for none.
        about: the player that it concerns; empty for none.
        outcome: what came of it, in one word.
        probability: of the outcome that the decision is named after; NaN where nothing was left to chance.
        random_number: that decided, between 0 and 1, yes where it is below the probability; NaN for none.
        terms: the numbers that made it, by name.
        package: what was offered, by issue.
    """

    week: int
    phase: str
    decision: str
    who: str
    place: str
    clause: str
    about: str
    outcome: str
    probability: float
    random_number: float
    terms: Mapping[str, float]
    package: Mapping[str, float]


NO_TERMS: Mapping[str, float] = {}
BY_HAND: Mapping[str, float] = {"by_hand": 1.0}  # what an effort rests on that somebody has chosen


class Journal:
    """Reads a run's state after each phase and keeps what was decided.

    Args:
        world: what the run is played in.
        state: the state, a record or a view.
        rules: the rules, a record or a view.
    """

    def __init__(self, world: World, rules: Any, state: Any) -> None:
        case = world.case
        self.state, self.rules = state, rules
        self.players, self.cells, self.wars = case.players, tuple(case.cells), tuple(case.wars)
        self.tables = tuple(case.tables)
        self.clauses = [tuple(table.clauses) for table in case.tables.values()]
        self.parties = [table.parties for table in case.tables.values()]
        self.seats = [tuple(name for name, _, _ in table.seats) for table in case.tables.values()]
        self.voters = [tuple(table.voters) for table in case.tables.values()]
        self.regimes = case.regimes
        self.entries: list[Decision] = []

    def _add(
        self,
        phase: str,
        decision: str,
        who: str,
        outcome: str,
        *,
        place: str = "",
        clause: str = "",
        about: str = "",
        probability: float = nan,
        random_number: float = nan,
        terms: Mapping[str, float] = NO_TERMS,
        package: Mapping[str, float] = NO_TERMS,
    ) -> None:
        week = int(self.state.week)
        self.entries.append(
            Decision(
                week, phase, decision, who, place, clause, about, outcome, probability, random_number, terms, package
            )
        )

    def _decided(
        self,
        phase: str,
        decision: str,
        who: str,
        outcome: str,
        noted: Any,
        *,
        place: str,
        clause: str = "",
        about: str = "",
    ) -> None:
        """A decision that was left to chance, with all that was noted of it (`equations.decisions`)."""
        found = _named(CHOICES[decision].noted, noted)
        odds, draw = found.pop("log_odds"), found.pop("draw")
        probability = logistic(odds)
        self._add(
            phase,
            decision,
            who,
            outcome,
            place=place,
            clause=clause,
            about=about,
            probability=probability,
            random_number=draw,
            terms=found,
        )

    # --- coming to the table

    def attended(self, t: int, place: int) -> None:
        """A party (places 0 and 1) or a seat decided whether it comes."""
        party = place < 2
        self._decided(
            "attend",
            "attend" if party else "mediate",
            self.parties[t][place] if party else self.seats[t][place - 2],
            "came" if self.state.attending[t, place] == 1 else "stayed_away",
            self.state.attend_terms[t, place],
            place=self.tables[t],
        )

    # --- bargaining

    def bargained(self, t: int) -> None:
        """A session was held: the offer, and what came of it before anybody ratified."""
        state = self.state
        side = int(state.offering[t])
        held = state.session[t] != words.NO_ZONE
        terms = _named(words.OFFER_TERMS, state.offer_terms[t]) if held else {"session": float(state.sessions[t])}
        package = _named(self.clauses[t], state.offer[t]) if held else {}
        outcome = words.SESSION_NAMES[state.session[t]]
        self._add(
            "bargain",
            "offer",
            self.parties[t][side],
            "accepted" if outcome == "signed" else outcome,
            place=self.tables[t],
            about=self.parties[t][1 - side],
            terms=terms,
            package=package,
        )

    def ratified(self, t: int, side: int) -> None:
        """A party put what it had accepted to a vote at home."""
        self._decided(
            "bargain",
            "ratify",
            self.parties[t][side],
            "ratified" if self.state.ratified[t, side] == 1 else "not_ratified",
            self.state.ratify_terms[t, side],
            place=self.tables[t],
        )

    def voted(self, t: int, v: int) -> None:
        """One who has a vote decided about what was signed."""
        self._decided(
            "bargain",
            "vote",
            self.voters[t][v],
            "approved" if self.state.approved[t, v] == 1 else "voted_down",
            self.state.vote_terms[t, v],
            place=self.tables[t],
        )

    # --- keeping promises

    def complied(self, t: int, k: int, side: int) -> None:
        """A party decided about the tranche of a clause."""
        self._decided(
            "comply",
            "comply",
            self.parties[t][side],
            words.CONDUCT_NAMES[self.state.conduct[t, k, side]],
            self.state.comply_terms[t, k, side],
            place=self.tables[t],
            clause=self.clauses[t][k],
            about=self.parties[t][1 - side],
        )

    # --- what happens to tables, lines and the regime

    def turned(self, phase: str, t: int, before: int, collapsed: bool = False) -> None:
        """A table's status changed in a phase."""
        after = int(self.state.status[t])
        if after == before:
            return
        outcome = "collapsed" if collapsed else words.STATUS_NAMES[after]
        package = _named(self.clauses[t], self.state.package[t], self.state.in_package[t])
        terms = {"reopens": float(self.state.reopens[t])} if after == words.SUSPENDED else NO_TERMS
        terms = {"vote": float(self.state.vote_at[t])} if after == words.PENDING else terms
        offered = _named(self.clauses[t], self.state.offer[t]) if after == words.PENDING else NO_TERMS
        signed = package if after == words.IN_FORCE else offered
        self._add(phase, "status", "", outcome, place=self.tables[t], terms=terms, package=signed)

    def broke_off(self, t: int) -> None:
        """Violence ended the talks."""
        state = self.state
        odds, number = chance(float(state.break_rate[t])), float(state.break_luck[t])
        trust = float(min(state.guaranteed_trust[t, 0], state.guaranteed_trust[t, 1]))
        self._add(
            "bargain",
            "break",
            "",
            "broken_off",
            place=self.tables[t],
            probability=odds,
            random_number=number,
            terms={"rate": float(state.break_rate[t]), "trust": trust},
        )

    def line_lifted(self, i: int, cell: int, t: int) -> None:
        """Pressure has lifted a red line."""
        place = self.tables[t]
        self._add("attend", "line", self.players[i], "lifted", place=place, clause=self.cells[cell])

    def declared(self, i: int, cell: int) -> None:
        """Somebody who plays an actor has declared where it stands."""
        terms = {"value": float(self.state.position[i, cell])}
        self._add("learn", "stand", self.players[i], "declared", clause=self.cells[cell], terms=terms)

    def happened(self, e: int, plan: Any) -> None:
        """An event of the scenario had its effect."""
        effect = int(plan.effect[e])
        t, w, m = int(plan.place_table[e]), int(plan.place_war[e]), int(plan.place_seat[e])
        place = self.tables[t] if t >= 0 else (self.wars[w] if w >= 0 else "")
        player, cell = int(plan.player[e]), int(plan.place_cell[e])
        about = self.seats[t][m] if m >= 0 else ""
        terms = {"value": float(plan.value[e]), "weeks": float(plan.weeks[e]), "number": float(e)}
        if effect == words.FOR_EFFORT:
            about = self.players[int(plan.target[e])]
            terms |= {"asked": float(plan.level[e]), "threat": float(plan.conditional[e])}
        self._add(
            "events",
            "event",
            self.players[player] if player >= 0 else "",
            words.EFFECTS[effect],
            place=place,
            clause=self.cells[cell] if cell >= 0 else "",
            about=about,
            terms=terms,
        )

    # --- war and learning

    def fought(self, w: int, before: float, regime: int) -> None:
        """A week of a war, and whether the incumbent fell in it."""
        state = self.state
        names = self.wars[w]
        read = ("success", "control", "intensity", "cohesion", "sanctuary", "attacks")
        terms = {name: float(getattr(state, name)[w]) for name in read}
        terms = {"control_before": before, **terms}
        challenger = self.players[self.rules.challenger[w]]
        about = self.players[self.rules.incumbent[w]]
        number = float(state.combat_luck[w])
        self._add("fight", "fight", challenger, "fought", place=names, about=about, random_number=number, terms=terms)
        if state.hazard[w] > 0.0:
            self._add(
                "fight",
                "regime",
                about,
                "fell" if state.regime != regime else "stood",
                place=names,
                about=challenger,
                probability=chance(float(state.hazard[w])),
                random_number=float(state.takeover_luck[w]),
                terms={name: terms[name] for name in ("control", "cohesion")} | {"presence": float(state.presence)},
            )

    def reasons_for_effort(self, o: int, draw: Any) -> dict[str, float]:
        """What a mediator is about to choose its effort on: its usual one, what is at stake, what was done to it."""
        rules, state = self.rules, self.state
        m, target = self._mediation(o)
        reasons = {"usual": float(usual_effort(state, o, m)), "stake": 0.0, "done_to_it": 0.0}
        if draw.has_reason[o] == 1:
            changed = float(stake(rules, draw, state, m, target)) - float(state.stake_start[o])
            reasons["stake"] = float(state.leverage[m, target]) * changed
            reasons["done_to_it"] = float(reciprocity(rules, draw, state, o, m))
        return reasons

    def _mediation(self, o: int) -> tuple[int, int]:
        q = int(self.rules.mediated_pair[o])
        return int(self.rules.trusted[q]), int(self.rules.truster[q])

    def chose_effort(self, phase: str, o: int, before: float, reasons: Mapping[str, float]) -> None:
        """A mediator has changed how hard it tries on a party of its tables."""
        after = float(self.state.effort[o])
        if after == before:
            return
        m, target = self._mediation(o)
        terms = {**reasons, "before": before, "effort": after}
        outcome = "rose" if after > before else "fell"
        self._add(phase, "effort", self.players[m], outcome, about=self.players[target], terms=terms)

    def learnt(self, i: int, j: int, gained: float, lost: float, before: float) -> None:
        """A player learnt about another."""
        terms = {"kept": gained, "broken": lost, "before": before, "trust": float(self.state.trust[i, j])}
        outcome = "rose" if terms["trust"] > before else "fell"
        self._add("learn", "learn", self.players[i], outcome, about=self.players[j], terms=terms)

    # --- reading

    def find(self, **wanted: object) -> Iterator[Decision]:
        """The entries whose fields have the values wanted, in order."""
        for entry in self.entries:
            if all(getattr(entry, name) == value for name, value in wanted.items()):
                yield entry

    def frame(self) -> DataFrame:
        """The entries as a table: one row a decision, one column a term (NaN where a decision has no such term)."""
        import pandas as pd

        fixed = Decision._fields[:-2]
        names = dict.fromkeys(name for entry in self.entries for name in entry.terms)
        columns: dict[str, list[Any]] = {name: [getattr(entry, name) for entry in self.entries] for name in fixed}
        for name in names:
            columns[f"term.{name}"] = [entry.terms.get(name, nan) for entry in self.entries]
        columns["package"] = [dict(entry.package) for entry in self.entries]
        return pd.DataFrame(columns)


def _named(names: tuple[str, ...], values: Any, used: Any = None) -> dict[str, float]:
    found = {name: float(values[n]) for n, name in enumerate(names) if used is None or used[n] == 1}
    return {name: value for name, value in found.items() if not isnan(value)}
