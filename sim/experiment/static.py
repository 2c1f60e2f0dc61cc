"""Two theories of a table without time: what its parties would agree at the epoch, draw by draw.

The compromise model (Van den Bos 1991; Achen 2006): each issue is settled at the mean position of all who have one,
weighted by salience and leverage. The Nash solution (Nash 1950): the package with the greatest product of both gains,
every promise believed. Both say what is agreed if anything is, and that something is where both gain by it; neither
says when, nor who comes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.case.scenario import Scenario
from sim.engine.sweep import Sweep
from sim.experiment.keeping import Arrays, Keep, not_kept
from sim.model import variables as model_variables
from sim.model.phases.begin import begin, derive
from sim.model.phases.theories import compromise, gains, nash
from sim.model.variables import records
from sim.model.vocabulary import LEAST_GAIN
from sim.world.rules import sizes
from sim.world.world import World

DRAWS = 100  # of everything uncertain: the model is interpreted here, and a draw takes some hundredths of a second


class Static(NamedTuple):
    """What a theory says of every table at an epoch.

    Attributes:
        agreed: whether both parties gain by the package, (draws, tables); 0 or 1.
        package: its points, (draws, tables, clauses); NaN where there are fewer clauses.
    """

    agreed: NDArray[np.float64]
    package: NDArray[np.float64]


def static_theories(
    scenario: Scenario, draws: int, seed: int, passes: tuple[str, ...], implied: bool, keep: Keep = not_kept
) -> list[Static]:
    """The compromise model and the Nash solution at the start of a scenario, over the first draws of a sweep.

    Args:
        scenario: whose epoch it is; its events do not count.
        draws: at least 1; no more than `DRAWS` are taken.
        seed, passes, implied: as in a sweep.
        keep: gives what was kept of it, or makes it.

    Returns:
        The compromise model, then the Nash solution.
    """
    number = min(draws, DRAWS)
    sweep = Sweep(scenario, number, 1, seed, passes, implied, paths=0, band_runs=0)
    arrays = keep([sweep], "theories of a table without time", lambda: _arrays(sweep.world, number, seed))
    return [Static(arrays[f"{name} agreed"], arrays[f"{name} package"]) for name in NAMES]


NAMES = ("compromise", "nash")


def _arrays(world: World, number: int, seed: int) -> Arrays:
    size = sizes(world.case)
    drawn = world.uncertainty.records(number, seed, 0)
    shape = (number, size["T"], size["K"])
    found = [Static(np.zeros(shape[:2]), np.full(shape, np.nan)) for _ in range(2)]
    for n in range(number):
        draw = drawn[n]
        draw.start_trust[...] = 1.0
        draw.vulnerability = 0.0
        derive(world.rules, draw, world.plan)
        state = records(model_variables.STATE, size, 1)[0]
        begin(world.rules, draw, world.plan, state, seed, 0)
        for t in range(size["T"]):
            compromise(world.rules, draw, state, t, state.offer[t])
            _write(found[0], world.rules, state, n, t)
            nash(state, t, state.offer[t])
            _write(found[1], world.rules, state, n, t)
    return {
        f"{name} {part}": values
        for name, one in zip(NAMES, found, strict=True)
        for part, values in one._asdict().items()
    }


def _write(one: Static, rules: Any, state: Any, n: int, t: int) -> None:
    """Write what is on the table in a draw, and whether both parties gain by it."""
    clauses = int(rules.clauses[t])
    one.package[n, t, :clauses] = state.offer[t, :clauses]
    one.agreed[n, t] = float(min(gains(rules, state, t, 0)) > LEAST_GAIN)
