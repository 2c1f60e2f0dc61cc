"""The record phase: what a run is later asked about is counted as it goes."""

from __future__ import annotations

from typing import Any

from sim.model.vocabulary import IN_FORCE, OPEN
from sim.numerics.dialect import compilable, where


@compilable
def record_table(state: Any, t: int) -> None:
    """Count a week of a table."""
    state.open_weeks[t] += where(state.status[t] == OPEN, 1, 0)
    state.weeks_in_force[t] += where(state.status[t] == IN_FORCE, 1, 0)


@compilable
def record_war(rules: Any, state: Any, w: int) -> None:
    """Count a week of a war."""
    state.attacks_total[w] += state.attacks[w]
    state.violence[w] += state.intensity[w]
    kept = (state.war_open[w] == 1) & (state.cell[rules.ceasefire_cell[w]] >= 0.5)
    state.ceasefire_weeks[w] += where(kept, 1, 0)


@compilable
def record(rules: Any, state: Any) -> None:
    """Count the week."""
    for t in range(rules.tables):
        record_table(state, t)
    for w in range(rules.wars):
        record_war(rules, state, w)
    state.refugees += state.flight
