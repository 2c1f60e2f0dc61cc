"""What an event is: its arguments with unit and range, and what each one changes in the engine's words.

An event sets what a player does or says: an issue's cell, a schedule, a table's status, a seat, an effort, an offer, a
stand. It never sets trust, leverage or attendance: those follow from the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from sim.case.case import Case
from sim.model import vocabulary as words

Kind = Literal["player", "party", "seat", "table", "cell", "war", "number", "weeks", "flag"]
Values = Mapping[str, Any]


class Argument(NamedTuple):
    """One argument of an event; ``default`` None means that it must be given, ``OPTIONAL`` that it may be left out."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    default: float | bool | str | None = None


class Effect(NamedTuple):
    """One primitive effect, as the engine's plan holds it (`vocabulary.PLAN`); -1 where it has no such place."""

    code: int
    player: int = words.NEVER
    target: int = words.NEVER
    table: int = words.NEVER
    cell: int = words.NEVER
    war: int = words.NEVER
    seat: int = words.NEVER
    value: float = 0.0
    weeks: int = 0
    conditional: int = 0
    salience: float = 0.0
    about: int = words.NEVER
    level: float = 0.0


class Event(NamedTuple):
    """One word of the vocabulary: arguments, meaning in the world, what it changes in the model, and its effects."""

    name: str
    arguments: tuple[Argument, ...]
    meaning: str
    changes: str
    effects: Callable[[Case, Values], tuple[Effect, ...]]
    cell: str | None = None  # an event that is about one issue of the case only
    presence: bool = False  # needs a table that bargains over the patron's presence


OPTIONAL = ""
