"""Sweeps of the smallest case with shards made by hand: what is kept of runs is tested without simulating any."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.case.case import Case
from sim.case.loading import load_case
from sim.engine.engine import Shard, Told
from sim.engine.sweep import BINS, Sweep
from sim.evidence.loading import load_evidence
from sim.evidence.rows import Evidence
from sim.experiment.grid import Axis, grid_of
from sim.experiment.plan import Plan
from sim.world.columns import outcome_type

WEEKS = 4  # the horizon of whatever is swept here
FAILED = "ValueError: odd"


@cache
def textbook() -> Case:
    """A case of one table, one cell and no war."""
    return load_case("textbook")


@cache
def coded() -> Evidence:
    """What is coded of it."""
    return load_evidence(textbook().folder / "evidence", case=textbook())


def small_sweep(name: str = "modest_wish", **sizes: Any) -> Sweep:
    """Five draws with three runs each, in three shards of at most two draws; runs 0, 5 and 10 have a path."""
    usual = {"draws": 5, "runs": 3, "seed": 7, "paths": 3, "band_runs": 8, "shard_runs": 6}
    return Sweep(textbook().scenario(name, horizon=WEEKS), **{**usual, **sizes})


def small_plan(*axes: Axis, **sizes: Any) -> Plan:
    """Some cells of a case, each with five draws and three runs."""
    usual = {"draws": 5, "runs": 3, "seed": 7, "paths": 3, "band_runs": 8, "part_runs": 6}
    base = sizes.pop("base", None)
    return Plan(grid_of(textbook(), coded(), [*axes, Axis("horizon", (WEEKS,))], base), **{**usual, **sizes})


def rows_of(sweep: Sweep, first: int, last: int) -> Any:
    """Outcomes of runs first, ..., last - 1 that say of what column and run they are, and of what horizon.

    Every seventh week never came, and every fifth number that is no share of anything is undefined.
    """
    rows = np.zeros(last - first, outcome_type(sweep.case)).view(np.recarray)
    runs = np.arange(first, last)
    for place, column in enumerate(sweep.columns):
        values: NDArray[Any] = (runs * 3 + place + sweep.scenario.horizon) % 100
        if column.kind == "f4":
            values = np.where((runs + place) % 5 == 0, np.nan, values + 0.25)
        elif column.is_week:
            values = np.where((runs + place) % 7 == 0, -1, values)
        rows[column.field][(slice(None), *column.place)] = values
    return rows


def shard_of(sweep: Sweep, number: int, errors: Mapping[int, str] | None = None) -> Shard:
    """A shard as the engine would give it, of numbers that all differ."""
    first = number * sweep.shard_draws
    last = min(first + sweep.shard_draws, sweep.draws)
    start, end = first * sweep.runs, last * sweep.runs
    drawn = sweep.uncertainty.table(last - first, sweep.seed, first).astype(np.float32)
    step, weeks, weekly = sweep.path_step, sweep.scenario.horizon + 1, len(sweep.weekly)
    chosen = np.array([run for run in range(start, end) if step and run % step == 0], np.int64)
    within = np.arange(weeks)[:, None] * 10.0 + np.arange(weekly)
    paths = (chosen[:, None, None] * 1000.0 + within[None]).astype(np.float32)
    bands = np.zeros((weeks, weekly, BINS), np.int32)
    counted = [run for run in range(start, end) if sweep.band_step and run % sweep.band_step == 0]
    for run in counted:
        for week in range(weeks):
            bands[week, np.arange(weekly), (np.arange(weekly) * 5 + week * 3 + run % 4) % BINS] += 1
    failed = {run: told for run, told in (errors or {}).items() if start <= run < end}
    return Shard(number, first, rows_of(sweep, start, end), failed, drawn, chosen, paths, bands)


def kept_once(folder: Path, name: str, keep: Callable[[Path], object], place: Path, errors: Any = None) -> Path:
    """A copy of what is kept in a folder once for all tests of a file: writing takes longer than copying."""
    if not (folder / name).exists():
        with pytest.MonkeyPatch.context() as patch:
            hand_made(patch, errors)
            keep(folder / name)
    shutil.copytree(folder / name, place)
    return place


class HandMade:
    """In the place of the engine: its shards are made by hand, and what it was asked for is kept."""

    asked: list[tuple[str, int, int | None]]
    errors: Mapping[int, str]
    breaks: Callable[[Sweep, int], None]
    warm = True
    warmed: list[int | None]  # the threads of each engine that was warmed up

    def __init__(self, sweep: Sweep, threads: int | None = None) -> None:
        self.sweep, self.threads, self.kernel = sweep, threads, self

    def shard(self, number: int, told: Told = lambda runs: None) -> Shard:
        type(self).asked.append((self.sweep.scenario.scenario, number, self.threads))
        type(self).breaks(self.sweep, number)
        found = shard_of(self.sweep, number, type(self).errors)
        told(len(found.rows))
        return found

    def is_warm(self) -> bool:
        return type(self).warm

    def warm_up(self) -> None:
        type(self).warmed.append(self.threads)


def hand_made(monkeypatch: pytest.MonkeyPatch, errors: Mapping[int, str] | None = None) -> type[HandMade]:
    """Let sweeps, plans and what they will cost be made of shards by hand."""

    class Made(HandMade):
        asked: list[tuple[str, int, int | None]] = []  # noqa: RUF012 - of this test alone
        warmed: list[int | None] = []  # noqa: RUF012
        breaks = staticmethod(lambda sweep, number: None)

    Made.errors = errors or {}

    def compute(sweep: Sweep, todo: Sequence[int], *, threads: Any, progress: Any) -> Iterator[Shard]:
        yield from map(Made(sweep, threads).shard, todo)

    monkeypatch.setattr("sim.storage.plans.Engine", Made)
    monkeypatch.setattr("sim.storage.work.Engine", Made)
    monkeypatch.setattr("sim.storage.sweeps.compute", compute)
    monkeypatch.setattr("os.fsync", lambda handle: None)  # which takes most of the time of small files
    return Made
