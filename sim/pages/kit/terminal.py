"""What is printed for a person: names are data, never markup, so that a folder called `x[draft]` is told as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from sim.pages.kit.words import failed_told

if TYPE_CHECKING:
    from rich.table import Table


def terminal(*, aside: bool = False, least: int = 0) -> Console:
    """A console that prints text as it stands: no markup, no emoji codes, no guessed colours. Style comes in `Text`.

    Args:
        aside: whether it is for the error stream: what a job says of itself, in lines that are not cut.
        least: columns that are printed where the terminal has fewer.
    """
    made = Console(stderr=aside, soft_wrap=aside, highlight=False, markup=False, emoji=False)
    if made.width >= least:
        return made
    return Console(stderr=aside, soft_wrap=aside, highlight=False, markup=False, emoji=False, width=least)


def whole(table: Table) -> Table:
    """A table of which no cell is cut: a word that is too long for its column goes on in the next line."""
    for column in table.columns:
        column.overflow = "fold"
    return table


def tell_failed(failed: int) -> None:
    """Say that runs have failed, where some have.

    >>> tell_failed(3), tell_failed(0)
    3 runs failed and count nowhere.
    (None, None)
    """
    if failed:
        print(f"{failed_told(failed)}.")


def tell_weighted(weighted: str) -> None:
    """Say which weights the draws have, where they have some."""
    if weighted:
        print(f"WEIGHTED: {weighted}")
