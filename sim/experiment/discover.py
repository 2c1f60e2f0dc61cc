"""Under which circumstances something happens: boxes of what is not known, found in some draws and told by others.

What a search has found looks better in the draws that it searched than in others; so the draws are cut in two, and
every number that is told comes from the half that the search has not seen. A box is a finding only if resamples of the
first half give it again and the second half bears it out.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.boxes import METHODS, Box, Lasting, Limit, Method, best_box, inside, lasting, resampled_boxes
from sim.analysis.influence import PASS
from sim.analysis.shares import Estimate, Interval, Values, draw_means, estimate, number_interval, ratio
from sim.analysis.weights import Weights, kish, shares, uneven, worth
from sim.case.scenario import Scenario
from sim.engine.computing import progress_bar
from sim.engine.sweep import Sweep
from sim.experiment.designed import scenario_outcomes
from sim.experiment.keeping import Arrays, Keep, not_kept
from sim.experiment.runs import Runs, played
from sim.experiment.shown import Shown, size_told
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 50
OFTEN = 0.5  # of the resamples give a limit of a finding again
FEWEST = 40  # draws: half of them are searched, and a box holds a tenth of these


class Rule(NamedTuple):
    """A box in words and numbers; all but `box` and `lasting` from draws that the search has not seen.

    Attributes:
        method: that found it.
        box: its limits, by the number of the input in `Discovered.inputs`.
        density: the share of runs inside in which the outcome holds.
        lift: how far that is above the share in all draws.
        coverage: of the runs in which the outcome holds, the share that lies inside.
        mass: the share of draws inside.
        lasting: how often resamples give it again.
    """

    method: Method
    box: Box
    density: Estimate | None
    lift: Interval
    coverage: Interval
    mass: float
    lasting: Lasting

    @property
    def is_finding(self) -> bool:
        """Whether resamples give every limit again in half of the cases or more, and unseen draws bear it out."""
        return min(self.lasting.limits, default=0.0) >= OFTEN and self.lift.low > 0.0


class Discovered(NamedTuple):
    """What was found for one outcome.

    Attributes:
        outcome: a yes or no.
        share: of all runs in which it holds.
        rules: of each method that found a box.
        searched, unseen: inputs and share of runs of each draw, for the picture: (draws, inputs) and (draws,).
    """

    outcome: str
    share: Estimate
    rules: tuple[Rule, ...]
    searched: tuple[Values, Values]
    unseen: tuple[Values, Values]

    @property
    def findings(self) -> tuple[Rule, ...]:
        """The boxes that last, the one with the most of what happens above all others first."""
        told = [one for one in self.rules if one.is_finding]
        return tuple(sorted(told, key=lambda one: -one.mass * one.lift.value))


@dataclass(frozen=True, repr=False)
class Found(Shown):
    """What the job measured.

    Attributes:
        scenario: that was played.
        inputs: the uncertainties that boxes can bound.
        outcomes: that were asked about.
        draws, runs, seed: of the sweep.
        failed: runs that failed; they count nowhere.
    """

    scenario: Scenario
    inputs: tuple[str, ...]
    outcomes: tuple[Discovered, ...]
    draws: int
    runs: int
    seed: int
    failed: int

    @property
    def _told(self) -> str:
        asked = ", ".join(one.outcome for one in self.outcomes)
        lasting = counted(sum(len(one.findings) for one in self.outcomes), "finding")
        size = size_told(self.draws, self.runs, self.failed)
        return f"circumstances of {asked} in {self.scenario.scenario}: {lasting}; {size}"

    def table(self) -> pd.DataFrame:
        """One row a limit of a box: outcome, method, input, side, value, in how many resamples it came again, whether
        the box is a finding, and the box's density, coverage and mass in draws that the search has not seen."""
        import pandas as pd

        return pd.DataFrame([row for one in self.outcomes for row in rows_of(self, one)], columns=list(HEAD))


HEAD = (
    "outcome", "method", "input", "side", "value", "again", "finding", "share", "density", "density_low",
    "density_high", "coverage", "coverage_low", "coverage_high", "mass", "overlap",
)  # fmt: skip


def rows_of(found: Found, one: Discovered) -> list[tuple[object, ...]]:
    """The rows of `Found.table` for an outcome."""
    rows: list[tuple[object, ...]] = []
    for rule in one.rules:
        density = rule.density
        inner = (float("nan"),) * 3 if density is None else (density.value, density.low, density.high)
        for limit, again in zip(rule.box, rule.lasting.limits, strict=True):
            place = (one.outcome, rule.method, found.inputs[limit.input], limit.side, limit.at, again)
            numbers = (one.share.value, *inner, *rule.coverage, rule.mass, rule.lasting.overlap)
            rows.append((*place, rule.is_finding, *numbers))
    return rows


def require_sklearn() -> None:
    """Refuse to begin what scikit-learn is needed for."""
    try:
        import sklearn  # noqa: F401 - whether it is there
    except ImportError:
        raise InputError("job=discover", "", "needs scikit-learn", allowed="pip install 'jirga[analysis]'") from None


def measured(
    scenario: Scenario,
    asked: tuple[str, ...],
    draws: int,
    runs: int,
    seed: int,
    *,
    passes: tuple[str, ...] = (),
    implied: bool = True,
    weights: Weights = None,
    keep: Keep = not_kept,
    progress: bool | None = None,
) -> Found:
    """Boxes of what is not known in which outcomes of a scenario are frequent.

    Args:
        scenario: what it fixes bounds no box.
        asked: outcomes, each a yes or no; empty for those of its question that are.
        draws: at least 40; half of them are searched.
        runs: of chance for each draw.
        seed: of all draws, chance and resamples, 0 to 2**32 - 1.
        passes, implied: as in a sweep.
        weights: of the draws, (draws,); None: all count alike.
        keep: gives what was kept of a part of the work, or makes it.
        progress: whether to show a bar; None: yes, without a terminal a line a minute.

    Raises:
        InputError: scikit-learn is not installed, too few draws, or an outcome that is no yes or no.
    """
    require_sklearn()
    given = uneven(weights)
    _check_draws(draws, given)
    sweep = Sweep(scenario, draws, runs, seed, passes, implied, paths=0, band_runs=0)
    outcomes, names = _yes_or_no(Runs(sweep), asked), bounded(sweep)
    with progress_bar(len(outcomes) * len(METHODS) * RESAMPLES + 1, progress, "discover", "resamples") as told:
        made = keep([sweep], ["runs", *outcomes], lambda: _played(sweep, names, outcomes))
        told(1)
        table, found = made["table"], []
        for number, outcome in enumerate(outcomes):
            values, rules = made["values"][number], []
            for method in METHODS:
                named = [outcome, method, "" if given is None else hashlib.sha256(given.tobytes()).hexdigest()]
                parts = keep([sweep], named, partial(_searched, method, table, values, seed, told, given))
                boxes = boxes_of(parts["limits"], int(parts["count"][0]))
                rules += [_rule(method, boxes[0], boxes[1:], table, values, given)] if boxes[0] else []
            found.append(_discovered(outcome, tuple(rules), table, values, given))
    return Found(scenario, names, tuple(found), draws, runs, seed, int(made["failed"][0]))


def _check_draws(draws: int, weights: Weights) -> None:
    """Refuse what is too little to search, or a half of the draws in which nothing counts."""
    if draws < FEWEST:
        raise InputError("discover", "size.draws", f"{draws} are too few to search", allowed=f"{FEWEST} or more")
    least = draws if weights is None else 2 * min(int(kish(weights[half])) for half in halves(draws))
    if least < FEWEST:
        problem = f"leave the draws worth {least} equal ones, too few to search"
        raise InputError("discover", "weights", problem, allowed=f"{FEWEST} or more: more draws")


def bounded(sweep: Sweep) -> tuple[str, ...]:
    """The uncertainties that a box can bound: numbers that every draw has, and that differ between draws."""
    priors = sweep.uncertainty.priors
    kinds = ("uniform", "triangles", "triangle", "share")
    own = [one for one in priors.columns if one.kind in kinds and one.high > one.low and one.name != PASS]
    return tuple(one.name for one in own if one.name not in sweep.scenario.fixed)


def _yes_or_no(runs: Runs, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The outcomes that are a yes or no: those asked about, which all have to be, or those of the question."""
    for name in asked:
        if name in runs.columns and not runs.columns[name].is_yes_no:
            problem = "is no yes or no, of which circumstances could be told"
            raise InputError("discover", name, problem, allowed=f"a yes or no, such as '{name} >= NUMBER'")
    found = asked or tuple(name for name in scenario_outcomes(runs.sweep.scenario) if runs.is_yes_no(name))
    if not found:
        allowed = "outcome=[NAME], with a settlement class, a table, or 'NAME >= NUMBER'"
        raise InputError("discover", "outcome", "no outcome of the scenario's question is a yes or no", allowed=allowed)
    return found


def _played(sweep: Sweep, names: tuple[str, ...], outcomes: tuple[str, ...]) -> Arrays:
    """Inputs (draws, inputs), outcomes (outcomes, draws, runs) and how many runs failed."""
    runs = played(sweep)
    places = [sweep.uncertainty.priors.index[name] for name in names]
    values = np.stack([runs.values(name) for name in outcomes])
    table = runs.draws_table()[:, places].astype(np.float64)
    return {"table": table, "values": values, "failed": np.array([float(len(runs.errors()))])}


def halves(draws: int) -> tuple[slice, slice]:
    """The draws that are searched, and those that tell: draws are alike, so that the first half is as good as any."""
    return slice(0, draws // 2), slice(draws // 2, draws)


def shares_of(values: Values) -> tuple[NDArray[np.bool_], Values]:
    """Which draws have a value of an outcome, (draws, runs), and the share of a yes in the runs of each of these."""
    means = draw_means(values)[0]
    known = ~np.isnan(means)
    return known, means[known]


def _searched(
    method: Method, table: Values, values: Values, seed: int, told: Callable[[int], object], weights: Weights
) -> Arrays:
    """The box of a method in the first half, number 0, and those of resamples of it: a row a limit."""
    first, _ = halves(len(table))
    known, share = shares_of(values[first])
    given, mass = table[first][known], None if weights is None else weights[first][known]
    own = best_box(method, given, share, mass)
    others = resampled_boxes(method, given, share, RESAMPLES, seed, told, mass) if own else []
    rows = [
        (number, one.input, one.side == "above", one.at) for number, box in enumerate([own, *others]) for one in box
    ]
    return {"limits": np.array(rows, np.float64).reshape(-1, 4), "count": np.array([1.0 + len(others)])}


def boxes_of(rows: Values, count: int) -> list[Box]:
    """Boxes from their rows, as `_searched` keeps them."""
    found: list[list[Limit]] = [[] for _ in range(count)]
    for number, n, above, at in rows:
        found[int(number)].append(Limit(int(n), "above" if above else "below", float(at)))
    return [tuple(limits) for limits in found]


def _rule(method: Method, box: Box, others: list[Box], table: Values, values: Values, weights: Weights) -> Rule:
    """A box with its numbers from the second half."""
    first, second = halves(len(table))
    searched, told = (None if weights is None else weights[half] for half in (first, second))
    held, unseen = inside(box, table[second]), values[second]
    inner = np.where(held[:, None], unseen, np.nan)
    density = estimate(inner, yes_no=True, weights=told) if ratio(inner, told).draws else None
    return Rule(
        method, box, density, lift_of(held, unseen, told), coverage_of(held, unseen, told),
        float(shares(told, len(held)) @ held), lasting(box, others, table[first], searched),
    )  # fmt: skip


def lift_of(held: NDArray[np.bool_], values: Values, weights: Weights = None) -> Interval:
    """How far the share inside a box is above that of all draws, paired over the draws.

    Both shares are ratios of sums over draws, whose linearisations are subtracted (Cochran 1977, section 6.3).

    Args:
        held: which draws lie inside, (draws,).
        values: of a yes or no, (draws, runs), NaN where undefined.
        weights: of the draws, (draws,); None: all count alike.
    """
    inner, whole = ratio(np.where(held[:, None], values, np.nan), weights), ratio(values, weights)
    if inner.draws < 2 or whole.draws < 2:
        return Interval(math.nan, math.nan, math.nan)
    scale = whole.draws / inner.draws
    if uneven(weights) is not None:  # whose parts have the corrections for few draws in them already
        scale *= math.sqrt((1.0 - 1.0 / whole.draws) / (1.0 - 1.0 / inner.draws))
    return number_interval(inner.value - whole.value, inner.parts * scale - whole.parts, whole.draws)


def coverage_of(held: NDArray[np.bool_], values: Values, weights: Weights = None) -> Interval:
    """Of the runs in which a yes or no holds, the share that lies inside a box: a ratio of sums over draws.

    >>> coverage_of(np.array([True, False]), np.array([[1.0, 1.0], [1.0, 0.0]])).value
    0.6666666666666666
    """
    given = uneven(weights)
    sums = np.nansum(values, axis=1) * (1.0 if given is None else given)
    whole = float(sums.sum())
    if whole == 0.0:
        return Interval(math.nan, math.nan, math.nan)
    value, draws = float(sums[held].sum()) / whole, len(sums)
    parts = (held - value) * sums * (draws / whole)
    if given is not None:
        draws, counted = worth(given), int((given > 0.0).sum())
        parts = (held - value) * sums / whole * math.sqrt(counted / max(counted - 1, 1) * draws * (draws - 1))
    found = number_interval(value, parts, draws)
    return Interval(value, max(0.0, found.low), min(1.0, found.high))


def _discovered(outcome: str, rules: tuple[Rule, ...], table: Values, values: Values, weights: Weights) -> Discovered:
    """What was found of an outcome, with the draws that count, for the picture."""
    first, second = halves(len(table))
    parts, counts = [], np.ones(len(table), np.bool_) if weights is None else weights > 0.0
    for half in (first, second):
        known, share = shares_of(values[half])
        drawn = counts[half][known]
        parts.append((table[half][known][drawn], share[drawn]))
    return Discovered(outcome, estimate(values, yes_no=True, weights=weights), rules, parts[0], parts[1])
