"""Which paragraph carries the answer: the same runs with a coded row, a paragraph or a pass read otherwise.

Every draw keeps its luck and all its numbers but those that rest on what is read otherwise (common random numbers), so
that a draw that the reading does not touch has the same runs, which are not played again.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.discovery import adjusted, paired_chance
from sim.analysis.shares import Interval, Values, ratio
from sim.analysis.weights import Weights, shares, uneven
from sim.case.scenario import BASELINE, Scenario
from sim.engine.computing import progress_bar
from sim.engine.sweep import Sweep
from sim.evidence.loading import evidence_of
from sim.evidence.priors import Coding, Priors, priors
from sim.evidence.rereading import End, fed, read_at, without
from sim.evidence.sampling import layout_of
from sim.experiment.answers import paired_effect, scale_of
from sim.experiment.comparison import counted
from sim.experiment.designed import played_draws, reread, scenario_outcomes
from sim.experiment.grid import grid_of
from sim.experiment.keeping import Arrays, Keep, not_kept
from sim.experiment.moved import FALSE_DISCOVERIES
from sim.experiment.shown import Shown, size_told
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted as number_of
from sim.world.uncertainty import Uncertainty

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["row", "paragraph", "pass"]
KINDS: tuple[Kind, ...] = ("row", "paragraph", "pass")
Reading = Literal["left out", "low", "high", "alone"]
Measure = Literal["level", "effect"]
MEASURES: tuple[Measure, ...] = ("level", "effect")


@dataclass(frozen=True)
class Source:
    """What is read otherwise.

    Attributes:
        kind: a coded row, a paragraph with all rows that cite it, or a pass with all its rows.
        name: PASS/FILE:LINE of a row, ARTICLE.NUMBER of a paragraph, or the pass.
        rows: those that feed a number at the scenario's epoch.
        feeds: the columns of the draws that these feed.
        alone: of a paragraph, how many of its rows cite no other.
    """

    kind: Kind
    name: str
    rows: tuple[Coding, ...]
    feeds: tuple[str, ...]
    alone: int = 0

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The ways in which it is read otherwise."""
        return ("left out", "alone") if self.kind == "pass" else ("left out", "low", "high")


class Told(NamedTuple):
    """What one reading of a source does to one outcome.

    Attributes:
        source: what is read otherwise.
        reading: `left out`; `low` or `high`, where its numbers stand at that end of their intervals; `alone`, a pass
            without the others.
        outcome: as in `Runs.values`.
        measure: the scenario's own level, or its effect: its difference from the baseline.
        gap: how far the measure moves, with its interval; NaN where it cannot be told.
        chance: how often luck alone would give as much (Student 1908).
        corrected: the same, corrected for all the sources of its kind and all their readings.
        draws: the share of the draws that the reading touches.
    """

    source: Source
    reading: Reading
    outcome: str
    measure: Measure
    gap: Interval
    chance: float
    corrected: float
    draws: float

    @property
    def is_told(self) -> bool:
        """Whether it moves: at most one in twenty of those that are said to move is luck."""
        return self.corrected <= FALSE_DISCOVERIES and (self.gap.low > 0.0 or self.gap.high < 0.0)


class Ranked(NamedTuple):
    """A source with all that is told of it for one outcome and measure; `most` is the reading that moves it most."""

    source: Source
    readings: tuple[Told, ...]
    most: Told


@dataclass(frozen=True, repr=False)
class Found(Shown):
    """What was measured.

    Attributes:
        scenario: whose outcomes these are.
        baseline: what its effect is the difference from; None where it is the baseline itself.
        outcomes: that were asked about.
        told: every source, reading, outcome and measure.
        usual: by outcome and measure, its value as the evidence stands.
        unused: coded rows of trust, leverage and positions that feed nothing at the epoch.
        draws, runs, seed: of every reading.
        failed: runs that failed, of all readings; they count nowhere.
    """

    scenario: Scenario
    baseline: Scenario | None
    outcomes: tuple[str, ...]
    told: tuple[Told, ...]
    usual: Mapping[tuple[str, Measure], float]
    unused: int
    draws: int
    runs: int
    seed: int
    failed: int

    @property
    def _told(self) -> str:
        read = number_of(len({(one.source.name, one.reading) for one in self.told}), "reading")
        size = size_told(self.draws, self.runs, self.failed)
        return f"what carries {', '.join(self.outcomes)} in {self.scenario.scenario}: {read}; {size}"

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is measured of every outcome."""
        return MEASURES[:1] if self.baseline is None else MEASURES

    def scale(self, outcome: str) -> float:
        """100 where an outcome is told in hundredths, as a share or a yes or no; else 1."""
        return scale_of(self.scenario.case, outcome)

    @cached_property
    def _grouped(self) -> Mapping[tuple[Kind, str, Measure], list[Ranked]]:
        by_source: dict[tuple[Kind, str, Measure], dict[str, list[Told]]] = {}
        for one in self.told:
            key = (one.source.kind, one.outcome, one.measure)
            by_source.setdefault(key, {}).setdefault(one.source.name, []).append(one)
        found: dict[tuple[Kind, str, Measure], list[Ranked]] = {}
        for key, sources in by_source.items():
            ranked = [Ranked(those[0].source, tuple(those), max(those, key=_weight)) for those in sources.values()]
            found[key] = sorted(ranked, key=lambda one: (*(-part for part in _weight(one.most)), one.source.name))
        return found

    def ranked(self, kind: Kind, outcome: str, measure: Measure = "level") -> tuple[Ranked, ...]:
        """The sources of a kind, what moves the measure most first; those that luck could give come after."""
        return tuple(self._grouped.get((kind, outcome, measure), ()))

    def table(self) -> pd.DataFrame:
        """One row a source, reading, outcome and measure, strongest sources first within a kind.

        Columns: `kind`, `source`, `article`, `paragraphs`, `reading`, `outcome`, `measure`, `difference` from `low` to
        `high` (95 %), the `chance` of it by luck, `corrected` for their number, whether it is `told`, the share of
        the draws `touched` by the reading, and what it `feeds`.
        """
        import pandas as pd

        rows = []
        for kind in KINDS:
            for outcome in self.outcomes:
                for measure in self.measures:
                    rows += [row_of(one) for ranked in self.ranked(kind, outcome, measure) for one in ranked.readings]
        return pd.DataFrame(rows, columns=list(HEAD))


HEAD = (
    "kind", "source", "article", "paragraphs", "reading", "outcome", "measure", "difference", "low", "high", "chance",
    "corrected", "told", "touched", "feeds",
)  # fmt: skip


def row_of(one: Told) -> tuple[object, ...]:
    """A finding as a row of the table (`HEAD`)."""
    articles = dict.fromkeys(row.article for row in one.source.rows) if one.source.kind != "pass" else {}
    numbers = _paragraphs(one.source)
    place = (one.source.kind, one.source.name, " ".join(articles), " ".join(map(str, numbers)))
    told = (one.reading, one.outcome, one.measure, *one.gap, one.chance, one.corrected, one.is_told, one.draws)
    return (*place, *told, " ".join(one.source.feeds))


def _paragraphs(source: Source) -> tuple[int, ...]:
    if source.kind == "paragraph":
        return (int(source.name.rpartition(".")[2]),)
    return source.rows[0].paragraphs if source.kind == "row" else ()


def _weight(one: Told) -> tuple[bool, float]:
    """What is told before what is not, the larger before the smaller."""
    return one.is_told, 0.0 if math.isnan(one.gap.value) else abs(one.gap.value)


def row_name(row: Coding) -> str:
    """What a row is known by: pass, file and line."""
    return f"{row.pass_}/{Path(row.file).name}:{row.line}"


def sources_of(found: Priors) -> tuple[Source, ...]:
    """Every row that feeds a number of an epoch, every paragraph that such a row cites, and every pass."""
    feeds = fed(found)
    by_paragraph: dict[tuple[str, int], list[Coding]] = {}
    for row in feeds:
        for number in row.paragraphs:
            by_paragraph.setdefault((row.article, number), []).append(row)
    sources = [Source("row", row_name(row), (row,), columns) for row, columns in feeds.items()]
    for (article, number), rows in sorted(by_paragraph.items()):
        alone = sum(len(row.paragraphs) == 1 for row in rows)
        sources.append(Source("paragraph", f"{article}.{number}", tuple(rows), _all_fed(feeds, rows), alone))
    if len(found.passes) > 1:
        for name in found.passes:
            rows = [row for row in feeds if row.pass_ == name]
            sources.append(Source("pass", name, tuple(rows), _all_fed(feeds, rows)))
    return tuple(sources)


def _all_fed(feeds: Mapping[Coding, tuple[str, ...]], rows: Sequence[Coding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for row in rows for column in feeds[row]))


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
    """What every coded row, paragraph and pass does to outcomes of a scenario, and to its effect.

    Args:
        scenario: of the case; its effect is its difference from `status_quo` with the same epoch, horizon, switches and
            fixed values.
        asked: outcomes; empty for those in which its question is answered.
        draws: of everything uncertain, at least 2.
        runs: of chance for each draw.
        seed: of all draws and chance.
        passes, implied: as in a sweep.
        weights: of the draws, (draws,), which a reading leaves as they are; None: all count alike.
        keep: gives what was kept of a part of the work, or makes it.
        progress: whether to show a bar; None: yes, without a terminal a line a minute.

    Raises:
        InputError: no outcome, one whose mean says nothing, or evidence without a row that counts.
    """
    outcomes = asked or scenario_outcomes(scenario)
    if not outcomes:
        raise InputError("paragraphs", "outcome", "the scenario is asked nothing", allowed="outcome=NAME")
    usual = Sweep(scenario, draws, runs, seed, passes, implied, paths=0, band_runs=0)
    grid = grid_of(scenario.case, usual.evidence, (), scenario)
    baseline = None if scenario.scenario == BASELINE else grid.baseline(scenario)
    sources = sources_of(usual.uncertainty.priors)
    if not sources:
        raise InputError(scenario.scenario, "epoch", f"no row that counts feeds a number at {scenario.epoch}")
    courses = [usual] if baseline is None else [usual, replace(usual, scenario=baseline)]
    readings = [(source, reading) for source in sources for reading in source.readings]
    given = uneven(weights)
    learnt = "" if given is None else hashlib.sha256(given.tobytes()).hexdigest()
    with progress_bar((len(readings) + 1) * len(courses) * usual.total, progress, "paragraphs") as told:
        played = [_Course(course, outcomes, told) for course in courses]
        parts = []
        for one, reading in readings:
            named = {"reading": [one.name, reading], "outcomes": list(outcomes), "weights": learnt}
            parts.append(keep(courses, named, partial(_read, played, one, reading, given))["values"])
    coded = len(usual.evidence.dyads) + len(usual.evidence.positions)
    return Found(
        scenario=scenario,
        baseline=baseline,
        outcomes=outcomes,
        told=tuple(_told(outcomes, len(played), readings, parts)),
        usual=_usual(outcomes, [one.values for one in played], given),
        unused=coded - sum(source.kind == "row" for source in sources),
        draws=draws,
        runs=runs,
        seed=seed,
        failed=sum(one.failed for one in played) + sum(int(part[-1, 0]) for part in parts),
    )


class _Course:
    """A scenario's runs as the evidence stands, and with a part of it read otherwise."""

    def __init__(self, sweep: Sweep, outcomes: tuple[str, ...], told: Callable[[int], object]) -> None:
        self.sweep = sweep
        self.outcomes = outcomes
        self.told = told
        self.yes_no: tuple[bool, ...] = ()
        self.table = sweep.uncertainty.table(sweep.draws, sweep.seed)
        self.values, self.failed = self._played(sweep.uncertainty, self.table, np.arange(sweep.draws))

    def read(self, otherwise: Uncertainty, table: Values, touched: NDArray[np.int64]) -> tuple[Values, int]:
        """With draws of another prior: outcomes (outcomes, draws, runs), of which only those touched are played anew;
        and how many runs failed."""
        found = self.values.copy()
        found[:, touched], failed = self._played(otherwise, table[touched], touched)
        self.told((self.sweep.draws - len(touched)) * self.sweep.runs)
        return found, failed

    def _played(self, otherwise: Uncertainty, rows: Values, luck: NDArray[np.int64]) -> tuple[Values, int]:
        sweep = reread(self.sweep, otherwise)
        parts, failed = [np.empty((len(self.outcomes), 0, sweep.runs))], 0
        for runs in played_draws(sweep, rows, luck, self.told):
            parts.append(np.stack([counted(runs, one) for one in self.outcomes]))
            failed += len(runs.errors())
            self.yes_no = tuple(map(runs.is_yes_no, self.outcomes))
        return np.concatenate(parts, axis=1), failed


def _read(played: Sequence[_Course], source: Source, reading: Reading, weights: Weights) -> Arrays:
    """What a reading does: a row for each measure and outcome, as `_moved` has it; then one that begins with failures.

    The draws of all courses are the same ones.
    """
    own, other = played[0], played[-1]
    sweep, otherwise = own.sweep, otherwise_of(own.sweep, source, reading)
    table = otherwise.table(sweep.draws, sweep.seed)
    touched = np.flatnonzero(_differing(sweep.uncertainty.priors, own.table, otherwise.priors, table))
    share = float(shares(weights, sweep.draws)[touched].sum())
    found, failed = own.read(otherwise, table, touched)
    rows = [
        _moved(first, second, share, yes_no=yes_no, weights=weights)
        for first, second, yes_no in zip(own.values, found, own.yes_no, strict=True)
    ]
    if other is not own:
        against, lost = other.read(otherwise, table, touched)
        usual, read = own.values - other.values, found - against
        for pair in zip(usual, read, strict=True):  # each from -2 to 2
            rows.append(_moved(*pair, share, yes_no=False, weights=weights))
        failed += lost
    return {"values": np.array([*rows, (float(failed), 0.0, 0.0, 0.0, 0.0)])}


def _moved(first: Values, second: Values, touched: float, *, yes_no: bool, weights: Weights) -> tuple[float, ...]:
    """How far second is from first, the ends of its interval, how often luck gives as much, and the draws touched."""
    gap = paired_effect(first, second, yes_no=yes_no, weights=weights)
    if gap is None:
        return (math.nan, math.nan, math.nan, 1.0, touched)
    return (gap.value, gap.low, gap.high, paired_chance(second - first, weights), touched)


def _told(
    outcomes: tuple[str, ...], courses: int, readings: Sequence[tuple[Source, Reading]], parts: Sequence[Values]
) -> Iterator[Told]:
    """Every finding, its chance corrected for all readings of all sources of its kind."""
    kinds = np.array([source.kind for source, _ in readings])
    table = np.stack(parts)
    corrected = np.ones(table.shape[:2])
    for kind in set(kinds):
        for row in range(table.shape[1] - 1):
            corrected[kinds == kind, row] = adjusted(table[kinds == kind, row, 3])
    asked = [(outcome, measure) for measure in MEASURES[:courses] for outcome in outcomes]
    for number, (source, reading) in enumerate(readings):
        for row, (outcome, measure) in enumerate(asked):
            value, low, high, chance, touched = map(float, table[number, row])
            gap = Interval(value, low, high)
            yield Told(source, reading, outcome, measure, gap, chance, float(corrected[number, row]), touched)


def _usual(
    outcomes: tuple[str, ...], values: Sequence[Values], weights: Weights
) -> Mapping[tuple[str, Measure], float]:
    """Each measure as the evidence stands."""
    means = [[ratio(of, weights).value for of in course] for course in values]
    found: dict[tuple[str, Measure], float] = {(name, "level"): means[0][n] for n, name in enumerate(outcomes)}
    if len(means) > 1:
        found |= {(name, "effect"): means[0][n] - means[1][n] for n, name in enumerate(outcomes)}
    return found


def _differing(one: Priors, first: Values, other: Priors, second: Values) -> NDArray[np.bool_]:
    """Which draws of two tables the model would play otherwise, (draws,); the number of the pass is not played."""
    if {*one.names} != {*other.names}:
        return np.ones(len(first), np.bool_)
    places = [other.index[name] for name in one.names]
    apart = (first != second[:, places]) & ~(np.isnan(first) & np.isnan(second[:, places]))
    apart[:, one.index["pass"]] = False
    found: NDArray[np.bool_] = apart.any(axis=1)
    return found


def otherwise_of(sweep: Sweep, source: Source, reading: Reading) -> Uncertainty:
    """The joint prior of a sweep's scenario with a source read otherwise."""
    usual = sweep.uncertainty
    if reading in ("low", "high"):
        end: End = "low" if reading == "low" else "high"
        return replace(usual, priors=read_at(usual.priors, source.rows, end))
    if source.kind == "pass":
        every = usual.priors.passes
        names = (source.name,) if reading == "alone" else tuple(name for name in every if name != source.name)
        evidence = evidence_of(sweep.case, names, sweep.implied)
    else:
        evidence = without(sweep.evidence, source.rows)
    found = priors(sweep.case, evidence, usual.epoch.epoch)
    return replace(usual, priors=_with_held(found, usual.priors, usual.fixed))


def _with_held(found: Priors, usual: Priors, fixed: Mapping[str, float]) -> Priors:
    """Priors with the columns of the usual ones that a scenario holds at a value, where no row speaks of them now."""
    lost = [usual[name] for name in fixed if name not in found.index]
    if not lost:
        return found
    followed = (f"position.{name.partition('.')[2]}" for name in fixed if name.startswith(("salience.", "red_line.")))
    needed = {*followed} - {*found.index, *fixed}
    columns = sorted((*found.columns, *lost, *(usual[name] for name in needed)), key=lambda prior: prior.rank)
    return replace(found, columns=tuple(columns), _layout=layout_of(columns, found.passes))
