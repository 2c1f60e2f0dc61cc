"""What is computed: a scenario with its draws, runs and seed, cut into shards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sim.case.case import Case
from sim.case.columns import Column, outcome_columns, weekly_columns
from sim.case.scenario import Scenario
from sim.evidence.rows import Evidence
from sim.inputs.numbers import texts, whole_number
from sim.numerics.chance import LARGEST_SEED
from sim.world.uncertainty import Uncertainty
from sim.world.world import World, load_world

PIECE_RUNS = 5_000  # runs of one call of the kernel: short enough to stop and to report, long enough to cost nothing
SHARD_RUNS = 25_000  # in memory at once, a few times over: their rows, as columns, compressed
SHARD_DRAWS = 25_000  # a shard holds a table of its draws too
BINS = 128  # of a week's distribution of one quantity, at most 256


PATHS = 20
BAND_RUNS = 20_000
MOST = 10**9  # of anything that is counted, so that a count of runs fits 32 bits


@dataclass(frozen=True)
class Sweep:
    """What a sweep computes: enough to compute any of its runs again.

    Attributes:
        scenario: the scenario.
        draws: draws of everything uncertain.
        runs: R, runs of chance for each draw.
        seed: of all chance, 0 to 2**64 - 1.
        passes: the coding passes that count; empty for all of the case.
        implied: whether rows that a pass marked as implied count.
        paths: how many runs, evenly spread, leave every week.
        band_runs: how many runs, evenly spread, make the weekly bands (fewer where the sweep has fewer).
        shard_runs: runs of one shard, about; every shard is computed and stored as a whole.
        piece: runs of one call of the kernel, at most, or one draw's; changes nothing but speed.
    """

    scenario: Scenario
    draws: int
    runs: int = 1
    seed: int = 1
    passes: tuple[str, ...] = ()
    implied: bool = True
    paths: int = PATHS
    band_runs: int = BAND_RUNS
    shard_runs: int = SHARD_RUNS
    piece: int = PIECE_RUNS

    def __post_init__(self) -> None:
        object.__setattr__(self, "passes", texts(self.passes))
        bounds = {"draws": 1, "runs": 1, "seed": 0, "paths": 0, "band_runs": 0, "shard_runs": 1, "piece": 1}
        for name, low in bounds.items():
            value = getattr(self, name)
            high = LARGEST_SEED if name == "seed" else MOST
            object.__setattr__(self, name, whole_number("sweep", name, value, low, high))

    @property
    def case(self) -> Case:
        """The case of the scenario."""
        return self.scenario.case

    @property
    def total(self) -> int:
        """How many runs in all."""
        return self.draws * self.runs

    @property
    def path_step(self) -> int:
        """Runs whose number is a multiple of it leave a path; 0 for none."""
        return -(-self.total // self.paths) if self.paths else 0

    @property
    def band_step(self) -> int:
        """Runs whose number is a multiple of it count in the bands; 0 for none."""
        return -(-self.total // self.band_runs) if self.band_runs else 0

    @property
    def shard_draws(self) -> int:
        """Draws of one shard."""
        return min(max(1, self.shard_runs // self.runs), SHARD_DRAWS)

    @property
    def shards(self) -> int:
        """How many shards."""
        return -(-self.draws // self.shard_draws)

    @cached_property
    def world(self) -> World:
        """What its runs are played in."""
        return load_world(self.scenario, self.case, passes=self.passes or None, implied=self.implied)

    @property
    def evidence(self) -> Evidence:
        """The coded evidence that counts."""
        return self.world.evidence

    @property
    def uncertainty(self) -> Uncertainty:
        """The joint prior, with what the scenario fixes and switches off."""
        return self.world.uncertainty

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The outcome columns."""
        return outcome_columns(self.case)

    @cached_property
    def weekly(self) -> tuple[Column, ...]:
        """The columns of paths and bands."""
        return weekly_columns(self.case)
