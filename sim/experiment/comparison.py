"""Two sweeps of the same draws and the same luck, compared outcome by outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.paired import Difference, difference
from sim.analysis.shares import Values, ratio
from sim.case.answer import measurable
from sim.case.scenario import BASELINE
from sim.experiment.answers import answered
from sim.experiment.chain import chain
from sim.experiment.moved import Looked, looked_at
from sim.experiment.turning import Turned, turning
from sim.inputs.errors import InputError, one_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sim.experiment.runs import Runs


@dataclass(frozen=True)
class Comparison:
    """Two sweeps of the same draws and the same luck under two scenarios; differences are second less first."""

    first: Runs
    second: Runs

    def difference(self, what: str) -> Difference:
        """The paired difference of an outcome: a column, a settlement class, or a condition (`Runs.values`).

        It is that of the two means over the runs that have a value (`Runs.mean`), and of no value where of the pairs of
        runs that have one in either, fewer than nine tenths have one in both. The week of an event is counted to the
        horizon in runs in which it never comes (the difference of restricted means: Royston and Parmar 2013), so that
        every run counts.

        Raises:
            InputError: the outcome is a code, or fewer than two draws have a value in both.
        """
        try:
            return compared(self.first, self.second, (what,))
        except ValueError as error:
            raise InputError("compare", what, str(error), allowed="more draws, or another outcome") from None

    def table(self, outcomes: Sequence[str] | None = None, half_width: float = 0.01) -> pd.DataFrame:
        """One row an outcome: both levels, the difference, its interval, and the runs missing for `half_width`.

        Without outcomes, of the settlement classes. The levels are those that the difference is taken of. NA where
        there is no difference, or no run to add to.
        """
        import pandas as pd

        rows = []
        for what in self.first.sweep.case.classes if outcomes is None else outcomes:
            found = self.difference(what)
            rows.append(
                {
                    "outcome": what,
                    "first": found.first,
                    "second": found.second,
                    "difference": found.value,
                    "low": found.low,
                    "high": found.high,
                    "pairs": found.pairs,
                    "more_runs": found.more_runs(half_width, self.first.sweep.runs),
                }
            )
        table = pd.DataFrame(rows).set_index("outcome")
        return table.astype({"more_runs": "Int64"})

    def answers(self) -> pd.DataFrame:
        """The answer to the question of the second scenario, where the first is its baseline.

        Returns:
            One row an outcome that the scenario names in `answered_by`: its `label`, both means, the `difference` from
            `low` to `high` (95 %; NaN where it does not stand: `Difference.stands`), what is `expected`
            (empty: nothing), and the `verdict` in words.

        Raises:
            InputError: the first is not `status_quo` at the same epoch and over the same horizon.
        """
        import pandas as pd

        one, other = self.first.sweep.scenario, self.second.sweep.scenario
        if (one.scenario, one.epoch, one.horizon) != (BASELINE, other.epoch, other.horizon):
            problem = f"the first is {one.scenario} from {one.epoch} over {one.horizon} weeks"
            allowed = f"{BASELINE} from {other.epoch} over {other.horizon} weeks"
            raise InputError("compare", "answers", problem, allowed=allowed)
        rows = []
        for found in answered(self.first, self.second):
            other_weights = self.second.weights
            both = (runs.values(found.answer.outcome) for runs in (self.first, self.second))
            means = [ratio(values, other_weights).value for values in both]
            ends = (nan, nan, nan) if found.gap is None else (found.gap.value, found.gap.low, found.gap.high)
            said = (found.answer.expected or "", found.verdict)
            rows.append((found.answer.outcome, found.answer.label, *means, *ends, *said))
        names = ["outcome", "label", "first", "second", "difference", "low", "high", "expected", "verdict"]
        return pd.DataFrame(rows, columns=names).set_index("outcome")

    @cached_property
    def looked(self) -> Looked:
        """Every outcome column under both, those that move the most first (`moved` as a table)."""
        return looked_at(self.first, self.second)

    def moved(self) -> pd.DataFrame:
        """Every outcome column that can be told, the largest standardised difference first.

        Returns:
            By outcome: the `difference`, the same `standardised` by the runs' standard deviation, the chance that luck
            alone gives as much, `corrected` for the number of columns, and whether it `moves`: by 0.05 standard
            deviations or more, and at most one in twenty of those that do is luck (Benjamini & Hochberg 1995).
        """
        import pandas as pd

        rows = [(*one, one.is_discovery) for one in self.looked.columns]
        names = ["outcome", "difference", "standardised", "chance", "corrected", "moves"]
        return pd.DataFrame(rows, columns=names).set_index("outcome")

    def chain(self, outcome: str) -> pd.DataFrame:
        """The links from the second scenario's levers to one outcome, and which of them move.

        Returns:
            By link: the `outcome` that moves the most there, its difference `standardised`, and its `state`: it moves,
            does not, or cannot be told. `attrs["words"]` says where it dies.

        Raises:
            InputError: no such outcome, or one whose mean says nothing.
        """
        import pandas as pd

        scenario = self.second.sweep.scenario
        one_of("compare", "chain", outcome, measurable(scenario.case), "an outcome", "a name in runs.columns")
        found = chain(self.looked, scenario, outcome)
        told = [(link.stage, one.outcome, one.standardised, link.state) if (one := link.largest) else
                (link.stage, "", nan, link.state) for link in found.links]  # fmt: skip
        table = pd.DataFrame(told, columns=["link", "outcome", "standardised", "state"]).set_index("link")
        table.attrs["words"] = found.words
        return table

    def turning_points(self, most: int | None = None, progress: bool | None = None) -> pd.DataFrame:
        """Where the pairs of runs that end in another settlement class part: the first decision both took otherwise.

        Each pair is played week by week, side by side, until it parts (some hundredths of a second).

        Args:
            most: how many pairs are looked at, evenly spread over those that end otherwise; None: all.
            progress: whether to show how far it is; None: yes, without a terminal a line a minute.

        Returns:
            One row a pair, by the `number` of the run: how it ends under both (`first_end`, `second_end`); the `week`,
            the `place` (a table or a war), the `decision`, `who` took it and on which `clause`; what came of it
            (`first`, `second`); `how` it came out otherwise (`chance`: one random number lies between both chances;
            `leaders`: others led by then; `rule`: nothing was left to chance); both chances (`first_chance`,
            `second_chance`) and random numbers (`first_random`, `second_random`), NaN where there is none. NA where
            both runs took every decision alike that both took. `attrs` has the number of `pairs` and of those that end
            `otherwise`.

        Raises:
            InputError: the scenarios begin or end at other times.
        """
        import pandas as pd

        found = turning(self.first, self.second, most, progress)
        numbers = pd.Index([one.number for one in found.turned], name="number", dtype="int64")
        rows = [(*one.ends, *_parted(one)) for one in found.turned]
        table = pd.DataFrame(rows, numbers, list(TURNING_COLUMNS)).astype({"week": "Int64"})
        table.attrs |= {"pairs": found.pairs, "otherwise": found.otherwise}
        return table

    def __str__(self) -> str:
        return "\n".join(f"{what:>14}  {self._told(what)}" for what in self.first.sweep.case.classes)

    def plot(self, outcomes: str | Sequence[str] | None = None, *, axes: Axes | None = None) -> Axes:
        """Draw the paired differences of outcomes with their 95 % intervals; see `sim.plot`."""
        from sim.pages.plots import plot  # the one way up: who holds runs looks for their figure here

        return plot(self, outcomes, axes=axes)

    def __repr__(self) -> str:
        return f"<{self.second!r} compared with {self.first!r}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def _told(self, what: str) -> str:
        try:
            return str(self.difference(what))
        except InputError as error:
            return error.problem


TURNING_COLUMNS = (
    "first_end", "second_end", "week", "place", "decision", "who", "clause", "first", "second", "how",
    "first_chance", "second_chance", "first_random", "second_random",
)  # fmt: skip


def _parted(one: Turned) -> tuple[object, ...]:
    """The columns of `turning_points` that tell where a pair has parted."""
    if one.parting is None:
        return (None,) * 8 + (nan,) * 4
    first, second = one.parting
    where = (first.week, first.place, first.decision, first.who, first.clause, first.outcome, second.outcome)
    is_chance = one.parting.how != "rule"
    numbers = (
        (first.probability, second.probability, first.random_number, second.random_number) if is_chance else (nan,) * 4
    )
    return (*where, one.parting.how, *numbers)


def compared(first: Runs, second: Runs, outcomes: Sequence[str]) -> Difference:
    """The paired difference of an outcome, or of the sum of several exclusive ones (`Comparison.difference`).

    Raises:
        InputError: an outcome is a code.
        ValueError: fewer than two draws have a value in both.
    """
    one, other = (
        sum((counted(runs, what) for what in outcomes[1:]), counted(runs, outcomes[0])) for runs in (first, second)
    )
    return difference(one, other, yes_no=all(map(first.is_yes_no, outcomes)), weights=first.weights)


def counted(runs: Runs, what: str) -> Values:
    """What a difference is taken of, (draws, runs): the outcome; a week counted to the horizon where it never comes."""
    runs.refuse_code(what)
    if runs.is_week(what):
        return np.minimum(runs.weeks(what), float(runs.sweep.scenario.horizon))
    return runs.values(what)


def compare(first: Runs, second: Runs) -> Comparison:
    """Pair two sweeps.

    Args:
        first: runs of the one that is compared with.
        second: runs of the other, with the same seed, draws and runs: the same luck.

    Raises:
        InputError: they do not share seed, draws and runs, so that no run of one has its pair in the other; or not the
            weights of their draws.
    """
    for name in ("seed", "draws", "runs", "passes", "implied"):
        one, other = getattr(first.sweep, name), getattr(second.sweep, name)
        if one != other:
            raise InputError("compare", name, f"{one} and {other} differ", allowed="two sweeps with the same " + name)
    if not _same_weights(first, second):
        raise InputError(
            "compare", "weights", "the draws of the two count otherwise", allowed="the same weights for both"
        )
    return Comparison(first, second)


def _same_weights(first: Runs, second: Runs) -> bool:
    one, other = first.weights, second.weights
    return one is other or (one is not None and other is not None and np.array_equal(one, other))
