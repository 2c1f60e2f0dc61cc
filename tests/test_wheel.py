"""The wheel carries all that the program needs: it runs from an empty environment, far from the checkout."""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

import pytest

from sim.case.loading import load_case
from sim.case.scenario import scenario_names
from sim.command.arguments import help_text
from sim.jobs.settings import FOLDER_JOBS
from tests.wheels import ROOT, built, done, installed

GUIDE = (ROOT / "docs" / "guides" / "cluster.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.long  # built once, not once for each worker


SMALL = ("size=smoke", "size.draws=2", "evidence.draws=200")


def put_programs(folder: Path, programs: Mapping[str, str]) -> None:
    """Shell scripts in the place of programs that this machine need not have."""
    folder.mkdir()
    for name, body in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (folder / name).chmod(0o755)


def data_files() -> set[str]:
    """Every file of the package, the configuration and the scenarios that is no module, as its place in the wheel."""
    places = {"sim": "", "conf": "sim/", "scenarios": "sim/"}
    return {
        f"{above}{path.relative_to(ROOT).as_posix()}"
        for top, above in places.items()
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("away") / "env"
    installed(wheel, folder)
    return folder


@pytest.fixture(scope="module")
def offline(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheels of all that it needs, in the versions of this environment, made as the guide says."""
    folder = tmp_path_factory.mktemp("offline")
    (line,) = re.findall(r"^pip wheel .*$", GUIDE, re.MULTILINE)
    assert wheel.name in line
    shutil.copy(wheel, folder)
    known = {one.metadata["Name"]: one.version for one in distributions()}
    text = "".join(f"{name}=={version}\n" for name, version in known.items() if name != "jirga")
    (folder / "versions.txt").write_text(text, encoding="utf-8")
    done([sys.executable, "-m", "pip", *shlex.split(line)[1:], "-q", "-c", "versions.txt"], folder)
    return folder


def test_it_installs_without_the_internet_as_the_guide_to_clusters_says(offline: Path) -> None:
    (line,) = re.findall(r"^pip install --no-index .*$", GUIDE, re.MULTILINE)
    done([sys.executable, "-m", "venv", "env"], offline)
    done([offline / "env" / "bin" / "pip", *shlex.split(line)[1:], "-q"], offline)
    done([offline / "env" / "bin" / "jirga", "job=evidence", "evidence.draws=200", "out=first"], offline)
    assert (offline / "first" / "evidence.html").is_file()
    done([offline / "env" / "bin" / "python", "-m", "pip", "check"], offline)


def test_a_task_of_an_array_runs_in_the_container_of_the_guide(
    offline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty environment stands for the image of the definition, and a script for the program that starts in it.

    The submitting command is the image's, too: it has compiled by then, as `sbatch` has to answer within a minute.
    """
    (recipe,) = re.findall(r"```text\n(Bootstrap.*?)```", GUIDE, re.DOTALL)
    sections = re.split(r"^%(\w+)\n", recipe, flags=re.MULTILINE)
    told = dict(zip(sections[1::2], sections[2::2], strict=True))
    image = tmp_path / "jirga.sif"
    done([sys.executable, "-m", "venv", image], tmp_path)
    here, there = told["files"].split()
    shutil.copytree(offline / here, image / there.lstrip("/"))
    for line in told["post"].strip().splitlines():
        program, *words = shlex.split(line)
        inside = [str(image / word.lstrip("/")) if word == there else word for word in words]
        done([image / "bin" / program, *inside, "-q"], tmp_path)
    (asked,) = re.findall(r"`(executor\.python=[^`]*)`", GUIDE)
    programs = {
        "apptainer": 'test "$1" = exec && export PATH="$PWD/$2/bin:$PATH" && shift 2 && exec "$@"',
        "sbatch": 'SLURM_ARRAY_TASK_ID=0 bash "$2" > log 2>&1; echo 1', "squeue": "", "scontrol": "",
    }  # fmt: skip
    put_programs(tmp_path / "bin", programs)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    jirga = image / "bin" / "jirga"
    words = ["scenario=status_quo", "horizon=4", "out=there", "executor=slurm", *shlex.split(asked), *SMALL]
    done([jirga, *words], tmp_path)
    assert "0 failed" in (tmp_path / "log").read_text(encoding="utf-8")
    done([jirga, "collect", "out=there"], tmp_path)
    assert (tmp_path / "there" / "report.html").is_file()


def test_the_wheel_carries_every_data_file(wheel: Path) -> None:
    wanted = data_files()
    assert {Path(name).suffix for name in wanted} >= {".yaml", ".csv", ".md", ".css", ".js"}
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_carries_every_module() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "sim").rglob("*.py")}
    assert set(packages) == found | {"sim.conf", "sim.scenarios"}


def test_the_program_comes_from_the_wheel(environment: Path, tmp_path: Path) -> None:
    code = "import sim; from sim.inputs import places; print(sim.__file__); print(places.configuration_folder())"
    shown = done([environment / "bin" / "python", "-c", code], tmp_path).stdout.split()
    assert all(Path(place).is_relative_to(environment) for place in shown)


def test_the_help_is_the_same_away_from_the_checkout(environment: Path, tmp_path: Path) -> None:
    assert done([environment / "bin" / "jirga", "--help"], tmp_path).stdout.rstrip() == help_text()


def test_ones_own_folder_works_away_from_the_checkout(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "own" / "experiment").mkdir(parents=True)
    (tmp_path / "own" / "experiment" / "mine.yaml").write_text("# @package _global_\nseed: 11\n")
    words = ["--config-dir", "own", "experiment=mine", "--cfg"]
    assert "seed: 11\n" in done([environment / "bin" / "jirga", *words], tmp_path).stdout


def test_every_module_can_be_imported_away_from_the_checkout(environment: Path, tmp_path: Path) -> None:
    """A job that was not run here would miss no module of its own."""
    code = """
import importlib, pkgutil, sim
names = [one.name for one in pkgutil.walk_packages(sim.__path__, "sim.") if not one.name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""
    inside = sum(1 for path in (ROOT / "sim").rglob("*.py")) + len(("sim.conf", "sim.scenarios"))
    found = int(done([environment / "bin" / "python", "-c", code], tmp_path).stdout)
    assert found >= inside - len(("sim/__init__", "sim/__main__", "sim.conf", "sim.scenarios"))


@pytest.mark.parametrize("job", ["evidence", "explain"])
def test_a_job_that_simulates_no_sweep_runs_away_from_the_checkout(environment: Path, tmp_path: Path, job: str) -> None:
    shown = done([environment / "bin" / "jirga", f"job={job}", "out=there", *SMALL], tmp_path)
    assert shown.stdout
    assert list((tmp_path / "there").iterdir())


def test_the_main_job_and_every_job_of_a_folder_run_away_from_the_checkout(environment: Path, tmp_path: Path) -> None:
    """The one job here that simulates: what the others do more is tested in the checkout (`tests/jobs`)."""
    jirga = environment / "bin" / "jirga"
    done([jirga, "out=there", *SMALL, "horizon=4"], tmp_path)
    rows = list(csv.DictReader((tmp_path / "there" / "summary.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["scenario"] for row in rows} >= set(scenario_names(load_case()))
    next((tmp_path / "there" / "runs").glob("runs-*")).unlink()
    for job in ("resume", *FOLDER_JOBS):
        done([jirga, job, "out=there"], tmp_path)
    assert done([jirga, "status", "out=there"], tmp_path).stdout.endswith(" parts are there, 0 missing\n")


def test_a_task_of_an_array_runs_from_the_wheel(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a Slurm that runs it at once, in a folder of the user's, where a module has the package's name."""
    programs = {"sbatch": 'SLURM_ARRAY_TASK_ID=0 bash "$2" > log 2>&1; echo 1', "squeue": "", "scontrol": ""}
    put_programs(tmp_path / "bin", programs)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "sim.py").write_text("raise SystemExit('not the package')", encoding="utf-8")
    jirga = environment / "bin" / "jirga"
    done([jirga, "scenario=status_quo", "horizon=4", "out=there", "executor=slurm", *SMALL], tmp_path)
    assert (tmp_path / "log").read_text(encoding="utf-8").count("not the package") == 0
    assert "0 missing" in done([jirga, "status", "out=there"], tmp_path).stdout
    done([jirga, "collect", "out=there"], tmp_path)
    assert (tmp_path / "there" / "report.html").is_file()
