"""A folder's parts by dask: a real scheduler and two workers over TCP on this machine, one of which is killed."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.cluster import dask
from sim.cluster.dask import do_part
from sim.command.main import main
from sim.inputs.errors import InputError
from sim.storage.files import named_files
from sim.storage.plans import read_plan

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
WORDS = ["scenario=turkey_summit", "horizon=26", "size=smoke", "size.draws=4000", "part_runs=1000"]  # 17 parts
LIMIT = 240.0  # seconds that anything may take here, before the test gives it up


@contextmanager
def started(words: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of dask's, until the end of the block."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_CONFIG": str(folder / "config")}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", *words], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler without workers."""
    file = tmp_path / "scheduler.json"
    words = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with started([*words, "--scheduler-file", str(file)], tmp_path):
        end = time.monotonic() + LIMIT
        while not (file.is_file() and file.read_text().endswith("}")):
            assert time.monotonic() < end, (tmp_path / "log").read_text()
            time.sleep(0.1)
        yield str(json.loads(file.read_text())["address"])


def worker(address: str, folder: Path) -> list[str]:
    return ["distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", "--local-directory", str(folder),
            "--no-dashboard", "--host", "127.0.0.1"]  # fmt: skip


def names(out: Path) -> set[str]:
    return {path.name for path in named_files(out / "runs").values()}


def jirga(*words: str, folder: Path = ROOT) -> subprocess.Popen[str]:
    pipe, environment = subprocess.PIPE, {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words], cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True
    )


def test_two_workers_one_of_them_killed_give_the_files_of_this_machine(scheduler: str, tmp_path: Path) -> None:
    here, out = tmp_path / "here", tmp_path / "out"
    assert main([*WORDS, f"out={here}"]) == 0
    with ExitStack() as stack:
        first, _ = (stack.enter_context(started(worker(scheduler, tmp_path), tmp_path)) for _ in range(2))
        asked = jirga(*WORDS, f"out={out}", "executor=dask", f"executor.address={scheduler}", "executor.wait=120")
        end = time.monotonic() + LIMIT
        while not ((out / "runs").is_dir() and len(names(out)) >= 3):
            assert asked.poll() is None, asked.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        assert names(out) < names(here), "too late to show anything"
        said, wrong = asked.communicate(timeout=LIMIT)
    assert asked.returncode == 0, wrong
    assert names(out) == names(here)
    assert (out / "summary.csv").read_bytes() == (here / "summary.csv").read_bytes()
    assert "turkey_summit" in said


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def test_the_lines_of_the_guide_work(tmp_path: Path) -> None:
    """As they stand, but for the machine, and a port at which no other scheduler is."""
    guide = (ROOT / "docs" / "guides" / "cluster.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n(dask .*?)```", guide, re.DOTALL)
    port = free_port()
    lines = [line.replace(":8786", f":{port}").replace("10.0.0.1", "127.0.0.1") for line in block.splitlines()]
    served, served_by, asked = (shlex.split(line) for line in lines)
    assert [served[:2], served_by[:2], asked[:2]] == [["dask", "scheduler"], ["dask", "worker"], ["jirga", "-m"]]
    with (
        started(["dask", *served[1:], "--port", str(port), "--no-dashboard"], tmp_path),
        started(["dask", *served_by[1:], "--local-directory", str(tmp_path), "--no-dashboard"], tmp_path),
    ):
        done = jirga(*asked[1:], "size=smoke", "horizon=26", "executor.wait=120", folder=tmp_path)
        wrong = done.communicate(timeout=LIMIT)[1]
    assert done.returncode == 0, wrong
    assert [cell.swept["levers.summit_week"] for cell in sim.open(tmp_path / "sweep")] == [4, 12]


def test_a_scheduler_without_workers_is_one_line(scheduler: str, tmp_path: Path) -> None:
    done = jirga(*WORDS, f"out={tmp_path / 'out'}", "executor=dask", f"executor.address={scheduler}", "executor.wait=2")
    wrong = done.communicate(timeout=LIMIT)[1].strip().splitlines()
    assert done.returncode == 2
    assert wrong[-1] == f"dask: {scheduler}: has had no worker for 2 seconds; allowed: dask worker {scheduler}"
    assert len([line for line in wrong if not line.startswith("compiling")]) == 2  # after what it will take


def test_a_scheduler_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        lines = {address: "no scheduler answers there (", "nonsense": "is no address; allowed: tcp://HOST:PORT"}
        for word, line in lines.items():
            words = [*WORDS, f"out={tmp_path / 'out'}", "executor=dask", f"executor.address={word}", "executor.wait=1"]
            done = jirga(*words)
            wrong = done.communicate(timeout=LIMIT)[1].strip().splitlines()
            assert done.returncode == 2
            assert wrong[-1].startswith(f"dask: {word}: {line}")
            assert len(wrong) == 2
    assert not (tmp_path / "out" / "jobs").exists()


def test_dask_without_an_address_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*WORDS, f"out={tmp_path / 'out'}", "executor=dask"]) == 2
    assert "executor.address: is missing; allowed: tcp://HOST:PORT" in capsys.readouterr().err


def test_the_threads_of_a_worker_read_the_plan_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["scenario=turkey_summit", "horizon=8", "size=smoke", "size.draws=2", f"out={tmp_path}"]) == 0
    reads, usual = [], read_plan

    def slow(runs: Path) -> Any:
        reads.append(runs)
        time.sleep(0.2)  # time for the other threads to begin
        return usual(runs)

    monkeypatch.setattr(dask, "read_plan", slow)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(partial(do_part, str(tmp_path)), [0] * 4)) == [0] * 4
    assert len(reads) == 1


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there for a worker"):
        do_part(str(tmp_path), 0)
