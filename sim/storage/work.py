"""A plan cut into parts, and what they will cost in time, memory and disk."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import NamedTuple

from sim.engine.engine import Engine
from sim.engine.sweep import BINS, SHARD_DRAWS
from sim.experiment.plan import Plan
from sim.inputs.numbers import counted, lasting
from sim.numerics.machine import available_threads
from sim.world.columns import outcome_type

FIXED_MEMORY = 2.0e9  # bytes of a process whatever its parts: libraries, and the engine while it is compiled
RUN_MEMORY = 4.0e3  # bytes more for each run of a part: its row, as columns, compressed
PATH_COPIES = 4  # of the paths of a part, at most at a time
CLUSTER_RUNS = 10_000_000  # fewer than these take minutes on one machine
MEASURED_RUNS = 1000  # runs that the rate is measured on, before anything is promised


class Part(NamedTuple):
    """Some of the work: all shards of cells first, ..., last - 1, or one shard of one cell, or a table of draws.

    Attributes:
        number: of the part, from 0; the tables of draws come after the runs.
        first, last: cells; for a table of draws, draws.
        shard: of the cell; None for all.
        epoch: of a table of draws; None for runs.
    """

    number: int
    first: int
    last: int
    shard: int | None = None
    epoch: str | None = None


def cells_in_part(plan: Plan) -> int:
    """How many cells a part has; 1 where each part is one shard of a cell."""
    return max(1, plan.part_runs // (plan.draws * plan.runs))


def run_parts_of(plan: Plan) -> int:
    """How many parts of runs a plan has."""
    step = cells_in_part(plan)
    return -(-len(plan) // step) * (1 if step > 1 else plan.shards)


def parts_of(plan: Plan) -> int:
    """How many parts a plan has, tables of draws and all."""
    return run_parts_of(plan) + len(plan.epochs) * _tables(plan)


def _tables(plan: Plan) -> int:
    """How many tables of draws there are for each epoch."""
    return -(-plan.draws // SHARD_DRAWS)


def parts(plan: Plan) -> list[Part]:
    """The work of a plan, in order: the runs, then the draws."""
    return [part_at(plan, n) for n in range(parts_of(plan))]


def part_at(plan: Plan, number: int) -> Part:
    """A part by its number."""
    step, runs = cells_in_part(plan), run_parts_of(plan)
    if number >= runs:
        place, table = divmod(number - runs, _tables(plan))
        first = table * SHARD_DRAWS
        return Part(number, first, min(first + SHARD_DRAWS, plan.draws), None, list(plan.epochs)[place])
    if step > 1:
        return Part(number, number * step, min((number + 1) * step, len(plan)))
    cell, shard = divmod(number, plan.shards)
    return Part(number, cell, cell + 1, shard)


def runs_in(plan: Plan, part: Part) -> int:
    """How many runs a part has; 0 for a table of draws."""
    if part.epoch is not None:
        return 0
    if part.shard is None:
        return (part.last - part.first) * plan.draws * plan.runs
    sweep = plan.sweep(part.first)
    return (min((part.shard + 1) * sweep.shard_draws, sweep.draws) - part.shard * sweep.shard_draws) * sweep.runs


def memory(plan: Plan) -> str:
    """The memory of a process that does parts of a plan, with room to spare, as Slurm reads it."""
    runs = RUN_MEMORY * max(plan.runs, plan.part_runs)
    return f"{math.ceil((FIXED_MEMORY + runs + path_memory(plan)) / 1e9)}G"


def path_memory(plan: Plan) -> float:
    """Bytes that the weekly paths of a part take while it is made: as computed, chosen, and as columns."""
    if not plan.keeps_weeks or not plan.paths:
        return 0.0
    sweep, cells = plan.sweep(0), min(cells_in_part(plan), len(plan))
    runs = min(sweep.total, sweep.shard_draws * sweep.runs)
    weeks = 1 + max(plan.cell(number).scenario.horizon for number in range(len(plan)))
    return PATH_COPIES * 4.0 * cells * math.ceil(runs / sweep.path_step) * weeks * len(sweep.weekly)


@dataclass(frozen=True)
class Cost:
    """What a plan will take.

    Attributes:
        asked: cells that were asked for.
        cells: all of them, baselines and all.
        runs: in all.
        seconds: of one processor like those here.
        size: bytes at most.
        parts: of the work.
        files: on the disk.
        threads: processors that are used here.
        longest: seconds that the largest part takes one processor.
    """

    asked: int
    cells: int
    runs: int
    seconds: float
    size: int
    parts: int
    files: int
    threads: int = 1
    longest: float = 0.0

    def __str__(self) -> str:
        more = self.cells - self.asked
        paired = f" and {more:,} to compare them with" if more else ""
        alone = ": no cluster needed" if self.runs < CLUSTER_RUNS else ""
        return (
            f"{counted(self.asked, 'cell')}{paired}, {counted(self.runs, 'run')}: {_hours(self.seconds)} core-hours as "
            f"measured here, {counted(self.parts, 'part')} in {counted(self.files, 'file')}, "
            f"at most {_bytes(self.size)}; this takes {lasting(self.seconds / self.threads)} here{alone}"
        )


def _hours(seconds: float) -> str:
    """Hours with two digits.

    >>> _hours(3.0), _hours(40.0), _hours(4000.0), _hours(4e6)
    ('less than 0.01', '0.011', '1.1', '1,111')
    """
    hours = seconds / 3600.0
    if hours < 0.01:
        return "less than 0.01"
    return f"{hours:,.0f}" if hours >= 10.0 else f"{hours:.2g}"


def _bytes(number: float) -> str:
    """A number of bytes in words.

    >>> _bytes(999), _bytes(1500), _bytes(999_600), _bytes(2.5e9)
    ('999 B', '2 kB', '1 MB', '2.5 GB')
    """
    for unit in ("B", "kB", "MB"):
        if round(number) < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def warm_up(plan: Plan, told: Callable[[str], object]) -> None:
    """Load the engine; where it has to be compiled, say so."""
    engine = Engine(plan.sweep(0), 1)
    if not engine.kernel.is_warm():
        told("compiling the engine: once for each version, about a minute")
    engine.warm_up()


def cost(plan: Plan, threads: int | None = None, told: Callable[[str], object] = lambda line: None) -> Cost:
    """What a plan will take, measured on a few runs of a few cells, on one processor.

    Args:
        plan: the plan.
        threads: that would do it here; None for all processors of this process.
        told: hears when the engine has to be compiled.
    """
    warm_up(plan, told)
    each, rates = [], []
    for number in sorted({0, len(plan) // 2, len(plan) - 1}):
        one, few = _seconds(plan, number, 1), _seconds(plan, number, max(2, MEASURED_RUNS // plan.runs))
        each.append(one[0])
        rates.append(max(few[0] - one[0], 1e-6) / few[1])
    seconds = sum(each) / len(each) * len(plan) + sum(rates) / len(rates) * plan.weeks
    tables = parts_of(plan) - run_parts_of(plan)
    files = run_parts_of(plan) * (3 if plan.keeps_weeks else 1) + tables
    longest = seconds / plan.total * runs_in(plan, part_at(plan, 0))
    return Cost(
        plan.asked, len(plan), plan.total, seconds, _size(plan), parts_of(plan), files, threads or available_threads(),
        longest,
    )  # fmt: skip


def _size(plan: Plan) -> int:
    """The bytes of a plan at most: as they would be without compression."""
    row = outcome_type(plan.grid.case).itemsize
    weeks = sum(plan.sweep(n).scenario.horizon + 1 for n in range(len(plan))) if plan.keeps_weeks else 0
    return plan.total * row + weeks * (plan.paths * 4 + BINS * 2) * len(plan.sweep(0).weekly)


def _seconds(plan: Plan, number: int, draws: int) -> tuple[float, int]:
    """How long some draws of a cell take, and how many weeks more than one draw they simulate."""
    few = replace(plan.sweep(number), draws=min(plan.draws, draws))
    started = perf_counter()
    Engine(few, 1).shard(0)
    return perf_counter() - started, max(1, few.draws - 1) * few.runs * few.scenario.horizon
