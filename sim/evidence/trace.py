"""From a number back to its rows: what a drawn column is called, where it comes from, and what the rows say."""

from __future__ import annotations

from dataclasses import dataclass

from sim.evidence.densities import Prior, Status
from sim.evidence.priors import Coding, Priors
from sim.evidence.rows import DyadRow


@dataclass(frozen=True)
class Trace:
    """One reason for a number: a coded row, a starting condition, a source, or the rule where nobody coded it."""

    name: str
    status: Status
    says: str
    paraphrase: str
    pass_: str = ""
    article: str = ""
    paragraphs: tuple[int, ...] = ()
    directness: str = ""
    file: str = ""
    line: int = 0


def trace(priors: Priors, name: str) -> tuple[Trace, ...]:
    """What lies behind a column, at least one reason: coded rows with article, paragraphs and paraphrase, or a source.

    Raises:
        KeyError: there is no such column.
    """
    prior = priors[name]
    if not prior.rows:
        says = f"{prior.low:g} to {prior.high:g} {prior.unit}"
        return (
            Trace(
                name,
                prior.status,
                says,
                prior.why or prior.meaning,
                article=prior.article,
                paragraphs=prior.paragraphs,
                file="" if prior.article else prior.source,
            ),
        )
    return tuple(
        Trace(
            name,
            prior.status,
            _says(prior, row),
            row.paraphrase,
            row.pass_,
            row.article,
            row.paragraphs,
            row.directness,
            row.file,
            row.line,
        )
        for row in prior.rows
    )


def _says(prior: Prior, row: Coding) -> str:
    """The coded value of a row, in words."""
    if isinstance(row, DyadRow):
        return f"level {row.level} ({row.low:g} to {row.high:g})"
    if prior.group == "salience":
        return f"salience {row.salience}"
    if prior.group == "red_line" and row.red_line:
        return f"red line at {row.red_line.at:g}, {row.red_line.forbids} it no deal ({row.red_line.from_})"
    return f"position {row.position:g} ({row.low:g} to {row.high:g})"
