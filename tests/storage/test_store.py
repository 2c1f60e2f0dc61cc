"""A stored sweep is whole or takes up where it was left; what is broken is told of and done again, and nothing else."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from worlds import fail_a_draw

import sim
from sim.case.loading import load_case
from sim.engine.computing import compute, made
from sim.engine.engine import Engine
from sim.engine.sweep import Sweep
from sim.experiment.runs import Runs
from sim.inputs import InputError
from sim.storage import sweeps as store
from sim.storage.files import KINDS, differences, whole_files
from sim.storage.provenance import case_files
from sim.storage.sweeps import configuration, missing_shards, run_sweep
from sim.storage.tables import numbers_of

pytestmark = pytest.mark.long


@cache
def sweep() -> Sweep:
    """Four small shards."""
    scenario = load_case().scenario("recorded_course", horizon=12)  # some of its events come later
    return Sweep(scenario, draws=20, runs=3, seed=9, paths=4, band_runs=30, shard_runs=15)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the whole sweep."""
    run_sweep(sweep(), tmp_path / "kept", progress=False)
    return tmp_path / "kept"


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file and its bytes, but for those of the case."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def file_of(folder: Path, kind: str, number: int) -> Path:
    """A file of a shard."""
    return whole_files(folder)[kind, number]


def test_what_repeats_is_kept_once_and_numbers_of_the_reals_as_they_are(folder: Path) -> None:
    """A dictionary of values that hardly ever repeat would be a second copy of them."""
    stored = [pq.read_metadata(file_of(folder, kind, 0)).row_group(0) for kind in KINDS]
    columns = [group.column(n) for group in stored for n in range(group.num_columns)]
    seen = {(column.physical_type, any("DICTIONARY" in one for one in column.encodings)) for column in columns}
    assert {kind for kind, is_kept_once in seen if is_kept_once} >= {"INT32", "BYTE_ARRAY"}
    assert not {kind for kind, is_kept_once in seen if is_kept_once} & {"FLOAT", "DOUBLE"}
    assert {kind for kind, is_kept_once in seen if not is_kept_once} & {"FLOAT", "DOUBLE"}


def test_what_is_opened_is_what_was_computed(folder: Path) -> None:
    memory = Runs(sweep(), made(list(compute(sweep(), range(sweep().shards), progress=False))))
    disk = sim.open(folder)
    pd.testing.assert_frame_equal(disk.outcomes, memory.outcomes)
    pd.testing.assert_frame_equal(disk.draws, memory.draws)
    pd.testing.assert_frame_equal(disk.paths, memory.paths)
    pd.testing.assert_frame_equal(disk.bands("presence"), memory.bands("presence"))
    assert replace(disk.sweep.scenario, file="") == replace(sweep().scenario, file="")
    assert str(disk.share("taken_over")) == str(memory.share("taken_over"))


@pytest.mark.parametrize("at_hand", [0, 60 * 8 * 3, 2**28], ids=["a column", "three columns", "all columns"])
def test_columns_are_the_same_however_many_are_read_at_a_time(
    at_hand: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.storage.blocks.READ_BYTES", at_hand)
    disk = sim.open(folder)
    assert disk.sweep.total == 60
    assert disk.sweep.shards > 1
    some = list(disk.columns)[::17]
    for name in [*some, *reversed(some)]:
        stored = [pq.read_table(path, columns=[name]).column(name) for path in disk._of("runs")]
        np.testing.assert_array_equal(disk.read(disk.columns[name]), np.concatenate([*map(numbers_of, stored)]))


def test_tables_join_by_draw_in_sql(folder: Path) -> None:
    runs = sim.open(folder)
    sql = "select count(*) n, avg(runs.presence) p from runs join draws using (draw) where draws.deadline > 0"
    found = runs.query(sql).df()
    assert found["n"][0] == sweep().total
    assert found["p"][0] == pytest.approx(runs.outcomes["presence"].mean(), rel=1e-6)


def test_what_is_no_outcome_is_null_in_sql_and_read_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A week that never came, a number that is undefined, and every outcome of a run that failed."""
    fail_a_draw(monkeypatch, 1)
    memory = Runs(sweep(), made(list(compute(sweep(), range(sweep().shards), progress=False))))
    disk = run_sweep(sweep(), tmp_path / "kept", progress=False)
    assert memory.failed.any()
    pd.testing.assert_frame_equal(disk.outcomes, memory.outcomes)
    every = {name: memory.values(name) for name in memory.columns}
    known = {name: values[~np.isnan(values)] for name, values in every.items()}
    asked = [name for name, values in known.items() if len(values)]
    counts = ", ".join(f'count("{name}")' for name in asked)
    means = ", ".join(f'avg("{name}")' for name in asked)
    (told,) = disk.query(f"select {counts} from runs").fetchall()
    assert list(told) == [len(known[name]) for name in asked]
    (told,) = disk.query(f"select {means} from runs").fetchall()
    assert list(told) == pytest.approx([known[name].mean() for name in asked], rel=1e-6)
    some = [name for name in asked if len(known[name]) < (~memory.failed).sum()]
    assert any(memory.columns[name].is_week for name in some)
    assert any(memory.columns[name].kind == "f4" for name in some)
    for name in memory.columns:
        np.testing.assert_array_equal(disk.values(name), memory.values(name))
    kept = int(np.flatnonzero(~memory.failed.ravel())[0])
    np.testing.assert_equal(disk.row(kept), memory.row(kept))


def test_every_column_says_what_it_is(folder: Path) -> None:
    schema = pq.read_schema(file_of(folder, "runs", 0))
    for name, column in sim.open(folder).columns.items():
        described = schema.field(name).metadata
        assert described[b"meaning"].decode() == column.meaning
        assert described[b"unit"]
    for source in (b"jirga.configuration", b"jirga.versions"):
        assert json.loads(schema.metadata[source])


def test_the_same_sweep_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    run_sweep(sweep(), tmp_path / "again", threads=1, progress=False)
    assert bytes_of(tmp_path / "again") == bytes_of(folder)


def test_a_complete_sweep_is_not_computed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "compute", lambda sweep, missing, **_: iter(()) if not missing else pytest.fail("again"))
    run_sweep(sweep(), folder, progress=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("harm", ["truncated", "flipped", "gone", "empty"])
def test_a_broken_file_costs_its_shard_and_nothing_else(folder: Path, kind: str, harm: str) -> None:
    before = bytes_of(folder)
    path = file_of(folder, kind, 2)
    data = bytearray(path.read_bytes())
    if harm == "gone":
        path.unlink()
    else:
        data[len(data) // 2] ^= 16
        path.write_bytes({"truncated": data[:-9], "flipped": data, "empty": b""}[harm])
    with pytest.raises(InputError, match=r"1 of 4 shards are missing or broken \(2\).* start the same sweep again"):
        sim.open(folder)
    assert missing_shards(folder, sweep()) == [2]
    told: list[str] = []
    run_sweep(sweep(), folder, progress=False, told=told.append)
    assert bytes_of(folder) == before
    assert len(told) == (harm != "gone")
    assert all("this shard is done again" in line for line in told)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 10}, "seed: 9 there, 10 now"),
        ({"draws": 21}, "draws: 20 there, 21 now"),
        ({"implied": False}, "implied: true there, false now"),
        ({"passes": ("pass_a",)}, 'passes: [] there, ["pass_a"] now'),
    ],
)
def test_another_configuration_in_the_same_place_is_refused(folder: Path, change: Any, told: str) -> None:
    before = bytes_of(folder)
    with pytest.raises(InputError) as caught:
        run_sweep(replace(sweep(), **change), folder, progress=False)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert bytes_of(folder) == before


def test_a_section_that_one_configuration_lacks_is_one_line_and_no_exception() -> None:
    assert differences({"size": {"draws": 2}}, {"seed": 1}) == [
        'size: {"draws": 2} there, null now',
        "seed: null there, 1 now",
    ]
    assert differences({"size": {"draws": 2}}, {"size": 3}) == ['size: {"draws": 2} there, 3 now']
    assert differences({"size": 3}, {"size": {"draws": 2}}) == ['size: 3 there, {"draws": 2} now']


def test_another_engine_or_scenario_is_another_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    before = configuration(sweep())
    other = configuration(replace(sweep(), scenario=sweep().scenario.change(horizon=13)))
    assert differences(before, other) == ["scenario.horizon: 12 there, 13 now"]
    monkeypatch.setattr(store, "results_digest", lambda: "0" * 16)
    assert [line.split(":")[0] for line in differences(before, configuration(sweep()))] == ["engine"]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds other files, such as thesis.txt"):
        run_sweep(sweep(), tmp_path, progress=False)
    assert bytes_of(tmp_path) == {"thesis.txt": b"mine"}


def test_no_folder_is_no_sweep(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no sweep"):
        sim.open(tmp_path / "nowhere")
    (tmp_path / "sweep.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        sim.open(tmp_path)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (errno.ENOSPC, "the disk is full; whole shards stay: free some space and start the same sweep again"),
        (errno.EACCES, "cannot be written to"),
        (errno.EROFS, "cannot be written to"),
    ],
)
def test_a_disk_that_refuses_is_told_of_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: str
) -> None:
    usual, calls = os.fsync, []

    def refuse(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 12 + 2 * len(case_files(sweep().case)):
            raise OSError(code, os.strerror(code))
        usual(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(InputError, match=told):
        run_sweep(sweep(), tmp_path / "kept", progress=False)
    kept = bytes_of(tmp_path / "kept")
    assert not [name for name in kept if name.endswith(".part")]
    monkeypatch.undo()
    run_sweep(sweep(), tmp_path / "kept", progress=False)
    assert kept.items() <= bytes_of(tmp_path / "kept").items()


def test_a_place_that_is_no_folder_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot be (used|read) .*Not a directory"):
        run_sweep(sweep(), tmp_path / "file" / "kept", progress=False)


def test_sweeps_that_are_killed_come_out_the_same() -> None:
    script = Path(__file__).with_name("kill_sweep.py")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, str(script), "50"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("50 kills")


PEAK = """
import sys
from pathlib import Path
from sim.storage import sweeps as store
from sim.case.loading import load_case
from sim.engine.sweep import Sweep

folder, shards, held = Path(sys.argv[1]), int(sys.argv[2]), []
if sys.argv[3] == "hold":  # what a leak would do
    usual = store.write_shard
    store.write_shard = lambda folder, sweep, shard: (held.append(shard), usual(folder, sweep, shard))
scenario = load_case().scenario("status_quo", horizon=1)
store.run_sweep(Sweep(scenario, draws=1_000 * shards, runs=10, shard_runs=10_000), folder, threads=1, progress=False)
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


MEASURED: tuple[Any, ...] = (("few", 2), ("many", 12), ("held", 12, "hold"))


def peak_memory(folder: Path, shards: int, hold: str = "") -> int:
    """The most memory, in kB, that a process of its own takes for a stored sweep of shards of about 10 MB.

    The kernel's own mark of this program: what `getrusage` tells begins with the peak of the process that started it.
    """
    arguments = [sys.executable, "-c", PEAK, str(folder), str(shards), hold]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return int(subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak memory where Linux shows it")
def test_memory_does_not_grow_with_the_number_of_shards(tmp_path: Path) -> None:
    Engine(sweep(), 1).warm_up()  # compiling takes more memory than any sweep
    few, many, held = (peak_memory(tmp_path / name, *how) for name, *how in MEASURED)
    assert many - few < 0.5 * (held - few)  # on a loaded machine the marks vary by a tenth


def test_float_columns_are_stored_to_the_bit(folder: Path) -> None:
    table = pq.read_table(file_of(folder, "runs", 0), columns=["trust.US.PAK"])
    assert table.column(0).to_numpy().dtype == np.float32


def test_a_run_is_explained_only_if_its_replay_is_its_row(folder: Path) -> None:
    runs = sim.open(folder)
    told = runs.explain(37)
    assert told.outcomes["presence"] == runs.outcomes.loc[37, "presence"]
    memory = made(list(compute(sweep(), range(sweep().shards), progress=False)))
    memory.rows.presence[37] += 0.25
    with pytest.raises(InputError, match="the stored row has presence"):
        Runs(sweep(), memory).explain(37)
    with pytest.raises(InputError, match=r"60 is out of range; allowed: a whole number, 0 to 59"):
        runs.explain(60)
