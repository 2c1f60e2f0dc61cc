"""What could have been done: a scenario's levers at several settings, judged over draws of what nobody knows.

Every setting has the same draws and the same luck (common random numbers). A setting is judged by the mean outcome, by
its regret, and by the share of draws in which the outcome is good enough (`sim.analysis.robust`); of two outcomes, by
the Pareto front (many objectives under deep uncertainty: Kasprzyk and others 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, product
from math import prod
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.holding import Holding, holding
from sim.analysis.paired import Difference, difference
from sim.analysis.robust import (
    LEVEL,
    Pairs,
    Sampled,
    cannot_tell,
    front,
    is_beaten,
    pairs,
    regrets,
    resampled_interval,
    sampled,
    spread_out,
)
from sim.analysis.shares import Estimate, Interval, Values, estimate, ratio
from sim.analysis.weights import Weights, shares, uneven, weighted_quantile
from sim.case.asking import asked as checked_outcome
from sim.case.happening import Lever
from sim.case.owners import levers_of
from sim.case.scenario import Scenario, load_scenario, scenario_names
from sim.engine.computing import progress_bar
from sim.engine.sweep import Sweep
from sim.experiment.answers import scale_of
from sim.experiment.designed import defined, scenario_outcomes
from sim.experiment.keeping import Arrays, Keep, not_kept
from sim.experiment.levers import POINTS, values
from sim.experiment.runs import Runs, played
from sim.experiment.shown import Shown, size_told
from sim.inputs.errors import InputError, one_of
from sim.inputs.numbers import counted

if TYPE_CHECKING:
    import pandas as pd

Better = Literal["more", "less"]
BETTER: tuple[Better, ...] = ("more", "less")
Criterion = Literal["expected", "regret", "enough"]
CRITERIA: tuple[Criterion, ...] = ("expected", "regret", "enough")
TRIED = 16  # settings: of two levers both ends, the middle, and where the file has them
CANDIDATES = 20_000  # of which a sample that leaves no gap is taken
MOST_LEVERS = 14  # whose ends alone make no more candidates
QUANTILE = 0.9  # of the draws, below which a regret is told
HALF_RUNS = 2  # runs of a draw, at least: one half chooses, the other values
TIE = 1e-9  # of a mean of runs that lies on what is enough


class Goal(NamedTuple):
    """What is wanted of an outcome.

    Attributes:
        outcome: as in `Runs.values`; a week that never comes is the horizon.
        better: whether more of it is better or less, as who asks has said.
        enough: what is good enough of a draw's mean over chance, in the outcome's unit.
        is_own: whether that is the level of the scenario as it stands, because nobody has said another.
        scale: 100 where it is told in hundredths, else 1.
        is_yes_no: whether a run has it or has it not.
    """

    outcome: str
    better: Better
    enough: float
    is_own: bool
    scale: float
    is_yes_no: bool

    @property
    def sign(self) -> float:
        """1 where more is better, -1 where less is."""
        return 1.0 if self.better == "more" else -1.0


class Regret(NamedTuple):
    """A regret, which lies between two readings of the same runs.

    Attributes:
        valued: what one half of the runs chooses, valued by the other: too little.
        seen: by the runs that chose: too much.
    """

    valued: Interval
    seen: Interval


class Standing(NamedTuple):
    """A setting by one outcome.

    Attributes:
        level: the outcome.
        gap: its paired difference from the scenario as it stands; None of that itself.
        regret: mean over the draws, in the outcome's unit.
        worst: mean over the tenth of the draws in which the regret is largest.
        quantile, largest: what nine draws in ten stay below, and of any draw; both as seen, with the luck of choosing.
        enough: the share of draws in which it is good enough.
        by_draw: the regret seen of each draw, (draws,), for the picture.
    """

    level: Estimate
    gap: Difference | None
    regret: Regret
    worst: Regret
    quantile: float
    largest: float
    enough: Holding
    by_draw: Values


class Choice(NamedTuple):
    """Which setting is best by a criterion, and which others may be, as far as these draws tell.

    Attributes:
        criterion: `expected`; `regret`, that of the worst tenth of the draws; `enough`, the share of draws.
        best: the number of the setting.
        open: the numbers of all that cannot be told from it, itself among them.
        gain: how much better it is than the scenario as it stands, in the criterion's unit, with an interval for all
            pairs of settings at once; NaN ends where it is that itself.
    """

    criterion: Criterion
    best: int
    open: tuple[int, ...]
    gain: Interval


class Judged(NamedTuple):
    """Every setting by one outcome, and what is best by each criterion."""

    goal: Goal
    standings: tuple[Standing, ...]
    choices: Mapping[Criterion, Choice]


class Traded(NamedTuple):
    """The Pareto front of two outcomes.

    Attributes:
        first, second: the numbers of the outcomes.
        on_front: by setting, whether no other is as good in both means and better in one.
        share: by setting, in how many resamples of the draws it is on the front.
        beaten: by setting, whether another is better for certain, by intervals for all pairs of both outcomes at once.
    """

    first: int
    second: int
    on_front: tuple[bool, ...]
    share: tuple[float, ...]
    beaten: tuple[bool, ...]


Setting = Mapping[str, float]  # of the levers that are weighed, by name


@dataclass(frozen=True, repr=False)
class Found(Shown):
    """What was measured.

    Attributes:
        scenario: as it stands.
        actor: whose levers are weighed; None where they were named, or all are.
        levers: that are weighed, by name.
        settings: of these levers; the first is the scenario as it stands.
        is_grid: whether they are all combinations, and not a sample of them.
        outcomes: judged, in the order asked.
        fronts: of every two outcomes.
        draws, runs, seed: of every setting.
    """

    scenario: Scenario
    actor: str | None
    levers: tuple[str, ...]
    settings: tuple[Setting, ...]
    is_grid: bool
    outcomes: tuple[Judged, ...]
    fronts: tuple[Traded, ...]
    draws: int
    runs: int
    seed: int

    @property
    def _told(self) -> str:
        tried = f"{counted(len(self.settings), 'setting')} of {', '.join(self.levers)}"
        asked = ", ".join(one.goal.outcome for one in self.outcomes)
        return f"{tried} in {self.scenario.scenario} by {asked}: {size_told(self.draws, self.runs)}"

    def table(self) -> pd.DataFrame:
        """One row a setting and outcome: the levers, the mean and its difference from the scenario as it stands, the
        mean regret and that of the worst tenth of the draws (`valued` and `seen`), the share of draws in which it is
        good enough, and by each criterion whether it is `best`, `open` (cannot be told from the best), or empty."""
        import pandas as pd

        return pd.DataFrame([row for one in self.outcomes for row in rows_of(self, one)], columns=list(head_of(self)))

    def front(self) -> pd.DataFrame:
        """One row a setting and two outcomes: both means, whether it is on the Pareto front, in what share of resamples
        it is, and whether it is beaten for certain."""
        import pandas as pd

        return pd.DataFrame([row for one in self.fronts for row in front_rows(self, one)], columns=list(FRONT_HEAD))


NUMBERS = (
    "mean", "mean_low", "mean_high", "difference", "difference_low", "difference_high",
    "regret_valued", "regret_valued_low", "regret_valued_high", "regret_seen", "regret_seen_low", "regret_seen_high",
    "worst_valued", "worst_valued_low", "worst_valued_high", "worst_seen", "worst_seen_low", "worst_seen_high",
    "regret_seen_quantile", "regret_seen_largest", "enough", "share_enough", "share_enough_low", "share_enough_high",
)  # fmt: skip
FRONT_HEAD = ("setting", "first", "second", "first_mean", "second_mean", "on_front", "resamples", "beaten")


def head_of(found: Found) -> tuple[str, ...]:
    """The columns of `Found.table`."""
    return ("setting", "as_it_stands", *found.levers, "outcome", "better", *NUMBERS, *CRITERIA)


def rows_of(found: Found, one: Judged) -> Iterator[tuple[object, ...]]:
    """The rows of `Found.table` for an outcome."""
    for number, (setting, standing) in enumerate(zip(found.settings, one.standings, strict=True)):
        gap, level = standing.gap, standing.level
        ends = (np.nan,) * 3 if gap is None else (gap.value, gap.low, gap.high)
        regrets_told = (*standing.regret.valued, *standing.regret.seen, *standing.worst.valued, *standing.worst.seen)
        numbers = (level.value, level.low, level.high, *ends, *regrets_told, standing.quantile, standing.largest,
                   one.goal.enough, *standing.enough.corrected)  # fmt: skip
        place = (number, number == 0, *setting.values(), one.goal.outcome, one.goal.better)
        yield (*place, *map(float, numbers), *(word_of(one.choices[name], number) for name in CRITERIA))


def word_of(choice: Choice, number: int) -> str:
    """Whether a setting is the best, cannot be told from it, or is worse (empty)."""
    return "best" if number == choice.best else "open" if number in choice.open else ""


def front_rows(found: Found, one: Traded) -> Iterator[tuple[object, ...]]:
    """The rows of `Found.front` for two outcomes."""
    both = found.outcomes[one.first], found.outcomes[one.second]
    names = tuple(each.goal.outcome for each in both)
    for n in range(len(found.settings)):
        means = (each.standings[n].level.value for each in both)
        yield (n, *names, *means, one.on_front[n], one.share[n], one.beaten[n])


# --- what is tried ---------------------------------------------------------------------------------------------------


def chosen_levers(scenario: Scenario, actor: str | None, named: Sequence[str]) -> tuple[str, ...]:
    """The levers that are weighed: those named, an actor's, or all of the scenario.

    Raises:
        InputError: the scenario has none, or not these; or both an actor and names are given.
    """
    if not scenario.levers:
        others = (load_scenario(scenario.case, name) for name in scenario_names(scenario.case))
        allowed = [one.scenario for one in others if one.levers]
        raise InputError("robust", "scenario", f"{scenario.scenario} has no levers to choose among", allowed=allowed)
    if actor is not None and named:
        raise InputError("robust", "choose", "goes without actor: either names the levers", allowed="one of the two")
    if actor is not None:
        named = levers_of(scenario, actor)
    for name in named:
        one_of("robust", "choose", name, scenario.levers, f"a lever of {scenario.scenario}")
    found = tuple(name for name in scenario.levers if not named or name in named)
    if len(found) > MOST_LEVERS:
        problem = f"{len(found)} levers are too many to try together"
        raise InputError("robust", "choose", problem, allowed=f"{MOST_LEVERS} of them or fewer")
    return found


def settings_of(levers: Mapping[str, Lever], most: int) -> tuple[tuple[Setting, ...], bool]:
    """Settings of levers, first where they stand; and whether they are a whole grid.

    The finest grid that fits is taken: each lever at both ends, with equal steps, and where it stands. Where none fits,
    a sample of one that leaves no large gap (`spread_out`).

    Args:
        levers: at their present values.
        most: settings, at least 2.
    """
    for points in range(POINTS, 1, -1):
        grid = [values(lever, points) for lever in levers.values()]
        if prod(map(len, grid)) <= most:
            return _ordered(levers, list(product(*grid))), True
    own = tuple(float(lever.value) for lever in levers.values())
    grids = ([values(lever, points) for lever in levers.values()] for points in range(POINTS, 1, -1))
    ends: list[tuple[float, ...]] = [(lever.low, lever.high) for lever in levers.values()]
    grid = next((one for one in grids if prod(map(len, one)) <= CANDIDATES), ends)
    candidates = [own, *(point for point in product(*grid) if point != own)]
    low, high = np.array(ends).T
    chosen = spread_out((np.array(candidates) - low) / np.maximum(high - low, TIE), 0, most)
    return _ordered(levers, [candidates[n] for n in chosen]), False


def _ordered(levers: Mapping[str, Lever], points: Sequence[tuple[float, ...]]) -> tuple[Setting, ...]:
    """As they stand first, the rest by rising values."""
    own = tuple(float(lever.value) for lever in levers.values())
    ordered = [own, *sorted(point for point in points if point != own)]
    return tuple(dict(zip(levers, point, strict=True)) for point in ordered)


def checked_goals(
    scenario: Scenario, outcomes: Sequence[str], better: Sequence[str], enough: Sequence[float]
) -> tuple[tuple[str, Better, float | None], ...]:
    """Each outcome with what is wanted of it.

    Args:
        scenario: whose outcomes they are.
        outcomes: empty for those in which its question is answered.
        better: `more` or `less` for each; nothing says what an actor wants but who asks.
        enough: what is good enough for each; empty for the level of the scenario as it stands.

    Raises:
        InputError: an unknown outcome, one twice, a code, or not one word or number for each.
    """
    names = tuple(outcomes) or scenario_outcomes(scenario)
    if not names:
        raise InputError("robust", "outcome", "the scenario is asked nothing", allowed="outcome=[NAME]")
    for n, name in enumerate(names):
        if checked_outcome(scenario.case, "robust", "outcome", name).is_code:
            allowed = "a settlement class, a table, or 'NAME == CODE'"
            raise InputError("robust", "outcome", f"{name} is a code, which has no mean", allowed=allowed)
        if name in names[:n]:
            raise InputError("robust", "outcome", f"{name} is named twice", allowed="each outcome once")
    if len(better) != len(names):
        problem = "is missing" if not better else f"has {len(better)} words for {len(names)} outcomes"
        allowed = f"more or less for each of [{', '.join(names)}]: better=[{','.join(['less'] * len(names))}]"
        raise InputError("robust", "better", problem, allowed=allowed)
    if enough and len(enough) != len(names):
        problem = f"has {len(enough)} numbers for {len(names)} outcomes"
        raise InputError("robust", "enough", problem, allowed=f"one for each of [{', '.join(names)}], or none")
    words: list[Better] = [
        "more" if one_of("robust", "better", word, BETTER, "more or less") == "more" else "less" for word in better
    ]
    bounds: Sequence[float | None] = enough or (None,) * len(names)
    return tuple(zip(names, words, bounds, strict=True))


# --- measuring -------------------------------------------------------------------------------------------------------


def measured(
    scenario: Scenario,
    outcomes: Sequence[str],
    better: Sequence[str],
    draws: int,
    runs: int,
    seed: int,
    *,
    actor: str | None = None,
    choose: Sequence[str] = (),
    enough: Sequence[float] = (),
    tried: int = TRIED,
    passes: tuple[str, ...] = (),
    implied: bool = True,
    weights: Weights = None,
    keep: Keep = not_kept,
    progress: bool | None = None,
) -> Found:
    """Settings of levers judged by outcomes over the draws.

    Args:
        scenario: as it stands; what it holds is held at every setting.
        outcomes, better, enough: as in `checked_goals`.
        draws: of everything uncertain, at least 2.
        runs: of chance for each draw, at least 2.
        seed: of all draws, chance and resamples, 0 to 2**32 - 1.
        actor, choose: as in `chosen_levers`.
        tried: settings at most, at least 2.
        passes, implied: as in a sweep.
        weights: of the draws, (draws,); None: all count alike.
        keep: gives what was kept of a part of the work, or makes it.
        progress: whether to show a bar; None: yes, without a terminal a line a minute.

    Raises:
        InputError: a lever, an outcome or a goal that there is not, an outcome that some runs do not have, or too few
            runs.
    """
    levers = chosen_levers(scenario, actor, choose)
    asked = checked_goals(scenario, outcomes, better, enough)
    if runs < HALF_RUNS:
        problem = f"{runs} is too few: the setting that one half of the runs chooses, the other has to value"
        raise InputError("robust", "size.runs", problem, allowed=f"{HALF_RUNS} or more")
    settings, is_grid = settings_of({name: scenario.levers[name] for name in levers}, tried)
    names = tuple(name for name, _, _ in asked)
    found, given = [], uneven(weights)
    with progress_bar(len(settings) * draws * runs, progress, "robust") as told:
        for setting in settings:
            sweep = Sweep(_changed(scenario, setting), draws, runs, seed, passes, implied, paths=0, band_runs=0)
            found.append(keep([sweep], list(names), partial(_played, sweep, names, told))["values"])
    every = np.stack(found)  # settings, outcomes, draws, runs
    kinds = Runs(Sweep(scenario, draws, runs, seed, passes, implied, paths=0, band_runs=0))
    goals = tuple(_goal(kinds, *one, every[0, n], given) for n, one in enumerate(asked))
    samples, judged = [], []
    for n, goal in enumerate(goals):
        means, sample, one = _judged(goal, kinds.bounds(goal.outcome), every[:, n], given, seed)
        samples.append((goal.sign * means, sample))
        judged.append(one)
    fronts = tuple(_traded(one, other, samples, given) for one, other in combinations(range(len(goals)), 2))
    return Found(scenario, actor, levers, settings, is_grid, tuple(judged), fronts, draws, runs, seed)


def _changed(scenario: Scenario, setting: Setting) -> Scenario:
    moved: dict[str, Any] = dict(setting)  # the whole range of a lever fits: that is checked when its file is read
    return scenario.change(**moved)


def _played(sweep: Sweep, outcomes: tuple[str, ...], told: Callable[[int], object]) -> Arrays:
    """The outcomes of a setting, (outcomes, draws, runs)."""
    runs = played(sweep)
    told(sweep.total)
    return {"values": np.stack([defined(runs, one) for one in outcomes])}


def _goal(runs: Runs, outcome: str, better: Better, enough: float | None, own: Values, weights: Weights) -> Goal:
    level = ratio(own, weights).value if enough is None else enough
    scale = scale_of(runs.sweep.case, outcome)
    return Goal(outcome, better, level, enough is None, scale, runs.is_yes_no(outcome))


def _judged(
    goal: Goal, bounds: tuple[float, float], every: Values, weights: Weights, seed: int
) -> tuple[Values, Sampled, Judged]:
    """One outcome of every setting, (settings, draws, runs): the draws' means, the resamples, and what they come to."""
    good = goal.sign * every
    half = every.shape[2] // 2
    means, halves = good.mean(axis=2), (good[:, :, :half].mean(axis=2), good[:, :, half:].mean(axis=2))
    whole, parts = _enough(means, goal), tuple(_enough(one, goal) for one in halves)
    found = regrets(good)
    sample = sampled(means, 2.0 * whole - (parts[0] + parts[1]) / 2.0, found, weights, seed)
    told = [
        tuple(map(Regret, resampled_interval(valued), resampled_interval(seen)))
        for valued, seen in ((sample.regret, sample.regret_seen), (sample.worst, sample.worst_seen))
    ]
    mass = shares(weights, every.shape[1])
    standings = tuple(
        Standing(
            estimate(every[n], yes_no=goal.is_yes_no, weights=weights).within(*bounds),
            difference(every[0], every[n], yes_no=goal.is_yes_no, weights=weights) if n else None,
            told[0][n], told[1][n], weighted_quantile(found.seen[n], mass, QUANTILE), float(found.seen[n].max()),
            holding(whole[n], (parts[0][n], parts[1][n]), weights), found.seen[n],
        )
        for n in range(len(every))
    )  # fmt: skip
    choices = _choices(sample, means, whole, weights)
    return goal.sign * means, sample, Judged(goal, standings, choices)


def _enough(good: Values, goal: Goal) -> Values:
    """1 where a draw is good enough, else 0."""
    bound = goal.sign * goal.enough
    found: Values = (good >= bound - TIE * max(1.0, abs(bound))).astype(np.float64)
    return found


def _choices(sample: Sampled, means: Values, enough: Values, weights: Weights) -> Mapping[Criterion, Choice]:
    """What is best by each criterion. Of regret both readings have to tell a setting from the best, or it is open."""
    expected, good = pairs(sample.expected, means, weights), pairs(sample.enough, enough, weights)
    valued, seen = (pairs(-one, means, weights) for one in (sample.worst, sample.worst_seen))
    least = int(sample.worst[0].argmin())
    left = cannot_tell(valued, least) | cannot_tell(seen, int(sample.worst_seen[0].argmin()))
    return {
        "expected": _choice("expected", expected, int(sample.expected[0].argmax())),
        "regret": _choice("regret", valued, least, left),
        "enough": _choice("enough", good, int(sample.enough[0].argmax())),
    }


def _choice(criterion: Criterion, found: Pairs, best: int, left: NDArray[np.bool_] | None = None) -> Choice:
    left = cannot_tell(found, best) if left is None else left
    gain = Interval(float(found.value[best, 0]), float(found.low[best, 0]), float(found.high[best, 0]))
    if best == 0:
        gain = Interval(0.0, float("nan"), float("nan"))
    return Choice(criterion, best, tuple(int(n) for n in np.flatnonzero(left)), gain)


def _traded(first: int, second: int, samples: Sequence[tuple[Values, Sampled]], weights: Weights) -> Traded:
    """The front of two outcomes; half of the error for each of them."""
    both = [samples[n] for n in (first, second)]
    points = np.stack([sample.expected for _, sample in both], axis=2)
    is_on = front(points)
    apart = [pairs(sample.expected, means, weights, (1.0 + LEVEL) / 2.0) for means, sample in both]
    return Traded(
        first, second, tuple(map(bool, is_on[0])), tuple(map(float, is_on[1:].mean(axis=0))),
        tuple(map(bool, is_beaten(*apart))),
    )  # fmt: skip
