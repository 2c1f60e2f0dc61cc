"""Compute a sweep with a progress bar and an estimate, and put its shards together."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.engine import Engine, Shard, Told
from sim.engine.sweep import Sweep
from sim.inputs.numbers import lasting

MINUTE = 60.0  # seconds


@contextmanager
def progress_bar(total: int, shown: bool | None, what: str, unit: str = "runs") -> Iterator[Told]:
    """How far it is, with an estimate of the time left, on the error stream.

    Args:
        total: in all, of the unit.
        shown: whether to show it; None: yes, and where there is neither a terminal nor a notebook, a line a minute.
        what: is computed.
        unit: what is counted, in the plural.
    """
    from rich.console import Console

    console = Console(stderr=True, markup=False, emoji=False)
    if shown is False:
        yield lambda runs: None
        return
    if shown is None and not (console.is_terminal or console.is_jupyter):
        yield from _lines(total, what, unit)
        return
    if console.is_jupyter:
        yield from _line(total, what, unit)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    named = TextColumn("{task.description}", markup=False)  # a name is data
    columns = (named, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda runs: bar.advance(task, runs)


def _so_far(what: str, unit: str, done: int, total: int, seconds: float) -> str:
    """How far it is after so many seconds, and how long it will take.

    >>> _so_far("discover", "resamples", 1, 4, 20.0), _so_far("status_quo", "runs", 4, 4, 80.0)
    ('discover: 1 of 4 resamples, about 60 seconds left', 'status_quo: 4 of 4 runs')
    """
    left = f", {lasting(seconds * (total - done) / done)} left" if 0 < done < total else ""
    return f"{what}: {done:,} of {total:,} {unit}{left}"


def _lines(total: int, what: str, unit: str, every: float = MINUTE) -> Iterator[Told]:
    """A line now and then, for a file that somebody reads later: no control characters, nothing for a short job."""
    started = said = perf_counter()
    done = 0

    def told(runs: int) -> None:
        nonlocal done, said
        done += runs
        now = perf_counter()
        if now - said >= every:
            said = now
            with suppress(OSError, ValueError):  # who no longer listens does not end the work
                print(_so_far(what, unit, done, total, now - started), file=sys.stderr, flush=True)

    yield told


def _line(total: int, what: str, unit: str) -> Iterator[Told]:
    """One line that is written over, for a notebook: rich's bar would need ipywidgets there."""
    started, done = perf_counter(), 0

    def told(runs: int) -> None:
        nonlocal done
        done += runs
        line = _so_far(what, unit, done, total, perf_counter() - started)
        print(f"\r{line:<79}", end="", file=sys.stderr, flush=True)  # covers a longer one

    yield told
    print(file=sys.stderr)


def _warm_up(engine: Engine, shown: bool | None) -> None:
    """Load the kernel where this process has not yet; where it has to be compiled, say so."""
    if engine.is_loaded:
        return
    if engine.kernel.is_warm() or shown is False:
        engine.warm_up()
        return
    from rich.console import Console

    console, told = (
        Console(stderr=True, markup=False, emoji=False),
        "compiling the engine: once a version, about a minute",
    )
    if console.is_terminal:
        with console.status(told):
            engine.warm_up()
    else:
        print(told, file=sys.stderr)
        engine.warm_up()


@dataclass(frozen=True)
class Made:
    """The shards of a sweep in memory, put together."""

    rows: Any
    errors: dict[int, str]
    draws: NDArray[np.float32]
    path_runs: NDArray[np.int64]
    paths: NDArray[np.float32]
    bands: NDArray[np.int32]


def made(shards: Sequence[Shard]) -> Made:
    """Shards, in order, put together."""
    bands = shards[0].bands
    for shard in shards[1:]:
        bands = bands + shard.bands  # a shard keeps its own
    return Made(
        rows=np.concatenate([shard.rows for shard in shards]).view(np.recarray),
        errors={number: message for shard in shards for number, message in shard.errors.items()},
        draws=np.concatenate([shard.draws for shard in shards]),
        path_runs=np.concatenate([shard.path_runs for shard in shards]),
        paths=np.concatenate([shard.paths for shard in shards]),
        bands=bands,
    )


def compute_all(sweeps: Sequence[Sweep], *, threads: int | None = None, progress: bool | None = None) -> Iterator[Made]:
    """Compute several sweeps in memory, one after the other, telling how far all of them are."""
    first = Engine(sweeps[0], threads)
    _warm_up(first, progress)
    what = sweeps[0].scenario.scenario if len(sweeps) == 1 else "runs"
    with progress_bar(sum(sweep.total for sweep in sweeps), progress, what) as told:
        for number, sweep in enumerate(sweeps):
            engine = Engine(sweep, threads) if number else first
            yield made([engine.shard(part, told) for part in range(sweep.shards)])


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
