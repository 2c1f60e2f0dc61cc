"""Scenarios: short files that say what happens and when, checked when loaded, frozen afterwards.

A scenario belongs to an epoch and can be moved to another. Its events come from the vocabulary (`sim.event`); each has a
week or a trigger (`sim.trigger`). An impossible scenario is refused with the reason, in one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import Field

from sim import vocabulary as words
from sim.case import Case
from sim.event import EVENTS, OPTIONAL, Argument, Effect, Event
from sim.inputs import InputError, Strict, checked, nearest, read_yaml, shown
from sim.state import Record, records, sizes
from sim.trigger import LEVER, Condition, Place, check_possible, condition
from sim.uncertainty import SWITCHES

HORIZON, LONGEST = 104, 260
STATUS = {"open": words.OPEN, "suspended": words.SUSPENDED, "in_force": words.IN_FORCE}
CHANGEABLE = ("epoch", "horizon", "fixed", "off")  # no lever may have one of these names


class Lever(Strict):
    """A number that a scenario leaves to whoever runs it: its value, range, unit and meaning."""

    value: float
    low: float
    high: float
    unit: str = Field(min_length=1)
    meaning: str = Field(min_length=1)


class _File(Strict):
    """A scenario's file."""

    scenario: str
    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    paragraphs: dict[str, tuple[int, ...]] = Field(min_length=1)
    epoch: str
    horizon: int = Field(default=HORIZON, ge=1, le=LONGEST)
    levers: dict[str, Lever] = Field(default_factory=dict)
    events: tuple[dict[str, Any], ...] = ()
    fixed: dict[str, float] = Field(default_factory=dict)
    off: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One scenario, checked.

    Attributes:
        scenario: its name, that of its file.
        title: what happens, in a few words.
        question: what it is there to ask.
        paragraphs: the articles' paragraphs that it rests on.
        epoch: the epoch at which it starts.
        horizon: weeks, 1 to 260.
        levers: the numbers left to the user, at their present values.
        events: each event as written: its word, when, and arguments.
        fixed: uncertainties held at a value.
        off: mechanisms switched off (`sim.uncertainty.SWITCHES`).
        file: where it comes from.
        case: the case that it was checked against.
        reach: the longest horizon it has had, in weeks; events must come within it.
    """

    scenario: str
    title: str
    question: str
    paragraphs: Mapping[str, tuple[int, ...]]
    epoch: str
    horizon: int
    levers: Mapping[str, Lever]
    events: tuple[Mapping[str, Any], ...]
    fixed: Mapping[str, float]
    off: tuple[str, ...]
    file: str
    case: Case = field(repr=False, compare=False)
    reach: int = HORIZON

    def change(
        self,
        *,
        epoch: str | None = None,
        horizon: int | None = None,
        fixed: Mapping[str, float] | None = None,
        off: Sequence[str] | None = None,
        **levers: float,
    ) -> Scenario:
        """The same scenario with other levers, at another epoch, over another horizon; checked again.

        ``fixed`` is added to what is fixed already, ``off`` replaces. A shorter horizon leaves out the events that come
        later. Errors: ``InputError`` for an unknown lever, a value out of its range, and whatever makes the scenario
        impossible at the epoch.
        """
        changed = replace(
            self,
            epoch=self.epoch if epoch is None else epoch,
            horizon=self.horizon if horizon is None else horizon,
            reach=self.reach if horizon is None else max(self.reach, horizon),
            levers=_moved(self, levers),
            fixed={**self.fixed, **(fixed or {})},
            off=self.off if off is None else tuple(off),
        )
        check(changed)
        return changed


def _moved(scenario: Scenario, values: Mapping[str, float]) -> dict[str, Lever]:
    levers = dict(scenario.levers)
    for name, value in values.items():
        if name not in levers:
            where, meant = f"levers.{name}", nearest(name, levers)
            allowed = list(levers) or "none: this scenario has no levers"
            raise InputError(scenario.file, where, "there is no such lever", allowed=allowed, meant=meant)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(scenario.file, f"levers.{name}", f"{shown(value)} is not a number", allowed="a number")
        levers[name] = levers[name].model_copy(update={"value": float(value)})
    return levers


# --- loading ---------------------------------------------------------------------------------------------------------


def scenario_names(case: Case) -> tuple[str, ...]:
    """The names of the scenarios that come with a case, sorted."""
    return tuple(sorted(path.stem for path in (case.folder / "scenario").glob("*.yaml")))


def scenario_path(case: Case, name: str | Path) -> Path:
    """The file of a scenario: a path that ends in .yaml, or the name of a scenario of the case."""
    if str(name).endswith(".yaml"):
        return Path(name)
    known = scenario_names(case)
    if str(name) not in known:
        meant = nearest(str(name), known)
        raise InputError("scenario", "", f"there is no scenario {str(name)!r}", allowed=known, meant=meant)
    return case.folder / "scenario" / f"{name}.yaml"


def load_scenario(case: Case, name: str | Path) -> Scenario:
    """Load and check a scenario.

    Args:
        case: the case.
        name: the name of one of its scenarios, or the path of a file that ends in .yaml.

    Raises:
        InputError: the first mistake found, with file, key, value and what is allowed.
    """
    path = scenario_path(case, name)
    return scenario_of(case, read_yaml(path), file=str(path), name=path.stem)


def scenario_of(case: Case, data: Mapping[str, Any], *, file: str, name: str | None = None) -> Scenario:
    """A scenario from what its file holds; ``name``, where given, is what it has to be called."""
    read = checked(_File, dict(data), file=file)
    if name is not None and read.scenario != name:
        raise InputError(file, "scenario", f"{read.scenario!r} is not the file's name", allowed=name)
    fields = {key: getattr(read, key) for key in _File.model_fields}
    scenario = Scenario(**fields, file=file, case=case, reach=read.horizon)
    _check_paragraphs(scenario)
    check(scenario)
    return scenario


# --- checking --------------------------------------------------------------------------------------------------------


def check(scenario: Scenario) -> None:
    """Refuse a scenario that is wrong or impossible; InputError with the reason."""
    _check_frame(scenario)
    for name, lever in scenario.levers.items():
        _check_lever(scenario, name, lever)
    used = {lever for event in scenario.events for lever in _levers_in(event)}
    for name in scenario.levers:
        if name not in used:
            raise InputError(scenario.file, f"levers.{name}", "no event uses it")
    effects = [effect for event in happenings(scenario) for effect in event.effects]
    if len(effects) > words.MOST_EVENTS:
        problem = f"{len(effects)} effects, counting each seat and each effort as one"
        raise InputError(scenario.file, "events", problem, allowed=f"at most {words.MOST_EVENTS}")


def _check_frame(scenario: Scenario) -> None:
    epochs = scenario.case.epochs
    if scenario.epoch not in epochs:
        problem, meant = f"{scenario.epoch!r} is not an epoch", nearest(scenario.epoch, epochs)
        raise InputError(scenario.file, "epoch", problem, allowed=list(epochs), meant=meant)
    if isinstance(scenario.horizon, bool) or not isinstance(scenario.horizon, int):
        raise InputError(scenario.file, "horizon", f"{shown(scenario.horizon)} is not a whole number of weeks")
    if not 1 <= scenario.horizon <= LONGEST:
        raise InputError(
            scenario.file, "horizon", f"{scenario.horizon} is out of range", allowed=f"1 to {LONGEST} weeks"
        )
    for switch in scenario.off:
        if switch not in SWITCHES:
            meant = nearest(switch, SWITCHES)
            raise InputError(scenario.file, "off", f"{switch!r} is not a switch", allowed=list(SWITCHES), meant=meant)


def _check_paragraphs(scenario: Scenario) -> None:
    file = scenario.case.folder / "evidence" / "articles.yaml"
    if not file.is_file():
        return
    lengths = {article["id"]: article["paragraphs"] for article in read_yaml(file)["articles"]}
    for article, numbers in scenario.paragraphs.items():
        key = f"paragraphs.{article}"
        if article not in lengths:
            meant = nearest(article, lengths)
            raise InputError(scenario.file, key, "there is no such article", allowed=list(lengths), meant=meant)
        for number in numbers:
            if not 1 <= number <= lengths[article]:
                allowed = f"1 to {lengths[article]}"
                raise InputError(scenario.file, key, f"there is no paragraph {number}", allowed=allowed)


def _check_lever(scenario: Scenario, name: str, lever: Lever) -> None:
    key = f"levers.{name}"
    if name in CHANGEABLE or not name.isidentifier():
        problem = "is not a name for a lever"
        raise InputError(scenario.file, key, problem, allowed=f"letters, digits and _; not {', '.join(CHANGEABLE)}")
    if lever.low > lever.high:
        raise InputError(scenario.file, key, f"low {lever.low:g} is above high {lever.high:g}", allowed="low <= high")
    if not lever.low <= lever.value <= lever.high:
        allowed = f"{lever.low:g} to {lever.high:g} {lever.unit}"
        raise InputError(scenario.file, key, f"{lever.value:g} is out of range", allowed=allowed)


def _levers_in(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield from LEVER.findall(value)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _levers_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _levers_in(part)


# --- events ----------------------------------------------------------------------------------------------------------


class When(NamedTuple):
    """The week or the trigger of an event."""

    mode: int
    week: int = 0
    conditions: tuple[Condition, ...] = ()
    hold: int = 0
    lag: int = 0


class Happening(NamedTuple):
    """One event of a scenario, its levers put in: its word, when, its arguments, and the engine's effects."""

    event: Event
    when: When
    repeat: bool
    arguments: Mapping[str, Any]
    effects: tuple[Effect, ...]
    why: str


def happenings(scenario: Scenario) -> tuple[Happening, ...]:
    """The events of a scenario as they come about with the levers as they stand; InputError for the first mistake."""
    return tuple(_happening(scenario, number, event) for number, event in enumerate(scenario.events))


def _happening(scenario: Scenario, number: int, data: Mapping[str, Any]) -> Happening:
    key = f"events[{number}]"
    name = data.get("event")
    if not isinstance(name, str) or name not in EVENTS:
        problem = "is missing" if name is None else f"{shown(name)} is not an event"
        meant = nearest(str(name), EVENTS)
        raise InputError(scenario.file, f"{key}.event", problem, allowed=list(EVENTS), meant=meant)
    reader = _Reader(scenario, key)
    event = EVENTS[name]
    when = reader.when(data.get("when"))
    repeat = reader.flag("repeat", data.get("repeat", False))
    if repeat and when.mode == words.BY_WEEK:
        raise reader.refuse("repeat", "a week comes once", "repeat with all or any")
    why = data.get("why", "")
    if not isinstance(why, str):
        raise reader.refuse("why", f"{shown(why)} is not text", "text")
    arguments = reader.arguments(event, data)
    return Happening(event, when, repeat, arguments, event.effects(scenario.case, arguments), why)


RESERVED = ("event", "when", "repeat", "why")


class _Reader:
    """Reads one event of a scenario's file; every mistake names its place."""

    def __init__(self, scenario: Scenario, key: str) -> None:
        self.scenario, self.key, self.case = scenario, key, scenario.case
        self.regime = self.case.epochs[scenario.epoch].regime
        self.values = {name: lever.value for name, lever in scenario.levers.items()}

    def place(self, key: str) -> Place:
        """The place of a key, for the checks that triggers and arguments share."""
        return Place(self.case, self.regime, self.scenario.reach, self.scenario.file, f"{self.key}.{key}")

    def refuse(self, key: str, problem: str, allowed: Any = None, meant: str | None = None) -> InputError:
        """The one line that refuses a key of this event."""
        return InputError(self.scenario.file, f"{self.key}.{key}", problem, allowed=allowed, meant=meant)

    def flag(self, key: str, value: Any) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            raise self.refuse(key, f"{shown(value)} is not true or false", "true or false")
        return value

    def number(self, key: str, value: Any, low: float, high: float, unit: str, whole: bool = False) -> float:
        """A number in its range; a lever may stand for it, and then its whole range must fit."""
        lever = LEVER.fullmatch(value) if isinstance(value, str) else None
        if lever:
            self.place(key).known(lever[1], self.values, "a lever")
            given = self.scenario.levers[lever[1]]
            for end in (given.low, given.high):
                if not low <= end <= high:
                    problem = f"the lever {lever[1]} reaches {end:g}, which is out of range"
                    raise self.refuse(key, problem, f"{low:g} to {high:g} {unit}".strip())
            value = given.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(key, f"{shown(value)} is not a number", "a number, or $ and the name of a lever")
        if whole and value != int(value):
            raise self.refuse(key, f"{value:g} is not a whole number of {unit}", f"a whole number of {unit}")
        if not low <= value <= high:
            raise self.refuse(key, f"{value:g} is out of range", f"{low:g} to {high:g} {unit}".strip())
        return float(value)

    def weeks(self, key: str, value: Any, low: int, high: int) -> int:
        """A whole number of weeks."""
        return int(self.number(key, value, low, high, "weeks", whole=True))

    # --- when

    def when(self, data: Any) -> When:
        """The week or trigger of an event."""
        if data is None:
            raise self.refuse("when", "is missing", "{week: N}, or all or any with a list of conditions")
        if not isinstance(data, Mapping):
            raise self.refuse("when", f"{shown(data)} is not a mapping", "{week: N}, or all or any with a list")
        allowed = ("week", "all", "any", "for", "after")
        for key in data:
            if key not in allowed:
                raise self.refuse(f"when.{key}", "unknown key", allowed, nearest(key, allowed))
        modes = [key for key in ("week", "all", "any") if key in data]
        if len(modes) != 1:
            raise self.refuse("when", "has no or several times", "exactly one of week, all, any")
        if modes[0] == "week":
            return self._week(data)
        return self._trigger(data, modes[0])

    def _week(self, data: Mapping[str, Any]) -> When:
        for key in ("for", "after"):
            if key in data:
                raise self.refuse(f"when.{key}", "goes with all or any, not with week")
        week = self.weeks("when.week", data["week"], 1, LONGEST)
        if week > self.scenario.reach:
            problem = f"can never fire: week {week} is beyond the horizon of {self.scenario.reach}"
            raise self.refuse("when.week", problem, f"1 to {self.scenario.reach} weeks")
        return When(words.BY_WEEK, week=week)

    def _trigger(self, data: Mapping[str, Any], mode: str) -> When:
        key = f"when.{mode}"
        texts = data[mode]
        if not isinstance(texts, list | tuple) or not texts or not all(isinstance(text, str) for text in texts):
            raise self.refuse(key, f"{shown(texts)} is not a list of conditions", 'conditions as ["presence < 0.5"]')
        if len(texts) > words.MOST_CONDITIONS:
            raise self.refuse(key, f"{len(texts)} conditions", f"at most {words.MOST_CONDITIONS}")
        found = tuple(condition(self.place(f"{key}[{n}]"), text, self.values) for n, text in enumerate(texts))
        hold = self.weeks("when.for", data.get("for", 1), 1, LONGEST)
        lag = self.weeks("when.after", data.get("after", 0), 0, LONGEST)
        code = words.BY_ALL if mode == "all" else words.BY_ANY
        check_possible(self.place(key), code, found, hold, lag)
        return When(code, conditions=found, hold=hold, lag=lag)

    # --- arguments

    def arguments(self, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of an event, checked, defaults put in."""
        names = [argument.name for argument in event.arguments]
        for key in data:
            if key not in names and key not in RESERVED:
                meant = nearest(key, [*names, *RESERVED])
                raise self.refuse(key, f"unknown argument of {event.name}", names or "none", meant)
        self._check_ground(event)
        values: dict[str, Any] = {}
        for argument in event.arguments:
            values[argument.name] = self._argument(event, argument, data, values)
        return self._fit(event, values)

    def _check_ground(self, event: Event) -> None:
        """The issue of the event is bargained over, and the presence it is about exists."""
        if event.cell is not None:
            self._cell("event", event.cell)
        if event.presence and not any(
            clause.default == "presence" for table in self._tables().values() for clause in table.clauses.values()
        ):
            raise self.refuse("event", f"{event.name!r} is impossible: no forces are left under the {self.regime}")

    def _tables(self) -> dict[str, Any]:
        regimes = set(self.place("").regimes())
        return {name: table for name, table in self.case.tables.items() if regimes & set(table.regimes)}

    def _argument(self, event: Event, argument: Argument, data: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
        key = argument.name
        value = data.get(key, argument.default)
        if value is None:
            raise self.refuse(key, "is missing", f"{argument.meaning} ({_range(argument)})")
        if argument.kind == "number":
            return self.number(key, value, argument.low, argument.high, argument.unit)
        if argument.kind == "weeks":
            return self.weeks(key, value, int(argument.low), int(argument.high))
        if argument.kind == "flag":
            return self.flag(key, value)
        if not isinstance(value, str):
            raise self.refuse(key, f"{shown(value)} is not a name", f"{argument.meaning}")
        if value == OPTIONAL and argument.default == OPTIONAL:
            return self._deliverer(event) if key == "by" else value
        return self._name(argument, value, values)

    def _name(self, argument: Argument, value: str, values: Mapping[str, Any]) -> str:
        key = argument.name
        if argument.kind == "table":
            self.place(key).table(value)
        elif argument.kind == "war":
            self.place(key).war(value)
        elif argument.kind == "cell":
            self._cell(key, value)
        elif argument.kind == "player":
            self._player(key, value)
        else:
            seats = self.case.tables[values["table"]].seats
            needing = [name for name, _, standing in seats if not standing]
            if value in {name for name, _, standing in seats if standing}:
                raise self.refuse(key, f"{value!r} needs no invitation to {values['table']}", needing or "nobody")
            if not needing:
                raise self.refuse(key, f"{values['table']} keeps no seat for anybody who would have to be invited")
            self.place(key).known(value, needing, f"a seat of {values['table']} that needs an invitation")
        return value

    def _cell(self, key: str, name: str) -> None:
        self.place(key).known(name, self.case.cells, "an issue of the case")
        open_cells = {cell for table in self._tables().values() for cell in table.clauses}
        if name not in open_cells:
            problem = f"no table bargains over {name!r} under the {self.regime}, which is for good"
            raise self.refuse(key, problem, [cell for cell in self.case.cells if cell in open_cells])

    def _player(self, key: str, code: str) -> None:
        self.place(key).player(code)
        gone = {war.incumbent for war in self.case.wars.values() if war.turns_regime}
        if code in gone and self.regime == self.case.regimes[1]:
            raise self.refuse(key, f"{code!r} is gone under the {self.regime}, which is for good")

    def _deliverer(self, event: Event) -> str:
        for table in self._tables().values():
            clause = table.clauses.get(event.cell or "")
            if clause is not None and clause.by is not None:
                return clause.by
        raise self.refuse("by", "is missing", "who does it: no table says who delivers this")

    def _fit(self, event: Event, values: dict[str, Any]) -> dict[str, Any]:
        """What only several arguments together can tell."""
        if event.name in ("set_effort", "mediator_absent"):
            self._check_mediator(values["mediator"])
        if event.name == "regional_consensus" and all(s for _, _, s in self.case.tables[values["table"]].seats):
            raise self.refuse("table", f"{values['table']} keeps no seat for anybody who would have to be invited")
        table = values.get("for_coming_to") or (values["table"] if event.name == "offer" else "")
        if table:
            self._check_offer(table, event.cell or values["issue"], values)
        return values

    def _check_mediator(self, code: str) -> None:
        seated = {m for table in self._tables().values() for _, members, _ in table.seats for m in members}
        if code not in seated:
            mediators = [player for player in self.case.players if player in seated]
            raise self.refuse("mediator", f"{code!r} mediates at no table", mediators)

    def _check_offer(self, table: str, cell: str, values: Mapping[str, Any]) -> None:
        key = "for_coming_to" if "for_coming_to" in values else "table"
        if values.get("weeks"):
            raise self.refuse("weeks", f"what is given for coming to {table} is not taken back", "no weeks")
        clauses = self.case.tables[table].clauses
        if cell not in clauses:
            raise self.refuse(key, f"{table} does not bargain over {cell!r}", list(clauses))


def _range(argument: Argument) -> str:
    if argument.kind in ("number", "weeks"):
        return f"{argument.low:g} to {argument.high:g} {argument.unit}".strip()
    return {"flag": "true or false", "cell": "an issue", "seat": "a seat"}.get(argument.kind, f"a {argument.kind}")


# --- for the engine --------------------------------------------------------------------------------------------------


def plan_record(case: Case, scenario: Scenario) -> Record:
    """A scenario as the engine's plan: the tables as its epoch has them, and one effect after the other."""
    plan = records(words.PLAN, sizes(case), 1)[0]
    for variable in words.PLAN:
        if variable.kind == "i8":
            plan[variable.name] = 0
    _write_tables(case, scenario.epoch, plan)
    row = 0
    for happening in happenings(scenario):
        for effect in happening.effects:
            _write_effect(plan, row, happening, effect)
            row += 1
    plan.events = row
    return plan


def _write_tables(case: Case, name: str, plan: Record) -> None:
    epoch = case.epochs[name]
    plan.start_regime = case.regimes.index(epoch.regime)
    plan.start_status = words.NEVER
    plan.start_package = np.nan
    for table, start in epoch.tables.items():
        t = list(case.tables).index(table)
        plan.start_status[t] = STATUS[start.status]
        plan.signed_weeks_ago[t], plan.weeks_left[t] = start.signed_weeks_ago, start.weeks_left
        for cell, point in start.package.items():
            plan.start_package[t, list(case.tables[table].clauses).index(cell)] = point


def _write_effect(plan: Record, e: int, happening: Happening, effect: Effect) -> None:
    when = happening.when
    plan.mode[e], plan.at_week[e], plan.hold[e], plan.lag[e] = when.mode, when.week, when.hold, when.lag
    plan.repeats[e] = happening.repeat
    plan.effect[e], plan.player[e], plan.value[e] = effect.code, effect.player, effect.value
    plan.place_table[e], plan.place_cell[e] = effect.table, effect.cell
    plan.place_war[e], plan.place_seat[e] = effect.war, effect.seat
    plan.conditional[e], plan.weeks[e] = effect.conditional, effect.weeks
    if effect.code == words.STAND:
        plan.stand_salience[effect.player, effect.cell] = effect.salience
    plan.conditions[e] = len(when.conditions)
    for d, one in enumerate(when.conditions):
        code, first, second, comparison, threshold = one.engine()
        plan.quantity[e, d], plan.quantity_first[e, d], plan.quantity_second[e, d] = code, first, second
        plan.comparison[e, d], plan.threshold[e, d] = comparison, threshold
