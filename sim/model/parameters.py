"""The structural parameters of the model and the switches that turn a mechanism off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

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


STRUCTURAL: tuple[str, ...] = (
    "prior_strength",
    "loss_weight",
    "half_life",
    "guarantor_weight",
    "vulnerability",
    "war_cost_challenger",
    "war_cost_incumbent",
    "pressure_weight",
    "patience",
    "noise",
    "attendance_cost",
    "consent",
    "hurdle",
    "deadline",
    "concession",
    "forecast_horizon",
    "combat_pace",
    "combat_noise",
    "sanctuary_effect",
    "presence_effect",
    "patron_share",
    "setback_effect",
    "collapse_rate",
    "optimism",
    "autonomy",
    "war_parity_afghan_war",
    "war_parity_ttp_insurgency",
    "flight_base",
    "flight_shift",
    "attack_rate",
)

ENGINE_PARAMETERS: tuple[str, ...] = tuple(name for name in STRUCTURAL if not name.startswith("war_parity"))
