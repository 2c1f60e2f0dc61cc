"""What a game came to: its course beside 1,000 runs in which the model plays the seat, and what each decision did.

What can be compared: in every run the draw (all that is uncertain, and stays as it is) is the game's own. Of chance
there are 1,000 courses; one run more has the very luck of the game, with the model in the seat. From that one the game
parts by decisions alone; from the others, by decisions and luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.game import Game, Move, played_again
from sim.agents.model import NegotiationModel
from sim.agents.replay import outcomes
from sim.engine.computing import compute
from sim.engine.sweep import Sweep

RUNS = 1_000
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
Values = NDArray[np.float64]


class Aims(NamedTuple):
    """What an actor wants at the epoch: its position on each issue it holds one on, and how much each weighs.

    Attributes:
        cells: names of the issues.
        points: the positions, in [0, 1].
        weights: their saliences, which add up to one.
    """

    cells: tuple[str, ...]
    points: Values
    weights: Values


class Many(NamedTuple):
    """Many runs of one draw, as an actor sees them.

    Attributes:
        near: how near what is the case is to what the actor wants, (runs, weeks + 1).
        settlements: the share of each class in which they end.
    """

    near: Values
    settlements: Mapping[str, float]


class Turned(NamedTuple):
    """A decision of the game, and what the game would have come to had the model taken it.

    Attributes:
        move: the decision.
        nearer: how much nearer to what the actor wants the game came by it, at the end, in [-1, 1].
        settlement: the class in which it would have ended without it.
    """

    move: Move
    nearer: float
    settlement: str


@dataclass(frozen=True)
class Debrief:
    """What came of a seat.

    Attributes:
        who: the actor.
        course: how near what is the case was to what it wants, by week from 0, in [0, 1].
        same_luck: the same in the run with the same luck in which the model plays every seat.
        many: the same in 1,000 runs with other luck, (runs, weeks + 1).
        settlement: the class in which the game ended.
        same_luck_settlement: that of the run with the same luck.
        settlements: the share of each class among the 1,000.
        turned: the seat's decisions in which the model would have done otherwise, the most moving first.
        decisions: how many the seat has taken in all.
        wants: the issues on which it holds a position; without any, as a third party may be, nothing is near or far.
    """

    who: str
    course: Values
    same_luck: Values
    many: Values
    settlement: str
    same_luck_settlement: str
    settlements: Mapping[str, float]
    turned: tuple[Turned, ...]
    decisions: int
    wants: tuple[str, ...]

    @cached_property
    def bands(self) -> Values:
        """Quantiles of the 1,000 by week, at `LEVELS`: (weeks + 1, levels)."""
        return np.quantile(self.many, LEVELS, axis=0).T

    @property
    def share_below(self) -> float:
        """The share of the 1,000 that ended further from what the actor wants."""
        return float(np.mean(self.many[:, -1] < self.course[-1]))


def aims(model: NegotiationModel, who: str) -> Aims:
    """What an actor wanted when the run began."""
    fresh = NegotiationModel(world=model.world, draw=model.draw_number, run=model.run_number, seed=model.seed_of_chance)
    i = model.world.case.players.index(who)
    held = [c for c in range(len(model.world.case.cells)) if fresh.state.has_position[i, c] == 1]
    weights = np.array([float(fresh.draw.relative_salience[i, c]) for c in held])
    points = np.array([float(fresh.state.position[i, c]) for c in held])
    total = weights.sum()
    shares = weights / total if total > 0.0 else np.full(len(held), 1.0 / max(len(held), 1))
    cells = tuple(model.world.case.cells)
    return Aims(tuple(cells[c] for c in held), points, shares)


def nearness(wanted: Aims, cells: Values) -> Values:
    """1 - sum_c w_c |x_c - p_c|: how near what is the case is to what an actor wants, in [0, 1].

    Args:
        wanted: what it wants.
        cells: x, its issues along the last axis.

    >>> nearness(Aims(("a", "b"), np.array([1.0, 0.0]), np.array([0.75, 0.25])), np.array([[1.0, 0.0], [0.0, 0.0]]))
    array([1.  , 0.25])
    """
    near: Values = 1.0 - np.abs(cells - wanted.points) @ wanted.weights
    return near


def debriefed(game: Game, who: str, many: Many, told: Callable[[int], object] = lambda done: None) -> Debrief:
    """Hold a game that is over against what the model would have made of the seat.

    Args:
        game: the game.
        who: one of its seats.
        many: as `many_runs` gives it for the seat.
        told: hears of every decision that has been given back, with 1.
    """
    model, wanted = game.model, aims(game.model, who)
    alone = _again(model)
    alone.run_model()
    own = [move for move in game.moves if move.who == who]
    return Debrief(
        who, _course(model, wanted), _course(alone, wanted), many.near, _class_of(model), _class_of(alone),
        many.settlements, _turned(game, wanted, own, told), len(own), wanted.cells,
    )  # fmt: skip


def _again(model: NegotiationModel) -> NegotiationModel:
    """The same run from its beginning, with the model in every seat."""
    return NegotiationModel(world=model.world, draw=model.draw_number, run=model.run_number, seed=model.seed_of_chance)


def to_give_back(game: Game, who: str) -> int:
    """How many decisions of a seat the model would have taken otherwise: each is played again without."""
    return sum(move.who == who and not move.is_own for move in game.moves)


def _turned(game: Game, wanted: Aims, moves: Sequence[Move], told: Callable[[int], object]) -> tuple[Turned, ...]:
    model = game.model
    end, found = float(_course(model, wanted)[-1]), []
    for move in (one for one in moves if not one.is_own):
        other = played_again(
            model.world, game.seats, game.moves, draw=model.draw_number, run=model.run_number,
            seed=model.seed_of_chance, without=move,
        )  # fmt: skip
        found.append(Turned(move, end - float(_course(other, wanted)[-1]), _class_of(other)))
        told(1)
    own = _class_of(model)
    return tuple(sorted(found, key=lambda one: (-abs(one.nearer), one.settlement == own, one.move.week)))


def _course(model: NegotiationModel, wanted: Aims) -> Values:
    weeks = np.empty((model.world.scenario.horizon + 1, len(wanted.cells)))
    for place, cell in enumerate(wanted.cells):
        weeks[:, place] = model.course(f"cell.{cell}")
    return nearness(wanted, weeks)


def _class_of(model: NegotiationModel) -> str:
    return str(model.world.case.classes[int(outcomes(model)["settlement"])])


def many_runs(model: NegotiationModel, who: str, *, threads: int | None = None, progress: bool | None = None) -> Many:
    """Runs 0 to 999 of a run's draw by the compiled engine, as seen by an actor; failed ones are left out.

    Args:
        model: the run.
        who: the actor.
        threads, progress: as in `compute`.
    """
    world, draw, wanted = model.world, model.draw_number, aims(model, who)
    total = (draw + 1) * RUNS
    sweep = Sweep(
        world.scenario, draw + 1, RUNS, model.seed_of_chance, tuple(world.evidence.passes), world.evidence.implied,
        paths=total, band_runs=0, shard_runs=RUNS,
    )  # fmt: skip
    (shard,) = compute(sweep, [draw], threads=threads, progress=progress)
    columns = [column.name for column in sweep.weekly]
    places = [columns.index(f"cell.{cell}") for cell in wanted.cells]
    sound = np.ones(RUNS, bool)
    sound[[number - draw * RUNS for number in shard.errors]] = False
    near = nearness(wanted, np.asarray(shard.paths[sound][:, :, places], np.float64))
    ends = np.asarray(shard.rows["settlement"])[sound]
    return Many(near, {name: float(np.mean(ends == code)) for code, name in enumerate(world.case.classes)})
