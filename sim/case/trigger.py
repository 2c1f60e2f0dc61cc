"""Triggers of events: `QUANTITY OP NUMBER`, read by a small parser, and refused where they can never hold.

A quantity is named as the outcome column that shows it. It has a range; a condition cuts the range, conditions that
must all hold cut it together, and a trigger that leaves nothing is refused with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from sim.case.case import Case, trusting_pairs
from sim.inputs.errors import InputError, nearest, one_of
from sim.model import vocabulary as words

LEVER = re.compile(r"\$([A-Za-z_]\w*)")
_CONDITION = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(<=|>=|<|>)\s*(\S+)\s*")
_MIRRORED: Mapping[str, str] = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<="})
WAR_QUANTITIES: Mapping[str, int] = MappingProxyType(
    {"control": words.Q_CONTROL, "intensity": words.Q_INTENSITY, "cohesion": words.Q_COHESION}
)
TABLE_COUNTS: Mapping[str, int] = MappingProxyType({"sessions": words.Q_SESSIONS, "impasses": words.Q_IMPASSES})
TABLE_FLAGS: Mapping[str, int] = MappingProxyType({"agreed": words.Q_AGREED, "collapsed": words.Q_COLLAPSED})
TABLE_STATES: Mapping[str, int] = MappingProxyType(
    {"in_force": words.Q_IN_FORCE, "open": words.Q_OPEN, "status": words.Q_STATUS}
)
# Every kind of quantity, as a scenario names it, and what it says.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "week": "the week, from 1",
        "regime.REGIME": "1 under that regime, else 0; `regime.turned` for the second",
        "presence": "the patron's presence, a share",
        "cell.ISSUE": "what is the case on an issue, a share",
        "trust.I.J": "how far I expects J to keep a commitment, a share",
        "leverage.I.J": "I's leverage on J, a share",
        "war.WAR.control": "the challenger's control, a share",
        "war.WAR.intensity": "intensity, 1 is usual",
        "war.WAR.cohesion": "the incumbent's cohesion, a share",
        "table.TABLE.sessions": "sessions held in the run",
        "table.TABLE.impasses": "impasses in the run",
        "table.TABLE.agreed": "1 once the table has agreed in the run, else 0",
        "table.TABLE.collapsed": "1 once an agreement of the table has collapsed, else 0",
        "table.TABLE.in_force": "1 while an agreement is in force, else 0",
        "table.TABLE.open": "1 while the table is open for sessions, else 0",
        "table.TABLE.status": "0 closed, 1 open, 2 suspended, 3 in force, 4 pending a vote",
    }
)


class Quantity(NamedTuple):
    """What a trigger watches: the engine's code and indices, its range, whether it is whole, whether it is mirrored."""

    name: str
    code: int
    first: int = 0
    second: int = 0
    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    mirrored: bool = False  # the engine watches one less this


class Condition(NamedTuple):
    """One condition, as written."""

    quantity: Quantity
    comparison: str
    threshold: float
    text: str

    def engine(self) -> tuple[int, int, int, int, float]:
        """Code, first and second index, comparison and threshold, as the engine's plan holds them."""
        quantity, comparison, threshold = self.quantity, self.comparison, self.threshold
        if quantity.mirrored:
            comparison, threshold = _MIRRORED[comparison], 1.0 - threshold
        number = words.COMPARISONS.index(comparison)
        return quantity.code, quantity.first, quantity.second, number, threshold


class Place(NamedTuple):
    """Where a trigger stands: the case, the epoch's regime, the horizon in weeks, the file and the key."""

    case: Case
    regime: str
    horizon: int
    file: str
    key: str

    def regimes(self) -> tuple[str, ...]:
        """The regimes that can come about: the second one is for good."""
        return self.case.regimes if self.regime == self.case.regimes[0] else self.case.regimes[1:]

    def refuse(self, problem: str, allowed: str | Iterable[str] | None = None, meant: str | None = None) -> InputError:
        """The one line that refuses it."""
        return InputError(self.file, self.key, problem, allowed=allowed, meant=meant)

    def known(self, word: str, allowed: Iterable[str], what: str) -> str:
        """The word, if it is one of those allowed."""
        return one_of(self.file, self.key, word, allowed, what)

    def table(self, name: str) -> int:
        """The index of a table that can exist from the epoch on."""
        self.known(name, self.case.tables, "a table")
        if not set(self.case.tables[name].regimes) & set(self.regimes()):
            allowed = [t for t, table in self.case.tables.items() if set(table.regimes) & set(self.regimes())]
            raise self.refuse(f"the table {name!r} is closed under the {self.regime}, which is for good", allowed)
        return self.case.number("tables", name)

    def war(self, name: str) -> int:
        """The index of a war that is not over at the epoch."""
        self.known(name, self.case.wars, "a war")
        if self.case.wars[name].turns_regime and self.regime == self.case.turned:
            raise self.refuse(f"the war {name!r} is over under the {self.regime}")
        return self.case.number("wars", name)

    def player(self, code: str) -> int:
        """The index of a player."""
        return self.case.number("players", self.known(code, self.case.players, "a player"))


def quantity(place: Place, name: str) -> Quantity:
    """The quantity of that name; InputError where there is none, or where it stays as it is for good."""
    kind, *rest = name.split(".")
    readers: Mapping[str, tuple[int, Callable[[Place, str, Sequence[str]], Quantity]]] = {
        "week": (0, _week),
        "regime": (1, _regime),
        "presence": (0, _presence),
        "cell": (1, _cell),
        "trust": (2, _pair),
        "leverage": (2, _pair),
        "war": (2, _war),
        "table": (2, _table),
    }
    if kind not in readers or len(rest) != readers[kind][0]:
        meant = [known for known in KINDS if known.split(".")[0] == nearest(kind, readers)]
        raise place.refuse(f"{name!r} is not a quantity", KINDS, meant[0] if meant else None)
    return readers[kind][1](place, name, rest)


def _week(place: Place, name: str, rest: Sequence[str]) -> Quantity:
    return Quantity(name, words.Q_WEEK, low=1, high=place.horizon, whole=True)


def _presence(place: Place, name: str, rest: Sequence[str]) -> Quantity:
    over = place.regime == place.case.turned  # the patron has left by then
    return Quantity(name, words.Q_PRESENCE, high=0.0 if over else 1.0)


def _regime(place: Place, name: str, rest: Sequence[str]) -> Quantity:
    wanted = place.case.turned if rest[0] == "turned" and place.case.turned else rest[0]
    place.known(wanted, place.case.regimes, "a regime")
    first = wanted == place.case.regimes[0]
    gone = wanted not in place.regimes()
    always = len(place.regimes()) == 1 and not gone
    low, high = (0.0, 0.0) if gone else (1.0, 1.0) if always else (0.0, 1.0)
    return Quantity(name, words.Q_REGIME, low=low, high=high, whole=True, mirrored=first)


def _cell(place: Place, name: str, rest: Sequence[str]) -> Quantity:
    place.known(rest[0], place.case.cells, "an issue")
    return Quantity(name, words.Q_CELL, place.case.number("cells", rest[0]))


def _pair(place: Place, name: str, rest: Sequence[str]) -> Quantity:
    first, second = place.player(rest[0]), place.player(rest[1])
    if first == second:
        raise place.refuse(f"{name!r} is of a player and itself", "two players")
    trust = name.startswith("trust")
    if trust and (rest[0], rest[1]) not in trusting_pairs(place.case):
        raise place.refuse(f"{name!r} never changes: nothing is learnt by or about one of the two")
    return Quantity(name, words.Q_TRUST if trust else words.Q_LEVERAGE, first, second)


def _war(place: Place, name: str, rest: Sequence[str]) -> Quantity:
    number = place.war(rest[0])
    place.known(rest[1], WAR_QUANTITIES, "a quantity of a war")
    high = 4.0 if rest[1] == "intensity" else 1.0  # an offensive at most adds three times the usual intensity
    return Quantity(name, WAR_QUANTITIES[rest[1]], number, high=high)


def _table(place: Place, name: str, rest: Sequence[str]) -> Quantity:
    number = place.table(rest[0])
    codes = {**TABLE_COUNTS, **TABLE_FLAGS, **TABLE_STATES}
    place.known(rest[1], codes, "a quantity of a table")
    high = place.horizon if rest[1] in TABLE_COUNTS else len(words.STATUS_NAMES) - 1 if rest[1] == "status" else 1
    return Quantity(name, codes[rest[1]], number, high=high, whole=True)


def condition(place: Place, text: str, levers: Mapping[str, float]) -> Condition:
    """One condition from its text; a lever may stand for the number."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise place.refuse(f"{text!r} is not a condition", "QUANTITY OP NUMBER, with OP one of < <= > >=")
    name, comparison, number = match.groups()
    return Condition(quantity(place, name), comparison, _threshold(place, text, number, levers), text)


def _threshold(place: Place, text: str, number: str, levers: Mapping[str, float]) -> float:
    lever = LEVER.fullmatch(number)
    if lever:
        return levers[place.known(lever[1], levers, "a lever")]
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", number):
        raise place.refuse(f"{number!r} in {text!r} is not a number", "a number, or $ and the name of a lever")
    return float(number)


def span(found: Sequence[Condition]) -> tuple[float, float, bool, bool]:
    """What conditions on one quantity leave of its range: low, high, whether low is left out, whether high is."""
    low, high = found[0].quantity.low, found[0].quantity.high
    low_open = high_open = False
    for one in found:
        open_end = one.comparison in ("<", ">")
        if one.comparison in (">", ">=") and (one.threshold, open_end) > (low, low_open):
            low, low_open = one.threshold, open_end
        if one.comparison in ("<", "<=") and (one.threshold, not open_end) < (high, not high_open):
            high, high_open = one.threshold, open_end
    if found[0].quantity.whole:
        low, low_open = float(low // 1 + 1 if low_open else -(-low // 1)), False
        high, high_open = float(-(-high // 1) - 1 if high_open else high // 1), False
    return low, high, low_open, high_open


def can_hold(found: Sequence[Condition]) -> bool:
    """Whether conditions on one quantity can hold together."""
    low, high, low_open, high_open = span(found)
    return low < high or (low == high and not (low_open or high_open))


def check_possible(place: Place, mode: int, found: Sequence[Condition], hold: int, lag: int) -> None:
    """Refuse a trigger that can never fire."""
    for one in found:
        if not can_hold([one]):
            low, high = one.quantity.low, one.quantity.high
            raise place.refuse(f"{one.text!r} can never hold: {one.quantity.name} is {_range(low, high)}")
    if mode == words.BY_ALL:
        for name in dict.fromkeys(one.quantity.name for one in found):
            same = [one for one in found if one.quantity.name == name]
            if not can_hold(same):
                texts = " and ".join(repr(one.text) for one in same)
                raise place.refuse(f"{texts} can never hold together")
    _check_weeks(place, mode, found, hold, lag)


def _range(low: float, high: float) -> str:
    return f"always {low:g}" if low == high else f"from {low:g} to {high:g}"


def _check_weeks(place: Place, mode: int, found: Sequence[Condition], hold: int, lag: int) -> None:
    """Refuse a trigger whose weeks are too few, or end beyond the horizon."""
    hold = max(hold, 1)
    weeks = [one for one in found if one.quantity.code == words.Q_WEEK] if mode == words.BY_ALL else []
    low, high = span(weeks)[:2] if weeks else (1.0, float(place.horizon))
    if high - low + 1 < hold:
        raise place.refuse(f"can never hold for {hold} weeks: only weeks {low:g} to {high:g} count")
    first = int(low) + hold - 1 + lag
    if first > place.horizon:
        raise place.refuse(f"can never fire: week {first} at the earliest is beyond the horizon of {place.horizon}")
