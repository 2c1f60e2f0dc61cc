"""What stands in for a position that nobody coded, where there is a reason to expect one point more than another.

Three rules, in this order; each applies only where no counted pass codes the position at the epoch's article or an
earlier one, and none looks at a later article:

1. An article gives the position to a body that the actor speaks for, or that speaks for it: the body's coding, widened
   (`implied`).
2. The actor is promised a norm: likeliest is that it wants the norm kept in full.
3. The actor delivers the issue alone: likeliest is the issue as it stands, as its own act has left it there.

Everything else is uniform: not to know is no reason for a middle.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sim.case.case import Case, Clause, Epoch
from sim.evidence.reading import Known, check_paragraphs
from sim.evidence.rows import SpokenFor
from sim.inputs.errors import Mistakes, one_of
from sim.inputs.files import read_yaml
from sim.inputs.objects import Strict, checked

KEPT = 1.0  # the pole at which a norm is kept
STEPS_OF_A_BODY = 1  # what a body is coded with is widened as if it were carried over an article


class SpokenForFile(Strict):
    """evidence/spoken_for.yaml: positions that an article gives to a body for which an actor speaks, or the other way.

    Attributes:
        spoken_for: each for one actor and issue.
    """

    spoken_for: tuple[SpokenFor, ...]


class Likeliest(NamedTuple):
    """The point where a position that nobody coded is likeliest, and the rule that says so."""

    point: float
    why: str


def load_spoken_for(path: Path, known: Known) -> tuple[SpokenFor, ...]:
    """The rows of an evidence folder's spoken_for.yaml; none where there is no such file.

    Raises:
        InputError: the first mistake found.
    """
    if not path.exists():
        return ()
    rows = checked(SpokenForFile, read_yaml(path), file=path).spoken_for
    with Mistakes() as mistakes:
        for number, row in enumerate(rows):
            with mistakes.apart():
                key = f"spoken_for[{number}]"
                one_of(path, f"{key}.article", row.article, known.paragraphs, "an article")
                one_of(path, f"{key}.actor", row.actor, known.players, "a player")
                one_of(path, f"{key}.body", row.body, known.players, "a player")
                one_of(path, f"{key}.issue", row.issue, known.issues, "an issue")
                check_paragraphs(str(path), f"{key}.paragraphs", row.article, row.paragraphs, known)
    return rows


def likeliest(case: Case, epoch: Epoch, player: str, cell: str) -> Likeliest | None:
    """Where a player's position on an issue is likeliest though nobody coded it; None where nothing says so."""
    clauses = list(_clauses(case, player, cell))
    if case.cells[cell].norm and any(clause.by != player for clause in clauses):
        return Likeliest(KEPT, "it is promised this norm and likeliest wants it kept in full")
    if any(clause.delivered_alone == player for clause in clauses):
        low, high = case.start_of(epoch, cell)
        return Likeliest(0.5 * (low + high), "it delivers this alone, and its own act has left it where it stands")
    return None


def _clauses(case: Case, player: str, cell: str) -> Iterator[Clause]:
    """The clauses on an issue of the tables at which a player is a party."""
    for table in case.tables.values():
        if player in table.parties and cell in table.clauses:
            yield table.clauses[cell]
