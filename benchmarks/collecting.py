"""What it takes to read every outcome of a plan back from its parts, and what reading neighbours saves.

A plan of many small parts is the worst there is: a file's description takes longer to read than one of its columns.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import sim
from sim.case.loading import load_case
from sim.engine.sweep import Sweep
from sim.storage import blocks
from sim.storage.sweeps import run_sweep

DRAWS, PART_RUNS = 24_000, 1_000


def seconds(out: Path) -> float:
    """Seconds for all columns of a plan, opened anew."""
    runs = sim.open(out)
    began = time.perf_counter()
    for name in runs.columns:
        runs.values(name)
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as root:
        out = Path(root) / "plan"
        scenario = load_case().scenario("status_quo").change(horizon=26)
        run_sweep(Sweep(scenario, draws=DRAWS, runs=1, shard_runs=PART_RUNS), out)
        together = seconds(out)
        blocks.READ_BYTES = 0  # a column at a time
        alone = seconds(out)
    parts = DRAWS // PART_RUNS
    print(f"all outcomes of {parts} parts of {PART_RUNS:,} runs: {together:.2f} s, a column at a time {alone:.1f} s")
    print(f"ratio {alone / together:.1f}")


if __name__ == "__main__":
    main()
