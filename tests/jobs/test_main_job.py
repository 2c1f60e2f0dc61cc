"""The main job says what it will take, does it once, and tells it so that a person can read it."""

from __future__ import annotations

import csv
import math
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from worlds import fail_a_draw

from sim.analysis.paired import Difference
from sim.analysis.shares import Estimate, Interval, Spread
from sim.case.loading import load_case
from sim.case.scenario import load_scenario, scenario_names
from sim.command.composing import compose
from sim.command.main import main
from sim.experiment.results import Results
from sim.inputs import InputError
from sim.jobs.asked import plan_of
from sim.jobs.scenarios import check_cap, command
from sim.pages.report.answers import SUMMARY_OF_ANSWER
from sim.pages.report.measures import Defined, Measure, headline, headline_from, kinds
from sim.pages.report.table import REPORT, SUMMARY, shown
from sim.pages.report.telling import digits
from sim.storage.work import Cost

ROOT = Path(__file__).parents[2]
WORDS = ["size=smoke", "size.draws=4", "horizon=20"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The folder of a main job over few weeks, and what it printed: for the reader, and aside."""
    import contextlib
    import io

    out = tmp_path_factory.mktemp("main") / "results"
    for_reader, aside = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(for_reader), contextlib.redirect_stderr(aside):
        assert main([*WORDS, f"out={out}"]) == 0
    return out, for_reader.getvalue(), aside.getvalue()


ODD = "x[draft]:bug:[/]"  # a name that rich would take for markup and an emoji


@pytest.mark.parametrize("job", ["scenarios", "explain"])
def test_a_job_is_done_and_told_where_the_terminal_knows_ascii_alone(tmp_path: Path, job: str) -> None:
    words = ["scenario=status_quo", "size=smoke", "size.draws=2", "size.runs=1", "horizon=4", f"job={job}"]
    program = [sys.executable, "-m", "sim", *words, f"out={tmp_path / ODD}"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "MPLBACKEND": "nonsense", "MATPLOTLIBRC": str(tmp_path)}
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\n")
    done = subprocess.run(program, env=environment, capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    files = {path.name for path in (tmp_path / ODD).iterdir()}
    assert {"report.html", "summary.csv"} <= files or "status_quo-run-0-seed-1.html" in files
    assert str(tmp_path / ODD).encode() in done.stdout


def test_the_words_that_make_it_all_again_are_words_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["/usr/bin/jirga", "-m", "scenario=glob(*summit*)", "off=[],[red_lines]", "out=my folder", "noise=$x"]
    monkeypatch.setattr(sys, "argv", words)
    assert shlex.split(command()) == ["jirga", *words[1:]]


def test_a_count_of_one_is_told_in_the_singular() -> None:
    plan = plan_of(compose([*WORDS, "scenario=status_quo"]).settings())
    assert str(Cost(1, 1, 1, 1.0, 1, 1, 1)).startswith("1 cell, 1 run: ")
    with pytest.raises(InputError, match="1 cell of 8 runs are 8 runs, above cap=1"):
        check_cap(plan, compose([*WORDS, "cap=1"]).settings())


def summary(folder: Path) -> list[dict[str, str]]:
    with (folder / SUMMARY).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_it_says_what_it_will_take_before_it_starts(told: tuple[Path, str, str]) -> None:
    last = told[2].strip().splitlines()[-1]
    assert "19 cells and " in last
    assert all(
        word in last for word in ("core-hours as measured here", "at most", "no cluster needed; cap=5000000, in ")
    )


def test_the_folder_has_the_report_the_summary_and_the_runs(told: tuple[Path, str, str]) -> None:
    assert {path.name for path in told[0].iterdir()} >= {"report.html", "runs", "summary.csv"}
    assert list((told[0] / "runs").glob("runs-*.parquet"))


def test_the_table_names_every_scenario_and_every_headline(told: tuple[Path, str, str]) -> None:
    plan = plan_of(compose(WORDS).settings())
    words = " ".join(told[1].split())
    assert all(name in words for name in scenario_names(plan.grid.case))
    assert all(name in words for name in ("takeover", "comprehensive", "interim", "ceasefire", "bilateral", "none"))
    assert all(headline.label.split()[-1] in words for headline in plan.grid.case.headline)
    assert "difference to status_quo" in words


def test_the_printed_lines_are_no_wider_than_they_have_to_be(told: tuple[Path, str, str]) -> None:
    assert max(map(len, told[1].splitlines()[:-1])) <= 126


def test_the_summary_has_a_row_a_scenario_and_shares_that_add_up(told: tuple[Path, str, str]) -> None:
    rows = summary(told[0])
    assert [row["scenario"] for row in rows] == list(scenario_names(plan_of(compose(WORDS).settings()).grid.case))
    for row in rows:
        kinds = [
            float(row[name]) for name in ("takeover", "comprehensive", "interim", "ceasefire", "bilateral", "none")
        ]
        assert sum(kinds) == pytest.approx(1.0, abs=1e-5)
        assert float(row["taken_over.low"]) <= float(row["taken_over"]) <= float(row["taken_over.high"])
        assert row["failed_runs"] == "0"


def test_what_is_printed_starts_with_every_question_and_its_answers(told: tuple[Path, str, str]) -> None:
    before, after = told[1].split("What comes of it: settlement classes")
    case = plan_of(compose(WORDS).settings()).grid.case
    for name in scenario_names(case):
        scenario = load_scenario(case, name)
        words = " ".join(before.split())
        assert f"{name}: {scenario.question}" in words
        for answer in scenario.answered_by:
            assert answer.label.split()[-1] in words
    assert "What the scenarios are asked" not in after
    assert not re.search(r"\[/?(bold|dim)\]", told[1])  # style is no text


def test_the_summary_leads_with_the_answers_that_the_runs_give(told: tuple[Path, str, str]) -> None:
    rows = summary(told[0])
    assert list(rows[0])[:6] == ["cell", "scenario", "epoch", "horizon", "question", "answer.1.outcome"]
    for row, cell in zip(rows, results(told[0]), strict=True):
        assert row["question"] == cell.scenario.question
        for number, answer in enumerate(cell.scenario.answered_by, 1):
            of = {name: row[f"answer.{number}.{name}"] for name in SUMMARY_OF_ANSWER}
            assert (of["outcome"], of["expected"]) == (answer.outcome, answer.expected or "")
            assert (of["verdict"] == "") == (cell.paired is None)
            for level, runs in (("status_quo", cell.paired), ("value", cell.runs)):
                known = None if runs is None else ~np.isnan(runs.values(answer.outcome))
                wanted = ("", "") if known is None else (f"{known.mean():.6g}", str(known.any(axis=1).sum()))
                assert (of[f"{level}.defined"], of[f"{level}.draws"]) == wanted
            if of["difference.low"]:
                assert float(of["difference.low"]) <= float(of["difference"]) <= float(of["difference.high"])


def test_a_level_of_some_runs_says_so_in_the_answers_of_terminal_and_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Attendance where nobody was asked to come: a mean of few runs stands nowhere without their number."""
    assert main(["scenario=delayed_withdrawal", "size=smoke", "size.draws=24", "horizon=9", f"out={tmp_path}"]) == 0
    before, _ = capsys.readouterr().out.split("What comes of it: settlement classes")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    part = page[page.index("The same with both levels") :].split("</details>")[0]
    some = 0
    for row in summary(tmp_path):
        for number in range(1, 9):
            if 0.0 < float(row.get(f"answer.{number}.value.defined") or 0.0) < 1.0:
                share, draws = (float(row[f"answer.{number}.value.{name}"]) for name in ("defined", "draws"))
                some += 1
                assert f"in {100.0 * share:.0f} %" in before
                assert draws >= 20 or f"{draws:.0f} draws" in before
                if row["scenario"] != "status_quo":
                    assert re.search(rf"<small>in {100.0 * share:.1f} % of the runs, {draws:,.0f} draws</small>", part)
    assert some


def test_every_table_has_the_headlines_of_its_epochs_alone(told: tuple[Path, str, str]) -> None:
    tables = told[1].split("The scenarios in numbers, from ")[1:]
    assert len(tables) == 2
    (emirate,) = (table for table in tables if table.startswith("2022-08"))
    (republic,) = (table for table in tables if not table.startswith("2022-08"))
    assert "attacks" in emirate
    assert "takeover" not in emirate.split("border_strikes")[0]
    assert "takeover" in republic.split("recorded_course")[0]
    assert "TTP violence" not in republic


def test_status_quo_alone_is_compared_with_nothing(told: tuple[Path, str, str]) -> None:
    without = [row["scenario"] for row in summary(told[0]) if not row["refugees.difference"]]
    assert without == ["status_quo"]


def test_the_same_words_again_do_nothing_twice(told: tuple[Path, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    before = (told[0] / SUMMARY).read_bytes()
    assert main([*WORDS, f"out={told[0]}"]) == 0
    out, err = capsys.readouterr()
    assert out == told[1]
    assert err.endswith(" already\n")
    assert (told[0] / SUMMARY).read_bytes() == before


def test_a_changed_size_in_the_same_folder_is_refused(
    told: tuple[Path, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*WORDS, "size.runs=3", f"out={told[0]}"]) == 2
    assert "runs: 2 there, 3 now" in capsys.readouterr().err


def test_a_sweep_is_one_folder_and_one_table_with_the_swept_values(tmp_path: Path) -> None:
    words = ["scenario=turkey_summit", "scenario.levers.summit_week=4,12,20", "trust.us.pak=0.1,0.5,0.9"]
    assert main(["-m", *words, *WORDS, f"out={tmp_path}/sweep"]) == 0
    rows = summary(tmp_path / "sweep")
    swept = [(float(row["levers.summit_week"]), float(row["fixed.trust.US.PAK"])) for row in rows]
    assert swept == [(week, trust) for week in (4, 12, 20) for trust in (0.1, 0.5, 0.9)]
    assert len(list((tmp_path / "sweep" / "runs").glob("runs-*.parquet"))) == 1


def test_a_sweep_is_printed_with_its_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["scenario=status_quo", "off=[],[red_lines]", "patience=1,1.5", *WORDS]
    assert main(["-m", *words, f"out={tmp_path}/sweep"]) == 0
    assert " off=[red_lines] patience=1.5 " in capsys.readouterr().out


def test_more_runs_than_the_cap_need_a_yes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["cap=100", f"out={tmp_path}/here", "size=smoke"]
    assert main(words) == 2
    assert capsys.readouterr().err == (
        "command line: cap: 24 cells of 40 runs are 960 runs, above cap=100; "
        "allowed: yes=true to start all the same, a smaller size, or a higher cap\n"
    )
    settings = compose([*words, "yes=true"]).settings()
    check_cap(plan_of(settings), settings)


# --- figures ---------------------------------------------------------------------------------------------------------


def results(folder: Path, words: Sequence[str] = WORDS) -> Results:
    """The results of the main job in its folder."""
    from sim.storage.collection import Collection

    settings = compose(words).settings()
    plan = plan_of(settings)
    cells = Collection(plan, folder / "runs")
    return Results(plan.grid.case, cells, plan.draws, plan.runs, plan.seed, "smoke", folder, "jirga")


# --- the same number wherever it is told -----------------------------------------------------------------------------


def in_the_report(page: str, label: str, measure: Measure) -> list[float]:
    """The numbers that the report's table gives of a cell: value, ends of its interval, and the difference."""
    head = measure.label if measure.scale != 1.0 else f"{measure.label}, {measure.unit}"
    cell = rf'<td data-head="{re.escape(head)}">(.*?)</td>'
    (told,) = (
        found[1] for row in re.findall(r"<tr>.*", page) if f">{label}<" in row and (found := re.search(cell, row))
    )
    words = re.sub(r"<[^>]*>", "", told).replace("−", "-")
    return [float(number) for number in re.findall(r"[-+]?\d+(?:\.\d+)?", words)]


def told_numbers(row: dict[str, str], measure: Measure, horizon: int) -> list[float]:
    """The numbers of a cell, as `summary.csv` has them: those of its own runs, then what a difference is of."""

    def number(name: str) -> float:
        return measure.scale * float(row[name] or "nan")

    found = [number(measure.column + end) for end in ("", ".low", ".high")]
    if (defined := float(row[f"{measure.column}.defined"])) < 1.0:
        found += [100.0 * defined, float(row[f"{measure.column}.draws"])]
    gap = f"{measure.outcome}.difference"
    levels = [number(f"{gap}.from"), number(f"{gap}.to")]
    if math.isnan(number(gap)):
        return [*found, 100.0 * float(row[f"{gap}.pairs"]), *levels]
    return [*found, *([horizon, *levels] if measure.told == "median" else []), number(gap)]


@pytest.mark.parametrize("name", ["conditions_based_withdrawal", "unconditional_withdrawal"])
def test_the_print_the_summary_and_the_report_tell_the_same_number_and_interval(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    out = tmp_path / "here"
    words = [f"scenario={name}", "size=smoke", "size.draws=24", "horizon=104"]
    assert main([*words, f"out={out}"]) == 0
    told = headline_from(results(out, words), "2021-04")
    printed = capsys.readouterr().out
    page = (out / REPORT).read_text(encoding="utf-8")
    (row,) = summary(out)
    seen, medians = 0, 0
    for measure in told:
        if not row[measure.column]:
            continue
        medians += measure.told == "median"
        expected = told_numbers(row, measure, 104)
        shown_here = in_the_report(page, name, measure)
        assert len(shown_here) == len(expected), measure.label
        for one, other in zip(shown_here, expected, strict=True):
            if not math.isnan(other):
                fine = 0.51 * 10.0 ** -min(digits(one, measure.scale), digits(other, measure.scale))
                assert one == pytest.approx(other, abs=fine), measure.label
        value, low, high = expected[:3]
        if not math.isnan(low):
            places, seen = digits(value, measure.scale) - 1, seen + 1
            assert f"{low:z.{places}f}…{high:z.{places}f}" in printed, measure.label
    assert seen > 3
    assert medians == 1  # its two ends, by one way of reckoning
    words_of_intervals = " ".join(printed.split())
    assert "are of the value with infinitely many draws; another sweep of this size lies inside in about 83 %" in (
        words_of_intervals
    )
    assert "of the value with infinitely many draws" in page
    assert "another seed" not in page


def test_a_level_and_its_difference_speak_of_the_same_runs(told: tuple[Path, str, str]) -> None:
    """What stands beside a difference is what it is the difference of, or there is none."""
    rows, found = summary(told[0]), results(told[0])
    place = {(row["scenario"], row["epoch"]): row for row in rows}
    checked = 0
    for row in rows:
        there = place.get(("status_quo", row["epoch"]))
        for measure in headline(found):
            gap = f"{measure.outcome}.difference"
            if not row[gap]:
                continue
            checked += 1
            levels = [float(row[f"{gap}.{end}"]) for end in ("from", "to")]
            assert float(row[gap]) == pytest.approx(levels[1] - levels[0], abs=2e-5 * max(1.0, *levels))
            if measure.told != "median":
                assert levels[1] == pytest.approx(float(row[measure.column]), abs=1e-5)
                if there is not None:
                    assert levels[0] == pytest.approx(float(there[measure.column]), abs=1e-5)
    assert checked > 20


def test_a_number_lies_in_its_interval(told: tuple[Path, str, str]) -> None:
    found = results(told[0])
    for cell in found:
        for measure in (*kinds(found.case), *headline(found)):
            estimate = measure.estimate(cell.runs)
            if estimate is not None and not math.isnan(estimate.low):
                assert estimate.low <= estimate.value <= estimate.high


def test_what_no_run_has_is_told_by_a_dash() -> None:
    assert shown(kinds(load_case())[0], None, None) == "-"


def test_what_one_draw_alone_gives_says_so() -> None:
    weeks = Measure("week", ("takeover_week",), "median", "week", 1.0)
    assert shown(weeks, Interval(12.0, math.nan, math.nan), None) == "12 [dim]–[/dim]"


def gap_of(value: float, low: float, high: float, pairs: float = 1.0) -> Difference:
    return Difference(value, low, high, 30.0, 30.0 + value, 10, pairs, 10, Spread(0.0, 0.0), 1.0)


def test_a_clear_difference_stands_out() -> None:
    share = kinds(load_case())[0]
    found = Estimate(50.0, 40.0, 60.0, 10, 10, Spread(0.0, 0.0))
    assert shown(share, found, gap_of(20.0, 10.0, 30.0)) == "50 [dim]40…60[/dim]\n[bold]+20 +10…+30[/bold]"
    assert shown(share, found, gap_of(-0.1, -10.1, 9.9)) == "50 [dim]40…60[/dim]\n[dim]+0 -10…+10[/dim]"
    assert "\n" not in shown(share, found, None)


def test_the_ends_of_none_of_forty_are_told_not_half_of_them() -> None:
    found = Estimate(0.0, 0.0, 16.1, 20, 40, Spread(0.0, 0.0))
    assert shown(kinds(load_case())[0], found, None) == "0 [dim]0…16[/dim]"


def test_what_not_all_runs_have_says_how_many_and_is_compared_over_those_that_have_it_alone() -> None:
    attendance = Measure("attendance", ("attendance.doha.TAL",), "mean", "%", 100.0)
    found = Estimate(50.0, 40.0, 60.0, 10, 10, Spread(0.0, 0.0))
    told = shown(attendance, found, replace(gap_of(math.nan, math.nan, math.nan, 0.26), second=41.0), Defined(0.31, 3))
    assert told.splitlines() == [
        "50 [dim]40…60[/dim]",
        "[dim]in 31 %[/dim]",
        "[dim]3 draws[/dim]",
        "[dim]30→41[/dim]",
        "[dim]both in 26 %[/dim]",
    ]


def test_runs_that_fail_are_counted_told_and_make_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_a_draw(monkeypatch, 2)
    assert main(["scenario=turkey_summit", *WORDS, f"out={tmp_path}/here"]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "2 failed" in out
    assert "4 runs failed and count nowhere" in out
    (row,) = summary(tmp_path / "here")
    assert row["failed_runs"] == "2"
    assert float(row["taken_over.defined"]) == 1.0  # of the runs that did not fail
    page = (tmp_path / "here" / REPORT).read_text(encoding="utf-8")
    assert "4 runs failed and count nowhere" in page
    assert "(2 failed)" in page
