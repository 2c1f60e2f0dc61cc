"""What is true of every state, after every phase of every week: the laws, for the tests that bring states about."""

from __future__ import annotations

from typing import Any

import numpy as np
from worlds import World

from sim.model import variables as the_model_variables
from sim.model import vocabulary as words


def outside_the_declared_range(state: Any) -> list[str]:
    """Variables with a value outside the range that `vocabulary.STATE` declares; NaN stands for "none"."""
    found = []
    for variable in the_model_variables.STATE:
        values = np.asarray(state[variable.name])
        if variable.kind == "f8" and np.isnan(values).any() and "NaN" not in variable.meaning:
            found.append(f"{variable.name} is NaN")
        values = np.nan_to_num(values, nan=variable.low)
        slack = 1e-9 if variable.kind == "f8" else 0
        if (values < variable.low - slack).any() or (values > variable.high + slack).any():
            found.append(f"{variable.name}: {values.min()} to {values.max()} in {variable.low}..{variable.high}")
    return found


def broken_laws(found: World, plan: Any, state: Any, place: int, before: Any) -> list[str]:
    """Names of the laws that a state breaks after a phase."""
    rules = found.rules
    learners = rules.truster[: rules.trusting], rules.trusted[: rules.trusting]
    in_force = state.status == words.IN_FORCE
    clauses = np.arange(state.package.shape[1]) < rules.clauses[:, None]
    gone_tables = rules.table_regime[:, state.regime] == 0
    shares = [state.cell, state.presence, state.trust, state.leverage, state.control, state.cohesion]
    laws = {
        "shares lie in [0, 1]": all(np.all((share >= 0.0) & (share <= 1.0)) for share in shares),
        "counts of trust are never negative, and never both zero": np.all(state.trust_for >= 0.0)
        and np.all(state.trust_against >= 0.0)
        and np.all(state.trust_for[learners] + state.trust_against[learners] > 0.0),
        "presence is what is left of the withdrawal": abs(state.presence - 1.0 + state.cell[rules.presence_cell])
        < 1e-12,
        "the status is one of five, and pending only where others vote": set(state.status.tolist()) <= {0, 1, 2, 3}
        or bool(np.all(rules.voters[state.status == words.PENDING] > 0)),
        "a clause is in a package in force, carried over, or nowhere": np.all(
            (state.in_package == 0) | (in_force | (state.status == words.CLOSED))[:, None]
        ),
        "only clauses of the table are in a package": np.all((state.in_package == 0) | clauses),
        "a table that the regime does not know is closed": np.all(state.status[gone_tables] == words.CLOSED),
        "only those who have agreed owe": np.all(
            state.arrears[(state.agreements == 0) & (plan.start_status != words.IN_FORCE)] == 0.0
        ),
        "a takeover is remembered": (state.takeover_week >= 0) == (state.regime == 1 and plan.start_regime == 0),
        "a war that is over is quiet": np.all(state.intensity[state.war_open == 0] == 0.0),
        "nobody is at a table that is neither open nor in force": place != words.PHASES.index("attend")
        or np.all(state.attending[~in_force & (state.status != words.OPEN)] == 0),
        "who came was asked": np.all(state.attended <= state.asked),
        "a tranche is kept, broken or withheld": np.all(
            state.tranches_kept + state.tranches_broken <= state.tranches_due
        ),
        "collapses follow agreements": np.all(
            state.collapses <= state.agreements + (plan.start_status == words.IN_FORCE)
        ),
        "counters never fall": all(
            np.all(state[name] >= before[name])
            for name in ("sessions_held", "impasses", "agreements", "collapses", "attacks_total", "violence")
        ),
        "a package lies within what was allowed": np.all((state.package >= 0.0) & (state.package <= 1.0)),
        "what is due lies between the start and the package": np.all(
            (state.due >= np.minimum(state.baseline, state.package) - 1e-12)
            & (state.due <= np.maximum(state.baseline, state.package) + 1e-12)
        ),
        "nothing seen is forgotten before it is learnt": place != words.PHASES.index("learn")
        or (np.all(state.gained[learners] == 0.0) and np.all(state.lost[learners] == 0.0)),
        "the second regime stays": state.regime >= before.regime,
        "the incumbent that left stays away": state.regime == 0
        or np.all(state.trust[rules.leaves == 1] == before.trust[rules.leaves == 1])
        or before.regime == 0,
    }
    return [law for law, holds in laws.items() if not holds] + outside_the_declared_range(state)
