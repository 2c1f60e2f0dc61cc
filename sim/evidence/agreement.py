"""Agreement between coding passes: Krippendorff's alpha for nominal, ordinal and interval data.

Alpha compares the disagreement seen within units with the disagreement expected if the same values were paired at
random: 1 is perfect agreement, 0 is what chance would give, below 0 the coders disagree systematically. It measures
whether coders are *consistent*; it cannot show that they are *right*.

Source: Krippendorff, K. (2011), "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sim.evidence.rows import Evidence


Metric = Literal["nominal", "ordinal", "interval"]
Distance = Callable[[float, float], float]


@dataclass(frozen=True)
class Agreement:
    """How far the passes agree on one variable."""

    variable: str
    metric: Metric
    alpha: float | None
    """At most 1; None where fewer than two units or only one value leave it undefined."""
    units: int
    """Things (a pair of actors, an actor's issue) that at least two passes coded."""
    values: int
    """Codings of those units, over all passes."""


def alpha(units: Iterable[Sequence[float]], metric: Metric) -> float | None:
    """Krippendorff's alpha over units, each the values that the coders gave it (a missing coding is left out).

    alpha = 1 - observed / expected disagreement. A unit with fewer than two values says nothing and is not counted.
    None if no unit is left or all values are the same: without variation there is nothing to agree on.

    >>> round(alpha([(1, 1), (2, 2), (3, 3), (1, 2)], "interval"), 3)
    0.821
    """
    paired = pairable(units)
    counts = Counter(value for unit in paired for value in unit)
    total = sum(counts.values())
    if len(counts) < 2:
        return None
    distance = _distance(metric, counts)
    observed = sum(_unit_disagreement(unit, distance) for unit in paired) / total
    expected = sum(counts[a] * counts[b] * distance(a, b) for a in counts for b in counts) / (total * (total - 1))
    return 1.0 - observed / expected


def pairable(units: Iterable[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    """Only the units that at least two coders valued."""
    return tuple(tuple(unit) for unit in units if len(unit) >= 2)


def _unit_disagreement(unit: Sequence[float], distance: Distance) -> float:
    """Sum of distances over ordered pairs of one unit's values, divided by its coders less one."""
    return sum(distance(a, b) for a in unit for b in unit) / (len(unit) - 1)


def _distance(metric: Metric, counts: Counter[float]) -> Distance:
    """The squared difference of two values on the metric; the ordinal one depends on how often each rank is used."""
    if metric == "nominal":
        return lambda a, b: float(a != b)
    if metric == "interval":
        return lambda a, b: (a - b) ** 2
    middles = _middle_ranks(counts)
    return lambda a, b: (middles[a] - middles[b]) ** 2


def _middle_ranks(counts: Counter[float]) -> dict[float, float]:
    """The middle rank of each value; the ordinal distance sum_{g=c..k} n_g - (n_c + n_k)/2 is their difference."""
    middles, below = {}, 0
    for value in sorted(counts):
        middles[value] = below + counts[value] / 2
        below += counts[value]
    return middles


def agreement(evidence: Evidence, actors: Iterable[str] = ()) -> tuple[Agreement, ...]:
    """Alpha of each coded variable over the passes of the evidence, units being what at least two passes coded.

    A unit is an article's ordered pair (trust, leverage) or an article's actor and issue (position, salience).
    With `actors`, trust and leverage are given a second time for pairs among these alone.
    """
    inner = frozenset(actors)
    found = []
    for kind in ("trust", "leverage"):
        rows = [row for row in evidence.dyads if row.kind == kind]
        found.append(_measured(kind, "ordinal", (((r.article, r.from_, r.to), r.level) for r in rows)))
        if inner:
            among = [row for row in rows if {row.from_, row.to} <= inner]
            found.append(
                _measured(f"{kind} (actors)", "ordinal", (((r.article, r.from_, r.to), r.level) for r in among))
            )
    stands = evidence.positions
    found.append(_measured("position", "interval", (((r.article, r.actor, r.issue), r.position) for r in stands)))
    found.append(_measured("salience", "ordinal", (((r.article, r.actor, r.issue), r.salience) for r in stands)))
    return tuple(found)


def _measured(variable: str, metric: Metric, codings: Iterable[tuple[Hashable, float]]) -> Agreement:
    """Group the codings by unit and measure them."""
    units: dict[Hashable, list[float]] = {}
    for unit, value in codings:
        units.setdefault(unit, []).append(value)
    paired = pairable(units.values())
    return Agreement(variable, metric, alpha(paired, metric), len(paired), sum(map(len, paired)))
