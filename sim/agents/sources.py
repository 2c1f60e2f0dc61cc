"""The evidence behind a number of a run: which prior it was drawn from, and the rows and paragraphs that prior rests
on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.agents.journal import Decision
from sim.evidence.trace import trace

if TYPE_CHECKING:
    from sim.agents.running import Running


class Source(NamedTuple):
    """A number of the draw with one reason for it."""

    name: str
    value: float
    meaning: str
    status: str
    says: str
    paraphrase: str
    pass_: str
    article: str
    paragraphs: tuple[int, ...]

    @property
    def where(self) -> str:
        """Article and paragraphs, or how the number came about without them."""
        if not self.article:
            return self.status
        numbers = ", ".join(map(str, self.paragraphs))
        return (
            f"{self.article}, paragraph{'s' if len(self.paragraphs) > 1 else ''} {numbers}" if numbers else self.article
        )


def source(model: Running, column: str) -> Source | None:
    """The number of a column in the run's draw, and the row of the draw's own pass behind it; None without a column."""
    priors = model.world.uncertainty.priors
    if column not in priors.index:
        return None
    values = model.drawn
    rows = trace(priors, column)
    own = model.world.evidence.passes[int(values["pass"])] if "pass" in values else ""
    row = next((row for row in rows if row.pass_ == own), rows[0])
    prior = priors[column]
    where = (row.pass_, row.article, row.paragraphs)
    return Source(column, values[column], prior.meaning, prior.status, row.says, row.paraphrase, *where)


def because(found: Source) -> str:
    """Where a number comes from: the coded row and its place, or the rule where nobody coded it."""
    what = "" if found.paraphrase == found.meaning else ": " + found.paraphrase.rstrip(".")
    coded = f"{found.pass_} codes {found.says}; " if found.pass_ else ""
    where = found.where if found.article else f"{found.status}, {found.says}"
    return f"{coded}{where}{what}"


def cited(found: Source) -> str:
    """A source as one line."""
    return f"{found.meaning}: {found.value:.2f} in this draw ({because(found)})"


def columns_behind(model: Running, decision: Decision) -> tuple[str, ...]:
    """The drawn columns on which a decision of a party, mediator or voter rests most directly."""
    if decision.place not in model.tables:
        return ()
    table, who = model.tables[decision.place], decision.who
    parties = [party.code for party in table.parties]
    if decision.decision == "mediate":
        members = next(seat.members for seat in table.seats if seat.name == who)
        return tuple(f"trust.{party}.{members[0].code}" for party in parties)
    cells = sorted(table.issues, key=lambda cell: -model.drawn.get(f"salience.{who}.{cell}", 0.0))
    if decision.decision == "vote":
        return tuple(f"position.{who}.{cell}" for cell in cells[:3])
    other = parties[1 - parties.index(who)]
    if decision.decision == "comply":
        return (f"leverage.{other}.{who}", f"position.{who}.{decision.clause}", f"salience.{who}.{decision.clause}")
    mediators = [f"leverage.{member.code}.{who}" for seat in table.seats for member in seat.members]
    return (f"trust.{who}.{other}", f"position.{who}.{cells[0]}", *mediators[:2])
