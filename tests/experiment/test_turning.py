"""Turning points over all pairs: exactly those that end otherwise, the same whichever comes first, told on a page."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from worlds import fail_a_draw

from sim.case.loading import load_case
from sim.command.main import main
from sim.experiment.comparison import Comparison, compare
from sim.experiment.turning import turning, typical
from sim.inputs import InputError
from sim.surface import sweep

DRAWS, RUNS = 15, 4
NUMBERS = ["first_chance", "second_chance", "first_random", "second_random"]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    scenario = load_case("afghanistan").scenario("turkey_summit")
    baseline = scenario.case.scenario("status_quo", epoch=scenario.epoch, horizon=scenario.horizon)
    first, second = (sweep(one, DRAWS, RUNS, progress=False) for one in (baseline, scenario))
    return compare(first, second)


@pytest.fixture(scope="module")
def points(comparison: Comparison) -> pd.DataFrame:
    return comparison.turning_points(progress=False)


def test_there_is_a_row_for_each_pair_that_ends_otherwise(comparison: Comparison, points: pd.DataFrame) -> None:
    one, other = (runs.outcomes["settlement"].astype(str) for runs in (comparison.first, comparison.second))
    assert list(points.index) == list(one.index[one != other])
    assert points.attrs == {"pairs": DRAWS * RUNS, "otherwise": len(points)}
    assert (points["first_end"] == one[points.index]).all()
    assert (points["second_end"] == other[points.index]).all()
    assert set(points["first_end"]) <= {*load_case().classes}


def test_the_other_way_round_it_is_the_mirrored_table(comparison: Comparison, points: pd.DataFrame) -> None:
    found = compare(comparison.second, comparison.first).turning_points(progress=False)
    names = {"first": "second", "second": "first"}
    swapped = {name: re.sub("^(first|second)", lambda m: names[m[0]], name) for name in points.columns}
    pd.testing.assert_frame_equal(found.rename(columns=swapped)[list(points.columns)], points)


def test_runs_compared_with_themselves_have_no_turning_point(comparison: Comparison) -> None:
    assert len(compare(comparison.second, comparison.second).turning_points(progress=False)) == 0


def test_chances_straddle_the_random_number(points: pd.DataFrame) -> None:
    chance = points[points["how"] == "chance"]
    assert (chance["first_random"] == chance["second_random"]).all()
    low, high = (
        chance[["first_chance", "second_chance"]].min(axis=1),
        chance[["first_chance", "second_chance"]].max(axis=1),
    )
    assert ((low <= chance["first_random"]) & (chance["first_random"] < high)).all()
    assert points.loc[points["how"] == "rule", NUMBERS].isna().all(axis=None)


def test_fewer_pairs_are_some_of_them_and_the_same(comparison: Comparison, points: pd.DataFrame) -> None:
    some = comparison.turning_points(most=3, progress=False)
    assert len(some) == min(3, len(points))
    pd.testing.assert_frame_equal(some, points.loc[some.index])
    with pytest.raises(InputError, match="most"):
        comparison.turning_points(most=0)


def test_kinds_hold_each_parted_pair_once_and_a_typical_run_is_one_of_them(comparison: Comparison) -> None:
    found = turning(comparison.first, comparison.second, progress=False)
    held = [one for kind in found.kinds.values() for one in kind]
    assert sorted(one.number for one in held) == [one.number for one in found.turned if one.parting]
    assert [len(kind) for kind in found.kinds.values()] == sorted(map(len, found.kinds.values()), reverse=True)
    for kind in found.kinds.values():
        weeks = sorted(one.parting.first.week for one in kind if one.parting)
        one = typical(kind)
        assert one in kind
        assert one.parting is not None
        assert weeks[0] <= one.parting.first.week <= weeks[-1]


def test_the_command_writes_an_overview_whose_links_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], points: pd.DataFrame
) -> None:
    words = ["job=explain", "scenario=turkey_summit", "against=status_quo", f"out={tmp_path}"]
    (tmp_path / "evidence.html").touch()
    assert main([*words, f"size.draws={DRAWS}", f"size.runs={RUNS}"]) == 0
    cited = re.compile(r'<a href="evidence\.html#article\.[\w-]+">[\w-]+</a>, paragraphs? \d')
    assert any(cited.search(pair.read_text()) for pair in tmp_path.glob("*-run-*.html"))  # reasons lead to paragraphs
    text = (tmp_path / "status_quo-and-turkey_summit-seed-1.html").read_text()
    links = re.findall(r'<a href="([^"#]+\.html)"', text)
    assert links
    assert all((tmp_path / link).is_file() for link in links)
    assert f"{len(points)} of {DRAWS * RUNS}" in text
    assert f"{len(points)} of {DRAWS * RUNS}" in capsys.readouterr().out


def test_runs_that_failed_are_told_and_make_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_a_draw(monkeypatch, 2)
    words = ["job=explain", "scenario=turkey_summit", "against=status_quo", "horizon=12", f"out={tmp_path}"]
    assert main([*words, "size.draws=6", "size.runs=2"]) == 1
    assert "4 runs failed and count nowhere." in capsys.readouterr().out


def test_one_pair_has_both_timelines_on_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], points: pd.DataFrame
) -> None:
    number = int(points.index[points["week"].notna()][0])
    words = ["job=explain", "scenario=turkey_summit", "against=status_quo", f"run={number}", f"size.runs={RUNS}"]
    assert main([*words, f"out={tmp_path}"]) == 0
    (file,) = tmp_path.glob("*.html")
    text = file.read_text()
    assert text.count("timeline of the run over") == 2
    assert f"Week {points.loc[number, 'week']}," in text
    assert f"Week {points.loc[number, 'week']}," in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["against=statusquo"], "did you mean status_quo?"),
        (["against=border_strikes"], "border_strikes has epoch 2022-08, turkey_summit 2021-04"),
        (["against=status_quo", "run=-1"], "run: -1 is out of range"),
        (["against=nothing.yaml"], "nothing.yaml: there is no such file"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], problem: str
) -> None:
    assert main(["job=explain", "scenario=turkey_summit", f"out={tmp_path}", *words]) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert err.count("\n") == 1


def test_no_other_job_takes_it_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["against=status_quo"]) == 2
    assert "against: job=scenarios does not look at it; allowed: job=explain" in capsys.readouterr().err
