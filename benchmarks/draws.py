"""Joint draws of all parameters a second, for the widest epoch of the case.

Run as `python benchmarks/draws.py`. The table is drawn in batches into memory that the process already holds; each
figure is the best of ten batches. The first call compiles and is told apart.
"""

from __future__ import annotations

import time

from sim.case.loading import load_case
from sim.evidence.loading import load_evidence
from sim.evidence.priors import Priors, priors
from sim.numerics.machine import available_threads

BATCH = 20_000
BATCHES = 10
WANTED = 200_000


def rate(table: Priors, threads: int) -> float:
    """Draws a second in the fastest of BATCHES batches."""
    best = float("inf")
    for batch in range(BATCHES):
        start = time.perf_counter()
        table.draw(BATCH, seed=1, first=batch * BATCH, threads=threads)
        best = min(best, time.perf_counter() - start)
    return BATCH / best


def main() -> None:
    """Print the rate on one thread and on all that the machine lends."""
    case = load_case()
    evidence = load_evidence(case.folder / "evidence", case=case)
    tables = [priors(case, evidence, epoch) for epoch in case.epochs]
    table = max(tables, key=lambda table: len(table.columns))
    start = time.perf_counter()
    table.draw(1, seed=1)
    print(f"epoch {table.epoch}: {len(table.columns)} columns; compiled in {time.perf_counter() - start:.1f} s")
    for threads in sorted({1, available_threads()}):
        print(f"{threads} thread(s): {rate(table, threads):,.0f} draws/s (wanted on all threads: {WANTED:,})")


if __name__ == "__main__":
    main()
