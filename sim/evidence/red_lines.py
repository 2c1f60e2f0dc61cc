"""Red lines as a reviewer left them: which coded lines moved, to where, on whose account; applied to the coded rows."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from sim.evidence.reading import NUMBER, Fields, Known, check_paragraphs, passes_of
from sim.evidence.rows import PositionRow, RedLine
from sim.inputs.errors import InputError, Mistakes, one_of
from sim.inputs.files import read_yaml
from sim.inputs.objects import Strict, checked

MOVED = 0.1  # a red line told in words stands this far from the position, towards the other pole (model, 4.4)


class ReviewedLine(Strict):
    """One entry of the reviewed file of red lines.

    Attributes:
        pass: the pass whose row marks the line.
        article: of the row.
        actor: of the row.
        issue: of the row.
        at: where the line stands.
        forbids: the side on which no deal may lie.
        from: given: the row has the number; moved: the position, moved by 0.1.
        why: the reason.
        paragraphs: of the article.
    """

    pass_: str = Field(alias="pass")
    article: str
    actor: str
    issue: str
    at: float = Field(ge=0.0, le=1.0)
    forbids: Literal["above", "below"]
    from_: Literal["given", "moved"] = Field(alias="from")
    why: str
    paragraphs: tuple[int, ...]


class RedLinesFile(Strict):
    """evidence/red_lines.yaml: coded red lines as numbers.

    Attributes:
        red_lines: each for a row of positions.csv that marks a line.
    """

    red_lines: tuple[ReviewedLine, ...]


def red_line_at(field: Fields) -> str:
    """What the pass says of the line: empty without one, else a number in [0, 1] or words."""
    drawn = field.choice("red_line", ("0", "1"), "0 or 1")
    at = field.row.values["red_line_at"]
    if drawn == "0" and at:
        field.refuse("red_line_at", f"{at!r} is given without a red line", "nothing where red_line is 0")
    if drawn == "0":
        return ""
    if NUMBER.fullmatch(field.text("red_line_at")):
        field.number("red_line_at", 1.0)
    return at


def own_line(position: float, at: str) -> RedLine:
    """The line of a row that the reviewed file does not name: the number it gives, else the position moved."""
    if NUMBER.fullmatch(at):
        below = float(at) < position or (float(at) == position and position > 0.5)
        return RedLine(float(at), "below" if below else "above", "given", "the number of the pass")
    return RedLine(moved(position), "below" if position > 0.5 else "above", "moved", "position moved, not reviewed")


def moved(position: float) -> float:
    """A red line told in words: the position moved 0.1 towards the other pole.

    >>> moved(1.0), moved(0.0), moved(0.05)
    (0.9, 0.1, 0.15)
    """
    return round(position - MOVED if position > 0.5 else position + MOVED, 9)


def with_red_lines(rows: Sequence[PositionRow], path: Path, known: Known) -> tuple[PositionRow, ...]:
    """The rows with the lines of the reviewed file; each entry must fit a row of a pass that counts."""
    entries = checked(RedLinesFile, read_yaml(path), file=path).red_lines if path.exists() else ()
    passes = passes_of(path.parent)
    by_unit = {(row.pass_, row.article, row.actor, row.issue): row for row in rows}
    counted = {row.pass_ for row in rows}
    reviewed: dict[Hashable, ReviewedLine] = {}
    with Mistakes() as mistakes:
        for number, entry in enumerate(entries):
            with mistakes.apart():
                key = f"red_lines[{number}]"
                _check_entry(str(path), key, entry, passes, known)
                unit = (entry.pass_, entry.article, entry.actor, entry.issue)
                if unit in reviewed:
                    raise InputError(path, key, f"{' '.join(unit)} is given twice", allowed="once for each row")
                reviewed[unit] = entry
                if entry.pass_ in counted:
                    _check_fits(str(path), key, entry, by_unit.get(unit))
    return tuple(_reviewed(row, reviewed.get((row.pass_, row.article, row.actor, row.issue))) for row in rows)


def _reviewed(row: PositionRow, entry: ReviewedLine | None) -> PositionRow:
    if entry is None:
        return row
    return replace(row, red_line=RedLine(entry.at, entry.forbids, entry.from_, entry.why))


def _check_entry(file: str, key: str, entry: ReviewedLine, passes: Iterable[str], known: Known) -> None:
    one_of(file, f"{key}.pass", entry.pass_, passes, "a pass")
    one_of(file, f"{key}.article", entry.article, known.paragraphs, "an article")
    one_of(file, f"{key}.actor", entry.actor, known.players, "an actor or a third party")
    one_of(file, f"{key}.issue", entry.issue, known.issues, "an issue")
    check_paragraphs(file, f"{key}.paragraphs", entry.article, entry.paragraphs, known)


def _check_fits(file: str, key: str, entry: ReviewedLine, row: PositionRow | None) -> None:
    """The entry follows the rule of its row: the number given, else the position moved; never on the actor's wish."""
    if row is None or row.red_line is None:
        unit = f"{entry.article}, {entry.actor}, {entry.issue}"
        raise InputError(file, key, f"{entry.pass_} has no red line at {unit}", allowed="rows with red_line 1")
    own = row.red_line
    if entry.from_ != own.from_:
        where = f"{row.file}:{row.line}"
        allowed = f"{own.from_} (red_line_at of {where} is {'a number' if own.from_ == 'given' else 'words'})"
        raise InputError(file, f"{key}.from", f"{entry.from_!r} does not fit its row", allowed=allowed)
    if not math.isclose(entry.at, own.at, abs_tol=1e-9):
        raise InputError(file, f"{key}.at", f"{entry.at:g} does not fit its row", allowed=f"{own.at:g}")
    if entry.forbids != own.forbids:
        problem = f"{entry.forbids!r} would forbid the position {row.position:g} itself"
        raise InputError(file, f"{key}.forbids", problem, allowed=own.forbids)
