"""What simple models, a challenge model and jirga make of a table of positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.analysis.shares import Estimate, Interval, Values, estimate
from sim.analysis.spatial import Actors, Challenged, challenge, nash_solution, weighted_mean, weighted_median
from sim.case.imported import CAMPS, TABLE, Camp, camps, cell_of
from sim.case.positions import Positions
from sim.case.scenario import Scenario
from sim.experiment.runs import Runs
from sim.experiment.static import static_theories

CHALLENGES = 10  # rounds


class Signed(NamedTuple):
    """Where a table settles an issue, on the scale of the file: median, and the middle 95 % of what is signed.

    NaN where nothing is.
    """

    share: float
    middle: Interval


class Solved(NamedTuple):
    """One issue.

    Attributes:
        issue: its name.
        actors: on it, in the order of the file.
        names: of these.
        mean: the compromise model.
        median: the weighted median.
        nash: the Nash solution of all actors, no deal being worth as little as the far end of the scale.
        challenged: the expected-utility model, `CHALLENGES` rounds at most.
        camp_nash: the Nash solution of the two camps' table, every promise believed, over where things may stand.
        jirga: what the camps sign in the model as designed.
    """

    issue: str
    actors: Actors
    names: tuple[str, ...]
    mean: float
    median: float
    nash: float
    challenged: Challenged
    camp_nash: Signed
    jirga: Signed


@dataclass(frozen=True)
class Found:
    """What the job found.

    Attributes:
        positions: the table.
        camps: the two sides of jirga's table.
        deal: how often the camps sign within the horizon.
        issues: one by one.
        draws, runs, seed: of jirga.
    """

    positions: Positions
    camps: tuple[Camp, Camp]
    deal: Estimate
    issues: tuple[Solved, ...]
    draws: int
    runs: int
    seed: int

    @property
    def models(self) -> Mapping[str, str]:
        """Each model of an issue, with what it is in words."""
        return MODELS


MODELS: Mapping[str, str] = {
    "mean": "compromise model: mean weighted by salience and power (Van den Bos 1991; Achen 2006)",
    "median": "weighted median (Black 1958)",
    "nash": "Nash solution of all actors, weighted (Harsanyi & Selten 1972)",
    "challenged": f"challenges and offers, median after {CHALLENGES} rounds at most (Scholz, Calbert & Smith 2011)",
    "camp_nash": "Nash solution of two camps, every promise believed (Nash 1950)",
    "jirga": "two camps in the model as designed",
}


def solved(positions: Positions, scenario: Scenario, runs: Runs) -> Found:
    """Every model on every issue.

    Args:
        positions: the table.
        scenario: of the case that was made of it.
        runs: of that scenario.
    """
    both, sweep = camps(positions), runs.sweep
    _, nash = static_theories(scenario, sweep.draws, sweep.seed, sweep.passes, sweep.implied)
    signed = runs.values(TABLE)
    issues = []
    for n, (issue, stances) in enumerate(positions.issues.items()):
        columns = np.array([(one.position, one.salience / positions.salience_top, one.power) for one in stances])
        actors = Actors(*columns.T)
        package = runs.values(f"table.{TABLE}.package.{cell_of(n)}")
        issues.append(
            Solved(
                issue,
                actors,
                tuple(one.actor for one in stances),
                weighted_mean(actors),
                weighted_median(actors),
                nash_solution(actors, 0.0, positions.top),
                challenge(actors, CHALLENGES),
                _settled(nash.package[:, 0, n], nash.agreed[:, 0], positions.top),
                _settled(package, signed, positions.top),
            )
        )
    return Found(positions, both, estimate(signed, yes_no=True), tuple(issues), sweep.draws, sweep.runs, sweep.seed)


def _settled(package: Values, signed: Values, top: float) -> Signed:
    """Where it is settled among the cases in which it is."""
    points = top * package[(signed == 1.0) & ~np.isnan(package)]
    if not len(points):
        return Signed(0.0, Interval(np.nan, np.nan, np.nan))
    low, middle, high = (float(end) for end in np.quantile(points, (0.025, 0.5, 0.975)))
    return Signed(float((signed == 1.0).mean()), Interval(middle, low, high))


def told_camp(code: str, found: Found) -> Camp:
    """The camp of a code."""
    return found.camps[CAMPS.index(code)]
