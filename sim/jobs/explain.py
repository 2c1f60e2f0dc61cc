"""The job `explain`: one run played again, its story printed, its page written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.agents.narrative import beginnings, tables_at_start
from sim.agents.replay import Run, heading, own_pass, replay, summary
from sim.agents.sources import Source, because
from sim.agents.words import label, sentence
from sim.world.world import load_world

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.jobs.settings import Settings


def run(settings: Settings) -> int:
    """The job `explain`: replay a run, print its story, write its page; with `against`, where two scenarios part.

    Returns:
        How many runs failed, of those that are compared.

    Raises:
        InputError: a mistake in the case, the scenario or the settings.
    """
    if settings.against is not None:
        from sim.jobs.turning import run as tell_turning

        return tell_turning(settings)
    from rich.text import Text

    from sim.case.loading import load_case
    from sim.jobs.asked import scenario_of_settings
    from sim.pages.kit.terminal import terminal
    from sim.pages.run.page import FILE, write_page

    counted = settings.evidence
    case = load_case(settings.case)
    world = load_world(scenario_of_settings(settings, case), case, passes=counted.passes, implied=counted.implied)
    number = settings.run or 0
    found = replay(world, number, seed=settings.seed, runs=settings.size.runs)
    file = settings.out / FILE.format(scenario=world.scenario.scenario, run=number, seed=settings.seed)
    write_page(found, file)
    console = terminal()
    tell(found, console)
    told = Text.assemble("\nThe same with a timeline and every decision: ", (str(file), "bold"))
    console.print(told, soft_wrap=True)
    return 0


def tell(run: Run, console: Console) -> None:
    """Print the story of a run."""
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.text import Text

    scenario = run.model.world.scenario
    console.print(Rule(Text(scenario.title, "bold"), align="left"))
    console.print(sentence(heading(run)), style="dim")
    console.print(scenario.question)
    console.print(f"{summary(run)}\n", style="bold")
    console.print("How it began", style="bold")
    console.print(f"{tables_at_start(run.model)} The draw takes its numbers from {own_pass(run)}.")
    console.print(_table_of(run, beginnings(run.model, ("trust",))))
    for period in run.story:
        console.print(f"\n{period.title}", style="bold cyan")
        for line in period.lines:
            style = "bold" if line.weight > 1 else ""
            console.print(Padding(f"• {line.text}", (0, 0, 0, 2)), style=style)
            if line.because:
                console.print(Padding(line.because, (0, 0, 0, 4)), style="dim")


def _table_of(run: Run, sources: Iterable[Source]) -> Table:
    """Numbers of the draw, and where they come from, as a table for the terminal."""
    from rich.table import Table

    from sim.pages.kit.terminal import whole

    table = Table("what", "here", "because", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for found in sources:
        table.add_row(label(run.model.world.case, found.name), f"{found.value:.2f}", because(found))
    return whole(table)
