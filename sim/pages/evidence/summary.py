"""What the evidence job prints: agreement, what is coded and what is not, the latest maps, and where the page is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sim.pages.evidence.findings import AGREEMENT, CODED_MARKS, Findings, agreement_rows, counts
from sim.pages.kit.sketches import LETTERS, reading
from sim.pages.kit.terminal import terminal, whole


def print_summary(
    found: Findings, about: Mapping[str, Sequence[str]], path: Path, size: int, console: Console | None = None
) -> None:
    """Print the summary; `about` is the case's own account of its evidence."""
    console = console or terminal()
    console.print(f"{found.case.title}: agreement of {len(found.evidence.passes)} passes (Krippendorff's alpha)")
    console.print(whole(_agreement(found)))
    account = next((body[0] for title, body in about.items() if title.startswith("How the passes")), "")
    if account:
        console.print(" ".join(account.split()))
    console.print("\nhow many numbers of trust / leverage / position are")
    console.print(whole(_counts(found)))
    for group in ("trust", "leverage"):
        console.print(_heading(found, group))
        console.print(whole(_map(found, group)))
    for article, number in sorted(found.garbled):
        console.print(
            f"{article}, paragraph {number}, is garbled: what rests on it alone says little, and the page says where."
        )
    console.print(
        f"wrote {path} ({size / 1e6:.1f} MB): every number, the rows behind it, and how to object to it",
        soft_wrap=True,
    )


def _agreement(found: Findings) -> Table:
    table = Table()
    for column in AGREEMENT:
        table.add_column(column, justify="left" if column in ("variable", "metric") else "right")
    for row in agreement_rows(found):
        table.add_row(*row)
    return table


def _counts(found: Findings) -> Table:
    table = Table()
    table.add_column("epoch")
    for mark in CODED_MARKS:
        table.add_column(mark, justify="right")
    for epoch in found.priors:
        numbers = [
            [counts(found, group, epoch)[mark] for group in ("trust", "leverage", "position")] for mark in CODED_MARKS
        ]
        table.add_row(epoch, *(" / ".join(map(str, three)) for three in numbers))
    return table


def _heading(found: Findings, group: str) -> str:
    of = "trust of (row) in (column)" if group == "trust" else "leverage of (row) over (column)"
    marks = ", ".join(f"{LETTERS[mark]} {mark}" for mark in CODED_MARKS)
    return f"\n{of} at {list(found.priors)[-1]}: median; {marks}"


def _map(found: Findings, group: str) -> Table:
    """The median and the mark of every ordered pair of actors at the latest epoch."""
    epoch = list(found.priors)[-1]
    table = Table()
    table.add_column("")
    actors = list(found.case.actors)
    for actor in actors:
        table.add_column(actor, justify="right")
    for i in actors:
        shorts = [reading(found.priors[epoch][f"{group}.{i}.{j}"]) if i != j else None for j in actors]
        table.add_row(i, *("" if short is None else f"{short.median:.2f} {LETTERS[short.mark]}" for short in shorts))
    return table
