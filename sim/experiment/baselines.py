"""What the model's forecast of a statement is held against: each says what it can, and nothing where it cannot."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.analysis.shares import Values
from sim.analysis.weights import Weights
from sim.case.case import Case
from sim.case.columns import COMPARED, CONDITION
from sim.case.record import Record, Statement
from sim.experiment.static import Static


class Sample(NamedTuple):
    """Values of a week or a number, (n,), with what each counts; None: all alike."""

    values: Values
    weights: Weights


# Of a yes or no the probability of what the articles say; of a week or a number a sample; None where nothing is said.
Forecast = float | Values | Sample | None
TABLE = re.compile(r"table\.(\w+)\.(agreed|agreed_week|package)(?:\.(\w+))?")
UNIFORM = 1_001  # points of a uniform distribution

# By name, what each baseline is, in words.
BASELINES: Mapping[str, str] = {
    "coin": "a coin; a week anywhere up to the horizon, a number anywhere in its range, as likely as anywhere else",
    "base_rate": "how often something of the kind happens elsewhere, where the record states it with a source",
    "persistence": "everything stays as it is after one week",
    "compromise": "each issue of a table is settled at the mean position, weighted by salience and leverage, "
    "where both parties gain by that",
    "nash": "the Nash solution of the table, every promise believed, where both parties gain by it",
}


def coin(record: Record, one: Statement) -> Forecast:
    """One half; or uniform over the horizon or the range of the outcome, where that has an end."""
    if one.outcome is None:
        return 0.5
    column = record.column(one.outcome)
    if column.is_week:
        return np.arange(1.0, one.weeks + 1.0)
    return None if math.isinf(column.high) else np.linspace(column.low, column.high, UNIFORM)


def base_rate(record: Record, one: Statement) -> Forecast:
    """The base rate that the statement names, as a probability of what happened."""
    if one.base_rate is None or one.happened is None:
        return None
    rate = record.base_rates[one.base_rate].value
    return rate if one.happened else 1.0 - rate


def static_forecast(case: Case, one: Statement, theory: Static) -> Forecast:
    """What a theory of a table without time says of a statement: whether it is signed, and what it says."""
    tables = list(case.tables)
    if one.outcome is not None:
        found = TABLE.fullmatch(one.outcome)
        if not found or found.group(2) != "package" or found.group(1) not in tables:
            return None
        t = tables.index(found.group(1))
        points = theory.package[:, t, list(case.tables[found.group(1)].clauses).index(found.group(3))]
        signed: Values = points[theory.agreed[:, t] == 1.0]
        return signed if len(signed) else None
    held = np.ones(len(theory.agreed))
    for condition in one.all:
        agreed = _agreed(case, condition, theory)
        if agreed is None:
            return None
        held = np.minimum(held, agreed)
    return float((held if one.happened else 1.0 - held).mean())


def _agreed(case: Case, condition: str, theory: Static) -> Values | None:
    """Whether a condition on a table's signature holds, (draws,); None where it is on something else."""
    parts = CONDITION.fullmatch(condition)
    name = parts.group(1) if parts else condition.strip()
    found = TABLE.fullmatch(name)
    table = found.group(1) if found and found.group(2) == "agreed" else name
    if table not in case.tables:
        return None
    agreed: Values = theory.agreed[:, list(case.tables).index(table)]
    return COMPARED[parts.group(2)](agreed, float(parts.group(3))).astype(np.float64) if parts else agreed
