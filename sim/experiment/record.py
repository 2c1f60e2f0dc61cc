"""What the model is worth on a record: its forecasts of what happened, scored beside simpler ones.

Every statement is put to the runs of its course, before any of it has been used; the same draws and luck serve every
contender. The scores are proper (`sim.analysis.scores`); the statements are few and hang together, which the intervals
of the differences and the number of independent events say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.scores import brier, crps, log_score, resampled, transform
from sim.analysis.shares import Estimate, Interval, Values, estimate
from sim.analysis.weights import Weights, uneven
from sim.case.record import Kind, Record, Statement
from sim.case.scenario import Scenario
from sim.case.theory import Theory
from sim.engine.computing import progress_bar
from sim.experiment.baselines import BASELINES, Forecast, Sample, base_rate, coin, static_forecast
from sim.experiment.keeping import Keep, not_kept
from sim.experiment.onward import Moved, moved_onward
from sim.experiment.runs import Runs, runs_of
from sim.experiment.shown import Shown, size_told
from sim.experiment.static import Static, static_theories
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.model.parameters import SWITCHES

if TYPE_CHECKING:
    import pandas as pd

EXCLUDED = 0.02  # what has a probability below it, or above one less it, the prior excludes
MODEL = "model"
THEORY = "theory "  # before the name of one, as a contender
SCORES: Mapping[Kind, tuple[str, ...]] = {"yes_no": ("brier", "log"), "timing": ("crps",), "number": ("crps",)}
Answers = Mapping[str, Values]  # by name of a statement, (draws, runs)
# A course, over how many weeks each statement is asked, by name -> what its runs answer.
Simulate = Callable[[Scenario, Mapping[str, Statement]], Answers]


@dataclass(frozen=True)
class Scored:
    """A statement with what each contender says of it.

    Attributes:
        name: of the statement.
        statement: of the record.
        kind: whether it is a yes or no, a week or a number.
        event: what independent event it is about.
        article: that tells of it last; the epoch of its course where none does.
        estimate: the model's probability of what the articles say; of a week or a number its mean, where a week that
            does not come is the last one.
        forecasts: of each contender.
        defined: share of the runs that say anything of it: a number may be one that not every run has.
        scores: by contender and score; a contender that says nothing has none. CRPS as a share of the horizon, or of
            the outcome's range.
        place: of a week or number: between which values the probability transform of what happened lies; else None.
    """

    name: str
    statement: Statement
    kind: Kind
    event: str
    article: str
    estimate: Estimate
    defined: float
    forecasts: Mapping[str, Forecast]
    scores: Mapping[tuple[str, str], float]
    place: tuple[float, float] | None

    @property
    def is_excluded(self) -> bool:
        """Whether the prior leaves what happened, or its opposite, next to no room."""
        if self.place is None:
            return not EXCLUDED <= self.estimate.value <= 1.0 - EXCLUDED
        return self.place[1] - self.place[0] < EXCLUDED and self.kind == "timing"


class Compared(NamedTuple):
    """The model's score less that of another contender, over the statements of which both speak; below 0: better.

    Attributes:
        contender: the other one.
        score: brier, log or crps.
        model: the model's mean score.
        other: the other's.
        statements: how many both speak of.
        events: about how many independent events these are.
        over_statements: the difference, with an interval by the bootstrap over statements.
        over_events: over independent events.
        over_epochs: over the articles that tell of them.
    """

    contender: str
    score: str
    model: float
    other: float
    statements: int
    events: int
    over_statements: Interval
    over_events: Interval
    over_epochs: Interval

    @property
    def widest(self) -> Interval:
        """The difference between the outer ends of the intervals that there are; NaN where there are none."""
        ways = (self.over_statements, self.over_events, self.over_epochs)
        ends = [one for one in ways if not math.isnan(one.low)]
        low, high = min((one.low for one in ends), default=math.nan), max((one.high for one in ends), default=math.nan)
        return Interval(self.over_statements.value, low, high)

    @property
    def verdict(self) -> int:
        """-1 where the model is clearly better, 1 where clearly worse, else 0: by every interval that there is."""
        return -1 if self.widest.high < 0.0 else 1 if self.widest.low > 0.0 else 0


@dataclass(frozen=True, repr=False)
class Found(Shown):
    """What the job measured.

    Attributes:
        record: that was scored.
        scored: every statement, those that calibrate too.
        compared: the model with every other contender.
        moved: trust and leverage from article to article.
        draws, runs, seed: of each course.
        is_weighted: whether the draws have weights, from a calibration; what it used is then not scored.
        failed_onward: runs from article to article that failed; they count nowhere.
    """

    record: Record
    scored: tuple[Scored, ...]
    compared: tuple[Compared, ...]
    moved: tuple[Moved, ...]
    draws: int
    runs: int
    seed: int
    is_weighted: bool = False
    failed_onward: int = 0

    @property
    def _told(self) -> str:
        events = f"{counted(len(self.tested), 'statement')} on {counted(self.events, 'independent event')}"
        return f"scores of {self.record.case.case}: {events}; {size_told(self.draws, self.runs)}"

    @property
    def tested(self) -> tuple[Scored, ...]:
        """The statements that have set no parameter, and no weights of the draws where these have some."""
        return tuple(one for one in self.scored if not self.uses(one))

    def uses(self, one: Scored) -> bool:
        """Whether a statement has set a number of the model, or the weights of its draws."""
        return one.statement.is_used(self.is_weighted)

    @property
    def events(self) -> int:
        """About how many independent events the tested statements are."""
        return len({one.event for one in self.tested})

    def table(self) -> pd.DataFrame:
        """One row a statement: what it is, the model's estimate with its interval, and every contender's scores.

        The columns of scores are `SCORE.CONTENDER`, such as `brier.coin`; NA where a contender says nothing.
        """
        import pandas as pd

        rows = {}
        for one in self.scored:
            told = {"kind": one.kind, "event": one.event, "calibrates": self.uses(one)}
            numbers = {"value": one.estimate.value, "low": one.estimate.low, "high": one.estimate.high}
            rows[one.name] = told | numbers | {f"{score}.{who}": value for (who, score), value in one.scores.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("statement")


def answers(runs: Runs, asked: Mapping[str, Statement], file: Path) -> dict[str, Values]:
    """What the runs of a course answer to statements, (draws, runs) each; NaN for a run that failed.

    A yes or no is 1 where the run says what the articles say; a week that does not come within those of the statement
    is the last of them. A number that some runs do not have, such as the votes of who was not asked, is NaN in these.

    Args:
        runs: of the course.
        asked: the statements, by name.
        file: where they stand.

    Raises:
        InputError: of a yes or no, a run that did not fail says neither. What the others say would not do for it: they
            are those in which the table met.
    """
    found = {}
    for name, one in asked.items():
        if one.outcome is None:
            held = np.minimum.reduce([runs.values(condition) for condition in one.all])
            found[name] = held if one.happened else 1.0 - held
        elif runs.is_week(one.outcome):
            found[name] = np.minimum(runs.weeks(one.outcome), float(one.weeks))
        else:
            found[name] = runs.values(one.outcome)
        lost = int((np.isnan(found[name]) & ~runs.failed).sum())
        if lost and one.outcome is None:
            problem = f"has no value in {counted(lost, 'run')} of {found[name].size:,} of this course"
            raise InputError(file, f"statements.{name}", problem, allowed="an outcome that every run has")
    return found


def in_memory(file: Path, draws: int, runs: int, seed: int, passes: tuple[str, ...], implied: bool) -> Simulate:
    """Simulates courses and keeps nothing of them."""

    def simulate(scenario: Scenario, asked: Mapping[str, Statement]) -> Answers:
        return answers(runs_of(scenario, draws, runs, seed, passes, implied), asked, file)

    return simulate


def measured(
    record: Record,
    draws: int,
    runs: int,
    seed: int,
    *,
    switches: Sequence[str] = tuple(SWITCHES),
    theories: Sequence[Theory] = (),
    passes: tuple[str, ...] = (),
    implied: bool = True,
    weights: Weights = None,
    simulate: Simulate | None = None,
    keep: Keep = not_kept,
    progress: bool | None = None,
) -> Found:
    """Every statement of a record scored: the model, the baselines, and the model with each switch off.

    Args:
        record: of a case, or a reader's own.
        draws: of everything uncertain, for each course; at least 2.
        runs: of chance for each draw.
        seed: of all draws and chance.
        switches: mechanisms that are switched off, one at a time.
        theories: by whose rules every course is played, too.
        passes: the coding passes that count; empty for all.
        implied: whether rows that a pass marked as implied count.
        weights: of the draws, (draws,), from a calibration; they count for the model, its persistence and its switches,
            and statements that are marked for calibration are not scored. None: all draws count alike.
        simulate: gives what a course answers, the same for the same; None: simulates in memory.
        keep: gives what was kept of what is not put to statements, or makes it.
        progress: whether to show a bar; None: yes, without a terminal a line a minute.

    Raises:
        InputError: a run has no value of a statement's outcome, or none is whole.
    """
    play = simulate or in_memory(record.file, draws, runs, seed, passes, implied)
    courses = courses_of(record)
    epochs = {course.epoch: course for course, _ in courses}
    steps = len(courses) * (2 + len(switches) + len(theories)) + len(record.onward) + len(epochs)
    with progress_bar(steps, progress, "record", "steps") as told:
        said: dict[str, dict[str, Values]] = {name: {} for name in record.statements}
        for contender, course, asked in _plays(courses, switches, theories):
            for name, values in play(course, asked).items():
                said[name][contender] = values
            told(1)
        onward = moved_onward(record, draws, runs, seed, passes, implied, told, uneven(weights), keep)
        static = {}
        for epoch, course in epochs.items():
            static[epoch] = static_theories(course, draws, seed, passes, implied, keep)
            told(1)
    scored = tuple(_scored(record, name, said[name], static, uneven(weights)) for name in record.statements)
    is_weighted = weights is not None
    pairs = tuple(compared(scored, is_weighted))
    return Found(record, scored, pairs, onward.moved, draws, runs, seed, is_weighted, onward.failed)


def courses_of(record: Record) -> list[tuple[Scenario, dict[str, Statement]]]:
    """Every course that is played, with the statements that are asked of it."""
    found: dict[tuple[str, str, int], tuple[Scenario, dict[str, Statement]]] = {}
    for name, one in record.statements.items():
        key = (one.scenario, one.epoch, one.weeks)
        if key not in found:
            found[key] = (one.course(record.case), {})
        found[key][1][name] = one
    return list(found.values())


def _plays(
    courses: list[tuple[Scenario, dict[str, Statement]]], switches: Sequence[str], theories: Sequence[Theory]
) -> Iterator[tuple[str, Scenario, dict[str, Statement]]]:
    """Every contender that is simulated, with the course that it plays."""
    for course, asked in courses:
        yield MODEL, course, asked
        yield "persistence", course.change(horizon=1), asked
        for switch in switches:
            yield f"without {switch}", course.change(off=(*course.off, switch)), asked
        for theory in theories:
            yield THEORY + theory.theory, course.change(theory=theory), asked


def _scored(
    record: Record, name: str, said: Mapping[str, Values], theories: Mapping[str, list[Static]], weights: Weights
) -> Scored:
    one, kind = record.statements[name], record.kind(record.statements[name])
    bounds = (0.0, 1.0) if one.outcome is None else _bounds(record, one)
    try:
        found = estimate(said[MODEL], yes_no=kind == "yes_no", weights=weights).within(*bounds)
    except ValueError as error:
        raise InputError(record.file, f"statements.{name}", str(error)) from None
    forecasts: dict[str, Forecast] = {
        contender: forecast_of(kind, said[contender], weights)
        for contender in (MODEL, "persistence")
        if contender in said
    }
    forecasts["coin"], forecasts["base_rate"] = coin(record, one), base_rate(record, one)
    for place, theory in zip(("compromise", "nash"), theories[one.epoch], strict=True):
        forecasts[place] = static_forecast(record.case, one, theory)
    others = [contender for contender in said if contender not in forecasts]
    forecasts |= {contender: forecast_of(kind, said[contender], weights) for contender in others}
    order = (MODEL, *BASELINES, *(contender for contender in said if contender.startswith(("without ", THEORY))))
    scores: dict[tuple[str, str], float] = {}
    for contender in order:
        scores |= {(contender, score): value for score, value in scores_of(record, one, forecasts[contender])}
    mass = None if weights is None else np.broadcast_to(weights[:, None], said[MODEL].shape)
    place_of = None if kind == "yes_no" else transform(said[MODEL], *interval_of(one), mass)
    defined = float((~np.isnan(said[MODEL])).mean())
    return Scored(
        name, one, kind, record.event(name), record.told_by(name), found, defined, forecasts, scores, place_of
    )


def _bounds(record: Record, one: Statement) -> tuple[float, float]:
    """The least and the most that a week or a number can be."""
    assert one.outcome is not None
    column = record.column(one.outcome)
    return (0.0, float(one.weeks)) if column.is_week else (column.low, column.high)


def forecast_of(kind: Kind, values: Values, weights: Weights) -> Forecast:
    there = ~np.isnan(values)
    known: Values = values[there]
    if not len(known):
        return None
    if weights is None:
        return float(known.mean()) if kind == "yes_no" else known
    mass = np.broadcast_to(weights[:, None], values.shape)[there]
    return float(np.average(known, weights=mass)) if kind == "yes_no" else Sample(known, mass)


def interval_of(one: Statement) -> tuple[float, float]:
    """What is known of a week or a number: the least and the most."""
    assert one.between is not None
    low, high = one.between
    return low, float(one.weeks) if high is None else high


def scores_of(record: Record, one: Statement, forecast: Forecast) -> Iterator[tuple[str, float]]:
    if forecast is None:
        return
    if isinstance(forecast, float):
        yield "brier", brier(forecast)
        yield "log", log_score(forecast)
        return
    low, high = _bounds(record, one)
    span = high - low
    sample = forecast if isinstance(forecast, Sample) else Sample(forecast, None)
    ends = interval_of(one)
    yield "crps", crps(sample.values, *ends, sample.weights) / (span if math.isfinite(span) else 1.0)


def compared(scored: Sequence[Scored], is_weighted: bool = False) -> Iterator[Compared]:
    """The model with every other contender, score by score; statements that calibrate are left out."""
    tested = [one for one in scored if not one.statement.is_used(is_weighted)]
    contenders = dict.fromkeys(contender for one in tested for contender, _ in one.scores if contender != MODEL)
    for score in ("brier", "log", "crps"):
        for contender in contenders:
            both = [one for one in tested if (contender, score) in one.scores]
            if both:
                yield _compared(contender, score, both)


def _compared(contender: str, score: str, both: Sequence[Scored]) -> Compared:
    model = np.array([one.scores[MODEL, score] for one in both])
    other = np.array([one.scores[contender, score] for one in both])
    blocks = (
        [one.name for one in both],
        [one.event for one in both],
        [one.article for one in both],
    )
    ends = [resampled(model - other, block) for block in blocks]
    events = len(set(blocks[1]))
    return Compared(contender, score, float(model.mean()), float(other.mean()), len(both), events, *ends)
