"""One event of a scenario's file: its word, its week or trigger, its arguments; read, checked, made into effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import Field

from sim.case.case import Case, Table, mediated_pairs
from sim.case.event import OPTIONAL, Argument, Effect, Event
from sim.case.events import events_of
from sim.case.trigger import LEVER, Condition, Place, check_possible, condition
from sim.inputs.errors import InputError, Mistakes, nearest, one_of, shown
from sim.inputs.objects import Strict
from sim.model import vocabulary as words

LONGEST = 260  # weeks: the longest horizon
RESERVED = ("event", "when", "repeat", "why")


class Lever(Strict):
    """A number that a scenario leaves to whoever runs it: its value, range, unit and meaning.

    Attributes:
        value: where nobody moves it.
        low: the least that it may be moved to.
        high: the most.
        unit: in words.
        meaning: what it is.
    """

    value: float
    low: float
    high: float
    unit: str = Field(min_length=1)
    meaning: str = Field(min_length=1)


class Setting(NamedTuple):
    """What an event is read against: the case, the epoch's regime, the horizon in weeks, the levers, the file."""

    case: Case
    regime: str
    horizon: int
    levers: Mapping[str, Lever]
    file: str


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


def happening(setting: Setting, key: str, data: Mapping[str, Any]) -> Happening:
    """One event as it comes about with the levers as they stand; InputError for its first mistake."""
    name, events = data.get("event"), events_of(setting.case)
    if name is None:
        raise InputError(setting.file, f"{key}.event", "is missing", allowed=list(events))
    reader = _Reader(setting, key)
    event = events[one_of(setting.file, f"{key}.event", name, events, "an event")]
    when, arguments = When(words.BY_WEEK), dict[str, Any]()
    with Mistakes() as mistakes:
        with mistakes.apart():
            when = reader.when(data.get("when"))
            repeat = reader.flag("repeat", data.get("repeat", False))
            if repeat and when.mode == words.BY_WEEK:
                raise reader.refuse("repeat", "a week comes once", "repeat with all or any")
        with mistakes.apart():
            why = data.get("why", "")
            if not isinstance(why, str):
                raise reader.refuse("why", f"{shown(why)} is not text", "text")
        with mistakes.apart():
            arguments = reader.arguments(event, data)
    return Happening(event, when, repeat, arguments, event.effects(setting.case, arguments), why)


class _Reader:
    """Reads one event of a scenario's file; every mistake names its place."""

    def __init__(self, setting: Setting, key: str) -> None:
        self.setting, self.key, self.case, self.regime = setting, key, setting.case, setting.regime
        self.values = {name: lever.value for name, lever in setting.levers.items()}

    def place(self, key: str) -> Place:
        """The place of a key, for the checks that triggers and arguments share."""
        return Place(self.case, self.regime, self.setting.horizon, self.setting.file, f"{self.key}.{key}")

    def refuse(self, key: str, problem: str, allowed: Any = None, meant: str | None = None) -> InputError:
        """The one line that refuses a key of this event."""
        return InputError(self.setting.file, f"{self.key}.{key}", problem, allowed=allowed, meant=meant)

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
            given = self.setting.levers[lever[1]]
            for end in (given.low, given.high):
                if not low <= end <= high:
                    problem = f"the lever {lever[1]} reaches {end:g}, which is out of range"
                    raise self.refuse(key, problem, _span(low, high, unit))
            value = given.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(key, f"{shown(value)} is not a number", "a number, or $ and the name of a lever")
        if whole and value != int(value):
            raise self.refuse(key, f"{value:g} is not a whole number of {unit}", f"a whole number of {unit}")
        if not low <= value <= high:
            raise self.refuse(key, f"{value:g} is out of range", _span(low, high, unit))
        return float(value)

    def lever_flag(self, key: str, value: Any) -> bool:
        """True or false, or a lever that is 0 or 1."""
        if not isinstance(value, str) or not LEVER.fullmatch(value):
            return self.flag(key, value)
        return self.number(key, value, 0, 1, "(0 or 1)", whole=True) == 1.0

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
            raise self.refuse("when", f"gives {len(modes)} of week, all, any", "exactly one of them")
        if modes[0] == "week":
            return self._week(data)
        return self._trigger(data, modes[0])

    def _week(self, data: Mapping[str, Any]) -> When:
        for key in ("for", "after"):
            if key in data:
                raise self.refuse(f"when.{key}", "goes with all or any, not with week")
        week = self.weeks("when.week", data["week"], 1, LONGEST)
        if week > self.setting.horizon:
            problem = f"can never fire: week {week} is beyond the horizon of {self.setting.horizon}"
            raise self.refuse("when.week", problem, f"1 to {self.setting.horizon} weeks")
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
        values: dict[str, Any] = {}
        with Mistakes() as mistakes:
            unknown = [key for key in data if key not in names and key not in RESERVED]
            meant = {key: nearest(key, [name for name in (*names, *RESERVED) if name not in data]) for key in unknown}
            for key in unknown:
                with mistakes.apart():
                    likely = meant[key] or nearest(key, [*names, *RESERVED])
                    raise self.refuse(key, f"unknown argument of {event.name}", names or "none", likely)
            self._check_ground(event)
            for argument in event.arguments:
                with mistakes.apart():
                    if argument.name not in meant.values():
                        values[argument.name] = self._argument(event, argument, data, values)
        return self._fit(event, values)

    def _check_ground(self, event: Event) -> None:
        """The issue of the event is bargained over, and the presence it is about exists."""
        if event.cell is not None:
            self._cell("event", event.cell)
        if event.presence and not any(
            clause.default == "presence" for table in self._tables().values() for clause in table.clauses.values()
        ):
            patrons = any(war.patron is not None for war in self.case.wars.values())
            why = f"no forces are left under the {self.regime}" if patrons else "no war of the case has a patron"
            raise self.refuse("event", f"{event.name!r} is impossible: {why}")

    def _tables(self) -> dict[str, Table]:
        regimes = set(self.place("").regimes())
        return {name: table for name, table in self.case.tables.items() if regimes & set(table.regimes)}

    def _argument(self, event: Event, argument: Argument, data: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
        key = argument.name
        value = data.get(key, argument.default)
        if value is None:
            raise self.refuse(key, "is missing", f"{argument.meaning} ({what_fits(argument)})")
        if argument.kind == "number":
            return self.number(key, value, argument.low, argument.high, argument.unit)
        if argument.kind == "weeks":
            return self.weeks(key, value, int(argument.low), int(argument.high))
        if argument.kind == "flag":
            return self.lever_flag(key, value)
        if not isinstance(value, str):
            raise self.refuse(key, f"{shown(value)} is not a name", what_fits(argument))
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
        elif argument.kind in ("player", "party"):
            self._player(key, value)
        elif "table" in values:  # else the table is told of
            self._seat(key, value, values["table"])
        return value

    def _seat(self, key: str, name: str, table: str) -> None:
        seats = self.case.tables[table].seats
        needing = [seat for seat, _, standing in seats if not standing]
        if name in {seat for seat, _, standing in seats if standing}:
            raise self.refuse(key, f"{name!r} needs no invitation to {table}", needing or "nobody")
        if not needing:
            raise self.refuse(key, f"{table} keeps no seat for anybody who would have to be invited")
        self.place(key).known(name, needing, f"a seat of {table} that needs an invitation")

    def _cell(self, key: str, name: str) -> None:
        self.place(key).known(name, self.case.cells, "an issue of the case")
        open_cells = {cell for table in self._tables().values() for cell in table.clauses}
        if name not in open_cells:
            problem = f"no table bargains over {name!r} under the {self.regime}, which is for good"
            raise self.refuse(key, problem, [cell for cell in self.case.cells if cell in open_cells])

    def _player(self, key: str, code: str) -> None:
        self.place(key).player(code)
        gone = {war.incumbent for war in self.case.wars.values() if war.turns_regime}
        if code in gone and self.regime == self.case.turned:
            raise self.refuse(key, f"{code!r} is gone under the {self.regime}, which is for good")

    def _deliverer(self, event: Event) -> str:
        for table in self._tables().values():
            clause = table.clauses.get(event.cell or "")
            if clause is not None and clause.by is not None:
                return clause.by
        raise self.refuse("by", "is missing", "who does it: no table says who delivers this")

    def _fit(self, event: Event, values: dict[str, Any]) -> dict[str, Any]:
        """What only several arguments together can tell."""
        if values.get("mediator") and event.name != "invite":
            self._check_mediator(values["mediator"], values.get("table", ""))
        if event.name == "offer_for_effort":
            self._check_asked(values["mediator"], values["on"], values["by"])
        if event.name == "regional_consensus" and all(s for _, _, s in self.case.tables[values["table"]].seats):
            raise self.refuse("table", f"{values['table']} keeps no seat for anybody who would have to be invited")
        table = values.get("for_coming_to") or (values["table"] if event.name == "offer" else "")
        if table:
            return {**values, "to_party": self._offered_to(table, event.cell or values["issue"], values)}
        if values.get("to_party"):
            raise self.refuse("to_party", "goes with for_coming_to: what is given freely is given to nobody alone")
        return values

    def _check_mediator(self, code: str, table: str) -> None:
        tables = [self.case.tables[table]] if table else list(self._tables().values())
        seated = {member for one in tables for _, members, _ in one.seats for member in members}
        if code not in seated:
            mediators = [player for player in self.case.players if player in seated]
            raise self.refuse("mediator", f"{code!r} has no seat at {table or 'any table'}", mediators or "nobody")

    def _check_asked(self, mediator: str, party: str, giver: str) -> None:
        """An effort can be asked of a mediator on a party of its tables alone, and by somebody else."""
        asked = [on for code, on in mediated_pairs(self.case) if code == mediator]
        if party not in asked:
            raise self.refuse("on", f"{mediator!r} has no seat at a table of {party!r}", asked, nearest(party, asked))
        if giver == mediator:
            raise self.refuse("by", f"{giver!r} cannot ask itself", [one for one in self.case.players if one != giver])

    def _offered_to(self, table: str, cell: str, values: Mapping[str, Any]) -> str:
        """The party that an offer is made to: the one named, else the other one where a party offers."""
        if values.get("weeks"):
            raise self.refuse("weeks", f"what is given for coming to {table} is not taken back", "no weeks")
        parties = self.case.tables[table].parties
        others = [code for code in parties if code != values["by"]]
        party = values["to_party"]
        if not party and len(others) > 1:
            raise self.refuse("to_party", f"is missing: {values['by']!r} is no party of {table}", others)
        if party:
            self.place("to_party").known(party, others, f"a party of {table} other than the giver")
        self._check_stake(party or others[0], cell)
        return str(party or others[0])

    def _check_stake(self, party: str, cell: str) -> None:
        stakes = {name for one in self.case.tables.values() if party in one.parties for name in one.clauses}
        if cell not in stakes:
            allowed = [name for name in self.case.cells if name in stakes]
            raise self.refuse("event", f"{party!r} has no stake in {cell!r} and would not come for it", allowed)


def _span(low: float, high: float, unit: str) -> str:
    return f"{low:g} to {high:g}" + ("" if unit in ("", "share") else f" {unit}")


def what_fits(argument: Argument) -> str:
    """What an argument allows, in words.

    >>> what_fits(Argument("weeks", "weeks", "how long", "weeks", 0, 260)), what_fits(Argument("by", "player", "who"))
    ('0 to 260 weeks', 'a player')
    """
    if argument.kind in ("number", "weeks"):
        return _span(argument.low, argument.high, argument.unit)
    words_of = {"flag": "true or false", "cell": "an issue", "seat": "a seat of the table", "party": "a party of it"}
    return words_of.get(argument.kind, f"a {argument.kind}")
