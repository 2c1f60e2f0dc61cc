"""Fields of a coded row as they are read: numbers, dates, paragraphs and names, each checked against what is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from sim.case.case import Case
from sim.inputs.dates import DATES, date_problem
from sim.inputs.errors import InputError, one_of
from sim.inputs.files import Row

TOP_LEVEL = 4  # the codebook's scales of trust, leverage and salience run from 0 to 4


FILES = ("dyads", "positions", "events", "mechanisms", "conditions")  # what a pass holds, each a CSV file


def passes_of(folder: Path | str) -> tuple[str, ...]:
    """The passes in a folder of evidence: the names of its folders that hold a CSV file of a pass, sorted."""
    return tuple(sorted({path.parent.name for name in FILES for path in Path(folder).glob(f"*/{name}.csv")}))


class Known:
    """What the rows of a case's evidence may name."""

    def __init__(self, case: Case, paragraphs: Mapping[str, int]) -> None:
        self.case = case
        self.players = case.players
        self.issues = tuple(dict.fromkeys(cell.issue for cell in case.cells.values()))
        self.paragraphs = paragraphs


def check_paragraphs(file: str, key: str, article: str, paragraphs: Sequence[int], known: Known) -> None:
    last = known.paragraphs[article]
    for place, number in enumerate(paragraphs):
        if not 1 <= number <= last:
            raise InputError(file, key, f"{article} has no paragraph {number}", allowed=f"1 to {last}")
        if number in paragraphs[:place]:
            raise InputError(file, key, f"paragraph {number} is cited twice", allowed="each paragraph once")


# --- the fields of one row ------------------------------------------------------------------------------------------

_WHOLE = re.compile(r"0|[1-9]\d*")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Fields:
    """Reads the fields of one CSV row; the first mistake is an `InputError` with file, line and column."""

    def __init__(self, row: Row, known: Known) -> None:
        self.row = row
        self.known = known

    def refuse(self, column: str, problem: str, allowed: str | Iterable[str], meant: str | None = None) -> NoReturn:
        raise InputError(f"{self.row.file}:{self.row.line}", column, problem, allowed=allowed, meant=meant)

    def text(self, column: str) -> str:
        """One line of text that is not empty."""
        value = self.row.values[column]
        if not value.strip():
            self.refuse(column, "is empty", "text")
        if value != value.strip() or "\n" in value or "\r" in value:
            self.refuse(column, f"{value!r} has spaces around it or a line break", "one line of text")
        return value

    def choice(self, column: str, allowed: Iterable[str], what: str) -> Any:
        value = self.text(column)
        one_of(f"{self.row.file}:{self.row.line}", column, value, allowed, what)
        return value

    def player(self, column: str) -> str:
        return str(self.choice(column, self.known.players, "an actor or a third party"))

    def directness(self) -> Any:
        return self.choice("directness", ("stated", "implied"), "a directness")

    def number(self, column: str, top: float) -> float:
        """A decimal number from 0 to `top`."""
        value = self.text(column)
        if not NUMBER.fullmatch(value):
            self.refuse(column, f"{value!r} is not a number", f"a number from 0 to {top:g}")
        if not 0.0 <= float(value) <= top:
            self.refuse(column, f"{value} is off the scale", f"a number from 0 to {top:g}")
        return float(value)

    def level(self, column: str) -> int:
        """A whole number from 0 to 4."""
        value = self.text(column)
        if not _WHOLE.fullmatch(value):
            self.refuse(column, f"{value!r} is not a whole number", f"a whole number from 0 to {TOP_LEVEL}")
        if int(value) > TOP_LEVEL:
            self.refuse(column, f"{value} is off the scale", f"a whole number from 0 to {TOP_LEVEL}")
        return int(value)

    def range_around(self, middle: str, top: float) -> tuple[float, float]:
        """`low` and `high`, with low <= middle <= high."""
        low, value, high = (self.number(column, top) for column in ("low", middle, "high"))
        if low > value:
            self.refuse("low", f"{low:g} is above the {middle} {value:g}", f"low <= {middle} <= high")
        if high < value:
            self.refuse("high", f"{high:g} is below the {middle} {value:g}", f"low <= {middle} <= high")
        return low, high

    def coded(self, pass_: str) -> dict[str, Any]:
        """The fields of `CodedRow`."""
        article = self.choice("article", self.known.paragraphs, "an article")
        listed = self.text("paragraphs").split(";")
        for part in listed:
            if not _WHOLE.fullmatch(part):
                self.refuse("paragraphs", f"{part!r} is not a paragraph", "whole numbers with ; between them")
        paragraphs = tuple(int(part) for part in listed)
        check_paragraphs(f"{self.row.file}:{self.row.line}", "paragraphs", article, paragraphs, self.known)
        return {
            "pass_": pass_,
            "file": self.row.file,
            "line": self.row.line,
            "article": article,
            "paragraphs": paragraphs,
            "paraphrase": self.text("paraphrase"),
        }


def date_at(field: Fields, column: str) -> str:
    value = field.text(column)
    problem = date_problem(value)
    if problem:
        field.refuse(column, problem, DATES)
    return value
