"""Scenarios: short files that say what happens and when, checked when loaded, frozen afterwards.

A scenario belongs to an epoch and can be moved to another. Its events come from the vocabulary (`sim.event`); each has
a week or a trigger (`sim.trigger`). An impossible scenario is refused with the reason, in one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

from pydantic import Field

from sim.case.answer import Answer, check_answers
from sim.case.articles import check_cited, load_articles
from sim.case.case import Case
from sim.case.event import Effect
from sim.case.happening import LONGEST, Happening, Lever, Setting, happening
from sim.case.theory import Theory, as_designed, load_theory
from sim.case.trigger import LEVER
from sim.inputs.errors import InputError, Mistakes, one_of
from sim.inputs.files import read_yaml
from sim.inputs.frozen import frozen
from sim.inputs.numbers import counted, number, texts, whole_number
from sim.inputs.objects import Strict, checked
from sim.inputs.places import home_of
from sim.model import vocabulary as words
from sim.model.parameters import SWITCHES

HORIZON = 104  # weeks, where a file says nothing
BASELINE = "status_quo"  # the scenario that the others are compared with, at their own epoch and over their own horizon

CHANGEABLE = ("epoch", "horizon", "fixed", "off", "theory")  # no lever may have one of these names


class ScenarioFile(Strict):
    """A scenario's file.

    Attributes:
        scenario: its name, that of the file.
        title: what happens, in a few words.
        question: what it is there to ask.
        paragraphs: those that it rests on, by article; left out in a case without articles.
        answered_by: the outcomes in which the question is answered.
        epoch: where it starts.
        horizon: weeks.
        levers: numbers left to whoever runs it, by name.
        events: what happens: a word, when, and its arguments.
        fixed: uncertainties held at a value, by name.
        off: mechanisms switched off.
    """

    scenario: str
    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    paragraphs: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    answered_by: tuple[Answer, ...] = ()
    epoch: str
    horizon: int = Field(default=HORIZON, ge=1, le=LONGEST)
    levers: dict[str, Lever] = Field(default_factory=dict)
    events: tuple[dict[str, Any], ...] = ()
    fixed: dict[str, float] = Field(default_factory=dict)
    off: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One scenario, checked.

    Attributes:
        scenario: its name, that of its file.
        title: what happens, in a few words.
        question: what it is there to ask.
        paragraphs: the articles' paragraphs that it rests on.
        answered_by: the outcomes in which its question is answered, with what is expected of them.
        epoch: the epoch at which it starts.
        horizon: weeks, 1 to 260.
        levers: the numbers left to the user, at their present values.
        events: each event as written: its word, when, and arguments.
        fixed: uncertainties held at a value.
        off: mechanisms switched off (`sim.uncertainty.SWITCHES`).
        theory: by whose rules it is played.
        file: where it comes from.
        case: the case that it was checked against.
        reach: the longest horizon it has had, in weeks; events must come within it.
    """

    scenario: str
    title: str
    question: str
    paragraphs: Mapping[str, tuple[int, ...]]
    answered_by: tuple[Answer, ...]
    epoch: str
    horizon: int
    levers: Mapping[str, Lever]
    events: tuple[Mapping[str, Any], ...]
    fixed: Mapping[str, float]
    off: tuple[str, ...]
    file: str
    case: Case = field(repr=False, compare=False)
    reach: int = HORIZON
    theory: Theory = field(default_factory=as_designed)

    def __post_init__(self) -> None:
        """What it holds cannot be changed, at any depth: a scenario of a lever moved shares its events with others."""
        for name in ("paragraphs", "levers", "events", "fixed", "off"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    def __repr__(self) -> str:
        return f"<{self.scenario} from {self.epoch}, {counted(self.horizon, 'week')}: {self.told_levers}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.describe())}</pre>"

    @property
    def told_levers(self) -> str:
        """Its levers in a line, each with its value, unit and range."""
        told = (f"{name}={one.value:g} {one.unit} ({one.low:g} to {one.high:g})" for name, one in self.levers.items())
        return ", ".join(told) or "no levers"

    def describe(self) -> str:
        """What it asks, where it starts, and its levers with unit, range and meaning, in lines to print."""
        lines = [f"{self.scenario}: {self.title}", f"  {self.question}"]
        start = self.case.epochs[self.epoch]
        lines.append(f"  starts at {start.epoch} ({start.title}), {counted(self.horizon, 'week')}")
        lines += [f"  held: {name} = {value:g}" for name, value in self.fixed.items()]
        lines += [f"  off: {', '.join(self.off)}"] if self.off else []
        lines += [f"  theory: {self.theory.title} ({self.theory.source})"] if self.theory.changes else []
        for name, one in self.levers.items():
            lines.append(f"  {name} = {one.value:g} {one.unit}, {one.low:g} to {one.high:g}: {one.meaning}")
        return "\n".join(lines if self.levers else [*lines, "  no levers"])

    def change(
        self,
        *,
        epoch: str | None = None,
        horizon: int | None = None,
        fixed: Mapping[str, float] | None = None,
        off: str | Sequence[str] | None = None,
        theory: str | Path | Theory | None = None,
        **levers: float,
    ) -> Scenario:
        """The same scenario with other levers, at another epoch, over another horizon; checked again.

        ``fixed`` is added to what is fixed already, ``off`` and ``theory`` (a name, or a file) replace. A shorter
        horizon leaves out the events that come later. Errors: ``InputError`` for an unknown lever, a value out of its
        range, and whatever makes the scenario impossible at the epoch.
        """
        weeks = self.horizon if horizon is None else _weeks(self.file, horizon)
        held = {name: number(self.file, f"fixed.{name}", value) for name, value in (fixed or {}).items()}
        changed = replace(
            self,
            epoch=self.epoch if epoch is None else epoch,
            horizon=weeks,
            reach=max(self.reach, weeks),
            levers=_moved(self, levers),
            fixed={**self.fixed, **held},
            off=self.off if off is None else texts(off),
            theory=self.theory if theory is None else theory if isinstance(theory, Theory) else load_theory(theory),
        )
        check(changed)
        return changed


def _moved(scenario: Scenario, values: Mapping[str, float]) -> dict[str, Lever]:
    levers = dict(scenario.levers)
    for name, value in values.items():
        told = "" if levers else "none: this scenario has no levers"
        one_of(scenario.file, f"levers.{name}", name, levers, "a lever", told)
        levers[name] = levers[name].model_copy(update={"value": number(scenario.file, f"levers.{name}", value)})
    return levers


# --- loading ---------------------------------------------------------------------------------------------------------


def scenario_names(case: Case) -> tuple[str, ...]:
    """The names of the scenarios that come with a case, sorted."""
    return tuple(sorted(path.stem for path in (case.folder / "scenario").glob("*.yaml")))


def scenario_path(case: Case, name: str | Path) -> Path:
    """The file of a scenario: a path that ends in .yaml, or the name of a scenario of the case."""
    if str(name).endswith(".yaml"):
        return home_of(name)
    one_of("scenario", "", str(name), scenario_names(case), "a scenario")
    return case.folder / "scenario" / f"{name}.yaml"


def load_scenario(case: Case, name: str | Path, **changes: Any) -> Scenario:
    """Load and check a scenario.

    Args:
        case: the case.
        name: the name of one of its scenarios, or the path of a file that ends in .yaml.
        changes: levers, epoch, horizon, fixed, off or theory, as `Scenario.change` takes them.

    Raises:
        InputError: the first mistake found, with file, key, value and what is allowed.
    """
    path = scenario_path(case, name)
    found = scenario_of(case, read_yaml(path), file=str(path), name=path.stem)
    return found.change(**changes) if changes else found


def scenario_of(case: Case, data: Mapping[str, Any], *, file: str, name: str | None = None) -> Scenario:
    """A scenario from what its file holds; ``name``, where given, is what it has to be called."""
    read = checked(ScenarioFile, dict(data), file=file)
    if name is not None and read.scenario != name:
        raise InputError(file, "scenario", f"{read.scenario!r} is not the file's name", allowed=name)
    fields = {key: getattr(read, key) for key in ScenarioFile.model_fields}
    scenario = Scenario(**fields, file=file, case=case, reach=read.horizon)
    with Mistakes() as mistakes:
        with mistakes.apart():
            if not scenario.paragraphs and load_articles(case.folder):
                raise InputError(
                    file, "paragraphs", "is missing", allowed="the paragraphs that it rests on, by article"
                )
            check_cited(case, file, "paragraphs", scenario.paragraphs)
        with mistakes.apart():
            check_answers(case, file, scenario.answered_by, scenario.scenario == BASELINE)
        for place, answer in enumerate(scenario.answered_by):
            with mistakes.apart():
                check_cited(case, file, f"answered_by[{place}].paragraphs", answer.paragraphs)
        with mistakes.apart():
            check(scenario)
    return scenario


# --- checking --------------------------------------------------------------------------------------------------------


def check(scenario: Scenario) -> None:
    """Refuse a scenario that is wrong or impossible; InputError with the reason."""
    with Mistakes() as mistakes:
        _check_frame(scenario)  # the events are read against the epoch
        for name, lever in scenario.levers.items():
            with mistakes.apart():
                _check_lever(scenario, name, lever)
        with mistakes.apart():
            found = effects(scenario)
            if len(found) > words.MOST_EVENTS:
                problem = f"{len(found)} effects, counting each seat and each effort as one"
                raise InputError(scenario.file, "events", problem, allowed=f"at most {words.MOST_EVENTS}")
        used = {lever for event in scenario.events for lever in levers_in(event)}
        for name in scenario.levers:
            with mistakes.apart():
                if name not in used:
                    raise InputError(scenario.file, f"levers.{name}", "no event uses it")


def _check_frame(scenario: Scenario) -> None:
    with Mistakes() as mistakes:
        with mistakes.apart():
            one_of(scenario.file, "epoch", scenario.epoch, scenario.case.epochs, "an epoch")
        with mistakes.apart():
            _weeks(scenario.file, scenario.horizon)
        for switch in scenario.off:
            with mistakes.apart():
                one_of(scenario.file, "off", switch, SWITCHES, "a switch")


def _weeks(file: str, horizon: object) -> int:
    return whole_number(file, "horizon", horizon, 1, LONGEST, "of weeks")


def _check_lever(scenario: Scenario, name: str, lever: Lever) -> None:
    key = f"levers.{name}"
    if name in CHANGEABLE or not name.isidentifier():
        problem = "is not a name for a lever"
        raise InputError(scenario.file, key, problem, allowed=f"letters, digits and _; not {', '.join(CHANGEABLE)}")
    if lever.low > lever.high:
        raise InputError(scenario.file, key, f"low {lever.low:g} is above high {lever.high:g}", allowed="low <= high")
    if not lever.low <= lever.value <= lever.high:
        allowed = f"{lever.low:g} to {lever.high:g} {lever.unit}"
        raise InputError(scenario.file, key, f"{lever.value:g} is out of range", allowed=allowed)


def levers_in(value: Any) -> Iterable[str]:
    """The levers that a part of an event's data names, each as often as it does."""
    if isinstance(value, str):
        yield from LEVER.findall(value)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from levers_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from levers_in(part)


def happenings(scenario: Scenario) -> tuple[Happening, ...]:
    """The events of a scenario as they come about with the levers as they stand; InputError for the first mistake."""
    regime = scenario.case.epochs[scenario.epoch].regime
    setting = Setting(scenario.case, regime, scenario.reach, scenario.levers, scenario.file)
    found: list[Happening] = []
    with Mistakes() as mistakes:
        for n, event in enumerate(scenario.events):
            with mistakes.apart():
                found.append(happening(setting, f"events[{n}]", event))
    return tuple(found)


def effects(scenario: Scenario) -> tuple[tuple[Happening, Effect], ...]:
    """Every effect with the event that brings it about, in the order in which the engine's plan numbers them."""
    return tuple((one, effect) for one in happenings(scenario) for effect in one.effects)
