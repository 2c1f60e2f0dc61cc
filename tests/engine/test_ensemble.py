"""A sweep has the same bits whatever computes it, and a run that fails is a row with its error."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import fields, replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from worlds import fail_a_draw

from sim.case.loading import load_case
from sim.engine.computing import Made, compute, made
from sim.engine.kernel import bin_week
from sim.engine.sweep import BINS, Sweep
from sim.experiment.plan import PlannedSweep
from sim.experiment.runs import Runs
from sim.inputs import InputError

pytestmark = pytest.mark.long

# (threads, runs of one call, runs of one shard)
WAYS = list(product((1, 2, 5), (7, 64, 1000), (90, 100_000)))


@cache
def sweep() -> Sweep:
    """A small sweep with paths and bands."""
    scenario = load_case().scenario("turkey_summit", horizon=30)
    return Sweep(scenario, draws=30, runs=6, seed=2**63 + 5, paths=7, band_runs=50)


def results(found: Made) -> bytes:
    """A digest of everything that a sweep gives."""
    digest = hashlib.sha256()
    for part in (found.rows, found.draws, found.path_runs, found.paths, found.bands):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest().encode() + repr(found.errors).encode()


def made_by(one: Sweep, threads: int | None = None) -> Made:
    """A sweep in memory."""
    return made(list(compute(one, range(one.shards), threads=threads, progress=False)))


@cache
def usual() -> bytes:
    """The digest of the small sweep, made the usual way."""
    return results(made_by(sweep()))


@pytest.mark.parametrize(("threads", "piece", "shard"), WAYS)
def test_bits_do_not_depend_on_threads_pieces_or_shards(threads: int, piece: int, shard: int) -> None:
    assert results(made_by(replace(sweep(), piece=piece, shard_runs=shard), threads)) == usual()


SCRIPT = "import test_ensemble as t; print(t.usual().decode())"


@pytest.mark.parametrize(
    "environment", [{"PYTHONHASHSEED": "0"}, {"PYTHONHASHSEED": "4711"}, {"NUMBA_CPU_NAME": "generic"}]
)
def test_bits_do_not_depend_on_the_hash_seed_or_the_processor(environment: dict[str, str]) -> None:
    paths = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    settings = {**os.environ, **environment, "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=settings, capture_output=True, text=True, check=True)
    assert "the second process that compiles" not in done.stderr  # another processor is another cache: it has compiled
    assert done.stdout.strip().encode() == usual()


def test_shards_in_any_order_are_the_same_shards() -> None:
    parts = replace(sweep(), shard_runs=60)
    backwards = list(compute(parts, range(parts.shards)[::-1], progress=False))
    assert results(made(backwards[::-1])) == usual()


def test_more_draws_leave_the_first_ones_as_they_were() -> None:
    few, many = made_by(sweep()), made_by(replace(sweep(), draws=40))
    assert many.rows[: len(few.rows)].tobytes() == few.rows.tobytes()


def test_paths_and_bands_tell_of_the_same_runs() -> None:
    every = replace(sweep(), draws=4, runs=2, paths=8, band_runs=8)
    runs = Runs(every, made_by(every))
    assert list(runs.paths.index.get_level_values("number").unique()) == list(range(8))
    exact = runs.paths["presence"].groupby("week").median()
    band = runs.bands("presence", levels=(0.5,))[0.5]
    assert (runs.band_counts().sum(axis=2) == 8).all()
    assert (abs(band - exact) < 0.2).all()


def test_the_bands_count_the_weeks_of_their_runs_one_by_one() -> None:
    every = replace(sweep(), draws=25, runs=4, paths=100, band_runs=100)  # more runs than are counted together
    found = made_by(every, threads=1)
    high = np.array([column.high for column in every.weekly])
    bins = np.clip((found.paths * (BINS / high)).astype(int), 0, BINS - 1)
    counts = (bins[..., None] == np.arange(BINS)).sum(axis=0)
    assert (found.bands == counts).all()


def test_a_value_out_of_the_bands_range_counts_in_the_outer_bins() -> None:
    values = np.array([-1.0, 0.0, 0.5, 1.0, 3e38, np.inf, -np.inf, np.nan], np.float32)
    bins = np.zeros(len(values), np.uint8)
    bin_week(values, np.arange(len(values)), np.full(len(values), 4.0), 3, bins)
    assert bins.tolist() == [0, 0, 2, 3, 3, 3, 0, 0]


def test_the_bands_hold_what_is_followed_alone_and_the_same_of_it() -> None:
    every = sweep()
    names = ("war.afghan_war.intensity", "presence")
    some = PlannedSweep(**{one.name: getattr(every, one.name) for one in fields(every)}, followed=names)
    found, whole = Runs(some, made_by(some)), Runs(every, made_by(every))
    assert [column.name for column in some.weekly] == [c.name for c in every.weekly if c.name in names]
    assert found.outcomes.equals(whole.outcomes)
    for name in names:
        assert found.bands(name).equals(whole.bands(name))
        assert found.paths[name].equals(whole.paths[name])
    with pytest.raises(InputError, match="a weekly column"):
        found.bands("war.afghan_war.control")


def test_the_end_of_a_path_is_the_row_of_its_run() -> None:
    runs = Runs(sweep(), made_by(sweep()))
    last = runs.paths.xs(30, level="week")
    for name in ("presence", "trust.US.PAK", "war.afghan_war.control", "cell.ceasefire"):
        assert (last[name].to_numpy() == runs.outcomes.loc[last.index, name].to_numpy()).all()


def test_a_failing_run_is_a_row_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = made_by(sweep())
    fail_a_draw(monkeypatch, 4)
    found = made_by(sweep())
    assert list(found.errors) == list(range(24, 30))
    assert all("rate must lie between 0 and 700" in message for message in found.errors.values())
    others = [n for n in range(len(whole.rows)) if n not in found.errors]
    assert found.rows[others].tobytes() == whole.rows[others].tobytes()
    lost = [n for n, number in enumerate(found.path_runs) if number in found.errors]
    assert lost
    assert np.isnan(found.paths[lost]).all()
    counted = [number for number in range(0, sweep().total, sweep().band_step) if number not in found.errors]
    assert len(counted) < sweep().total // sweep().band_step
    assert (found.bands.sum(axis=2) == len(counted)).all()
    kept = [n for n, number in enumerate(whole.path_runs) if number not in found.errors]
    assert found.paths[kept].tobytes() == whole.paths[kept].tobytes()
    runs = Runs(sweep(), found)
    assert runs.share("taken_over").draws == 29
    assert (runs.outcomes["error"] != "").sum() == 6


@pytest.mark.parametrize(("name", "value"), [("draws", 0), ("runs", -1), ("seed", 2**64), ("seed", 1.5), ("paths", -1)])
def test_a_number_out_of_range_is_refused_at_the_door(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"sweep: {name}: .* allowed: a whole number"):
        replace(sweep(), **{name: value})
