"""How fast the ensemble is, each figure as a ratio measured in one go: `python benchmarks/ensemble.py`.

    python benchmarks/ensemble.py                 all of the figures, a minute or two
    python benchmarks/ensemble.py memory 1000000  peak memory of a stored sweep of that many runs (again with 100000)
    python benchmarks/ensemble.py parity 1000     that many whole Mesa runs against their rows (hours)

An empty Mesa model has five agents that do nothing for as many weeks. Times are processor times of one thread where
the ratio is of costs, so that other work on the machine does not count, and wall times where it is of throughput.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim.ensemble import Engine, Sweep, _Scratch
from sim.scenario import Scenario

SCENARIO = "turkey_summit"
WEEKS = 104
RUNS_PER_DRAW = 20
REPEATS = 5


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
    scratch = _Scratch(engine.sweep)
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


def batch_run_cost(weeks: int) -> float:
    """Seconds of processor time a run of Mesa's own batch_run on this model, in one process."""
    from mesa import batch_run

    from sim.model import NegotiationModel

    parameters = {"scenario": SCENARIO, "draw": [0, 1], "horizon": weeks}
    began = time.process_time()
    batch_run(NegotiationModel, parameters, max_steps=weeks + 1, display_progress=False)
    return (time.process_time() - began) / 2


def throughput(scenario: Scenario, draws: int) -> float:
    """Complete runs a second of wall time, on all cores."""
    engine = Engine(Sweep(scenario, draws, RUNS_PER_DRAW))
    engine.warm_up()
    began = time.perf_counter()
    engine.shard(0)
    return draws * RUNS_PER_DRAW / (time.perf_counter() - began)


def curves(case: Any) -> None:
    """Cost over weeks and over runs: both should be straight lines."""
    for weeks in (13, 26, 52, 104, 208):
        each = piece_cost(case.scenario("status_quo", horizon=weeks), 25)
        print(f"  {weeks:4} weeks  {each * 1e6:7.1f} us a run  {each / weeks * 1e6:6.2f} us a week")
    for draws in (5, 10, 20, 40, 80):
        each = piece_cost(case.scenario("status_quo"), draws)
        print(f"  {draws * RUNS_PER_DRAW:5} runs  {each * 1e6:7.1f} us a run")


def figures() -> None:
    """All figures."""
    case = sim.load_case()
    scenario = case.scenario(SCENARIO, horizon=WEEKS)
    each = piece_cost(scenario, 50)
    empty = empty_mesa_cost(WEEKS)
    batch = batch_run_cost(WEEKS)
    print(f"one run of {WEEKS} weeks, one thread: {each * 1e6:.0f} us of processor time, all included")
    print(f"  = {1 / each:,.0f} runs a second and core")
    print(f"an empty Mesa model costs {empty / each:.2f} times as much (bar: more than 1)")
    print(f"batch_run of the same model costs {batch / each:,.0f} times as much (bar: 1,000)")
    print(f"all cores, wall time: {throughput(scenario, 1_000):,.0f} runs a second (bar: 20,000 on two free cores)")
    curves(case)


def memory(runs: int) -> None:
    """Peak memory of a stored sweep."""
    scenario = sim.load_case().scenario(SCENARIO, horizon=WEEKS)
    with tempfile.TemporaryDirectory() as folder:
        sim.sweep(scenario, draws=runs // RUNS_PER_DRAW, runs=RUNS_PER_DRAW, out=Path(folder) / "sweep")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{runs:,} runs: peak memory {peak:,.0f} MB")


def parity(count: int) -> None:
    """Whole Mesa runs against their rows."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    import test_kernel as tests

    for number, (name, draw, run, seed) in enumerate(tests.triples(count, int(np.random.default_rng().integers(1e9)))):
        wrong = tests.differing(
            tests.row_of(tests.run_of(name, WEEKS, draw, run, seed)), tests.kernel_row(name, WEEKS, draw, run, seed)
        )
        print(number + 1, name, draw, run, seed, "differs in " + ", ".join(wrong) if wrong else "equal", flush=True)


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "figures"
    if what == "figures":
        figures()
    else:
        {"memory": memory, "parity": parity}[what](int(sys.argv[2]))
