"""Packages as whoever plays an actor weighs them: the exact frontier, and how likely the other side takes one.

What another's home would ratify is known to nobody but itself (`sim.model.equations.private`), so that an answer is a
chance here: that of the ratification equation, and none below what the other side aspires to at this session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.agents.questions import Question
from sim.agents.views import View
from sim.model import variables as variables_module
from sim.model.equations.choice import log_odds
from sim.model.equations.ratification import ratification
from sim.model.phases.bargain import others_gain, side_aspiration
from sim.model.phases.frontier import concede, package_value
from sim.model.vocabulary import LEAST_GAIN
from sim.numerics.arithmetic import logistic

if TYPE_CHECKING:
    from sim.agents.running import AtTable, Running

STEPS = tuple(n / 10 for n in range(10, -1, -1))  # shares of one's own best, along the frontier


class Weighed(NamedTuple):
    """A package, weighed.

    Attributes:
        package: by issue.
        own: what it gives whoever offers it, beyond what comes without a deal; a share of the table's value.
        other: the same for the other side.
        share: `own` as a share of the best that the other still accepts.
        taken: the chance that the other side takes and ratifies it, as far as anybody else can know.
    """

    package: Mapping[str, float]
    own: float
    other: float
    share: float
    taken: float


def weighed_offer(model: Running, question: Question, package: Mapping[str, float]) -> Weighed:
    """A package that could be offered, or that is on the table, as the one who is asked weighs it.

    Args:
        model: the run.
        question: an `offer` or an `accept`.
        package: by issue; what is not named stays as it is on the table.
    """
    table, side = _place(model, question)
    state, t = View(question.state.record.copy(), variables_module.STATE), table.number
    for issue, point in package.items():
        state.offer[t, table.issues.index(issue)] = point
    own, other = (package_value(model.rules, state, t, one, state.offer[t]) for one in (side, 1 - side))
    held = {issue: float(state.offer[t, k]) for k, issue in enumerate(table.issues) if state.deadlocked[t, k] == 0}
    return Weighed(held, own, other, own / float(state.best[t, side]), _taken(model, state, t, 1 - side, other))


def _taken(model: Running, state: View, t: int, side: int, gain: float) -> float:
    rules, draw = model.rules, model.draw
    if gain < side_aspiration(draw, state, t, side) * state.best[t, side] - LEAST_GAIN:
        return 0.0
    others, hurdle = others_gain(rules, draw, state, t, side), draw.hurdle + rules.table_hurdle[t]
    pressed = float(state.pressure[t, side]) if draw.private_on == 1 else 0.0
    return float(logistic(log_odds(ratification(gain, others, pressed, hurdle), draw.noise)))


def frontier(model: Running, question: Question, steps: Sequence[float] = STEPS) -> tuple[Weighed, ...]:
    """The packages of the frontier at which the one who is asked keeps these shares of its best."""
    return tuple(weighed_offer(model, question, frontier_package(model, question, share)) for share in steps)


def frontier_package(model: Running, question: Question, share: float) -> dict[str, float]:
    """The package of the frontier at which the one who is asked keeps a share of its best, in [0, 1]."""
    table, side = _place(model, question)
    state, t = View(question.state.record.copy(), variables_module.STATE), table.number
    package = np.zeros(state.offer.shape[1])
    concede(model.rules, state, t, side, share * float(state.best[t, side]), package)
    return {issue: float(package[k]) for k, issue in enumerate(table.issues) if state.deadlocked[t, k] == 0}


def _place(model: Running, question: Question) -> tuple[AtTable, int]:
    table = model.tables[question.place]
    return table, [party.code for party in table.parties].index(question.who)
