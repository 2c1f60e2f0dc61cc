"""A folder of a sweep is filled with what it lacks and read as what was put there, with shards made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from shards import FAILED, WEEKS, hand_made, kept_once, rows_of, shard_of, small_sweep

from sim.inputs import InputError
from sim.storage import sweeps
from sim.storage.files import KINDS, named_files
from sim.storage.provenance import RESULTS_EPOCH, case_digests, scenario_data
from sim.storage.sweeps import StoredRuns, configuration, missing_shards, open_sweep, run_sweep, write_shard
from sim.version import results_digest

SWEEP = small_sweep()


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("once")


@pytest.fixture
def folder(once: Path, tmp_path: Path) -> Path:
    """The whole sweep of three shards; runs 4 and 14 have failed."""
    errors = {4: FAILED, 14: "odd"}
    return kept_once(once, "sweep", lambda place: run_sweep(SWEEP, place, progress=False), tmp_path / "kept", errors)


def gone(folder: Path, *files: tuple[str, int]) -> None:
    named = named_files(folder)
    for file in files:
        named[file].unlink()


# --- what decides the numbers ----------------------------------------------------------------------------------------


def test_the_configuration_is_all_that_decides_the_numbers() -> None:
    sweep = small_sweep(passes=("coding",), implied=False)
    assert configuration(sweep) == {
        "format": 3, "results_epoch": RESULTS_EPOCH, "engine": results_digest(), "case": "textbook",
        "digests": case_digests(sweep.case), "scenario": json.loads(json.dumps(scenario_data(sweep.scenario))),
        "passes": ["coding"], "implied": False, "seed": 7, "draws": 5, "runs": 3, "shard_runs": 6, "paths": 3,
        "band_runs": 8,
    }  # fmt: skip
    assert configuration(replace(sweep, piece=1)) == configuration(sweep)


# --- filling a folder ------------------------------------------------------------------------------------------------


def test_a_folder_gets_a_file_of_each_kind_for_each_shard(folder: Path) -> None:
    assert set(named_files(folder)) == {(kind, number) for kind in KINDS for number in range(3)}
    said = json.loads((folder / "sweep.json").read_text())
    assert set(said.pop("notes")) == {"jirga", "versions"}
    assert said == configuration(SWEEP)
    assert (folder / "case" / "case.yaml").read_bytes() == (SWEEP.case.folder / "case.yaml").read_bytes()
    metadata = pq.read_schema(named_files(folder)["bands", 2]).metadata
    assert json.loads(metadata[b"jirga.configuration"]) == configuration(SWEEP)
    assert (metadata[b"jirga.kind"], metadata[b"jirga.shard"]) == (b"bands", b"2")


def test_the_runs_of_a_shard_are_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[str, int]] = []
    monkeypatch.setattr(sweeps, "write_table", lambda folder, kind, number, *_: written.append((kind, number)))
    write_shard(tmp_path, SWEEP, shard_of(SWEEP, 1))
    assert written == [("draws", 1), ("paths", 1), ("bands", 1), ("runs", 1)]
    write_shard(tmp_path, SWEEP, shard_of(SWEEP, 0), ["runs"])
    assert written[4:] == [("runs", 0)]


def test_only_what_is_missing_is_computed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name for path in folder.iterdir()}
    gone(folder, ("bands", 0), ("draws", 2), ("runs", 2))
    assert missing_shards(folder, SWEEP) == [0, 2]
    made = hand_made(monkeypatch, {4: FAILED, 14: "odd"})
    run_sweep(sweep=SWEEP, folder=folder, threads=5, progress=False)
    assert made.asked == [("modest_wish", 0, 5), ("modest_wish", 2, 5)]
    assert {path.name for path in folder.iterdir()} == before
    run_sweep(SWEEP, folder, progress=False)
    assert len(made.asked) == 2


def test_a_broken_file_is_told_of_and_its_shard_is_done_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = named_files(folder)["paths", 1]
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert missing_shards(folder, SWEEP) == [1]
    made, told = hand_made(monkeypatch), list[str]()
    run_sweep(SWEEP, folder, progress=False, told=told.append)
    assert told == [f"{path}: its bytes are not what was written; this shard is done again"]
    assert path.read_bytes() == whole
    assert made.asked == [("modest_wish", 1, None)]
    path.write_bytes(whole[:-1])
    run_sweep(SWEEP, folder, progress=False)
    assert path.read_bytes() == whole


def test_a_shard_that_cannot_be_written_ends_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_made(monkeypatch)

    def refuse(folder: Path, sweep: Any, shard: Any) -> None:
        if shard.number == broken:
            raise InputError(folder, "out", f"full at {shard.number}")

    monkeypatch.setattr(sweeps, "write_shard", refuse)
    for broken in range(3):
        with pytest.raises(InputError, match=f"out: full at {broken}"):
            run_sweep(SWEEP, tmp_path / str(broken), progress=False)


def test_bars_and_threads_are_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def compute(sweep: Any, todo: Any, **how: Any) -> Any:
        asked.append((todo, how))
        return iter(())

    monkeypatch.setattr(sweeps, "compute", compute)
    assert isinstance(run_sweep(SWEEP, tmp_path), StoredRuns)
    run_sweep(SWEEP, tmp_path, threads=2, progress=True)
    assert asked == [([0, 1, 2], {"threads": None, "progress": None}), ([0, 1, 2], {"threads": 2, "progress": True})]


# --- reading it ------------------------------------------------------------------------------------------------------


def test_every_column_is_read_as_it_was_put_there(folder: Path) -> None:
    found, rows = open_sweep(str(folder)), rows_of(SWEEP, 0, 15)
    assert (found.folder, found.sweep.total) == (folder, 15)
    for name, column in found.columns.items():
        wanted = rows[column.field][(slice(None), *column.place)].copy()
        read = found.read(column)
        assert read.dtype == wanted.dtype
        wanted[[4, 14]] = np.nan if column.kind == "f4" else -1
        np.testing.assert_array_equal(read, wanted, err_msg=name)


def test_a_row_is_that_of_its_run(folder: Path) -> None:
    found = open_sweep(folder)
    for number in (0, 5, 6, 13):
        row, wanted = found.row(number), rows_of(SWEEP, number, number + 1)
        assert list(row) == list(found.columns)
        assert row["table.well.sessions"] == int(wanted.sessions[0, 0])
        np.testing.assert_equal(row["presence"], float(wanted.presence[0]))
    assert found.row(4)["table.well.sessions"] == -1


def test_errors_are_told_by_the_number_of_the_run_each_time_anew(folder: Path) -> None:
    found = open_sweep(folder)
    assert found.errors() == {4: FAILED, 14: "odd"}
    found.errors().clear()
    assert found.errors() == {4: FAILED, 14: "odd"}


def test_draws_paths_and_bands_are_those_of_all_shards(folder: Path) -> None:
    found, shards = open_sweep(folder), [shard_of(SWEEP, number) for number in range(3)]
    draws = found.draws_table()
    assert draws.dtype == np.float32
    np.testing.assert_array_equal(draws, np.concatenate([shard.draws for shard in shards]))
    numbers, paths = found.path_values()
    assert numbers.tolist() == [0, 5, 10]
    np.testing.assert_array_equal(paths, np.concatenate([shard.paths for shard in shards]))
    np.testing.assert_array_equal(found.band_counts(), sum(shard.bands for shard in shards))
    assert found.band_counts().shape == (WEEKS + 1, 9, 128)


def test_a_sweep_is_asked_in_sql_over_all_its_shards(folder: Path) -> None:
    found = open_sweep(folder)
    sql = "select (select count(*) from runs), (select count(*) from draws), (select max(number) from paths), "
    assert found.query(sql + "(select sum(runs) from bands)").fetchall() == [(15, 5, 10, 8 * (WEEKS + 1) * 9)]


@pytest.mark.parametrize(
    ("shards", "files", "named"),
    [
        (3, [("runs", 1)], "1 of 3 shards are missing or broken (1)"),
        (3, [("draws", 0), ("draws", 2), ("runs", 2)], "2 of 3 shards are missing or broken (0, 2)"),
        (6, [("runs", n) for n in range(5)], "5 of 6 shards are missing or broken (0, 1, 2, 3, 4)"),
        (6, [("runs", n) for n in range(6)], "6 of 6 shards are missing or broken (0, 1, 2, 3, 4, ...)"),
    ],
)
def test_a_folder_that_lacks_shards_says_which(
    shards: int, files: list[tuple[str, int]], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_made(monkeypatch)
    sweep = small_sweep(draws=2 * shards, paths=0, band_runs=0)
    runs = run_sweep(sweep, tmp_path / "kept", progress=False)
    gone(tmp_path / "kept", *files)
    told = f"{tmp_path / 'kept'}: {named}; allowed: start the same sweep again in this folder: it adds them"
    for call in (lambda: open_sweep(tmp_path / "kept"), runs.band_counts):
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value) == told


# --- opening ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nowhere", "file", "empty"])
def test_a_place_without_a_sweep_holds_none(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        open_sweep(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: holds no sweep; allowed: a folder that a sweep was written to"


@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"draws": 2, "runs": 2, "seed": 2**64 - 1, "paths": 0, "band_runs": 0, "shard_runs": 100},
        {"passes": ("coding",), "implied": False},
    ],
)
def test_a_sweep_is_opened_as_it_was_begun(
    sizes: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_made(monkeypatch)
    sweep = small_sweep(**sizes)
    run_sweep(sweep, tmp_path / "kept", progress=False)
    found = open_sweep(tmp_path / "kept").sweep
    assert configuration(found) == configuration(sweep)
    assert found.passes == sweep.passes
    assert found.case.folder == (tmp_path / "kept" / "case").resolve()
    assert found.scenario.file == str(tmp_path / "kept" / "sweep.json")


def test_a_configuration_that_was_edited_is_not_opened(folder: Path) -> None:
    said = json.loads((folder / "sweep.json").read_text())
    (folder / "sweep.json").write_text(json.dumps({**said, "case": "another"}))
    with pytest.raises(InputError, match='holds a sweep of another configuration: case: "another" there, "textbook"'):
        open_sweep(folder)
