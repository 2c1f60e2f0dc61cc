"""Who does the missing parts of a folder: Slurm, later, or the workers of dask, now."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sim.cluster import slurm
from sim.cluster.dask import Dask, run
from sim.cluster.slurm import Slurm
from sim.cluster.status import status_of
from sim.cluster.working import RUNS, Worker
from sim.engine.computing import progress_bar
from sim.experiment.plan import Plan
from sim.inputs.numbers import counted
from sim.storage.collection import Collection
from sim.storage.plans import missing, prepare
from sim.storage.work import cost, memory, part_at, runs_in

Executor = Slurm | Dask


def script(folder: Path, plan: Plan, numbers: Sequence[int], asked: Slurm) -> str:
    """The batch script that would be submitted."""
    tasks = slurm.cut(_baselines_first(plan, numbers), asked, slurm.USUAL_ARRAY)
    return slurm.script(folder.resolve(), tasks, asked, asked.mem or memory(plan))


def execute(
    folder: Path, plan: Plan, numbers: Sequence[int], executor: Executor, tell: Callable[[str], object]
) -> int | None:
    """Have parts done.

    Args:
        folder: of the job.
        plan: of the folder.
        numbers: of the missing parts.
        executor: who does them.
        tell: prints a line.

    Returns:
        How many parts failed; None where they are submitted, to be done later.

    Raises:
        InputError: the executor says no, or does not answer.
    """
    if isinstance(executor, Dask):
        total = sum(runs_in(plan, part_at(plan, number)) for number in numbers)
        with progress_bar(total, None, "runs") as told:
            heard = told if sys.stderr.isatty() else Worker(folder, began=time.time(), told_at=time.time()).told
            return run(folder, plan, _baselines_first(plan, numbers), executor, heard)
    tasks = slurm.cut(_baselines_first(plan, numbers), executor, slurm.largest_array())
    mem = executor.mem or memory(plan)
    each = f"{executor.minutes} minutes, {mem} and {counted(executor.cpus, 'processor')}"
    tell(f"{counted(len(numbers), 'part')} in {counted(len(tasks), 'task')} of at most {each}")
    tell(f"submitted as {slurm.submit(folder.resolve(), tasks, executor, mem)}")
    out = shlex.quote(slurm.out_word(folder))
    tell(f"watch:   jirga status {out}\nat last: jirga collect {out}")
    return None


def executed(folder: Path, plan: Plan, executor: Executor, tell: Callable[[str], object]) -> Collection:
    """A plan in a job's folder, its missing parts done or submitted: its cells can be read once all are there.

    Args:
        folder: of the job, as the command line makes it; made if need be.
        plan: the plan.
        executor: who does the parts.
        tell: prints a line.

    Raises:
        InputError: the folder is another plan's, or the executor says no.
    """
    runs = folder / RUNS
    prepare(runs, plan)
    gone = [part.number for part in missing(runs, plan)]
    waiting = status_of(folder, plan).waiting if gone else []
    todo = [number for number in gone if number not in set(waiting)]
    if todo:
        tell(f"{cost(plan, None, tell)}, in {folder}/")
        execute(folder, plan, todo, executor, tell)
    return Collection(plan, runs)


def _baselines_first(plan: Plan, numbers: Sequence[int]) -> list[int]:
    """The parts in the order in which they are begun: nothing can be told of a cell without its baseline."""
    return sorted(numbers, key=lambda number: (part_at(plan, number).first < plan.asked, number))
