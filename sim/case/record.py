"""The record of a case: what its articles say happened between the epochs, as statements on outcomes.

The file `record.yaml` of a case holds it; a case may have none, and a reader may bring another file. Nothing here is
scored: see `sim.experiment.record`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from sim.case.articles import check_cited
from sim.case.asking import asked
from sim.case.case import Case
from sim.case.columns import Column, columns_by_name
from sim.case.happening import LONGEST
from sim.case.scenario import Scenario, load_scenario, scenario_names
from sim.inputs.errors import InputError, Mistakes, one_of
from sim.inputs.files import read_yaml
from sim.inputs.objects import Strict, checked

FILE = "record.yaml"
DISCREPANCY = 0.1  # of a record that states none; assumed
Kind = Literal["yes_no", "timing", "number"]


class BaseRate(Strict):
    """How often something of the kind happens elsewhere, with where that is told.

    Attributes:
        value: the share of the cases of its kind in which it happens.
        source: where that is told.
    """

    value: float = Field(ge=0.0, le=1.0)
    source: str = Field(min_length=1)


class Statement(Strict):
    """One statement of the record: a yes or no (`all`, `happened`), or a week or number (`outcome`, `between`).

    Attributes:
        statement: in words.
        epoch: where the runs begin that it is held against.
        scenario: the scenario of the case that plays what was done.
        weeks: over how many weeks it is played.
        all: conditions on outcomes (`Runs.values`) that hold together.
        happened: whether they did.
        outcome: a column: the week of an event, or a number.
        between: the least and the most that it was; the most null where only the least is known.
        event: what it is about: statements with the same word are one independent event; empty: its own.
        base_rate: which of the file's base rates speaks of `all`.
        paragraphs: what it rests on, by article; empty for what none of the case's articles says.
        source: what else it rests on.
        calibrates: whether it has been used to set a parameter, so that it cannot test the model.
        for_calibration: whether `job=calibrate` may learn from it; with weights that come of that, it tests nothing.
    """

    statement: str = Field(min_length=1)
    epoch: str
    scenario: str
    weeks: int = Field(ge=1, le=LONGEST)
    all: tuple[str, ...] = ()
    happened: bool | None = None
    outcome: str | None = None
    between: tuple[float, float | None] | None = None
    event: str = ""
    base_rate: str | None = None
    paragraphs: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    source: str = ""
    calibrates: bool = False
    for_calibration: bool = False

    def is_used(self, is_weighted: bool) -> bool:
        """Whether it has set a number of the model, or the weights of its draws, where these have some."""
        return self.calibrates or (is_weighted and self.for_calibration)

    def course(self, case: Case) -> Scenario:
        """The scenario that it is held against."""
        return load_scenario(case, self.scenario).change(epoch=self.epoch, horizon=self.weeks)


class Onward(Strict):
    """A way from one article to a later one: where it begins, where it ends, and the scenario that plays the acts.

    Attributes:
        start: the epoch at which the runs begin.
        end: the later epoch, at whose date they end.
        scenario: what is played between.
    """

    start: str
    end: str
    scenario: str


class RecordFile(Strict):
    """record.yaml: what happened, to score the model by.

    Attributes:
        statements: by name.
        discrepancy: the chance that the world has a statement otherwise than a model that is right.
        base_rates: by name.
        onward: from article to article.
    """

    statements: dict[str, Statement] = Field(min_length=1)
    discrepancy: float = Field(default=DISCREPANCY, ge=0.0, lt=0.5)
    base_rates: dict[str, BaseRate] = Field(default_factory=dict)
    onward: tuple[Onward, ...] = ()


@dataclass(frozen=True)
class Record:
    """A record as read and checked.

    Attributes:
        case: whose outcomes it speaks of.
        file: where it stands.
        statements: by name, in order.
        base_rates: by name.
        onward: from article to article.
        discrepancy: the chance that the world has a statement otherwise than the model, though all its numbers were
            right; 0 for a model that cannot err, below one half. Assumed: what a statement teaches hangs on it.
    """

    case: Case
    file: Path
    statements: Mapping[str, Statement]
    base_rates: Mapping[str, BaseRate]
    onward: tuple[Onward, ...]
    discrepancy: float = DISCREPANCY

    @property
    def for_calibration(self) -> tuple[str, ...]:
        """The names of the statements that a calibration may learn from."""
        return tuple(name for name, one in self.statements.items() if one.for_calibration)

    @property
    def held_back(self) -> tuple[str, ...]:
        """The names of those that neither set a number nor may be learnt from."""
        return tuple(name for name, one in self.statements.items() if not one.is_used(True))

    def kind(self, statement: Statement) -> Kind:
        """Whether a statement is a yes or no, the week of an event, or a number."""
        if statement.outcome is None:
            return "yes_no"
        return "timing" if self.column(statement.outcome).is_week else "number"

    def column(self, name: str) -> Column:
        """The outcome column of a name."""
        return columns_by_name(self.case)[name]

    def event(self, name: str) -> str:
        """The event that a statement is about."""
        return self.statements[name].event or name

    def told_by(self, name: str) -> str:
        """The last of the articles that tell of a statement; the epoch of its course where none of the case's does."""
        one = self.statements[name]
        dates = {epoch.article: epoch.date for epoch in self.case.epochs.values()}
        return max(one.paragraphs, key=lambda article: dates.get(article, ""), default=one.epoch)


def load_record(case: Case, file: Path | None = None) -> Record:
    """The record of a case, or another one in a file of its form.

    Raises:
        InputError: there is none, or the mistakes found in it, or a course that is impossible.
    """
    path = case.folder / FILE if file is None else file
    if file is None and not path.is_file():
        raise InputError(path, "", "this case has no record", allowed="record=FILE.yaml")
    read = checked(RecordFile, read_yaml(path), file=str(path))
    found = Record(case, path, read.statements, read.base_rates, read.onward, read.discrepancy)
    with Mistakes() as mistakes:
        for name, one in found.statements.items():
            with mistakes.apart():
                _check(found, f"statements.{name}", one)
        for n, way in enumerate(found.onward):
            with mistakes.apart():
                _check_onward(found, f"onward[{n}]", way)
        if all(one.calibrates for one in found.statements.values()):
            allowed = "one that does not"
            raise InputError(path, "statements", "every one calibrates: none is left to score", allowed=allowed)
    return found


def _check_onward(record: Record, key: str, way: Onward) -> None:
    case, path = record.case, record.file
    with Mistakes() as mistakes:
        for end in ("start", "end"):
            with mistakes.apart():
                one_of(path, f"{key}.{end}", getattr(way, end), case.epochs, "an epoch")
        with mistakes.apart():
            _check_scenario(record, f"{key}.scenario", way.scenario)
    if weeks_between(case, way.start, way.end) < 1:
        raise InputError(path, f"{key}.end", f"{way.end} is not after {way.start}", allowed="a later epoch")
    course_onward(case, way)


def _check(record: Record, key: str, one: Statement) -> None:
    case, path = record.case, record.file
    with Mistakes() as mistakes:
        with mistakes.apart():
            one_of(path, f"{key}.epoch", one.epoch, case.epochs, "an epoch")
            _check_scenario(record, f"{key}.scenario", one.scenario)
            one.course(case)
        with mistakes.apart():
            check_cited(case, path, f"{key}.paragraphs", one.paragraphs)
            if not one.paragraphs and not one.source:
                raise InputError(
                    path, key, "rests on nothing", allowed="paragraphs of the case's articles, or a source"
                )
        with mistakes.apart():
            if one.base_rate is not None:
                one_of(path, f"{key}.base_rate", one.base_rate, record.base_rates, "a base rate of this file")
        with mistakes.apart():
            _check_said(record, key, one)


def _check_said(record: Record, key: str, one: Statement) -> None:
    path = record.file
    if (one.outcome is None) == (not one.all):
        raise InputError(path, key, "says nothing or two things", allowed="all with happened, or outcome with between")
    if (one.happened is None) != (one.outcome is not None) or (one.between is None) != (one.outcome is None):
        raise InputError(path, key, "is half a statement", allowed="all with happened, or outcome with between")
    if one.outcome is None:
        _check_conditions(record, key, one)
    else:
        _check_between(record, key, one)


def _check_scenario(record: Record, key: str, name: str) -> None:
    """A scenario of the case, or a file of one, which is checked where it is read."""
    if not name.endswith(".yaml"):
        one_of(record.file, key, name, scenario_names(record.case), "a scenario")


def _check_conditions(record: Record, key: str, one: Statement) -> None:
    with Mistakes() as mistakes:
        for n, condition in enumerate(one.all):
            with mistakes.apart():
                place = f"{key}.all[{n}]"
                found = asked(record.case, record.file, place, condition)
                if not found.is_yes_no:
                    problem, allowed = f"{condition.strip()} is no yes or no", f"'{condition.strip()} >= NUMBER'"
                    raise InputError(record.file, place, problem, allowed=allowed)
                if found.compared is not None and found.compared.is_week and found.number > one.weeks:
                    problem = f"week {found.number:g} comes after the {one.weeks} weeks that are played"
                    raise InputError(record.file, place, problem, allowed=f"weeks: {found.number:g} or more")


def _check_between(record: Record, key: str, one: Statement) -> None:
    assert one.outcome is not None
    assert one.between is not None
    columns = columns_by_name(record.case)
    one_of(record.file, f"{key}.outcome", one.outcome, columns, "an outcome column", "a week or number of the outcomes")
    column, (low, high) = columns[one.outcome], one.between
    place = f"{key}.between"
    if column.is_code:
        raise InputError(record.file, f"{key}.outcome", "is a code, not a number", allowed="a week or a number")
    if high is not None and high < low:
        raise InputError(record.file, place, f"{low:g} is above {high:g}", allowed="the least, then the most")
    if column.is_week:
        if low < 0.0:
            raise InputError(record.file, place, f"week {low:g} comes before the start", allowed="0 or more")
        if max(low, high or 0.0) > one.weeks:
            problem = f"week {max(low, high or 0.0):g} comes after the {one.weeks} weeks that are played"
            raise InputError(record.file, place, problem, allowed=f"weeks: {max(low, high or 0.0):g} or more")
    elif high is None or low < column.low or high > column.high:
        allowed = f"two numbers from {column.low:g} to {column.high:g}"
        raise InputError(record.file, place, "is not in the range of the outcome", allowed=allowed)


# --- from article to article -----------------------------------------------------------------------------------------


def weeks_between(case: Case, start: str, end: str) -> int:
    """Whole weeks from the date of one epoch to that of another; negative for an earlier one."""
    first, last = (date.fromisoformat(str(case.epochs[name].date)) for name in (start, end))
    return (last - first).days // 7


def course_onward(case: Case, way: Onward) -> Scenario:
    """What is played from one article to the date of a later one.

    A scenario that begins at an earlier epoch is taken up where it is by then: acts of the past are left out, what
    still lasts begins at once for the weeks that are left, and what hangs on the state stays as it is.

    Raises:
        InputError: the scenario begins later, or is impossible there.
    """
    scenario = load_scenario(case, way.scenario)
    passed = weeks_between(case, scenario.epoch, way.start)
    if passed < 0:
        problem = f"{way.scenario} begins at {scenario.epoch}, after {way.start}"
        raise InputError(FILE, "onward", problem, allowed="a scenario of this or an earlier epoch")
    events = tuple(_later(scenario.events, passed))
    reach = max(scenario.reach, weeks_between(case, way.start, way.end))
    moved = replace(scenario, events=events, epoch=way.start, reach=reach)
    return moved.change(horizon=weeks_between(case, way.start, way.end))


def _later(events: Iterable[Mapping[str, object]], passed: int) -> Iterable[dict[str, object]]:
    """Events as they stand after so many weeks."""
    for event in events:
        when = event.get("when")
        week = when.get("week") if isinstance(when, Mapping) else None
        if passed == 0 or not isinstance(week, int):
            yield dict(event)
            continue
        lasts = event.get("weeks")
        left = week + lasts - passed if isinstance(lasts, int) else 0
        if week >= passed:
            yield {**event, "when": {"week": max(1, week - passed)}}
        elif left > 0:
            yield {**event, "when": {"week": 1}, "weeks": left}
