"""A scenario's levers swept from end to end: where on its way each begins to move what the scenario is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from sim.case.happening import Lever
from sim.case.scenario import Scenario
from sim.experiment.answers import Answered, answered
from sim.experiment.runs import Runs

POINTS = 5  # of a lever, both ends among them
WHOLE = ("weeks", "0 or 1")  # units in which there is nothing between two whole numbers


class Setting(NamedTuple):
    """A lever at one value, the others as the scenario has them.

    Attributes:
        value: of the lever, in its unit.
        answers: of the scenario so, against its baseline; in the order of its file.
    """

    value: float
    answers: tuple[Answered, ...]


class Swept(NamedTuple):
    """A lever of a scenario from end to end.

    Attributes:
        scenario: as its file has it.
        name: of the lever.
        lever: its value, range, unit and meaning.
        settings: by rising value.
    """

    scenario: Scenario
    name: str
    lever: Lever
    settings: tuple[Setting, ...]


def values(lever: Lever, points: int = POINTS) -> tuple[float, ...]:
    """The values at which a lever is looked at: both ends, equal steps between them, and the scenario's own value.

    >>> values(Lever(value=21, low=4, high=104, unit="weeks", meaning="to the last soldier"))
    (4.0, 21.0, 29.0, 54.0, 79.0, 104.0)
    >>> values(Lever(value=1, low=0, high=1, unit="0 or 1", meaning="whether it waits"))
    (0.0, 1.0)
    """
    steps = [lever.low + (lever.high - lever.low) * n / (points - 1) for n in range(points)]
    if lever.unit in WHOLE:
        steps = [float(int(step + 0.5)) for step in steps]
    return tuple(sorted({*steps, float(lever.value)}))


Simulate = Callable[[Scenario], Runs]


def swept(
    scenarios: Iterable[Scenario], baseline: Callable[[Scenario], Scenario], simulate: Simulate
) -> Iterator[Swept]:
    """Every lever of some scenarios from end to end, each setting against the baseline with the same luck.

    Args:
        scenarios: whose levers are swept; the other levers stay as they are.
        baseline: what a scenario is compared with.
        simulate: gives the runs of a scenario, the same for the same.
    """
    for scenario in scenarios:
        for name, lever in scenario.levers.items():
            settings = tuple(_setting(scenario, name, value, baseline, simulate) for value in values(lever))
            yield Swept(scenario, name, lever, settings)


def _setting(
    scenario: Scenario, name: str, value: float, baseline: Callable[[Scenario], Scenario], simulate: Simulate
) -> Setting:
    moved: dict[str, Any] = {name: value}  # the whole range of a lever fits: that is checked when its file is read
    changed = scenario.change(**moved)
    return Setting(value, answered(simulate(baseline(changed)), simulate(changed)))
