"""Cells in Python: the same as the shell's sweep, found by their values, told with intervals and differences."""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.case.scenario import Scenario
from sim.command.main import main
from sim.experiment.cells import Cells, told_apart
from sim.inputs import InputError

pytestmark = pytest.mark.long

DRAWS, RUNS, SEED = 24, 2, 5
SIZE = {"draws": DRAWS, "runs": RUNS, "seed": SEED, "progress": False}
TOLD = ["takeover", "presence", "war.afghan_war.control >= 0.6"]


@cache
def base(horizon: int = 16) -> Scenario:
    return sim.load_case().scenario("turkey_summit", horizon=horizon)


@cache
def cells() -> Cells:
    return sim.grid(base(), summit_week=[4, 12], weeks_to_go=[21, 52], **SIZE)


def test_a_cell_is_the_sweep_of_its_scenario() -> None:
    assert len(cells()) == 4
    for summit_week in (4, 12):
        for weeks_to_go in (21, 52):
            cell = cells().at(summit_week=summit_week, weeks_to_go=weeks_to_go)
            alone = sim.sweep(base().change(summit_week=summit_week, weeks_to_go=weeks_to_go), **SIZE)
            pd.testing.assert_frame_equal(cell.runs.outcomes, alone.outcomes)


def test_each_is_paired_with_status_quo_where_it_starts() -> None:
    status_quo = sim.sweep(sim.load_case().scenario("status_quo", epoch="2021-04", horizon=16), **SIZE)
    for cell in cells():
        assert cell.paired is not None
        pd.testing.assert_frame_equal(cell.paired.outcomes, status_quo.outcomes)


def test_the_table_is_long_and_has_what_each_cell_says_itself() -> None:
    table = cells().table(TOLD)
    assert list(table.columns) == [
        "cell", "summit_week", "weeks_to_go", "outcome", "value", "low", "high", "runs", "difference", "difference_low",
        "difference_high", "first", "second", "pairs",
    ]  # fmt: skip
    assert len(table) == 4 * len(TOLD)
    for row in table.itertuples():
        cell = cells().at(summit_week=row.summit_week, weeks_to_go=row.weeks_to_go)
        found = cell.runs.mean(row.outcome)
        assert (row.cell, row.value, row.low, row.high) == (cell.label, found.value, found.low, found.high)
        gap = sim.compare(cell.paired, cell.runs).difference(row.outcome)
        assert (row.difference, row.difference_low, row.difference_high) == (gap.value, gap.low, gap.high)
        assert (row.first, row.second, row.pairs) == (gap.first, gap.second, gap.pairs)
        assert row.runs == found.runs


def test_a_difference_stands_beside_the_levels_that_it_is_of() -> None:
    """A week is told of the runs in which it comes, and compared over all of them: the row has both pairs of levels."""
    weeks = [name for name, column in cells()[0].runs.columns.items() if column.is_week]
    table = cells().table(weeks, against=0)
    told = table.dropna(subset=["difference"])
    np.testing.assert_allclose(told["second"] - told["first"], told["difference"], atol=1e-12)
    (some,) = [row for row in told.itertuples() if 0 < row.runs < DRAWS * RUNS][:1]
    cell = cells()[some.cell]
    assert some.runs == np.isfinite(cell.runs.weeks(some.outcome)).sum()
    assert some.second == np.minimum(cell.runs.weeks(some.outcome), 16.0).mean() > some.value


def test_differences_are_to_the_cell_that_was_chosen() -> None:
    table = cells().table(["presence"], against={"summit_week": 4, "weeks_to_go": 21})
    first, *others = table.itertuples()
    assert np.isnan(first.difference)
    for number, row in enumerate(others, 1):
        assert row.difference == cells().compare(0, number).difference("presence").value
    assert table.equals(cells().table(["presence"], against=0))
    assert table.equals(cells().table(["presence"], against=cells().labels[0]))


def test_an_outcome_without_a_value_has_none_and_an_unknown_one_is_refused() -> None:
    never = cells().table(["table.doha.agreed_week"], against=1)
    assert never["value"].isna().all()
    assert never["runs"].eq(0).all()
    told = never.dropna(subset=["difference"])  # a week that never comes in either is not later in one
    assert told[["difference", "first", "second", "pairs"]].eq([0.0, 16.0, 16.0, 1.0]).all(axis=None)
    assert len(told) == len(never) - 1
    with pytest.raises(InputError, match="did you mean takeover"):
        cells().table(["takover"])


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"summit_week": 4}, "2 cells of 4: summit_week=4; allowed: summit_week: 4, 12, weeks_to_go: 21, 52"),
        ({"summit_week": 5, "weeks_to_go": 21}, "0 cells of 4: summit_week=5, weeks_to_go=21"),
        ({"summit_wek": 4}, "did you mean summit_week"),
        ("turkey_summit", "'turkey_summit' is not a cell"),
    ],
)
def test_a_cell_that_there_is_not_is_told_in_one_line(where: str | dict[str, float], told: str) -> None:
    with pytest.raises(InputError) as caught:
        cells().at(where)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_python_s_grid_is_the_shell_s(tmp_path: Path) -> None:
    levers = ["scenario.levers.summit_week=4,12", "scenario.levers.weeks_to_go=21,52", "horizon=16"]
    size = ["size.name=mine", f"size.draws={DRAWS}", f"size.runs={RUNS}", f"seed={SEED}"]
    assert main(["-m", "scenario=turkey_summit", *levers, *size, f"out={tmp_path / 'shell'}"]) == 0
    shell = sim.open(tmp_path / "shell")
    python = sim.grid(base(104), summit_week=[4, 12], weeks_to_go=[21, 52], horizon=16, **SIZE)
    pd.testing.assert_frame_equal(shell.table(TOLD), python.table(TOLD))
    assert shell.labels == python.labels


def test_a_grid_that_was_kept_is_opened_as_it_was_and_not_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"off": [[], ["red_lines"]], "fixed": {"trust.US.PAK": [0.1, 0.9]}, "horizon": [8, 12], "summit_week": 5}
    monkeypatch.chdir(tmp_path)
    kept = sim.grid(base(), **given, **SIZE, out="kept")  # type: ignore[arg-type]
    memory = sim.grid(base(), **given, **SIZE)  # type: ignore[arg-type]
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").rglob("*")}
    again = sim.grid(base(), **given, **SIZE, out="kept")  # type: ignore[arg-type]
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").rglob("*")} == files
    opened = sim.open("kept")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for found in (kept, again, opened, *(pickle.loads(pickle.dumps(one)) for one in (memory, opened))):
        pd.testing.assert_frame_equal(found.table(TOLD), memory.table(TOLD))
        first = found.table(["presence"], against=2)["difference"].isna()
        assert first.tolist() == [n == 2 for n in range(8)]
        assert pickle.loads(pickle.dumps(found[5].runs)).mean("presence") == memory[5].runs.mean("presence")
        assert found.swept == {"horizon": (8, 12), "off": ("[]", "[red_lines]"), "trust.US.PAK": (0.1, 0.9)}
    cell = opened.at({"trust.US.PAK": 0.9, "off": ["red_lines"], "horizon": 12})
    assert cell.scenario.fixed == {"trust.US.PAK": 0.9}
    assert cell.scenario.off == ("red_lines",)
    assert cell.runs.explain(3).story


def test_a_grid_of_another_case_or_engine_is_refused_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim.grid(base(), summit_week=[4, 12], out=tmp_path, **SIZE)
    monkeypatch.setattr("sim.storage.provenance.results_digest", lambda: "0" * 16)
    with pytest.raises(InputError, match=r"made by another engine, .*: engine: .* there, .* now"):
        sim.open(tmp_path)


def test_a_grid_that_is_not_whole_says_what_adds_the_rest(tmp_path: Path) -> None:
    sim.grid(base(), summit_week=[4, 12], out=tmp_path, **SIZE)
    next((tmp_path / "runs").glob("runs-*")).unlink()
    with pytest.raises(InputError, match="start the same again in this folder"):
        sim.open(tmp_path)
    whole = sim.grid(base(), summit_week=[4, 12], out=tmp_path, **SIZE)
    assert sim.open(tmp_path).table().equals(whole.table())


@pytest.mark.parametrize("kept", [False, True])
def test_scenarios_that_are_given_one_by_one_are_one_table(tmp_path: Path, kept: bool) -> None:
    given = [base(), base().change(summit_week=12), sim.load_case().scenario("status_quo", epoch="2021-04", horizon=16)]
    found = sim.sweep(given, **SIZE, out=tmp_path / "list" if kept else None)  # type: ignore[call-overload]
    assert found.labels == ("turkey_summit levers.summit_week=4", "turkey_summit levers.summit_week=12", "status_quo")
    assert [cell.scenario for cell in found] == given
    for cell, scenario in zip(found, given, strict=True):
        pd.testing.assert_frame_equal(cell.runs.outcomes, sim.sweep(scenario, **SIZE).outcomes)
    table = found.table(["presence"], against="status_quo")
    assert table["summit_week"].tolist()[:2] == [4.0, 12.0]
    assert table["difference"].isna().tolist() == [False, False, True]
    if kept:
        (tmp_path / "list" / "mine").mkdir()
        with pytest.raises(InputError, match="holds another list of scenarios, with 002-status_quo"):
            sim.sweep(given[:2], **SIZE, out=tmp_path / "list")  # type: ignore[call-overload]
        assert sim.open(tmp_path / "list").table(TOLD).equals(found.table(TOLD))


def test_cells_show_how_many_they_are_over_what() -> None:
    assert repr(cells()) == "<4 cells over summit_week, weeks_to_go: 24 draws x 2 runs each>"
    assert repr(cells()[:1]) == "<1 cell over nothing: 24 draws x 2 runs each>"
    assert repr(cells()[:0]) == "<no cells>"
    assert cells()._repr_html_().count("<tr") == 1 + 4 * len(sim.settlements())
    assert cells()[1:3].labels == cells().labels[1:3]
    assert cells()[cells().labels[2]] == cells()[2]
    with pytest.raises(IndexError):
        cells()[4]


def test_no_switch_is_one_list_of_switches() -> None:
    given = sim.load_case().scenario("turkey_summit", horizon=8, off=["red_lines"])
    for off in ([], [[]]):
        (cell,) = sim.grid(given, draws=1, runs=1, off=off, progress=False)
        assert cell.scenario.off == ()


def test_the_same_scenario_twice_and_none_are_refused_before_anything_runs() -> None:
    with pytest.raises(InputError, match="number 1 is the same as number 0"):
        sim.sweep([base(), base()])
    with pytest.raises(InputError, match="there are none"):
        sim.sweep([])
    assert told_apart([base(), base().change(horizon=8)]) == ({"horizon": 16}, {"horizon": 8})


@pytest.mark.parametrize("values", [np.array([4, 12]), range(4, 13, 8), (4.0, 12), pd.Series([4, 12]), iter([4, 12])])
def test_values_are_any_numbers_in_order(values: object) -> None:
    given = {**SIZE, "draws": np.int64(2), "runs": np.int32(1)}
    found = sim.grid(base(8), summit_week=values, **given)  # type: ignore[arg-type]
    assert found.swept == {"summit_week": (4.0, 12.0)}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"summit_wek": [1]}, "did you mean levers.summit_week"),
        ({"summit_week": [1]}, "levers.summit_week: 1 is out of range; allowed: 2 to 52 weeks"),
        ({"summit_week": [4, 4]}, "levers.summit_week: 4 is given twice"),
        ({"summit_week": []}, "levers.summit_week: has no values"),
        ({"summit_week": ["a"]}, "levers.summit_week: 'a' is not a number"),
        ({"off": ["red_linez"]}, "did you mean red_lines"),
        ({"epoch": ["2018"]}, "is not an epoch"),
        ({"horizon": [2.5]}, "horizon: 2.5 is not a whole number of weeks"),
        ({"fixed": {"trust.US.PAC": [1]}}, "is not uncertain at 2021-04"),
        (
            {"draws": 3_000_000},
            "are too many for memory; allowed: up to 2,000,000 in memory, any number with out=FOLDER",
        ),
    ],
)
def test_a_mistake_is_told_in_one_line(given: dict[str, object], told: str) -> None:
    with pytest.raises(InputError) as caught:
        sim.grid(base(), **{**SIZE, **given})  # type: ignore[arg-type]
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
