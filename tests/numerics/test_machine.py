"""What this machine lends a process, read from files as Linux and Docker write them."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.numerics import machine
from sim.numerics.machine import available_threads, cpu_quota


def groups(folder: Path, own: str, files: dict[str, str]) -> float:
    """The quota where the groups hold these files."""
    (folder / "own").write_text(own)
    for name, text in files.items():
        path = folder / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return cpu_quota(folder / "groups", folder / "own")


@pytest.mark.parametrize(
    ("own", "files", "quota"),
    [
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),  # docker run --cpus 1.5, seen from inside
        ("0::/\n", {"cpu.max": "max 100000\n"}, math.inf),
        ("0::/a/b\n", {"a/cpu.max": "200000 100000\n", "a/b/cpu.max": "max 100000\n"}, 2.0),  # the group above limits
        ("0::/a/b\n", {"a/cpu.max": "200000 100000\n", "a/b/cpu.max": "50000 100000\n"}, 0.5),
        ("4:memory:/m\n3:cpu,cpuacct:/d\n", {"cpu,cpuacct/d/cpu.cfs_quota_us": "300000\n",
          "cpu,cpuacct/d/cpu.cfs_period_us": "100000\n"}, 3.0),
        ("3:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, math.inf),
        ("0::/gone\n", {}, math.inf),
        ("nonsense\n", {"cpu.max": "what is this"}, math.inf),
    ],
)  # fmt: skip
def test_the_quota_is_the_least_of_the_groups_that_hold_the_process(
    tmp_path: Path, own: str, files: dict[str, str], quota: float
) -> None:
    assert groups(tmp_path, own, files) == quota


def test_without_control_groups_there_is_no_quota(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path, tmp_path / "nowhere") == math.inf


@pytest.mark.parametrize(("quota", "threads"), [(0.2, 1), (1.0, 1), (1.5, 2), (math.inf, 16)])
def test_threads_are_those_that_the_quota_has_time_for(
    monkeypatch: pytest.MonkeyPatch, quota: float, threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    monkeypatch.setattr(machine, "cpu_quota", lambda: quota)
    assert available_threads() == threads


@pytest.mark.parametrize(("told", "threads"), [("3", 3), ("99", 16), ("0", 16), ("many", 16), ("", 16)])
def test_threads_are_no_more_than_slurm_has_allocated(monkeypatch: pytest.MonkeyPatch, told: str, threads: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    monkeypatch.setattr(machine, "cpu_quota", lambda: math.inf)
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", told)
    assert available_threads() == threads


def test_without_the_compiler_one_run_plays_and_many_are_refused_in_one_line() -> None:
    code = (
        "import sim; scenario = sim.load_case().scenario('status_quo', horizon=2)\n"
        "model = sim.NegotiationModel(scenario); model.run_model(); print(model.week)\n"
        "try: sim.sweep(scenario, draws=1, runs=1, progress=False)\n"
        "except Exception as error: print(error)"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=root, capture_output=True, text=True)
    week, told = done.stdout.splitlines()
    assert week == "2"
    assert told.startswith("environment: NUMBA_DISABLE_JIT: many runs are played by compiled code; allowed: not set")


def test_the_cache_is_where_it_was_named_whatever_the_working_folder_becomes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for named, meant in (("~/mine", tmp_path / "mine"), ("rel", tmp_path / "rel"), (str(tmp_path), tmp_path)):
        monkeypatch.setenv("JIRGA_CACHE", named)
        assert machine.cache_root() == meant / "jirga"
