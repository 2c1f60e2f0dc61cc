"""The evidence of the Afghan case as data: complete, consistent, and in the forms that its README promises.

The sentences of the articles are not in the repository, so no test here compares a paraphrase with its article.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from sim.inputs import Row, Strict, checked, read_csv, read_yaml

FOLDER = Path(__file__).parents[2] / "scenarios" / "afghanistan" / "evidence"
PASSES = ("pass_a", "pass_b", "pass_c")
COLUMNS = {
    "dyads": "article,kind,from,to,level,low,high,directness,paragraphs,paraphrase",
    "positions": "article,actor,issue,position,low,high,salience,red_line,red_line_at,directness,paragraphs,paraphrase",
    "events": "article,date,actors,event,effect,paragraphs,paraphrase",
    "mechanisms": "article,cause,effect,sign,strength,directness,paragraphs,paraphrase",
    "conditions": "article,quantity,value,unit,paragraphs,paraphrase",
}
PLAYERS = {"US", "PAK", "KAB", "TAL", "TTP", "IND", "CHN", "RUS", "IRN", "TUR", "QAT", "SAU", "UAE", "INT"}
STRENGTHS = ("weak", "medium", "strong")
OPPOSITE = {"+": "-", "-": "+"}
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Line = Annotated[str, Field(min_length=3, max_length=240, pattern=r"^\S[^\n]*\S$")]
Rows = dict[Literal["pass_a", "pass_b", "pass_c"], Annotated[tuple[int, ...], Field(min_length=1)]]


class Article(Strict):
    id: str
    title: Line
    outlet: Line
    date: str
    paragraphs: int = Field(ge=1)
    speaks_of: str
    note: Line
    garbled: tuple[int, ...] = ()


class Structural(Strict):
    symbol: Annotated[str, Field(min_length=1)]
    meaning: Line
    unit: Line
    low: float = Field(ge=0.0)
    high: float
    distribution: Literal["uniform"]
    source: Annotated[str, Field(min_length=4)]
    status: Literal["sourced", "judged", "assumed"]
    why: Line


class RedLine(Strict):
    pass_: Literal["pass_a", "pass_b", "pass_c"] = Field(alias="pass")
    article: str
    actor: str
    issue: str
    at: float = Field(ge=0.0, le=1.0)
    forbids: Literal["below", "above"]
    from_: Literal["given", "moved"] = Field(alias="from")
    paragraphs: tuple[int, ...]
    why: Line


class Mechanism(Strict):
    cause: Name
    effect: Name
    sign: Literal["+", "-"]
    strength: tuple[Literal["weak", "medium", "strong"], Literal["weak", "medium", "strong"]]
    pattern: str = Field(pattern=r"^(P([1-9]|1[0-4])|none)$")
    rows: Rows
    reversed_rows: Rows = Field(default_factory=dict)
    note: Line | None = None


class Event(Strict):
    date: str
    event: Name
    actors: tuple[str, ...] = Field(min_length=1)
    what: Line
    rows: Rows


class Articles(Strict):
    articles: tuple[Article, ...]


class RedLines(Strict):
    red_lines: tuple[RedLine, ...]


class Mechanisms(Strict):
    vocabulary: dict[Name, Line]
    mechanisms: tuple[Mechanism, ...]


class Chronology(Strict):
    chronology: tuple[Event, ...]


def load(name: str, kind: type[Any]) -> Any:
    path = FOLDER / f"{name}.yaml"
    return checked(kind, read_yaml(path), file=path)


def coded(kind: str) -> dict[tuple[str, int], Row]:
    """Every row of one kind of file, by pass and line."""
    columns = COLUMNS[kind].split(",")
    return {(name, row.line): row for name in PASSES for row in read_csv(FOLDER / name / f"{kind}.csv", columns)}


def cited(rows: Mapping[Any, Iterable[int]]) -> list[tuple[str, int]]:
    return [(name, line) for name, lines in rows.items() for line in lines]


ARTICLES = {article.id: article for article in load("articles", Articles).articles}
RED_LINES = load("red_lines", RedLines).red_lines
MECHANISMS = load("mechanisms", Mechanisms)
CHRONOLOGY = load("chronology", Chronology).chronology


# --- dates ----------------------------------------------------------------------------------------------------------


def days(text: str) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """First and last day that an ISO date, reduced or not, allows; ValueError for anything else."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", text)
    if not match:
        raise ValueError(f"{text!r} is not a date")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    last_month = month or 12
    length = calendar.monthrange(year, last_month)[1]
    if day is not None and not 1 <= day <= length:
        raise ValueError(f"{text!r} is not a day")
    return (year, month or 1, day or 1), (year, last_month, day or length)


def span(text: str) -> tuple[tuple[int, int, int] | None, tuple[int, int, int] | None]:
    """First and last day of a date or an interval; None where it is open."""
    start, slash, end = text.partition("/")
    if not slash:
        return days(start)
    if start == end == "..":
        raise ValueError("open on both sides")
    first = None if start == ".." else days(start)[0]
    last = None if end == ".." else days(end)[1]
    if first and last and first > last:
        raise ValueError(f"{text!r} ends before it starts")
    return first, last


def place(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where a date stands in the chronology: by its first day, or by its end where its start is open."""
    first, last = span(text)
    return first or last or (), last or (9999,)


@pytest.mark.parametrize("text", ["2018", "2018-10", "2018-12-06", "2018-12-04/2018-12-06", "../2019-07", "2021-04/.."])
def test_every_promised_form_of_a_date_parses(text: str) -> None:
    first, last = span(text)
    assert first or last


@pytest.mark.parametrize("text", ["", "..", "../..", "2018-13", "2018-02-30", "12-2018", "2019/2018", "2018-1", "soon"])
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|open|ends|month"):
        span(text)


# --- articles and passes --------------------------------------------------------------------------------------------


def test_five_articles_in_date_order_with_their_paragraph_counts() -> None:
    assert {name: article.paragraphs for name, article in ARTICLES.items()} == {
        "2018-12-arabnews": 31,
        "2019-04-retreat": 15,
        "2019-07-nayadaur": 24,
        "2021-04-techburaq": 52,
        "2022-08-aljazeera": 46,
    }
    assert list(ARTICLES) == sorted(ARTICLES, key=lambda name: place(ARTICLES[name].date))
    assert all(span(article.speaks_of) for article in ARTICLES.values())
    assert all(name.startswith(article.date[:7]) for name, article in ARTICLES.items())


def test_an_outlet_is_named_only_where_the_text_names_it() -> None:
    assert ARTICLES["2019-04-retreat"].outlet == "not named in the text"


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_row_cites_paragraphs_that_exist(kind: str) -> None:
    for where, row in coded(kind).items():
        numbers = [int(number) for number in row.values["paragraphs"].split(";")]
        assert numbers == list(dict.fromkeys(numbers)), where
        assert all(1 <= number <= ARTICLES[row.values["article"]].paragraphs for number in numbers), where


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_row_is_paraphrased_in_one_line(kind: str) -> None:
    for where, row in coded(kind).items():
        text = row.values["paraphrase"]
        assert text == " ".join(text.split()), where
        assert 3 <= len(text) <= 240, where


def test_every_event_names_known_actors_and_has_a_date() -> None:
    for where, row in coded("events").items():
        assert set(row.values["actors"].split(";")) <= PLAYERS, where
        assert span(row.values["date"]), where


def test_the_passes_are_as_large_as_they_were_made() -> None:
    counts = {kind: Counter(name for name, _ in coded(kind)) for kind in COLUMNS}
    assert {kind: tuple(count[name] for name in PASSES) for kind, count in counts.items()} == {
        "dyads": (112, 120, 114),
        "positions": (108, 104, 123),
        "events": (68, 66, 68),
        "mechanisms": (133, 141, 138),
        "conditions": (45, 43, 46),
    }


# --- red lines ------------------------------------------------------------------------------------------------------


def identity(values: Mapping[str, str], name: str) -> tuple[str, str, str, str]:
    return name, values["article"], values["actor"], values["issue"]


def marked_lines() -> dict[tuple[str, str, str, str], Row]:
    rows = coded("positions")
    return {identity(row.values, name): row for (name, _), row in rows.items() if row.values["red_line"] == "1"}


def test_red_lines_are_exactly_those_that_the_passes_mark() -> None:
    reviewed = Counter((line.pass_, line.article, line.actor, line.issue) for line in RED_LINES)
    assert reviewed == Counter(list(marked_lines()))
    assert len(RED_LINES) == 15


@pytest.mark.parametrize("line", RED_LINES, ids=lambda line: f"{line.pass_}-{line.actor}-{line.issue}")
def test_a_red_line_stands_where_its_row_puts_it(line: RedLine) -> None:
    values = marked_lines()[line.pass_, line.article, line.actor, line.issue].values
    position = float(values["position"])
    assert list(line.paragraphs) == [int(number) for number in values["paragraphs"].split(";")]
    if line.from_ == "given":
        assert line.at == float(values["red_line_at"])
        return
    assert not re.fullmatch(r"[\d.]+", values["red_line_at"])
    assert line.at == pytest.approx(position + (0.1 if position < 0.5 else -0.1))


@pytest.mark.parametrize("line", RED_LINES, ids=lambda line: f"{line.pass_}-{line.actor}-{line.issue}")
def test_no_red_line_forbids_the_position_it_protects(line: RedLine) -> None:
    position = float(marked_lines()[line.pass_, line.article, line.actor, line.issue].values["position"])
    assert position >= line.at if line.forbids == "below" else position <= line.at
    # It forbids the pole that the actor does not want.
    assert line.forbids == ("below" if position > 0.5 else "above")


def test_the_garbled_paragraph_is_marked_wherever_a_red_line_rests_on_it() -> None:
    marked = [line for line in RED_LINES if line.issue == "fata_merger"]
    assert len(marked) == 3
    for line in marked:
        values = marked_lines()[line.pass_, line.article, line.actor, line.issue].values
        assert "garbled" in line.why
        assert (float(values["low"]), float(values["high"])) == (0.0, 1.0)


# --- structural parameters ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", read_yaml(FOLDER / "structural.yaml"))
def test_a_structural_parameter_says_what_it_is_and_what_its_range_rests_on(name: str) -> None:
    path = FOLDER / "structural.yaml"
    entry = checked(Structural, read_yaml(path)[name], file=path, key=name)
    assert entry.low < entry.high
    if entry.status == "judged":
        assert re.search(r"\(\d{4}(-\d\d)?\)", entry.source) or re.search(r"articles? \d{4}-\d\d", entry.source)
    if entry.status == "sourced":
        assert "range: none" not in entry.source


# --- mechanisms -----------------------------------------------------------------------------------------------------


def test_every_mechanism_row_stands_in_exactly_one_entry() -> None:
    rows = Counter(where for entry in MECHANISMS.mechanisms for where in cited(entry.rows))
    assert rows == Counter(list(coded("mechanisms")))
    assert len(rows) == 412


def test_a_cause_and_its_effect_are_one_entry() -> None:
    pairs = Counter((entry.cause, entry.effect) for entry in MECHANISMS.mechanisms)
    assert set(pairs.values()) == {1}
    assert all(cause != effect for cause, effect in pairs)


def test_the_vocabulary_is_used_and_sufficient() -> None:
    used = {word for entry in MECHANISMS.mechanisms for word in (entry.cause, entry.effect)}
    assert used == set(MECHANISMS.vocabulary)
    assert list(MECHANISMS.vocabulary) == sorted(MECHANISMS.vocabulary)


def test_no_two_concepts_have_one_meaning() -> None:
    assert max(Counter(MECHANISMS.vocabulary.values()).values()) == 1


@pytest.mark.parametrize("entry", MECHANISMS.mechanisms, ids=lambda entry: f"{entry.cause}-{entry.effect}")
def test_the_sign_agrees_with_every_row_after_orientation(entry: Mechanism) -> None:
    rows, turned = coded("mechanisms"), set(cited(entry.reversed_rows))
    assert turned <= set(cited(entry.rows))
    for where in cited(entry.rows):
        sign = rows[where].values["sign"]
        assert (OPPOSITE[sign] if where in turned else sign) == entry.sign, where


@pytest.mark.parametrize("entry", MECHANISMS.mechanisms, ids=lambda entry: f"{entry.cause}-{entry.effect}")
def test_the_strength_spans_that_of_the_rows(entry: Mechanism) -> None:
    rows = coded("mechanisms")
    ranks = [STRENGTHS.index(rows[where].values["strength"]) for where in cited(entry.rows)]
    assert entry.strength == (STRENGTHS[min(ranks)], STRENGTHS[max(ranks)])


def test_every_pattern_has_a_mechanism() -> None:
    patterns = {entry.pattern for entry in MECHANISMS.mechanisms}
    assert patterns == {"none", *(f"P{number}" for number in range(1, 15))}


def test_line_numbers_are_listed_once_and_in_order() -> None:
    entries = (*MECHANISMS.mechanisms, *CHRONOLOGY)
    for entry in entries:
        for lines in entry.rows.values():
            assert list(lines) == sorted(set(lines))


# --- chronology -----------------------------------------------------------------------------------------------------


def test_every_event_row_stands_in_exactly_one_entry() -> None:
    rows = Counter(where for entry in CHRONOLOGY for where in cited(entry.rows))
    assert rows == Counter(list(coded("events")))
    assert len(rows) == 202


def test_an_event_has_a_name_of_its_own() -> None:
    assert max(Counter(entry.event for entry in CHRONOLOGY).values()) == 1


def test_the_chronology_is_in_date_order() -> None:
    order = [place(entry.date) for entry in CHRONOLOGY]
    assert order == sorted(order)


def test_an_event_names_only_actors_that_its_rows_name() -> None:
    rows = coded("events")
    for entry in CHRONOLOGY:
        named = {actor for where in cited(entry.rows) for actor in rows[where].values["actors"].split(";")}
        assert set(entry.actors) <= named, entry.event


def test_the_date_of_an_event_overlaps_the_dates_of_its_rows() -> None:
    rows = coded("events")
    for entry in CHRONOLOGY:
        first, last = span(entry.date)
        for where in cited(entry.rows):
            start, end = span(rows[where].values["date"])
            assert not (first and end and end < first), (entry.event, where)
            assert not (start and last and last < start), (entry.event, where)


# --- the texts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["README.md", "CODEBOOK.md"])
def test_the_texts_point_only_to_what_is_in_the_folder(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert "../" not in text.replace("`../2019-07`", "")
    for target in re.findall(r"`([\w/]+\.(?:md|yaml|csv))`", text):
        kinds = [FOLDER / target, *(FOLDER / folder / target for folder in PASSES)]
        if target.startswith("sim/"):
            kinds.append(FOLDER.parents[2] / target)
        assert any(path.is_file() for path in kinds), target


def test_the_readme_says_what_agreement_does_not_prove() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "No human expert has checked them" in text
    assert "does not show that the numbers are right" in text
