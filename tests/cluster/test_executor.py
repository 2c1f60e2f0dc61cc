"""Executors in Python: a sweep or a grid that a cluster does, its folder, and what is told of mistakes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.case.scenario import Scenario
from sim.cluster import executing
from sim.command.main import main
from sim.evidence.loading import evidence_of
from sim.experiment.grid import Axis, grid_of
from sim.experiment.plan import Plan
from sim.inputs.errors import InputError
from sim.storage import work
from sim.storage.plans import read_plan
from sim.storage.work import memory

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
SIZE: dict[str, Any] = {"draws": 6, "runs": 2, "seed": 3, "paths": 2, "band_runs": 8}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Slurm that takes everything and does nothing."""
    place = tmp_path / "slurm"
    place.mkdir()
    for name, body in {"sbatch": f"touch {place}/asked; echo 12", "squeue": "", "scontrol": ""}.items():
        (place / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (place / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    return place


def scenario(name: str = "turkey_summit", **given: Any) -> Scenario:
    return sim.load_case().scenario(name, horizon=8, **given)


def test_a_grid_is_submitted_waits_and_is_then_that_of_this_machine(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    given: dict[str, Any] = {"summit_week": [4, 6], **SIZE}
    cells = sim.grid(scenario(), **given, out=out, executor=sim.Slurm(partition="short", minutes=5))
    said = capsys.readouterr().err
    assert "3 cells" in said.replace("2 cells and 1", "3 cells")
    assert "submitted as 12\n" in said
    assert "--partition=short" in (out / "jobs" / "slurm-12.sh").read_text(encoding="utf-8")
    for look in (lambda: cells[0].runs.share("takeover"), lambda: sim.open(out)):
        with pytest.raises(InputError, match=r"2 of 2 parts are missing \(0, 1\); allowed: .*jirga resume out=FOLDER"):
            look()
    assert main(["work", f"out={out}"]) == 0
    here = sim.grid(scenario(), **given, progress=False)
    for found in (sim.open(out), sim.grid(scenario(), **given, out=out, executor=sim.Slurm())):
        assert found.table(["takeover"]).equals(here.table(["takeover"]))


def test_what_may_be_in_a_queue_that_cannot_be_seen_is_not_submitted_again(fake: Path, tmp_path: Path) -> None:
    given: dict[str, Any] = {**SIZE, "out": tmp_path / "out", "executor": sim.Slurm()}
    sim.sweep(scenario(), **given)
    (fake / "asked").unlink()
    (fake / "squeue").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"what waits in the queue is not told \(squeue: exit code 1\)"):
        sim.sweep(scenario(), **given)
    assert not (fake / "asked").exists()


def test_a_sweep_is_a_plan_of_one_cell_and_a_list_one_of_several(fake: Path, tmp_path: Path) -> None:
    one = sim.sweep(scenario(), **SIZE, out=tmp_path / "one", executor=sim.Slurm())
    several = sim.sweep(
        [scenario(summit_week=6), scenario("unconditional_withdrawal")], **SIZE, out=tmp_path / "two",
        executor=sim.Slurm(),
    )  # fmt: skip
    for name in ("one", "two"):
        assert main(["work", f"out={tmp_path / name}"]) == 0
    here = sim.sweep(scenario(), **SIZE, progress=False)
    assert one.outcomes.equals(here.outcomes)
    assert several[0].scenario.levers["summit_week"].value == 6.0
    assert [cell.scenario.scenario for cell in sim.open(tmp_path / "two")] == [
        "turkey_summit", "unconditional_withdrawal",
    ]  # fmt: skip


def test_a_task_keeps_to_the_memory_that_is_asked_for_it(tmp_path: Path) -> None:
    """One part as large as parts are by default; a cold cache is within it, too."""
    out = tmp_path / "out"
    words = ["scenario=status_quo", "size=full", "size.draws=1250", f"out={out}", "executor=slurm"]
    assert main([*words, "executor.dry_run=true"]) == 0
    line = [sys.executable, "-m", "sim", "work", f"out={out}", "parts=0", "threads=1"]
    process = subprocess.Popen(line, cwd=ROOT, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    allowed = int(memory(read_plan(out / "runs")).removesuffix("G")) * 2**20  # ru_maxrss is in kB
    assert allowed / 8 < used.ru_maxrss < allowed


def test_weekly_paths_are_part_of_the_memory() -> None:
    """All runs of a part leave one: 10,000 of 53 weeks, four times in memory; one in ten takes a tenth."""
    case = sim.load_case()
    grid = grid_of(case, evidence_of(case), [Axis("scenario", ("status_quo",)), Axis("horizon", (52,))])
    plan = Plan(grid, 1000, 10, paths=10_000)
    every = 4 * 4 * 10_000 * 53 * len(plan.sweep(0).weekly)
    assert work.path_memory(plan) == every
    assert work.path_memory(replace(plan, paths=1_000)) == every / 10
    assert work.path_memory(replace(plan, paths=10_000, part_runs=5_000)) == every / 2
    assert int(memory(plan).removesuffix("G")) * 1e9 >= every + work.FIXED_MEMORY
    assert work.path_memory(replace(plan, paths=0)) == 0.0


def test_a_task_that_is_too_short_for_a_part_is_refused(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = work.cost
    monkeypatch.setattr(work, "cost", lambda *given: replace(usual(*given), longest=3600.0))
    monkeypatch.setattr(executing, "cost", lambda *given: replace(usual(*given), longest=3600.0))
    line = "slurm: executor.minutes: 60 are too short for a part, as measured here; allowed: 76 or more; or more proc"
    words = ["scenario=status_quo", "size=smoke", "horizon=8", "executor=slurm", "executor.minutes=60"]
    assert main([*words, f"out={tmp_path}/a"]) == 2
    assert line in capsys.readouterr().err
    with pytest.raises(InputError, match=re.escape(line)):
        sim.sweep(scenario(), **SIZE, out=tmp_path / "b", executor=sim.Slurm())
    assert not (fake / "asked").exists()
    assert main(["resume", f"out={tmp_path}/a", "executor=slurm", "executor.minutes=60"]) == 2
    assert line in capsys.readouterr().err
    assert not (fake / "script").exists()
    assert main([*words, f"out={tmp_path}/a", "executor.cpus=2"]) == 0
    assert (fake / "asked").exists()


def test_the_longest_part_is_part_of_the_whole() -> None:
    case = sim.load_case()
    plan = Plan(grid_of(case, evidence_of(case), [Axis("scenario", ("status_quo",))]), 1000, 10, part_runs=1000)
    found = work.cost(plan)
    assert found.longest == pytest.approx(found.seconds / 10)


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no folder": ({"executor": sim.Slurm()}, "sweep: executor: needs a folder; allowed: out=FOLDER that all machines"),
    "a word": ({"executor": "slurm", "out": "x"}, "sweep: executor: is none; allowed: sim.Slurm(...), sim.Dask(...)"),
    "dask": ({"executor": sim.Dask("here"), "out": "x"}, "dask: here: is no address; allowed: tcp://HOST:PORT of a"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line(name: str, fake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given, line = MISTAKES[name]
    with pytest.raises(InputError, match=re.escape(line)):
        sim.sweep(scenario(), **SIZE, **given)
    assert not (fake / "asked").exists()


def test_scenarios_of_one_name_need_a_grid(tmp_path: Path) -> None:
    given = [scenario(summit_week=4), scenario(summit_week=6)]
    with pytest.raises(InputError, match=r"takes each name once; allowed: .*sim\.grid"):
        sim.sweep(given, **SIZE, out=tmp_path / "x", executor=sim.Slurm())
    with pytest.raises(InputError, match="minutes: 1 is out of range"):
        sim.Slurm(minutes=1)
