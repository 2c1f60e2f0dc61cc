"""What a scenario leaves uncertain, as records of the engine: priors, fixed values, switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.case.case import Case, Epoch
from sim.case.theory import Theory, as_designed
from sim.evidence.densities import Prior
from sim.evidence.priors import Priors, priors
from sim.evidence.rows import Evidence
from sim.inputs.errors import InputError, one_of
from sim.inputs.frozen import Frozen
from sim.inputs.numbers import counted
from sim.model.parameters import SWITCHES, switch_off
from sim.world.draw import draw_records


@dataclass(frozen=True)
class Uncertainty:
    """The joint prior of a case at an epoch, with values fixed and mechanisms switched off.

    Attributes:
        case: the case.
        epoch: the epoch that the draws belong to.
        priors: the prior of every column.
        fixed: columns held at a value instead of drawn.
        off: names of `SWITCHES` that are off.
        theory: by whose rules it is played.
    """

    case: Case
    epoch: Epoch
    priors: Priors
    fixed: Mapping[str, float] = Frozen()
    off: Sequence[str] = ()
    theory: Theory = field(default_factory=as_designed)

    def __repr__(self) -> str:
        return (
            f"<uncertainty at {self.priors.epoch}: {counted(len(self.priors.names), 'column')}, {len(self.fixed)} held>"
        )

    def table(self, draws: int, seed: int, first: int = 0, threads: int | None = None) -> Any:
        """Draws first, ..., first + draws - 1 as a float64 array of shape (draws, columns), fixed values in place."""
        table = self.priors.draw(draws, seed, first, threads)
        for name, value in self.fixed.items():
            table[:, self.priors.index[name]] = value
        return table

    def records(self, draws: int, seed: int, first: int = 0) -> Any:
        """The same draws as records of the engine, not yet derived (`sim.model.phases.begin.derive`)."""
        return self.records_of(self.table(draws, seed, first), first)

    def records_of(self, table: Any, first: int = 0) -> Any:
        """A table of draws that starts with draw number `first` as records of the engine, not yet derived."""
        found = draw_records(self.case, self.epoch, self.priors.names, table, first)
        switch_off(found, (*self.off, *self.theory.off))
        self.theory.write(found)
        return found


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
    theory: Theory | None = None,
) -> Uncertainty:
    """The uncertainty of a scenario that starts at an epoch.

    Raises:
        InputError: for an unknown epoch, column or switch, or a fixed value out of range (`fixable`).
    """
    one_of("scenario", "epoch", epoch, case.epochs, "an epoch")
    found = priors(case, evidence, epoch)
    for name, value in (fixed or {}).items():
        one_of("scenario", f"fixed.{name}", name, found.names, "an uncertainty", "a column")
        low, high = fixable(found[name])
        if not low <= value <= high:
            allowed = f"{low:g} to {high:g}"
            raise InputError("scenario", f"fixed.{name}", f"{value} is out of range", allowed=allowed)
    for name in off:
        one_of("scenario", "off", name, SWITCHES, "a switch")
    return Uncertainty(case, case.epochs[epoch], found, Frozen(fixed or {}), tuple(off), theory or as_designed())
