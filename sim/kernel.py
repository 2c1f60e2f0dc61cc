"""The compiled ensemble: the phases of the model over many runs, filling outcome rows.

The kernel has no logic of its own: it loops over draws, runs and weeks and calls the phases. `simulate` is an ordinary
function that runs interpreted too; `compiled_simulate()` is the same compiled.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sim.compiled import compiled
from sim.outcomes import is_sound, write_outcomes, write_week
from sim.phases.begin import begin, derive
from sim.phases.week import week

SOUND, UNSOUND, UNFINISHED = 0, 1, 2  # of a run


def simulate(
    rules: Any,
    draws: Any,
    plan: Any,
    memory: Any,
    raw: Any,
    seed: int,
    runs: int,
    first: int,
    last: int,
    weeks: int,
    rows: Any,
    flaws: Any,
    today: Any,
    values: Any,
    path_step: int,
    paths: Any,
    band_step: int,
    band_place: Any,
    band_scale: Any,
    bands: Any,
) -> None:
    """Simulate runs first, ..., last - 1 of every draw.

    Args:
        rules: the case.
        draws: records of draws, derived here.
        plan: the scenario.
        memory: an array of one state; `raw` is the same memory as bytes.
        raw: see `memory`.
        seed: a 64-bit word read as a signed integer.
        runs: R, runs per draw in the whole sweep; a run's number is draw * R + run.
        first: see above; with `last` it picks runs of each draw.
        last: see above.
        weeks: the horizon.
        rows: outcome records, one a run, filled in order.
        flaws: int8, one a run: SOUND, UNSOUND, or UNFINISHED where an error ended this call.
        today: an array of one week's record; `values` is the same memory as float32.
        values: see `today`.
        path_step: runs whose number is a multiple of it leave a path; 0 for none.
        paths: float32 (paths, weeks + 1, values), filled in order.
        band_step: runs whose number is a multiple of it count in the bands; 0 for none.
        band_place: int64 (columns,), where each column of the bands stands in `values`.
        band_scale: float64 (columns,), bins per unit.
        bands: int64 (weeks + 1, columns, bins), added to.
    """
    filled = 0
    path = 0
    state = memory[0]
    for d in range(draws.shape[0]):
        draw = draws[d]
        derive(rules, draw, plan)
        for run in range(first, last):
            number = draw.index * runs + run
            on_path = path_step > 0 and number % path_step == 0 and path < paths.shape[0]
            in_bands = band_step > 0 and number % band_step == 0
            flaws[filled] = UNFINISHED
            raw[:] = 0
            begin(rules, draw, plan, state, seed, run)
            for n in range(weeks + 1):
                if n > 0:
                    week(rules, draw, plan, state)
                if on_path or in_bands:
                    write_week(rules, state, today[0])
                    if on_path:
                        paths[path, n, :] = values
                    if in_bands:
                        for c in range(band_place.shape[0]):
                            place = int(values[band_place[c]] * band_scale[c])
                            bands[n, c, min(max(place, 0), bands.shape[2] - 1)] += 1
            write_outcomes(rules, state, rows[filled])
            flaws[filled] = SOUND if is_sound(rules, state) else UNSOUND
            path += 1 if on_path else 0
            filled += 1


@cache
def compiled_simulate() -> Any:
    """`simulate`, compiled on its first call and kept on disk."""
    return compiled(simulate)
