"""Which uncertainties make an outcome, by design: what is drawn is set, row by row, and every row meets the same luck.

Correlations over a sweep (`sim.analysis.influence`) are free; this costs runs of its own, and gives parts of the
variance with their interactions. What is decomposed is the mean over chance; the share of chance is told apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.chance import chance_share
from sim.analysis.sensitivity import (
    REST,
    Index,
    Model,
    Open,
    Screened,
    Shift,
    decompose,
    open_ranks,
    screen,
    shifts,
    top_groups,
    unknown,
)
from sim.analysis.shares import Interval, Values, spread
from sim.case.scenario import Scenario
from sim.engine.computing import progress_bar
from sim.engine.sweep import Sweep
from sim.experiment.designed import defined, evaluated, free_inputs, grouped, scenario_outcomes
from sim.experiment.keeping import Keep, not_kept
from sim.experiment.runs import played
from sim.experiment.shown import Shown
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted

if TYPE_CHECKING:
    import pandas as pd

STRONGEST = 10  # inputs that get indices of their own
PART_RUNS = 500_000  # of one part, at most: what is lost where a job is stopped, a minute or less


class Sizes(NamedTuple):
    """How much is asked: trajectories of the screening, and rows of the base sample, a power of 2."""

    trajectories: int
    base: int


def sizes(draws: int) -> Sizes:
    """What a number of draws, as a size has it, stands for: the base sample is the next power of 2 to twice as many.

    >>> sizes(20), sizes(500)
    (Sizes(trajectories=4, base=64), Sizes(trajectories=20, base=1024))
    """
    return Sizes(max(4, draws // 25), 1 << max(6, (2 * draws - 1).bit_length()))


def draws_for(base: int) -> int:
    """The fewest draws of a size whose base sample has at least so many rows.

    >>> draws_for(64), draws_for(1025), sizes(draws_for(4000)).base >= 4000
    (32, 1024, True)
    """
    return 1 << max(5, (base - 1).bit_length() - 1)


@dataclass(frozen=True)
class Sensitive:
    """What makes one outcome.

    Attributes:
        outcome: as in `Runs.values`; a week that never comes is the horizon.
        chance: the part of the variance over all runs that is chance, with its interval; None where it cannot be told.
        left: what chance adds to the variance of a mean over the runs of a row, as a share of that variance.
        screened: every input, strongest first.
        groups: by what the inputs are, and by whose: parts of the variance of the mean over chance.
        strongest: the strongest inputs of the screening, each alone, and everything else as one.
        shifted: how far each of these moves the whole distribution, beside an input that does nothing.
        open: by grouping, neighbours whose order the sample leaves open.
    """

    outcome: str
    chance: Interval | None
    left: float
    screened: tuple[Screened, ...]
    groups: Mapping[str, tuple[Index, ...]]
    strongest: tuple[Index, ...]
    shifted: tuple[Shift, ...]
    open: Mapping[str, tuple[Open, ...]]


@dataclass(frozen=True, repr=False)
class Found(Shown):
    """What the job measured: each outcome of a scenario, and how much was asked."""

    scenario: Scenario
    outcomes: tuple[Sensitive, ...]
    inputs: int
    sizes: Sizes
    runs: int
    seed: int

    @property
    def _told(self) -> str:
        asked = ", ".join(one.outcome for one in self.outcomes)
        size = f"{counted(self.inputs, 'input')}, {counted(self.runs, 'run')} a row"
        return f"sensitivity of {asked} in {self.scenario.scenario}: {size}"

    def table(self) -> pd.DataFrame:
        """One row an outcome, a grouping and an input or group: first-order and total index with their intervals."""
        import pandas as pd

        rows = []
        for one in self.outcomes:
            for grouping, found in {**one.groups, "strongest": one.strongest}.items():
                rows += [(one.outcome, grouping, index.name, *index.first, *index.total) for index in found]
        head = ["outcome", "grouping", "name", "first", "first_low", "first_high", "total", "total_low", "total_high"]
        return pd.DataFrame(rows, columns=head)


def measured(
    scenario: Scenario,
    asked: tuple[str, ...],
    size: Sizes,
    runs: int,
    seed: int,
    *,
    passes: tuple[str, ...] = (),
    implied: bool = True,
    keep: Keep = not_kept,
    progress: bool | None = None,
) -> Found:
    """Which uncertainties make outcomes of a scenario.

    Args:
        scenario: what it fixes is no input.
        asked: outcomes; empty for those in which its question is answered.
        size: trajectories, at least 2, and base sample, a power of 2.
        runs: of chance for each row; all rows meet the same.
        seed: of designs and chance, 0 to 2**32 - 1.
        passes, implied: as in a sweep.
        keep: gives what was kept of a part of the work, or makes it.
        progress: whether to show a bar; None: yes, without a terminal a line a minute.

    Raises:
        InputError: SALib is not installed, there is no outcome, or one that some runs do not have.
    """
    require_salib()
    outcomes = asked or scenario_outcomes(scenario)
    if not outcomes:
        raise InputError("sensitivity", "outcome", "the scenario is asked nothing", allowed="outcome=NAME")
    usual = Sweep(scenario, size.base, runs, seed, passes, implied, paths=0, band_runs=0)
    names = free_inputs(usual)
    groupings = grouped(names, tuple(scenario.case.actors))
    of_groups = sum(len(set(groups)) + 2 for groups in groupings.values())
    rows = size.trajectories * (len(names) + 1) + size.base * (of_groups + 2 + len(outcomes) * (STRONGEST + 3))
    with progress_bar(rows * runs, progress, "sensitivity") as told:

        def part(label: str, rows: Values, make: Callable[[], Values]) -> Values:
            named = {"label": label, "rows": hashlib.sha256(rows.tobytes()).hexdigest(), "outcomes": list(outcomes)}
            return keep([usual], named, lambda: {"values": make()})["values"]

        def ask(label: str) -> Callable[[Values], Values]:
            return partial(
                _in_parts, max(1, PART_RUNS // runs),
                lambda given: part(label, given, partial(evaluated, usual, names, given, outcomes, told)),
            )  # fmt: skip

        plain = part("plain", np.empty((0, 0)), lambda: _plain(usual, outcomes, told))
        screened = screen(names, ask("screen"), size.trajectories, seed)
        groups = {
            key: decompose(names, given, ask(f"groups.{key}"), size.base, seed) for key, given in groupings.items()
        }
        strongest = [
            _strongest(names, screened[n], n, ask(f"strongest.{outcome}"), size.base, seed)
            for n, outcome in enumerate(outcomes)
        ]
        looked_at = [{index.name for index in found} for found in strongest]
        shifted = shifts(names, ask("shifts"), size.base, seed, looked_at)
    found = tuple(
        _sensitive(
            outcome, plain[:, :, n], screened[n], {key: given[n] for key, given in groups.items()}, strongest[n],
            shifted[n], size.base,
        )
        for n, outcome in enumerate(outcomes)
    )  # fmt: skip
    return Found(scenario, found, len(names), size, runs, seed)


def _in_parts(rows: int, model: Model, given: Values) -> Values:
    """What comes of a design, so many of its rows at a time: a row's value is its own."""
    return np.concatenate([model(given[at : at + rows]) for at in range(0, len(given), rows)])


def _strongest(
    names: tuple[str, ...], screened: Sequence[Screened], n: int, model: Model, base: int, seed: int
) -> tuple[Index, ...]:
    """The indices of outcome n for its strongest inputs, each alone, and for all others together."""
    groups = top_groups(screened, names, STRONGEST)
    if set(groups) == {REST}:  # nothing has moved it
        return (unknown(REST),)
    return decompose(names, groups, model, base, seed)[n]


def require_salib() -> None:
    """Refuse to begin what SALib is needed for."""
    try:
        import SALib  # noqa: F401 - whether it is there
    except ImportError:
        raise InputError("job=sensitivity", "", "needs SALib", allowed="pip install 'jirga[analysis]'") from None


def _plain(usual: Sweep, outcomes: tuple[str, ...], told: Callable[[int], object]) -> Values:
    """The joint prior itself, every draw with its own luck: (draws, runs, outcomes)."""
    runs = played(usual)
    told(usual.total)
    return np.stack([defined(runs, outcome) for outcome in outcomes], axis=2)


def _sensitive(
    outcome: str,
    plain: Values,
    screened: tuple[Screened, ...],
    groups: Mapping[str, tuple[Index, ...]],
    strongest: tuple[Index, ...],
    shifted: tuple[Shift, ...],
    base: int,
) -> Sensitive:
    split = spread(plain)
    means = plain.mean(axis=1)
    between = float(means.var(ddof=1)) if np.ptp(means) > 0.0 else 0.0
    left = split.chance / plain.shape[1] / between if between > 0.0 and plain.shape[1] > 1 else float("nan")
    ranks = {key: open_ranks(given, base) for key, given in {**groups, "strongest": strongest}.items()}
    return Sensitive(outcome, chance_share(plain), min(left, 1.0), screened, groups, strongest, shifted, ranks)
