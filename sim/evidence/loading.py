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

from sim.case.articles import load_articles
from sim.case.case import Case, Epoch
from sim.case.loading import load_case
from sim.evidence.reading import FILES, TOP_LEVEL, Fields, Known, check_paragraphs, date_at, passes_of
from sim.evidence.red_lines import own_line, red_line_at, with_red_lines
from sim.evidence.rows import (
    CodedRow,
    ConditionRow,
    DyadRow,
    EventRow,
    Evidence,
    MechanismRow,
    PositionRow,
    SpokenFor,
    Structural,
)
from sim.evidence.uncoded import load_spoken_for
from sim.inputs.errors import InputError, Mistakes, nearest, one_of
from sim.inputs.files import Row, read_csv, read_yaml
from sim.inputs.frozen import Frozen
from sim.inputs.numbers import texts
from sim.inputs.objects import checked
from sim.model.parameters import PARAMETERS, Parameter, parity


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
        folder: holds one folder for each pass, with a CSV file for each kind of row that it has, and beside them
            articles.yaml, red_lines.yaml, spoken_for.yaml and structural.yaml; what is empty may be left out.
        passes: the names of the passes that count, in this order; None: every folder with such a CSV file.
        implied: whether rows count that an article only implies. They are checked in any case.
        case: whose actors and issues the rows may name; None: the case in the folder above.

    Raises:
        InputError: the first mistake found, with file, line, column, value and what is allowed, the others beside it.
    """
    folder = Path(folder)
    case = load_case(folder.parent) if case is None else case
    names = _passes(folder, passes)
    articles = load_articles(folder.parent)
    known = Known(case, {article.id: article.paragraphs for article in articles})
    structural: Mapping[str, Structural] = Frozen()
    spoken_for: tuple[SpokenFor, ...] = ()
    with Mistakes() as mistakes:
        _check_files(folder, mistakes)
        with mistakes.apart():
            _check_epochs(case, known)
        with mistakes.apart():
            structural = _structural(folder / "structural.yaml", case)
        with mistakes.apart():
            spoken_for = load_spoken_for(folder / "spoken_for.yaml", known)
        positions = _all(folder, names, known, "positions", _position, mistakes)
        with mistakes.apart():
            positions = with_red_lines(positions, folder / "red_lines.yaml", known)
        dyads = _all(folder, names, known, "dyads", _dyad, mistakes)
        events = _all(folder, names, known, "events", _event, mistakes)
        mechanisms = _all(folder, names, known, "mechanisms", _mechanism, mistakes)
        conditions = _all(folder, names, known, "conditions", _condition, mistakes)
    return Evidence(
        folder=folder,
        passes=names,
        implied=implied,
        articles=tuple(sorted(articles, key=lambda article: article.date)),
        structural=structural,
        dyads=_counted(dyads, implied),
        positions=_counted(positions, implied),
        events=events,
        mechanisms=_counted(mechanisms, implied),
        conditions=conditions,
        spoken_for=spoken_for if implied else (),
    )


def _passes(folder: Path, passes: Sequence[str] | None) -> tuple[str, ...]:
    found = passes_of(folder)
    names = found if passes is None else texts(passes)
    if not names and passes is not None:
        raise InputError(folder, "passes", "no pass counts", allowed=found or "null: this case has no pass")
    for number, name in enumerate(names):
        one_of(folder, "passes", name, found, "a pass (a folder with CSV files)")
        if name in names[:number]:
            raise InputError(folder, "passes", f"the pass {name!r} is named twice", allowed="each pass once")
    return names


YAML = ("articles", "chronology", "mechanisms", "red_lines", "spoken_for", "structural")  # beside the passes


def _check_files(folder: Path, mistakes: Mistakes) -> None:
    """Refuse data that nobody reads: what is left out counts as empty, so a misspelt name would be an empty part."""
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"))):
        with mistakes.apart():
            _check_file(path, [f"{name}.yaml" for name in YAML], "evidence")
    for path in sorted(folder.glob("*/*.csv")):
        with mistakes.apart():
            _check_file(path, [f"{name}.csv" for name in FILES], "a pass")


def _check_file(path: Path, known: Sequence[str], of: str) -> None:
    if path.name not in known:
        raise InputError(path, "", f"is no file of {of}", allowed=known, meant=nearest(path.name, known))


GENERAL = Path(__file__).with_name("structural.yaml")
OF_A_WAR = "war_parity"  # in the general file: the parity of any war that the case says nothing of


def _structural(path: Path, case: Case) -> Mapping[str, Structural]:
    """The prior of every parameter of the model and of every war's parity: the case's own, else the general one.

    In the order of the general file, where the parities of the case's wars stand in the place of the general one.
    """
    parities = tuple(dict.fromkeys(war.parity_prior for war in case.wars.values()))
    domains = {**{row.name: row for row in PARAMETERS}, **{name: parity(name) for name in parities}}
    own: dict[str, Structural] = {}
    with Mistakes() as mistakes:
        for name, data in read_yaml(path).items() if path.exists() else ():
            with mistakes.apart():
                one_of(path, name, name, domains, "a parameter of the model")
                own[name] = checked(Structural, data, file=path, key=name)
                _check_range(path, own[name], domains[name])
    general = {name: checked(Structural, data, file=GENERAL, key=name) for name, data in read_yaml(GENERAL).items()}
    found: dict[str, Structural] = {}
    for name, prior in general.items():
        for parameter in parities if name == OF_A_WAR else (name,):
            found[parameter] = own.get(parameter, prior)
    found |= {name: prior for name, prior in own.items() if name not in found}
    for name in domains:
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
    with Mistakes() as mistakes:
        for epoch in case.epochs.values():
            with mistakes.apart():
                _check_epoch(case, epoch, known)


def _check_epoch(case: Case, epoch: Epoch, known: Known) -> None:
    file = str(case.folder / "epoch" / f"{epoch.epoch}.yaml")
    cited = {f"start.{name}": start.paragraphs for name, start in epoch.start.items()}
    cited |= {f"tables.{name}": table.paragraphs for name, table in epoch.tables.items()}
    if not known.paragraphs and not epoch.article and not any(cited.values()):
        return  # a case without articles
    one_of(
        file, "article", epoch.article, known.paragraphs, "an article", known.paragraphs or "none: the case has none"
    )
    with Mistakes() as mistakes:
        for key, paragraphs in cited.items():
            with mistakes.apart():
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
    folder: Path,
    passes: Sequence[str],
    known: Known,
    name: str,
    parse: Callable[[str, Fields], Coded],
    mistakes: Mistakes,
) -> tuple[Coded, ...]:
    """The rows of one kind of file, of each pass in turn; a pass without such a file has no such row."""
    found: list[Coded] = []
    for pass_ in passes:
        path = folder / pass_ / f"{name}.csv"
        if not path.exists():
            continue
        with mistakes.apart():
            rows = read_csv(path, COLUMNS[name])
            for row in rows:
                with mistakes.apart():
                    found.append(parse(pass_, Fields(row, known)))
            _check_once(rows, KEYS[name], mistakes)
    return tuple(found)


def _check_once(rows: Iterable[Row], key: Sequence[str], mistakes: Mistakes) -> None:
    first: dict[Hashable, int] = {}
    for row in rows:
        unit = tuple(row.values[column] for column in key)
        with mistakes.apart():
            if unit in first:
                problem = f"{' '.join(unit)} is coded twice, first on line {first[unit]}"
                raise InputError(f"{row.file}:{row.line}", ", ".join(key), problem, allowed="once in a pass")
        first.setdefault(unit, row.line)


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
