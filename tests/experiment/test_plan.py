"""A sweep is one plan: a grid made once, a baseline for every cell, one folder, the same rows as single sweeps."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import load_scenario, scenario_names
from sim.engine.sweep import Sweep
from sim.evidence.loading import load_evidence
from sim.evidence.rows import Evidence
from sim.experiment.grid import Axis, grid_of, text
from sim.experiment.plan import Plan
from sim.inputs import InputError
from sim.storage import work
from sim.storage.collection import Collection, Extent, checked, extent
from sim.storage.plans import configuration, missing, run_parts, run_plan
from sim.storage.work import MEASURED_RUNS, cost, part_at, parts, run_parts_of
from sim.surface import sweep as single_sweep


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case()


@pytest.fixture(scope="module")
def evidence(case: Case) -> Evidence:
    return load_evidence(case.folder / "evidence", case=case)


SUMMIT = Axis("scenario", ("turkey_summit",))


def plan(case: Case, evidence: Evidence, axes: Sequence[Axis], draws: int = 3, runs: int = 2, **sizes: int) -> Plan:
    return Plan(grid_of(case, evidence, axes), draws, runs, **sizes)


# --- the grid --------------------------------------------------------------------------------------------------------


def test_cells_are_all_combinations_the_last_axis_fastest(case: Case, evidence: Evidence) -> None:
    axes = [SUMMIT, Axis("levers.summit_week", (4, 12)), Axis("fixed.trust.US.PAK", (0.1, 0.5, 0.9))]
    found = plan(case, evidence, axes)
    swept = [tuple(found.cell(n).swept.values()) for n in range(found.asked)]
    assert swept == list(itertools.product((4, 12), (0.1, 0.5, 0.9)))


def test_a_cell_is_the_scenario_with_its_values(case: Case, evidence: Evidence) -> None:
    axes = [SUMMIT, Axis("levers.summit_week", (4, 12)), Axis("horizon", (52,)), Axis("off", (("red_lines",),))]
    cell = plan(case, evidence, [*axes, Axis("fixed.patience", (1.0,))]).cell(1)
    alone = load_scenario(case, "turkey_summit").change(
        summit_week=12, horizon=52, off=["red_lines"], fixed={"patience": 1.0}
    )
    assert cell.scenario == alone
    assert cell.label == "turkey_summit levers.summit_week=12"


def test_without_a_scenario_a_plan_is_over_all_of_the_case(case: Case, evidence: Evidence) -> None:
    found = plan(case, evidence, [])
    assert tuple(found.cell(n).scenario.scenario for n in range(found.asked)) == scenario_names(case)


def test_every_cell_has_a_baseline_of_its_own_epoch_horizon_and_fixed_values(case: Case, evidence: Evidence) -> None:
    found = plan(case, evidence, [Axis("fixed.patience", (1.0, 1.5)), Axis("off", ((), ("learning",)))])
    for n in range(found.asked):
        cell = found.cell(n)
        if cell.scenario.scenario == "status_quo":
            assert cell.baseline is None
            continue
        assert cell.baseline is not None
        base = found.cell(cell.baseline).scenario
        one, other = ((s.epoch, s.horizon, s.fixed, s.off) for s in (cell.scenario, base))
        assert (base.scenario, one) == ("status_quo", other)


def test_no_baseline_is_simulated_twice(case: Case, evidence: Evidence) -> None:
    found = plan(case, evidence, [])
    seen = [(cell.scenario.scenario, cell.scenario.epoch, cell.scenario.horizon) for cell in found]
    assert len(set(seen)) == len(seen)


def test_a_hundred_thousand_cells_are_one_plan(case: Case, evidence: Evidence) -> None:
    shares = tuple(n / 100 for n in range(100))
    axes = [SUMMIT, Axis("levers.summit_week", tuple(range(2, 52))), Axis("fixed.trust.US.PAK", shares)]
    found = plan(case, evidence, [*axes, Axis("fixed.patience", tuple(0.5 + n / 20 for n in range(20)))])
    assert (found.asked, len(found)) == (100_000, 102_000)  # a baseline for each of the fixed values
    assert found.cell(99_999).swept == {
        "levers.summit_week": 51, "fixed.trust.US.PAK": 0.99, "fixed.patience": 1.45,
    }  # fmt: skip


BROKEN = {
    Axis("scenario", ("turky_summit",)): "scenario: 'turky_summit' is not a scenario; allowed: ",
    Axis("levers.sumit_week", (4,)): (
        "levers.sumit_week: turkey_summit has no such lever; allowed: levers.summit_week, levers.weeks_to_go; "
        "did you mean levers.summit_week?"
    ),
    Axis("levers.summit_week", (1,)): "levers.summit_week: 1 is out of range; allowed: 2 to 52 weeks",
    Axis("levers.summit_week", ("four",)): "levers.summit_week: 'four' is not a number; allowed: a number",
    Axis("levers.summit_week", (4, 4)): "levers.summit_week: 4 is given twice",
    Axis("levers.summit_week", ()): "levers.summit_week: has no values",
    Axis("epoch", ("2021-05",)): "epoch: '2021-05' is not an epoch; allowed: 2018-12, 2019-04, 2019-07, 2021-04",
    Axis("horizon", (0,)): "horizon: 0 is no horizon; allowed: a whole number of weeks, 1 to 260",
    Axis("off", ("red_lines",)): "off: 'red_lines' is not a list; allowed: a list of red_lines, guarantors",
    Axis("off", (("red_line",),)): "off: 'red_line' is not a switch; allowed: a list of red_lines, guarantors",
    Axis("fixed.trust.US.PAK", (1.5,)): "fixed.trust.US.PAK: 1.5 is out of range; allowed: 0 to 1",
    Axis("fixed.patience", (3,)): "fixed.patience: 3 is out of range; allowed: ",
    Axis("fixed.trust.US.PKA", (0.5,)): (
        "fixed.trust.US.PKA: 'trust.US.PKA' is not uncertain at 2021-04; allowed: a column of the draws; "
        "did you mean trust.US.PAK?"
    ),
}


@pytest.mark.parametrize("axis", BROKEN, ids=lambda axis: f"{axis.key}={axis.values}")
def test_an_impossible_axis_is_refused_before_anything_runs(case: Case, evidence: Evidence, axis: Axis) -> None:
    with pytest.raises(InputError) as caught:
        len(plan(case, evidence, [axis] if axis.key == "scenario" else [SUMMIT, axis]))
    assert str(caught.value).startswith(f"configuration: {BROKEN[axis]}")


def test_a_value_is_written_as_on_the_command_line() -> None:
    assert [text(value) for value in (0.1 + 0.2, 12, (), ("a", "b"), "2021-04")] == [
        "0.3",
        "12",
        "[]",
        "[a,b]",
        "2021-04",
    ]


# --- the work --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draws", "runs", "part_runs"),
    [
        (3, 2, 25_000),
        (500, 10, 25_000),
        (5000, 20, 25_000),
        (60_000, 1, 25_000),
        (10, 40_000, 25_000),
        (60_000, 1, 120_000),
    ],
)
def test_parts_cover_every_cell_once_and_know_where_it_is(
    case: Case, evidence: Evidence, draws: int, runs: int, part_runs: int
) -> None:
    axes = [SUMMIT, Axis("levers.summit_week", tuple(range(2, 40)))]
    found = plan(case, evidence, axes, draws, runs, part_runs=part_runs)
    shards = found.sweep(0).shards
    covered = [
        (cell, shard)
        for part in parts(found)[: run_parts_of(found)]
        for cell in range(part.first, part.last)
        for shard in (range(shards) if part.shard is None else (part.shard,))
    ]
    assert covered == [(cell, shard) for cell in range(len(found)) for shard in range(shards)]
    assert all(part_at(found, part.number) == part and part.first < part.last for part in parts(found))
    assert sum(work.runs_in(found, part) for part in parts(found)) == found.total
    drawn = [n for part in parts(found)[run_parts_of(found) :] for n in range(part.first, part.last)]
    assert drawn == list(range(draws))  # of one epoch


def test_a_cell_is_ready_as_far_as_its_part_and_that_of_its_baseline_are_there(
    case: Case, evidence: Evidence, tmp_path: Path
) -> None:
    axes = [SUMMIT, Axis("levers.summit_week", tuple(range(2, 8))), Axis("horizon", (4,))]
    found = plan(case, evidence, axes, part_runs=12)  # two cells a part, the baseline in the fourth
    assert [(part.first, part.last) for part in parts(found)[:4]] == [(0, 2), (2, 4), (4, 6), (6, 7)]
    folder = tmp_path / "runs"
    run_plan(found, folder, progress=False)
    (path,) = folder.glob("runs-000001-*")
    path.unlink()
    assert extent(folder, found) == Extent((0, 1, 4, 5), 3)


def test_what_is_missing_is_named_and_five_parts_are_enough(case: Case, evidence: Evidence, tmp_path: Path) -> None:
    axes = [SUMMIT, Axis("levers.summit_week", tuple(range(2, 9))), Axis("horizon", (4,))]
    found = plan(case, evidence, axes, part_runs=6)
    run_plan(found, tmp_path, progress=False)
    for number in range(6):
        assert part_at(found, number).first == number
        next(tmp_path.glob(f"runs-{number:06}-*")).unlink()
        with pytest.raises(InputError) as caught:
            Collection(found, tmp_path).files  # noqa: B018 - the point of the test
        named = ", ".join(map(str, range(min(number + 1, 5)))) + (", ..." if number == 5 else "")
        assert f"{number + 1} of 9 parts are missing ({named})" in str(caught.value)
    assert run_parts(folder=tmp_path, numbers=range(6)) == 6


def test_a_table_of_draws_begins_with_its_epoch(swept: Plan, folder: Path) -> None:
    (path,) = folder.glob("draws-*")
    table = pq.read_table(path)
    assert table.column_names[:2] == ["epoch", "draw"]
    assert table["epoch"].unique().to_pylist() == [swept.cell(0).scenario.epoch]


def test_a_plan_is_measured_at_its_first_middle_and_last_cell(swept: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []

    def seconds(plan: Plan, number: int, draws: int) -> tuple[float, int]:
        measured.append(number)
        return 1.0 + number + draws, draws

    monkeypatch.setattr(work, "_seconds", seconds)
    found = cost(swept, threads=1)
    last = len(swept) - 1
    assert sorted(set(measured)) == sorted({0, len(swept) // 2, last})
    few, at = max(2, MEASURED_RUNS // swept.runs), (0, len(swept) // 2, last)
    each = sum(2.0 + number for number in at) / 3 * len(swept)
    assert found.seconds == pytest.approx(each + (few - 1.0) / few * swept.weeks)


@pytest.fixture(scope="module")
def swept(case: Case, evidence: Evidence) -> Plan:
    axes = [SUMMIT, Axis("levers.summit_week", (4, 12)), Axis("fixed.trust.US.PAK", (0.1, 0.9)), Axis("horizon", (30,))]
    return plan(case, evidence, axes, paths=3, band_runs=6)


@pytest.fixture(scope="module")
def folder(swept: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("plan") / "runs"
    run_plan(swept, place, progress=False)
    return place


def test_a_cell_has_the_rows_of_a_single_sweep_of_its_scenario(swept: Plan, folder: Path) -> None:
    run_plan(swept, folder, progress=False)
    for number, cell in enumerate(Collection(swept, folder)):
        alone = single_sweep(swept.cell(number).scenario, 3, 2, seed=1, paths=3, band_runs=6, progress=False)
        for name in alone.columns:
            np.testing.assert_array_equal(cell.runs.column(name), alone.column(name))
        np.testing.assert_array_equal(cell.runs.draws_table(), alone.draws_table())
        np.testing.assert_array_equal(cell.runs.band_counts(), alone.band_counts())
        np.testing.assert_array_equal(cell.runs.path_values()[1], alone.path_values()[1])
        assert cell.runs.errors() == alone.errors()


def test_the_swept_values_are_columns_of_one_table(swept: Plan, folder: Path) -> None:
    (path,) = folder.glob("runs-*.parquet")
    table = pq.read_table(path, columns=["cell", "scenario", "levers.summit_week", "fixed.trust.US.PAK"]).to_pydict()
    asked = [(table["levers.summit_week"][n], table["fixed.trust.US.PAK"][n]) for n in range(0, 24, 6)]
    assert asked == [(4, 0.1), (4, 0.9), (12, 0.1), (12, 0.9)]
    assert sorted(set(table["cell"])) == list(range(len(swept)))


def test_what_is_there_is_not_done_again_and_what_is_broken_is(swept: Plan, folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    run_plan(swept, folder, progress=False)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    (path,) = folder.glob("runs-*.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=rf"{path.name}: a file is broken"):
        checked(folder)
    run_plan(swept, folder, progress=False)
    assert {path.name for path in folder.iterdir()} == set(before)
    path.unlink()
    assert missing(folder, swept) == [part_at(swept, 0)]
    run_plan(swept, folder, progress=False)


def test_another_plan_in_the_same_folder_is_refused_with_the_difference(
    case: Case, evidence: Evidence, swept: Plan, folder: Path
) -> None:
    with pytest.raises(InputError, match=r"holds a plan of another configuration: .*draws: 3 there, 4 now"):
        run_plan(Plan(swept.grid, 4, 2, paths=3, band_runs=6), folder, progress=False)


@pytest.mark.parametrize(
    "change",
    [
        {"draws": 4},
        {"runs": 3},
        {"seed": 2},
        {"paths": 2},
        {"band_runs": 3},
        {"passes": ("pass_a",)},
        {"implied": False},
    ],
)
def test_whatever_decides_the_numbers_is_in_the_configuration(swept: Plan, change: dict[str, Any]) -> None:
    assert configuration(replace(swept, **change)) != configuration(swept)


def test_a_plan_of_many_cells_keeps_no_weeks(case: Case, evidence: Evidence) -> None:
    found = plan(case, evidence, [SUMMIT, Axis("levers.weeks_to_go", tuple(range(4, 105)))], paths=3, band_runs=6)
    one: Sweep = found.sweep(0)
    assert (one.paths, one.band_runs) == (0, 0)
