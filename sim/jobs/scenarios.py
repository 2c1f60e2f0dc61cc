"""The job `scenarios`: a plan is told, made and collected; then a table to read, `summary.csv` and the report."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sim.case.theory import AS_DESIGNED
from sim.experiment.results import Results
from sim.inputs.numbers import counted
from sim.jobs.submitting import hand_over, parts_failed, tell_aside
from sim.pages.kit.own_files import refuse_foreign
from sim.pages.report.measures import failed_runs
from sim.pages.report.table import REPORT, RUNS, SUMMARY, SUMMARY_MARK, tell, write_summary

if TYPE_CHECKING:
    from rich.console import Console

    from sim.experiment.plan import Plan
    from sim.jobs.settings import Settings
    from sim.storage.collection import Extent
    from sim.storage.weights import Draws, Weighing
    from sim.storage.work import Cost


NARROWEST = 126  # columns that the table needs


def run(settings: Settings) -> int:
    """The job `scenarios`: tell what it will take, do what is missing, write what came of it, and tell it.

    Returns:
        How many runs failed, the baselines' count once; or how many parts, of which nothing can be told.

    Raises:
        InputError: a mistake in the settings, more runs than the cap allows, or a folder that cannot be used.
    """
    from sim.cluster.working import Worker
    from sim.jobs.asked import plan_of
    from sim.pages.kit.terminal import terminal
    from sim.storage.plans import run_plan

    aside = terminal(aside=True)
    plan = plan_of(settings)
    weighing = weighing_of(settings.weights, plan)
    check_cap(plan, settings)
    refuse_foreign_files(settings.out)
    measured = announce(plan, settings, aside)
    if settings.executor.name != "local" and measured:
        failed = hand_over(settings.out, plan, settings.executor, measured)
        if failed is None or failed:
            return failed or 0
    worker = Worker(settings.out)
    run_plan(plan, settings.out / RUNS, threads=settings.threads, failed=worker.fails, flawed=worker.flawed)
    if worker.failed:
        tell_aside(parts_failed(worker.failed))
        return worker.failed
    return write(plan, settings.out, settings.size.name, command(), weighing=weighing)


def refuse_foreign_files(out: Path) -> None:
    """`InputError` where a page, picture or table would replace a file that jirga has not written."""
    from sim.pages.report import page as report

    refuse_foreign(out / SUMMARY, SUMMARY_MARK)
    report.refuse_foreign_files(out)


def weighing_of(file: Path | None, plan: Plan) -> Weighing | None:
    """The weights in a file, checked against the draws of a plan; None without one.

    Raises:
        InputError: they are those of other draws.
    """
    if file is None:
        return None
    from sim.storage.weights import read_weights

    found = read_weights(file)
    found.of(whose(plan), plan.draws)
    return found


def other_rules(plan: Plan) -> str:
    """What is said of weights where some cell goes by other rules than the model that they were learnt by."""
    from sim.jobs.asked import OTHER_RULES

    scenarios = (plan.grid.scenario(number) for number in range(len(plan)))
    return OTHER_RULES if any(one.theory.theory != AS_DESIGNED or one.off for one in scenarios) else ""


def whose(plan: Plan) -> Draws:
    """Whose the draws of a plan are."""
    from sim.storage.weights import Draws

    return Draws(plan.grid.case, plan.seed, plan.passes, plan.implied)


def write(
    plan: Plan, out: Path, size: str, words: str, extent: Extent | None = None, weighing: Weighing | None = None
) -> int:
    """Print the table of a plan, and write `summary.csv` and the report.

    Args:
        plan: of the folder `runs` in `out`.
        out: the folder of the job.
        size: the name of the size.
        words: that make the same results again.
        extent: what is told of a plan that is not whole; None for all of it.
        weighing: weights of the draws; None: all count alike.

    Returns:
        How many runs failed; the baselines' count once.
    """
    from sim.experiment.felt import is_felt
    from sim.pages.kit.terminal import terminal
    from sim.pages.report import page as report
    from sim.storage.collection import Collection

    weights = None if weighing is None else weighing.of(whose(plan), plan.draws if extent is None else extent.draws)
    cells = Collection(plan, out / RUNS, extent, weights)
    partial = "" if extent is None else told_extent(plan, extent)
    weighted = "" if weighing is None else weighing.told(cells.draws) + other_rules(plan)
    results = Results(plan.grid.case, cells, cells.draws, plan.runs, plan.seed, size, out, words, partial, weighted)
    write_summary(results, out / SUMMARY)
    report.write(results, out, is_felt)
    console = terminal(least=NARROWEST)
    tell(results, console)
    console.print(f"\nIn {out}/: {REPORT}, {SUMMARY}, and every run as Parquet in {RUNS}/", soft_wrap=True)
    return failed_runs(results)


def told_extent(plan: Plan, extent: Extent) -> str:
    """What is told of a plan that is not whole, in words."""
    return (
        f"this is {len(extent.cells):,} of {counted(plan.asked, 'cell')}, each with the first {extent.draws:,} of "
        f"{counted(plan.draws, 'draw')}; the other parts are missing"
    )


def check_cap(plan: Plan, settings: Settings) -> None:
    """Refuse more runs than the cap without a yes."""
    from sim.jobs.asked import check_within_cap

    each = counted(plan.draws * plan.runs, "run")
    check_within_cap(settings, plan.total, f"{counted(len(plan), 'cell')} of {each} are {counted(plan.total, 'run')}")


def announce(plan: Plan, settings: Settings, console: Console) -> Cost | None:
    """Say what is about to be done, before it is done, and return what it takes; None where it is done already."""
    from sim.storage.plans import missing, prepare
    from sim.storage.work import cost

    prepare(settings.out / RUNS, plan, size=settings.size.name, command=command())
    if not missing(settings.out / RUNS, plan):
        console.print(f"{counted(plan.asked, 'cell')}, {counted(plan.total, 'run')}: in {settings.out}/ already")
        return None
    measured = cost(plan, settings.threads, console.print)
    console.print(f"{measured}; cap={settings.cap}, in {settings.out}/")
    return measured


def command() -> str:
    """The words that make these results again, quoted for the shell."""
    return shlex.join(["jirga", *sys.argv[1:]]) if Path(sys.argv[0]).stem in ("jirga", "__main__") else "jirga"
