"""Whether the patterns hold: in what share of the draws, by how much, and which mechanism carries them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from sim.analysis.holding import Holding, beyond, holding
from sim.analysis.shares import Interval, Values, draw_means, number_interval, ratio
from sim.analysis.weights import Weights, uneven, variance
from sim.case.patterns import FILE, Claim, Pattern, Patterns
from sim.case.scenario import Scenario
from sim.case.theory import Theory
from sim.engine.computing import progress_bar
from sim.engine.sweep import Sweep
from sim.evidence.loading import evidence_of
from sim.evidence.priors import priors
from sim.evidence.rows import Evidence
from sim.experiment.keeping import Arrays, Keep, not_kept
from sim.experiment.runs import Runs, runs_of
from sim.inputs.errors import Mistakes, one_of
from sim.inputs.frozen import read_only
from sim.model.parameters import SWITCHES

HALF = 0.5
Placed = tuple[str, str | None, tuple[str, ...]]  # a world's name, where it is put, and what is off
Simulate = Callable[[str, str | None, tuple[str, ...]], Runs]  # a world so placed -> its runs


@dataclass(frozen=True)
class Measured:
    """A claim in a sweep.

    Attributes:
        claim: what was claimed.
        effects: the draws' means, NaN for a draw without a run that counts.
        halves: the same by the first half of each draw's runs, and by the second; NaN with one run a draw.
        threshold: in the outcome's own unit; NaN where it is told in standard deviations of fewer than two runs.
        scale: what the claim's unit is in that of the outcome.
        effect: the mean effect over the runs that count; NaN without one, NaN ends with one draw.
        weights: of the draws, (draws,); None: all count alike.
    """

    claim: Claim
    effects: Values
    halves: tuple[Values, Values]
    threshold: float
    effect: Interval
    scale: float = 1.0
    weights: Weights = None

    @property
    def holds(self) -> Values:
        """1 for a draw in which it holds, 0 where it does not, one half on the threshold, NaN where untold."""
        return self._beyond(self.effects)

    @property
    def holds_by_half(self) -> tuple[Values, Values]:
        """The same by the first half of each draw's runs, and by the second."""
        return self._beyond(self.halves[0]), self._beyond(self.halves[1])

    def _beyond(self, effects: Values) -> Values:
        return read_only(beyond(effects, self.threshold, above=self.claim.above is not None))

    @property
    def draws(self) -> int:
        """How many draws it rests on."""
        return int((~np.isnan(self.effects)).sum())

    @property
    def share(self) -> Holding:
        """The share of draws in which it holds, raw and corrected for the number of runs; NaN without draws."""
        return holding(self.holds, self.holds_by_half, self.weights)


@dataclass(frozen=True)
class Finding:
    """A pattern at one epoch, with all mechanisms or with some off.

    Attributes:
        name: of the pattern.
        epoch: where its worlds were put; None for where each is.
        off: switches that were off.
        claims: as measured, in order.
        also: likewise.
    """

    name: str
    epoch: str | None
    off: tuple[str, ...]
    claims: tuple[Measured, ...]
    also: tuple[Measured, ...]

    @property
    def share(self) -> Holding:
        """The share of draws in which every claim holds that has to, raw and corrected; NaN without draws."""
        needed = [measured for measured in self.claims if not measured.claim.need_not]
        return holding(self.held, self.held_by_half, needed[0].weights, self.apart)

    @property
    def held_by_half(self) -> tuple[Values, Values]:
        """`held` by the first half of each draw's runs, and by the second."""
        halves = [measured.holds_by_half for measured in self.claims if not measured.claim.need_not]
        first, second = (read_only(_all_of([half[n] for half in halves])) for n in (0, 1))
        return first, second

    @property
    def apart(self) -> Values:
        """How far the halves of a draw's runs differ in the claim in which they do most, (draws,); NaN where untold."""
        halves = [measured.holds_by_half for measured in self.claims if not measured.claim.need_not]
        found: Values = np.max([np.abs(one - two) for one, two in halves], axis=0)
        return read_only(found)

    @property
    def held(self) -> Values:
        """1 for a draw in which every claim holds that has to, 0 where one does not, NaN where one cannot be told."""
        return read_only(_all_of([measured.holds for measured in self.claims if not measured.claim.need_not]))

    def holds(self, enough: float) -> bool | None:
        """Whether it holds in enough of the draws, and no claim does that need not; None where that cannot be told.

        It holds where the whole interval of the corrected share is enough, fails where none of it is, and cannot be
        told between; likewise for a claim that need not hold.
        """
        needed = _is_enough(self.share, enough)
        free = [_is_enough(measured.share, enough) for measured in self.claims if measured.claim.need_not]
        if needed is False or True in free:
            return False
        return None if needed is None or None in free else True


def _all_of(held: Sequence[Values]) -> Values:
    """Whether all hold in a draw; NaN where one cannot be told."""
    every = np.array(held)
    found: Values = np.where(np.isnan(every).any(axis=0), np.nan, every.min(axis=0))
    return found


def _is_enough(share: Holding, enough: float) -> bool | None:
    """Whether an interval lies in what is enough; None where it lies on both sides, or is none."""
    _, low, high = share.corrected
    return True if low >= enough else False if high < enough else None


def outcome_values(runs: Runs, outcome: str | tuple[str, ...]) -> Values:
    """An outcome (draws, runs); of several, whether any holds, where an undefined one does not."""
    if isinstance(outcome, str):
        return runs.values(outcome)
    found: Values = np.max([np.nan_to_num(runs.values(one)) for one in outcome], axis=0)
    return found


def where(runs: Runs, values: Values, given: str | None) -> Values:
    """Values, NaN in the runs in which a condition does not hold."""
    return values if given is None else np.where(runs.values(given) == 1.0, values, np.nan)


def deviation(values: Values, weights: Weights = None) -> float:
    """The standard deviation of values over all runs, NaN left out; NaN for fewer than two, which have none."""
    known = ~np.isnan(values)
    if np.count_nonzero(known) < 2:
        return math.nan
    if weights is None:
        return float(np.nanstd(values))
    return math.sqrt(variance(values[known], np.broadcast_to(weights[:, None], values.shape)[known]))


def measure(claim: Claim, runs: Mapping[str, Runs]) -> Measured:
    """A claim in the runs of its worlds."""
    here = runs[claim.world]
    every = outcome_values(here, claim.outcome)
    first = where(here, every, claim.given)
    compared = _compared(claim, runs, every)
    other = compared if claim.less is not None and claim.less.given is not None else None
    weights = uneven(here.weights)
    scale = deviation(first if compared is None else compared, weights) if claim.unit == "SD" else 1.0
    if compared is not None and other is None:
        first = first - compared  # run by run
    if claim.possible is not None and compared is not None:
        first = np.where(draw_means(compared)[0][:, None] > claim.possible, first, np.nan)
    bound = claim.above if claim.above is not None else claim.below
    assert bound is not None  # checked when it was loaded
    half = first.shape[1] // 2
    parts = (slice(half), slice(half, 2 * half))
    halves = tuple(_effects(first[:, part], None if other is None else other[:, part]) for part in parts)
    effect = _mean_effect(first, other, weights)
    return Measured(claim, _effects(first, other), (halves[0], halves[1]), bound * scale, effect, scale, weights)


def _effects(first: Values, other: Values | None) -> Values:
    """The mean of each draw, (draws,), less that of the other runs of the draw where there are such."""
    means = draw_means(first)[0]
    return means if other is None else means - draw_means(other)[0]


def _mean_effect(first: Values, other: Values | None, weights: Weights) -> Interval:
    """The mean over all runs that count, less that of the other runs, with its interval over draws."""
    one = ratio(first, weights)
    if other is None:
        return number_interval(one.value, one.parts, one.draws)
    two = ratio(other, weights)
    return number_interval(one.value - two.value, one.parts - two.parts, min(one.draws, two.draws))


def _compared(claim: Claim, runs: Mapping[str, Runs], every: Values) -> Values | None:
    """What the outcome is compared with, (draws, runs)."""
    less, here = claim.less, runs[claim.world]
    if less is None:
        return None
    if less.world is not None:
        return where(runs[less.world], outcome_values(runs[less.world], claim.outcome), claim.given)
    if less.outcome is not None:
        return here.values(less.outcome)
    if less.given is not None:
        return where(here, every, less.given)
    start = here.draws[str(less.start)].to_numpy(dtype=np.float64)
    return np.broadcast_to(start[:, None], every.shape)


def find(name: str, pattern: Pattern, epoch: str | None, off: tuple[str, ...], simulate: Simulate) -> Finding:
    """Measure a pattern; what is only measured beside is left out where a mechanism is off."""
    also = () if off else pattern.also
    runs = {world: simulate(world, epoch, off) for world in _worlds((*pattern.claims, *also))}
    claims = tuple(measure(claim, runs) for claim in pattern.claims)
    return Finding(name, epoch, off, claims, tuple(measure(claim, runs) for claim in also))


def carriers(whole: Finding, without: Sequence[Finding]) -> tuple[str, ...]:
    """The switches without whose mechanism less than half of the first claim's effect is left; none of no effect."""
    effect = whole.claims[0].effect
    if not (effect.low > 0.0 or effect.high < 0.0):
        return ()
    return tuple(one.off[0] for one in without if one.claims[0].effect.value / effect.value < HALF)


RUNS = 50  # of chance for each draw, where there are enough; 0.05 of them is no whole number
FEW = 50  # draws: fewer give no verdict without a warning
FEWEST_DRAWS = 20


@dataclass(frozen=True)
class Found:
    """What the job measured: the patterns, and every finding, those with all mechanisms first.

    `failed` is the number of runs that failed; they count nowhere.
    """

    patterns: Patterns
    findings: tuple[Finding, ...]
    draws: int
    runs: int
    seed: int
    failed: int = 0

    @property
    def whole(self) -> tuple[Finding, ...]:
        """The findings with all mechanisms."""
        return tuple(one for one in self.findings if not one.off)

    def without(self, whole: Finding) -> tuple[Finding, ...]:
        """The same pattern at the same epoch with one mechanism off each."""
        return tuple(one for one in self.findings if one.off and (one.name, one.epoch) == (whole.name, whole.epoch))


def check_starts(patterns: Patterns, evidence: Evidence) -> None:
    """Refuse a claim that compares with a number of the draw that there is not.

    Raises:
        InputError: the first such claim, with the number that was likely meant, and the others beside it.
    """
    file = patterns.case.folder / FILE
    with Mistakes() as mistakes:
        for name, pattern in patterns.patterns.items():
            for part, claims in (("claims", pattern.claims), ("also", pattern.also)):
                for n, claim in enumerate(claims):
                    for epoch in pattern.places if claim.less is not None and claim.less.start is not None else ():
                        assert claim.less is not None
                        where = epoch or patterns.scenario(claim.world).epoch
                        known = priors(patterns.case, evidence, where).names
                        key = f"patterns.{name}.{part}[{n}].less.start"
                        with mistakes.apart():
                            one_of(file, key, claim.less.start, known, f"uncertain at {where}", "a column of the draws")


def apportioned(total: int) -> tuple[int, int]:
    """Draws and runs a draw of a world that gets `total` runs.

    Each draw's own effect is held against the threshold, so a draw gets more runs than a scenario's mean needs.

    >>> apportioned(5000), apportioned(40)
    ((100, 50), (20, 2))
    """
    runs = min(RUNS, max(1, total // FEWEST_DRAWS))
    return max(2, total // runs), runs


def measured(
    patterns: Patterns,
    draws: int,
    runs: int,
    seed: int,
    switches: Sequence[str] = tuple(SWITCHES),
    *,
    passes: tuple[str, ...] = (),
    implied: bool = True,
    theory: Theory | None = None,
    weights: Weights = None,
    progress: bool | None = None,
    keep: Keep = not_kept,
) -> Found:
    """Every pattern with all mechanisms and with each one off; worlds that patterns share are simulated once.

    Args:
        patterns: of a case.
        draws, runs, seed, passes, implied: of each world, as in a sweep.
        switches: mechanisms that are switched off, one at a time.
        theory: by whose rules all is played; None: the model as designed.
        weights: of the draws, (draws,); None: all count alike.
        progress: whether to show how far it is; None: yes, and without a terminal a line a minute.
        keep: gives what was kept of a part of the work, or makes it.
    """
    check_starts(patterns, evidence_of(patterns.case, passes or None, implied))
    played = Played(patterns, Sizes(draws, runs, seed, passes, implied), theory, weights, keep)
    offs = ((), *((switch,) for switch in switches))
    places = [(name, epoch) for name, pattern in patterns.patterns.items() for epoch in pattern.places]
    findings = []
    with progress_bar(len(offs) * len(places), progress, "patterns", "measurements") as told:
        for off, (name, epoch) in product(offs, places):
            findings.append(played.finding(name, epoch, off))
            told(1)
    return Found(patterns, tuple(findings), draws, runs, seed, sum(played.failed.values()))


class Sizes(NamedTuple):
    """How a world is simulated, as in a sweep."""

    draws: int
    runs: int
    seed: int
    passes: tuple[str, ...]
    implied: bool


class Played:
    """The worlds of patterns, simulated when they are needed; what was measured is kept, the runs are not.

    Attributes:
        failed: failed runs by world, epoch and what is off.
    """

    def __init__(self, patterns: Patterns, sizes: Sizes, theory: Theory | None, weights: Weights, keep: Keep) -> None:
        self.patterns, self.sizes, self.theory, self.weights, self.keep = patterns, sizes, theory, weights, keep
        self.failed: dict[Placed, int] = {}
        self._runs: dict[Placed, Runs] = {}

    def _scenario(self, world: str, epoch: str | None, off: tuple[str, ...]) -> Scenario:
        return self.patterns.scenario(world, epoch, off).change(theory=self.theory)

    def simulate(self, world: str, epoch: str | None, off: tuple[str, ...]) -> Runs:
        """The runs of a world; those of other mechanisms are forgotten."""
        key = (world, epoch, off)
        if key not in self._runs:
            self._runs = {other: runs for other, runs in self._runs.items() if other[2] == off}
            self._runs[key] = runs_of(self._scenario(*key), *self.sizes).weighted(self.weights)
        return self._runs[key]

    def finding(self, name: str, epoch: str | None, off: tuple[str, ...]) -> Finding:
        """A pattern as measured, now or before."""
        pattern = self.patterns.patterns[name]
        also = () if off else pattern.also
        worlds = _worlds((*pattern.claims, *also))

        def made() -> Arrays:
            found = find(name, pattern, epoch, off, self.simulate)
            failed = [len(self.simulate(world, epoch, off).errors()) for world in worlds]
            return {**_arrays((*found.claims, *found.also)), "failed": np.array(failed, np.float64)}

        sweeps = [Sweep(self._scenario(world, epoch, off), *self.sizes, paths=0, band_runs=0) for world in worlds]
        given = None if self.weights is None else self.weights.tolist()
        claims = [claim.model_dump(mode="json") for claim in (*pattern.claims, *also)]
        arrays = self.keep(sweeps, {"claims": claims, "weights": given}, made)
        self.failed |= {(world, epoch, off): int(n) for world, n in zip(worlds, arrays["failed"], strict=True)}
        every = tuple(_measured((*pattern.claims, *also), arrays, uneven(self.weights)))
        return Finding(name, epoch, off, every[: len(pattern.claims)], every[len(pattern.claims) :])


def _worlds(claims: Sequence[Claim]) -> tuple[str, ...]:
    """The worlds that claims look at, each once."""
    return tuple(dict.fromkeys(world for claim in claims for world in claim.worlds))


def _arrays(claims: Sequence[Measured]) -> Arrays:
    """Claims as numbers: effects (claims, draws), halves (claims, 2, draws), and (claims, 5) of the rest."""
    rest = [(one.threshold, one.scale, *one.effect) for one in claims]
    return {
        "effects": np.stack([one.effects for one in claims]),
        "halves": np.stack([np.stack(one.halves) for one in claims]),
        "rest": np.array(rest, np.float64),
    }


def _measured(claims: Sequence[Claim], arrays: Arrays, weights: Weights) -> Iterator[Measured]:
    """Claims from their numbers."""
    for n, claim in enumerate(claims):
        threshold, scale, *effect = arrays["rest"][n].tolist()
        halves = (arrays["halves"][n, 0], arrays["halves"][n, 1])
        yield Measured(claim, arrays["effects"][n], halves, threshold, Interval(*effect), scale, weights)
