"""Every outcome against what it is declared to be: a state's numbers on one day, and the course of a run over weeks.

An outcome without an entry in `OF_A_STATE` and `OVER_TIME` fails: a new one cannot come without its laws.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from worlds import EPOCHS, World, afghanistan, march, random_plan, start, world

from sim.case.settlements import settled
from sim.model import vocabulary as words
from sim.model.outcomes import OUTCOMES, WEEKLY, is_sound, kept_share, write_outcomes, write_week
from sim.model.variables import STATE
from sim.world.columns import outcome_type, week_type

Array = NDArray[Any]
CLASSES = ("takeover", "comprehensive", "interim", "ceasefire", "bilateral", "none")

# ---------------------------------------------------------------- one day


def part_of(part: Any, whole: Any) -> Array:
    """part / whole, NaN where the whole is 0."""
    return np.where(whole == 0, np.nan, part / np.maximum(whole, 1))


def settled_as(found: World, state: Any) -> int:
    """The settlement class, read from the case and the state by their names."""
    case, war = found.case, next(war for war in found.case.wars.values() if war.turns_regime)
    if state.takeover_week >= 0:
        return CLASSES.index("takeover")
    bilateral = False
    for t, table in enumerate(case.tables.values()):
        if state.status[t] != words.IN_FORCE:
            continue
        if set(table.parties) == {war.challenger, war.incumbent}:
            return CLASSES.index("comprehensive" if full_settlement(found, state, t) else "interim")
        bilateral = bilateral or set(table.parties) == {war.challenger, war.patron}
    if state.regime == 0 and state.cell[case.number("cells", war.ceasefire)] >= 0.5:
        return CLASSES.index("ceasefire")
    return CLASSES.index("bilateral" if bilateral else "none")


def full_settlement(found: World, state: Any, t: int) -> bool:
    """Whether the fighting has at least half ended and the first clause that the war decides is at least half kept."""
    rules = found.rules
    k = rules.ending_clause[t]
    if k < 0 or state.cell[rules.clause_cell[t, k]] < 0.5:
        return False
    for k in range(rules.clauses[t]):
        if rules.clause_default[t, k] == words.BY_FORECAST and state.in_package[t, k] == 1:
            way = state.package[t, k] - state.baseline[t, k]
            gone = state.cell[rules.clause_cell[t, k]] - state.baseline[t, k]
            return bool(way == 0.0 or gone / way >= 0.5)
    return False


def efforts(found: World, state: Any) -> Array:
    """The effort of each on each; NaN where the first has no seat at a table of the second."""
    pair = found.rules.effort_pair
    return np.where(pair >= 0, state.effort[pair], np.nan)


def delivered(found: World, state: Any) -> Array:
    """How far each clause of an agreement has come from where it stood; NaN of one that is no part of it."""
    cells = state.cell[found.rules.clause_cell]
    way = state.package - state.baseline
    gone = np.where(way == 0.0, 1.0, (cells - state.baseline) / np.where(way == 0.0, 1.0, way))
    return np.where(state.in_package == 1, np.clip(gone, 0.0, 1.0), np.nan)


OfAState = Callable[[World, Any], Any]
OF_A_STATE: dict[str, OfAState] = {
    "taken_over": lambda _, state: state.takeover_week >= 0,
    "takeover_week": lambda _, state: state.takeover_week,
    "emirate": lambda _, state: state.regime,
    "presence": lambda _, state: state.presence,
    "refugees": lambda _, state: state.refugees,
    "cell": lambda _, state: state.cell,
    "status": lambda _, state: state.status,
    "votes": lambda _, state: state.votes,
    "refused": lambda _, state: state.refused,
    "blocked": lambda _, state: state.blocked,
    "favour": lambda _, state: np.where(state.polled > 0, state.favour, np.nan),
    "agreed": lambda _, state: state.agreed_week >= 0,
    "agreed_week": lambda _, state: state.agreed_week,
    "collapsed": lambda _, state: state.collapsed_week >= 0,
    "collapsed_week": lambda _, state: state.collapsed_week,
    "agreements": lambda _, state: state.agreements,
    "collapses": lambda _, state: state.collapses,
    "open_weeks": lambda _, state: state.open_weeks,
    "weeks_in_force": lambda _, state: state.weeks_in_force,
    "sessions": lambda _, state: state.sessions_held,
    "impasses": lambda _, state: state.impasses,
    "broken_off": lambda _, state: state.broken_off,
    "broken_off_week": lambda _, state: state.broken_off_week,
    "rounds": lambda _, state: state.rounds,
    "refusal": lambda _, state: state.refusal,
    "nash_product": lambda _, state: np.where(state.agreements > 0, state.nash_product, np.nan),
    "regret": lambda _, state: np.where(state.agreements > 0, state.regret, np.nan),
    "kept": lambda _, state: part_of(state.tranches_kept, state.tranches_due),
    "package": lambda _, state: np.where(state.in_package == 1, state.package, np.nan),
    "delivered": delivered,
    "attendance": lambda _, state: part_of(state.attended, state.asked),
    "control": lambda _, state: state.control,
    "intensity": lambda _, state: state.intensity,
    "cohesion": lambda _, state: state.cohesion,
    "violence": lambda _, state: state.violence,
    "attacks": lambda _, state: state.attacks_total,
    "ceasefire_weeks": lambda _, state: state.ceasefire_weeks,
    "effort": efforts,
    "trust": lambda _, state: state.trust,
    "leverage": lambda _, state: state.leverage,
}
OF_A_WEEK: dict[str, OfAState] = {
    name: law for name, law in OF_A_STATE.items() if name in {outcome.field for outcome in WEEKLY}
} | {
    "open": lambda _, state: state.status == words.OPEN,
    "in_force": lambda _, state: state.status == words.IN_FORCE,
}


def test_every_outcome_has_its_laws_and_no_other() -> None:
    fields = {outcome.field for outcome in OUTCOMES}
    assert set(OF_A_STATE) == fields - {"settlement"}  # which follows from the others
    assert set(OVER_TIME) == fields
    assert set(OF_A_WEEK) == {outcome.field for outcome in WEEKLY}


STRANGE = 400  # of them; a comprehensive settlement is rare among them


def strange(found: World, rng: np.random.Generator) -> Any:
    """A state all of whose numbers differ from each other, so that none can stand for another."""
    state = found.states(1)[0]
    for variable in STATE:
        values = state[variable.name]
        if variable.kind == "f8":
            fresh = rng.uniform(0.02, 0.98, np.shape(values))
        else:
            fresh = rng.permutation(np.arange(1, np.size(values) + 1)).reshape(np.shape(values)) + rng.integers(1, 50)
        state[variable.name] = fresh
    state.status = rng.integers(0, 5, state.status.shape)
    state.in_package = rng.integers(0, 2, state.in_package.shape)
    state.war_open, state.regime = rng.integers(0, 2, state.war_open.shape), rng.integers(0, 2)
    state.takeover_week = rng.choice([-1, 17], p=[0.7, 0.3])
    for name in ("agreed_week", "collapsed_week", "broken_off_week", "agreements"):
        state[name] = np.where(rng.random(state[name].shape) < 0.5, state[name], -1 if "week" in name else 0)
    for name in ("asked", "tranches_due"):
        state[name] = np.where(rng.random(state[name].shape) < 0.7, 300 + state[name], 0)
    return state


def used(found: World, axes: str, shape: tuple[int, ...]) -> Array:
    """The places of an outcome that the case has: a table has its own number of clauses and attendants."""
    here = np.ones(shape, dtype=bool)
    if axes == "TK":
        here &= np.arange(shape[1]) < found.rules.clauses[:, None]
    if axes == "TR":
        here &= np.arange(shape[1]) < found.rules.voters[:, None]
    if axes == "TA":
        here &= np.arange(shape[1]) < 2 + found.rules.seats[:, None]
    return here


def wanted_of(found: World, state: Any, outcome: Any, laws: dict[str, OfAState], row: Any) -> Array:
    """What the law says of each place of an outcome, as its kind keeps it, where the case has the place."""
    wanted = np.asarray(laws[outcome.field](found, state))[tuple(slice(size) for size in np.shape(row[outcome.field]))]
    kind = row.dtype[outcome.field].base
    return np.where(used(found, outcome.axes, np.shape(row[outcome.field])), wanted.astype(kind), row[outcome.field])


@pytest.mark.parametrize("seed", range(40))
def test_a_row_tells_what_the_state_is(seed: int) -> None:
    found = world(EPOCHS[seed % len(EPOCHS)], 1)
    state = strange(found, np.random.default_rng(seed))
    row, today = (np.zeros(1, kind(found.case)).view(np.recarray)[0] for kind in (outcome_type, week_type))
    write_outcomes(found.rules, state, row)
    write_week(found.rules, state, today)
    for outcomes, laws, written in ((OUTCOMES, OF_A_STATE, row), (WEEKLY, OF_A_WEEK, today)):
        for outcome in (one for one in outcomes if one.field in laws):
            wanted = wanted_of(found, state, outcome, laws, written)
            np.testing.assert_array_equal(written[outcome.field], wanted, err_msg=outcome.field)


def test_the_strange_states_meet_every_settlement() -> None:
    found = world("2018-12", 1)
    met = {settled_as(found, strange(found, np.random.default_rng(seed))) for seed in range(STRANGE)}
    assert met == set(range(len(CLASSES)))


@pytest.mark.parametrize("seed", range(STRANGE))
def test_a_settlement_has_the_class_that_its_names_say(seed: int) -> None:
    found = world("2018-12", 1)
    state = strange(found, np.random.default_rng(seed))
    rows = np.zeros(1, outcome_type(found.case)).view(np.recarray)
    write_outcomes(found.rules, state, rows[0])
    assert settled(found.case, rows).tolist() == [settled_as(found, state)]


@pytest.mark.parametrize(
    ("bound", "point", "at", "kept"), [(1, 0.75, 0.375, 0.5), (1, 0.25, 0.0, 1.0), (0, 0.75, 0.375, 1.0)]
)
def test_a_clause_is_kept_as_far_as_its_cell_has_come(bound: int, point: float, at: float, kept: float) -> None:
    """In full where it was left out, or where nothing had to move."""
    found = world("2018-12", 1)
    state = found.states(1)[0]
    state.in_package[0, 1], state.package[0, 1], state.baseline[0, 1] = bound, point, 0.0 if point > 0.5 else point
    state.cell[found.rules.clause_cell[0, 1]] = at
    assert kept_share(state, found.rules, 0, 1) == kept


ENDS = {
    "yes is 1": (0.0, 1.0), "share": (0.0, 1.0), "week; -1 for never": (-1.0, 260.0), "code": (0.0, 7.0),
    "weeks": (0.0, 260.0), "agreements": (0.0, 260.0), "collapses": (0.0, 260.0), "sessions": (0.0, 260.0),
    "votes": (0.0, 260.0), "impasses": (0.0, 260.0), "rounds": (0.0, 260.0), "times": (0.0, 260.0),
}  # fmt: skip


@pytest.mark.parametrize("outcome", [*OUTCOMES, *WEEKLY], ids=lambda outcome: outcome.column)
def test_a_range_is_as_wide_as_the_unit_and_no_wider(outcome: Any) -> None:
    """A share, a code, or a week of a horizon of at most 260; of an amount only that it is not negative."""
    assert outcome.low <= 0.0
    if outcome.unit in ENDS and outcome.field != "status":
        assert (outcome.low, outcome.high) == ENDS[outcome.unit]
    else:
        assert outcome.low == 0.0
        assert outcome.high >= 2.0


CHECKED = {"presence": (), "cell": (0, -1), "control": (0, -1), "cohesion": (0, -1), "violence": (0, -1)}


@pytest.mark.parametrize("bad", [np.nan, 1.1, -0.1, np.inf])
@pytest.mark.parametrize("name", [*CHECKED, "trust"])
def test_a_number_out_of_its_range_is_not_sound(name: str, bad: float) -> None:
    found = world("2018-12", 1)
    rules, good = found.rules, strange(found, np.random.default_rng(1))
    assert is_sound(rules, good)
    learners = [(rules.truster[q], rules.trusted[q]) for q in (0, rules.trusting - 1)]
    for place in learners if name == "trust" else CHECKED[name] or [()]:
        state = good.copy()
        if place == ():
            state[name] = bad
        else:
            state[name][place] = bad
        fine = name == "violence" and bad in (1.1, -0.1)  # a sum, without an end
        assert is_sound(rules, state) == fine


# ---------------------------------------------------------------- over time


class Course(NamedTuple):
    """Some runs week by week, from the start: rows of outcomes, of weeks, and states; each (week, run)."""

    found: World
    plan: Any
    outcomes: Any
    weekly: Any
    states: Any

    def first(self, happened: Array) -> Array:
        """The first week in which something has happened, up to each week; -1 before it."""
        ever = np.maximum.accumulate(happened, axis=0)
        week = np.arange(len(happened)).reshape(-1, *[1] * (happened.ndim - 1))
        first = np.where(ever, happened.argmax(axis=0), -1)
        return np.where(first <= week, first, -1)

    def sum(self, weekly: Array) -> Array:
        """The sum over the weeks so far, without that of the start."""
        counted = np.where(np.arange(len(weekly)).reshape(-1, *[1] * (weekly.ndim - 1)) > 0, weekly, 0)
        return counted.cumsum(axis=0)


RUNS, WEEKS, EVENTS = 8, 80, 8


@cache
def course(epoch: str) -> Course:
    """Runs of an epoch with random events."""
    found = world(epoch, RUNS, seed=29)
    plan = random_plan(found, np.random.default_rng(31), EVENTS, weeks=WEEKS)
    states = found.states()
    start(found.rules, found.draws, plan, states, 5, 0)
    shape = (WEEKS + 1, RUNS)
    outcomes = np.zeros(shape, outcome_type(found.case)).view(np.recarray)
    weekly = np.zeros(shape, week_type(found.case)).view(np.recarray)
    kept = []
    for week in range(WEEKS + 1):
        if week > 0:
            march(found.rules, found.draws, plan, states, 1)
        kept.append(states.copy())
        for run in range(RUNS):
            write_outcomes(found.rules, states[run], outcomes[week, run])
            write_week(found.rules, states[run], weekly[week, run])
        outcomes[week]["settlement"] = settled(found.case, outcomes[week])
    return Course(found, plan, outcomes, weekly, np.stack(kept).view(np.recarray))


def steps(values: Array) -> Array:
    return np.diff(values.astype(float), axis=0)


def same(first: Any, second: Any) -> bool:
    return bool(np.allclose(first, second, rtol=1e-5, atol=1e-5, equal_nan=True))


def level(field: str) -> Callable[[Course], bool]:
    """What stands at the end is what the week's series has."""
    return lambda c: same(c.outcomes[field], c.weekly[field])


def count(field: str) -> Callable[[Course], bool]:
    """It begins at nothing and rises by one at a time."""

    def holds(c: Course) -> bool:
        return bool((c.outcomes[field][0] == 0).all() and np.isin(steps(c.outcomes[field]), (0.0, 1.0)).all())

    return holds


def tally(field: str, weekly: Callable[[Course], Array]) -> Callable[[Course], bool]:
    """It is the sum of what the weeks have had."""
    return lambda c: same(c.outcomes[field], c.sum(weekly(c)))


def all_of(*laws: Callable[[Course], Any]) -> Callable[[Course], bool]:
    return lambda c: all(bool(np.all(law(c))) for law in laws)


def ceasefire(c: Course) -> Array:
    kept = c.states.cell[:, :, c.found.rules.ceasefire_cell.astype(int)] >= 0.5
    return kept & (c.states.war_open == 1)


def rests_on(field: str, changes: str) -> Callable[[Course], Any]:
    """It changes only in a week in which a count does, and NaN stands for none until then."""

    def holds(c: Course) -> Any:
        values, counted = c.outcomes[field], c.outcomes[changes]
        still = np.isclose(values[1:], values[:-1], equal_nan=True) | (steps(counted) > 0)
        return still.all() and np.array_equal(np.isnan(values), counted == 0)

    return holds


def share(field: str, part: str, whole: str) -> Callable[[Course], Any]:
    """A share of a count that only grows: NaN until something has been counted, and never above all."""

    def holds(c: Course) -> Any:
        values, counted = c.outcomes[field], c.states[whole][..., : c.outcomes[field].shape[-1]]
        hits = c.states[part][..., : values.shape[-1]]
        here = used(c.found, "TA" if field == "attendance" else "TS", values.shape[2:])
        told = np.isnan(values) == (counted == 0)
        return (told & ((counted == 0) | np.isclose(values * counted, hits, atol=1e-4)) | ~here).all()

    return holds


OVER_TIME: dict[str, Callable[[Course], bool]] = {
    "settlement": all_of(
        lambda c: (c.outcomes.settlement == 0) == (c.outcomes.taken_over == 1),
        lambda c: np.isin(c.outcomes.settlement, range(len(CLASSES))),
    ),
    "taken_over": all_of(lambda c: c.outcomes.taken_over == (c.outcomes.takeover_week >= 0)),
    "takeover_week": all_of(
        lambda c: (
            c.outcomes.takeover_week
            == (c.first(c.weekly.emirate == 1) if c.plan.start_regime == 0 else np.full(c.weekly.shape, -1))
        )
    ),
    "emirate": all_of(level("emirate"), lambda c: steps(c.outcomes.emirate) >= 0),
    "presence": all_of(
        level("presence"),
        lambda c: same(c.outcomes.presence, 1 - c.outcomes.cell[:, :, c.found.rules.presence_cell]),
    ),
    "refugees": tally("refugees", lambda c: c.states.flight),
    "cell": level("cell"),
    "status": all_of(
        lambda c: (c.outcomes.status == words.OPEN) == (c.weekly.open == 1),
        lambda c: (c.outcomes.status == words.IN_FORCE) == (c.weekly.in_force == 1),
        lambda c: np.isin(c.outcomes.status, range(5)),
    ),
    "votes": all_of(count("votes"), lambda c: c.outcomes.votes >= c.outcomes.refused),
    "refused": count("refused"),
    "blocked": count("blocked"),
    "favour": lambda c: bool(np.all((c.outcomes.favour >= 0) & (c.outcomes.favour <= 1) | np.isnan(c.outcomes.favour))),
    "agreed": all_of(lambda c: c.outcomes.agreed == (c.outcomes.agreements > 0)),
    "agreed_week": all_of(lambda c: c.outcomes.agreed_week == c.first(c.outcomes.agreements > 0)),
    "collapsed": all_of(lambda c: c.outcomes.collapsed == (c.outcomes.collapses > 0)),
    "collapsed_week": all_of(
        lambda c: c.outcomes.collapsed_week == c.first(c.outcomes.collapses > 0),
        lambda c: (
            (c.outcomes.collapsed_week < 0)
            | (c.plan.start_status == words.IN_FORCE)
            | (c.outcomes.collapsed_week > c.outcomes.agreed_week) & (c.outcomes.agreed_week >= 0)
        ),
    ),
    "agreements": all_of(
        count("agreements"),
        lambda c: (  # signed, it is in force, unless the regime turns in the same week
            (steps(c.outcomes.agreements) == 0)
            | (c.outcomes.status[1:] == words.IN_FORCE)
            | (steps(c.outcomes.emirate) == 1)[..., None]
        ),
    ),
    "collapses": all_of(
        count("collapses"),
        lambda c: c.outcomes.collapses <= c.outcomes.agreements + (c.plan.start_status == words.IN_FORCE),
        lambda c: (steps(c.outcomes.collapses) == 0) | (c.outcomes.status[:-1] == words.IN_FORCE),
    ),
    "open_weeks": all_of(
        tally("open_weeks", lambda c: c.weekly.open),
        lambda c: c.outcomes.open_weeks + c.outcomes.weeks_in_force <= np.arange(WEEKS + 1)[:, None, None],
    ),
    "weeks_in_force": tally("weeks_in_force", lambda c: c.weekly.in_force),
    "sessions": all_of(
        count("sessions"),
        lambda c: (steps(c.outcomes.sessions) == 1) == (c.states.session[1:] != words.NO_SESSION),
    ),
    "impasses": all_of(
        count("impasses"),
        lambda c: (
            (steps(c.outcomes.impasses) == 1)
            == np.isin(c.states.session[1:], (words.NO_ZONE, words.OUT_OF_TIME, words.NOT_RATIFIED))
        ),
    ),
    "broken_off": all_of(count("broken_off"), lambda c: steps(c.outcomes.broken_off) == (c.states.broken[1:] == 1)),
    "broken_off_week": all_of(lambda c: c.outcomes.broken_off_week == c.first(c.outcomes.broken_off > 0)),
    "rounds": all_of(count("rounds"), lambda c: steps(c.outcomes.rounds) == (c.states.meeting[1:] == 1)),
    "refusal": all_of(
        lambda c: steps(c.outcomes.refusal) >= 0,
        lambda c: (
            c.outcomes.refusal
            <= np.arange(WEEKS + 1)[:, None, None, None] + c.found.draws.round_weeks.astype(int)[None, :, None, None]
        ),
    ),
    "nash_product": all_of(rests_on("nash_product", "agreements"), lambda c: ~(c.outcomes.nash_product < 0)),
    "regret": all_of(rests_on("regret", "agreements"), lambda c: ~(c.outcomes.regret < 0)),
    "kept": share("kept", "tranches_kept", "tranches_due"),
    "package": all_of(
        lambda c: (
            np.isnan(c.outcomes.package)
            | ((c.outcomes.status == words.IN_FORCE) | (c.outcomes.status == words.CLOSED))[..., None]
            | ~used(c.found, "TK", c.outcomes.package.shape[2:])
        ),
        lambda c: (
            (steps(c.outcomes.agreements) > 0)[..., None]
            | np.isnan(c.outcomes.package[1:])
            | (c.outcomes.package[1:] == c.outcomes.package[:-1])
        ),
    ),
    "delivered": all_of(
        lambda c: np.isnan(c.outcomes.delivered) == np.isnan(c.outcomes.package),
    ),
    "attendance": share("attendance", "attended", "asked"),
    "control": level("control"),
    "intensity": level("intensity"),
    "cohesion": level("cohesion"),
    "violence": tally("violence", lambda c: c.weekly.intensity),
    "attacks": tally("attacks", lambda c: c.states.attacks),
    "ceasefire_weeks": tally("ceasefire_weeks", ceasefire),
    "effort": level("effort"),
    "trust": level("trust"),
    "leverage": level("leverage"),
}


@pytest.mark.long
@pytest.mark.parametrize("epoch", EPOCHS)
@pytest.mark.parametrize("field", sorted(OVER_TIME))
def test_an_outcome_keeps_its_law_from_week_to_week(field: str, epoch: str) -> None:
    assert OVER_TIME[field](course(epoch))


@pytest.mark.long
@pytest.mark.parametrize("outcome", [*OUTCOMES, *WEEKLY], ids=lambda outcome: outcome.column)
def test_an_outcome_lies_in_its_declared_range_and_is_missing_only_where_it_is_said_to_be(outcome: Any) -> None:
    can_be_missing = "NaN" in outcome.meaning or outcome.field == "effort"
    for epoch in EPOCHS:
        rows = course(epoch).outcomes if outcome in OUTCOMES else course(epoch).weekly
        values = rows[outcome.field].astype(float)
        assert can_be_missing or not np.isnan(values).any()
        told = values[~np.isnan(values)]
        assert ((told >= outcome.low - 1e-6) & (told <= outcome.high + 1e-6)).all()


@pytest.mark.long
def test_the_courses_meet_what_the_laws_speak_of() -> None:
    """Laws about signatures, collapses and deliveries would hold of runs in which nothing happens."""
    ends = [course(epoch).outcomes[-1] for epoch in EPOCHS]
    for field in ("agreements", "collapses", "taken_over", "broken_off", "impasses", "sessions", "ceasefire_weeks"):
        assert any((rows[field] > 0).any() for rows in ends), field
    assert any((rows.kept > 0).any() for rows in ends)
    assert len(afghanistan().tables) == ends[0].status.shape[-1]
