"""An engine for a sweep: memory, threads and pieces, over all cores, in memory that does not grow.

A run's number is draw * R + run, where R is the number of runs per draw. Nothing of a run depends on which thread,
piece or shard it falls into, so the result has the same bits on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import cached_property, lru_cache, partial
from queue import SimpleQueue
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.case.case import Case
from sim.case.settlements import settled
from sim.engine.beside import compiling
from sim.engine.kernel import UNFINISHED, UNSOUND, Memory, Out, What, Which, compiled_simulate, last_parts
from sim.engine.sweep import BINS, MOST, Sweep
from sim.inputs.errors import InputError
from sim.inputs.numbers import whole_number
from sim.model import variables as variables_module
from sim.model.variables import layout
from sim.numerics.interleaved import room
from sim.numerics.machine import available_threads, compile_parts, is_compiling, seldom_collected
from sim.numerics.vectors import LANES
from sim.world.columns import outcome_type, week_places, week_type
from sim.world.plan import plan_record
from sim.world.rules import rules_record, sizes

KEPT_RUNS = 64  # whose weeks are counted together: few enough to stay in the processor's cache


UNSOUND_MESSAGE = "a number left its range"
Told = Callable[[int], object]


class Shard(NamedTuple):
    """The result of a range of draws.

    Attributes:
        number: of the shard.
        first: its first draw.
        rows: outcome records, one a run, in order.
        errors: message of each run that failed, by its number.
        draws: float32 (draws, columns of the uncertainty).
        path_runs: numbers of the runs that left a path.
        paths: float32 (paths, weeks + 1, weekly columns).
        bands: int32 (weeks + 1, weekly columns, BINS), how many runs fell into each bin, MOST at most.
    """

    number: int
    first: int
    rows: Any
    errors: dict[int, str]
    draws: NDArray[np.float32]
    path_runs: NDArray[np.int64]
    paths: NDArray[np.float32]
    bands: NDArray[np.int32]


class Scratch:
    """The memory that one thread simulates in."""

    def __init__(self, sweep: Sweep) -> None:
        case = sweep.case
        self.single = np.zeros(1, _state_type(case)).view(np.recarray)
        self.memory = room(self.single.dtype)
        self.epoch = np.zeros(len(self.memory), np.int64)
        self.today = np.zeros(1, week_type(case)).view(np.recarray)
        self.values = np.frombuffer(self.today.data, dtype=np.float32)
        shape = (sweep.scenario.horizon + 1, len(sweep.weekly))
        self.kept = np.zeros((KEPT_RUNS, *shape), np.uint8)
        self.waiting = np.zeros(1, np.int64)
        self.bands = np.zeros((*shape, BINS), np.int32)


class Piece(NamedTuple):
    """The result of one call of the kernel.

    Attributes:
        draw: number of the first draw that its runs belong to.
        rows: outcome records, one a run, in order.
        errors: message of each run that failed, by its number.
        draws: float64 (draws, columns of the uncertainty).
        paths: float32 (paths, weeks + 1, values of a week's record); NaN for a run that failed.
    """

    draw: int
    rows: Any
    errors: dict[int, str]
    draws: NDArray[np.float64]
    paths: NDArray[np.float32]


class Engine:
    """The compiled kernel with the case, the scenario and memory for its threads.

    Args:
        sweep: what to compute.
        threads: how many; None for all processors that this process may use.
    """

    def __init__(self, sweep: Sweep, threads: int | None = None) -> None:
        self.sweep = sweep
        if not is_compiling():
            allowed = "not set; one run (sim.NegotiationModel, job=explain) plays without the compiler"
            raise InputError(
                "environment", "NUMBA_DISABLE_JIT", "many runs are played by compiled code", allowed=allowed
            )
        self.threads = available_threads() if threads is None else whole_number("sweep", "threads", threads, 1, MOST)
        self.rules = _rules(sweep.case)
        self.plan = plan_record(sweep.case, sweep.scenario)
        self.seed = sweep.seed if sweep.seed < 2**63 else sweep.seed - 2**64
        self.place = week_places(sweep.case, sweep.weekly)
        self.scale = np.array([BINS / column.high for column in sweep.weekly])
        self.kernel = compiled_simulate()

    @property
    def is_loaded(self) -> bool:
        """Whether the kernel is in the memory of this process."""
        return bool(self.kernel.is_loaded)

    def warm_up(self) -> None:
        """Compile the kernel, or load it from the cache."""
        beside = partial(compiling, self.sweep) if available_threads() > 1 else nullcontext
        with seldom_collected():
            self.kernel(*self._nothing(), beside=beside)

    def compile_last_parts(self) -> None:
        """Compile what `warm_up` comes to last, and keep it, for another process that warms up meanwhile."""
        compile_parts(last_parts, self._nothing())

    def _nothing(self) -> tuple[What, Which, Memory, Out]:
        """What a call is given that simulates no run."""
        draws = self.sweep.uncertainty.records(1, self.sweep.seed)
        return self._given(Scratch(self.sweep), draws, 0, *self._space(0, 0))

    def _space(self, runs: int, paths: int) -> tuple[Any, NDArray[np.int8], NDArray[np.float32]]:
        """Room for rows, flaws and paths."""
        rows = np.zeros(runs, outcome_type(self.sweep.case)).view(np.recarray)
        shape = (paths, self.sweep.scenario.horizon + 1, week_type(self.sweep.case).itemsize // 4)
        return rows, np.full(runs, UNFINISHED, np.int8), np.zeros(shape, np.float32)

    def _given(
        self, scratch: Scratch, draws: Any, first: int, rows: Any, flaws: Any, paths: Any, most: int = LANES
    ) -> tuple[What, Which, Memory, Out]:
        sweep = self.sweep
        which = Which(self.seed, sweep.runs, first, sweep.scenario.horizon, most, sweep.path_step, sweep.band_step)
        memory = Memory(
            scratch.single, scratch.memory, scratch.epoch, scratch.today, scratch.values, scratch.kept, scratch.waiting,
            self.place, self.scale,
        )  # fmt: skip
        return What(self.rules, draws, self.plan), which, memory, Out(rows, flaws, paths, scratch.bands)

    def path_runs(self, first: int, last: int) -> NDArray[np.int64]:
        """Numbers of the runs that leave a path among runs first, ..., last - 1."""
        step = self.sweep.path_step
        return np.arange(-(-first // step) * step, last, step, dtype=np.int64) if step else np.zeros(0, np.int64)

    def piece(self, scratch: Scratch, first: int, last: int) -> Piece:
        """Simulate the runs with numbers first, ..., last - 1."""
        sweep = self.sweep
        draw = first // sweep.runs
        table = sweep.uncertainty.table(-(-last // sweep.runs) - draw, sweep.seed, draw, threads=1)
        draws = sweep.uncertainty.records_of(table, draw)
        rows, flaws, paths = self._space(last - first, len(self.path_runs(first, last)))
        errors: dict[int, str] = {}
        at, most = 0, LANES
        while True:
            path = len(self.path_runs(first, first + at))
            try:
                self.kernel(*self._given(scratch, draws, first + at, rows[at:], flaws[at:], paths[path:], most))
                break
            except Exception as error:  # any failure of a run is a row with its error, never the end of the sweep
                unfinished = np.flatnonzero(flaws[at:] == UNFINISHED)
                if not len(unfinished):
                    raise
                at += int(unfinished[0])
                if most > 1:  # one of those in step has failed: one by one it is seen which
                    most = 1
                    continue
                errors[first + at] = f"{type(error).__name__}: {error}"
                rows[at : at + 1] = np.zeros_like(rows[at : at + 1])
                paths[self.path_runs(first, last) == first + at] = np.nan
                at, most = at + 1, LANES
        self.classify(rows, flaws)
        errors |= {first + int(place): UNSOUND_MESSAGE for place in np.flatnonzero(flaws == UNSOUND)}
        return Piece(draw, rows, dict(sorted(errors.items())), table, paths)

    def classify(self, rows: Any, flaws: NDArray[Any]) -> None:
        """Write the class in which each run has ended; a failed run is in none, and has 0."""
        rows["settlement"] = np.where(flaws == UNFINISHED, 0, settled(self.sweep.case, rows))

    @cached_property
    def _scratches(self) -> list[Scratch]:
        """One for each thread, for all shards."""
        return [Scratch(self.sweep) for _ in range(self.threads)]

    def _pieces(self, first: int, last: int) -> list[tuple[int, int]]:
        """Cut runs first, ..., last - 1 into calls of the kernel: as many for every thread, so that none waits long.

        A call begins with a draw where draws are short, as each draw is drawn and derived anew in every call.
        """
        runs, most = self.sweep.runs, self.sweep.piece
        rounds = -(-(last - first) // (self.threads * most))
        step = -(-(last - first) // (self.threads * rounds))
        step = max(1, step // runs) * runs if runs <= most else step
        return [(at, min(at + step, last)) for at in range(first, last, step)]

    def _bands(self) -> NDArray[np.int32]:
        """What the threads have counted since this was last asked."""
        counts = self._scratches[0].bands.copy()
        for scratch in self._scratches[1:]:
            counts += scratch.bands
        for scratch in self._scratches:
            scratch.bands[...] = 0
        return counts

    def shard(self, number: int, told: Told = lambda runs: None) -> Shard:
        """Compute one shard; `told` hears of every finished piece, with its number of runs."""
        sweep = self.sweep
        first = number * sweep.shard_draws
        last = min(first + sweep.shard_draws, sweep.draws)
        start, end = first * sweep.runs, last * sweep.runs
        idle: SimpleQueue[Scratch] = SimpleQueue()
        for scratch in self._scratches:
            idle.put(scratch)

        def work(piece: tuple[int, int]) -> Piece:
            scratch = idle.get()
            try:
                return self.piece(scratch, *piece)
            finally:
                idle.put(scratch)

        rows = self._space(end - start, 0)[0]
        table = np.zeros((last - first, len(sweep.uncertainty.priors.names)), np.float32)
        errors: dict[int, str] = {}
        path_runs = self.path_runs(start, end)
        paths = np.zeros((len(path_runs), sweep.scenario.horizon + 1, len(self.place)), np.float32)
        pieces = self._pieces(start, end)
        path = 0
        with ThreadPoolExecutor(self.threads) as pool:
            for (at, to), part in zip(pieces, _in_order(pool, work, pieces, self.threads), strict=True):
                rows[at - start : to - start] = part.rows
                table[part.draw - first : part.draw - first + len(part.draws)] = part.draws
                errors |= part.errors
                paths[path : path + len(part.paths)] = part.paths[:, :, self.place]
                path += len(part.paths)
                told(to - at)
        return Shard(number, first, rows, errors, table, path_runs, paths, self._bands())


@lru_cache(maxsize=4)
def _state_type(case: Case) -> Any:
    """The type of a run's state, made once: it has fields by the hundred, and a studio asks for small sweeps."""
    return layout(variables_module.STATE, sizes(case))


@lru_cache(maxsize=4)
def _rules(case: Case) -> Any:
    """A case as a record, made once: the kernel only reads it."""
    return rules_record(case)


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[Any], Any], pieces: Sequence[Any], threads: int
) -> Iterator[Any]:
    """Results in the order of the pieces, with few of them waiting: finished pieces take memory."""
    ahead = 2 * threads
    waiting = [pool.submit(work, piece) for piece in pieces[:ahead]]
    for number in range(len(pieces)):
        result = waiting.pop(0).result()
        if number + ahead < len(pieces):
            waiting.append(pool.submit(work, pieces[number + ahead]))
        yield result
