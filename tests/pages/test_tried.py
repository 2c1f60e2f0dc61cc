"""The first screen's two lines: which patterns the model shows, and how it does against what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from worlds import afghanistan

from sim.case.patterns import load_patterns
from sim.case.record import load_record
from sim.pages.kit.tables import csv_of
from sim.pages.patterns.table import HEAD as PATTERN_HEAD
from sim.pages.patterns.table import verdicts
from sim.pages.record.table import HEAD as RECORD_HEAD
from sim.pages.record.table import read
from sim.pages.report.tried import tried_told


def write(path: Path, head: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    path.write_text(csv_of(head, [tuple(row.get(name, "") for name in head) for row in rows]), encoding="utf-8")


def pattern(name: str, verdict: str, **more: object) -> dict[str, object]:
    statement = load_patterns(afghanistan()).patterns[name].statement
    return {"pattern": name, "holds": verdict, "statement": statement, "pattern_draws": 100} | more


def patterns_in(folder: Path, *rows: Mapping[str, object]) -> str:
    write(folder / "patterns.csv", PATTERN_HEAD, rows)
    return str(tried_told(afghanistan(), folder)).split("</li>")[0]


def record_in(folder: Path, *compared: tuple[str, str, str], names: Sequence[str] = ()) -> str:
    names = names or list(load_record(afghanistan()).statements)
    rows: list[Mapping[str, object]] = [
        {"statement": name, "part": "calibrates" if n == 0 else "statement"} for n, name in enumerate(names)
    ]
    for contender, score, told in compared:
        rows.append({"part": "comparison", "contender": contender, "score": score, "events": 4, "told": told})
    write(folder / "record.csv", RECORD_HEAD, rows)
    return str(tried_told(afghanistan(), folder)).split("</li>")[1]


def test_what_has_not_been_measured_is_said_with_the_command_that_measures_it(tmp_path: Path) -> None:
    told = str(tried_told(afghanistan(), tmp_path))
    assert told.count("has not been measured in this folder") == 2
    assert "jirga job=patterns" in told
    assert "jirga job=record" in told


def test_the_patterns_that_fail_come_first_and_only_those_with_every_mechanism_count(tmp_path: Path) -> None:
    told = patterns_in(
        tmp_path,
        pattern("P5", "yes"),
        pattern("P5", "yes", part="also"),
        pattern("P5", "no", off="rounds"),
        pattern("P1", "no", pattern_draws=40),
        pattern("P8", "no", epoch="2018-12"),
        pattern("P2", "unknown"),
    )
    assert "first impression" not in told
    assert "(4 checks, 100 draws), <b>2 fail</b> (P1, P8 2018-12); <b>1 cannot be told</b> (P2); <b>1 holds</b>" in told


def test_a_pattern_leads_to_what_is_told_of_it_where_that_page_is_there(tmp_path: Path) -> None:
    (tmp_path / "patterns.html").touch()
    told = patterns_in(tmp_path, pattern("P8", "no", epoch="2018-12"), pattern("P1", "yes"))
    assert '<b>1 fails</b> (<a href="patterns.html#P8.2018-12">P8 2018-12</a>)' in told
    assert '<a href="patterns.html#P1">P1</a>' in told


def test_few_draws_give_a_first_impression_and_it_is_said(tmp_path: Path) -> None:
    assert "(1 check, 49 draws: a first impression)" in patterns_in(tmp_path, pattern("P1", "no", pattern_draws=49))


@pytest.mark.parametrize("changed", [{"statement": "Another."}, {"pattern": "P99"}])
def test_patterns_of_another_case_are_not_this_ones(tmp_path: Path, changed: dict[str, object]) -> None:
    assert "other patterns than this case has" in patterns_in(tmp_path, pattern("P1", "no", **changed))


def test_a_table_of_another_form_is_named_and_the_other_line_stands(tmp_path: Path) -> None:
    record_in(tmp_path, ("coin", "brier", "cannot be told"))
    (tmp_path / "patterns.csv").write_text("pattern,epoch\nP1,\n", encoding="utf-8")
    told = str(tried_told(afghanistan(), tmp_path))
    assert "patterns.csv" in told.split("</li>")[0]
    assert "no clear difference" in told.split("</li>")[1]


@pytest.mark.parametrize("changed", [{"holds": "maybe"}, {"pattern_draws": "many"}, {"pattern_draws": -1}])
def test_a_cell_that_is_none_of_the_tables_is_named_with_its_line(tmp_path: Path, changed: dict[str, object]) -> None:
    told = patterns_in(tmp_path, pattern("P1", "no", **changed))
    assert f"patterns.csv:2: {next(iter(changed))}" in told
    assert "record.csv:" in record_in(tmp_path, ("coin", "brier", "better, I think"))


def test_of_what_happened_the_worse_comes_first_and_only_simple_forecasts_in_plain_scores_count(tmp_path: Path) -> None:
    told = record_in(
        tmp_path,
        ("coin", "brier", "model clearly better"),
        ("coin", "log", "model clearly worse"),
        ("without rounds", "brier", "model clearly worse"),
        ("nash", "crps", "model clearly worse"),
        ("persistence", "brier", "cannot be told"),
    )
    statements = len(load_record(afghanistan()).statements) - 1
    worse, better, left = told.split(": ", 1)[1].split("; ")
    assert f"({statements} statements)" in told
    assert worse == "clearly worse than saying that all agree as if every promise were kept"
    assert better == "clearly better than tossing a coin"
    assert left.startswith("no clear difference from saying that nothing changes and its like in 1 of 3 comparisons")


def test_a_record_of_a_readers_own_is_not_this_cases(tmp_path: Path) -> None:
    assert "another record" in record_in(tmp_path, names=["an_event"])


def test_nothing_compared_is_said(tmp_path: Path) -> None:
    assert "nothing to compare with" in record_in(tmp_path)


def test_the_tables_are_read_as_they_were_written(tmp_path: Path) -> None:
    patterns_in(tmp_path, pattern("P8", "unknown", epoch="2018-12"), pattern("P1", "yes"))
    assert [(one.name, one.epoch, one.holds) for one in verdicts(tmp_path / "patterns.csv")] == [
        ("P8", "2018-12", None),
        ("P1", "", True),
    ]
    record_in(tmp_path, ("nash", "crps", "model clearly worse"), names=["an_event", "another"])
    found = read(tmp_path / "record.csv")
    assert (found.statements, found.tested) == ({"an_event", "another"}, 1)
    assert [(one.contender, one.score, one.events, one.verdict) for one in found.against] == [("nash", "crps", 4, 1)]
