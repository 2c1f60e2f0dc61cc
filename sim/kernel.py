"""The compiled ensemble: the phases of the model over many runs, filling outcome rows.

The kernel has no logic of its own: it loops over draws, runs and weeks and calls the phases. `simulate` is an ordinary
function that runs interpreted too; `compiled_simulate()` is the same compiled.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sim.arithmetic import compilable
from sim.compiled import compiled
from sim.outcomes import bin_week, count_weeks, is_sound, write_outcomes, write_week
from sim.phases.begin import begin, derive
from sim.phases.week import week

SOUND, UNSOUND, UNFINISHED = 0, 1, 2  # of a run


@compilable
def copy_words(source: Any, target: Any) -> None:
    """Copy words from one place to another."""
    for word in range(source.shape[0]):
        target[word] = source[word]


def simulate(
    rules: Any,
    draws: Any,
    plan: Any,
    memory: Any,
    raw: Any,
    seed: int,
    runs: int,
    first: int,
    weeks: int,
    rows: Any,
    flaws: Any,
    today: Any,
    values: Any,
    path_step: int,
    paths: Any,
    band_step: int,
    band_scale: Any,
    kept: Any,
    waiting: Any,
    bands: Any,
) -> None:
    """Simulate the runs whose numbers are first, first + 1, ..., one for each of `rows`.

    A run is counted in the bands after its last week, with others: week by week over many runs, the counts of a week
    stay in the processor's cache. All that wait are counted when the call ends; those that an error leaves waiting,
    by the next call with the same memory, which may have no rows.

    Args:
        rules: the case.
        draws: records of the draws that these runs belong to, in order; derived here.
        plan: the scenario.
        memory: an array of two states, that of the run and that of its draw's epoch, where every run begins.
        raw: int64 (2, words), the same memory.
        seed: a 64-bit word read as a signed integer.
        runs: R, runs per draw in the whole sweep; a run's number is draw * R + run.
        first: number of the first run.
        weeks: the horizon.
        rows: outcome records, one a run, filled in order.
        flaws: int8, one a run: SOUND, UNSOUND, or UNFINISHED where an error ended this call.
        today: an array of one week's record; `values` is the same memory as float32.
        values: see `today`.
        path_step: runs whose number is a multiple of it leave a path; 0 for none.
        paths: float32 (paths, weeks + 1, values), filled in order; that of an unfinished run is not whole.
        band_step: runs whose number is a multiple of it count in the bands; 0 for none.
        band_scale: float64 (values,), bins per unit of each value.
        kept: uint8 (most, weeks + 1, values), the bins of the runs that wait to be counted.
        waiting: int64 (1,), how many do.
        bands: int32 (weeks + 1, values, bins), added to.
    """
    state, epoch = memory[0], memory[1]
    path = 0
    for place in range(rows.shape[0]):
        number = first + place
        draw = draws[number // runs - draws[0].index]
        run = number % runs
        if place == 0 or run == 0:
            derive(rules, draw, plan)
            raw[1, :] = 0
            begin(rules, draw, plan, epoch, seed, 0)
        on_path = path_step > 0 and number % path_step == 0
        in_bands = band_step > 0 and number % band_step == 0
        copy_words(raw[1], raw[0])
        state.run = run
        for n in range(weeks + 1):
            if n > 0:
                week(rules, draw, plan, state)
            if on_path or in_bands:
                write_week(rules, state, today[0])
                if on_path:
                    paths[path, n, :] = values
                if in_bands:
                    bin_week(values, band_scale, bands.shape[2] - 1, kept[waiting[0], n])
        write_outcomes(rules, state, rows[place])
        flaws[place] = SOUND if is_sound(rules, state) else UNSOUND
        path += 1 if on_path else 0
        waiting[0] += 1 if in_bands else 0
        if waiting[0] == kept.shape[0]:
            count_weeks(kept, waiting, bands)
    count_weeks(kept, waiting, bands)


@cache
def compiled_simulate() -> Any:
    """`simulate`, compiled on its first call and kept on disk."""
    return compiled(simulate)
