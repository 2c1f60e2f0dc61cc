"""A second process compiles beside the first one: what is kept then is what one process would have kept."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext

import pytest

from sim.case.loading import load_case
from sim.engine import beside
from sim.engine import engine as module
from sim.engine.sweep import Sweep


@pytest.fixture
def sweep() -> Sweep:
    return Sweep(load_case().scenario("status_quo", horizon=4), 1, 1, 1, paths=0, band_runs=0)


def test_the_other_process_gets_the_sweep_and_ends_with_what_it_is_for(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(beside, "PROGRAM", "import pickle, sys, time; pickle.load(sys.stdin.buffer); time.sleep(600)")
    with beside.compiling(sweep) as other:
        assert other.poll() is None
    assert other.poll() is not None
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("program", ["raise SystemExit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
def test_one_that_ends_early_holds_nobody_up_and_is_told(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], program: str
) -> None:
    monkeypatch.setattr(beside, "PROGRAM", program)
    with beside.compiling(sweep) as other:
        code = other.wait()
    assert code in (3, -signal.SIGKILL)
    assert (
        f"the second process that compiles has ended with {code}: the first does all of it\n" in capfd.readouterr().err
    )


def test_its_program_compiles_the_last_parts(sweep: Sweep) -> None:
    """With an engine that only says what it was asked: the program is text, which no checker reads."""
    check = (
        "import sim.engine.engine as engine, sys\n"
        "engine.Engine.compile_last_parts = lambda self: print(self.sweep.scenario.scenario, self.threads)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", check + beside.PROGRAM], input=pickle.dumps(sweep), capture_output=True, check=True
    )
    assert done.stdout.decode() == "status_quo 1\n"


@pytest.mark.parametrize("processors", [1, 2])
def test_there_is_another_process_where_there_is_another_processor(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    """However many threads the engine has: the command line measures a plan's cost on one."""
    found: list[Callable[[], object]] = []
    monkeypatch.setattr(module, "available_threads", lambda: processors)
    engine = module.Engine(sweep, threads=1)
    engine.kernel = lambda *given, beside: found.append(beside)
    engine.warm_up()
    assert (found[0] is nullcontext) == (processors == 1)
