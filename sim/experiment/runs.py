"""The runs of a sweep as a researcher sees them: tables, shares with intervals, weekly bands, single runs explained."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.agents.words import label
from sim.analysis.influence import FEWEST, PASS, Influence, influences
from sim.analysis.shares import Estimate, draw_means, estimate
from sim.analysis.weights import Weights, uneven, worth
from sim.case.columns import COMPARED, CONDITION, Column, columns_by_name
from sim.case.scenario import Scenario
from sim.engine.computing import Made, compute, made
from sim.engine.sweep import Sweep
from sim.inputs.errors import InputError, one_of
from sim.inputs.frozen import Frozen, read_only
from sim.inputs.numbers import counted, whole_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sim.agents.replay import Run


LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


class Runs:
    """The runs of a sweep, held in memory.

    Attributes:
        sweep: what was computed.
        weights: how much each draw counts in every mean, share, median and difference, (draws,); None: all alike.
    """

    weights: Weights = None

    def __init__(self, sweep: Sweep, made: Made | None = None) -> None:
        self.sweep = sweep
        self._made = made

    @property
    def _held(self) -> Made:
        assert self._made is not None  # a subclass that holds nothing overrides every method below
        return self._made

    # --- where the numbers come from: a view of a stored sweep overrides these ---

    def read(self, column: Column) -> NDArray[Any]:
        """One outcome column of all runs, in order, as stored."""
        found: NDArray[Any] = self._held.rows[column.field][(slice(None), *column.place)]
        return read_only(found)

    def errors(self) -> dict[int, str]:
        """What went wrong, by the number of the run; empty where nothing did."""
        return dict(self._held.errors)

    def draws_table(self) -> NDArray[np.float32]:
        """The draws, (draws, uncertainties)."""
        return read_only(self._held.draws)

    def path_values(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Numbers of the runs with a path, and their weeks: (paths, weeks + 1, weekly columns)."""
        return read_only(self._held.path_runs), read_only(self._held.paths)

    def band_counts(self) -> NDArray[np.int32]:
        """How many runs fell into each bin: (weeks + 1, weekly columns, BINS)."""
        return read_only(self._held.bands)

    # --- what researchers ask ---

    def weighted(self, weights: Weights) -> Self:
        """The same runs with weights over their draws: (draws,), at least 0, not all 0; None: all count alike."""
        if weights is not None and (weights.shape != (self.sweep.draws,) or not weights.sum() > 0.0):
            raise ValueError(f"weights of shape {weights.shape} for {self.sweep.draws} draws")
        found = copy.copy(self)
        found.weights = None if (given := uneven(weights)) is None else read_only(given)
        return found

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """The outcome columns by name: unit, range and meaning of each."""
        return columns_by_name(self.sweep.case)

    def __len__(self) -> int:
        return self.sweep.total

    def __repr__(self) -> str:
        sweep, failed = self.sweep, len(self.errors())
        size = f"{counted(sweep.draws, 'draw')} x {counted(sweep.runs, 'run')}"
        told = f", {failed:,} failed" if failed else ""
        told += "" if self.weights is None else f", weighted: worth {counted(worth(self.weights), 'draw')}"
        return f"<{counted(sweep.total, 'run')} of {sweep.scenario.scenario}: {size}{told}>"

    @property
    def uncertainties(self) -> tuple[str, ...]:
        """The names of what the draws vary."""
        return self.sweep.uncertainty.priors.names

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What the draws vary in a few words each, by name: `trust.US.PAK` is the trust of the one in the other."""
        return Frozen({name: label(self.sweep.case, name) for name in self.uncertainties})

    @cached_property
    def failed(self) -> NDArray[np.bool_]:
        """Which runs failed, (draws, runs): they have no outcome, and count nowhere."""
        found = np.zeros(self.sweep.total, np.bool_)
        found[list(self.errors())] = True
        return found.reshape(self.sweep.draws, self.sweep.runs)

    def column(self, name: str) -> np.ma.MaskedArray[Any, Any] | NDArray[np.float64]:
        """An outcome as (draws, runs): a column in its own type, and what is no column as `values` has it.

        Args:
            name: as in `values`. A column is masked where it never happened or the run failed.

        Raises:
            InputError: no such outcome.
        """
        return self.masked(name) if name in self.columns else self.values(name)

    def masked(self, name: str) -> np.ma.MaskedArray[Any, Any]:
        """A column in its own type, (draws, runs), masked where it never happened or the run failed."""
        found = self._stored(name)
        never = found < 0 if self.columns[name].is_week else np.False_
        return np.ma.masked_array(found, mask=self.failed | never)

    def _stored(self, name: str) -> NDArray[Any]:
        return self.read(self.columns[name]).reshape(self.sweep.draws, self.sweep.runs)

    def values(self, what: str) -> NDArray[np.float64]:
        """An outcome as numbers (draws, runs), NaN where undefined or failed.

        Args:
            what: a column (`trust.US.PAK`), a settlement class (`takeover`), a table's name for "ever agreed"
                (`doha`), or a condition (`war.afghan_war.control >= 0.6`). A week that never came is no number.
        """
        return np.where(self.failed, np.nan, self._values(what))

    def weeks(self, what: str) -> NDArray[np.float64]:
        """The week of an event, (draws, runs): infinite where it never comes, NaN where the run failed.

        Raises:
            InputError: the outcome is no week.
        """
        if not self.is_week(what):
            allowed = [name for name, column in self.columns.items() if column.is_week]
            one_of("runs", what, what, allowed, "a week of an event")
        found = self._values(what)
        return np.where(self.failed, np.nan, np.where(np.isnan(found), np.inf, found))

    def _values(self, what: str) -> NDArray[np.float64]:
        condition = CONDITION.fullmatch(what)
        if condition:
            left, relation, right = condition.groups()
            values = self._values(left)
            try:
                held: NDArray[np.float64] = COMPARED[relation](values, float(right)).astype(np.float64)
            except ValueError:
                raise InputError("runs", what, f"{right!r} is not a number") from None
            held[np.isnan(values)] = 0.0 if self.is_week(left) else np.nan  # what never happened holds no bound
            return held
        classes = self.sweep.case.classes
        if what in classes:
            return np.asarray(self._stored("settlement") == classes.index(what), np.float64)
        if what in self.sweep.case.tables:
            return self._stored(f"table.{what}.agreed").astype(np.float64)
        if what not in self.columns:
            known = [*classes, *self.sweep.case.tables, *self.columns]
            allowed = "a settlement class, a table, a name in runs.columns, or NAME >= NUMBER"
            one_of("runs", what, what, known, "an outcome", allowed)
        values = self._stored(what).astype(np.float64)
        if self.is_week(what):
            values[values < 0.0] = np.nan
        return values

    def is_week(self, what: str) -> bool:
        """Whether an outcome is the week of an event."""
        return what in self.columns and self.columns[what].is_week

    def is_yes_no(self, what: str) -> bool:
        """Whether an outcome is a yes or no: a class, a table, a condition, or a column that says so."""
        if what in self.columns:
            return self.columns[what].is_yes_no
        return True  # `values` refuses what is none of these

    def bounds(self, what: str) -> tuple[float, float]:
        """The least and the most that an outcome can be."""
        if what not in self.columns:
            return 0.0, 1.0
        column = self.columns[what]
        return (0.0, float(self.sweep.scenario.horizon)) if column.is_week else (column.low, column.high)

    def share(self, what: str) -> Estimate:
        """The share of runs in which something holds, its interval, and how much of the spread is chance.

        Raises:
            InputError: the outcome is a number, not a yes or no.
        """
        values = self.values(what)
        if not self.is_yes_no(what):
            raise InputError("runs", what, "is a number, not a yes or no", allowed=f"'{what} >= NUMBER', or runs.mean")
        return self._estimate(what, values)

    def mean(self, what: str) -> Estimate:
        """The mean of an outcome over the runs that have it, its interval, and how much of the spread is chance.

        Raises:
            InputError: no run has a value, or the outcome is a code, such as `settlement`, of which there is no mean.
        """
        self.refuse_code(what)
        return self._estimate(what, self.values(what))

    def refuse_code(self, what: str) -> None:
        """Refuse to reckon with numbers that stand for names; `InputError` says what to ask instead."""
        if what in self.columns and self.columns[what].is_code:
            classes = ", ".join(self.sweep.case.classes)
            known = f"runs.share of {classes}" if what == "settlement" else f"runs.share('{what} == CODE')"
            raise InputError("runs", what, "is a code, which has no mean", allowed=known)

    def _estimate(self, what: str, values: NDArray[np.float64]) -> Estimate:
        try:
            found = estimate(values, yes_no=self.is_yes_no(what), weights=self.weights)
            return found.within(*self.bounds(what))
        except ValueError as error:
            raise InputError("runs", what, str(error)) from None

    def influence(self, what: str) -> pd.DataFrame:
        """Which uncertainties matter for an outcome: the rank correlation of each with the outcome, strongest first.

        A correlation is not an effect: drawn numbers of one pass hang together. `Scenario.change(fixed=...)` holds one
        at a value, and a sweep of it says what it does.

        Args:
            what: as in `values`.

        Returns:
            One row an uncertainty that varies, none where the outcome is the same in every draw. By the name of the
            uncertainty: its `label`; the `correlation` over the draws of a coding pass, -1 to 1, from `low` to `high`
            (95 %); the number of `draws` that have both; by `luck`, the correlation that the strongest of so many
            uncertainties, none of which mattered, would exceed in one table of twenty; and the `meaning` of the
            uncertainty. `pass`, which coding pass was drawn, has a correlation ratio, 0 to 1, without an interval.

        Raises:
            InputError: no such outcome, or fewer than 20 draws have a value of it.
        """
        import pandas as pd

        self.refuse_code(what)
        values = self.values(what)
        defined = int((~np.isnan(values)).any(axis=1).sum())
        if defined < FEWEST:
            problem = f"has a value in only {counted(defined, 'draw')}"
            raise InputError("runs", what, problem, allowed=f"{FEWEST} or more")
        found = influences_on(self, values)
        priors = self.sweep.uncertainty.priors
        rows = [(self.labels[one.name], one.value, one.low, one.high, one.draws, one.luck) for one in found]
        names = pd.Index([one.name for one in found], name="uncertainty", dtype="object")
        table = pd.DataFrame(rows, names, ["label", "correlation", "low", "high", "draws", "luck"])
        return table.assign(meaning=[priors[one.name].meaning for one in found])

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One row a run: draw, run, every outcome column, and the error of a run that failed.

        What never happened, and every outcome of a run that failed, is NA: whole numbers have pandas' nullable types.
        """
        import pandas as pd

        numbers = np.arange(self.sweep.total)
        data: dict[str, Any] = {"draw": numbers // self.sweep.runs, "run": numbers % self.sweep.runs}
        data |= {name: _with_gaps(self.masked(name).ravel()) for name in self.columns}
        codes = np.where(self.failed.ravel(), -1, self._stored("settlement").ravel())
        data["settlement"] = pd.Categorical.from_codes(codes, pd.Index(self.sweep.case.classes))
        table = pd.DataFrame(data, index=pd.Index(numbers, name="number"))
        errors = self.errors()
        table["error"] = pd.Series(errors, index=table.index, dtype="str") if errors else pd.Series("", table.index)
        table["error"] = table["error"].fillna("")
        return table

    @cached_property
    def draws(self) -> pd.DataFrame:
        """One row a draw: every uncertainty. Joins `outcomes` by `draw`."""
        import pandas as pd

        index = pd.RangeIndex(self.sweep.draws, name="draw")
        return pd.DataFrame(self.draws_table(), columns=list(self.uncertainties), index=index, copy=True)

    @cached_property
    def paths(self) -> pd.DataFrame:
        """One row a week of the runs that left a path: every weekly column, by run number and week (0: the start)."""
        import pandas as pd

        numbers, values = self.path_values()
        weeks = self.sweep.scenario.horizon + 1
        index = pd.MultiIndex.from_product([numbers, range(weeks)], names=["number", "week"])
        names = [column.name for column in self.sweep.weekly]
        return pd.DataFrame(values.reshape(-1, len(names)), columns=names, index=index, copy=True)

    def bands(self, name: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Quantiles of a weekly column over the runs, week by week, to 1/128 of the column's range.

        Raises:
            InputError: no such column, or the draws have weights: the bands count runs without their draws.
        """
        import pandas as pd

        if self.weights is not None:
            allowed = "runs without weights: runs.weighted(None)"
            raise InputError("runs", name, "weekly bands are counted without weights of draws", allowed=allowed)
        names = [column.name for column in self.sweep.weekly]
        one_of("runs", name, name, names, "a weekly column", "a column of runs.paths")
        place = names.index(name)
        found = band_quantiles(self.band_counts()[:, place], levels, self.sweep.weekly[place].high)
        return pd.DataFrame(found, columns=list(levels), index=pd.RangeIndex(len(found), name="week"))

    def plot(self, outcomes: str | Sequence[str] | None = None, *, axes: Axes | None = None) -> Axes:
        """Draw outcomes with their 95 % intervals; see `sim.plot`."""
        from sim.pages.plots import plot  # the one way up: who holds runs looks for their figure here

        return plot(self, outcomes, axes=axes)

    def plot_weekly(self, column: str, *, against: Runs | None = None, axes: Axes | None = None) -> Axes:
        """Draw a weekly column over the weeks; see `sim.plot_weekly`."""
        from sim.pages.plots import plot_weekly  # the one way up: who holds runs looks for their figure here

        return plot_weekly(self, column, against=against, axes=axes)

    def _repr_html_(self) -> str:
        """The settlement classes with their intervals, for a notebook."""
        import pandas as pd

        told = {name: self.share(name) for name in self.sweep.case.classes}
        table = pd.DataFrame(
            [(one.value, one.low, one.high) for one in told.values()], [*told], ["share", "low", "high"]
        )
        return f"<p>{escape(repr(self))}</p>{table.to_html(float_format='{:.3f}'.format)}"

    def row(self, number: int) -> dict[str, Any]:
        """The outcome row of one run, as stored, by column."""
        return {name: self.read(column)[number].item() for name, column in self.columns.items()}

    def explain(self, number: int) -> Run:
        """Play run `number` again, agent by agent, with its reasons (`sim.agents.replay`).

        Errors: ``InputError`` for a number out of range, a run that failed, and a replay that differs from the stored
        row, of which nothing true could be told.
        """
        from sim.agents.replay import replay

        number = whole_number("explain", "run", number, 0, len(self) - 1)
        failed = self.errors().get(number)
        if failed is not None:
            raise InputError("explain", f"run {number}", f"has failed: {failed}", allowed="a run without an error")
        sweep = self.sweep
        world = sweep.world
        return replay(world, number, seed=sweep.seed, runs=sweep.runs, expected=self.row(number))


def influences_on(runs: Runs, values: NDArray[np.float64]) -> tuple[Influence, ...]:
    """How every uncertainty of a sweep goes together with values of its runs, strongest first.

    Args:
        runs: of the sweep.
        values: (draws, runs), NaN where undefined; a draw counts with its mean.

    Returns:
        As `sim.analysis.influence.influences`, within the coding passes.
    """
    names, drawn = runs.uncertainties, runs.draws_table()
    numbers = [n for n, name in enumerate(names) if name != PASS]
    passes = drawn[:, names.index(PASS)] if PASS in names else None
    return influences([names[n] for n in numbers], drawn[:, numbers], draw_means(values)[0], passes, runs.weights)


def _with_gaps(values: np.ma.MaskedArray[Any, Any]) -> Any:
    """A masked column for pandas: whole numbers with NA, others with NaN, which is what pandas takes for NA there."""
    import pandas as pd

    if np.issubdtype(values.dtype, np.integer):
        return pd.arrays.IntegerArray(np.ascontiguousarray(values.data), np.ma.getmaskarray(values))
    return values.filled(np.nan)


def band_quantiles(counts: NDArray[np.int32], levels: Sequence[float], high: float) -> NDArray[np.float64]:
    """Quantiles of binned values (weeks, BINS) on [0, high], straight within a bin; (weeks, levels).

    >>> band_quantiles(np.array([[0, 2, 2, 0]]), (0.5,), 4.0)
    array([[2.]])
    """
    upto = np.cumsum(counts, axis=1)
    weeks = np.flatnonzero(upto[:, -1])
    found = np.full((len(counts), len(levels)), np.nan)
    for number, level in enumerate(levels):
        target = level * upto[weeks, -1]
        place = (upto[weeks] < target[:, None]).sum(axis=1)  # the first bin that reaches it
        inside = counts[weeks, place]
        before = upto[weeks, place] - inside
        found[weeks, number] = (place + (target - before) / inside) * high / counts.shape[1]
    return found


def played(sweep: Sweep) -> Runs:
    """The runs of a sweep in memory, without a bar of their own."""
    return Runs(sweep, made(list(compute(sweep, range(sweep.shards), progress=False))))


def runs_of(scenario: Scenario, draws: int, runs: int, seed: int, passes: tuple[str, ...], implied: bool) -> Runs:
    """The runs of a scenario with outcomes alone: no weekly bands, no paths."""
    return played(Sweep(scenario, draws, runs, seed, passes, implied, paths=0, band_runs=0))
