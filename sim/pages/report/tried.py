"""What the model was tried on, for the first screen: which patterns it shows, and how it does against what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sim.case.case import Case
from sim.case.patterns import FILE as PATTERNS
from sim.case.patterns import load_patterns
from sim.case.record import FILE as RECORD
from sim.case.record import load_record
from sim.experiment.patterns import FEW
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.pages.kit.html import Content, Html, joined, listed, tag
from sim.pages.patterns.page import PAGE as PATTERNS_PAGE
from sim.pages.patterns.page import TABLE as PATTERNS_TABLE
from sim.pages.patterns.table import UNTOLD, Verdict, anchor_of, told_place, verdicts
from sim.pages.record.page import TRUST as TRUST_PAGE
from sim.pages.record.table import TABLE as RECORD_TABLE
from sim.pages.record.table import Against, read
from sim.pages.record.trust import PLAIN, simple
from sim.pages.run.again import job_command


def tried_told(case: Case, folder: Path) -> Html:
    """Two lines: what the jobs `patterns` and `record` have left in a folder, or the commands that measure it.

    Args:
        case: of the report.
        folder: of the report, and of the tables of the other jobs. A table that cannot be read is named.
    """
    lines = [
        _readable(tell, case, folder)
        for file, tell in ((PATTERNS, _patterns), (RECORD, _record))
        if (case.folder / file).is_file()
    ]
    return listed(lines) if lines else joined([])


def _readable(tell: Callable[[Case, Path], Content], case: Case, folder: Path) -> Content:
    try:
        return tell(case, folder)
    except InputError as error:  # an old table, or a mistake in the case: the report says so and tells the rest
        return str(error)


def _patterns(case: Case, folder: Path) -> Content:
    """How many of the case's patterns hold, and which do not."""
    if not (folder / PATTERNS_TABLE).is_file():
        return _unmeasured("Whether it does what the case's patterns claim", case, "job=patterns")
    found, claimed = verdicts(folder / PATTERNS_TABLE), load_patterns(case).patterns
    if any(one.name not in claimed or claimed[one.name].statement != one.statement for one in found):
        return f"{PATTERNS_TABLE} in this folder tells of other patterns than this case has."
    to = PATTERNS_PAGE if (folder / PATTERNS_PAGE).is_file() else None
    parts = [_named(word, [one for one in found if one.holds is holds], to) for word, holds in WORDS]
    most = max((one.draws for one in found), default=0)
    where = tag("a", "patterns", href=to) if to else "patterns"
    few = ": a first impression" if most < FEW else ""
    size = f"{counted(len(found), 'check')}, {counted(most, 'draw')}{few}"
    head = joined(["Of what the case's ", where, f" claim ({size}), "])
    return joined([head, joined([part for part in parts if part is not None], "; "), "."])


WORDS = (("fails", False), (UNTOLD, None), ("holds", True))  # first where the model fails


def _named(word: str, those: Sequence[Verdict], to: str | None) -> Html | None:
    """How many, and which, each with a link to what is told of it."""
    if not those:
        return None
    names = joined(
        [tag("a", told_place(one), href=f"{to}#{anchor_of(one)}") if to else told_place(one) for one in those], ", "
    )
    return joined([tag("b", f"{len(those)} {_plural(word, len(those))}"), " (", names, ")"])


def _plural(word: str, count: int) -> str:
    """A verdict of several.

    >>> _plural("fails", 2), _plural("fails", 1), _plural("cannot be told", 3)
    ('fail', 'fails', 'cannot be told')
    """
    return word if word == UNTOLD or count == 1 else word.removesuffix("s")


def _record(case: Case, folder: Path) -> Content:
    """Which simple forecasts of what happened it does better or worse than."""
    if not (folder / RECORD_TABLE).is_file():
        return _unmeasured("How it does on what happened", case, "job=record")
    found = read(folder / RECORD_TABLE)
    if found.statements != load_record(case).statements.keys():
        return f"{RECORD_TABLE} in this folder tells of another record than this case has."
    to = TRUST_PAGE if (folder / TRUST_PAGE).is_file() else None
    where = tag("a", "what happened", href=to) if to else "what happened"
    told = "; ".join(_compared(found.against)) or "nothing to compare with"
    return joined(["On ", where, f" ({counted(found.tested, 'statement')}): {told}."])


def _compared(against: Sequence[Against]) -> Iterator[str]:
    """What it clearly does better and worse than; then how many are left."""
    rows = simple(against)
    for words, verdict in (("clearly worse than", 1), ("clearly better than", -1)):
        if those := list(dict.fromkeys(PLAIN[row.contender] for row in rows if row.verdict == verdict)):
            yield f"{words} {', '.join(those)}"
    if left := [PLAIN[row.contender] for row in rows if row.verdict == 0]:
        number = counted(len(rows), "comparison")
        yield f"no clear difference from {left[0]} and its like in {len(left)} of {number} with simple forecasts"


def _unmeasured(what: str, case: Case, words: str) -> Html:
    return joined([f"{what} has not been measured in this folder: ", tag("code", job_command(case, words)), "."])
