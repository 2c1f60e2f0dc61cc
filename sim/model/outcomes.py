"""Outcomes: what is kept of a run, at its end and week by week, written by the same functions for both engines.

An outcome row and a week's row are numpy records whose layout follows from the lists below and the size of the case;
their flat columns (`table.doha.agreed_week`, `trust.US.PAK`) are what sweeps, plots and triggers call them.
"""

from __future__ import annotations

from math import nan
from typing import Any, NamedTuple

from sim.model.vocabulary import IN_FORCE, OPEN
from sim.numerics.dialect import compilable, standalone

INFINITY = float("inf")


class Outcome(NamedTuple):
    """One outcome of a run: field of the record, column's pattern, axes, type, unit, range and meaning.

    The axes are those of `vocabulary.AXES`, with Y for actors and Z for the other actors of an ordered pair.
    """

    field: str
    column: str
    axes: str
    kind: str
    unit: str
    low: float
    high: float
    meaning: str


def _week(field: str, column: str, axes: str, meaning: str) -> Outcome:
    return Outcome(field, column, axes, "i2", "week; -1 for never", -1.0, 260.0, meaning)


def _count(field: str, column: str, axes: str, unit: str, meaning: str) -> Outcome:
    return Outcome(field, column, axes, "i2", unit, 0.0, 260.0, meaning)


def _flag(field: str, column: str, axes: str, meaning: str) -> Outcome:
    return Outcome(field, column, axes, "i1", "yes is 1", 0.0, 1.0, meaning)


def _share(field: str, column: str, axes: str, meaning: str) -> Outcome:
    return Outcome(field, column, axes, "f4", "share", 0.0, 1.0, meaning)


def _number(field: str, column: str, axes: str, unit: str, high: float, meaning: str) -> Outcome:
    return Outcome(field, column, axes, "f4", unit, 0.0, high, meaning)


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("settlement", "settlement", "", "i1", "code", 0.0, 7.0,
            "settlement class at the horizon, the first of the case's that holds"),
    _flag("taken_over", "taken_over", "", "whether the incumbent fell and the regime turned"),
    _week("takeover_week", "takeover_week", "", "week of the regime change"),
    _flag("emirate", "regime.turned", "", "whether the second regime rules at the horizon"),
    _share("presence", "presence", "", "the patron's presence at the horizon"),
    _number("refugees", "refugees", "", "share of the refugee stock", INFINITY, "people who fled in the run"),
    _share("cell", "cell.{C}", "C", "what is the case at the horizon"),
    _count("status", "table.{T}.status", "T", "code", "status of the table at the horizon"),
    _count("votes", "table.{T}.votes", "T", "votes", "agreements put to the vote of others in the run"),
    _count("refused", "table.{T}.refused", "T", "votes", "agreements refused by such a vote in the run"),
    _count("blocked", "table.{T}.blocked", "T", "packages", "packages that a side's members refused"),
    _share("favour", "table.{T}.favour.{R}", "TR", "share in favour when asked last; NaN where never asked"),
    _flag("agreed", "table.{T}.agreed", "T", "whether an agreement was signed in the run"),
    _week("agreed_week", "table.{T}.agreed_week", "T", "week of the first agreement"),
    _flag("collapsed", "table.{T}.collapsed", "T", "whether an agreement collapsed in the run"),
    _week("collapsed_week", "table.{T}.collapsed_week", "T", "week of the first collapse of an agreement"),
    _count("agreements", "table.{T}.agreements", "T", "agreements", "agreements signed in the run"),
    _count("collapses", "table.{T}.collapses", "T", "collapses", "agreements that collapsed in the run"),
    _count("open_weeks", "table.{T}.open_weeks", "T", "weeks", "weeks in which the table was open"),
    _count("weeks_in_force", "table.{T}.weeks_in_force", "T", "weeks", "weeks with an agreement in force"),
    _count("sessions", "table.{T}.sessions", "T", "sessions", "sessions held in the run"),
    _count("impasses", "table.{T}.impasses", "T", "impasses", "impasses in the run"),
    _count("broken_off", "table.{T}.broken_off", "T", "times", "how often violence ended the talks"),
    _week("broken_off_week", "table.{T}.broken_off_week", "T", "week in which violence first ended the talks"),
    _count("rounds", "table.{T}.rounds", "T", "rounds", "rounds that were called in the run, whoever came"),
    _count("refusal", "refusal.{T}.{S}", "TS", "weeks", "longest time in a row in which a side stayed away"),
    _number("nash_product", "table.{T}.nash_product", "T", "squared share of value", INFINITY,
            "product of both gains at the last signature; NaN without one"),
    _number("regret", "table.{T}.regret", "T", "share of value", INFINITY,
            "what the first party lost to distrust in the last package; NaN without one"),
    _share("kept", "table.{T}.kept.{S}", "TS", "tranches delivered over tranches due; NaN where none was due"),
    _share("package", "table.{T}.package.{K}", "TK", "agreed point of the clause in the last agreement; NaN for none"),
    _share("delivered", "table.{T}.delivered.{K}", "TK", "how far the last agreement's clause is the case: 0 where "
           "it stood at signature or further away, 1 at the agreed point or beyond; NaN where it was left out"),
    _share("attendance", "attendance.{T}.{A}", "TA", "weeks attended over weeks asked; NaN where never asked"),
    _share("control", "war.{W}.control", "W", "the challenger's share of what is fought over, at the horizon"),
    _number("intensity", "war.{W}.intensity", "W", "the war's usual intensity", INFINITY, "fighting at the horizon"),
    _share("cohesion", "war.{W}.cohesion", "W", "cohesion of the incumbent at the horizon"),
    _number("violence", "war.{W}.violence", "W", "weeks of usual intensity", INFINITY, "sum of the intensity"),
    Outcome("attacks", "war.{W}.attacks", "W", "i4", "attacks", 0.0, INFINITY, "attacks in the run"),
    _count("ceasefire_weeks", "war.{W}.ceasefire_weeks", "W", "weeks", "weeks with a ceasefire at least half kept"),
    _share("effort", "effort.{Y}.{Z}", "YZ", "how hard the first, as a mediator, tries to move the second, at the end"),
    _share("trust", "trust.{Y}.{Z}", "YZ", "how far the first expects the second to keep a commitment, at the end"),
    _share("leverage", "leverage.{Y}.{Z}", "YZ", "how far the first can move the second, at the end"),
)  # fmt: skip

# What is kept of every week of some runs, and as quantile bands of all: each a float32 of the week's record.
WEEKLY: tuple[Outcome, ...] = (
    _flag("emirate", "regime.turned", "", "whether the second regime rules"),
    _share("presence", "presence", "", "the patron's presence"),
    _share("cell", "cell.{C}", "C", "what is the case"),
    _flag("open", "table.{T}.open", "T", "whether the table is open"),
    _flag("in_force", "table.{T}.in_force", "T", "whether an agreement is in force"),
    _share("control", "war.{W}.control", "W", "the challenger's share of what is fought over"),
    _number("intensity", "war.{W}.intensity", "W", "the war's usual intensity", 2.0, "intensity of the fighting"),
    _share("cohesion", "war.{W}.cohesion", "W", "cohesion of the incumbent"),
    _share("effort", "effort.{Y}.{Z}", "YZ", "how hard the first, as a mediator, tries to move the second"),
    _share("trust", "trust.{Y}.{Z}", "YZ", "how far the first expects the second to keep a commitment"),
    _share("leverage", "leverage.{Y}.{Z}", "YZ", "how far the first can move the second"),
)


@compilable
def ratio(part: float, whole: float) -> float:
    """part / whole, NaN where there is nothing to divide by.

    >>> ratio(1.0, 4.0)
    0.25
    """
    return part / whole if whole > 0.0 else nan


@compilable
def chosen(rules: Any, state: Any, mediator: int, party: int) -> float:
    """The effort that a mediator has chosen; NaN of one who has no seat at a table of the party."""
    o = rules.effort_pair[mediator, party]
    return float(state.effort[o]) if o >= 0 else nan


@compilable
def kept_share(state: Any, rules: Any, t: int, k: int) -> float:
    """How far a clause of an agreement is the case: 0 where it stood at signature, 1 at the agreed point."""
    way = state.package[t, k] - state.baseline[t, k]
    if state.in_package[t, k] == 0 or way == 0.0:
        return 1.0
    return (state.cell[rules.clause_cell[t, k]] - state.baseline[t, k]) / way


@compilable
def write_table(rules: Any, state: Any, row: Any, t: int) -> None:
    """Outcomes of one table."""
    row.status[t] = state.status[t]
    row.agreed[t] = 1 if state.agreed_week[t] >= 0 else 0
    row.agreed_week[t], row.collapsed_week[t] = state.agreed_week[t], state.collapsed_week[t]
    row.collapsed[t] = 1 if state.collapsed_week[t] >= 0 else 0
    row.agreements[t], row.collapses[t] = state.agreements[t], state.collapses[t]
    row.open_weeks[t], row.weeks_in_force[t] = state.open_weeks[t], state.weeks_in_force[t]
    row.sessions[t], row.impasses[t] = state.sessions_held[t], state.impasses[t]
    row.broken_off[t], row.broken_off_week[t] = state.broken_off[t], state.broken_off_week[t]
    row.rounds[t] = state.rounds[t]
    row.votes[t], row.refused[t] = state.votes[t], state.refused[t]
    row.blocked[t] = state.blocked[t]
    for v in range(rules.voters[t]):
        row.favour[t, v] = state.favour[t, v] if state.polled[t, v] > 0 else nan
    for side in range(2):
        row.refusal[t, side] = state.refusal[t, side]
    signed = state.agreements[t] > 0
    row.nash_product[t] = state.nash_product[t] if signed else nan
    row.regret[t] = state.regret[t] if signed else nan
    for side in range(2):
        row.kept[t, side] = ratio(float(state.tranches_kept[t, side]), float(state.tranches_due[t, side]))
    for k in range(rules.clauses[t]):
        bound = state.in_package[t, k] == 1
        row.package[t, k] = state.package[t, k] if bound else nan
        row.delivered[t, k] = min(max(kept_share(state, rules, t, k), 0.0), 1.0) if bound else nan
    for a in range(2 + rules.seats[t]):
        row.attendance[t, a] = ratio(float(state.attended[t, a]), float(state.asked[t, a]))


@standalone
def write_outcomes(rules: Any, state: Any, row: Any) -> None:
    """Write the outcome row of a run whose last week is over, but for its class, which follows from the row."""
    row.taken_over = 1 if state.takeover_week >= 0 else 0
    row.takeover_week = state.takeover_week
    row.emirate = state.regime
    row.presence = state.presence
    row.refugees = state.refugees
    for cell in range(rules.cells):
        row.cell[cell] = state.cell[cell]
    for t in range(rules.tables):
        write_table(rules, state, row, t)
    for w in range(rules.wars):
        row.control[w], row.intensity[w], row.cohesion[w] = state.control[w], state.intensity[w], state.cohesion[w]
        row.violence[w], row.attacks[w] = state.violence[w], state.attacks_total[w]
        row.ceasefire_weeks[w] = state.ceasefire_weeks[w]
    for i in range(row.trust.shape[0]):
        for j in range(row.trust.shape[0]):
            row.trust[i, j], row.leverage[i, j] = state.trust[i, j], state.leverage[i, j]
            row.effort[i, j] = chosen(rules, state, i, j)


@standalone
def write_week(rules: Any, state: Any, row: Any) -> None:
    """Write what is kept of a week that is over (week 0: the start)."""
    row.emirate = state.regime
    row.presence = state.presence
    for cell in range(rules.cells):
        row.cell[cell] = state.cell[cell]
    for t in range(rules.tables):
        row.open[t] = 1.0 if state.status[t] == OPEN else 0.0
        row.in_force[t] = 1.0 if state.status[t] == IN_FORCE else 0.0
    for w in range(rules.wars):
        row.control[w], row.intensity[w], row.cohesion[w] = state.control[w], state.intensity[w], state.cohesion[w]
    for i in range(row.trust.shape[0]):
        for j in range(row.trust.shape[0]):
            row.trust[i, j], row.leverage[i, j] = state.trust[i, j], state.leverage[i, j]
            row.effort[i, j] = chosen(rules, state, i, j)


@compilable
def is_sound(rules: Any, state: Any) -> bool:
    """Whether a run ended with numbers in their ranges; NaN is in no range."""
    for w in range(rules.wars):
        if not (0.0 <= state.control[w] <= 1.0 and 0.0 <= state.cohesion[w] <= 1.0 and state.violence[w] < INFINITY):
            return False
    for cell in range(rules.cells):
        if not 0.0 <= state.cell[cell] <= 1.0:
            return False
    for q in range(rules.trusting):
        if not 0.0 <= state.trust[rules.truster[q], rules.trusted[q]] <= 1.0:
            return False
    return 0.0 <= state.presence <= 1.0
