"""How fast the ensemble is, each figure as a ratio measured in one go: `python benchmarks/ensemble.py`.

    python benchmarks/ensemble.py                 speed and start-up, two or three minutes
    python benchmarks/ensemble.py start           start-up only: with a warm cache, and with a cold compile
    python benchmarks/ensemble.py memory          peak memory of stored sweeps of 100,000 and of 1,000,000 runs
    python benchmarks/ensemble.py memory 300000   the same of that many runs
    python benchmarks/ensemble.py parity 1000     that many whole Mesa runs against their rows (ten minutes)

An empty Mesa model has five agents that do nothing for as many weeks. Times are processor times of one thread where
the ratio is of costs, so that other work on the machine does not count, and wall times where it is of throughput: the
latter needs a machine that does nothing else.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim.case.scenario import Scenario
from sim.engine.computing import compute
from sim.engine.engine import Engine, Scratch
from sim.engine.sweep import Sweep
from sim.numerics.machine import available_threads

SCENARIO = "turkey_summit"
WEEKS = 104
RUNS_PER_DRAW = 20
REPEATS = 5
BATCH_RUNS = 16  # of Mesa's batch_run: some seconds, so that starting its processes hardly counts
SWEPT_DRAWS = (1_000, 10_000)  # of two sweeps: all runs of the smaller count in the weekly bands
FEW, MANY = 100_000, 1_000_000  # runs whose memory is compared
FIRST_RESULT = """import sim
print(sim.sweep(sim.load_case().scenario('status_quo'), draws=1, runs=1).outcomes.shape, flush=True)
"""


def cost(work: Callable[[], Any]) -> float:
    """Seconds of processor time that a call takes, at best of some."""
    found = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def piece_cost(scenario: Scenario, draws: int) -> float:
    """Seconds of processor time a run, with drawing, rows, paths and bands, on one thread."""
    engine = Engine(Sweep(scenario, draws, RUNS_PER_DRAW), threads=1)
    engine.warm_up()
    scratch = Scratch(engine.sweep)
    return cost(lambda: engine.piece(scratch, 0, draws * RUNS_PER_DRAW)) / (draws * RUNS_PER_DRAW)


def empty_mesa_cost(weeks: int) -> float:
    """Seconds of processor time of one empty Mesa model."""
    from mesa import Agent, Model

    class Still(Agent):  # type: ignore[misc]  # Mesa comes without types
        """An agent that does nothing."""

        def step(self) -> None:
            """Nothing."""

    class Idle(Model):  # type: ignore[misc]  # see above
        """Five agents that do nothing."""

        def __init__(self) -> None:
            super().__init__(rng=1)
            for _ in range(5):
                Still(self)

        def step(self) -> None:
            """Let each of them do nothing."""
            self.agents.do("step")

    def one() -> None:
        model = Idle()
        for _ in range(weeks):
            model.step()

    return cost(lambda: [one() for _ in range(50)]) / 50


def batch_run(weeks: int, runs: int, processes: int) -> None:
    """Mesa's own batch_run on this model."""
    import mesa

    from sim.agents.model import NegotiationModel

    parameters = {"scenario": SCENARIO, "draw": list(range(runs)), "horizon": weeks}
    mesa.batch_run(
        NegotiationModel, parameters, number_processes=processes, max_steps=weeks + 1, display_progress=False
    )


def wall(work: Callable[[], Any], repeats: int = 3) -> float:
    """Seconds of wall time that a call takes, at best of some."""
    found = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def throughput(scenario: Scenario) -> None:
    """Complete runs a second of wall time on all cores, of the ensemble and of batch_run."""
    cores = available_threads()
    batch_run(scenario.horizon, cores, cores)  # what is loaded once is loaded
    batch = wall(lambda: batch_run(scenario.horizon, BATCH_RUNS, cores)) / BATCH_RUNS
    print(f"wall time in {cores} processes, batch_run: {1 / batch:,.1f} runs a second, of {BATCH_RUNS}")
    for draws in SWEPT_DRAWS:
        sweep = Sweep(scenario, draws, RUNS_PER_DRAW)
        each = seconds_a_run(sweep)
        counted = -(-sweep.total // sweep.band_step)
        print(f"wall time on all {cores} cores, {sweep.total:,} runs in memory, {counted:,} of them in the bands:")
        print(f"  {1 / each:,.0f} runs a second (bar on two free cores: 20,000)")
        print(f"  {batch / each:,.0f} times as fast as batch_run (bar: 1,000)")


def seconds_a_run(sweep: Sweep) -> float:
    """Seconds of wall time that each run of a sweep takes, shard after shard as they are stored."""

    def work() -> None:
        for _ in compute(sweep, range(sweep.shards), progress=False):
            pass

    Engine(sweep).warm_up()
    return wall(work) / sweep.total


def seconds_to_first_result(cache: str | None = None) -> tuple[float, float]:
    """Wall times from starting Python to the first run's outcomes, and to the end of the process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    if cache is not None:
        environment["JIRGA_CACHE"] = cache
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", FIRST_RESULT], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        first = time.perf_counter() - began
    if not line or process.returncode:
        raise RuntimeError(f"no first result: {FIRST_RESULT}")
    return first, time.perf_counter() - began


def start() -> None:
    """Time to the first result, with a warm cache and without."""
    with tempfile.TemporaryDirectory() as cache:
        cold, _ = seconds_to_first_result(cache)
        warm, end = min(seconds_to_first_result(cache) for _ in range(3))
    print(f"first result of a fresh process: {warm:.2f} s with a warm cache (bar: 2), {cold:.0f} s with none (bar: 60)")
    print(f"  its end: {end:.2f} s, as Python takes down what numba and pandas have built up")


def curves(case: Any) -> None:
    """Cost over weeks and over runs: both should be straight lines."""
    for weeks in (13, 26, 52, 104, 208):
        each = piece_cost(case.scenario("status_quo", horizon=weeks), 25)
        print(f"  {weeks:4} weeks  {each * 1e6:7.1f} us a run  {each / weeks * 1e6:6.2f} us a week")
    for draws in (5, 10, 20, 40, 80):
        each = piece_cost(case.scenario("status_quo"), draws)
        print(f"  {draws * RUNS_PER_DRAW:5} runs  {each * 1e6:7.1f} us a run")


def figures() -> None:
    """All figures but those of memory."""
    case = sim.load_case()
    scenario = case.scenario(SCENARIO, horizon=WEEKS)
    each = piece_cost(scenario, 50)
    empty = empty_mesa_cost(WEEKS)
    batch = cost(lambda: batch_run(WEEKS, 1, processes=1))
    print(f"one run of {WEEKS} weeks, one thread: {each * 1e6:.0f} us of processor time, all included")
    print(f"  = {1 / each:,.0f} runs a second and core")
    print(f"an empty Mesa model costs {empty / each:.2f} times as much (bar: more than 1)")
    print(f"batch_run of the same model, in one process, costs {batch / each:,.0f} times as much")
    throughput(scenario)
    start()
    curves(case)


def peak_memory() -> float:
    """The most memory that this process has taken, in MB.

    Linux's mark of this program where there is one: what `getrusage` tells begins with the process that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        marks = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(marks["VmHWM"].split()[0]) / 1024
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def stored(runs: int) -> None:
    """Store a sweep and print the peak memory, in MB."""
    scenario = sim.load_case().scenario(SCENARIO, horizon=WEEKS)
    with tempfile.TemporaryDirectory() as folder:
        sim.sweep(scenario, draws=runs // RUNS_PER_DRAW, runs=RUNS_PER_DRAW, out=Path(folder) / "sweep")
    print(peak_memory())


def memory(*sizes: int) -> None:
    """Peak memory of stored sweeps, each in a process of its own."""
    peaks = []
    for runs in (RUNS_PER_DRAW, *(sizes or (FEW, MANY))):  # the first compiles, which takes more memory than a sweep
        arguments = [sys.executable, __file__, "stored", str(runs)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        done = subprocess.run(arguments, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        peaks.append(float(done.stdout))
        if runs != RUNS_PER_DRAW:
            print(f"{runs:,} runs: peak memory {peaks[-1]:,.0f} MB (bar: 1,000)", flush=True)
    if len(peaks) > 2:
        print(f"  the last takes {peaks[-1] / peaks[1]:.3f} times the memory of the first (bar: 1.1)")


def parity(count: int) -> None:
    """Whole Mesa runs against their rows."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "engine"))
    import test_kernel as tests

    for number, (name, draw, run, seed) in enumerate(tests.triples(count, int(np.random.default_rng().integers(1e9)))):
        wrong = tests.differing(
            tests.row_of(tests.run_of(name, WEEKS, draw, run, seed)), tests.kernel_row(name, WEEKS, draw, run, seed)
        )
        print(number + 1, name, draw, run, seed, "differs in " + ", ".join(wrong) if wrong else "equal", flush=True)


JOBS: dict[str, Callable[..., None]] = {
    "figures": figures, "start": start, "memory": memory, "stored": stored, "parity": parity,
}  # fmt: skip

if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "figures"
    JOBS[what](*map(int, sys.argv[2:]))
