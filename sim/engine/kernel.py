"""The compiled ensemble: the phases of the model over many runs, filling outcome rows.

The kernel has no logic of its own: it loops over draws, runs and weeks and calls the phases, with runs in step
(`sim.numerics.interleaved`), which is why it exists compiled only: `compiled_simulate()`.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.model.outcomes import is_sound, write_outcomes, write_week
from sim.model.phases.begin import begin_run, derive, prepare_all
from sim.model.phases.events import events
from sim.model.phases.fight import fight
from sim.model.phases.week import bargain_table, comply_table, learn_all, week
from sim.model.vocabulary import CLOSED, NEVER
from sim.numerics.dialect import compilable, run_of, standalone
from sim.numerics.interleaved import in_step
from sim.numerics.machine import compiled
from sim.numerics.vectors import LANES

SOUND, UNSOUND, UNFINISHED = 0, 1, 2  # of a run
ON_PATH, IN_BANDS = 1, 2  # marks of a run


@compilable
def copy_epoch(epoch: Any, memory: Any) -> None:
    """Begin every lane as the epoch."""
    for word in range(memory.shape[0]):
        first = epoch[word]
        for lane in range(LANES):
            memory[word, lane] = first


@standalone
def lay_idle(rules: Any, state: Any) -> None:
    """Leave nothing to do in a lane for which there is no run: no table, no war, no withdrawal, and no event comes."""
    state.idle, state.schedule_on = 1, 0
    for t in range(rules.tables):
        state.status[t], state.convenes[t] = CLOSED, NEVER
    for w in range(rules.wars):
        state.war_open[w] = 0


@compilable
def mark(marks: Any, number: int, together: int, path_step: int, band_step: int) -> bool:
    """Mark the runs that leave a path and those that count in the bands; whether there are any."""
    marked = 0
    for lane in range(LANES):
        marks[lane] = 0
        if lane < together:
            marks[lane] += ON_PATH if path_step > 0 and (number + lane) % path_step == 0 else 0
            marks[lane] += IN_BANDS if band_step > 0 and (number + lane) % band_step == 0 else 0
        marked |= marks[lane]
    return marked != 0


class What(NamedTuple):
    """What is simulated.

    Attributes:
        rules: the case.
        draws: records of the draws that the runs belong to, in order; derived here.
        plan: the scenario.
    """

    rules: Any
    draws: Any
    plan: Any


class Which(NamedTuple):
    """Which runs.

    Attributes:
        seed: a 64-bit word read as a signed integer.
        runs: R, runs per draw in the whole sweep; a run's number is draw * R + run.
        first: number of the first run.
        weeks: the horizon.
        most: how many runs go in step, at most; 1 tells which of them fails.
        path_step: runs whose number is a multiple of it leave a path; 0 for none.
        band_step: runs whose number is a multiple of it count in the bands; 0 for none.
    """

    seed: int
    runs: int
    first: int
    weeks: int
    most: int
    path_step: int
    band_step: int


class Memory(NamedTuple):
    """Where they are simulated.

    Attributes:
        single: an array of one state, for its type.
        states: int64 (words, LANES), the states of the runs in step.
        epoch: int64 (words,), the state of their draw's epoch, where they all begin.
        today: an array of one week's record.
        values: the same memory as float32 (values,).
        kept: uint8 (LANES or more, weeks + 1, columns), the bins of the runs that wait to be counted.
        waiting: int64 (1,), how many do.
        place: int64 (columns,), which value of a week each column of the bands is.
        scale: float64 (columns,), bins per unit of each.
    """

    single: Any
    states: Any
    epoch: Any
    today: Any
    values: Any
    kept: Any
    waiting: Any
    place: Any
    scale: Any


class Out(NamedTuple):
    """What is written.

    Attributes:
        rows: outcome records, one a run, filled in order.
        flaws: int8, one a run: SOUND, UNSOUND, or UNFINISHED where an error ended this call.
        paths: float32 (paths, weeks + 1, values), filled in order; that of an unfinished run is not whole.
        bands: int32 (weeks + 1, columns, bins), added to.
    """

    rows: Any
    flaws: Any
    paths: Any
    bands: Any


@standalone
def write_weeks(what: What, memory: Memory, out: Out, state: Any, n: int, marks: Any, path: int) -> None:
    """Write what is kept of week n of some runs: those on a path, and those in the bands."""
    waiting = memory.waiting[0]
    for lane in range(LANES):
        if marks[lane] != 0:
            write_week(what.rules, run_of(state, lane), memory.today[0])
        if marks[lane] & ON_PATH:
            out.paths[path, n, :] = memory.values
            path += 1
        if marks[lane] & IN_BANDS:
            bin_week(memory.values, memory.place, memory.scale, out.bands.shape[2] - 1, memory.kept[waiting, n])
            waiting += 1


@compilable
def begin_draw(what: What, which: Which, memory: Memory, state: Any, draw: Any) -> None:
    """Derive a draw, and keep the state of the epoch in which all its runs begin."""
    derive(what.rules, draw, what.plan)
    memory.states[:, 0] = 0
    begin_run(what.rules, draw, what.plan, run_of(state, 0), which.seed, 0)
    memory.epoch[:] = memory.states[:, 0]
    copy_epoch(memory.epoch, memory.states)
    prepare_all(what.rules, draw, state)
    memory.epoch[:] = memory.states[:, 0]


@compilable
def begin_together(what: What, memory: Memory, state: Any, run: int, together: int) -> None:
    """Set the lanes to the epoch of their draw; in those that are left over nothing happens."""
    copy_epoch(memory.epoch, memory.states)
    for lane in range(LANES):
        run_of(state, lane).run = run + lane
        if lane >= together:
            lay_idle(what.rules, run_of(state, lane))


@compilable
def finish(what: What, memory: Memory, out: Out, state: Any, place: int, together: int, marks: Any) -> int:
    """Write the outcomes of the runs in step, and count those that wait where there is no more room; their paths."""
    paths = 0
    for lane in range(together):
        one = run_of(state, lane)
        write_outcomes(what.rules, one, out.rows[place + lane])
        out.flaws[place + lane] = SOUND if is_sound(what.rules, one) else UNSOUND
        paths += 1 if marks[lane] & ON_PATH else 0
        memory.waiting[0] += 1 if marks[lane] & IN_BANDS else 0
    if memory.waiting[0] + LANES > memory.kept.shape[0]:
        count_weeks(memory.kept, memory.waiting, out.bands)
    return paths


def simulate(what: What, which: Which, memory: Memory, out: Out) -> None:
    """Simulate the runs whose numbers are first, first + 1, ..., one for each row.

    Runs of a draw go in step, as many as there are lanes. A run is counted in the bands after its last week, with
    others: week by week over many runs, the counts of a week stay in the processor's cache. All that wait are counted
    when the call ends; those that an error leaves waiting, by the next call with the same memory, with or without rows.
    """
    state = in_step(memory.states, memory.single[0])
    marks = np.zeros(LANES, np.int64)
    place, path = 0, 0
    while place < out.rows.shape[0]:
        number = which.first + place
        draw = what.draws[number // which.runs - what.draws[0].index]
        run = number % which.runs
        if place == 0 or run == 0:
            begin_draw(what, which, memory, state, draw)
        together = min(min(LANES, which.most), min(which.runs - run, out.rows.shape[0] - place))
        begin_together(what, memory, state, run, together)
        marked = mark(marks, number, together, which.path_step, which.band_step)
        for n in range(which.weeks + 1):
            if n > 0:
                week(what.rules, draw, what.plan, state)
            if marked:
                write_weeks(what, memory, out, state, n, marks, path)
        path += finish(what, memory, out, state, place, together, marks)
        place += together
    count_weeks(memory.kept, memory.waiting, out.bands)


def last_parts(what: What, which: Which, memory: Memory, out: Out) -> None:
    """What of `simulate` is compiled last, called with the same types: for a second process that compiles beside it.

    Which of the phases are here was measured: both processes have about as much to do.
    """
    state = in_step(memory.states, memory.single[0])
    draw = what.draws[0]
    events(what.rules, draw, what.plan, state)
    for t in range(what.rules.tables):
        bargain_table(what.rules, draw, state, t)
        comply_table(what.rules, draw, state, t)
    for w in range(what.rules.wars):
        fight(what.rules, draw, state, w)
    learn_all(what.rules, draw, what.plan, state)


@cache
def compiled_simulate() -> Any:
    """`simulate`, compiled on its first call and kept on disk."""
    return compiled(simulate)


@compilable
def bin_week(values: Any, place: Any, scale: Any, last: int, bins: Any) -> None:
    """Write the bin of each column of a week: 0 to `last`, the outer ones open; NaN falls into the first.

    Args:
        values: float32 (values,).
        place: int64 (columns,), which value each column is.
        scale: float64 (columns,), bins per unit of each.
        last: at most 255.
        bins: uint8 (columns,).
    """
    top = float(last)
    for c in range(place.shape[0]):  # no branch and no call: several columns at a time
        scaled = values[place[c]] * scale[c]
        above = scaled if scaled > 0.0 else 0.0  # clamped before it is converted: out of range that has no result
        bins[c] = np.int32(above if above < top else top)


@compilable
def count_weeks(kept: Any, waiting: Any, bands: Any) -> None:
    """Count the runs that wait, week by week, and none waits any more.

    Args:
        kept: uint8 (most, weeks, columns), bins of the runs that wait.
        waiting: int64 (1,), how many do.
        bands: int32 (weeks, columns, bins), added to.
    """
    for n in range(kept.shape[1]):
        for run in range(waiting[0]):
            for c in range(kept.shape[2]):
                bands[n, c, kept[run, n, c]] += 1
    waiting[0] = 0
