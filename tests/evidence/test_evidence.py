"""The evidence loads whole or not at all: every broken row is told in one line with file, line and column."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.case.case import Case
from sim.case.loading import load_case
from sim.evidence.loading import COLUMNS, load_evidence
from sim.evidence.reading import passes_of
from sim.evidence.red_lines import moved
from sim.evidence.rows import Evidence
from sim.inputs import InputError
from sim.inputs.dates import date_problem
from sim.model.parameters import PARAMETERS

ARTICLES = "2018-12-arabnews, 2019-04-retreat, 2019-07-nayadaur, 2021-04-techburaq, 2022-08-aljazeera"
PLAYERS = "US, PAK, KAB, TAL, TTP, IND, CHN, RUS, IRN, TUR, QAT, SAU, UAE, INT, PRL"
DATES = "YYYY, YYYY-MM or YYYY-MM-DD; an interval a/b; open ../b or a/.."


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case()


@pytest.fixture(scope="module")
def evidence(case: Case) -> Evidence:
    return load_evidence(case.folder / "evidence", case=case)


@pytest.fixture
def folder(case: Case, tmp_path: Path) -> Path:
    """A copy of the case to break; its evidence folder."""
    shutil.copytree(case.folder, tmp_path / "case")
    return tmp_path / "case" / "evidence"


def set_field(path: Path, line: int, column: str, value: str) -> None:
    """Overwrite one field; the header is line 1."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    rows[line - 1][rows[0].index(column)] = value
    write(path, rows)


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def replace_text(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def message(folder: Path, passes: tuple[str, ...] | None = None) -> str:
    with pytest.raises(InputError) as refused:
        load_evidence(folder, passes)
    text = str(refused.value)
    assert "\n" not in text
    return text.replace(str(folder), "EVIDENCE").replace(str(folder.parent), "CASE")


# file, line, column, value, what is said after "file:line: column: "
BROKEN_FIELDS = [
    ("dyads", 2, "article", "2018-12-arabnew",
     f"'2018-12-arabnew' is not an article; allowed: {ARTICLES}; did you mean 2018-12-arabnews?"),
    ("dyads", 2, "article", "", "is empty; allowed: text"),
    ("dyads", 3, "kind", "trusts",
     "'trusts' is not a kind of dyad; allowed: trust, leverage; did you mean trust?"),
    ("dyads", 2, "from", "USA",
     f"'USA' is not an actor or a third party; allowed: {PLAYERS}; did you mean US?"),
    ("dyads", 2, "to", "pak",
     f"'pak' is not an actor or a third party; allowed: {PLAYERS}; did you mean PAK?"),
    ("dyads", 2, "to", "US", "'US' is also in the column from; allowed: two players"),
    ("dyads", 2, "level", "5", "5 is off the scale; allowed: a whole number from 0 to 4"),
    ("dyads", 2, "level", "-1", "'-1' is not a whole number; allowed: a whole number from 0 to 4"),
    ("dyads", 2, "level", "2.5", "'2.5' is not a whole number; allowed: a whole number from 0 to 4"),
    ("dyads", 2, "level", "nan", "'nan' is not a whole number; allowed: a whole number from 0 to 4"),
    ("dyads", 2, "low", "2.5", "2.5 is above the level 2; allowed: low <= level <= high"),
    ("dyads", 2, "high", "1", "1 is below the level 2; allowed: low <= level <= high"),
    ("dyads", 2, "high", "4.5", "4.5 is off the scale; allowed: a number from 0 to 4"),
    ("dyads", 2, "high", "inf", "'inf' is not a number; allowed: a number from 0 to 4"),
    ("dyads", 2, "low", "1,0", "'1,0' is not a number; allowed: a number from 0 to 4"),
    ("dyads", 2, "low", " 1",
     "' 1' has spaces around it or a line break; allowed: one line of text"),
    ("dyads", 2, "directness", "Implied",
     "'Implied' is not a directness; allowed: stated, implied; did you mean implied?"),
    ("dyads", 2, "paragraphs", "32", "2018-12-arabnews has no paragraph 32; allowed: 1 to 31"),
    ("dyads", 2, "paragraphs", "0", "2018-12-arabnews has no paragraph 0; allowed: 1 to 31"),
    ("dyads", 2, "paragraphs", "3;4;3", "paragraph 3 is cited twice; allowed: each paragraph once"),
    ("dyads", 2, "paragraphs", "3-5", "'3-5' is not a paragraph; allowed: whole numbers with ; between them"),
    ("dyads", 2, "paragraphs", "", "is empty; allowed: text"),
    ("dyads", 2, "paraphrase", "", "is empty; allowed: text"),
    ("dyads", 2, "paraphrase", "one\ntwo",
     "'one\\ntwo' has spaces around it or a line break; allowed: one line of text"),
    ("positions", 2, "actor", "PAKISTAN",
     f"'PAKISTAN' is not an actor or a third party; allowed: {PLAYERS}"),
    ("positions", 2, "position", "1.1", "1.1 is off the scale; allowed: a number from 0 to 1"),
    ("positions", 2, "low", "0.4", "0.4 is above the position 0.3; allowed: low <= position <= high"),
    ("positions", 2, "high", "0.2", "0.2 is below the position 0.3; allowed: low <= position <= high"),
    ("positions", 2, "salience", "7", "7 is off the scale; allowed: a whole number from 0 to 4"),
    ("positions", 2, "salience", "3.0", "'3.0' is not a whole number; allowed: a whole number from 0 to 4"),
    ("positions", 2, "red_line", "yes", "'yes' is not 0 or 1; allowed: 0, 1"),
    ("positions", 2, "red_line", "1", "red_line_at"),
    ("positions", 2, "red_line_at", "0.5",
     "'0.5' is given without a red line; allowed: nothing where red_line is 0"),
    ("events", 2, "date", "2018-13", f"'2018-13' is not a date; allowed: {DATES}"),
    ("events", 2, "date", "2018-02-30", f"'2018-02-30' is not a date; allowed: {DATES}"),
    ("events", 2, "date", "2019/2018", f"'2019/2018' ends before it begins; allowed: {DATES}"),
    ("events", 2, "date", "1 Jan 2018", f"'1 Jan 2018' is not a date; allowed: {DATES}"),
    ("events", 2, "actors", "US,PAK", f"'US,PAK' is not a player; allowed: {PLAYERS}; did you mean PAK?"),
    ("events", 2, "actors", "US;US", "'US' is named twice; allowed: each player once, with ; between them"),
    ("events", 2, "effect", "", "is empty; allowed: text"),
    ("mechanisms", 2, "sign", "0", "'0' is not a sign; allowed: +, -"),
    ("mechanisms", 2, "strength", "strongly",
     "'strongly' is not a strength; allowed: weak, medium, strong; did you mean strong?"),
    ("mechanisms", 2, "cause", "  ", "is empty; allowed: text"),
    ("conditions", 4, "value", "4 December 2018", f"'4 December 2018' is not a date; allowed: {DATES}"),
    ("conditions", 2, "unit", "", "is empty; allowed: text"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "column", "value", "said"), BROKEN_FIELDS)
def test_a_broken_field_is_told_with_file_line_and_column(
    folder: Path, name: str, line: int, column: str, value: str, said: str
) -> None:
    set_field(folder / "pass_a" / f"{name}.csv", line, column, value)
    expected = f"EVIDENCE/pass_a/{name}.csv:{line}: {column}: {said}"
    if said == "red_line_at":  # a line is drawn, and the column beside it says nothing of where
        expected = f"EVIDENCE/pass_a/{name}.csv:{line}: red_line_at: is empty; allowed: text"
    assert message(folder) == expected


def test_an_unknown_issue_names_the_likely_one(folder: Path) -> None:
    set_field(folder / "pass_b" / "positions.csv", 2, "issue", "ttp_cease_fire")
    said = message(folder)
    assert said.startswith(
        "EVIDENCE/pass_b/positions.csv:2: issue: 'ttp_cease_fire' is not an issue; allowed: withdrawal"
    )
    assert said.endswith("; did you mean ttp_ceasefire?")


def test_a_row_coded_twice_names_both_lines(folder: Path) -> None:
    path = folder / "pass_a" / "dyads.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    write(path, [*rows, rows[1]])
    assert message(folder) == (
        f"EVIDENCE/pass_a/dyads.csv:{len(rows) + 1}: article, kind, from, to: 2018-12-arabnews trust US PAK is coded "
        "twice, first on line 2; allowed: once in a pass"
    )


@pytest.mark.parametrize(("name", "key"), [("positions", "article, actor, issue"), ("events", "article, date, event"),
                                           ("mechanisms", "article, cause, effect"),
                                           ("conditions", "article, quantity")])  # fmt: skip
def test_every_kind_of_file_refuses_a_row_coded_twice(folder: Path, name: str, key: str) -> None:
    path = folder / "pass_c" / f"{name}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    write(path, [*rows, rows[1]])
    said = message(folder)
    assert said.startswith(f"EVIDENCE/pass_c/{name}.csv:{len(rows) + 1}: {key}: ")
    assert said.endswith("is coded twice, first on line 2; allowed: once in a pass")


def _rename_file(folder: Path) -> None:
    (folder / "pass_b" / "events.csv").rename(folder / "pass_b" / "event.csv")


def _rename_column(folder: Path) -> None:
    replace_text(folder / "pass_a" / "dyads.csv", "paraphrase", "paraphrases")


def _drop_field(folder: Path) -> None:
    write(folder / "pass_a" / "conditions.csv", [list(COLUMNS["conditions"]), ["2018-12-arabnews", "war", "40"]])


def _break_articles(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: replace_text(folder / "articles.yaml", old, new)


def _break_structural(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: replace_text(folder / "structural.yaml", old, new)


def _break_lines(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: replace_text(folder / "red_lines.yaml", old, new)


def _break_epoch(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: replace_text(folder.parent / "epoch" / "2018-12.yaml", old, new)


KNOWN = (*(row.name for row in PARAMETERS), "war_parity_afghan_war", "war_parity_ttp_insurgency")
BROKEN_FILES: list[tuple[Callable[[Path], None], str]] = [
    (_rename_file, "EVIDENCE/pass_b/event.csv: is no file of a pass; "
     "allowed: dyads.csv, positions.csv, events.csv, mechanisms.csv, conditions.csv; did you mean events.csv?"),
    (_rename_column, "EVIDENCE/pass_a/dyads.csv:1: 'paraphrases' is not a column; allowed: "
     f"{', '.join(COLUMNS['dyads'])}; did you mean paraphrase?"),
    (_drop_field, "EVIDENCE/pass_a/conditions.csv:2: 3 fields where the header has 6; "
     "allowed: one field for each column; quote a field with commas"),
    (_break_articles("id: 2019-04-retreat", "id: 2018-12-arabnews"),
     "EVIDENCE/articles.yaml: articles[1].id: '2018-12-arabnews' is given twice; allowed: each article once"),
    (_break_articles("paragraphs: 31", "paragraphs: 0"),
     "EVIDENCE/articles.yaml: articles[0].paragraphs: 0 is out of range; "
     "allowed: a whole number at least 1 and at most 10000"),
    (_break_articles("outlet: Arab News", "outlets: Arab News"),
     "EVIDENCE/articles.yaml: articles[0].outlets: unknown key; "
     "allowed: id, title, outlet, date, paragraphs, speaks_of, note, garbled; did you mean outlet?"),
    (_break_articles('speaks_of: "2018-01/2018-12"', 'speaks_of: "2018/2017"'),
     f"EVIDENCE/articles.yaml: articles[0].speaks_of: '2018/2017' ends before it begins; allowed: {DATES}"),
    (_break_articles("garbled: [35]", "garbled: [53]"),
     "EVIDENCE/articles.yaml: articles[4].garbled: 2022-08-aljazeera has no paragraph 53; allowed: 1 to 46"),
    (_break_structural("low: 6.0", "low: 25.0"),
     "EVIDENCE/structural.yaml: deadline: low 25.0 is above high 24.0; allowed: low <= high"),
    (_break_structural("  distribution: uniform", "  distribution: normal"),
     "EVIDENCE/structural.yaml: war_cost_challenger.distribution: 'normal' is not one of the choices; "
     "allowed: uniform; did you mean uniform?"),
    (_break_structural("status: judged", "status: guessed"),
     "EVIDENCE/structural.yaml: deadline.status: 'guessed' is not one of the choices; "
     "allowed: sourced, judged, assumed"),
    (_break_structural("low: 0.2", 'low: "0.2"'),
     "EVIDENCE/structural.yaml: autonomy.low: '0.2' is not a number; allowed: a number"),
    (_break_structural("war_parity_afghan_war:", "war_parity_afgan_war:"),
     "EVIDENCE/structural.yaml: war_parity_afgan_war: 'war_parity_afgan_war' is not a parameter of the model; allowed: "
     f"{', '.join(KNOWN)}; did you mean war_parity_afghan_war?"),
    (_break_structural("deadline:", "deadlinex:"),
     "EVIDENCE/structural.yaml: deadlinex: 'deadlinex' is not a parameter of the model; allowed: "
     f"{', '.join(KNOWN)}; did you mean deadline?"),
    (_break_structural("deadline:", "pass:"),
     "EVIDENCE/structural.yaml: pass: 'pass' is not a parameter of the model; allowed: "
     f"{', '.join(KNOWN)}"),
    (_break_structural("low: 6.0", "low: 0.0"),
     "EVIDENCE/structural.yaml: deadline.low: 0 is out of range; allowed: above 0, up to 5000"),
    (_break_structural("high: 0.7", "high: 1.5"),
     "EVIDENCE/structural.yaml: autonomy.high: 1.5 is out of range; allowed: 0 to 1"),
    (_break_structural("low: 0.2", "low: -0.2"),
     "EVIDENCE/structural.yaml: autonomy.low: -0.2 is out of range; allowed: 0 to 1"),
    (_break_epoch("  presence: ", "  cell.delisting: "),
     "CASE/epoch/2018-12.yaml: start.presence: is missing; allowed: a range, low to high, with its reason"),
    (_break_epoch("  control.afghan_war: ", "  cell.delisting: "),
     "CASE/epoch/2018-12.yaml: start.control.afghan_war: is missing; allowed: a range, low to high, with its reason"),
    (_break_lines("at: 0.5", "at: 1.5"),
     "EVIDENCE/red_lines.yaml: red_lines[0].at: 1.5 is out of range; allowed: a number at least 0.0 and at most 1.0"),
    (_break_lines("at: 0.5", "at: 0.4"),
     "EVIDENCE/red_lines.yaml: red_lines[0].at: 0.4 does not fit its row; allowed: 0.5"),
    (_break_lines("forbids: below", "forbids: above"), "EVIDENCE/red_lines.yaml: red_lines[0].forbids: "
     "'above' would forbid the position 0.9 itself; allowed: below"),
    (_break_lines("    from: given", "    from: moved"), "EVIDENCE/red_lines.yaml: red_lines[0].from: "
     "'moved' does not fit its row; allowed: given (red_line_at of EVIDENCE/pass_a/positions.csv:17 is a number)"),
    (_break_lines("pass: pass_a", "pass: pass_d"),
     "EVIDENCE/red_lines.yaml: red_lines[0].pass: 'pass_d' is not a pass; allowed: pass_a, pass_b, pass_c; "
     "did you mean pass_c?"),
    (_break_lines("actor: PAK", "actor: US"), "EVIDENCE/red_lines.yaml: red_lines[0]: pass_a has no red line at "
     "2018-12-arabnews, US, india_role; allowed: rows with red_line 1"),
    (_break_lines("[25, 26]", "[25, 62]"), "EVIDENCE/red_lines.yaml: red_lines[0].paragraphs: "
     "2018-12-arabnews has no paragraph 62; allowed: 1 to 31"),
    (_break_epoch("paragraphs: [24]", "paragraphs: [42]"), "CASE/epoch/2018-12.yaml: start.presence.paragraphs: "
     "2018-12-arabnews has no paragraph 42; allowed: 1 to 31"),
    (_break_epoch("article: 2018-12-arabnews", "article: 2018-11-arabnews"), "CASE/epoch/2018-12.yaml: article: "
     f"'2018-11-arabnews' is not an article; allowed: {ARTICLES}; did you mean 2018-12-arabnews?"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "said"), BROKEN_FILES)
def test_a_broken_file_is_told_in_one_line(folder: Path, damage: Callable[[Path], None], said: str) -> None:
    damage(folder)
    assert message(folder) == said


def test_a_pass_that_does_not_exist_is_refused(folder: Path) -> None:
    assert message(folder, ("pass_a", "pas_b")) == (
        "EVIDENCE: passes: 'pas_b' is not a pass (a folder with CSV files); allowed: pass_a, pass_b, pass_c; "
        "did you mean pass_b?"
    )
    assert message(folder, ("pass_a", "pass_a")) == (
        "EVIDENCE: passes: the pass 'pass_a' is named twice; allowed: each pass once"
    )
    assert message(folder, ()) == "EVIDENCE: passes: no pass counts; allowed: pass_a, pass_b, pass_c"


def test_a_pass_is_added_by_adding_a_folder(folder: Path, case: Case) -> None:
    shutil.copytree(folder / "pass_b", folder / "mine")
    assert passes_of(folder) == ("mine", "pass_a", "pass_b", "pass_c")
    everything = load_evidence(folder)
    assert everything.passes == ("mine", "pass_a", "pass_b", "pass_c")
    chosen = load_evidence(folder, ("pass_a", "mine"))
    assert {row.pass_ for row in (*chosen.dyads, *chosen.positions, *chosen.events)} == {"pass_a", "mine"}


def test_a_line_that_nobody_reviewed_follows_the_rule(folder: Path) -> None:
    shutil.copytree(folder / "pass_b", folder / "mine")
    mine = {(r.actor, r.issue): r.red_line for r in load_evidence(folder, ("mine",)).positions if r.red_line}
    reviewed = {(r.actor, r.issue): r.red_line for r in load_evidence(folder, ("pass_b",)).positions if r.red_line}
    assert {unit: (line.at, line.forbids, line.from_) for unit, line in mine.items()} == {
        unit: (line.at, line.forbids, line.from_) for unit, line in reviewed.items()
    }
    assert mine["KAB", "sovereignty"] is not None
    assert mine["KAB", "sovereignty"].at == moved(1.0) == 0.9


def test_only_stated_rows_count_when_implied_ones_do_not(evidence: Evidence, case: Case) -> None:
    stated = load_evidence(case.folder / "evidence", implied=False, case=case)
    for name in ("dyads", "positions", "mechanisms"):
        kept = getattr(stated, name)
        assert kept == tuple(row for row in getattr(evidence, name) if row.directness == "stated")
        assert 0 < len(kept) < len(getattr(evidence, name))
    assert stated.events == evidence.events


def test_a_broken_implied_row_is_refused_even_where_implied_rows_do_not_count(folder: Path, case: Case) -> None:
    set_field(folder / "pass_a" / "dyads.csv", 2, "level", "9")
    with pytest.raises(InputError):
        load_evidence(folder, implied=False, case=case)


def test_every_coded_row_of_the_five_articles_is_read(evidence: Evidence) -> None:
    assert (len(evidence.dyads), len(evidence.positions), len(evidence.events)) == (346, 335, 202)
    assert (len(evidence.mechanisms), len(evidence.conditions)) == (412, 134)
    assert sum(row.red_line is not None for row in evidence.positions) == 15


def test_rows_know_where_they_stand(evidence: Evidence) -> None:
    row = evidence.dyads[0]
    with Path(row.file).open(newline="", encoding="utf-8") as file:
        fields = list(csv.reader(file))[row.line - 1]
    assert fields[-1] == row.paraphrase
    assert (row.pass_, row.article, row.from_, row.to) == ("pass_a", "2018-12-arabnews", "US", "PAK")


def test_a_red_line_never_forbids_the_coded_position(evidence: Evidence) -> None:
    for row in evidence.positions:
        if row.red_line is not None:
            below = row.red_line.forbids == "below"
            assert row.red_line.at <= row.position if below else row.red_line.at >= row.position


@pytest.mark.parametrize("good", ["2018", "2018-10", "2018-12-04", "2018-12-04/2018-12-06", "../2019-07", "2021-04/..",
                                  "2018-12-04/2018-12", "1996/2001"])  # fmt: skip
def test_iso_dates_reduced_open_and_as_intervals_are_dates(good: str) -> None:
    assert date_problem(good) is None


@pytest.mark.parametrize("bad", ["", "..", "../..", "18-10", "2018-1", "2018/2019/2020", "2018-12/", "2019-02-29"])
def test_anything_else_is_no_date(bad: str) -> None:
    assert date_problem(bad) is not None
