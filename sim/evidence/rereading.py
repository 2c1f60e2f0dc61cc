"""The evidence read otherwise: without some rows, or with their numbers at one end of their intervals.

What is left out falls back to what the priors make of the evidence that remains: the other passes at the same article,
else an earlier article, else what is assumed where nobody coded. What is read at an end is that end in every draw that
takes its number from the row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal

from sim.evidence.densities import Component, Prior
from sim.evidence.priors import Coding, Priors
from sim.evidence.rows import Evidence
from sim.evidence.sampling import layout_of
from sim.inputs.frozen import Frozen

End = Literal["low", "high"]


def fed(priors: Priors) -> Mapping[Coding, tuple[str, ...]]:
    """The rows behind the priors of an epoch, each with the columns that it feeds; in order of pass, file and line."""
    found: dict[Coding, list[str]] = {}
    for prior in priors.columns:
        for row in dict.fromkeys(prior.rows):
            found.setdefault(row, []).append(prior.name)
    order = sorted(found, key=lambda row: (row.pass_, row.file, row.line))
    return Frozen({row: tuple(found[row]) for row in order})


def without(evidence: Evidence, rows: Collection[Coding]) -> Evidence:
    """The evidence as if nobody had coded these rows; the passes stay as they are."""
    out = frozenset(rows)
    return replace(
        evidence,
        dyads=tuple(row for row in evidence.dyads if row not in out),
        positions=tuple(row for row in evidence.positions if row not in out),
    )


def read_at(priors: Priors, rows: Collection[Coding], end: End) -> Priors:
    """The priors with trust, leverage and positions of these rows at one end of the row's triangle.

    A salience stays as it was drawn: a row has no interval of it. A red line follows its position.
    """
    chosen = frozenset(rows)
    columns = tuple(_read_at(prior, chosen, end) for prior in priors.columns)
    return replace(priors, columns=columns, _layout=layout_of(columns, priors.passes))


def _read_at(prior: Prior, rows: frozenset[Coding], end: End) -> Prior:
    if prior.group not in ("trust", "leverage", "position") or rows.isdisjoint(prior.rows):
        return prior
    return replace(
        prior, components=tuple(_at(part, end) if rows & {*part.rows} else part for part in prior.components)
    )


def _at(part: Component, end: End) -> Component:
    point = part.low if end == "low" else part.high
    return replace(part, low=point, mode=point, high=point)
