"""The grid of a plan: axes of scenarios, levers, epochs and fixed uncertainties, composed once, expanded inside.

Its cells are the points of the grid, the last axis fastest. They are made when they are asked for, so that a grid of a
hundred thousand takes no memory to speak of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from math import prod
from typing import Any, NamedTuple

from sim.case.case import Case
from sim.case.happening import LONGEST
from sim.case.scenario import BASELINE, Scenario, load_scenario, scenario_names
from sim.case.theory import Theory, load_theory
from sim.evidence.priors import Priors, priors
from sim.evidence.rows import Evidence
from sim.inputs.errors import InputError, nearest, one_of, shown
from sim.inputs.frozen import Frozen
from sim.model.parameters import EACH, SWITCHES
from sim.world.uncertainty import Uncertainty, fixable

LEVERS = "levers."
FIXED = "fixed."
FRAME = ("epoch", "horizon", "off", "theory")
REMEMBERED = 4096  # scenarios that stay at hand while a plan is expanded


Value = str | float | tuple[str, ...]


class Axis(NamedTuple):
    """One direction of the grid, and its values.

    The key is `scenario`, `levers.NAME`, `epoch`, `horizon`, `off`, `theory` or `fixed.COLUMN`.
    """

    key: str
    values: tuple[Value, ...]


def text(value: Value) -> str:
    """A value as one writes it on the command line.

    >>> text(0.30), text(("red_lines", "learning")), text("2021-04")
    ('0.3', '[red_lines,learning]', '2021-04')
    """
    if isinstance(value, str):
        return value
    return f"[{','.join(value)}]" if isinstance(value, tuple) else f"{value:.12g}"


# --- the grid --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grid:
    """Axes and what they move: a base scenario, or those that the axis `scenario` names.

    Attributes:
        case: the case.
        evidence: the coded evidence that counts.
        axes: the directions, the last one fastest.
        base: the scenario of every cell, where no axis names one.
        source: what a mistake is told of.
        scenarios: by name, those that are not to be read from the case's folder.
        theory: by whose rules all cells are played where no axis says so; None: each scenario's own.
        theories: by name, those of the axis `theory` as they were when it was made, whatever becomes of their files.
    """

    case: Case
    evidence: Evidence
    axes: tuple[Axis, ...]
    base: Scenario | None = None
    source: str = "configuration"
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    theory: Theory | None = None
    theories: Mapping[str, Theory] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for axis in self.axes:
            _check_axis(self, axis)

    def __getstate__(self) -> dict[str, Any]:
        """What it was made of; what is remembered stays with this process."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def __len__(self) -> int:
        return prod(len(axis.values) for axis in self.axes)

    def point(self, number: int) -> dict[str, Value]:
        """The value of every axis at a point, by key."""
        found: dict[str, Value] = {}
        for axis in reversed(self.axes):
            number, place = divmod(number, len(axis.values))
            found[axis.key] = axis.values[place]
        return dict(reversed(found.items()))

    def scenario(self, number: int) -> Scenario:
        """The scenario at a point; `InputError` where it is impossible there."""
        point = self.point(number)
        frame = tuple((key, value) for key, value in point.items() if not key.startswith(FIXED))
        fixed = {key.removeprefix(FIXED): float(str(v)) for key, v in point.items() if key.startswith(FIXED)}
        return self._fixed(self._framed(frame), fixed)

    def baseline(self, scenario: Scenario) -> Scenario | None:
        """What a scenario is compared with; None where the case has no such scenario."""
        if BASELINE not in scenario_names(self.case):
            return None
        changes: tuple[tuple[str, Any], ...] = (
            ("scenario", BASELINE),
            ("epoch", scenario.epoch),
            ("horizon", scenario.horizon),
            ("off", scenario.off),
            ("theory", scenario.theory),
        )
        return replace(self._framed(changes), fixed=scenario.fixed)

    @cached_property
    def priors(self) -> Mapping[str, Priors]:
        """The priors of every epoch."""
        return Frozen({epoch: priors(self.case, self.evidence, epoch) for epoch in self.case.epochs})

    @cached_property
    def _framed(self) -> Callable[[tuple[tuple[str, Any], ...]], Scenario]:
        """A scenario with its levers, epoch, horizon and switches; the last ones made stay at hand."""
        return lru_cache(REMEMBERED)(self._make)

    def _make(self, frame: tuple[tuple[str, Any], ...]) -> Scenario:
        changes: dict[str, Any] = {"theory": self.theory, **dict(frame)}
        changes["theory"] = self.theories.get(changes["theory"], changes["theory"])
        name = changes.pop("scenario", None)
        base = self.base if name is None else self.named(name)
        assert base is not None  # a grid without a base has an axis that names scenarios: `grid_of`
        return base.change(**{key.removeprefix(LEVERS): value for key, value in changes.items()})

    @cached_property
    def named(self) -> Callable[[str], Scenario]:
        """A scenario by its name or file."""
        return lru_cache(None)(lambda name: self.scenarios.get(name) or load_scenario(self.case, name))

    def _fixed(self, scenario: Scenario, fixed: Mapping[str, float]) -> Scenario:
        known = self.priors[scenario.epoch]
        for name, value in fixed.items():
            one_of(
                self.source, FIXED + name, name, known.names, f"uncertain at {scenario.epoch}", "a column of the draws"
            )
            low, high = fixable(known[name])
            if not low <= value <= high:
                allowed = f"{low:g} to {high:g}"
                raise InputError(self.source, FIXED + name, f"{value:g} is out of range", allowed=allowed)
        return replace(scenario, fixed={**scenario.fixed, **fixed}) if fixed else scenario

    def uncertainty(self, scenario: Scenario) -> Uncertainty:
        """The joint prior of a scenario, on priors that all cells share."""
        epoch = self.case.epochs[scenario.epoch]
        return Uncertainty(self.case, epoch, self.priors[scenario.epoch], scenario.fixed, scenario.off, scenario.theory)


def _check_axis(grid: Grid, axis: Axis) -> None:
    if not axis.values:
        raise InputError(grid.source, axis.key, "has no values")
    if len(set(axis.values)) < len(axis.values):
        twice = next(value for n, value in enumerate(axis.values) if value in axis.values[:n])
        raise InputError(grid.source, axis.key, f"{text(twice)} is given twice")
    for value in axis.values:
        _check_value(grid, axis.key, value)
    if axis.key == "scenario":
        names = [grid.named(str(value)).scenario for value in axis.values]
        same = next((name for n, name in enumerate(names) if name in names[:n]), None)
        if same is not None:
            raise InputError(grid.source, axis.key, f"two scenarios are called {same}", allowed="each name once")


def _check_value(grid: Grid, key: str, value: Value) -> None:
    if key == "scenario":
        known = [*grid.scenarios, *scenario_names(grid.case)]
        if not str(value).endswith(".yaml"):
            one_of(grid.source, key, value, known, "a scenario")
    elif key == "epoch":
        one_of(grid.source, key, value, grid.case.epochs, "an epoch")
    elif key == "off":
        for switch in value if isinstance(value, tuple) else (str(value),):
            if not isinstance(value, tuple) or switch not in SWITCHES:
                problem = "is not a list" if not isinstance(value, tuple) else "is not a switch"
                allowed = f"a list of {', '.join(SWITCHES)}; in a sweep {EACH}, for each alone"
                raise InputError(
                    grid.source, key, f"{shown(switch)} {problem}", allowed=allowed, meant=nearest(switch, SWITCHES)
                )
    elif key == "theory":
        one_of(grid.source, key, value, grid.theories, "a theory of this grid")
    elif key == "horizon":
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST:
            allowed = f"a whole number of weeks, 1 to {LONGEST}"
            raise InputError(grid.source, key, f"{shown(value)} is no horizon", allowed=allowed)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(grid.source, key, f"{shown(value)} is not a number", allowed="a number")
    if key.startswith(LEVERS):
        _check_lever(grid, key, float(str(value)))


def _check_lever(grid: Grid, key: str, value: float) -> None:
    """A lever that every scenario of the grid has, within the range that each gives it."""
    names = next((axis.values for axis in grid.axes if axis.key == "scenario"), None)
    scenarios = [grid.named(str(name)) for name in names] if names else [grid.base] if grid.base else []
    for scenario in scenarios:
        levers = scenario.levers
        name = key.removeprefix(LEVERS)
        if name not in levers:
            problem = f"{scenario.scenario} has no such lever"
            allowed = [LEVERS + lever for lever in levers] or "none: it has no levers"
            raise InputError(
                grid.source, key, problem, allowed=allowed, meant=nearest(key, [LEVERS + n for n in levers])
            )
        lever = levers[name]
        if not lever.low <= value <= lever.high:
            allowed = f"{lever.low:g} to {lever.high:g} {lever.unit}"
            raise InputError(grid.source, key, f"{value:g} is out of range", allowed=allowed)


def grid_of(
    case: Case,
    evidence: Evidence,
    axes: Sequence[Axis],
    base: Scenario | None = None,
    source: str = "configuration",
    theory: Theory | None = None,
) -> Grid:
    """A grid; without a base and without an axis of scenarios it is over all scenarios of the case."""
    axes, theories = _by_name(axes, source)
    named = any(axis.key == "scenario" for axis in axes)
    if base is None and not named:
        axes = [Axis("scenario", scenario_names(case)), *axes]
    return Grid(case, evidence, tuple(axes), None if named else base, source, {}, theory, theories)


def _by_name(axes: Sequence[Axis], source: str) -> tuple[list[Axis], dict[str, Theory]]:
    """Axes with theories by their names, also those of files, and these theories."""
    found: dict[str, Theory] = {}
    named: list[Axis] = []
    for axis in axes:
        theories = [load_theory(str(value)) for value in axis.values] if axis.key == "theory" else []
        for theory in theories:
            if found.setdefault(theory.theory, theory) != theory:
                problem = f"two theories are called {theory.theory}"
                raise InputError(source, axis.key, problem, allowed="each name once")
        named.append(Axis(axis.key, tuple(theory.theory for theory in theories) or axis.values))
    return named, found
