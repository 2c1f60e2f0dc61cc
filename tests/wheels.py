"""The wheel of the tree as it stands, and an environment that has nothing of the tree but the wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent


def done(words: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """A command that has to succeed, without the environment's own ideas of where Python's modules are."""
    result = subprocess.run(words, cwd=folder, env=plain(), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result


def plain() -> dict[str, str]:
    """The environment variables but for Python's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def built(folder: Path) -> Path:
    """The wheel, built in a folder from a copy of what belongs to it, with the build tool that is installed here."""
    for name in ("sim", "conf", "scenarios"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", "dist", "."]
    done(pip, folder)
    (found,) = (folder / "dist").glob("jirga-*.whl")
    return found


def installed(wheel: Path, folder: Path) -> Path:
    """The programs of an environment made in a folder, with the wheel in it; libraries are lent by the one in use."""
    done([sys.executable, "-m", "venv", "--without-pip", folder], folder.parent)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python"]
    done([*pip, "install", "-q", "--no-deps", "--no-index", wheel], folder.parent)
    (site,) = (folder / "lib").glob("python3.*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_paths()["purelib"])
    return folder / "bin"
