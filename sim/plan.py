"""The plan of a sweep: a grid of scenarios, levers, epochs and fixed uncertainties, composed once, expanded inside.

A plan's cells are the points of the grid, the last axis fastest. To each cell belongs a baseline: `status_quo` at the
same epoch, over the same horizon, with the same fixed values and switches, and so with the same draws and luck. Cells
are made when they are asked for, so that a plan of a hundred thousand takes no memory to speak of.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.case import Case, load_case
from sim.ensemble import Sweep
from sim.evidence import Evidence, load_evidence
from sim.happening import LONGEST
from sim.inputs import InputError, nearest, shown
from sim.priors import Priors, priors
from sim.results import BASELINE
from sim.scenario import Scenario, load_scenario, scenario_names, scenario_of
from sim.uncertainty import SWITCHES, Uncertainty, fixable

if TYPE_CHECKING:
    from sim.settings import Settings

SOURCE = "configuration"  # what a mistake in the settings is told of
LEVERS = "levers."
FIXED = "fixed."
FRAME = ("epoch", "horizon", "off")
REMEMBERED = 4096  # scenarios that stay at hand while a plan is expanded
WEEKLY_CELLS = 100  # a plan of more cells keeps no paths and no weekly bands, which would outweigh its runs
Value = str | float | tuple[str, ...]


class Axis(NamedTuple):
    """One direction of the grid, and its values.

    The key is `scenario`, `levers.NAME`, `epoch`, `horizon`, `off` or `fixed.COLUMN`.
    """

    key: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class PlannedSweep(Sweep):
    """A sweep that shares its evidence and priors with the other cells of a plan."""

    known: Uncertainty | None = field(default=None, compare=False, repr=False)

    @cached_property
    def uncertainty(self) -> Uncertainty:
        """The joint prior, with what the scenario fixes and switches off."""
        return super().uncertainty if self.known is None else self.known


@dataclass(frozen=True)
class Cell:
    """One point of the grid.

    Attributes:
        number: its place in the plan; baselines come after the cells that were asked for.
        scenario: the scenario with the cell's levers, epoch, horizon, fixed values and switches.
        swept: the cell's values of the axes with more than one, but for the scenario's name.
        baseline: the number of the cell that it is compared with; None for a baseline itself.
    """

    number: int
    scenario: Scenario
    swept: Mapping[str, str | float]
    baseline: int | None

    @property
    def label(self) -> str:
        """The scenario's name, and the swept values."""
        return " ".join([self.scenario.scenario, *(f"{key}={text(value)}" for key, value in self.swept.items())])


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
    """

    case: Case
    evidence: Evidence
    axes: tuple[Axis, ...]
    base: Scenario | None = None
    source: str = "configuration"

    def __post_init__(self) -> None:
        for axis in self.axes:
            _check_axis(self, axis)

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
        changes = (
            ("scenario", BASELINE),
            ("epoch", scenario.epoch),
            ("horizon", scenario.horizon),
            ("off", scenario.off),
        )
        return replace(self._framed(changes), fixed=scenario.fixed)

    @cached_property
    def priors(self) -> Mapping[str, Priors]:
        """The priors of every epoch."""
        return {epoch: priors(self.case, self.evidence, epoch) for epoch in self.case.epochs}

    @cached_property
    def _framed(self) -> Callable[[tuple[tuple[str, Value], ...]], Scenario]:
        """A scenario with its levers, epoch, horizon and switches; the last ones made stay at hand."""
        return lru_cache(REMEMBERED)(self._make)

    def _make(self, frame: tuple[tuple[str, Value], ...]) -> Scenario:
        changes: dict[str, Any] = dict(frame)
        name = changes.pop("scenario", None)
        base = self.base if name is None else self.named(name)
        assert base is not None  # a grid without a base has an axis that names scenarios: `grid_of`
        return base.change(**{key.removeprefix(LEVERS): value for key, value in changes.items()})

    @cached_property
    def named(self) -> Callable[[str], Scenario]:
        return lru_cache(None)(lambda name: load_scenario(self.case, name))

    def _fixed(self, scenario: Scenario, fixed: Mapping[str, float]) -> Scenario:
        known = self.priors[scenario.epoch]
        for name, value in fixed.items():
            if name not in known.index:
                problem = f"is not uncertain at {scenario.epoch}"
                raise InputError(self.source, FIXED + name, problem, meant=nearest(name, known.names))
            low, high = fixable(known[name])
            if not low <= value <= high:
                allowed = f"{low:g} to {high:g}"
                raise InputError(self.source, FIXED + name, f"{value:g} is out of range", allowed=allowed)
        return replace(scenario, fixed={**scenario.fixed, **fixed}) if fixed else scenario

    def uncertainty(self, scenario: Scenario) -> Uncertainty:
        """The joint prior of a scenario, on priors that all cells share."""
        epoch = self.case.epochs[scenario.epoch]
        return Uncertainty(self.case, epoch, self.priors[scenario.epoch], scenario.fixed, scenario.off)


def _check_axis(grid: Grid, axis: Axis) -> None:
    if not axis.values:
        raise InputError(grid.source, axis.key, "has no values")
    if len(set(axis.values)) < len(axis.values):
        twice = next(value for n, value in enumerate(axis.values) if value in axis.values[:n])
        raise InputError(grid.source, axis.key, f"{text(twice)} is given twice")
    for value in axis.values:
        _check_value(grid, axis.key, value)


def _check_value(grid: Grid, key: str, value: Value) -> None:
    if key == "scenario":
        known = list(scenario_names(grid.case))
        if value not in known and not str(value).endswith(".yaml"):
            problem, meant = f"{shown(value)} is not a scenario", nearest(str(value), known)
            raise InputError(grid.source, key, problem, allowed=known, meant=meant)
    elif key == "epoch":
        if value not in grid.case.epochs:
            known = list(grid.case.epochs)
            problem, meant = f"{shown(value)} is not an epoch", nearest(str(value), known)
            raise InputError(grid.source, key, problem, allowed=known, meant=meant)
    elif key == "off":
        for switch in value if isinstance(value, tuple) else (str(value),):
            if not isinstance(value, tuple) or switch not in SWITCHES:
                problem = "is not a list" if not isinstance(value, tuple) else "is not a switch"
                allowed = f"a list of {', '.join(SWITCHES)}"
                raise InputError(
                    grid.source, key, f"{shown(switch)} {problem}", allowed=allowed, meant=nearest(switch, SWITCHES)
                )
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


# --- the plan --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """A grid, and how much of it is simulated.

    Attributes:
        grid: the cells that were asked for.
        draws: draws of everything uncertain, in each cell.
        runs: runs of chance for each draw.
        seed: of all chance.
        paths: runs of each cell that leave every week; see `WEEKLY_CELLS`.
        band_runs: runs of each cell that make its weekly bands; see `WEEKLY_CELLS`.
        passes: the coding passes that count.
        implied: whether rows that are only implied count.
    """

    grid: Grid
    draws: int
    runs: int
    seed: int = 1
    paths: int = 0
    band_runs: int = 0
    passes: tuple[str, ...] = ()
    implied: bool = True

    @property
    def asked(self) -> int:
        """How many cells were asked for."""
        return len(self.grid)

    def __len__(self) -> int:
        return self.asked + len(self._pairs[1])

    @property
    def total(self) -> int:
        """How many runs in all, baselines and all."""
        return len(self) * self.draws * self.runs

    @cached_property
    def _pairs(self) -> tuple[array[int], tuple[int, ...], int]:
        """The baseline of every cell (-1: none), the cells whose baselines are further cells, and all cells' weeks.

        Every cell is made once on the way, so that an impossible one is told of before anything runs.
        """
        known: dict[tuple[Any, ...], int] = {}
        keys: list[tuple[Any, ...]] = []
        for number in range(self.asked):
            scenario = self.grid.scenario(number)
            keys.append((scenario.epoch, scenario.horizon, scenario.off, tuple(sorted(scenario.fixed.items()))))
            if scenario.scenario == BASELINE:
                known.setdefault(keys[-1], number)
        further: list[int] = []
        weeks = sum(key[1] for key in keys)
        for number, key in enumerate(keys):
            if key not in known and self.grid.baseline(self.grid.scenario(number)) is not None:
                known[key] = self.asked + len(further)
                further.append(number)
                weeks += key[1]
        return array("q", [known.get(key, -1) for key in keys]), tuple(further), weeks

    @property
    def weeks(self) -> int:
        """Simulated weeks in all."""
        return self._pairs[2] * self.draws * self.runs

    @cached_property
    def swept(self) -> tuple[Axis, ...]:
        """The axes with more than one value, but for the scenario's name."""
        return tuple(axis for axis in self.grid.axes if len(axis.values) > 1 and axis.key != "scenario")

    def cell(self, number: int) -> Cell:
        """A cell; those from `asked` on are baselines."""
        pairs, further, _ = self._pairs
        if number >= self.asked:
            scenario = self.grid.baseline(self.grid.scenario(further[number - self.asked]))
            assert scenario is not None  # it was there when the plan was made
            return Cell(number, scenario, {}, None)
        point = self.grid.point(number)
        swept = {axis.key: text(v) if isinstance(v := point[axis.key], tuple) else v for axis in self.swept}
        baseline = pairs[number] if pairs[number] not in (-1, number) else None
        return Cell(number, self.grid.scenario(number), swept, baseline)

    def __iter__(self) -> Iterator[Cell]:
        return (self.cell(number) for number in range(len(self)))

    @property
    def keeps_weeks(self) -> bool:
        """Whether cells keep paths and weekly bands."""
        return len(self) <= WEEKLY_CELLS

    def sweep(self, number: int) -> PlannedSweep:
        """What a cell computes."""
        scenario = self.cell(number).scenario
        paths, band_runs = (self.paths, self.band_runs) if self.keeps_weeks else (0, 0)
        return PlannedSweep(
            scenario, self.draws, self.runs, self.seed, self.passes, self.implied, paths, band_runs,
            known=self.grid.uncertainty(scenario),
        )  # fmt: skip


def grid_of(
    case: Case,
    evidence: Evidence,
    axes: Sequence[Axis],
    base: Scenario | None = None,
    source: str = "configuration",
) -> Grid:
    """A grid; without a base and without an axis of scenarios it is over all scenarios of the case."""
    named = any(axis.key == "scenario" for axis in axes)
    if base is None and not named:
        axes = [Axis("scenario", scenario_names(case)), *axes]
    return Grid(case, evidence, tuple(axes), None if named else base, source)


# --- from the settings -----------------------------------------------------------------------------------------------


def scenario_of_settings(settings: Settings, case: Case) -> Scenario:
    """The one scenario that the settings name, else `status_quo`, with all that they set of it."""
    evidence = load_evidence(case.folder / "evidence", settings.evidence.passes, settings.evidence.implied, case=case)
    plain = settings.model_copy(update={"sweep": {}})
    axes = set_axes(plain)
    base = base_of(settings, case) or load_scenario(case, BASELINE)
    return Grid(case, evidence, axes, base, SOURCE).scenario(0)


def base_of(settings: Settings, case: Case) -> Scenario | None:
    """The scenario that was composed, or None where the settings name none."""
    if settings.scenario is None:
        return None
    name = str(settings.scenario.get("scenario"))
    own = case.folder / "scenario" / f"{name}.yaml"
    return scenario_of(case, settings.scenario, file=str(own) if own.is_file() else SOURCE)


def set_axes(settings: Settings) -> tuple[Axis, ...]:
    """What the settings set, as axes of one value, then what they sweep."""
    found: list[tuple[str, Sequence[Any]]] = []
    found += [(LEVERS + name, [value]) for name, value in settings.levers.items()]
    found += [(key, [value]) for key in FRAME if (value := getattr(settings, key)) is not None]
    found += [(FIXED + name, [value]) for name, value in settings.fixed.items()]
    swept = [(key, _own(values) if key == "scenario" else values) for key, values in settings.sweep.items()]
    kept = [(key, values) for key, values in found if key not in settings.sweep]
    return tuple(
        Axis(key, tuple(tuple(v) if isinstance(v, list) else v for v in values)) for key, values in kept + swept
    )


def _own(files: Sequence[str]) -> list[str]:
    """Scenarios by name instead of by file, where they come with a case."""
    return [Path(f).stem if (Path(f).parent.parent / "case.yaml").is_file() else f for f in files]


def plan_of(settings: Settings) -> Plan:
    """The plan that the settings ask for; `InputError` for what is impossible."""
    case = load_case(settings.case)
    counted = settings.evidence
    evidence = load_evidence(case.folder / "evidence", counted.passes, counted.implied, case=case)
    grid = grid_of(case, evidence, set_axes(settings), base_of(settings, case), SOURCE)
    size = settings.size
    return Plan(grid, size.draws, size.runs, settings.seed, size.paths, size.band_runs, counted.passes, counted.implied)
