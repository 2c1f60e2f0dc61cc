"""Positions, salience and power of many actors as the field keeps them: two forms of table, read and checked.

The one has a line for each actor and issue, with the columns actor, issue, position, salience, power (as the decision
data of the European Union are kept). The other is KTAB's (its examples stand with its source): a title line with the
numbers of actors and of dimensions, a line of heads, then a line for each actor with its description, its influence and
a position and a salience for each dimension.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.inputs.errors import InputError, shown
from sim.inputs.files import read_csv, read_records
from sim.inputs.frozen import Frozen

COLUMNS = ("actor", "issue", "position", "salience", "power")
HUNDRED, ONE = 100.0, 1.0
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


class Stance(NamedTuple):
    """One actor on one issue, on the file's own scales."""

    actor: str
    position: float
    salience: float
    power: float


@dataclass(frozen=True)
class Positions:
    """A table of positions.

    Attributes:
        file: where it was read.
        title: of the file: its name, or KTAB's title.
        form: in words, what form it has.
        issues: the stances on each, in the order of the file.
        names: what each actor is called in full, where the file says so.
        top: the upper end of the scale of positions; the lower is 0.
        salience_top: the same of salience.
    """

    file: Path
    title: str
    form: str
    issues: Mapping[str, tuple[Stance, ...]]
    names: Mapping[str, str]
    top: float
    salience_top: float

    @property
    def actors(self) -> tuple[str, ...]:
        """All actors, in the order in which the file names them."""
        return tuple(dict.fromkeys(one.actor for stances in self.issues.values() for one in stances))


def read_positions(path: Path) -> Positions:
    """Read a table in either form; which it is its first line says.

    A scale runs from 0 to 100, or to 1 where no number of its column is above 1.

    Raises:
        InputError: the first mistake, with file, line and column.
    """
    first = next(read_records(path), (1, []))[1]
    if len(first) >= 4 and all(part.strip().isdigit() for part in first[2:4]):
        return _read_ktab(path)
    found: dict[str, list[Stance]] = {}
    for row in read_csv(path, COLUMNS):
        where = f"{row.file}:{row.line}"
        actor, issue = (_name(where, column, row.values[column]) for column in ("actor", "issue"))
        numbers = (_number(where, column, row.values[column]) for column in COLUMNS[2:])
        if any(one.actor == actor for one in found.setdefault(issue, [])):
            raise InputError(where, "actor", f"{shown(actor)} has two lines on {issue}", allowed="one for each issue")
        found[issue].append(Stance(actor, *numbers))
    return _checked(path, path.stem, "a line for each actor and issue", found, {})


def _read_ktab(path: Path) -> Positions:
    records = list(read_records(path))
    line, title = records[0]
    actors, dimensions = (int(part) for part in title[2:4])
    if actors < 1 or dimensions < 1:
        raise InputError(f"{path}:{line}", "", "has no actors or no dimensions", allowed="1 or more of each")
    if len(records) < 2:
        raise InputError(path, "", "ends after the title line", allowed="a line of heads, then a line for each actor")
    heads = _unpadded(records[1][1])
    wanted = 3 + 2 * dimensions
    if len(heads) != wanted:
        problem = f"{len(heads)} heads where {dimensions} dimensions make {wanted}"
        allowed = "Actor, Description, Influence, and for each dimension Position, Salience"
        raise InputError(f"{path}:{records[1][0]}", "", problem, allowed=allowed)
    rows = [(line, fields) for line, fields in records[2:] if any(part.strip() for part in fields)]
    if len(rows) != actors:
        problem = f"{len(rows)} lines of actors where the title line says {actors}"
        raise InputError(path, "", problem, allowed=f"{actors} lines")
    issues = [_issue(heads[3 + 2 * n], heads[4 + 2 * n], n) for n in range(dimensions)]
    found: dict[str, list[Stance]] = {issue: [] for issue in issues}
    if len(found) < dimensions:
        raise InputError(f"{path}:{records[1][0]}", "", "two dimensions have one name", allowed="each name once")
    names = {}
    for line, fields in rows:
        parts, where = _unpadded(fields), f"{path}:{line}"
        if len(parts) != wanted:
            raise InputError(where, "", f"{len(parts)} fields where the heads are {wanted}", allowed=f"{wanted} fields")
        actor = _name(where, "Actor", parts[0])
        if actor in names:
            raise InputError(where, "Actor", f"{shown(actor)} has two lines", allowed="one for each actor")
        names[actor] = parts[1].strip() or actor
        power = _number(where, heads[2], parts[2])
        for n, issue in enumerate(issues):
            position, salience = (_number(where, heads[3 + 2 * n + k], parts[3 + 2 * n + k]) for k in (0, 1))
            found[issue].append(Stance(actor, position, salience, power))
    return _checked(path, title[0].strip() or path.stem, "KTAB's", found, names)


def _unpadded(fields: Sequence[str]) -> list[str]:
    """Fields without the empty ones that a last comma leaves."""
    found = [part.strip() for part in fields]
    while found and not found[-1]:
        found.pop()
    return found


def _issue(position: str, salience: str, number: int) -> str:
    """The name of a dimension: what the heads of its position and salience have in common.

    >>> _issue("Policy Position", "Policy Salience", 0), _issue("Pstn1", "Sal1", 0)
    ('Policy', 'dimension 1')
    """
    words = [one for one in position.split() if one in salience.split()]
    return " ".join(words) or f"dimension {number + 1}"


def _name(where: str, column: str, text: str) -> str:
    if not text.strip():
        raise InputError(where, column, "is empty", allowed="a name")
    return text.strip()


def _number(where: str, column: str, text: str) -> float:
    if not NUMBER.fullmatch(text.strip()):
        raise InputError(where, column, f"{shown(text.strip())} is not a number", allowed="a number, 0 or more")
    value = float(text)
    if not 0.0 <= value < float("inf"):
        raise InputError(where, column, f"{value:g} is out of range", allowed="0 or more")
    return value


def _checked(
    path: Path, title: str, form: str, found: Mapping[str, Sequence[Stance]], names: Mapping[str, str]
) -> Positions:
    tops = []
    for field in ("position", "salience"):
        most = max((getattr(one, field) for stances in found.values() for one in stances), default=0.0)
        tops.append(ONE if most <= ONE else HUNDRED)
        if most > HUNDRED:
            raise InputError(
                path, field, f"{most:g} is off the scale", allowed="0 to 100, or 0 to 1 in the whole column"
            )
    if not found:
        raise InputError(path, "", "has no actors", allowed="a line for each actor and issue")
    for issue, stances in found.items():
        for problem in _problems(stances):
            raise InputError(path, issue, problem, allowed="two positions that differ, each with weight")
    fixed = {issue: tuple(stances) for issue, stances in found.items()}
    return Positions(path, title, form, Frozen(fixed), Frozen(names), tops[0], tops[1])


def _problems(stances: Sequence[Stance]) -> Iterator[str]:
    weighty = {one.position for one in stances if one.salience * one.power > 0.0}
    if len(weighty) < 2:
        yield "all actors with salience and power want the same" if weighty else "nobody has salience and power"
