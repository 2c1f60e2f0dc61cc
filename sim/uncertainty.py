"""What a scenario leaves uncertain, as records of the engine: priors, fixed values, switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.case import Case, Epoch
from sim.densities import Prior
from sim.evidence import Evidence
from sim.inputs import InputError, nearest
from sim.priors import Priors, priors
from sim.state import draw_records

# What each switch turns off, so that a pattern can be traced to the mechanism that carries it (design, section 8).
SWITCHES: Mapping[str, str] = MappingProxyType(
    {
        "red_lines": "no red line binds",
        "guarantors": "mediators do not make promises more believable (guarantor_weight = 0)",
        "forecast_default": "the default of power sharing is what is the case, not the forecast of the war",
        "vulnerability": "delivering to a cheat costs no more than delivering (vulnerability = 0)",
        "learning": "trust stays where it starts",
        "war_cost": "fighting costs neither side anything at the table",
        "optimism": "both sides see the same default",
    }
)


@dataclass(frozen=True)
class Uncertainty:
    """The joint prior of a case at an epoch, with values fixed and mechanisms switched off.

    Attributes:
        case: the case.
        epoch: the epoch that the draws belong to.
        priors: the prior of every column.
        fixed: columns held at a value instead of drawn.
        off: names of `SWITCHES` that are off.
    """

    case: Case
    epoch: Epoch
    priors: Priors
    fixed: Mapping[str, float] = field(default_factory=dict)
    off: Sequence[str] = ()

    def table(self, draws: int, seed: int, first: int = 0, threads: int | None = None) -> Any:
        """Draws first, ..., first + draws - 1 as a float64 array of shape (draws, columns), fixed values in place."""
        table = self.priors.draw(draws, seed, first, threads)
        for name, value in self.fixed.items():
            table[:, self.priors.index[name]] = value
        return table

    def records(self, draws: int, seed: int, first: int = 0) -> Any:
        """The same draws as records of the engine, not yet derived (`sim.phases.begin.derive`)."""
        return self.records_of(self.table(draws, seed, first), first)

    def records_of(self, table: Any, first: int = 0) -> Any:
        """A table of draws that starts with draw number `first` as records of the engine, not yet derived."""
        found = draw_records(self.case, self.epoch, self.priors.names, table, first)
        switch_off(found, self.off)
        return found


def switch_off(draws: Any, off: Sequence[str]) -> None:
    """Turn mechanisms off in records of draws, in place."""
    if "red_lines" in off:
        draws.red_line[...] = np.nan
    if "guarantors" in off:
        draws.guarantor_weight[...] = 0.0
    if "vulnerability" in off:
        draws.vulnerability[...] = 0.0
    if "optimism" in off:
        draws.optimism[...] = 0.0
    if "war_cost" in off:
        draws.war_cost_challenger[...] = 0.0
        draws.war_cost_incumbent[...] = 0.0
    if "forecast_default" in off:
        draws.forecast_on[...] = 0
    if "learning" in off:
        draws.learning_on[...] = 0


# What can be held at any share, also at one that no article supports: to ask what would have had to be different.
SHARES = ("trust", "leverage", "position", "salience", "red_line", "share")


def fixable(prior: Prior) -> tuple[float, float]:
    """The range that a column can be held in: anywhere in [0, 1] for a share, the support of its prior for others."""
    shares = prior.group in SHARES or (prior.group == "start" and not prior.name.startswith("start.sessions"))
    return (0.0, 1.0) if shares else (prior.low, prior.high)


def uncertainty(
    case: Case,
    evidence: Evidence,
    epoch: str,
    fixed: Mapping[str, float] | None = None,
    off: Sequence[str] = (),
) -> Uncertainty:
    """The uncertainty of a scenario that starts at an epoch.

    Raises:
        InputError: for an unknown epoch, column or switch, or a fixed value out of range (`fixable`).
    """
    if epoch not in case.epochs:
        names = list(case.epochs)
        raise InputError("scenario", "epoch", f"{epoch!r} is not an epoch", allowed=names, meant=nearest(epoch, names))
    found = priors(case, evidence, epoch)
    for name, value in (fixed or {}).items():
        if name not in found.index:
            meant = nearest(name, found.names)
            raise InputError("scenario", f"fixed.{name}", "is not an uncertainty", allowed="a column", meant=meant)
        low, high = fixable(found[name])
        if not low <= value <= high:
            allowed = f"{low:g} to {high:g}"
            raise InputError("scenario", f"fixed.{name}", f"{value} is out of range", allowed=allowed)
    for name in off:
        if name not in SWITCHES:
            meant = nearest(name, SWITCHES)
            raise InputError("scenario", "off", f"{name!r} is not a switch", allowed=list(SWITCHES), meant=meant)
    return Uncertainty(case, case.epochs[epoch], found, dict(fixed or {}), tuple(off))
