"""Nanoseconds of one call of sim.draws and sim.arithmetic, compiled and interpreted.

Run as `python benchmarks/arithmetic.py`. "Independent" calls do not wait for each other, as in a week with many
decisions; "chained" calls do, each taking its argument from the result before it. Each figure is the best of five.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from sim.numerics import arithmetic
from sim.numerics import chance as draws

CALLS = 1_000_000
REPEATS = 5
INTERPRETED_CALLS = 2_000


def best_nanoseconds(work: Callable[[], Any], calls: int) -> float:
    """The fastest of REPEATS timings of `work`, in nanoseconds a call; one call before them compiles."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
    return min(times) / calls


def loops(function: Callable[[float], float], to_argument: Callable[[float], float]) -> tuple[Any, Any]:
    """Compiled loops over `function`: independent calls, and calls chained through `to_argument`."""
    compiled: Any = njit(function)
    argument: Any = njit(to_argument)

    @njit
    def independent(values: Any) -> float:
        total = 0.0
        for value in values:
            total += compiled(value)
        return total

    @njit
    def chained(values: Any) -> float:
        result = 0.0
        for value in values:
            result = compiled(argument(result) + value)
        return result

    return independent, chained


def vanishing(result: float) -> float:
    """A number too small to move the next argument, but known only after `result`."""
    return result * 1e-300


def report_scalar(name: str, function: Callable[[float], float], values: Any) -> None:
    independent, chained = loops(function, vanishing)
    few = [float(value) for value in values[:INTERPRETED_CALLS]]
    figures = (
        best_nanoseconds(lambda: independent(values), len(values)),
        best_nanoseconds(lambda: chained(values), len(values)),
        best_nanoseconds(lambda: [function(value) for value in few], len(few)),
    )
    print(f"{name:24s} {figures[0]:12.1f} {figures[1]:12.1f} {figures[2]:12.0f}")


def from_slot(slot: float) -> float:
    return draws.uniform(7, 1, 2, 3, int(slot), draws.CHANCE)


def from_block(block: float) -> float:
    a, b, c, d = draws.uniforms4(7, 1, 2, 3, int(block), draws.CHANCE)
    return (a + b) + (c + d)


def poisson_at_8(u: float) -> float:
    return float(arithmetic.poisson_quantile(u, 8.0))


def main() -> None:
    chance = np.random.Generator(np.random.Philox(1))
    wide = chance.uniform(-50.0, 50.0, CALLS)
    positive = np.exp(wide)
    unit = chance.uniform(0.0, 1.0, CALLS)
    slots = np.arange(float(CALLS))
    print(f"{'ns a call':24s} {'independent':>12s} {'chained':>12s} {'interpreted':>12s}")
    report_scalar("draws.uniform", from_slot, slots)
    report_scalar("draws.uniforms4", from_block, slots)
    report_scalar("exp", arithmetic.exp, wide)
    report_scalar("log", arithmetic.log, positive)
    report_scalar("logistic", arithmetic.logistic, wide)
    report_scalar("normal_quantile", arithmetic.normal_quantile, unit)
    report_scalar("poisson_quantile(8)", poisson_at_8, unit)


if __name__ == "__main__":
    main()
