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
from sim.model import variables as model_variables
from sim.model.phases.begin import begin, derive
from sim.model.phases.frontier import package_value, piece_at
from sim.model.variables import records
from sim.model.vocabulary import LEAST_GAIN, PIECES_OF_A_CLAUSE
from sim.world.rules import sizes

DRAWS = 100  # of everything uncertain: the model is interpreted here, and a draw takes some hundredths of a second


class Static(NamedTuple):
    """What a theory says of every table at an epoch.

    Attributes:
        agreed: whether both parties gain by the package, (draws, tables); 0 or 1.
        package: its points, (draws, tables, clauses); NaN where there are fewer clauses.
    """

    agreed: NDArray[np.float64]
    package: NDArray[np.float64]


def static_theories(scenario: Scenario, draws: int, seed: int, passes: tuple[str, ...], implied: bool) -> list[Static]:
    """The compromise model and the Nash solution at the start of a scenario, over the first draws of a sweep.

    Args:
        scenario: whose epoch it is; its events do not count.
        draws: at least 1; no more than `DRAWS` are taken.
        seed, passes, implied: as in a sweep.

    Returns:
        The compromise model, then the Nash solution.
    """
    world = Sweep(scenario, 1, 1, seed, passes, implied).world
    size = sizes(world.case)
    number = min(draws, DRAWS)
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
            clauses = int(world.rules.clauses[t])
            for one, package in zip(found, (compromise(world.rules, draw, state, t), nash(state, t)), strict=True):
                one.package[n, t, :clauses] = package[:clauses]
                gains = [package_value(world.rules, state, t, side, package) for side in (0, 1)]
                one.agreed[n, t] = float(min(gains) > LEAST_GAIN)
    return found


def compromise(rules: Any, draw: Any, state: Any, t: int) -> NDArray[np.float64]:
    """The mean position on each clause of a table, weighted by salience and leverage, within red lines, (clauses,).

    A party counts with its leverage over the other, everybody else with its mean leverage over both.
    """
    first, second = (int(i) for i in rules.party[t])
    weight = (state.leverage[:, first] + state.leverage[:, second]) / 2.0
    weight[first], weight[second] = state.leverage[first, second], state.leverage[second, first]
    found = np.array(state.default[t].mean(axis=0))
    for k in range(int(rules.clauses[t])):
        cell = int(rules.clause_cell[t, k])
        each = weight * draw.salience[:, cell] * (state.has_position[:, cell] == 1)
        if each.sum() > 0.0:
            mean = float((each * state.position[:, cell]).sum() / each.sum())
            found[k] = min(max(mean, float(state.range_low[t, k])), max(float(state.range_high[t, k]), 0.0))
    return found


def nash(state: Any, t: int) -> NDArray[np.float64]:
    """The package of the frontier of a table with the greatest product of both gains, (clauses,).

    The walk along the frontier, from the first side's end, gives up a piece as long as the product grows: along a piece
    it is a parabola, whose top has a closed form. Without a zone of agreement, where the first side's end is worth
    nothing to the second, it ends where both lose least.
    """
    own, other = float(state.end_value[t, 0, 0]), float(state.end_value[t, 0, 1])
    package = np.array(state.end[t, 0])
    for step in range(int(state.pieces[t])):
        n = int(piece_at(state, t, 0, step))
        loss, gained = float(state.piece_cost[t, n]), float(state.piece_gain[t, n])
        k, j = divmod(n, PIECES_OF_A_CLAUSE)
        start, stop = float(state.cut[t, k, j]), float(state.cut[t, k, j + 1])
        part = 1.0 if loss == 0.0 else 0.0
        if loss > 0.0 and gained > 0.0:  # (own - loss f)(other + gained f) is largest here
            part = (own * gained - other * loss) / (2.0 * loss * gained)
        part = min(max(part, 0.0), 1.0)
        package[k] = start + (stop - start) * part
        own, other = own - loss * part, other + gained * part
        if part < 1.0:
            break
    return package
