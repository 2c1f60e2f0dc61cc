"""What a job of Python gives, as it shows itself: a line where it is printed, its table in a notebook."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import fields
from html import escape
from typing import TYPE_CHECKING

from sim.inputs.frozen import sealed
from sim.inputs.numbers import counted

if TYPE_CHECKING:
    import pandas as pd

ROWS = 40  # of a table that a notebook shows


class Shown:
    """Base of frozen dataclasses with a table: what they hold cannot be changed, and they print in a line."""

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]  # every class below is a dataclass
            object.__setattr__(self, one.name, sealed(getattr(self, one.name)))

    @property
    @abstractmethod
    def _told(self) -> str:
        """What it is, in a line."""

    @abstractmethod
    def table(self) -> pd.DataFrame:
        """All of it that has a place in a table."""

    def __repr__(self) -> str:
        return f"<{self._told}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{self.table().to_html(max_rows=ROWS)}"


def size_told(draws: int, runs: int, failed: int = 0) -> str:
    """How much was simulated, in few words.

    >>> size_told(500, 1), size_told(500, 10, 3)
    ('500 draws x 1 run', '500 draws x 10 runs, 3 failed')
    """
    told = f"{counted(draws, 'draw')} x {counted(runs, 'run')}"
    return f"{told}, {failed:,} failed" if failed else told
