"""What a sweep costs in a warm process before its first run: with one run, and with as many as the studio asks for.

Run as `python benchmarks/fixed_cost.py`. Each figure is the least of TIMES sweeps of a scenario whose lever moves, as
under a slider: another scenario each time, the same case and evidence.
"""

from __future__ import annotations

import time

from sim.case.loading import load_case
from sim.surface import sweep

TIMES = 12
SIZES = ((1, 1), (40, 5), (200, 5), (1000, 5))  # draws, runs of each
WANTED = 20.0  # milliseconds, of one run


def cost(draws: int, runs: int) -> float:
    """Milliseconds of a sweep."""
    scenario = load_case("afghanistan").scenario("turkey_summit")
    best = float("inf")
    for week in range(4, 4 + TIMES):
        moved = scenario.change(summit_week=week)
        start = time.perf_counter()
        sweep(moved, draws, runs, paths=0, band_runs=0, progress=False)
        best = min(best, time.perf_counter() - start)
    return 1000.0 * best


def main() -> None:
    """Print what each size costs."""
    cost(1, 1)  # loads the kernel and the evidence
    for draws, runs in SIZES:
        wanted = f" (wanted: at most {WANTED:g})" if draws * runs == 1 else ""
        print(f"{draws * runs:>5} runs: {cost(draws, runs):.0f} ms{wanted}")


if __name__ == "__main__":
    main()
