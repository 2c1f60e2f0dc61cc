"""The executor that the settings name, and what it does with a folder's missing parts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sim.inputs.errors import InputError
from sim.inputs.numbers import counted

if TYPE_CHECKING:
    from sim.cluster.executing import Executor
    from sim.experiment.plan import Plan
    from sim.jobs.settings import ExecutorSettings
    from sim.storage.work import Cost

NOTHING = "nothing is missing that is in no queue"


def hand_over(folder: Path, plan: Plan, settings: ExecutorSettings, measured: Cost | None = None) -> int | None:
    """Have the missing parts that are in no queue done by who is named, or print what would be submitted.

    Args:
        folder: of the job.
        plan: of the folder.
        settings: name the executor.
        measured: what the plan takes; None where that has still to be measured, for tasks of Slurm's.

    Returns:
        How many parts failed; None where nothing is done yet.

    Raises:
        InputError: the executor says no, or what waits in its queue cannot be seen.
    """
    from sim.cluster.executing import check_time, execute, script, unclaimed
    from sim.cluster.slurm import Slurm
    from sim.cluster.status import status_of
    from sim.storage.work import cost

    executor = executor_of(settings)
    asked = None if settings.dry_run else executor  # a script may be printed for another machine's queue
    numbers = unclaimed(status_of(folder, plan), asked, tell_aside)
    if not numbers:
        tell_aside(NOTHING)
        return None
    if isinstance(executor, Slurm):
        check_time(measured or cost(plan, None, tell_aside), executor)
    if settings.dry_run and isinstance(executor, Slurm):
        print(script(folder, plan, numbers, executor, tell_aside), end="")
        return None
    failed = execute(folder, plan, numbers, executor, print)
    if failed:
        tell_aside(parts_failed(failed))
    return failed


def parts_failed(number: int) -> str:
    """What is told of parts that failed."""
    return f"{counted(number, 'part')} failed; jirga status out=FOLDER tells why"


def tell_aside(line: str) -> None:
    """Print a line that is no result."""
    print(line, file=sys.stderr, flush=True)


def executor_of(settings: ExecutorSettings) -> Executor:
    """Slurm or dask, with what is asked of it."""
    from sim.cluster.dask import Dask
    from sim.cluster.slurm import Slurm

    if settings.name == "dask":
        if settings.address is None:
            allowed = "tcp://HOST:PORT of a scheduler that runs"
            raise InputError("command line", "executor.address", "is missing", allowed=allowed)
        return Dask(settings.address, settings.wait)
    return Slurm(**settings.model_dump(exclude={"name", "dry_run", "address", "wait"}))
