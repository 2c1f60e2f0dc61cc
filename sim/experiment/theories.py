"""Competing theories on the same draws and luck: what each makes of patterns, record and an outcome's spread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.contested import Shares, shares
from sim.analysis.influence import PASS
from sim.analysis.shares import Estimate, Values, estimate
from sim.case.columns import columns_by_name
from sim.case.patterns import FILE as PATTERNS
from sim.case.patterns import load_patterns
from sim.case.record import FILE as RECORD
from sim.case.record import load_record
from sim.case.scenario import Scenario
from sim.case.theory import Theory, load_theory, theory_files
from sim.engine.sweep import Sweep
from sim.experiment import patterns as patterns_module
from sim.experiment import record as record_module
from sim.experiment.designed import defined, scenario_outcomes
from sim.experiment.keeping import Keep, not_kept
from sim.experiment.runs import Runs, runs_of
from sim.experiment.shown import Shown, size_told
from sim.inputs.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


class Contested(NamedTuple):
    """An outcome under every theory.

    Attributes:
        outcome: as in `Runs.values`; a week that never comes is the horizon.
        is_share: whether it is a yes or no.
        estimates: by theory.
        parts: of its variance over theories, draws and runs; None where it cannot be told apart, or nothing varies.
    """

    outcome: str
    is_share: bool
    estimates: Mapping[str, Estimate]
    parts: Shares | None


class Pattern(NamedTuple):
    """A pattern at an epoch under every theory: the finding, and whether it holds (None: cannot be told)."""

    name: str
    epoch: str | None
    findings: Mapping[str, patterns_module.Finding]
    holds: Mapping[str, bool | None]


@dataclass(frozen=True, repr=False)
class Found(Shown):
    """What the job measured.

    Attributes:
        scenario: whose outcomes are decomposed.
        theories: the model as designed first.
        patterns: of the case; none where it has none.
        enough: share of the draws in which a pattern has to hold.
        record: the record scored, the theories among the contenders; None where the case has none.
        outcomes: of the scenario.
        left_out: outcomes that some runs do not have.
        pattern_size: draws and runs of each world of a pattern.
        draws, runs, seed: of the scenario, and of each course of the record.
        failed: runs that failed; they count nowhere.
    """

    scenario: Scenario
    theories: tuple[Theory, ...]
    patterns: tuple[Pattern, ...]
    enough: float
    record: record_module.Found | None
    outcomes: tuple[Contested, ...]
    left_out: tuple[str, ...]
    pattern_size: tuple[int, int]
    draws: int
    runs: int
    seed: int
    failed: int

    @property
    def _told(self) -> str:
        size = size_told(self.draws, self.runs, self.failed)
        return f"{len(self.theories)} theories of {self.scenario.scenario}: {size}"

    def table(self) -> pd.DataFrame:
        """One row a theory: its title, how many patterns hold, its scores, and each outcome's mean."""
        import pandas as pd

        rows = {}
        for theory in self.theories:
            name = theory.theory
            held = [one.holds[name] for one in self.patterns]
            told: dict[str, object] = {"title": theory.title, "holds": held.count(True), "fails": held.count(False)}
            told |= {f"{score}": value for score, value in self.scores(name).items()}
            told |= {one.outcome: one.estimates[name].value for one in self.outcomes}
            rows[name] = told
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("theory")

    def scores(self, theory: str) -> dict[str, float]:
        """Mean scores of a theory over the statements of the record that set no parameter, by score."""
        if self.record is None:
            return {}
        contender = contender_of(theory)
        found: dict[str, list[float]] = {}
        for one in self.record.tested:
            for (who, score), value in one.scores.items():
                if who == contender:
                    found.setdefault(score, []).append(value)
        return {score: float(np.mean(values)) for score, values in found.items()}


def contender_of(theory: str) -> str:
    """What a theory is called among the contenders of a record.

    >>> contender_of("as_designed"), contender_of("nash")
    ('model', 'theory nash')
    """
    return record_module.MODEL if theory == "as_designed" else record_module.THEORY + theory


# A scenario by a theory -> its outcomes, (draws, runs, outcomes), NaN where a run has none.
Simulate = Callable[[Scenario, tuple[str, ...]], Values]


def every_theory(also: Theory | None = None) -> tuple[Theory, ...]:
    """The theories that come with the package, the model as designed first, and one of a reader's own.

    Raises:
        InputError: one of one's own has the name of another.
    """
    found = tuple(map(load_theory, theory_files()))
    if also is None or also in found:
        return found
    if also.theory in theory_files():
        problem = f"{also.theory!r} is the name of a theory of the package"
        raise InputError(also.file or "theory", "theory", problem, allowed="a name of its own")
    return (*found, also)


def measured(
    scenario: Scenario,
    theories: Sequence[Theory],
    outcomes: tuple[str, ...],
    draws: int,
    runs: int,
    seed: int,
    *,
    passes: tuple[str, ...] = (),
    implied: bool = True,
    told: Callable[[int], object] = lambda steps: None,
    answers: record_module.Simulate | None = None,
    simulate: Simulate | None = None,
    keep: Keep = not_kept,
) -> Found:
    """Every theory on the patterns and the record of a scenario's case, and on outcomes of the scenario.

    Args:
        scenario: whose outcomes are decomposed.
        theories: the model as designed first.
        outcomes: of the scenario; empty for those in which its question is answered, and of the headline.
        draws: at least 2; of the patterns as many runs in all, apportioned otherwise.
        runs: at least 1; two or more tell chance from parameters.
        seed, passes, implied: as in a sweep.
        told: hears of each step that is done, `steps_of` in all.
        answers, simulate: give what was kept; None: simulated in memory.
        keep: gives what was kept of a pattern, or measures it.

    Raises:
        InputError: a mistake in an outcome, the patterns or the record.
    """
    case = scenario.case
    asked = outcomes or _usual(scenario)  # first, so that a mistake in one is told at once
    play = simulate or _in_memory(draws, runs, seed, passes, implied)
    values = []
    for theory in theories:
        values.append(play(scenario.change(theory=theory), asked))
        told(1)
    coding = _coding(scenario, draws, seed, passes, implied)
    kept, left_out = _contested(scenario, [one.theory for one in theories], asked, np.stack(values), coding)
    if outcomes and left_out:
        problem = "has no value in some runs of a theory"
        raise InputError(scenario.scenario, left_out[0], problem, allowed="an outcome that every run has")
    size = patterns_module.apportioned(draws * runs)
    enough, by = 0.0, {}
    if (case.folder / PATTERNS).is_file():
        read = load_patterns(case)
        enough = read.enough
        for theory in theories:
            by[theory.theory] = patterns_module.measured(
                read, *size, seed, (), theory=theory, passes=passes, implied=implied, progress=False, keep=keep
            )
            told(1)
    found, failed = tuple(_patterns(by, enough)), sum(each.failed for each in by.values())
    scored = None
    if (case.folder / RECORD).is_file():
        scored = record_module.measured(
            load_record(case), draws, runs, seed, switches=(), theories=tuple(theories[1:]), passes=passes,
            implied=implied, simulate=answers, keep=keep, progress=False,
        )  # fmt: skip
        failed += scored.failed_onward
        told(len(theories))
    return Found(scenario, tuple(theories), found, enough, scored, kept, left_out, size, draws, runs, seed, failed)


def steps_of(scenario: Scenario, theories: Sequence[Theory]) -> int:
    """How many steps `measured` tells of."""
    parts = [(scenario.case.folder / file).is_file() for file in (PATTERNS, RECORD)]
    return (1 + sum(parts)) * len(theories)


def _patterns(by: Mapping[str, patterns_module.Found], enough: float) -> Iterator[Pattern]:
    first = next((each.findings for each in by.values()), ())
    for n, one in enumerate(first):
        findings = {theory: found.findings[n] for theory, found in by.items()}
        yield Pattern(one.name, one.epoch, findings, {key: each.holds(enough) for key, each in findings.items()})


def _usual(scenario: Scenario) -> tuple[str, ...]:
    """Where a scenario's question is answered, then what the headline tells of its epoch."""
    headline = (one.outcome for one in scenario.case.headline if one.is_told_from(scenario.epoch))
    return tuple(dict.fromkeys((*scenario_outcomes(scenario), *headline)))


def _in_memory(draws: int, runs: int, seed: int, passes: tuple[str, ...], implied: bool) -> Simulate:
    def simulate(scenario: Scenario, asked: tuple[str, ...]) -> Values:
        return outcomes_of(runs_of(scenario, draws, runs, seed, passes, implied), asked)

    return simulate


def outcomes_of(runs: Runs, asked: tuple[str, ...]) -> Values:
    """Outcomes of runs, (draws, runs, outcomes); NaN all over for one that some run does not have."""
    size = (runs.sweep.draws, runs.sweep.runs)
    columns = []
    for outcome in asked:
        try:
            columns.append(defined(runs, outcome))
        except InputError as error:
            if "has no value" not in error.problem:
                raise
            columns.append(np.full(size, np.nan))
    return np.stack(columns, axis=2)


def _coding(scenario: Scenario, draws: int, seed: int, passes: tuple[str, ...], implied: bool) -> NDArray[np.int64]:
    """The coding pass of every draw, (draws,)."""
    uncertain = Sweep(scenario, draws, 1, seed, passes, implied).uncertainty
    found: NDArray[np.int64] = uncertain.table(draws, seed)[:, uncertain.priors.index[PASS]].astype(np.int64)
    return found


def _contested(
    scenario: Scenario, names: Sequence[str], asked: tuple[str, ...], values: Values, coding: NDArray[np.int64]
) -> tuple[tuple[Contested, ...], tuple[str, ...]]:
    """Every outcome that all runs have under all theories, (theories, draws, runs, outcomes), and those left out."""
    kept, left_out = [], []
    for n, outcome in enumerate(asked):
        own = values[..., n]
        if np.isnan(own).any():
            left_out.append(outcome)
            continue
        is_share = is_yes_no(scenario, outcome)
        estimates = {name: estimate(each, yes_no=is_share) for name, each in zip(names, own, strict=True)}
        kept.append(Contested(outcome, is_share, estimates, shares(own, coding)))
    return tuple(kept), tuple(left_out)


def is_yes_no(scenario: Scenario, outcome: str) -> bool:
    """Whether an outcome of a scenario's runs is a yes or no: as its column says, and what is no column is one."""
    columns = columns_by_name(scenario.case)
    return columns[outcome].is_yes_no if outcome in columns else True
