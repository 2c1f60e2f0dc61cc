"""The evidence of a case: articles, coding passes, red lines and structural ranges, each row checked as it is read.

A pass is a folder with five CSV files (see the codebook beside them). A mistake is an `InputError` with file, line and
column. What leaves this module is frozen and known to be sound: every actor, issue, article and paragraph exists.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NoReturn, TypeVar

from pydantic import Field

from sim.case import Case, load_case
from sim.inputs import InputError, Row, Strict, checked, nearest, read_csv, read_yaml

Directness = Literal["stated", "implied"]
TOP_LEVEL = 4  # the codebook's scales of trust, leverage and salience run from 0 to 4
MOVED = 0.1  # a red line told in words stands this far from the position, towards the other pole (model, 4.4)


# --- rows -----------------------------------------------------------------------------------------------------------


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


class Article(Strict):
    """An article: its id, how many numbered paragraphs it has, and which of them cannot be read with any certainty."""

    id: str
    title: str
    outlet: str
    date: str
    paragraphs: int = Field(ge=1)
    speaks_of: str
    note: str = ""
    garbled: tuple[int, ...] = ()


class Structural(Strict):
    """A model parameter that is not coded from the articles: uniform on [low, high]."""

    symbol: str
    meaning: str
    unit: str
    low: float
    high: float
    distribution: Literal["uniform"]
    source: str
    status: Literal["sourced", "judged", "assumed"]
    why: str


class ReviewedLine(Strict):
    """One entry of the reviewed file of red lines."""

    pass_: str = Field(alias="pass")
    article: str
    actor: str
    issue: str
    at: float = Field(ge=0.0, le=1.0)
    forbids: Literal["above", "below"]
    from_: Literal["given", "moved"] = Field(alias="from")
    why: str
    paragraphs: tuple[int, ...]


class _Articles(Strict):
    articles: tuple[Article, ...] = Field(min_length=1)


class _ReviewedLines(Strict):
    red_lines: tuple[ReviewedLine, ...]


@dataclass(frozen=True)
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


# --- loading --------------------------------------------------------------------------------------------------------


def load_evidence(
    folder: Path | str, passes: Sequence[str] | None = None, implied: bool = True, *, case: Case | None = None
) -> Evidence:
    """Load and check a folder of evidence.

    Args:
        folder: holds articles.yaml, structural.yaml, red_lines.yaml and one folder for each pass.
        passes: the names of the passes that count, in this order; None: every folder that holds a dyads.csv.
        implied: whether rows count that an article only implies. They are checked in any case.
        case: whose actors and issues the rows may name; None: the case in the folder above.

    Raises:
        InputError: the first mistake found, with file, line, column, value and what is allowed.
    """
    folder = Path(folder)
    case = load_case(folder.parent) if case is None else case
    names = _passes(folder, passes)
    articles = _articles(folder / "articles.yaml")
    known = _Known(case, {article.id: article.paragraphs for article in articles})
    _check_epochs(case, known)
    positions = _with_red_lines(_all(folder, names, known, "positions", _position), folder / "red_lines.yaml", known)
    return Evidence(
        folder=folder,
        passes=names,
        implied=implied,
        articles=tuple(sorted(articles, key=lambda article: article.date)),
        structural=_structural(folder / "structural.yaml", case),
        dyads=_counted(_all(folder, names, known, "dyads", _dyad), implied),
        positions=_counted(positions, implied),
        events=_all(folder, names, known, "events", _event),
        mechanisms=_counted(_all(folder, names, known, "mechanisms", _mechanism), implied),
        conditions=_all(folder, names, known, "conditions", _condition),
    )


def passes_of(folder: Path | str) -> tuple[str, ...]:
    """The passes in a folder of evidence: the names of its folders that hold a dyads.csv, sorted."""
    return tuple(sorted(path.parent.name for path in Path(folder).glob("*/dyads.csv")))


def _passes(folder: Path, passes: Sequence[str] | None) -> tuple[str, ...]:
    found = passes_of(folder)
    names = found if passes is None else tuple(passes)
    if not names:
        raise InputError(folder, "passes", "no pass counts", allowed=found or "at least one folder with a dyads.csv")
    for number, name in enumerate(names):
        if name not in found:
            problem = f"there is no pass {name!r} (a folder with a dyads.csv)"
            raise InputError(folder, "passes", problem, allowed=found, meant=nearest(name, found))
        if name in names[:number]:
            raise InputError(folder, "passes", f"the pass {name!r} is named twice", allowed="each pass once")
    return names


def _articles(path: Path) -> tuple[Article, ...]:
    articles = checked(_Articles, read_yaml(path), file=path).articles
    for number, article in enumerate(articles):
        key = f"articles[{number}]"
        if article.id in [other.id for other in articles[:number]]:
            raise InputError(path, f"{key}.id", f"{article.id!r} is given twice", allowed="each article once")
        for column in ("date", "speaks_of"):
            problem = date_problem(getattr(article, column))
            if problem:
                raise InputError(path, f"{key}.{column}", problem, allowed=DATES)
        for paragraph in article.garbled:
            if not 1 <= paragraph <= article.paragraphs:
                problem = f"{article.id} has no paragraph {paragraph}"
                raise InputError(path, f"{key}.garbled", problem, allowed=f"1 to {article.paragraphs}")
    return articles


def _structural(path: Path, case: Case) -> Mapping[str, Structural]:
    found = {}
    for name, data in read_yaml(path).items():
        parameter = checked(Structural, data, file=path, key=name)
        if parameter.low > parameter.high:
            problem = f"low {parameter.low} is above high {parameter.high}"
            raise InputError(path, name, problem, allowed="low <= high")
        if not name.isidentifier() or name == "pass":
            raise InputError(path, name, "is not a name for a parameter", allowed="letters, digits and _; not pass")
        found[name] = parameter
    for name, war in case.wars.items():
        if war.parity_prior not in found:
            problem = f"is missing; wars.{name}.parity_prior of the case names it"
            raise InputError(path, war.parity_prior, problem, meant=nearest(war.parity_prior, found))
    return MappingProxyType(found)


# --- what a row may name --------------------------------------------------------------------------------------------


class _Known:
    """What the rows of a case's evidence may name."""

    def __init__(self, case: Case, paragraphs: Mapping[str, int]) -> None:
        self.case = case
        self.players = case.players
        self.issues = tuple(dict.fromkeys(cell.issue for cell in case.cells.values()))
        self.paragraphs = paragraphs


def _check_epochs(case: Case, known: _Known) -> None:
    """An epoch's starting conditions cite paragraphs of its own article."""
    for epoch in case.epochs.values():
        file = str(case.folder / "epoch" / f"{epoch.epoch}.yaml")
        _check_known(file, "article", epoch.article, known.paragraphs, "an article")
        cited = {f"start.{name}": start.paragraphs for name, start in epoch.start.items()}
        cited |= {f"tables.{name}": table.paragraphs for name, table in epoch.tables.items()}
        for key, paragraphs in cited.items():
            _check_paragraphs(file, f"{key}.paragraphs", epoch.article, paragraphs, known)


def _check_known(file: str, key: str, value: str, allowed: Iterable[str], what: str) -> None:
    if value not in (names := list(allowed)):
        raise InputError(file, key, f"{value!r} is not {what}", allowed=names, meant=nearest(value, names))


def _check_paragraphs(file: str, key: str, article: str, paragraphs: Sequence[int], known: _Known) -> None:
    last = known.paragraphs[article]
    for place, number in enumerate(paragraphs):
        if not 1 <= number <= last:
            raise InputError(file, key, f"{article} has no paragraph {number}", allowed=f"1 to {last}")
        if number in paragraphs[:place]:
            raise InputError(file, key, f"paragraph {number} is cited twice", allowed="each paragraph once")


# --- the fields of one row ------------------------------------------------------------------------------------------

_WHOLE = re.compile(r"0|[1-9]\d*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class _Fields:
    """Reads the fields of one CSV row; the first mistake is an `InputError` with file, line and column."""

    def __init__(self, row: Row, known: _Known) -> None:
        self.row = row
        self.known = known

    def refuse(self, column: str, problem: str, allowed: str | Iterable[str], meant: str | None = None) -> NoReturn:
        raise InputError(f"{self.row.file}:{self.row.line}", column, problem, allowed=allowed, meant=meant)

    def text(self, column: str) -> str:
        """One line of text that is not empty."""
        value = self.row.values[column]
        if not value.strip():
            self.refuse(column, "is empty", "text")
        if value != value.strip() or "\n" in value or "\r" in value:
            self.refuse(column, f"{value!r} has spaces around it or a line break", "one line of text")
        return value

    def choice(self, column: str, allowed: Iterable[str], what: str) -> Any:
        value = self.text(column)
        _check_known(f"{self.row.file}:{self.row.line}", column, value, allowed, what)
        return value

    def player(self, column: str) -> str:
        return str(self.choice(column, self.known.players, "an actor or a third party"))

    def directness(self) -> Any:
        return self.choice("directness", ("stated", "implied"), "a directness")

    def number(self, column: str, top: float) -> float:
        """A decimal number from 0 to `top`."""
        value = self.text(column)
        if not _NUMBER.fullmatch(value):
            self.refuse(column, f"{value!r} is not a number", f"a number from 0 to {top:g}")
        if not 0.0 <= float(value) <= top:
            self.refuse(column, f"{value} is off the scale", f"a number from 0 to {top:g}")
        return float(value)

    def level(self, column: str) -> int:
        """A whole number from 0 to 4."""
        value = self.text(column)
        if not _WHOLE.fullmatch(value):
            self.refuse(column, f"{value!r} is not a whole number", f"a whole number from 0 to {TOP_LEVEL}")
        if int(value) > TOP_LEVEL:
            self.refuse(column, f"{value} is off the scale", f"a whole number from 0 to {TOP_LEVEL}")
        return int(value)

    def range_around(self, middle: str, top: float) -> tuple[float, float]:
        """`low` and `high`, with low <= middle <= high."""
        low, value, high = (self.number(column, top) for column in ("low", middle, "high"))
        if low > value:
            self.refuse("low", f"{low:g} is above the {middle} {value:g}", f"low <= {middle} <= high")
        if high < value:
            self.refuse("high", f"{high:g} is below the {middle} {value:g}", f"low <= {middle} <= high")
        return low, high

    def coded(self, pass_: str) -> dict[str, Any]:
        """The fields of `CodedRow`."""
        article = self.choice("article", self.known.paragraphs, "an article")
        listed = self.text("paragraphs").split(";")
        for part in listed:
            if not _WHOLE.fullmatch(part):
                self.refuse("paragraphs", f"{part!r} is not a paragraph", "whole numbers with ; between them")
        paragraphs = tuple(int(part) for part in listed)
        _check_paragraphs(f"{self.row.file}:{self.row.line}", "paragraphs", article, paragraphs, self.known)
        return {
            "pass_": pass_,
            "file": self.row.file,
            "line": self.row.line,
            "article": article,
            "paragraphs": paragraphs,
            "paraphrase": self.text("paraphrase"),
        }


# --- the rows of one file -------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "dyads": (
            *("article", "kind", "from", "to", "level", "low", "high"),
            *("directness", "paragraphs", "paraphrase"),
        ),
        "positions": (
            *("article", "actor", "issue", "position", "low", "high", "salience", "red_line", "red_line_at"),
            *("directness", "paragraphs", "paraphrase"),
        ),
        "events": ("article", "date", "actors", "event", "effect", "paragraphs", "paraphrase"),
        "mechanisms": (
            *("article", "cause", "effect", "sign", "strength"),
            *("directness", "paragraphs", "paraphrase"),
        ),
        "conditions": ("article", "quantity", "value", "unit", "paragraphs", "paraphrase"),
    }
)
# What may be coded once in a pass.
KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "dyads": ("article", "kind", "from", "to"),
        "positions": ("article", "actor", "issue"),
        "events": ("article", "date", "event"),
        "mechanisms": ("article", "cause", "effect"),
        "conditions": ("article", "quantity"),
    }
)

Coded = TypeVar("Coded", bound=CodedRow)
Direct = TypeVar("Direct", DyadRow, PositionRow, MechanismRow)


def _all(
    folder: Path, passes: Sequence[str], known: _Known, name: str, parse: Callable[[str, _Fields], Coded]
) -> tuple[Coded, ...]:
    """The rows of one kind of file, of each pass in turn."""
    found: list[Coded] = []
    for pass_ in passes:
        rows = read_csv(folder / pass_ / f"{name}.csv", COLUMNS[name])
        found.extend(parse(pass_, _Fields(row, known)) for row in rows)
        _check_once(rows, KEYS[name])
    return tuple(found)


def _check_once(rows: Iterable[Row], key: Sequence[str]) -> None:
    first: dict[Hashable, int] = {}
    for row in rows:
        unit = tuple(row.values[column] for column in key)
        if unit in first:
            problem = f"{' '.join(unit)} is coded twice, first on line {first[unit]}"
            raise InputError(f"{row.file}:{row.line}", ", ".join(key), problem, allowed="once in a pass")
        first[unit] = row.line


def _counted(rows: Iterable[Direct], implied: bool) -> tuple[Direct, ...]:
    """All rows, or only the stated ones."""
    return tuple(row for row in rows if implied or row.directness == "stated")


def _dyad(pass_: str, field: _Fields) -> DyadRow:
    kind = field.choice("kind", ("trust", "leverage"), "a kind of dyad")
    from_, to = field.player("from"), field.player("to")
    if from_ == to:
        field.refuse("to", f"{to!r} is also in the column from", "two players")
    level = field.level("level")
    low, high = field.range_around("level", TOP_LEVEL)
    directness = field.directness()
    return DyadRow(
        **field.coded(pass_), kind=kind, from_=from_, to=to, level=level, low=low, high=high, directness=directness
    )


def _position(pass_: str, field: _Fields) -> PositionRow:
    low, high = field.range_around("position", 1.0)
    position = field.number("position", 1.0)
    at = _red_line_at(field)
    return PositionRow(
        **field.coded(pass_),
        actor=field.player("actor"),
        issue=field.choice("issue", field.known.issues, "an issue"),
        position=position,
        low=low,
        high=high,
        salience=field.level("salience"),
        red_line=_own_line(position, at) if at else None,
        red_line_at=at,
        directness=field.directness(),
    )


def _event(pass_: str, field: _Fields) -> EventRow:
    actors = tuple(field.text("actors").split(";"))
    for number, actor in enumerate(actors):
        _check_known(f"{field.row.file}:{field.row.line}", "actors", actor, field.known.players, "a player")
        if actor in actors[:number]:
            field.refuse("actors", f"{actor!r} is named twice", "each player once, with ; between them")
    return EventRow(
        **field.coded(pass_),
        date=_date(field, "date"),
        actors=actors,
        event=field.text("event"),
        effect=field.text("effect"),
    )


def _mechanism(pass_: str, field: _Fields) -> MechanismRow:
    return MechanismRow(
        **field.coded(pass_),
        cause=field.text("cause"),
        effect=field.text("effect"),
        sign=field.choice("sign", ("+", "-"), "a sign"),
        strength=field.choice("strength", ("weak", "medium", "strong"), "a strength"),
        directness=field.directness(),
    )


def _condition(pass_: str, field: _Fields) -> ConditionRow:
    unit = field.text("unit")
    value = _date(field, "value") if unit == "date" else field.text("value")
    return ConditionRow(**field.coded(pass_), quantity=field.text("quantity"), value=value, unit=unit)


# --- red lines ------------------------------------------------------------------------------------------------------


def _red_line_at(field: _Fields) -> str:
    """What the pass says of the line: empty without one, else a number in [0, 1] or words."""
    drawn = field.choice("red_line", ("0", "1"), "0 or 1")
    at = field.row.values["red_line_at"]
    if drawn == "0" and at:
        field.refuse("red_line_at", f"{at!r} is given without a red line", "nothing where red_line is 0")
    if drawn == "0":
        return ""
    if _NUMBER.fullmatch(field.text("red_line_at")):
        field.number("red_line_at", 1.0)
    return at


def _own_line(position: float, at: str) -> RedLine:
    """The line of a row that the reviewed file does not name: the number it gives, else the position moved."""
    if _NUMBER.fullmatch(at):
        below = float(at) < position or (float(at) == position and position > 0.5)
        return RedLine(float(at), "below" if below else "above", "given", "the number of the pass")
    return RedLine(moved(position), "below" if position > 0.5 else "above", "moved", "position moved, not reviewed")


def moved(position: float) -> float:
    """A red line told in words: the position moved 0.1 towards the other pole.

    >>> moved(1.0), moved(0.0), moved(0.05)
    (0.9, 0.1, 0.15)
    """
    return round(position - MOVED if position > 0.5 else position + MOVED, 9)


def _with_red_lines(rows: Sequence[PositionRow], path: Path, known: _Known) -> tuple[PositionRow, ...]:
    """The rows with the lines of the reviewed file; each entry must fit a row of a pass that counts."""
    entries = checked(_ReviewedLines, read_yaml(path), file=path).red_lines
    passes = passes_of(path.parent)
    by_unit = {(row.pass_, row.article, row.actor, row.issue): row for row in rows}
    counted = {row.pass_ for row in rows}
    reviewed: dict[Hashable, ReviewedLine] = {}
    for number, entry in enumerate(entries):
        key = f"red_lines[{number}]"
        _check_entry(str(path), key, entry, passes, known)
        unit = (entry.pass_, entry.article, entry.actor, entry.issue)
        if unit in reviewed:
            raise InputError(path, key, f"{' '.join(unit)} is given twice", allowed="once for each row")
        reviewed[unit] = entry
        if entry.pass_ in counted:
            _check_fits(str(path), key, entry, by_unit.get(unit))
    return tuple(_reviewed(row, reviewed.get((row.pass_, row.article, row.actor, row.issue))) for row in rows)


def _reviewed(row: PositionRow, entry: ReviewedLine | None) -> PositionRow:
    if entry is None:
        return row
    return replace(row, red_line=RedLine(entry.at, entry.forbids, entry.from_, entry.why))


def _check_entry(file: str, key: str, entry: ReviewedLine, passes: Iterable[str], known: _Known) -> None:
    _check_known(file, f"{key}.pass", entry.pass_, passes, "a pass")
    _check_known(file, f"{key}.article", entry.article, known.paragraphs, "an article")
    _check_known(file, f"{key}.actor", entry.actor, known.players, "an actor or a third party")
    _check_known(file, f"{key}.issue", entry.issue, known.issues, "an issue")
    _check_paragraphs(file, f"{key}.paragraphs", entry.article, entry.paragraphs, known)


def _check_fits(file: str, key: str, entry: ReviewedLine, row: PositionRow | None) -> None:
    """The entry follows the rule of its row: the number given, else the position moved; never on the actor's wish."""
    if row is None or row.red_line is None:
        unit = f"{entry.article}, {entry.actor}, {entry.issue}"
        raise InputError(file, key, f"{entry.pass_} has no red line at {unit}", allowed="rows with red_line 1")
    own = row.red_line
    if entry.from_ != own.from_:
        where = f"{row.file}:{row.line}"
        allowed = f"{own.from_} (red_line_at of {where} is {'a number' if own.from_ == 'given' else 'words'})"
        raise InputError(file, f"{key}.from", f"{entry.from_!r} does not fit its row", allowed=allowed)
    if not math.isclose(entry.at, own.at, abs_tol=1e-9):
        raise InputError(file, f"{key}.at", f"{entry.at:g} does not fit its row", allowed=f"{own.at:g}")
    if entry.forbids != own.forbids:
        problem = f"{entry.forbids!r} would forbid the position {row.position:g} itself"
        raise InputError(file, f"{key}.forbids", problem, allowed=own.forbids)


# --- dates ----------------------------------------------------------------------------------------------------------

DATES = "YYYY, YYYY-MM or YYYY-MM-DD; an interval a/b; open ../b or a/.."
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def _date(field: _Fields, column: str) -> str:
    value = field.text(column)
    problem = date_problem(value)
    if problem:
        field.refuse(column, problem, DATES)
    return value


def date_problem(text: str) -> str | None:
    """What is wrong with an ISO date, a reduced date or an interval; None if nothing.

    >>> date_problem("2018-12-04/2018-12-06"), date_problem("../2019-07"), date_problem("2018-13")
    (None, None, "'2018-13' is not a date")
    """
    parts = text.split("/")
    if len(parts) > 2 or all(part == ".." for part in parts):
        return f"{text!r} is not a date"
    days = [None if part == ".." and len(parts) == 2 else _first_day(part) for part in parts]
    if any(day is None and part != ".." for day, part in zip(days, parts, strict=True)):
        return f"{text!r} is not a date"
    first, last = days[0], days[-1]
    # A reduced end (2018) stands for its last day, so only an end that begins earlier and is no part of it is wrong.
    if first and last and last < first and not parts[0].startswith(parts[-1]):
        return f"{text!r} ends before it begins"
    return None


def _first_day(part: str) -> datetime.date | None:
    found = _DATE.fullmatch(part)
    if not found:
        return None
    try:
        return datetime.date(*(int(number or 1) for number in found.groups()))
    except ValueError:
        return None
