"""The map of the code is that of the contracts, and the contracts hold: a planted import breaks the gate."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.pages.documents import architecture
from sim.version import PACKAGE

ROOT = PACKAGE.parent


def test_the_map_is_current() -> None:
    written = architecture.FILE.read_text(encoding="utf-8")
    assert architecture.document() == written, f"run: python -m {architecture.__name__}"


def test_every_package_says_what_lives_there_and_what_does_not() -> None:
    for file in PACKAGE.rglob("__init__.py"):
        if file.parent == PACKAGE or file.parent.parent.name == "model":
            continue
        assert len(architecture.told(file.parent).split(". ")) >= 2, file


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken(folder: Path) -> str:
    """What `lint-imports` says of a copy; empty where it holds."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout if done.returncode else ""


UPWARD = "from sim.engine.engine import Engine"


def test_the_contracts_hold(copied: Path) -> None:
    assert not broken(copied)


@pytest.mark.parametrize(
    "planted",
    [
        f"{UPWARD}\n",
        f"def planted() -> None:\n    {UPWARD}\n",
        f"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    {UPWARD}\n",
    ],
    ids=["top", "function", "type"],
)
def test_an_upward_import_breaks_the_gate(copied: Path, planted: str) -> None:
    file = copied / "sim" / "model" / "equations" / "war.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n\n" + planted, encoding="utf-8")
    assert "sim.model.equations.war -> sim.engine.engine" in broken(copied)


@pytest.mark.parametrize("place", ["sim/planted.py", "sim/planted/__init__.py", "sim/model/planted.py"])
def test_a_file_without_a_layer_breaks_the_gate(copied: Path, place: str) -> None:
    file = copied / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("")
    assert "planted" in broken(copied)


@pytest.mark.parametrize(
    ("place", "library"),
    [
        ("world/plan.py", "hydra"),
        ("engine/engine.py", "mesa"),
        ("jobs/asked.py", "matplotlib"),
        ("pages/report/page.py", "pyarrow"),
        ("engine/kernel.py", "numba"),
    ],
)
def test_a_library_outside_its_folder_breaks_the_gate(copied: Path, place: str, library: str) -> None:
    with (copied / "sim" / place).open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef planted() -> None:\n    import {library}\n")
    assert f"-> {library}" in broken(copied)


def test_a_circle_inside_a_folder_breaks_the_gate(copied: Path) -> None:
    with (copied / "sim" / "pages" / "kit" / "html.py").open("a", encoding="utf-8") as file:
        file.write("\n\ndef planted() -> None:\n    from sim.pages.kit import plots\n")
    assert "No circle anywhere BROKEN" in broken(copied)
