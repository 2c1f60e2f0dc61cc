"""Why two sweeps differ: where each pair of runs that ends otherwise under the same luck has parted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.parting import Parting, check_same_time, parting
from sim.analysis.shares import Interval, estimate
from sim.engine.computing import progress_bar
from sim.inputs.numbers import whole_number

if TYPE_CHECKING:
    from sim.experiment.runs import Runs


MOST_PAIRS = 1_000_000_000


class Turned(NamedTuple):
    """A pair of runs that ends otherwise, and where it has parted.

    Attributes:
        number: of the run in both sweeps.
        ends: the settlement classes at the two horizons.
        parting: the first decision that both took otherwise; None where they share every decision that both took, so
            that what the scenario itself brought about made the end.
    """

    number: int
    ends: tuple[str, str]
    parting: Parting | None


class Turning(NamedTuple):
    """Where the pairs of two sweeps part.

    Attributes:
        pairs: of runs, neither of which failed.
        otherwise: how many of them end in another class.
        turned: those that were looked at, evenly spread over them.
    """

    pairs: int
    otherwise: int
    turned: tuple[Turned, ...]

    @property
    def kinds(self) -> Mapping[tuple[str, str, str], tuple[Turned, ...]]:
        """Those that have parted, by decision, place and who took it; the most frequent kind first."""
        found: dict[tuple[str, str, str], list[Turned]] = {}
        for one in self.turned:
            if one.parting is not None:
                entry = one.parting.first
                found.setdefault((entry.decision, entry.place, entry.who), []).append(one)
        return {key: tuple(held) for key, held in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))}


def ends_otherwise(first: Runs, second: Runs) -> NDArray[np.int64]:
    """The numbers of the runs that end in another settlement class, in order."""
    one, other = (runs.masked("settlement").ravel() for runs in (first, second))
    return np.flatnonzero((one != other).filled(False))


def share_otherwise(first: Runs, second: Runs) -> Interval:
    """The share of the pairs that end otherwise, with its interval over draws."""
    ends = np.zeros(len(first))
    ends[ends_otherwise(first, second)] = 1.0
    values = np.where(first.failed | second.failed, np.nan, ends.reshape(first.failed.shape))
    found = estimate(values, yes_no=True, weights=second.weights)
    return Interval(found.value, found.low, found.high)


def turning(first: Runs, second: Runs, most: int | None = None, progress: bool | None = None) -> Turning:
    """Where the pairs of runs that end otherwise part; see `Comparison.turning_points`."""
    most = whole_number("turning_points", "most", MOST_PAIRS if most is None else most, 1, MOST_PAIRS)
    check_same_time(first.sweep.world, second.sweep.world)
    numbers = ends_otherwise(first, second)
    pairs = int((~(first.failed | second.failed)).sum())
    looked_at = _spread(numbers, most)
    with progress_bar(len(looked_at), progress, "where they part", "pairs") as told:
        turned = []
        for one in _turned(first, second, looked_at):
            turned.append(one)
            told(1)
    return Turning(pairs, len(numbers), tuple(turned))


def _spread(numbers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of the numbers, evenly spread."""
    count = min(most, len(numbers))
    return numbers[np.arange(count) * len(numbers) // max(count, 1)]


def _turned(first: Runs, second: Runs, numbers: Sequence[int] | NDArray[np.int64]) -> Iterator[Turned]:
    sweep, other = first.sweep, second.sweep
    names = sweep.case.classes
    classes = [runs.masked("settlement").ravel() for runs in (first, second)]
    for number in map(int, numbers):
        ends = names[int(classes[0][number])], names[int(classes[1][number])]
        yield Turned(number, ends, parting(sweep.world, other.world, number, seed=sweep.seed, runs=sweep.runs))


def typical(turned: Sequence[Turned]) -> Turned:
    """The one whose week of parting is nearest to the median week, the first of several.

    Args:
        turned: one or more that have parted.
    """
    weeks = [one.parting.first.week for one in turned if one.parting is not None]
    middle = float(np.median(weeks))
    return min(turned, key=lambda one: (abs(_week(one) - middle), one.number))


def _week(one: Turned) -> int:
    assert one.parting is not None
    return one.parting.first.week
