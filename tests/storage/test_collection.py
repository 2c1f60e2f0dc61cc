"""The cells of a plan are read from its folder, as far as there is something of each; what is missing is told."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from shards import FAILED, WEEKS, coded, hand_made, kept_once, rows_of, shard_of, small_plan, textbook

from sim.experiment.grid import Axis, grid_of
from sim.experiment.plan import Plan
from sim.experiment.runs import Runs
from sim.inputs import InputError
from sim.storage.collection import Collection, Extent, checked, extent, open_plan
from sim.storage.files import named_files
from sim.storage.plans import run_plan
from sim.storage.work import Part

WISH = Axis("scenario", ("modest_wish",))
WISHES = WISH, Axis("levers.wish", (0.5, 0.6))
BY_SHARD, BY_CELLS = 6, 30  # runs of a part: one shard of a cell, or two cells


def three(part_runs: int = BY_SHARD, **sizes: Any) -> Plan:
    """Two cells and their baseline, in nine parts or in two, and a table of draws."""
    return small_plan(*WISHES, part_runs=part_runs, **sizes)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("once")


@pytest.fixture(params=[BY_SHARD, BY_CELLS], ids=["by shard", "by cells"])
def whole(request: pytest.FixtureRequest, once: Path, tmp_path: Path) -> Collection:
    """All of a plan; runs 4 and 14 of each cell have failed."""
    plan, name, place = three(request.param), f"failed-{request.param}", tmp_path / "runs"
    kept_once(once, name, lambda folder: run_plan(plan, folder, progress=False), place, {4: FAILED, 14: "odd"})
    return Collection(plan, place)


@pytest.fixture
def begun(once: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder of a plan without some parts."""

    def begin(plan: Plan, *gone: int) -> Path:
        name = f"{plan.part_runs}-{'-'.join(cell.label for cell in plan)}"[:100]
        kept_once(once, name, lambda folder: run_plan(plan, folder, progress=False), tmp_path / "runs")
        for (_, number), path in named_files(tmp_path / "runs").items():
            if number in gone:
                path.unlink()
        return tmp_path / "runs"

    return begin


def presence(runs: Runs) -> Any:
    """One outcome of all runs."""
    return runs.read(runs.columns["presence"])


# --- cells -----------------------------------------------------------------------------------------------------------


def test_a_collection_is_a_sequence_of_the_cells_that_were_asked_for(whole: Collection) -> None:
    assert len(whole) == 2
    assert whole.draws == 5
    assert repr(whole) == f"<2 cells of 5 draws x 3 runs in {whole.folder}>"
    labels = ["modest_wish levers.wish=0.5", "modest_wish levers.wish=0.6"]
    assert [cell.label for cell in whole] == labels
    assert [whole[n].label for n in (0, 1, -1, -2)] == [*labels, *reversed(labels)]
    assert [cell.label for cell in whole[:1]] == labels[:1]
    assert [cell.label for cell in whole[::-1]] == labels[::-1]
    assert whole[2:] == ()
    assert dict(whole[1].swept) == {"levers.wish": 0.6}
    for number in (2, -3):
        with pytest.raises(IndexError, match=str(number)):
            whole[number]


def test_a_cell_is_paired_with_its_baseline_which_is_read_once(whole: Collection) -> None:
    first, other = whole
    assert first.paired is other.paired is whole.runs(2)
    assert first.runs is whole.runs(0)
    assert first.runs is not other.runs
    assert first.paired is not None
    assert first.paired.sweep.scenario.scenario == "status_quo"


def test_a_baseline_that_was_asked_for_has_no_pair(begun: Callable[..., Path]) -> None:
    plan = small_plan(Axis("scenario", ("modest_wish", "status_quo")))
    found = Collection(plan, begun(plan))
    assert found[1].paired is None
    assert found[0].paired is found[1].runs


def test_draws_have_the_weights_that_are_given(whole: Collection) -> None:
    assert whole[0].runs.weights is None
    weights = np.array([1.0, 2.0, 0.0, 1.0, 1.0])
    weighted = Collection(whole.plan, whole.folder, weights=weights)
    cell = weighted[0]
    assert cell.paired is not None
    for runs in (cell.runs, cell.paired):
        np.testing.assert_array_equal(runs.weights, weights)
    assert weighted == whole  # weights decide no run


def test_what_is_read_stays_in_its_process(whole: Collection) -> None:
    assert len(whole.files) > 0
    assert whole[0].runs.errors()
    again = pickle.loads(pickle.dumps(whole))
    assert set(vars(again)) == {"plan", "folder", "extent", "weights"}
    assert (again.folder, again.extent, again.weights) == (whole.folder, None, None)
    np.testing.assert_array_equal(again[1].runs.column("presence"), whole[1].runs.column("presence"))


def test_a_collection_and_its_extent_cannot_be_changed(tmp_path: Path) -> None:
    found = Collection(three(), tmp_path, Extent((0,), 2))
    for one, name in ((found, "extent"), (found.extent, "draws")):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, None)


# --- what a cell holds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_cell_has_the_numbers_that_were_put_there(number: int, whole: Collection) -> None:
    runs, sweep = whole.runs(number), whole.plan.sweep(number)
    rows = rows_of(sweep, 0, 15)
    assert len(runs) == 15
    for name, column in runs.columns.items():
        wanted = rows[column.field][(slice(None), *column.place)].copy()
        wanted[[4, 14]] = np.nan if column.kind == "f4" else -1
        np.testing.assert_array_equal(runs.read(column), wanted, err_msg=name)
    assert runs.errors() == {4: FAILED, 14: "odd"}
    shards = [shard_of(sweep, n) for n in range(sweep.shards)]
    numbers, paths = runs.path_values()
    assert numbers.tolist() == [0, 5, 10]
    np.testing.assert_array_equal(paths, np.concatenate([shard.paths for shard in shards]))
    np.testing.assert_array_equal(runs.band_counts(), sum(shard.bands for shard in shards))
    draws = runs.draws_table()
    assert draws.dtype == np.float32
    np.testing.assert_array_equal(draws, np.concatenate([shard.draws for shard in shards]))


def test_cells_of_one_part_are_told_apart_by_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_made(monkeypatch)
    axes = Axis("scenario", ("locked", "modest_wish", "status_quo")), Axis("horizon", (2, 3))
    plan = Plan(grid_of(textbook(), coded(), axes), 5, 3, 7, 3, 8, part_runs=75)
    run_plan(plan, tmp_path, progress=False)
    found = Collection(plan, tmp_path)
    assert [len(found.parts_of(cell)) for cell in range(6)] == [1] * 6
    for number in range(6):
        sweep = plan.sweep(number)
        np.testing.assert_array_equal(presence(found[number].runs), rows_of(sweep, 0, 15).presence)
        assert found[number].runs.path_values()[1].shape == (3, sweep.scenario.horizon + 1, 9)
        assert found[number].runs.band_counts().sum() == 8 * 9 * (sweep.scenario.horizon + 1)


def test_errors_are_told_each_time_anew(whole: Collection) -> None:
    runs = whole[0].runs
    runs.errors().clear()
    assert runs.errors() == {4: FAILED, 14: "odd"}
    assert whole.errors == {cell: {4: FAILED, 14: "odd"} for cell in range(3)}


def test_the_bands_of_eight_cells_stay_at_hand(begun: Callable[..., Path]) -> None:
    plan = small_plan(WISH, Axis("levers.wish", tuple(0.4 + n / 50 for n in range(9))), part_runs=1_000)
    found = Collection(plan, begun(plan))
    first = found.counts(0)
    for cell in range(8):
        found.counts(cell)
    assert found.counts(0) is first
    for cell in range(1, 9):
        found.counts(cell)
    assert found.counts(0) is not first


def test_a_plan_of_many_cells_has_no_weeks_to_read(begun: Callable[..., Path]) -> None:
    plan = small_plan(WISH, Axis("levers.wish", tuple(0.4 + n / 500 for n in range(100))), part_runs=2_000)
    found = Collection(plan, begun(plan))
    np.testing.assert_array_equal(presence(found[99].runs), rows_of(plan.sweep(99), 0, 15).presence)
    for kind, call in (("bands", found[0].runs.band_counts), ("paths", found[0].runs.path_values)):
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value) == f"{found.folder}: {kind}: are not kept by a plan of this many cells"


# --- what is missing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        ([4], "1 of 10 parts are missing (4)"),
        ([9], "1 of 10 parts are missing (9)"),
        ([0, 2, 3, 5, 8], "5 of 10 parts are missing (0, 2, 3, 5, 8)"),
        ([0, 2, 3, 5, 8, 9], "6 of 10 parts are missing (0, 2, 3, 5, 8, ...)"),
    ],
)
def test_a_folder_that_lacks_parts_says_which(gone: list[int], named: str, begun: Callable[..., Path]) -> None:
    plan = three()
    folder = begun(plan, *gone)
    told = f"{folder}: {named}; allowed: start the same again in this folder, or jirga resume out=FOLDER: it adds them"
    for call in (lambda: open_plan(folder), lambda: Collection(plan, folder).files):
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value) == told
    assert Collection(plan, folder, Extent((0,), 1)).files == named_files(folder)


@pytest.mark.parametrize(
    ("gone", "found"),
    [
        ([], Extent((0, 1), 5)),
        ([9], Extent((0, 1), 5)),  # the draws are a function of seed and number
        ([5], Extent((0, 1), 4)),  # of 2 x 4 and 1 x 5 draws
        ([1], Extent((1,), 5)),  # of 2 x 2 and 1 x 5
        ([1, 5], Extent((0, 1), 2)),  # of 2 x 2 and 1 x 4, which is as much, the one with more cells
        ([0], Extent((1,), 5)),
        ([3, 4], Extent((0,), 5)),
        ([7], Extent((0, 1), 2)),  # no further than the baseline
        ([0, 8], Extent((1,), 4)),
        ([1, 2, 4, 8], Extent((0, 1), 2)),
    ],
)
def test_of_what_is_there_as_many_runs_as_possible_are_looked_at(
    gone: list[int], found: Extent, begun: Callable[..., Path]
) -> None:
    assert extent(begun(three(), *gone), three()) == found


@pytest.mark.parametrize(
    ("part_runs", "gone"),
    [(BY_SHARD, [6]), (BY_SHARD, [0, 3]), (BY_SHARD, list(range(10))), (BY_CELLS, [0]), (BY_CELLS, [1])],
)
def test_where_no_cell_has_a_part_with_its_baseline_there_is_nothing_to_look_at(
    part_runs: int, gone: list[int], begun: Callable[..., Path]
) -> None:
    folder = begun(three(part_runs), *gone)
    with pytest.raises(InputError) as caught:
        extent(folder, three(part_runs))
    said = "no cell has a part that its baseline has too; allowed: jirga status out=FOLDER tells what is there"
    assert str(caught.value) == f"{folder}: {said}"


@pytest.mark.parametrize(("gone", "cells"), [([], (0, 1, 2, 3)), ([0], (2, 3)), ([1], (0, 1)), ([3], (0, 1, 2, 3))])
def test_cells_of_one_part_are_there_together(
    gone: list[int], cells: tuple[int, ...], begun: Callable[..., Path]
) -> None:
    plan = small_plan(WISH, Axis("levers.wish", (0.5, 0.6, 0.7, 0.8)), part_runs=BY_CELLS)
    assert extent(begun(plan, *gone), plan) == Extent(cells, 5)


def test_a_baseline_that_was_asked_for_is_ready_by_itself(begun: Callable[..., Path]) -> None:
    plan = small_plan(Axis("scenario", ("modest_wish", "status_quo")))
    assert extent(begun(plan, 0), plan) == Extent((1,), 5)


# --- a part of a plan ------------------------------------------------------------------------------------------------


def test_a_part_of_a_plan_is_what_a_smaller_sweep_would_be(begun: Callable[..., Path]) -> None:
    plan = three()
    folder = begun(plan, 0, 8)
    found = Collection(plan, folder, extent(folder, plan))
    assert (len(found), found.draws) == (1, 4)
    assert repr(found) == f"<1 cell of 4 draws x 3 runs in {folder}>"
    (cell,) = found
    assert cell.label == "modest_wish levers.wish=0.6"
    assert cell.paired is not None
    assert (cell.runs.sweep.draws, cell.paired.sweep.draws) == (4, 4)
    assert found.parts_of(1) == [Part(3, 1, 2, 0), Part(4, 1, 2, 1)]
    np.testing.assert_array_equal(presence(cell.runs), rows_of(plan.sweep(1), 0, 12).presence)
    np.testing.assert_array_equal(
        cell.runs.draws_table(), np.concatenate([shard_of(plan.sweep(1), n).draws for n in range(2)])
    )
    assert cell.runs.path_values()[0].tolist() == [0, 5, 10]
    with pytest.raises(IndexError):
        found[1]


@pytest.mark.parametrize(("draws", "numbers"), [(1, [3]), (2, [3]), (3, [3, 4]), (4, [3, 4]), (5, [3, 4, 5])])
def test_the_parts_of_a_cell_are_those_of_its_first_draws(draws: int, numbers: list[int], tmp_path: Path) -> None:
    assert [part.number for part in Collection(three(), tmp_path, Extent((1,), draws)).parts_of(1)] == numbers


def test_without_an_extent_a_cell_has_all_its_parts(tmp_path: Path) -> None:
    assert [part.number for part in Collection(three(), tmp_path).parts_of(2)] == [6, 7, 8]
    by_cells = Collection(three(BY_CELLS), tmp_path)
    assert [[part.number for part in by_cells.parts_of(cell)] for cell in range(3)] == [[0], [0], [1]]


def test_errors_of_a_part_of_a_plan_are_of_the_cells_that_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_made(monkeypatch, {4: FAILED})
    plan = three()
    run_plan(plan, tmp_path, progress=False)
    named_files(tmp_path)["runs", 0].unlink()
    found = Collection(plan, tmp_path, Extent((1,), 2))
    assert found.errors == {1: {4: FAILED}, 2: {4: FAILED}}
    assert found[0].runs.errors() == {4: FAILED}


def test_each_file_of_errors_is_read_once(whole: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    read, usual = [], pq.read_table
    monkeypatch.setattr(pq, "read_table", lambda path, **how: (read.append(path), usual(path, **how))[1])
    for cell in whole:
        cell.runs.errors()
    assert len(read) == len(set(read)) == (9 if whole.plan.part_runs == BY_SHARD else 2)


# --- whole or broken -------------------------------------------------------------------------------------------------


def test_a_plan_is_opened_as_it_was_put_there(whole: Collection) -> None:
    found = open_plan(whole.folder)
    assert [cell.label for cell in found] == [cell.label for cell in whole]
    np.testing.assert_array_equal(found[1].runs.column("presence"), whole[1].runs.column("presence"))
    assert checked(whole.folder) == whole.folder
    assert found.extent is None
    said = json.loads((whole.folder / "plan.json").read_text())
    (whole.folder / "plan.json").write_text(json.dumps({**said, "case": "another"}))
    with pytest.raises(InputError, match='a plan of another configuration: case: "another" there, "textbook" now'):
        open_plan(whole.folder)


@pytest.mark.parametrize(
    ("broken", "told"),
    [([("runs", 1)], "a file is broken"), ([("runs", 1), ("bands", 0), ("draws", 2)], "3 files are broken")],
)
def test_a_file_that_is_broken_is_named(broken: list[tuple[str, int]], told: str, begun: Callable[..., Path]) -> None:
    folder = begun(three(BY_CELLS))
    paths = [named_files(folder)[file] for file in broken]
    for path in paths:
        path.write_bytes(path.read_bytes() + b"x")
    for call in (checked, open_plan):
        with pytest.raises(InputError) as caught:
            call(folder)
        assert str(caught.value) == (
            f"{min(paths)}: {told}: not the bytes that were written; "
            "allowed: jirga resume out=FOLDER verify=true: it makes them again"
        )


def test_weeks_are_those_of_the_horizon(whole: Collection) -> None:
    assert whole[0].runs.band_counts().shape[0] == WEEKS + 1
