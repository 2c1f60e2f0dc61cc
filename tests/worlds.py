"""Worlds for the tests of the model: real cases at their epochs, random plans, and bare tables made of numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from sim.case.case import Case
from sim.case.loading import load_case
from sim.evidence.loading import load_evidence
from sim.model import variables as the_model_variables
from sim.model import vocabulary as words
from sim.model.equations.concession import log_of_time
from sim.model.parameters import switch_off
from sim.model.phases.begin import begin, derive
from sim.model.phases.defaults import set_range
from sim.model.phases.events import events
from sim.model.phases.fight import fight
from sim.model.phases.frontier import trace_frontier
from sim.model.phases.leverage import set_leverage
from sim.model.phases.record import record
from sim.model.phases.week import attend_table, bargain_table, comply_table, learn_all, week
from sim.model.variables import records
from sim.numerics.machine import compiled
from sim.world.draw import draw_records
from sim.world.rules import rules_record, sizes
from sim.world.uncertainty import Uncertainty, uncertainty

EPOCHS = ("2018-12", "2019-04", "2019-07", "2021-04", "2022-08")


@cache
def afghanistan() -> Case:
    """The case that comes with the package."""
    return load_case()


@cache
def priors_at(epoch: str) -> Uncertainty:
    """What is uncertain at an epoch."""
    case = afghanistan()
    return uncertainty(case, load_evidence(case.folder / "evidence"), epoch)


@cache
def drawn(epoch: str, count: int, seed: int) -> NDArray[np.float64]:
    """A table of draws at an epoch; drawn once, never to be written to."""
    table = priors_at(epoch).table(count, seed)
    table.flags.writeable = False
    return table


def epoch_plan(case: Case, name: str) -> Any:
    """The plan without events: the tables as the epoch has them."""
    epoch = case.epochs[name]
    plan = records(the_model_variables.PLAN, sizes(case), 1)[0]
    plan.start_regime = case.regimes.index(epoch.regime)
    plan.start_status[...] = words.NEVER
    plan.start_package[...] = np.nan
    for code, start in epoch.tables.items():
        t = list(case.tables).index(code)
        status = {"open": words.OPEN, "suspended": words.SUSPENDED, "in_force": words.IN_FORCE}[start.status]
        plan.start_status[t] = status
        plan.signed_weeks_ago[t], plan.weeks_left[t] = start.signed_weeks_ago, start.weeks_left
        for cell, point in start.package.items():
            plan.start_package[t, list(case.tables[code].clauses).index(cell)] = point
    return plan


class World(NamedTuple):
    """What the engine needs for runs of a case at an epoch."""

    case: Case
    rules: Any
    draws: Any
    plan: Any

    def states(self, count: int | None = None) -> Any:
        """Zeroed states, one a draw."""
        return records(the_model_variables.STATE, sizes(self.case), len(self.draws) if count is None else count)


def world(
    epoch: str, count: int, seed: int = 1, case: Case | None = None, rename: Callable[[str], str] = str, off: Any = ()
) -> World:
    """The world of an epoch with so many draws; another case gets the same draws under its own names."""
    case = case or afghanistan()
    names = [".".join(rename(part) for part in name.split(".")) for name in priors_at(epoch).priors.names]
    draws = draw_records(case, case.epochs[epoch], names, drawn(epoch, count, seed))
    switch_off(draws, off)
    return World(case, rules_record(case), draws, epoch_plan(case, epoch))


# ---------------------------------------------------------------- the phases of a week, one by one


def events_phase(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    state.week += 1
    events(rules, draw, plan, state)


def leverage_phase(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    for pair in range(rules.pairs):
        set_leverage(rules, draw, state, pair)


def attend_phase(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    for t in range(rules.tables):
        attend_table(rules, draw, state, t)


def bargain_phase(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    for t in range(rules.tables):
        bargain_table(rules, draw, state, t)


def comply_phase(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    for t in range(rules.tables):
        comply_table(rules, draw, state, t)


def fight_phase(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    for w in range(rules.wars):
        fight(rules, draw, state, w)


def learn_phase(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    learn_all(rules, draw, plan, state)


def record_phase(rules: Any, draw: Any, plan: Any, state: Any) -> None:
    record(rules, state)


# In the order of `vocabulary.PHASES`; a test proves that they make up a week.
PHASE_STEPS = (
    events_phase,
    leverage_phase,
    attend_phase,
    bargain_phase,
    comply_phase,
    fight_phase,
    learn_phase,
    record_phase,
)


class Begun(NamedTuple):
    """One run at an epoch, to be changed at will: its records are copies."""

    found: World
    rules: Any
    draw: Any
    plan: Any
    state: Any

    def player(self, code: str) -> int:
        return self.found.case.number("players", code)

    def cell(self, name: str) -> int:
        return self.found.case.number("cells", name)

    def table(self, name: str) -> int:
        return self.found.case.number("tables", name)


@cache
def _begun(epoch: str) -> Begun:
    found = world(epoch, 1)
    state = found.states()[0]
    derive(found.rules, found.draws[0], found.plan)
    begin(found.rules, found.draws[0], found.plan, state, 3, 0)
    return Begun(found, found.rules, found.draws[0], found.plan, state)


def begun(epoch: str) -> Begun:
    """A run at an epoch, interpreted."""
    known = _begun(epoch)
    rules, draw, plan, state = (part.copy() for part in known[1:])
    return Begun(World(known.found.case, rules, known.found.draws, plan), rules, draw, plan, state)


@compiled
def start(rules: Any, draws: Any, plan: Any, states: Any, seed: int, run: int) -> None:
    """Set zeroed states to the epoch, one run a draw."""
    for n in range(len(draws)):
        derive(rules, draws[n], plan)
        begin(rules, draws[n], plan, states[n], seed, run)


@compiled
def march(rules: Any, draws: Any, plan: Any, states: Any, weeks: int) -> None:
    """Step every run by so many weeks."""
    for n in range(len(draws)):
        for _ in range(weeks):
            week(rules, draws[n], plan, states[n])


def runs(found: World, weeks: int, seed: int = 1, run: int = 0) -> Any:
    """The states of one compiled run a draw, after so many weeks."""
    states = found.states()
    start(found.rules, found.draws, found.plan, states, seed, run)
    march(found.rules, found.draws, found.plan, states, weeks)
    return states


def same_bits(first: Any, second: Any) -> list[str]:
    """Names of the fields in which two states differ; NaN equals NaN, whatever its sign."""
    names = [v.name for v in the_model_variables.STATE if v.name in (first.dtype.names or ())]
    return [name for name in names if not np.array_equal(first[name], second[name], equal_nan=True)]


def fail_a_draw(monkeypatch: pytest.MonkeyPatch, draw: int) -> None:
    """More attacks a week in a draw than can be counted: its runs fail, the baseline's too."""
    usual = Uncertainty.records_of

    def records_of(self: Uncertainty, table: Any, first: int = 0) -> Any:
        found = usual(self, table, first)
        found.attack_rate[found.index == draw] = 1e9
        return found

    monkeypatch.setattr(Uncertainty, "records_of", records_of)


# ---------------------------------------------------------------- random plans


def random_plan(found: World, rng: np.random.Generator, count: int, weeks: int = 104) -> Any:
    """A plan with random events of every kind, at random weeks or on random triggers."""
    plan = found.plan.copy()
    plan.events = count
    for e in range(count):
        plan.effect[e] = rng.integers(len(words.EFFECTS))
        _place(found, plan, rng, e)
        plan.weeks[e] = rng.choice((0, 1, int(rng.integers(2, 40))))
        plan.conditional[e] = rng.integers(2)
        plan.mode[e] = rng.choice((words.BY_WEEK, words.BY_WEEK, words.BY_ALL, words.BY_ANY))
        plan.at_week[e] = rng.integers(1, weeks + 1)
        plan.hold[e], plan.lag[e], plan.repeats[e] = rng.integers(0, 5), rng.integers(0, 6), rng.integers(2)
        plan.conditions[e] = 0 if plan.mode[e] == words.BY_WEEK else rng.integers(1, 4)
        for d in range(plan.conditions[e]):
            _condition(found, plan, rng, e, d)
    return plan


def _place(found: World, plan: Any, rng: np.random.Generator, e: int) -> None:
    rules, effect = found.rules, plan.effect[e]
    t = int(rng.integers(rules.tables))
    if effect == words.INVITE:
        t = int(rng.choice([n for n in range(rules.tables) if rules.seats[n] > 0]))
        plan.place_seat[e] = rng.integers(rules.seats[t])
    plan.place_table[e] = words.NEVER if effect == words.ABSENT and rng.integers(2) else t
    plan.place_war[e] = rng.integers(rules.wars)
    plan.place_cell[e] = rules.clause_cell[t, rng.integers(rules.clauses[t])]
    plan.player[e] = rng.integers(rules.players)
    plan.target[e] = rules.party[t, rng.integers(2)]
    sizes_of_effects = {
        words.SHIFT_CELL: rng.uniform(-0.6, 0.6),
        words.SCHEDULE: float(rng.integers(1, 80)),
        words.DELAY: float(rng.integers(1, 40)),
        words.OFFENSIVE: rng.uniform(0.0, 2.0),
    }
    plan.value[e] = sizes_of_effects.get(int(effect), rng.choice((0.0, 1.0, rng.uniform())))
    if effect == words.STAND:
        plan.stand_salience[plan.player[e], plan.place_cell[e]] = rng.uniform(0.2, 0.8)


def _condition(found: World, plan: Any, rng: np.random.Generator, e: int, d: int) -> None:
    rules, quantity = found.rules, int(rng.integers(len(words.QUANTITIES)))
    plan.quantity[e, d] = quantity
    pair = quantity in (words.Q_TRUST, words.Q_LEVERAGE)
    war = quantity in (words.Q_CONTROL, words.Q_INTENSITY, words.Q_COHESION)
    limit = rules.players if pair else rules.wars if war else rules.tables
    plan.quantity_first[e, d] = rng.integers(rules.cells if quantity == words.Q_CELL else limit)
    plan.quantity_second[e, d] = rng.integers(rules.players)
    plan.comparison[e, d] = rng.integers(len(words.COMPARISONS))
    plan.threshold[e, d] = rng.uniform(0.0, 60.0) if quantity == words.Q_WEEK else rng.uniform()


# ---------------------------------------------------------------- bare tables

CLAUSES = 6
BARE_SIZES = {
    **dict.fromkeys("PSQUH", 2),
    **dict.fromkeys("TMGWIVBEDORY", 1),
    **dict.fromkeys("CK", CLAUSES),
    "A": 3,
    "N": words.PIECES_OF_A_CLAUSE * CLAUSES,
    "J": words.PIECES_OF_A_CLAUSE,
    "F": 4,
    "L": words.MOST_SESSIONS + 1,
    "X": 11,
}


class Tables(NamedTuple):
    """Tables of two parties as plain numbers: n tables, 2 sides, `CLAUSES` clauses (only the first ones in use)."""

    clauses: NDArray[np.int64]  # n: how many are in use
    position: NDArray[np.float64]  # n, side, clause
    default: NDArray[np.float64]  # n, side, clause
    weight: NDArray[np.float64]  # n, side, clause
    line: NDArray[np.float64]  # n, side, clause; NaN for none
    trust: NDArray[np.float64]  # n, side: q
    reach: NDArray[np.float64]  # n, side, clause: of the hands that deliver
    vulnerability: NDArray[np.float64]  # n
    ending: NDArray[np.int64]  # n: clause that ends the war, or -1
    war: NDArray[np.float64]  # n, side: k v

    def stake(self) -> NDArray[np.float64]:
        """q k v of each side, in the clause that ends the war: n, side, clause."""
        ends = np.arange(CLAUSES) == self.ending[:, None]
        return (self.trust * self.war)[:, :, None] * ends[:, None, :]

    def concession(self) -> NDArray[np.float64]:
        """w (1 + (1 - q) rho), the cost of a unit of loss: n, side, clause."""
        return self.weight * (1.0 + (1.0 - self.trust) * self.vulnerability[:, None])[:, :, None]

    def used(self) -> NDArray[np.bool_]:
        """Which clauses are in use: n, clause."""
        return np.arange(CLAUSES) < self.clauses[:, None]

    def ranges(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the red lines leave of each clause, low and high: a line forbids what lies beyond it."""
        from_below = self.position >= self.line
        low = np.where(from_below & ~np.isnan(self.line), self.line, 0.0).max(axis=1)
        high = np.where(~from_below & ~np.isnan(self.line), self.line, 1.0).min(axis=1)
        return low, high

    def values(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each clause adds to V - d of each side at points of shape (n, clause) or (n, side, clause)."""
        x = points if points.ndim == 3 else points[:, None, :]
        g = np.abs(self.default - self.position) - np.abs(x - self.position)
        gains, losses = np.maximum(g, 0.0), np.maximum(-g, 0.0)
        terms = self.weight * self.trust[:, :, None] * self.reach * gains - self.concession() * losses
        return terms + self.stake() * (x - self.default)

    def open_clauses(self) -> NDArray[np.bool_]:
        """Clauses in use that the red lines do not deadlock: n, clause."""
        low, high = self.ranges()
        return self.used() & (low <= high)

    def package_values(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """V - d of packages of shape (n, clause) to each side: n, side."""
        return np.where(self.open_clauses()[:, None, :], self.values(points), 0.0).sum(axis=2)


def bare_records(tables: Tables) -> tuple[Any, Any, Any]:
    """Rules, draws and states of bare tables: table 0 of each record, players 0 and 1, cells in clause order."""
    count = len(tables.clauses)
    rules, draws, states = (
        records(kind, BARE_SIZES, count)
        for kind in (the_model_variables.RULES, the_model_variables.DRAW, the_model_variables.STATE)
    )
    for variable in the_model_variables.RULES:
        if variable.kind == "i8":
            rules[variable.name] = words.NEVER
    rules.players, rules.tables, rules.wars, rules.cells = 2, 1, 0, CLAUSES
    rules.seats, rules.leaves, rules.mediated = 0, 0, 0
    rules.clause_flow, rules.clause_both, rules.clause_conditional = 0, 0, 0
    rules.clause_default, rules.clause_nu, rules.clause_weeks = words.BY_CURRENT, 1.0, 26.0
    rules.party[:, 0] = (0, 1)
    rules.clause_cell[:, 0] = np.arange(CLAUSES)
    rules.clauses[:, 0], rules.ending_clause[:, 0] = tables.clauses, tables.ending
    draws.weight[:, 0], draws.vulnerability = tables.weight, tables.vulnerability
    states.position, states.default[:, 0], states.red_line = tables.position, tables.default, tables.line
    states.has_position = 1
    states.guaranteed_trust[:, 0] = tables.trust
    states.slope[:, 0, :, words.PROMISE] = tables.weight * (tables.trust[:, :, None] * tables.reach)
    states.slope[:, 0, :, words.CONCESSION] = tables.concession()
    states.stake[:, 0] = tables.stake()
    states.status, states.attending = words.OPEN, 1
    return rules, draws, states


def stacked(parts: Sequence[Tables]) -> Tables:
    """Several sets of bare tables as one."""
    return Tables(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def bare_table(
    position: Any,
    default: Any,
    weight: Any,
    trust: tuple[float, float] = (1.0, 1.0),
    vulnerability: float = 0.0,
    ending: int = -1,
    war: tuple[float, float] = (0.0, 0.0),
) -> Tables:
    """One table of two parties; position and weight are (side, clause), default is (clause)."""
    clauses = np.shape(position)[1]

    def filled(values: Any, rest: float) -> Any:
        wide = np.full((1, 2, CLAUSES), rest)
        wide[0, :, :clauses] = values
        return wide

    weights = np.asarray(weight, dtype=float)
    return Tables(
        clauses=np.array([clauses]),
        position=filled(position, 0.0),
        default=filled(default, 0.0),
        weight=filled(weights / weights.sum(axis=1, keepdims=True), 0.0),
        line=np.full((1, 2, CLAUSES), np.nan),
        trust=np.array([trust]),
        reach=np.ones((1, 2, CLAUSES)),
        vulnerability=np.array([vulnerability]),
        ending=np.array([ending]),
        war=np.array([war]),
    )


def traced(table: Tables) -> tuple[Any, Any, Any]:
    """Rules, draw and state of one bare table with its frontier."""
    rules, draws, states = bare_records(table)
    for k in range(rules[0].clauses[0]):
        set_range(rules[0], states[0], 0, k, True)
    trace_frontier(rules[0], states[0], 0, True)
    return rules[0], draws[0], states[0]


COMMON, OPPOSED = (0.2, 0.3), (0.8, 0.7)  # weights of what both want, and of what one gains and the other loses
MOST = (COMMON[0] + OPPOSED[0] * COMMON[1] / OPPOSED[1], COMMON[1] + OPPOSED[1] * COMMON[0] / OPPOSED[0])
HURDLE, NOISE, SESSIONS = 0.05, 0.1, 24


def linear_table() -> tuple[Any, Any, Any]:
    """Both want the first clause; what one gains by the second the other loses, on both sides of its default."""
    position, weight = ((1.0, 1.0), (1.0, 0.0)), tuple(zip(COMMON, OPPOSED, strict=True))
    rules, draw, state = traced(bare_table(position, (0.0, 0.5), weight, (1.0, 1.0), 0.0))
    np.testing.assert_allclose(state.best[0], MOST, atol=1e-12)
    draw.private_on, draw.noise, draw.hurdle, draw.deadline = 1, NOISE, HURDLE, SESSIONS
    draw.concession, draw.pressure_weight = 1.0, 0.3
    for session in range(1, SESSIONS):
        draw.log_time[session] = log_of_time(float(session), float(SESSIONS))
    state.status[0], state.meeting[0], state.attending[0, :2] = words.OPEN, 1, 1
    return rules, draw, state


def small_case(folder: Path) -> Path:
    """The case that comes with the package with one pattern and two statements of its record: all else is the same."""
    place = folder / "afghanistan"
    shutil.copytree(afghanistan().folder, place)
    patterns, record = (yaml.safe_load((place / name).read_text()) for name in ("patterns.yaml", "record.yaml"))
    name, kept = next(iter(patterns["patterns"].items()))
    patterns["patterns"] = {name: kept}
    claims = [claim for part in ("claims", "also") for claim in kept.get(part, ())]
    used = {claim["world"] for claim in claims} | {claim.get("less", {}).get("world") for claim in claims}
    patterns["worlds"] = {key: value for key, value in patterns["worlds"].items() if key in used}
    record["statements"] = dict(list(record["statements"].items())[:2])
    record["onward"] = record.get("onward", [])[:1]
    for file, data in (("patterns.yaml", patterns), ("record.yaml", record)):
        (place / file).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return place
