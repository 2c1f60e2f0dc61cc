"""Every variable of the engine with its axes, unit, range and meaning, and records of them.

The engine's memory is four numpy records whose layout follows from these lists and from the size of the case: the
rules (the case), the draw (one draw of everything uncertain), the plan (a scenario's events) and the state of one run.
The same lists give the ODD document its tables, so that they cannot drift. A record runs interpreted (attributes of a
numpy record) and compiled (a numba record) with the same bits, and its shapes are known when it is compiled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.model.parameters import CONSTANTS, FLAGS, PARAMETERS, REPLACEABLE
from sim.model.vocabulary import FOREVER

Record = Any  # a numpy record; numba sees the same memory
Sizes = Mapping[str, int]


def layout(variables: Sequence[Variable], size: Sizes) -> np.dtype[Any]:
    """The record type of a list of variables."""
    fields = [(v.name, v.kind, tuple(size[axis] for axis in v.axes)) for v in variables]
    return np.dtype((np.record, np.dtype(fields, align=True)))


def records(variables: Sequence[Variable], size: Sizes, count: int) -> Any:
    """An array of `count` records, all zero."""
    return np.zeros(count, layout(variables, size)).view(np.recarray)


class Variable(NamedTuple):
    """One variable: its axes (letters of `AXES`), type, unit, range and meaning."""

    name: str
    axes: str
    kind: str
    unit: str
    low: float
    high: float
    meaning: str


AXES = {
    "P": "players",
    "C": "cells",
    "T": "tables",
    "K": "clauses",
    "S": "sides",
    "M": "seats",
    "A": "attendants",
    "G": "members",
    "W": "wars",
    "I": "instruments",
    "V": "pairs",
    "B": "instruments of a pair",
    "Q": "trusting pairs",
    "N": "pieces",
    "J": "cuts of a clause",
    "E": "events",
    "D": "conditions",
    "L": "sessions",
    "F": "numbers of a block of chance",
    "H": "slopes",
    "X": "noted numbers",
    "U": "regimes",
    "O": "pairs of a mediator and a party of its tables",
    "R": "voters",
    "Y": "allies",
}


def _index(name: str, axes: str, meaning: str) -> Variable:
    return Variable(name, axes, "i8", "index or count", -1.0, float(FOREVER), meaning)


def _place(name: str, axes: str, meaning: str) -> Variable:
    """An index or count that is never missing: unsigned, so that compiled code need not ask whether it is negative."""
    return Variable(name, axes, "u4", "index or count", 0.0, float(FOREVER), meaning)


def _share(name: str, axes: str, meaning: str) -> Variable:
    return Variable(name, axes, "f8", "share", 0.0, 1.0, meaning)


def _number(name: str, axes: str, unit: str, low: float, high: float, meaning: str) -> Variable:
    return Variable(name, axes, "f8", unit, low, high, meaning)


INFINITY = float("inf")

RULES: tuple[Variable, ...] = (
    _index("players", "", "how many players"),
    _index("tables", "", "how many tables"),
    _index("wars", "", "how many wars"),
    _index("cells", "", "how many cells"),
    _index("instruments", "", "how many instruments"),
    _index("pairs", "", "how many ordered pairs have instruments"),
    _index("trusting", "", "how many ordered pairs can learn"),
    _place("party", "TS", "player at each side of a table"),
    _index("sits", "P", "at how many tables the player is a party"),
    _place("sit_table", "PT", "each of these tables"),
    _place("sit_side", "PT", "its side there"),
    _index("clauses", "T", "how many clauses"),
    _place("clause_cell", "TK", "cell of a clause"),
    _place("clause_default", "TK", "code of the default path"),
    _index("clause_link", "TK", "what the default path refers to: a side, a table or a clause"),
    _index("clause_link_clause", "TK", "the clause at the table that a default path is shared with"),
    _index("clause_fallback", "TK", "code of the default path where the shared clause is not in force"),
    _number("clause_nu", "TK", "share", 0.0, 1.0, "how well delivery can be seen"),
    _number("clause_weeks", "TK", "weeks", 4.0, 260.0, "over which a stock is due"),
    _place("clause_conditional", "TK", "1 where due only as the other side's arrears stay small"),
    _index("throughs", "T", "how many clauses a third actor's hands have to deliver"),
    _place("through", "TK", "these clauses"),
    _index("clause_through", "TK", "player whose hands deliver it, or -1"),
    _place("clause_both", "TK", "1 where both parties deliver"),
    _place("clause_by", "TK", "side that delivers where neither or both are worse off; 2 for both"),
    _index("clause_arms", "TK", "war whose challenger gains by delivery, or -1"),
    _place("clause_flow", "TK", "1 where the cell must be kept every week"),
    _index("ending_clause", "T", "clause that ends a war, or -1"),
    _index("ended_war", "T", "war that the table can end, or -1"),
    _number("table_hurdle", "T", "share of value", 0.0, 1.0, "hurdle of ratification on top of the usual one"),
    _index("members", "T", "how many players bargain with one of the parties, as one side"),
    _index("voters", "T", "how many players are asked: these, then those who vote on what is signed"),
    _place("voter", "TR", "these players"),
    _place("voter_side", "TR", "side that a member bargains with"),
    _share("voter_weight", "TR", "weight of a member in its side"),
    _share("lead_weight", "TS", "weight of the party itself in its side"),
    _share("weight_needed", "TS", "of those who agree, for the side to agree"),
    _number(
        "vote_needed", "TR", "log-odds", -INFINITY, INFINITY, "of the share in favour that a voter's approval needs"
    ),
    _place("vote_weeks", "T", "weeks from the signature to the vote"),
    _index("seats", "T", "how many mediators' seats"),
    _index("seat_members", "TM", "how many players share a seat"),
    _place("seat_member", "TMG", "players of a seat"),
    _share("seat_share", "TM", "one over their number"),
    _place("seat_standing", "TM", "1 where no invitation is needed"),
    _place("table_regime", "TU", "1 where the table exists under the regime"),
    _place("opens", "T", "code of when a table opens"),
    _index("opens_cell", "T", "cell whose delivery opens it, or -1"),
    _index("opens_by", "T", "player that concedes that cell by coming, or -1"),
    _share("opens_at", "T", "the delivered share that opens it"),
    _place("cell_flow", "C", "1 for a flow"),
    _number("turned", "C", "share", 0.0, 1.0, "what a takeover makes of the cell; NaN where it stays"),
    _place("cell_norm", "C", "1 for a norm"),
    _number("cell_nu", "C", "share", 0.0, 1.0, "how well a change of the cell can be seen"),
    _index("presence_cell", "", "the cell that is one less the patron's presence, or -1"),
    _index("presence_table", "", "the table that bargains over it, or -1"),
    _index("presence_clause", "", "its clause there, or -1"),
    _index("presence_side", "", "the patron's side there, or -1"),
    _place("challenger", "W", "player"),
    _place("incumbent", "W", "player"),
    _index("patron", "W", "player, or -1"),
    _index("war_side", "WP", "side on which the player fights: 0 the challenger's, 1 the incumbent's; -1: on none"),
    _place("allies", "W", "how many others fight beside the challenger or the incumbent"),
    _number("ally_strength", "WY", "share", 0.0, 10.0, "what the ally adds to its side, of what its lead brings"),
    _index("ally_side", "WY", "side on which the ally fights"),
    _index("ally_peace", "WY", "table whose agreement takes it out of the war, or -1"),
    _place("turns_regime", "W", "1 where the challenger's victory turns the regime"),
    _place("ceasefire_cell", "W", "cell of the ceasefire"),
    _index("disarmament_cell", "W", "cell of the challenger's disarmament, or -1"),
    _index("flight_cell", "W", "cell that flight lowers, or -1"),
    _index("sanctuary_host", "W", "player, or -1"),
    _index("sanctuary_tool", "W", "instrument that is the sanctuary, or -1"),
    _index("sanctuary_cell", "W", "cell that closes the sanctuary, or -1"),
    _index("sanctuary_regime", "W", "regime under which it exists, or -1 for any"),
    _index("pair_tools", "V", "how many instruments the pair has"),
    _place("pair_tool", "VB", "instruments of the pair"),
    _place("tool_follows", "I", "code of what its availability follows"),
    _index("tool_cell", "I", "cell it follows, or -1"),
    _index("tool_war", "I", "war it follows, or -1"),
    _place("pair_holder", "V", "player"),
    _place("pair_target", "V", "player"),
    _place("truster", "Q", "player that learns"),
    _index("learning_pair", "PP", "number of the pair that can learn, or -1"),
    _place("trusted", "Q", "player that is learnt about"),
    _index("effort_pair", "PP", "number of the pair of the row as a mediator and the column as a party, or -1"),
    _index("effort_cell", "OU", "cell that is the mediator's effort on the party under a regime, or -1"),
    _index("clause_effort", "TK", "pair whose effort the clause is, or -1"),
    _place("seated", "PT", "1 where the player has a mediator's seat"),
    _index("askers", "O", "how many would gain by the mediator's effort on the party, and bargain with it"),
    _place("asker", "OT", "these players: the other parties of the party's tables"),
    _place("asker_table", "OT", "the table at which the mediator bargains with each"),
    _place("owns", "PC", "1 where the player delivers the issue alone, at a table where it is a party"),
    _place("bargains", "PC", "1 where the player is a party to a table that bargains over the issue"),
    _index("mediated", "", "how many of the pairs that can learn are of a party and one with a seat at its table"),
    _place("mediated_pair", "O", "these pairs"),
    _place("leaves", "P", "1 for the incumbent of a war that turns the regime: gone after a takeover"),
)


DRAW: tuple[Variable, ...] = (
    *(
        _number(row.name, "", "see structural.yaml", 0.0, row.high, "structural parameter (structural.yaml)")
        for row in PARAMETERS
    ),
    _index("index", "", "number of the draw"),
    *(_index(flag.name, "", flag.meaning) for flag in FLAGS),
    *(_index(rule.name, "", f"{rule.meaning}: the place of a way, 0 as designed") for rule in REPLACEABLE),
    *(_number(one.name, "", "see the theory", 0.0, one.high, one.meaning) for one in CONSTANTS),
    _share("decay", "", "weekly factor at which trust returns to its start"),
    _number("log_time", "L", "logarithm of a share", -INFINITY, 0.0, "of the time before the deadline, by session"),
    _number("start_for", "PP", "agreements", 0.0, INFINITY, "starting count of kept promises"),
    _number("start_against", "PP", "agreements", 0.0, INFINITY, "starting count of broken promises"),
    _share("coded_leverage", "PP", "leverage at the epoch, with the instruments then held"),
    _share("position", "PC", "preferred point of an issue"),
    _index("has_position", "PC", "1 where the player holds a position"),
    _number("red_line", "PC", "share", 0.0, 1.0, "point beyond which no deal is accepted; NaN for none"),
    _share("salience", "PC", "coded salience of an issue"),
    _share("start_trust", "PP", "trust at the epoch"),
    _share("weight", "TSK", "salience of a clause as a share of the table's"),
    _share(
        "table_weight",
        "TS",
        "the table's salience as a share of that of the party's weightiest table, its own or another",
    ),
    _share("observer_weight", "TPK", "salience of a clause to a player that is no party"),
    _share("observer_table_weight", "TP", "a table's salience to a player that is no party, over its weightiest"),
    _index("has_reason", "O", "1 where the mediator has a stake at the party's tables, or somebody who asks"),
    _share("relative_salience", "PC", "salience of an issue as a share of that of the player's most salient one"),
    _share("cell_weight", "PC", "the largest weight that any table gives a player's stake in a cell"),
    _share("tool_share", "I", "share of an instrument in its holder's leverage"),
    _share("tool_base", "I", "availability of an instrument where what it follows is 0"),
    _number("tool_slope", "I", "share", -1.0, 1.0, "by how much more of it is at hand where what it follows is 1"),
    _share("parity", "W", "the challenger's chance in an engagement at the epoch"),
    _share("start_cell", "C", "cell at the epoch"),
    _share("start_presence", "", "presence at the epoch"),
    _share("start_control", "W", "control at the epoch"),
    _number("start_sessions", "T", "sessions", 0.0, 260.0, "sessions held before the epoch"),
)

PLAN: tuple[Variable, ...] = (
    _index("events", "", "how many events"),
    _index("start_regime", "", "regime at the epoch: 0 or 1"),
    _index("start_status", "T", "status of each table at the epoch; -1 follows the case"),
    _number("start_package", "TK", "share", 0.0, 1.0, "package in force at the epoch; NaN for a clause left out"),
    _index("signed_weeks_ago", "T", "age of the agreement in force at the epoch"),
    _index("weeks_left", "T", "weeks until its stocks are due in full"),
    _index("mode", "E", "0 a week, 1 all conditions, 2 any condition"),
    _index("at_week", "E", "week of the event"),
    _index("hold", "E", "weeks that the conditions must hold"),
    _index("lag", "E", "weeks from the trigger to the event"),
    _index("repeats", "E", "1 where it may happen again"),
    _index("effect", "E", "code of the effect"),
    _index("player", "E", "player that acts, or -1"),
    _index("target", "E", "player to whom it is offered, or -1"),
    _index("place_table", "E", "table, or -1"),
    _index("place_cell", "E", "cell, or -1"),
    _index("place_war", "E", "war, or -1"),
    _index("place_seat", "E", "seat, or -1"),
    _index("conditional", "E", "1 where a withdrawal goes on only while the other side is not in arrears"),
    _index("about", "E", "player on whom an effort is asked, or -1"),
    _share("level", "E", "effort that is asked"),
    _share("stand_salience", "PC", "salience of a stand that the plan may bring; 0 for none"),
    _number("value", "E", "see the effect", -260.0, 260.0, "size of the effect"),
    _index("weeks", "E", "how long it lasts; 0 until changed"),
    _index("conditions", "E", "how many conditions"),
    _index("quantity", "ED", "code of the quantity watched"),
    _index("quantity_first", "ED", "its first index"),
    _index("quantity_second", "ED", "its second index"),
    _index("comparison", "ED", "code of the comparison"),
    _number("threshold", "ED", "that of the quantity", -INFINITY, INFINITY, "number compared with"),
)

STATE: tuple[Variable, ...] = (
    Variable("seed", "", "i8", "64-bit word", -(2.0**63), 2.0**63, "seed of the run"),
    _index("draw_index", "", "number of its draw"),
    _index("run", "", "number of the run within its draw"),
    _index("week", "", "current week, from 1"),
    _index("idle", "", "1 for a lane that is left over, in which nothing happens"),
    _index("regime", "", "0 the first regime, 1 the second"),
    _index("takeover_week", "", "week of the regime change, or -1"),
    _number("luck", "FF", "uniform", 0.0, 1.0, "blocks of four uniform numbers drawn last"),
    _index("luck_week", "F", "week of a block"),
    Variable("luck_block", "F", "i8", "index", -1.0, 2.0**30, "number of a block"),
    _number("trust_for", "PP", "agreements", 0.0, INFINITY, "count of kept promises"),
    _number("trust_against", "PP", "agreements", 0.0, INFINITY, "count of broken promises, weighed"),
    _share("trust", "PP", "how far the row expects the column to keep a commitment"),
    _number("gained", "PP", "agreements", 0.0, INFINITY, "kept this week, as seen by the row"),
    _number("lost", "PP", "agreements", 0.0, INFINITY, "broken this week, as seen by the row"),
    _number("availability_start", "V", "share", 0.0, 1.0, "availability of the pair's instruments at the epoch"),
    _number("strength", "W", "relative fighting strength", 0.0, INFINITY, "the challenger's, from parity at the epoch"),
    _index("stirred", "Q", "1 once a pair has learnt something"),
    _share("leverage", "PP", "how far the row can move the column"),
    _share("position", "PC", "preferred point: declared, less what it would do only for a return"),
    _index("has_position", "PC", "1 where the player holds a position"),
    _number("red_line", "PC", "share", 0.0, 1.0, "point beyond which no deal is accepted; NaN for none"),
    _share("cell", "C", "what is the case"),
    _share("cell_start", "C", "what was the case at the epoch, or when the regime turned"),
    _index("moved_by", "C", "player whose own act has moved it last, or -1"),
    _share("presence", "", "the patron's presence"),
    _index("schedule_on", "", "1 while an announced withdrawal runs"),
    _index("schedule_conditional", "", "1 where it was announced on conditions"),
    _index("schedule_start", "", "its first week"),
    _index("schedule_end", "", "week at which presence reaches zero"),
    _share("schedule_from", "", "presence when it began"),
    _index("schedule_table", "", "table whose agreement it waits for, or -1"),
    _share("effort", "O", "how hard the mediator tries to move the party: up to 1/2 facilitation, above it coercion"),
    _share("effort_usual", "O", "the same without what has changed since the epoch"),
    _share("effort_start", "O", "the same at the epoch"),
    _number("stake_start", "O", "share of value", -INFINITY, INFINITY, "what the mediator had at stake at the epoch"),
    _number("kindness", "OT", "share of value", -INFINITY, INFINITY, "what the acts of each asker have done to it"),
    _index("promised", "E", "1 once something is offered or threatened for an effort"),
    _index("granted", "E", "1 while it is given, or done"),
    _share("withheld", "E", "the cell without it"),
    _number("effort_set", "P", "share", 0.0, 1.0, "effort that an event has set; NaN for none"),
    _index("effort_until", "P", "week until which it holds"),
    _index("absent_until", "TM", "week until which a mediator stays away"),
    _index("invited", "TM", "1 where a seat may be taken"),
    _index("status", "T", "closed, open, suspended, in force, or pending a vote"),
    _index("sessions", "T", "sessions since the table was convened"),
    _index("impasses_in_row", "T", "impasses without a session that went on between"),
    _index("meets_at", "T", "week of the next round"),
    _index("meeting", "T", "1 where there is a round this week"),
    _index("broken", "T", "1 where the talks were broken off this week"),
    _number("break_rate", "T", "rate a round", 0.0, INFINITY, "at which they are"),
    _share("break_luck", "T", "uniform number that decided"),
    _index("reopens", "T", "week at which a suspended table opens again"),
    _index("convenes", "T", "week at which a table convenes, or -1"),
    _share("optimism", "T", "share by which each side sees the default nearer its own position"),
    _index("pressure_weeks", "TS", "weeks of strong pressure in a row, as rounds count them"),
    _index("renewals", "TS", "how often the side's leaders have been drawn"),
    _index("renews_at", "TS", "week in which they are drawn anew"),
    _index("renewed_at", "TS", "week in which they were drawn last"),
    _share("stance", "TS", "the private part of its coming: it comes where the chance is above"),
    _share("mind", "TS", "the private part of what its home accepts"),
    _share("sincerity", "TS", "the private part of its keeping: it delivers where the chance is above"),
    _index("vote_at", "T", "week in which what was signed is put to the vote"),
    _index(
        "approved", "TR", "1 where the member has agreed to what its side has accepted, the voter to what was signed"
    ),
    _number("vote_terms", "TRX", "see the decision", -INFINITY, INFINITY, "what decided the vote"),
    Variable("signed_week", "T", "i8", "week", -520.0, 260.0, "week of signature; negative before the epoch"),
    _share("package", "TK", "agreed point of each clause"),
    _index("in_package", "TK", "1 where the clause is part of the agreement"),
    _share("baseline", "TK", "the cell when the agreement was signed"),
    _share("due_share", "TK", "share of the clause that has fallen due"),
    _share("due_step", "TK", "share that falls due with a tranche"),
    _share("due", "TK", "where the cell should be"),
    _index("delivers", "TKS", "1 where the side delivers the clause"),
    _number("arrears", "TS", "share of value", 0.0, 1.0, "what the side is owed by the other"),
    _number("arrears_share", "TS", "share of what is due", 0.0, INFINITY, "arrears over what is due to the side"),
    _number("worth", "TS", "share of value", -INFINITY, INFINITY, "what the agreement is worth to the side"),
    _index("bad_tranches", "T", "tranches in a row with arrears above one half"),
    _share("default", "TSK", "default path as the side sees it"),
    _share("range_low", "TK", "lower end of what both red lines allow"),
    _share("range_high", "TK", "upper end of what both red lines allow"),
    _index("deadlocked", "TK", "1 where the red lines leave nothing"),
    _share("guaranteed_trust", "TS", "trust with the guarantors who are present"),
    _share("reach", "TSK", "how far the other side can move those whose hands deliver the clause; 1 for its own"),
    _index("is_weighed", "T", "1 while the frontier is that of the slopes as they are"),
    _number("slope", "TSHK", "share of value", 0.0, INFINITY, "of a unit of the clause to the side: gained, lost"),
    _number("stake", "TSK", "share of value", 0.0, INFINITY, "value of the war's end where the clause is that"),
    _number("exit_worth", "TS", "share of value", -1.0, 1.0, "of an exit that waits for the table's agreement"),
    _share("pressure", "TS", "pressure of the mediators"),
    _number("best", "TS", "share of value", -INFINITY, INFINITY, "best gain on the frontier that the other accepts"),
    _index("zone", "T", "1 where a zone of agreement exists"),
    _number("seat_gain", "TM", "share of value", -1.0, 1.0, "a mediator's own gain at the middle of the frontier"),
    _share("seat_reach", "TMS", "leverage of a seat that is asked on the side; 0 of the others"),
    _share("seat_effort", "TMS", "effort of a seat that is asked on the side; 0 of the others"),
    _share("midpoint", "TK", "package at equal shares of each side's best"),
    _index("attending", "TA", "1 for who came: the two parties, then the seats"),
    _index("gathered", "T", "1 while anybody may sit at the table"),
    _number("attend_terms", "TAX", "see the decision", -INFINITY, INFINITY, "what decided it"),
    _number("conditional_offer", "TSC", "share", 0.0, 1.0, "offered to the side if it comes; NaN for none"),
    _index("offers", "TS", "how many offers wait for the side to come"),
    _index("offered_by", "TSC", "player that offered, or -1"),
    _index("offering", "T", "side that made the offer, or -1"),
    _share("offer", "TK", "package on offer"),
    _number("offer_terms", "TX", "see the decision", -INFINITY, INFINITY, "what decided the session"),
    _index("session", "T", "code of what came of the session"),
    _index("ratified", "TS", "1 where the side has ratified what it accepted"),
    _number("ratify_terms", "TSX", "see the decision", -INFINITY, INFINITY, "what decided ratification"),
    _number("comply_terms", "TKSX", "see the decision", -INFINITY, INFINITY, "what decided delivery"),
    _index("conduct", "TKS", "code of what the side did about the clause"),
    _index("pieces", "T", "how many pieces the frontier has"),
    _share("cut", "TKJ", "points between a clause's pieces, from the first party's end to the second's"),
    _index("is_cut", "TK", "1 while the cuts hold: no default, position, red line, stake or hope has changed"),
    _index("clause_pieces", "TK", "how many pieces a clause has"),
    _place("clause_piece", "TKJ", "these pieces"),
    _index("slope_between", "TK", "which slopes hold between the two sides' marks on a clause"),
    _share("piece_way", "TN", "length of a piece on its clause; 0 for none"),
    _number("piece_cost", "TN", "share of value", 0.0, INFINITY, "what conceding it costs the first party"),
    _number("piece_gain", "TN", "share of value", 0.0, INFINITY, "what it gives the second"),
    _number("piece_ratio", "TN", "gain over cost", 0.0, INFINITY, "how much a unit of the first party's loss gives"),
    _place("piece_rank", "TN", "pieces by falling ratio"),
    _share("end", "TSK", "each side's best point of a clause"),
    _number("end_change", "TSK", "share", -1.0, 1.0, "what the first side's end changes for the side"),
    _number("end_worth", "TS", "share of value", -INFINITY, INFINITY, "worth there of a clause with a war at stake"),
    _number("end_value", "TSS", "share of value", -INFINITY, INFINITY, "value to the column of the row's end"),
    _share("trial", "K", "package being looked at"),
    _number("parts", "P", "share of value", -INFINITY, INFINITY, "parts of a sum over players, smallest first"),
    _index("war_open", "W", "1 while the war goes on"),
    _share("control", "W", "the challenger's share of what is fought over"),
    _number("control_change", "W", "share", -1.0, 1.0, "change of control this week"),
    _number("intensity", "W", "the war's usual intensity", 0.0, INFINITY, "intensity of the fighting"),
    _share("cohesion", "W", "cohesion of the incumbent"),
    _share("sanctuary", "W", "reach of the challenger's sanctuary"),
    _share("success", "W", "challenger's chance in an engagement"),
    _number("offensive", "W", "share of intensity", 0.0, 10.0, "strength of an offensive"),
    _index("offensive_until", "W", "week until which it goes on"),
    _index("attacks", "W", "attacks this week"),
    _share("combat_luck", "W", "uniform number that decided the fighting"),
    _share("takeover_luck", "W", "uniform number that decided the takeover"),
    _number("hazard", "W", "per week", 0.0, INFINITY, "rate of a takeover this week"),
    _share("flight", "", "share of the refugee stock that fled this week"),
    _index("fired", "E", "how often an event has happened"),
    _index("held", "E", "weeks that its conditions have held"),
    _index("happening", "E", "1 where the event happens this week"),
    _index("fires_at", "E", "week at which a triggered event happens, or -1"),
    _index("reverts_at", "E", "week at which its effect ends, or -1"),
    _number("reverts_to", "E", "that of the effect", -INFINITY, INFINITY, "what it returns to; NaN for no position"),
    _index("open_weeks", "T", "weeks in which the table was open"),
    _index("attended", "TA", "weeks in which each attendant came"),
    _index("asked", "TA", "weeks in which each attendant was asked"),
    _index("sessions_held", "T", "sessions in the run"),
    _index("impasses", "T", "impasses in the run"),
    _index("rounds", "T", "rounds called in the run"),
    _index("refusing_since", "TS", "week of the first round in a row to which the side did not come, or -1"),
    _index("refusal", "TS", "weeks of its longest stay away in a row"),
    _index("broken_off", "T", "how often talks were broken off in the run"),
    _index("votes", "T", "agreements put to the vote in the run"),
    _index("refused", "T", "agreements refused by a vote in the run"),
    _index("blocked", "T", "packages accepted by both parties and refused by too many of a side's members"),
    _index("polled", "TR", "how often the member or voter was asked"),
    _share("favour", "TR", "share in favour when it was asked last"),
    _index("agreed_week", "T", "week of the first agreement, or -1"),
    _index("agreements", "T", "agreements in the run"),
    _index("collapsed_week", "T", "week of the first collapse of an agreement, or -1"),
    _index("collapses", "T", "collapses in the run"),
    _index("weeks_in_force", "T", "weeks with an agreement in force"),
    _index("tranches_due", "TS", "tranches that the side had to deliver"),
    _index("tranches_kept", "TS", "tranches that it delivered"),
    _index("tranches_broken", "TS", "tranches that it broke"),
    _number("nash_product", "T", "squared share of value", 0.0, INFINITY, "product of the gains at the last signature"),
    _number("regret", "T", "share of value", 0.0, INFINITY, "shortfall of the last package at full trust"),
    _index("attacks_total", "W", "attacks in the run"),
    _number("violence", "W", "weeks of usual intensity", 0.0, INFINITY, "sum of the intensity"),
    _index("ceasefire_weeks", "W", "weeks with a ceasefire at least half kept"),
    _number("refugees", "", "share of the refugee stock", 0.0, INFINITY, "sum of the flight"),
)
