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


def run(settings: Settings) -> None:
    """The job `explain`: replay a run, print its story, write its page.

    Raises:
        InputError: a mistake in the case, the scenario or the settings.
    """
    from rich.console import Console

    from sim.case.loading import load_case
    from sim.jobs.asked import scenario_of_settings
    from sim.pages.run.page import FILE, write_page

    counted = settings.evidence
    case = load_case(settings.case)
    world = load_world(scenario_of_settings(settings, case), case, passes=counted.passes, implied=counted.implied)
    found = replay(world, settings.run, seed=settings.seed, runs=settings.size.runs)
    file = settings.out / FILE.format(scenario=world.scenario.scenario, run=settings.run, seed=settings.seed)
    write_page(found, file)
    console = Console(highlight=False)
    tell(found, console)
    console.print(f"\nThe same with a timeline and every decision: [bold]{file}[/bold]", soft_wrap=True)


def tell(run: Run, console: Console) -> None:
    """Print the story of a run."""
    from rich.markup import escape
    from rich.padding import Padding
    from rich.rule import Rule

    scenario = run.model.world.scenario
    console.print(Rule(f"[bold]{escape(scenario.title)}[/bold]", align="left"))
    console.print(escape(sentence(heading(run))), style="dim")
    console.print(escape(scenario.question))
    console.print(f"[bold]{escape(summary(run))}[/bold]\n")
    console.print("[bold]How it began[/bold]")
    console.print(escape(f"{tables_at_start(run.model)} The draw takes its numbers from {own_pass(run)}."))
    console.print(_table_of(run, beginnings(run.model, ("trust",))))
    for period in run.story:
        console.print(f"\n[bold cyan]{period.title}[/bold cyan]")
        for line in period.lines:
            style = "bold" if line.weight > 1 else ""
            console.print(Padding(escape(f"• {line.text}"), (0, 0, 0, 2)), style=style)
            if line.because:
                console.print(Padding(escape(line.because), (0, 0, 0, 4)), style="dim")


def _table_of(run: Run, sources: Iterable[Source]) -> Table:
    """Numbers of the draw, and where they come from, as a table for the terminal."""
    from rich.markup import escape
    from rich.table import Table

    table = Table("what", "here", "because", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for found in sources:
        table.add_row(escape(label(run.model.world.case, found.name)), f"{found.value:.2f}", escape(because(found)))
    return table
