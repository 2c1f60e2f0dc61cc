"""Load the evidence of a case: articles, coding passes, red lines and structural ranges, each row checked as it is
read.

A pass is a folder with five CSV files (see the codebook beside them). A mistake is an `InputError` with file, line and
column. What leaves this module is frozen and known to be sound: every actor, issue, article and paragraph exists.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from sim.case.case import Case
from sim.case.loading import load_case
from sim.evidence.reading import (
    DATES,
    TOP_LEVEL,
    Fields,
    Known,
    check_paragraphs,
    date_at,
    date_problem,
    passes_of,
)
from sim.evidence.red_lines import own_line, red_line_at, with_red_lines
from sim.evidence.rows import (
    Article,
    CodedRow,
    ConditionRow,
    DyadRow,
    EventRow,
    Evidence,
    MechanismRow,
    PositionRow,
    Structural,
)
from sim.evidence.uncoded import load_spoken_for
from sim.inputs.errors import InputError, one_of
from sim.inputs.files import Row, read_csv, read_yaml
from sim.inputs.frozen import Frozen
from sim.inputs.numbers import texts
from sim.inputs.objects import Strict, checked
from sim.model.parameters import PARAMETERS, Parameter, parity


class _Articles(Strict):
    articles: tuple[Article, ...] = Field(min_length=1)


def evidence_of(case: Case, passes: Sequence[str] | None = None, implied: bool = True) -> Evidence:
    """The evidence of a case as `load_evidence` gives it, remembered for as long as no file of it changes."""
    folder = case.folder / "evidence"
    files = (file.stat() for file in sorted(folder.rglob("*")) if file.is_file())
    stamps = tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in files)
    return _remembered(case, None if passes is None else texts(passes), implied, stamps)


@lru_cache(maxsize=8)
def _remembered(
    case: Case, passes: tuple[str, ...] | None, implied: bool, stamps: tuple[tuple[int, int, int], ...]
) -> Evidence:
    return load_evidence(case.folder / "evidence", passes, implied, case=case)


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
    known = Known(case, {article.id: article.paragraphs for article in articles})
    _check_epochs(case, known)
    positions = with_red_lines(_all(folder, names, known, "positions", _position), folder / "red_lines.yaml", known)
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
        spoken_for=load_spoken_for(folder / "spoken_for.yaml", known) if implied else (),
    )


def _passes(folder: Path, passes: Sequence[str] | None) -> tuple[str, ...]:
    found = passes_of(folder)
    names = found if passes is None else texts(passes)
    if not names:
        raise InputError(folder, "passes", "no pass counts", allowed=found or "at least one folder with a dyads.csv")
    for number, name in enumerate(names):
        one_of(folder, "passes", name, found, "a pass (a folder with a dyads.csv)")
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
    """The prior of every parameter of the model and of every war's parity: all of them, and nothing else."""
    known = {row.name: row for row in PARAMETERS}
    known |= {war.parity_prior: parity(war.parity_prior) for war in case.wars.values()}
    found = {}
    for name, data in read_yaml(path).items():
        one_of(path, name, name, known, "a parameter of the model")
        found[name] = checked(Structural, data, file=path, key=name)
        _check_range(path, found[name], known[name])
    for name in known:
        if name not in found:
            raise InputError(path, name, "is missing", allowed="a prior for every parameter of the model")
    return Frozen(found)


def _check_range(path: Path, prior: Structural, parameter: Parameter) -> None:
    if prior.low > prior.high:
        problem = f"low {prior.low} is above high {prior.high}"
        raise InputError(path, parameter.name, problem, allowed="low <= high")
    for end in ("low", "high"):
        value = getattr(prior, end)
        if not parameter.allows(value):
            raise InputError(path, f"{parameter.name}.{end}", f"{value:g} is out of range", allowed=parameter.domain)


def _check_epochs(case: Case, known: Known) -> None:
    """An epoch's starting conditions cite paragraphs of its own article."""
    for epoch in case.epochs.values():
        file = str(case.folder / "epoch" / f"{epoch.epoch}.yaml")
        one_of(file, "article", epoch.article, known.paragraphs, "an article")
        cited = {f"start.{name}": start.paragraphs for name, start in epoch.start.items()}
        cited |= {f"tables.{name}": table.paragraphs for name, table in epoch.tables.items()}
        for key, paragraphs in cited.items():
            check_paragraphs(file, f"{key}.paragraphs", epoch.article, paragraphs, known)


COLUMNS: Mapping[str, tuple[str, ...]] = Frozen(
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
KEYS: Mapping[str, tuple[str, ...]] = Frozen(
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
    folder: Path, passes: Sequence[str], known: Known, name: str, parse: Callable[[str, Fields], Coded]
) -> tuple[Coded, ...]:
    """The rows of one kind of file, of each pass in turn."""
    found: list[Coded] = []
    for pass_ in passes:
        rows = read_csv(folder / pass_ / f"{name}.csv", COLUMNS[name])
        found.extend(parse(pass_, Fields(row, known)) for row in rows)
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


def _dyad(pass_: str, field: Fields) -> DyadRow:
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


def _position(pass_: str, field: Fields) -> PositionRow:
    low, high = field.range_around("position", 1.0)
    position = field.number("position", 1.0)
    at = red_line_at(field)
    return PositionRow(
        **field.coded(pass_),
        actor=field.player("actor"),
        issue=field.choice("issue", field.known.issues, "an issue"),
        position=position,
        low=low,
        high=high,
        salience=field.level("salience"),
        red_line=own_line(position, at) if at else None,
        red_line_at=at,
        directness=field.directness(),
    )


def _event(pass_: str, field: Fields) -> EventRow:
    actors = tuple(field.text("actors").split(";"))
    for number, actor in enumerate(actors):
        one_of(f"{field.row.file}:{field.row.line}", "actors", actor, field.known.players, "a player")
        if actor in actors[:number]:
            field.refuse("actors", f"{actor!r} is named twice", "each player once, with ; between them")
    return EventRow(
        **field.coded(pass_),
        date=date_at(field, "date"),
        actors=actors,
        event=field.text("event"),
        effect=field.text("effect"),
    )


def _mechanism(pass_: str, field: Fields) -> MechanismRow:
    return MechanismRow(
        **field.coded(pass_),
        cause=field.text("cause"),
        effect=field.text("effect"),
        sign=field.choice("sign", ("+", "-"), "a sign"),
        strength=field.choice("strength", ("weak", "medium", "strong"), "a strength"),
        directness=field.directness(),
    )


def _condition(pass_: str, field: Fields) -> ConditionRow:
    unit = field.text("unit")
    value = date_at(field, "value") if unit == "date" else field.text("value")
    return ConditionRow(**field.coded(pass_), quantity=field.text("quantity"), value=value, unit=unit)
