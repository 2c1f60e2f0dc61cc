"""What is coded: rows of the five files of a pass, articles, structural ranges, and all of it together; frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from sim.case.article import Article
from sim.inputs.numbers import counted
from sim.inputs.objects import Strict

Directness = Literal["stated", "implied"]


@dataclass(frozen=True)
class CodedRow:
    """What every coded row has: where it stands, and the article and paragraphs that it rests on."""

    pass_: str
    file: str
    line: int
    article: str
    paragraphs: tuple[int, ...]
    paraphrase: str


@dataclass(frozen=True)
class DyadRow(CodedRow):
    """Trust of `from_` in `to`, or leverage of `from_` over `to`: levels 0 to 4, low <= level <= high."""

    kind: Literal["trust", "leverage"]
    from_: str
    to: str
    level: int
    low: float
    high: float
    directness: Directness


@dataclass(frozen=True)
class RedLine:
    """The point in [0, 1] beyond which an actor refuses any deal, and the side that it forbids."""

    at: float
    forbids: Literal["above", "below"]
    from_: Literal["given", "moved"]
    why: str


@dataclass(frozen=True)
class PositionRow(CodedRow):
    """An actor's position on an issue in [0, 1], low <= position <= high, and its salience from 0 to 4."""

    actor: str
    issue: str
    position: float
    low: float
    high: float
    salience: int
    red_line: RedLine | None
    red_line_at: str
    directness: Directness


@dataclass(frozen=True)
class EventRow(CodedRow):
    """Something that happened: `date` is an ISO date, reduced (2018-10), an interval (a/b) or open (../b, a/..)."""

    date: str
    actors: tuple[str, ...]
    event: str
    effect: str


@dataclass(frozen=True)
class MechanismRow(CodedRow):
    """A cause and its effect in the pass's own words."""

    cause: str
    effect: str
    sign: Literal["+", "-"]
    strength: Literal["weak", "medium", "strong"]
    directness: Directness


@dataclass(frozen=True)
class ConditionRow(CodedRow):
    """A figure that an article gives; `value` is a number, a date or a word."""

    quantity: str
    value: str
    unit: str


class Structural(Strict):
    """A model parameter that is not coded from the articles: uniform on [low, high].

    Attributes:
        symbol: in the equations.
        meaning: in words.
        unit: in words.
        low: the least that is held possible.
        high: the most.
        distribution: uniform.
        source: who proposed the mechanism, and what the range rests on.
        status: sourced, judged or assumed.
        why: the reason for the range.
    """

    symbol: str
    meaning: str
    unit: str
    low: float
    high: float
    distribution: Literal["uniform"]
    source: str
    status: Literal["sourced", "judged", "assumed"]
    why: str


class SpokenFor(Strict):
    """An article gives an actor's position on an issue to a body that the actor speaks for.

    Attributes:
        article: that says so.
        actor: who speaks.
        issue: on what.
        body: for whom.
        paragraphs: of the article.
        why: the reason.
    """

    article: str
    actor: str
    issue: str
    body: str
    paragraphs: tuple[int, ...] = Field(min_length=1)
    why: str = Field(min_length=1)


@dataclass(frozen=True, eq=False)  # one is another's equal where it is the other: what is made of it is remembered
class Evidence:
    """All that was coded, by the passes that count; `articles` in order of their dates."""

    folder: Path
    passes: tuple[str, ...]
    implied: bool
    articles: tuple[Article, ...]
    structural: Mapping[str, Structural]
    dyads: tuple[DyadRow, ...]
    positions: tuple[PositionRow, ...]
    events: tuple[EventRow, ...]
    mechanisms: tuple[MechanismRow, ...]
    conditions: tuple[ConditionRow, ...]
    spoken_for: tuple[SpokenFor, ...] = ()

    def __repr__(self) -> str:
        rows = sum(map(len, (self.dyads, self.positions, self.events, self.mechanisms, self.conditions)))
        return f"<evidence of {', '.join(self.passes)}: {counted(rows, 'row')}>"
