"""The decisions that are left to chance, each with its terms."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sim.model.equations.attendance import ATTEND, MEDIATE
from sim.model.equations.choice import Choice
from sim.model.equations.compliance import COMPLY
from sim.model.equations.ratification import RATIFY, VOTE

CHOICES: Mapping[str, Choice] = MappingProxyType(
    {"attend": ATTEND, "mediate": MEDIATE, "ratify": RATIFY, "vote": VOTE, "comply": COMPLY}
)
