"""A sweep: draws of what we do not know times runs of chance, over all cores, in memory that does not grow.

A run's number is draw * R + run, where R is the number of runs per draw. Nothing of a run depends on which thread,
piece or shard it falls into, so the result has the same bits on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from queue import SimpleQueue
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import vocabulary as words
from sim.case import Case
from sim.compiled import is_warm
from sim.evidence import Evidence, load_evidence
from sim.inputs import InputError
from sim.kernel import SOUND, UNFINISHED, compiled_simulate
from sim.outcomes import Column, outcome_columns, outcome_type, week_places, week_type, weekly_columns
from sim.sampling import available_threads
from sim.scenario import Scenario, plan_record
from sim.state import records, rules_record, sizes
from sim.uncertainty import Uncertainty, uncertainty

PIECE_RUNS = 1_000  # runs of one call of the kernel: short enough to stop and to report, long enough to cost nothing
SHARD_RUNS = 100_000
SHARD_DRAWS = 25_000  # a shard holds a table of its draws too
BINS = 128  # of a week's distribution of one quantity
PATHS = 20
BAND_RUNS = 20_000
LARGEST_SEED = 2**64 - 1
UNSOUND_MESSAGE = "a number left its range"
Told = Callable[[int], object]


@dataclass(frozen=True)
class Sweep:
    """What a sweep computes: enough to compute any of its runs again.

    Attributes:
        scenario: the scenario.
        draws: draws of everything uncertain.
        runs: R, runs of chance for each draw.
        seed: of all chance, 0 to 2**64 - 1.
        passes: the coding passes that count; empty for all of the case.
        implied: whether rows that a pass marked as implied count.
        paths: how many runs, evenly spread, leave every week.
        band_runs: how many runs, evenly spread, make the weekly bands (fewer where the sweep has fewer).
        shard_runs: runs of one shard, about; every shard is computed and stored as a whole.
        piece: runs of one call of the kernel; changes nothing but speed.
    """

    scenario: Scenario
    draws: int
    runs: int = 1
    seed: int = 1
    passes: tuple[str, ...] = ()
    implied: bool = True
    paths: int = PATHS
    band_runs: int = BAND_RUNS
    shard_runs: int = SHARD_RUNS
    piece: int = PIECE_RUNS

    def __post_init__(self) -> None:
        bounds = {"draws": 1, "runs": 1, "seed": 0, "paths": 0, "band_runs": 0, "shard_runs": 1, "piece": 1}
        for name, low in bounds.items():
            value = getattr(self, name)
            high = LARGEST_SEED if name == "seed" else 10**9
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if not whole or not low <= value <= high:
                raise InputError("sweep", name, f"{value!r} is out of range", allowed=f"a whole number {low} to {high}")
            object.__setattr__(self, name, int(value))

    @property
    def case(self) -> Case:
        """The case of the scenario."""
        return self.scenario.case

    @property
    def total(self) -> int:
        """How many runs in all."""
        return self.draws * self.runs

    @property
    def path_step(self) -> int:
        """Runs whose number is a multiple of it leave a path; 0 for none."""
        return -(-self.total // self.paths) if self.paths else 0

    @property
    def band_step(self) -> int:
        """Runs whose number is a multiple of it count in the bands; 0 for none."""
        return -(-self.total // self.band_runs) if self.band_runs else 0

    @property
    def shard_draws(self) -> int:
        """Draws of one shard."""
        return min(max(1, self.shard_runs // self.runs), SHARD_DRAWS)

    @property
    def shards(self) -> int:
        """How many shards."""
        return -(-self.draws // self.shard_draws)

    @cached_property
    def evidence(self) -> Evidence:
        """The coded evidence that counts."""
        folder = self.case.folder / "evidence"
        if self.passes:
            return load_evidence(folder, passes=self.passes, implied=self.implied)
        return load_evidence(folder, implied=self.implied)

    @cached_property
    def uncertainty(self) -> Uncertainty:
        """The joint prior, with what the scenario fixes and switches off."""
        scenario = self.scenario
        return uncertainty(self.case, self.evidence, scenario.epoch, scenario.fixed, scenario.off)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The outcome columns."""
        return outcome_columns(self.case)

    @cached_property
    def weekly(self) -> tuple[Column, ...]:
        """The columns of paths and bands."""
        return weekly_columns(self.case)


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
        bands: int64 (weeks + 1, weekly columns, BINS), how many runs fell into each bin.
    """

    number: int
    first: int
    rows: Any
    errors: dict[int, str]
    draws: NDArray[np.float32]
    path_runs: NDArray[np.int64]
    paths: NDArray[np.float32]
    bands: NDArray[np.int64]


class _Scratch:
    """The memory that one thread simulates in."""

    def __init__(self, sweep: Sweep) -> None:
        case = sweep.case
        self.memory = records(words.STATE, sizes(case), 1)
        self.raw = np.frombuffer(self.memory.data, dtype=np.uint8)
        self.today = np.zeros(1, week_type(case)).view(np.recarray)
        self.values = np.frombuffer(self.today.data, dtype=np.float32)
        self.bands = np.zeros((sweep.scenario.horizon + 1, len(sweep.weekly), BINS), np.int64)


class Engine:
    """The compiled kernel with the case, the scenario and memory for its threads.

    Args:
        sweep: what to compute.
        threads: how many; None for all processors that this process may use.
    """

    def __init__(self, sweep: Sweep, threads: int | None = None) -> None:
        self.sweep = sweep
        self.threads = available_threads() if threads is None else max(1, threads)
        self.rules = rules_record(sweep.case)
        self.plan = plan_record(sweep.case, sweep.scenario)
        self.seed = sweep.seed if sweep.seed < 2**63 else sweep.seed - 2**64
        self.place = week_places(sweep.case, sweep.weekly)
        self.scale = np.array([BINS / column.high for column in sweep.weekly])
        self.kernel = compiled_simulate()

    def warm_up(self) -> None:
        """Compile the kernel, or load it from the cache."""
        scratch = _Scratch(self.sweep)
        self._call(scratch, self.sweep.uncertainty.records(1, self.sweep.seed)[:0], 0, 0, *self._space(0, 0, 0))

    def _space(self, draws: int, runs: int, paths: int) -> tuple[Any, NDArray[np.int8], NDArray[np.float32]]:
        """Room for rows, flaws and paths."""
        rows = np.zeros(draws * runs, outcome_type(self.sweep.case)).view(np.recarray)
        weeks, values = self.sweep.scenario.horizon + 1, week_type(self.sweep.case).itemsize // 4
        return rows, np.full(draws * runs, UNFINISHED, np.int8), np.zeros((paths, weeks, values), np.float32)

    def _call(self, scratch: _Scratch, draws: Any, first: int, last: int, rows: Any, flaws: Any, paths: Any) -> None:
        sweep = self.sweep
        self.kernel(
            self.rules, draws, self.plan, scratch.memory, scratch.raw, self.seed, sweep.runs, first, last,
            sweep.scenario.horizon, rows, flaws, scratch.today, scratch.values, sweep.path_step, paths,
            sweep.band_step, self.place, self.scale, scratch.bands,
        )  # fmt: skip

    def path_runs(self, first: int, last: int) -> NDArray[np.int64]:
        """Numbers of the runs that leave a path among runs first, ..., last - 1."""
        step = self.sweep.path_step
        return np.arange(-(-first // step) * step, last, step, dtype=np.int64) if step else np.zeros(0, np.int64)

    def piece(self, scratch: _Scratch, first: int, last: int, run_first: int, run_last: int) -> Any:
        """Simulate runs run_first, ..., run_last - 1 of draws first, ..., last - 1: (rows, errors, draws, paths)."""
        sweep = self.sweep
        table = sweep.uncertainty.table(last - first, sweep.seed, first, threads=1)
        draws = sweep.uncertainty.records_of(table, first)
        here = self.path_runs(first * sweep.runs + run_first, (last - 1) * sweep.runs + run_last)
        here = here[(here % sweep.runs >= run_first) & (here % sweep.runs < run_last)]
        rows, flaws, paths = self._space(last - first, run_last - run_first, len(here))
        before = scratch.bands.copy()
        try:
            self._call(scratch, draws, run_first, run_last, rows, flaws, paths)
        except Exception as error:  # any failure of a run is a row with its error, never the end of the sweep
            scratch.bands[...] = before
            if len(rows) == 1:
                paths[...] = np.nan
                return np.zeros_like(rows), {first * sweep.runs + run_first: _told(error)}, table, paths
            return self._one_by_one(scratch, first, last, run_first, run_last)
        numbers = np.flatnonzero(flaws != SOUND)
        width = run_last - run_first
        errors = {int((first + n // width) * sweep.runs + run_first + n % width): UNSOUND_MESSAGE for n in numbers}
        return rows, errors, table, paths

    def _one_by_one(self, scratch: _Scratch, first: int, last: int, run_first: int, run_last: int) -> Any:
        parts = [
            self.piece(scratch, d, d + 1, r, r + 1) for d in range(first, last) for r in range(run_first, run_last)
        ]
        rows = np.concatenate([part[0] for part in parts]).view(np.recarray)
        errors = {number: message for part in parts for number, message in part[1].items()}
        table = np.concatenate([part[2] for part in parts[:: run_last - run_first]])
        return rows, errors, table, np.concatenate([part[3] for part in parts])

    def _pieces(self, first: int, last: int) -> list[tuple[int, int, int, int]]:
        """Cut draws first, ..., last - 1 into calls of the kernel."""
        sweep = self.sweep
        if sweep.runs <= sweep.piece:
            step = max(1, sweep.piece // sweep.runs)
            return [(d, min(d + step, last), 0, sweep.runs) for d in range(first, last, step)]
        cuts = range(0, sweep.runs, sweep.piece)
        return [(d, d + 1, r, min(r + sweep.piece, sweep.runs)) for d in range(first, last) for r in cuts]

    def shard(self, number: int, told: Told = lambda runs: None) -> Shard:
        """Compute one shard; `told` hears of every finished piece, with its number of runs."""
        sweep = self.sweep
        first = number * sweep.shard_draws
        last = min(first + sweep.shard_draws, sweep.draws)
        idle: SimpleQueue[_Scratch] = SimpleQueue()
        scratches = [_Scratch(sweep) for _ in range(self.threads)]
        for scratch in scratches:
            idle.put(scratch)

        def work(piece: tuple[int, int, int, int]) -> Any:
            scratch = idle.get()
            try:
                return self.piece(scratch, *piece)
            finally:
                idle.put(scratch)

        rows = np.zeros((last - first) * sweep.runs, outcome_type(sweep.case)).view(np.recarray)
        table = np.zeros((last - first, len(sweep.uncertainty.priors.names)), np.float32)
        errors: dict[int, str] = {}
        paths: list[NDArray[np.float32]] = []
        pieces = self._pieces(first, last)
        filled = 0
        with ThreadPoolExecutor(self.threads) as pool:
            for piece, (part, wrong, drawn, path) in zip(
                pieces, _in_order(pool, work, pieces, self.threads), strict=True
            ):
                rows[filled : filled + len(part)] = part
                filled += len(part)
                table[piece[0] - first : piece[1] - first] = drawn
                errors |= wrong
                paths.append(path)
                told(len(part))
        bands = sum((scratch.bands for scratch in scratches), np.zeros_like(scratches[0].bands))
        kept = np.concatenate(paths)[:, :, self.place]
        return Shard(
            number, first, rows, errors, table, self.path_runs(first * sweep.runs, last * sweep.runs), kept, bands
        )


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


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


@contextmanager
def progress_bar(total: int, shown: bool | None, what: str) -> Iterator[Told]:
    """A bar with an estimate of the time left, on the terminal's error stream."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not (console.is_terminal if shown is None else shown):
        yield lambda runs: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda runs: bar.advance(task, runs)


def _warm_up(engine: Engine, shown: bool | None) -> None:
    """Load the kernel; where it has to be compiled, say so."""
    from rich.console import Console

    console = Console(stderr=True)
    if is_warm(engine.kernel) or shown is False:
        engine.warm_up()
        return
    with console.status("compiling the engine: once for each version, about half a minute"):
        if not console.is_terminal:
            console.print("compiling the engine: once for each version, about half a minute")
        engine.warm_up()


@dataclass(frozen=True)
class Made:
    """The shards of a sweep in memory, put together."""

    rows: Any
    errors: dict[int, str]
    draws: NDArray[np.float32]
    path_runs: NDArray[np.int64]
    paths: NDArray[np.float32]
    bands: NDArray[np.int64]


def made(shards: Sequence[Shard]) -> Made:
    """Shards, in order, put together."""
    return Made(
        rows=np.concatenate([shard.rows for shard in shards]).view(np.recarray),
        errors={number: message for shard in shards for number, message in shard.errors.items()},
        draws=np.concatenate([shard.draws for shard in shards]),
        path_runs=np.concatenate([shard.path_runs for shard in shards]),
        paths=np.concatenate([shard.paths for shard in shards]),
        bands=sum((shard.bands for shard in shards[1:]), shards[0].bands),
    )


def compute(
    sweep: Sweep, missing: Sequence[int], *, threads: int | None = None, progress: bool | None = None
) -> Iterator[Shard]:
    """Compute shards one after the other, telling how far it is."""
    if not missing:
        return
    engine = Engine(sweep, threads)
    _warm_up(engine, progress)
    size = sweep.shard_draws
    total = sum((min((n + 1) * size, sweep.draws) - n * size) * sweep.runs for n in missing)
    with progress_bar(total, progress, sweep.scenario.scenario) as told:
        for number in missing:
            yield engine.shard(number, told)
