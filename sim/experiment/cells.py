"""Cells of a grid as a researcher holds them: several scenarios with the same draws and luck, told and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, Any, overload

from sim.experiment.comparison import Comparison, compare
from sim.experiment.grid import FIXED, LEVERS, Value, text
from sim.experiment.results import Result
from sim.inputs.errors import InputError, one_of
from sim.inputs.frozen import Frozen
from sim.inputs.numbers import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sim.analysis.paired import Difference
    from sim.analysis.shares import Estimate
    from sim.case.scenario import Scenario
    from sim.experiment.runs import Runs

NUMBERS = (
    "value", "low", "high", "runs", "difference", "difference_low", "difference_high", "first", "second", "pairs",
)  # fmt: skip
Place = int | str | Mapping[str, Any]  # a cell by its number, its label or its values


class Cells(Sequence[Result]):
    """The cells of a grid with their runs, in order: what `sim.grid` gives, and what `jirga -m` makes.

    Printed: `<4 cells over summit_week, weeks_to_go: 500 draws x 20 runs each>`.

    Args:
        results: the cells; they may be read from a disk when they are looked at.
    """

    def __init__(self, results: Sequence[Result]) -> None:
        self._results = results

    def __len__(self) -> int:
        return len(self._results)

    @overload
    def __getitem__(self, place: int | str) -> Result: ...
    @overload
    def __getitem__(self, place: slice) -> Cells: ...
    def __getitem__(self, place: int | str | slice) -> Result | Cells:
        """A cell by its number or its label; some of them by a slice.

        Raises:
            IndexError: there is no cell of that number.
            InputError: there is none of that label.
        """
        if isinstance(place, slice):
            return Cells(self._results[place])
        return self._results[place] if not isinstance(place, str) else self.at(place)

    def plot(
        self, outcomes: str | Sequence[str] | None = None, *, against: Place | None = None, axes: Axes | None = None
    ) -> Axes:
        """Draw outcomes over one swept key as lines, over two as a heat map; see `sim.plot`."""
        from sim.pages.plots import plot  # the one way up: who holds runs looks for their figure here

        return plot(self, outcomes, against=against, axes=axes)

    def __iter__(self) -> Iterator[Result]:
        return (self._results[number] for number in range(len(self)))

    def __repr__(self) -> str:
        if not len(self):
            return "<no cells>"
        sweep = self._results[0].runs.sweep
        size = f"{counted(sweep.draws, 'draw')} x {counted(sweep.runs, 'run')} each"
        over = ", ".join(self.swept) or "nothing"
        return f"<{counted(len(self), 'cell')} over {over}: {size}>"

    def _repr_html_(self) -> str:
        return str(self.table().to_html())

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The label of each cell: its scenario's name, and the values that tell it from others."""
        return tuple(cell.label for cell in self)

    @cached_property
    def swept(self) -> Mapping[str, tuple[str | float, ...]]:
        """What differs between the cells, and its values in order: a lever or an uncertainty by its name, or a key."""
        found: dict[str, dict[str | float, None]] = {}
        for cell in self:
            for key, value in values_of(cell).items():
                found.setdefault(key, {})[value] = None
        return Frozen({key: tuple(values) for key, values in found.items() if len(values) > 1})

    def at(self, where: Place | None = None, /, **values: Any) -> Result:
        """The one cell of a number, of a label or of these values: `cells.at(summit_week=4, weeks_to_go=21)`.

        Args:
            where: a number, a label, or a mapping, for a name that is no word of Python's (`{"trust.US.PAK": 0.1}`).
            values: of what is swept, by name.

        Raises:
            InputError: no cell has them, or several do.
        """
        return self._results[self._number(where, values)]

    def _number(self, where: Place | None, values: Mapping[str, Any]) -> int:
        if isinstance(where, str):
            return self.labels.index(one_of("cells", "", where, self.labels, "a cell"))
        if where is not None and not isinstance(where, Mapping):
            return range(len(self))[int(where)]
        wanted = {**(where or {}), **values}
        found = self._with(wanted)
        if len(found) != 1:
            raise self._refuse(len(found), wanted)
        return found[0]

    def where(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> Cells:
        """Those cells that have these values, by name as in `at`.

        Raises:
            InputError: no cell has them.
        """
        wanted = {**(values or {}), **more}
        found = self._with(wanted)
        if not found:
            raise self._refuse(0, wanted)
        return Cells([self._results[number] for number in found])

    def _with(self, wanted: Mapping[str, Any]) -> list[int]:
        """The numbers of the cells that have these values."""
        for name in wanted:
            one_of("cells", name, name, self.swept, "what differs between the cells")
        places = map(values_of, self)
        return [n for n, one in enumerate(places) if all(_same(one.get(key), value) for key, value in wanted.items())]

    def _refuse(self, count: int, wanted: Mapping[str, Any]) -> InputError:
        told = ", ".join(f"{key}={value}" for key, value in wanted.items()) or "nothing said"
        allowed = [f"{key}: {', '.join(map(text, values))}" for key, values in self.swept.items()]
        return InputError("cells", "", f"{counted(count, 'cell')} of {len(self)}: {told}", allowed=allowed)

    def compare(self, first: Place, second: Place) -> Comparison:
        """Two cells, paired; differences are second less first.

        Raises:
            InputError: there is no such cell.
        """
        return compare(self.at(first).runs, self.at(second).runs)

    def table(self, outcomes: Sequence[str] | None = None, *, against: Place | None = None) -> pd.DataFrame:
        """One row a cell and outcome: what was swept, the value with its interval, and the difference to one cell.

        Args:
            outcomes: as in `Runs.values`: settlement classes, tables, columns, conditions; None: the classes.
            against: the cell that the others are compared with. None: each is compared with `status_quo` at its own
                epoch, over its own horizon, where that was run.

        Returns:
            Columns: `cell` (its label); one for each of `swept`; `outcome`; `value` (a share is 0 to 1), `low` and
            `high` (95 %), over so many `runs` that have a value; `difference`, `difference_low` and `difference_high`,
            paired, in the outcome's unit, which is `second` less `first`: the levels that are compared, of the other
            cell and of this one. They need not be `value`: a week is counted to the horizon there, and where of the
            runs that have a value in either cell, the share `pairs` that has one in both is below nine tenths, they are
            of those that do, and no difference is told. NaN where no run has a value, and where there is nothing to
            compare with.

        Raises:
            InputError: no such outcome or cell.
        """
        import pandas as pd

        chosen = None if against is None else self._number(against, {})
        other = None if chosen is None else self._results[chosen].runs
        rows = []
        for number, cell in enumerate(self):
            paired = cell.paired if chosen is None else other if number != chosen else None
            places = values_of(cell)
            for what in cell.runs.sweep.case.classes if outcomes is None else outcomes:
                row: dict[str, Any] = {"cell": cell.label, **{key: places.get(key) for key in self.swept}}
                rows.append(row | {"outcome": what} | _told(level(cell.runs, what), gap(paired, cell.runs, what)))
        return pd.DataFrame(rows)


def _told(found: Estimate | None, other: Difference | None) -> dict[str, float]:
    """The numbers of a row of `Cells.table`."""
    own = (nan, nan, nan, 0) if found is None else (found.value, found.low, found.high, found.runs)
    gaps = (nan,) * 6 if other is None else (other.value, other.low, other.high, other.first, other.second, other.pairs)
    return dict(zip(NUMBERS, (*own, *gaps), strict=True))


def level(runs: Runs, what: str) -> Estimate | None:
    """The mean of an outcome over the runs that have a value; None where none has."""
    values = runs.values(what)
    return None if (values != values).all() else runs.mean(what)


def gap(first: Runs | None, second: Runs, what: str) -> Difference | None:
    """The paired difference of an outcome; None where there is none."""
    try:
        return None if first is None else compare(first, second).difference(what)
    except InputError:  # the outcome is one (`level` has asked): too few draws have a value in both
        return None


def values_of(cell: Result) -> dict[str, str | float]:
    """What a cell may differ in from others, by its short name: its scenario, frame, levers, and what is held."""
    swept = {short(key): value for key, value in cell.swept.items()}
    return {"scenario": cell.scenario.scenario, **swept}


def short(key: str) -> str:
    """A key of an axis as one writes it in Python.

    >>> short("levers.summit_week"), short("fixed.trust.US.PAK"), short("epoch")
    ('summit_week', 'trust.US.PAK', 'epoch')
    """
    return key.removeprefix(LEVERS).removeprefix(FIXED)


def _same(held: Value | None, wanted: Any) -> bool:
    return bool(held == (text(tuple(wanted)) if isinstance(wanted, list | tuple) else wanted))


# --- scenarios that are given one by one -----------------------------------------------------------------------------


def told_apart(scenarios: Sequence[Scenario]) -> tuple[Mapping[str, str | float], ...]:
    """What tells each of several scenarios from the others, beside its name: keys as those of an axis, with values.

    Raises:
        InputError: two of them are the same.
    """
    every = [_settings(scenario) for scenario in scenarios]
    keys = [key for key in dict.fromkeys(key for one in every for key in one)]
    varied = [key for key in keys if len({(s.scenario, one.get(key)) for s, one in zip(scenarios, every, strict=True)})
              > len({s.scenario for s in scenarios})]  # fmt: skip
    found = tuple(Frozen({key: one[key] for key in varied if key in one}) for one in every)
    seen: dict[tuple[Any, ...], int] = {}
    for number, (scenario, places) in enumerate(zip(scenarios, found, strict=True)):
        key = (scenario.scenario, *places.items())
        if key in seen:
            problem = f"number {number} is the same as number {seen[key]}"
            raise InputError("sweep", "scenarios", problem, allowed="scenarios that differ")
        seen[key] = number
    return found


def _settings(scenario: Scenario) -> dict[str, str | float]:
    levers: dict[str, str | float] = {LEVERS + name: lever.value for name, lever in scenario.levers.items()}
    fixed = {FIXED + name: value for name, value in scenario.fixed.items()}
    frame: dict[str, str | float] = {"epoch": scenario.epoch, "horizon": scenario.horizon, "off": text(scenario.off)}
    return {**levers, **frame, "theory": scenario.theory.theory, **fixed}
