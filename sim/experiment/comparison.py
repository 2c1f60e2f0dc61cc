"""Two sweeps of the same draws and the same luck, compared outcome by outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from sim.analysis.paired import Difference, difference
from sim.inputs.errors import InputError
from sim.model.outcomes import SETTLEMENTS

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.runs import Runs


@dataclass(frozen=True)
class Comparison:
    """Two sweeps of the same draws and the same luck under two scenarios; differences are second less first."""

    first: Runs
    second: Runs

    def difference(self, what: str) -> Difference:
        """The paired difference of an outcome: a column, a settlement class, or a condition (`Runs.values`).

        Raises:
            InputError: no such outcome, or fewer than two draws in which both have a value of it.
        """
        try:
            return difference(self.first.values(what), self.second.values(what))
        except ValueError as error:
            raise InputError("compare", what, str(error)) from None

    def table(self, outcomes: Sequence[str] = SETTLEMENTS, half_width: float = 0.01) -> pd.DataFrame:
        """One row an outcome: both means, the difference, its interval, and the runs missing for `half_width`."""
        import pandas as pd

        rows = []
        for what in outcomes:
            found = self.difference(what)
            rows.append(
                {
                    "outcome": what,
                    "first": self.first.mean(what).value,
                    "second": self.second.mean(what).value,
                    "difference": found.value,
                    "low": found.low,
                    "high": found.high,
                    "rises": found.rises,
                    "falls": found.falls,
                    "more_runs": found.more_runs(half_width, self.first.sweep.runs),
                }
            )
        return pd.DataFrame(rows).set_index("outcome")

    def __str__(self) -> str:
        return "\n".join(f"{what:>14}  {self._told(what)}" for what in SETTLEMENTS)

    def __repr__(self) -> str:
        return f"<{self.second!r} compared with {self.first!r}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def _told(self, what: str) -> str:
        try:
            return str(self.difference(what))
        except InputError as error:
            return error.problem


def compare(first: Runs, second: Runs) -> Comparison:
    """Pair two sweeps.

    Raises:
        InputError: they do not share seed, draws and runs, so that no run of one has its pair in the other.
    """
    for name in ("seed", "draws", "runs", "passes", "implied"):
        one, other = getattr(first.sweep, name), getattr(second.sweep, name)
        if one != other:
            raise InputError("compare", name, f"{one} and {other} differ", allowed="two sweeps with the same " + name)
    return Comparison(first, second)
