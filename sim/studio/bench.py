"""Runs for the studio: what a choice needs, computed once, a few at a time, for all who watch."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from threading import Condition, Lock
from typing import NamedTuple, TypeVar

from sim.case.case import Case
from sim.case.scenario import BASELINE, Scenario
from sim.engine.computing import compute_all
from sim.evidence.loading import evidence_of
from sim.experiment.comparison import Comparison, compare
from sim.experiment.grid import Grid
from sim.experiment.plan import PlannedSweep
from sim.experiment.runs import Runs
from sim.pages.evidence.findings import Findings, findings_of
from sim.pages.evidence.page import evidence_page
from sim.studio.choice import Choice, Offered, baseline_of, scenario_of

RUNS = 4  # of each draw: as many as go in step (`sim.numerics.vectors.LANES`)
STAGES = (200, 1_000, 5_000)  # runs, one after the other
BANDS = 400  # of them that make the weekly bands
COURSES = {"control": "control of the challenger", "intensity": "intensity of the fighting"}  # of a war, by week
EVIDENCE_DRAWS = 1_000  # behind the histogram of a red line
REMEMBERED = 60  # sweeps, of a few megabytes each at most


Found = TypeVar("Found")


class Seen(NamedTuple):
    """What there is to be looked at.

    Attributes:
        choice: what was chosen.
        runs: of the scenario chosen.
        baseline: of `status_quo`; the same object where that was chosen.
        pinned: of the pinned choice; None without one.
        is_last: whether no more runs come.
    """

    choice: Choice
    runs: Runs
    baseline: Runs
    pinned: Runs | None
    is_last: bool

    @property
    def comparison(self) -> Comparison:
        """The scenario against `status_quo`, paired."""
        return compare(self.baseline, self.runs)


@dataclass(frozen=True)
class Limits:
    """What visitors may ask of the machine.

    Attributes:
        runs: of one scenario, at most.
        sessions: at one time.
        together: sweeps that are computed at one time.
    """

    runs: int = STAGES[-1]
    sessions: int = 40
    together: int = 2


class Turns:
    """Lets in so many at one time; of those who wait, whoever is at the earliest stage, then whoever came first.

    Args:
        together: how many.
    """

    def __init__(self, together: int) -> None:
        self._free, self._number = together, count()
        self._waiting: list[tuple[int, int]] = []
        self._moved = Condition()

    @contextmanager
    def turn(self, stage: int) -> Iterator[None]:
        """One's turn, as long as the block lasts."""
        with self._moved:
            mine = (stage, next(self._number))
            self._waiting.append(mine)
            try:
                self._moved.wait_for(lambda: self._free > 0 and min(self._waiting) == mine)
            finally:  # whoever is interrupted waits no more
                self._waiting.remove(mine)
                self._moved.notify_all()  # there may be room for the next one too
            self._free -= 1
        try:
            yield
        finally:
            with self._moved:
                self._free += 1
                self._moved.notify_all()


class Bench:
    """Computes sweeps of what is offered and remembers the last ones; several threads may ask at once.

    Args:
        offered: the scenarios that can be chosen.
        limits: what visitors may ask.
        seed: of all chance: what changes is the lever, never the luck.
        passes: the coding passes that count; empty for all.
        implied: whether rows that are only implied count.
    """

    def __init__(
        self, offered: Offered, limits: Limits = Limits(), seed: int = 1, passes: tuple[str, ...] = (),
        implied: bool = True,
    ) -> None:  # fmt: skip
        self.offered, self.limits, self.seed = offered, limits, seed
        self.passes, self.implied = passes, implied
        case = self.case
        self.grid = Grid(case, evidence_of(case, passes or None, implied), ())
        self._held: OrderedDict[Hashable, Runs] = OrderedDict()
        self._lock = Lock()
        self._turns = Turns(limits.together)
        # One thread for each who may wait for a turn: whatever else is done beside the loop never queues behind them.
        self._workers = ThreadPoolExecutor(limits.sessions, "bench")

    @property
    def case(self) -> Case:
        """The case of all that is offered."""
        return self.offered.case

    @cached_property
    def findings(self) -> Findings:
        """All that is known of the numbers, for whoever asks what one rests on."""
        return findings_of(self.case, self.grid.evidence, EVIDENCE_DRAWS, self.seed)

    @cached_property
    def evidence_page(self) -> str:
        """The evidence page; made where somebody first follows a paragraph to it."""
        return evidence_page(self.findings)

    @cached_property
    def _followed(self) -> tuple[str, ...]:
        """The weekly columns that are drawn: the memory of all others costs more than a small sweep's runs."""
        return tuple(f"war.{war}.{quantity}" for war in self.case.wars for quantity in COURSES)

    @property
    def stages(self) -> tuple[int, ...]:
        """How many runs there are to see, one after the other: none beyond the limit."""
        return tuple(stage for stage in STAGES if stage <= self.limits.runs) or (self.limits.runs,)

    def seen(self, choice: Choice, stage: int) -> Seen:
        """All that is looked at for a choice, with as many runs as a stage has.

        Args:
            choice: as `read` gives it.
            stage: a place in `stages`.

        Raises:
            InputError: an impossible choice.
        """
        scenario = scenario_of(self.offered, choice)
        runs = self.runs(scenario, stage)
        baseline = runs if self._is_baseline(scenario) else self.runs(baseline_of(self.offered, scenario), stage)
        pinned = None if choice.pinned is None else self.runs(scenario_of(self.offered, choice.pinned), stage)
        return Seen(choice, runs, baseline, pinned, stage == len(self.stages) - 1)

    async def beside(self, work: Callable[[], Found]) -> Found:
        """Do what may have to wait for a turn beside the server's own loop."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    def _is_baseline(self, scenario: Scenario) -> bool:
        return scenario.scenario == BASELINE

    def runs(self, scenario: Scenario, stage: int) -> Runs:
        """The runs of a scenario at a stage; computed once while they are remembered."""
        key = (
            scenario.scenario, scenario.epoch, scenario.horizon, scenario.off, scenario.theory,
            tuple(sorted(scenario.fixed.items())),
            tuple((name, one.value) for name, one in scenario.levers.items()), stage,
        )  # fmt: skip
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        with self._turns.turn(stage):
            found = self._computed(scenario, self.stages[stage])
        with self._lock:
            self._held[key] = found
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)
        return found

    def _computed(self, scenario: Scenario, total: int) -> Runs:
        sweep = PlannedSweep(
            scenario, max(1, total // RUNS), RUNS, self.seed, self.passes, self.implied, 0, min(BANDS, total),
            known=self.grid.uncertainty(scenario), followed=self._followed,
        )  # fmt: skip
        return Runs(sweep, next(compute_all([sweep], progress=False)))
