"""Who does the missing parts of a folder: Slurm, later, or the workers of dask, now."""

from __future__ import annotations

import math
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sim.cluster import slurm
from sim.cluster.dask import Dask, run
from sim.cluster.slurm import Slurm
from sim.cluster.status import Status, status_of
from sim.cluster.working import RUNS, SPARE, WARNING, Worker
from sim.engine.computing import progress_bar
from sim.experiment.plan import Plan
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.storage.collection import Collection
from sim.storage.plans import prepare
from sim.storage.work import Cost, cost, memory, part_at, runs_in

Executor = Slurm | Dask


def script(
    folder: Path, plan: Plan, numbers: Sequence[int], asked: Slurm, tell: Callable[[str], object] = lambda line: None
) -> str:
    """The batch script that would be submitted; `tell` hears where this site's largest array is not known."""
    tasks = slurm.cut(_baselines_first(plan, numbers), asked, _largest(tell))
    return slurm.script(folder.resolve(), tasks, asked, asked.mem or memory(plan))


def _largest(tell: Callable[[str], object]) -> int:
    """The largest array that this site takes; a machine without Slurm may print a script for another one."""
    try:
        return slurm.largest_array()
    except InputError as error:
        tell(f"{error}; the script is for arrays of Slurm's usual size, {slurm.USUAL_ARRAY:,}")
        return slurm.USUAL_ARRAY


def unclaimed(found: Status, executor: Executor | None, tell: Callable[[str], object]) -> list[int]:
    """The missing parts that an executor is to do: those that no task in Slurm's queue will do.

    Args:
        found: of the folder.
        executor: who would do them; None for this process.
        tell: hears where the queue could not be seen, and all that is missing is done.

    Raises:
        InputError: they would be submitted, and the queue that may hold them already cannot be seen.
    """
    if found.unseen and isinstance(executor, Slurm):
        raise InputError("slurm", "", f"what waits in the queue is not told ({found.unseen})", allowed="executor=local")
    if found.unseen:
        tell(f"what waits in a queue cannot be told here ({found.unseen}): all that is missing is done")
    return found.left


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


def check_time(measured: Cost, executor: Executor) -> None:
    """Refuse tasks whose time is too short for a single part: they would do nothing, or lose what they do.

    Raises:
        InputError: such a task.
    """
    if isinstance(executor, Slurm):
        needed = SPARE * measured.longest / executor.cpus + WARNING
        if needed > executor.minutes * 60:
            problem = f"{executor.minutes} are too short for a part, as measured here"
            allowed = f"{math.ceil(needed / 60)} or more; or more processors, or a smaller part_runs"
            raise InputError("slurm", "executor.minutes", problem, allowed=allowed)


def executed(folder: Path, plan: Plan, executor: Executor, tell: Callable[[str], object]) -> Collection:
    """A plan in a job's folder, its missing parts done or submitted: its cells can be read once all are there.

    Args:
        folder: of the job, as the command line makes it; made if need be.
        plan: the plan.
        executor: who does the parts.
        tell: prints a line.

    Raises:
        InputError: the folder is another plan's, the executor says no, or its queue cannot be seen.
    """
    runs = folder / RUNS
    prepare(runs, plan)
    found = status_of(folder, plan)
    todo = unclaimed(found, executor, tell) if found.gone else []
    if todo:
        measured = cost(plan, None, tell)
        tell(f"{measured}, in {folder}/")
        check_time(measured, executor)
        execute(folder, plan, todo, executor, tell)
    return Collection(plan, runs)


def _baselines_first(plan: Plan, numbers: Sequence[int]) -> list[int]:
    """The parts in the order in which they are begun: nothing can be told of a cell without its baseline."""
    return sorted(numbers, key=lambda number: (part_at(plan, number).first < plan.asked, number))
