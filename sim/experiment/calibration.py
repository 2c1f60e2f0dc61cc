"""What the marked half of a record and of the open patterns teaches of the prior: weights over its draws, and checks.

Every draw of the prior is played; what it gives the marked statements is its weight (`sim.analysis.calibration`).
Nothing is searched for: the weights are those of draws that every other job has, too. Sequential Monte Carlo plays
numbers of its own and has to come to the same. What is held back is only looked at afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calibration import (
    CUTOFF,
    Misses,
    Stage,
    error_by_ancestors,
    implausible_chance,
    implausible_effect,
    importance,
    likelihood,
    ranks_of_truths,
    sequential,
    uneven_beyond_luck,
    unevenness,
)
from sim.analysis.holding import holding
from sim.analysis.paired import NOTABLE
from sim.analysis.quantiles import Z95, t95
from sim.analysis.shares import Estimate, Interval, Values, estimate, wilson
from sim.analysis.weights import kish, worth
from sim.case.patterns import Pattern, Patterns
from sim.case.record import Record, Statement
from sim.case.scenario import Scenario
from sim.engine.computing import progress_bar
from sim.engine.sweep import Sweep
from sim.evidence.quantiles import draws_of, inputs
from sim.experiment.keeping import Arrays, Keep, not_kept
from sim.experiment.patterns import Finding, Measured, find
from sim.experiment.plan import PlannedSweep
from sim.experiment.record import (
    EXCLUDED,
    MODEL,
    Compared,
    Scored,
    answers,
    compared,
    courses_of,
    forecast_of,
    interval_of,
    scores_of,
)
from sim.experiment.runs import Runs, played
from sim.experiment.shown import Shown, size_told
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.world.uncertainty import Uncertainty

if TYPE_CHECKING:
    import pandas as pd

PLAIN = "uncalibrated"
MOST_RUNS = 2_000_000  # of one world, in memory at once
OTHERS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3)  # discrepancies whose worth is told beside
LUCK = 2**32  # from the seed of one call of the sampler to that of the next


class Sizes(NamedTuple):
    """How much is played: draws of the prior, runs of each, particles of the sampler, records of the check."""

    draws: int
    runs: int
    particles: int
    records: int


def sizes(draws: int, runs: int) -> Sizes:
    """What draws and runs, as a size has them, stand for.

    >>> sizes(20, 2), sizes(5000, 20)
    (Sizes(draws=20, runs=2, particles=20, records=100), Sizes(draws=5000, runs=20, particles=1000, records=500))
    """
    return Sizes(draws, runs, max(20, min(1000, draws // 5)), max(100, min(500, draws)))


@dataclass(frozen=True)
class Chosen(Uncertainty):
    """A joint prior whose draws are given, one row each: number 0, 1, ..."""

    rows: Any = None

    def table(self, draws: int, seed: int, first: int = 0, threads: int | None = None) -> Any:
        """The given draws first, ..., with fixed values in place."""
        found = np.array(self.rows[first : first + draws])
        for name, value in self.fixed.items():
            found[:, self.priors.index[name]] = value
        return found


class Asked(NamedTuple):
    """A statement or a pattern before and after.

    Attributes:
        name: of it.
        told: in words.
        is_marked: whether the weights have learnt from it.
        prior: its probability, a mean, or the share of draws in which it holds.
        posterior: the same with weights.
        reached: the share of draws that give it a probability of 0.02 or more, or in which it holds.
        implausible: the share of draws that it rules out by itself; None where it is not marked.
    """

    name: str
    told: str
    is_marked: bool
    prior: Interval
    posterior: Interval
    reached: float
    implausible: float | None

    @property
    def is_excluded(self) -> bool:
        """Whether no draw reaches it."""
        return self.reached == 0.0


class Parameter(NamedTuple):
    """A number of the draws before and after.

    Attributes:
        name: of the column; one that is coded anew at every article has the epoch before it.
        group: structural, trust, leverage, position, salience, start, share, or pass.
        prior: its mean.
        posterior: its weighted mean, with the interval.
        shift: how far the mean has moved, in standard deviations of the prior, with its interval.
        narrowed: the posterior's standard deviation over the prior's.
        sampled: the mean of the particles, by the sampler, with its interval.
    """

    name: str
    group: str
    prior: float
    posterior: Interval
    shift: Interval
    narrowed: float
    sampled: Interval


@dataclass(frozen=True, repr=False)
class Found(Shown):
    """What a calibration found.

    Attributes:
        record: whose marked statements it has learnt from.
        patterns: whose marked patterns; None for a case without.
        sizes: how much was played.
        seed: of all draws and chance.
        weights: of the draws, (draws,), of mean 1.
        misses: of the draws.
        statements: of the record, all.
        claims: the patterns, all, by pattern and epoch.
        parameters: that vary, in the order of `columns`.
        columns: their values, (draws, parameters), and those of the particles, (particles, parameters).
        ranks: of true values among draws of their posterior, (records, parameters).
        stages: of the sampler.
        scored: the statements that were held back.
        compared: scores with the weights less those without.
        kept_in: the share of the draws that no marked statement or pattern rules out.
    """

    record: Record
    patterns: Patterns | None
    sizes: Sizes
    seed: int
    weights: Values
    misses: Misses
    statements: tuple[Asked, ...]
    claims: tuple[Asked, ...]
    parameters: tuple[Parameter, ...]
    columns: tuple[Values, Values]
    ranks: NDArray[np.int64]
    stages: tuple[Stage, ...]
    scored: tuple[Scored, ...]
    compared: tuple[Compared, ...]
    kept_in: Interval

    @property
    def _told(self) -> str:
        worth = f"worth {counted(round(self.worth), 'draw')}"
        size = size_told(self.sizes.draws, self.sizes.runs)
        return f"calibration by {len(self.learnt)} statements and patterns: {size}, {worth}"

    @property
    def discrepancy(self) -> float:
        """The chance that the world has a statement otherwise than the model, as the record states it."""
        return self.record.discrepancy

    @property
    def learnt(self) -> tuple[str, ...]:
        """The names of what the weights have learnt from."""
        return tuple(one.name for one in (*self.statements, *self.claims) if one.is_marked)

    @property
    def worth(self) -> float:
        """How many equal draws the weighted ones are worth (Kish 1965)."""
        return kish(self.weights)

    @cached_property
    def by_discrepancy(self) -> tuple[tuple[float, float], ...]:
        """What the draws would be worth at other discrepancies."""
        return tuple((e, kish(likelihood(self.misses, e))) for e in OTHERS)

    @property
    def moved(self) -> tuple[Parameter, ...]:
        """The parameters whose mean has moved by more than the largest of so many would by luck, the furthest first."""
        each = 1.0 - 0.95 ** (1.0 / max(len(self.parameters), 1))
        wider = NormalDist().inv_cdf(1.0 - each / 2.0) / Z95
        found = [one for one in self.parameters if abs(one.shift.value) > wider * (one.shift.high - one.shift.value)]
        return tuple(sorted(found, key=lambda one: -abs(one.shift.value)))

    @cached_property
    def uneven(self) -> tuple[float, float]:
        """The largest unevenness of the ranks of a parameter, and what the largest of so many exceeds by luck."""
        return float(unevenness(self.ranks).max()), uneven_beyond_luck(self.ranks.shape[1])

    def table(self) -> pd.DataFrame:
        """One row a statement, a pattern and a parameter: before and after, with intervals."""
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        for part, asked in (("statement", self.statements), ("pattern", self.claims)):
            rows += [(part, one.name, one.is_marked, *one.prior, *one.posterior) for one in asked]
        nothing = float("nan")
        rows += [("parameter", one.name, False, one.prior, nothing, nothing, *one.posterior) for one in self.parameters]
        names = ["part", "name", "marked", "prior", "prior_low", "prior_high", "posterior", "low", "high"]
        return pd.DataFrame(rows, columns=names)


class Place(NamedTuple):
    """A pattern at one epoch; None: where its worlds are."""

    name: str
    pattern: Pattern
    epoch: str | None

    @property
    def label(self) -> str:
        """The name, with the epoch where there are several."""
        return self.name if self.epoch is None else f"{self.name} {self.epoch}"

    @property
    def worlds(self) -> tuple[str, ...]:
        """The worlds that its claims look at."""
        return tuple(dict.fromkeys(world for claim in self.pattern.claims for world in claim.worlds))


def measured(
    record: Record,
    patterns: Patterns | None,
    size: Sizes,
    seed: int,
    *,
    passes: tuple[str, ...] = (),
    implied: bool = True,
    keep: Keep = not_kept,
    progress: bool | None = None,
) -> Found:
    """Weights over the draws of the prior from what is marked, and every check of them.

    Args:
        record: whose statements are marked `for_calibration`, or not.
        patterns: of the case, likewise; None for none.
        size: how much is played.
        seed: of all draws and chance, 0 to 2**32 - 1.
        passes, implied: as in a sweep.
        keep: gives what was kept of a part of the work, or makes it.
        progress: whether to show a bar; None: yes, without a terminal a line a minute.

    Raises:
        InputError: nothing is marked, or nothing held back; a statement has no value in some runs; runs failed;
            or no draw has what happened.
    """
    _check(record, patterns, size)
    return _Calibration(record, patterns, size, seed, passes, implied, keep).found(progress)


def planned_runs(record: Record, patterns: Patterns | None, size: Sizes) -> int:
    """About how many runs that takes: those of the sampler are a guess.

    Raises:
        InputError: nothing is marked, nothing is held back, or it is more than memory holds.
    """
    _check(record, patterns, size)
    return _Calibration(record, patterns, size, 1, (), True, not_kept).total()


def _check(record: Record, patterns: Patterns | None, size: Sizes) -> None:
    if not record.for_calibration:
        problem = "none is marked for_calibration: there is nothing to learn from"
        raise InputError(record.file, "statements", problem, allowed="for_calibration: true of some of them")
    if not record.held_back:
        problem = "every one is marked for_calibration: none is held back to test what is learnt"
        raise InputError(record.file, "statements", problem, allowed="some without it")
    total = size.draws * size.runs
    if total > MOST_RUNS:
        problem = f"{counted(total, 'run')} of one course are too many for memory"
        raise InputError("job=calibrate", "size", problem, allowed=f"size.draws x size.runs up to {MOST_RUNS:,}")


@dataclass(frozen=True)
class _Calibration:
    """What is asked, and the steps to the answer."""

    record: Record
    patterns: Patterns | None
    size: Sizes
    seed: int
    passes: tuple[str, ...]
    implied: bool
    keep: Keep

    @cached_property
    def courses(self) -> list[tuple[Scenario, dict[str, Statement]]]:
        return courses_of(self.record)

    @cached_property
    def marked_courses(self) -> list[tuple[Scenario, dict[str, Statement]]]:
        """Those with a marked statement, and these alone."""
        found = [(course, {n: s for n, s in asked.items() if s.for_calibration}) for course, asked in self.courses]
        return [(course, asked) for course, asked in found if asked]

    @cached_property
    def places(self) -> list[Place]:
        """Every pattern at each of its epochs."""
        every = self.patterns.patterns if self.patterns is not None else {}
        return [Place(name, one, epoch) for name, one in every.items() for epoch in one.places]

    @cached_property
    def marked_places(self) -> list[Place]:
        return [place for place in self.places if place.pattern.for_calibration]

    @cached_property
    def scenarios(self) -> Mapping[str, tuple[Scenario, ...]]:
        """The scenarios of the worlds of every pattern, by its label."""
        if self.patterns is None:
            return {}
        made = self.patterns.scenario
        return {place.label: tuple(made(world, place.epoch) for world in place.worlds) for place in self.places}

    def total(self) -> int:
        """How many runs are played at the most: those of the sampler are a guess."""
        worlds = sum(len(place.worlds) for place in self.places)
        of_prior = (len(self.courses) + worlds) * self.size.draws * self.size.runs
        marked = len(self.marked_courses) + sum(len(place.worlds) for place in self.marked_places)
        return of_prior + CALLS * marked * self.size.particles * self.size.runs

    def sweep(self, scenario: Scenario) -> Sweep:
        return Sweep(
            scenario, self.size.draws, self.size.runs, self.seed, self.passes, self.implied, paths=0, band_runs=0
        )

    def found(self, progress: bool | None) -> Found:
        with progress_bar(self.total(), progress, "calibrate") as told:
            said: dict[str, Values] = {}
            for course, asked in self.courses:
                said |= self.answered(self.sweep(course), asked, told)
            held = {place.label: self.held(place, told) for place in self.places}
            misses = self.misses(said, [held[place.label] for place in self.marked_places])
            try:
                weights = importance(misses, self.record.discrepancy)
                sampled = sequential(
                    lambda given, call: self.answer(given, call, held, told),
                    len(self.inputs), self.size.particles, self.record.discrepancy, self.seed, lambda n: None,
                )  # fmt: skip
            except ValueError as error:
                allowed = "a discrepancy above 0, other marks, or more draws"
                raise InputError(self.record.file, "statements", str(error), allowed=allowed) from None
        names, groups, columns = self.columns()
        particles = self.values_of(sampled.inputs, names)
        ranks = ranks_of_truths(misses, columns, self.record.discrepancy, self.size.records, self.seed)
        statements = tuple(self.statement(name, said[name], weights) for name in self.record.statements)
        claims = tuple(self.claim(place, held[place.label], weights) for place in self.places)
        scored = tuple(self.scored(name, said[name], weights) for name in self.record.held_back)
        return Found(
            self.record, self.patterns, self.size, self.seed, weights, misses, statements, claims,
            tuple(parameters(names, groups, columns, weights, particles, sampled.ancestors)), (columns, particles),
            ranks, sampled.stages, scored, tuple(compared(scored, True)), self.kept_in(said, held),
        )  # fmt: skip

    # --- what is played ---

    def answered(self, sweep: Sweep, asked: Mapping[str, Statement], told: Callable[[int], object]) -> Arrays:
        """What the runs of a course say of statements, (draws, runs) each; no run has failed."""
        dumped = {name: one.model_dump(mode="json") for name, one in asked.items()}
        found = self.keep([sweep], dumped, lambda: answers(_whole(sweep), asked, self.record.file))
        told(sweep.total)
        for name, values in found.items():
            if asked[name].for_calibration and np.isnan(values).any():
                problem = f"has no value in {counted(int(np.isnan(values).sum()), 'run')} of {values.size:,}"
                allowed = "an outcome that every run has"
                raise InputError(self.record.file, f"statements.{name}", problem, allowed=allowed)
        return found

    def held(self, place: Place, told: Callable[[int], object]) -> Arrays:
        """Whether a pattern holds in each draw, (draws,): by all runs and by either half; its effects."""
        sweeps = [self.sweep(scenario) for scenario in self.scenarios[place.label]]
        asked = {"pattern": place.pattern.model_dump(mode="json")}
        arrays = self.keep(sweeps, asked, lambda: arrays_of(self.found_in(place, sweeps)))
        told(sum(sweep.total for sweep in sweeps))
        return arrays

    def found_in(self, place: Place, sweeps: Sequence[Sweep]) -> Finding:
        """A pattern in sweeps of its worlds, without what is only measured beside."""
        by_world = dict(zip(place.worlds, sweeps, strict=True))
        alone = place.pattern.model_copy(update={"also": ()})
        return find(place.name, alone, place.epoch, (), lambda world, *_: _whole(by_world[world]))

    def misses(self, said: Arrays, held: Sequence[Arrays]) -> Misses:
        """How far the draws miss what is marked: statements that one course plays have to come together in a run."""
        together: dict[tuple[str, str], list[Values]] = {}
        for course, asked in self.marked_courses:
            for name, one in asked.items():
                together.setdefault((course.scenario, course.epoch), []).append(self.miss(one, said[name]))
        runs = tuple(np.stack(each, axis=2) for each in together.values())
        claims = [np.nan_to_num(1.0 - arrays["whole"], nan=0.5) for arrays in held]
        return Misses(runs, np.stack(claims, axis=1) if claims else np.zeros((len(runs[0]), 0)))

    def miss(self, one: Statement, values: Values) -> Values:
        """1 where a run has not what happened; a week or a number has it anywhere in what is known of it."""
        if one.outcome is None:
            return 1.0 - values
        low, high = interval_of(one)
        missed: Values = 1.0 - ((values >= low) & (values <= high)).astype(np.float64)
        return missed

    @cached_property
    def priors(self) -> Mapping[str, Uncertainty]:
        """What is uncertain, by the epochs at which something marked is played."""
        found = {course.epoch: self.sweep(course).uncertainty for course, _ in self.marked_courses}
        for place in self.marked_places:
            for scenario in self.scenarios[place.label]:
                if scenario.epoch not in found:
                    found[scenario.epoch] = self.sweep(scenario).uncertainty
        return found

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Everything that a number of its own decides, over these epochs: the same at all of them."""
        return tuple(dict.fromkeys(name for one in self.priors.values() for name in inputs(one.priors)))

    def rows(self, given: Values, epoch: str) -> Values:
        """Draws at an epoch from inputs."""
        known = self.priors[epoch].priors
        names = inputs(known)
        return draws_of(known, names, given[:, [self.inputs.index(name) for name in names]])

    def answer(self, given: Values, call: int, held: Mapping[str, Arrays], told: Callable[[int], object]) -> Misses:
        """How far given numbers miss what is marked, with luck of their own."""
        rows = {epoch: self.rows(given, epoch) for epoch in self.priors}
        seed = (self.seed + LUCK * (1 + call)) % 2**64

        def sweep(scenario: Scenario) -> Sweep:
            at = self.priors[scenario.epoch]
            chosen = Chosen(
                at.case, at.epoch, at.priors, scenario.fixed, scenario.off, scenario.theory, rows[scenario.epoch]
            )  # fmt: skip
            return PlannedSweep(
                scenario, len(given), self.size.runs, seed, self.passes, self.implied, 0, 0, known=chosen
            )  # fmt: skip

        def make() -> Arrays:
            said: dict[str, Values] = {}
            for course, asked in self.marked_courses:
                said |= answers(_whole(sweep(course)), asked, self.record.file)
                told(len(given) * self.size.runs)
            by_place = []
            for place in self.marked_places:
                found = self.found_in(place, [sweep(scenario) for scenario in self.scenarios[place.label]])
                by_place.append(arrays_of(with_thresholds(found, held[place.label]["thresholds"])))
                told(len(given) * self.size.runs * len(place.worlds))
            misses = self.misses(said, by_place)
            return {f"course{n}": one for n, one in enumerate(misses.courses)} | {"claims": misses.claims}

        courses = [course for course, _ in self.marked_courses]
        worlds = [scenario for place in self.marked_places for scenario in self.scenarios[place.label]]
        usual = [self.sweep(scenario) for scenario in (*courses, *worlds)]
        told_of = {"call": call, "inputs": hashlib.sha256(given.tobytes()).hexdigest(), "marked": self._marked}
        arrays = self.keep(usual, told_of, make)
        names = sorted((name for name in arrays if name.startswith("course")), key=_number)
        return Misses(tuple(arrays[name] for name in names), arrays["claims"])

    @cached_property
    def _marked(self) -> dict[str, Any]:
        """What is marked, as plain data."""
        statements = {n: s.model_dump(mode="json") for _, asked in self.marked_courses for n, s in asked.items()}
        return {
            "statements": statements,
            "patterns": {p.label: p.pattern.model_dump(mode="json") for p in self.marked_places},
        }

    # --- what is told ---

    def columns(self) -> tuple[tuple[str, ...], tuple[str, ...], Values]:
        """Names, groups and values of the numbers that vary in the draws, (draws, columns), epoch by epoch.

        What is no coding of an article is the same at every epoch, and told once.
        """
        names: list[str] = []
        groups: list[str] = []
        parts: list[Values] = []
        for epoch, one in self.priors.items():
            table = one.table(self.size.draws, self.seed)
            for name in inputs(one.priors):
                group = one.priors[name].group
                label = name if group in SAME else f"{epoch} {name}"
                if label not in names and name not in one.fixed:
                    names.append(label)
                    groups.append(group)
                    parts.append(table[:, one.priors.index[name]])
        varied = [n for n, part in enumerate(parts) if np.ptp(part) > 0.0]
        values = np.stack([parts[n] for n in varied], axis=1)
        return tuple(names[n] for n in varied), tuple(groups[n] for n in varied), values

    def values_of(self, given: Values, names: Sequence[str]) -> Values:
        """The same numbers of particles."""
        rows = {epoch: self.rows(given, epoch) for epoch in self.priors}
        found = []
        for label in names:
            epoch, _, name = label.rpartition(" ")
            place = epoch or next(e for e, one in self.priors.items() if name in one.priors.index)
            found.append(rows[place][:, self.priors[place].priors.index[name]])
        return np.stack(found, axis=1)

    def statement(self, name: str, values: Values, weights: Values) -> Asked:
        one = self.record.statements[name]
        yes_no = one.outcome is None
        prior, posterior = (estimate(values, yes_no=yes_no, weights=given) for given in (None, weights))
        chance = np.nanmean(1.0 - self.miss(one, values), axis=1)
        implausible = None
        if one.for_calibration:
            out = implausible_chance(chance, values.shape[1], self.record.discrepancy) > CUTOFF
            implausible = float(out.mean())
        reached = float((chance >= EXCLUDED).mean())
        return Asked(name, one.statement, one.for_calibration, _ends(prior), _ends(posterior), reached, implausible)

    def claim(self, place: Place, arrays: Arrays, weights: Values) -> Asked:
        whole, halves = arrays["whole"], (arrays["first"], arrays["second"])
        prior, posterior = (holding(whole, halves, given, arrays["apart"]).corrected for given in (None, weights))
        marked = place.pattern.for_calibration
        implausible = float((self.short(place, arrays) > CUTOFF).mean()) if marked else None
        reached = float((np.nan_to_num(whole) > 0.0).mean())
        return Asked(place.label, place.pattern.statement, marked, prior, posterior, reached, implausible)

    def short(self, place: Place, arrays: Arrays) -> Values:
        """How implausible each draw is by the claims of a pattern that have to hold, (draws,): the furthest of them."""
        worst = np.zeros(self.size.draws)
        needed = [claim for claim in place.pattern.claims if not claim.need_not]
        for n, claim in enumerate(needed):
            sign = 1.0 if claim.above is not None else -1.0
            gap = sign * (arrays["bounds"][n] - arrays["effects"][n])
            apart = arrays["effects_first"][n] - arrays["effects_second"][n]
            known = apart[~np.isnan(apart)]
            error = float(np.sqrt((known**2).mean() / 4.0)) if len(known) else 0.0
            worst = np.fmax(worst, implausible_effect(gap, error, NOTABLE * abs(arrays["scales"][n])))
        return worst

    def kept_in(self, said: Arrays, held: Mapping[str, Arrays]) -> Interval:
        """The share of draws that nothing marked rules out."""
        out = np.zeros(self.size.draws, np.bool_)
        for name in self.record.for_calibration:
            chance = 1.0 - self.miss(self.record.statements[name], said[name]).mean(axis=1)
            out |= implausible_chance(chance, self.size.runs, self.record.discrepancy) > CUTOFF
        for place in self.marked_places:
            out |= self.short(place, held[place.label]) > CUTOFF
        share = float((~out).mean())
        return Interval(share, *wilson(share, self.size.draws))

    def scored(self, name: str, values: Values, weights: Values) -> Scored:
        """A statement that was held back, with the weights and without."""
        record, one = self.record, self.record.statements[name]
        kind = record.kind(one)
        forecasts = {MODEL: forecast_of(kind, values, weights), PLAIN: forecast_of(kind, values, None)}
        scores = {
            (who, score): value for who, told in forecasts.items() for score, value in scores_of(record, one, told)
        }
        found, defined = estimate(values, yes_no=kind == "yes_no", weights=weights), float((~np.isnan(values)).mean())
        about = record.event(name), record.told_by(name)
        return Scored(name, one, kind, *about, found, defined, forecasts, scores, None)


CALLS = 9  # of the sampler, about: four steps of two moves, and the first
SAME = ("structural", "pass", "share")  # groups whose numbers no article codes


def _number(name: str) -> tuple[int, str]:
    return len(name), name


def _plain(values: Values | None) -> list[float] | None:
    return None if values is None else [float(value) for value in values]


def _ends(found: Estimate) -> Interval:
    return Interval(found.value, found.low, found.high)


def _whole(sweep: Sweep) -> Runs:
    """The runs of a sweep in memory.

    Raises:
        InputError: some failed.
    """
    runs = played(sweep)
    failed = runs.errors()
    if failed:
        number, why = next(iter(failed.items()))
        problem = f"{counted(len(failed), 'run')} failed, such as number {number}: {why}"
        raise InputError(sweep.scenario.scenario, "", problem, allowed="runs that all end")
    return runs


def arrays_of(found: Finding) -> Arrays:
    """Whether a pattern holds in each draw, and the effects of the claims that have to hold, (claims, draws)."""
    needed = [one for one in found.claims if not one.claim.need_not]
    first, second = found.held_by_half
    return {
        "whole": found.held, "first": first, "second": second, "apart": found.apart,
        "effects": np.array([one.effects for one in needed]),
        "effects_first": np.array([one.halves[0] for one in needed]),
        "effects_second": np.array([one.halves[1] for one in needed]),
        "bounds": np.array([one.threshold for one in needed]), "scales": np.array([one.scale for one in needed]),
        "thresholds": np.array([one.threshold for one in found.claims]),
    }  # fmt: skip


def with_thresholds(found: Finding, thresholds: Values) -> Finding:
    """The same with thresholds that are given, such as those of the prior, which are told in its spread."""
    pairs: list[Measured] = [replace(one, threshold=float(t)) for one, t in zip(found.claims, thresholds, strict=True)]
    return replace(found, claims=tuple(pairs))


def parameters(
    names: Sequence[str],
    groups: Sequence[str],
    columns: Values,
    weights: Values,
    particles: Values,
    ancestors: NDArray[np.int64],
) -> Iterator[Parameter]:
    """Every number before and after, with what the sampler says of it."""
    part = weights / weights.sum()
    draws = len(columns)
    mean, sd = columns.mean(axis=0), columns.std(axis=0, ddof=1)
    after = part @ columns
    spread = np.sqrt(part @ (columns - after) ** 2)
    more = draws / (draws - 1)
    own = part[:, None] * (columns - after)
    error = np.sqrt(more * (own**2).sum(axis=0))
    moved = np.sqrt(more * ((own - (columns - mean) / draws) ** 2).sum(axis=0))
    sampled, (sampled_error, families) = particles.mean(axis=0), error_by_ancestors(particles, ancestors)
    t, t_sampled = t95(max(worth(weights) - 1, 1)), t95(max(int(families) - 1, 1))
    for n, (name, group) in enumerate(zip(names, groups, strict=True)):
        shift = (after[n] - mean[n]) / sd[n]
        yield Parameter(
            name, group, float(mean[n]), _about(after[n], t * error[n]), _about(shift, t * moved[n] / sd[n]),
            float(spread[n] / sd[n]), _about(sampled[n], t_sampled * sampled_error[n]),
        )  # fmt: skip


def _about(value: float, half: float) -> Interval:
    return Interval(float(value), float(value - half), float(value + half))
