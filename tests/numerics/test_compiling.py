"""Compiled code that many processes ask for at once is made once, and the place that it is kept in is told of."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.numerics import machine

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, time
from pathlib import Path
from sim.numerics.machine import Compiled
from slowly import total
Path(sys.argv[1]).touch()
while not Path("go").exists():
    time.sleep(0.001)
found = Compiled(total)
assert found(100) == 4950
print(found.compilations)
"""
SLOWLY = "def total(n):\n    found = 0\n    for i in range(n):\n        found += i\n    return found\n"


def started(folder: Path, cache: Path, name: str, **more: str) -> subprocess.Popen[str]:
    """A process that waits for the file `go`, then calls a function for the first time and prints how often it has
    compiled it.
    """
    (folder / "slowly.py").write_text(SLOWLY, encoding="utf-8")
    environment = {**os.environ, "JIRGA_CACHE": str(cache), "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", **more}
    words = [sys.executable, "-c", PROGRAM, name]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)


def told(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return int(out), err


def test_of_many_cold_processes_one_compiles(tmp_path: Path) -> None:
    names = [f"ready{number}" for number in range(6)]
    processes = [started(tmp_path, tmp_path / "cache", name) for name in names]
    while not all((tmp_path / name).exists() for name in names):
        assert all(process.poll() is None for process in processes), processes[0].communicate()
    (tmp_path / "go").touch()
    assert sorted(told(process)[0] for process in processes) == [0, 0, 0, 0, 0, 1]


def test_a_process_that_waits_too_long_compiles_by_itself_and_one_that_was_killed_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(machine, "LONGEST_WAIT", 0.0)

    def double(x: float) -> float:
        return 2.0 * x

    with (tmp_path / machine.LOCK).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        found = machine.Compiled(double)
        assert not found.is_warm()
        assert found(2.0) == 4.0
    assert capsys.readouterr().err == "another process has been compiling for 0 seconds: this one does it itself\n"
    assert found.compilations == 1
    shutil.rmtree(tmp_path)  # as another version does that takes it for old
    assert machine.Compiled(double)(2.0) == 4.0
    again = machine.Compiled(double)
    assert again.is_warm()
    assert again(2.0) == 4.0
    assert again.compilations == 0


def test_where_the_cache_cannot_be_written_all_processes_of_a_user_share_one_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "tmp").mkdir()
    (tmp_path / "go").touch()
    more = {"TMPDIR": str(tmp_path / "tmp")}
    found = [told(started(tmp_path, tmp_path / "file" / "below", str(number), **more)) for number in range(2)]
    assert [compilations for compilations, _ in found] == [1, 0]
    for _, line in found:
        assert re.fullmatch(
            r".*/file/below/jirga cannot keep compiled code \(.*\): it is kept in .*/tmp/jirga-\d+\n", line
        )
    assert len(list((tmp_path / "tmp").glob("jirga-*"))) == 1


def test_a_folder_of_that_name_that_is_somebody_elses_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / f"jirga-{os.getuid()}"
    taken.mkdir()
    taken.chmod(0o777)
    monkeypatch.setattr(machine.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("JIRGA_CACHE", "/proc/nowhere")
    folder = machine.cache_folder.__wrapped__()
    assert taken not in folder.parents
    assert not list(taken.iterdir())
