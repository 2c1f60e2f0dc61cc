"""Thirty visitors of one studio move a lever at the same moment, each another value, and want 1,000 runs.

Run from the repository: `python benchmarks/a_class.py [VISITORS]`. What a browser does with a picture comes on top;
`tests/studio/browser_check.py` measures one visitor in a real one.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from threading import Barrier
from time import perf_counter, process_time

from sim.case.loading import load_case
from sim.studio.bench import Bench
from sim.studio.choice import Choice, Offered
from sim.studio.view import view

VISITORS = 30
STAGES = ("the first 200 runs", "1,000 runs")


def main(words: list[str]) -> int:
    """Print how long they wait, of a number of visitors."""
    visitors = int(words[0]) if words else VISITORS
    bench = Bench(Offered(load_case()))
    bench.seen(Choice("turkey_summit"), 1)  # compiled, and `status_quo` known, as when the lesson begins
    together = Barrier(visitors)

    def visit(number: int) -> list[float]:
        choice = Choice("turkey_summit", (("summit_week", 5.0 + number), ("weeks_to_go", 21.0)))
        together.wait()
        start, waited = perf_counter(), []
        for stage in range(len(STAGES)):
            view(bench.seen(choice, stage))
            waited.append(perf_counter() - start)
        return waited

    before = process_time()
    with ThreadPoolExecutor(visitors) as pool:
        found = list(zip(*pool.map(visit, range(visitors)), strict=True))
    print(f"processor: {(process_time() - before) / visitors:.2f} s a visitor, for both")
    for told, times in zip(STAGES, found, strict=True):
        print(f"{visitors} visitors, to {told}: median {median(times):.2f} s, last {max(times):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
