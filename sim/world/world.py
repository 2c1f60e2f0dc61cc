"""What a run is played in: the case, its evidence, a scenario, and what they leave uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import Scenario, load_scenario
from sim.evidence.loading import evidence_of
from sim.evidence.rows import Evidence
from sim.model.phases.begin import derive
from sim.world.plan import plan_record
from sim.world.rules import rules_record
from sim.world.uncertainty import Uncertainty, uncertainty


@dataclass(frozen=True)
class World:
    """A case, its evidence and a scenario, loaded once for any number of runs."""

    case: Case
    evidence: Evidence
    scenario: Scenario

    def __repr__(self) -> str:
        return f"<world of {self.scenario!r}>"

    @cached_property
    def uncertainty(self) -> Uncertainty:
        """The joint prior of the scenario's epoch, with what it fixes and switches off."""
        scenario = self.scenario
        return uncertainty(self.case, self.evidence, scenario.epoch, scenario.fixed, scenario.off, scenario.theory)

    @cached_property
    def rules(self) -> Any:
        """The case as a record of the engine."""
        return rules_record(self.case)

    @cached_property
    def plan(self) -> Any:
        """The scenario as a record of the engine."""
        return plan_record(self.case, self.scenario)

    def draw(self, number: int, seed: int) -> Any:
        """Draw `number` of the joint prior as a record of the engine, with all that follows from it."""
        record = self.uncertainty.records(1, seed, number)[0]
        derive(self.rules, record, self.plan)
        return record

    def drawn(self, number: int, seed: int) -> dict[str, float]:
        """The same draw by column, as it came from the priors."""
        row = self.uncertainty.table(1, seed, number)[0]
        return dict(zip(self.uncertainty.priors.names, map(float, row), strict=True))

    def change(self, scenario: Scenario) -> World:
        """The same case and evidence with another scenario."""
        return replace(self, scenario=scenario)


def load_world(
    scenario: str | Path | Scenario,
    case: str | Path | Case = "afghanistan",
    *,
    passes: Sequence[str] | None = None,
    implied: bool = True,
) -> World:
    """Load a case, the evidence that counts, and a scenario.

    Args:
        scenario: a scenario, the name of one of the case's, or a file that ends in .yaml.
        case: a case, the name of one, or a case's folder, where a scenario is named; one that is given has its own.
        passes: the coding passes that count; None: all.
        implied: whether rows that are only implied count.

    Raises:
        InputError: the first mistake found.
    """
    if isinstance(scenario, Scenario):
        return World(scenario.case, evidence_of(scenario.case, passes, implied), scenario)
    loaded = case if isinstance(case, Case) else load_case(case)
    return World(loaded, evidence_of(loaded, passes, implied), load_scenario(loaded, scenario))
