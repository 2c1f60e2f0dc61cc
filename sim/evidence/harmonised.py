"""The mechanisms and events of all passes in one vocabulary, each entry with the coded rows behind it.

Both files are optional: a new case has coded rows before anybody has harmonised them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from sim.case.case import Case
from sim.evidence.reading import passes_of
from sim.evidence.rows import CodedRow, EventRow, Evidence, MechanismRow
from sim.inputs.dates import date_problem
from sim.inputs.errors import InputError, Mistakes, one_of
from sim.inputs.files import read_yaml
from sim.inputs.frozen import Frozen
from sim.inputs.objects import Strict, checked

Lines = dict[str, tuple[int, ...]]
Strength = Literal["weak", "medium", "strong"]
Row = TypeVar("Row", bound=CodedRow)


class MechanismEntry(Strict):
    """One cause and effect in the common words, with the rows behind it.

    Attributes:
        cause: a word of the vocabulary.
        effect: another.
        sign: + where the cause raises the effect, - where it lowers it.
        strength: the weakest and the strongest coding.
        pattern: the pattern that the claim bears on, or none.
        rows: lines of each pass's mechanisms.csv, the header being line 1.
        reversed_rows: those of them that carry the opposite sign.
        note: where rows were joined by reading.
    """

    cause: str
    effect: str
    sign: Literal["+", "-"]
    strength: tuple[Strength, Strength]
    pattern: str
    rows: Lines
    reversed_rows: Lines = Field(default_factory=dict)
    note: str = ""


class MechanismsFile(Strict):
    """evidence/mechanisms.yaml: what the passes say causes what, in one vocabulary.

    Attributes:
        vocabulary: the common words, each with its meaning.
        mechanisms: the entries.
    """

    vocabulary: dict[str, str]
    mechanisms: tuple[MechanismEntry, ...]


class EventEntry(Strict):
    """One event with the rows behind it.

    Attributes:
        date: the narrowest that the rows allow.
        event: its name.
        actors: players.
        what: in words.
        rows: lines of each pass's events.csv, the header being line 1.
    """

    date: str
    event: str
    actors: tuple[str, ...]
    what: str
    rows: Lines


class ChronologyFile(Strict):
    """evidence/chronology.yaml: the events of the passes as one dated list.

    Attributes:
        chronology: the entries, in order.
    """

    chronology: tuple[EventEntry, ...]


@dataclass(frozen=True)
class Mechanism:
    """One cause and effect in the common words; `rows` are those that count, `turned` those of opposite sign."""

    cause: str
    effect: str
    sign: Literal["+", "-"]
    strength: tuple[Strength, Strength]
    pattern: str
    note: str
    rows: tuple[MechanismRow, ...]
    turned: frozenset[MechanismRow]


@dataclass(frozen=True)
class DatedEvent:
    """One event with the narrowest date that its rows allow."""

    date: str
    event: str
    actors: tuple[str, ...]
    what: str
    rows: tuple[EventRow, ...]


@dataclass(frozen=True)
class Harmonised:
    """What the passes' mechanisms and events come to: the words, the entries, and rows that no entry names."""

    vocabulary: Mapping[str, str]
    mechanisms: tuple[Mechanism, ...]
    chronology: tuple[DatedEvent, ...]
    loose: tuple[MechanismRow | EventRow, ...]


def harmonised(evidence: Evidence, case: Case) -> Harmonised:
    """Load mechanisms.yaml and chronology.yaml beside the passes; entries without a row that counts are left out.

    Args:
        evidence: whose rows they put together.
        case: whose players an event can name.

    Raises:
        InputError: the first mistake, with the others beside it: a word that the vocabulary lacks, no player, a pass
            that there is not, a line that the pass does not have.
    """
    vocabulary: Mapping[str, str] = {}
    mechanisms: tuple[Mechanism, ...] = ()
    chronology: tuple[DatedEvent, ...] = ()
    with Mistakes() as mistakes:
        with mistakes.apart():
            vocabulary, mechanisms = _mechanisms(evidence, mistakes)
        with mistakes.apart():
            chronology = _chronology(evidence, case, mistakes)
    named = {id(row) for claim in mechanisms for row in claim.rows}
    named |= {id(row) for event in chronology for row in event.rows}
    every: tuple[MechanismRow | EventRow, ...] = (*evidence.mechanisms, *evidence.events)
    loose = tuple(row for row in every if id(row) not in named)
    return Harmonised(Frozen(vocabulary), mechanisms, chronology, loose)


def _mechanisms(evidence: Evidence, mistakes: Mistakes) -> tuple[dict[str, str], tuple[Mechanism, ...]]:
    path = evidence.folder / "mechanisms.yaml"
    if not path.is_file():
        return {}, ()
    data = checked(MechanismsFile, read_yaml(path), file=path)
    cited, found = _cited(path, evidence.mechanisms, evidence, exact=evidence.implied), []
    for number, entry in enumerate(data.mechanisms):
        key = f"mechanisms[{number}]"
        for part, word in (("cause", entry.cause), ("effect", entry.effect)):
            with mistakes.apart():
                allowed = "a word of the vocabulary"
                one_of(path, f"{key}.{part}", word, data.vocabulary, "in the vocabulary", allowed)
        with mistakes.apart():
            rows, turned = cited(f"{key}.rows", entry.rows), cited(f"{key}.reversed_rows", entry.reversed_rows)
            if loose := [row.line for row in turned if row not in rows]:
                problem = f"line {loose[0]} is not among the rows"
                raise InputError(path, f"{key}.reversed_rows", problem, allowed="lines of rows")
            if rows:
                common = (entry.cause, entry.effect, entry.sign, entry.strength, entry.pattern, entry.note)
                found.append(Mechanism(*common, rows, frozenset(turned)))
    return data.vocabulary, tuple(found)


def _chronology(evidence: Evidence, case: Case, mistakes: Mistakes) -> tuple[DatedEvent, ...]:
    path = evidence.folder / "chronology.yaml"
    if not path.is_file():
        return ()
    cited, found = _cited(path, evidence.events, evidence, exact=True), []
    for number, entry in enumerate(checked(ChronologyFile, read_yaml(path), file=path).chronology):
        key = f"chronology[{number}]"
        for place, actor in enumerate(entry.actors):
            with mistakes.apart():
                one_of(path, f"{key}.actors[{place}]", actor, case.players, "a player")
        with mistakes.apart():
            if problem := date_problem(entry.date):
                raise InputError(path, f"{key}.date", problem)
            if rows := cited(f"{key}.rows", entry.rows):
                found.append(DatedEvent(entry.date, entry.event, entry.actors, entry.what, rows))
    return tuple(found)


def _cited(
    path: Path, rows: Iterable[Row], evidence: Evidence, *, exact: bool
) -> Callable[[str, Lines], tuple[Row, ...]]:
    """What gives the rows that lines name, of the passes that count; `exact`: a line without a row is a mistake."""
    known, by_place = passes_of(evidence.folder), {(row.pass_, row.line): row for row in rows}

    def cited(key: str, lines: Lines) -> tuple[Row, ...]:
        for pass_ in lines:
            one_of(path, key, pass_, known, "a pass")
        places = [(pass_, line) for pass_ in evidence.passes for line in lines.get(pass_, ())]
        for pass_, line in places:
            if exact and (pass_, line) not in by_place:
                raise InputError(path, f"{key}.{pass_}", f"the file of {pass_} has no row on line {line}")
        return tuple(by_place[place] for place in places if place in by_place)

    return cited
